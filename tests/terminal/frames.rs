//! Gate 1: no flicker, no work when idle, few bytes.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use super::{
    logs::{self, Log},
    process,
    session::{Run, Session, together},
    wire::{self, CLEAR, FRAME_BEGIN, FRAME_END},
};

/// Through every view and pane.
const TOUR: [(&str, &str); 12] = [
    ("2", "2 Graph"),
    ("v", "2 Graph"),
    ("3", "3 Timeline"),
    ("jjj", "3 Timeline"),
    ("4", "4 Credit by method"),
    ("5", "5 What-if"),
    ("1", "1 Credit"),
    ("e", "Explain"),
    ("i", "What to know"),
    ("S", "Sweep"),
    ("!", "What is wrong"),
    ("?", "MOVE"),
];

fn tour(session: &mut Session) {
    for (keys, expected) in TOUR {
        session.keys(keys);
        session.wait_for(expected);
    }
    session.keys("\x1b");
    session.wait_until("the help to close", |it| !it.has("MOVE"));
}

/// The demo, with all that is computed for it: how often another would be named, measured again, comes last.
fn demo() -> Session {
    let mut session = Run::demo().start();
    session.wait_for("measured again");
    session
}

fn clears(session: &Session) -> usize {
    wire::count(session.wire(), CLEAR)
}

#[test]
fn every_frame_is_one_synchronised_update() {
    let mut session = demo();
    tour(&mut session);
    session.settle(Duration::from_millis(100));
    let bytes = session.wire();
    assert_eq!(wire::count(bytes, FRAME_BEGIN), wire::count(bytes, FRAME_END));
    assert_eq!(wire::text_outside_frames(bytes), "");
    assert_eq!(wire::foreign(bytes), []);
}

#[test]
fn the_screen_is_cleared_when_asked_resized_or_resumed_only() {
    let mut session = demo();
    assert_eq!(clears(&session), 1, "at the start");
    tour(&mut session);
    assert_eq!(clears(&session), 1, "no view clears");
    session.keys("\x0c");
    session.wait_until("^L clears", |it| clears(it) == 2);
    session.resize(100, 30);
    session.wait_until("a resize clears", |it| clears(it) == 3);
    session.wait_for(" sum ");
    let program = session.program();
    session.keys("\x1a");
    session.wait_until("^Z stops", |_| process::state(program) == Some('T'));
    process::signal_group(program, Signal::CONT);
    session.wait_until("resuming clears", |it| clears(it) == 4);
}

/// Watches a program that has nothing to do. Returns the bytes, kernel ticks and nanoseconds it took.
fn idle(session: &mut Session) -> (usize, u64, u64) {
    session.settle(Duration::from_millis(1000));
    let pids = [session.program(), session.supervisor()];
    let sum = |of: fn(i32) -> u64| pids.into_iter().map(of).sum::<u64>();
    let before = (session.wire().len(), sum(process::ticks), sum(process::nanoseconds));
    let end = Instant::now() + Duration::from_secs(5);
    while Instant::now() < end {
        session.settle(end - Instant::now());
    }
    let after = (session.wire().len(), sum(process::ticks), sum(process::nanoseconds));
    (after.0 - before.0, after.1 - before.1, after.2 - before.2)
}

#[test]
fn an_idle_screen_costs_nothing() {
    let mut session = demo();
    assert_eq!(idle(&mut session), (0, 0, 0));
}

#[test]
fn a_followed_log_that_does_not_grow_costs_next_to_nothing() {
    let log = Log::of(&logs::open_episode());
    let mut session = Run::log(log.path()).start();
    session.wait_for("LIVE");
    let (bytes, ticks, nanoseconds) = idle(&mut session);
    println!("followed and idle for 5 s: {bytes} bytes, {ticks} ticks, {nanoseconds} ns");
    assert_eq!(bytes, 0);
    // Five looks a second at the file's size: correctness rests on them if no events come. A tick is 10 ms,
    // and less than one tick of work may still end in the next.
    assert!(ticks <= 2, "{ticks} ticks, {nanoseconds} ns");
}

#[test]
fn a_key_that_changes_nothing_is_no_byte() {
    let mut session = demo();
    session.wait_for(">porter");
    assert_eq!(session.cost("kkk"), 0, "the cursor is at the top");
    assert!(session.cost("j") > 0);
}

/// 400 acts.
fn long_log() -> Log {
    let acts = (0..400).map(|n| logs::action(&format!("a{n}"), "ann", 100.0 + f64::from(n), "step", &[]));
    Log::of(&acts.collect::<Vec<_>>())
}

/// The timeline with the cursor on the first act.
fn at_its_beginning(log: &Log) -> Session {
    let mut session = Run::log(log.path()).start();
    session.wait_for("1 Credit");
    session.keys("3");
    session.wait_for("3 Timeline");
    session.keys("g");
    session.wait_for(">a0");
    session.settle(Duration::from_millis(100));
    session
}

#[test]
fn queued_keys_are_one_frame_or_few() {
    let log = long_log();
    let mut session = at_its_beginning(&log);
    let before = session.frames();
    session.keys(&"j".repeat(200));
    session.wait_for("a200 ann");
    session.settle(Duration::from_millis(200));
    assert!(session.has("a200 ann"), "it goes no further:\n{}", session.screen());
    let frames = session.frames() - before;
    println!("200 keys at once: {frames} frames");
    assert!(frames <= 60, "{frames} frames for 200 keys");
}

#[test]
fn a_held_key_is_thirty_frames_a_second_at_most() {
    let log = long_log();
    let mut session = at_its_beginning(&log);
    let (before, start) = (session.frames(), Instant::now());
    while start.elapsed() < Duration::from_secs(1) {
        session.keys("j");
        session.settle(Duration::from_millis(3));
    }
    session.settle(Duration::from_millis(100));
    let (frames, seconds) = (session.frames() - before, start.elapsed().as_secs_f64());
    println!("{frames} frames in {seconds:.2} s of typing");
    assert!(frames > 2, "the screen stands still while keys come");
    assert!(frames as f64 <= 31.0 * seconds + 2.0, "{frames} frames in {seconds} s");
}

#[test]
fn a_growing_log_is_ten_frames_a_second_at_most() {
    let log = Log::of(&logs::open_episode());
    let mut session = Run::log(log.path()).start();
    session.wait_for("LIVE");
    session.settle(Duration::from_millis(300));
    let (before, start) = (session.frames(), Instant::now());
    let mut n = 0;
    while start.elapsed() < Duration::from_secs(2) {
        log.append(&logs::action(&format!("n{n}"), "bob", 200.0 + f64::from(n), "go", &[]));
        n += 1;
        session.settle(Duration::from_millis(4));
    }
    session.wait_for(&format!("{} acts", n + 2));
    session.settle(Duration::from_millis(300));
    let (frames, seconds) = (session.frames() - before, start.elapsed().as_secs_f64());
    println!("{n} records, {frames} frames in {seconds:.2} s");
    assert!(frames > 2, "the screen stands still while records come");
    assert!(frames as f64 <= 10.5 * seconds + 3.0, "{frames} frames in {seconds} s");
}

/// Presses each of `keys` and prints what they cost; none may take more than `budget` bytes.
#[track_caller]
fn check_cost(session: &mut Session, view: &str, keys: &[&str], budget: usize) {
    let costs: Vec<usize> = keys.iter().map(|it| session.cost(it)).collect();
    println!("{view:24} {costs:?} of {budget}");
    for (key, cost) in keys.iter().zip(costs) {
        assert!(cost <= budget, "{view}: {key:?} takes {cost} bytes, more than {budget}");
    }
}

/// 80x24 in 16 colours.
fn small(run: Run) -> Session {
    let mut session = run.env("TERM", "xterm").start();
    session.wait_for(" sum ");
    session.settle(Duration::from_millis(200));
    session
}

#[test]
fn a_cursor_move_is_400_bytes() {
    const MOVE: usize = 400;
    let mut session = small(Run::demo());
    check_cost(&mut session, "agents", &["j", "j", "k", "\x1b[B", "\x1b[A"], MOVE);
    session.keys("2");
    session.wait_for("2 Graph");
    check_cost(&mut session, "graph: along edges", &["l", "l", "h"], MOVE);
    session.keys("4");
    session.wait_for("4 Credit by method");
    check_cost(&mut session, "methods", &["j", "k", "l", "l", "h"], MOVE);
    session.keys("5");
    session.wait_for("5 What-if");
    check_cost(&mut session, "what-if", &["j", "j", "k", "l"], MOVE);
}

#[test]
fn a_move_to_another_record_is_800_bytes() {
    // More than the 400 of a mere move: these show another record with its causes, alternatives and payload,
    // some 250 characters of new text, or draw two boxes of the graph anew. Now and then the list turns a
    // page.
    const RECORD: usize = 800;
    let mut session = small(Run::demo());
    session.keys("\t");
    check_cost(&mut session, "acts", &["j", "j", "j", "j", "k"], RECORD);
    session.keys("3");
    session.wait_for("3 Timeline");
    check_cost(&mut session, "timeline", &["j", "j", "j", "k", "}"], RECORD);
    session.keys("2");
    session.wait_for("2 Graph");
    check_cost(&mut session, "graph: to another agent", &["k", "j", "k"], RECORD);
    session.keys("S");
    session.wait_for("earns");
    // The arithmetic of another cell.
    check_cost(&mut session, "sweep", &["j", "l", "l", "h", "k"], RECORD);
}

#[test]
fn a_move_in_the_list_of_episodes_is_400_bytes() {
    let lines: Vec<_> = (0..60)
        .flat_map(|n| {
            let name = format!("ep-{n:03}");
            [
                json!({"type": "action", "episode": name, "agent": "ann", "ts": 100 + n, "action": "go"}),
                json!({"type": "episode_end", "episode": name, "status": "success", "return": 0.5}),
            ]
        })
        .collect();
    let log = Log::of(&lines);
    let mut session = Run::log(log.path()).env("TERM", "xterm").start();
    session.wait_for("ep-005");
    check_cost(&mut session, "episodes", &["j", "j", "j", "j", "j", "j", "j", "j", "j", "k"], 400);
}

/// Appends records in every view, one at a time; the bytes of each, by view.
fn live_costs(log: &Log, session: &mut Session) -> Vec<(&'static str, Vec<usize>)> {
    let mut n = 0;
    let views =
        [("1", "1 Credit"), ("3", "3 Timeline"), ("2", "2 Graph"), ("4", "4 Credit"), ("0", "Episodes")];
    views
        .into_iter()
        .map(|(keys, view)| {
            session.keys(keys);
            session.wait_for(view);
            if view == "3 Timeline" {
                // At the end the list moves with every record.
                session.keys("G");
            }
            session.settle(Duration::from_millis(300));
            let mut costs = Vec::new();
            for _ in 0..8 {
                let before = session.wire().len();
                let agent = ["ann", "bob"][n % 2];
                log.append(&logs::action(&format!("n{n}"), agent, 200.0 + n as f64, "go", &[]));
                n += 1;
                session.wait_until("the tick", |it| it.wire().len() > before);
                session.settle(Duration::from_millis(250));
                costs.push(session.wire().len() - before);
            }
            (view, costs)
        })
        .collect()
}

#[test]
fn a_live_line_is_400_bytes_and_a_live_tick_800() {
    const LINE: usize = 400;
    const TICK: usize = 800;
    let check = |color: &'static str| {
        move || {
            let log = Log::of(&logs::open_episode());
            let mut session = small(Run::new(["--color".as_ref(), color.as_ref(), log.path().as_os_str()]));
            for (view, mut costs) in live_costs(&log, &mut session) {
                println!("live, {color:10} {view:12} {costs:?} of {LINE}, {TICK} at most");
                assert!(costs.iter().all(|it| *it <= TICK), "{color}, {view}: {costs:?}");
                costs.sort_unstable();
                assert!(costs[costs.len() / 2] <= LINE, "{color}, {view}: {costs:?}");
            }
        }
    };
    together([check("16"), check("256"), check("truecolor")]);
}

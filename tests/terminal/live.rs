//! Logs that grow, stop in the middle of a line, shrink, are renamed and come back while somebody watches.

use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    logs::{self, Log, action},
    session::{Run, Session},
};

fn live() -> (Log, Session) {
    let log = Log::of(&logs::open_episode());
    let mut session = Run::log(log.path()).start();
    session.wait_for("LIVE");
    session.wait_for(" sum ");
    session.wait_for("2 acts");
    (log, session)
}

fn act(id: &str) -> Value {
    action(id, "bob", 200.0, &format!("does-{id}"), &[])
}

#[test]
fn what_is_appended_is_on_the_screen() {
    let (log, mut session) = live();
    let mut latencies = Vec::new();
    for n in 0..20 {
        session.settle(Duration::from_millis(20 + 13 * n));
        log.append(&act(&format!("n{n}")));
        let written = Instant::now();
        session.wait_for(&format!("{} acts", n + 3));
        latencies.push(session.arrived().saturating_duration_since(written));
    }
    latencies.sort();
    println!("append to screen: median {:?}, longest {:?}", latencies[10], latencies[19]);
    assert!(latencies[19] < Duration::from_secs(2), "{latencies:?}");
}

#[test]
fn a_pipe_without_a_writer_is_told_until_it_has_one() {
    for argument in [None, Some("--no-follow")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut session =
            Run::new(argument.map(Into::into).into_iter().chain([path.clone().into_os_string()]))
                .size(120, 24)
                .start();
        session.wait_for("waiting for a writer: '");
        let lines: String = logs::open_episode().iter().map(|it| format!("{it}\n")).collect();
        fs::write(&path, lines).unwrap();
        session.wait_until("what is written", |it| it.has("2 acts") && !it.has("nobody writes"));
    }
}

/// A headless command prints nothing until it is done: meanwhile a person is told what it does.
#[test]
fn a_headless_command_says_what_it_waits_for() {
    let log = Log::of(&logs::open_episode());
    let script =
        r#"{ cat "$1"; sleep 4; } | "$0" report - > "$TMPDIR/out"; printf 'status=%s.\n' $?; read -r line"#;
    let mut session = Run::log(log.path()).script(script).start();
    session.wait_for("creditscope: reading: ");
    session.wait_for("status=0.");
    assert!(session.screen().starts_with("status=0.\n"), "it is not gone:\n{}", session.screen());
    assert!(fs::read_to_string(session.scratch().join("out")).unwrap().contains("creditscope report"));
}

#[test]
fn a_held_screen_stands_still_and_loses_nothing() {
    let (log, mut session) = live();
    session.keys(" ");
    session.wait_for("HELD 0 new");
    for n in 0..5 {
        log.append(&act(&format!("n{n}")));
    }
    session.wait_for("HELD 5 new");
    assert!(session.has("2 acts"), "it moved:\n{}", session.screen());
    // What is held can be read on.
    session.keys("3");
    session.wait_for("3 Timeline");
    session.settle(Duration::from_millis(150));
    assert!(session.has("HELD 5 new") && session.has("2 acts"), "{}", session.screen());
    log.append(&act("n5"));
    session.wait_for("HELD 6 new");
    session.keys(" ");
    session.wait_for("LIVE");
    session.wait_for("8 acts");
    for n in 0..6 {
        assert!(session.has(&format!("does-n{n}")), "n{n} is lost:\n{}", session.screen());
    }
    log.append(&act("n6"));
    session.wait_for("9 acts");
}

#[test]
fn half_a_line_is_not_shown_until_it_is_whole() {
    let (log, mut session) = live();
    let line = format!("{}\n", action("half", "bob", 200.0, "größer", &[]));
    // In the middle of a letter.
    let cut = line.find('ö').unwrap() + 1;
    log.append_raw(&line.as_bytes()[..cut]);
    // Longer than the time after which a last line without its end counts as whole.
    session.settle(Duration::from_millis(2500));
    assert!(session.has("2 acts") && !session.has("bad line"), "{}", session.screen());
    log.append_raw(&line.as_bytes()[cut..]);
    session.wait_for("3 acts");
    session.wait_for("größer");
    assert!(!session.has("bad line"), "{}", session.screen());
}

#[test]
fn a_last_line_without_its_end_counts_once_nothing_follows() {
    let (log, mut session) = live();
    log.append_raw(act("last").to_string().as_bytes());
    session.wait_for("3 acts");
    log.append_raw(format!("\n{}\n", act("next")).as_bytes());
    session.wait_for("4 acts");
    assert!(!session.has("bad line"), "{}", session.screen());
}

#[test]
fn bytes_that_come_one_at_a_time() {
    let (log, mut session) = live();
    let mut file = log.open();
    for byte in format!("{}\n", act("slow")).into_bytes() {
        file.write_all(&[byte]).unwrap();
        session.drain();
    }
    session.wait_for("3 acts");
    assert!(!session.has("bad line"), "{}", session.screen());
}

#[test]
fn a_junk_line_is_counted_and_listed() {
    let (log, mut session) = live();
    log.append_raw(b"Traceback (most recent call last):\n");
    session.wait_for("1 bad line");
    log.append(&act("after"));
    session.wait_for("3 acts");
    session.keys("!");
    session.wait_for("What is wrong");
    session.wait_for("run.jsonl:5");
}

/// Whether it still follows: another record appears.
#[track_caller]
fn assert_alive(log: &Log, session: &mut Session, acts: usize) {
    log.append(&act("alive"));
    session.wait_for(&format!("{acts} acts"));
    session.keys("?");
    session.wait_for("MOVE");
}

/// The bytes of what was read before are gone, and the screen says so: it shows nothing that cannot be looked
/// at.
#[track_caller]
fn assert_began_anew(session: &mut Session) {
    session.keys("!");
    session.wait_for("What is wrong");
    session.wait_for("begins anew");
    session.keys("\x1b");
}

#[test]
fn truncated_and_written_anew() {
    let (log, mut session) = live();
    let file = OpenOptions::new().write(true).open(log.path()).unwrap();
    file.set_len(0).unwrap();
    log.append(&act("new"));
    session.wait_for("1 act ");
    session.wait_for("does-new");
    assert_began_anew(&mut session);
    assert_alive(&log, &mut session, 2);
}

#[test]
fn renamed_and_begun_anew() {
    let (log, mut session) = live();
    let mut old = log.open();
    fs::rename(log.path(), log.directory().join("run.jsonl.1")).unwrap();
    fs::write(log.path(), format!("{}\n", act("new"))).unwrap();
    session.wait_for("3 acts");
    // The writer that still holds the old file.
    writeln!(old, "{}", act("late")).unwrap();
    session.wait_for("4 acts");
    assert_alive(&log, &mut session, 5);
}

#[test]
fn copied_and_truncated() {
    let (log, mut session) = live();
    for n in 0..50 {
        log.append(&act(&format!("n{n}")));
    }
    session.wait_for("52 acts");
    fs::copy(log.path(), log.directory().join("run.jsonl.1")).unwrap();
    // The writer continues where it was: the kernel fills the gap with NULs.
    let mut writer = OpenOptions::new().write(true).open(log.path()).unwrap();
    let end = writer.seek(SeekFrom::End(0)).unwrap();
    OpenOptions::new().write(true).open(log.path()).unwrap().set_len(0).unwrap();
    writer.seek(SeekFrom::Start(end)).unwrap();
    writeln!(writer, "{}", act("new")).unwrap();
    session.wait_for("1 act ");
    assert!(!session.has("bad line"), "{}", session.screen());
    assert_alive(&log, &mut session, 2);
}

#[test]
fn replaced_in_one_step() {
    let (log, mut session) = live();
    let next = log.directory().join("next");
    let mut lines = logs::open_episode();
    lines.push(act("new"));
    fs::write(&next, lines.iter().map(|it| format!("{it}\n")).collect::<String>()).unwrap();
    fs::rename(&next, log.path()).unwrap();
    session.wait_for("3 acts");
    assert_alive(&log, &mut session, 4);
}

#[test]
fn deleted_and_back_again() {
    let (log, mut session) = live();
    fs::remove_file(log.path()).unwrap();
    session.settle(Duration::from_millis(400));
    session.keys("3");
    session.wait_for("3 Timeline");
    assert!(session.has("2 acts"), "what was read stays:\n{}", session.screen());
    fs::write(log.path(), format!("{}\n", act("new"))).unwrap();
    session.wait_for("3 acts");
    assert_alive(&log, &mut session, 4);
}

#[test]
fn the_cursor_stays_where_it_was_put() {
    let (log, mut session) = live();
    session.keys("3g");
    session.wait_for(">a1");
    for n in 0..30 {
        log.append(&act(&format!("n{n}")));
    }
    session.wait_for("32 acts");
    assert!(session.has(">a1"), "the cursor moved:\n{}", session.screen());
    session.keys("G");
    session.wait_for(">n29");
    log.append(&act("n30"));
    session.wait_for(">n30");
}

#[test]
fn an_episode_that_ends_is_judged_and_the_next_awaited() {
    let (log, mut session) = live();
    log.append(&json!({"type": "reward", "episode": "e1", "ts": 300.0, "value": -0.25}));
    session.wait_for("R -0.25");
    log.append(
        &json!({"type": "episode_end", "episode": "e1", "ts": 301.0, "status": "failure", "return": -0.25}),
    );
    session.wait_for("FAIL");
    // A log that was seen to grow stays followed: a run has more than one episode.
    log.append(&json!({"type": "action", "episode": "e2", "agent": "ann", "ts": 302.0, "action": "again"}));
    session.keys("0");
    session.wait_for("e2");
    session.wait_for("LIVE");
}

#[test]
fn a_log_whose_episodes_have_ended_is_saved() {
    let log = Log::of(&logs::ended_episode());
    let mut session = Run::log(log.path()).start();
    session.wait_for(" sum ");
    session.wait_for("SAVED");
}

#[test]
fn followed_or_not_as_asked() {
    let ended = Log::of(&logs::ended_episode());
    let mut session = Run::new(["--follow".as_ref(), ended.path().as_os_str()]).start();
    session.wait_for("LIVE");
    ended.append(&action("more", "ann", 400.0, "more", &[]));
    session.wait_for("3 acts");
    let open = Log::of(&logs::open_episode());
    let mut session = Run::new(["--no-follow".as_ref(), open.path().as_os_str()]).start();
    session.wait_for("2 acts");
    session.wait_for("SAVED");
    open.append(&act("more"));
    session.settle(Duration::from_millis(700));
    assert!(session.has("2 acts"), "{}", session.screen());
}

#[test]
fn a_file_that_appears_in_a_directory() {
    let (log, session) = live();
    drop(session);
    let mut session = Run::log(log.directory()).start();
    session.wait_for("2 acts");
    session.wait_for("LIVE");
    let other = act("elsewhere").to_string().replace("\"e1\"", "\"e2\"");
    fs::write(log.directory().join("worker-1.jsonl"), format!("{other}\n")).unwrap();
    session.keys("0");
    session.wait_for("e2");
    session.wait_for("2 episodes");
}

#[test]
fn an_empty_file_that_begins_later() {
    let log = Log::raw(b"");
    let mut session = Run::new(["--follow".as_ref(), log.path().as_os_str()]).start();
    session.wait_for("0 records");
    for line in logs::open_episode() {
        log.append(&line);
    }
    session.wait_for("2 acts");
}

#[test]
fn many_records_at_once() {
    let (log, mut session) = live();
    let lines: String = (0..20_000).map(|n| format!("{}\n", act(&format!("n{n}")))).collect();
    let start = Instant::now();
    log.append_raw(lines.as_bytes());
    session.wait_for("20002 acts");
    println!("20000 records in one write: on the screen after {:?}", start.elapsed());
    session.keys("?");
    session.wait_for("MOVE");
}

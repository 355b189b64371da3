//! Gates 9 and 10: keys that work everywhere, and come from the terminal also if stdin is a log.

use std::time::Duration;

use serde_json::json;

use super::{
    logs::{self, Log},
    session::{Ended, Run, Session, together},
};

/// On an episode of three agents and nine acts, each after the one before.
fn crew(keys: &str) -> (Log, Session) {
    let mut lines = vec![json!({"type": "episode_start", "episode": "e1", "task": "pack the crates"})];
    for act in 0..9 {
        let before = if act > 0 { vec![format!("a{}", act - 1)] } else { Vec::new() };
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let agent = ["ann", "bob", "eve"][act % 3];
        lines.push(logs::action(&format!("a{act}"), agent, act as f64, &format!("lift-{act}"), &before));
    }
    lines.push(
        json!({"type": "credit", "episode": "e1", "algorithm": "own", "agents": {"ann": 0.25, "bob": -0.5, "eve": -0.75}}),
    );
    lines.push(json!({"type": "episode_end", "episode": "e1", "status": "failure", "return": -1}));
    let log = Log::of(&lines);
    let mut session = Run::log(log.path()).start();
    session.wait_for(" sum ");
    session.keys(keys);
    session.settle(Duration::from_millis(250));
    (log, session)
}

/// Both ways of typing lead to the same screen, which is not the one they began with.
#[track_caller]
fn check_same(before: &str, vim: &str, other: &str) {
    let (_log, mut one) = crew(before);
    let start = one.screen();
    one.keys(vim);
    one.wait_until(&format!("{vim:?} to do something"), |it| it.screen() != start);
    one.settle(Duration::from_millis(250));
    let expected = one.screen();
    let (_same, mut two) = crew(&format!("{before}{other}"));
    two.wait_until(&format!("{other:?} to do what {vim:?} does"), |it| it.screen() == expected);
}

fn check_all<const N: usize>(cases: [(&'static str, &'static str, &'static str); N]) {
    together(cases.map(|(before, vim, other)| move || check_same(before, vim, other)));
}

#[test]
fn arrows_do_what_letters_do() {
    check_all([
        ("", "j", "\x1b[B"),
        ("jj", "k", "\x1b[A"),
        ("2", "l", "\x1b[C"),
        ("2l", "h", "\x1b[D"),
        ("3g", "G", "\x1b[F"),
        ("3G", "g", "\x1b[H"),
    ]);
}

#[test]
fn arrows_in_application_mode_do_too() {
    check_all([
        ("", "j", "\x1bOB"),
        ("jj", "k", "\x1bOA"),
        ("2", "l", "\x1bOC"),
        ("2l", "h", "\x1bOD"),
        ("3g", "G", "\x1bOF"),
        ("3G", "g", "\x1bOH"),
        ("3g", "G", "\x1b[4~"),
    ]);
}

#[test]
fn pages_by_name_and_by_control_key() {
    check_all([("3g", "\x04", "\x1b[6~"), ("3G", "\x15", "\x1b[5~"), ("", "\t\t\t", "\x1b[Z")]);
}

#[test]
fn a_number_repeats_a_motion() {
    check_all([("3g", "jjjjjjj", "7j"), ("3g", "jjjjjjjjjj", "\x1b[B9\x1b[B")]);
}

#[test]
fn escape_and_the_key_after_it_may_arrive_together() {
    let (_log, mut session) = crew("");
    for (keys, expected) in [("/a\x1b3", "3 Timeline"), ("?\x1b2", "2 Graph"), ("/a\x1b\r", "action")] {
        session.keys(keys);
        session.wait_until(expected, |it| it.has(expected) && !it.has("/a"));
    }
}

#[test]
fn what_tmux_screen_and_flow_control_take_is_not_missed() {
    // ^A ^B ^S ^Q ^\ may never arrive; if they do, they only say so, and the program lives on.
    let (_log, mut session) = crew("");
    for key in ["\x01", "\x02", "\x13", "\x11", "\x1c"] {
        session.keys(key);
        session.wait_for("does nothing here");
        session.keys("j");
        session.wait_until("the notice to go", |it| !it.has("does nothing here"));
    }
}

#[test]
fn a_piped_log_is_data_and_keys_come_from_the_terminal() {
    let log = Log::of(&logs::ended_episode());
    let script = format!(r#"cat '{}' | "$0" -"#, log.path().display());
    let mut session = Run::demo().script(&script).start();
    session.wait_for(" sum ");
    session.keys("?");
    session.wait_for("MOVE");
    session.keys("q3");
    session.wait_for("3 Timeline");
    session.resize(100, 30);
    session.wait_until("the new size", |it| it.width() > 90);
    session.keys("qq");
    assert_eq!(session.end(), Ended::Code(0));
}

#[test]
fn a_pipe_that_stays_open_is_followed() {
    let log = Log::of(&logs::open_episode());
    let more = Log::of(&[logs::action("late", "bob", 200.0, "late", &[])]);
    let gate = log.directory().join("gate");
    let (first, second, gate_path) = (log.path().display(), more.path().display(), gate.display());
    let script = format!(
        r#"(cat '{first}'; while ! test -e '{gate_path}'; do sleep 0.05; done; cat '{second}'; exec sleep 60) | "$0" -"#
    );
    let mut session = Run::demo().script(&script).start();
    session.wait_for("LIVE");
    session.wait_for("2 acts");
    std::fs::write(&gate, "").unwrap();
    session.wait_for("3 acts");
    session.wait_for("late");
    session.keys("\x03");
    session.wait_until("the end", |it| !it.emulator().alternate_screen());
}

#[test]
fn a_log_is_not_read_from_the_keyboard() {
    let mut session = Run::new(["-"]).start();
    assert_eq!(session.end(), Ended::Code(1));
    assert!(session.has("stdin"), "{}", session.screen());
}

#[test]
fn an_empty_pipe_leaves_a_screen_that_can_be_left() {
    let mut session = Run::demo().script(r#": | "$0" -"#).start();
    session.wait_until("a frame", |it| it.frames() > 0);
    session.wait_for("0 records");
    session.keys("q");
    assert_eq!(session.end(), Ended::Code(0));
}

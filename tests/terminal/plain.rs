//! Plain mode: lines of text and nothing else, and the modes of the terminal as they were.

use std::{path::Path, time::Duration};

use rustix::process::Signal;

use super::{
    gives_back::is_cooked,
    logs::{self, Log},
    session::{Run, Session},
};

fn plain(log: Option<&Path>) -> Run {
    Run::new(log.map(Path::as_os_str).into_iter().chain(["--plain".as_ref()]))
}

/// What was written, a statement each.
#[track_caller]
fn statements(session: &Session) -> Vec<String> {
    let text = std::str::from_utf8(session.wire()).unwrap();
    let strange = text.chars().find(|it| it.is_control() && !"\r\n\u{7}".contains(*it));
    assert_eq!(strange, None, "{text:?}");
    text.lines().map(|it| it.trim_end_matches('\r').to_owned()).collect()
}

fn has(session: &Session, text: &str) -> bool {
    String::from_utf8_lossy(session.wire()).contains(text)
}

fn wait(session: &mut Session, text: &str) {
    session.wait_until(text, |it| has(it, text));
}

#[test]
fn keys_are_answered_in_lines_and_idle_costs_nothing() {
    let mut session = plain(None).env("TERM", "dumb").under_shell().start();
    wait(&mut session, "q quits");
    let opened = statements(&session);
    for part in ["FAIL: ", "WHO: porter", "FROM: ", "SURE: ", "porter -0.07, from -0.09 to -0.06, replayed"] {
        assert!(opened.iter().any(|it| it.starts_with(part)), "{part}: {opened:#?}");
    }
    assert!(!is_cooked(&session), "keys arrive one by one");
    session.settle(Duration::from_millis(3500));
    let before = session.wire().len();
    session.keys("j");
    wait(&mut session, "agent 2 of 4: runner");
    session.settle(Duration::from_millis(300));
    let lines = String::from_utf8_lossy(&session.wire()[before..]).lines().count();
    assert_eq!(lines, 1, "a step of the cursor is one line");
    for (key, answer) in [
        ("3", "3 Timeline"),
        ("2", "2 Graph"),
        ("?", "Help: Graph"),
        ("\x1b", "closed: Help"),
        ("/", "/ (regex"),
    ] {
        session.keys(key);
        wait(&mut session, answer);
    }
    session.keys("\x1b");
    session.settle(Duration::from_millis(3000));
    let idle = session.wire().len();
    session.settle(Duration::from_millis(3000));
    assert_eq!(session.wire().len(), idle);
    session.keys("\x03");
    wait(&mut session, "status=130.");
    assert!(is_cooked(&session), "{}", session.modes());
    statements(&session);
}

#[test]
fn a_signal_leaves_the_modes_as_they_were() {
    let mut session = plain(None).under_shell().start();
    wait(&mut session, "q quits");
    session.signal(Signal::TERM);
    wait(&mut session, "status=143.");
    assert!(is_cooked(&session), "{}", session.modes());
    statements(&session);
}

#[test]
fn growth_is_told_in_a_line() {
    let log = Log::of(&logs::open_episode());
    let mut session = plain(Some(log.path())).env("LC_ALL", "C").start();
    wait(&mut session, "q quits");
    session.settle(Duration::from_millis(2500));
    let before = session.wire().len();
    log.append(&logs::action("new1", "coder", 90.0, "one more", &[]));
    wait(&mut session, "1 new act, ");
    session.settle(Duration::from_millis(2500));
    let told = String::from_utf8_lossy(&session.wire()[before..]).into_owned();
    assert!(told.lines().count() <= 2, "{told}");
    assert!(session.wire().is_ascii(), "{told}");
    statements(&session);
}

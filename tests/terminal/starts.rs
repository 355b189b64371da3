//! Gate 5: starts in any terminal, of any size, in any language.

use std::time::Duration;

use super::session::{Ended, Run, Session, together};

/// Every key but those that leave, in an order that visits views with panes open and closed.
fn every_key() -> Vec<String> {
    let mut keys: Vec<String> = (' '..='~').filter(|it| !matches!(it, 'q' | 'M')).map(String::from).collect();
    let control =
        (1..=31_u8).filter(|it| ![0x03, 0x1a, 0x1b].contains(it)).map(|it| char::from(it).to_string());
    keys.extend(control);
    keys.push("\x7f".to_owned());
    let named = ["A", "B", "C", "D", "H", "F", "5~", "6~", "Z", "2~", "3~", "15~", "1;5C"];
    keys.extend(named.map(|it| format!("\x1b[{it}")));
    keys.extend(["A", "B", "C", "D", "P", "Q"].map(|it| format!("\x1bO{it}")));
    keys
}

/// Backs out of everything with `q`, as a person would.
#[track_caller]
fn quit_with_q(session: &mut Session) -> Ended {
    for _ in 0..20 {
        session.keys("\x1b");
        session.settle(Duration::from_millis(60));
        session.keys("q");
        session.settle(Duration::from_millis(60));
        if session.has_ended() {
            break;
        }
    }
    session.end()
}

#[track_caller]
fn check_size(columns: u16, rows: u16) {
    let mut session = Run::demo().size(columns, rows).start();
    session.wait_until("a frame", |it| it.frames() > 0);
    for view in ["1", "2", "3", "4", "5", "0"] {
        session.keys(view);
        for key in every_key() {
            session.keys(&key);
        }
        session.keys("\x1b");
    }
    session.settle(Duration::from_millis(100));
    assert!(!session.has_ended(), "{columns}x{rows}: it ended by itself:\n{}", session.screen());
    assert_eq!(quit_with_q(&mut session), Ended::Code(0), "{columns}x{rows}");
}

fn check_sizes<const N: usize>(sizes: [(u16, u16); N]) {
    together(sizes.map(|(columns, rows)| move || check_size(columns, rows)));
}

#[test]
fn tiny_terminals() {
    check_sizes([(1, 1), (2, 2), (10, 3), (20, 5)]);
}

#[test]
fn small_terminals() {
    check_sizes([(40, 10), (59, 15), (60, 16), (80, 1), (1, 50)]);
}

#[test]
fn a_large_terminal() {
    check_sizes([(300, 100)]);
}

#[test]
fn a_terminal_that_does_not_know_its_size() {
    let mut session = Run::demo().size(0, 0).start();
    session.resize(80, 24);
    session.wait_for(" sum ");
}

#[test]
fn resizing_through_all_sizes() {
    let mut session = Run::demo().start();
    session.wait_for(" sum ");
    for (columns, rows) in [(20, 5), (1, 1), (200, 60), (3, 40), (79, 23), (100, 30)] {
        session.resize(columns, rows);
        session.keys("3j2l1");
        session.settle(Duration::from_millis(30));
    }
    session.wait_for(" sum ");
    session.wait_until("the whole width to be used", |it| it.width() > 90);
}

#[track_caller]
fn check_ascii(env: &[(&str, &str)], arguments: &[&str], ascii: bool) {
    let mut run = Run::new(arguments).env("LC_ALL", "");
    for (name, value) in env {
        run = run.env(name, value);
    }
    let mut session = run.start();
    for (keys, title) in [
        ("1", " sum "),
        ("2", "2 Graph"),
        ("3", "3 Timeline"),
        ("4", "4 Credit"),
        ("5", "5 What-if"),
        ("S", "Sweep"),
        ("?", "MOVE"),
    ] {
        session.keys(keys);
        session.wait_for(title);
    }
    session.settle(Duration::from_millis(100));
    assert_eq!(session.wire().is_ascii(), ascii, "{env:?} {arguments:?}:\n{}", session.screen());
}

#[test]
fn only_ascii_where_the_locale_shows_no_more() {
    let checks: [&(dyn Fn() + Sync); 6] = [
        &|| check_ascii(&[("LC_ALL", "C")], &[], true),
        &|| check_ascii(&[], &[], true),
        &|| check_ascii(&[("LANG", "POSIX")], &[], true),
        &|| check_ascii(&[("LC_ALL", "ja_JP.UTF-8")], &[], true),
        &|| check_ascii(&[("LC_ALL", "C.UTF-8")], &["--ascii"], true),
        &|| check_ascii(&[("LANG", "en_US.UTF-8")], &[], false),
    ];
    together(checks);
}

#[test]
fn an_ascii_screen_shows_foreign_names_in_ascii() {
    let lines = [
        serde_json::json!({"type": "action", "episode": "épisode", "agent": "日本", "ts": 1, "action": "naïve → go"}),
        serde_json::json!({"type": "credit", "episode": "épisode", "algorithm": "own", "agents": {"日本": 0.5}}),
    ];
    let log = super::logs::Log::of(&lines);
    let mut session = Run::log(log.path()).env("LC_ALL", "C").start();
    session.wait_for(" sum ");
    for keys in ["2", "3", "4", "5", "0", "1", "\t", "\r"] {
        session.keys(keys);
        session.settle(Duration::from_millis(80));
    }
    let foreign: Vec<u8> = session.wire().iter().copied().filter(|it| !it.is_ascii()).collect();
    assert!(foreign.is_empty(), "{:?}", String::from_utf8_lossy(&foreign));
}

#[test]
fn what_is_not_a_terminal_gets_the_report() {
    let mut session = Run::demo().script(r#""$0" "$@" | cat; printf 'done\n'"#).start();
    session.wait_for("done");
    session.end();
    assert!(session.has("creditscope report"), "{}", session.screen());
    assert!(!session.wire().contains(&0x1b), "escape sequences in a pipe");
}

//! Gates 2 and 3: the mouse is the terminal's own, and a copy is a file whose path is shown.

use std::{fs, path::PathBuf, time::Duration};

use rustix::process::Signal;

use super::{
    process,
    session::{Ended, Run, Session},
    wire::{self, Token},
};

fn demo() -> Session {
    let mut session = Run::demo().start();
    session.wait_for(" sum ");
    session
}

/// Modes of the mouse, in the order in which they were turned on (`h`) and off (`l`).
fn mouse_switches(session: &Session) -> Vec<(String, char)> {
    let is_mouse = |body: &str| {
        body.strip_prefix('?').is_some_and(|it| {
            it.split(';').any(|it| matches!(it, "9") || it.starts_with("100") || it == "1015" || it == "1016")
        })
    };
    let switch = |token| match token {
        Token::Csi(body, end @ ('h' | 'l')) if is_mouse(&body) => Some((body, end)),
        _ => None,
    };
    wire::tokens(session.wire()).into_iter().filter_map(switch).collect()
}

fn captures(session: &Session) -> bool {
    session.emulator().mouse_protocol_mode() != vt100::MouseProtocolMode::None
}

#[test]
fn the_mouse_is_the_terminals_own_until_asked_for() {
    let mut session = demo();
    for keys in ["2", "3", "4", "5", "1", "?"] {
        session.keys(keys);
        session.settle(Duration::from_millis(80));
    }
    assert_eq!(mouse_switches(&session), []);
    session.keys("M");
    session.wait_until("M captures", captures);
    session.keys("M");
    session.wait_until("M again lets go", |it| !captures(it));
}

#[test]
fn a_captured_wheel_moves_the_cursor() {
    let mut session = demo();
    session.wait_for(">porter");
    session.keys("M");
    session.wait_until("M captures", captures);
    session.keys("\x1b[<65;10;10M");
    session.wait_for(">runner");
    session.keys("\x1b[<64;10;10M");
    session.wait_for(">porter");
}

#[test]
fn the_mouse_is_given_back_at_the_end() {
    for keys in ["q", "\x03"] {
        let mut session = demo();
        session.keys("M");
        session.wait_until("M captures", captures);
        session.keys(keys);
        session.end();
        assert!(!captures(&session), "after {keys:?}");
    }
    let mut session = demo();
    session.keys("M");
    session.wait_until("M captures", captures);
    session.signal(Signal::TERM);
    session.end();
    assert!(!captures(&session), "after SIGTERM");
}

#[test]
fn the_mouse_is_given_back_while_suspended_and_captured_again() {
    let mut session = demo();
    session.keys("M");
    session.wait_until("M captures", captures);
    let program = session.program();
    session.keys("\x1a");
    session.wait_until("^Z stops", |_| process::state(program) == Some('T'));
    session.wait_until("the mouse to be free", |it| !captures(it));
    process::signal_group(program, Signal::CONT);
    session.wait_until("the mouse to be captured again", captures);
}

/// The path that the screen shows.
fn shown_path(session: &Session) -> Option<PathBuf> {
    let text = session.screen();
    let from = text.find("/creditscope-")?;
    let start = text[..from].rfind(char::is_whitespace)? + 1;
    let end = text[from..].find(char::is_whitespace).map_or(text.len(), |it| from + it);
    Some(PathBuf::from(&text[start..end]))
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = text.trim_end_matches('=').chars().map(|it| DIGITS.find(it).unwrap());
    let mut out = Vec::new();
    let (mut buffer, mut held) = (0_usize, 0);
    for six in bits {
        (buffer, held) = (buffer << 6 | six, held + 6);
        if held >= 8 {
            held -= 8;
            out.push((buffer >> held) as u8);
            buffer &= (1 << held) - 1;
        }
    }
    out
}

/// The strings of OSC or DCS on the wire.
fn strings(session: &Session) -> Vec<(char, String)> {
    let string = |token| if let Token::String(kind, body) = token { Some((kind, body)) } else { None };
    wire::tokens(session.wire()).into_iter().filter_map(string).collect()
}

#[track_caller]
fn check_copy(session: &mut Session, keys: &str, expected: &str) {
    let before = strings(session).len();
    session.keys(keys);
    // The notice of the copy before may still be there.
    session.wait_until("the file that holds it", |it| shown_path(it).is_some_and(|path| path.exists()));
    session.settle(Duration::from_millis(100));
    let path = shown_path(session).unwrap();
    let kept = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(kept.contains(expected), "{kept:?}");
    let strings = strings(session);
    let [(kind, body)] = &strings[before..] else { panic!("one string, not {strings:?}") };
    let (kind, sequence) = match kind {
        'P' => (']', body.strip_prefix("tmux;\x1b]").unwrap().trim_end_matches(['\x07', '\\', '\x1b'])),
        kind => (*kind, body.as_str()),
    };
    assert_eq!(kind, ']');
    let sent = base64(sequence.strip_prefix("52;c;").unwrap());
    assert_eq!(String::from_utf8(sent).unwrap(), kept);
    assert!(!session.screen().to_lowercase().contains("copied"), "a promise that tmux breaks");
}

#[test]
fn a_copy_is_sent_and_kept_in_a_file() {
    let mut session = demo();
    check_copy(&mut session, "y", "porter");
    check_copy(&mut session, "5y", "creditscope report");
}

#[test]
fn a_session_leaves_one_file_however_often_something_is_copied() {
    let mut session = demo();
    for keys in ["y", "5y", "1y"] {
        session.keys(keys);
        session.wait_for("sent to the terminal");
        session.settle(Duration::from_millis(100));
    }
    let files: Vec<_> = fs::read_dir(session.scratch()).unwrap().flatten().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(fs::read_to_string(files[0].path()).unwrap().contains("porter"), "the last copy");
}

#[test]
fn a_copy_passes_through_tmux() {
    let mut session = Run::demo().env("TMUX", "/tmp/tmux-0/default,1,0").start();
    session.wait_for(" sum ");
    check_copy(&mut session, "y", "porter");
    let strings = strings(&session);
    assert!(strings.iter().all(|it| it.0 == 'P' && it.1.starts_with("tmux;")), "{strings:?}");
}

#[test]
fn a_copy_that_cannot_be_kept_says_so() {
    let mut session = Run::demo().env("TMPDIR", "/proc/nowhere").start();
    session.wait_until("a screen or an error", |it| it.has(" sum ") || it.has("/proc/nowhere"));
    if session.has("creditscope:") {
        // The demo itself needs a temporary file: the message names the trouble.
        assert!(session.has("/proc/nowhere"), "{}", session.screen());
        assert_eq!(session.end(), Ended::Code(1));
        return;
    }
    session.keys("y");
    session.wait_for("no file: ");
}

//! Gates 6 and 7: the terminal is given back, however the program ends, and the program ends with its
//! terminal.
//!
//! No hidden switch makes the program panic. The test takes away the memory for another thread, which the
//! playback needs: a panic of the real binary, on its own path, with the terminal taken.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use super::{
    logs::{self, Log},
    process,
    session::{DEADLINE, Ended, Run, Session},
};

/// What a shell leaves on: without these a prompt is unusable.
const COOKED: [&str; 5] = ["ICANON", "ECHO", "ISIG", "OPOST", "ICRNL"];

pub(super) fn is_cooked(session: &Session) -> bool {
    let modes = session.modes();
    COOKED.iter().all(|it| modes.split(['|', '(', ')', ' ']).any(|mode| mode == *it))
}

pub(super) fn is_taken(session: &Session) -> bool {
    session.emulator().alternate_screen() && session.emulator().hide_cursor() && !is_cooked(session)
}

#[track_caller]
pub(super) fn assert_given_back(session: &mut Session) {
    session.settle(Duration::from_millis(50));
    let screen = session.emulator();
    assert!(!screen.alternate_screen(), "still on the alternate screen");
    assert!(!screen.hide_cursor(), "the cursor is still hidden");
    assert!(screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None, "the mouse is still captured");
    assert!(!screen.bracketed_paste(), "pasted text still comes in brackets");
    assert!(is_cooked(session), "still in raw mode: {}", session.modes());
    let plain = screen_is_plain(session);
    assert!(plain, "colours or attributes are left on");
}

fn screen_is_plain(session: &Session) -> bool {
    let it = session.emulator();
    let colour = it.fgcolor() != vt100::Color::Default || it.bgcolor() != vt100::Color::Default;
    !(colour || it.bold() || it.dim() || it.underline() || it.inverse())
}

pub(super) fn under_shell(run: Run) -> Session {
    let mut session = run.under_shell().start();
    session.wait_for(" sum ");
    session.wait_until("the terminal to be taken", is_taken);
    session
}

/// The program ends in a shell that lives on: with this status, and the terminal as it was.
#[track_caller]
fn check(status: u32, end: impl FnOnce(&mut Session)) {
    let mut session = under_shell(Run::demo());
    end(&mut session);
    session.wait_for(&format!("status={status}."));
    assert_given_back(&mut session);
    assert!(!session.has(" sum "), "something of it is left on the screen:\n{}", session.screen());
}

#[test]
fn after_quitting() {
    check(0, |it| it.keys("q"));
    check(130, |it| it.keys("\x03"));
}

#[test]
fn after_a_signal() {
    check(143, |it| it.signal(Signal::TERM));
    check(130, |it| it.signal(Signal::INT));
    check(129, |it| it.signal(Signal::HUP));
}

#[test]
fn after_a_signal_in_every_state() {
    for keys in ["M", "5", "?", "3p"] {
        check(143, |it| {
            it.keys(keys);
            it.settle(Duration::from_millis(100));
            it.signal(Signal::TERM);
        });
    }
}

#[test]
fn exit_codes_are_those_of_the_program_itself() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let mut session = Run::demo().start();
        session.wait_for(" sum ");
        session.signal(signal);
        assert_eq!(session.end(), Ended::Code(code), "{signal:?}");
    }
}

#[test]
fn two_signals_at_once_end_it_once() {
    let mut session = under_shell(Run::demo());
    let program = session.program();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        process::signal(program, signal);
    }
    session.wait_for("status=1");
    assert_given_back(&mut session);
    let bytes = session.wire();
    assert_eq!(super::wire::count(bytes, b"\x1b[?1049l"), 1, "given back once");
}

#[test]
fn a_signal_ends_it_although_the_terminal_does_not_read() {
    let mut session = Run::demo().start();
    session.wait_for(" sum ");
    // Nobody takes bytes from here on, as if a connection stalled; each ^L makes some kilobytes of them.
    session.stall();
    let main = session.program();
    let (mut worked, mut unchanged) = (0, 0);
    let deadline = Instant::now() + DEADLINE;
    while unchanged < 8 {
        assert!(Instant::now() < deadline, "the program is never stuck in writing");
        session.keys("\x0c");
        std::thread::sleep(Duration::from_millis(40));
        let now = process::main_nanoseconds(main);
        unchanged = if now == worked { unchanged + 1 } else { 0 };
        worked = now;
    }
    let start = Instant::now();
    session.signal(Signal::TERM);
    assert_eq!(session.end_unread(), Ended::Code(143));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// Takes away the address space for another thread.
fn starve(pid: i32) {
    let size = process::address_space(pid) + (256 << 10);
    let limit = Rlimit { current: Some(size), maximum: Some(size) };
    prlimit(Some(Pid::from_raw(pid).unwrap()), Resource::As, limit).unwrap();
}

#[test]
fn after_a_panic() {
    let mut session = under_shell(Run::demo());
    session.keys("3");
    session.wait_for("3 Timeline");
    let program = session.program();
    starve(program);
    // Answered by a thread of its own, for which there is no room.
    process::signal(program, Signal::TERM);
    session.wait_for("status=101.");
    assert_given_back(&mut session);
    // The message is on the screen the user came from, each line starting at the first column.
    assert!(session.has("panicked at src/"), "{}", session.screen());
    let staircase = session.screen().lines().any(|it| it.starts_with("          ") && it.contains("thread"));
    assert!(!staircase, "{}", session.screen());
}

#[test]
fn after_an_error() {
    let mut session = Run::log("/nowhere/at/all.jsonl").under_shell().start();
    session.wait_for("status=1.");
    assert!(session.has("creditscope:") && session.has("/nowhere/at/all.jsonl"), "{}", session.screen());
    assert_given_back(&mut session);
    assert_eq!(super::wire::count(session.wire(), b"\x1b[?1049h"), 0, "the terminal was not taken at all");
}

#[test]
fn suspended_and_continued() {
    let log = Log::of(&logs::ended_episode());
    let mut session = under_shell(Run::log(log.path()));
    let program = session.program();
    for round in 0..2 {
        session.keys("\x1a");
        session.wait_until("^Z stops it", |_| process::state(program) == Some('T'));
        assert_given_back(&mut session);
        if round == 1 {
            session.resize(100, 30);
        }
        let start = Instant::now();
        process::signal_group(program, Signal::CONT);
        session.wait_for(" sum ");
        session.wait_until("the terminal to be taken again", is_taken);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    // At the new size, and alive.
    session.wait_until("the new size", |it| it.width() > 90);
    session.keys("?");
    session.wait_for("MOVE");
    session.keys("qq");
    session.wait_for("status=0.");
    assert_given_back(&mut session);
}

#[test]
fn suspended_by_a_signal() {
    let mut session = under_shell(Run::demo());
    let program = session.program();
    session.signal(Signal::TSTP);
    session.wait_until("SIGTSTP stops it", |_| process::state(program) == Some('T'));
    assert_given_back(&mut session);
    process::signal_group(program, Signal::CONT);
    session.wait_for(" sum ");
    session.wait_until("the terminal to be taken again", is_taken);
}

#[test]
fn gone_with_a_closed_terminal_although_hang_ups_are_ignored() {
    let mut session = Run::demo().script(r#"trap "" HUP; exec "$0" "$@""#).start();
    session.wait_for(" sum ");
    session.hang_up("j");
    let start = Instant::now();
    assert_eq!(session.end_unread(), Ended::Code(129));
    let took = start.elapsed();
    println!("gone {took:?} after its terminal");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn gone_with_a_closed_terminal() {
    let mut session = Run::demo().start();
    session.wait_for(" sum ");
    session.hang_up("j");
    let start = Instant::now();
    assert_eq!(session.end_unread(), Ended::Code(129));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn gone_with_a_closed_terminal_while_a_log_is_followed_or_piped() {
    let log = Log::of(&logs::open_episode());
    let mut session = Run::log(log.path()).script(r#"trap "" HUP; exec "$0" "$@""#).start();
    session.wait_for("LIVE");
    session.hang_up("j");
    assert_eq!(session.end_unread(), Ended::Code(129));
    let path = log.path().display();
    let script = format!(r#"trap "" HUP; (cat '{path}'; exec sleep 60) | "$0" -"#);
    let mut session = Run::demo().script(&script).start();
    session.wait_for(" sum ");
    let program = session.program();
    session.hang_up("j");
    let start = Instant::now();
    while process::state(program).is_some_and(|it| it != 'Z') {
        assert!(start.elapsed() < Duration::from_secs(10), "it lives on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

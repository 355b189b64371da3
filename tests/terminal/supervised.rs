//! Gate 6 where the program can do nothing itself: it is killed, aborts, or is stopped from outside. Both of its processes
//! live and end together.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

use super::{
    gives_back::{assert_given_back, is_taken, under_shell},
    process,
    session::{DEADLINE, Ended, PROGRAM, Run, Session, together},
    wire,
};

/// What ends a program that does not handle it, and where a shell counts from.
const ENDING: [(Signal, u32); 6] = [
    (Signal::QUIT, 3),
    (Signal::ABORT, 6),
    (Signal::KILL, 9),
    (Signal::USR1, 10),
    (Signal::USR2, 12),
    (Signal::ALARM, 14),
];

fn is_gone(pid: i32) -> bool {
    process::state(pid).is_none_or(|it| it == 'Z')
}

/// The signal ends both processes with the code of that signal, in a shell that gets its terminal back.
#[track_caller]
fn check(signal: Signal, number: u32, whom: fn(&mut Session) -> i32) {
    let mut session = under_shell(Run::demo());
    let (program, supervisor) = (session.program(), session.supervisor());
    process::signal(whom(&mut session), signal);
    session.wait_for(&format!("status={}.", 128 + number));
    assert_given_back(&mut session);
    assert!(!session.has(" sum "), "something of it is left on the screen:\n{}", session.screen());
    assert!(is_gone(program) && is_gone(supervisor), "{signal:?}");
}

#[test]
fn after_a_signal_to_the_program() {
    together(ENDING.map(|(signal, number)| move || check(signal, number, Session::program)));
}

#[test]
fn after_a_signal_to_the_supervisor() {
    let handled = ENDING.into_iter().filter(|(it, _)| *it != Signal::KILL);
    std::thread::scope(|scope| {
        for (signal, number) in handled {
            scope.spawn(move || check(signal, number, Session::supervisor));
        }
    });
}

#[test]
fn after_an_abort_for_want_of_memory() {
    let mut session = under_shell(Run::demo());
    let program = session.program();
    let size = process::address_space(program) + (1 << 20);
    let limit = Rlimit { current: Some(size), maximum: Some(size) };
    prlimit(Some(Pid::from_raw(program).unwrap()), Resource::As, limit).unwrap();
    // A frame of 800,000 cells takes more than that.
    session.resize(1000, 800);
    session.wait_for("status=134.");
    assert!(session.has("creditscope: ended by SIGABRT: there was no memory left"), "{}", session.screen());
    assert_given_back(&mut session);
}

#[test]
fn a_killed_supervisor_leaves_no_program_behind() {
    let mut session = under_shell(Run::demo());
    let program = session.program();
    let supervisor = session.supervisor();
    process::signal(supervisor, Signal::KILL);
    session.wait_until("the program to be gone", |_| is_gone(program));
    assert_given_back(&mut session);
    // Stopped as well.
    let mut session = Run::demo().start();
    session.wait_for(" sum ");
    let program = session.program();
    session.keys("\x1a");
    session.wait_until("^Z stops both", |it| {
        [program, it.pid()].iter().all(|it| process::state(*it) == Some('T'))
    });
    process::signal(session.pid(), Signal::KILL);
    assert_eq!(session.end(), Ended::Killed);
    let deadline = Instant::now() + DEADLINE;
    while !is_gone(program) {
        assert!(Instant::now() < deadline, "a stopped program is left behind");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A program that somebody stopped cannot heed SIGTERM.
#[test]
fn a_killed_supervisor_leaves_no_program_behind_that_was_stopped_from_outside() {
    let mut session = under_shell(Run::demo());
    let (program, supervisor) = (session.program(), session.supervisor());
    process::signal(program, Signal::STOP);
    session.wait_until("both to be stopped", |_| {
        [program, supervisor].iter().all(|it| process::state(*it) == Some('T'))
    });
    process::signal(supervisor, Signal::KILL);
    session.wait_until("the program to be gone", |_| is_gone(program));
    assert_given_back(&mut session);
}

/// Stopped with `stop` and continued with `go`, it takes the terminal again and draws everything.
#[track_caller]
fn check_stopped(stop: fn(&mut Session), is_given_back: bool, go: fn(&mut Session)) {
    let mut session = under_shell(Run::demo());
    session.settle(Duration::from_millis(200));
    let entered = |it: &Session| wire::count(it.wire(), b"\x1b[?1049h");
    let before = entered(&session);
    let supervisor = session.supervisor();
    stop(&mut session);
    session.wait_until("it to be stopped", |_| process::state(supervisor) == Some('T'));
    if is_given_back {
        assert_given_back(&mut session);
    }
    let frames = session.frames();
    go(&mut session);
    session.wait_until("the terminal to be taken again", |it| entered(it) > before && is_taken(it));
    session.wait_until("a whole frame", |it| it.frames() > frames && it.has(" sum "));
    session.keys("?");
    session.wait_for("MOVE");
    session.keys("qq");
    session.wait_for("status=0.");
    assert_given_back(&mut session);
}

#[test]
fn stopped_from_outside_and_continued() {
    let continue_group = |it: &mut Session| process::signal_group(it.program(), Signal::CONT);
    let continue_supervisor = |it: &mut Session| process::signal(it.supervisor(), Signal::CONT);
    let stop_program = |it: &mut Session| it.signal(Signal::STOP);
    let stop_supervisor = |it: &mut Session| process::signal(it.supervisor(), Signal::STOP);
    let suspend_supervisor = |it: &mut Session| process::signal(it.supervisor(), Signal::TSTP);
    let stop_both = |it: &mut Session| {
        let (program, supervisor) = (it.program(), it.supervisor());
        process::signal(program, Signal::STOP);
        process::signal(supervisor, Signal::STOP);
    };
    check_stopped(stop_program, true, continue_group);
    check_stopped(stop_program, true, continue_supervisor);
    check_stopped(suspend_supervisor, true, continue_supervisor);
    check_stopped(suspend_supervisor, true, continue_group);
    // Nothing of it runs that could give the terminal back.
    check_stopped(stop_supervisor, false, continue_supervisor);
    check_stopped(stop_both, false, continue_group);
}

#[test]
fn stopped_from_outside_under_a_shell_and_brought_back_by_fg() {
    let mut session = Run::demo().script("exec /bin/sh -i").start();
    session.keys(&format!("'{PROGRAM}'\n"));
    session.wait_for(" sum ");
    let (program, supervisor) = (session.program(), session.supervisor());
    for whom in [program, supervisor] {
        session.settle(Duration::from_millis(100));
        process::signal(whom, Signal::STOP);
        session.wait_until("the supervisor to be stopped", |_| process::state(supervisor) == Some('T'));
        // The shell writes where the last frame left the cursor, which may be near the edge.
        session.wait_until("the shell to say so", |it| it.screen().replace('\n', "").contains("Stopped"));
        session.keys("stty sane; clear; echo in-between\n");
        session.wait_until("its answer alone", |it| it.screen().starts_with("in-between\n"));
        session.keys("fg\n");
        session.wait_until("the terminal to be taken again", is_taken);
        session.wait_until("the picture alone", |it| it.has(" sum ") && !it.has("in-between"));
    }
    session.keys("q");
    session.wait_until("the end", |_| is_gone(program) && is_gone(supervisor));
    assert_given_back(&mut session);
    session.keys("exit\n");
}

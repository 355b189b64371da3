//! A process that outlives the program by a moment, and gives the terminal back whatever ended it.
//!
//! Nothing of the program runs after an abort for memory, a fault or SIGKILL. So the process that was started does no more
//! than start the program in another process, wait, and do what the shell around it relies on:
//!
//! ```text
//! the program                    the supervisor
//! ends                           gives the terminal back unless that was done, and ends with the same code
//! is stopped                     the same, and stops itself: the shell waits for it, not for the program
//!
//! the supervisor                 the program
//! gets a signal                  gets it too; after SIGCONT it takes the terminal again
//! is gone, by SIGKILL too        gets SIGCONT from the kernel, which a stopped program heeds too, and ends as by SIGTERM
//! ```
//!
//! Only Linux promises the last line; elsewhere the program runs alone.

use std::{
    env,
    ffi::c_int,
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Command, id},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    cursor,
    event::{DisableBracketedPaste, DisableMouseCapture},
    queue,
    style::ResetColor,
    terminal::{EndSynchronizedUpdate, LeaveAlternateScreen},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitOptions, WaitStatus, getpgrp, getpid, getppid, kill_process, waitpid},
    termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr},
};
use signal_hook::{
    consts::{
        SIGABRT, SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1,
        SIGUSR2, SIGVTALRM,
    },
    iterator::Signals,
    low_level::signal_name,
};

/// The variable that tells the program whose child it must be to be supervised.
const SUPERVISOR: &str = "CREDITSCOPE_SUPERVISOR";

/// Whether this process is a program with a supervisor.
static IS_SUPERVISED: AtomicBool = AtomicBool::new(false);

/// Whether nothing but lines of text may be written to the terminal, in both processes.
static IS_PLAIN: AtomicBool = AtomicBool::new(false);

/// From here on the terminal gets lines of text and nothing else.
pub fn write_plainly() {
    IS_PLAIN.store(true, Ordering::SeqCst);
}

/// Whether the terminal gets lines of text and nothing else.
pub(super) fn is_plain() -> bool {
    IS_PLAIN.load(Ordering::SeqCst)
}

/// What is passed on to the program: all that somebody may send, and that can be handled.
const PASSED_ON: [c_int; 12] = [
    SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
    SIGVTALRM,
];

/// How long a terminal that takes no bytes is waited for.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };

/// Runs the program in a process of its own, and returns its exit code. `None`: this is that process, or there can be none,
/// and the program is to run here.
pub fn supervise() -> Option<u8> {
    if cfg!(not(target_os = "linux")) || is_supervised() {
        return None;
    }
    let modes = tcgetattr(io::stdout()).ok()?;
    let program = start().ok()?;
    let signals = Signals::new(PASSED_ON.iter().chain(&[SIGCHLD]));
    let supervisor = Supervisor { program, modes };
    Some(match signals {
        Ok(signals) => supervisor.watch(signals),
        // No handlers, for want of descriptors: to wait is all that can be done.
        Err(_) => supervisor.wait(),
    })
}

/// Whether a supervisor waits for this process. From here on the process ends with it.
fn is_supervised() -> bool {
    if !is_child_of_supervisor() {
        return false;
    }
    IS_SUPERVISED.store(true, Ordering::SeqCst);
    end_with_supervisor(Signal::TERM);
    if !is_child_of_supervisor() {
        // It ended before its end could be asked for.
        std::process::exit(128 + SIGTERM);
    }
    true
}

/// Stops this process, the program, until it is continued.
///
/// # Errors
/// If it cannot be stopped.
pub(super) fn stop() -> io::Result<()> {
    // The terminal was given back, so there is nothing to be done before the end.
    end_with_supervisor(Signal::KILL);
    let stopped = kill_process(getpid(), Signal::STOP);
    end_with_supervisor(Signal::CONT);
    Ok(stopped?)
}

/// From here on the end of the supervisor is told by SIGCONT, for which there is a handler now: SIGTERM would wait for ever
/// in a program that somebody stopped.
pub fn tell_by_sigcont() {
    end_with_supervisor(Signal::CONT);
}

/// Whether the supervisor of this process is gone. Where there was none it is not.
pub fn is_gone() -> bool {
    IS_SUPERVISED.load(Ordering::SeqCst) && !is_child_of_supervisor()
}

/// Whether the parent of this process is the one that the environment names.
fn is_child_of_supervisor() -> bool {
    let named: Option<i32> = env::var(SUPERVISOR).ok().and_then(|it| it.parse().ok());
    named.is_some() && named == getppid().map(Pid::as_raw_pid)
}

/// The kernel sends this process `signal` when its supervisor is gone.
fn end_with_supervisor(signal: Signal) {
    #[cfg(target_os = "linux")]
    if IS_SUPERVISED.load(Ordering::SeqCst) {
        // Fails only for what is no signal.
        let _ = rustix::process::set_parent_process_death_signal(Some(signal));
    }
}

/// Starts the program anew, with the arguments of this process.
fn start() -> io::Result<Pid> {
    let mut command = Command::new(env::current_exe()?);
    let mut arguments = env::args_os();
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    let child = command.args(arguments).env(SUPERVISOR, id().to_string()).spawn()?;
    Ok(Pid::from_child(&child))
}

/// What became of the program since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    None,
    Continued,
    Stopped,
    /// With this exit code.
    Ended(u8),
}

/// What is watched, and what the terminal is to be like afterwards.
struct Supervisor {
    program: Pid,
    /// The modes of the terminal before the program changed them.
    modes: Termios,
}

impl Supervisor {
    /// Passes signals on until the program ends. Returns its exit code.
    fn watch(&self, mut signals: Signals) -> u8 {
        // A look comes before the first signal too: the program may have ended before there was a handler.
        let mut batch: Vec<c_int> = Vec::new();
        loop {
            let news = self.look();
            match news {
                News::Ended(code) => return code,
                News::Stopped => {
                    self.give_back();
                    // Cannot fail. If it did, the shell would go on waiting for a program that waits too.
                    let _ = kill_process(getpid(), Signal::STOP);
                    // It was obeyed: passed on now, it would stop a program that has just been continued.
                    batch.retain(|it| *it != SIGTSTP);
                }
                News::None | News::Continued => {}
            }
            // Each would draw the screen once.
            batch.retain(|it| *it != SIGCHLD && !(*it == SIGCONT && news == News::Continued));
            for signal in batch.drain(..).filter_map(Signal::from_named_raw) {
                // If the program is gone the next look finds it.
                let _ = kill_process(self.program, signal);
            }
            batch.extend(signals.wait());
        }
    }

    /// Looks what became of the program.
    fn look(&self) -> News {
        let changes = WaitOptions::NOHANG | WaitOptions::UNTRACED | WaitOptions::CONTINUED;
        match waitpid(Some(self.program), changes) {
            Ok(None) => News::None,
            Ok(Some((_, status))) if status.continued() => News::Continued,
            Ok(Some((_, status))) if status.stopped() => News::Stopped,
            Ok(Some((_, status))) => News::Ended(self.end(status)),
            Err(_) => News::Ended(self.lost()),
        }
    }

    /// Waits for the end of the program.
    fn wait(&self) -> u8 {
        loop {
            match waitpid(Some(self.program), WaitOptions::empty()) {
                Ok(Some((_, status))) => return self.end(status),
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return self.lost(),
            }
        }
    }

    /// The program ended.
    fn end(&self, status: WaitStatus) -> u8 {
        self.give_back();
        let code = match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => code,
            (None, Some(signal)) => {
                say_what_ended_it(signal);
                128 + signal
            }
            (None, None) => 1,
        };
        u8::try_from(code).unwrap_or(1)
    }

    /// The program is gone, and its exit code with it.
    fn lost(&self) -> u8 {
        self.give_back();
        1
    }

    /// Gives the terminal back, unless the program did or the terminal is somebody else's at the moment.
    fn give_back(&self) {
        let stdout = io::stdout();
        let is_ours = tcgetpgrp(&stdout).map_or(true, |it| it == getpgrp());
        let is_taken = || tcgetattr(&stdout).is_ok_and(|it| it.local_modes != self.modes.local_modes);
        if !is_ours || !is_taken() {
            return;
        }
        let _ = tcsetattr(&stdout, OptionalActions::Now, &self.modes);
        let mut fds = [PollFd::new(&stdout, PollFlags::OUT)];
        if poll(&mut fds, Some(&PATIENCE)).is_ok_and(|it| it > 0) {
            let mut stdout = stdout.lock();
            // A terminal that is gone cannot be told.
            let _ = stdout.write_all(&farewell());
            let _ = stdout.flush();
        }
    }
}

/// What a terminal is told when it is given back, by whichever process.
pub(super) fn farewell() -> Vec<u8> {
    let mut wire = Vec::new();
    if is_plain() {
        return wire;
    }
    // Writing to a vector cannot fail.
    let _ = queue!(
        wire,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        ResetColor,
        LeaveAlternateScreen,
        cursor::Show
    );
    wire
}

/// What the program wrote last stood on the screen that it took. Nobody asks why after signals that people send.
fn say_what_ended_it(signal: c_int) {
    let why = match signal {
        SIGHUP | SIGINT | SIGTERM => return,
        SIGABRT => ": there was no memory left, or it found itself at fault",
        _ if signal == Signal::KILL.as_raw() => ": somebody killed it, or the system was out of memory",
        _ => "",
    };
    let name = signal_name(signal).unwrap_or("a signal");
    let _ = writeln!(io::stderr(), "creditscope: ended by {name}{why}");
}

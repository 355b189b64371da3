//! One process of a replayer, its guard and its pipes.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{runtime::spawn, text};

/// The longest line that is taken.
const LONGEST: usize = 64 << 20;
/// Lines that wait to be read; a process that prints more waits itself.
const WAITING: usize = 64;
/// What is kept of stderr, in lines and in characters of each.
const STDERR_LINES: usize = 12;
const STDERR_CHARS: usize = 300;
/// After it was asked to, a process ends within this time or is ended.
const KINDLY: Duration = Duration::from_secs(2);
/// How long is waited for the status of a process that has closed its stdout.
const MOMENT: Duration = Duration::from_secs(2);
/// Ends a group of processes when the pipe closes without a word: when whoever held it was killed.
const GUARD: &str = r#"trap '' HUP INT TERM; read -r word || kill -s KILL -- "-$0" 2>/dev/null"#;

/// What is heard from a process.
pub(super) enum Heard {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A line of more bytes than this.
    TooLong(usize),
}

/// A process that runs.
pub(super) struct Process {
    child: Child,
    guard: Option<(Child, ChildStdin)>,
    tell: Sender<String>,
    heard: Receiver<Heard>,
    stderr: Arc<Mutex<VecDeque<String>>>,
}

impl Process {
    /// Runs `command` in a shell, in a group of its own.
    pub(super) fn start(command: &str) -> io::Result<Self> {
        let mut child = Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let guard = guard(child.id());
        let (Some(stdin), Some(stdout), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("it has no pipes"));
        };
        let (tell, told) = unbounded();
        let (hear, heard) = bounded(WAITING);
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&stderr);
        // A process that reads nothing must not stop who writes to it.
        spawn("replayer-in", move || write_all(stdin, &told));
        spawn("replayer-out", move || read_lines(stdout, &hear));
        spawn("replayer-err", move || keep_last(errors, &kept));
        Ok(Self { child, guard, tell, heard, stderr })
    }

    /// Writes a message.
    pub(super) fn tell(&self, line: String) {
        // If it no longer reads, it has ended: that is heard.
        let _ = self.tell.send(line);
    }

    /// What it prints; closed when it prints no more.
    pub(super) fn heard(&self) -> &Receiver<Heard> {
        &self.heard
    }

    /// Asks it to end, and waits a little.
    pub(super) fn end_kindly(mut self, id: u64) {
        self.tell(crate::replay::shutdown_request(id));
        self.tell = unbounded().0;
        let until = Instant::now() + KINDLY;
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            // What it still prints must not stop it.
            while self.heard.try_recv().is_ok() {}
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }

    /// Ends it with all that it started. Why, with how it ended and the last lines of its stderr.
    pub(super) fn end(mut self, why: &str) -> String {
        let mut status = self.child.try_wait().ok().flatten();
        // Whoever prints no more is about to end: how it does is worth a moment.
        let until = Instant::now() + MOMENT;
        while status.is_none() && self.heard.is_empty() && self.prints_no_more() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
            status = self.child.try_wait().ok().flatten();
        }
        self.kill();
        // The rest of stderr comes at once.
        std::thread::sleep(Duration::from_millis(20));
        let status = status.map_or(String::new(), |it| format!(" ({it})"));
        let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let tail: Vec<&str> = stderr.iter().map(String::as_str).collect();
        let tail = if tail.is_empty() { String::new() } else { format!("; stderr: {}", tail.join(" | ")) };
        format!("{why}{status}{tail}")
    }

    fn prints_no_more(&self) -> bool {
        matches!(self.heard.try_recv(), Err(TryRecvError::Disconnected))
    }

    fn kill(&mut self) {
        if let Some((mut guard, mut pipe)) = self.guard.take() {
            let _ = pipe.write_all(b"over\n");
            drop(pipe);
            let _ = guard.wait();
        }
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.guard.is_some() {
            self.kill();
        }
    }
}

/// Ends the group when this program is killed. Without a guard the closed stdin says so.
fn guard(group: u32) -> Option<(Child, ChildStdin)> {
    let mut guard = Command::new("sh")
        .args(["-c", GUARD, &group.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    let pipe = guard.stdin.take()?;
    Some((guard, pipe))
}

fn write_all(mut stdin: ChildStdin, told: &Receiver<String>) {
    for line in told {
        if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(stdout: impl Read, hear: &Sender<Heard>) {
    let mut reader = BufReader::with_capacity(1 << 16, stdout);
    loop {
        let mut line = Vec::new();
        match reader.by_ref().take(LONGEST as u64).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(n) if n == LONGEST && line.last() != Some(&b'\n') => {
                let _ = hear.send(Heard::TooLong(LONGEST));
                return;
            }
            Ok(_) => {
                while matches!(line.last(), Some(b'\n' | b'\r')) {
                    line.pop();
                }
                if hear.send(Heard::Line(line)).is_err() {
                    return;
                }
            }
        }
    }
}

fn keep_last(errors: impl Read, kept: &Mutex<VecDeque<String>>) {
    let mut reader = BufReader::new(errors);
    let mut line = Vec::new();
    loop {
        line.clear();
        match reader.by_ref().take(1 << 16).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let shown = text::label(&String::from_utf8_lossy(&line), STDERR_CHARS);
                if shown.is_empty() {
                    continue;
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == STDERR_LINES {
                    kept.pop_front();
                }
                kept.push_back(shown);
            }
        }
    }
}

//! One run of the program in a pseudo-terminal.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::{Read, Write},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::Signal;

use super::{process, wire};

/// How long to wait for what has to come. Generous: the machine may be busy with other tests.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_creditscope");

/// Pseudo-terminals are opened one at a time. Between opening one and marking it close-on-exec, a process
/// started by another test would inherit it and keep it alive.
static OPENING: Mutex<()> = Mutex::new(());

/// Runs all of `checks` at once: they mostly wait.
pub fn together<F: FnOnce() + Send, const N: usize>(checks: [F; N]) {
    std::thread::scope(|scope| {
        for check in checks {
            scope.spawn(check);
        }
    });
}

/// How to start the program.
pub struct Run {
    arguments: Vec<OsString>,
    size: (u16, u16),
    env: Vec<(String, String)>,
    script: Option<String>,
}

impl Run {
    /// With these arguments, at 80x24, in UTF-8 and 256 colours.
    pub fn new<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
            size: (80, 24),
            env: Vec::new(),
            script: None,
        }
    }

    /// On the embedded demo.
    pub fn demo() -> Self {
        Self::new(Vec::<OsString>::new())
    }

    /// On one log.
    pub fn log(path: impl AsRef<Path>) -> Self {
        Self::new([path.as_ref()])
    }

    /// Columns and rows.
    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// Sets a variable of the environment, which holds little else.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs a shell script instead; `"$0" "$@"` is the program and its arguments.
    pub fn script(mut self, script: &str) -> Self {
        self.script = Some(script.to_owned());
        self
    }

    /// Under a shell that outlives the program, as in life, so that one can look at what the program leaves
    /// behind in the terminal. The shell prints `status=` and the exit code.
    pub fn under_shell(self) -> Self {
        self.script(r#""$0" "$@"; printf 'status=%s.\n' $?; read -r line"#)
    }

    pub fn start(self) -> Session {
        let mut command = match &self.script {
            None => CommandBuilder::new(PROGRAM),
            Some(script) => {
                let mut shell = CommandBuilder::new("/bin/sh");
                shell.args(["-c", script, PROGRAM]);
                shell
            }
        };
        command.args(&self.arguments);
        command.env_clear();
        let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
        command.env("PATH", path);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let scratch = tempfile::tempdir().unwrap();
        command.env("TMPDIR", scratch.path());
        for (name, value) in &self.env {
            command.env(name, value);
        }
        let size = pty_size(self.size);
        let (master, child) = {
            let _guard = OPENING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let pair = native_pty_system().openpty(size).unwrap();
            let child = pair.slave.spawn_command(command).unwrap();
            (pair.master, child)
        };
        let mut reader = master.try_clone_reader().unwrap();
        let writer = master.take_writer().unwrap();
        let (send, bytes) = mpsc::channel();
        let closing = Arc::new(AtomicBool::new(false));
        let stop = closing.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send((Instant::now(), buffer[..count].to_vec())).is_err()
                    || stop.load(Ordering::SeqCst)
                {
                    break;
                }
            }
        });
        let parser = vt100::Parser::new(size.rows.max(1), size.cols.max(1), 0);
        Session {
            parser,
            bytes,
            arrived: Instant::now(),
            wire: Vec::new(),
            terminal: Some((master, writer)),
            child,
            closing,
            scratch,
        }
    }
}

fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// The program, running.
pub struct Session {
    parser: vt100::Parser,
    bytes: Receiver<(Instant, Vec<u8>)>,
    /// When the last of the bytes taken came.
    arrived: Instant,
    wire: Vec<u8>,
    terminal: Option<(Box<dyn MasterPty + Send>, Box<dyn Write + Send>)>,
    child: Box<dyn Child + Send + Sync>,
    closing: Arc<AtomicBool>,
    /// Where the program puts its temporary files.
    scratch: tempfile::TempDir,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Code(u32),
    Killed,
}

impl Session {
    /// Where the program puts its temporary files.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        let (_, writer) = self.terminal.as_mut().expect("the terminal is open");
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// What stands on the screen, one line per row, without blanks at the end.
    pub fn screen(&self) -> String {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let mut text = String::new();
        for row in screen.rows(0, columns) {
            let _ = writeln!(text, "{}", row.trim_end());
        }
        text
    }

    /// The columns of the longest row.
    pub fn width(&self) -> usize {
        self.screen().lines().map(|it| it.chars().count()).max().unwrap_or(0)
    }

    /// The emulated terminal.
    pub fn emulator(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn has(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    /// All bytes the program has written.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// How many frames were drawn.
    pub fn frames(&self) -> usize {
        wire::count(&self.wire, wire::FRAME_END)
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |it| it.has(text));
    }

    /// Waits until `condition` holds.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut(&Session) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            self.drain();
            if condition(self) {
                return;
            }
            // Some conditions are about the process, not about its output: look again now and then.
            if !self.receive(Duration::from_millis(20)) && Instant::now() > deadline {
                panic!("waited in vain for {what:?}; the screen is\n{}", self.screen());
            }
        }
    }

    /// Waits until the program has been silent for `quiet`. For measurements; correctness waits for a text.
    pub fn settle(&mut self, quiet: Duration) {
        self.drain();
        while self.receive(quiet) {}
    }

    /// Types `keys` and waits for the frames that follow; the bytes they took.
    #[track_caller]
    pub fn cost(&mut self, keys: &str) -> usize {
        self.settle(Duration::from_millis(150));
        let before = self.wire.len();
        self.keys(keys);
        let frames = self.frames();
        let deadline = Instant::now() + Duration::from_secs(2);
        while self.frames() == frames && Instant::now() < deadline {
            self.receive(Duration::from_millis(20));
        }
        self.settle(Duration::from_millis(250));
        self.wire.len() - before
    }

    /// Takes what has arrived.
    pub fn drain(&mut self) {
        while let Ok(bytes) = self.bytes.try_recv() {
            self.take(bytes);
        }
    }

    /// Waits for bytes, at most this long. `false` if there were none.
    pub fn receive(&mut self, limit: Duration) -> bool {
        match self.bytes.recv_timeout(limit) {
            Ok(bytes) => {
                self.take(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                // The program has closed the terminal; conditions about the process may still change.
                std::thread::sleep(limit.min(Duration::from_millis(5)));
                false
            }
        }
    }

    fn take(&mut self, (at, bytes): (Instant, Vec<u8>)) {
        self.parser.process(&bytes);
        self.wire.extend_from_slice(&bytes);
        self.arrived = at;
    }

    /// When the last of the bytes came that the screen was made of.
    pub fn arrived(&self) -> Instant {
        self.arrived
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.drain();
        // Bytes of the old size may still be under way, and the emulator panics when one row wraps.
        self.parser.screen_mut().set_size(rows.max(2), columns.max(2));
        let (master, _) = self.terminal.as_ref().expect("the terminal is open");
        master.resize(pty_size((columns, rows))).unwrap();
    }

    /// The process that was started: the supervisor of the program, or the shell around it.
    pub fn pid(&self) -> i32 {
        self.child.process_id().unwrap().try_into().unwrap()
    }

    /// The process that does the work, also where a shell is around it.
    #[track_caller]
    pub fn program(&mut self) -> i32 {
        self.processes().0
    }

    /// The process that was started, and waits for the one that does the work.
    #[track_caller]
    pub fn supervisor(&mut self) -> i32 {
        self.processes().1
    }

    #[track_caller]
    fn processes(&mut self) -> (i32, i32) {
        let root = self.pid();
        let mut found = None;
        self.wait_until("the process of the program", |_| {
            found = process::supervised("creditscope", root);
            found.is_some()
        });
        found.unwrap()
    }

    /// Sends a signal to the program.
    #[track_caller]
    pub fn signal(&mut self, signal: Signal) {
        let pid = self.program();
        process::signal(pid, signal);
    }

    /// The modes of the terminal, as the kernel has them.
    pub fn modes(&self) -> String {
        let (master, _) = self.terminal.as_ref().expect("the terminal is open");
        let termios = master.get_termios().unwrap();
        format!("{:?} {:?} {:?}", termios.input_flags, termios.output_flags, termios.local_flags)
    }

    /// Closes the terminal, as a lost connection does. The program must draw once more to notice: its reader
    /// lets go when it has read something, so one key is typed.
    pub fn hang_up(&mut self, key: &str) {
        self.settle(Duration::from_millis(100));
        self.closing.store(true, Ordering::SeqCst);
        self.keys(key);
        let deadline = Instant::now() + DEADLINE;
        while !matches!(self.bytes.recv_timeout(DEADLINE), Err(RecvTimeoutError::Disconnected)) {
            assert!(Instant::now() < deadline, "the reader does not let go of the terminal");
        }
        self.terminal = None;
    }

    /// Takes no more bytes from the terminal, as when a connection stalls.
    pub fn stall(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        self.keys("j");
        while !matches!(self.bytes.recv_timeout(DEADLINE), Err(RecvTimeoutError::Disconnected)) {}
    }

    /// Waits for the end, taking what is written meanwhile.
    #[track_caller]
    pub fn end(&mut self) -> Ended {
        let ended = self.wait_end(|it| {
            it.receive(Duration::from_millis(10));
        });
        self.settle(Duration::from_millis(50));
        ended
    }

    /// Waits for the end of a program whose terminal is closed or stalled.
    #[track_caller]
    pub fn end_unread(&mut self) -> Ended {
        self.wait_end(|_| std::thread::sleep(Duration::from_millis(2)))
    }

    #[track_caller]
    fn wait_end(&mut self, mut pause: impl FnMut(&mut Self)) -> Ended {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) if status.signal().is_some() => return Ended::Killed,
                Some(status) => return Ended::Code(status.exit_code()),
                None if Instant::now() > deadline => {
                    panic!("the program does not end; the screen is\n{}", self.screen());
                }
                None => pause(self),
            }
        }
    }

    /// Whether the child process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let pid = self.pid();
        if let Ok(None) = self.child.try_wait() {
            process::kill_tree(pid);
            let _ = self.child.wait();
        }
    }
}

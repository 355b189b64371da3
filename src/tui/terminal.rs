//! Takes the terminal and gives it back, whatever happens.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crossterm::{
    cursor,
    event::{DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    queue,
    style::ResetColor,
    terminal::{self, BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen},
};
use ratatui::{buffer::Buffer, layout::Rect};
use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
};

use super::{supervisor, wire};

/// Exit code after a panic, as Rust has it.
const PANICKED: i32 = 101;

/// Whether the terminal is ours at the moment. One for the process, because signals and panics must know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours: paints what changed and nothing else.
///
/// This does what `ratatui::Terminal` does, less its cursor queries (which hang while another thread reads
/// keys) and its bytes on frames without a change.
pub struct Terminal {
    shown: Buffer,
    stale: bool,
    wire: Vec<u8>,
    /// Whether the mouse is captured, so that it is captured again after a suspension.
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal: raw mode, alternate screen, hidden cursor; in plain mode raw mode alone. A panic gives it back first, unless
    /// `is_contained` says that it is caught where it happens.
    ///
    /// # Errors
    /// If the terminal refuses.
    pub fn take(is_contained: fn() -> bool) -> io::Result<Self> {
        install_panic_hook(is_contained);
        enter()?;
        // From here on dropping it gives the terminal back, also if the next line fails.
        let mut terminal = Self { shown: Buffer::default(), stale: true, wire: Vec::new(), mouse: false };
        let (columns, rows) = size()?;
        terminal.resize(columns, rows);
        Ok(terminal)
    }

    /// Columns and rows as last set.
    pub fn area(&self) -> Rect {
        self.shown.area
    }

    /// The terminal has another size, or shows what we did not write: the next frame is drawn whole.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.shown = Buffer::empty(Rect::new(0, 0, columns.max(1), rows.max(1)));
        self.stale = true;
    }

    /// Shows `frame`, which has the size of [`Terminal::area`], in one write wrapped in a synchronized
    /// update. Writes no byte and returns `false` if nothing changed.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn show(&mut self, frame: Buffer) -> io::Result<bool> {
        let stale = std::mem::take(&mut self.stale);
        self.wire.clear();
        queue!(self.wire, BeginSynchronizedUpdate)?;
        if stale {
            queue!(self.wire, ResetColor, terminal::Clear(terminal::ClearType::All))?;
        }
        let empty = self.wire.len();
        wire::paint(&mut self.wire, &self.shown, &frame);
        self.shown = frame;
        if self.wire.len() == empty && !stale {
            return Ok(false);
        }
        queue!(self.wire, EndSynchronizedUpdate)?;
        write(&self.wire)?;
        Ok(true)
    }

    /// Captures the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn mouse(&mut self, captured: bool) -> io::Result<()> {
        if supervisor::is_plain() {
            return Ok(());
        }
        self.mouse = captured;
        let mut wire = Vec::new();
        if captured {
            queue!(wire, EnableMouseCapture)?;
        } else {
            queue!(wire, DisableMouseCapture)?;
        }
        write(&wire)
    }

    /// Writes bytes that are not part of the picture, such as a clipboard sequence.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        write(bytes)
    }

    /// Gives the terminal back and stops the process until it is continued; then [`Terminal::take_again`] is due. Does
    /// nothing while it is due: the wish to stop came twice.
    ///
    /// # Errors
    /// If the process cannot be stopped.
    pub fn stop(&mut self) -> io::Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        restore();
        supervisor::stop()
    }

    /// Takes the terminal after the process was stopped, by [`Terminal::stop`] or from outside, and whatever was done to
    /// the terminal meanwhile. The next frame is drawn whole.
    ///
    /// # Errors
    /// If the terminal refuses.
    pub fn take_again(&mut self) -> io::Result<()> {
        // Raw mode that counts as set is not set again, and a shell has set modes of its own.
        terminal::disable_raw_mode()?;
        enter()?;
        if self.mouse {
            self.mouse(true)?;
        }
        let (columns, rows) = size()?;
        self.resize(columns, rows);
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Columns and rows. A terminal that does not know its size (a serial line, a container without one) counts
/// as the usual 80x24.
fn size() -> io::Result<(u16, u16)> {
    let (columns, rows) = terminal::size()?;
    Ok(if columns == 0 || rows == 0 { (80, 24) } else { (columns, rows) })
}

fn enter() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    if supervisor::is_plain() {
        return Ok(());
    }
    let mut wire = Vec::new();
    // What is pasted must not be taken for commands.
    queue!(wire, EnterAlternateScreen, cursor::Hide, EnableBracketedPaste)?;
    write(&wire).inspect_err(|_| restore())
}

/// Writes in one go, unless the terminal was given back: then another thread is ending the program, and
/// nothing more may appear.
fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if TAKEN.load(Ordering::SeqCst) {
        stdout.write_all(bytes)?;
        stdout.flush()?;
    }
    Ok(())
}

/// Gives the terminal back. Safe to call from anywhere, any number of times: only the first call acts.
///
/// Waits for a frame that is being written; a terminal that does not read keeps it waiting.
pub fn restore() {
    if !TAKEN.load(Ordering::SeqCst) {
        return;
    }
    // First, because raw mode is the worst to be left with, and ending it needs no cooperation.
    let _ = terminal::disable_raw_mode();
    let mut stdout = io::stdout().lock();
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that is gone cannot be told.
    let _ = stdout.write_all(&supervisor::farewell());
    let _ = stdout.flush();
}

fn install_panic_hook(is_contained: fn() -> bool) {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, Ordering::SeqCst) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if is_contained() {
            return;
        }
        restore();
        before(info);
        // Without the thread that panicked the others would wait for ever, in a terminal that is not theirs.
        std::process::exit(PANICKED);
    }));
}

/// Blocks until the terminal has gone away, that is, its other end was closed. Never returns while it is
/// there.
///
/// A terminal that dies while SIGHUP is ignored (`nohup`) would otherwise leave a process behind that reads
/// end-of-file for ever.
pub fn wait_for_hang_up() {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    loop {
        match rustix::event::poll(&mut fds, None) {
            Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => return,
            Ok(_) | Err(Errno::INTR) => {}
            // Out of memory, for example: nothing is known, and it may pass.
            Err(_) => std::thread::sleep(Duration::from_millis(500)),
        }
    }
}

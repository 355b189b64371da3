//! Takes the terminal and gives it back, whatever happens.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::{
    cursor,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableMouseCapture},
    queue,
    style::ResetColor,
    terminal::{
        self, BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    },
};
use ratatui::{
    backend::{Backend, CrosstermBackend},
    buffer::Buffer,
    layout::Rect,
};

/// Whether the terminal is ours at the moment. Process-wide, because signals and panics have to know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours: paints what changed and nothing else.
///
/// This does what `ratatui::Terminal` does, less its cursor queries (which hang while another thread reads
/// keys) and its bytes on frames without a change.
pub struct Terminal {
    shown: Buffer,
    stale: bool,
    wire: Vec<u8>,
}

impl Terminal {
    /// Takes the terminal: raw mode, alternate screen, hidden cursor. A panic gives it back first.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn take() -> io::Result<Self> {
        install_panic_hook();
        enter()?;
        let (columns, rows) = terminal::size()?;
        let area = Rect::new(0, 0, columns.max(1), rows.max(1));
        Ok(Self { shown: Buffer::empty(area), stale: true, wire: Vec::new() })
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

    /// Shows `frame`, which has the size of [`Terminal::area`]: one write, wrapped in a synchronized
    /// update; no byte when nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn show(&mut self, frame: Buffer) -> io::Result<()> {
        let stale = std::mem::take(&mut self.stale);
        let changes = self.shown.diff(&frame);
        if changes.is_empty() && !stale {
            return Ok(());
        }
        self.wire.clear();
        queue!(self.wire, BeginSynchronizedUpdate)?;
        if stale {
            queue!(self.wire, ResetColor, terminal::Clear(terminal::ClearType::All))?;
        }
        let mut backend = CrosstermBackend::new(&mut self.wire);
        backend.draw(changes.into_iter())?;
        Backend::flush(&mut backend)?;
        queue!(self.wire, EndSynchronizedUpdate)?;
        let mut stdout = io::stdout().lock();
        stdout.write_all(&self.wire)?;
        stdout.flush()?;
        self.shown = frame;
        Ok(())
    }

    /// Captures the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn mouse(&mut self, captured: bool) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match captured {
            true => queue!(stdout, EnableMouseCapture),
            false => queue!(stdout, DisableMouseCapture),
        }?;
        stdout.flush()
    }

    /// Writes bytes that are not part of the picture, such as a clipboard sequence.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Gives the terminal back, stops the process until it is continued, and takes the terminal again.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn suspend(&mut self) -> io::Result<()> {
        restore();
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
        enter()?;
        let (columns, rows) = terminal::size()?;
        self.resize(columns, rows);
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

fn enter() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut stdout = io::stdout().lock();
    queue!(stdout, EnterAlternateScreen, cursor::Hide)?;
    stdout.flush()
}

/// Gives the terminal back. Safe to call from anywhere, any number of times: only the first call acts.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut wire = Vec::new();
    // Writing to a vector cannot fail, and a terminal that is gone cannot be told so.
    let _ = queue!(
        wire,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        ResetColor,
        LeaveAlternateScreen,
        cursor::Show
    );
    let mut stdout = io::stdout();
    let _ = stdout.write_all(&wire);
    let _ = stdout.flush();
    let _ = terminal::disable_raw_mode();
}

fn install_panic_hook() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, Ordering::SeqCst) {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
    }));
}

/// Blocks until the terminal has gone away, its other end closed; `false`: there is none that can be watched.
///
/// A terminal that dies while SIGHUP is ignored (`nohup`) would otherwise leave a process behind that
/// reads end-of-file for ever.
pub fn wait_for_hang_up() -> bool {
    let Ok(tty) = std::fs::File::open("/dev/tty") else { return false };
    let mut fds = [rustix::event::PollFd::new(&tty, rustix::event::PollFlags::empty())];
    loop {
        match rustix::event::poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return false,
            Ok(_) => {}
        }
        use rustix::event::PollFlags;
        if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return true;
        }
    }
}

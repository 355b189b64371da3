//! The loop: messages in, model changed, effects out, and a frame when something is different.

use std::{
    io,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError};
use ratatui::{buffer::Buffer, layout::Rect};

use super::{clipboard, terminal::Terminal, theme::Theme, view};
use crate::app::{Effect, Message, Model, update};

/// The least time between two frames after a key: 30 a second.
const KEY_FRAME: Duration = Duration::from_millis(33);
/// The least time between two frames while a log grows: 10 a second.
const LIVE_FRAME: Duration = Duration::from_millis(100);

/// What the loop needs to know of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Colours and glyphs.
    pub theme: Theme,
    /// Whether tmux stands between us and the terminal.
    pub tmux: bool,
}

/// Runs until the user quits or nothing can send messages any more; the exit code.
///
/// `outside` does what an effect asks for that is not about the terminal.
///
/// # Errors
/// When the terminal is gone.
pub fn run(
    terminal: &mut Terminal,
    model: &mut Model,
    messages: &Receiver<Message>,
    setting: Setting,
    mut outside: impl FnMut(Effect),
) -> io::Result<u8> {
    let area = terminal.area();
    let mut effects = update(model, Message::Resize(area.width, area.height));
    let mut drawn: Option<Instant> = None;
    loop {
        for effect in effects.drain(..) {
            match effect {
                Effect::Quit(code) => return Ok(code),
                Effect::Redraw => terminal.resize(model.size.columns, model.size.rows),
                Effect::Suspend => {
                    terminal.suspend()?;
                    let area = terminal.area();
                    model.size = crate::app::Size { columns: area.width, rows: area.height };
                }
                Effect::Mouse(captured) => terminal.mouse(captured)?,
                Effect::Copy(text) => {
                    if let Some(bytes) = clipboard::osc52(&text, setting.tmux) {
                        terminal.send(&bytes)?;
                    }
                    outside(Effect::Copy(text));
                }
                effect => outside(effect),
            }
        }
        terminal.show(frame(model, setting.theme))?;
        drawn = Some(Instant::now()).or(drawn);
        let Ok(first) = messages.recv() else { return Ok(0) };
        let mut urgent = is_urgent(&first);
        effects.extend(update(model, first));
        // Whatever is queued is applied before the next frame; after that the frame waits for its turn.
        loop {
            let earliest = drawn.map(|it| it + if urgent { KEY_FRAME } else { LIVE_FRAME });
            let wait = earliest.map_or(Duration::ZERO, |it| it.saturating_duration_since(Instant::now()));
            let next = if wait.is_zero() || !effects.is_empty() {
                messages.try_recv().map_err(|it| it == TryRecvError::Disconnected)
            } else {
                messages.recv_timeout(wait).map_err(|it| it == RecvTimeoutError::Disconnected)
            };
            match next {
                Ok(message) => {
                    urgent |= is_urgent(&message);
                    effects.extend(update(model, message));
                }
                Err(_) => break,
            }
            if effects.iter().any(|it| matches!(it, Effect::Quit(_) | Effect::Suspend)) {
                break;
            }
        }
    }
}

/// Whether a person waits for the answer: a key, or what a key asked for.
fn is_urgent(message: &Message) -> bool {
    !matches!(message, Message::Log(_))
}

/// The picture of `model`.
pub fn frame(model: &Model, theme: Theme) -> Buffer {
    let area = Rect::new(0, 0, model.size.columns.max(1), model.size.rows.max(1));
    let mut buffer = Buffer::empty(area);
    view::draw(model, area, &mut buffer, &theme);
    buffer
}

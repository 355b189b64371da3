//! Terminal events as messages.

use std::time::{Duration, Instant};

use crossterm::event::{
    Event, KeyCode as Code, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::app::{Key, KeyCode, Message, pointer::Gesture};

/// Reads events until the terminal fails or `send` says that nobody listens any more. Blocks, so give it a
/// thread of its own.
pub fn read_events(mut send: impl FnMut(Message) -> bool) {
    let mut clicks = Clicks::default();
    while let Ok(event) = crossterm::event::read() {
        if is_escape_first(&event) && !send(Message::Key(Key::named(KeyCode::Esc))) {
            return;
        }
        let Some(message) = message_of(&event) else { continue };
        let second = clicks.second(&message, Instant::now());
        if !send(message) || second.is_some_and(|it| !send(it)) {
            return;
        }
    }
}

/// How long after a click a second one makes a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// The last click: where, and when.
#[derive(Debug, Default)]
struct Clicks(Option<((u16, u16), Instant)>);

impl Clicks {
    /// The double click that `message` completes.
    fn second(&mut self, message: &Message, now: Instant) -> Option<Message> {
        let Message::Pointer { at, gesture: Gesture::Click } = message else { return None };
        let before = self.0.replace((*at, now));
        let is_second = before.is_some_and(|it| it.0 == *at && now.duration_since(it.1) <= DOUBLE);
        // A third click begins anew.
        self.0 = self.0.filter(|_| !is_second);
        is_second.then_some(Message::Pointer { at: *at, gesture: Gesture::Double })
    }
}

fn pointer(mouse: &MouseEvent, gesture: Gesture) -> Message {
    Message::Pointer { at: (mouse.column, mouse.row), gesture }
}

/// Whether Esc came before the key. Over a slow link the bytes of Esc and of a key pressed right after it
/// arrive together, and look like Alt with that key. Nothing is bound to Alt.
fn is_escape_first(event: &Event) -> bool {
    matches!(event, Event::Key(key) if key.kind == KeyEventKind::Press
        && key.modifiers.contains(KeyModifiers::ALT)
        && matches!(key.code, Code::Char(_) | Code::Enter | Code::Tab | Code::Backspace))
}

fn message_of(event: &Event) -> Option<Message> {
    match event {
        // A terminal that does not know its size says 0: the size at hand is better.
        Event::Resize(0, _) | Event::Resize(_, 0) => None,
        Event::Resize(columns, rows) => Some(Message::Resize(*columns, *rows)),
        Event::Key(key) if key.kind == KeyEventKind::Press => {
            let code = match key.code {
                Code::Char(c) => KeyCode::Char(c),
                Code::Enter => KeyCode::Enter,
                Code::Esc => KeyCode::Esc,
                Code::Tab => KeyCode::Tab,
                Code::BackTab => KeyCode::BackTab,
                Code::Backspace => KeyCode::Backspace,
                Code::Up => KeyCode::Up,
                Code::Down => KeyCode::Down,
                Code::Left => KeyCode::Left,
                Code::Right => KeyCode::Right,
                Code::Home => KeyCode::Home,
                Code::End => KeyCode::End,
                Code::PageUp => KeyCode::PageUp,
                Code::PageDown => KeyCode::PageDown,
                _ => return None,
            };
            let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
            Some(Message::Key(Key { code, ctrl }))
        }
        Event::Paste(text) => Some(Message::Paste(text.clone())),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollUp => Some(pointer(mouse, Gesture::WheelUp)),
            MouseEventKind::ScrollDown => Some(pointer(mouse, Gesture::WheelDown)),
            MouseEventKind::Down(MouseButton::Left) => Some(pointer(mouse, Gesture::Click)),
            _ => None,
        },
        _ => None,
    }
}

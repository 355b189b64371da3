//! Terminal events as messages.

use crossterm::event::{Event, KeyCode as Code, KeyEventKind, KeyModifiers, MouseEventKind};

use crate::app::{Key, KeyCode, Message};

/// Reads events until the terminal fails or `send` says that nobody listens any more. Blocks, so give it a
/// thread of its own.
pub fn read_events(mut send: impl FnMut(Message) -> bool) {
    while let Ok(event) = crossterm::event::read() {
        if is_escape_first(&event) && !send(Message::Key(Key::named(KeyCode::Esc))) {
            return;
        }
        if let Some(message) = message_of(&event)
            && !send(message)
        {
            return;
        }
    }
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
            MouseEventKind::ScrollUp => Some(Message::Key(Key::named(KeyCode::Up))),
            MouseEventKind::ScrollDown => Some(Message::Key(Key::named(KeyCode::Down))),
            _ => None,
        },
        _ => None,
    }
}

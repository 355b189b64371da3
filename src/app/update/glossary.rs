//! The glossary: typing what narrows it, and moving over what is left.

use super::cursor;
use crate::app::{
    action::Action,
    glossary::OPEN,
    key::{Key, KeyCode},
    model::Model,
    prompt::{self, Prompt, PromptKind},
    screen::Overlay,
};

/// A key of the help that has no meaning elsewhere. `false` if it is none.
pub(super) fn help_key(model: &mut Model, key: Key) -> bool {
    if key != OPEN {
        return false;
    }
    model.prompt = Some(Prompt::new(PromptKind::Glossary));
    narrow(model);
    true
}

/// A key while the words are narrowed. Letters are typed, so only keys with a name move.
pub(super) fn type_key(model: &mut Model, key: Key) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    let motion = match key.code {
        KeyCode::Up => Action::Up,
        KeyCode::Down => Action::Down,
        KeyCode::PageUp => Action::HalfUp,
        KeyCode::PageDown => Action::HalfDown,
        // The words stay, and letters are keys again.
        prompt::TAKE => return model.prompt = None,
        prompt::LEAVE => return to_help(model),
        KeyCode::Backspace if prompt.text.is_empty() => return to_help(model),
        _ => {
            let before = prompt.text.clone();
            prompt.edit(key, &[]);
            if prompt.text != before {
                narrow(model);
            }
            return;
        }
    };
    cursor::overlay(model, motion, 1);
}

/// Text was pasted into what narrows the words.
pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(prompt) = model.prompt.as_mut() {
        prompt.paste(text);
        narrow(model);
    }
}

/// Shows the words that have what is typed, from the first on.
fn narrow(model: &mut Model) {
    let typed = model.prompt.as_ref().map_or(String::new(), |it| it.text.clone());
    model.overlay = Some(Overlay::Glossary(typed));
    model.overlay_top = 0;
}

/// Back to where the words were asked for.
fn to_help(model: &mut Model) {
    model.prompt = None;
    model.overlay = Some(Overlay::Help);
    model.overlay_top = 0;
}

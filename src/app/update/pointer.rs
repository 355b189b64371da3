//! The mouse: a click selects, a second one opens, the wheel scrolls what it is over, and keys of the footer can be clicked.

use super::{keys::on_key, select::select};
use crate::app::{
    key::{Key, KeyCode},
    message::Effect,
    model::Model,
    pointer::{Gesture, Pointed},
    prompt::PromptKind,
    screen::{Pane, Screen, View},
};

/// The mouse did something over `what`; `None`: over nothing that can be pointed at.
pub(super) fn pointed(model: &mut Model, what: Option<Pointed>, gesture: Gesture, effects: &mut Vec<Effect>) {
    let key = match gesture {
        Gesture::WheelUp => KeyCode::Up,
        Gesture::WheelDown => KeyCode::Down,
        Gesture::Click | Gesture::Double => return clicked(model, what, gesture, effects),
    };
    if model.prompt.is_none() && model.overlay.is_none() {
        focus(model, what);
    }
    on_key(model, Key::named(key), effects);
}

fn clicked(model: &mut Model, what: Option<Pointed>, gesture: Gesture, effects: &mut Vec<Effect>) {
    let enter = Key::named(KeyCode::Enter);
    match what {
        Some(Pointed::Key(key)) => return on_key(model, key, effects),
        Some(Pointed::Line(row))
            if matches!(model.prompt.as_ref().map(|it| it.kind), Some(PromptKind::Palette(_))) =>
        {
            model.palette.row = row.min(model.palette.found.len().saturating_sub(1));
        }
        // What is typed, and what lies over the view, has the keys.
        _ if model.prompt.is_some() || model.overlay.is_some() => return,
        Some(Pointed::Episode(row)) if model.screen == Screen::Episodes => model.row = row,
        Some(Pointed::Act(_) | Pointed::Agent(_) | Pointed::Pane(_)) if model.screen == Screen::Episode => {
            focus(model, what);
            choose(model, what);
        }
        _ => return,
    }
    if gesture == Gesture::Double && !matches!(what, Some(Pointed::Pane(_))) {
        on_key(model, enter, effects);
    }
}

/// Gives the cursor to the pane of view 1 that is pointed at.
fn focus(model: &mut Model, what: Option<Pointed>) {
    let is_shown = model.screen == Screen::Episode && model.view == View::CREDIT;
    let Some(open) = model.open.as_mut().filter(|_| is_shown) else { return };
    match what {
        Some(Pointed::Act(_)) if !open.pane.is_of_acts() => open.pane = Pane::Acts,
        Some(Pointed::Agent(_)) if open.pane.is_of_acts() => open.pane = Pane::Agents,
        Some(Pointed::Pane(pane)) => open.pane = pane,
        _ => {}
    }
}

/// Puts the cursor on what is pointed at. Whoever points stays with it.
fn choose(model: &mut Model, what: Option<Pointed>) {
    model.notice = None;
    model.follows_newest = false;
    let Some(open) = model.open.as_mut() else { return };
    match what {
        // The log may have changed since the frame that was pointed at.
        Some(Pointed::Act(act)) if act.index() < open.episode.acts.len() => select(open, act),
        Some(Pointed::Agent(agent)) if agent.index() < open.episode.agents.len() => open.agent = agent,
        _ => {}
    }
}

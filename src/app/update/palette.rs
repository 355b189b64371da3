//! The palette: typing what narrows it, and doing what is chosen.

mod entries;

use super::{blame, export, filter, form, search, select::select, sweep};
use crate::app::{
    key::{Key, KeyCode},
    message::Effect,
    model::Model,
    open::OpenEpisode,
    palette::{Command, Offer, Palette},
    prompt::{self, Prompt, PromptKind},
    screen::{Overlay, Pane, Screen, View},
    theme::ThemeChoice,
};
use crate::model::Scenario;

/// How many lines a page has.
const PAGE: usize = 10;

/// Opens the palette.
pub(super) fn prompt(model: &mut Model, offer: Offer) {
    model.prompt = Some(Prompt::new(PromptKind::Palette(offer)));
    narrow(model, offer);
}

/// A key while the palette is open. The key to press if that is what was chosen.
pub(super) fn type_key(model: &mut Model, offer: Offer, key: Key, effects: &mut Vec<Effect>) -> Option<Key> {
    let prompt = model.prompt.as_mut()?;
    let (row, last) = (model.palette.row, model.palette.found.len().saturating_sub(1));
    model.palette.row = match (key.code, key.ctrl) {
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => row.saturating_sub(1),
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => (row + 1).min(last),
        (KeyCode::PageUp, _) => row.saturating_sub(PAGE),
        (KeyCode::PageDown, _) => (row + PAGE).min(last),
        (prompt::LEAVE, _) => return close(model),
        (KeyCode::Backspace, _) if prompt.text.is_empty() => return close(model),
        (prompt::TAKE, _) => return take(model, offer, effects),
        (prompt::COMPLETE, _) => {
            let text = model.palette.chosen().map(|it| it.text.clone());
            prompt.set(text.unwrap_or_else(|| prompt.text.clone()));
            return narrowed(model, offer);
        }
        _ => {
            let before = prompt.text.clone();
            prompt.edit(key, &[]);
            return if prompt.text == before { None } else { narrowed(model, offer) };
        }
    };
    None
}

/// Text was pasted into what narrows the lines.
pub(super) fn paste(model: &mut Model, offer: Offer, text: &str) {
    if let Some(prompt) = model.prompt.as_mut() {
        prompt.paste(text);
        narrow(model, offer);
    }
}

/// Draws in other colours.
pub(super) fn dress(model: &mut Model, theme: ThemeChoice) {
    model.theme = theme;
    model.notice = Some(format!("colours {}: {}", theme.word(), theme.about()));
}

fn narrowed(model: &mut Model, offer: Offer) -> Option<Key> {
    narrow(model, offer);
    None
}

fn narrow(model: &mut Model, offer: Offer) {
    let typed = model.prompt.as_ref().map_or(String::new(), |it| it.text.trim().to_owned());
    let (entries, first) = entries::offered(model, offer, &typed);
    model.palette = Palette::of(entries, first, &typed);
}

fn close(model: &mut Model) -> Option<Key> {
    model.prompt = None;
    model.palette = Palette::default();
    None
}

/// Does what the line under the cursor says.
fn take(model: &mut Model, offer: Offer, effects: &mut Vec<Effect>) -> Option<Key> {
    let chosen = model.palette.chosen().map(|it| it.command.clone());
    let Some(command) = chosen else {
        if let Some(prompt) = model.prompt.as_mut() {
            prompt.error = Some("nothing fits".to_owned());
        }
        return None;
    };
    close(model);
    if offer == Offer::Help {
        model.overlay = None;
        model.overlay_top = 0;
    }
    match command {
        Command::Press(key) => return Some(key),
        Command::Act(act) => on_episode(model, |model| {
            let view = model.view;
            let Some(open) = model.open.as_mut() else { return };
            select(open, act);
            if view == View::CREDIT {
                open.pane = Pane::Acts;
            }
        }),
        Command::Agent(agent) => on_episode(model, |model| {
            let view = model.view;
            let Some(open) = model.open.as_mut() else { return };
            open.agent = agent;
            if view == View::CREDIT {
                open.pane = Pane::Agents;
            }
        }),
        Command::Explain(agent) => on_episode(model, |model| {
            if let Some(open) = model.open.as_mut() {
                open.agent = agent;
            }
            blame::explain(model, None, effects);
        }),
        Command::Method(scenario) => on_episode(model, |model| credit_by(model, *scenario, effects)),
        Command::Episode(row) => {
            model.overlay = None;
            model.row = row;
            super::cursor::open_row(model, effects);
        }
        Command::Filter(text) => filter::add_typed(model, &text),
        Command::Search(text) => search::search_for(model, &text, effects),
        Command::Export(path) => export::export_to(model, path, effects),
        Command::Theme(theme) => dress(model, theme),
        Command::Words(word) => {
            model.overlay = Some(Overlay::Glossary(word));
            model.overlay_top = 0;
        }
    }
    None
}

/// With the episode on the screen, and nothing over it.
fn on_episode(model: &mut Model, then: impl FnOnce(&mut Model)) {
    model.overlay = None;
    model.overlay_top = 0;
    model.screen = Screen::Episode;
    then(model);
}

/// Credits by the method of this scenario, if the log supports it.
fn credit_by(model: &mut Model, scenario: Scenario, effects: &mut Vec<Effect>) {
    let sweep = model.open.as_ref().and_then(OpenEpisode::sweep);
    let row = sweep.and_then(|it| it.rows.iter().find(|it| it.scenario == scenario));
    match row.map(|it| (it.name(), it.result.as_ref().err())) {
        Some((name, Some(why))) => {
            model.notice = Some(format!("{name} cannot be computed: {}", why.missing));
        }
        Some((name, None)) => sweep::credit_by(model, scenario, &name, effects),
        None => form::edit(model, scenario, effects),
    }
}

//! The logs as they grow, and holding the screen.

use super::cursor;
use crate::{
    app::{message::Effect, model::Model, screen::Screen},
    model::LogSummary,
};

/// The logs grew. A held screen keeps what it shows.
pub(super) fn log(model: &mut Model, summary: LogSummary, effects: &mut Vec<Effect>) {
    if model.held.is_some() {
        model.held = Some(summary);
        return;
    }
    let at_end = model.row + 1 >= model.log.episodes.len();
    let cursor = model.log.episodes.get(model.row).map(|it| it.id);
    model.log = summary;
    let last = model.log.episodes.len().saturating_sub(1);
    let (log, settled) = (&model.log, |id| model.log.settled(id));
    model.opening = model.opening.map(settled);
    if let Some(open) = &mut model.open {
        open.id = settled(open.id);
    }
    // The end of a large log is there first, and a growing log is opened for its end.
    let newest = log.following || log.reading.is_some_and(|it| it.tail);
    model.row = match cursor.and_then(|it| log.row(settled(it))) {
        _ if at_end && newest && model.open.is_none() => last,
        Some(row) => row,
        None => model.row.min(last),
    };
    if let Some(name) = &model.wanted {
        if let Some(row) = model.log.episodes.iter().position(|it| *it.name == **name) {
            model.wanted = None;
            model.row = row;
            cursor::open_row(model, effects);
        } else if model.log.loaded {
            model.notice = Some(format!("no episode '{name}' in this log"));
            model.wanted = None;
        }
    } else if model.log.loaded && model.log.episodes.len() == 1 && model.open.is_none() {
        cursor::open_row(model, effects);
    }
    to_newest(model, effects);
}

/// Whether the newest episode is on the screen.
pub(super) fn shows_newest(model: &Model) -> bool {
    let newest = model.log.episodes.last().map(|it| it.id);
    model.open.as_ref().is_some_and(|it| Some(it.id) == newest)
}

/// Opens the newest episode if it is followed and nobody looks closer at the one shown: with nothing over it, nothing typed
/// and no what-if.
pub(super) fn to_newest(model: &mut Model, effects: &mut Vec<Effect>) {
    let is_at_rest = model.overlay.is_none() && model.prompt.is_none() && model.held.is_none();
    let is_shown = match &model.open {
        Some(open) => model.screen == Screen::Episode && open.forks.is_logged(),
        None => true,
    };
    if !(model.follows_newest && model.log.following && is_at_rest && is_shown) {
        return;
    }
    let Some(newest) = model.log.episodes.last().map(|it| it.id) else { return };
    if model.opening == Some(newest) || model.open.as_ref().is_some_and(|it| it.id == newest) {
        return;
    }
    model.row = model.log.episodes.len() - 1;
    cursor::open_row(model, effects);
}

/// Holds the screen, or releases it with everything that came meanwhile.
pub(super) fn hold(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(summary) = model.held.take() {
        log(model, summary, effects);
        if let Some(open) = &model.open {
            effects.push(Effect::Open(open.id));
        }
    } else if model.log.following {
        model.held = Some(model.log.clone());
    } else {
        model.notice = Some("the log is not growing: nothing to hold".to_owned());
    }
}

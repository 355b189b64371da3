//! Motions: rows, acts, agents, episodes.

use super::select::{moved, select};
use crate::{
    app::{
        action::Action,
        layout,
        message::{Drawn, Effect},
        model::Model,
        open::OpenEpisode,
        screen::{Overlay, Screen},
        sentences,
    },
    model::ActId,
};

/// Motions over the episode list. `false` if it is none.
pub(super) fn list(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) -> bool {
    let page = layout::page(model.size);
    let all = model.log.episodes.len();
    let (rows, at) = (model.list.len(all), model.list.row_of(model.row));
    if let Some(row) = moved(action, count, at, rows, page) {
        if rows > 0 {
            model.row = model.list.episode_at(row);
        }
        return true;
    }
    match action {
        Action::Open | Action::Right if rows == 0 && all > 0 => {
            model.notice = Some(sentences::no_episode_passes());
            true
        }
        Action::Open | Action::Right => {
            model.row = model.list.episode_at(at);
            open_row(model, effects);
            true
        }
        Action::Sort => {
            model.list.sort_by_next(count);
            true
        }
        Action::Sweep => {
            model.list.reversed = !model.list.reversed;
            true
        }
        Action::Group => {
            model.list.group_by_next();
            true
        }
        // The questions are about the episode under the cursor: it is opened first.
        Action::NextCulprit | Action::WhatIf | Action::Explain if model.open.is_none() => {
            open_row(model, effects);
            true
        }
        _ => false,
    }
}

/// Opens the episode under the cursor of the list.
pub(super) fn open_row(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.log.episodes.is_empty() {
        model.notice = Some("no episode yet".to_owned());
        return;
    }
    let Some(id) = model.log.episodes.get(model.row).map(|it| it.id) else { return };
    // Whoever opens the newest one of a growing log wants the next one too.
    model.follows_newest = model.log.following && model.row + 1 == model.log.episodes.len();
    if model.open.as_ref().is_some_and(|it| it.id == id) {
        model.screen = Screen::Episode;
        return;
    }
    model.opening = Some(id);
    effects.push(Effect::Open(id));
}

/// To the episode `by` rows further down among those that are listed.
pub(super) fn episode(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    let Some(next) = model.list.step(model.row, by, model.log.episodes.len()) else {
        let word = if by > 0 { "the last episode" } else { "the first episode" };
        let of = if model.list.is_filtered() { " that passes the filters" } else { "" };
        model.notice = Some(format!("{word}{of}"));
        return;
    };
    model.row = next;
    if model.screen == Screen::Episode {
        model.overlay = None;
        open_row(model, effects);
    }
}

/// More lines than any overlay has.
const MOST_LINES: usize = 10_000_000;

/// A frame was drawn: motions continue from what it shows.
pub(super) fn drawn(model: &mut Model, drawn: Drawn) {
    model.overlay_reach = drawn.reach;
    if let (Some((top, left)), Some(open)) = (drawn.detail, model.open.as_mut()) {
        (open.detail.top, open.detail.left, open.detail.seek) = (top, left, false);
    }
}

/// Scrolls an overlay. `false` if the action is not a scroll.
pub(super) fn overlay(model: &mut Model, action: Action, count: usize) -> bool {
    // Only the screen knows how many lines there are: a motion starts where the last one stopped.
    let reach = model.overlay_reach;
    model.overlay_top = model.overlay_top.min(reach);
    let page = layout::page(model.size);
    if let (Some(Overlay::Detail), Some(open)) = (&model.overlay, model.open.as_mut()) {
        match action {
            Action::Wrap => open.detail.wrap = !open.detail.wrap,
            Action::ScrollRight | Action::Right => open.detail.left += 8 * count,
            Action::ScrollLeft | Action::Left => {
                open.detail.left = open.detail.left.saturating_sub(8 * count);
            }
            _ => match moved(action, count, open.detail.top.min(reach), MOST_LINES, page) {
                Some(top) => open.detail.top = top,
                None => return false,
            },
        }
        return true;
    }
    match moved(action, count, model.overlay_top, MOST_LINES, page) {
        Some(top) => model.overlay_top = top,
        None => return false,
    }
    true
}

/// To the `by`th listed act of the same agent, or as far as there are any.
pub(super) fn same_agent(open: &mut OpenEpisode, by: isize) {
    let Some(at) = open.act else { return };
    let own = open.index.acts_of(open.episode.act(at).agent);
    let here = own.partition_point(|it| *it < at);
    let listed = |it: &&ActId| open.listed.holds(**it);
    let steps = by.unsigned_abs();
    let next = if by < 0 {
        own[..here].iter().rev().filter(listed).take(steps).last()
    } else {
        own[(here + 1).min(own.len())..].iter().filter(listed).take(steps).last()
    };
    select(open, next.copied().unwrap_or(at));
}

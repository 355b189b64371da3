//! Motions: rows, acts, agents, episodes, playback.

use std::time::Duration;

use super::{
    graph,
    select::{moved, select},
};
use crate::{
    app::{
        action::Action,
        layout,
        lists::ActRows,
        message::{Drawn, Effect},
        model::Model,
        open::OpenEpisode,
        screen::{Overlay, Pane, Scope, Screen, View},
        sentences,
    },
    model::{ActId, AgentId},
};

/// Between two acts while an episode plays.
const PLAY: Duration = Duration::from_millis(400);

/// Motions over the episode list. `false`: not one.
pub(super) fn list(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) -> bool {
    let page = layout::page(model.size);
    let all = model.log.episodes.len();
    let (rows, at) = (model.filters.row_count(all), model.filters.row_of(model.row));
    if let Some(row) = moved(action, count, at, rows, page) {
        if rows > 0 {
            model.row = model.filters.episode_at(row);
        }
        return true;
    }
    match action {
        Action::Open | Action::Right if rows == 0 && all > 0 => {
            model.notice = Some(sentences::no_episode_passes());
            true
        }
        Action::Open | Action::Right => {
            model.row = model.filters.episode_at(at);
            open_row(model, effects);
            true
        }
        // The questions are about the episode under the cursor: it is opened first.
        Action::NextCulprit | Action::WhatIf | Action::Sweep | Action::Explain if model.open.is_none() => {
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
    if model.open.as_ref().is_some_and(|it| it.id == id) {
        model.screen = Screen::Episode;
        return;
    }
    model.opening = Some(id);
    effects.push(Effect::Open(id));
}

/// To the episode `by` rows further down the list, among those that are listed.
pub(super) fn episode(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    let Some(next) = model.filters.step(model.row, by, model.log.episodes.len()) else {
        let word = if by > 0 { "the last episode" } else { "the first episode" };
        let of = if model.filters.rows.is_some() { " that passes the filters" } else { "" };
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

/// A frame was drawn: motions go on from what it shows.
pub(super) fn drawn(model: &mut Model, drawn: Drawn) {
    model.overlay_reach = drawn.reach;
    if let (Some((top, left)), Some(open)) = (drawn.detail, model.open.as_mut()) {
        (open.detail.top, open.detail.left, open.detail.seek) = (top, left, false);
    }
}

/// Scrolls an overlay. `false`: the action is not a scroll.
pub(super) fn overlay(model: &mut Model, action: Action, count: usize) -> bool {
    // Only the screen knows how many lines there are: a motion begins where it stopped.
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

/// Motions and switches of the views of an episode.
pub(super) fn episode_view(model: &mut Model, action: Action, count: usize) {
    let page = layout::page(model.size);
    let view = model.view;
    let Some(open) = model.open.as_mut() else { return };
    match action {
        Action::Open => {
            if view == View::Graph {
                // Enter on an agent shows its neighbourhood; Enter there goes back.
                graph::toggle_ego(open);
            } else if view == View::Credit && open.pane == Pane::Agents {
                open.pane = Pane::Acts;
                if let Some(act) = first_act_of(open, open.agent) {
                    select(open, act);
                }
            } else if open.act.is_some() {
                model.overlay = Some(Overlay::Detail);
            }
        }
        Action::NextPane | Action::PreviousPane => match view {
            View::Credit => {
                open.pane = if open.pane == Pane::Agents { Pane::Acts } else { Pane::Agents };
            }
            _ => {
                let at = View::ALL.iter().position(|it| *it == view).unwrap_or(0);
                let by = if action == Action::NextPane { 1 } else { View::ALL.len() - 1 };
                model.view = View::ALL[(at + by) % View::ALL.len()];
            }
        },
        Action::SameAgentOn => same_agent(open, count as isize),
        Action::SameAgentBack => same_agent(open, -(count as isize)),
        Action::Sort => match (view, open.pane) {
            (View::Credit, Pane::Acts) => open.acts_by_time = !open.acts_by_time,
            _ => open.by_roster = !open.by_roster,
        },
        Action::Scope => {
            open.timeline.scope = match open.timeline.scope {
                Scope::All => Scope::Top,
                Scope::Top => Scope::BlamePath,
                Scope::BlamePath => Scope::All,
            };
            // Where the cursor is not among them, it goes there once they are known.
            open.lists.snap = true;
        }
        Action::Wrap => open.detail.wrap = !open.detail.wrap,
        Action::Left | Action::Right => sideways(open, view, action == Action::Right, count),
        Action::ScrollRight => open.graph.scroll.0 += 8,
        Action::ScrollLeft => open.graph.scroll.0 = open.graph.scroll.0.saturating_sub(8),
        _ => rows_of(open, view, action, count, page),
    }
}

fn sideways(open: &mut OpenEpisode, view: View, right: bool, count: usize) {
    let step = |at: usize, last: usize| {
        if right { (at + count).min(last) } else { at.saturating_sub(count) }
    };
    match view {
        View::Methods => {
            let last = open.sweep().map_or(0, |it| it.rows.len()).saturating_sub(1);
            open.methods.column = Some(step(open.method_column(), last));
        }
        View::Timeline => {
            open.timeline.lane = step(open.timeline.lane, open.episode.agents.len().saturating_sub(1));
        }
        View::Graph => graph::follow_edge(open, right),
        View::Credit | View::WhatIf => {
            open.pane = if right { Pane::Acts } else { Pane::Agents };
        }
    }
}

fn rows_of(open: &mut OpenEpisode, view: View, action: Action, count: usize, page: usize) {
    let rows = if view == View::Methods { open.methods_acts() } else { ActRows::All(0) };
    let on_acts =
        !rows.is_empty() || view == View::Timeline || (view == View::Credit && open.pane == Pane::Acts);
    if on_acts {
        let acts = match view {
            View::Methods => rows,
            View::Timeline => open.timeline_acts(),
            _ => open.act_order(),
        };
        let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
        if let Some(row) = moved(action, count, at, acts.len(), page)
            && let Some(act) = acts.get(row)
        {
            select(open, act);
        }
        return;
    }
    let agents = if view == View::Graph { open.roster() } else { open.agent_order() };
    let at = agents.row_of(open.agent).unwrap_or(0);
    if let Some(row) = moved(action, count, at, agents.len(), page)
        && let Some(agent) = agents.get(row)
    {
        open.agent = agent;
        open.graph.edge = None;
    }
}

/// The first act of an agent in the order of the list of acts.
fn first_act_of(open: &OpenEpisode, agent: AgentId) -> Option<ActId> {
    let mut own = open.index.acts_of(agent).iter().copied().filter(|it| open.listed.holds(*it));
    match open.ranking().filter(|_| !open.acts_by_time) {
        Some(ranking) => own.min_by_key(|it| ranking.place(*it)),
        None => own.next(),
    }
}

/// To the `by`th act of the same agent that is listed, or as far as there are any.
fn same_agent(open: &mut OpenEpisode, by: isize) {
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

/// Starts or stops playback. From the last act it starts over.
pub(super) fn play(model: &mut Model, effects: &mut Vec<Effect>) {
    model.view = View::Timeline;
    let Some(open) = model.open.as_mut() else { return };
    open.timeline.playing = !open.timeline.playing;
    if open.timeline.playing {
        let acts = open.timeline_acts();
        let last = acts.len().checked_sub(1).and_then(|it| acts.get(it));
        if open.act >= last
            && let Some(first) = acts.get(0)
        {
            select(open, first);
        }
        effects.push(Effect::Wake(PLAY));
    }
}

/// One act further, if it plays.
pub(super) fn play_on(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut().filter(|it| it.timeline.playing) else { return };
    let acts = open.timeline_acts();
    let row = open.act.map_or(0, |it| acts.row_from(ActId(it.0 + 1)));
    match acts.get(row) {
        Some(next) => {
            select(open, next);
            effects.push(Effect::Wake(PLAY));
        }
        None => open.timeline.playing = false,
    }
}

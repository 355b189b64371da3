//! Terminals too small for the layout: a list, and below that plain lines. Never refuses.

use super::{Tiny, bars, overlay, painting, prompt, window};
use crate::{
    app::{Action, Drawn, Model, OpenEpisode, Overlay, Screen, View, action, keymap, sentences},
    credit::{PartKind, total_words},
    model::{Value, places},
    text::{Clause, Sentence},
    tui::{paint::Painter, theme::Role},
};

/// Draws what fits.
pub(super) fn draw(model: &Model, screen: &mut Painter<'_>) -> Drawn {
    let (width, height) = (screen.width(), screen.height());
    let mut pane = screen.part(0, 0, width, height);
    pane.mark(model.search.pattern.as_deref());
    match model.open.as_ref().filter(|_| model.screen == Screen::Episode) {
        None if model.screen == Screen::Compare => compared(model, &mut pane),
        None if model.groups.shown => run(&super::groups::lines(model), &mut pane),
        None if model.film.shown => run(&super::film::lines(model), &mut pane),
        None => list(model, &mut pane),
        Some(open) => episode(model, open, &mut pane),
    }
    let mut drawn = Drawn::default();
    if height > 3 {
        let mut over = screen.part(0, 1, width, height - 2);
        over.mark(model.search.pattern.as_deref().filter(|_| model.overlay == Some(Overlay::Detail)));
        drawn = overlay::draw(model, &mut over);
        super::offer(model, &mut screen.part(0, 1, width, height - 2));
        let line = match &model.notice {
            Some(notice) => notice.clone(),
            None => hint(),
        };
        let mut last = screen.part(0, height - 1, width, 1);
        last.blank();
        match &model.prompt {
            Some(prompt) => prompt::draw(model, prompt, &mut last),
            None => {
                let left = prompt::status(model, &mut last);
                last.put_fit(0, 0, left, &line, Role::Dim);
            }
        }
    }
    drawn
}

/// The keys that help most.
fn hint() -> String {
    let hint = |action: Action| format!("{} {}", action.key(), action::binding(action).hint);
    let (blame, help) = (hint(Action::NextCulprit), hint(Action::Help));
    format!("{} view  {blame}  {help}  {}", keymap::view_digits(), Action::Quit.key())
}

fn list(model: &Model, pane: &mut Painter<'_>) {
    let rows = pane.height().saturating_sub(2).max(1);
    let all = model.log.episodes.len();
    let list = &model.list;
    let listed = list.len(all);
    let count = match model.filters.episodes_note(listed, all) {
        Some(note) => format!("{} {note}", model.state_word()),
        None => format!("{} {all} episodes", model.state_word()),
    };
    let offset = usize::from(pane.height() > 1);
    if offset > 0 {
        pane.put(0, 0, &count, Role::Strong);
    }
    let top = window(list.row_of(model.row), listed, rows);
    for (y, index) in (top..listed).take(rows).map(|it| list.episode_at(it)).enumerate() {
        let summary = &model.log.episodes[index];
        let marker = if index == model.row { ">" } else { " " };
        let reward = summary.reward.map_or(String::new(), |it| format!(" {it:+.2}"));
        let (word, _) = super::header::status_word(summary.status.as_ref());
        let errors = super::errors(u64::from(summary.errors), pane.theme());
        let errors = errors.map_or(String::new(), |it| format!("  {it}"));
        pane.put(0, y + offset, &format!("{marker}{}{reward} {word}{errors}", summary.name), Role::Plain);
    }
}

/// The run: its first sentence and every agent, a line each.
fn run(lines: &[String], pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let wrapped = lines.iter().flat_map(|it| crate::text::wrap(it, width));
    for (y, line) in wrapped.take(height.saturating_sub(1).max(1)).enumerate() {
        pane.put_fit(0, y, width, &line, Role::Plain);
    }
}

/// The acts of two episodes, a row a line.
fn compared(model: &Model, pane: &mut Painter<'_>) {
    let (lines, at) = super::compare::lines(model);
    let rows = pane.height().saturating_sub(1).max(1);
    let top = window(at, lines.len(), rows);
    for (y, line) in lines.iter().skip(top).take(rows).enumerate() {
        let marker = if top + y == at { ">" } else { " " };
        let width = pane.width();
        pane.put_fit(0, y, width, &format!("{marker}{line}"), Role::Plain);
    }
}

fn episode(model: &Model, open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let (word, _) = super::header::outcome(open);
    let reward = super::header::reward(open);
    let agents = open.episode.agents.len();
    let acts = open.episode.acts.len();
    let mut y = 0;
    if height > 2 {
        let state = model.state_word();
        let errors = match open.index.errors.len() {
            0 => String::new(),
            n => format!(" {n}err"),
        };
        let head = match open.listed.note().filter(|_| model.view == View::TIMELINE) {
            Some(note) => format!("{note} {} {reward} {word} {state}", open.episode.name),
            None => format!("{} {reward} {word} {agents}ag {acts}act{errors} {state}", open.episode.name),
        };
        pane.put_fit(0, 0, width, &head, Role::Strong);
        y = 1;
    }
    let lines = if height >= 10 { 2 } else { 1 };
    let who = who(open, width, lines);
    for (at, line) in who.iter().enumerate() {
        pane.put_fit(0, y + at, width, line, Role::Strong);
    }
    y += who.len().saturating_sub(1);
    let (rows, width) = (height.saturating_sub(y + 2), pane.width());
    let mut body = pane.part(0, y + 1, width, rows);
    match painting(model.view).tiny {
        Tiny::Pane(draw) => draw(open, &mut body),
        Tiny::Lines(lines) => {
            let (lines, at) = lines(open);
            let top = window(at, lines.len(), body.height());
            for (y, line) in lines.iter().skip(top).take(body.height()).enumerate() {
                let marker = if top + y == at { ">" } else { " " };
                body.put_fit(0, y, width, &format!("{marker}{line}"), Role::Plain);
            }
        }
    }
}

/// Who, on as many lines: how it ended stands in the line above. Where credit lags behind, of what it is
/// stands first.
fn who(open: &OpenEpisode, columns: usize, lines: usize) -> Vec<String> {
    let Some(analysis) = open.analysis() else { return vec!["computing credit".to_owned()] };
    let parts = analysis.verdict.parts(&open.episode);
    let Some(part) = parts.iter().find(|it| it.kind == PartKind::Finding) else { return Vec::new() };
    let behind = open.credit_behind().map_or(String::new(), |seen| {
        let words = super::header::behind_in(seen, open.episode.acts.len(), columns / 3);
        format!("({words}) ")
    });
    let first = format!("{behind}{} ", part.word);
    let mut said = Sentence::of([Clause::of(first)]);
    said.extend(part.sentence.clone());
    said.lines(columns, lines)
}

/// The acts of the timeline, a line each.
pub(super) fn acts_of(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, rows) = (pane.width(), pane.height());
    let acts = open.timeline_acts();
    let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
    let top = window(at, acts.len(), rows);
    for (y, act) in acts.shown(top, rows).enumerate() {
        let it = open.episode.act(act);
        let marker = if top + y == at { ">" } else { " " };
        let credit = sentences::act_figure(open, act, 2);
        let name = &open.episode.agent(it.agent).name;
        let mark = if it.has_error() { pane.theme().glyphs.error } else { ' ' };
        let line = format!("{marker}{credit:>6}{mark}{} {name} {}", it.id, it.label);
        pane.put_fit(0, y, width, &line, Role::Plain);
    }
}

/// Bars, the sum below.
pub(super) fn bars_of(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let Some(credit) = open.credit() else { return };
    let order = open.agent_order();
    let scale = super::credit::scale(open, credit);
    let rows = height.saturating_sub(1);
    let at = order.row_of(open.agent).unwrap_or(0);
    let top = window(at, order.len(), rows);
    let name = (width / 3).clamp(1, 12);
    for (line, agent) in order.shown(top, rows).enumerate() {
        let value: &Value = &credit.agents[agent.index()].value;
        pane.put(0, line, if agent == open.agent { ">" } else { " " }, Role::Cursor);
        pane.put_fit(1, line, name, &open.episode.agent(agent).name, Role::Plain);
        let x = pane.put(name + 2, line, &bars::number(value, scale.places), bars::role(value));
        let from = x.max(name + 11);
        bars::bar(pane, from, line, width.saturating_sub(from), &scale, value);
    }
    if height > 1 {
        let total = total_words(&open.episode, credit, places(credit.sum));
        let line = total.lines(width.saturating_sub(4), 1).concat();
        pane.put_fit(0, rows.min(order.len()), width, &format!("sum {line}"), Role::Strong);
    }
}

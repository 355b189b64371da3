//! Terminals too small for the layout: a list, and below that plain lines. Never refuses.

use super::{bars, overlay, window};
use crate::{
    app::{Model, OpenEpisode, Screen},
    model::{Value, places},
    tui::{paint::Painter, theme::Role},
};

pub(super) fn draw(model: &Model, screen: &mut Painter<'_>) {
    let (width, height) = (screen.width(), screen.height());
    let mut pane = screen.part(0, 0, width, height);
    match model.open.as_ref().filter(|_| model.screen == Screen::Episode) {
        None => list(model, &mut pane),
        Some(open) => episode(model, open, &mut pane),
    }
    if height > 3 {
        overlay::draw(model, &mut screen.part(0, 1, width, height - 2));
        let line = match &model.notice {
            Some(notice) => notice.as_str(),
            None => "1-5 view  b blame  ? help  q",
        };
        let mut last = screen.part(0, height - 1, width, 1);
        last.blank();
        last.put_fit(0, 0, width, line, Role::Dim);
    }
}

fn list(model: &Model, pane: &mut Painter<'_>) {
    let rows = pane.height().saturating_sub(2).max(1);
    let count = format!("{} {} episodes", model.state_word(), model.log.episodes.len());
    let offset = usize::from(pane.height() > 1);
    if offset > 0 {
        pane.put(0, 0, &count, Role::Strong);
    }
    let top = window(model.row, model.log.episodes.len(), rows);
    for (y, summary) in model.log.episodes.iter().skip(top).take(rows).enumerate() {
        let marker = if top + y == model.row { ">" } else { " " };
        let reward = summary.reward.map_or(String::new(), |it| format!(" {it:+.2}"));
        let (word, _) = super::header::status_word(summary.status.as_ref());
        pane.put(0, y + offset, &format!("{marker}{}{reward} {word}", summary.name), Role::Plain);
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
        let head = format!("{} {reward} {word} {agents}ag {acts}act {state}", open.episode.name);
        pane.put_fit(0, 0, width, &head, Role::Strong);
        y = 1;
    }
    if let Some(analysis) = open.analysis() {
        let short = analysis.verdict.short(&open.episode);
        pane.put_fit(0, y, width, &short, Role::Strong);
    }
    let Some(credit) = open.credit() else { return };
    let order = open.agent_order();
    let scale = bars::Scale::of(order.iter().filter_map(|it| credit.agent(*it)));
    let rows = height.saturating_sub(y + 3);
    let at = order.iter().position(|it| *it == open.agent).unwrap_or(0);
    let top = window(at, order.len(), rows);
    let name = (width / 3).clamp(1, 12);
    for (row, agent) in order.iter().skip(top).take(rows).enumerate() {
        let line = y + 1 + row;
        let value: &Value = &credit.agents[agent.index()].value;
        pane.put(0, line, if *agent == open.agent { ">" } else { " " }, Role::Cursor);
        pane.put_fit(1, line, name, &open.episode.agent(*agent).name, Role::Plain);
        let x = pane.put(name + 2, line, &bars::number(value, scale.places), bars::role(value));
        let from = x.max(name + 11);
        bars::bar(pane, from, line, width.saturating_sub(from), &scale, value);
    }
    if height > y + 3 {
        let text = super::credit::sum_text(credit, places(credit.sum));
        pane.put_fit(0, y + 1 + rows.min(order.len()), width, &text, Role::Strong);
    }
}

//! A look at the episode under the cursor: its task, its verdict, its agents, the acts around the one named, and whom all
//! listed episodes name.

use crate::{
    app::{Action, AgentRanking, Headlines, Model, Preview, episode_list::Totals},
    credit::{PartKind, Rung},
    model::{ActId, Attribution, Provenance, signed},
    text,
    tui::{
        paint::Painter,
        theme::Role,
        view::{bars, window},
    },
};

/// Columns up to the end of the words in the gutter.
const GUTTER: usize = 7;
/// The most lines of the task and of a part of the verdict.
const MOST_LINES: usize = 5;
/// The most agents and acts shown: one row in so many, and at least so many.
const AGENTS: (usize, usize) = (5, 6);
const ACTS: (usize, usize) = (3, 9);
/// Columns of a name beside a bar.
const NAME: usize = 18;

pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) {
    let Some(row) = model.log.episodes.get(model.row) else { return };
    let following = model.log.following;
    // While another is read the last one stays, under its own name.
    let seen = model.headlines.preview(row).or_else(|| model.headlines.last_preview());
    let open = format!("{} opens", Action::Open.key());
    match seen.filter(|_| Headlines::is_judged_here(row, following)) {
        None => {
            pane.rule(0, &row.name, &open);
            let why = match Headlines::is_judged_here(row, following) {
                true => "reading",
                false if row.open => "still being written: it is judged when it ends",
                false => "large: it is judged when it is opened",
            };
            pane.put(2, 1, why, Role::Dim);
        }
        Some(seen) => {
            pane.rule(0, &seen.episode.name, &open);
            draw_seen(seen, &model.list.totals, pane);
        }
    }
}

/// Everything of an episode, from the first row below the title on.
fn draw_seen(seen: &Preview, totals: &Totals, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let shown = |all: usize, (part, least): (usize, usize)| all.min((height / part).max(least));
    let (agents, acts) = (shown(seen.episode.agents.len(), AGENTS), shown(seen.episode.acts.len(), ACTS));
    let lines = spoken(seen, width.saturating_sub(GUTTER + 1), pane.theme().glyphs.plus_minus);
    let room = height.saturating_sub(3 + agents + acts).max(height / 3);
    let mut y = 1;
    for (word, line, role) in lines.iter().take(room) {
        pane.put(1, y, word, Role::Dim);
        pane.put(GUTTER, y, line, *role);
        y += 1;
    }
    let mut section = |draw: &dyn Fn(&mut Painter<'_>) -> usize| {
        if height.saturating_sub(y) >= 3 {
            y += draw(&mut pane.part(0, y, width, height - y));
        }
    };
    section(&|pane| draw_agents(seen, agents, pane));
    section(&|pane| draw_acts(seen, acts, pane));
    section(&|pane| draw_named(totals, pane));
}

/// Task and verdict as lines, each with the word in its gutter.
fn spoken(seen: &Preview, columns: usize, plus_minus: &str) -> Vec<(&'static str, String, Role)> {
    let Preview { episode, analysis } = seen;
    let mut lines = Vec::new();
    let parts = analysis.verdict.parts(episode);
    let says_task = parts.iter().any(|it| it.sentence.whole().contains("Task:"));
    if let Some(task) = episode.task.as_deref().filter(|it| !it.is_empty() && !says_task) {
        let mut wrapped = text::wrap(task, columns);
        if wrapped.len() > MOST_LINES {
            wrapped.truncate(MOST_LINES);
            let last = text::fit_ascii(&format!("{} ...", wrapped[MOST_LINES - 1]), columns);
            wrapped[MOST_LINES - 1] = last;
        }
        lines.extend(wrapped.into_iter().enumerate().map(|(at, it)| (word_at("Task", at), it, Role::Plain)));
    }
    for part in &parts {
        let role = match (part.kind, analysis.verdict.ground.rung) {
            (PartKind::Finding, rung) if rung.is_strong() => Role::Strong,
            (PartKind::Finding, Rung::Estimated) => Role::Dim,
            _ => Role::Plain,
        };
        let sentence = part.sentence.replace("\u{b1}", plus_minus).lines(columns, MOST_LINES);
        lines.extend(sentence.into_iter().enumerate().map(|(at, it)| (word_at(part.word, at), it, role)));
    }
    lines
}

/// `word` beside the first line only.
fn word_at(word: &'static str, line: usize) -> &'static str {
    if line == 0 { word } else { "" }
}

/// Numbers that are more than the shape of the trace.
fn founded(credit: Option<&Attribution>) -> Option<&Attribution> {
    credit.filter(|it| it.provenance != Provenance::Structural)
}

/// What every agent earned, or else its P by the text, or else what it did. Returns how many rows that took.
fn draw_agents(seen: &Preview, most: usize, pane: &mut Painter<'_>) -> usize {
    let Preview { episode, analysis } = seen;
    let rows = most.min(pane.height().saturating_sub(1));
    let width = pane.width();
    let credit = founded(analysis.credit.as_ref().ok());
    let ranking = if credit.is_some() { &analysis.agents } else { &AgentRanking::default() };
    let order = ranking.rows(analysis.failed, episode.agents.len());
    let name = episode.agents.iter().map(|it| text::width(&it.name)).max().unwrap_or(0).clamp(5, NAME);
    let more = episode.agents.len().saturating_sub(rows);
    let right = if more > 0 { format!("{more} more") } else { String::new() };
    let bar = (2 + name, width.saturating_sub(name + 13));
    match (credit, &analysis.estimate) {
        (Some(credit), _) => {
            pane.rule(0, &format!("Credit by {}", credit.method), &right);
            let scale = bars::Scale::around(analysis.agents.extent);
            for (row, agent) in order.shown(0, rows).enumerate() {
                pane.put_fit(1, row + 1, name, &episode.agent(agent).name, Role::Plain);
                let Some(value) = credit.agents.iter().find(|it| it.agent == agent).map(|it| &it.value)
                else {
                    continue;
                };
                bars::bar(pane, bar.0, row + 1, bar.1, &scale, value);
                pane.put_right(
                    width.saturating_sub(1),
                    row + 1,
                    &bars::number(value, scale.places),
                    bars::role(value),
                );
            }
        }
        (None, Some(estimate)) => {
            pane.rule(0, "P of blame by the text alone", &right);
            let glyph = pane.theme().glyphs.loss.to_string();
            for (row, (agent, p)) in estimate.agents.iter().take(rows).enumerate() {
                pane.put_fit(1, row + 1, name, &episode.agent(*agent).name, Role::Plain);
                let filled = (p * bar.1 as f64).round() as usize;
                pane.put(bar.0, row + 1, &glyph.repeat(filled.min(bar.1)), Role::Dim);
                pane.put_right(width.saturating_sub(1), row + 1, &format!("P {p:.2}"), Role::Dim);
            }
        }
        (None, None) => {
            pane.rule(0, "Acts of each agent", &right);
            let counts = episode.acts.iter().fold(vec![0_usize; episode.agents.len()], |mut counts, it| {
                counts[it.agent.index()] += 1;
                counts
            });
            let most = counts.iter().copied().max().unwrap_or(1).max(1);
            let glyph = pane.theme().glyphs.whisker.to_string();
            for (row, agent) in order.shown(0, rows).enumerate() {
                pane.put_fit(1, row + 1, name, &episode.agent(agent).name, Role::Plain);
                let acts = counts[agent.index()];
                pane.put(bar.0, row + 1, &glyph.repeat(acts * bar.1 / most), Role::Dim);
                pane.put_right(width.saturating_sub(1), row + 1, &acts.to_string(), Role::Plain);
            }
        }
    }
    rows + 1
}

/// The acts around the one named, or the last ones. Returns how many rows that took.
fn draw_acts(seen: &Preview, most: usize, pane: &mut Painter<'_>) -> usize {
    let Preview { episode, analysis } = seen;
    let count = episode.acts.len();
    let rows = most.min(pane.height().saturating_sub(1));
    let named = analysis.verdict.headline_act();
    let top = named.map_or(count - rows, |it| window(it.index(), count, rows));
    let credit = founded(analysis.acts.as_ref());
    let figure = |act: ActId| match (credit, &analysis.estimate) {
        (Some(credit), _) => credit.act(act).map(|it| signed(it.value, 3)),
        (None, Some(estimate)) => estimate.acts.get(act.index()).map(|it| format!("{it:.2}")),
        (None, None) => None,
    };
    let what = match (credit, &analysis.estimate) {
        (Some(credit), _) => format!("credit by {}", credit.method),
        (None, Some(_)) => "P by the text".to_owned(),
        (None, None) => String::new(),
    };
    pane.rule(0, &format!("Acts {} to {} of {count}", (top + 1).min(count), top + rows), &what);
    let shown = || (top..top + rows).map(ActId::from_index);
    let widest = |of: &dyn Fn(ActId) -> usize, most: usize| shown().map(of).max().unwrap_or(0).min(most);
    let id = widest(&|it| text::width(&episode.act(it).id), 14);
    let agent = widest(&|it| text::width(&episode.agent(episode.act(it).agent).name), 14);
    let number = widest(&|it| figure(it).map_or(0, |it| text::width(&it)), 12);
    for (row, act) in shown().enumerate() {
        let (y, it) = (row + 1, episode.act(act));
        let role = if named == Some(act) { Role::Strong } else { Role::Plain };
        if named == Some(act) {
            pane.put(0, y, ">", Role::Strong);
        }
        pane.put_tail(1, y, id, &it.id, role);
        if it.has_error() {
            let glyph = pane.theme().glyphs.error.to_string();
            pane.put(1 + id, y, &glyph, Role::Warn);
        }
        let x = pane.put_fit(3 + id, y, agent, &episode.agent(it.agent).name, role) + 1;
        let end = pane.width().saturating_sub(1);
        pane.put_fit(x, y, end.saturating_sub(x + number + 1), &it.label, role);
        if let Some(figure) = figure(act) {
            pane.put_right(end, y, &figure, Role::Dim);
        }
    }
    rows + 1
}

/// Whom all listed episodes name that failed. Returns how many rows that took.
fn draw_named(totals: &Totals, pane: &mut Painter<'_>) -> usize {
    let mut named: Vec<(&str, usize)> = Vec::new();
    for it in &totals.blamed {
        match named.iter_mut().find(|known| known.0 == &*it.agent) {
            Some(known) => known.1 += it.count,
            None => named.push((&it.agent, it.count)),
        }
    }
    named.sort_by_key(|it| std::cmp::Reverse(it.1));
    let rows = named.len().min(pane.height().saturating_sub(1));
    if rows == 0 {
        return 0;
    }
    let width = pane.width();
    pane.rule(0, &format!("Who is named, of {} that failed", totals.failed), "");
    let name = named.iter().take(rows).map(|it| text::width(it.0)).max().unwrap_or(0).min(width / 2);
    let digits = named[0].1.to_string().len();
    let bar = (3 + name + digits, width.saturating_sub(5 + name + digits));
    let glyph = pane.theme().glyphs.loss.to_string();
    for (row, (agent, count)) in named.iter().take(rows).enumerate() {
        pane.put_fit(1, row + 1, name, agent, Role::Plain);
        pane.put_right(2 + name + digits, row + 1, &count.to_string(), Role::Plain);
        pane.put(bar.0, row + 1, &glyph.repeat(count * bar.1 / named[0].1.max(1)), Role::Negative);
    }
    rows + 1
}

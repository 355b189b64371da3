//! View 1 of an episode of which nothing was measured, modelled or declared: bars of the shape of the trace would look
//! like an answer. What each agent did stands there, who may be to blame by the text alone, and what is not logged.

use super::{put_agent, reasons, window};
use crate::{
    app::{Action, OpenEpisode, View, pointer::Pointed},
    credit::{Data, VerdictFinding},
    model::{AgentId, Severity},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Columns of a name, at most.
const NAME: usize = 18;
/// Columns of a bar of P 1, at most and beside the acts.
const BAR: (usize, usize) = (16, 8);
/// Columns of the title.
const TITLE: usize = 34;

/// Columns that the agents need beside the acts.
pub(super) fn agents_width(open: &OpenEpisode) -> usize {
    let widths = Widths::of(open);
    let bar = if widths.p > 0 { BAR.1 } else { 0 };
    (2 + open.index.name_columns.clamp(5, NAME) + bar + widths.all()).max(TITLE)
}

/// Columns of what stands beside the names; 0: it is not there.
struct Widths {
    p: usize,
    acts: usize,
    errors: usize,
    named: usize,
}

impl Widths {
    fn of(open: &OpenEpisode) -> Self {
        Self {
            p: if open.estimate().is_some() { 6 } else { 0 },
            acts: 6,
            errors: if open.index.errors.is_empty() { 0 } else { 5 },
            named: if named(open).is_none() { 0 } else { 6 },
        }
    }

    fn all(&self) -> usize {
        self.p + self.acts + self.errors + self.named
    }
}

/// Every agent: its P where there is an estimate, its acts and its errors. Returns the row behind them.
pub(super) fn agents(open: &OpenEpisode, pane: &mut Painter<'_>) -> usize {
    let (title, right) = heading(open);
    pane.rule(0, &title, right);
    let (width, order) = (pane.width(), open.agent_order());
    let rows = pane.height().saturating_sub(3).max(1);
    let at = order.row_of(open.agent).unwrap_or(0);
    let top = window(at, order.len(), rows);
    let (estimate, named) = (open.estimate(), named(open));
    let widths = Widths::of(open);
    let name = open.index.name_columns.clamp(5, width.saturating_sub(2 + widths.all()).max(5));
    let free = width.saturating_sub(2 + name + widths.all());
    let bar = if estimate.is_some() { free.min(BAR.0) } else { 0 };
    let p = 1 + name + widths.p;
    let acts = p + bar + widths.acts;
    let errors = acts + widths.errors;
    pane.put(1, 1, "agent", Role::Dim);
    if estimate.is_some() {
        pane.put_right(p, 1, "P", Role::Dim);
    }
    pane.put_right(acts, 1, "acts", Role::Dim);
    if widths.errors > 0 {
        pane.put_right(errors, 1, "err", Role::Dim);
    }
    let glyph = pane.theme().glyphs.loss.to_string();
    for (row, agent) in order.shown(top, rows).enumerate() {
        let y = row + 2;
        pane.point(0, y, width, Pointed::Agent(agent));
        let here = agent == open.agent;
        let role = if here { Role::Cursor } else { Role::Plain };
        if here {
            pane.put(0, y, if open.pane.is_of_acts() { "-" } else { ">" }, Role::Cursor);
        }
        put_agent(open, pane, (1, y), name, agent, role);
        if let Some(estimate) = estimate {
            match estimate.agents.iter().find(|it| it.0 == agent) {
                Some((_, value)) => {
                    pane.put_right(p, y, &format!("{value:.2}"), Role::Dim);
                    let filled = (value * bar as f64).round() as usize;
                    pane.put(p + 1, y, &glyph.repeat(filled.min(bar.saturating_sub(1))), Role::Dim);
                }
                // Tools and persons do what they are given.
                None => pane.put_right(p, y, "-", Role::Dim),
            }
        }
        pane.put_right(acts, y, &open.index.acts_of(agent).len().to_string(), Role::Plain);
        let count = open.index.errors_of(agent);
        if count > 0 {
            pane.put_right(errors, y, &count.to_string(), Role::Warn);
        }
        if named == Some(agent) {
            pane.put(errors + 1, y, "named", Role::Strong);
        }
    }
    let used = 2 + rows.min(order.len());
    let hidden = order.len().saturating_sub(rows);
    let more = if hidden > 0 { format!("{hidden} more ({}). ", Action::Down.key()) } else { String::new() };
    let left = pane.height().saturating_sub(used);
    let lines = text::wrap(&format!("{more}{}", note(open)), width.saturating_sub(2));
    for (y, line) in lines.iter().take(left).enumerate() {
        pane.put(1, used + y, line, Role::Dim);
    }
    used + lines.len().min(left)
}

/// What the pane shows, and on which ground.
fn heading(open: &OpenEpisode) -> (String, &'static str) {
    let name = View::CREDIT.heading();
    match open.estimate() {
        Some(_) => (format!("{name}  P of blame by the text"), "estimated"),
        None => (format!("{name}  nothing measured"), ""),
    }
}

/// The agent that a person or a model names.
fn named(open: &OpenEpisode) -> Option<AgentId> {
    match &open.analysis()?.verdict.finding {
        VerdictFinding::Judged(it) => it.agent,
        _ => None,
    }
}

fn note(open: &OpenEpisode) -> String {
    let sweep = Action::Sweep.key();
    let rows = open.sweep().map_or(0, |it| it.rows.iter().filter(|it| it.data == Some(Data::Trace)).count());
    let by_shape = format!("{rows} formulas go by the shape of the trace alone and name nobody ({sweep})");
    match open.estimate() {
        Some(it) if it.agents.len() < open.episode.agents.len() => {
            format!("-: tools and persons are never named. {by_shape}")
        }
        _ => by_shape,
    }
}

/// Why the act under the cursor is suspect; without an estimate what is wrong with the log, and what it lacks.
pub(super) fn below(open: &OpenEpisode, pane: &mut Painter<'_>) {
    if let Some(estimate) = open.estimate() {
        return reasons::draw(open, estimate, pane);
    }
    pane.rule(0, "What would tell", "not in this log");
    let columns = pane.width().saturating_sub(2);
    let mut lines: Vec<(String, Role)> = missing(open)
        .into_iter()
        .map(|(why, count)| {
            (format!("{count:>2} method{}: {why}", if count == 1 { "" } else { "s" }), Role::Plain)
        })
        .collect();
    // No more than fit: there may be thousands.
    let rows = pane.height();
    let findings = open.findings().iter().filter(|it| it.severity >= Severity::Warning).take(rows);
    lines.extend(findings.map(|it| (it.message.clone(), Role::Warn)));
    let wrapped = lines
        .iter()
        .flat_map(|(line, role)| text::wrap(line, columns).into_iter().map(move |it| (it, *role)));
    for (y, (line, role)) in wrapped.take(pane.height().saturating_sub(1)).enumerate() {
        pane.put(1, y + 1, &line, role);
    }
}

/// What methods lack, and how many lack the same, the most wanted first.
fn missing(open: &OpenEpisode) -> Vec<(&str, usize)> {
    let mut missing: Vec<(&str, usize)> = Vec::new();
    let refused = open.sweep().into_iter().flat_map(|it| &it.rows).filter_map(|it| it.result.as_ref().err());
    for it in refused {
        match missing.iter_mut().find(|known| known.0 == it.missing) {
            Some(known) => known.1 += 1,
            None => missing.push((&it.missing, 1)),
        }
    }
    missing.sort_by_key(|it| std::cmp::Reverse(it.1));
    missing
}

/// Rows that [`below`] wants in `columns`.
pub(super) fn below_rows(open: &OpenEpisode) -> usize {
    match open.estimate() {
        Some(_) => 10,
        None => 2 * missing(open).len() + 3,
    }
}

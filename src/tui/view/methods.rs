//! View 4: one column per method and baseline, one row per agent; its variants are in files of their own.

mod curves;
mod estimate;
mod failure;
mod messages;

use super::{bars, sweep, window};
use crate::{
    app::{Action, MethodsVariant, OpenEpisode, View},
    credit::{self, Agreement, SweepRow},
    model::{Value, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Columns of one method.
const COLUMN: usize = 11;

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    match open.methods.variant {
        MethodsVariant::Table => table(open, pane),
        MethodsVariant::Curves => curves::draw(open, pane),
        MethodsVariant::Failure => failure::draw(open, pane),
        MethodsVariant::Messages => messages::draw(open, pane),
        MethodsVariant::Estimate => estimate::draw(open, pane),
    }
}

/// Whom each method blames, a line each, for a screen too small for a table.
pub(super) fn lines(open: &OpenEpisode) -> (Vec<String>, usize) {
    let rows = open.sweep().map_or(&[][..], |it| &it.rows);
    let line = |row: &SweepRow| match &row.result {
        Ok(_) => format!("{}: {}", row.name(), sweep::names(&open.episode, &row.blamed)),
        Err(why) => format!("{}: n/a: {}", row.name(), why.missing),
    };
    (rows.iter().map(line).collect(), open.method_column())
}

/// The title of a variant, with what `v` shows next and `right` at the end.
fn title(open: &OpenEpisode, pane: &mut Painter<'_>, right: &str) {
    let variant = open.methods.variant;
    let next = variant.next().title().to_lowercase();
    let title = format!("{} {}", View::METHODS.digit(), variant.title());
    let with_next = format!("{title}  ({}: {next})", Action::Variant.key());
    let room = pane.width().saturating_sub(text::width(right) + 9);
    pane.rule(0, if text::width(&with_next) <= room { &with_next } else { &title }, right);
}

fn table(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(found) = open.sweep() else {
        title(open, pane, "");
        pane.put(1, 1, "computing", Role::Dim);
        return;
    };
    title(open, pane, &sweep::tally(found));
    let width = pane.width();
    let order = open.agent_order();
    let name = open.index.name_columns.clamp(11, (width / 4).max(11));
    let columns = (width.saturating_sub(name + 4) / COLUMN).max(1);
    // By the page: a table that moved at every step would be written anew at every step.
    let first = open.method_column() / columns * columns;
    let rows: Vec<(usize, &SweepRow)> = found.rows.iter().enumerate().skip(first).take(columns).collect();
    heading(open, pane, name, &rows);
    // Below the table: sum, needs, tau, most blamed, then the method under the cursor.
    let lower = 5;
    let below = (pane.height() / 3).clamp(4, 12);
    let room = pane.height().saturating_sub(3 + lower + below).max(1);
    let at = order.row_of(open.agent).unwrap_or(0);
    let top = window(at, order.len(), room);
    for (line, agent) in order.shown(top, room).enumerate() {
        let y = line + 3;
        let here = agent == open.agent;
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        pane.put_fit(
            1,
            y,
            name,
            &open.episode.agent(agent).name,
            if here { Role::Cursor } else { Role::Plain },
        );
        for (slot, (_, row)) in rows.iter().enumerate() {
            let right = name + 2 + (slot + 1) * COLUMN;
            match &row.result {
                Ok(attribution) => {
                    let value = &attribution.agents[agent.index()].value;
                    pane.put_right(right, y, &bars::number(value, 3), bars::role(value));
                }
                Err(_) => pane.put_right(right, y, "n/a", Role::Dim),
            }
        }
    }
    let y = 3 + room.min(order.len());
    if order.len() > room {
        let right = pane.width();
        let count = format!("{room} of {} agents ({})", order.len(), Action::Down.key());
        pane.put_right(right, 2, &count, Role::Dim);
    }
    totals(open, pane, name, y, &rows);
    let all = found.rows.len();
    let more = if first > 0 || columns < all {
        format!("{all} methods and baselines ({})", Action::Right.keys())
    } else {
        String::new()
    };
    about(open, &found.rows[open.method_column()], pane, y + 4, &more);
}

/// Two rows of column headings: method over baseline.
fn heading(open: &OpenEpisode, pane: &mut Painter<'_>, name: usize, rows: &[(usize, &SweepRow)]) {
    pane.put(1, 2, "agent", Role::Dim);
    for (slot, (index, row)) in rows.iter().enumerate() {
        let here = *index == open.method_column();
        let right = name + 2 + (slot + 1) * COLUMN;
        let role = if here { Role::State } else { Role::Plain };
        let method = pane.fit(&row.scenario.method, COLUMN - 1);
        pane.put_right(right, 1, &method, role);
        let baseline = pane.fit(row.scenario.baseline.as_deref().unwrap_or(""), COLUMN - 1);
        pane.put_right(right, 2, &baseline, role);
    }
}

fn totals(open: &OpenEpisode, pane: &mut Painter<'_>, name: usize, y: usize, rows: &[(usize, &SweepRow)]) {
    let word = if open.failed() { "most blamed" } else { "most earned" };
    for (line, title) in ["sum", "should be", "same order", word].iter().enumerate() {
        pane.put(1, y + line, title, Role::Dim);
    }
    for (slot, (_, row)) in rows.iter().enumerate() {
        let right = name + 2 + (slot + 1) * COLUMN;
        let Ok(attribution) = &row.result else { continue };
        pane.put_right(right, y, &signed(attribution.sum, 3), Role::Plain);
        let contract = attribution.contract.map_or("-".to_owned(), |it| signed(it, 3));
        pane.put_right(right, y + 1, &contract, Role::Dim);
        let tau = row.tau.map_or("-".to_owned(), |it| format!("{it:.2}"));
        pane.put_right(right, y + 2, &tau, Role::Dim);
        let (who, role) = match (row.agrees, row.blamed.as_slice()) {
            (Agreement::NoVoice, _) | (_, []) => ("-".to_owned(), Role::Dim),
            (Agreement::Tie, [_, ..]) => ("TIE".to_owned(), Role::Warn),
            (Agreement::Flips, [one, ..]) => (open.episode.agent(*one).name.to_uppercase(), Role::Warn),
            (Agreement::Holds, [one, ..]) => (open.episode.agent(*one).name.clone(), Role::Plain),
        };
        let who = pane.fit(&who, COLUMN - 1);
        pane.put_right(right, y + 3, &who, role);
    }
}

/// The method under the cursor: its formula, where it comes from, its bars for the agent under the cursor.
fn about(open: &OpenEpisode, row: &SweepRow, pane: &mut Painter<'_>, y: usize, more: &str) {
    let width = pane.width();
    if y + 1 >= pane.height() {
        return;
    }
    let small = pane.height() < 30;
    let mut part = pane.part(0, y, width, usize::MAX);
    let title = part.fit(&row.title, width.saturating_sub(text::width(more) + 8));
    part.rule(0, &title, more);
    let mut lines = Vec::new();
    match &row.result {
        Ok(attribution) => {
            let agent = open.episode.agent(open.agent);
            let value: &Value = &attribution.agents[open.agent.index()].value;
            let text = match value {
                Value::Number(estimate) => {
                    let interval =
                        estimate.interval.map_or("interval not known".to_owned(), |(low, high)| {
                            let (low, high) = (signed(low, 3), signed(high, 3));
                            let level = estimate.level_words();
                            format!("{level} [{}, {}]", low.trim_start(), high.trim_start())
                        });
                    format!("{} {}  {interval}", agent.name, signed(estimate.value, 4).trim_start())
                }
                Value::Undefined(why) => format!("{}: undefined: {why}", agent.name),
                Value::Unavailable(why) => format!("{}: n/a: {why}", agent.name),
            };
            lines.push((text, Role::Strong));
            let mut basis = attribution.provenance.word().to_owned();
            if !attribution.sample.is_empty() {
                basis += &format!("  {}", attribution.sample);
            }
            lines.push((basis, Role::Plain));
            lines.extend(attribution.caveats.iter().map(|it| (it.text.clone(), Role::Plain)));
        }
        Err(why) => {
            lines.push((format!("cannot: {}", why.missing), Role::Warn));
            if let Some(nearest) = &why.nearest {
                lines.push((format!("nearest available: {nearest}"), Role::Plain));
            }
        }
    }
    // On a small screen a step to the next method has to stay cheap; `i` and `e` have the rest.
    if small {
        lines.truncate(2);
    } else if let Some(method) = credit::method(&row.scenario.method) {
        lines.push((format!("{}  ({})", method.formula, method.source), Role::Dim));
    }
    let wrapped: Vec<(String, Role)> = lines
        .into_iter()
        .flat_map(|(line, role)| text::wrap(&line, width - 2).into_iter().map(move |it| (it, role)))
        .collect();
    for (y, (line, role)) in wrapped.iter().take(part.height().saturating_sub(1)).enumerate() {
        part.put(1, y + 1, line, *role);
    }
    let used = wrapped.len() + 2;
    if let Ok(attribution) = &row.result
        && !small
        && part.height() >= used + 5
    {
        let rows = part.height() - used;
        super::credit::credit_rows(open, attribution, &mut part.part(0, used - 1, width.min(100), rows));
    }
}

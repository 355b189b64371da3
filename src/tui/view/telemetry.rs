//! View 6, telemetry: numbers of metric records along the acts, how the team worked together, agents, rewards.

use super::{sparkline, window};
use crate::{
    app::{Action, OpenEpisode, View},
    context::{AgentWork, Arrival, Context, Figure, Group, Series, short},
    model::{ActId, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Columns of the name of a number, and of the number with its unit.
const NAME: usize = 26;
const VALUE: usize = 30;
/// Columns of the name of a metric, and of what stands after its bars.
const METRIC: usize = 21;
const AFTER: usize = 32;

/// A line of the list; the rows that the cursor goes over have a number.
enum Line<'a> {
    Heading(String),
    Metric(&'a Series),
    Figure(&'a Figure),
    Work(&'a AgentWork),
    Arrival(&'a Arrival),
    Note(String),
}

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let title = format!("{}: telemetry", View::STATE.heading());
    let Some(context) = open.context() else {
        pane.rule(0, &title, &state_key());
        pane.put(2, 1, open.state.error.as_deref().unwrap_or("reading the log"), Role::Dim);
        return;
    };
    let (width, height) = (pane.width(), pane.height());
    let lines = list(context);
    let rows: Vec<usize> = (0..lines.len()).filter(|it| lines[*it].is_row()).collect();
    let cursor = rows.get(open.state.row.min(rows.len().saturating_sub(1))).copied().unwrap_or(0);
    pane.rule(0, &title, &state_key());
    let explained = explain(&lines, cursor, width.saturating_sub(2));
    let below = explained.len().min(height / 3) + 1;
    let room = height.saturating_sub(1 + below);
    let top = window(cursor, lines.len(), room);
    for (y, (at, line)) in lines.iter().enumerate().skip(top).take(room).enumerate() {
        if at == cursor && line.is_row() {
            pane.put(0, 1 + y, ">", Role::Cursor);
        }
        put(open, pane, 1 + y, line, at == cursor);
    }
    let left = lines.len().saturating_sub(top + room);
    let more = if left > 0 { format!("{left} more ({})", Action::Down.key()) } else { String::new() };
    pane.rule(1 + room, "The row under the cursor", &more);
    for (y, line) in explained.iter().take(below - 1).enumerate() {
        pane.put(1, 2 + room + y, line, Role::Plain);
    }
}

/// The same as plain lines, for a screen without room.
pub(super) fn lines(context: &Context) -> Vec<String> {
    let line = |it: &Figure| format!("{} {} {}", it.name, it.value(), it.unit);
    context.figures.iter().map(line).collect()
}

fn state_key() -> String {
    format!("{} state", Action::Variant.key())
}

impl Line<'_> {
    fn is_row(&self) -> bool {
        !matches!(self, Line::Heading(_) | Line::Note(_))
    }
}

fn list(context: &Context) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    lines.push(Line::Heading(
        "metric records   one cell: an act, its value here, from least to most".to_owned(),
    ));
    lines.extend(context.series.iter().map(Line::Metric));
    if context.series.is_empty() {
        lines.push(Line::Note(
            "no metric records: log queue depth, latency, tokens, GPU as `metric`".to_owned(),
        ));
    }
    for group in [Group::Collaboration, Group::Orchestration] {
        lines.push(Line::Heading(format!("{}   computed from the log", group.title())));
        lines.extend(context.figures.iter().filter(|it| it.group == group).map(Line::Figure));
    }
    lines.push(Line::Heading(
        "agents           actions calls errors  sent  got   busy s  wait s   tokens     cost".to_owned(),
    ));
    lines.extend(context.works.iter().map(Line::Work));
    lines.push(Line::Heading("rewards   who says so, and how long after the act".to_owned()));
    lines.extend(context.arrivals.iter().map(Line::Arrival));
    if context.arrivals.is_empty() {
        lines.push(Line::Note("no reward records".to_owned()));
    }
    lines
}

fn put(open: &OpenEpisode, pane: &mut Painter<'_>, y: usize, line: &Line<'_>, here: bool) {
    let role = if here { Role::Cursor } else { Role::Plain };
    let width = pane.width();
    match line {
        Line::Heading(text) => {
            pane.put_fit(0, y, width, text, Role::Strong);
        }
        Line::Note(text) => {
            pane.put_fit(2, y, width.saturating_sub(2), text, Role::Dim);
        }
        Line::Metric(series) => metric(open, pane, y, series, role),
        Line::Figure(it) => figure(pane, y, it, role),
        Line::Work(it) => {
            pane.put_fit(1, y, width.saturating_sub(1), &work(open, it), role);
        }
        Line::Arrival(it) => {
            pane.put_fit(1, y, width.saturating_sub(1), &arrival(open, it), role);
        }
    }
}

/// A number about the team, and what it is made of.
pub(super) fn figure(pane: &mut Painter<'_>, y: usize, it: &Figure, role: Role) {
    pane.put_fit(1, y, NAME, it.name, role);
    let said = it.log_says().map_or(String::new(), |it| format!("; log: {it}"));
    let x = match it.computed {
        Ok(_) => {
            pane.put_fit(NAME + 2, y, VALUE, &format!("{} {}", it.value(), it.unit), role);
            NAME + VALUE + 3
        }
        // The reason stands in place of the number.
        Err(_) => NAME + 2,
    };
    pane.put_fit(x, y, pane.width().saturating_sub(x), &format!("{}{said}", it.made_of()), Role::Dim);
}

/// A row of bars, the value at the act under the cursor, the least and the greatest.
pub(super) fn metric(open: &OpenEpisode, pane: &mut Painter<'_>, y: usize, series: &Series, role: Role) {
    let name = match series.agent {
        Some(agent) => format!("{} {}", open.episode.agent(agent).name, series.name),
        None => series.name.clone(),
    };
    let end = pane.put_tail(1, y, METRIC, &name, role).max(METRIC + 1);
    let room = pane.width().saturating_sub(end + 1 + AFTER);
    let cells = sparkline::cells(open.episode.acts.len(), room);
    sparkline::draw(pane, (end + 1, y), &cells, series);
    if let Some(act) = open.act.filter(|_| !cells.is_empty()) {
        let (first, count) = sparkline::place(&cells, act);
        pane.restyle(end + 1 + first, y, count, Role::State);
    }
    let here = series.at(open.moment()).map_or("-".to_owned(), short);
    let unit = series.unit.as_deref().unwrap_or("");
    let words = format!("{here:>8}  {} to {} {unit}", short(series.least), short(series.most));
    let x = end + 2 + cells.len();
    pane.put_fit(x, y, pane.width().saturating_sub(x), &words, Role::Dim);
}

fn work(open: &OpenEpisode, it: &AgentWork) -> String {
    let seconds = |it: Option<f64>| it.map_or("-".to_owned(), |it| format!("{it:.1}"));
    let tokens = it.tokens.map_or("-".to_owned(), |it| it.to_string());
    let cost = it.cost.map_or("-".to_owned(), |it| format!("{it:.4}"));
    format!(
        "{} {:>7} {:>5} {:>6} {:>5} {:>4} {:>8} {:>7} {tokens:>8} {cost:>8}",
        text::pad(&open.episode.agent(it.agent).name, 15),
        it.actions,
        it.calls,
        it.errors,
        it.sent,
        it.received,
        seconds(it.busy),
        seconds(it.waited),
    )
}

fn act_name(open: &OpenEpisode, act: ActId) -> &str {
    open.episode.acts.get(act.index()).map_or("?", |it| it.id.as_str())
}

/// `R1 +0.625 'tests' by validation_service, 4.4 s after coder-2 (computed)`.
fn arrival(open: &OpenEpisode, it: &Arrival) -> String {
    let Some(reward) = open.episode.rewards.get(it.reward) else { return String::new() };
    let value = reward.value.map_or("?".to_owned(), |it| signed(it, 3));
    let whose = reward.agent.map_or("team".to_owned(), |it| open.episode.agent(it).name.clone());
    let name = reward.name.as_ref().map_or(String::new(), |it| format!(" '{it}'"));
    let source = reward.source.as_deref().unwrap_or("an unnamed source");
    let after = it.act.map_or("the start".to_owned(), |it| act_name(open, it).to_owned());
    let delay = match (it.delay, it.is_logged) {
        (Some(delay), true) => format!("{} s after {after} (logged)", short(delay)),
        (Some(delay), false) => format!("{} s after {after} (from times)", short(delay)),
        (None, _) => format!("after {after}; how long is not logged"),
    };
    format!("{value} for {whose}{name}, says {source}, {delay}")
}

/// What the row under the cursor means.
fn explain(lines: &[Line<'_>], cursor: usize, width: usize) -> Vec<String> {
    let words = match lines.get(cursor) {
        Some(Line::Figure(it)) => {
            let said = it.log_says().map_or(String::new(), |it| format!(" The log says: {it}."));
            format!("{} = {} ({}). {}.{said}", it.name, it.formula, it.source, it.made_of())
        }
        Some(Line::Metric(it)) => {
            let unit = it.unit.as_deref().map_or("no unit logged".to_owned(), |it| format!("in {it}"));
            format!("{}: {} of metric records, {unit}", it.name, text::count(it.points.len(), "value"))
        }
        Some(Line::Work(_)) => {
            "busy: sum of dur. wait: from the end of what an act came from to its start. calls: \
            actions whose kind is a tool, function or search"
                .to_owned()
        }
        Some(Line::Arrival(_)) => {
            "the act a reward is for is the last that it names (of), or else the last before it".to_owned()
        }
        _ => String::new(),
    };
    text::wrap(&words, width)
}

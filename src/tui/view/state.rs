//! View 6: every key of the state just after the act under the cursor, and what that act changed.

mod cells;
mod table;

use super::{sparkline, telemetry};
use crate::{
    app::{Action, OpenEpisode, View},
    context::{Context, Disagreement, Moment, StateKey, Write, short},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Columns from which keys stand in a table with who set them.
const WIDE: usize = 110;
/// The most sentences about who holds an old value, and the most series of metric records.
const APART: usize = 3;
const SERIES: usize = 5;
/// The least rows in which numbers about the team stand below the state.
const TEAM: usize = 4;

pub(super) fn draw(open: &OpenEpisode, body: &mut Painter<'_>) {
    if open.state.telemetry {
        return telemetry::draw(open, body);
    }
    let (width, height) = (body.width(), body.height());
    let Some(context) = open.context() else {
        body.rule(0, &View::STATE.heading(), "");
        body.put(2, 1, open.state.error.as_deref().unwrap_or("reading the states"), Role::Dim);
        return;
    };
    let series = context.series.len().clamp(1, SERIES.min(height / 4));
    let identity = identity(open, context, width.saturating_sub(2));
    let apart = disagreements(open, context, width.saturating_sub(2));
    let below = 2 + identity.len() + series + 1;
    let room = height.saturating_sub(below + apart.len()).max(3);
    let mut y = keys(open, context, &mut body.part(0, 0, width, room)).min(room);
    for line in &apart {
        body.put_fit(1, y, width.saturating_sub(1), line, Role::Warn);
        y += 1;
    }
    body.rule(y, "Before the act, trace", &format!("{} copies the trace", Action::Copy.key()));
    y += 1;
    for line in &identity {
        body.put_fit(1, y, width.saturating_sub(1), line, Role::Plain);
        y += 1;
    }
    let rows = height.saturating_sub(y);
    measured(open, context, series, &mut body.part(0, y, width, rows));
}

/// The keys with a heading; the row after them.
fn keys(open: &OpenEpisode, context: &Context, pane: &mut Painter<'_>) -> usize {
    let history = &context.history;
    let moment = open.moment();
    let all = history.present(moment).len();
    let changed = history.changed(moment).len();
    let after =
        open.act.map_or("before the first act".to_owned(), |it| format!("after {}", open.episode.act(it).id));
    let title =
        format!("{}  {after}  {changed} of {} change", View::STATE.heading(), text::count(all, "key"));
    pane.rule(0, &title, &format!("{} change of the key", Action::PreviousError.keys()));
    if let Some(why) = history.missing() {
        let advice =
            "log them as `state` records (whole, or as changes with `after`), or `pre_state` of actions";
        let width = pane.width().saturating_sub(2);
        let lines = text::wrap(&format!("{why}; {advice}"), width);
        for (at, line) in lines.iter().enumerate() {
            pane.put(1, 1 + at, line, Role::Dim);
        }
        return 1 + lines.len();
    }
    let mut y = match pane.width() >= WIDE {
        true => table::draw(open, context, pane),
        false => cells::draw(open, context, pane),
    };
    for note in notes(context) {
        if y < pane.height() {
            pane.put_fit(1, y, pane.width().saturating_sub(1), &note, Role::Dim);
            y += 1;
        }
    }
    y
}

/// What to know of the states as a whole.
fn notes(context: &Context) -> Vec<String> {
    let it = &context.history;
    let mut notes = Vec::new();
    if it.stand_ins > 0 {
        notes.push(format!("of {} agents only what their acts found is known (pre_state)", it.stand_ins));
    }
    if it.broken > 0 {
        notes.push(format!(
            "{} of {} state records do not fit what was there, and change nothing",
            it.broken, it.records
        ));
    }
    if it.unread > 0 {
        notes.push(format!("{} of {} state records can no longer be read", it.unread, it.records));
    }
    notes
}

/// Who holds an old value, a sentence each.
fn disagreements(open: &OpenEpisode, context: &Context, width: usize) -> Vec<String> {
    let all = context.history.disagreements(open.moment());
    let mut lines: Vec<String> =
        all.iter().take(APART).map(|it| text::fit(&apart_words(open, context, it), width)).collect();
    if all.len() > APART {
        lines.push(format!("{} more things of which not all hold the same", all.len() - APART));
    }
    lines
}

fn apart_words(open: &OpenEpisode, context: &Context, it: &Disagreement<'_>) -> String {
    let moment = open.moment();
    let key = |at: u32| &context.history.keys[at as usize];
    let name = |at: u32| key(at).owner.name(&open.episode);
    let value = |at: u32| text::shorten(key(at).value(moment).unwrap_or("-"), 24);
    let holder = |it: &crate::context::Holder| {
        let old = it.old_since.map(|since| format!(", old since {}", when(open, since)));
        format!("{} holds {}{}", name(it.key), value(it.key), old.unwrap_or_default())
    };
    let holders: Vec<String> = it.holders.iter().map(holder).collect();
    format!("{}: {}; {} {}", it.subject.name, holders.join("; "), name(it.reference), value(it.reference))
}

/// The act after which a moment is.
fn when(open: &OpenEpisode, moment: Moment) -> String {
    let act = moment.checked_sub(1).and_then(|it| open.episode.acts.get(it as usize));
    act.map_or("the start".to_owned(), |it| it.id.clone())
}

/// What the act says it found, its trace and span, and its rewards.
fn identity(open: &OpenEpisode, context: &Context, width: usize) -> Vec<String> {
    let Some(id) = open.act else { return vec!["no act".to_owned()] };
    let act = open.episode.act(id);
    let fields = open.detail.payload.as_ref().map(|it| it.fields.as_slice());
    let found = fields.and_then(|it| it.iter().find(|it| it.0 == "pre_state"));
    let check = context.history.check_of(id).map(|it| match it.different.as_slice() {
        [] if it.same == 0 => "the states say nothing of it".to_owned(),
        [] => format!("agrees with the states in {} of {} values", it.same, it.same + it.unknown),
        names => format!("the states differ in {}", names.join(", ")),
    });
    let pre_state = match found {
        None => "no pre_state logged".to_owned(),
        Some((_, lines)) => {
            let text = lines.iter().map(|it| it.trim()).collect::<Vec<_>>().join(" ");
            let check = check.map_or(String::new(), |it| format!("  ({it})"));
            let room = width.saturating_sub(text::width(&check) + 10);
            format!("pre_state {}{check}", text::fit(&text, room).trim_end())
        }
    };
    let trace = act.trace.as_deref().or(open.episode.trace_id.as_deref());
    let trace = trace.map_or("no trace id".to_owned(), |it| format!("trace {it}"));
    let span = act.span.as_deref().map_or("no span id".to_owned(), |it| format!("span {it}"));
    let mut lines = vec![pre_state, format!("{trace}  {span}")];
    let reward = |it: &crate::context::Arrival| {
        let reward = open.episode.rewards.get(it.reward)?;
        let value = reward.value.map_or("?".to_owned(), |it| crate::model::signed(it, 3));
        let source = reward.source.as_deref().unwrap_or("an unnamed source");
        let how = if it.is_logged { "logged" } else { "from times" };
        let delay = it.delay.map_or(String::new(), |it| format!(" {} s later ({how})", short(it)));
        (it.act == Some(id)).then(|| format!("reward {value} by {source}{delay}"))
    };
    lines.extend(context.arrivals.iter().find_map(reward));
    lines
}

/// A few series of metric records, with a mark under the act of the cursor.
fn measured(open: &OpenEpisode, context: &Context, series: usize, pane: &mut Painter<'_>) {
    pane.rule(0, "Telemetry  one cell an act", &format!("{} all, and teamwork", Action::Variant.key()));
    if context.series.is_empty() {
        pane.put(1, 1, "no metric records", Role::Dim);
    }
    let rows = series.max(pane.height().saturating_sub(1).min(SERIES)).min(context.series.len());
    for (at, it) in context.series.iter().take(rows).enumerate() {
        telemetry::metric(open, pane, 1 + at, it, Role::Plain);
    }
    let y = 2 + rows;
    let room = pane.height().saturating_sub(y + 1);
    if room >= TEAM {
        pane.rule(y, "Computed from the log", &format!("{} all of it, with formulas", Action::Variant.key()));
        for (at, it) in context.figures.iter().take(room).enumerate() {
            telemetry::figure(pane, y + 1 + at, it, Role::Plain);
        }
    }
}

/// The same as plain lines, for a screen without room; the second value is the line of the cursor.
pub(super) fn lines(open: &OpenEpisode) -> (Vec<String>, usize) {
    let Some(context) = open.context() else { return (vec!["reading the states".to_owned()], 0) };
    if open.state.telemetry {
        let lines = telemetry::lines(context);
        let at = open.state.row.saturating_sub(context.series.len()).min(lines.len().saturating_sub(1));
        return (lines, at);
    }
    if let Some(why) = context.history.missing() {
        return (vec![why], 0);
    }
    let keys = open.state_keys(true);
    let cursor = open.state_key().map(|it| it.0);
    let at = keys.iter().position(|it| Some(*it) == cursor).unwrap_or(0);
    let line = |it: &usize| {
        let key = &context.history.keys[*it];
        let mark = if key.is_changed(open.moment()) { "*" } else { " " };
        format!("{mark}{}.{} {}", key.owner.name(&open.episode), key.name, told(key, open.moment(), "->"))
    };
    (keys.iter().map(line).collect(), at)
}

/// `0 → 3` of a key that is set at the moment, its value of another.
fn told(key: &StateKey, moment: Moment, arrow: &str) -> String {
    let text = |it: Option<&Write>| it.and_then(|it| it.value.as_deref()).unwrap_or("-").to_owned();
    match key.is_changed(moment) {
        true if moment > 0 => format!("{} {arrow} {}", text(key.before(moment)), text(key.at(moment))),
        _ => text(key.at(moment)),
    }
}

/// A mark in one row over the acts: where a key was set, and the act under the cursor.
fn strip(open: &OpenEpisode, key: &StateKey, columns: usize, dot: char) -> String {
    let cells = sparkline::cells(open.episode.acts.len(), columns.min(open.episode.acts.len()));
    let mut from = 0;
    let mut strip = String::new();
    for act in cells {
        let until = act.0 + 1;
        let here = open.act.is_some_and(|it| (from..until).contains(&it.0));
        let is_set = key.writes.iter().any(|it| (from + 1..=until).contains(&it.moment));
        strip.push(match (is_set, here) {
            (true, true) => '@',
            (true, false) => 'o',
            (false, true) => '+',
            (false, false) => dot,
        });
        from = until;
    }
    strip
}

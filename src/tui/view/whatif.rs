//! View 5: the what-if form, credit before and after, the command that does the same.

mod choices;

use super::{bars, put_agent, sweep, window};
use crate::{
    app::{
        Action, Model, OpenEpisode, View, before, command_line,
        whatif::{Field, FieldKind, Form, WindowEnd, form},
    },
    credit::{self, Comparison},
    model::{AgentId, Attribution, Value, places, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

pub(super) fn draw(model: &Model, open: &OpenEpisode, pane: &mut Painter<'_>) {
    let title = if open.forks.is_logged() {
        format!("{}  edit a cell, credit recomputes at once", View::WHAT_IF.heading())
    } else {
        let number = open.forks.number();
        let (undo, redo, discard) = (Action::Undo.key(), Action::Redo.key(), Action::Discard.key());
        format!("{} #{number}  {undo} undo  {redo} redo  {discard} discard", View::WHAT_IF.heading())
    };
    let fields = Form::fields(open);
    if fields.is_empty() {
        pane.rule(0, &title, "");
        pane.put(1, 1, "computing credit", Role::Dim);
        return;
    }
    let width = pane.width();
    let height = pane.height();
    if let Some(field) = fields.get(open.form.field).filter(|_| open.form.list) {
        choices::draw(open, field, pane);
        return;
    }
    // The result keeps room for its agents; fields scroll where there are too many.
    let wanted = open.episode.agents.len().min(8) + 8;
    let room = height.saturating_sub(wanted).max(5).min(height);
    let roomy = room >= fields.len() + 6;
    let rows = |index: usize| match (index == open.form.field, roomy) {
        (true, _) => 3,
        (false, true) => 2,
        (false, false) => 1,
    };
    let taken: Vec<usize> = (0..fields.len())
        .map(|index| rows_of(open, &fields[index], index == open.form.field, rows(index), pane))
        .collect();
    let shown = fitting(&taken, open.form.field, room);
    let mut y = 1;
    for index in shown.clone() {
        y = draw_field(open, &fields[index], index == open.form.field, rows(index), pane, y);
    }
    pane.rule(0, &title, &beside_title(open, shown, fields.len()));
    result(open, &mut pane.part(0, y, width, height.saturating_sub(y + 3)));
    footer(model, open, &fields, &mut pane.part(0, height.saturating_sub(3), width, 3));
}

/// The fields with what is chosen, a line each, for a screen too small for the form.
pub(super) fn lines(open: &OpenEpisode) -> (Vec<String>, usize) {
    let line = |field: &Field| {
        let chosen = field.choices.iter().filter(|it| it.selected).map(|it| it.label.as_str());
        let number = field.number.map_or(String::new(), |it| it.0.to_string());
        format!("{} {}{number}", field.title, chosen.collect::<Vec<_>>().join(", "))
    };
    (Form::fields(open).iter().map(line).collect(), open.form.field)
}

/// The choice under the cursor: whether it is taken, or why it cannot be.
pub(super) fn choice(open: &OpenEpisode) -> Option<String> {
    let fields = Form::fields(open);
    let field = fields.get(open.form.field)?;
    let at = open.form.choice.min(field.window.1.checked_sub(1)?).checked_sub(field.window.0)?;
    let choice = field.choices.get(at)?;
    let state = match (&choice.blocked, choice.selected) {
        (Some(_), _) => "cannot be chosen",
        (None, true) => "chosen",
        (None, false) => "not chosen",
    };
    Some(format!("choice {} of {}: {}, {state}", at + 1, field.choices.len(), choice.label))
}

/// As many fields as fit into `room` rows, from the first on if the one at `cursor` is among them then.
fn fitting(rows: &[usize], cursor: usize, room: usize) -> std::ops::Range<usize> {
    let cursor = cursor.min(rows.len().saturating_sub(1));
    let height = |range: std::ops::Range<usize>| rows[range].iter().sum::<usize>();
    let first = (0..cursor).find(|first| height(*first..cursor + 1) <= room).unwrap_or(cursor);
    let last = (cursor + 1..=rows.len()).rev().find(|last| height(first..*last) <= room);
    first..last.unwrap_or(cursor + 1)
}

/// Which fields are shown, where not all are, and how far the numbers have come.
fn beside_title(open: &OpenEpisode, shown: std::ops::Range<usize>, all: usize) -> String {
    let mut words = Vec::new();
    if shown.len() < all {
        words.push(format!("fields {}-{} of {all}", shown.start + 1, shown.end));
    }
    match open.sampling() {
        Some(state) => {
            let share = 100 * state.permutations.min(state.asked) / state.asked.max(1);
            words.push(format!("sampled {share}%"));
        }
        None if open.edited.is_pending() || open.compared.is_pending() => words.push("computing".to_owned()),
        None => {}
    }
    words.join("  ")
}

/// The most columns of a choice.
const LONGEST: usize = 40;
/// Columns before the value of a field.
const TITLE_COLUMNS: usize = 11;

/// The choices of a field as cells, with their roles.
fn cells_of(open: &OpenEpisode, field: &Field, here: bool, pane: &Painter<'_>) -> Vec<(String, Role)> {
    let marks = pane.theme().glyphs.marks;
    let (off, on) =
        if field.kind == FieldKind::Players { (marks[2], marks[3]) } else { (marks[0], marks[1]) };
    let cell = |(index, choice): (usize, &form::Choice)| {
        let cursor = here && field.window.0 + index == open.form.choice.min(field.window.1 - 1);
        let label = pane.fit(&choice.label, pane.width().saturating_sub(TITLE_COLUMNS + 6).clamp(8, LONGEST));
        let mark = if choice.selected { on } else { off };
        let role = match (cursor, choice.blocked.is_some()) {
            (true, _) => Role::State,
            (_, true) => Role::Blocked,
            _ if choice.selected => Role::Strong,
            _ => Role::Plain,
        };
        // A choice that cannot be picked is struck by its mark too, not by colour alone.
        let mark = if choice.blocked.is_some() { "(-)" } else { mark };
        (format!("{mark}{label}"), role)
    };
    field.choices.iter().enumerate().map(cell).collect()
}

/// Rows that [`draw_field`] takes.
fn rows_of(open: &OpenEpisode, field: &Field, here: bool, allowed: usize, pane: &Painter<'_>) -> usize {
    if field.number.is_some() {
        return 1;
    }
    let cells = cells_of(open, field, here, pane);
    flow(&cells, pane.width().saturating_sub(TITLE_COLUMNS + 1)).len().min(allowed)
}

/// One field on as many of the `allowed` rows as its choices need; the next row.
fn draw_field(
    open: &OpenEpisode,
    field: &Field,
    here: bool,
    allowed: usize,
    pane: &mut Painter<'_>,
    y: usize,
) -> usize {
    let width = pane.width();
    if here {
        pane.put(0, y, ">", Role::Cursor);
    }
    let mark = if field.changed { "*" } else { " " };
    let role = if here { Role::Cursor } else { Role::Plain };
    match field.kind {
        FieldKind::Action(_) => pane.put_tail(1, y, TITLE_COLUMNS - 2, &field.title, role),
        _ => pane.put_fit(1, y, TITLE_COLUMNS - 2, &field.title, role),
    };
    pane.put(TITLE_COLUMNS - 1, y, mark, Role::Warn);
    if let Some((value, given)) = field.number {
        number_field(open, field, here, pane, y, value, given);
        return y + 1;
    }
    let cells = cells_of(open, field, here, pane);
    let lines = flow(&cells, width.saturating_sub(TITLE_COLUMNS + 1));
    let cursor_line =
        lines.iter().position(|line| line.iter().any(|it| cells[*it].1 == Role::State)).unwrap_or(0);
    let selected_line =
        lines.iter().position(|line| line.iter().any(|it| field.choices[*it].selected)).unwrap_or(0);
    let at = if here { cursor_line } else { selected_line };
    let first = window(at, lines.len(), allowed);
    let mut row = y;
    for line in lines.iter().skip(first).take(allowed) {
        let mut x = TITLE_COLUMNS + 1;
        for index in line {
            x = pane.put(x, row, &cells[*index].0, cells[*index].1) + 1;
        }
        row += 1;
    }
    if lines.len() > allowed || field.choices.len() < field.window.1 {
        pane.put_right(width, row - 1, pane.theme().glyphs.ellipsis, Role::Dim);
    }
    row
}

/// Lines of cells, none wider than `columns`.
fn flow(cells: &[(String, Role)], columns: usize) -> Vec<Vec<usize>> {
    let mut lines = vec![Vec::new()];
    let mut used = 0;
    for (index, (cell, _)) in cells.iter().enumerate() {
        let width = text::width(cell) + 1;
        if used > 0 && used + width > columns {
            lines.push(Vec::new());
            used = 0;
        }
        used += width;
        lines.last_mut().expect("never empty").push(index);
    }
    lines
}

fn number_field(
    open: &OpenEpisode,
    field: &Field,
    here: bool,
    pane: &mut Painter<'_>,
    y: usize,
    value: f64,
    given: Option<f64>,
) {
    let typing = open.form.typing.as_deref().filter(|_| here);
    let shown = match typing {
        Some(text) => format!("[{text}_]"),
        None if !field.changed && given.is_none() && field.kind != FieldKind::Reward => "[auto]".to_owned(),
        None => format!("[{value}]"),
    };
    let x = pane.put(TITLE_COLUMNS + 1, y, &shown, if here { Role::State } else { Role::Plain });
    let note = number_note(open, field, given);
    let room = pane.width().saturating_sub(x + 2);
    pane.put_fit(x + 2, y, room, &note, Role::Dim);
}

/// What a number may be, what it is unless somebody sets it, and what it does.
fn number_note(open: &OpenEpisode, field: &Field, given: Option<f64>) -> String {
    let was = |words: &str| match given {
        Some(given) if field.changed => format!("was {given}{words}"),
        _ => words.trim_start_matches([';', ' ']).to_owned(),
    };
    match field.kind {
        FieldKind::Param(name) => {
            let scenario = form::current(open);
            let method = scenario.and_then(|it| credit::method(&it.method));
            method.and_then(|it| it.param(name)).map_or(String::new(), |param| {
                format!("{}, default {}: {}", param.range(), param.default_words(), param.what)
            })
        }
        FieldKind::Reward if given.is_none() => "none logged".to_owned(),
        FieldKind::Reward => was("; the total, in place of the logged one"),
        FieldKind::Discount => was("; 0 to 1: what a reward is worth a step later"),
        FieldKind::Window(end) => {
            let place = field.number.map_or(1.0, |it| it.0) as usize;
            let id = open.episode.acts.get(place.saturating_sub(1)).map_or("", |it| it.id.as_str());
            let word = if end == WindowEnd::First { "first" } else { "last" };
            was(&format!("; {id}, the {word} act that is credited"))
        }
        FieldKind::Seed => was("; of anything drawn at random: samples, P(flip)"),
        FieldKind::Method
        | FieldKind::Baseline
        | FieldKind::Players
        | FieldKind::Whose
        | FieldKind::Action(_) => String::new(),
    }
}

/// Credit before and after.
fn result(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let analysis = open.analysis();
    let before = analysis.and_then(|it| before(open.logged.get().map(|it| &**it), it));
    let (Some(before), Some(after)) = (before, analysis.map(|it| &it.credit)) else {
        // The log alone says nothing, as where nobody's reward is credited by itself.
        if let Some(Ok(after)) = analysis.map(|it| &it.credit) {
            pane.rule(0, &after.title, "");
            super::credit::credit_rows(open, after, pane);
            return;
        }
        pane.rule(0, "result", "");
        let why = match open.logged.get().map(|it| &it.credit) {
            Some(Err(why)) => why.missing.clone(),
            _ => "computing".to_owned(),
        };
        pane.put(1, 1, &why, Role::Plain);
        return;
    };
    let after = match after {
        Ok(after) => after,
        Err(why) => {
            pane.rule(0, "cannot be computed", "");
            let mut lines = text::wrap(&why.missing, pane.width() - 2);
            if let Some(nearest) = &why.nearest {
                lines.push(format!("nearest available: {nearest}"));
            }
            for (y, line) in lines.iter().enumerate() {
                pane.put(1, y + 1, line, Role::Warn);
            }
            return;
        }
    };
    let Some(comparison) = open.compared.get().and_then(Option::as_deref) else {
        pane.rule(0, "result", "");
        pane.put(1, 1, "computing", Role::Plain);
        return;
    };
    let width = pane.width();
    let title = if open.forks.is_logged() {
        format!("as logged: {}", before.title)
    } else if analysis.is_some_and(|it| it.unedited.is_some()) {
        format!("{}: as logged {} edited", after.title, pane.theme().glyphs.to)
    } else {
        format!("{} {} {}", before.title, pane.theme().glyphs.to, after.title)
    };
    pane.rule(0, &title, "");
    rows(open, before, after, comparison, &mut pane.part(0, 1, width, usize::MAX));
}

fn rows(
    open: &OpenEpisode,
    before: &Attribution,
    after: &Attribution,
    comparison: &Comparison,
    pane: &mut Painter<'_>,
) {
    let glyphs = pane.theme().glyphs;
    let name = open.index.name_columns.clamp(5, 20);
    let largest = before
        .agents
        .iter()
        .chain(&after.agents)
        .filter_map(|it| it.value.number())
        .map(|it| it.value.abs())
        .fold(0.0, f64::max);
    let places = places(largest);
    let columns = [name + 14, name + 28, name + 38];
    pane.put(1, 0, "agent", Role::Dim);
    for (right, title) in columns.iter().zip(["before", "after", "change"]) {
        pane.put_right(*right, 0, title, Role::Dim);
    }
    pane.put(columns[2] + 3, 0, "rank", Role::Dim);
    let room = pane.height().saturating_sub(3);
    let sorted = &comparison.rows;
    let at = sorted.iter().position(|it| it.agent == open.agent).unwrap_or(0);
    let shown = sorted.iter().skip(window(at, sorted.len(), room)).take(room);
    let scale = super::credit::scale(open, after);
    let bar_from = columns[2] + 32;
    let bar_columns = pane.width().saturating_sub(bar_from + 2);
    if bar_columns >= 24 {
        bars::axis(pane, bar_from, 0, bar_columns, &scale);
    }
    let mut y = 1;
    for row in shown {
        put_agent(open, pane, (1, y), name, row.agent, Role::Plain);
        for (right, value) in columns.iter().zip([&row.before, &row.after]) {
            pane.put_right(*right, y, &with_half(value, places, glyphs.plus_minus), bars::role(value));
        }
        if let Some(change) = row.change {
            let role = if change == 0.0 { Role::Dim } else { Role::Strong };
            pane.put_right(columns[2], y, &signed(change, places), role);
        }
        let rank = |rank: Option<u32>| rank.map_or("-".to_owned(), |it| it.to_string());
        let (from, to) = (rank(row.rank_before), rank(row.rank_after));
        let role = if from == to { Role::Dim } else { Role::Strong };
        let mut x = pane.put(columns[2] + 3, y, &format!("{from} {} {to}", glyphs.to), role);
        if row.new_most_blamed {
            x = pane.put(x + 2, y, "NEW MOST BLAMED", Role::Warn);
        }
        if bar_columns >= 24 && x < bar_from {
            bars::bar(pane, bar_from, y, bar_columns, &scale, &row.after);
        }
        y += 1;
    }
    let number = |value: f64| signed(value, places);
    pane.put(1, y, "sum", Role::Strong);
    pane.put_right(columns[0], y, &number(comparison.sum_before), Role::Strong);
    pane.put_right(columns[1], y, &number(comparison.sum_after), Role::Strong);
    pane.put_right(columns[2], y, &number(comparison.sum_after - comparison.sum_before), Role::Strong);
    verdict_line(open, comparison, pane, y + 1);
}

fn verdict_line(open: &OpenEpisode, comparison: &Comparison, pane: &mut Painter<'_>, y: usize) {
    let name = |agents: &[AgentId]| sweep::names(&open.episode, agents);
    let (from, to) = (name(&comparison.named_before), name(&comparison.named_after));
    let mut line = format!("verdict  {from} {} {to}", pane.theme().glyphs.to);
    if let Some(tau) = comparison.tau {
        line += &format!("  same order {tau:+.2}");
    }
    if let Some(flip) = comparison.p_flip {
        line += &format!("  P(flip) {flip:.2}");
    }
    let x = pane.put(1, y, &line, Role::Plain);
    if comparison.flips {
        pane.put(x + 2, y, "FLIPS", Role::Warn);
    } else if !open.forks.is_logged() {
        pane.put(x + 2, y, "same verdict", Role::Dim);
    }
}

fn with_half(value: &Value, places: usize, plus_minus: &str) -> String {
    let half = bars::half_width(value, places);
    let number = bars::number(value, places);
    if half.is_empty() { number } else { format!("{number} {plus_minus}{half}") }
}

/// Where the numbers come from, why the choice under the cursor is greyed, and the command line.
fn footer(model: &Model, open: &OpenEpisode, fields: &[Field], pane: &mut Painter<'_>) {
    let width = pane.width();
    pane.rule(0, "", "");
    let under = fields.get(open.form.field).and_then(|field| field.choice(open.form.choice));
    let line = match under.and_then(|it| it.blocked.as_ref().map(|why| (it, why))) {
        Some((choice, why)) => format!("cannot  {}: {}", choice.label, why.sentence()),
        None => sources(open),
    };
    pane.put_fit(1, 1, width - 2, &line, Role::Plain);
    let scenario = open.analysis().map(|it| &it.scenario);
    if let Some(scenario) = scenario {
        let command = command_line::of_scenario(&model.arguments, &open.episode, scenario);
        let x = pane.put(1, 2, &format!("command ({})  ", Action::Copy.key()), Role::Dim);
        pane.put_fit(x, 2, width.saturating_sub(x + 1), &command, Role::Plain);
    }
}

fn sources(open: &OpenEpisode) -> String {
    let Some(credit) = open.credit() else { return String::new() };
    let mut line = format!("sources {}", credit.provenance.word());
    if !credit.sample.is_empty() {
        line += &format!(", {}", credit.sample);
    }
    if let Some(caveat) = credit.caveats.first() {
        line += &format!("; {} ({})", caveat.text, Action::Caveats.key());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn fields_are_shown_from_the_first_on_as_long_as_the_cursor_is_among_them() {
        assert_eq!(fitting(&[1, 1, 1, 1], 3, 8), 0..4);
        assert_eq!(fitting(&[3, 1, 1, 1], 0, 4), 0..2);
        assert_eq!(fitting(&[1, 1, 3, 1], 2, 4), 1..3);
        assert_eq!(fitting(&[1, 1, 1, 3], 3, 2), 3..4);
        assert_eq!(fitting(&[1], 5, 1), 0..1);
    }
}

//! The sweep as a picture: methods by agents, a mark and a number in each cell, and what the cell under the cursor says.

use crate::{
    app::{
        Action, OpenEpisode,
        sweep::{Mark, SweepLine, largest_acts, row_places, sweep_lines},
    },
    credit::{self, Agreement, Data, FlipProbability, SweepRow},
    model::{AgentId, Attribution, Value, signed},
    text,
    tui::{
        paint::Painter,
        theme::Role,
        view::{sweep::names, window},
    },
};

/// Columns of the mark of a cell: on a narrow screen, and on a wider one.
const MARK: (usize, usize) = (2, 3);
const WIDE: usize = 100;
/// Columns of the number of a cell with what stands behind it, and of the gaps around its mark.
const NUMBER: usize = 9;
const GAPS: usize = 2;
/// The least and the most columns of the name of a method.
const NAME: (usize, usize) = (24, 46);
/// Columns of whom a row names, of its sum, and of what it asks.
const WHO: usize = 20;
const SUM: usize = 9;
/// The least columns of a formula.
const FORMULA: usize = 24;
/// Rows of what the cell under the cursor says: on a low screen, and on a higher one.
const ABOUT: (usize, usize) = (4, 6);
const HIGH: usize = 30;
/// So many acts make up the arithmetic of a cell.
const MOST_ACTS: usize = 5;
/// In an episode with more acts those of a cell are not looked up in every frame.
const SHORT: usize = 2_000;

/// What a table of some columns shows.
struct Layout {
    name: usize,
    /// Columns of a cell.
    cell: usize,
    /// The agents shown, and how many are not.
    agents: Vec<AgentId>,
    hidden: usize,
    who: bool,
    sum: bool,
    /// Columns of the formula; 0: it is not shown.
    formula: usize,
}

impl Layout {
    fn of(open: &OpenEpisode, width: usize) -> Self {
        let order = open.agent_order();
        let mark = if width >= WIDE { MARK.1 } else { MARK.0 };
        let cell = mark + NUMBER + GAPS;
        let room = width.saturating_sub(1 + NAME.0) / cell;
        let shown = room.clamp(1, order.len().max(1));
        let at = order.row_of(open.agent).unwrap_or(0);
        let top = window(at, order.len(), shown);
        let agents: Vec<AgentId> = order.shown(top, shown).collect();
        let mut left = width.saturating_sub(1 + NAME.0 + agents.len() * cell);
        let mut take = |columns: usize| {
            let fits = left > columns;
            left -= if fits { columns + 1 } else { 0 };
            fits
        };
        let (who, sum) = (take(WHO), take(SUM));
        let titles = open.sweep().into_iter().flat_map(|it| &it.rows).filter(|it| it.result.is_ok());
        let longest = 1 + titles.map(|it| text::width(&it.title)).max().unwrap_or(0);
        let name = (NAME.0 + left).min(longest.clamp(NAME.0, NAME.1));
        let left = left - (name - NAME.0);
        let formula = if left > FORMULA { left - 1 } else { 0 };
        Self { name, cell, hidden: order.len() - agents.len(), agents, who, sum, formula }
    }
}

/// Draws table and cell, from `scrolled` lines below where the cursor leads on. Returns how far it can be scrolled so.
pub(super) fn draw(open: &OpenEpisode, scrolled: usize, pane: &mut Painter<'_>) -> usize {
    let Some(sweep) = open.sweep() else {
        pane.put(1, 0, "computing", Role::Dim);
        return 0;
    };
    let (width, height) = (pane.width(), pane.height());
    let at = open.method_column();
    let lines = sweep_lines(&open.episode, sweep, at, open.methods.all);
    let layout = Layout::of(open, width);
    let able = sweep.rows.iter().filter(|it| it.result.is_ok()).count();
    let count = format!("{able} of {} methods and baselines computed", sweep.rows.len());
    let part = match layout.hidden {
        0 => String::new(),
        n => format!("; {} beside them ({})", text::count(n, "agent"), Action::Right.keys()),
    };
    let tally = format!("{}; {count}{part}", sweep.tally());
    let mut y = 0;
    for line in text::wrap(&tally, width.saturating_sub(2)).iter().take(2) {
        pane.put(1, y, line, Role::Strong);
        y += 1;
    }
    heading(open, &layout, pane, y);
    y += 1;
    let about = if height >= HIGH { ABOUT.1 } else { ABOUT.0 };
    let rows = height.saturating_sub(y + about + 1);
    let cursor = lines.iter().position(|it| *it == SweepLine::Row(at)).unwrap_or(0);
    let lines: Vec<Drawn> = lines.into_iter().flat_map(|it| unfold(it, width)).collect();
    let first = window(cursor, lines.len(), rows);
    let reach = lines.len().saturating_sub(first + rows);
    let top = first + scrolled.min(reach);
    for (row, line) in lines.iter().skip(top).take(rows).enumerate() {
        let mut pane = pane.part(0, y + row, width, 1);
        match line {
            Drawn::Line(line) => draw_line(open, &layout, line, at, &mut pane),
            Drawn::Text(x, text, role) => {
                pane.put(*x, 0, text, *role);
            }
        }
    }
    let below = lines.len().saturating_sub(top + rows);
    let y = y + rows.min(lines.len().saturating_sub(top));
    let more = if below > 0 { format!("{top} lines above, {below} below") } else { String::new() };
    let used = if y + about < height { y } else { height.saturating_sub(about + 1) };
    draw_cell(open, at, &more, &mut pane.part(0, used, width, height.saturating_sub(used + 1)));
    legend(pane, height.saturating_sub(1));
    reach
}

/// A line of the screen.
enum Drawn {
    Line(SweepLine),
    /// Text from a column on.
    Text(usize, String, Role),
}

/// What is missing takes as many lines as it has words; no other line of the table takes more than one.
fn unfold(line: SweepLine, width: usize) -> Vec<Drawn> {
    let SweepLine::Lacks { record, rows } = line else { return vec![Drawn::Line(line)] };
    let lines = |text: &str, x: usize, role| {
        let lines = text::wrap(text, width.saturating_sub(x + 1)).into_iter();
        lines.map(move |it| Drawn::Text(x, it, role)).collect::<Vec<_>>()
    };
    lines(&record, 2, Role::Plain).into_iter().chain(lines(&rows, 4, Role::Dim)).collect()
}

/// The names of the columns.
fn heading(open: &OpenEpisode, layout: &Layout, pane: &mut Painter<'_>, y: usize) {
    pane.put(1, y, "method", Role::Dim);
    let mut x = 1 + layout.name;
    for agent in &layout.agents {
        let role = if *agent == open.agent { Role::Cursor } else { Role::Dim };
        let name = pane.fit(&open.episode.agent(*agent).name, layout.cell - 2);
        pane.put_right(x + layout.cell - 1, y, &name, role);
        x += layout.cell;
    }
    if layout.who {
        pane.put_fit(x + 1, y, WHO, if open.failed() { "blames" } else { "credits" }, Role::Dim);
        x += WHO + 1;
    }
    if layout.sum {
        pane.put_right(x + SUM, y, "sum", Role::Dim);
        x += SUM + 1;
    }
    if layout.formula > 0 {
        pane.put(x + 1, y, "formula", Role::Dim);
    }
}

fn draw_line(open: &OpenEpisode, layout: &Layout, line: &SweepLine, at: usize, pane: &mut Painter<'_>) {
    let width = pane.width();
    match line {
        SweepLine::Head { data, rows, vote } => {
            let right = match vote {
                Some(who) => format!("1 vote: {who}"),
                None => "no vote".to_owned(),
            };
            pane.rule(0, &about_data(*data, *rows), &right);
        }
        SweepLine::Row(row) => {
            let Some(found) = open.sweep().and_then(|it| it.rows.get(*row)) else { return };
            draw_row(open, layout, found, *row == at, pane);
        }
        SweepLine::Rest(words) => {
            let all = Action::Scope.key();
            pane.put_fit(2, 0, width.saturating_sub(3), &format!("{words} ({all} shows them)"), Role::Dim);
        }
        SweepLine::Missing(count) => {
            pane.rule(0, &format!("Cannot be computed from this log: {count}"), "what each lacks");
        }
        // It is unfolded into text.
        SweepLine::Lacks { .. } => {}
    }
}

/// What rows of these data are worth.
fn about_data(data: Data, rows: usize) -> String {
    let what = match data {
        Data::Coalitions => "Coalitions: one measurement, however many formulas read it",
        Data::Replays => "Replays: one measurement, however many formulas read it",
        Data::Model => "Model: values that a model states, no measurement",
        Data::Rollouts => "Rollouts of the task: other episodes, no counterfactual",
        Data::Declared => "Declared: the credit that the log assigns",
        Data::Trace => "Trace: its shape alone, which follows links and not effects",
    };
    format!("{what} ({rows})")
}

fn draw_row(open: &OpenEpisode, layout: &Layout, row: &SweepRow, here: bool, pane: &mut Painter<'_>) {
    let Ok(credit) = &row.result else { return };
    let places = row_places(credit);
    let is_weak = !row.data.is_some_and(Data::is_measured);
    let plain = if is_weak { Role::Dim } else { Role::Plain };
    if here {
        pane.put(0, 0, ">", Role::Cursor);
    }
    let title = if text::width(&row.title) < layout.name { row.title.clone() } else { row.name() };
    pane.put_fit(1, 0, layout.name - 1, &title, if here { Role::Cursor } else { plain });
    let mut x = 1 + layout.name;
    for agent in &layout.agents {
        let is_cell = here && *agent == open.agent;
        draw_mark(row, *agent, (credit, places), is_cell, &mut pane.part(x, 0, layout.cell, 1));
        x += layout.cell;
    }
    if layout.who {
        let (who, role) = match row.agrees {
            Agreement::NoVoice => ("nobody".to_owned(), Role::Dim),
            Agreement::Flips | Agreement::Tie if !is_weak => (names(&open.episode, &row.blamed), Role::Warn),
            _ => (names(&open.episode, &row.blamed), plain),
        };
        let who = if row.names_least(open.failed()) { format!("least: {who}") } else { who };
        pane.put_fit(x + 1, 0, WHO, &who, role);
        x += WHO + 1;
    }
    if layout.sum {
        pane.put_right(x + SUM, 0, &signed(credit.sum, places), Role::Dim);
        x += SUM + 1;
    }
    if layout.formula > 0 {
        let formula = credit::method(&row.scenario.method).map_or("", |it| it.formula);
        pane.put_fit(x + 1, 0, layout.formula, formula, Role::Dim);
    }
}

/// The mark and the number of an agent.
fn draw_mark(
    row: &SweepRow,
    agent: AgentId,
    (credit, places): (&Attribution, usize),
    is_cell: bool,
    pane: &mut Painter<'_>,
) {
    let (glyphs, cell) = (pane.theme().glyphs, pane.width());
    let number = |it: &crate::model::Estimate| {
        let mark = if it.sign_unsure() { "?" } else { " " };
        format!("{}{mark}", signed(it.value, places))
    };
    let value = credit.agents.iter().find(|it| it.agent == agent).map(|it| &it.value);
    let (text, role) = match value {
        Some(Value::Number(it)) if it.value < 0.0 => (number(it), Role::Negative),
        Some(Value::Number(it)) if it.value > 0.0 => (number(it), Role::Positive),
        Some(Value::Number(it)) => (number(it), Role::Dim),
        Some(Value::Undefined(_)) => ("undef ".to_owned(), Role::Dim),
        Some(Value::Unavailable(_)) | None => ("n/a ".to_owned(), Role::Dim),
    };
    let glyph = Mark::of(row, agent).map(|it| match it {
        Mark::Named => glyphs.gain,
        Mark::Tied => glyphs.tied,
        Mark::Loses => glyphs.loss,
        Mark::Gains => glyphs.faint,
        Mark::Zero => ' ',
    });
    if let Some(glyph) = glyph {
        pane.put(1, 0, &glyph.to_string().repeat(cell.saturating_sub(NUMBER + GAPS)), role);
    }
    // A number that is too long for its cell loses the mark before it loses a digit.
    pane.put_right(cell.saturating_sub(1), 0, &text, if is_cell { Role::Cursor } else { role });
    if is_cell {
        pane.put(0, 0, "[", Role::Cursor);
        pane.put(cell.saturating_sub(1), 0, "]", Role::Cursor);
    }
}

/// What the cell under the cursor says.
fn draw_cell(open: &OpenEpisode, at: usize, more: &str, pane: &mut Painter<'_>) {
    let Some(row) = open.sweep().and_then(|it| it.rows.get(at)) else { return };
    let Some(agent) = open.episode.agents.get(open.agent.index()) else { return };
    let (width, height) = (pane.width(), pane.height());
    pane.rule(0, &format!("{}, {}", agent.name, row.title), more);
    let lines = cell_lines(open, row).into_iter();
    let wrapped = lines.flat_map(|(text, role)| {
        let lines = text::wrap(&text, width.saturating_sub(2));
        lines.into_iter().map(move |it| (it, role))
    });
    for (y, (line, role)) in wrapped.take(height.saturating_sub(1)).enumerate() {
        pane.put(1, y + 1, &line, role);
    }
}

fn cell_lines(open: &OpenEpisode, row: &SweepRow) -> Vec<(String, Role)> {
    let Ok(credit) = &row.result else { return Vec::new() };
    let places = row_places(credit);
    let mut lines = Vec::new();
    let cell = credit.agents.iter().find(|it| it.agent == open.agent).map(|it| &it.value);
    let number = match cell {
        Some(Value::Number(it)) => {
            let (value, interval) = (signed(it.value, places), it.interval);
            let interval = interval.map_or(String::new(), |(low, high)| {
                format!(" [{}, {}]", signed(low, places).trim(), signed(high, places).trim())
            });
            format!("{}{interval}", value.trim())
        }
        Some(Value::Undefined(why) | Value::Unavailable(why)) => why.to_string(),
        None => "not credited".to_owned(),
    };
    let sum = signed(credit.sum, places);
    let mut facts = vec![format!("{number} of the row's {}", sum.trim())];
    facts.extend(by_acts(open, credit, places));
    lines.push((facts.join(": "), Role::Plain));
    let mut words = Vec::new();
    words.extend(row.tau.map(|it| format!("order of agents {it:+.2} with the credit shown")));
    words.extend(row.declared_tau.map(|it| format!("{it:+.2} with the logged one")));
    words.extend(row.flip.as_ref().map(|it| {
        let draws = if it.draws > 0 { format!(" of {} draws", it.draws) } else { String::new() };
        format!("would name another in {}{draws}", FlipProbability::words(it).trim())
    }));
    if row.counted {
        words.push("this row votes for its measurement".to_owned());
    }
    if !words.is_empty() {
        lines.push((words.join(", "), Role::Dim));
    }
    if let Some(method) = credit::method(&row.scenario.method) {
        lines.push((format!("{}  ({})", method.formula, method.source), Role::Dim));
    }
    lines
}

/// `a17 -0.33, a9 -0.21, 12 others +0.15`: the acts that make up a number, where the row credits acts.
fn by_acts(open: &OpenEpisode, credit: &Attribution, places: usize) -> Option<String> {
    if open.episode.acts.len() > SHORT {
        return None;
    }
    let (acts, rest, sum) = largest_acts(credit, &open.episode, open.agent, MOST_ACTS);
    let words = acts.iter().map(|(act, value)| {
        let act = open.episode.act(*act);
        let label = text::shorten(&act.label, 18);
        format!("{} ({label}) {}", act.id, signed(*value, places).trim())
    });
    let others = (rest > 0).then(|| format!("{rest} others {}", signed(sum, places).trim()));
    let words: Vec<String> = words.chain(others).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// What marks mean.
fn legend(pane: &mut Painter<'_>, y: usize) {
    let glyphs = pane.theme().glyphs;
    let marks = [
        (glyphs.gain, "named"),
        (glyphs.tied, "tied"),
        (glyphs.loss, "costs"),
        (glyphs.faint, "earns"),
        ('?', "may be 0"),
    ];
    let mut x = 1;
    for (glyph, word) in marks {
        x = pane.put(
            x,
            y,
            &format!("{} ", glyph.to_string().repeat(if glyph == '?' { 1 } else { 2 })),
            Role::Plain,
        );
        x = pane.put(x, y, word, Role::Dim) + 2;
    }
    let (apply, why, all) = (Action::Open.key(), Action::Explain.key(), Action::Scope.key());
    let keys = format!("{apply} applies the row  {why} arithmetic  {all} all rows");
    if x + text::width(&keys) < pane.width() {
        pane.put(x, y, &keys, Role::Dim);
    }
}

//! What `creditscope diff` prints of two episodes: where they part, their acts, texts and states there, their credit.

use super::{
    document::{Block, Column, Document, Section, Table},
    figures::{self, count},
    markdown, text,
};
use crate::{
    compare::{
        CreditRow, CreditTable, Difference, EpisodeComparison, Given, Inside, LineOf, RestsOn, Row, RowKind,
        Side, SpentRow,
    },
    model::{Act, Episode, Estimate, Value, as_logged, signed},
};

/// Rows of the same acts in a row before they are folded.
const FOLDED: usize = 4;
/// Rows of acts at most; the JSON has them all.
const ROWS: usize = 60;
/// Lines of texts, and values of states, at most.
const LINES: usize = 40;

/// One of the two episodes.
pub struct DiffSide<'a> {
    /// `log#episode`, as named.
    pub name: &'a str,
    /// The episode and what was computed of it.
    pub given: Given<'a>,
}

/// Two episodes side by side.
pub struct DiffReport<'a> {
    /// The first.
    pub a: DiffSide<'a>,
    /// The second.
    pub b: DiffSide<'a>,
    /// What was found.
    pub compared: &'a EpisodeComparison,
    /// What the records hold where they part.
    pub inside: &'a Inside,
    /// What each agent spent.
    pub spent: &'a [SpentRow],
}

/// A comparison as plain text, ended by a line end.
pub fn diff_text(report: &DiffReport<'_>) -> String {
    text::render(&content(report))
}

/// A comparison as Markdown, ended by a line end.
pub fn diff_markdown(report: &DiffReport<'_>) -> String {
    markdown::render(&content(report))
}

fn content(report: &DiffReport<'_>) -> Document {
    let title = format!("creditscope diff: A {}, B {}", clean(report.a.name), clean(report.b.name));
    let sections =
        [Some(episodes(report)), Some(parting(report)), acts(report), texts(report), states(report)];
    let mut sections: Vec<Section> = sections.into_iter().flatten().collect();
    sections.push(credit(report));
    sections.extend(spent(report));
    Document { title, sections }
}

fn clean(text: &str) -> String {
    crate::text::clean(text)
}

fn episodes(report: &DiffReport<'_>) -> Section {
    let mut section = Section::new("Episodes");
    let mut table = Table::new(&[
        Column::words(""),
        Column::words("episode"),
        Column::words("outcome"),
        Column::number("R"),
        Column::number("acts"),
        Column::words("verdict"),
    ]);
    for (letter, given) in [("A", report.a.given), ("B", report.b.given)] {
        let episode = given.episode;
        let headline = given.verdict.headline(episode);
        table.rows.push(vec![
            letter.to_owned(),
            episode.name.clone(),
            figures::outcome(episode),
            episode.logged_reward().map_or("-".to_owned(), |it| as_logged(it.value)),
            episode.acts.len().to_string(),
            format!("{}{}", headline.who, headline.at),
        ]);
    }
    section.blocks.push(Block::Table(table));
    let (a, b) = (report.a.given.episode, report.b.given.episode);
    let common = report.compared.common;
    section.field("in common", common.words());
    match (common.task, &a.task, &b.task) {
        (Some(false), Some(of_a), Some(of_b)) => {
            section.field("task of A", of_a.clone());
            section.field("task of B", of_b.clone());
        }
        (_, Some(task), _) | (_, None, Some(task)) => section.field("task", task.clone()),
        _ => {}
    }
    section
}

fn parting(report: &DiffReport<'_>) -> Section {
    let mut section = Section::new("Where they part");
    let (a, b, compared) = (report.a.given.episode, report.b.given.episode, report.compared);
    match compared.divergence_words(a, b) {
        Some(words) => section.field("at", words),
        None => section.field("at", "nowhere: all acts are the same, with the same results"),
    }
    let (difference, divergence) = (compared.acts.first_difference(), compared.acts.first_divergence());
    if let Some(at) = difference.filter(|it| Some(*it) != divergence) {
        let act = compared.acts.rows[at].a.map_or(String::new(), |it| a.act(it).id.clone());
        section.field("words", format!("differ from {act} on, where both still do the same"));
    }
    section.field("acts", compared.count_words());
    if compared.acts.banded {
        section.field("caveat", "so many acts that each was looked for near its place alone");
    }
    if let Some(words) = compared.instead_words(a, b) {
        section.field("instead", words);
    }
    section
}

fn acts(report: &DiffReport<'_>) -> Option<Section> {
    let rows = &report.compared.acts.rows;
    if rows.is_empty() {
        return None;
    }
    let mut section = Section::new("Acts aligned by agent, kind and text");
    let columns = ["A", "what", "result", "", "B", "what", "result"].map(Column::words);
    let mut table = Table::new(&columns);
    let at = report.compared.acts.first_divergence();
    let mut row = 0;
    while row < rows.len() && table.rows.len() < ROWS {
        let same = rows[row..].iter().take_while(|it| it.kind == RowKind::Same).count();
        if same > FOLDED {
            table.rows.push(cells(report, &rows[row], ""));
            let folded = format!("... {}", count(same as u64 - 2, "more row"));
            table.rows.push(vec![
                folded,
                "the same".to_owned(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]);
            table.rows.push(cells(report, &rows[row + same - 1], ""));
            row += same;
            continue;
        }
        let note = if at == Some(row) { "here they part" } else { "" };
        table.rows.push(cells(report, &rows[row], note));
        row += 1;
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    if row < rows.len() {
        section.text(format!("{} not shown; --format json has all", count((rows.len() - row) as u64, "row")));
    }
    Some(section)
}

fn cells(report: &DiffReport<'_>, row: &Row, note: &str) -> Vec<String> {
    let side = |episode: &Episode, act: Option<crate::model::ActId>| match act {
        None => [String::new(), note.to_owned(), String::new()],
        Some(act) => {
            let act = episode.act(act);
            [who(episode, act), act.label.clone(), result(act)]
        }
    };
    let a = side(report.a.given.episode, row.a);
    let b = side(report.b.given.episode, row.b);
    a.into_iter().chain([row.kind.mark().to_owned()]).chain(b).collect()
}

fn who(episode: &Episode, act: &Act) -> String {
    let agent = &episode.agent(act.agent).name;
    if act.id.starts_with(agent.as_str()) { act.id.clone() } else { format!("{} {agent}", act.id) }
}

fn result(act: &Act) -> String {
    match &act.error {
        Some(error) => format!("error: {error}"),
        None => act.result.clone(),
    }
}

fn texts(report: &DiffReport<'_>) -> Option<Section> {
    let changes = &report.inside.texts;
    if changes.is_empty() {
        return None;
    }
    let mut section = Section::new("Texts where they part (- A, + B)");
    let mut lines = Vec::new();
    for change in changes {
        lines.push(format!("  {}:", change.field));
        lines.extend(change.lines.iter().map(|it| match it {
            LineOf::Both(text) => format!("  {text}"),
            LineOf::One(Side::A, text) => format!("- {text}"),
            LineOf::One(Side::B, text) => format!("+ {text}"),
            LineOf::Left(n) => format!("  ... {} the same", count(*n as u64, "line")),
        }));
    }
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    section.blocks.push(Block::Lines(lines));
    if more > 0 {
        section.text(format!("{} not shown; --format json has all", count(more as u64, "line")));
    }
    Some(section)
}

fn states(report: &DiffReport<'_>) -> Option<Section> {
    let inside = report.inside;
    if inside.known == 0 {
        return None;
    }
    let mut section = Section::new("State after these acts");
    section.text(inside.state_words());
    let mut table = Table::new(&["key", "A", "B"].map(Column::words));
    for change in inside.states.iter().take(LINES) {
        let value = |it: &Option<String>| it.clone().unwrap_or_else(|| "(not there)".to_owned());
        table.rows.push(vec![change.key.clone(), value(&change.a), value(&change.b)]);
    }
    if !table.rows.is_empty() {
        section.blocks.push(Block::Table(table));
    }
    Some(section)
}

fn credit(report: &DiffReport<'_>) -> Section {
    let (a, b) = (report.a.given, report.b.given);
    let (Ok(of_a), Ok(of_b), Some(table)) = (a.credit, b.credit, &report.compared.credit) else {
        let mut section = Section::new("Credit");
        for (name, credit) in [("A", a.credit), ("B", b.credit)] {
            let words =
                credit.map_or_else(|it| format!("unavailable: {}", it.missing), |it| it.title.clone());
            section.field(name, words);
        }
        return section;
    };
    let title = if of_a.title == of_b.title {
        format!("Credit side by side: {}", of_a.title)
    } else {
        format!("Credit side by side: A {}, B {}", of_a.title, of_b.title)
    };
    let mut section = Section::new(title);
    section.blocks.push(Block::Table(credit_table(table).without_empty_columns()));
    if !report.compared.one_ruler {
        section
            .field("caveat", "no method can be computed for both: numbers of two methods are not subtracted");
    }
    let difference = || table.rows.iter().chain(&table.team).filter_map(|it| it.difference);
    if difference().any(|it| it.sign_unsure()) {
        section.text("?: the interval of the difference holds 0");
    }
    for (rests_on, letter) in [(RestsOn::A, "A"), (RestsOn::B, "B")] {
        if difference().any(|it| it.interval.is_some() && it.rests_on == rests_on) {
            let mark = if letter == "A" { "*" } else { "**" };
            section.text(format!(
                "{mark}: an interval of the error of {letter} alone, as none is known of the other"
            ));
        }
    }
    let grounds = |it: &crate::model::Attribution| match &*it.sample {
        "" => it.provenance.word().to_owned(),
        sample => format!("{}, {sample}", it.provenance.word()),
    };
    if grounds(of_a) == grounds(of_b) {
        section.field("grounds", format!("{} each", grounds(of_a)));
    } else {
        section.field("grounds", format!("A {}; B {}", grounds(of_a), grounds(of_b)));
    }
    section
}

fn spent(report: &DiffReport<'_>) -> Option<Section> {
    let whole = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (None, None) => String::new(),
        (a, b) => format!("{} -> {}", or_none(a), or_none(b)),
    };
    let part = |a: Option<f64>, b: Option<f64>, places: usize| match (a, b) {
        (None, None) => String::new(),
        (a, b) => {
            let text = |it: Option<f64>| it.map_or("none".to_owned(), |it| format!("{it:.places$}"));
            format!("{} -> {}", text(a), text(b))
        }
    };
    let columns = ["agent", "acts", "tokens", "seconds busy", "cost"];
    let mut table = Table::new(&columns.map(Column::words));
    for row in report.spent {
        table.rows.push(vec![
            row.agent.clone(),
            format!("{} -> {}", row.a.acts, row.b.acts),
            whole(row.a.tokens, row.b.tokens),
            part(row.a.seconds, row.b.seconds, 1),
            part(row.a.cost, row.b.cost, 4),
        ]);
    }
    let mut section = Section::new("Spent, A -> B");
    section.blocks.push(Block::Table(table.without_empty_columns()));
    Some(section)
}

fn or_none(it: Option<u64>) -> String {
    it.map_or("none".to_owned(), |it| it.to_string())
}

fn credit_table(of: &CreditTable) -> Table {
    let values = || of.rows.iter().chain(&of.team).flat_map(|it| [it.a.as_ref(), it.b.as_ref()]).flatten();
    let places = figures::decimals(values());
    let mut table = Table::new(&[
        Column::words("agent"),
        Column::number("A"),
        Column::words("95%"),
        Column::number("B"),
        Column::words("95%"),
        Column::number("B - A"),
        Column::words("?"),
        Column::words("95% of the difference"),
    ]);
    for row in of.rows.iter().chain(&of.team) {
        table.rows.push(credit_row(row, places));
    }
    table
}

fn credit_row(row: &CreditRow, places: usize) -> Vec<String> {
    let number = |it: &Option<Value>| match it {
        None => ["not in it".to_owned(), String::new()],
        Some(Value::Number(it)) => [signed(it.value, places), figures::interval(it, places)],
        Some(Value::Undefined(_)) => ["undefined".to_owned(), String::new()],
        Some(Value::Unavailable(_)) => ["unavailable".to_owned(), String::new()],
    };
    let [a, of_a] = number(&row.a);
    let [b, of_b] = number(&row.b);
    let [difference, mark, interval] =
        row.difference.map_or_else(Default::default, |it| of_difference(it, places));
    vec![row.agent.clone(), a, of_a, b, of_b, difference, mark, interval]
}

fn of_difference(it: Difference, places: usize) -> [String; 3] {
    let stars = match it.rests_on {
        RestsOn::Both => "",
        RestsOn::A => "*",
        RestsOn::B => "**",
    };
    let interval =
        figures::interval(&Estimate { interval: it.interval, ..Estimate::exact(it.value) }, places);
    let stars = if interval.is_empty() { "" } else { stars };
    let mark = if it.sign_unsure() { "?" } else { "" };
    [signed(it.value, places), mark.to_owned(), format!("{interval}{stars}")]
}

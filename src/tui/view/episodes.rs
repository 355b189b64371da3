//! The list of episodes as a dashboard: what they have in common, a row each, what they add up to, and where there is room a
//! look at the one under the cursor.

mod columns;
mod preview;

use self::columns::{Fitted, fit};
use super::{header::status_word, window};
use crate::{
    app::{
        Action, Model,
        episode_list::{Column, Group, Line, Totals, cost, duration},
        layout,
        pointer::Pointed,
        sentences,
    },
    credit::Rung,
    model::{EpisodeId, EpisodeSummary, FileState, amount, signed},
    text::{self, count},
    tui::{paint::Painter, theme::Role},
};

/// Further reasons for an empty list are left to the findings.
const MOST_REASONS: usize = 20;
/// Columns up to the end of the words in the gutter.
const GUTTER: usize = 7;
/// From so many rows on the sentences have a third of them, and the list has a row of sums.
const TALL: usize = 20;
/// One line in so many is a sentence about all episodes.
const SAID_PART: usize = 6;

pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) {
    let top = if model.list.len(model.log.episodes.len()) > 1 { said(model, pane) } else { 0 };
    let (width, height) = (pane.width(), pane.height());
    let body = &mut pane.part(0, top, width, height - top);
    let wanted = columns::wanted(&model.list.totals);
    match layout::beside_list(model.size, wanted).filter(|_| !model.log.episodes.is_empty()) {
        None => list(model, body),
        Some((left, right)) => {
            let wall = body.theme().glyphs.wall.to_string();
            list(model, &mut body.part(0, 0, left, height - top));
            for y in 0..body.height() {
                body.put(left, y, &wall, Role::Rule);
            }
            preview::draw(model, &mut body.part(left + 1, 0, right, height - top));
        }
    }
}

/// What the listed episodes have in common, as far as there is room. Returns the row behind it.
fn said(model: &Model, pane: &mut Painter<'_>) -> usize {
    let most = pane.height() / SAID_PART;
    let columns = pane.width().saturating_sub(GUTTER + 1).max(1);
    let rows_each = if pane.width() >= 140 { 1 } else { 2 };
    let room = (columns * rows_each).saturating_sub(rows_each * 4);
    let sentences = model.list.totals.sentences(room).into_iter().map(|(word, sentence)| {
        // How they ended is no longer than it must be: the header has the numbers, too.
        let lines = sentence.lines(columns, if word == "WHO" { rows_each } else { 1 });
        (word, lines)
    });
    let sentences: Vec<(&str, Vec<String>)> = sentences.collect();
    // Where there is no room for both, whom they name says more than how they ended.
    let lines_of = |word: &str| sentences.iter().find(|it| it.0 == word).map_or(0, |it| it.1.len());
    let both = lines_of("ALL") + lines_of("WHO");
    let is_left_out = |word: &str| word == "ALL" && both > most && (1..=most).contains(&lines_of("WHO"));
    let mut y = 0;
    for (word, lines) in sentences.iter().filter(|it| !is_left_out(it.0)) {
        if y + lines.len() > most.max(1) {
            break;
        }
        pane.put(1, y, word, Role::Dim);
        for line in lines {
            pane.put(GUTTER, y, line, if *word == "WHO" { Role::Strong } else { Role::Plain });
            y += 1;
        }
    }
    y
}

fn list(model: &Model, pane: &mut Painter<'_>) {
    let (all, list) = (model.log.episodes.len(), &model.list);
    pane.rule(0, &title(model), &right(model));
    if all == 0 {
        return nothing(model, pane);
    }
    let count = list.line_count(all);
    if count == 0 {
        pane.put(2, 2, &sentences::no_episode_passes(), Role::Plain);
        return;
    }
    let fitted = fit(&list.totals, list.sort, pane.width());
    for it in &fitted {
        let role = if list.sort == Some(it.column) { Role::Strong } else { Role::Dim };
        put(pane, it, 1, it.column.heading(), role);
    }
    let legend = Legend::of(&list.totals, &fitted, pane);
    let rows = pane.height().saturating_sub(2 + legend.rows());
    legend.draw(pane, 2 + rows.min(count));
    let top = window(list.line_of(list.row_of(model.row)), count, rows);
    for (row, line) in (top..count).take(rows).map(|it| list.line(it)).enumerate() {
        match line {
            Line::Group(group) => head(group, pane, row + 2),
            Line::Episode(index) => draw_row(model, pane, row + 2, index, &fitted),
        }
    }
}

/// `Episodes  3 of 12, 1 filter (F)  by cost`.
fn title(model: &Model) -> String {
    let (all, list) = (model.log.episodes.len(), &model.list);
    let note = model.filters.episodes_note(list.len(all), all);
    let mut title =
        note.map_or("Episodes".to_owned(), |it| format!("Episodes  {it} ({})", Action::Filters.key()));
    if let Some(column) = list.sort {
        let turned = if list.reversed { ", turned" } else { "" };
        title += &format!("  by {}{turned} ({})", column.heading(), Action::Sort.key());
    }
    if let Some(grouping) = list.grouping {
        title += &format!("  grouped by {} ({})", grouping.word(), Action::Group.key());
    }
    if list.is_too_long_to_order(all) {
        title += "  too many to read for that: filter first";
    }
    title
}

fn right(model: &Model) -> String {
    let (all, list) = (model.log.episodes.len(), &model.list);
    let opening = model.opening.and_then(|it| model.log.row(it)).and_then(|it| model.log.episodes.get(it));
    match opening {
        Some(it) => format!("opening {}", it.name),
        None if list.len(all) > 1 => {
            format!("{}/{}  {} opens", list.row_of(model.row) + 1, list.len(all), Action::Open.key())
        }
        None => format!("{} opens", Action::Open.key()),
    }
}

/// The head of a group.
fn head(group: &Group, pane: &mut Painter<'_>, y: usize) {
    let totals = &group.totals;
    let reward = totals.rewards.map_or(String::new(), |it| format!(", R mean {}", signed(it.mean, 3).trim()));
    let outcomes: Vec<String> = totals.outcomes.iter().map(|(word, n)| format!("{n} {word}")).collect();
    let title = group.title.as_deref().unwrap_or("not read yet");
    let sums = format!("{}: {}{reward}", count(totals.episodes as u64, "episode"), outcomes.join(", "));
    let room = pane.width().saturating_sub(text::width(&sums) + 8);
    let title = pane.fit(title, room);
    pane.rule(y, &title, &sums);
}

/// What stands below the rows.
struct Legend {
    /// The sums of columns.
    sums: Vec<(Fitted, String)>,
    /// What marks mean.
    words: Vec<String>,
}

impl Legend {
    fn of(totals: &Totals, fitted: &[Fitted], pane: &Painter<'_>) -> Self {
        if pane.height() < TALL - 4 || totals.episodes < 2 || !totals.is_whole() {
            return Self { sums: Vec::new(), words: Vec::new() };
        }
        let has = |column: Column| fitted.iter().any(|it| it.column == column);
        let marks = [
            (Column::Place, "where: the fifth of the episode that holds the act"),
            (Column::Estimate, "text P: of an estimate from the text alone, = the same agent, / another"),
        ];
        let shown: Vec<&str> = marks.into_iter().filter(|it| has(it.0)).map(|it| it.1).collect();
        let words = text::wrap(&shown.join(". "), pane.width().saturating_sub(3));
        let sums = fitted.iter().filter_map(|it| Some((*it, sum(totals, it.column)?)));
        Self { sums: sums.collect(), words: words.into_iter().filter(|it| !it.is_empty()).collect() }
    }

    fn rows(&self) -> usize {
        self.words.len() + usize::from(!self.sums.is_empty())
    }

    fn draw(&self, pane: &mut Painter<'_>, y: usize) {
        if !self.sums.is_empty() {
            pane.put(2, y, "sum", Role::Dim);
        }
        for (it, sum) in &self.sums {
            put(pane, it, y, sum, Role::Dim);
        }
        for (row, line) in self.words.iter().enumerate() {
            pane.put(2, y + usize::from(!self.sums.is_empty()) + row, line, Role::Dim);
        }
    }
}

/// What a column adds up to.
fn sum(totals: &Totals, column: Column) -> Option<String> {
    match column {
        // A sum of some of them would pass for that of all.
        column if column.is_of_card() && !totals.is_read() => None,
        Column::Acts => Some(totals.acts.to_string()),
        Column::Errors => Some(totals.errors.to_string()),
        Column::Notes => Some(totals.notes.to_string()),
        Column::Tokens => totals.tokens.map(|it| amount(it, 1_000)),
        Column::Cost => totals.cost.map(cost),
        Column::Seconds => totals.seconds.map(duration),
        Column::Estimate => (totals.suspects.1 > 0).then(|| format!("= {}", totals.suspects.0)),
        _ => None,
    }
}

/// Writes a cell.
fn put(pane: &mut Painter<'_>, it: &Fitted, y: usize, text: &str, role: Role) {
    if it.column.is_number() {
        pane.put_right(it.x + it.width, y, text, role);
    } else {
        pane.put_fit(it.x, y, it.width, text, role);
    }
}

fn draw_row(model: &Model, pane: &mut Painter<'_>, y: usize, index: usize, fitted: &[Fitted]) {
    let summary = &model.log.episodes[index];
    pane.point(0, y, pane.width(), Pointed::Episode(index));
    let here = index == model.row;
    if here {
        pane.put(0, y, ">", Role::Cursor);
    }
    if model.compare.marked == Some(summary.id) {
        pane.put(1, y, &Action::Compare.key(), Role::Warn);
    }
    let card = model.headlines.card(summary);
    // Without grounds there is room for the words of that.
    let is_groundless = card.is_some_and(|it| it.headline.rung == Rung::Nothing && it.act.is_none());
    let after_who = fitted.iter().find(|it| {
        ![Column::Ground, Column::Act, Column::Place].contains(&it.column) && it.column > Column::Who
    });
    for it in fitted {
        let widened = Fitted {
            width: after_who.map_or(pane.width(), |it| it.x.saturating_sub(1)).saturating_sub(it.x),
            ..*it
        };
        let it = if it.column == Column::Who && is_groundless { &widened } else { it };
        let Some(text) = it.column.text(summary, card) else {
            if it.column == Column::Reward {
                put(pane, it, y, "none", Role::Dim);
            }
            continue;
        };
        match it.column {
            Column::Episode => {
                let found = !model.search.hits_of(EpisodeId::from_index(index)).is_empty();
                let plain = if here { Role::Cursor } else { Role::Plain };
                let role = if found { Role::Match } else { plain };
                pane.put_tail(it.x, y, it.width, &text[model.list.totals.prefix..], role);
            }
            Column::Errors => put(pane, it, y, &format!("{}{text}", pane.theme().glyphs.error), Role::Warn),
            Column::Place => {
                strip(pane, it, y, card.and_then(|it| Some(it.act.as_ref()?.place)).unwrap_or(0.0))
            }
            column => put(pane, it, y, &text, role_of(column, summary, card.map(|it| it.headline.rung))),
        }
    }
}

/// The role of a cell.
fn role_of(column: Column, summary: &EpisodeSummary, rung: Option<Rung>) -> Role {
    match column {
        Column::Outcome if summary.open => Role::Warn,
        Column::Outcome => status_word(summary.status.as_ref()).1,
        Column::Reward if summary.reward.is_some_and(|it| it < 0.0) => Role::Negative,
        Column::Who | Column::Act if rung.is_none_or(|it| it >= Rung::Estimated) => Role::Dim,
        Column::Ground | Column::Data | Column::Estimate => Role::Dim,
        _ => Role::Plain,
    }
}

/// In which fifth of an episode a place is.
fn strip(pane: &mut Painter<'_>, it: &Fitted, y: usize, place: f32) {
    let glyphs = pane.theme().glyphs;
    let full = ((place * it.width as f32) as usize).min(it.width - 1);
    let (full, empty) = ((it.x + full, glyphs.gain), glyphs.middot);
    pane.put(it.x, y, &empty.to_string().repeat(it.width), Role::Rule);
    pane.put(full.0, y, &full.1.to_string(), Role::Plain);
}

fn nothing(model: &Model, pane: &mut Painter<'_>) {
    let mut lines = Vec::new();
    if let Some(path) = &model.log.awaited {
        lines.push(format!("waiting for a writer: '{path}' is a named pipe to which nobody writes"));
    } else if !model.log.loaded && model.log.files.iter().all(|it| it.size == 0) {
        lines.push("waiting for the first record".to_owned());
    } else if !model.log.loaded {
        lines.push("reading".to_owned());
    } else {
        lines.push(format!("no episode in {} records", model.log.records));
        let findings = Action::Findings.key();
        match model.log.bad_lines {
            0 => {}
            1 => lines.push(format!("1 line could not be read: {findings} lists it")),
            bad => lines.push(format!("{bad} lines could not be read: {findings} lists them")),
        }
    }
    for file in model.log.files.iter() {
        let state = match &file.state {
            FileState::Reading => "reading".to_owned(),
            FileState::CaughtUp => format!("{} bytes read", file.read),
            FileState::Gone => "gone".to_owned(),
            FileState::Failed(why) => why.clone(),
            FileState::SameAs(other) => format!("same content as {other}"),
        };
        lines.push(format!("{}  {}  {state}", file.path, file.format));
    }
    // Lines that were skipped or broken are why there is nothing.
    if model.log.loaded {
        lines.extend(model.log.diagnostics.iter().take(MOST_REASONS).map(|it| text::clean(&it.message)));
    }
    let columns = pane.width().saturating_sub(4);
    let wrapped = lines.iter().flat_map(|it| text::wrap(it, columns));
    for (y, line) in wrapped.take(pane.height().saturating_sub(2)).enumerate() {
        pane.put(2, y + 2, &line, Role::Plain);
    }
}

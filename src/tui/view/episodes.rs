//! The list of episodes.

use super::{header::status_word, window};
use crate::{
    app::{Action, Model, sentences},
    credit::{Headline, Rung},
    model::{EpisodeId, EpisodeSummary, FileState, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Further reasons for an empty list are left to the findings.
const MOST_REASONS: usize = 20;

pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) {
    let episodes = &model.log.episodes;
    let note = model.filters.episodes_note(episodes.len());
    let filters = Action::Filters.key();
    let title = note.as_ref().map_or("Episodes".to_owned(), |it| format!("Episodes  {it} ({filters})"));
    let rows = pane.height().saturating_sub(2);
    let count = model.filters.row_count(episodes.len());
    let at = model.filters.row_of(model.row);
    let opening = model.opening.and_then(|it| model.log.row(it)).and_then(|it| episodes.get(it));
    let right = match opening {
        Some(it) => format!("opening {}", it.name),
        None if count > rows => format!("{}/{count}  {} opens", at + 1, Action::Open.key()),
        None => format!("{} opens", Action::Open.key()),
    };
    pane.rule(0, &title, &right);
    if episodes.is_empty() {
        return nothing(model, pane);
    }
    let top = window(at, count, rows);
    let shown =
        || (top..count).take(rows).map(|it| model.filters.episode_at(it)).map(|it| (it, &episodes[it]));
    if count == 0 {
        pane.put(2, 2, &sentences::no_episode_passes(), Role::Plain);
        return;
    }
    let name = shown().map(|it| text::width(&it.1.name)).max().unwrap_or(0).clamp(7, pane.width() / 4);
    let x = 3 + name;
    pane.put(2, 1, "episode", Role::Dim);
    let has_errors = model.log.errors > 0;
    let has_notes = model.log.notes > 0;
    let columns = Columns::of(x, pane.width(), (has_errors, has_notes));
    pane.put(x, 1, "outcome         R agents acts", Role::Dim);
    if has_errors {
        pane.put_right(x + 30 + ERRORS - 1, 1, "err", Role::Dim);
    }
    if has_notes {
        pane.put_right(columns.who - 1, 1, "notes", Role::Dim);
    }
    for (at, word) in columns.headings() {
        pane.put(at, 1, word, Role::Dim);
    }
    for (row, (index, summary)) in shown().enumerate() {
        let y = row + 2;
        let here = index == model.row;
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        if model.compare.marked == Some(summary.id) {
            pane.put(1, y, &Action::Compare.key(), Role::Warn);
        }
        let role = if here { Role::Cursor } else { Role::Plain };
        let found = !model.search.hits_of(EpisodeId::from_index(index)).is_empty();
        pane.put_tail(2, y, name, &summary.name, if found { Role::Match } else { role });
        draw_row(pane, x, y, summary);
        if summary.notes > 0 {
            pane.put_right(columns.who - 1, y, &summary.notes.to_string(), Role::Plain);
        }
        columns.draw(pane, y, summary, model.headlines.of(summary));
    }
}

fn draw_row(pane: &mut Painter<'_>, x: usize, y: usize, summary: &EpisodeSummary) {
    let (word, role) = if summary.open { ("open", Role::Warn) } else { status_word(summary.status.as_ref()) };
    pane.put_fit(x, y, 9, word, role);
    match summary.reward {
        Some(reward) => {
            let role = if reward < 0.0 { Role::Negative } else { Role::Plain };
            pane.put_right(x + 17, y, &signed(reward, 3), role);
        }
        None => pane.put_right(x + 17, y, "none", Role::Dim),
    }
    pane.put_right(x + 24, y, &summary.agents.to_string(), Role::Plain);
    pane.put_right(x + 29, y, &summary.acts.to_string(), Role::Plain);
    if summary.errors > 0 {
        let errors = format!("{}{}", pane.theme().glyphs.error, summary.errors);
        pane.put_right(x + 30 + ERRORS - 1, y, &errors, Role::Warn);
    }
}

/// Columns of the number of acts with an error, where the log has any.
const ERRORS: usize = 5;
/// Columns of the number of notes, where there are any.
const NOTES: usize = 6;
/// Columns of the ground and of the kind of data.
const GROUND: usize = 9;
const DATA: usize = 13;
/// The most columns of who is named.
const WHO: usize = 34;
/// The least room right of the acts for more than who and on what grounds.
const ROOMY: usize = 60;

/// The columns right of the acts: who is named and on what grounds; where there is room, what the log holds and whom
/// somebody named.
struct Columns {
    who: usize,
    ground: usize,
    data: Option<usize>,
    end: usize,
}

impl Columns {
    /// In a row of `end` columns whose outcome begins at `x`.
    fn of(x: usize, end: usize, (has_errors, has_notes): (bool, bool)) -> Self {
        let who = x + 30 + if has_errors { ERRORS } else { 0 } + if has_notes { NOTES } else { 0 };
        let room = end.saturating_sub(who);
        let rest = if room >= ROOMY { DATA + room / 4 } else { 0 };
        let width = room.saturating_sub(GROUND + 1 + rest).min(WHO);
        let ground = who + width + 1;
        Self { who, ground, data: (rest > 0).then_some(ground + GROUND + 1), end }
    }

    fn headings(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let more = self.data.map(|at| [(at, "data"), (at + DATA, "annotated")]);
        [(self.who, "who"), (self.ground, "from")].into_iter().chain(more.into_iter().flatten())
    }

    fn draw(&self, pane: &mut Painter<'_>, y: usize, summary: &EpisodeSummary, headline: Option<&Headline>) {
        if let Some(headline) = headline {
            let is_founded = headline.rung != Rung::Nothing;
            let role = if headline.rung < Rung::Estimated { Role::Plain } else { Role::Dim };
            // The act stays whole where the name keeps half of the room: it says itself by its beginning.
            let room = self.ground - self.who - 1 + if is_founded { 0 } else { GROUND };
            let beside_act = room.saturating_sub(text::width(&headline.at));
            let name = pane.fit(&headline.who, beside_act.max(room / 2));
            pane.put_fit(self.who, y, room, &format!("{}{}", name.trim_end(), headline.at), role);
            if is_founded {
                pane.put_fit(self.ground, y, GROUND, headline.rung.short_word(), Role::Dim);
            }
        }
        let Some(at) = self.data else { return };
        let data = match (summary.counterfactuals, summary.declared) {
            (true, true) => "runs, credit",
            (true, false) => "runs",
            (false, true) => "credit",
            (false, false) => "trace",
        };
        pane.put_fit(at, y, DATA - 1, data, Role::Dim);
        if let Some(label) = &summary.label {
            pane.put_fit(at + DATA, y, self.end.saturating_sub(at + DATA), label, Role::Plain);
        }
    }
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

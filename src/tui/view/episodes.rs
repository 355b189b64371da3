//! The list of episodes.

use super::{header::status_word, window};
use crate::{
    app::{Action, Model, sentences},
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
    let opening = model.opening.and_then(|it| model.log.row(it)).and_then(|it| episodes.get(it));
    let right =
        opening.map_or_else(|| format!("{} opens", Action::Open.key()), |it| format!("opening {}", it.name));
    pane.rule(0, &title, &right);
    if episodes.is_empty() {
        return nothing(model, pane);
    }
    let rows = pane.height().saturating_sub(2);
    let count = model.filters.row_count(episodes.len());
    let at = model.filters.row_of(model.row);
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
    pane.put(x, 1, "outcome         R agents acts data         annotated", Role::Dim);
    for (row, (index, summary)) in shown().enumerate() {
        let y = row + 2;
        let here = index == model.row;
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        let role = if here { Role::Cursor } else { Role::Plain };
        let found = !model.search.hits_of(EpisodeId::from_index(index)).is_empty();
        pane.put_tail(2, y, name, &summary.name, if found { Role::Match } else { role });
        draw_row(pane, x, y, summary);
    }
    if count > rows {
        let right = pane.width();
        pane.put_right(right, 1, &format!(" {}/{count}", at + 1), Role::Dim);
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
    let data = match (summary.counterfactuals, summary.declared) {
        (true, true) => "runs, credit",
        (true, false) => "runs",
        (false, true) => "credit",
        (false, false) => "trace",
    };
    pane.put_fit(x + 30, y, 12, data, Role::Dim);
    if let Some(label) = &summary.label {
        let columns = pane.width().saturating_sub(x + 43);
        pane.put_fit(x + 43, y, columns, label, Role::Plain);
    }
}

fn nothing(model: &Model, pane: &mut Painter<'_>) {
    let mut lines = Vec::new();
    if !model.log.loaded && model.log.files.iter().all(|it| it.size == 0) {
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

//! The list of hits of a search.

use super::{place, window};
use crate::{
    app::{Action, Model},
    search::{Hit, Snippet},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Draws the list; its cursor moves it, it has no scroll position.
pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) -> usize {
    let search = &model.search;
    let Some(pattern) = &search.pattern else {
        let (back, search) = (Action::Back.key(), Action::Search.key());
        pane.put(1, 0, &format!("nothing is searched for: {back}, then {search}"), Role::Plain);
        return 0;
    };
    let width = pane.width();
    let kept = search.hits.len() as u64;
    let more = if search.found > kept { format!(", the first {kept} are listed") } else { String::new() };
    pane.put_fit(1, 0, width - 1, &format!("/{}  {}{more}", pattern.text(), search.status()), Role::Strong);
    if let Some(problem) = &search.problem {
        pane.put_fit(1, 1, width - 1, problem, Role::Warn);
    }
    let top = 1 + usize::from(search.problem.is_some());
    let rows = pane.height().saturating_sub(top + 1);
    let at = search.rank().unwrap_or(0);
    let first = window(at, search.hits.len(), rows);
    let shown: Vec<&Hit> = search.hits.iter().skip(first).take(rows).collect();
    let columns = Columns::of(model, &shown, width);
    columns.put(pane, top, ["episode", "record", "agent", "line"], Role::Dim);
    pane.put_fit(columns.text, top, width.saturating_sub(columns.text), "text", Role::Dim);
    for (row, hit) in shown.iter().enumerate() {
        let y = top + 1 + row;
        let here = first + row == at;
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        let place = place(model, hit.origin);
        let cells = [episode(model, hit), record(hit), hit.agent.as_deref().unwrap_or(""), &place];
        columns.put(pane, y, cells, if here { Role::Cursor } else { Role::Plain });
        snippet(pane, columns.text, y, &hit.snippet);
    }
    0
}

/// Columns and their first.
struct Columns {
    widths: [usize; 4],
    text: usize,
}

impl Columns {
    fn of(model: &Model, hits: &[&Hit], width: usize) -> Self {
        let mut widths = [0; 4];
        for hit in hits {
            let place = place(model, hit.origin);
            let cells = [episode(model, hit), record(hit), hit.agent.as_deref().unwrap_or(""), &place];
            for (column, cell) in widths.iter_mut().zip(cells) {
                *column = (*column).max(text::width(cell));
            }
        }
        // In a narrow pane the text matters more than its place.
        let most = if width >= 100 {
            [20, 14, 16, 24]
        } else if width >= 60 {
            [10, 8, 9, 0]
        } else {
            [0, 6, 0, 0]
        };
        let least = [7, 6, 5, 4];
        for ((column, most), least) in widths.iter_mut().zip(most).zip(least) {
            *column = (*column).max(least).min(most);
        }
        let text = 1 + widths.iter().map(|it| if *it > 0 { it + 1 } else { 0 }).sum::<usize>();
        Self { widths, text }
    }

    fn put(&self, pane: &mut Painter<'_>, y: usize, cells: [&str; 4], role: Role) {
        let mut x = 1;
        for (at, cell) in cells.iter().enumerate().filter(|it| self.widths[it.0] > 0) {
            // The end of an id or a place tells it from its neighbours; for a word the beginning does.
            let is_word = at == 2 || !cell.contains(|it: char| it.is_ascii_digit());
            let width = self.widths[at];
            x = if is_word {
                pane.put_fit(x, y, width, cell, role)
            } else {
                pane.put_tail(x, y, width, cell, role)
            } + 1;
        }
    }
}

/// The name of the hit's episode.
fn episode<'a>(model: &'a Model, hit: &'a Hit) -> &'a str {
    let known = hit.episode.and_then(|it| model.log.episodes.get(it.index()));
    known.map_or(hit.episode_name.as_deref().unwrap_or("-"), |it| &*it.name)
}

/// The id of an act, else the type of the record.
fn record(hit: &Hit) -> &str {
    hit.id.as_deref().filter(|_| matches!(&*hit.record, "action" | "message")).unwrap_or(&hit.record)
}

/// The text around a match, cut so that the match is visible.
fn snippet(pane: &mut Painter<'_>, x: usize, y: usize, snippet: &Snippet) {
    let room = pane.width().saturating_sub(x);
    let before = text::fit_end(&snippet.before, room / 3);
    let x = pane.put(x, y, before, Role::Dim);
    let x = pane.put(x, y, &snippet.matched, Role::Match);
    let room = pane.width().saturating_sub(x);
    pane.put_fit(x, y, room, &snippet.after, Role::Dim);
}

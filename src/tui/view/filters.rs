//! The list of the filters of the session.

use super::window;
use crate::{
    app::Model,
    tui::{paint::Painter, theme::Role},
};

/// Draws the list; it moves with its own cursor and is not scrolled.
pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) -> usize {
    let state = &model.filters;
    let (width, height) = (pane.width(), pane.height());
    let note = |text: Option<String>, all: String| text.unwrap_or(all);
    let episodes = model.log.episodes.len();
    let mut lines =
        vec![format!("episodes: {}", note(state.episodes_note(episodes), format!("all {episodes} listed")))];
    if let Some(open) = &model.open {
        let all = format!("all {} acts listed", open.episode.acts.len());
        lines.push(format!("acts of {}: {}", open.episode.name, note(open.listed.note(), all)));
    }
    for (y, line) in lines.iter().enumerate() {
        pane.put_fit(1, y, width.saturating_sub(1), line, Role::Dim);
    }
    let top = lines.len();
    let keys = "Space on/off  d delete  D delete all  f add";
    if state.entries.is_empty() {
        pane.put(1, top, "no filter: f adds one, such as", Role::Plain);
        for (y, example) in EXAMPLES.iter().enumerate() {
            pane.put(3, top + 1 + y, example, Role::Plain);
        }
        return 0;
    }
    let rows = height.saturating_sub(top + 1);
    let first = window(state.row, state.entries.len(), rows);
    let glyphs = pane.theme().glyphs;
    for (y, (index, entry)) in state.entries.iter().enumerate().skip(first).take(rows).enumerate() {
        let here = index == state.row;
        let mark = glyphs.marks[if entry.on { 3 } else { 2 }];
        let about = if entry.filter.is_about_episodes() { "  (episodes)" } else { "" };
        let line = format!("{}{mark} {}{about}", if here { ">" } else { " " }, entry.filter.text());
        let role = match (here, entry.on) {
            (true, _) => Role::Cursor,
            (false, true) => Role::Plain,
            (false, false) => Role::Dim,
        };
        pane.put_fit(0, top + y, width, &line, role);
    }
    pane.put_fit(1, height.saturating_sub(1), width.saturating_sub(1), keys, Role::Dim);
    0
}

/// One for each kind of filter.
const EXAMPLES: [&str; 8] = [
    "agent=coder,tester   who acts; * stands for anything",
    "!agent=env           ! asks for the opposite",
    "type=reward          acts with such a record about them",
    "kind=tool            the kind of act that is logged",
    "status=failure,open  how the episode ended",
    "reward<0.5           also <= > >= = and =-1..0.5",
    "/time ?out/          what the record holds, as / finds it",
    "text=timeout         the same",
];

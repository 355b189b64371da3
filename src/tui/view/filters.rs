//! The list of the filters of the session.

use super::window;
use crate::{
    app::{
        Action, Model,
        filters::{DELETE, DELETE_ALL},
    },
    tui::{paint::Painter, theme::Role},
};

/// Draws the list; its cursor moves it, it has no scroll position.
pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) -> usize {
    let state = &model.filters;
    let (width, height) = (pane.width(), pane.height());
    let note = |text: Option<String>, all: String| text.unwrap_or(all);
    let episodes = model.log.episodes.len();
    let listed = state.episodes_note(model.list.len(episodes), episodes);
    let mut lines = vec![format!("episodes: {}", note(listed, format!("all {episodes} listed")))];
    if let Some(open) = &model.open {
        let all = format!("all {} acts listed", open.episode.acts.len());
        lines.push(format!("acts of {}: {}", open.episode.name, note(open.listed.note(), all)));
    }
    for (y, line) in lines.iter().enumerate() {
        pane.put_fit(1, y, width.saturating_sub(1), line, Role::Dim);
    }
    let top = lines.len();
    let (turn, add, delete, all) =
        (Action::Hold.key(), Action::Filter.key(), DELETE.name(), DELETE_ALL.name());
    let keys = format!("{turn} on/off  {delete} delete  {all} delete all  {add} add");
    if state.entries.is_empty() {
        pane.put(1, top, &format!("no filter: {add} adds one, such as"), Role::Plain);
        for (y, example) in examples().iter().enumerate() {
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
    pane.put_fit(1, height.saturating_sub(1), width.saturating_sub(1), &keys, Role::Dim);
    0
}

/// One for each kind of filter.
fn examples() -> [String; 8] {
    let search = Action::Search.key();
    [
        "agent=coder,tester   who acts; * stands for anything".to_owned(),
        "!agent=env           ! asks for the opposite".to_owned(),
        "type=reward          acts with such a record about them".to_owned(),
        "kind=tool            the kind of act that is logged".to_owned(),
        "status=failure,open  how the episode ended".to_owned(),
        "reward<0.5           also <= > >= = and =-1..0.5".to_owned(),
        format!("/time ?out/          what the record holds, as {search} finds it"),
        "text=timeout         the same".to_owned(),
    ]
}

//! The palette: what fits what is typed, the line under the cursor in full below.

use crate::{
    app::{
        Key, KeyCode, Model,
        palette::{Found, Offer},
        pointer::Pointed,
        prompt::{COMPLETE, LEAVE, TAKE},
    },
    text,
    tui::{paint::Painter, theme::Role},
};

/// The most columns of what is matched.
const TEXT: usize = 48;
/// The most lines shown.
const LINES: usize = 16;
/// Columns of the kind of a thing.
const KIND: usize = 8;
/// The most columns of keys.
const KEYS: usize = 9;
/// Below this many columns what a line would do stands only below, for the one under the cursor.
const BESIDE: usize = 100;

/// Draws the palette over the upper part of `body`.
pub(super) fn draw(model: &Model, offer: Offer, body: &mut Painter<'_>) {
    let palette = &model.palette;
    let width = body.width();
    let about = palette.chosen().map_or("", |it| if it.about.is_empty() { &it.text } else { &it.about });
    let about = text::wrap(about, width.saturating_sub(3).max(1));
    // A rule above and below, and what the line under the cursor would do.
    let frame = 2 + about.len();
    let rows = palette.found.len().clamp(1, LINES).min(body.height().saturating_sub(frame)).max(1);
    let mut pane = body.part(0, 0, width, (rows + frame).min(body.height()));
    pane.blank();
    let name = match offer {
        Offer::All => "Palette: everything by name",
        Offer::Help => "Help: keys and words",
    };
    let title = format!("{name}: {} of {}", palette.fitting, palette.all);
    let top = super::stepped_window(palette.row, palette.found.len(), rows);
    let below = palette.found.len().saturating_sub(top + rows);
    pane.rule(0, &title, &format!("{top} above, {below} below"));
    if palette.found.is_empty() {
        pane.put(1, 1, "nothing fits what is typed", Role::Plain);
    }
    let shown = palette.found.iter().enumerate().skip(top).take(rows);
    for (y, (at, found)) in shown.enumerate() {
        pane.point(0, y + 1, width, Pointed::Line(at));
        line(found, at == palette.row, &mut pane.part(0, y + 1, width, 1));
    }
    for (y, part) in about.iter().enumerate() {
        pane.put(2, rows + 1 + y, part, Role::Dim);
    }
    pane.rule(rows + 1 + about.len(), "", "");
}

/// What is matched, what kind of thing it is, what it would do where there is room, and its keys.
fn line(found: &Found, is_chosen: bool, line: &mut Painter<'_>) {
    let (width, entry) = (line.width(), &found.entry);
    let role = if is_chosen { Role::Cursor } else { Role::Plain };
    line.put(0, 0, if is_chosen { ">" } else { " " }, role);
    let keys = width.saturating_sub(KEYS);
    let is_beside = width >= BESIDE;
    let columns = match is_beside {
        true => TEXT,
        false => keys.saturating_sub(2 + KIND + 2),
    };
    // What stands beside it is what it would do; without that it has the room.
    let columns = if entry.about.is_empty() { keys.saturating_sub(2 + KIND + 2) } else { columns };
    line.put_fit(2, 0, columns, &entry.text, role);
    for (from, to) in runs(&found.matched) {
        let before: String = entry.text.chars().take(from).collect();
        let part: String = entry.text.chars().skip(from).take(to - from).collect();
        let (x, wide) = (text::width(&before), text::width(&part));
        line.restyle(2 + x, 0, wide.min(columns.saturating_sub(x)), Role::Match);
    }
    let kind = keys.saturating_sub(KIND + 1);
    line.put_fit(kind, 0, KIND, entry.kind, Role::Dim);
    if is_beside {
        let about = 2 + columns + 2;
        line.put_fit(about, 0, kind.saturating_sub(about + 1), &entry.about, Role::Plain);
    }
    line.put_right(width.saturating_sub(1), 0, &entry.keys, Role::Strong);
}

/// Stretches of neighbours among ascending numbers: where each begins, and where it has ended.
fn runs(matched: &[u32]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for at in matched.iter().map(|it| *it as usize) {
        match runs.last_mut() {
            Some(run) if run.1 == at => run.1 = at + 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

/// The keys of the palette, for the line in which it is typed.
pub(super) fn keys() -> String {
    let [up, down, tab, enter, esc] =
        [KeyCode::Up, KeyCode::Down, COMPLETE, TAKE, LEAVE].map(|it| Key::named(it).name());
    format!("{up} {down}  {tab}: complete  {enter}: do it  {esc}: back")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_stretch() {
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[0, 1, 2, 5, 7, 8]), [(0, 3), (5, 6), (7, 9)]);
    }
}

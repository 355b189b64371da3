//! The words of the screen and what they mean, in as many columns as have room.

use crate::{
    app::glossary::{ENTRIES, Entry},
    text,
    tui::{paint::Painter, theme::Role},
};

/// The least columns of the screen for a column of words.
const COLUMN: usize = 76;
/// The most columns of a word beside its meaning.
const WORD: usize = 26;
/// Below this many columns the meaning stands under its word.
const BESIDE: usize = 56;

/// A line: a part of a word, a part of a meaning, or both.
#[derive(Debug, Default)]
struct Line {
    word: String,
    meaning: String,
}

/// `Glossary: 9 of 84 words`.
pub(super) fn title(shown: usize) -> String {
    match (shown, ENTRIES.len()) {
        (shown, all) if shown == all => format!("Glossary: {all} words"),
        (shown, all) => format!("Glossary: {shown} of {all} words"),
    }
}

/// Draws `entries` from line `top` on; returns the last line that may be the first.
pub(super) fn draw(entries: &[&Entry], top: usize, pane: &mut Painter<'_>) -> usize {
    if entries.is_empty() {
        pane.put(1, 0, "no word of the screen has this", Role::Plain);
        return 0;
    }
    let columns = (pane.width() / COLUMN).clamp(1, 3);
    let width = (pane.width() / columns).saturating_sub(2);
    let indent = if width < BESIDE { 2 } else { WORD + 1 };
    let lines: Vec<Line> = entries.iter().flat_map(|it| lines(it, width, indent)).collect();
    let height = pane.height();
    // A line of its own says how many there are below, so that it covers none.
    let rows = if lines.len() > columns * height { height.saturating_sub(1) } else { height };
    let page = columns * rows;
    let reach = lines.len().saturating_sub(page);
    let top = top.min(reach);
    for (at, line) in lines.iter().skip(top).take(page).enumerate() {
        let (x, y) = (1 + at / rows * (width + 2), at % rows);
        pane.put(x, y, &line.word, Role::Strong);
        pane.put(x + indent, y, &line.meaning, Role::Plain);
    }
    if rows < height {
        let more = format!("lines: {top} above, {} below ", reach - top);
        pane.put(1, rows, &more, Role::Dim);
    }
    reach
}

/// The lines of one word in `width` columns, its meaning `indent` columns to the right.
fn lines(entry: &Entry, width: usize, indent: usize) -> Vec<Line> {
    let meaning = text::wrap(&entry.meaning, width.saturating_sub(indent).max(1));
    let is_beside = indent > WORD;
    let words = text::wrap(&entry.word, if is_beside { WORD } else { width.max(1) });
    let under = if is_beside { 0 } else { words.len() };
    let count = words.len().max(under + meaning.len());
    let mut lines: Vec<Line> = (0..count).map(|_| Line::default()).collect();
    for (line, word) in lines.iter_mut().zip(words) {
        line.word = word;
    }
    for (line, meaning) in lines.iter_mut().skip(under).zip(meaning) {
        line.meaning = meaning;
    }
    lines
}

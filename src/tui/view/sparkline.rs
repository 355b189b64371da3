//! A number along the acts of an episode, as a row of bars.

use crate::{
    context::{History, Series},
    model::ActId,
    tui::{paint::Painter, theme::Role},
};

/// Which act each of at most `columns` cells stands for: every act has as many cells as any, and the last of several in a cell
/// stands for them.
pub(super) fn cells(acts: usize, columns: usize) -> Vec<ActId> {
    if acts == 0 || columns == 0 {
        return Vec::new();
    }
    let wide = (columns / acts).clamp(1, 4);
    match acts <= columns {
        true => (0..acts * wide).map(|it| ActId::from_index(it / wide)).collect(),
        false => (0..columns).map(|it| ActId::from_index((it + 1) * acts / columns - 1)).collect(),
    }
}

/// The cells that stand for `act`: the first, and how many.
pub(super) fn place(cells: &[ActId], act: ActId) -> (usize, usize) {
    let first = cells.partition_point(|it| *it < act).min(cells.len().saturating_sub(1));
    let count = cells[first..].iter().take_while(|it| Some(**it) == cells.get(first).copied()).count();
    (first, count)
}

/// Draws a series from column `x`.
pub(super) fn draw(pane: &mut Painter<'_>, (x, y): (usize, usize), cells: &[ActId], series: &Series) {
    let glyphs = pane.theme().glyphs;
    // Digits tell eight heights apart where bars cannot be drawn.
    let levels = if glyphs.ascii { ['1', '2', '3', '4', '5', '6', '7', '8'] } else { glyphs.levels };
    for (at, act) in cells.iter().enumerate() {
        if let Some(value) = series.at(History::after(*act)) {
            let level = levels[series.level(value, levels.len()) - 1];
            pane.put(x + at, y, level.encode_utf8(&mut [0; 4]), Role::Plain);
        }
    }
}

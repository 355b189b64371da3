//! One row per quantity, one column per stretch of the episode: the minimap under other views.

use crate::{
    app::{Figures, OpenEpisode, sentences},
    model::ActId,
    tui::{paint::Painter, theme::Role},
};

/// Draws how much credit of either sign each stretch of acts has, and where the cursor is.
pub(super) fn blame_density(open: &OpenEpisode, row: &mut Painter<'_>) {
    let episode = &open.episode;
    let acts = episode.acts.len();
    if acts == 0 || row.width() < 40 || open.figures() == Figures::None {
        return;
    }
    let last = ActId::from_index(acts - 1);
    let (from, to) = (sentences::when(open, ActId(0)), sentences::when(open, last));
    let unit = if episode.acts[0].time.is_some() { "s" } else { "" };
    let left = format!("acts {}{unit} ", if from.is_empty() { &episode.acts[0].id } else { &from });
    let right = format!(" {}{unit}", if to.is_empty() { &episode.act(last).id } else { &to });
    let x = row.put(1, 0, &left, Role::Dim);
    let note = match open.analysis() {
        Some(_) if open.figures() == Figures::Suspicion => "  P per stretch, ^ cursor",
        Some(_) => "  |credit| per stretch, ^ cursor",
        None => "  computing credit, ^ cursor",
    };
    let columns = row.width().saturating_sub(x + right.len() + note.len() + 1).min(acts);
    if columns == 0 {
        return;
    }
    // The first act of a column: act * columns / acts is the column of an act.
    let first = |column: usize| (column * acts).div_ceil(columns);
    let weight = |column: usize| open.ranking().map_or(0.0, |it| it.weight(first(column), first(column + 1)));
    let heights: Vec<f64> = (0..columns).map(weight).collect();
    let largest = heights.iter().copied().fold(0.0, f64::max);
    let glyphs = row.theme().glyphs;
    let cursor = open.act.map(|it| it.index() * columns / acts);
    for (index, height) in heights.iter().enumerate() {
        let level = if largest > 0.0 { (height / largest * 7.0).round() as usize } else { 0 };
        let (glyph, role) = match cursor {
            Some(at) if at == index => ('^', Role::Strong),
            _ => (glyphs.levels[level.min(7)], if level > 4 { Role::Negative } else { Role::Dim }),
        };
        row.put(x + index, 0, &glyph.to_string(), role);
    }
    let end = row.put(x + columns, 0, &right, Role::Dim);
    row.put(end, 0, note, Role::Dim);
}

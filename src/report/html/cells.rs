//! A drawing in cells as a picture of lines: what the screen shows by characters, with real lines and arrows.

use std::{collections::BTreeMap, fmt::Write};

use maud::{Markup, html};

use crate::{
    graph::{Arms, Drawing, Point, Role},
    report::interaction::Wiring,
};

/// Pixels of a cell.
const CELL: (usize, usize) = (8, 18);

/// The lines of one look: half cells along a row or a column, to be joined.
#[derive(Default)]
struct Lines {
    /// Row, and from which half cell to which.
    across: Vec<(usize, usize, usize)>,
    /// Column, and from which half cell to which.
    down: Vec<(usize, usize, usize)>,
}

/// The drawing; `label` says in one sentence what it shows.
pub(super) fn picture(drawing: &Drawing, wiring: &Wiring<'_>, label: &str) -> Markup {
    let (width, height) = (drawing.width.max(1) * CELL.0, drawing.height.max(1) * CELL.1);
    let mut lines: BTreeMap<&'static str, Lines> = BTreeMap::new();
    let mut heads: Vec<(&'static str, String)> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    for y in 0..drawing.height {
        for x in 0..drawing.width {
            let Some(cell) = drawing.cell(Point { x, y }).filter(|it| it.symbol != ' ') else { continue };
            if let Some(arms) = Arms::of(cell.symbol) {
                draw_arms(arms, cell.role, (x, y), &mut lines);
            } else if let Some(path) = head(cell.symbol, (x, y)) {
                draw_arms(shaft(cell.symbol), cell.role, (x, y), &mut lines);
                heads.push((if cell.role == Role::Blame { "head heavy" } else { "head" }, path));
            } else {
                put(&mut words, cell.symbol, cell.role, (x, y));
            }
        }
    }
    html! {
        svg class="pic" role="img" aria-label=(label) width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
            @for (agent, it) in &drawing.agents {
                rect class="hit" data-agent=(agent.index()) x=(it.x * CELL.0) y=(it.y * CELL.1) width=(it.width * CELL.0) height=(it.height * CELL.1) {
                    title { (wiring.name(*agent)) ": " (wiring.about(*agent)) }
                }
            }
            @for (class, it) in &lines { path class={ "stroke " (class) } d=(it.path()) {} }
            @for (class, path) in &heads { path class=(class) d=(path) {} }
            @for it in &words {
                text class=(it.class) x=(it.x * CELL.0) y=(it.y * CELL.1 + 13) textLength=(it.columns * CELL.0) lengthAdjust="spacingAndGlyphs" { (it.text) }
            }
        }
    }
}

fn draw_arms(arms: Arms, role: Role, (x, y): (usize, usize), lines: &mut BTreeMap<&'static str, Lines>) {
    let [up, right, down, left] = arms.weights;
    let class = |weight: u8| match (role, weight, arms.dashed) {
        (_, 2.., _) => "heavy",
        (_, _, true) | (Role::Inferred, ..) => "dashed",
        (Role::Dim, ..) => "faint",
        (Role::Focus, ..) => "ink",
        _ => "",
    };
    for (weight, half) in [(left, 2 * x), (right, 2 * x + 1)] {
        if weight > 0 {
            lines.entry(class(weight)).or_default().across.push((y, half, half + 1));
        }
    }
    for (weight, half) in [(up, 2 * y), (down, 2 * y + 1)] {
        if weight > 0 {
            lines.entry(class(weight)).or_default().down.push((x, half, half + 1));
        }
    }
}

impl Lines {
    /// All of them as one path.
    fn path(&self) -> String {
        let mut out = String::new();
        let middle = |at: usize, cell: usize| at * cell + cell / 2;
        // Writing to a string cannot fail.
        for (row, from, to) in joined(&self.across) {
            let _ = write!(out, "M{} {}H{}", from * CELL.0 / 2, middle(row, CELL.1), to * CELL.0 / 2);
        }
        for (column, from, to) in joined(&self.down) {
            let _ = write!(out, "M{} {}V{}", middle(column, CELL.0), from * CELL.1 / 2, to * CELL.1 / 2);
        }
        out
    }
}

/// Pieces that meet as one.
fn joined(pieces: &[(usize, usize, usize)]) -> Vec<(usize, usize, usize)> {
    let mut sorted = pieces.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(usize, usize, usize)> = Vec::new();
    for it in sorted {
        match out.last_mut() {
            Some(last) if last.0 == it.0 && last.2 >= it.1 => last.2 = last.2.max(it.2),
            _ => out.push(it),
        }
    }
    out
}

/// An arrow head in its cell.
fn head(symbol: char, (x, y): (usize, usize)) -> Option<String> {
    let (left, top) = (x * CELL.0, y * CELL.1);
    Some(match symbol {
        '▶' => format!("M{left} {}l8 5l-8 5z", top + 4),
        '◀' => format!("M{} {}l-8 5l8 5z", left + 8, top + 4),
        '▼' => format!("M{left} {}l4 9l4 -9z", top + 9),
        '▲' => format!("M{left} {}l4 -9l4 9z", top + 9),
        _ => return None,
    })
}

/// What leads to an arrow head within its cell, up or down: a cell is higher than the head.
fn shaft(symbol: char) -> Arms {
    let weights = [u8::from(symbol == '▼'), 0, u8::from(symbol == '▲'), 0];
    Arms { weights, dashed: false }
}

/// Text of one look in neighbouring cells.
struct Word {
    text: String,
    class: &'static str,
    x: usize,
    y: usize,
    columns: usize,
}

fn put(words: &mut Vec<Word>, symbol: char, role: Role, (x, y): (usize, usize)) {
    let class = match role {
        Role::Positive => "plus",
        Role::Negative => "minus",
        Role::Label | Role::Error | Role::Focus => "strong",
        Role::Dim | Role::Border => "dim",
        _ => "",
    };
    let follows = words.last_mut().filter(|it| (it.class, it.y, it.x + it.columns) == (class, y, x));
    match follows {
        // The second column of a wide character.
        Some(word) if symbol == crate::graph::Cell::CONTINUATION => word.columns += 1,
        Some(word) => {
            word.text.push(symbol);
            word.columns += 1;
        }
        None if symbol == crate::graph::Cell::CONTINUATION => {}
        None => words.push(Word { text: symbol.to_string(), class, x, y, columns: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_meet_are_one_line() {
        assert_eq!(
            joined(&[(1, 4, 5), (0, 2, 3), (0, 0, 1), (0, 1, 2), (1, 0, 1)]),
            [(0, 0, 3), (1, 0, 1), (1, 4, 5)]
        );
        let lines = Lines { across: vec![(0, 1, 2), (0, 2, 3)], down: vec![(2, 0, 2)] };
        assert_eq!(lines.path(), "M4 9H12M20 0V18");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        let mut words = Vec::new();
        for (x, symbol) in ['計', '\0', 'x'].into_iter().enumerate() {
            put(&mut words, symbol, Role::Label, (x, 0));
        }
        let [word] = &words[..] else { panic!("one word") };
        assert_eq!((word.text.as_str(), word.columns), ("計x", 3));
    }
}

//! A sheet of cells on which lines join by themselves.
//!
//! Lines are kept as arms: how strongly a cell is connected to each of its four neighbours. The characters
//! are looked up when everything is drawn, so crossings, corners and branches come out right in any order of
//! drawing. Only what is drawn takes memory: a table of 16,000 agents is as large as its edges.

use unicode_width::UnicodeWidthChar;

use super::drawing::{Cell, Charset, Drawing, Point, Rect, Role, Row};

/// A direction on the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Up,
    Right,
    Down,
    Left,
}

impl Side {
    pub(super) const ALL: [Side; 4] = [Side::Up, Side::Right, Side::Down, Side::Left];

    pub(super) fn opposite(self) -> Self {
        match self {
            Side::Up => Side::Down,
            Side::Right => Side::Left,
            Side::Down => Side::Up,
            Side::Left => Side::Right,
        }
    }

    pub(super) fn is_horizontal(self) -> bool {
        matches!(self, Side::Left | Side::Right)
    }

    /// The side of `from` on which its neighbour `to` lies; `None` if they are not neighbours.
    pub(super) fn between(from: Point, to: Point) -> Option<Self> {
        if from.y == to.y {
            if to.x == from.x + 1 {
                return Some(Side::Right);
            }
            return (to.x + 1 == from.x).then_some(Side::Left);
        }
        if from.x != to.x {
            return None;
        }
        if to.y == from.y + 1 {
            return Some(Side::Down);
        }
        (to.y + 1 == from.y).then_some(Side::Up)
    }
}

/// How a line is drawn. A heavy line hides a light one if both share an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Light,
    Dashed,
    Heavy,
}

#[derive(Clone, Copy, Default)]
struct Square {
    /// Weight of the arm to each side: 0 none, 1 light, 2 heavy.
    arms: [u8; 4],
    dashed: bool,
    symbol: Option<char>,
    role: Role,
}

/// The sheet. Everything drawn outside is ignored.
pub(super) struct Canvas {
    width: usize,
    /// By row, the squares that are drawn on, ascending by column.
    rows: Vec<Vec<(u32, Square)>>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, rows: vec![Vec::new(); height] }
    }

    fn square(&mut self, point: Point) -> Option<&mut Square> {
        let column = u32::try_from(point.x).ok().filter(|_| point.x < self.width)?;
        let row = self.rows.get_mut(point.y)?;
        // Most is drawn from left to right.
        let at = match row.last() {
            Some(last) if last.0 >= column => row.binary_search_by_key(&column, |it| it.0),
            _ => Err(row.len()),
        };
        let at = at.unwrap_or_else(|at| {
            row.insert(at, (column, Square::default()));
            at
        });
        Some(&mut row[at].1)
    }

    /// Writes one character of one column.
    pub(super) fn put(&mut self, x: usize, y: usize, symbol: char, role: Role) {
        if let Some(square) = self.square(Point { x, y }) {
            square.symbol = Some(symbol);
            square.role = role;
        }
    }

    /// Writes `text` from column `x` and returns the column after it. Leaves out a wide character at the
    /// edge.
    pub(super) fn text(&mut self, x: usize, y: usize, text: &str, role: Role) -> usize {
        let mut at = x;
        for symbol in text.chars() {
            let width = symbol.width().unwrap_or(0);
            if at + width > self.width {
                break;
            }
            if width == 0 {
                continue;
            }
            self.put(at, y, symbol, role);
            for offset in 1..width {
                self.put(at + offset, y, Cell::CONTINUATION, role);
            }
            at += width;
        }
        at
    }

    /// Adds an arm to one cell.
    pub(super) fn arm(&mut self, point: Point, side: Side, stroke: Stroke, role: Role) {
        if let Some(square) = self.square(point) {
            let weight = if stroke == Stroke::Heavy { 2 } else { 1 };
            let empty = square.arms == [0; 4];
            let arm = &mut square.arms[side as usize];
            *arm = (*arm).max(weight);
            square.dashed = stroke == Stroke::Dashed && (empty || square.dashed);
            if empty || role > square.role {
                square.role = role;
            }
        }
    }

    /// Draws a line through neighbouring cells, from the middle of the first to the middle of the last.
    pub(super) fn line(&mut self, cells: &[Point], stroke: Stroke, role: Role) {
        for step in cells.windows(2) {
            if let Some(side) = Side::between(step[0], step[1]) {
                self.arm(step[0], side, stroke, role);
                self.arm(step[1], side.opposite(), stroke, role);
            }
        }
    }

    /// Draws a box.
    pub(super) fn rectangle(&mut self, rect: Rect, stroke: Stroke, role: Role) {
        if rect.width < 2 || rect.height < 2 {
            return;
        }
        let (right, bottom) = (rect.x + rect.width - 1, rect.y + rect.height - 1);
        let mut cells: Vec<Point> = (rect.x..=right).map(|x| Point { x, y: rect.y }).collect();
        cells.extend((rect.y + 1..=bottom).map(|y| Point { x: right, y }));
        cells.extend((rect.x..right).rev().map(|x| Point { x, y: bottom }));
        cells.extend((rect.y..bottom).rev().map(|y| Point { x: rect.x, y }));
        self.line(&cells, stroke, role);
    }

    /// The drawing so far, without agents and edges.
    pub(super) fn finish(&self, charset: Charset) -> Drawing {
        let cell = |(column, square): &(u32, Square)| {
            let symbol = square.symbol.unwrap_or_else(|| glyph(square.arms, square.dashed, charset));
            (*column, Cell { symbol, role: square.role })
        };
        let rows: Vec<Row> = self.rows.iter().map(|row| Row(row.iter().map(cell).collect())).collect();
        Drawing { width: self.width, height: rows.len(), rows, ..Drawing::default() }
    }
}

/// The arrow head that points to `side`.
pub(super) fn arrow(side: Side, charset: Charset) -> char {
    let (unicode, ascii) = match side {
        Side::Up => ('▲', '^'),
        Side::Right => ('▶', '>'),
        Side::Down => ('▼', 'v'),
        Side::Left => ('◀', '<'),
    };
    match charset {
        Charset::Unicode => unicode,
        Charset::Ascii => ascii,
    }
}

/// Box drawing characters by the weights of their arms: index = up * 27 + right * 9 + down * 3 + left.
const BOX: [&str; 3] =
    [" ─━│╮┑┃┒┓──╾╭┬┭┎┰┱━╼━┍┮┯┏┲┳", "│╯┙│┤┥╽┧┪╰┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈", "┃┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"];

fn glyph(arms: [u8; 4], dashed: bool, charset: Charset) -> char {
    let [up, right, down, left] = arms;
    match charset {
        Charset::Unicode => {
            let row = BOX[usize::from(up).min(2)];
            let column = usize::from(right) * 9 + usize::from(down) * 3 + usize::from(left);
            let solid = row.chars().nth(column).unwrap_or(' ');
            match (dashed, solid) {
                (true, '─') => '╌',
                (true, '│') => '╎',
                _ => solid,
            }
        }
        Charset::Ascii => {
            let heavy = up == 2 || down == 2;
            match (up > 0, right > 0, down > 0, left > 0) {
                (false, false, false, false) => ' ',
                (false, _, false, _) if right == 2 || left == 2 => '=',
                (false, _, false, _) if dashed => '~',
                (false, _, false, _) => '-',
                (_, false, _, false) if heavy => '#',
                (_, false, _, false) if dashed => ':',
                (_, false, _, false) => '|',
                _ if heavy => '#',
                (false, true, true, false) | (false, false, true, true) => '.',
                (true, true, false, false) | (true, false, false, true) => '\'',
                _ => '+',
            }
        }
    }
}

/// The line through a cell, for those who draw it otherwise than by characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arms {
    /// Up, right, down and left: 0 none, 1 light, 2 heavy.
    pub weights: [u8; 4],
    /// Whether it is broken.
    pub dashed: bool,
}

impl Arms {
    /// What a character of [`Charset::Unicode`] draws; `None` if it is no line.
    pub fn of(symbol: char) -> Option<Self> {
        let (solid, dashed) = match symbol {
            '╌' => ('─', true),
            '╎' => ('│', true),
            ' ' => return None,
            it => (it, false),
        };
        // A line that ends looks like one that goes on, which stands further back in the table.
        let place = |(up, row): (usize, &&str)| {
            let count = row.chars().count();
            Some((up, count - 1 - row.chars().rev().position(|it| it == solid)?))
        };
        let (up, at) = BOX.iter().enumerate().rev().find_map(place)?;
        let weights = [up, at / 9, at / 3 % 3, at % 3].map(|it| it as u8);
        Some(Self { weights, dashed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_read_as_it_was_written() {
        for at in 1..81_u8 {
            let weights = [at / 27, at / 9 % 3, at / 3 % 3, at % 3];
            let symbol = glyph(weights, false, Charset::Unicode);
            let read = Arms::of(symbol).map_or([0; 4], |it| it.weights);
            assert_eq!(glyph(read, false, Charset::Unicode), symbol);
            // Only the end of a line is read as more than it is.
            let ends = weights.iter().filter(|it| **it > 0).count() == 1;
            assert!(read == weights || ends, "{symbol}: {weights:?} {read:?}");
        }
        assert_eq!(Arms::of('╌'), Some(Arms { weights: [0, 1, 0, 1], dashed: true }));
        assert_eq!((Arms::of(' '), Arms::of('x'), Arms::of('▶')), (None, None, None));
    }

    fn sheet(stroke: Stroke) -> Canvas {
        let mut canvas = Canvas::new(9, 5);
        canvas.rectangle(Rect { x: 0, y: 0, width: 5, height: 3 }, Stroke::Light, Role::Border);
        let mut cells: Vec<Point> = (2..8).map(|x| Point { x, y: 1 }).collect();
        cells.extend((2..5).map(|y| Point { x: 7, y }));
        canvas.line(&cells, stroke, Role::Plain);
        canvas.text(5, 3, "计x计", Role::Label);
        canvas
    }

    #[track_caller]
    fn check(stroke: Stroke, charset: Charset, expected: &str) {
        assert_eq!(sheet(stroke).finish(charset).text(), expected);
    }

    #[test]
    fn lines_join_corner_and_cross() {
        check(Stroke::Light, Charset::Unicode, "╭───╮\n│ ──┼──╮\n╰───╯  │\n     计x\n       │\n");
        check(Stroke::Heavy, Charset::Unicode, "╭───╮\n│ ━━┿━━┓\n╰───╯  ┃\n     计x\n       ┃\n");
        check(Stroke::Light, Charset::Ascii, ".---.\n| --+--.\n'---'  |\n     计x\n       |\n");
        check(Stroke::Dashed, Charset::Unicode, "╭───╮\n│ ╌╌┼╌╌╮\n╰───╯  ╎\n     计x\n       ╎\n");
        check(Stroke::Heavy, Charset::Ascii, ".---.\n| ==+==#\n'---'  #\n     计x\n       #\n");
    }

    #[test]
    fn every_row_of_the_table_has_27_characters() {
        assert!(BOX.iter().all(|it| it.chars().count() == 27));
    }

    #[test]
    fn what_is_not_drawn_takes_no_memory() {
        let mut canvas = Canvas::new(1 << 20, 1 << 10);
        canvas.text(1 << 19, 7, "far", Role::Label);
        canvas.put(3, 7, 'x', Role::Plain);
        let drawing = canvas.finish(Charset::Unicode);
        assert_eq!(drawing.rows.iter().map(|it| it.0.len()).sum::<usize>(), 4);
        assert_eq!(drawing.line(7).trim_start_matches(' '), format!("x{}far", " ".repeat((1 << 19) - 4)));
    }

    #[test]
    fn drawing_outside_is_ignored() {
        let mut canvas = Canvas::new(1, 1);
        canvas.text(5, 5, "x", Role::Label);
        canvas.rectangle(Rect { x: 0, y: 0, width: 9, height: 9 }, Stroke::Light, Role::Border);
        assert_eq!(canvas.finish(Charset::Unicode).text(), "╭\n");
        assert_eq!(Canvas::new(0, 0).finish(Charset::Ascii).text(), "");
    }
}

//! What a drawing is: rows of cells with roles, and where agents and edges stand in it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::AgentId;

use super::Pair;

/// What a cell means; the terminal layer gives each role its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Empty, or without a meaning of its own.
    #[default]
    Plain,
    /// Declared and never used, or explanatory.
    Dim,
    /// Box borders and axes.
    Border,
    /// An edge that rests on inferred links alone; dashed.
    Inferred,
    /// Name of an agent.
    Label,
    /// A weight or total.
    Number,
    /// Positive credit.
    Positive,
    /// Negative credit.
    Negative,
    /// The blame path; a heavy line.
    Blame,
    /// The selected agent or edge.
    Focus,
    /// Name of an agent in an act of which something went wrong.
    Error,
}

/// Which characters a drawing may use. It never changes the names of agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Box drawing, arrows and shades.
    #[default]
    Unicode,
    /// Lines, arrows and bars of ASCII only.
    Ascii,
}

/// A cell by its column and row, from the top left corner of the drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Rect {
    /// Whether the cell is in it.
    pub fn contains(&self, point: Point) -> bool {
        (self.x..self.x + self.width).contains(&point.x) && (self.y..self.y + self.height).contains(&point.y)
    }
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The character; [`Cell::CONTINUATION`] right of a wide one.
    pub symbol: char,
    /// What it means.
    pub role: Role,
}

impl Cell {
    /// Symbol of the second column of a wide character: nothing is printed there.
    pub const CONTINUATION: char = '\0';
}

impl Default for Cell {
    fn default() -> Self {
        Self { symbol: ' ', role: Role::Plain }
    }
}

/// The cells of one row that are drawn on, ascending by column; between them it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(pub(super) Vec<(u32, Cell)>);

impl Row {
    /// The cell of a column; empty if nothing is drawn there.
    pub fn cell(&self, column: usize) -> Cell {
        let at = u32::try_from(column).ok().and_then(|it| self.0.binary_search_by_key(&it, |it| it.0).ok());
        at.map_or(Cell::default(), |at| self.0[at].1)
    }
}

/// An edge as drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnEdge {
    /// Source and target.
    pub pair: Pair,
    /// Its cells, from source to target.
    pub cells: Vec<Point>,
}

/// A picture of the graph. It may be larger than the pane: the application scrolls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Columns of every row.
    pub width: usize,
    /// Number of rows.
    pub height: usize,
    /// The cells, row by row.
    pub rows: Vec<Row>,
    /// Where each agent stands; an agent may stand in several places.
    pub agents: Vec<(AgentId, Rect)>,
    /// The edges drawn.
    pub edges: Vec<DrawnEdge>,
    /// Edges of the graph that are not drawn.
    pub hidden_edges: usize,
    /// Leading columns to keep on screen while scrolling sideways.
    pub pinned_columns: usize,
    /// Leading rows to keep on screen while scrolling down.
    pub pinned_rows: usize,
}

impl Drawing {
    /// The cell of a column and row; `None` outside the drawing.
    pub fn cell(&self, at: Point) -> Option<Cell> {
        self.rows.get(at.y).filter(|_| at.x < self.width).map(|row| row.cell(at.x))
    }

    /// Row `y` as text without trailing blanks; empty below the drawing.
    pub fn line(&self, y: usize) -> String {
        let Some(row) = self.rows.get(y) else { return String::new() };
        let (mut text, mut next) = (String::new(), 0);
        for (column, cell) in &row.0 {
            text.extend((next..*column).map(|_| ' '));
            next = column + 1;
            if cell.symbol != Cell::CONTINUATION {
                text.push(cell.symbol);
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// All rows as text, each ended by a newline.
    pub fn text(&self) -> String {
        (0..self.height).map(|y| self.line(y) + "\n").collect()
    }
}

/// Columns of the characters of `text` as the canvas writes them.
pub(super) fn columns(text: &str) -> usize {
    // Counted by character, as the canvas places one character per cell: ligatures do not shorten a row here.
    if text.is_ascii() { text.width() } else { text.chars().map(|it| it.width().unwrap_or(0)).sum() }
}

/// `text` in at most `limit` columns, with an ellipsis if it was cut. Drops characters without width.
pub(super) fn fit(text: &str, limit: usize, charset: Charset) -> String {
    let wide_enough = columns(text) <= limit;
    let room = if wide_enough { limit } else { limit.saturating_sub(1) };
    let mut used = 0;
    let mut fitted = String::new();
    for symbol in text.chars() {
        let width = symbol.width().unwrap_or(0);
        if width == 0 {
            continue;
        }
        if used + width > room {
            break;
        }
        used += width;
        fitted.push(symbol);
    }
    if !wide_enough && limit > 0 {
        fitted.push(match charset {
            Charset::Unicode => '…',
            Charset::Ascii => '~',
        });
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, limit: usize, expected: &str) {
        let fitted = fit(text, limit, Charset::Unicode);
        assert_eq!(fitted, expected);
        assert!(columns(&fitted) <= limit);
    }

    #[test]
    fn names_are_cut_by_columns() {
        check("planner", 7, "planner");
        check("planner", 6, "plann…");
        check("计划者", 6, "计划者");
        check("计划者", 5, "计划…");
        check("计划者", 4, "计…");
        check("计划者", 1, "…");
        check("planner", 0, "");
        check("e\u{301}a\u{200d}b", 3, "eab");
    }
}

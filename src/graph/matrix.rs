//! The matrix view: who passed how much to whom, as numbers in a table.
//!
//! Rows are sources and columns are targets, both in order of first act, with the totals of rows at the right
//! and of columns at the bottom. Names and headings are pinned, so a large matrix can be scrolled under them.

use petgraph::Direction;

use crate::model::AgentId;

use super::build::InteractionGraph;
use super::canvas::{Canvas, Side, Stroke};
use super::drawing::{Drawing, DrawnEdge, Point, Rect, Role, columns, fit};
use super::options::{Options, credit_role};
use super::weight::format_credit;
use super::{Interaction, Pair};

const LABEL_LIMIT: usize = 16;
/// In a wide pane names have one column in so many.
const LABEL_PART: usize = 3;
const LEAST_LABEL: usize = 8;
const TOTAL_COLUMNS: usize = 6;

/// Draws the matrix. Cells are as wide as the pane allows, at least 2 columns.
///
/// A mark before the number says what a colour alone would: `*` on the blame path, `>` selected, `~`
/// inferred.
pub fn matrix(graph: &InteractionGraph, options: &Options<'_>) -> Drawing {
    let grid = Grid::new(graph, options);
    let agents = &graph.order;
    if agents.is_empty() {
        return Drawing::default();
    }
    let ranks = graph.ranks();
    let directed = options.weight.is_directed();
    let mut canvas = Canvas::new(grid.width, grid.head + agents.len() + usize::from(directed));
    grid.draw_head(&mut canvas, options);
    let mut places = Vec::with_capacity(agents.len());
    for (rank, &agent) in agents.iter().enumerate() {
        grid.draw_row(&mut canvas, rank, agent, graph, options);
        places.push((agent, Rect { x: 0, y: grid.head + rank, width: grid.left, height: 1 }));
    }
    let mut edges = Vec::with_capacity(graph.edge_count());
    for (pair, interaction) in graph.edges() {
        let place = |row: AgentId, column: AgentId| Point {
            x: grid.left + ranks[column.index()] * grid.cell,
            y: grid.head + ranks[row.index()],
        };
        let at = place(pair.0, pair.1);
        grid.draw_cell(&mut canvas, at, pair, interaction, options);
        if !directed {
            grid.draw_cell(&mut canvas, place(pair.1, pair.0), pair, interaction, options);
        }
        let cells = (at.x..at.x + grid.cell).map(|x| Point { x, y: at.y }).collect();
        edges.push(DrawnEdge { pair, cells });
    }
    if directed {
        grid.draw_foot(&mut canvas, graph, options);
    }
    Drawing {
        agents: places,
        edges,
        pinned_columns: grid.left,
        pinned_rows: grid.head,
        ..canvas.finish(options.charset)
    }
}

struct Grid {
    /// Columns of the row numbers.
    digits: usize,
    /// Columns of the names.
    label: usize,
    /// First column of the cells.
    left: usize,
    /// Columns of a cell: a blank or mark, then the number.
    cell: usize,
    /// Rows of the heading.
    head: usize,
    /// First column of the totals.
    total: usize,
    width: usize,
}

impl Grid {
    fn new(graph: &InteractionGraph, options: &Options<'_>) -> Self {
        let count = graph.order.len();
        let digits = count.to_string().len();
        let totals = if options.weight.is_directed() { 1 + TOTAL_COLUMNS } else { 0 };
        let right = totals + if options.shows_credit() { 7 } else { 0 };
        let weights = graph.edges().map(|(_, it)| options.weight.format(it.weight(options.weight), 5).len());
        let natural = 1 + weights.max().unwrap_or(1).max(digits);
        // A cut number says nothing; a cut name still has the number of its row.
        let spare = options.width.saturating_sub(digits + 3 + right + natural.max(3) * count);
        let limit = LABEL_LIMIT.max(options.width / LABEL_PART).min(spare.max(LEAST_LABEL));
        let label = options.label_columns(&graph.order, limit).max("in".len());
        let left = digits + 1 + label + 2;
        let room = options.width.saturating_sub(left + right) / count.max(1);
        let cell = natural.max(3).min(room.max(2));
        // Numbers that do not fit side by side are written downwards.
        let head = if cell > digits { 1 } else { digits };
        let total = left + cell * count;
        Self { digits, label, left, cell, head, total, width: total + right }
    }

    fn draw_head(&self, canvas: &mut Canvas, options: &Options<'_>) {
        let (digits, count) = (self.digits, (self.total - self.left) / self.cell);
        for rank in 0..count {
            let text = format!("{:>digits$}", rank + 1);
            let end = self.left + (rank + 1) * self.cell;
            if self.head == 1 {
                canvas.text(end - digits, 0, &text, Role::Dim);
            } else {
                for (row, symbol) in text.chars().enumerate() {
                    canvas.put(end - 1, row, symbol, Role::Dim);
                }
            }
        }
        let row = self.head - 1;
        if options.weight.is_directed() {
            canvas.text(self.total + 1 + TOTAL_COLUMNS - 3, row, "out", Role::Dim);
        }
        if options.shows_credit() {
            canvas.text(self.width - "credit".len(), row, "credit", Role::Dim);
        }
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas,
        rank: usize,
        agent: AgentId,
        graph: &InteractionGraph,
        options: &Options<'_>,
    ) {
        let (row, digits) = (self.head + rank, self.digits);
        canvas.text(0, row, &format!("{:>digits$}", rank + 1), Role::Dim);
        if options.selected_agent == Some(agent) {
            canvas.put(digits, row, '>', Role::Focus);
        }
        let name = fit(&options.label(agent), self.label, options.charset);
        canvas.text(digits + 1, row, &name, options.name_role(agent));
        let axis = Point { x: self.left - 1, y: row };
        canvas.line(&[axis, Point { y: row + 1, ..axis }], Stroke::Light, Role::Border);
        canvas.arm(axis, Side::Up, Stroke::Light, Role::Border);
        let own = self.left + (rank + 1) * self.cell - 1;
        canvas.put(own, row, options.glyph('╲', '\\'), Role::Dim);
        if options.weight.is_directed() {
            let total = options.weight.format(graph.total(agent, Direction::Outgoing, options.weight), 5);
            canvas.text(self.total + 1 + TOTAL_COLUMNS - total.len(), row, &total, Role::Number);
        }
        if let Some(value) = options.credit_of(agent) {
            let text = format_credit(value, 6);
            canvas.text(self.width - columns(&text), row, &text, credit_role(value));
        }
    }

    fn draw_cell(
        &self,
        canvas: &mut Canvas,
        at: Point,
        pair: Pair,
        interaction: &Interaction,
        options: &Options<'_>,
    ) {
        let text = options.weight.format(interaction.weight(options.weight), self.cell - 1);
        let role = options.edge_role(pair, interaction);
        let mark = match role {
            Role::Focus => Some('>'),
            Role::Blame => Some('*'),
            Role::Inferred => Some('~'),
            _ => None,
        };
        let end = at.x + self.cell;
        if let Some(mark) = mark {
            canvas.put(end - text.len() - 1, at.y, mark, role);
        }
        let role = if role == Role::Plain { Role::Number } else { role };
        canvas.text(end - text.len(), at.y, &text, role);
    }

    fn draw_foot(&self, canvas: &mut Canvas, graph: &InteractionGraph, options: &Options<'_>) {
        let row = self.head + graph.order.len();
        canvas.arm(Point { x: self.left - 1, y: row }, Side::Down, Stroke::Light, Role::Border);
        canvas.text(self.digits + 1, row, &fit("in", self.label, options.charset), Role::Dim);
        for (rank, &agent) in graph.order.iter().enumerate() {
            let total = graph.total(agent, Direction::Incoming, options.weight);
            let text = options.weight.format(total, self.cell - 1);
            let end = self.left + (rank + 1) * self.cell;
            canvas.text(end - text.len(), row, &text, Role::Number);
        }
    }
}

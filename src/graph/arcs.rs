//! The arc view: two rows per agent, one lane per edge.
//!
//! Each agent has an upper row from which its edges leave and a lower row at which they arrive. Every edge
//! runs between the two in a lane of its own. Agents stand in order of their first act and lanes in order of
//! first use, so a growing log adds lines and moves none.

use std::collections::BTreeMap;

use petgraph::Direction;

use crate::model::AgentId;

use super::build::InteractionGraph;
use super::canvas::{Canvas, Side, arrow};
use super::drawing::{Drawing, DrawnEdge, Point, Rect, Role, columns, fit};
use super::options::{Options, credit_role};
use super::weight::format_credit;
use super::{Interaction, Pair};

const LABEL_LIMIT: usize = 12;
/// In a wide pane names have one column in so many.
const LABEL_PART: usize = 6;
const WEIGHT_LIMIT: usize = 4;
/// At most this many lanes are drawn: nobody follows a line further, and the rest is counted as hidden.
const MOST_LANES: usize = 120;

/// Draws the arcs. Leaves out the labels on the lanes if the drawing would be wider than the pane.
pub fn arcs(graph: &InteractionGraph, options: &Options<'_>) -> Drawing {
    let ranks = graph.ranks();
    let lanes = lanes(graph, &ranks);
    let panel = Panel::new(graph, options);
    let labelled = lane_step(graph, options);
    let step = if sheet_width(&panel, &lanes, labelled) <= options.width { labelled } else { 2 };

    let width = if graph.order.is_empty() { 0 } else { sheet_width(&panel, &lanes, step) };
    let mut canvas = Canvas::new(width, 2 * graph.order.len());
    let mut agents = Vec::with_capacity(graph.order.len());
    for (rank, &agent) in graph.order.iter().enumerate() {
        panel.draw(&mut canvas, rank, agent, graph, options);
        agents.push((agent, Rect { x: 0, y: 2 * rank, width: panel.width, height: 2 }));
    }
    let mut edges = Vec::with_capacity(lanes.len());
    for ((pair, interaction), lane) in graph.edges().zip(&lanes) {
        let Some(lane) = lane else { continue };
        let rows = (2 * ranks[pair.0.index()], 2 * ranks[pair.1.index()] + 1);
        let x = panel.width + 2 + lane * step;
        let cells = path(panel.width, x, rows);
        draw_edge(&mut canvas, pair, interaction, &cells, options);
        edges.push(DrawnEdge { pair, cells });
    }
    // Weights last: each stands beside the corner of its lane, over lines that pass to lanes further right.
    if step > 2 {
        for ((pair, interaction), lane) in graph.edges().zip(&lanes) {
            let Some(lane) = lane else { continue };
            let x = panel.width + 2 + lane * step;
            let label = options.weight.format(interaction.weight(options.weight), step - 2);
            let role = options.edge_role(pair, interaction);
            let role = if role == Role::Plain { Role::Number } else { role };
            canvas.text(x + 1, 2 * ranks[pair.0.index()], &label, role);
        }
    }
    let hidden_edges = graph.edge_count() - edges.len();
    Drawing { agents, edges, hidden_edges, pinned_columns: panel.width, ..canvas.finish(options.charset) }
}

/// A lane per edge, in edge order: the innermost lane that is free over the rows of the edge, or `None` if no
/// lane is left.
fn lanes(graph: &InteractionGraph, ranks: &[usize]) -> Vec<Option<usize>> {
    // By lane: its taken rows, ends by beginnings. They do not overlap.
    let mut taken: Vec<BTreeMap<usize, usize>> = Vec::new();
    let mut lanes = Vec::with_capacity(graph.edge_count());
    for ((from, to), _) in graph.edges() {
        let (out, into) = (2 * ranks[from.index()], 2 * ranks[to.index()] + 1);
        let (low, high) = (out.min(into), out.max(into));
        let free = taken.iter().position(|lane| lane.range(..=high).next_back().is_none_or(|it| *it.1 < low));
        let lane = free.unwrap_or(taken.len());
        if lane == MOST_LANES {
            lanes.push(None);
            continue;
        }
        if lane == taken.len() {
            taken.push(BTreeMap::new());
        }
        taken[lane].insert(low, high);
        lanes.push(Some(lane));
    }
    lanes
}

fn lane_step(graph: &InteractionGraph, options: &Options<'_>) -> usize {
    let weights = graph.edges().map(|(_, it)| options.weight.format(it.weight(options.weight), WEIGHT_LIMIT));
    2 + weights.map(|it| it.len()).max().unwrap_or(1)
}

fn sheet_width(panel: &Panel, lanes: &[Option<usize>], step: usize) -> usize {
    let last = lanes.iter().flatten().max().map_or(0, |lane| 3 + lane * step + (step - 2));
    panel.width + last
}

fn path(start: usize, lane: usize, (out, into): (usize, usize)) -> Vec<Point> {
    let mut cells: Vec<Point> = (start..=lane).map(|x| Point { x, y: out }).collect();
    if out < into {
        cells.extend((out + 1..=into).map(|y| Point { x: lane, y }));
    } else {
        cells.extend((into..out).rev().map(|y| Point { x: lane, y }));
    }
    cells.extend((start..lane).rev().map(|x| Point { x, y: into }));
    cells
}

fn draw_edge(
    canvas: &mut Canvas,
    pair: Pair,
    interaction: &Interaction,
    cells: &[Point],
    options: &Options<'_>,
) {
    let role = options.edge_role(pair, interaction);
    let stroke = options.stroke(pair, interaction);
    canvas.line(cells, stroke, role);
    if let (Some(&first), Some(&last)) = (cells.first(), cells.last()) {
        canvas.arm(first, Side::Left, stroke, role);
        canvas.arm(last, Side::Left, stroke, role);
        if options.weight.is_directed() {
            canvas.put(last.x, last.y, arrow(Side::Left, options.charset), role);
        }
    }
}

/// The columns left of the lanes: number, name, credit, totals.
struct Panel {
    digits: usize,
    label: usize,
    credit: usize,
    total: usize,
    largest: f64,
    width: usize,
}

impl Panel {
    fn new(graph: &InteractionGraph, options: &Options<'_>) -> Self {
        let digits = graph.order.len().to_string().len();
        let label = options.label_columns(&graph.order, LABEL_LIMIT.max(options.width / LABEL_PART));
        let values = graph.order.iter().filter_map(|it| options.credit_of(*it));
        let credit = values.clone().map(|it| format_credit(it, 6).len()).max().unwrap_or(0);
        let largest = values.map(f64::abs).fold(0.0, f64::max);
        let directed = options.weight.is_directed();
        let totals = graph.order.iter().filter(|_| directed).flat_map(|agent| {
            [Direction::Outgoing, Direction::Incoming].map(|side| graph.total(*agent, side, options.weight))
        });
        let total = totals.map(|it| options.weight.format(it, 5).len()).max().unwrap_or(1).max(3);
        let sums = if directed { total + 1 } else { 0 };
        let width = 1 + digits + 1 + label + if credit > 0 { 1 + credit } else { 0 } + 1 + sums;
        Self { digits, label, credit, total, largest, width }
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        rank: usize,
        agent: AgentId,
        graph: &InteractionGraph,
        options: &Options<'_>,
    ) {
        let (out, into) = (2 * rank, 2 * rank + 1);
        if options.selected_agent == Some(agent) {
            canvas.put(0, out, '>', Role::Focus);
        }
        let digits = self.digits;
        canvas.text(1, out, &format!("{:>digits$}", rank + 1), Role::Dim);
        let name = fit(&options.label(agent), self.label, options.charset);
        canvas.text(2 + digits, out, &name, options.name_role(agent));
        if let Some(value) = options.credit_of(agent) {
            let text = format_credit(value, 6);
            let end = 3 + digits + self.label + self.credit;
            canvas.text(end - columns(&text), out, &text, credit_role(value));
            self.draw_bar(canvas, into, value, options);
        }
        if !options.weight.is_directed() {
            return;
        }
        let total = self.total;
        let end = self.width - 1;
        for (row, side, mark) in [(out, Direction::Outgoing, '>'), (into, Direction::Incoming, '<')] {
            let text = options.weight.format(graph.total(agent, side, options.weight), total);
            canvas.text(end - text.len(), row, &text, Role::Number);
            canvas.put(end, row, mark, Role::Dim);
        }
    }

    /// A bar around an axis, to the left for negative credit; the longest fills its half.
    fn draw_bar(&self, canvas: &mut Canvas, row: usize, value: f64, options: &Options<'_>) {
        let start = 2 + self.digits;
        let half = (self.label + self.credit) / 2;
        let axis = start + half;
        canvas.put(axis, row, options.glyph('│', '|'), Role::Border);
        if self.largest > 0.0 {
            let length = ((value.abs() / self.largest) * half as f64).round() as usize;
            for offset in 1..=length.min(half) {
                if value < 0.0 {
                    canvas.put(axis - offset, row, options.glyph('▒', 'x'), Role::Negative);
                } else {
                    canvas.put(axis + offset, row, options.glyph('█', '#'), Role::Positive);
                }
            }
        }
    }
}

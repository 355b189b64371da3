//! The node view: boxes in layers and one orthogonal line per edge.
//!
//! Drawn only if it stays readable: every edge has cells of its own, and few enough corners and crossings to
//! follow it. Otherwise there is no drawing, and another view shows the same.

use super::build::InteractionGraph;
use super::canvas::{Canvas, Side, Stroke, arrow};
use super::drawing::{Drawing, DrawnEdge, Point, Rect, Role, columns, fit};
use super::edge_label::place_labels;
use super::options::{Options, credit_role};
use super::place::{Flow, Size, place};
use super::route::{Routes, route};
use super::weight::format_credit;
use super::{Interaction, Pair};
use crate::model::AgentId;

/// More agents or edges than this are not tried, nor more than about two edges per agent: that is a hairball.
const MOST_AGENTS: usize = 24;
const MOST_EDGES: usize = 40;
/// Routing is tried with this many placements.
const MOST_TRIES: usize = 3;
/// At most this many steps for the whole search for routes, which is some milliseconds.
const MOST_STEPS: usize = 30_000;
const WEIGHT_COLUMNS: usize = 4;
/// Columns of the credit in a box, of the bar beside it at least, and at most.
const CREDIT_COLUMNS: usize = 6;
const BAR: usize = 8;
const MOST_BAR: usize = 24;
/// Rows of a roomy box, for the ports at its sides.
const MOST_PORTS: usize = 4;
/// Longest labels tried, in columns.
const LABEL_LIMITS: [usize; 3] = [16, 10, 6];
/// The same in boxes that say more than name and credit.
const FULL_LABEL_LIMITS: [usize; 3] = [28, 16, 10];

/// Draws boxes and arrows into the pane; `None` if not every edge could be followed.
pub fn nodes(graph: &InteractionGraph, options: &Options<'_>) -> Option<Drawing> {
    let (agents, edges) = (graph.agent_count(), graph.edge_count());
    if agents > MOST_AGENTS || edges > MOST_EDGES.min(2 * agents + 6) {
        return None;
    }
    let ranks = graph.ranks();
    let edges: Vec<(usize, usize)> =
        graph.edges().map(|((from, to), _)| (ranks[from.index()], ranks[to.index()])).collect();
    // With all there is to say of each agent where that fits, or else with name and credit alone.
    let plain = Options { details: &[], ..*options };
    let full = (!options.details.is_empty()).then_some(options);
    full.into_iter().chain([&plain]).find_map(|it| nodes_with(graph, it, &edges, &ranks))
}

fn nodes_with(
    graph: &InteractionGraph,
    options: &Options<'_>,
    edges: &[(usize, usize)],
    ranks: &[usize],
) -> Option<Drawing> {
    let pane = Size { width: options.width, height: options.height };
    let limits = if options.details.is_empty() { LABEL_LIMITS } else { FULL_LABEL_LIMITS };
    let longest = options.label_columns(&graph.order, limits[0]);
    let mut refused = Vec::new();
    let mut tries = 0;
    let mut budget = MOST_STEPS;
    for limit in limits {
        let limit = limit.min(longest);
        for (flow, roomy) in [(Flow::Across, true), (Flow::Across, false), (Flow::Down, false)] {
            let sizes = box_sizes(graph, edges, limit, roomy, options);
            if refused.contains(&(flow, sizes.clone())) {
                continue;
            }
            if let Some(boxes) = place(&sizes, edges, flow, pane) {
                if let Some(routes) = route(&boxes, edges, flow, pane, &mut budget).filter(is_readable) {
                    return Some(draw(graph, options, (&boxes, ranks), &routes));
                }
                tries += 1;
                if tries == MOST_TRIES {
                    return None;
                }
            }
            refused.push((flow, sizes));
        }
    }
    None
}

/// Few enough corners and crossings per edge; beyond that a table says more.
fn is_readable(routes: &Routes) -> bool {
    let edges = routes.cells.len();
    routes.crossings <= edges && routes.bends <= 4 * edges
}

/// A box holds the name and, if known, the credit; a roomy one has a row for each line on its busier side.
fn box_sizes(
    graph: &InteractionGraph,
    edges: &[(usize, usize)],
    limit: usize,
    roomy: bool,
    options: &Options<'_>,
) -> Vec<Size> {
    let mut before = vec![0_usize; graph.order.len()];
    let mut after = before.clone();
    for &(from, to) in edges {
        after[from.min(to)] += 1;
        // Both ends of a loop are on the side where edges leave.
        let other = if from == to { &mut after } else { &mut before };
        other[from.max(to)] += 1;
    }
    let lines = if options.shows_credit() { 2 } else { 1 };
    let details = graph.order.iter().map(|it| options.details_of(*it).len()).max().unwrap_or(0);
    let lines = lines + details;
    // A bar beside the number, where there is room for more than the name.
    let bar = if details > 0 && options.shows_credit() { CREDIT_COLUMNS + 1 + BAR } else { 0 };
    let size = |(rank, &agent): (usize, &AgentId)| {
        let credit = options.credit_of(agent).map_or(0, |it| format_credit(it, CREDIT_COLUMNS).len());
        let detail = options.details_of(agent).iter().map(|it| columns(it)).max().unwrap_or(0);
        let text = columns(&options.label(agent)).clamp(1, limit).max(credit).max(detail).max(bar);
        let ports = if roomy { before[rank].max(after[rank]).min(MOST_PORTS) } else { 0 };
        Size { width: text + 4, height: lines.max(ports) + 2 }
    };
    graph.order.iter().enumerate().map(size).collect()
}

fn draw(
    graph: &InteractionGraph,
    options: &Options<'_>,
    (boxes, ranks): (&[Rect], &[usize]),
    routes: &Routes,
) -> Drawing {
    let texts: Vec<String> = graph
        .edges()
        .map(|(_, it)| options.weight.format(it.weight(options.weight), WEIGHT_COLUMNS))
        .collect();
    let labels = place_labels(boxes, &routes.cells, &texts);
    let extent = Extent::of(boxes, &routes.cells, &labels, &texts);
    let boxes: Vec<Rect> = boxes.iter().map(|it| extent.shift_rect(*it)).collect();
    let mut canvas = Canvas::new(extent.width, extent.height);
    for (&agent, &rect) in graph.order.iter().zip(&boxes) {
        draw_box(&mut canvas, agent, rect, options);
    }
    let mut edges = Vec::with_capacity(texts.len());
    for ((pair, interaction), cells) in graph.edges().zip(&routes.cells) {
        let cells: Vec<Point> = cells.iter().map(|it| extent.shift(*it)).collect();
        let source = boxes[ranks[pair.0.index()]];
        draw_edge(&mut canvas, source, (pair, interaction), &cells, options);
        edges.push(DrawnEdge { pair, cells });
    }
    for (((pair, interaction), label), text) in graph.edges().zip(labels).zip(&texts) {
        if let Some(at) = label.map(|it| extent.shift(it)) {
            let role = options.edge_role(pair, interaction);
            canvas.text(at.x, at.y, text, if role == Role::Plain { Role::Number } else { role });
        }
    }
    let agents = graph.order.iter().copied().zip(boxes).collect();
    Drawing { agents, edges, ..canvas.finish(options.charset) }
}

/// The part of the pane that is used; everything is moved to its top left corner.
struct Extent {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Extent {
    fn of(boxes: &[Rect], routes: &[Vec<Point>], labels: &[Option<Point>], texts: &[String]) -> Self {
        let cell = |it: &Point, width: usize| Rect { x: it.x, y: it.y, width, height: 1 };
        let labels = labels.iter().zip(texts).filter_map(|(at, text)| at.map(|it| cell(&it, text.len())));
        let edges = routes.iter().flatten().map(|it| cell(it, 1));
        let all: Vec<Rect> = boxes.iter().copied().chain(edges).chain(labels).collect();
        let left = all.iter().map(|it| it.x).min().unwrap_or(0);
        let top = all.iter().map(|it| it.y).min().unwrap_or(0);
        let right = all.iter().map(|it| it.x + it.width).max().unwrap_or(0);
        let bottom = all.iter().map(|it| it.y + it.height).max().unwrap_or(0);
        Self { left, top, width: right - left, height: bottom - top }
    }

    fn shift(&self, point: Point) -> Point {
        Point { x: point.x - self.left, y: point.y - self.top }
    }

    fn shift_rect(&self, rect: Rect) -> Rect {
        Rect { x: rect.x - self.left, y: rect.y - self.top, ..rect }
    }
}

fn draw_box(canvas: &mut Canvas, agent: AgentId, rect: Rect, options: &Options<'_>) {
    let selected = options.selected_agent == Some(agent);
    let (stroke, role) = if selected { (Stroke::Heavy, Role::Focus) } else { (Stroke::Light, Role::Border) };
    canvas.rectangle(rect, stroke, role);
    let name = fit(&options.label(agent), rect.width.saturating_sub(4), options.charset);
    canvas.text(rect.x + 2, rect.y + 1, &name, options.name_role(agent));
    let details = options.details_of(agent);
    if let Some(value) = options.credit_of(agent) {
        let mut credit = format_credit(value, CREDIT_COLUMNS);
        if !details.is_empty() {
            let room = rect.width.saturating_sub(4 + CREDIT_COLUMNS + 1).min(MOST_BAR) as f64;
            let filled = (value.abs() / options.largest_credit().max(f64::MIN_POSITIVE) * room).round();
            let glyph = if value < 0.0 { options.glyph('▒', 'x') } else { options.glyph('█', '#') };
            credit = format!("{credit:<CREDIT_COLUMNS$} {}", glyph.to_string().repeat(filled as usize));
        }
        canvas.text(rect.x + 2, rect.y + 2, credit.trim_end(), credit_role(value));
    }
    let below = rect.y + if options.shows_credit() { 3 } else { 2 };
    for (y, line) in details.iter().enumerate() {
        let line = fit(line, rect.width.saturating_sub(4), options.charset);
        canvas.text(rect.x + 2, below + y, &line, Role::Dim);
    }
}

fn draw_edge(
    canvas: &mut Canvas,
    source: Rect,
    (pair, interaction): (Pair, &Interaction),
    cells: &[Point],
    options: &Options<'_>,
) {
    let role = options.edge_role(pair, interaction);
    let stroke = options.stroke(pair, interaction);
    canvas.line(cells, stroke, role);
    let (Some(&first), Some(&last)) = (cells.first(), cells.last()) else { return };
    if let Some((side, border)) = attachment(source, first) {
        canvas.arm(first, side, stroke, role);
        canvas.arm(border, side.opposite(), stroke, Role::Border);
    }
    if options.weight.is_directed()
        && let [.., before, _] = cells
        && let Some(side) = Side::between(*before, last)
    {
        canvas.put(last.x, last.y, arrow(side, options.charset), role);
    }
}

/// The border cell of `rect` beside `cell`, and on which side of the cell it is.
fn attachment(rect: Rect, cell: Point) -> Option<(Side, Point)> {
    let neighbours = [
        (Side::Left, cell.x.checked_sub(1).map(|x| Point { x, ..cell })),
        (Side::Right, Some(Point { x: cell.x + 1, ..cell })),
        (Side::Up, cell.y.checked_sub(1).map(|y| Point { y, ..cell })),
        (Side::Down, Some(Point { y: cell.y + 1, ..cell })),
    ];
    neighbours.into_iter().find_map(|(side, at)| at.filter(|it| rect.contains(*it)).map(|it| (side, it)))
}

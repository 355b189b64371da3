//! The ego view: one agent, the agents it heard from and the agents it told, by weight.

use petgraph::Direction;

use crate::model::AgentId;

use super::build::{InteractionGraph, agent as agent_of, node};
use super::canvas::{Canvas, Side, Stroke, arrow};
use super::drawing::{Charset, Drawing, DrawnEdge, Point, Rect, Role, columns, fit};
use super::options::{Options, credit_role};
use super::weight::format_credit;
use super::{Interaction, Pair};

const LABEL_LIMIT: usize = 16;
/// In a wide pane names have one column in so many.
const LABEL_PART: usize = 3;
const BOX_LIMIT: usize = 24;
const WEIGHT_COLUMNS: usize = 5;
const LEAST_LABEL: usize = 5;
const SHORTEST_ARROW: usize = 3;
const LONGEST_ARROW: usize = 12;
/// Rows of the frame and what stands in it.
const BOX_ROWS: usize = 5;

/// The agent in the middle: the selected one, or else the one with the most traffic; of equals the first to
/// act.
pub fn ego_focus(graph: &InteractionGraph, options: &Options<'_>) -> Option<AgentId> {
    if let Some(selected) = options.selected_agent.filter(|it| it.index() < graph.agent_count()) {
        return Some(selected);
    }
    let mut traffic = vec![0_u64; graph.agent_count()];
    for ((from, to), edge) in graph.edges() {
        traffic[from.index()] += u64::from(edge.count());
        traffic[to.index()] += u64::from(edge.count());
    }
    graph.order.iter().copied().rev().max_by_key(|it| traffic[it.index()])
}

/// Draws the focus between its sources and its targets, heaviest first, as many as the pane has rows for.
pub fn ego(graph: &InteractionGraph, options: &Options<'_>) -> Drawing {
    let Some(focus) = ego_focus(graph, options) else {
        return Drawing::default();
    };
    let (into, out) = if options.weight.is_directed() {
        let towards = |direction| neighbours(graph, focus, direction, options);
        (towards(Direction::Incoming), towards(Direction::Outgoing))
    } else {
        partners(graph, focus, options)
    };
    let longest = into.len().max(out.len());
    // One row of headings, and one for "more" if not all fit.
    let room = options.height.saturating_sub(1).max(BOX_ROWS);
    let shown = if longest > room { (room - 1).max(BOX_ROWS) } else { longest };
    let shape = Shape::new(graph, focus, &into, &out, options);
    let rows = shown.max(BOX_ROWS);
    let mut canvas = Canvas::new(shape.width, 1 + rows + usize::from(longest > shown));

    shape.draw_head(&mut canvas, into.len(), out.len(), options);
    let frame = Rect { x: shape.frame_x, y: 1, width: shape.frame_width, height: rows };
    shape.draw_frame(&mut canvas, frame, focus, options);
    let mut drawing = Drawing { agents: vec![(focus, frame)], pinned_rows: 1, ..Drawing::default() };
    for (side, all) in [(Direction::Incoming, &into), (Direction::Outgoing, &out)] {
        // Each side scrolls to its own end.
        let skip = options.skip.min(all.len().saturating_sub(shown));
        for (row, neighbour) in all.iter().skip(skip).take(shown).enumerate() {
            let (rect, cells) = shape.draw_neighbour(&mut canvas, 1 + row, side, neighbour, graph, options);
            drawing.agents.push((neighbour.agent, rect));
            drawing.edges.push(DrawnEdge { pair: neighbour.pair, cells });
        }
        let left = all.len().saturating_sub(skip + shown);
        if left > 0 {
            let x = if side == Direction::Incoming { 1 } else { shape.right_x };
            canvas.text(x, 1 + rows, &format!("+{left} more"), Role::Dim);
        }
    }
    drawing.hidden_edges = graph.edge_count() - drawing.edges.len();
    let sheet = canvas.finish(options.charset);
    Drawing { width: sheet.width, height: sheet.height, rows: sheet.rows, ..drawing }
}

struct Neighbour<'a> {
    agent: AgentId,
    pair: Pair,
    interaction: &'a Interaction,
}

impl Neighbour<'_> {
    /// Whether something passed the other way, too.
    fn is_mutual(&self, graph: &InteractionGraph) -> bool {
        self.pair.0 != self.pair.1 && graph.edge((self.pair.1, self.pair.0)).is_some_and(Interaction::is_used)
    }
}

fn neighbours<'a>(
    graph: &'a InteractionGraph,
    focus: AgentId,
    direction: Direction,
    options: &Options<'_>,
) -> Vec<Neighbour<'a>> {
    let mut found: Vec<Neighbour<'a>> = graph
        .graph
        .edges_directed(node(focus), direction)
        .map(|it| {
            use petgraph::visit::EdgeRef;
            let pair = (agent_of(it.source()), agent_of(it.target()));
            let agent = if direction == Direction::Incoming { pair.0 } else { pair.1 };
            Neighbour { agent, pair, interaction: it.weight() }
        })
        // A self-loop is both source and target; it is listed once, among the targets.
        .filter(|it| direction == Direction::Outgoing || it.agent != focus)
        .collect();
    sort(&mut found, graph, options);
    found
}

/// Those the focus is redundant with, and those it has synergy with.
fn partners<'a>(
    graph: &'a InteractionGraph,
    focus: AgentId,
    options: &Options<'_>,
) -> (Vec<Neighbour<'a>>, Vec<Neighbour<'a>>) {
    let mut found: Vec<Neighbour<'a>> = graph
        .edges()
        .filter(|((a, b), _)| a != b && (*a == focus || *b == focus))
        .map(|(pair, interaction)| {
            let agent = if pair.0 == focus { pair.1 } else { pair.0 };
            Neighbour { agent, pair, interaction }
        })
        .collect();
    sort(&mut found, graph, options);
    found.into_iter().partition(|it| it.interaction.weight(options.weight).is_some_and(|value| value < 0.0))
}

/// By size, whatever the sign: credit flow is as important when it is negative.
fn sort(found: &mut [Neighbour<'_>], graph: &InteractionGraph, options: &Options<'_>) {
    let ranks = graph.ranks();
    let size = |it: &Neighbour<'_>| it.interaction.weight(options.weight).map_or(f64::NEG_INFINITY, f64::abs);
    found.sort_by(|a, b| {
        size(b).total_cmp(&size(a)).then(ranks[a.agent.index()].cmp(&ranks[b.agent.index()]))
    });
}

struct Shape {
    /// Columns of the names at the left.
    left: usize,
    /// Columns of the names at the right.
    right: usize,
    weight: usize,
    arrow: usize,
    frame_x: usize,
    frame_width: usize,
    right_x: usize,
    width: usize,
    /// What stands under the name, ASCII only.
    lines: Vec<(String, Role)>,
}

impl Shape {
    fn new(
        graph: &InteractionGraph,
        focus: AgentId,
        into: &[Neighbour<'_>],
        out: &[Neighbour<'_>],
        options: &Options<'_>,
    ) -> Self {
        let both = || into.iter().chain(out);
        let limit = LABEL_LIMIT.max(options.width / LABEL_PART);
        // A side without anybody leaves its room to the names of the other side.
        let longest = |side: &[Neighbour<'_>]| {
            let agents: Vec<AgentId> = side.iter().map(|it| it.agent).collect();
            if agents.is_empty() { 0 } else { options.label_columns(&agents, limit).max(LEAST_LABEL) }
        };
        let (mut left, mut right) = (longest(into), longest(out));
        let mark = if out.iter().any(|it| it.is_mutual(graph)) { 3 } else { 0 };
        let weights = both().map(|it| weight_text(it, options).len());
        let weight = weights.max().unwrap_or(1).max(2);
        let mut lines = frame_lines(focus, graph, options);
        let name = columns(&options.label(focus)).min(BOX_LIMIT.max(limit));
        let inner = |lines: &[(String, Role)]| lines.iter().map(|it| it.0.len()).max().unwrap_or(0).max(name);
        let needed = left + right + 2 * (weight + SHORTEST_ARROW) + 7 + mark + 4;
        if needed + inner(&lines) > options.width {
            // The names of the others are worth more than the word before a signed number.
            for line in &mut lines {
                line.0 = line.0.replace("credit ", "");
            }
        }
        let frame_width = inner(&lines) + 4;
        // Left: blank, name, weight, arrow, blank; right the same with a mark for mutual edges.
        let fixed = |names: usize| names + 2 * weight + 7 + mark + frame_width;
        while left.max(right) > LEAST_LABEL && fixed(left + right) + 2 * SHORTEST_ARROW > options.width {
            if left > right {
                left -= 1;
            } else {
                right -= 1;
            }
        }
        let room = options.width.saturating_sub(fixed(left + right)) / 2;
        let arrow = room.clamp(SHORTEST_ARROW, LONGEST_ARROW);
        let frame_x = 1 + left + 1 + weight + 1 + arrow + 1;
        let right_x = frame_x + frame_width + 1;
        let width = right_x + arrow + 1 + weight + 1 + right + mark;
        Self { left, right, weight, arrow, frame_x, frame_width, right_x, width, lines }
    }

    fn draw_head(&self, canvas: &mut Canvas, into: usize, out: usize, options: &Options<'_>) {
        let directed = options.weight.is_directed();
        let (left, right) = if directed { ("in", "out") } else { ("redundancy", "synergy") };
        canvas.text(1, 0, &format!("{left} {into}"), Role::Dim);
        canvas.text(self.frame_x + self.frame_width.saturating_sub(5) / 2, 0, "focus", Role::Dim);
        canvas.text(self.right_x, 0, &format!("{right} {out}"), Role::Dim);
    }

    fn draw_frame(&self, canvas: &mut Canvas, frame: Rect, focus: AgentId, options: &Options<'_>) {
        canvas.rectangle(frame, Stroke::Heavy, Role::Border);
        let inner = self.frame_width - 4;
        let name = fit(&options.label(focus), inner, options.charset);
        canvas.text(frame.x + 2, frame.y + 1, &name, Role::Focus);
        for (row, (text, role)) in self.lines.iter().enumerate() {
            if row + 3 < frame.height {
                canvas.text(frame.x + 2, frame.y + 2 + row, text, *role);
            }
        }
    }

    /// Draws one row. Returns the rectangle of the name and the cells of the edge.
    fn draw_neighbour(
        &self,
        canvas: &mut Canvas,
        row: usize,
        side: Direction,
        neighbour: &Neighbour<'_>,
        graph: &InteractionGraph,
        options: &Options<'_>,
    ) -> (Rect, Vec<Point>) {
        let incoming = side == Direction::Incoming;
        let label = if incoming { self.left } else { self.right };
        let name = fit(&options.label(neighbour.agent), label, options.charset);
        let start = if incoming { self.frame_x - 1 - self.arrow } else { self.right_x };
        let text = weight_text(neighbour, options);
        let (name_x, weight_end) = if incoming {
            (1, start - 1)
        } else {
            (start + self.arrow + 1 + self.weight + 1, start + self.arrow + 1 + self.weight)
        };
        let end = canvas.text(name_x, row, &name, options.name_role(neighbour.agent));
        let role = options.edge_role(neighbour.pair, neighbour.interaction);
        let number = if role == Role::Plain { Role::Number } else { role };
        canvas.text(weight_end - text.len(), row, &text, number);
        if !incoming && neighbour.is_mutual(graph) {
            let mark = match options.charset {
                Charset::Unicode => "⇄",
                Charset::Ascii => "<>",
            };
            canvas.text(end + 1, row, mark, Role::Dim);
        }
        let stroke = options.stroke(neighbour.pair, neighbour.interaction);
        let line: Vec<Point> = (start..start + self.arrow).map(|x| Point { x, y: row }).collect();
        canvas.line(&line, stroke, role);
        if options.weight.is_directed() {
            canvas.put(start + self.arrow - 1, row, arrow(Side::Right, options.charset), role);
        }
        let rect = Rect { x: name_x, y: row, width: label, height: 1 };
        let reach =
            if incoming { name_x + label..self.frame_x } else { self.frame_x + self.frame_width..name_x };
        (rect, reach.map(|x| Point { x, y: row }).collect())
    }
}

fn weight_text(neighbour: &Neighbour<'_>, options: &Options<'_>) -> String {
    options.weight.format(neighbour.interaction.weight(options.weight), WEIGHT_COLUMNS)
}

/// What stands under the name, ASCII only.
fn frame_lines(focus: AgentId, graph: &InteractionGraph, options: &Options<'_>) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    if let Some(value) = options.credit_of(focus) {
        lines.push((format!("credit {}", format_credit(value, 6)), credit_role(value)));
    }
    if options.weight.is_directed() {
        let total = |side| options.weight.format(graph.total(focus, side, options.weight), WEIGHT_COLUMNS);
        let text = format!("in {} out {}", total(Direction::Incoming), total(Direction::Outgoing));
        lines.push((text, Role::Number));
    }
    lines.push((format!("acts {}", graph.graph[node(focus)].acts), Role::Number));
    lines
}

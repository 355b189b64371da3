//! The ego view: one agent, whom it heard from and whom it told, by weight.

use petgraph::Direction;

use crate::model::AgentId;

use super::build::{InteractionGraph, agent as agent_of, node};
use super::canvas::{Canvas, Side, Stroke, arrow};
use super::drawing::{Charset, Drawing, DrawnEdge, Options, Point, Rect, Role, columns, credit_role, fit};
use super::weight::format_credit;
use super::{Interaction, Pair};

const LABEL_LIMIT: usize = 16;
const BOX_LIMIT: usize = 24;
const WEIGHT_COLUMNS: usize = 5;
const SHORTEST_ARROW: usize = 3;
const LONGEST_ARROW: usize = 12;
/// Rows of the frame and what stands in it.
const BOX_ROWS: usize = 5;

/// The agent in the middle: the selected one, else the one with the most traffic; of equals the first to act.
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
    let into = neighbours(graph, focus, Direction::Incoming, options);
    let out = neighbours(graph, focus, Direction::Outgoing, options);
    let longest = into.len().max(out.len());
    // One row of headings, and one for "more" where not all fit.
    let room = options.height.saturating_sub(1).max(BOX_ROWS);
    let shown = if longest > room { (room - 1).max(BOX_ROWS) } else { longest };
    let shape = Shape::new(graph, focus, &into, &out, options);
    let rows = shown.max(BOX_ROWS);
    let mut canvas = Canvas::new(shape.width, 1 + rows + usize::from(longest > shown));

    shape.draw_head(&mut canvas, into.len(), out.len());
    let frame = Rect { x: shape.frame_x, y: 1, width: shape.frame_width, height: rows };
    shape.draw_frame(&mut canvas, frame, focus, graph, options);
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

fn neighbours<'a>(
    graph: &'a InteractionGraph,
    focus: AgentId,
    direction: Direction,
    options: &Options<'_>,
) -> Vec<Neighbour<'a>> {
    let ranks = graph.ranks();
    let mut found: Vec<Neighbour<'a>> = graph
        .graph
        .edges_directed(node(focus), direction)
        .map(|it| {
            use petgraph::visit::EdgeRef;
            let pair = (agent_of(it.source()), agent_of(it.target()));
            let agent = if direction == Direction::Incoming { pair.0 } else { pair.1 };
            Neighbour { agent, pair, interaction: it.weight() }
        })
        // A self-loop is both; it is told once, among the targets.
        .filter(|it| direction == Direction::Outgoing || it.agent != focus)
        .collect();
    // By size, whatever the sign: credit flow is as important when it is negative.
    let size = |it: &Neighbour<'_>| it.interaction.weight(options.weight).map_or(f64::NEG_INFINITY, f64::abs);
    found.sort_by(|a, b| {
        size(b).total_cmp(&size(a)).then(ranks[a.agent.index()].cmp(&ranks[b.agent.index()]))
    });
    found
}

struct Shape {
    label: usize,
    weight: usize,
    arrow: usize,
    frame_x: usize,
    frame_width: usize,
    right_x: usize,
    width: usize,
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
        let agents: Vec<AgentId> = both().map(|it| it.agent).collect();
        let mut label = options.label_columns(&agents, LABEL_LIMIT).max(5);
        let weights = both().map(|it| weight_text(it, options).len());
        let weight = weights.max().unwrap_or(1).max(2);
        let lines = frame_lines(focus, graph, options);
        let name = columns(&options.label(focus)).min(BOX_LIMIT);
        let inner = lines.iter().map(|it| it.0.len()).max().unwrap_or(0).max(name);
        let frame_width = inner + 4;
        // Left: blank, name, weight, arrow, blank; right the same with a mark for mutual edges.
        let fixed = |label: usize| 2 * (label + weight + 5) + frame_width;
        let shortest = |label: usize| fixed(label) + 2 * SHORTEST_ARROW;
        while label > 5 && shortest(label) > options.width {
            label -= 1;
        }
        let arrow = (options.width.saturating_sub(fixed(label)) / 2).clamp(SHORTEST_ARROW, LONGEST_ARROW);
        let frame_x = 1 + label + 1 + weight + 1 + arrow + 1;
        let right_x = frame_x + frame_width + 1;
        let width = right_x + arrow + 1 + weight + 1 + label + 3;
        Self { label, weight, arrow, frame_x, frame_width, right_x, width }
    }

    fn draw_head(&self, canvas: &mut Canvas, into: usize, out: usize) {
        canvas.text(1, 0, &format!("in {into}"), Role::Dim);
        canvas.text(self.frame_x + self.frame_width.saturating_sub(5) / 2, 0, "focus", Role::Dim);
        canvas.text(self.right_x, 0, &format!("out {out}"), Role::Dim);
    }

    fn draw_frame(
        &self,
        canvas: &mut Canvas,
        frame: Rect,
        focus: AgentId,
        graph: &InteractionGraph,
        options: &Options<'_>,
    ) {
        canvas.rectangle(frame, Stroke::Heavy, Role::Border);
        let inner = self.frame_width - 4;
        let name = fit(&options.label(focus), inner, options.charset);
        canvas.text(frame.x + 2, frame.y + 1, &name, Role::Focus);
        for (row, (text, role)) in frame_lines(focus, graph, options).iter().enumerate() {
            if row + 3 < frame.height {
                canvas.text(frame.x + 2, frame.y + 2 + row, text, *role);
            }
        }
    }

    /// One row: gives the rectangle of the name and the cells of the edge.
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
        let name = fit(&options.label(neighbour.agent), self.label, options.charset);
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
        let mutual = neighbour.pair.0 != neighbour.pair.1
            && graph.edge((neighbour.pair.1, neighbour.pair.0)).is_some_and(Interaction::is_used);
        if !incoming && mutual {
            let mark = match options.charset {
                Charset::Unicode => "⇄",
                Charset::Ascii => "<>",
            };
            canvas.text(end + 1, row, mark, Role::Dim);
        }
        let stroke = options.stroke(neighbour.pair, neighbour.interaction);
        let line: Vec<Point> = (start..start + self.arrow).map(|x| Point { x, y: row }).collect();
        canvas.line(&line, stroke, role);
        canvas.put(start + self.arrow - 1, row, arrow(Side::Right, options.charset), role);
        let rect = Rect { x: name_x, y: row, width: self.label, height: 1 };
        let reach = if incoming {
            name_x + self.label..self.frame_x
        } else {
            self.frame_x + self.frame_width..name_x
        };
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
    let total = |side| options.weight.format(graph.total(focus, side, options.weight), WEIGHT_COLUMNS);
    let text = format!("in {} out {}", total(Direction::Incoming), total(Direction::Outgoing));
    lines.push((text, Role::Number));
    lines.push((format!("acts {}", graph.graph[node(focus)].acts), Role::Number));
    lines
}

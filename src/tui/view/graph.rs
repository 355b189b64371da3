//! View 2: who talked to whom, with loops, cut vertices and the critical path beside it.

mod large;

use crate::{
    app::{
        Action, KeptDrawing, Model, OpenEpisode, View, edges_of,
        layout::{GRAPH_LEGEND, GraphPanes},
    },
    credit::InteractionKind,
    graph::{self, Cell, Drawing, Point},
    model::{AgentId, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

pub(super) fn draw(model: &Model, open: &OpenEpisode, body: &mut Painter<'_>) {
    let (width, height) = (body.width(), body.height());
    let name = open.graph.drawing.as_ref().map_or("", |it| it.view.word());
    let variants: Vec<&str> =
        graph::View::all(open.graph.groups().is_some()).map(graph::View::word).collect();
    let variants = variants.join(" ");
    let title = format!("{}  {name} ({}: {variants})", View::GRAPH.heading(), Action::Variant.key());
    body.rule(0, &title, &format!("weight: {}", weight_title(open)));
    let Some(drawing) = open.graph.drawing.as_ref().map(|it| &it.cells) else {
        body.put(1, 1, WORKING, Role::Dim);
        return;
    };
    let panes = GraphPanes::of(model.size);
    let columns = panes.drawing.columns.min(width);
    let room = height.saturating_sub(1 + GRAPH_LEGEND);
    if panes.lower > 0 {
        // What the drawing leaves goes to the table below it.
        let rows = drawing.height.min(room.saturating_sub(panes.lower));
        paint(drawing, open, &mut body.part(0, 1, columns, rows));
        legend(open, drawing, &mut body.part(0, rows + 1, columns, GRAPH_LEGEND));
        let below = 1 + rows + GRAPH_LEGEND;
        large::below(open, &mut body.part(0, below, columns, height - below));
        large::beside(open, &mut body.part(columns, 0, width - columns, height));
        return;
    }
    paint(drawing, open, &mut body.part(0, 1, columns, panes.drawing.rows.min(room)));
    side(open, &mut body.part(columns + 1, 1, width.saturating_sub(columns + 1), room));
    legend(open, drawing, &mut body.part(0, height - GRAPH_LEGEND, width, GRAPH_LEGEND));
}

/// Its edges, a line each, for a screen too small for a drawing.
pub(super) fn lines(open: &OpenEpisode) -> (Vec<String>, usize) {
    let weight = open.graph.weight;
    let name = |agent: AgentId| open.episode.agent(agent).name.as_str();
    let Some(graph) = open.graph.interaction() else { return (vec![WORKING.to_owned()], 0) };
    let line = |(pair, edge): (graph::Pair, &graph::Interaction)| {
        let value = weight.format(edge.weight(weight), 6);
        format!("{} {} > {}", value.trim(), name(pair.0), name(pair.1))
    };
    (graph.edges().map(line).collect(), 0)
}

/// The drawing alone, under a rule: for layouts with other panes.
pub(super) fn draw_in(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(KeptDrawing { view, cells: drawing, .. }) = &open.graph.drawing else {
        pane.rule(0, &View::GRAPH.heading(), "");
        pane.put(1, 1, WORKING, Role::Dim);
        return;
    };
    let title = format!("{}  {} ({})", View::GRAPH.heading(), view.word(), Action::Variant.key());
    pane.rule(0, &title, &weight_title(open));
    let (width, height) = (pane.width(), pane.height());
    let facts = facts(open);
    let below = (facts.len() + 1).min(height / 3);
    let rows = height.saturating_sub(1 + below).min(drawing.height);
    paint(drawing, open, &mut pane.part(0, 1, width, rows));
    for (y, (line, role)) in facts.iter().take(height.saturating_sub(rows + 2)).enumerate() {
        pane.put_fit(1, rows + 2 + y, width - 2, line, *role);
    }
}

/// Stands where the graph will.
const WORKING: &str = "the graph is being worked out";

/// What edges tell, and the key that changes it.
fn weight_title(open: &OpenEpisode) -> String {
    format!("{}{} ({})", open.graph.weight.word(), pending(open), Action::Weight.key())
}

/// Shown beside the weight while the numbers belong to an earlier state.
fn pending(open: &OpenEpisode) -> &'static str {
    if open.graph.is_pending() { ", being worked out" } else { "" }
}

fn role(role: graph::Role) -> Role {
    match role {
        graph::Role::Plain | graph::Role::Number => Role::Plain,
        graph::Role::Dim | graph::Role::Inferred => Role::Dim,
        graph::Role::Border => Role::Rule,
        graph::Role::Label => Role::Plain,
        graph::Role::Positive => Role::Positive,
        graph::Role::Negative => Role::Negative,
        graph::Role::Blame => Role::Negative,
        graph::Role::Focus => Role::Cursor,
        graph::Role::Error => Role::Warn,
    }
}

/// Paints the part of a drawing that fits, keeping its pinned columns and rows.
fn paint(drawing: &Drawing, open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let first_row = first_row(drawing, open, height);
    let first_column = open.graph.scroll.0.min(drawing.width.saturating_sub(width));
    for y in 0..height.min(drawing.height) {
        let row = if y < drawing.pinned_rows { y } else { y + first_row };
        let cell_at = |x: usize| {
            let column = if x < drawing.pinned_columns { x } else { x + first_column };
            drawing.cell(Point { x: column, y: row })
        };
        let mut x = 0;
        while x < width {
            let Some(cell) = cell_at(x) else { break };
            // Neighbouring cells of one role are one write.
            let mut run = String::new();
            let mut next = x;
            while next < width {
                match cell_at(next) {
                    Some(it) if it.role == cell.role => {
                        if it.symbol != Cell::CONTINUATION {
                            run.push(it.symbol);
                        }
                    }
                    _ => break,
                }
                next += 1;
            }
            pane.put(x, y, &run, role(cell.role));
            x = next.max(x + 1);
        }
    }
}

/// The first row to show, so that the selected agent is among the rows.
fn first_row(drawing: &Drawing, open: &OpenEpisode, height: usize) -> usize {
    let last = drawing.height.saturating_sub(height);
    let place = drawing.agents.iter().find(|it| it.0 == open.agent).map(|it| it.1);
    place.map_or(0, |it| (it.y + it.height + 1).saturating_sub(height)).min(last)
}

/// What petgraph finds in the graph, and the edges of the selected agent.
fn side(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let width = pane.width();
    let Some(agent) = open.episode.agents.get(open.agent.index()) else {
        pane.put_fit(0, 0, width, "no agents in this episode", Role::Dim);
        return;
    };
    let mut lines = vec![(agent.name.clone(), Role::Strong)];
    lines.extend(edge_lines(open, width, pane));
    let room = pane.height().saturating_sub(facts(open).len() + 2);
    if lines.len() > room && room > 1 {
        let hidden = lines.len() - room + 1;
        lines.truncate(room - 1);
        lines.push((format!(" {hidden} more ({})", Action::Right.key()), Role::Dim));
    }
    lines.push((String::new(), Role::Plain));
    lines.extend(facts(open));
    let mut y = 0;
    for (line, role) in lines {
        for part in text::wrap(&line, width) {
            pane.put(0, y, &part, role);
            y += 1;
        }
    }
}

/// The group of the selected agent and its edges, a line each.
fn edge_lines(open: &OpenEpisode, width: usize, pane: &Painter<'_>) -> Vec<(String, Role)> {
    let mut lines: Vec<(String, Role)> = group(open).into_iter().collect();
    let weight = open.graph.weight;
    for (index, pair) in edges_of(open).iter().enumerate() {
        let Some(edge) = open.graph.shown().and_then(|it| it.edge(*pair)) else { continue };
        let out = pair.0 == open.agent;
        let other = if out { pair.1 } else { pair.0 };
        let marker = if open.graph.edge == Some(index) { ">" } else { " " };
        let joint = edge.joint;
        let word = match joint {
            Some(_) => "with",
            None if out => "to",
            None => "from",
        };
        let value = weight.format(edge.weight(weight), 7);
        let mark = match joint {
            Some(joint) if !joint.is_sure => "?",
            _ if edge.is_inferred() => " inferred",
            _ => "",
        };
        let declared = if edge.is_used() || joint.is_some() { "" } else { " declared, unused" };
        let name = pane.fit(&open.episode.agent(other).name, width.saturating_sub(20));
        let role = if marker == ">" { Role::Cursor } else { Role::Plain };
        lines.push((format!("{marker}{word:<4} {name} {}{mark}{declared}", value.trim()), role));
    }
    lines
}

/// The group of the selected agent, if groups are drawn.
fn group(open: &OpenEpisode) -> Option<(String, Role)> {
    let groups = shown_groups(open)?;
    let group = &groups.groups[groups.of(open.agent)?.index()];
    Some((
        format!("in {}, {} of {} agents", group.name, group.agents.len(), open.episode.agents.len()),
        Role::Dim,
    ))
}

/// The groups on the screen; `None` if agents are drawn.
fn shown_groups(open: &OpenEpisode) -> Option<&graph::Groups> {
    let drawing = open.graph.drawing.as_ref().filter(|it| it.view == graph::View::Groups);
    drawing.and_then(|_| open.graph.groups()).map(|it| &**it)
}

/// Repair loops, single points of failure, the critical path.
fn facts(open: &OpenEpisode) -> Vec<(String, Role)> {
    let episode = &open.episode;
    let Some(metrics) = open.graph.shape.get().map(|it| &it.metrics) else { return Vec::new() };
    let name = |agent: &AgentId| episode.agent(*agent).name.as_str();
    let names = |agents: &[AgentId]| agents.iter().map(name).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    match metrics.components.as_slice() {
        [] => lines.push(("no repair loop: nobody hears back".to_owned(), Role::Plain)),
        components => {
            for component in components.iter().take(2) {
                let who = match component.len() {
                    all if all == episode.agents.len() && all > 3 => format!("all {all}"),
                    many if many > 6 => format!("{many} of {} agents", episode.agents.len()),
                    _ => names(component),
                };
                lines.push((format!("loop, each reaches each: {who}"), Role::Plain));
            }
        }
    }
    if let Some(found) = &metrics.repeated_loop {
        let first = found.agents.first().map_or("", name);
        let round = found.agents.iter().map(name).collect::<Vec<_>>().join(" > ");
        lines.push((format!("run {}x: {round} > {first}", found.runs), Role::Plain));
    }
    if metrics.cut_agents.is_empty() {
        lines.push(("no cut vertex".to_owned(), Role::Plain));
    } else {
        let cut = &metrics.cut_agents;
        let who = if cut.len() > 6 { format!("{} agents", cut.len()) } else { names(cut) };
        lines.push((format!("cut vertex: {who}"), Role::Plain));
    }
    let path = &metrics.critical_path;
    if !path.acts.is_empty() {
        let size = match path.seconds {
            Some(seconds) => format!("{seconds:.1} s, {} acts", path.acts.len()),
            None => format!("{} acts", path.acts.len()),
        };
        let id = |at: Option<&crate::model::ActId>| at.map_or("", |it| episode.act(*it).id.as_str());
        let ends = format!("{} .. {}", id(path.acts.first()), id(path.acts.last()));
        lines.push((format!("critical path: {size}, {ends}"), Role::Plain));
    }
    let pairs =
        open.analysis().and_then(|it| it.pairs.as_ref().ok()).filter(|_| open.graph.weight.is_directed());
    for pair in pairs.iter().flat_map(|it| &it.pairs).filter(|it| it.a == open.agent || it.b == open.agent) {
        if !matches!(pair.kind, InteractionKind::Synergy | InteractionKind::Redundancy) {
            continue;
        }
        let other = if pair.a == open.agent { pair.b } else { pair.a };
        let value = signed(pair.value.value, 3);
        lines.push((
            format!("{} with {} {}", pair.kind.word(), name(&other), value.trim_start()),
            Role::Plain,
        ));
    }
    if let Some(credit) = open.credit().filter(|_| !open.is_bare()).and_then(|it| it.agent(open.agent)) {
        lines.push((
            format!("credit of {} {}", name(&open.agent), signed(credit.value, 3).trim_start()),
            Role::Plain,
        ));
    }
    lines
}

fn legend(open: &OpenEpisode, drawing: &Drawing, pane: &mut Painter<'_>) {
    if !open.graph.weight.is_directed() {
        return pair_legend(open, drawing, pane);
    }
    let all = open.graph.interaction().map_or(0, |it| it.edge_count());
    let shown = all.saturating_sub(drawing.hidden_edges);
    let width = pane.width();
    let counts = match shown_groups(open) {
        Some(groups) => format!(
            "{} groups ({}) of {} agents; an edge adds up those of its agents",
            groups.groups.len(),
            groups.source.word(),
            open.episode.agents.len()
        ),
        None => {
            format!(
                "{shown} of {all} edges drawn; order is that of first action: nothing moves while tailing"
            )
        }
    };
    pane.put_fit(1, 0, width - 2, &counts, Role::Dim);
    let heavy = if pane.theme().glyphs.ascii { "=" } else { "━" };
    let dashed = if pane.theme().glyphs.ascii { "." } else { "╌" };
    let line = format!(
        "heavy line {heavy} blame path   {dashed} inferred from order   numbers: {}",
        open.graph.weight.word()
    );
    pane.put_fit(1, 1, width - 2, &line, Role::Dim);
}

/// What lines between pairs mean.
fn pair_legend(open: &OpenEpisode, drawing: &Drawing, pane: &mut Painter<'_>) {
    let width = pane.width();
    let players = open.analysis().and_then(|it| it.pairs.as_ref().ok()).map_or(0, |it| it.pairs.len());
    let all = open.graph.shown().map_or(0, |it| it.edge_count());
    let shown = all.saturating_sub(drawing.hidden_edges);
    let counts = format!(
        "{shown} of {players} pairs drawn, {} add nothing to each other; Shapley interaction index",
        players.saturating_sub(all)
    );
    pane.put_fit(1, 0, width - 2, &counts, Role::Dim);
    let dashed = if pane.theme().glyphs.ascii { "." } else { "╌" };
    let line = format!("+ synergy  - redundancy  {dashed} interval holds 0: do not act on the sign");
    pane.put_fit(1, 1, width - 2, &line, Role::Dim);
}

/// Columns that the small matrix of the overview needs.
pub(super) fn summary_width(open: &OpenEpisode) -> usize {
    let agents = open.episode.agents.len().min(10);
    left_of_matrix(open) + agents * 4 + 6
}

fn name_columns(open: &OpenEpisode) -> usize {
    open.index.name_columns.clamp(5, 10)
}

/// What the small matrix shows, unless another weight with a direction is chosen.
fn summary_weight(open: &OpenEpisode) -> graph::Weight {
    // Who talked to whom is shown in messages if the graph shows what pairs earn.
    if open.graph.weight.is_directed() { open.graph.weight } else { graph::Weight::default() }
}

/// The columns before the small matrix: numbers that fill theirs do not touch the names.
fn left_of_matrix(open: &OpenEpisode) -> usize {
    let (agents, weight) = (open.roster(), summary_weight(open));
    let first = agents.shown(0, 1).next();
    let is_wide = |from: AgentId| {
        let edge = open.graph.interaction()?.edge((from, first?))?;
        Some(weight.format(edge.weight(weight), 3).trim().len() > 2)
    };
    let gap = agents.shown(0, 20).any(|it| is_wide(it) == Some(true));
    name_columns(open) + 4 + usize::from(gap)
}

/// A small matrix of messages: rows tell, columns hear.
pub(super) fn summary(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let weight = summary_weight(open);
    let title = format!("Who talked to whom ({})", View::GRAPH.digit());
    let Some(graph) = open.graph.interaction() else {
        pane.rule(0, &title, "");
        pane.put(1, 1, "being worked out", Role::Dim);
        return;
    };
    pane.rule(0, &title, &format!("{}{}", weight.word(), pending(open)));
    let (name, left) = (name_columns(open), left_of_matrix(open));
    let agents = open.roster();
    let columns = (pane.width().saturating_sub(left + 6) / 4).min(agents.len());
    let rows = pane.height().saturating_sub(2).min(agents.len());
    for (slot, agent) in agents.shown(0, columns).enumerate() {
        let number = agent.index() + 1;
        pane.put_right(left + slot * 4 + 3, 1, &number.to_string(), Role::Dim);
    }
    pane.put_right(left + columns * 4 + 5, 1, "out", Role::Dim);
    // The row of the cursor is always among those shown.
    let first = super::window(open.agent.index(), agents.len(), rows);
    let glyphs = pane.theme().glyphs;
    for (row, from) in agents.shown(first, rows).enumerate() {
        let y = row + 2;
        let here = from == open.agent;
        let role = if here { Role::Cursor } else { Role::Plain };
        pane.put_right(3, y, &(from.index() + 1).to_string(), Role::Dim);
        super::put_agent(open, pane, (4, y), name, from, role);
        for (slot, to) in agents.shown(0, columns).enumerate() {
            let edge = graph.edge((from, to)).filter(|it| it.is_used());
            let (text, role) = match edge {
                Some(edge) => (weight.format(edge.weight(weight), 3), Role::Plain),
                None if from == to => ("\\".to_owned(), Role::Rule),
                None => (glyphs.middot.to_string(), Role::Rule),
            };
            pane.put_right(left + slot * 4 + 3, y, text.trim(), role);
        }
        let out = graph.total(from, petgraph::Direction::Outgoing, weight);
        pane.put_right(left + columns * 4 + 5, y, weight.format(out, 4).trim(), role);
    }
    if agents.len() > rows && pane.height() > 2 {
        let right = pane.width();
        pane.put_right(right, 1, &format!("{} agents", agents.len()), Role::Dim);
    }
}

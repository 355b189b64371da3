//! The drawing of the graph: made when what it shows changed, kept until then.

use crate::{
    app::model::{Model, OpenEpisode, Screen, View},
    graph::{self, Options},
};

/// Columns the side panel of the graph view takes.
pub(crate) const SIDE: usize = 30;

/// Draws the graph if it is on the screen and has no drawing.
pub(super) fn refresh(model: &mut Model) {
    let charset = model.charset;
    let (columns, rows) = (usize::from(model.size.columns), usize::from(model.size.rows));
    let pane = match model.view {
        View::Graph => graph_pane(columns, rows),
        View::Credit if columns >= 120 && rows >= 34 => (54, rows.saturating_sub(10) / 2),
        _ => return,
    };
    if model.screen != Screen::Episode {
        return;
    }
    let Some(open) = model.open.as_mut() else { return };
    let wanted = (model.view, pane);
    if open.graph.drawing.is_some() && open.graph.drawn_for == Some(wanted) {
        return;
    }
    open.graph.drawn_for = Some(wanted);
    open.graph.drawing = drawing(open, pane, charset);
}

/// The drawing of the graph shown; `None`: it is being worked out.
fn drawing(
    open: &OpenEpisode,
    pane: (usize, usize),
    charset: graph::Charset,
) -> Option<(graph::View, graph::Drawing)> {
    let episode = &open.episode;
    let labels: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    let credit: Vec<Option<f64>> = episode
        .agent_ids()
        .map(|agent| open.credit().and_then(|it| it.agent(agent)).map(|it| it.value))
        .collect();
    let shown = open.graph.shown()?;
    // Where the verdict names no act, nothing on the way to it is to blame.
    let blame = open.ranking().map_or(&[][..], |it| &it.path_pairs);
    let edges = edges_of(open);
    let options = Options {
        labels: &labels,
        credit: &credit,
        selected_agent: Some(open.agent),
        selected_edge: open.graph.edge.and_then(|it| edges.get(it).copied()),
        blame,
        weight: open.graph.weight,
        charset,
        width: pane.0,
        height: pane.1,
        skip: 0,
    };
    let view = open.graph.view.unwrap_or_else(|| graph::choose(shown, &options));
    Some(graph::draw(view, shown, &options))
}

/// Columns and rows for the drawing on the graph view.
pub(crate) fn graph_pane(columns: usize, rows: usize) -> (usize, usize) {
    (columns.saturating_sub(SIDE + 1), rows.saturating_sub(6))
}

/// Edges of the selected agent: first those that leave it, then those that arrive.
pub(crate) fn edges_of(open: &OpenEpisode) -> Vec<graph::Pair> {
    let Some(shown) = open.graph.shown() else { return Vec::new() };
    let pairs = || shown.edges().map(|it| it.0);
    let leaving = pairs().filter(|it| it.0 == open.agent);
    let arriving = pairs().filter(|it| it.1 == open.agent && it.0 != open.agent);
    leaving.chain(arriving).collect()
}

/// The next way to draw; on the timeline lanes or step strip.
pub(super) fn next_variant(model: &mut Model) {
    let view = model.view;
    let Some(open) = model.open.as_mut() else { return };
    match view {
        View::Timeline => open.timeline.strip = !open.timeline.strip,
        View::Graph | View::Credit => {
            let shown = open.graph.drawing.as_ref().map(|it| it.0);
            open.graph.view = Some(open.graph.view.or(shown).unwrap_or_default().next());
            open.graph.drawing = None;
            open.graph.scroll = (0, 0);
        }
        View::Methods => super::methods::next_variant(model),
        View::WhatIf => model.notice = Some("this view has one form".to_owned()),
    }
}

/// Another quantity on the edges. What pairs earn together is passed over where the log does not tell it, with
/// the reason.
pub(super) fn next_weight(model: &mut Model) {
    let Some(open) = model.open.as_mut() else { return };
    let mut next = open.graph.weight.next();
    let mut lacks = String::new();
    if !next.is_directed() && open.graph.pairs.is_none() {
        let why = open.analysis().and_then(|it| it.pairs.as_ref().err());
        lacks = why.map_or_else(String::new, |it| format!("; synergy of pairs: {}", it.missing));
        next = next.next();
    }
    open.graph.weight = next;
    // Edges of another graph may be others.
    open.graph.edge = None;
    open.graph.drawing = None;
    model.notice = Some(format!("edge weight: {}{lacks}", next.word()));
}

/// Between the neighbourhood of the selected agent and the whole graph.
pub(super) fn toggle_ego(open: &mut OpenEpisode) {
    let ego = open.graph.view == Some(graph::View::Ego);
    open.graph.view = (!ego).then_some(graph::View::Ego);
    open.graph.drawing = None;
    open.graph.scroll = (0, 0);
}

/// Selects the next or previous edge of the selected agent.
pub(super) fn follow_edge(open: &mut OpenEpisode, on: bool) {
    let edges = edges_of(open).len();
    if edges == 0 {
        return;
    }
    open.graph.edge = Some(match (open.graph.edge, on) {
        (None, true) => 0,
        (None, false) => edges - 1,
        (Some(at), true) => (at + 1) % edges,
        (Some(at), false) => (at + edges - 1) % edges,
    });
    open.graph.drawing = None;
}

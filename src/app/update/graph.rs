//! The graph on the screen: drawn anew if it shows something else than before; and what keys change of it.

use crate::{
    app::{
        drawing::edges_of,
        layout::Area,
        model::Model,
        open::OpenEpisode,
        screen::Screen,
        view::{DrawingKey, KeptDrawing},
    },
    graph::{self, Charset},
};

/// Draws the graph if the view on the screen has a `pane` for it and its drawing is not up to date.
pub(super) fn refresh(model: &mut Model, pane: Option<Area>) {
    let Some(pane) = pane.filter(|_| model.screen == Screen::Episode) else { return };
    let Some(open) = model.open.as_mut() else { return };
    let key = DrawingKey::of(open, pane, model.charset);
    if open.graph.drawing.as_ref().map(|it| &it.key) != key.as_ref() {
        open.graph.drawing = key.map(|it| KeptDrawing::of(open, it));
    }
}

/// The next way to draw, after the one on the screen.
pub(super) fn next_drawing(open: &mut OpenEpisode, charset: Charset) {
    let is_shown = |it: &&KeptDrawing| DrawingKey::of(open, it.key.pane(), charset).as_ref() == Some(&it.key);
    let shown = open.graph.drawing.as_ref().filter(is_shown).map(|it| it.view);
    let has_groups = open.graph.groups().is_some();
    open.graph.view = Some(open.graph.view.or(shown).unwrap_or_default().next(has_groups));
    open.graph.scroll = (0, 0);
}

/// Another quantity on the edges. Skips what pairs earn together if the log does not tell it, and gives the
/// reason.
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
    model.notice = Some(format!("edge weight: {}{lacks}", next.word()));
}

/// Between the neighbourhood of the selected agent and the whole graph.
pub(super) fn toggle_ego(open: &mut OpenEpisode) {
    let ego = open.graph.view == Some(graph::View::Ego);
    open.graph.view = (!ego).then_some(graph::View::Ego);
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
}

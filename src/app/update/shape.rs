//! The graph of the episode on the screen, and the credit that crosses its edges: asked for, and received.

use std::sync::Arc;

use super::{jobs, search};
use crate::{
    app::{
        job::{FlowJob, ShapeJob},
        message::{Effect, Receive},
        model::Model,
        open::OpenEpisode,
        request::RequestId,
        search::FoundActs,
        shape::Shape,
    },
    credit::{Interaction, InteractionKind},
    graph,
};

/// What pairs earn together, as a graph; pairs that add nothing to each other have no edge.
pub(super) fn pairs(open: &OpenEpisode) -> Option<Arc<graph::InteractionGraph>> {
    let known = open.analysis()?.pairs.as_ref().ok()?;
    let joint = |it: &Interaction| graph::Joint {
        value: it.value.value,
        is_sure: it.kind != InteractionKind::Unsure,
    };
    let felt = known.pairs.iter().filter(|it| it.kind != InteractionKind::Additive);
    let joints: Vec<_> = felt.map(|it| ((it.a, it.b), joint(it))).collect();
    Some(Arc::new(graph::pair_graph(&open.graph.shape.get()?.interaction, &joints)))
}

/// Asks for the graph of the episode on the screen and what is wrong with it.
pub(super) fn request(model: &mut Model, effects: &mut Vec<Effect>) -> Option<RequestId> {
    let open = model.open.as_mut()?;
    let request = model.request.take_next();
    open.graph.shape.ask(request, ());
    let job = ShapeJob { episode: open.episode.clone() };
    jobs::ask(model, request, job, effects);
    Some(request)
}

impl Receive for ShapeJob {
    fn receive(model: &mut Model, request: RequestId, mut shape: Shape, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        let is_first = open.graph.shape.get().is_none();
        // More may have been appended since it was asked for.
        shape.grow(&open.episode);
        if !open.graph.shape.fill(request, Arc::new(shape)) {
            return;
        }
        open.graph.pairs = pairs(open);
        open.found = FoundActs::default();
        if is_first {
            search::arrived(model);
        }
    }
}

/// Asks for the credit on the edges of the graph, if they show it and it is not there.
pub(super) fn request_flow(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let wanted = open.graph.weight == graph::Weight::CreditFlow && open.graph.shape.get().is_some();
    let Some(analysis) = open.analysis().cloned().filter(|_| wanted) else { return };
    let is_known = open.graph.flow.of().is_some_and(|it| Arc::ptr_eq(it, &analysis.ranking));
    if is_known || open.graph.flow.is_pending() {
        return;
    }
    let (episode, request) = (open.episode.clone(), model.request.take_next());
    open.graph.flow.ask(request, analysis.ranking.clone());
    jobs::ask(model, request, FlowJob { episode, analysis }, effects);
}

impl Receive for FlowJob {
    fn receive(model: &mut Model, request: RequestId, flow: graph::InteractionGraph, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        open.graph.flow.fill(request, Arc::new(flow));
    }
}

//! State of view 2: who talked to whom.

use std::sync::Arc;

use super::KeptDrawing;
use crate::{
    app::{index::ActRanking, shape::Shape, slot::Slot},
    graph,
};

/// State of the graph view.
#[derive(Clone, Debug, Default)]
pub struct GraphState {
    /// Agents and edges, and what they say.
    pub shape: Slot<Arc<Shape>>,
    /// The same agents and edges with the credit that crosses them; and which credit that is.
    pub flow: Slot<Arc<graph::InteractionGraph>, Arc<ActRanking>>,
    /// What pairs of agents earn together; `None` if the log does not tell.
    pub pairs: Option<Arc<graph::InteractionGraph>>,
    /// The drawing chosen by hand; `None`: by size.
    pub view: Option<graph::View>,
    /// What the numbers on edges are.
    pub weight: graph::Weight,
    /// The picture, made anew if anything it shows changes.
    pub drawing: Option<KeptDrawing>,
    /// First column and row shown.
    pub scroll: (usize, usize),
    /// The selected edge, as a position among those of the selected agent.
    pub edge: Option<usize>,
}

impl GraphState {
    /// Who talked to whom; `None`: being worked out.
    pub fn interaction(&self) -> Option<&Arc<graph::InteractionGraph>> {
        let flow = self.flow.get().filter(|_| self.weight == graph::Weight::CreditFlow);
        flow.or(self.shape.get().map(|it| &it.interaction))
    }

    /// The graph whose edges carry the chosen weight; `None` while it is being computed.
    pub fn shown(&self) -> Option<&Arc<graph::InteractionGraph>> {
        self.pairs.as_ref().filter(|_| !self.weight.is_directed()).or_else(|| self.interaction())
    }

    /// Groups of the agents, if there are too many to draw each. What pairs earn together is not shown for
    /// groups.
    pub fn groups(&self) -> Option<&Arc<graph::Groups>> {
        self.shape.get()?.groups.as_ref().filter(|_| self.weight.is_directed())
    }

    /// Whether what is shown is being computed: the graph, or the credit that crosses its edges.
    pub fn is_pending(&self) -> bool {
        let flow = self.weight == graph::Weight::CreditFlow && self.flow.is_pending();
        self.shape.get().is_none() || flow
    }
}

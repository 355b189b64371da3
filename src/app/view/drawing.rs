//! The drawing of the graph that is kept, and what it was made from.

use std::sync::Arc;

use crate::{
    app::{agents::AgentRanking, index::ActRanking, layout::Area},
    graph::{self, Charset, Groups, InteractionGraph},
    model::AgentId,
};

/// All that a drawing depends on. Graph and credit are compared by their addresses: whoever changes them
/// makes new ones.
#[derive(Clone, Debug)]
pub struct DrawingKey {
    /// The room for it.
    pub(in crate::app) pane: Area,
    /// Glyphs the terminal can show.
    pub(in crate::app) charset: Charset,
    /// The way to draw chosen by hand; `None` to choose by size.
    pub(in crate::app) view: Option<graph::View>,
    /// What the numbers on edges are.
    pub(in crate::app) weight: graph::Weight,
    /// The selected agent, and the selected edge among its own.
    pub(in crate::app) selected: (AgentId, Option<usize>),
    /// Agents and edges.
    pub(in crate::app) graph: Arc<InteractionGraph>,
    /// Groups of the agents; `None` if each agent has its own place.
    pub(in crate::app) groups: Option<Arc<Groups>>,
    /// Acts in which something went wrong.
    pub(in crate::app) errors: usize,
    /// The credit of agents and the blame path; `None` if not known yet.
    pub(in crate::app) credit: Option<(Arc<AgentRanking>, Arc<ActRanking>)>,
}

impl DrawingKey {
    /// The room it is made for.
    pub fn pane(&self) -> Area {
        self.pane
    }
}

impl PartialEq for DrawingKey {
    fn eq(&self, other: &Self) -> bool {
        let Self { pane, charset, view, weight, selected, graph, groups, errors, credit } = self;
        let same_credit = match (credit, &other.credit) {
            (Some(a), Some(b)) => Arc::ptr_eq(&a.0, &b.0) && Arc::ptr_eq(&a.1, &b.1),
            (a, b) => a.is_none() && b.is_none(),
        };
        let same_groups = match (groups, &other.groups) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        (pane, charset, view, weight, selected, errors)
            == (&other.pane, &other.charset, &other.view, &other.weight, &other.selected, &other.errors)
            && Arc::ptr_eq(graph, &other.graph)
            && same_groups
            && same_credit
    }
}

/// A drawing of the graph.
#[derive(Clone, Debug)]
pub struct KeptDrawing {
    /// What it was made from.
    pub key: DrawingKey,
    /// The way it was drawn.
    pub view: graph::View,
    /// Its cells.
    pub cells: graph::Drawing,
}

//! The graph of an episode, and the credit that crosses its edges.

use std::sync::Arc;

use super::{Analysis, Lane, Turn, Work};
use crate::{
    app::shape::Shape,
    graph::{self, InteractionGraph},
    model::{ActId, Episode},
};

/// Builds the graph of an episode, and checks the episode.
#[derive(Debug, PartialEq)]
pub struct ShapeJob {
    /// The episode.
    pub episode: Arc<Episode>,
}

impl Work for ShapeJob {
    type Answer = Shape;

    const LANE: Lane = Lane::Acts;
    const TURN: Turn = Turn::Last;

    fn run(&self) -> Shape {
        Shape::of(&self.episode)
    }
}

/// Builds the graph with the credit of acts on the edges that they start.
#[derive(Debug, PartialEq)]
pub struct FlowJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// Its credit.
    pub analysis: Arc<Analysis>,
}

impl Work for FlowJob {
    type Answer = InteractionGraph;

    const LANE: Lane = Lane::Acts;
    const TURN: Turn = Turn::Last;

    fn run(&self) -> InteractionGraph {
        let acts = self.analysis.acts.iter().flat_map(|it| &it.acts);
        let known: Vec<(ActId, f64)> =
            acts.filter_map(|(act, it)| Some((*act, it.number()?.value))).collect();
        graph::build(&self.episode, self.analysis.acts.as_ref().map(|_| known.as_slice()))
    }
}

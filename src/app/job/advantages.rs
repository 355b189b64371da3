//! Which formula wrote the advantages that the log declares of an episode.

use std::sync::Arc;

use super::{Lane, Turn, Work};
use crate::{
    credit::{self, AdvantageSummary},
    model::{Episode, Rollout},
};

/// Examines the advantages declared of an episode.
#[derive(Debug, PartialEq)]
pub struct AdvantagesJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// Rollouts of its run, its own among them.
    pub rollouts: Arc<Vec<Arc<Rollout>>>,
}

impl Work for AdvantagesJob {
    type Answer = Arc<Vec<AdvantageSummary>>;

    const LANE: Lane = Lane::Study;

    const TURN: Turn = Turn::Last;

    fn run(&self) -> Self::Answer {
        let rollouts: Vec<&Rollout> = self.rollouts.iter().map(|it| &**it).collect();
        Arc::new(credit::advantages(&self.episode, &rollouts))
    }

    /// The verdict is there without it.
    fn is_awaited(&self) -> bool {
        false
    }
}

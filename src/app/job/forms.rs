//! Which formulas wrote the advantages of a run, in sentences.

use std::sync::Arc;

use super::{Lane, Turn, Work};
use crate::{forensics, model::Rollout};

/// Examines the advantages of rollouts.
#[derive(Debug, PartialEq)]
pub struct FormsJob {
    /// Rollouts of one run.
    pub rollouts: Arc<Vec<Arc<Rollout>>>,
}

impl Work for FormsJob {
    type Answer = Arc<Vec<String>>;

    const LANE: Lane = Lane::Study;

    const TURN: Turn = Turn::Last;

    fn run(&self) -> Self::Answer {
        let rollouts: Vec<&Rollout> = self.rollouts.iter().map(|it| &**it).collect();
        let mut lines = Vec::new();
        for it in forensics::examine(&rollouts) {
            lines.push(format!("{}, {}: {}", it.algorithm, it.level.word(), it.sentence()));
            lines.extend(it.harm());
            lines.push(format!("right: {}", it.right.how));
        }
        Arc::new(lines)
    }

    /// The ledger is there without it.
    fn is_awaited(&self) -> bool {
        false
    }
}

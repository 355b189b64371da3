//! The arithmetic of one number on the screen.

use std::sync::Arc;

use super::{Analysis, Lane, Turn, Work};
use crate::{
    credit::{self, Target},
    model::{Attribution, Episode, Explanation, Scenario, Unavailable},
};

/// Computes the arithmetic of a number. For a number made of those of many acts that takes a while.
#[derive(Debug, PartialEq)]
pub struct ExplainJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// Its credit, in which the number is known.
    pub analysis: Arc<Analysis>,
    /// The method and the edits.
    pub scenario: Scenario,
    /// The row of the sweep it belongs to; `None` for the credit shown.
    pub row: Option<usize>,
    /// The agent or act.
    pub target: Target,
}

impl Work for ExplainJob {
    /// The arithmetic, or why there is none: the method does not credit the target.
    type Answer = Result<Explanation, Unavailable>;

    const LANE: Lane = Lane::Acts;
    const TURN: Turn = Turn::First;

    fn run(&self) -> Self::Answer {
        let Self { episode, analysis, scenario, row, target } = self;
        // Numbers on the screen are explained, not computed again: drawing the permutations of some took
        // long.
        let known = match row.and_then(|it| analysis.sweep.rows.get(it)) {
            Some(row) => row.result.as_ref().ok(),
            None => analysis.credit.as_ref().ok(),
        };
        let of_scenario =
            |it: &&Attribution| it.method == scenario.method && it.baseline == scenario.baseline;
        match known.filter(of_scenario) {
            Some(known) => credit::explain_credit(episode, scenario, known.clone(), *target),
            None => credit::explain(episode, scenario, *target),
        }
    }
}

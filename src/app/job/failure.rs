//! Where a failed episode was lost.

use std::sync::Arc;

use super::{Lane, Work, is_short};
use crate::{
    app::lists::TableActs,
    credit::{self, FailureStudy, RunOutcomes},
    model::Episode,
};

/// Asks the rules of failure attribution.
#[derive(Debug, PartialEq)]
pub struct FailureJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// The outcomes of the run, as far as they were looked at.
    pub run: Option<Arc<RunOutcomes>>,
}

/// What the rules of failure attribution say.
#[derive(Clone, Debug)]
pub struct FailureAnswer {
    /// What they say.
    pub study: FailureStudy,
    /// The acts of its rows.
    pub acts: TableActs,
}

impl Work for FailureJob {
    type Answer = FailureAnswer;

    const LANE: Lane = Lane::Acts;

    fn run(&self) -> FailureAnswer {
        let study = credit::failure_study(&self.episode, None, self.run.as_deref());
        let acts = TableActs::of(study.rows.iter().map(|it| it.0));
        FailureAnswer { study, acts }
    }

    fn is_short(&self) -> bool {
        is_short(&self.episode)
    }
}

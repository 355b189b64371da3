//! What a what-if changes.

use std::sync::Arc;

use super::{Analysis, Lane, Work, is_short};
use crate::{
    credit::{self, Comparison},
    model::{Attribution, Episode},
};

/// What the log says, and the credit on the screen.
pub type ComparedCredits = (Option<Arc<Analysis>>, Arc<Analysis>);

/// Compares credit before and after a what-if.
#[derive(Debug, PartialEq)]
pub struct ComparisonJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// The credits.
    pub of: ComparedCredits,
}

impl Work for ComparisonJob {
    /// Credit before and after, in the order of the ranks before; `None` if one of them is not known.
    type Answer = Option<Box<Comparison>>;

    const LANE: Lane = Lane::Acts;

    fn run(&self) -> Self::Answer {
        let (logged, analysis) = &self.of;
        let (before, after) = (before(logged.as_deref(), analysis)?, analysis.credit.as_ref().ok()?);
        let mut compared = credit::compare(&self.episode, before, after);
        compared.rows.sort_by_key(|it| (it.rank_before.unwrap_or(u32::MAX), it.agent));
        Some(Box::new(compared))
    }

    fn is_short(&self) -> bool {
        is_short(&self.episode)
    }
}

/// The credit to compare `analysis` with: by the same method without the edits, or else what the log says.
pub fn before<'a>(logged: Option<&'a Analysis>, analysis: &'a Analysis) -> Option<&'a Attribution> {
    analysis.unedited.as_ref().or(logged.and_then(|it| it.credit.as_ref().ok()))
}

//! The verdict of an episode in the list.

use std::sync::Arc;

use super::{Lane, OneCore, Work, analyse};
use crate::{
    credit::Headline,
    model::{Episode, Scenario},
};

/// Judges an episode that is not on the screen, by the best method its log supports.
#[derive(Debug, PartialEq)]
pub struct HeadlineJob {
    /// The episode.
    pub episode: Arc<Episode>,
}

impl Work for HeadlineJob {
    type Answer = Headline;

    const LANE: Lane = Lane::Study;

    fn run(&self) -> Headline {
        analyse(&self.episode, &Scenario::default(), &OneCore).verdict.headline(&self.episode)
    }

    /// The list is there without it.
    fn is_awaited(&self) -> bool {
        false
    }
}

//! The verdict of an episode in the list.

use std::sync::Arc;

use super::{Card, Lane, OneCore, Preview, Work, analyse};
use crate::model::{Episode, Scenario};

/// Judges an episode that is not on the screen, by the best method its log supports.
#[derive(Debug, PartialEq)]
pub struct HeadlineJob {
    /// The episode.
    pub episode: Arc<Episode>,
}

impl Work for HeadlineJob {
    type Answer = Box<(Card, Preview)>;

    const LANE: Lane = Lane::Study;

    fn run(&self) -> Self::Answer {
        let episode = Arc::clone(&self.episode);
        let analysis = Arc::new(analyse(&episode, &Scenario::default(), &OneCore));
        Box::new((Card::of(&episode, &analysis), Preview { episode, analysis }))
    }

    /// The list is there without it.
    fn is_awaited(&self) -> bool {
        false
    }
}

//! Which acts pass the filters.

use std::sync::Arc;

use super::{Lane, Work, is_short};
use crate::{
    app::listing::{Listing, ListingQuestion},
    model::Episode,
};

/// Works out what filters leave of the acts.
#[derive(Debug, PartialEq)]
pub struct ListingJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// The filters, and what they need to know.
    pub question: ListingQuestion,
}

impl Work for ListingJob {
    type Answer = Listing;

    const LANE: Lane = Lane::Acts;

    fn run(&self) -> Listing {
        Listing::of(&self.episode, self.question.clone())
    }

    fn is_short(&self) -> bool {
        is_short(&self.episode)
    }
}

//! The blame path around an act that no verdict names.

use std::sync::Arc;

use super::{Lane, Work, is_short};
use crate::{
    app::listing::Listing,
    model::{ActId, Episode},
};

/// Finds an act, all its causes and all its effects, as far as they are listed.
#[derive(Debug, PartialEq)]
pub struct PathJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// The act.
    pub act: ActId,
    /// What filters leave; `None`: every act.
    pub listing: Option<Arc<Listing>>,
}

impl Work for PathJob {
    /// Acts, ascending.
    type Answer = Vec<ActId>;

    const LANE: Lane = Lane::Acts;

    fn run(&self) -> Vec<ActId> {
        let mut acts = self.episode.links.through(self.act);
        acts.retain(|it| self.listing.as_ref().is_none_or(|listing| listing.holds(*it)));
        acts
    }

    fn is_short(&self) -> bool {
        is_short(&self.episode)
    }
}

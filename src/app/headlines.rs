//! The verdicts in the list of episodes: who, and on what grounds, for the rows around the cursor.

use rustc_hash::FxHashMap;

use super::{
    job::{SHORT_EPISODE, SMALL_TEAM},
    request::RequestId,
    slot::Slot,
};
use crate::{
    credit::Headline,
    model::{EpisodeId, EpisodeSummary},
};

/// What is known of the episodes in the list, and what is being found out. What is known stays until the episode has
/// changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headlines {
    known: FxHashMap<EpisodeId, Known>,
    /// The episode that is being read, and the revision its row had.
    reading: Option<(EpisodeId, u64)>,
    /// The same of the episode that is being judged.
    judging: Slot<(), (EpisodeId, u64)>,
}

/// What is known of one episode.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    /// The revision that its row had when it was asked for; what was read may be newer.
    revision: u64,
    /// `None`: it could not be read.
    headline: Option<Headline>,
}

impl Headlines {
    /// The verdict of the episode in this row; `None` if it is not known.
    pub fn of(&self, row: &EpisodeSummary) -> Option<&Headline> {
        self.known.get(&row.id)?.headline.as_ref()
    }

    /// Whether an episode is being read or judged.
    pub(super) fn is_busy(&self) -> bool {
        self.reading.is_some() || self.judging.is_pending()
    }

    /// Whether the newest state of the episode in this row is not known and is to be known: a large episode is
    /// judged when it is opened, one that is still being written when it ends.
    pub(super) fn lacks(&self, row: &EpisodeSummary, following: bool) -> bool {
        let is_small = row.acts as usize <= SHORT_EPISODE && row.agents as usize <= SMALL_TEAM;
        let is_settled = !(row.open && following);
        is_small && is_settled && self.known.get(&row.id).is_none_or(|it| it.revision != row.revision)
    }

    /// The episode in this row is being read.
    pub(super) fn read(&mut self, row: &EpisodeSummary) {
        self.reading = Some((row.id, row.revision));
    }

    /// Whether this is the episode that was being read; it is being judged now, or cannot be if there is no request.
    pub(super) fn is_read(&mut self, id: EpisodeId, request: Option<RequestId>) -> bool {
        let Some(of) = self.reading.take_if(|it| it.0 == id) else { return false };
        match request {
            Some(request) => self.judging.ask(request, of),
            None => self.keep(of, None),
        }
        true
    }

    /// The answer to `request`.
    pub(super) fn judged(&mut self, request: RequestId, headline: Headline) {
        if let Some(of) = self.judging.take(request) {
            self.keep(of, Some(headline));
        }
    }

    fn keep(&mut self, (id, revision): (EpisodeId, u64), headline: Option<Headline>) {
        self.known.insert(id, Known { revision, headline });
    }
}

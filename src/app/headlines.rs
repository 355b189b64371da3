//! The verdicts in the list of episodes: who, and on what grounds, the rows around the cursor first; and the episode under
//! the cursor, for a look at it.

use rustc_hash::FxHashMap;

use super::{
    job::{Card, Preview, SHORT_EPISODE, SMALL_TEAM},
    request::RequestId,
    slot::Slot,
};
use crate::model::{EpisodeId, EpisodeSummary};

/// What is known of the episodes in the list, and what is being found out. What is known stays until the episode has
/// changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headlines {
    known: FxHashMap<EpisodeId, Known>,
    /// Rises with everything that becomes known.
    revision: u64,
    /// The episode that is being read, and the revision its row had.
    reading: Option<(EpisodeId, u64)>,
    /// The same of the episode that is being judged.
    judging: Slot<(), (EpisodeId, u64)>,
    /// The episode last looked at.
    preview: Option<(EpisodeId, u64, Preview)>,
}

/// What is known of one episode.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    /// The revision that its row had when it was asked for; what was read may be newer.
    revision: u64,
    /// `None`: it could not be read.
    card: Option<Card>,
}

impl Headlines {
    /// What the list says of the episode in this row; `None` if it is not known.
    pub fn card(&self, row: &EpisodeSummary) -> Option<&Card> {
        self.known.get(&row.id)?.card.as_ref()
    }

    /// All that is known, in no order.
    pub(super) fn cards(&self) -> impl Iterator<Item = (EpisodeId, &Card)> + Clone {
        self.known.iter().filter_map(|(id, it)| Some((*id, it.card.as_ref()?)))
    }

    /// The episode in this row, if it was looked at last.
    pub fn preview(&self, row: &EpisodeSummary) -> Option<&Preview> {
        self.preview.as_ref().filter(|it| it.0 == row.id).map(|it| &it.2)
    }

    /// The episode looked at last, whichever that was.
    pub fn last_preview(&self) -> Option<&Preview> {
        self.preview.as_ref().map(|it| &it.2)
    }

    /// Rises with everything that becomes known.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether an episode is being read or judged.
    pub(super) fn is_busy(&self) -> bool {
        self.reading.is_some() || self.judging.is_pending()
    }

    /// Whether an episode is judged without being opened: a large one is not, one that is still being written when it ends.
    pub fn is_judged_here(row: &EpisodeSummary, following: bool) -> bool {
        let is_small = row.acts as usize <= SHORT_EPISODE && row.agents as usize <= SMALL_TEAM;
        is_small && !(row.open && following)
    }

    /// Whether the newest state of the episode in this row is not known and is to be known.
    pub(super) fn lacks(&self, row: &EpisodeSummary, following: bool) -> bool {
        Self::is_judged_here(row, following)
            && self.known.get(&row.id).is_none_or(|it| it.revision != row.revision)
    }

    /// Whether the newest state of the episode in this row was not looked at and may be.
    pub(super) fn lacks_preview(&self, row: &EpisodeSummary, following: bool) -> bool {
        let is_unreadable =
            self.known.get(&row.id).is_some_and(|it| it.revision == row.revision && it.card.is_none());
        let is_there = self.preview.as_ref().is_some_and(|it| (it.0, it.1) == (row.id, row.revision));
        Self::is_judged_here(row, following) && !is_unreadable && !is_there
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

    /// The answer to `request`; the episode is kept for a look at it if it is the one `under_cursor`.
    pub(super) fn judged(
        &mut self,
        request: RequestId,
        card: Card,
        seen: Preview,
        under_cursor: Option<EpisodeId>,
    ) {
        let Some(of) = self.judging.take(request) else { return };
        if under_cursor == Some(of.0) {
            self.preview = Some((of.0, of.1, seen));
        }
        self.keep(of, Some(card));
    }

    fn keep(&mut self, (id, revision): (EpisodeId, u64), card: Option<Card>) {
        let known = Known { revision, card };
        if self.known.get(&id) != Some(&known) {
            self.revision += 1;
            self.known.insert(id, known);
        }
    }
}

//! What filters leave of the acts of an episode: which are listed, in order of time, of size and along the
//! blame.
//!
//! A [`Listing`] takes a look at every act, and is made off the loop if there are many. What is appended to
//! the episode afterwards is added to it at the cost of what is new.

use std::{collections::BTreeMap, sync::Arc};

use super::{index::ActRanking, request::RequestId, slot::Slot};
use crate::{
    filter::{ActTypes, Filter, count},
    model::{ActId, Episode, Place},
};

/// The records that match each pattern, by its text, ascending.
pub type Matches = BTreeMap<String, Vec<Place>>;

/// What a listing is made from beside the episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListingQuestion {
    /// The filters that are on and about records.
    pub filters: Vec<Arc<Filter>>,
    /// The records that match them, as far as they were read.
    pub matches: Arc<Matches>,
    /// The order by size.
    pub ranking: Option<Arc<ActRanking>>,
}

impl ListingQuestion {
    fn passes(&self, episode: &Episode, types: &ActTypes, act: ActId) -> bool {
        let origin = episode.act(act).origin;
        let has_text = |filter: &Filter| {
            // Until the records are read every act is listed.
            filter
                .pattern()
                .and_then(|it| self.matches.get(it.text()))
                .map_or(!filter.negated, |places| places.binary_search(&origin.place()).is_ok())
        };
        self.filters.iter().all(|it| it.passes_act(episode, types, act, has_text(it)))
    }
}

/// What filters leave of the acts of an episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    question: ListingQuestion,
    types: ActTypes,
    /// How many rewards `types` are of.
    rewards: usize,
    /// For every act whether it is listed.
    listed: Vec<bool>,
    /// Listed acts, ascending.
    acts: Vec<ActId>,
    /// Listed acts, largest credit first; acts that came after the ranking stand at the end. Empty without a
    /// ranking.
    by_size: Vec<ActId>,
    /// Listed acts of the blame path of the ranking.
    path: Vec<ActId>,
}

impl Listing {
    /// Looks at every act once. Pure.
    pub fn of(episode: &Episode, question: ListingQuestion) -> Self {
        let types = ActTypes::of(episode);
        let listed: Vec<bool> = episode.act_ids().map(|it| question.passes(episode, &types, it)).collect();
        let holds = |it: &ActId| listed[it.index()];
        let acts = episode.act_ids().filter(holds).collect();
        let ranking = question.ranking.as_deref();
        let by_size = ranking.map_or_else(Vec::new, |ranking| {
            // The ranking cannot be of a state with more acts, but may be of one with fewer.
            let ranked = ranking.by_size.iter().copied().filter(|it| it.index() < listed.len());
            ranked.chain(episode.act_ids().skip(ranking.by_size.len())).filter(holds).collect()
        });
        let path = ranking.map_or(&[][..], |it| &it.path);
        let path =
            path.iter().copied().filter(|it| listed.get(it.index()).copied().unwrap_or(false)).collect();
        Self { types, rewards: episode.rewards.len(), listed, acts, by_size, path, question }
    }

    /// Adds what was appended to `episode` since.
    pub(super) fn grow(&mut self, episode: &Episode) {
        let (acts, rewards) = (self.listed.len(), self.rewards);
        if (acts, rewards) == (episode.acts.len(), episode.rewards.len()) {
            return;
        }
        let changed = self.types.grow(episode, acts, rewards);
        self.rewards = episode.rewards.len();
        self.listed.resize(episode.acts.len(), false);
        for act in changed.into_iter().chain(episode.act_ids().skip(acts)) {
            let passes = self.question.passes(episode, &self.types, act);
            if self.listed[act.index()] != passes {
                self.turn(act, passes);
            }
        }
    }

    /// Lists an act that was not listed, or the other way round.
    fn turn(&mut self, act: ActId, on: bool) {
        self.listed[act.index()] = on;
        let put = |acts: &mut Vec<ActId>, at: usize| {
            if on {
                acts.insert(at, act);
            } else {
                acts.remove(at);
            }
        };
        let at = self.acts.partition_point(|it| *it < act);
        put(&mut self.acts, at);
        let Some(ranking) = self.question.ranking.clone() else { return };
        let at = self.by_size.partition_point(|it| ranking.place(*it) < ranking.place(act));
        put(&mut self.by_size, at);
        if ranking.path.binary_search(&act).is_ok() {
            let at = self.path.partition_point(|it| *it < act);
            put(&mut self.path, at);
        }
    }

    /// Whether an act is listed.
    pub fn holds(&self, act: ActId) -> bool {
        self.listed.get(act.index()).copied().unwrap_or(true)
    }

    /// The acts that are listed, ascending.
    pub fn acts(&self) -> &[ActId] {
        &self.acts
    }

    /// The same, largest credit first, and the ranking that orders them; `None` if no credit was known.
    pub fn by_size(&self) -> Option<(&[ActId], &ActRanking)> {
        self.question.ranking.as_deref().map(|it| (self.by_size.as_slice(), it))
    }

    /// Those on the way of the blame, ascending.
    pub fn path(&self) -> &[ActId] {
        &self.path
    }
}

/// Where the cursor goes when a requested listing arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CursorMove {
    /// Whether the cursor goes to what is listed.
    pub snap: bool,
    /// Whether it goes to the first listed act to blame: credit came before the listing.
    pub to_culprit: bool,
}

/// What filters leave of the acts of the episode on the screen, and what is known of them.
#[derive(Clone, Debug, Default)]
pub struct ListedActs {
    /// The listing; without one every act is listed.
    pub(super) listing: Slot<Arc<Listing>, CursorMove>,
    /// How many filters are about records.
    pub(super) filters: usize,
    /// Rises with every new listing.
    pub version: u64,
    /// The records that match each pattern, by its text; for which revision of the episode, and for which
    /// patterns.
    pub(super) matches: Slot<Arc<Matches>, (u64, Vec<String>)>,
    /// The filters, episode and matches for which the listing was requested.
    pub stamp: Option<(u64, u64, bool)>,
    /// For which ranking.
    pub(super) ranked: Option<Arc<ActRanking>>,
    /// How many agents and kinds of acts are known for the completion.
    pub(super) named: (usize, usize),
}

impl ListedActs {
    /// Whether an act is listed.
    pub fn holds(&self, act: ActId) -> bool {
        self.listing.get().is_none_or(|it| it.holds(act))
    }

    /// The listing; `None`: every act is listed.
    pub fn listing(&self) -> Option<&Arc<Listing>> {
        self.listing.get()
    }

    /// The acts that are listed, ascending; `None` for all.
    pub fn acts(&self) -> Option<&[ActId]> {
        self.listing.get().map(|it| it.acts())
    }

    /// Whether filters are on, and it is known what they leave.
    pub fn is_filtered(&self) -> bool {
        self.listing.get().is_some()
    }

    /// `12 of 98 acts, 2 filters`; `None` if no filter is on.
    pub fn note(&self) -> Option<String> {
        let wait = match (self.listing.is_pending(), self.matches.is_pending()) {
            (true, _) => ", being worked out",
            (false, true) => ", being read",
            (false, false) => "",
        };
        let filters = count(self.filters);
        match self.listing.get() {
            Some(it) => Some(format!("{} of {} acts, {filters}{wait}", it.acts.len(), it.listed.len())),
            None => self.listing.is_pending().then(|| format!("{filters}{wait}")),
        }
    }

    /// Replaces the listing by the answer to `request`, and returns where the cursor goes. `None` if nobody
    /// waits for it.
    pub(super) fn fill(&mut self, request: RequestId, listing: Listing) -> Option<CursorMove> {
        let cursor = self.listing.take(request)?;
        self.version += 1;
        self.listing.put(Arc::new(listing), cursor);
        Some(cursor)
    }

    /// Lists every act.
    pub(super) fn list_all(&mut self) {
        self.version += 1;
        self.listing.clear();
    }

    /// Sends the cursor to the first listed act to blame, once the listing under way is there.
    pub(super) fn lead_to_culprit(&mut self) {
        if let Some(cursor) = self.listing.wanted_mut() {
            cursor.to_culprit = true;
        }
    }

    /// Adds what was appended to `episode`, which has become revision `revision`.
    pub(super) fn grow(&mut self, episode: &Episode, revision: u64) {
        if let Some(listing) = self.listing.get_mut() {
            Arc::make_mut(listing).grow(episode);
        }
        self.stamp.iter_mut().for_each(|it| it.1 = revision);
    }

    /// The ids of acts have changed: everything must be computed anew.
    pub(super) fn forget(&mut self) {
        self.list_all();
        (self.stamp, self.ranked) = (None, None);
        self.named = (0, 0);
    }
}

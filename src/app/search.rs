//! What is searched for and what was found.

use std::sync::Arc;

use super::{
    request::RequestId,
    screen::{Pane, Screen},
};
use crate::{
    model::{ActId, AgentId, Episode, EpisodeId, Origin, Place},
    search::{Hit, Pattern},
};

/// The place of a hit among all: see [`Hit::key`].
pub type HitKey = (Option<EpisodeId>, Place);

/// A search: what is looked for, what was found, and how far it is.
#[derive(Clone, Debug, Default)]
pub struct SearchState {
    /// Patterns searched for, the newest last.
    pub history: Vec<String>,
    /// What is looked for; `None`: nothing.
    pub pattern: Option<Arc<Pattern>>,
    /// The number of the current or last request.
    pub request: RequestId,
    /// What was found, by [`Hit::key`].
    pub hits: Vec<Hit>,
    /// How many records match so far; there may be more than `hits`.
    pub found: u64,
    /// Bytes searched.
    pub searched: u64,
    /// Bytes there are.
    pub size: u64,
    /// Whether all there is has been searched.
    pub done: bool,
    /// Why a file could not be searched to its end.
    pub problem: Option<String>,
    /// The hit gone to last.
    pub at: Option<HitKey>,
    /// Where the cursor stood then: not at the hit, if that is no act or is not listed.
    pub stood: Option<(EpisodeId, Option<ActId>)>,
    /// The place after which to go to the first hit, as soon as there is one.
    pub seeking: Option<HitKey>,
    /// The hit to go to once its episode is open.
    pub awaited: Option<HitKey>,
    /// Where the prompt began; Esc goes back there.
    pub before: Option<Before>,
    /// Rises with every change of `hits`.
    pub revision: u64,
}

/// The screen as it was before a search was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// What filled it.
    pub screen: Screen,
    /// Row of the episode list.
    pub row: usize,
    /// Episode, agent and act under the cursor.
    pub open: Option<(EpisodeId, AgentId, Option<Origin>, Pane)>,
    /// What was looked for.
    pub pattern: Option<Arc<Pattern>>,
    /// The hit gone to.
    pub at: Option<HitKey>,
    /// From where on the first hit is looked for.
    pub here: HitKey,
}

impl SearchState {
    /// Whether something is looked for.
    pub fn is_on(&self) -> bool {
        self.pattern.is_some()
    }

    /// The hits of an episode.
    pub fn hits_of(&self, id: EpisodeId) -> &[Hit] {
        let from = self.hits.partition_point(|it| it.key() < (Some(id), Place::default()));
        let to = self.hits.partition_point(|it| it.key().0 <= Some(id));
        &self.hits[from..to.max(from)]
    }

    /// The place of the hit gone to last, from 0.
    pub fn rank(&self) -> Option<usize> {
        let at = self.at?;
        self.hits.binary_search_by_key(&at, Hit::key).ok()
    }

    /// Percent of the bytes searched.
    pub fn percent(&self) -> u64 {
        (self.searched * 100).checked_div(self.size).unwrap_or(if self.done { 100 } else { 0 })
    }

    /// `3 of 17`, `17 hits 45%`, `no hit`: its state in a few words.
    pub fn status(&self) -> String {
        let found = match (self.rank(), self.found) {
            (Some(rank), found) => format!("{} of {found}", rank + 1),
            (None, 0) => "no hit".to_owned(),
            (None, 1) => "1 hit".to_owned(),
            (None, found) => format!("{found} hits"),
        };
        let part = if self.done { String::new() } else { format!(" {}%", self.percent().min(99)) };
        let broken = if self.problem.is_some() { " (not all files)" } else { "" };
        format!("{found}{part}{broken}")
    }
}

/// At most this many acts, or an eighth of all, are kept apart when they are appended.
const RECENT: usize = 1_000;

/// Where an episode's records stand that are acts or about acts, and the acts by id: finds the act of a hit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActPlaces {
    /// File and offset of a record, ascending, and its act.
    places: Vec<(Place, ActId)>,
    /// Acts by logged id, but for those of `recent`.
    by_id: Vec<ActId>,
    /// Appended acts, by logged id. They are few, so that a new one need not find its place among all.
    recent: Vec<ActId>,
}

impl ActPlaces {
    /// Of the records that `episode` was made of.
    pub fn of(episode: &Episode) -> Self {
        let mut about: Vec<(Origin, ActId)> = Vec::new();
        about.extend(episode.act_ids().map(|it| (episode.act(it).origin, it)));
        for act in episode.act_ids() {
            about.extend(episode.act(act).attempts.iter().map(|it| (it.origin, act)));
        }
        about.extend(episode.rewards.iter().filter_map(|it| Some((it.origin, *it.of.first()?))));
        about.extend(episode.labels.iter().filter_map(|it| Some((it.origin, it.act?))));
        about.extend(episode.states.iter().filter_map(|it| Some((it.origin, *it.after.last()?))));
        for table in &episode.tables {
            about.extend(table.alternatives.iter().map(|it| (it.origin, table.act)));
        }
        for group in &episode.replays {
            let act = group.act.into_iter();
            about.extend(act.flat_map(|act| group.candidates.iter().map(move |it| (it.origin, act))));
        }
        // A record that is an act comes before what an alternative says of the same record.
        about.sort_by_key(|(it, _)| it.place());
        about.dedup();
        let places = about.into_iter().map(|(it, act)| (it.place(), act)).collect();
        let mut by_id: Vec<ActId> = episode.act_ids().collect();
        by_id.sort_by(|a, b| episode.act(*a).id.cmp(&episode.act(*b).id));
        Self { places, by_id, recent: Vec::new() }
    }

    /// The act whose record stands there.
    pub fn act_at(&self, origin: Origin) -> Option<ActId> {
        let at = self.places.partition_point(|it| it.0 < origin.place());
        self.places.get(at).filter(|it| it.0 == origin.place()).map(|it| it.1)
    }

    /// Adds the acts and rewards appended to `episode` after its first `acts` acts and `rewards` rewards.
    pub(super) fn grow(&mut self, episode: &Episode, acts: usize, rewards: usize) {
        let place = |it: Origin, act: ActId| (it.place(), act);
        let known = self.places.len();
        for act in episode.act_ids().skip(acts) {
            self.places.push(place(episode.act(act).origin, act));
            let at = self.recent.partition_point(|it| episode.act(*it).id <= episode.act(act).id);
            self.recent.insert(at, act);
        }
        if self.recent.len() > RECENT.max(self.by_id.len() / 8) {
            self.by_id.append(&mut self.recent);
            self.by_id.sort_by(|a, b| episode.act(*a).id.cmp(&episode.act(*b).id));
        }
        let of = episode
            .rewards
            .range(rewards..usize::MAX)
            .filter_map(|it| Some(place(it.origin, *it.of.first()?)));
        self.places.extend(of);
        self.places[known..].sort_by_key(|it| it.0);
        let key = |at: usize| self.places.get(at).map(|it| it.0);
        if known > 0 && key(known - 1) > key(known) && key(known).is_some() {
            self.places.sort_by_key(|it| it.0);
        }
    }

    /// The act that a hit is, or is about; `None` if it says nothing about one act.
    pub fn act_of(&self, episode: &Episode, hit: &Hit) -> Option<ActId> {
        let id = hit.id.as_deref();
        let start = hit.origin.place();
        let end = Place { offset: start.offset + u64::from(hit.origin.len).max(1), ..start };
        let from = self.places.partition_point(|it| it.0 < start);
        // Records may share a line.
        let here = || self.places[from..].iter().take_while(|it| it.0 < end).map(|it| it.1);
        let same = here().find(|it| Some(episode.act(*it).id.as_str()) == id);
        // A record that comes again with the same id stands elsewhere than its act.
        let named = || {
            let id = id.filter(|_| matches!(&*hit.record, "action" | "message"))?;
            let among = |acts: &[ActId]| {
                let at = acts.binary_search_by(|it| episode.act(*it).id.as_str().cmp(id)).ok()?;
                Some(acts[at])
            };
            among(&self.by_id).or_else(|| among(&self.recent))
        };
        same.or_else(|| here().next()).or_else(named)
    }
}

/// What a search has found in the episode on the screen.
#[derive(Clone, Debug, Default)]
pub struct FoundActs {
    /// Acts that hits are or are about, ascending.
    pub acts: Vec<ActId>,
    /// For which state of search and episode.
    pub stamp: Option<(u64, u64)>,
}

impl FoundActs {
    /// Whether a hit is this act, or about it.
    pub fn holds(&self, act: ActId) -> bool {
        self.acts.binary_search(&act).is_ok()
    }
}

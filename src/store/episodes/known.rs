//! Which ids an episode has had: a record with the id of an earlier one is an update of it.
//!
//! Most logs count: `a1`, `a2`, ... Ids that only rise are new without a look at the others, which takes a
//! few bytes an episode. If they do not rise, all of them are looked up in the index once and then kept until
//! the episode ends; a late record brings them back.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::{
    log::RecordType,
    store::{
        names::{Id, Names},
        rows::Row,
    },
};

/// At most this many counters of an episode are followed.
const COUNTERS: usize = 24;
/// At most this many ids without a counter are kept beside them, such as that of the only reward.
const OTHERS: usize = 8;

/// The ids of an episode.
#[derive(Default)]
pub(super) enum Ids {
    /// Nothing has an id.
    #[default]
    None,
    /// All of them rise, except a few.
    Rising(Box<Rising>),
    /// They do not rise. Ids that were forgotten and needed again are kept for good.
    Known { ids: Box<Known>, for_good: bool },
    /// They did not, and the episode has ended.
    Forgotten,
}

/// Ids that count upwards.
#[derive(Default)]
pub(super) struct Rising {
    /// By kind and prefix: how far they are.
    counters: SmallVec<[(u16, u32); 2]>,
    /// Kinds and hashes of ids that do not count.
    others: SmallVec<[(u8, u64); 1]>,
}

/// What the reward with some id came to.
#[derive(Clone, Copy)]
pub(super) struct Earned {
    /// Who earned it; `None`: the team.
    pub(super) agent: Option<u32>,
    pub(super) value: Option<f64>,
}

/// Every id of an episode, as hashes.
#[derive(Default)]
pub(super) struct Known {
    acts: FxHashSet<u64>,
    /// Acts in which something went wrong.
    failed: FxHashSet<u64>,
    rewards: FxHashMap<u64, Earned>,
}

/// Whether a record is an update.
pub(super) enum Seen {
    /// It is not.
    New,
    /// Of an act of which it is the first to say that something went wrong.
    NowFailed,
    /// Of a reward with this, or of anything else.
    Before(Option<Earned>),
}

impl Ids {
    /// Takes the id of `row`, an act or a reward. `before` gives the earlier rows of the episode.
    pub(super) fn take<I: Iterator<Item = Row>>(
        &mut self,
        row: &Row,
        prefixes: &Names,
        before: impl FnOnce() -> I,
    ) -> Seen {
        if row.id == Id::None || self.rises(row) {
            return Seen::New;
        }
        if !matches!(self, Self::Known { .. }) {
            let mut ids = Box::<Known>::default();
            for row in before() {
                ids.take(&row, prefixes);
            }
            *self = Self::Known { ids, for_good: matches!(self, Self::Forgotten) };
        }
        match self {
            Self::Known { ids, .. } => ids.take(row, prefixes),
            _ => Seen::New,
        }
    }

    /// Whether the id is above all ids that count the same things, or one of a few others.
    fn rises(&mut self, row: &Row) -> bool {
        if matches!(self, Self::None) {
            *self = Self::Rising(Box::default());
        }
        let Self::Rising(rising) = self else { return false };
        match row.id {
            Id::None => true,
            Id::Counted { prefix, count } => {
                let key = (row.kind as u16) << 8 | u16::from(prefix);
                match rising.counters.iter_mut().find(|it| it.0 == key) {
                    Some((_, last)) => count > std::mem::replace(last, (*last).max(count)),
                    None => {
                        rising.counters.push((key, count));
                        rising.counters.len() <= COUNTERS
                    }
                }
            }
            // One that could be counted may have been.
            Id::Hashed(hash) if hash % 2 == 1 => false,
            Id::Hashed(hash) => {
                let key = (row.kind as u8, hash);
                let is_new = !rising.others.contains(&key);
                rising.others.push(key);
                is_new && rising.others.len() <= OTHERS
            }
        }
    }

    /// The episode has ended: most have no more records.
    pub(super) fn end(&mut self) {
        if matches!(self, Self::Known { for_good: false, .. }) {
            *self = Self::Forgotten;
        }
    }
}

impl Known {
    fn take(&mut self, row: &Row, prefixes: &Names) -> Seen {
        let Some(hash) = row.id.hash(prefixes) else { return Seen::New };
        match row.kind {
            RecordType::Action | RecordType::Message => {
                let key = hash.rotate_left(1) ^ u64::from(row.kind == RecordType::Message);
                let is_new = self.acts.insert(key);
                let fails_first = row.failed && self.failed.insert(key);
                match (is_new, fails_first) {
                    (true, _) => Seen::New,
                    (false, true) => Seen::NowFailed,
                    (false, false) => Seen::Before(None),
                }
            }
            RecordType::Reward => {
                let earned = Earned { agent: row.agent, value: row.value };
                match self.rewards.insert(hash, earned) {
                    None => Seen::New,
                    before => Seen::Before(before),
                }
            }
            _ => Seen::New,
        }
    }
}

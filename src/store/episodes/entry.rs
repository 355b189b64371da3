//! One episode in the index: what is counted of its records.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use smallvec::SmallVec;

use super::{RunKey, Seen};
use crate::{log::RecordType, model::Status, store::rows::RowId, text};

/// Ids of agents over all episodes, ascending.
pub(super) type Agents = SmallVec<[u32; 8]>;

/// One episode as far as the index knows it.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) run: RunKey,
    pub(super) rows: Vec<RowId>,
    pub(super) agents: Agents,
    /// Whether an `episode_start` names agents; else those of the run take part.
    pub(super) has_roster: bool,
    pub(super) acts: u32,
    /// Hashes of the ids of acts.
    act_ids: FxHashSet<u64>,
    /// The last value by the hash of a reward's id.
    reward_ids: FxHashMap<u64, Earned>,
    global: Total,
    per_agent: Total,
    pub(super) end: Option<f64>,
    pub(super) status: Option<Status>,
    pub(super) open: bool,
    pub(super) declared: bool,
    pub(super) counterfactuals: bool,
    pub(super) label: Option<Box<str>>,
    /// Whether the list has not been told of its last change.
    pub(super) changed: bool,
}

/// A sum of rewards and how many there were.
#[derive(Clone, Copy, Default)]
struct Total {
    sum: f64,
    n: u32,
}

/// What the reward with some id came to.
#[derive(Clone, Copy)]
struct Earned {
    is_global: bool,
    value: Option<f64>,
}

impl Entry {
    /// An episode that a record has just named.
    pub(super) fn new(name: Arc<str>, run: RunKey) -> Self {
        Self {
            name,
            run,
            rows: Vec::new(),
            agents: Agents::new(),
            has_roster: false,
            acts: 0,
            act_ids: FxHashSet::default(),
            reward_ids: FxHashMap::default(),
            global: Total::default(),
            per_agent: Total::default(),
            end: None,
            status: None,
            open: true,
            declared: false,
            counterfactuals: false,
            label: None,
            changed: true,
        }
    }

    /// Counts a record; `agent` is who takes part by it.
    pub(super) fn count(&mut self, seen: &Seen<'_>, agent: Option<u32>, row: RowId) {
        self.rows.push(row);
        agent.into_iter().for_each(|it| add(&mut self.agents, it));
        match seen.kind {
            RecordType::Action | RecordType::Message => {
                let is_new = seen.id.is_none_or(|it| self.act_ids.insert(hash(seen.kind, it)));
                self.acts += u32::from(is_new);
            }
            RecordType::Counterfactual => self.counterfactuals = true,
            RecordType::Reward => {
                self.earn(seen.id, Earned { is_global: seen.agent.is_none(), value: seen.value });
            }
            _ => {}
        }
    }

    /// As [`crate::model::Episode::reward`], without the outcome that stands in for a number.
    pub(super) fn reward(&self) -> Option<f64> {
        let sum = |total: Total| (total.n > 0).then_some(total.sum);
        sum(self.global).or(self.end).or(sum(self.per_agent))
    }

    fn total(&mut self, is_global: bool) -> &mut Total {
        if is_global { &mut self.global } else { &mut self.per_agent }
    }

    /// A reward, or an update of the one with the same id.
    fn earn(&mut self, id: Option<&str>, earned: Earned) {
        let before = id.and_then(|it| self.reward_ids.insert(hash(RecordType::Reward, it), earned));
        if let Some(Earned { is_global, value: Some(value) }) = before {
            let total = self.total(is_global);
            total.sum -= value;
            total.n -= 1;
        }
        if let Some(value) = earned.value {
            let total = self.total(earned.is_global);
            total.sum += value;
            total.n += 1;
        }
    }
}

fn hash(kind: RecordType, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (kind, id).hash(&mut hasher);
    hasher.finish()
}

/// Adds an agent that may be known.
pub(super) fn add(agents: &mut Agents, agent: u32) {
    if let Err(at) = agents.binary_search(&agent) {
        agents.insert(at, agent);
    }
}

/// The status that a word of the log stands for.
pub(in crate::store) fn status(word: &str) -> Status {
    match word.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "solved" => Status::Success,
        "failure" | "failed" | "fail" => Status::Failure,
        "truncated" | "timeout" => Status::Truncated,
        "error" => Status::Error,
        "aborted" | "cancelled" => Status::Aborted,
        _ => Status::Other(text::clean(word)),
    }
}

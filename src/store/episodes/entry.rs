//! One episode in the index: what is counted of its records.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::{
    RunKey,
    known::{Earned, Ids, Seen},
};
use crate::{
    log::RecordType,
    model::Status,
    store::{
        names::Names,
        rows::{Row, RowId, Rows},
    },
    text,
};

/// Agents that are kept as a list; more are kept as a set.
const FEW: usize = 64;

/// Agents of an episode, as numbers over all episodes.
#[derive(Default)]
pub(super) struct Agents {
    /// The first 64 of all, a bit each.
    first: u64,
    /// Others, ascending; empty once there are many.
    few: SmallVec<[u32; 4]>,
    many: Option<Box<FxHashSet<u32>>>,
}

impl Agents {
    /// Adds an agent that may be known.
    pub(super) fn add(&mut self, agent: u32) {
        if agent < u64::BITS {
            self.first |= 1 << agent;
        } else if let Some(many) = &mut self.many {
            many.insert(agent);
        } else if let Err(at) = self.few.binary_search(&agent) {
            self.few.insert(at, agent);
            if self.few.len() > FEW {
                self.many = Some(Box::new(std::mem::take(&mut self.few).into_iter().collect()));
            }
        }
    }

    pub(super) fn contains(&self, agent: u32) -> bool {
        match &self.many {
            _ if agent < u64::BITS => self.first >> agent & 1 == 1,
            Some(many) => many.contains(&agent),
            None => self.few.binary_search(&agent).is_ok(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.first.count_ones() as usize + self.many.as_ref().map_or(self.few.len(), |it| it.len())
    }
}

/// One episode as far as the index knows it.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) run: RunKey,
    /// Its first and its last row; those of other episodes are between.
    pub(super) first: RowId,
    pub(super) last: RowId,
    pub(super) records: u32,
    /// Records that turned out to be none.
    pub(super) removed: u32,
    pub(super) agents: Agents,
    /// Whether an `episode_start` names agents; else those of the run take part.
    pub(super) has_roster: bool,
    pub(super) acts: u32,
    ids: Ids,
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

impl Entry {
    /// An episode that the record in row `first` has just named.
    pub(super) fn new(name: Arc<str>, run: RunKey, first: RowId) -> Self {
        Self {
            name,
            run,
            first,
            last: first,
            records: 0,
            removed: 0,
            agents: Agents::default(),
            has_roster: false,
            acts: 0,
            ids: Ids::default(),
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

    /// Counts a record, before it is added to `rows` as `id`.
    pub(super) fn count(&mut self, row: &Row, id: RowId, rows: &Rows, prefixes: &Names) {
        row.agent.into_iter().for_each(|it| self.agents.add(it));
        let (first, last, records) = (self.first, self.last, self.records);
        let before = || rows.of_episode(row.episode, first, last).take(records as usize);
        match row.kind {
            RecordType::Action | RecordType::Message => {
                let is_new = matches!(self.ids.take(row, prefixes, before), Seen::New);
                self.acts += u32::from(is_new);
            }
            RecordType::Counterfactual => self.counterfactuals = true,
            RecordType::Reward => {
                let seen = self.ids.take(row, prefixes, before);
                self.earn(&seen, Earned { is_global: row.agent.is_none(), value: row.value });
            }
            _ => {}
        }
        self.last = id;
        self.records += 1;
    }

    /// Notes how it ended.
    pub(super) fn end(&mut self, word: Option<&str>, total: Option<f64>) {
        self.status = word.map(status);
        self.end = total;
        self.open = false;
        self.ids.end();
    }

    /// Notes that somebody assigned credit.
    pub(super) fn credit(&mut self, declared: bool, label: Option<&str>) {
        self.declared |= declared;
        if let Some(label) = label {
            self.label = Some(label.into());
        }
    }

    /// Rises with every record that comes or goes.
    pub(super) fn revision(&self) -> u64 {
        u64::from(self.records) + 2 * u64::from(self.removed)
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
    fn earn(&mut self, seen: &Seen, earned: Earned) {
        if let Seen::Before(Some(Earned { is_global, value: Some(value) })) = seen {
            let total = self.total(*is_global);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_counted_once_however_many_there_are() {
        let mut agents = Agents::default();
        for (at, number) in (0..300).rev().step_by(3).enumerate() {
            assert!(!agents.contains(number));
            agents.add(number);
            agents.add(number);
            assert!(agents.contains(number) && agents.len() == at + 1);
        }
        assert!(!agents.contains(300) && !agents.contains(1));
    }
}

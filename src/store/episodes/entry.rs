//! One episode in the index: the counts of its records.

use std::sync::Arc;

use rustc_hash::FxHashSet;

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

/// Up to this many agents are kept as a list; more are kept as a set.
const FEW: usize = 64;

/// Agents of an episode beyond the first of all, as numbers over all episodes.
#[derive(Default)]
struct Agents {
    /// Ascending; empty once there are many.
    few: Vec<u32>,
    many: Option<Box<FxHashSet<u32>>>,
}

impl Agents {
    /// Adds an agent that may be known.
    fn add(&mut self, agent: u32) {
        if let Some(many) = &mut self.many {
            many.insert(agent);
        } else if let Err(at) = self.few.binary_search(&agent) {
            self.few.insert(at, agent);
            if self.few.len() > FEW {
                self.many = Some(Box::new(std::mem::take(&mut self.few).into_iter().collect()));
            }
        }
    }

    fn contains(&self, agent: u32) -> bool {
        match &self.many {
            Some(many) => many.contains(&agent),
            None => self.few.binary_search(&agent).is_ok(),
        }
    }

    fn len(&self) -> usize {
        self.many.as_ref().map_or(self.few.len(), |it| it.len())
    }
}

/// What only a few episodes or a few logs have: kept apart, so that a million others do not pay for it.
#[derive(Default)]
struct Rare {
    agents: Agents,
    /// What single agents earned, ascending by agent.
    own: Vec<(u32, Total)>,
    /// How it ended, in a word of the log.
    status: Option<Status>,
    label: Option<Box<str>>,
    /// Judgements of persons who are named.
    notes: u32,
    /// Records that turned out to be none.
    removed: u32,
}

/// How an episode ended, if its word is one of ours.
#[derive(Clone, Copy)]
enum Ended {
    NotSaid,
    Success,
    Failure,
    Truncated,
    Error,
    Aborted,
    /// In [`Rare::status`].
    Other,
}

/// One episode as far as the index knows it.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    rare: Option<Box<Rare>>,
    ids: Ids,
    /// Which of the first agents of all take part, one bit each.
    first_agents: u64,
    global: Total,
    /// The return in its end record; meaningless unless `has_end` is set.
    end: f64,
    pub(super) run: RunKey,
    /// Its first and its last row. Rows of other episodes may lie between.
    pub(super) first: RowId,
    pub(super) last: RowId,
    pub(super) records: u32,
    pub(super) acts: u32,
    /// Acts in which something went wrong, in whatever try.
    pub(super) errors: u32,
    status: Ended,
    has_end: bool,
    /// Whether an `episode_start` names agents. If not, the agents of the run take part.
    pub(super) has_roster: bool,
    pub(super) open: bool,
    pub(super) declared: bool,
    pub(super) counterfactuals: bool,
    /// Whether it changed since the list last showed it.
    pub(super) changed: bool,
}

/// A sum of rewards and how many there were.
#[derive(Clone, Copy, Default)]
struct Total {
    sum: f64,
    n: u32,
}

impl Entry {
    /// An episode that the record in row `first` is the first to name.
    pub(super) fn new(name: Arc<str>, run: RunKey, first: RowId) -> Self {
        Self {
            name,
            rare: None,
            ids: Ids::default(),
            first_agents: 0,
            global: Total::default(),
            end: 0.0,
            run,
            first,
            last: first,
            records: 0,
            acts: 0,
            errors: 0,
            status: Ended::NotSaid,
            has_end: false,
            has_roster: false,
            open: true,
            declared: false,
            counterfactuals: false,
            changed: true,
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Adds an agent that may be known.
    pub(super) fn add_agent(&mut self, agent: u32) {
        if agent < u64::BITS {
            self.first_agents |= 1 << agent;
        } else {
            self.rare().agents.add(agent);
        }
    }

    /// Whether an agent takes part.
    pub(super) fn has_agent(&self, agent: u32) -> bool {
        if agent < u64::BITS {
            self.first_agents >> agent & 1 == 1
        } else {
            self.rare.as_ref().is_some_and(|it| it.agents.contains(agent))
        }
    }

    /// How many agents take part.
    pub(super) fn agent_count(&self) -> usize {
        self.first_agents.count_ones() as usize + self.rare.as_ref().map_or(0, |it| it.agents.len())
    }

    /// Whom somebody named, as written.
    pub(super) fn label(&self) -> Option<&str> {
        self.rare.as_ref()?.label.as_deref()
    }

    /// How many persons who are named judge.
    pub(super) fn notes(&self) -> u32 {
        self.rare.as_ref().map_or(0, |it| it.notes)
    }

    /// How it ended, as far as the log says.
    pub(super) fn status(&self) -> Option<Status> {
        Some(match self.status {
            Ended::NotSaid => return None,
            Ended::Success => Status::Success,
            Ended::Failure => Status::Failure,
            Ended::Truncated => Status::Truncated,
            Ended::Error => Status::Error,
            Ended::Aborted => Status::Aborted,
            Ended::Other => return self.rare.as_ref()?.status.clone(),
        })
    }

    /// Counts a record, before it is added to `rows` as `id`.
    pub(super) fn count(&mut self, row: &Row, id: RowId, rows: &Rows, prefixes: &Names) {
        row.agent.into_iter().for_each(|it| self.add_agent(it));
        let (first, last, records) = (self.first, self.last, self.records);
        let before = || rows.of_episode(row.episode, first, last).take(records as usize);
        match row.kind {
            RecordType::Action | RecordType::Message => match self.ids.take(row, prefixes, before) {
                Seen::New => {
                    self.acts += 1;
                    self.errors += u32::from(row.failed);
                }
                Seen::NowFailed => self.errors += 1,
                Seen::Before(_) => {}
            },
            RecordType::Counterfactual => self.counterfactuals = true,
            RecordType::Reward => {
                let seen = self.ids.take(row, prefixes, before);
                self.earn(&seen, Earned { agent: row.agent, value: row.value });
            }
            _ => {}
        }
        self.last = id;
        self.records += 1;
    }

    /// Notes how it ended.
    pub(super) fn end(&mut self, word: Option<&str>, total: Option<f64>) {
        self.status = match word.map(status) {
            None => Ended::NotSaid,
            Some(Status::Success) => Ended::Success,
            Some(Status::Failure) => Ended::Failure,
            Some(Status::Truncated) => Ended::Truncated,
            Some(Status::Error) => Ended::Error,
            Some(Status::Aborted) => Ended::Aborted,
            Some(other @ Status::Other(_)) => {
                self.rare().status = Some(other);
                Ended::Other
            }
        };
        (self.end, self.has_end) = (total.unwrap_or(0.0), total.is_some());
        self.open = false;
        self.ids.end();
    }

    /// Notes that somebody assigned credit.
    pub(super) fn credit(&mut self, (declared, is_note): (bool, bool), label: Option<&str>) {
        self.declared |= declared;
        if is_note {
            self.rare().notes += 1;
        }
        if let Some(label) = label {
            self.rare().label = Some(label.into());
        }
    }

    /// A record of it turned out to be none.
    pub(super) fn remove_record(&mut self) {
        self.records -= 1;
        self.rare().removed += 1;
    }

    /// Takes over what was removed from the same episode as it was counted before.
    pub(super) fn went_from(&mut self, before: &Self) {
        let removed = before.removed();
        if removed > 0 {
            self.rare().removed = removed;
        }
    }

    fn removed(&self) -> u32 {
        self.rare.as_ref().map_or(0, |it| it.removed)
    }

    /// Rises with every record that comes or goes.
    pub(super) fn revision(&self) -> u64 {
        u64::from(self.records) + 2 * u64::from(self.removed())
    }

    /// Like [`crate::model::Episode::reward`], without an outcome as a substitute for a number and without what only
    /// the payload of the end says.
    pub(super) fn reward(&self) -> Option<f64> {
        let sum = |total: Total| (total.n > 0).then_some(total.sum);
        sum(self.global).or(self.has_end.then_some(self.end)).or_else(|| self.own())
    }

    /// The sum of what single agents earned, if none of it is of the other sign.
    fn own(&self) -> Option<f64> {
        let own = self.rare.iter().flat_map(|it| &it.own).filter(|it| it.1.n > 0);
        let of_sign = |sign: f64| own.clone().any(|it| it.1.sum * sign > 0.0);
        let is_one = own.clone().next().is_some() && !(of_sign(1.0) && of_sign(-1.0));
        is_one.then(|| own.map(|it| it.1.sum).sum())
    }

    fn total(&mut self, agent: Option<u32>) -> &mut Total {
        let Some(agent) = agent else { return &mut self.global };
        let own = &mut self.rare().own;
        let at = own.binary_search_by_key(&agent, |it| it.0).unwrap_or_else(|at| {
            own.insert(at, (agent, Total::default()));
            at
        });
        &mut own[at].1
    }

    /// A reward, or an update of the one with the same id.
    fn earn(&mut self, seen: &Seen, earned: Earned) {
        if let Seen::Before(Some(Earned { agent, value: Some(value) })) = seen {
            let total = self.total(*agent);
            total.sum -= value;
            total.n -= 1;
        }
        if let Some(value) = earned.value {
            let total = self.total(earned.agent);
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
        let mut entry = Entry::new("e".into(), RunKey(0), RowId(0));
        for (at, number) in (0..300).rev().step_by(3).enumerate() {
            assert!(!entry.has_agent(number));
            entry.add_agent(number);
            entry.add_agent(number);
            assert!(entry.has_agent(number) && entry.agent_count() == at + 1);
        }
        assert!(!entry.has_agent(300) && !entry.has_agent(1));
    }

    #[test]
    fn an_episode_takes_little_room() {
        assert!(size_of::<Entry>() <= 104, "{}", size_of::<Entry>());
    }

    #[test]
    fn every_status_is_told_as_it_was_written() {
        for word in [
            None,
            Some("success"),
            Some("failed"),
            Some("timeout"),
            Some("error"),
            Some("aborted"),
            Some("odd"),
        ] {
            let mut entry = Entry::new("e".into(), RunKey(0), RowId(0));
            entry.end(word, None);
            assert_eq!((entry.status(), entry.reward()), (word.map(status), None));
        }
    }
}

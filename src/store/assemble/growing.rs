//! Appends to an assembled episode: what a new record adds, if it changes nothing of the rest.
//!
//! Most records of a growing episode are acts and rewards of known agents, later than all before them. For
//! anything else (an agent or an id that was already named, a state, a judgement, an update, a clock that
//! goes back) the answer is `None`: the episode must be assembled anew. A property in the tests checks that
//! both ways give the same result.

use std::collections::HashSet;

use super::{Builder, acts, bridges, causal, links::Before, otherwise};
use crate::{
    log::{Body, Record},
    model::{ActId, Diagnostic, Episode, FileId, Growth, Link, LinkKind, Origin, Timestamp},
};

/// An act with more causes than this has its episode assembled anew.
const PARENTS: usize = 64;

/// Where the last record of an episode stands among all that may come: time, `seq`, place.
type Key = (Option<Timestamp>, Option<i64>, FileId, u64, u32);

/// The end of an episode's records, in the order of [`super::order`].
#[derive(Debug)]
pub(super) struct End {
    key: Key,
    /// The only file with records, its last time, and its last offset.
    file: FileId,
    time: Option<Timestamp>,
    offset: u64,
}

impl End {
    /// `None` if the order of what comes depends on more than the last record. That is so if records without
    /// a time take theirs from records before or after them in another file.
    pub(super) fn of(records: &[(Box<Record>, Origin)]) -> Option<Self> {
        let first = records.first()?.1;
        if records.iter().any(|it| it.1.file != first.file) {
            return None;
        }
        let mut places: Vec<(&Record, Origin)> = records.iter().map(|it| (&*it.0, it.1)).collect();
        places.sort_by_key(|it| (it.1.offset, it.1.line));
        let mut time = places.iter().find_map(|it| it.0.ts);
        let mut last: Option<Key> = None;
        for (record, origin) in places {
            time = record.ts.or(time);
            last = last.max(Some(key(record, origin, time)));
        }
        let offset = records.iter().map(|it| it.1.offset).max()?;
        Some(Self { key: last?, file: first.file, time, offset })
    }

    /// Moves on to a record; `false` if it does not come after all others.
    fn advance(&mut self, record: &Record, origin: Origin) -> bool {
        // The first time of a file is also the time of the records before it.
        let is_first_time = self.time.is_none() && record.ts.is_some();
        if origin.file != self.file || origin.offset < self.offset || is_first_time {
            return false;
        }
        let time = record.ts.or(self.time);
        let next = key(record, origin, time);
        if next < self.key {
            return false;
        }
        (self.key, self.time, self.offset) = (next, time, origin.offset);
        true
    }
}

fn key(record: &Record, origin: Origin, time: Option<Timestamp>) -> Key {
    let seq = record.seq.filter(|_| record.ts.is_some());
    (time, seq, origin.file, origin.offset, origin.line)
}

/// What is needed to append to an episode.
pub(in crate::store) struct Growing {
    /// Names, and an episode with nothing but agents.
    builder: Builder,
    /// Acts so far: of all agents, and by agent.
    acts: usize,
    counts: Vec<u32>,
    before: Before,
    /// Ids of rewards, and ids that were referred to but belong to nothing.
    rewards: HashSet<String>,
    missing: HashSet<String>,
    end: End,
}

impl Growing {
    /// The state after `episode`, which `builder` has made of `records`.
    pub(super) fn of(
        episode: &Episode,
        mut builder: Builder,
        records: &[(Box<Record>, Origin)],
        end: End,
    ) -> Self {
        builder.episode.agents.clone_from(&episode.agents);
        let mut counts = vec![0; episode.agents.len()];
        let mut before = Before::new(episode.agents.len());
        for id in episode.act_ids() {
            let act = episode.act(id);
            counts[act.agent.index()] += 1;
            before.add(id, act);
        }
        let mut growing = Self {
            builder,
            acts: episode.acts.len(),
            counts,
            before,
            rewards: HashSet::new(),
            missing: HashSet::new(),
            end,
        };
        for (record, _) in records {
            growing.note(record);
        }
        growing
    }

    /// Remembers what a record names.
    fn note(&mut self, record: &Record) {
        let builder = &self.builder;
        let is_known = |id: &str| {
            builder.acts.contains_key(id)
                || builder.states.contains_key(id)
                || builder.bridges.contains_key(id)
        };
        let mut name = |id: &str| {
            if !is_known(id) {
                self.missing.insert(id.to_owned());
            }
        };
        match &record.body {
            Body::Action(it) => it.parents.iter().flatten().for_each(|it| name(it)),
            Body::Message(it) => it.parents.iter().flatten().for_each(|it| name(it)),
            Body::Unknown { .. } => bridges::parents(record).iter().flatten().for_each(|it| name(it)),
            Body::State(it) => it.after.iter().for_each(|it| name(it)),
            Body::Counterfactual(it) => it.of.iter().for_each(|it| name(it)),
            Body::Credit(it) => it.items.iter().filter_map(|it| it.of.as_deref()).for_each(name),
            Body::Reward(it) => {
                it.of.iter().for_each(|it| name(it));
                self.rewards.extend(record.id.clone());
            }
            _ => {}
        }
    }

    /// What `records`, read after all others, add. `None` if they change more than the end; then nothing more
    /// may be appended.
    pub(in crate::store) fn append(&mut self, records: &[(Box<Record>, Origin)]) -> Option<Growth> {
        let mut growth = Growth::default();
        for (record, origin) in records {
            self.one(record, *origin, &mut growth)?;
        }
        growth.diagnostics = self.findings();
        Some(growth)
    }

    fn findings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.builder.diagnostics)
    }

    fn one(&mut self, record: &Record, origin: Origin, growth: &mut Growth) -> Option<()> {
        if !self.end.advance(record, origin) {
            return None;
        }
        match &record.body {
            Body::Action(it) => self.act(record, it.parents.as_deref(), origin, growth)?,
            Body::Message(it) => {
                let mut to = it.to.iter().filter(|it| *it != "*");
                to.all(|it| self.builder.agents.contains_key(it)).then_some(())?;
                self.act(record, it.parents.as_deref(), origin, growth)?;
            }
            Body::Reward(it) => {
                if record.id.as_ref().is_some_and(|it| self.rewards.contains(it))
                    || it.agent.as_ref().is_some_and(|it| !self.builder.agents.contains_key(it))
                {
                    return None;
                }
                growth.rewards.push(self.builder.reward(record, it, origin));
            }
            _ => return None,
        }
        if causal::arrives_early(record) {
            return None;
        }
        self.note(record);
        // Which record went over the limit depends on the order in which all of them are looked at.
        self.builder.implied.map(|_| ())
    }

    fn act(
        &mut self,
        record: &Record,
        parents: Option<&[String]>,
        origin: Origin,
        growth: &mut Growth,
    ) -> Option<()> {
        let builder = &mut self.builder;
        if !builder.agents.contains_key(record.agent()?) || parents.is_some_and(|it| it.len() > PARENTS) {
            return None;
        }
        let (act, raw_id) = acts::of_record(builder, &mut self.counts, record, origin)?;
        let is_named = self.missing.contains(&raw_id)
            || builder.acts.contains_key(&raw_id)
            || builder.states.contains_key(&raw_id)
            || builder.bridges.contains_key(&raw_id)
            || parents.is_some_and(|it| it.contains(&raw_id));
        if is_named {
            return None;
        }
        let id = ActId::from_index(self.acts);
        let causes = match parents {
            Some(ids) => {
                let logged = builder.references(ids, "parents", origin).into_iter();
                logged.map(|act| Link { act, kind: LinkKind::Logged }).collect::<Vec<_>>()
            }
            None => self.before.cause_of(&act).into_iter().collect(),
        };
        if causes.len() > PARENTS {
            return None;
        }
        self.before.add(id, &act);
        growth.tables.extend(otherwise::table_of_policy(id, &act, origin));
        builder.acts.insert(raw_id, id);
        growth.acts.push((act, causes));
        self.acts += 1;
        Some(())
    }
}

//! Episodes by name: their rows, and what the episode list shows of them.
//!
//! Counts what an opened episode would show, from headers alone: a record with the id of an earlier one is an
//! update of it and not counted again. Agents are those of the roster and those that act, are told something,
//! or are named by a reward, metric or counterfactual; an agent that only a coalition names is not seen here.

mod entry;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::rows::RowId;
use crate::{
    log::{Body, Header, Record, RecordType, Run},
    model::{EpisodeId, EpisodeSummary},
    text,
};

pub(super) use entry::status;
use entry::{Entry, add};

/// Which run an episode belongs to: episodes are unique within a run. Files without a `run` header (rotation
/// may have cut it off) are a run of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RunKey(u32);

/// A run and the episodes in it by their logged id.
#[derive(Default)]
struct RunEntry {
    run: Option<Arc<Run>>,
    episodes: FxHashMap<Arc<str>, EpisodeId>,
}

/// All episodes.
#[derive(Default)]
pub(super) struct Episodes {
    entries: Vec<Entry>,
    runs: Vec<RunEntry>,
    runs_by_name: FxHashMap<Box<str>, RunKey>,
    agents: FxHashMap<Box<str>, u32>,
    /// Records of one episode mostly follow each other.
    last: Option<EpisodeId>,
    open: usize,
    /// The list last given out, and the episodes that changed since.
    list: Arc<Vec<Arc<EpisodeSummary>>>,
    changed: Vec<EpisodeId>,
}

/// What is counted of a record.
struct Seen<'a> {
    kind: RecordType,
    id: Option<&'a str>,
    agent: Option<&'a str>,
    /// Of a reward.
    value: Option<f64>,
}

impl Episodes {
    /// The run of a file whose header has not been seen.
    pub(super) fn run_of_file(&mut self) -> RunKey {
        self.runs.push(RunEntry::default());
        RunKey(self.runs.len() as u32 - 1)
    }

    /// The run that a `run` record names; files that name the same run share its episodes.
    pub(super) fn run_of_record(&mut self, run: &Run) -> RunKey {
        let key = match run.run.as_deref().and_then(|it| self.runs_by_name.get(it)) {
            Some(key) => *key,
            None => self.run_of_file(),
        };
        if let Some(name) = &run.run {
            self.runs_by_name.insert(name.as_str().into(), key);
        }
        for agent in &run.agents {
            self.agent(&agent.id);
        }
        let entry = &mut self.runs[key.0 as usize];
        entry.run = Some(Arc::new(run.clone()));
        // What it says goes for the episodes that are already known as well.
        let mut known: Vec<EpisodeId> = entry.episodes.values().copied().collect();
        known.sort_unstable();
        for id in known {
            self.mark(id);
        }
        key
    }

    /// Number of episodes.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The episode of a run by its logged id.
    pub(super) fn find(&self, run: RunKey, name: &str) -> Option<EpisodeId> {
        self.runs[run.0 as usize].episodes.get(name).copied()
    }

    /// Whether any has not ended.
    pub(super) fn has_open(&self) -> bool {
        self.open > 0
    }

    /// The rows of an episode, in the order read.
    pub(super) fn rows(&self, id: EpisodeId) -> &[RowId] {
        &self.entries[id.index()].rows
    }

    /// The logged id of an episode.
    pub(super) fn name(&self, id: EpisodeId) -> &str {
        &self.entries[id.index()].name
    }

    /// The run of an episode.
    pub(super) fn run(&self, id: EpisodeId) -> Option<&Run> {
        self.runs[self.entries[id.index()].run.0 as usize].run.as_deref()
    }

    /// The list, in order of first appearance. Rows that did not change are shared with the last list.
    pub(super) fn summaries(&mut self) -> Arc<Vec<Arc<EpisodeSummary>>> {
        if !self.changed.is_empty() {
            let mut list = Arc::unwrap_or_clone(std::mem::take(&mut self.list));
            for id in std::mem::take(&mut self.changed) {
                self.entries[id.index()].changed = false;
                let summary = Arc::new(self.summary(id));
                // A new episode is marked when it is added, so new ones come in order.
                match list.get_mut(id.index()) {
                    Some(row) => *row = summary,
                    None => list.push(summary),
                }
            }
            self.list = Arc::new(list);
        }
        Arc::clone(&self.list)
    }

    fn summary(&self, id: EpisodeId) -> EpisodeSummary {
        let entry = &self.entries[id.index()];
        let run = self.run(id);
        let roster = run.map_or(&[][..], |it| &it.agents);
        let mut agents = entry.agents.clone();
        if !entry.has_roster {
            let known = roster.iter().filter_map(|it| self.agents.get(it.id.as_str()));
            known.for_each(|it| add(&mut agents, *it));
        }
        EpisodeSummary {
            name: text::clean(&entry.name),
            run: run.and_then(|it| it.run.as_deref()).map(text::clean),
            status: entry.status.clone(),
            reward: entry.reward(),
            open: entry.open,
            agents: agents.len() as u32,
            acts: entry.acts,
            records: entry.rows.len() as u32,
            declared: entry.declared,
            counterfactuals: entry.counterfactuals,
            label: entry.label.as_deref().map(str::to_owned),
            revision: entry.rows.len() as u64,
        }
    }

    fn mark(&mut self, id: EpisodeId) {
        let entry = &mut self.entries[id.index()];
        if !std::mem::replace(&mut entry.changed, true) {
            self.changed.push(id);
        }
    }

    fn id(&mut self, run: RunKey, name: &str) -> EpisodeId {
        if let Some(last) = self.last {
            let entry = &self.entries[last.index()];
            if entry.run == run && *entry.name == *name {
                return last;
            }
        }
        let known = &mut self.runs[run.0 as usize].episodes;
        let id = match known.get(name) {
            Some(id) => *id,
            None => {
                let id = EpisodeId::from_index(self.entries.len());
                let name: Arc<str> = name.into();
                known.insert(Arc::clone(&name), id);
                self.entries.push(Entry::new(name, run));
                self.open += 1;
                self.changed.push(id);
                id
            }
        };
        self.last = Some(id);
        id
    }

    fn agent(&mut self, name: &str) -> u32 {
        if let Some(agent) = self.agents.get(name) {
            return *agent;
        }
        let next = self.agents.len() as u32;
        self.agents.insert(name.into(), next);
        next
    }

    fn take_part<'a>(&mut self, id: EpisodeId, names: impl Iterator<Item = &'a str>) {
        for name in names.filter(|it| *it != "*") {
            let agent = self.agent(name);
            add(&mut self.entries[id.index()].agents, agent);
        }
    }

    /// A record of which only the header was read; it is complete.
    pub(super) fn header(&mut self, run: RunKey, episode: &str, header: &Header<'_>, row: RowId) {
        let kind = header.record_type;
        // A state or a credit record may have an `agent` field too, but not one that takes part by it.
        let agent = header.agent.as_deref().filter(|_| names_agent(kind));
        let id = self.count(
            run,
            episode,
            &Seen { kind, id: header.id.as_deref(), agent, value: header.value },
            row,
        );
        self.take_part(id, header.others.iter().map(AsRef::as_ref));
        match kind {
            RecordType::EpisodeStart => self.entries[id.index()].has_roster |= !header.others.is_empty(),
            RecordType::EpisodeEnd => self.end(id, header.status.as_deref(), header.value),
            // A judgement has a label, and is read in full.
            RecordType::Credit => self.entries[id.index()].declared = true,
            _ => {}
        }
    }

    /// A record that was read in full.
    pub(super) fn record(&mut self, run: RunKey, episode: &str, record: &Record, row: RowId) {
        let value = match &record.body {
            Body::Reward(reward) => reward.value,
            _ => None,
        };
        let (kind, agent) = (record.record_type(), record.agent());
        let id = self.count(run, episode, &Seen { kind, id: record.id.as_deref(), agent, value }, row);
        match &record.body {
            Body::EpisodeStart(start) => {
                self.take_part(id, start.agents.iter().map(|it| it.id.as_str()));
                self.entries[id.index()].has_roster |= !start.agents.is_empty();
            }
            Body::Message(message) => self.take_part(id, message.to.iter().map(String::as_str)),
            Body::EpisodeEnd(end) => self.end(id, end.status.as_deref(), end.total),
            Body::Credit(credit) => {
                let numbers = credit.items.iter().any(|it| it.value.is_some());
                let entry = &mut self.entries[id.index()];
                entry.declared |= numbers || !credit.agents.is_empty();
                let judged = credit.items.iter().find(|it| it.label.is_some() || it.reason.is_some());
                if let Some(item) = judged {
                    let who = item.agent.as_deref().unwrap_or("?");
                    let at = item.of.as_deref().map_or(String::new(), |it| format!("{it} "));
                    entry.label = Some(text::clean(&format!("{at}{who}")).into());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, id: EpisodeId, word: Option<&str>, total: Option<f64>) {
        let entry = &mut self.entries[id.index()];
        entry.status = word.map(status);
        entry.end = total;
        self.open -= usize::from(std::mem::replace(&mut entry.open, false));
    }

    fn count(&mut self, run: RunKey, episode: &str, seen: &Seen<'_>, row: RowId) -> EpisodeId {
        let id = self.id(run, episode);
        let agent = seen.agent.map(|it| self.agent(it));
        self.mark(id);
        self.entries[id.index()].count(seen, agent, row);
        id
    }
}

/// Whether records of this kind name an agent that takes part; as [`Record::agent`].
fn names_agent(kind: RecordType) -> bool {
    use RecordType::{Action, Counterfactual, Message, Metric, Reward};
    matches!(kind, Action | Message | Reward | Counterfactual | Metric)
}

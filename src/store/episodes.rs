//! Episodes by name: their rows, and what the episode list shows of them.
//!
//! Counts what an opened episode would show, from headers alone: a record with the id of an earlier one is an
//! update of it and does not count again. Agents are those of the roster and those that act, receive a
//! message, or are named by a reward, metric or counterfactual. An agent that only a coalition names is not
//! seen here.

mod entry;
mod joining;
mod known;
mod recounted;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{
    names::Names,
    rows::{Row, RowId, Rows},
};
use crate::{
    log::Run,
    model::{EpisodeId, EpisodeSummary, Segmented, Status},
    text,
};

use entry::Entry;
pub(super) use entry::status;
pub(super) use joining::Joined;
use joining::Joins;
pub(super) use recounted::Recounted;

/// Which run an episode belongs to: episodes are unique within a run. Files without a `run` header (rotation
/// may have cut it off) are a run of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RunKey(u32);

/// A run and the episodes in it by their logged id.
#[derive(Default)]
struct RunEntry {
    run: Option<Arc<Run>>,
    /// Its id, display-safe.
    name: Option<Arc<str>>,
    episodes: FxHashMap<Arc<str>, EpisodeId>,
    joins: Joins,
}

/// How an episode ended and what it earned.
pub(super) struct Brief {
    pub(super) reward: Option<f64>,
    pub(super) status: Option<Status>,
    pub(super) open: bool,
}

/// All episodes.
#[derive(Default)]
pub(super) struct Episodes {
    entries: Vec<Entry>,
    runs: Vec<RunEntry>,
    runs_by_name: FxHashMap<Box<str>, RunKey>,
    /// Runs with a record, and runs without one that have episodes and may turn out to be a part of one of those.
    with_record: Vec<RunKey>,
    may_join: Vec<RunKey>,
    /// What has joined and was not told yet.
    joined: Vec<Joined>,
    agents: FxHashMap<Box<str>, u32>,
    open: usize,
    /// Acts in which something went wrong, of all episodes in the list last handed out.
    errors: u64,
    /// Judgements of persons who are named, of the same.
    notes: u64,
    /// The list last handed out, and the episodes that changed since.
    list: Arc<Segmented<EpisodeSummary>>,
    changed: Vec<EpisodeId>,
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
        if entry.run.is_none() {
            self.with_record.push(key);
        }
        entry.name = run.run.as_deref().map(|it| text::clean(it).into());
        entry.run = Some(Arc::new(run.clone()));
        // What it says also applies to the episodes already known.
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

    /// The run with this name.
    pub(super) fn run_named(&self, name: &str) -> Option<RunKey> {
        self.runs_by_name.get(name).copied()
    }

    /// The first episode with this logged id, in any run.
    pub(super) fn find_any(&self, name: &str) -> Option<EpisodeId> {
        self.runs.iter().filter_map(|it| it.episodes.get(name).copied()).min()
    }

    /// The episode of a run by its logged id.
    pub(super) fn find(&self, run: RunKey, name: &str) -> Option<EpisodeId> {
        self.runs[self.settled(run).0 as usize].episodes.get(name).copied()
    }

    /// Whether any has not ended.
    pub(super) fn has_open(&self) -> bool {
        self.open > 0
    }

    /// Rises with every record of an episode that is added or removed.
    pub(super) fn revision(&self, id: EpisodeId) -> u64 {
        self.entries[id.index()].revision()
    }

    /// The run of an episode, whatever files turned out to be a part of it.
    pub(super) fn run_of(&self, id: EpisodeId) -> RunKey {
        self.settled(self.entries[id.index()].run)
    }

    /// Whether an episode has not ended.
    pub(super) fn is_open(&self, id: EpisodeId) -> bool {
        self.entries[id.index()].open
    }

    /// How an episode ended and what it earned, as the list shows it.
    pub(super) fn brief(&self, id: EpisodeId) -> Brief {
        let entry = &self.entries[id.index()];
        Brief { reward: entry.reward(), status: entry.status(), open: entry.open }
    }

    /// The first and the last row of an episode.
    pub(super) fn range(&self, id: EpisodeId) -> (RowId, RowId) {
        let entry = &self.entries[id.index()];
        (entry.first, entry.last)
    }

    /// The logged id of an episode.
    pub(super) fn name(&self, id: EpisodeId) -> &str {
        &self.entries[id.index()].name
    }

    /// The run of an episode, whether it has a record or not.
    pub(super) fn run_key(&self, id: EpisodeId) -> RunKey {
        self.entries[id.index()].run
    }

    /// The run of an episode.
    pub(super) fn run(&self, id: EpisodeId) -> Option<&Run> {
        self.runs[self.entries[id.index()].run.0 as usize].run.as_deref()
    }

    /// The list, in order of first appearance. Unchanged parts are shared with the last list.
    pub(super) fn summaries(&mut self) -> Arc<Segmented<EpisodeSummary>> {
        for id in std::mem::take(&mut self.changed) {
            self.entries[id.index()].changed = false;
            let summary = self.summary(id);
            let list = Arc::make_mut(&mut self.list);
            // A new episode is marked when it is added, so new ones come in order.
            self.errors += u64::from(summary.errors);
            self.notes += u64::from(summary.notes);
            match list.get_mut(id.index()) {
                Some(row) => {
                    let before = std::mem::replace(row, summary);
                    self.errors -= u64::from(before.errors);
                    self.notes -= u64::from(before.notes);
                }
                None => list.push(summary),
            }
        }
        Arc::clone(&self.list)
    }

    /// Acts in which something went wrong, of all episodes in the list last handed out.
    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    /// Judgements of persons who are named, of all episodes in the list last handed out.
    pub(super) fn notes(&self) -> u64 {
        self.notes
    }

    fn summary(&self, id: EpisodeId) -> EpisodeSummary {
        let entry = &self.entries[id.index()];
        let run = self.run(id);
        let roster = run.map_or(&[][..], |it| &it.agents);
        let mut agents = entry.agent_count();
        if !entry.has_roster && !roster.is_empty() {
            let mut absent: Vec<u32> = roster
                .iter()
                .filter_map(|it| self.agents.get(it.id.as_str()).copied())
                .filter(|it| !entry.has_agent(*it))
                .collect();
            absent.sort_unstable();
            absent.dedup();
            agents += absent.len();
        }
        EpisodeSummary {
            id,
            name: if text::is_plain(&entry.name) {
                Arc::clone(&entry.name)
            } else {
                text::clean(&entry.name).into()
            },
            run: self.runs[entry.run.0 as usize].name.clone(),
            status: entry.status(),
            reward: entry.reward(),
            open: entry.open,
            agents: agents as u32,
            acts: entry.acts,
            errors: entry.errors,
            records: entry.records,
            declared: entry.declared,
            counterfactuals: entry.counterfactuals,
            label: entry.label().map(Into::into),
            notes: entry.notes(),
            revision: entry.revision(),
        }
    }

    fn mark(&mut self, id: EpisodeId) {
        let entry = &mut self.entries[id.index()];
        if !std::mem::replace(&mut entry.changed, true) {
            self.changed.push(id);
        }
    }

    /// The episode with this logged id. A new one begins with the record in row `next`.
    pub(super) fn id(&mut self, run: RunKey, name: &str, next: RowId) -> EpisodeId {
        let run = self.settled(run);
        if let Some(id) = self.runs[run.0 as usize].episodes.get(name).copied() {
            return id;
        }
        if let Some(id) = self.join_for(run, name) {
            return id;
        }
        if self.runs[run.0 as usize].episodes.is_empty() {
            self.begins(run);
        }
        let known = &mut self.runs[run.0 as usize].episodes;
        let id = EpisodeId::from_index(self.entries.len());
        let name: Arc<str> = name.into();
        known.insert(Arc::clone(&name), id);
        self.entries.push(Entry::new(name, run, next));
        self.open += 1;
        self.changed.push(id);
        id
    }

    /// The number of an agent, if it has one.
    pub(super) fn known_agent(&self, name: &str) -> Option<u32> {
        self.agents.get(name).copied()
    }

    /// The number of an agent, over all episodes.
    pub(super) fn agent(&mut self, name: &str) -> u32 {
        if let Some(agent) = self.agents.get(name) {
            return *agent;
        }
        let next = self.agents.len() as u32;
        self.agents.insert(name.into(), next);
        next
    }

    /// Counts a record, before it is added to `rows` as `next`.
    pub(super) fn count(&mut self, row: &Row, next: RowId, rows: &Rows, prefixes: &Names) {
        let id = EpisodeId(row.episode);
        self.mark(id);
        self.entries[id.index()].count(row, next, rows, prefixes);
    }

    /// Another agent takes part.
    pub(super) fn take_part(&mut self, id: EpisodeId, agent: u32) {
        self.entries[id.index()].add_agent(agent);
    }

    /// An `episode_start` names its agents.
    pub(super) fn has_roster(&mut self, id: EpisodeId) {
        self.entries[id.index()].has_roster = true;
    }

    /// Somebody assigned credit.
    pub(super) fn credit(&mut self, id: EpisodeId, (declared, is_note): (bool, bool), label: Option<&str>) {
        self.entries[id.index()].credit((declared, is_note), label);
    }

    /// It ended.
    pub(super) fn end(&mut self, id: EpisodeId, word: Option<&str>, total: Option<f64>) {
        let entry = &mut self.entries[id.index()];
        self.open -= usize::from(entry.open);
        entry.end(word, total);
    }
}

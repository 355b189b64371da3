//! Episodes by name: their rows, and what the episode list shows of them.
//!
//! Counts what an opened episode would show, from headers alone: a record with the id of an earlier one is an
//! update of it and not counted again. Agents are those of the roster and those that act, are told something,
//! or are named by a reward, metric or counterfactual; an agent that only a coalition names is not seen here.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use smallvec::SmallVec;

use super::rows::RowId;
use crate::{
    log::{Body, Header, Record, RecordType, Run},
    model::{EpisodeId, EpisodeSummary, Status},
    text,
};

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

/// Ids of agents over all episodes, ascending.
type Agents = SmallVec<[u32; 8]>;

/// One episode as far as the index knows it.
struct Entry {
    name: Arc<str>,
    run: RunKey,
    rows: Vec<RowId>,
    agents: Agents,
    /// Whether an `episode_start` names agents; else those of the run take part.
    has_roster: bool,
    acts: u32,
    /// Hashes of the ids of acts.
    act_ids: FxHashSet<u64>,
    /// The last value by the hash of a reward's id.
    reward_ids: FxHashMap<u64, Earned>,
    global: Total,
    per_agent: Total,
    end: Option<f64>,
    status: Option<Status>,
    open: bool,
    declared: bool,
    counterfactuals: bool,
    label: Option<Box<str>>,
    /// Whether the list has not been told of its last change.
    changed: bool,
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
            reward: reward(entry.global, entry.end, entry.per_agent),
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
                    let at = item.of.as_deref().map_or(String::new(), |it| format!(" at {it}"));
                    entry.label = Some(text::clean(&format!("{who}{at}")).into());
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
        let entry = &mut self.entries[id.index()];
        entry.rows.push(row);
        agent.into_iter().for_each(|it| add(&mut entry.agents, it));
        match seen.kind {
            RecordType::Action | RecordType::Message => {
                let is_new = seen.id.is_none_or(|it| entry.act_ids.insert(hash(seen.kind, it)));
                entry.acts += u32::from(is_new);
            }
            RecordType::Counterfactual => entry.counterfactuals = true,
            RecordType::Reward => {
                let earned = Earned { is_global: seen.agent.is_none(), value: seen.value };
                entry.earn(seen.id, earned);
            }
            _ => {}
        }
        id
    }
}

/// Whether records of this kind name an agent that takes part; as [`Record::agent`].
fn names_agent(kind: RecordType) -> bool {
    use RecordType::{Action, Counterfactual, Message, Metric, Reward};
    matches!(kind, Action | Message | Reward | Counterfactual | Metric)
}

fn hash(kind: RecordType, id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (kind, id).hash(&mut hasher);
    hasher.finish()
}

impl Entry {
    fn new(name: Arc<str>, run: RunKey) -> Self {
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

fn add(agents: &mut Agents, agent: u32) {
    if let Err(at) = agents.binary_search(&agent) {
        agents.insert(at, agent);
    }
}

/// As [`crate::model::Episode::reward`], without the outcome that stands in for a number.
fn reward(global: Total, end: Option<f64>, per_agent: Total) -> Option<f64> {
    let sum = |total: Total| (total.n > 0).then_some(total.sum);
    sum(global).or(end).or(sum(per_agent))
}

/// The status that a word of the log stands for.
pub(super) fn status(word: &str) -> Status {
    match word.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "solved" => Status::Success,
        "failure" | "failed" | "fail" => Status::Failure,
        "truncated" | "timeout" => Status::Truncated,
        "error" => Status::Error,
        "aborted" | "cancelled" => Status::Aborted,
        _ => Status::Other(text::clean(word)),
    }
}

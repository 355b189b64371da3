//! Episodes by name: their rows, and what the episode list shows of them.

use std::sync::Arc;

use rustc_hash::FxHashMap;
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

/// One episode as far as the index knows it.
struct Entry {
    name: String,
    run: RunKey,
    rows: Vec<RowId>,
    agents: SmallVec<[u32; 8]>,
    global: Total,
    per_agent: Total,
    end: Option<f64>,
    summary: EpisodeSummary,
    shared: Option<Arc<EpisodeSummary>>,
}

/// A sum of rewards and how many there were.
#[derive(Clone, Copy, Default)]
struct Total {
    sum: f64,
    n: u32,
}

/// All episodes.
#[derive(Default)]
pub(super) struct Episodes {
    entries: Vec<Entry>,
    ids: FxHashMap<(RunKey, Box<str>), EpisodeId>,
    agents: FxHashMap<Box<str>, u32>,
    runs: Vec<Option<Arc<Run>>>,
    runs_by_name: FxHashMap<Box<str>, RunKey>,
    last: Option<EpisodeId>,
}

impl Episodes {
    /// The run of a file whose header has not been seen.
    pub(super) fn run_of_file(&mut self) -> RunKey {
        self.runs.push(None);
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
        self.runs[key.0 as usize] = Some(Arc::new(run.clone()));
        key
    }

    /// Number of episodes.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether any has not ended.
    pub(super) fn has_open(&self) -> bool {
        // The newest are the likeliest to be open.
        self.entries.iter().rev().any(|it| it.summary.open)
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
        self.runs[self.entries[id.index()].run.0 as usize].as_deref()
    }

    /// The list, in order of first appearance. Rows that did not change are shared with the last list.
    pub(super) fn summaries(&mut self) -> Arc<Vec<Arc<EpisodeSummary>>> {
        let runs = &self.runs;
        let list = self.entries.iter_mut().map(|entry| {
            let fresh = || {
                let mut summary = entry.summary.clone();
                summary.agents = entry.agents.len() as u32;
                summary.reward = reward(entry.global, entry.end, entry.per_agent);
                let run = runs[entry.run.0 as usize].as_ref();
                summary.run = run.and_then(|it| it.run.as_deref()).map(text::clean);
                Arc::new(summary)
            };
            entry.shared.get_or_insert_with(fresh).clone()
        });
        Arc::new(list.collect())
    }

    fn id(&mut self, run: RunKey, name: &str) -> EpisodeId {
        // Records of one episode mostly follow each other.
        if let Some(last) = self.last {
            let entry = &self.entries[last.index()];
            if entry.run == run && entry.name == name {
                return last;
            }
        }
        let key = (run, Box::<str>::from(name));
        let next = EpisodeId::from_index(self.entries.len());
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            let summary = EpisodeSummary { name: text::clean(name), open: true, ..EpisodeSummary::default() };
            self.entries.push(Entry {
                name: name.to_owned(),
                run,
                rows: Vec::new(),
                agents: SmallVec::new(),
                global: Total::default(),
                per_agent: Total::default(),
                end: None,
                summary,
                shared: None,
            });
        }
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

    /// A record of which only the header was read.
    pub(super) fn header(&mut self, run: RunKey, episode: &str, header: &Header<'_>, row: RowId) {
        let value = (header.record_type == RecordType::Reward).then_some(header.value).flatten();
        let id = self.count(run, episode, header.record_type, header.agent.as_deref(), value, row);
        if header.record_type == RecordType::Credit {
            // A judgement has a label, and is read in full.
            self.entries[id.index()].summary.declared = true;
        }
    }

    /// A record that was read in full.
    pub(super) fn record(&mut self, run: RunKey, episode: &str, record: &Record, row: RowId) {
        let value = match &record.body {
            Body::Reward(reward) => reward.value,
            _ => None,
        };
        let id = self.count(run, episode, record.record_type(), record.agent(), value, row);
        match &record.body {
            Body::EpisodeStart(start) => {
                for agent in &start.agents {
                    let agent = self.agent(&agent.id);
                    add(&mut self.entries[id.index()].agents, agent);
                }
            }
            Body::EpisodeEnd(end) => {
                let entry = &mut self.entries[id.index()];
                entry.summary.status = end.status.as_deref().map(status);
                entry.summary.open = false;
                entry.end = end.total;
            }
            Body::Credit(credit) => {
                let numbers = credit.items.iter().any(|it| it.value.is_some());
                self.entries[id.index()].summary.declared |= numbers || !credit.agents.is_empty();
                let judged = credit.items.iter().find(|it| it.label.is_some() || it.reason.is_some());
                if let Some(item) = judged {
                    let who = item.agent.as_deref().unwrap_or("?");
                    let at = item.of.as_deref().map_or(String::new(), |it| format!(" at {it}"));
                    self.entries[id.index()].summary.label = Some(text::clean(&format!("{who}{at}")));
                }
            }
            _ => {}
        }
    }

    fn count(
        &mut self,
        run: RunKey,
        episode: &str,
        kind: RecordType,
        agent: Option<&str>,
        value: Option<f64>,
        row: RowId,
    ) -> EpisodeId {
        let id = self.id(run, episode);
        let agent_id = match kind {
            RecordType::Action | RecordType::Message => agent.map(|it| self.agent(it)),
            _ => None,
        };
        let entry = &mut self.entries[id.index()];
        entry.rows.push(row);
        entry.shared = None;
        entry.summary.records += 1;
        entry.summary.revision += 1;
        if let Some(agent) = agent_id {
            add(&mut entry.agents, agent);
            entry.summary.acts += 1;
        }
        match kind {
            RecordType::Counterfactual => entry.summary.counterfactuals = true,
            RecordType::Reward => {
                let total = if agent.is_some() { &mut entry.per_agent } else { &mut entry.global };
                if let Some(value) = value {
                    total.sum += value;
                    total.n += 1;
                }
            }
            _ => {}
        }
        id
    }
}

fn add(agents: &mut SmallVec<[u32; 8]>, agent: u32) {
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

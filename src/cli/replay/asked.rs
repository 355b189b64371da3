//! Plans in the words of the log: what is asked of a replayer, and the records of what it answers.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rustc_hash::FxHashMap;

use super::{Actions, Replay, absent};
use crate::{
    log::{Body, Payload, Record, action_label},
    model::{ActId, AgentId, Episode, EpisodeId, FileId, LogSummary, Origin},
    replay::{
        About, Absent, AlternativesPlan, CoalitionPlan, Hello, Intervention, ReplayRequest, Replayed, Source,
        alternative_line, coalition_line, raw_action,
    },
    runtime::OpenedLogs,
    source::Beside,
};

/// Names as logged, and where the results go.
pub(super) struct Asked {
    episode: String,
    run: Option<String>,
    log: String,
    command: String,
    /// The log that the results are about.
    pub(super) file: FileId,
    /// Where they go.
    pub(super) results: PathBuf,
    agents: Vec<String>,
    /// Of the acts that are asked about.
    acts: FxHashMap<ActId, String>,
    /// What the replayer must be able to do.
    pub(super) wants: Absent,
}

impl Asked {
    pub(super) fn of(
        options: &Replay,
        (logs, summary): (&OpenedLogs, &LogSummary),
        id: EpisodeId,
        episode: &Episode,
    ) -> anyhow::Result<Self> {
        let first = episode.acts.iter().next().map(|it| it.origin).context("the episode has no act")?;
        let results = logs.path_beside(Beside::Replays, first.file).map_err(anyhow::Error::msg)?;
        let (name, run) = logs.logged_name(id);
        let log = summary.files.get(first.file.index()).map(|it| it.path.clone()).unwrap_or_default();
        let log = std::fs::canonicalize(Path::new(&log)).map_or(log, |it| it.to_string_lossy().into_owned());
        let (agents, acts) = logged_names(logs, episode, &options.act);
        let wants = Absent::Replace;
        let command = options.replayer.clone();
        Ok(Self { episode: name, run, log, command, file: first.file, results, agents, acts, wants })
    }

    /// What is wanted of the replayer that it says it cannot do.
    pub(super) fn lacking(&self, hello: &Hello) -> Option<Absent> {
        Some(self.wants).filter(|it| !hello.can(*it))
    }

    fn request(&self, interventions: Vec<Intervention>, seed: u64, samples: u32) -> ReplayRequest {
        ReplayRequest {
            episode: self.episode.clone(),
            run: self.run.clone(),
            log: self.log.clone(),
            interventions,
            seed,
            samples,
        }
    }

    /// Every agent that is absent does what the plan says.
    pub(super) fn coalition(
        &self,
        plan: &CoalitionPlan,
        (mask, samples): (usize, u32),
        seed: u64,
    ) -> ReplayRequest {
        let (what, _) = absent(plan.absence());
        let of = |agent: AgentId, what: Absent| Intervention {
            agent: Some(self.agents[agent.index()].clone()),
            act: None,
            what,
            action: None,
        };
        let (present, gone) = plan.sides(mask);
        // Where absent agents draw their acts again, those who are present keep theirs.
        let kept = present.into_iter().filter(|_| what == Absent::Resample).map(|it| of(it, Absent::Keep));
        let interventions = kept.chain(gone.into_iter().map(|it| of(it, what))).collect();
        // Other runs of the same coalition are other runs.
        let seed = mix(seed, mask as u64, u64::from(plan.runs(mask)));
        self.request(interventions, seed, samples)
    }

    pub(super) fn alternative(
        &self,
        plan: &AlternativesPlan,
        at: usize,
        samples: u32,
        seed: u64,
    ) -> ReplayRequest {
        let choice = &plan.choices[at];
        let intervention = Intervention {
            agent: None,
            act: Some(self.act(plan.act).to_owned()),
            what: if choice.is_real { Absent::Keep } else { Absent::Replace },
            action: (!choice.is_real).then(|| raw_action(&choice.action)),
        };
        let seed = mix(seed, plan.act.index() as u64, choice.j as u64 ^ u64::from(choice.logged) << 32);
        self.request(vec![intervention], seed, samples)
    }

    fn act(&self, act: ActId) -> &str {
        self.acts.get(&act).map_or("", String::as_str)
    }

    pub(super) fn source(&self, hello: Option<&Hello>, seed: u64) -> Source {
        Source {
            name: hello.map(|it| it.name.clone()).unwrap_or_default(),
            version: hello.map(|it| it.version.clone()).unwrap_or_default(),
            command: self.command.clone(),
            seed,
        }
    }

    fn about(&self, at: f64) -> About<'_> {
        About { episode: &self.episode, run: self.run.as_deref(), at }
    }

    pub(super) fn coalition_line(
        &self,
        plan: &CoalitionPlan,
        mask: usize,
        replayed: &Replayed,
        source: &Source,
        at: f64,
    ) -> String {
        let name = |it: AgentId| self.agents[it.index()].clone();
        let members: Vec<String> = plan.sides(mask).0.into_iter().map(name).collect();
        let group = (plan.group(), absent(plan.absence()).1);
        coalition_line(self.about(at), group, &members, replayed, source)
    }

    pub(super) fn alternative_line(
        &self,
        plan: &AlternativesPlan,
        (at, agent): (usize, AgentId),
        replayed: &Replayed,
        source: &Source,
        time: f64,
    ) -> String {
        let of = (self.act(plan.act), self.agents[agent.index()].as_str());
        alternative_line(self.about(time), plan, at, of, replayed, source)
    }
}

/// A seed of its own for each request (SplitMix64, Steele, Lea and Flood 2014), that a float of 53 bits can hold.
fn mix(seed: u64, what: u64, runs: u64) -> u64 {
    let mut state = seed;
    for part in [what, runs] {
        state = (state ^ part).wrapping_add(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        state ^= state >> 31;
    }
    state >> 11
}

/// Ids as the log writes them: of all agents, and of the acts with these shown ids. What is shown of most ids is the id.
fn logged_names(
    logs: &OpenedLogs,
    episode: &Episode,
    acts: &[String],
) -> (Vec<String>, FxHashMap<ActId, String>) {
    let mut agents: Vec<Option<String>> = vec![None; episode.agents.len()];
    let mut wanted = FxHashMap::default();
    for act in episode.act_ids() {
        let it = episode.act(act);
        let is_wanted = acts.contains(&it.id);
        let agent = &mut agents[it.agent.index()];
        if agent.is_some() && !is_wanted {
            continue;
        }
        let records = logs.store.records_at(it.origin).unwrap_or_default();
        let same = |record: &&Record| {
            record.agent().is_some_and(|name| crate::text::clean(name) == episode.agent(it.agent).name)
        };
        let record = records.iter().find(same);
        *agent = record.and_then(Record::agent).map(str::to_owned);
        if is_wanted {
            let logged = record.and_then(|it| it.id.clone()).filter(|id| crate::text::clean(id) == it.id);
            wanted.insert(act, logged.unwrap_or_else(|| it.id.clone()));
        }
    }
    let shown = |(logged, agent): (Option<String>, &crate::model::Agent)| {
        logged.unwrap_or_else(|| agent.name.clone())
    };
    (agents.into_iter().zip(&episode.agents).map(shown).collect(), wanted)
}

/// Actions of which the log holds the JSON, as the act and the candidates at it write them.
pub(super) fn actions(logs: &OpenedLogs, episode: &Episode, act: ActId) -> Actions {
    let table = episode.tables.iter().find(|it| it.act == act);
    let groups = episode.replays.iter().filter(|it| it.act == Some(act));
    let mut origins: Vec<Origin> = vec![episode.act(act).origin];
    origins.extend(table.into_iter().flat_map(|it| it.alternatives.iter().map(|it| it.origin)));
    origins.extend(groups.flat_map(|it| it.candidates.iter().map(|it| it.origin)));
    origins.dedup();
    let mut found = Vec::new();
    let mut add = |payload: &Option<Payload>| {
        found.extend(payload.as_ref().map(|it| (action_label(it.json()), it.clone())));
    };
    for record in origins.into_iter().flat_map(|it| logs.store.records_at(it).unwrap_or_default()) {
        match &record.body {
            Body::Action(it) => {
                add(&it.action);
                add(&it.default);
            }
            Body::Counterfactual(it) => it.candidates.iter().for_each(|it| add(&it.action)),
            _ => {}
        }
    }
    found
}

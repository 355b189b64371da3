//! Sample batches of RLlib's `JsonWriter` (`config.offline_data(output=...)` of the old API stack): JSON Lines in
//! files called `.json`, a batch a line.
//!
//! `MultiAgentBatch` holds a batch for each policy, `SampleBatch` is one. A batch is columns of equal length. What
//! becomes what:
//!
//! * `eps_id`: the episode; one may go on in later lines. Without it the line is one
//! * policy and `agent_index`: the agent (`pred_policy 0`), with its policy; `t`: the step
//! * actions: acts of the step, with `action_logp` and `vf_preds`; rewards: the agent's own, for its act
//! * advantages: declared credit of the acts, one record a line
//! * an episode ends when each of its agents is terminated or truncated
//! * other columns: fields of the acts. Observations are base64 of lz4 of a pickle, and stay unread
//!
//! The writer prints a NaN of numpy as the string `"null"`, and others bare: they are no rewards.

use std::collections::{BTreeMap, HashMap};

use super::{
    Format, Head, LineReader, Reader, Score, Sink,
    joint::{StepAct, Steps, act_id, agent, plain, single},
    json::{Fields, items, number, objects_of_line, payload, text},
    row::{POLICY, advantages},
};
use crate::{
    log::{Action, CreditItem, EpisodeEnd, EpisodeStart, Payload, Policy, Problem, RosterAgent},
    model::{Severity, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "rllib",
    title: "RLlib batches",
    about: "sample batches of RLlib's JSON writer, a batch a line: joint steps with each agent's own reward",
    score,
    reader: Reader::Lines(|start| Box::new(Batches { name: start.name.to_owned(), ..Batches::default() })),
};

fn score(head: &Head<'_>) -> Score {
    let is_batch = head.objects.iter().any(|it| {
        it.has("policy_batches")
            || matches!(it.text("type").as_deref(), Some("MultiAgentBatch" | "SampleBatch"))
            || it.has("eps_id") && it.has("actions")
    });
    Score::certain_if(is_batch)
}

/// Columns that have a place in the log, or that cannot be read.
const PLACED: [&str; 13] = [
    "actions",
    "rewards",
    "eps_id",
    "agent_index",
    "t",
    "terminateds",
    "truncateds",
    "dones",
    "action_logp",
    "vf_preds",
    "advantages",
    "obs",
    "new_obs",
];

/// Reads batches.
#[derive(Default)]
struct Batches {
    name: String,
    /// Episodes that have not ended.
    open: HashMap<String, Open>,
    /// Whether it was said that observations stay unread.
    told: bool,
}

struct Open {
    steps: Steps,
    /// For each agent whether it is terminated or truncated, and truncated.
    ended: BTreeMap<String, (bool, bool)>,
}

/// A row of a batch.
struct Sample<'a> {
    agent: String,
    policy: Option<String>,
    action: Option<&'a str>,
    reward: Option<f64>,
    advantage: Option<f64>,
    logp: Option<f64>,
    value: Option<f64>,
    terminated: bool,
    truncated: bool,
    extra: Vec<(String, Payload)>,
}

impl LineReader for Batches {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        objects_of_line(line, sink, |at, batch, sink| {
            let mut parts: Vec<(Option<String>, Fields<'_>)> = Vec::new();
            let policies = batch.object("policy_batches");
            parts.extend(policies.iter().map(|(policy, raw)| (Some(policy.to_owned()), Fields::of(raw))));
            let alone = if at == 0 { number.to_string() } else { format!("{number}.{at}") };
            let alone = format!("{}:{alone}", self.name);
            let mut samples = Samples::default();
            if parts.is_empty() {
                samples.gather(None, batch, &alone);
            }
            for (policy, columns) in &parts {
                samples.gather(policy.as_deref(), columns, &alone);
            }
            self.tell(&samples, sink);
            for (episode, steps) in samples.episodes {
                self.episode(&episode, steps, number, sink);
            }
        });
    }
}

/// The rows of a line.
#[derive(Default)]
struct Samples<'a> {
    /// In the order of the line; by step.
    episodes: Vec<(String, BTreeMap<i64, Vec<Sample<'a>>>)>,
    packed: bool,
    not_numbers: usize,
    rows: usize,
}

impl<'a> Samples<'a> {
    /// Adds the columns of one policy.
    fn gather(&mut self, policy: Option<&str>, columns: &Fields<'a>, alone: &str) {
        let lists: Vec<(&str, Vec<&'a str>)> = columns.iter().map(|(key, raw)| (key, items(raw))).collect();
        let column =
            |key: &str| lists.iter().find(|it| it.0 == key).map(|it| it.1.as_slice()).unwrap_or_default();
        let length =
            ["rewards", "actions", "t", "eps_id"].map(|it| column(it).len()).into_iter().max().unwrap_or(0);
        self.packed |= columns.raw("obs").is_some_and(|it| it.starts_with('"'));
        self.not_numbers += column("rewards").iter().filter(|it| number(it).is_none()).count();
        self.rows += length;
        let mut places: HashMap<(String, String), i64> = HashMap::new();
        for at in 0..length {
            let cell = |key: &str| column(key).get(at).copied().filter(|it| *it != "null");
            let flag =
                |keys: &[&str]| keys.iter().any(|it| cell(it).is_some_and(|it| number(it) == Some(1.0)));
            let index = cell("agent_index").map(text);
            let agent = match (policy, index) {
                (Some(policy), Some(index)) => format!("{policy} {index}"),
                (Some(policy), None) => policy.to_owned(),
                (None, Some(index)) => format!("agent {index}"),
                (None, None) => POLICY.to_owned(),
            };
            let episode = cell("eps_id").map_or_else(|| alone.to_owned(), text);
            let place = places.entry((episode.clone(), agent.clone())).or_default();
            let step = cell("t").and_then(super::json::integer).unwrap_or(*place);
            *place += 1;
            let is_other = |it: &&(&str, Vec<&str>)| !PLACED.contains(&it.0) && it.1.len() == length;
            let other = lists.iter().filter(is_other);
            let sample = Sample {
                policy: policy.map(str::to_owned),
                action: cell("actions"),
                reward: cell("rewards").and_then(number).map(single),
                advantage: cell("advantages").and_then(number),
                logp: cell("action_logp").and_then(number),
                value: cell("vf_preds").and_then(number),
                terminated: flag(&["terminateds", "dones"]),
                truncated: flag(&["truncateds"]),
                extra: other.filter_map(|it| Some((it.0.to_owned(), payload(it.1[at])?))).collect(),
                agent,
            };
            let of = match self.episodes.iter().rposition(|it| it.0 == episode) {
                Some(of) => of,
                None => {
                    self.episodes.push((episode, BTreeMap::new()));
                    self.episodes.len() - 1
                }
            };
            self.episodes[of].1.entry(step).or_default().push(sample);
        }
    }
}

impl Batches {
    fn tell(&mut self, samples: &Samples<'_>, sink: &mut dyn Sink) {
        if samples.rows == 0 {
            let message = "the batch has no column of `actions` or `rewards`";
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
        }
        if samples.not_numbers > 0 {
            let message = format!("{} rewards are no numbers: they are left out", samples.not_numbers);
            sink.problem(Problem::new(rule::NONFINITE_NUMBER, 0, message).milder(Severity::Note));
        }
        if samples.packed && !std::mem::replace(&mut self.told, true) {
            let message = "observations are packed (base64 of lz4 of a pickle): they stay unread";
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
        }
    }

    /// Hands on what a line says of one episode.
    fn episode(
        &mut self,
        name: &str,
        samples: BTreeMap<i64, Vec<Sample<'_>>>,
        line: u32,
        sink: &mut dyn Sink,
    ) {
        let open = self.open.entry(name.to_owned()).or_insert_with(|| {
            let steps = Steps::new(name.to_owned(), samples.keys().next() == Some(&0));
            steps.start(line, EpisodeStart { agents: roster(&samples), ..EpisodeStart::default() }, sink);
            Open { steps, ended: BTreeMap::new() }
        });
        let mut credit = Vec::new();
        for (step, samples) in samples {
            let mut acts = Vec::new();
            let mut rewards = Vec::new();
            for it in samples {
                let id = act_id(&it.agent, step);
                rewards.extend(it.reward.map(|value| (it.agent.clone(), value, id.clone())));
                open.ended.insert(it.agent.clone(), (it.terminated || it.truncated, it.truncated));
                if let Some(value) = it.advantage {
                    let item = CreditItem { of: Some(id), value: Some(value), ..CreditItem::default() };
                    credit.push(item);
                }
                acts.push(act(it, line));
            }
            open.steps.acts(step, acts, sink);
            for (agent, value, id) in rewards {
                open.steps.reward((line, step), Some(&agent), value, vec![id], sink);
            }
        }
        if !credit.is_empty() {
            open.steps.credit(line, format!("advantages of line {line}"), advantages(credit), sink);
        }
        if open.ended.values().all(|it| it.0) {
            let cut = open.ended.values().all(|it| it.1);
            let end = EpisodeEnd { status: cut.then(|| "truncated".to_owned()), ..EpisodeEnd::default() };
            open.steps.end(line, end, sink);
            self.open.remove(name);
        }
    }
}

fn act(it: Sample<'_>, line: u32) -> StepAct {
    let policy = Policy { id: it.policy, logp: it.logp, value: it.value, ..Policy::default() };
    let action = Action {
        policy: (policy != Policy::default()).then_some(policy),
        ..it.action.map(plain).unwrap_or_default()
    };
    StepAct { line, agent: it.agent, action, extra: it.extra }
}

fn roster(samples: &BTreeMap<i64, Vec<Sample<'_>>>) -> Vec<RosterAgent> {
    let mut agents: Vec<RosterAgent> = Vec::new();
    for it in samples.values().flatten() {
        if agents.iter().all(|known| known.id != it.agent) {
            agents.push(RosterAgent { policy: it.policy.clone(), ..agent(&it.agent) });
        }
    }
    agents
}

#[cfg(test)]
mod tests;

//! Returns as the records that a logger would have written, so that nothing else need know where they come from.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{AlternativesPlan, Replayed};
use crate::log::Payload;

/// Where returns come from: kept in the record as `replayer`.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// What the replayer calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The command line that was run.
    pub command: String,
    /// The seed of the request.
    pub seed: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind_of_record: &'static str,
    episode: &'a str,
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a str>,
    kind: &'static str,
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absence: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coalitions: Vec<CoalitionJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<CandidateJson<'a>>,
    replayer: &'a Source,
}

#[derive(Serialize)]
struct CoalitionJson<'a> {
    agents: &'a [String],
    returns: &'a [f64],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rewards: Vec<OwnJson<'a>>,
}

#[derive(Serialize)]
struct OwnJson<'a> {
    agent: &'a str,
    returns: Vec<f64>,
}

#[derive(Serialize)]
struct CandidateJson<'a> {
    j: i64,
    action: &'a RawValue,
    returns: &'a [f64],
    real: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    next: &'a [String],
}

/// The episode, as logged, and the time in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Its id.
    pub episode: &'a str,
    /// Its run.
    pub run: Option<&'a str>,
    /// When the runs were made.
    pub at: f64,
}

fn line<'a>(about: About<'a>, kind: &'static str, group: &'a str, replayer: &'a Source) -> Line<'a> {
    Line {
        kind_of_record: "counterfactual",
        episode: about.episode,
        ts: about.at,
        run: about.run,
        kind,
        group,
        of: None,
        agent: None,
        absence: None,
        coalitions: Vec::new(),
        candidates: Vec::new(),
        replayer,
    }
}

fn text(line: &Line<'_>) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

/// The record of runs of one coalition.
pub fn coalition_line(
    about: About<'_>,
    (group, absence): (&str, &str),
    members: &[String],
    replayed: &Replayed,
    source: &Source,
) -> String {
    let mut agents: Vec<&str> =
        replayed.rewards.iter().flat_map(|it| it.keys().map(String::as_str)).collect();
    agents.sort_unstable();
    agents.dedup();
    // Own rewards count only where every run tells them.
    agents.retain(|agent| replayed.rewards.iter().all(|it| it.contains_key(*agent)));
    let own = |agent: &str| replayed.rewards.iter().filter_map(|it| it.get(agent).copied()).collect();
    let rewards = agents.into_iter().map(|agent| OwnJson { agent, returns: own(agent) }).collect();
    let coalition = CoalitionJson { agents: members, returns: &replayed.returns, rewards };
    let line = Line {
        absence: Some(absence),
        coalitions: vec![coalition],
        ..line(about, "coalition", group, source)
    };
    text(&line)
}

/// The record of runs of one choice of a plan; `of` and `agent` as logged.
pub fn alternative_line(
    about: About<'_>,
    plan: &AlternativesPlan,
    at: usize,
    (of, agent): (&str, &str),
    replayed: &Replayed,
    source: &Source,
) -> String {
    let choice = &plan.choices[at];
    let action = raw_action(&choice.action);
    let candidate = CandidateJson {
        j: choice.j,
        action: &action,
        returns: &replayed.returns,
        real: choice.is_real,
        next: &replayed.next,
    };
    let line = Line {
        of: Some(of),
        agent: Some(agent),
        candidates: vec![candidate],
        ..line(about, "replay", &plan.group, source)
    };
    text(&line)
}

/// The action as JSON that is written as it is.
pub fn raw_action(action: &Payload) -> Box<RawValue> {
    let null = || RawValue::NULL.to_owned();
    RawValue::from_string(action.json().to_owned()).unwrap_or_else(|_| null())
}

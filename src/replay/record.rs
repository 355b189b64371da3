//! Returns as the records that a logger would have written, so that nothing else need know where they come from.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{AlternativesPlan, Replayed};
use crate::log::Payload;

/// Where returns come from: kept in the record as `replayer`.
#[derive(Clone, Debug, Default, Serialize)]
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
    /// What each agent earned for itself, by run.
    #[serde(skip_serializing_if = "<[BTreeMap<String, f64>]>::is_empty")]
    rewards: &'a [BTreeMap<String, f64>],
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
    let coalition = CoalitionJson { agents: members, returns: &replayed.returns, rewards: &replayed.rewards };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Body, parse_line};

    #[test]
    fn own_rewards_are_written_as_logs_write_them() {
        let run = |a: f64| BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), -a)]);
        let replayed =
            Replayed { returns: vec![1.0, 2.0], rewards: vec![run(0.5), run(1.5)], next: Vec::new() };
        let about = About { episode: "e", run: Some("r"), at: 1.5 };
        let line = coalition_line(about, ("g", "null"), &["a".to_owned()], &replayed, &Source::default());
        let read = parse_line(line.as_bytes());
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let Body::Counterfactual(it) = &read.records[0].0.body else { panic!("{line}") };
        let coalition = it.coalitions.iter().next().unwrap();
        assert_eq!((coalition.returns, coalition.rewards.len()), (&[1.0, 2.0][..], 2));
        assert_eq!(
            (coalition.rewards[1].agent.as_str(), &coalition.rewards[1].returns),
            ("b", &vec![-0.5, -1.5])
        );
    }
}

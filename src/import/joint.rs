//! Steps in which agents act at once, on their way to native records.
//!
//! An environment gives every agent an observation of what all of them did in the step before, so the acts of one
//! step come from all acts of the step before. Where more than [`MOST_PARENTS`] agents act in a step, that is left to
//! the order of acts.

use std::collections::HashSet;

use super::{
    format::Sink,
    json::{kept, payload},
};
use crate::log::{
    Action, Body, Credit, EpisodeEnd, EpisodeStart, Payload, Record, Reward, RosterAgent, State,
};

/// So many acts of the step before are named as parents of each act.
const MOST_PARENTS: usize = 16;

/// Writes the records of one episode, step by step.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    episode: String,
    /// Acts of the last step in which anybody acted; `None`: it is not known what came before.
    before: Option<Vec<String>>,
}

/// What one agent does in a step.
#[derive(Clone, Debug, Default)]
pub(super) struct StepAct {
    pub(super) line: u32,
    pub(super) agent: String,
    /// Everything but its agent and parents.
    pub(super) action: Action,
    pub(super) extra: Vec<(String, Payload)>,
}

impl Steps {
    /// An episode of which the first step comes next, if `from_start`.
    pub(super) fn new(episode: String, from_start: bool) -> Self {
        Self { episode, before: from_start.then(Vec::new) }
    }

    /// Hands on what is known of the episode.
    pub(super) fn start(&self, line: u32, start: EpisodeStart, sink: &mut dyn Sink) {
        self.push(line, None, None, Body::EpisodeStart(start), Vec::new(), sink);
    }

    /// Hands on the state of the environment before step `step`.
    pub(super) fn state(&self, line: u32, step: i64, state: Payload, sink: &mut dyn Sink) {
        let after = self.before.clone().unwrap_or_default();
        let state = State { scope: "env".to_owned(), state: Some(state), delta: None, after };
        self.push(line, None, Some(step), Body::State(state), Vec::new(), sink);
    }

    /// Hands on what agents do in step `step`.
    pub(super) fn acts(&mut self, step: i64, acts: Vec<StepAct>, sink: &mut dyn Sink) {
        if acts.is_empty() {
            return;
        }
        let parents = self.before.take().filter(|it| it.len() <= MOST_PARENTS);
        let ids: Vec<String> = acts.iter().map(|it| act_id(&it.agent, step)).collect();
        for (StepAct { line, agent, action, extra }, id) in acts.into_iter().zip(&ids) {
            let action = Action { agent, parents: parents.clone(), ..action };
            self.push(line, Some(id.clone()), Some(step), Body::Action(Box::new(action)), extra, sink);
        }
        self.before = Some(ids);
    }

    /// Hands on a reward, of `agent` or of the team, for the acts `of`.
    pub(super) fn reward(
        &self,
        (line, step): (u32, i64),
        agent: Option<&str>,
        value: f64,
        of: Vec<String>,
        sink: &mut dyn Sink,
    ) {
        let agent = agent.map(str::to_owned);
        let source = Some("environment".to_owned());
        let reward = Reward { value: Some(value), agent, source, of, ..Reward::default() };
        self.push(line, None, Some(step), Body::Reward(reward), Vec::new(), sink);
    }

    /// Hands on credit that the trainer gave.
    pub(super) fn credit(&self, line: u32, id: String, credit: Credit, sink: &mut dyn Sink) {
        self.push(line, Some(id), None, Body::Credit(credit), Vec::new(), sink);
    }

    /// Hands on how the episode ended.
    pub(super) fn end(&self, line: u32, end: EpisodeEnd, sink: &mut dyn Sink) {
        self.push(line, None, None, Body::EpisodeEnd(end), Vec::new(), sink);
    }

    /// The acts of the last step in which anybody acted.
    pub(super) fn last_acts(&self) -> Vec<String> {
        self.before.clone().unwrap_or_default()
    }

    fn push(
        &self,
        line: u32,
        id: Option<String>,
        step: Option<i64>,
        body: Body,
        extra: Vec<(String, Payload)>,
        sink: &mut dyn Sink,
    ) {
        let record =
            Record { episode: Some(self.episode.clone()), id, step, extra: kept(extra), ..Record::new(body) };
        sink.record(line, &record);
    }
}

/// The id of what `agent` does in step `step`.
pub(super) fn act_id(agent: &str, step: i64) -> String {
    format!("{agent}@{step}")
}

/// An entry of the roster that is only known by its id.
pub(super) fn agent(id: &str) -> RosterAgent {
    RosterAgent { id: id.to_owned(), ..RosterAgent::default() }
}

/// Names of agents, each once: a name that was there before gets its place behind it.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let of = |(at, name): (usize, String)| {
        let name =
            if name.trim().is_empty() || !seen.insert(name.clone()) { format!("{name} #{at}") } else { name };
        seen.insert(name.clone());
        name
    };
    names.into_iter().enumerate().map(of).collect()
}

/// The action that a JSON text says.
pub(super) fn plain(raw: &str) -> Action {
    Action { action: payload(raw), ..Action::default() }
}

/// A number that was written as a 32-bit float and printed with the digits of a 64-bit one, as
/// -0.10000000149011612: the shortest number that is the same float, -0.1. Others stay.
pub(super) fn single(value: f64) -> f64 {
    let narrow = value as f32;
    if f64::from(narrow) == value { narrow.to_string().parse().unwrap_or(value) } else { value }
}

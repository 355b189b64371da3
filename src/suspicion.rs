//! Who may be to blame for a failure of which nothing was measured: an estimate from what the acts say.
//!
//! ```text
//! payloads, while an episode is read -> clues::read -> model::Clues      five expressions over each text, once
//! Clues -> signals (22 an act) -> weights of a fitted table -> P(act is the decisive error), P(agent), evidence
//! ```
//!
//! P of an act is the softmax over all acts of the sum of weight times signal (a conditional logit); P of an agent is
//! the sum over its acts. The table was fitted on failures that a person has annotated; it and what it was fitted on
//! stand in `assets/suspicion.json`. Knows no file and no screen, names no tool, and calls nothing a fact.

mod clues;
mod entered;
mod evidence;
mod fitted;
mod roles;
mod sieve;
mod signals;
mod solve;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod window;
mod xray;

pub use clues::{Words, read};
pub use entered::{Entered, entered};
pub use evidence::Evidence;
pub use fitted::{FOLDS, Failure, Figures, Right, cross_validated, fit_all, named_weights};
pub use solve::Fit;
pub use table::{Apart, TABLE, Table, Weights, Yardstick};
pub use xray::{Dropped, Entry, Mark, Traced, Xray, answer_of, xray};

use crate::model::{ActId, AgentId, Clues, Episode};
use roles::{Actor, actor};
use signals::{COUNT, Signals};

/// Acts of the longest episode of which an estimate is made; the longest that the table was fitted on has 130.
const LONGEST: usize = 20_000;
/// Characters of an act on average below which there is no text to read.
const TEXT: f64 = 40.0;
/// Acts that are named one by one.
const TOP: usize = 3;

/// Which act of a failed episode may be the decisive error, and whose.
#[derive(Clone, Debug, PartialEq)]
pub struct TextEstimate {
    /// P of every act; they add up to 1.
    pub acts: Vec<f64>,
    /// Agents that may be named, and their P, the most suspect first. What tools and persons have is missing to 1.
    pub agents: Vec<(AgentId, f64)>,
    /// The acts to look at first, at most three, the most suspect first; none of a tool.
    pub top: Vec<ActId>,
    /// The first and the last act of the shortest run that holds the act as often as [`Weights::window`] says.
    pub window: (ActId, ActId),
    /// Whether a lead thinks to itself or tells others what to do.
    pub has_lead: bool,
    /// How far the episode is from those that the table was fitted on; 1 is as far as one in twenty of them.
    pub distance: f64,
    signals: Signals,
    weights: [f64; COUNT],
    /// The mean of each signal over the acts of agents that decide.
    mean: [f64; COUNT],
}

/// Whether an estimate may be asked for: the episode has ended and failed, and no measurement, model or trainer says
/// anything of it.
pub fn is_wanted(episode: &Episode) -> bool {
    let is_known = !episode.replays.is_empty()
        || !episode.coalitions.is_empty()
        || !episode.tables.is_empty()
        || !episode.declared.is_empty();
    episode.outcome.is_some() && episode.failed() && !is_known && (2..=LONGEST).contains(&episode.acts.len())
}

/// The estimate; `None` without clues, without text, or where nobody can be named.
pub fn estimate(episode: &Episode) -> Option<TextEstimate> {
    let clues = episode.clues.as_deref()?;
    let said = clues.rows.iter().filter(|it| !it.is_result);
    let (chars, count) = said.fold((0.0, 0.0), |sum, it| (sum.0 + f64::from(it.chars), sum.1 + 1.0));
    if chars < TEXT * count {
        return None;
    }
    let signals = Signals::of(episode, clues);
    let table = if signals.has_lead { &TABLE.lead } else { &TABLE.chat };
    let weights = table.by_signal();
    let score = |row: &[f64; COUNT]| row.iter().zip(&weights).map(|it| it.0 * it.1).sum::<f64>();
    let rows = softmax(&signals.rows.iter().map(score).collect::<Vec<f64>>());
    let mut acts = vec![0.0; episode.acts.len()];
    clues.rows.iter().zip(&rows).for_each(|(row, p)| acts[row.act.index()] += p);
    let agents = by_agent(episode, &acts);
    if agents.is_empty() {
        return None;
    }
    let run = window::shortest(&rows, table.window_mass);
    let act_of = |row: usize| clues.rows.get(row).map_or(ActId::default(), |it| it.act);
    Some(TextEstimate {
        top: top(episode, clues, &acts),
        window: (act_of(run.start), act_of(run.end.saturating_sub(1))),
        has_lead: signals.has_lead,
        distance: table.distance(&signals.rows) / table.limit,
        mean: signals.mean_of_agents(),
        acts,
        agents,
        signals,
        weights,
    })
}

impl TextEstimate {
    /// P of an act.
    pub fn act(&self, act: ActId) -> f64 {
        self.acts.get(act.index()).copied().unwrap_or(0.0)
    }

    /// The most suspect agent and its P.
    pub fn first(&self) -> (AgentId, f64) {
        self.agents.first().copied().unwrap_or_default()
    }

    /// The most suspect act of the most suspect agent.
    pub fn first_act(&self, episode: &Episode) -> Option<ActId> {
        let own = episode.act_ids().filter(|it| episode.act(*it).agent == self.first().0);
        own.rev().max_by(|a, b| self.act(*a).total_cmp(&self.act(*b)))
    }

    /// Whether the episode is further from those that the table was fitted on than nineteen in twenty of them.
    pub fn is_unlike(&self) -> bool {
        self.distance > 1.0
    }

    /// The part of the table that was asked.
    pub fn table(&self) -> &'static Weights {
        if self.has_lead { &TABLE.lead } else { &TABLE.chat }
    }
}

fn softmax(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|it| (it - most).exp()).collect();
    let sum: f64 = odds.iter().sum();
    odds.iter().map(|it| it / sum).collect()
}

/// The agents that decide and their sums, the largest first.
fn by_agent(episode: &Episode, acts: &[f64]) -> Vec<(AgentId, f64)> {
    let mut sums = vec![0.0; episode.agents.len()];
    let mut acted = vec![false; episode.agents.len()];
    for (act, p) in episode.acts.iter().zip(acts) {
        sums[act.agent.index()] += p;
        acted[act.agent.index()] = true;
    }
    let may_be_named = |it: &AgentId| acted[it.index()] && actor(episode.agent(*it)) == Actor::Agent;
    let mut agents: Vec<(AgentId, f64)> =
        episode.agent_ids().filter(may_be_named).map(|it| (it, sums[it.index()])).collect();
    agents.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    agents
}

fn top(episode: &Episode, clues: &Clues, acts: &[f64]) -> Vec<ActId> {
    let is_deed = |it: &ActId| actor(episode.agent(episode.act(*it).agent)) == Actor::Agent;
    let mut all: Vec<ActId> =
        clues.rows.iter().filter(|it| !it.is_result).map(|it| it.act).filter(is_deed).collect();
    all.sort_by(|a, b| acts[b.index()].total_cmp(&acts[a.index()]).then(a.cmp(b)));
    all.truncate(TOP);
    all
}

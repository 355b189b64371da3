//! What a film keeps of an episode.

use crate::{
    compare::{RunEpisode, best_credits, declared_divides, divides},
    model::{ActKind, Episode, Scenario, Status},
};

/// One episode of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// Its place in the list of episodes.
    pub at: usize,
    /// Its name; display-safe.
    pub name: Box<str>,
    /// R; `None`: it is not known, or the episode broke off.
    pub reward: Option<f64>,
    /// Credit of agents, as logged or else by the method.
    pub credit: Vec<(Box<str>, f64)>,
    /// R less the sum of these, where the method's sum is to be R.
    pub residual: Option<f64>,
    /// Whether it failed.
    pub failed: bool,
    /// Why it ended, or else how.
    pub ending: Box<str>,
    /// Acts of each agent of the roster.
    pub acts: Vec<(Box<str>, u32)>,
    /// Acts in which something went wrong.
    pub errors: u32,
    /// Whether it takes no part: it broke off or has not ended.
    pub left_out: bool,
}

impl Point {
    /// Of the episode at this place. Credit is what `method` gives; without a method what the log declares in units of
    /// the reward, else what it supports best; the shape of a trace alone is no credit. A status is no R.
    pub fn of(episode: &Episode, at: usize, method: Option<&Scenario>) -> Self {
        let facts = RunEpisode::by_one(episode, method);
        let left_out = facts.left_out.is_some();
        let logged = || Some((RunEpisode::logged_credit(episode)?, declared_divides(episode)));
        let credit = match method {
            _ if left_out => None,
            Some(by) => facts.by.into_iter().next().flatten().map(|it| (it, divides(&by.method))),
            None => logged().or_else(|| best_credits(episode)),
        };
        let (credit, divides) = credit.unwrap_or_default();
        let reward = episode.logged_reward().map(|it| it.value).filter(|_| !left_out);
        let total = crate::stats::sum(credit.iter().map(|it| it.1));
        let end = episode.outcome.as_ref();
        let ending = end.and_then(|it| it.reason.as_deref().or(it.status.as_ref().map(Status::word)));
        Self {
            at,
            name: episode.name.as_str().into(),
            residual: reward.filter(|_| divides && !credit.is_empty()).map(|it| it - total),
            reward,
            credit: credit.into_iter().map(|(name, it)| (name.into(), it)).collect(),
            failed: episode.failed(),
            ending: ending.unwrap_or("").into(),
            acts: acts(episode),
            errors: episode.acts.iter().filter(|it| it.has_error()).count() as u32,
            left_out,
        }
    }

    /// The credit of an agent.
    pub fn of_agent(&self, name: &str) -> Option<f64> {
        self.credit.iter().find(|it| &*it.0 == name).map(|it| it.1)
    }

    /// Who has the least credit, if one alone has it.
    pub fn least(&self) -> Option<(&str, f64)> {
        let lowest = self.credit.iter().map(|it| it.1).fold(f64::INFINITY, f64::min);
        let mut lowest_of = self.credit.iter().filter(|it| it.1 <= lowest + 1e-9);
        match (lowest_of.next(), lowest_of.next()) {
            (Some(one), None) => Some((&*one.0, one.1)),
            _ => None,
        }
    }
}

/// How many acts each agent has, messages apart.
fn acts(episode: &Episode) -> Vec<(Box<str>, u32)> {
    let mut counts = vec![0; episode.agents.len()];
    for act in episode.acts.iter().filter(|it| it.kind == ActKind::Action) {
        counts[act.agent.index()] += 1;
    }
    episode.agents.iter().map(|it| it.name.as_str().into()).zip(counts).collect()
}

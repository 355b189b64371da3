//! What a film keeps of an episode: a few numbers, and a share in what many episodes of a run have in common.

use std::sync::Arc;

use crate::{
    compare::{RunEpisode, best_credits, declared_divides, divides},
    model::{ActKind, Episode, Scenario, Status},
    stats::sum,
};

/// What is to be kept of an episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Its place in the list of episodes.
    pub at: usize,
    /// Its name; display-safe.
    pub name: String,
    /// R; `None`: it is not known, or the episode broke off.
    pub reward: Option<f64>,
    /// Credit of agents, as logged or else by the method.
    pub credit: Vec<(String, f64)>,
    /// Whether the sum of these is to be R.
    pub divides: bool,
    /// Whether it failed.
    pub failed: bool,
    /// Why it ended, or else how.
    pub ending: String,
    /// Acts of each agent of the roster.
    pub acts: Vec<(String, u32)>,
    /// Acts in which something went wrong.
    pub errors: u32,
    /// Whether it takes no part: it broke off or has not ended.
    pub left_out: bool,
}

/// One episode of a run. A run has many: what they have in common is kept once, see [`Sharing`].
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// There are fewer than 2^32 episodes.
    at: u32,
    errors: u32,
    name: Arc<str>,
    /// 0 where it is not known.
    reward: f64,
    common: Arc<Common>,
    /// The credit of each agent that has some, then the acts of each of the roster, as bytes: 12 for an agent.
    numbers: Box<[u8]>,
}

/// What many episodes of a run have in common.
#[derive(Clone, Debug, Default, PartialEq)]
struct Common {
    ending: Box<str>,
    team: Arc<Team>,
    has_reward: bool,
    divides: bool,
    failed: bool,
    left_out: bool,
}

/// Names of agents: of those that have credit, and of the roster.
#[derive(Clone, Debug, Default, PartialEq)]
struct Team {
    credited: Box<[Box<str>]>,
    roster: Box<[Box<str>]>,
}

impl From<Facts> for Point {
    fn from(facts: Facts) -> Self {
        let credits = facts.credit.iter().flat_map(|it| it.1.to_ne_bytes());
        let acts = facts.acts.iter().flat_map(|it| it.1.to_ne_bytes());
        let numbers = credits.chain(acts).collect();
        let team = Team {
            credited: facts.credit.into_iter().map(|it| it.0.into()).collect(),
            roster: facts.acts.into_iter().map(|it| it.0.into()).collect(),
        };
        Self {
            at: facts.at as u32,
            errors: facts.errors,
            name: facts.name.into(),
            reward: facts.reward.unwrap_or(0.0),
            common: Arc::new(Common {
                team: Arc::new(team),
                ending: facts.ending.into(),
                has_reward: facts.reward.is_some(),
                divides: facts.divides,
                failed: facts.failed,
                left_out: facts.left_out,
            }),
            numbers,
        }
    }
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
        let end = episode.outcome.as_ref();
        let ending = end.and_then(|it| it.reason.as_deref().or(it.status.as_ref().map(Status::word)));
        Facts {
            at,
            name: episode.name.clone(),
            reward: episode.logged_reward().map(|it| it.value).filter(|_| !left_out),
            credit,
            divides,
            failed: episode.failed(),
            ending: ending.unwrap_or("").to_owned(),
            acts: acts(episode),
            errors: episode.acts.iter().filter(|it| it.has_error()).count() as u32,
            left_out,
        }
        .into()
    }

    /// The same at another place.
    pub fn placed(self, at: usize) -> Self {
        Self { at: at as u32, ..self }
    }

    /// Its place in the list of episodes.
    pub fn at(&self) -> usize {
        self.at as usize
    }

    /// Its name; display-safe.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// R; `None`: it is not known, or the episode broke off.
    pub fn reward(&self) -> Option<f64> {
        self.common.has_reward.then_some(self.reward)
    }

    /// Credit of agents, as logged or else by the method.
    pub fn credit(&self) -> impl Iterator<Item = (&str, f64)> + Clone {
        let credited = &self.common.team.credited;
        let numbers = self.numbers.as_chunks::<8>().0.iter().map(|it| f64::from_ne_bytes(*it));
        credited.iter().map(|it| &**it).zip(numbers)
    }

    /// R less the sum of these, where the method's sum is to be R.
    pub fn residual(&self) -> Option<f64> {
        let is_known = self.common.divides && !self.common.team.credited.is_empty();
        self.reward().filter(|_| is_known).map(|it| it - sum(self.credit().map(|it| it.1)))
    }

    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.common.failed
    }

    /// Why it ended, or else how.
    pub fn ending(&self) -> &str {
        &self.common.ending
    }

    /// Acts of each agent of the roster.
    pub fn acts(&self) -> impl Iterator<Item = (&str, u32)> {
        let Team { credited, roster } = &*self.common.team;
        let numbers = self.numbers.get(8 * credited.len()..).unwrap_or_default();
        let numbers = numbers.as_chunks::<4>().0.iter().map(|it| u32::from_ne_bytes(*it));
        roster.iter().map(|it| &**it).zip(numbers)
    }

    /// Acts in which something went wrong.
    pub fn errors(&self) -> u32 {
        self.errors
    }

    /// Whether it takes no part: it broke off or has not ended.
    pub fn left_out(&self) -> bool {
        self.common.left_out
    }

    /// The credit of an agent.
    pub fn of_agent(&self, name: &str) -> Option<f64> {
        self.credit().find(|it| it.0 == name).map(|it| it.1)
    }

    /// Who has the least credit, if one alone has it.
    pub fn least(&self) -> Option<(&str, f64)> {
        let lowest = self.credit().map(|it| it.1).fold(f64::INFINITY, f64::min);
        let mut lowest_of = self.credit().filter(|it| it.1 <= lowest + 1e-9);
        match (lowest_of.next(), lowest_of.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    }
}

/// How many acts each agent has, messages apart.
fn acts(episode: &Episode) -> Vec<(String, u32)> {
    let mut counts = vec![0; episode.agents.len()];
    for act in episode.acts.iter().filter(|it| it.kind == ActKind::Action) {
        counts[act.agent.index()] += 1;
    }
    episode.agents.iter().map(|it| it.name.clone()).zip(counts).collect()
}

/// So many different ones are remembered: of texts that no two episodes share, all would be too many.
const REMEMBERED: usize = 64;

/// What the points of a run have in common, as far as it has come up of late.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    teams: Vec<Arc<Team>>,
    commons: Vec<Arc<Common>>,
}

impl Sharing {
    /// Has a point share what was there before, and the name that the list has for it.
    pub fn share(&mut self, point: &mut Point, name: &Arc<str>) {
        let known = self.commons.iter().find(|it| **it == point.common).cloned();
        point.common = known.unwrap_or_else(|| {
            let team = remembered(&mut self.teams, &point.common.team);
            remembered(&mut self.commons, &Arc::new(Common { team, ..Common::clone(&point.common) }))
        });
        if *point.name == **name {
            point.name = Arc::clone(name);
        }
    }
}

/// The same one that came before, or else this one.
fn remembered<T: PartialEq>(known: &mut Vec<Arc<T>>, new: &Arc<T>) -> Arc<T> {
    if let Some(it) = known.iter().find(|it| **it == *new) {
        return Arc::clone(it);
    }
    if known.len() == REMEMBERED {
        known.remove(0);
    }
    known.push(Arc::clone(new));
    Arc::clone(new)
}

#[cfg(test)]
impl Point {
    /// Bytes of memory that are its own, as an allocator with heads of 8 bytes and steps of 16 gives them.
    pub(crate) fn own_bytes(&self, list: &[Arc<str>]) -> usize {
        let taken = |bytes: usize| (bytes + 8).next_multiple_of(16).max(32);
        let counts = 2 * size_of::<usize>();
        let is_own = |it: &Arc<Common>| Arc::strong_count(it) == 1;
        let common = match &self.common {
            it if is_own(it) => taken(counts + size_of::<Common>()) + taken(it.ending.len()),
            _ => 0,
        };
        let has_name_of_list = list.iter().any(|it| Arc::ptr_eq(it, &self.name));
        let name = if has_name_of_list { 0 } else { taken(counts + self.name.len()) };
        taken(counts + size_of::<Self>()) + taken(self.numbers.len()) + common + name
    }
}

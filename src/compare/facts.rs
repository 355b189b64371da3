//! What of an episode a comparison of two runs needs: so little that runs of thousands of episodes fit.

use crate::{
    credit::{Method, best_scenario, compute, method, methods},
    model::{Attribution, DeclaredCredit, Episode, Provenance, Scenario, Status},
};

/// Credit of agents by name.
pub type Credits = Vec<(String, f64)>;

/// Why an episode is in no pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It broke off.
    Aborted,
    /// It has not ended.
    Open,
    /// It has neither a reward nor a status that tells how it went.
    NoReward,
}

impl LeftOut {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            LeftOut::Aborted => "aborted",
            LeftOut::Open => "still open",
            LeftOut::NoReward => "without reward",
        }
    }
}

/// An episode of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunEpisode {
    /// Its name; display-safe.
    pub name: String,
    /// Its task, or without one its group.
    pub task: Option<String>,
    /// Its seed.
    pub seed: Option<String>,
    /// R, if it is logged: a status is none.
    pub reward: Option<f64>,
    /// Whether it failed.
    pub failed: bool,
    /// Why it is in no pair.
    pub left_out: Option<LeftOut>,
    /// Credit as the log declares it, if it does in units of the reward.
    pub logged: Option<Credits>,
    /// Credit by the two methods that were asked for.
    pub by: [Option<Credits>; 2],
}

impl RunEpisode {
    /// Of an episode, by two methods; where both are the same, the second is not computed again.
    pub fn of(episode: &Episode, methods: &[Scenario; 2]) -> Self {
        let facts = Self::by_one(episode, Some(&methods[0]));
        let second = match facts.left_out {
            None if methods[0] != methods[1] => credits(episode, &methods[1]),
            _ => facts.by[0].clone(),
        };
        let [first, _] = facts.by;
        Self { logged: Self::logged_credit(episode), by: [first, second], ..facts }
    }

    /// Of an episode, by one method, or none.
    pub fn by_one(episode: &Episode, method: Option<&Scenario>) -> Self {
        let left_out = match &episode.outcome {
            None => Some(LeftOut::Open),
            Some(end) if end.status == Some(Status::Aborted) => Some(LeftOut::Aborted),
            Some(_) if episode.reward().is_none() => Some(LeftOut::NoReward),
            Some(_) => None,
        };
        Self {
            name: episode.name.clone(),
            task: episode.task.clone().or_else(|| episode.group.clone()),
            seed: episode.seed.clone(),
            reward: episode.logged_reward().map(|it| it.value),
            failed: episode.failed(),
            left_out,
            logged: None,
            by: [method.filter(|_| left_out.is_none()).and_then(|it| credits(episode, it)), None],
        }
    }

    /// The credit that the log declares in units of the reward, by agent.
    pub fn logged_credit(episode: &Episode) -> Option<Credits> {
        declared(episode).and_then(|it| logged(episode, it))
    }

    /// The credit of an agent as it is logged, or else by the method of its own side.
    pub(super) fn as_logged(&self, side: usize) -> Option<&Credits> {
        self.logged.as_ref().or(self.by[side].as_ref())
    }
}

/// Credit by a method; `None`: not all agents have a number.
fn credits(episode: &Episode, scenario: &Scenario) -> Option<Credits> {
    by_agent(episode, &compute(episode, scenario).ok()?)
}

fn by_agent(episode: &Episode, credit: &Attribution) -> Option<Credits> {
    let number = |it: &crate::model::AgentCredit| Some((name(episode, it.agent), it.value.number()?.value));
    credit.agents.iter().map(number).collect()
}

fn name(episode: &Episode, agent: crate::model::AgentId) -> String {
    episode.agent(agent).name.clone()
}

/// The declared credit that divides the reward.
fn declared(episode: &Episode) -> Option<&DeclaredCredit> {
    let is_of_reward = |it: &&DeclaredCredit| matches!(it.units.as_deref(), None | Some("reward"));
    episode.declared.iter().find(is_of_reward)
}

/// Its numbers by agent: those of agents if there are any, else those of their acts, summed.
fn logged(episode: &Episode, declared: &DeclaredCredit) -> Option<Credits> {
    let of_agents = declared.items.iter().any(|it| it.act.is_none());
    let mut credits: Credits = Vec::new();
    for item in declared.items.iter().filter(|it| it.act.is_none() == of_agents) {
        // Who never acted may be in no roster, and has its credit all the same.
        let name = item.agent.map(|it| name(episode, it)).or_else(|| item.unknown.clone())?;
        match credits.iter_mut().find(|it| it.0 == name) {
            Some(known) => known.1 += item.value?,
            None => credits.push((name, item.value?)),
        }
    }
    (!credits.is_empty()).then_some(credits)
}

/// The method that an episode's declared credit is called by, if its log lets that be computed; else the best that the
/// log supports, if that is more than the shape of the trace.
pub fn method_of(episode: &Episode) -> Option<Scenario> {
    unasked(episode).map(|it| it.0)
}

/// Credit by the method that [`method_of`] says, and whether its sum is to be R.
pub fn best_credits(episode: &Episode) -> Option<(Credits, bool)> {
    let (scenario, credit) = unasked(episode)?;
    Some((by_agent(episode, &credit)?, divides(&scenario.method)))
}

/// Whether a method's credits add up to what is divided; of a name that nobody knows that is to be seen.
pub fn divides(name: &str) -> bool {
    method_called(name).is_none_or(|it| it.0.efficient)
}

/// Whether the sum of the credit that the log declares is to be R.
pub fn declared_divides(episode: &Episode) -> bool {
    declared(episode).is_none_or(|it| divides(&it.algorithm))
}

/// The method of this name, or by a name that logs use for it, with the baseline that it means.
fn method_called(name: &str) -> Option<(&'static Method, Option<&'static str>)> {
    let name = name.to_ascii_lowercase();
    let plain = name.replace('-', "_");
    let of = |it: &'static Method| it.aliases.iter().find(|it| it.0 == plain);
    let found = method(&name).or_else(|| methods().iter().find(|it| of(it).is_some()))?;
    Some((found, of(found).and_then(|it| it.1)))
}

fn unasked(episode: &Episode) -> Option<(Scenario, Attribution)> {
    let computed = |it: Scenario| compute(episode, &it).ok().map(|credit| (it, credit));
    let by_name = || {
        let (found, baseline) = method_called(&declared(episode)?.algorithm)?;
        computed(Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(found.name) })
    };
    let best = || best_scenario(episode).and_then(computed);
    by_name().or_else(|| best().filter(|it| it.1.provenance != Provenance::Structural))
}

//! One episode as a sample among others: what is kept of it to compare it with the other rollouts of its task.
//!
//! A few bytes an act in place of the whole episode, so that all rollouts of a run fit beside each other.

use std::sync::Arc;

use super::{Origin, Status};

/// What is kept of one act.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutAct {
    /// Its logged id; display-safe.
    pub id: Arc<str>,
    /// Whose, in [`Rollout::agents`].
    pub agent: u32,
    /// The logged turn, else the logged step.
    pub turn: Option<i64>,
    /// Equal for acts that began in equal states, as far as the log gives states.
    pub state: Option<u64>,
    /// Tokens it wrote.
    pub tokens: Option<u64>,
    /// The reward that is its own, in reward units: see [`Rollout::of`].
    pub reward: f64,
    /// The record.
    pub origin: Origin,
}

/// A number that the log credits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Credited {
    /// To this act, in [`Rollout::acts`].
    pub act: Option<u32>,
    /// To this agent, in [`Rollout::agents`].
    pub agent: Option<u32>,
    /// How much.
    pub value: f64,
}

/// A `credit` record of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutCredit {
    /// The algorithm named.
    pub algorithm: Arc<str>,
    /// Its `params`, as (name, compact JSON).
    pub params: Vec<(String, String)>,
    /// Its numbers.
    pub items: Vec<Credited>,
}

/// A replayed candidate at one of the acts, with a return.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RolloutCandidate {
    /// Replayed in place of this act, in [`Rollout::acts`].
    pub act: u32,
    /// Its number.
    pub j: i64,
    /// Its mean return.
    pub value: f64,
    /// Whether it is what happened.
    pub real: bool,
    /// Whether it broke off.
    pub broken_off: bool,
}

/// One rollout of a group: an episode, and what each agent earned and did in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollout {
    /// The logged id of the episode; display-safe.
    pub name: Arc<str>,
    /// The total reward, in reward units.
    pub total: Option<f64>,
    /// Whether the log holds no number, and the status stands for one.
    pub is_by_status: bool,
    /// The record that says so, else the last of the episode that is known.
    pub place: Origin,
    /// How it ended.
    pub status: Option<Status>,
    /// Whether it has not ended.
    pub open: bool,
    /// Same-task group, as logged.
    pub group: Option<Arc<str>>,
    /// The task; display-safe.
    pub task: Option<Arc<str>>,
    /// The policy update that it belongs to, else the training step.
    pub update: Option<i64>,
    /// Names of its agents.
    pub agents: Vec<Arc<str>>,
    /// Role of each agent.
    pub roles: Vec<Option<Arc<str>>>,
    /// Policy of each agent, with its version.
    pub policies: Vec<Option<Arc<str>>>,
    /// What each agent earned for itself, and the record that says so.
    pub own: Vec<Option<(f64, Origin)>>,
    /// What each agent has of the rewards: its own, those of its acts, and those of nobody; `None`: no reward is logged.
    pub parts: Option<Vec<f64>>,
    /// Its actions, and what else the log credits, in order.
    pub acts: Vec<RolloutAct>,
    /// Replayed candidates that have a return.
    pub candidates: Vec<RolloutCandidate>,
    /// What the log credits, in order.
    pub declared: Vec<RolloutCredit>,
    /// The run it belongs to, its algorithm and its discount.
    pub run: Option<Arc<str>>,
    /// See `run`.
    pub algorithm: Option<Arc<str>>,
    /// See `run`.
    pub gamma: Option<f64>,
}

/// What the log says of an act beside what an episode keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ActFacts {
    /// The logged turn.
    pub turn: Option<i64>,
    /// Equal for equal states.
    pub state: Option<u64>,
}

impl Rollout {
    /// Whether it broke off: its return says nothing of what the policy is worth.
    pub fn is_broken_off(&self) -> bool {
        is_broken_off(self.status.as_ref())
    }

    /// What the agent with this name earned for itself, and the record that says so.
    pub fn own_of(&self, agent: &str) -> Option<(f64, Origin)> {
        let at = self.agents.iter().position(|it| &**it == agent)?;
        self.own.get(at).copied().flatten()
    }

    /// The policy that the agent with this name plays by, as logged.
    pub fn policy_of(&self, agent: &str) -> Option<&str> {
        let at = self.agents.iter().position(|it| &**it == agent)?;
        self.policies.get(at)?.as_deref()
    }

    /// Which of its agent's acts each act is, from 0.
    pub fn agent_turns(&self) -> Vec<u32> {
        let mut next = vec![0; self.agents.len()];
        let mut turn = |agent: u32| {
            let next = &mut next[agent as usize];
            *next += 1;
            *next - 1
        };
        self.acts.iter().map(|it| turn(it.agent)).collect()
    }
}

/// Whether a rollout that ended like this broke off.
pub(super) fn is_broken_off(status: Option<&Status>) -> bool {
    matches!(status, Some(Status::Error | Status::Aborted))
}

/// What makes rollouts a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameTask {
    /// The log gives them one group.
    Group,
    /// The log gives none, and they have one task.
    Task,
    /// Each has a group of its own, and they have one task.
    AloneInGroup,
}

/// One rollout of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peer {
    /// The logged id of the episode; display-safe.
    pub name: Arc<str>,
    /// The total reward, in reward units.
    pub total: Option<f64>,
    /// How it ended.
    pub status: Option<Status>,
    /// Whether it has not ended.
    pub open: bool,
    /// The policy update that it belongs to.
    pub update: Option<i64>,
    /// The record that says what it earned, else another of it.
    pub place: Origin,
    /// What agents did and earned in it; `None`: the group is too large to keep that.
    pub rollout: Option<Arc<Rollout>>,
}

impl Peer {
    /// Whether it broke off.
    pub fn is_broken_off(&self) -> bool {
        is_broken_off(self.status.as_ref())
    }

    /// Whether it has ended with a number.
    pub fn counts(&self) -> bool {
        !self.open && !self.is_broken_off() && self.total.is_some_and(f64::is_finite)
    }
}

/// The rollouts of one task in one run, one of which is the episode that has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Peers {
    /// What makes them a group.
    pub same: SameTask,
    /// The group or task, as logged; display-safe.
    pub name: String,
    /// The update that they have in common, where they are of one task and the log has several updates.
    pub update: Option<i64>,
    /// All of them, in order of first appearance.
    pub members: Vec<Peer>,
    /// Which of them is the episode.
    pub this: usize,
    /// How many there will be, as far as other groups of the run tell.
    pub expected: Option<usize>,
    /// Whether another group of the run has this name but for capital letters.
    pub differs_in_case: bool,
}

//! What is compared with what: the samples of a key.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::credit::question::{Question, missing};
use crate::model::{ActId, AgentId, Origin, Peer, Peers, Rollout, Unavailable, Whose};
use crate::stats::sum;

use super::advantage::{Group, Sample};

/// What samples of one group have in common beside the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Task,
    Agent,
    Role,
    Turn,
    State,
}

/// Which acts are compared: by their agent and turn, or by their state.
type ActKey = (Option<String>, i64);

/// The samples of a question.
pub(super) struct Samples<'a> {
    question: &'a Question<'a>,
    peers: &'a Peers,
    key: Key,
    /// What each rollout earned that counts, in order of the members.
    totals: Vec<(usize, f64)>,
    /// How many have only a status, beside others that have a number.
    by_status: usize,
    /// Acts by what is compared, and for each act of the episode its place there.
    acts: BTreeMap<ActKey, Vec<Sample>>,
    places: FxHashMap<Origin, (ActKey, usize)>,
}

impl<'a> Samples<'a> {
    /// # Errors
    /// When the group is too large for what the key needs, or rewards are those of somebody who is not in other
    /// rollouts.
    pub(super) fn of(question: &'a Question<'a>, peers: &'a Peers) -> Result<Self, Unavailable> {
        let key = match question.method.name {
            "group-agent" => Key::Agent,
            "group-role" => Key::Role,
            "group-turn" => Key::Turn,
            "group-state" => Key::State,
            _ => Key::Task,
        };
        let detailed = peers.members.iter().all(|it| it.rollout.is_some() || !it.counts());
        if key != Key::Task && !detailed {
            let n = peers.members.len();
            return Err(missing(format!(
                "what agents did in each of the {n} rollouts of the group: of so many only returns are kept"
            )));
        }
        let mut samples = Self {
            question,
            peers,
            key,
            totals: Vec::new(),
            by_status: 0,
            acts: BTreeMap::new(),
            places: FxHashMap::default(),
        };
        let have_numbers = peers.members.iter().any(|it| it.counts() && !is_by_status(it));
        for (at, peer) in peers.members.iter().enumerate().filter(|it| it.1.counts()) {
            let has_own = at == peers.this && question.scenario.reward.is_some();
            if have_numbers && is_by_status(peer) && !has_own {
                samples.by_status += 1;
                continue;
            }
            let total = if at == peers.this { Some(question.pot()?.value) } else { samples.total(peer)? };
            samples.totals.extend(total.map(|it| (at, it)));
        }
        if !samples.totals.iter().any(|it| it.0 == peers.this) && have_numbers {
            return Err(missing(
                "a return of this rollout: the log has only its status, and numbers of the others",
            ));
        }
        if matches!(key, Key::Turn | Key::State) {
            samples.gather_acts();
        }
        if key == Key::State && samples.acts.is_empty() {
            return Err(missing("no act has a state before it (`pre_state`, or `state` records)"));
        }
        Ok(samples)
    }

    pub(super) fn key(&self) -> Key {
        self.key
    }

    /// How many rollouts have a status only, where others have a number: they are left out.
    pub(super) fn by_status(&self) -> usize {
        self.by_status
    }

    /// How many rollouts count.
    pub(super) fn count(&self) -> usize {
        self.totals.len()
    }

    /// What another rollout earned, as R is meant here.
    fn total(&self, peer: &Peer) -> Result<Option<f64>, Unavailable> {
        let rollout = peer.rollout.as_deref();
        Ok(match &self.question.episode.whose {
            None | Some(Whose::Team) => peer.total,
            Some(Whose::Agent(agent)) => {
                rollout.and_then(|it| it.own_of(self.question.agent(*agent))).map(|it| it.0)
            }
            Some(Whose::Sum) => {
                let own = rollout.map(|it| it.own.iter().flatten().map(|it| it.0));
                own.map(sum)
            }
            Some(Whose::Members(team)) => {
                return Err(missing(format!("what team {team} earned in the other rollouts")));
            }
        })
    }

    fn sample(&self, at: usize, value: f64, what: &str) -> Sample {
        let peer = &self.peers.members[at];
        let name = if at == self.peers.this { "this rollout" } else { &peer.name };
        Sample { value, what: format!("{what} of {name}"), origin: peer.place }
    }

    /// Rollouts.
    pub(super) fn rollouts(&self) -> Option<Group> {
        let own = self.totals.iter().position(|it| it.0 == self.peers.this)?;
        let samples = self.totals.iter().map(|(at, value)| self.sample(*at, *value, "R"));
        Some(Group { samples: samples.collect(), own })
    }

    /// One agent's parts of rollouts, or those of its role.
    pub(super) fn agent(&self, agent: AgentId) -> Option<Group> {
        let name = self.question.agent(agent);
        let role = self.question.episode.agent(agent).role.as_deref();
        let takes_part = |rollout: &Rollout, at: usize| match self.key {
            Key::Role if role.is_some() => rollout.roles[at].as_deref() == role,
            _ => &*rollout.agents[at] == name,
        };
        let mut group = Group::default();
        let mut own = None;
        let any_own = self.question.episode.own_rewards().iter().any(|it| it.agent == agent);
        for (at, total) in &self.totals {
            let Some(rollout) = self.peers.members[*at].rollout.as_deref() else { continue };
            let of: Vec<usize> = (0..rollout.agents.len()).filter(|it| takes_part(rollout, *it)).collect();
            if of.is_empty() {
                continue;
            }
            let mut sample = self.sample(*at, *total, "R");
            if any_own {
                let earned: Vec<(f64, Origin)> = of.iter().filter_map(|it| rollout.own[*it]).collect();
                let Some(last) = earned.last() else { continue };
                let who = if self.key == Key::Role { role.unwrap_or(name) } else { name };
                let mean = sum(earned.iter().map(|it| it.0)) / earned.len() as f64;
                sample = Sample { origin: last.1, ..self.sample(*at, mean, &format!("own reward of {who}")) };
                sample.what = sample.what.replacen(" of this rollout", " in this rollout", 1);
            }
            if *at == self.peers.this {
                own = Some(group.samples.len());
            }
            group.samples.push(sample);
        }
        group.own = own?;
        Some(group)
    }

    /// Acts that are compared with an act of the episode.
    pub(super) fn act(&self, act: ActId) -> Option<Group> {
        let (key, own) = self.places.get(&self.question.episode.act(act).origin)?;
        Some(Group { samples: self.acts.get(key)?.clone(), own: *own })
    }

    fn gather_acts(&mut self) {
        let question = self.question;
        let gamma = question.param("gamma").or(question.episode.gamma).unwrap_or(1.0);
        let to_go = self.key == Key::State || question.switch("to-go");
        for (at, _) in self.totals.clone() {
            let Some(rollout) = self.peers.members[at].rollout.as_deref() else { continue };
            let mut values: Vec<f64> = rollout.acts.iter().map(|it| it.reward).collect();
            if to_go {
                (0..values.len().saturating_sub(1)).rev().for_each(|it| values[it] += gamma * values[it + 1]);
            }
            for ((act, value), turn) in rollout.acts.iter().zip(values).zip(rollout.agent_turns()) {
                let agent = rollout.agents[act.agent as usize].to_string();
                let key = match (self.key, act.state) {
                    (Key::State, Some(state)) => (None, state as i64),
                    (Key::State, None) => continue,
                    _ => (Some(agent), act.turn.unwrap_or(i64::from(turn))),
                };
                let what = if to_go { "return to go" } else { "reward" };
                let peer = &self.peers.members[at].name;
                let what = format!("{what} at {} of {peer}", act.id);
                let list = self.acts.entry(key.clone()).or_default();
                if at == self.peers.this {
                    self.places.insert(act.origin, (key, list.len()));
                }
                list.push(Sample { value, what, origin: act.origin });
            }
        }
    }
}

/// Whether a status stands for the number of a rollout.
pub(super) fn is_by_status(peer: &Peer) -> bool {
    peer.rollout.as_ref().is_some_and(|it| it.is_by_status)
}

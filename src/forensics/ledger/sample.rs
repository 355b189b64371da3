//! What a ledger keeps of a rollout: a few numbers an agent.

use std::sync::Arc;

use super::super::is_of_group;
use super::super::rows::{Declared, own_rewards};
use crate::model::Rollout;

/// One rollout.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) name: Arc<str>,
    pub(super) task: u32,
    pub(super) group: u32,
    pub(super) update: Option<i64>,
    pub(super) broken_off: bool,
    pub(super) has_own: bool,
    pub(super) has_states: bool,
    /// Whether it is one act.
    pub(super) is_single: bool,
    pub(super) reward: Option<f64>,
    pub(super) parts: Vec<Part>,
    /// Replayed candidates beside what happened: agent, state and return.
    pub(super) candidates: Vec<(u32, Option<u64>, f64)>,
}

/// What one agent has of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) agent: u32,
    /// What its group is flat by: its own reward, else the return.
    pub(super) value: Option<f64>,
    pub(super) tokens: u64,
    /// Its own reward, where agents earn for themselves.
    pub(super) own: f64,
    /// Of its acts that count: how many, the sum of their returns, and the state of the first.
    pub(super) acts: u32,
    pub(super) total: f64,
    pub(super) state: Option<u64>,
    /// What is declared of these.
    pub(super) numbers: Vec<Number>,
}

/// A declared number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) algorithm: u32,
    pub(super) value: f64,
    /// The return of its act.
    pub(super) total: f64,
}

/// Numbers names.
pub(super) trait Names {
    fn agent(&mut self, name: &str) -> u32;
    fn task(&mut self, name: &str) -> u32;
    fn group(&mut self, name: &str) -> u32;
    fn algorithm(&mut self, name: &str, params: &[(String, String)]) -> u32;
}

impl Sample {
    pub(super) fn of(rollout: &Rollout, names: &mut impl Names) -> Self {
        let task = rollout.task.as_deref().or(rollout.group.as_deref()).unwrap_or(&rollout.name);
        let group = rollout.group.as_deref().unwrap_or(task);
        let own = own_rewards(rollout);
        let total = rollout.total.unwrap_or(0.0);
        let mut parts: Vec<Part> = rollout
            .agents
            .iter()
            .enumerate()
            .map(|(at, name)| Part {
                agent: names.agent(name),
                value: rollout.own.get(at).copied().flatten().map(|it| it.0).or(rollout.total),
                own: own[at],
                ..Part::default()
            })
            .collect();
        for act in &rollout.acts {
            parts[act.agent as usize].tokens += act.tokens.unwrap_or(0);
        }
        let mut algorithms: Vec<(&str, &[(String, String)])> = Vec::new();
        for it in rollout.declared.iter().filter(|it| is_of_group(&it.algorithm)) {
            if !algorithms.iter().any(|known| known.0 == &*it.algorithm) {
                algorithms.push((&it.algorithm, &it.params));
            }
        }
        let broken_off = rollout.is_broken_off();
        let mut is_partly = false;
        let real = |at: usize| {
            let mut real = rollout.candidates.iter().filter(|it| it.act as usize == at && it.real);
            real.next().map_or(total, |it| it.value)
        };
        for (name, params) in algorithms.iter().filter(|_| !broken_off) {
            let algorithm = names.algorithm(name, params);
            let declared = Declared::of(rollout, name);
            for (at, value) in declared.acts.iter().enumerate() {
                let Some(value) = *value else { continue };
                is_partly = true;
                let part = &mut parts[rollout.acts[at].agent as usize];
                part.numbers.push(Number { algorithm, value, total: real(at) });
            }
            // An agent that did not act may be pushed all the same.
            for (agent, value) in declared.agents.iter().enumerate() {
                let acts = rollout.acts.iter().any(|it| it.agent as usize == agent);
                if let Some(value) = value.filter(|_| !acts) {
                    parts[agent].numbers.push(Number { algorithm, value, total });
                }
            }
        }
        // Where numbers are declared of some acts, the others are no samples.
        let declared: Vec<Declared> = algorithms.iter().map(|it| Declared::of(rollout, it.0)).collect();
        for (at, act) in rollout.acts.iter().enumerate() {
            if is_partly && declared.iter().all(|it| it.acts[at].is_none()) {
                continue;
            }
            let part = &mut parts[act.agent as usize];
            if part.acts == 0 {
                part.state = act.state;
            }
            part.acts += 1;
            part.total += real(at);
        }
        let others = rollout.candidates.iter().filter(|it| !it.real && !it.broken_off && !broken_off);
        let candidates = others.filter_map(|it| {
            let act = rollout.acts.get(it.act as usize)?;
            Some((parts[act.agent as usize].agent, act.state, it.value))
        });
        Self {
            name: Arc::clone(&rollout.name),
            task: names.task(task),
            group: names.group(group),
            update: rollout.update,
            broken_off,
            has_own: rollout.own.iter().any(Option::is_some),
            has_states: rollout.acts.iter().any(|it| it.state.is_some()),
            is_single: rollout.acts.len() <= 1,
            reward: rollout.total,
            candidates: candidates.collect(),
            parts,
        }
    }
}

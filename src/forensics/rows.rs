//! The samples that a trainer could have seen, as columns: a row for each act, and for each replayed candidate.

use std::collections::HashMap;
use std::hash::Hash;

use crate::model::Rollout;

/// Columns, all of one length.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Which rollout; which rollout or candidate.
    pub(super) episode: Vec<u32>,
    pub(super) unit: Vec<u32>,
    pub(super) group: Vec<u32>,
    pub(super) task: Vec<u32>,
    pub(super) agent: Vec<u32>,
    /// Place in the rollout, and among the acts of its agent, from 0.
    pub(super) turn: Vec<u32>,
    pub(super) agent_turn: Vec<u32>,
    /// The logged turn, else the place.
    pub(super) step: Vec<u32>,
    pub(super) state: Vec<u32>,
    pub(super) tokens: Vec<f64>,
    /// Acts of the rollout, and of its agent in it.
    pub(super) length: Vec<f64>,
    pub(super) agent_length: Vec<f64>,
    pub(super) broken_off: Vec<bool>,
    pub(super) total: Vec<f64>,
    pub(super) own: Vec<f64>,
    pub(super) act: Vec<f64>,
    /// NaN where nothing is declared.
    pub(super) declared: Vec<f64>,
    /// Which rollout and which act of it; no act for a candidate.
    pub(super) place: Vec<(u32, Option<u32>)>,
    pub(super) agents: Vec<String>,
    pub(super) has_own: bool,
    pub(super) has_states: bool,
    /// Whether some act without a group shares the task text of others: `group` is then the task.
    pub(super) groups_are_alone: bool,
}

/// Numbers things in the order in which they come.
struct Numbers<T>(HashMap<T, u32>);

impl<T: Hash + Eq> Numbers<T> {
    fn new() -> Self {
        Self(HashMap::new())
    }

    fn of(&mut self, it: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(it).or_insert(next)
    }
}

/// The declared numbers of one algorithm in one rollout.
pub(super) fn declared_by<'a>(
    rollout: &'a Rollout,
    algorithm: &str,
) -> impl Iterator<Item = &'a crate::model::Credited> {
    let same = rollout.declared.iter().filter(move |it| &*it.algorithm == algorithm);
    same.collect::<Vec<_>>().into_iter().flat_map(|it| &it.items)
}

impl Rows {
    /// The rows of these rollouts, with what `algorithm` declares.
    pub(super) fn of(rollouts: &[&Rollout], algorithm: &str) -> Self {
        let mut rows = Self::default();
        let (mut groups, mut tasks) = (Numbers::new(), Numbers::new());
        let (mut agents, mut states) = (Numbers::<&str>::new(), Numbers::new());
        let (mut steps, mut units) = (Numbers::new(), Numbers::new());
        let mut alone: HashMap<&str, u32> = HashMap::new();
        for rollout in rollouts {
            rollout.agents.iter().for_each(|it| {
                if agents.of(it) as usize == rows.agents.len() {
                    rows.agents.push(it.to_string());
                }
            });
            let group = rollout.group.as_deref().or(rollout.task.as_deref()).unwrap_or(&rollout.name);
            *alone.entry(group).or_default() += 1;
        }
        rows.groups_are_alone = rollouts.len() > 1 && alone.values().all(|it| *it == 1);
        for (at, rollout) in rollouts.iter().enumerate() {
            let episode = at as u32;
            let declared = Declared::of(rollout, algorithm);
            let (n, turns) = (rollout.acts.len(), rollout.agent_turns());
            let total = rollout.total.unwrap_or(0.0);
            let own = own_rewards(rollout);
            let group = rollout.group.as_deref().or(rollout.task.as_deref()).unwrap_or(&rollout.name);
            let group = groups.of(group);
            let task = tasks.of(rollout.task.as_deref().unwrap_or_default());
            rows.has_own |= rollout.own.iter().any(Option::is_some);
            let bad = rollout.is_broken_off();
            // What is credited of a rollout that counts; of one that broke off, all.
            let is_partly = !bad && declared.acts.iter().any(Option::is_some);
            let mut lengths = vec![0.0; rollout.agents.len()];
            rollout.acts.iter().for_each(|it| lengths[it.agent as usize] += 1.0);
            for (t, act) in rollout.acts.iter().enumerate() {
                let value = declared.acts[t];
                if is_partly && value.is_none() {
                    continue;
                }
                let real = rollout.candidates.iter().find(|it| it.act as usize == t && it.real);
                rows.push(&Row {
                    episode,
                    unit: units.of((episode, u32::MAX, 0)),
                    group,
                    task,
                    agent: agents.of(&rollout.agents[act.agent as usize]),
                    turn: t as u32,
                    agent_turn: turns[t],
                    step: steps.of(act.turn.unwrap_or(t as i64)),
                    state: states.of(act.state),
                    tokens: act.tokens.unwrap_or(0) as f64,
                    length: n as f64,
                    agent_length: lengths[act.agent as usize],
                    broken_off: bad,
                    total: real.map_or(total, |it| it.value),
                    own: own[act.agent as usize],
                    act: act.reward,
                    declared: value.unwrap_or(f64::NAN),
                    place: (episode, Some(t as u32)),
                });
            }
            for candidate in rollout.candidates.iter().filter(|it| !it.real) {
                let Some(act) = rollout.acts.get(candidate.act as usize) else { continue };
                let value = candidate.value;
                rows.push(&Row {
                    episode,
                    unit: units.of((episode, candidate.act, candidate.j)),
                    group,
                    task,
                    agent: agents.of(&rollout.agents[act.agent as usize]),
                    turn: candidate.act,
                    agent_turn: candidate.act,
                    step: steps.of(i64::from(candidate.act)),
                    state: states.of(act.state),
                    tokens: 0.0,
                    length: n as f64,
                    agent_length: lengths[act.agent as usize],
                    broken_off: candidate.broken_off,
                    total: value,
                    own: value,
                    act: value,
                    declared: f64::NAN,
                    place: (episode, None),
                });
            }
        }
        rows.has_states = rollouts.iter().flat_map(|it| &it.acts).any(|it| it.state.is_some());
        rows
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.episode.len()
    }

    /// The rows with a declared number.
    pub(super) fn declared_rows(&self) -> Vec<usize> {
        (0..self.len()).filter(|it| !self.declared[*it].is_nan()).collect()
    }

    fn push(&mut self, row: &Row) {
        self.episode.push(row.episode);
        self.unit.push(row.unit);
        self.group.push(row.group);
        self.task.push(row.task);
        self.agent.push(row.agent);
        self.turn.push(row.turn);
        self.agent_turn.push(row.agent_turn);
        self.step.push(row.step);
        self.state.push(row.state);
        self.tokens.push(row.tokens);
        self.length.push(row.length);
        self.agent_length.push(row.agent_length);
        self.broken_off.push(row.broken_off);
        self.total.push(row.total);
        self.own.push(row.own);
        self.act.push(row.act);
        self.declared.push(row.declared);
        self.place.push(row.place);
    }
}

struct Row {
    episode: u32,
    unit: u32,
    group: u32,
    task: u32,
    agent: u32,
    turn: u32,
    agent_turn: u32,
    step: u32,
    state: u32,
    tokens: f64,
    length: f64,
    agent_length: f64,
    broken_off: bool,
    total: f64,
    own: f64,
    act: f64,
    declared: f64,
    place: (u32, Option<u32>),
}

/// What is declared of each act: its own number, else that of its agent.
pub(super) struct Declared {
    pub(super) acts: Vec<Option<f64>>,
    /// Of agents as a whole.
    pub(super) agents: Vec<Option<f64>>,
}

impl Declared {
    pub(super) fn of(rollout: &Rollout, algorithm: &str) -> Self {
        let mut acts = vec![None; rollout.acts.len()];
        let mut agents = vec![None; rollout.agents.len()];
        for item in declared_by(rollout, algorithm) {
            match (item.act, item.agent) {
                (Some(act), _) => acts[act as usize] = Some(item.value),
                (None, Some(agent)) => agents[agent as usize] = Some(item.value),
                (None, None) => {}
            }
        }
        for (value, act) in acts.iter_mut().zip(&rollout.acts) {
            *value = value.or(agents[act.agent as usize]);
        }
        Self { acts, agents }
    }
}

/// What each agent has of the rewards: its own, those of its acts, and those of nobody; without any, the return.
pub(super) fn own_rewards(rollout: &Rollout) -> Vec<f64> {
    let Some(parts) = &rollout.parts else { return vec![rollout.total.unwrap_or(0.0); rollout.agents.len()] };
    parts.clone()
}

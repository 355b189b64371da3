//! What the groups of a run gave to learn from: by task and agent, who was pushed and who had no signal.

use std::collections::BTreeMap;

use crate::model::Rollout;

use super::rows::{Rows, declared_by};
use super::{is_of_group, right::right};

/// One agent in the groups of one task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerRow {
    /// The task; display-safe. Empty: all of them.
    pub task: String,
    /// Who.
    pub agent: String,
    /// Groups that it is in, and those of them without a spread: nothing can be learned there.
    pub groups: usize,
    /// See `groups`.
    pub flat: usize,
    /// Rollouts that count, those that broke off, and those of groups without a spread.
    pub rollouts: usize,
    /// See `rollouts`.
    pub broken_off: usize,
    /// See `rollouts`.
    pub flat_rollouts: usize,
    /// Tokens that it wrote in all, and in groups without a spread.
    pub tokens: u64,
    /// See `tokens`.
    pub flat_tokens: u64,
    /// Declared numbers above 0 and below 0, and what they add up to. One number on all acts of a rollout counts once.
    pub up: usize,
    /// See `up`.
    pub down: usize,
    /// See `up`.
    pub mass: f64,
    /// Of these: of the wrong sign; of no group with a spread; and 0 although there is a signal.
    pub wrong_sign: usize,
    /// See `wrong_sign`.
    pub pushed: usize,
    /// See `wrong_sign`.
    pub lost: usize,
}

impl LedgerRow {
    /// Whether it never gets a signal: each of its groups is without a spread.
    pub fn is_without_signal(&self) -> bool {
        self.groups > 0 && self.flat == self.groups
    }

    fn add(&mut self, other: &Self) {
        self.groups += other.groups;
        self.flat += other.flat;
        self.rollouts += other.rollouts;
        self.broken_off += other.broken_off;
        self.flat_rollouts += other.flat_rollouts;
        self.tokens += other.tokens;
        self.flat_tokens += other.flat_tokens;
        self.up += other.up;
        self.down += other.down;
        self.mass += other.mass;
        self.wrong_sign += other.wrong_sign;
        self.pushed += other.pushed;
        self.lost += other.lost;
    }
}

/// The ledger of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// The run.
    pub run: Option<String>,
    /// The algorithm whose numbers are counted; `None`: the log declares none.
    pub algorithm: Option<String>,
    /// Rollouts that have ended, and those of them that broke off.
    pub rollouts: usize,
    /// See `rollouts`.
    pub broken_off: usize,
    /// Groups, and the number of rollouts that most of them have.
    pub groups: usize,
    /// See `groups`.
    pub usual_size: usize,
    /// By task, in order of name, and agent, in order of the roster.
    pub rows: Vec<LedgerRow>,
    /// By agent, over all tasks.
    pub all: Vec<LedgerRow>,
}

/// The ledgers of all runs, in order of name. Rollouts that have not ended are left out.
pub fn ledgers(rollouts: &[&Rollout]) -> Vec<Ledger> {
    let mut runs: BTreeMap<Option<&str>, Vec<&Rollout>> = BTreeMap::new();
    for it in rollouts.iter().filter(|it| !it.open) {
        runs.entry(it.run.as_deref()).or_default().push(it);
    }
    runs.into_iter().map(|(run, of)| Ledger { run: run.map(str::to_owned), ..ledger(&of) }).collect()
}

/// What one agent has in one group.
#[derive(Default)]
struct Part {
    values: Vec<f64>,
    row: LedgerRow,
}

fn ledger(rollouts: &[&Rollout]) -> Ledger {
    let declared = rollouts.iter().flat_map(|it| &it.declared).map(|it| &*it.algorithm);
    let algorithm = declared.filter(|it| is_of_group(it)).min().map(str::to_owned);
    let mut roster: Vec<&str> = Vec::new();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut parts: BTreeMap<(&str, usize, &str), Part> = BTreeMap::new();
    for rollout in rollouts {
        let task = rollout.task.as_deref().or(rollout.group.as_deref()).unwrap_or(&rollout.name);
        let group = rollout.group.as_deref().unwrap_or(task);
        *sizes.entry(group).or_default() += 1;
        for (at, name) in rollout.agents.iter().enumerate() {
            let place = roster.iter().position(|it| *it == &**name).unwrap_or_else(|| {
                roster.push(name);
                roster.len() - 1
            });
            let part = parts.entry((task, place, group)).or_default();
            if rollout.is_broken_off() {
                part.row.broken_off += 1;
                continue;
            }
            part.row.rollouts += 1;
            let own = rollout.own.get(at).copied().flatten().map(|it| it.0);
            part.values.extend(own.or(rollout.total));
            let mine = rollout.acts.iter().filter(|it| it.agent as usize == at);
            part.row.tokens += mine.filter_map(|it| it.tokens).sum::<u64>();
            let items = algorithm.iter().flat_map(|it| declared_by(rollout, it));
            let mut numbers: Vec<f64> = items
                .filter(|it| match (it.act, it.agent) {
                    (Some(act), _) => rollout.acts[act as usize].agent as usize == at,
                    (None, agent) => agent == Some(at as u32),
                })
                .map(|it| it.value)
                .collect();
            // One advantage of the rollout on each of its acts is one push.
            if numbers.windows(2).all(|it| it[0] == it[1]) {
                numbers.truncate(1);
            }
            for value in numbers {
                part.row.up += usize::from(value > 0.0);
                part.row.down += usize::from(value < 0.0);
                part.row.mass += value;
            }
        }
    }
    let mut rows: BTreeMap<(&str, usize), LedgerRow> = BTreeMap::new();
    for ((task, agent, _), mut part) in parts {
        let first = part.values.first().copied();
        part.row.groups = 1;
        if part.values.iter().all(|it| Some(*it) == first) {
            part.row.flat = 1;
            part.row.flat_rollouts = part.row.rollouts;
            part.row.flat_tokens = part.row.tokens;
        }
        let row = rows.entry((task, agent)).or_default();
        (row.task, row.agent) = (task.to_owned(), roster[agent].to_owned());
        row.add(&part.row);
    }
    count_signs(rollouts, algorithm.as_deref(), &roster, &mut rows);
    let mut all: Vec<LedgerRow> = Vec::new();
    for (at, name) in roster.iter().enumerate() {
        let mut sum = LedgerRow { agent: (*name).to_owned(), ..LedgerRow::default() };
        rows.iter().filter(|it| it.0.1 == at).for_each(|it| sum.add(it.1));
        all.push(sum);
    }
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    sizes.values().for_each(|it| *counts.entry(*it).or_default() += 1);
    Ledger {
        run: None,
        algorithm,
        rollouts: rollouts.len(),
        broken_off: rollouts.iter().filter(|it| it.is_broken_off()).count(),
        groups: sizes.len(),
        usual_size: counts.into_iter().max_by_key(|it| it.1).map_or(0, |it| it.0),
        rows: rows.into_values().collect(),
        all,
    }
}

/// Declared numbers against the right ones, act by act.
fn count_signs<'a>(
    rollouts: &[&'a Rollout],
    algorithm: Option<&str>,
    roster: &[&str],
    rows: &mut BTreeMap<(&'a str, usize), LedgerRow>,
) {
    let Some(algorithm) = algorithm else { return };
    let declared = rollouts.iter().flat_map(|it| &it.declared).find(|it| &*it.algorithm == algorithm);
    let std = declared.and_then(|it| it.params.iter().find(|it| it.0 == "std")).map(|it| it.1 == "true");
    let found = right(&Rows::of(rollouts, algorithm), rollouts, algorithm, std, None, 1e-9);
    let by_name: BTreeMap<&str, &'a Rollout> = rollouts.iter().map(|it| (&*it.name, *it)).collect();
    // Of a rollout an agent is counted once for each kind of mistake that is the same on all of its acts.
    let mut seen = std::collections::BTreeSet::new();
    for it in &found.numbers {
        let (Some(right), Some(rollout)) = (it.right, by_name.get(it.episode.as_str())) else { continue };
        let task = rollout.task.as_deref().or(rollout.group.as_deref()).unwrap_or(&rollout.name);
        let Some(agent) = roster.iter().position(|name| *name == it.agent) else { continue };
        let (is, should) = (it.declared.abs() > 1e-9, right.abs() > 1e-9);
        let kind = match (is, should) {
            (true, true) if it.declared.signum() != right.signum() => 0,
            (true, false) => 1,
            (false, true) => 2,
            _ => continue,
        };
        let Some(row) = rows.get_mut(&(task, agent)) else { continue };
        if seen.insert((it.episode.as_str(), agent, kind, it.declared.to_bits())) {
            match kind {
                0 => row.wrong_sign += 1,
                1 => row.pushed += 1,
                _ => row.lost += 1,
            }
        }
    }
}

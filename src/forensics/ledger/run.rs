//! The groups of one run.

use std::collections::{BTreeMap, HashMap};

use super::counts::{LedgerRow, least};
use super::sample::{Names, Part, Sample};
use super::{Ledger, UpdateCell, WrongPush};
use crate::forensics::parts::{Base, Scale};
use crate::forensics::right::meant;
use crate::model::Rollout;

/// Numbers no further from 0 are 0.
const NOTHING: f64 = 1e-9;
/// Wrong pushes that are kept of a group.
const WORST: usize = 3;

/// Names in the order in which they came.
#[derive(Debug, Default)]
struct Known {
    names: Vec<String>,
    by_name: HashMap<String, u32>,
}

impl Known {
    fn of(&mut self, name: &str) -> u32 {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        let next = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), next);
        next
    }
}

#[derive(Debug, Default)]
struct AllNames {
    agents: Known,
    tasks: Known,
    groups: Known,
    algorithms: Known,
    /// Whether an algorithm says that it divides by a spread, as its first record has it.
    std: Vec<Option<bool>>,
}

impl Names for AllNames {
    fn agent(&mut self, name: &str) -> u32 {
        self.agents.of(name)
    }

    fn task(&mut self, name: &str) -> u32 {
        self.tasks.of(name)
    }

    fn group(&mut self, name: &str) -> u32 {
        self.groups.of(name)
    }

    fn algorithm(&mut self, name: &str, params: &[(String, String)]) -> u32 {
        let at = self.algorithms.of(name);
        if self.std.len() <= at as usize {
            self.std.push(params.iter().find(|it| it.0 == "std").map(|it| it.1 == "true"));
        }
        at
    }
}

/// How samples of the run are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Manner {
    algorithm: Option<u32>,
    std: Option<bool>,
    /// Each agent with itself; only from the same state.
    by_agent: bool,
    by_state: bool,
    /// Every rollout has a group of its own: those of one task are compared.
    are_alone: bool,
}

/// A group of one task, and what was counted of it.
#[derive(Debug, Default)]
struct Group {
    members: Vec<u32>,
    counted: Option<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    update: Option<i64>,
    /// By agent.
    rows: Vec<(u32, LedgerRow)>,
    pushes: usize,
    wrong: Vec<WrongPush>,
}

/// The groups of one run.
#[derive(Debug, Default)]
pub(super) struct RunGroups {
    names: AllNames,
    samples: BTreeMap<u32, Sample>,
    groups: BTreeMap<(u32, u32), Group>,
    manner: Manner,
    /// Samples of each kind.
    with_own: usize,
    with_states: usize,
    of_many_acts: usize,
    broken_off: usize,
}

impl RunGroups {
    pub(super) fn len(&self) -> usize {
        self.samples.len()
    }

    pub(super) fn remove(&mut self, at: u32) {
        let Some(sample) = self.samples.remove(&at) else { return };
        self.tally(&sample, |it, by| *it -= by);
        let key = key_of(&sample, self.manner.are_alone);
        if let Some(group) = self.groups.get_mut(&key) {
            group.members.retain(|it| *it != at);
            group.counted = None;
            if group.members.is_empty() {
                self.groups.remove(&key);
            }
        }
    }

    pub(super) fn add(&mut self, at: u32, rollout: &Rollout) {
        let sample = Sample::of(rollout, &mut self.names);
        self.tally(&sample, |it, by| *it += by);
        let group = self.groups.entry(key_of(&sample, self.manner.are_alone)).or_default();
        group.members.push(at);
        group.counted = None;
        self.samples.insert(at, sample);
    }

    fn tally(&mut self, sample: &Sample, change: fn(&mut usize, usize)) {
        change(&mut self.with_own, usize::from(sample.has_own));
        change(&mut self.with_states, usize::from(sample.has_states));
        change(&mut self.of_many_acts, usize::from(!sample.is_single));
        change(&mut self.broken_off, usize::from(sample.broken_off));
    }

    /// How samples are compared now; groups are made anew where that is another way than before.
    fn settle(&mut self) {
        let are_alone = self.samples.len() > 1 && {
            let mut seen = std::collections::HashSet::new();
            self.samples.values().all(|it| seen.insert(it.group))
        };
        let algorithms = &self.names.algorithms;
        let first = algorithms.names.iter().enumerate().min_by(|a, b| a.1.cmp(b.1)).map(|it| it.0);
        let manner = Manner {
            algorithm: first.map(|it| it as u32),
            std: first.and_then(|it| self.names.std[it]),
            by_agent: self.with_own > 0,
            by_state: self.with_states > 0 && self.of_many_acts == 0,
            are_alone,
        };
        if manner.are_alone != self.manner.are_alone {
            self.groups.clear();
            for (at, sample) in &self.samples {
                self.groups.entry(key_of(sample, are_alone)).or_default().members.push(*at);
            }
        } else if manner != self.manner {
            self.groups.values_mut().for_each(|it| it.counted = None);
        }
        self.manner = manner;
    }

    /// `most`: wrong pushes that are listed.
    pub(super) fn ledger(&mut self, most: usize) -> Ledger {
        self.settle();
        let (manner, samples, names) = (self.manner, &self.samples, &self.names);
        for (key, group) in self.groups.iter_mut().filter(|it| it.1.counted.is_none()) {
            let members: Vec<(u32, &Sample)> = group.members.iter().map(|it| (*it, &samples[it])).collect();
            group.counted =
                Some(Count { manner, names, task: &names.tasks.names[key.0 as usize] }.of(&members));
        }
        self.sums(most)
    }

    fn sums(&self, most: usize) -> Ledger {
        let names = &self.names;
        let agents = names.agents.names.len();
        let counted = || self.groups.iter().filter_map(|(key, it)| Some((key, it, it.counted.as_ref()?)));
        let mut rows: HashMap<(u32, u32), LedgerRow> = HashMap::new();
        let mut all = vec![LedgerRow::default(); agents];
        let mut by_update: BTreeMap<i64, Vec<UpdateCell>> = BTreeMap::new();
        let mut wrong: Vec<&WrongPush> = Vec::new();
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for ((task, _), group, it) in counted() {
            for (agent, row) in &it.rows {
                rows.entry((*task, *agent)).or_default().add(row);
                all[*agent as usize].add(row);
                if let Some(update) = it.update {
                    let cells =
                        by_update.entry(update).or_insert_with(|| vec![UpdateCell::default(); agents]);
                    let cell = &mut cells[*agent as usize];
                    cell.mass += row.mass;
                    cell.groups += row.groups;
                    cell.flat += row.flat;
                }
            }
            wrong.extend(&it.wrong);
            if self.manner.are_alone {
                *sizes.entry(1).or_default() += group.members.len();
            } else {
                *sizes.entry(group.members.len()).or_default() += 1;
            }
        }
        let distance = |it: &WrongPush| (it.declared - it.right).abs();
        wrong.sort_by(|a, b| distance(b).total_cmp(&distance(a)).then(a.at.cmp(&b.at)));
        let mut rows: Vec<((u32, u32), LedgerRow)> = rows.into_iter().collect();
        rows.sort_by(|a, b| {
            let task = |it: u32| names.tasks.names[it as usize].as_str();
            task(a.0.0).cmp(task(b.0.0)).then(a.0.1.cmp(&b.0.1))
        });
        let named =
            |agent: usize, row: LedgerRow| LedgerRow { agent: names.agents.names[agent].clone(), ..row };
        let is_first = |it: &usize| *it == 0 || rows[*it].0.0 != rows[*it - 1].0.0;
        let starts = (0..rows.len()).filter(is_first).collect();
        let rows = rows.into_iter().map(|((task, agent), row)| LedgerRow {
            task: names.tasks.names[task as usize].clone(),
            ..named(agent as usize, row)
        });
        Ledger {
            run: None,
            algorithm: self.manner.algorithm.map(|it| names.algorithms.names[it as usize].clone()),
            rollouts: self.samples.len(),
            broken_off: self.broken_off,
            groups: sizes.values().sum(),
            usual_size: sizes.iter().max_by_key(|it| it.1).map_or(0, |it| *it.0),
            by_agent: self.manner.by_agent,
            pushes: counted().map(|it| it.2.pushes).sum(),
            rows: rows.collect(),
            starts,
            all: all.into_iter().enumerate().map(|(agent, row)| named(agent, row)).collect(),
            by_update: (0..agents).map(|agent| by_update.values().map(|it| it[agent]).collect()).collect(),
            updates: by_update.into_keys().collect(),
            wrong: wrong.into_iter().take(most).cloned().collect(),
        }
    }
}

fn key_of(sample: &Sample, are_alone: bool) -> (u32, u32) {
    (sample.task, if are_alone { u32::MAX } else { sample.group })
}

/// Counts one group.
struct Count<'a> {
    manner: Manner,
    names: &'a AllNames,
    task: &'a str,
}

/// What samples of one key are worth.
#[derive(Default)]
struct Worth {
    values: Vec<f64>,
}

impl Worth {
    fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len().max(1) as f64
    }

    /// Standard deviation over n - `ddof`.
    fn std(&self, ddof: u8) -> f64 {
        let (mean, n) = (self.mean(), self.values.len() as f64 - f64::from(ddof));
        if n > 0.0 { (self.values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / n).sqrt() } else { 0.0 }
    }
}

/// What is compared with what: an agent, a state.
type Key = (Option<u32>, Option<u64>);

impl Count<'_> {
    fn of(&self, members: &[(u32, &Sample)]) -> Counted {
        let mut counted = Counted { update: members.iter().find_map(|it| it.1.update), ..Counted::default() };
        let mut rows: BTreeMap<u32, (LedgerRow, Vec<f64>)> = BTreeMap::new();
        for (at, sample) in members {
            for part in &sample.parts {
                let (row, values) = rows.entry(part.agent).or_default();
                if sample.broken_off {
                    row.broken_off += 1;
                    continue;
                }
                row.rollouts += 1;
                row.tokens += part.tokens;
                values.extend(part.value);
                row.least = least(row.least, part.value.map(|it| (it, *at)));
                if self.manner.are_alone {
                    (row.groups, row.flat) = (row.groups + 1, row.flat + 1);
                    row.flat_rollouts += 1;
                    row.flat_tokens += part.tokens;
                }
                let declared = self.once(part);
                for value in declared {
                    counted.pushes += 1;
                    row.up += usize::from(value > 0.0);
                    row.down += usize::from(value < 0.0);
                    row.mass += value;
                }
            }
        }
        for (row, values) in rows.values_mut().filter(|_| !self.manner.are_alone) {
            row.groups = 1;
            if values.windows(2).all(|it| it[0] == it[1]) {
                row.flat = 1;
                (row.flat_rollouts, row.flat_tokens) = (row.rollouts, row.tokens);
            }
        }
        self.signs(members, &mut rows, &mut counted.wrong);
        counted.rows = rows.into_iter().map(|(agent, it)| (agent, it.0)).collect();
        counted
    }

    /// What is declared of an agent's part: one advantage on each of its acts is one push.
    fn once(&self, part: &Part) -> Vec<f64> {
        let of = part.numbers.iter().filter(|it| Some(it.algorithm) == self.manner.algorithm);
        let mut numbers: Vec<f64> = of.map(|it| it.value).collect();
        if numbers.windows(2).all(|it| it[0] == it[1]) {
            numbers.truncate(1);
        }
        numbers
    }

    fn key(&self, agent: u32, state: Option<u64>) -> Key {
        (self.manner.by_agent.then_some(agent), state.filter(|_| self.manner.by_state))
    }

    /// Declared numbers against the right ones. Of a rollout an agent is counted once for each kind of mistake that is the
    /// same on all of its acts.
    fn signs(
        &self,
        members: &[(u32, &Sample)],
        rows: &mut BTreeMap<u32, (LedgerRow, Vec<f64>)>,
        worst: &mut Vec<WrongPush>,
    ) {
        let Some(algorithm) = self.manner.algorithm else { return };
        let (base, scale) = meant(&self.names.algorithms.names[algorithm as usize], self.manner.std, None);
        let worth = self.worth(members);
        for (at, sample) in members.iter().filter(|it| !it.1.broken_off) {
            for part in &sample.parts {
                let Some(of) = worth.get(&self.key(part.agent, part.state)) else { continue };
                let mut seen: Vec<(u8, u64)> = Vec::new();
                for number in part.numbers.iter().filter(|it| it.algorithm == algorithm) {
                    let own = if self.manner.by_agent { part.own } else { number.total };
                    let right = right(of, own, base, scale);
                    let (is, should) = (number.value.abs() > NOTHING, right.abs() > NOTHING);
                    let kind = match (is, should) {
                        (true, true) if number.value.signum() != right.signum() => 0,
                        (true, false) => 1,
                        (false, true) => 2,
                        _ => continue,
                    };
                    if seen.contains(&(kind, number.value.to_bits())) {
                        continue;
                    }
                    seen.push((kind, number.value.to_bits()));
                    let Some((row, _)) = rows.get_mut(&part.agent) else { continue };
                    match kind {
                        0 => row.wrong_sign += 1,
                        1 => row.pushed += 1,
                        _ => row.lost += 1,
                    }
                    if kind == 0 {
                        worst.push(WrongPush {
                            at: *at,
                            episode: sample.name.clone(),
                            agent: self.names.agents.names[part.agent as usize].clone(),
                            task: self.task.to_owned(),
                            reward: sample.reward,
                            own,
                            mean: of.mean(),
                            declared: number.value,
                            right,
                        });
                    }
                }
            }
        }
        worst.sort_by(|a, b| (b.declared - b.right).abs().total_cmp(&(a.declared - a.right).abs()));
        worst.truncate(WORST);
    }

    /// The samples by what they are compared within: a rollout is the mean of its acts.
    fn worth(&self, members: &[(u32, &Sample)]) -> HashMap<Key, Worth> {
        let mut worth: HashMap<Key, Worth> = HashMap::new();
        for (_, sample) in members.iter().filter(|it| !it.1.broken_off) {
            let mut sums: Vec<(Key, f64, f64)> = Vec::new();
            for part in sample.parts.iter().filter(|it| it.acts > 0) {
                let n = f64::from(part.acts);
                let sum = if self.manner.by_agent { part.own * n } else { part.total };
                let key = self.key(part.agent, part.state);
                match sums.iter_mut().find(|it| it.0 == key) {
                    Some(known) => (known.1, known.2) = (known.1 + sum, known.2 + n),
                    None => sums.push((key, sum, n)),
                }
            }
            for (key, sum, n) in sums {
                worth.entry(key).or_default().values.push(sum / n);
            }
            for (agent, state, value) in &sample.candidates {
                worth.entry(self.key(*agent, *state)).or_default().values.push(*value);
            }
        }
        worth
    }
}

/// What is right of one sample among others.
fn right(of: &Worth, own: f64, base: Base, scale: Scale) -> f64 {
    let n = of.values.len() as f64;
    if n < 2.0 && base != Base::Nothing {
        return 0.0;
    }
    let above = match base {
        Base::Nothing => own,
        Base::Others => (own - of.mean()) * n / (n - 1.0),
        _ => own - of.mean(),
    };
    match scale {
        Scale::Std { ddof, epsilon } => above / (of.std(ddof) + epsilon),
        _ => above,
    }
}

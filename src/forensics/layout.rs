//! Which rows are one sample, and which samples are one group.

use std::collections::HashMap;

use super::parts::{Key, Unit};
use super::rows::Rows;

/// Rows to samples to groups. Ways that part the rows alike are one layout, named by all of them.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) keys: Vec<Key>,
    pub(super) units: Vec<Unit>,
    /// The sample of each row, and the group of each sample.
    pub(super) sample: Vec<u32>,
    pub(super) group: Vec<u32>,
    /// Rows of each sample, and samples of each group.
    pub(super) rows: Vec<f64>,
    pub(super) samples: Vec<f64>,
    /// Tokens of each sample, where samples weigh by them.
    pub(super) tokens: Option<Vec<f64>>,
    /// Whether a sample is its first row alone.
    pub(super) first: bool,
}

/// Numbers equal tuples alike, in the order in which they come.
fn numbered<T: std::hash::Hash + Eq>(items: impl Iterator<Item = T>) -> Vec<u32> {
    let mut known = HashMap::new();
    items
        .map(|it| {
            let next = known.len() as u32;
            *known.entry(it).or_insert(next)
        })
        .collect()
}

fn key_column(rows: &Rows, key: Key, of: &[usize], block: u32) -> Vec<u32> {
    let by = |at: &usize| -> (u32, u32, u32) {
        let at = *at;
        let (group, agent) = (rows.group[at], rows.agent[at]);
        match key {
            Key::Group => (group, 0, 0),
            Key::GroupAgent => (group, agent, 0),
            Key::Task => (rows.task[at], 0, 0),
            Key::GroupTurn => (group, rows.turn[at], 0),
            Key::GroupAgentTurn => (group, agent, rows.agent_turn[at]),
            Key::GroupState => (group, rows.state[at], 0),
            Key::GroupAgentState => (group, agent, rows.state[at]),
            Key::All => (0, 0, 0),
            Key::AllAgent => (agent, 0, 0),
            Key::Trajectory => (rows.episode[at], 0, 0),
            Key::TrajectoryAgent => (rows.episode[at], agent, 0),
            Key::Alone => (at as u32, 0, 0),
            Key::Blocks => (rows.episode[at] / block, 0, 0),
        }
    };
    numbered(of.iter().map(by))
}

fn unit_column(rows: &Rows, unit: Unit, of: &[usize], key: &[u32]) -> Vec<u32> {
    let by = |(local, at): (usize, &usize)| -> (u32, u32, u32) {
        match unit {
            Unit::Rollout | Unit::First => (key[local], rows.unit[*at], 0),
            Unit::Part => (key[local], rows.unit[*at], rows.agent[*at] + 1),
            Unit::Turn => (key[local], rows.unit[*at], rows.step[*at] + 1),
            Unit::Act | Unit::Token => (key[local], local as u32, 1),
        }
    };
    numbered(of.iter().enumerate().map(by))
}

/// The size that most groups have, in rollouts.
fn usual_size(rows: &Rows) -> u32 {
    let mut of_group: HashMap<u32, std::collections::BTreeSet<u32>> = HashMap::new();
    for at in 0..rows.len() {
        of_group.entry(rows.group[at]).or_default().insert(rows.episode[at]);
    }
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    of_group.values().for_each(|it| *sizes.entry(it.len()).or_default() += 1);
    sizes.into_iter().max_by_key(|it| (it.1, std::cmp::Reverse(it.0))).map_or(1, |it| it.0 as u32)
}

/// All layouts of the rows `of`, those that are the same once, the plainest name first.
pub(super) fn layouts(rows: &Rows, of: &[usize]) -> Vec<Layout> {
    let block = usual_size(rows);
    let mut keys: Vec<(Vec<Key>, Vec<u32>)> = Vec::new();
    let mut order = Key::ALL;
    order.sort_by(|a, b| a.bits(rows.has_own).total_cmp(&b.bits(rows.has_own)));
    for key in order {
        let is_stateless = !rows.has_states && matches!(key, Key::GroupState | Key::GroupAgentState);
        if is_stateless || key == Key::Blocks && block < 2 {
            continue;
        }
        let column = key_column(rows, key, of, block);
        match keys.iter_mut().find(|it| it.1 == column) {
            Some((names, _)) => names.push(key),
            None => keys.push((vec![key], column)),
        }
    }
    let longest = of.iter().map(|it| rows.length[*it]).fold(0.0, f64::max);
    let has_tokens = of.iter().any(|it| rows.tokens[*it] > 0.0);
    let mut found = Vec::new();
    for (names, key) in keys {
        let mut known: Vec<Layout> = Vec::new();
        for unit in [Unit::Rollout, Unit::Part, Unit::Act, Unit::Turn, Unit::First, Unit::Token] {
            if unit == Unit::First && longest < 2.0 || unit == Unit::Token && !has_tokens {
                continue;
            }
            let sample = unit_column(rows, unit, of, &key);
            let plain = !matches!(unit, Unit::First | Unit::Token);
            if let Some(same) =
                known.iter_mut().find(|it| plain && it.tokens.is_none() && it.sample == sample)
            {
                same.units.push(unit);
                continue;
            }
            let layout = Layout::new(rows, of, &names, unit, &key, sample);
            // Samples of one row each are their first rows.
            if unit == Unit::First && layout.rows.iter().all(|it| *it == 1.0) {
                continue;
            }
            known.push(layout);
        }
        found.extend(known);
    }
    found
}

impl Layout {
    fn new(rows: &Rows, of: &[usize], keys: &[Key], unit: Unit, key: &[u32], sample: Vec<u32>) -> Self {
        let count = sample.iter().max().map_or(0, |it| *it as usize + 1);
        let groups = key.iter().max().map_or(0, |it| *it as usize + 1);
        let (mut group, mut in_sample) = (vec![0; count], vec![0.0; count]);
        let mut tokens = vec![0.0; count];
        for (local, at) in sample.iter().enumerate() {
            group[*at as usize] = key[local];
            in_sample[*at as usize] += 1.0;
            tokens[*at as usize] += rows.tokens[of[local]];
        }
        let mut samples = vec![0.0; groups];
        group.iter().for_each(|it| samples[*it as usize] += 1.0);
        Self {
            keys: keys.to_vec(),
            units: vec![unit],
            sample,
            group,
            rows: in_sample,
            samples,
            tokens: (unit == Unit::Token).then_some(tokens),
            first: unit == Unit::First,
        }
    }

    /// Whether some group is one sample.
    pub(super) fn has_alone(&self) -> bool {
        self.samples.contains(&1.0)
    }
}

//! What the advantages must have been, if each act got somebody's, times something.
//!
//! Declared = factor x advantage of the source row. Undone on the declared numbers, a mapping of rows that contradicts
//! itself is dropped without a look at any formula.

use std::collections::HashMap;

use super::parts::{Factor, Taken};
use super::rows::Rows;

/// One mapping and one factor that the declared numbers allow.
pub(super) struct Target {
    pub(super) names: Vec<(Taken, Factor)>,
    /// Of each declared row the row whose advantage it has; `None`: it has 0.
    pub(super) source: Vec<Option<u32>>,
    /// The factor at each declared row.
    pub(super) factor: Vec<f64>,
    /// What the advantage of a source row is, and how far that may be off; NaN where nothing says.
    pub(super) value: Vec<f64>,
    pub(super) slack: Vec<f64>,
    /// Where numbers were clipped, so that the largest say only "at least this".
    pub(super) clip: Option<f64>,
}

type Mapping = Vec<Option<u32>>;

/// The first and the last row of each sequence, and the next and previous one in it.
struct Order {
    order: Vec<usize>,
    first: Vec<usize>,
    last: Vec<usize>,
}

fn order_by(rows: &Rows, of: impl Fn(usize) -> u64) -> Order {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|it| (of(*it), rows.turn[*it], *it));
    let (mut first, mut last) = (vec![0; rows.len()], vec![0; rows.len()]);
    let mut start = 0;
    while start < order.len() {
        let end = order[start..].partition_point(|it| of(*it) == of(order[start])) + start;
        for at in &order[start..end] {
            (first[*at], last[*at]) = (order[start], order[end - 1]);
        }
        start = end;
    }
    Order { order, first, last }
}

/// Rows of other rollouts that a row corresponds to.
struct Corresponding {
    exact: HashMap<(u32, u32, u32), usize>,
    last_of_agent: HashMap<(u32, u32), usize>,
    last: HashMap<u32, usize>,
}

impl Corresponding {
    fn new(rows: &Rows, order: &[usize]) -> Self {
        let (mut exact, mut last_of_agent, mut last) = (HashMap::new(), HashMap::new(), HashMap::new());
        for at in order.iter().copied().filter(|it| rows.place[*it].1.is_some()) {
            exact.entry((rows.episode[at], rows.agent[at], rows.agent_turn[at])).or_insert(at);
            last_of_agent.insert((rows.episode[at], rows.agent[at]), at);
            last.insert(rows.episode[at], at);
        }
        Self { exact, last_of_agent, last }
    }

    fn of(&self, episode: u32, agent: u32, turn: u32) -> Option<u32> {
        let found = self.exact.get(&(episode, agent, turn));
        let found = found.or_else(|| self.last_of_agent.get(&(episode, agent)));
        found.or_else(|| self.last.get(&episode)).map(|it| *it as u32)
    }
}

/// Every mapping of rows.
fn mappings(rows: &Rows) -> Vec<(Taken, Mapping)> {
    let n = rows.len();
    let agents = rows.agents.len().max(1) as u64;
    let episodes = order_by(rows, |it| u64::from(rows.episode[it]));
    let parts = order_by(rows, |it| u64::from(rows.episode[it]) * agents + u64::from(rows.agent[it]));
    let all = |of: &dyn Fn(usize) -> Option<usize>| -> Mapping {
        (0..n).map(|it| of(it).map(|it| it as u32)).collect()
    };
    let mut found = vec![
        (Taken::Own, all(&Some)),
        (Taken::LastTurn, all(&|it| (episodes.last[it] == it).then_some(it))),
        (Taken::AgentsLastTurn, all(&|it| (parts.last[it] == it).then_some(it))),
        (Taken::FirstAct, all(&|it| Some(episodes.first[it]))),
        (Taken::LastAct, all(&|it| Some(episodes.last[it]))),
        (Taken::AgentsFirst, all(&|it| Some(parts.first[it]))),
        (Taken::AgentsLast, all(&|it| Some(parts.last[it]))),
    ];
    let order = &episodes.order;
    let mut shifted = |by: usize, within: bool, name: Taken| {
        let mut mapping: Mapping = vec![None; n];
        for (place, at) in order.iter().enumerate() {
            let to = order[(place + by) % n];
            let same = rows.episode[to] == rows.episode[*at];
            let is_far = (place + by >= n && by == 1) || (place < n - by && by == n - 1);
            mapping[*at] = (!within || same && !is_far).then_some(to as u32);
        }
        found.push((name, mapping));
    };
    if n > 1 {
        shifted(1, false, Taken::NextRow);
        shifted(n - 1, false, Taken::PreviousRow);
        shifted(1, true, Taken::NextTurn);
        shifted(n - 1, true, Taken::PreviousTurn);
    }
    let corresponding = Corresponding::new(rows, order);
    let mut in_log: Vec<u32> = rows.episode.clone();
    in_log.dedup();
    in_log.sort_unstable();
    in_log.dedup();
    let mut group_of: HashMap<u32, u32> = HashMap::new();
    (0..n).for_each(|it| _ = group_of.insert(rows.episode[it], rows.group[it]));
    let mut by_group: HashMap<u32, Vec<u32>> = HashMap::new();
    in_log.iter().for_each(|it| by_group.entry(group_of[it]).or_default().push(*it));
    let neighbours = |lists: &mut dyn Iterator<Item = &Vec<u32>>| {
        let mut found: HashMap<u32, (u32, u32)> = HashMap::new();
        for list in lists {
            let k = list.len();
            for (at, episode) in list.iter().enumerate() {
                found.insert(*episode, (list[(at + 1) % k], list[(at + k - 1) % k]));
            }
        }
        found
    };
    let in_group = neighbours(&mut by_group.values());
    let in_all = neighbours(&mut std::iter::once(&in_log));
    let of = |it: usize, episode: u32| corresponding.of(episode, rows.agent[it], rows.agent_turn[it]);
    for (next, previous, beside) in [
        (Taken::NextRollout, Taken::PreviousRollout, &in_group),
        (Taken::NextEpisode, Taken::PreviousEpisode, &in_all),
    ] {
        found.push((next, (0..n).map(|it| of(it, beside[&rows.episode[it]].0)).collect()));
        found.push((previous, (0..n).map(|it| of(it, beside[&rows.episode[it]].1)).collect()));
    }
    if agents > 1 {
        let other = |it: usize| (rows.agent[it] + 1) % agents as u32;
        let of = |it: usize| corresponding.of(rows.episode[it], other(it), rows.agent_turn[it]);
        found.push((Taken::OtherAgent, (0..n).map(of).collect()));
    }
    found
}

fn factors(rows: &Rows, declared: &[usize], gammas: &[f64]) -> Vec<(Factor, Vec<f64>)> {
    let by = |of: &dyn Fn(usize) -> f64| declared.iter().map(|it| of(*it)).collect::<Vec<f64>>();
    let mut all = vec![(Factor::One, vec![1.0; declared.len()])];
    if rows.length.iter().any(|it| *it > 1.0) {
        all.push((Factor::PerTurns, by(&|it| 1.0 / rows.length[it])));
        all.push((Factor::PerAgentTurns, by(&|it| 1.0 / rows.agent_length[it])));
        all.push((Factor::PerRootTurns, by(&|it| 1.0 / rows.length[it].sqrt())));
        let turn = |it: usize| f64::from(rows.turn[it]);
        for gamma in gammas {
            all.push((Factor::Left(*gamma), by(&|it| gamma.powf(rows.length[it] - 1.0 - turn(it)))));
            all.push((Factor::LeftAndOne(*gamma), by(&|it| gamma.powf(rows.length[it] - turn(it)))));
            all.push((Factor::Gone(*gamma), by(&|it| gamma.powf(turn(it)))));
        }
    }
    if declared.iter().all(|it| rows.tokens[*it] > 0.0) {
        all.push((Factor::PerTokens, by(&|it| 1.0 / rows.tokens[it])));
    }
    all
}

/// Every mapping and factor that the declared numbers do not contradict. `tolerance`: of a declared number.
pub(super) fn targets(rows: &Rows, tolerance: f64, gammas: &[f64], only_own: bool) -> Vec<Target> {
    let declared = rows.declared_rows();
    let mut found: Vec<Target> = Vec::new();
    let mut known: HashMap<Vec<i64>, usize> = HashMap::new();
    let factors = factors(rows, &declared, gammas);
    for (taken, mapping) in mappings(rows) {
        if only_own && taken != Taken::Own {
            break;
        }
        let source: Mapping = declared.iter().map(|it| mapping[*it]).collect();
        let is_zero =
            |(at, to): (&usize, &Option<u32>)| to.is_some() || rows.declared[*at].abs() <= tolerance;
        if !declared.iter().zip(&source).all(is_zero) || source.iter().all(Option::is_none) {
            continue;
        }
        for (name, factor) in &factors {
            if only_own && *name != Factor::One {
                break;
            }
            let Some((value, slack)) = undone(rows, &declared, &source, factor, tolerance) else { continue };
            let grain =
                if *name == Factor::One && taken == Taken::Own { tolerance.max(1e-12) } else { 1e-10 };
            let of = |it: &f64| if it.is_nan() { i64::MIN } else { (it / grain).round() as i64 };
            let hash: Vec<i64> = value.iter().map(of).collect();
            if let Some(same) = known.get(&hash) {
                found[*same].names.push((taken, *name));
                continue;
            }
            known.insert(hash, found.len());
            let (source, factor) = (source.clone(), factor.clone());
            found.push(Target { names: vec![(taken, *name)], source, factor, value, slack, clip: None });
        }
    }
    let clipped = clip(rows, &declared, tolerance).map(|at| clipped(&found, at, tolerance));
    found.extend(clipped.into_iter().flatten());
    found
}

/// What the advantages of source rows were; `None`: two numbers contradict each other.
fn undone(
    rows: &Rows,
    declared: &[usize],
    source: &[Option<u32>],
    factor: &[f64],
    tolerance: f64,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = rows.len();
    let (mut low, mut high) = (vec![f64::NEG_INFINITY; n], vec![f64::INFINITY; n]);
    for ((at, source), factor) in declared.iter().zip(source).zip(factor) {
        let Some(source) = source else { continue };
        let (value, slack) = (rows.declared[*at] / factor, tolerance / factor);
        let to = *source as usize;
        low[to] = low[to].max(value - slack);
        high[to] = high[to].min(value + slack);
        if low[to] > high[to] + 1e-12 {
            return None;
        }
    }
    let middle = |it: usize| if low[it].is_finite() { (low[it] + high[it]) / 2.0 } else { f64::NAN };
    let half = |it: usize| if low[it].is_finite() { (high[it] - low[it]) / 2.0 } else { 0.0 };
    Some(((0..n).map(middle).collect(), (0..n).map(|it| half(it).max(0.0)).collect()))
}

/// The number of at most two digits at which declared numbers seem to be clipped.
fn clip(rows: &Rows, declared: &[usize], tolerance: f64) -> Option<f64> {
    let most = declared.iter().map(|it| rows.declared[*it].abs()).fold(0.0, f64::max);
    let round = (most * 100.0).round() / 100.0;
    let at_most = declared.iter().filter(|it| (rows.declared[**it].abs() - most).abs() <= tolerance).count();
    let inner = declared.iter().filter(|it| (rows.declared[**it].abs() - most).abs() > tolerance);
    let is_round = (round - most).abs() <= tolerance.min(1e-6) + 1e-12;
    (at_most >= 2 && inner.count() >= 1 && most > tolerance && is_round && tolerance <= 6e-4).then_some(round)
}

fn clipped(plain: &[Target], at: f64, tolerance: f64) -> Vec<Target> {
    let of = |target: &Target| {
        let inside = |it: &f64| if it.abs() >= at - tolerance { f64::NAN } else { *it };
        Target {
            names: target.names.clone(),
            source: target.source.clone(),
            factor: target.factor.clone(),
            value: target.value.iter().map(inside).collect(),
            slack: target.slack.clone(),
            clip: Some(at),
        }
    };
    plain.iter().filter(|it| it.names[0].1 == Factor::One).map(of).collect()
}

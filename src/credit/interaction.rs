//! Pairwise interaction: what two agents earn together beyond what each adds alone.
//!
//! The Shapley interaction index (Grabisch and Roubens 1999)
//! `I_ij = sum_S s!(n-s-2)!/(n-1)! [v(S+ij) - v(S+i) - v(S+j) + v(S)]`: 0 in additive games, above 0 synergy,
//! below 0 redundancy. It is drawn on the edges of the graph; it divides nothing.
//!
//! With `p(s) = s!(n-s-2)!/(n-1)!` the coefficient of v(S) is `p(s-2)` if both are in S, `-p(s-1)` if one is,
//! and `p(s)` if none is. That is `x_i x_j A + (x_i + x_j) B + C` in the memberships x. So all pairs follow
//! from sums of two weighted tables over the sets that hold i, and over those that hold i and j. Folding a
//! table in halves, a bit at a time, gives these: a few passes for all pairs.

use crate::model::{Absence, AgentId, Caveat, Episode, Estimate, Scenario, Unavailable};
use crate::stats::sum;

use super::coalition::{LoggedGame, NORMAL_95, arms, bounds, of_credit, sample, tabulate};
use super::game::{Coalition, Table};
use super::question::{Question, caveat, missing};
use super::table::{method, methods};
use super::whose::rewarded;

/// Whether two agents do more or less together than alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InteractionKind {
    /// More: each is worth more with the other there.
    Synergy,
    /// Less: they stand in for each other.
    Redundancy,
    /// Neither.
    Additive,
    /// The interval holds 0: do not act on the sign.
    Unsure,
}

impl InteractionKind {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            InteractionKind::Synergy => "synergy",
            InteractionKind::Redundancy => "redundancy",
            InteractionKind::Additive => "additive",
            InteractionKind::Unsure => "unsure",
        }
    }
}

/// The interaction of two agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// One.
    pub a: AgentId,
    /// The other, of higher id.
    pub b: AgentId,
    /// In reward units.
    pub value: Estimate,
    /// Its sign, as far as it is known.
    pub kind: InteractionKind,
}

/// The interactions of all pairs of agents.
#[derive(Clone, Debug, PartialEq)]
pub struct Interactions {
    /// Every pair of players, ascending.
    pub pairs: Vec<Interaction>,
    /// What an absent agent does.
    pub absence: Option<Absence>,
    /// The coalitions used.
    pub sample: String,
    /// What to know before acting on it.
    pub caveats: Vec<Caveat>,
}

impl Interactions {
    /// The interaction of two agents, in either order.
    pub fn of(&self, one: AgentId, other: AgentId) -> Option<&Interaction> {
        let pair = (one.min(other), one.max(other));
        self.pairs.iter().find(|it| (it.a, it.b) == pair)
    }
}

/// The interaction of every pair of agents, under the edits of `scenario`. Its method does not matter, but
/// `lo` and `hi` of a coalition method bound what is not logged.
///
/// # Errors
/// When no coalition values are logged, or fewer than two or more than 24 agents play.
pub fn interactions(episode: &Episode, scenario: &Scenario) -> Result<Interactions, Unavailable> {
    let row = method("shapley").ok_or_else(|| missing("no coalition method is known"))?;
    let mut asked = Scenario { method: row.name.to_owned(), baseline: None, ..scenario.clone() };
    asked.params.retain(|name, _| row.param(name).is_some());
    let episode = &rewarded(episode, scenario);
    let question = Question::new(episode, &asked, row, methods())?;
    let mut game = LoggedGame::of(&question)?;
    let table = tabulate(&question, &mut game)?;
    if table.n < 2 {
        return Err(missing("an interaction takes two agents"));
    }
    let weights = Weights::shapley(table.n);
    let values = weights.pairs(&table.values);
    let variances = table.variances.as_ref().map(|it| weights.squared().pairs(it));
    let spread = if table.missing.is_empty() { None } else { Some(bounds(&question, &table)?) };
    let start = game.start(&question, String::new());
    let all: Vec<(usize, usize)> = all_pairs(table.n).collect();
    let coalitions = (0..table.values.len()).map(|it| Coalition(it as u64));
    let weight = |mask: usize, pair: usize| {
        let holds = |player: usize| mask >> player & 1 == 1;
        weights.of(mask.count_ones() as usize, holds(all[pair].0), holds(all[pair].1))
    };
    let runs = arms(&game, spread.unwrap_or((0.0, 0.0)), coalitions, all.len(), weight);
    let mut pairs = Vec::with_capacity(values.len());
    let scale = table.range().map_or(0.0, |(low, high)| low.abs().max(high.abs()));
    let players = game.players();
    for (at, (i, j)) in all_pairs(table.n).enumerate() {
        let error = variances.as_ref().map(|it| it[at].max(0.0).sqrt());
        let value = estimate(&weights, &table, (i, j), values[at], error, spread);
        let value = runs
            .as_ref()
            .map_or(value, |(runs, credits)| of_credit(runs, &credits[at], &value, table.missing.is_empty()));
        let kind = kind(&value, scale);
        pairs.push(Interaction { a: players[i], b: players[j], value, kind });
    }
    let mut caveats: Vec<Caveat> =
        start.caveats.into_iter().filter(|it| !row.caveats.contains(&it.text.as_str())).collect();
    if let Some((low, high)) = spread {
        let absent = table.missing.len();
        caveats
            .push(caveat(format!("{absent} coalitions are not logged: intervals hold for [{low}, {high}]")));
    }
    Ok(Interactions { pairs, absence: start.absence, sample: sample(&table), caveats })
}

fn estimate(
    weights: &Weights,
    table: &Table,
    pair: (usize, usize),
    value: f64,
    error: Option<f64>,
    spread: Option<(f64, f64)>,
) -> Estimate {
    let n = table.runs.map(|it| it.0);
    let Some((low, high)) = spread else {
        return match error {
            Some(error) => Estimate::with_standard_error(value, error, n),
            None => Estimate { n, ..Estimate::exact(value) },
        };
    };
    let weight = |it: &Coalition| weights.of(it.size(), it.contains(pair.0), it.contains(pair.1));
    let least = sum(table.missing.iter().map(weight).map(|it| it * if it >= 0.0 { low } else { high }));
    let most = sum(table.missing.iter().map(weight).map(|it| it * if it >= 0.0 { high } else { low }));
    let noise = error.unwrap_or(0.0) * NORMAL_95;
    let interval = Some((value + least - noise, value + most + noise));
    Estimate { interval, n, ..Estimate::exact(value + (least + most) / 2.0) }
}

/// `scale`: the largest value of a coalition.
fn kind(value: &Estimate, scale: f64) -> InteractionKind {
    if value.sign_unsure() {
        InteractionKind::Unsure
    } else if value.value.abs() <= scale * 1e-12 {
        InteractionKind::Additive
    } else if value.value > 0.0 {
        InteractionKind::Synergy
    } else {
        InteractionKind::Redundancy
    }
}

/// `(0, 1), (0, 2), ... (n-2, n-1)`.
fn all_pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

/// Coefficients by the size of a coalition, 0..=n.
struct Weights {
    both: Vec<f64>,
    one: Vec<f64>,
    none: Vec<f64>,
}

impl Weights {
    fn shapley(n: usize) -> Self {
        // p(s) = s!(n-s-2)!/(n-1)! = 1 / ((n-1) binomial(n-2, s)), s = 0..=n-2.
        let mut binomial = 1.0;
        let mut p = Vec::with_capacity(n - 1);
        for s in 0..n - 1 {
            p.push(1.0 / ((n - 1) as f64 * binomial));
            binomial = binomial * (n - 2 - s) as f64 / (s + 1) as f64;
        }
        let at = |s: Option<usize>| s.and_then(|s| p.get(s)).copied().unwrap_or(0.0);
        let by_size = |back: usize| (0..=n).map(|s| at(s.checked_sub(back))).collect::<Vec<_>>();
        Self { both: by_size(2), one: by_size(1).into_iter().map(|it| -it).collect(), none: by_size(0) }
    }

    fn squared(&self) -> Self {
        let square = |it: &Vec<f64>| it.iter().map(|it| it * it).collect();
        Self { both: square(&self.both), one: square(&self.one), none: square(&self.none) }
    }

    fn of(&self, size: usize, i: bool, j: bool) -> f64 {
        match (i, j) {
            (true, true) => self.both[size],
            (false, false) => self.none[size],
            _ => self.one[size],
        }
    }

    /// The number of each pair, in the order of [`all_pairs`]. `values` is by mask; what is not known is 0.
    fn pairs(&self, values: &[f64]) -> Vec<f64> {
        let n = self.both.len() - 1;
        assert_eq!(values.len(), 1 << n, "one value per coalition");
        // both x y + one (x + y - 2 x y) + none (1 - x - y + x y), sorted by x y, x + y and 1.
        let sizes = || 0..=n;
        let product: Vec<f64> = sizes().map(|s| self.both[s] - 2.0 * self.one[s] + self.none[s]).collect();
        let single: Vec<f64> = sizes().map(|s| self.one[s] - self.none[s]).collect();
        let weighted = |by_size: &[f64]| -> Vec<f64> {
            values.iter().enumerate().map(|(mask, it)| by_size[mask.count_ones() as usize] * it).collect()
        };
        let constant = total(&weighted(&self.none));
        let mut folded = weighted(&single);
        let singles = memberships(&mut folded);
        let mut folded = weighted(&product);
        let mut products = vec![0.0; n * n];
        for i in (1..n).rev() {
            let (low, high) = folded[..2 << i].split_at_mut(1 << i);
            // Sums over the sets that hold i (the upper half), by every lower bit.
            for (sum, upper) in low.iter_mut().zip(high.iter()) {
                *sum += upper;
            }
            for (j, sum) in memberships(high).into_iter().enumerate() {
                products[j * n + i] = sum;
            }
        }
        all_pairs(n).map(|(i, j)| sum([products[i * n + j], singles[i], singles[j], constant])).collect()
    }
}

/// For each bit of the index, the sum of the entries where it is set. Folds the table away, adding halves to
/// halves, so rounding grows only with the number of bits.
fn memberships(table: &mut [f64]) -> Vec<f64> {
    let bits = table.len().trailing_zeros() as usize;
    let mut sums = vec![0.0; bits];
    for bit in (0..bits).rev() {
        let (low, high) = table[..2 << bit].split_at_mut(1 << bit);
        sums[bit] = total(high);
        for (sum, upper) in low.iter_mut().zip(high.iter()) {
            *sum += upper;
        }
    }
    sums
}

/// A sum in eight lanes, folded at the end, in blocks whose sums are added pairwise.
fn total(values: &[f64]) -> f64 {
    const BLOCK: usize = 512;
    if values.len() > BLOCK {
        let half = values.len() / 2;
        return total(&values[..half]) + total(&values[half..]);
    }
    let mut lanes = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])) + rest
}

#[cfg(test)]
mod tests;

//! Shares that leave the greatest grievance as small as can be: the least core, and the nucleolus in it.
//!
//! The grievance of a coalition is what it earns by itself less what its members get. Of all ways to share what the
//! whole team earns, the least core has those whose greatest grievance is least, e*; each share has a range there. One
//! program a round makes the greatest grievance least among the coalitions that are not settled yet; those that hold
//! it (a price above 0) keep it in every solution and are settled, as is whatever they decide between them, until one
//! sharing is left: the nucleolus (Schmeidler 1969; Maschler, Peleg and Shapley 1979).

use crate::credit::game::Coalition;
use crate::stats::{NoOptimum, Program, solve};

/// What is decided about a coalition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settled {
    pub(super) coalition: Coalition,
    /// What it earns by itself, above what nobody earns.
    pub(super) earns: f64,
    /// How much less its members get; below 0: more.
    pub(super) grievance: f64,
}

/// The least core of a game.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LeastCore {
    /// e*; `None`: one player, whom nobody can wrong.
    pub(super) grievance: Option<f64>,
    /// Coalitions that have it wherever it is least.
    pub(super) held_by: Vec<Coalition>,
    /// Least and greatest share of each player.
    pub(super) ranges: Vec<(f64, f64)>,
    /// The nucleolus.
    pub(super) shares: Vec<f64>,
    /// As many independent coalitions as there are players, which decide it.
    pub(super) settled: Vec<Settled>,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Free {
    /// Nothing holds the greatest grievance.
    Grievance,
    /// Nothing holds the share of this player.
    Share(usize),
    /// Rounding spoils it.
    Unsettled,
}

/// Below this part of the largest value a difference is rounding.
const ROUNDING: f64 = 1e-9;

/// The least core of `n` players. `proper`: what coalitions other than nobody and everybody earn above nobody.
pub(super) fn least_core(n: usize, all: f64, proper: &[(Coalition, f64)]) -> Result<LeastCore, Free> {
    let scale = proper.iter().fold(all.abs(), |most, it| most.max(it.1.abs()));
    let whole = Settled { coalition: Coalition::all(n), earns: all, grievance: 0.0 };
    let mut decided = Span::default();
    decided.add(n, whole.coalition);
    let mut found = LeastCore {
        grievance: None,
        held_by: Vec::new(),
        ranges: vec![(all, all); n],
        shares: vec![all; n],
        settled: vec![whole],
    };
    while found.settled.len() < n {
        let open: Vec<(Coalition, f64)> =
            proper.iter().copied().filter(|it| !decided.holds(n, it.0)).collect();
        let (grievance, holding) =
            round(n, &open, &found.settled, scale).map_err(|it| why(it, Free::Grievance))?;
        if found.grievance.is_none() {
            found.ranges = ranges(n, all, proper, grievance)?;
            found.held_by = holding.iter().map(|it| it.0).collect();
            found.grievance = Some(grievance);
        }
        let before = found.settled.len();
        for (coalition, earns) in holding {
            if decided.add(n, coalition) {
                found.settled.push(Settled { coalition, earns, grievance });
            }
        }
        if found.settled.len() == before {
            return Err(Free::Unsettled);
        }
    }
    let matrix = found.settled.iter().map(|it| indicator(n, it.coalition)).collect();
    found.shares = solve(matrix, found.settled.iter().map(|it| it.earns - it.grievance).collect());
    for (range, share) in found.ranges.iter_mut().zip(&found.shares) {
        *range = (range.0.min(*share), range.1.max(*share));
        if range.1 - range.0 <= 10.0 * ROUNDING * scale {
            *range = (*share, *share);
        }
    }
    Ok(found)
}

/// The least greatest grievance of coalitions that are not settled, and those that hold it.
fn round(
    n: usize,
    open: &[(Coalition, f64)],
    settled: &[Settled],
    scale: f64,
) -> Result<(f64, Vec<(Coalition, f64)>), NoOptimum> {
    let mut program = Program::new(n + 1);
    for (coalition, earns) in open {
        program.at_least(&with_last(n, *coalition, 1.0), *earns);
    }
    for it in settled {
        program.exactly(&with_last(n, it.coalition, 0.0), it.earns - it.grievance);
    }
    let mut cost = vec![0.0; n + 1];
    cost[n] = 1.0;
    let found = program.least(&cost)?;
    let grievance = if found.value.abs() <= 1e-12 * scale { 0.0 } else { found.value };
    let holding = found.prices.iter().filter_map(|it| open.get(it.0).copied()).collect();
    Ok((grievance, holding))
}

/// The range of each share where no coalition has a greater grievance: two programs a player.
fn ranges(n: usize, all: f64, proper: &[(Coalition, f64)], grievance: f64) -> Result<Vec<(f64, f64)>, Free> {
    let mut program = Program::new(n);
    program.exactly(&vec![1.0; n], all);
    for (coalition, earns) in proper {
        program.at_least(&indicator(n, *coalition), earns - grievance);
    }
    let end = |player: usize, direction: f64| {
        let mut cost = vec![0.0; n];
        cost[player] = direction;
        let found = program.least(&cost).map_err(|it| why(it, Free::Share(player)))?;
        Ok(direction * found.value)
    };
    (0..n).map(|player| Ok((end(player, 1.0)?, end(player, -1.0)?))).collect()
}

fn why(none: NoOptimum, unbounded: Free) -> Free {
    match none {
        NoOptimum::Unbounded => unbounded,
        NoOptimum::Infeasible | NoOptimum::Unsettled => Free::Unsettled,
    }
}

/// 1 for each player in it, else 0.
pub(super) fn indicator(n: usize, coalition: Coalition) -> Vec<f64> {
    (0..n).map(|it| f64::from(u8::from(coalition.contains(it)))).collect()
}

fn with_last(n: usize, coalition: Coalition, last: f64) -> Vec<f64> {
    let mut row = indicator(n, coalition);
    row.push(last);
    row
}

/// Which coalitions others decide: sums and differences of them.
#[derive(Default)]
struct Span {
    /// Independent rows, each with the place of its pivot, which is 1.
    rows: Vec<(usize, Vec<f64>)>,
}

impl Span {
    /// What of a coalition they do not decide, and where that is largest.
    fn rest(&self, n: usize, coalition: Coalition) -> (usize, Vec<f64>) {
        let mut rest = indicator(n, coalition);
        for (pivot, row) in &self.rows {
            let factor = rest[*pivot];
            if factor != 0.0 {
                rest.iter_mut().zip(row).for_each(|(it, part)| *it -= factor * part);
            }
        }
        let largest = (0..n).max_by(|a, b| rest[*a].abs().total_cmp(&rest[*b].abs()));
        (largest.unwrap_or(0), rest)
    }

    fn holds(&self, n: usize, coalition: Coalition) -> bool {
        let (largest, rest) = self.rest(n, coalition);
        rest[largest].abs() <= ROUNDING
    }

    /// Adds one that they do not decide yet; says whether it is such a one.
    fn add(&mut self, n: usize, coalition: Coalition) -> bool {
        let (pivot, mut rest) = self.rest(n, coalition);
        let by = rest[pivot];
        if by.abs() <= ROUNDING {
            return false;
        }
        rest.iter_mut().for_each(|it| *it /= by);
        self.rows.push((pivot, rest));
        true
    }
}

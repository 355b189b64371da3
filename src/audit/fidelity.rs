//! Credit fidelity: does the credit order candidates as their worth does? The first diagnostic of C3
//! (EIT-EAST-Lab/C3, `c3/analysis`), split in halves.
//!
//! Spearman's rho of `A_j` against `Delta_j = Rbar_j - V(h)`, pooled over groups. Leave-one-out credit has
//! fidelity 1 against the returns it was computed from, whatever it is worth. So here the credit comes from
//! the first half of each candidate's replays and Delta from the second. V(h) is the mean of the candidates
//! drawn anew if there are any, or else the mean of the second halves.

use crate::{
    model::{Estimate, Value},
    stats::{Draws, spearman},
};

use super::{Baseline, Group, Replayed, advantage::weighted_mean};

/// Credits nearer than this, relative to the largest, are tied.
const TIE: f64 = 1e-12;
/// At most this many resamples for the interval; fewer if there are very many points.
const RESAMPLES: usize = 1000;
/// At most this many points in all resamples together, so that a large log takes seconds.
const WORK: usize = 5_000_000;
/// An interval needs this many groups: fewer do not show how groups differ.
const GROUPS: usize = 3;

/// Split-half fidelity of one credit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fidelity {
    /// Over all candidates; the interval is a bootstrap over groups.
    pub all_candidates: Value,
    /// Over what really happened only.
    pub real_only: Value,
    /// Groups that could be split.
    pub groups: usize,
    /// Groups that could not be used: fewer than two candidates with two replays.
    pub without: usize,
    /// Candidates in them.
    pub points: usize,
}

/// A candidate's credit, its value from other replays, and whether it really happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) credit: f64,
    pub(super) delta: f64,
    pub(super) real: bool,
}

/// Fidelity over `groups` of the credit against `baseline`; resampling draws from `seed`.
pub fn fidelity(groups: &[Group], baseline: Baseline, seed: u64) -> Fidelity {
    let split: Vec<Vec<Point>> = groups.iter().filter_map(|it| points(it, baseline)).collect();
    let real: Vec<Vec<Point>> = split
        .iter()
        .map(|it| it.iter().copied().filter(|it| it.real).collect::<Vec<Point>>())
        .filter(|it| !it.is_empty())
        .collect();
    Fidelity {
        all_candidates: pooled(&split, seed),
        real_only: pooled(&real, seed),
        groups: split.len(),
        without: groups.len() - split.len(),
        points: split.iter().map(Vec::len).sum(),
    }
}

/// The candidates of a group that were replayed at least twice; `None` if fewer than two were.
fn points(group: &Group, baseline: Baseline) -> Option<Vec<Point>> {
    let twice: Vec<&Replayed> = group.credited().filter(|it| it.returns.len() > 1).collect();
    if twice.len() < 2 {
        return None;
    }
    let halves = |it: &&Replayed| {
        let (first, second) = it.returns.split_at(it.returns.len() / 2);
        let mean = |half: &[f64]| half.iter().sum::<f64>() / half.len() as f64;
        (mean(first), (mean(second), second.len() as f64))
    };
    let (first, (second, weights)): (Vec<f64>, (Vec<f64>, Vec<f64>)) = twice.iter().map(halves).unzip();
    let (drawn, drawn_weights): (Vec<f64>, Vec<f64>) =
        group.drawn_anew().filter_map(|it| Some((it.mean?, it.n))).unzip();
    let value = if drawn.is_empty() {
        weighted_mean(&second, &weights)
    } else {
        weighted_mean(&drawn, &drawn_weights)
    };
    let credit = baseline.credit(&first, &vec![1.0; first.len()]);
    let points = twice.iter().zip(credit).zip(second);
    Some(points.map(|((it, credit), mean)| Point { credit, delta: mean - value, real: it.real }).collect())
}

/// Spearman over all points of all groups, with its interval over groups.
pub(super) fn pooled(groups: &[Vec<Point>], seed: u64) -> Value {
    let points: usize = groups.iter().map(Vec::len).sum();
    if points == 0 {
        return Value::Undefined(
            "no group has two candidates with two replays each: one half would judge itself".to_owned(),
        );
    }
    if points == 1 {
        return Value::Undefined("one candidate alone has no order".to_owned());
    }
    match rho(groups.iter()) {
        None => Value::Undefined("all credits, or all differences, are equal: there is no order".to_owned()),
        Some(value) => Value::Number(Estimate {
            interval: interval(groups, points, seed),
            n: Some(u32::try_from(points).unwrap_or(u32::MAX)),
            ..Estimate::exact(value)
        }),
    }
}

fn rho<'a>(groups: impl Iterator<Item = &'a Vec<Point>>) -> Option<f64> {
    let (credit, delta): (Vec<f64>, Vec<f64>) = groups.flatten().map(|it| (it.credit, it.delta)).unzip();
    spearman(&credit, &delta, TIE)
}

/// The middle 95% of fidelity over groups drawn with replacement (percentile bootstrap): the candidates of
/// one group share their baseline, so groups are the unit.
fn interval(groups: &[Vec<Point>], points: usize, seed: u64) -> Option<(f64, f64)> {
    if groups.len() < GROUPS {
        return None;
    }
    let resamples = (WORK / points).clamp(100, RESAMPLES);
    let mut draws = Draws::new(seed);
    let mut drawn = || {
        let at = (draws.uniform() * groups.len() as f64) as usize;
        &groups[at.min(groups.len() - 1)]
    };
    let mut values: Vec<f64> = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        let resample: Vec<&Vec<Point>> = (0..groups.len()).map(|_| drawn()).collect();
        values.extend(rho(resample.into_iter()));
    }
    // Resamples without an order are left out; if most are, so is the interval.
    if values.len() < resamples / 2 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some((quantile(&values, 0.025), quantile(&values, 0.975)))
}

/// The quantile of sorted values, linear between neighbours.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + part * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::super::sample::{close, group, vector_groups};
    use super::*;

    #[test]
    fn split_half_of_the_reference() {
        // `diagnostics.split_half_fidelity_all_candidates` of tests/data/vectors.json, from a numpy program
        // that shares no code with this one: A from the first half of the replays, Delta from the second.
        let found = fidelity(&vector_groups(), Baseline::LeaveOneOut, 7);
        let all = found.all_candidates.number().unwrap();
        close(all.value, 0.632_598_734_918_344_5);
        assert_eq!((found.groups, found.without, found.points, all.n), (3, 0, 9, Some(9)));
        let (low, high) = all.interval.unwrap();
        assert!(-1.0 <= low && low <= all.value && all.value <= high && high <= 1.0, "{low} {high}");
    }

    #[test]
    fn halves_by_hand() {
        // First halves 1, 0, 0.5 and second halves 0.5, 0, 1 order the candidates 3 1 2 and 2 1 3: rho = 1 -
        // 6 (1 + 0 + 1) / 24.
        let groups =
            [group("g", &[(&[1.0, 1.0, 0.0, 1.0], &[]), (&[0.0; 4], &[]), (&[0.0, 1.0, 1.0, 1.0], &[])])];
        let found = fidelity(&groups, Baseline::LeaveOneOut, 7);
        close(found.all_candidates.number().unwrap().value, 0.5);
        // One group does not show how groups differ, and one real candidate has no order.
        assert_eq!(found.all_candidates.number().unwrap().interval, None);
        assert!(matches!(found.real_only, Value::Undefined(_)));
    }

    #[test]
    fn what_is_undefined_stays_undefined() {
        let check =
            |groups: &[Group], why: &str| match fidelity(groups, Baseline::LeaveOneOut, 7).all_candidates {
                Value::Undefined(text) => assert!(text.contains(why), "{text}"),
                other => panic!("{other:?}"),
            };
        check(&[], "no group");
        check(&[group("g", &[(&[1.0], &[]), (&[0.0], &[])])], "no group has two candidates with two replays");
        check(&[group("g", &[(&[1.0, 0.0], &[]), (&[1.0, 0.0], &[])])], "equal");
    }

    #[test]
    fn candidates_drawn_anew_give_the_value_of_the_context() {
        // Two groups; the second is better throughout. With V(h) from the extra candidates the differences
        // are 0.5, -0.5 and 0.5, -0.5; rho 1 by ranks 3.5 1.5 3.5 1.5 on both sides.
        let mut groups = [
            group("g", &[(&[0.5; 2], &[]), (&[-0.5; 2], &[]), (&[0.0], &[])]),
            group("h", &[(&[9.5; 2], &[]), (&[8.5; 2], &[]), (&[9.0], &[])]),
        ];
        groups.iter_mut().for_each(|it| it.candidates[2].extra = true);
        let found = fidelity(&groups, Baseline::LeaveOneOut, 7);
        close(found.all_candidates.number().unwrap().value, 1.0);
    }

    #[test]
    fn quantiles() {
        close(quantile(&[0.0, 1.0, 2.0], 0.25), 0.5);
        close(quantile(&[3.0], 0.975), 3.0);
    }
}

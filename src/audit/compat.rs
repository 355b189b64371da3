//! The diagnostics as the reference implementation of C3 computes them (EIT-EAST-Lab/C3, `c3/analysis`), for
//! `--c3-compat`: to compare numbers with theirs, not to believe them.
//!
//! They are not honest in two ways. What has no value counts as 0 (a lone candidate, a constant side, a group
//! without next texts). And fidelity compares a credit with the very returns it was computed from; for
//! leave-one-out against the mean of equal groups that is 1 whatever the credit is worth.

use crate::stats::spearman;

use super::{
    Baseline, Group, Influence,
    advantage::{population_variance, weighted_mean},
    influence::{self, Counting},
    spread::Spread,
};

/// A credit that the reference implementation audits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// C3: leave-one-out, V(h) from the extra candidates.
    C3Loo,
    /// C3's full mean.
    C3FullMean,
    /// MAGRPO's mean.
    MagrpoMean,
    /// MAGRPO's leave-one-out.
    MagrpoRloo,
}

impl Mode {
    /// All, in the order shown.
    pub const ALL: [Mode; 4] = [Mode::C3Loo, Mode::C3FullMean, Mode::MagrpoMean, Mode::MagrpoRloo];

    /// The name in the reference implementation's files.
    pub fn name(self) -> &'static str {
        match self {
            Mode::C3Loo => "c3_loo",
            Mode::C3FullMean => "c3_full_mean",
            Mode::MagrpoMean => "magrpo_mean",
            Mode::MagrpoRloo => "magrpo_rloo",
        }
    }

    /// What it subtracts.
    pub fn baseline(self) -> Baseline {
        match self {
            Mode::C3Loo | Mode::MagrpoRloo => Baseline::LeaveOneOut,
            Mode::C3FullMean | Mode::MagrpoMean => Baseline::FullMean,
        }
    }

    /// Whether V(h) comes from the extra candidates if there are any.
    pub fn extra_value(self) -> bool {
        self == Mode::C3Loo
    }
}

/// One mode, audited.
#[derive(Clone, Debug, PartialEq)]
pub struct CompatCredit {
    /// Which.
    pub mode: Mode,
    /// Fidelity over all candidates, and how many.
    pub all_candidates: (f64, usize),
    /// Fidelity over what really happened, and how many.
    pub real_only: (f64, usize),
    /// Within-group variance.
    pub variance: Spread,
    /// Candidate by candidate.
    pub details: Vec<CompatDetail>,
}

/// A row of the reference implementation's `credit_details` files.
#[derive(Clone, Debug, PartialEq)]
pub struct CompatDetail {
    /// Episode of the group.
    pub episode: String,
    /// Name of the group.
    pub group: String,
    /// The candidate.
    pub j: i64,
    /// Whether it is what really happened.
    pub real: bool,
    /// Number of returns.
    pub returns: f64,
    /// Mean return.
    pub mean: f64,
    /// Leave-one-out baseline, whatever the mode.
    pub baseline_loo: f64,
    /// Credit.
    pub credit: f64,
    /// Estimated value of the context.
    pub value: f64,
    /// Mean return minus that.
    pub delta: f64,
}

/// Audits `mode` over `groups`.
pub fn credit(groups: &[Group], mode: Mode) -> CompatCredit {
    let details: Vec<Vec<CompatDetail>> = groups.iter().map(|it| details(it, mode)).collect();
    let variances: Vec<f64> = details
        .iter()
        .map(|rows| {
            let credits: Vec<f64> = rows.iter().map(|it| it.credit).collect();
            if credits.len() < 2 { 0.0 } else { population_variance(&credits) }
        })
        .collect();
    let all: Vec<&CompatDetail> = details.iter().flatten().collect();
    let real: Vec<&CompatDetail> = all.iter().copied().filter(|it| it.real).collect();
    let (all_candidates, real_only) = (fidelity(&all), fidelity(&real));
    let variance = Spread::of(&variances);
    CompatCredit {
        mode,
        all_candidates,
        real_only,
        variance,
        details: details.into_iter().flatten().collect(),
    }
}

fn fidelity(rows: &[&CompatDetail]) -> (f64, usize) {
    let credit: Vec<f64> = rows.iter().map(|it| it.credit).collect();
    let delta: Vec<f64> = rows.iter().map(|it| it.delta).collect();
    (spearman(&credit, &delta, 0.0).unwrap_or(0.0), rows.len())
}

fn details(group: &Group, mode: Mode) -> Vec<CompatDetail> {
    let (means, weights): (Vec<f64>, Vec<f64>) =
        group.credited().filter_map(|it| Some((it.mean?, it.n))).unzip();
    let (extra, extra_weights): (Vec<f64>, Vec<f64>) =
        group.drawn_anew().filter_map(|it| Some((it.mean?, it.n))).unzip();
    let value = if mode.extra_value() && !extra.is_empty() {
        weighted_mean(&extra, &extra_weights)
    } else {
        weighted_mean(&means, &weights)
    };
    let base = Baseline::LeaveOneOut.of(&means, &weights);
    let credit = mode.baseline().credit(&means, &weights);
    // The reference takes the first candidate as real if a bucket does not say.
    let marked = group.credited().any(|it| it.real);
    let row = |(at, it): (usize, &super::Replayed)| CompatDetail {
        episode: group.episode.clone(),
        group: group.name.clone(),
        j: it.j,
        real: if marked { it.real } else { at == 0 },
        returns: it.n,
        mean: means[at],
        baseline_loo: base[at],
        credit: credit[at],
        value,
        delta: means[at] - value,
    };
    group.credited().enumerate().map(row).collect()
}

/// Inter-agent influence, groups without next texts counted as 0.
pub fn influence(groups: &[Group]) -> (Spread, Influence) {
    let (counting, bits) = Counting::of(groups);
    let values: Vec<f64> =
        bits.iter().map(|it| it.as_ref().map_or(0.0, |it| counting.information(it).max(0.0))).collect();
    (Spread::of(&values), influence::plain(&counting, &bits))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{close, vector_groups};
    use super::*;

    #[test]
    fn buckets_of_the_reference() {
        // Computed by the reference implementation for these three buckets of three candidates, four replays
        // each: variances of A and their mean; fidelity 1 by the identity A_loo = n/(n-1) A_mean.
        let groups = vector_groups();
        let check = |mode: Mode, mean: f64| {
            let got = credit(&groups, mode);
            close(got.variance.mean, mean);
            assert_eq!((got.all_candidates, got.real_only), ((1.0, 9), (1.0, 3)));
        };
        check(Mode::C3Loo, 0.177_083_333_333_333_34);
        check(Mode::MagrpoRloo, 0.177_083_333_333_333_34);
        check(Mode::C3FullMean, 0.078_703_703_703_703_7);
        check(Mode::MagrpoMean, 0.078_703_703_703_703_7);
    }

    #[test]
    fn mutual_information_of_the_reference() {
        let (spread, influence) = influence(&vector_groups());
        close(spread.mean, 0.317_541_191_742_283_96);
        assert_eq!((spread.n, influence.vocabulary.len()), (3, 3));
    }

    #[test]
    fn what_is_undefined_is_0_here() {
        let mut groups = vector_groups();
        groups.truncate(1);
        groups[0].candidates.truncate(1);
        groups[0].candidates[0].next.clear();
        let got = credit(&groups, Mode::C3Loo);
        assert_eq!((got.all_candidates, got.variance.mean, got.details[0].credit), ((0.0, 1), 0.0, 0.0));
        assert_eq!(influence(&groups).0.mean, 0.0);
    }

    #[test]
    fn the_first_candidate_stands_in_for_the_real_one() {
        let mut groups = vector_groups();
        groups[1].candidates.iter_mut().for_each(|it| it.real = false);
        let got = credit(&groups, Mode::C3Loo);
        let real: Vec<i64> = got.details.iter().filter(|it| it.real).map(|it| it.j).collect();
        assert_eq!(real, [0, 0, 2]);
    }
}

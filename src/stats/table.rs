//! The arms that were measured together, and what kind of returns they hold.
//!
//! Decided here:
//! * The kind of returns is decided over the whole table, never by one arm: a coalition that always fails looks
//!   constant alone, and is pass/fail beside the others.
//! * 0 and 1 are pass/fail even where only one of them occurs. Other values that never differ say nothing of what
//!   else could have come out: no interval, unless the log declares the bounds.
//! * Where one arm has only its mean and spread, the kind of its returns is not known: the table is real-valued.

use std::ops::Range;

use super::arm::{Arm, ROUNDING, Spread};

/// What kind of returns a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnKind {
    /// Two values: pass and fail, however they are coded.
    PassFail,
    /// Few different values that repeat: grades.
    Few,
    /// Real numbers.
    Real,
    /// One value in every run.
    Constant,
}

/// Arms measured together: all coalitions of one group, or all candidates of the replay groups of one episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(super) arms: Vec<Arm>,
    /// Stretches of arms whose runs share their seeds, position by position.
    pub(super) paired: Vec<Range<usize>>,
    kind: ReturnKind,
    /// Least and most return, or the bounds that the log declares.
    bounds: (f64, f64),
    /// Variance of one return over all arms with a spread, and its degrees of freedom.
    pooled: Option<(f64, f64)>,
    pub(super) spreads: Vec<Spread>,
    pub(super) means: Vec<f64>,
}

impl Table {
    /// A table of `arms`. `declared`: fail and pass, where the log states that nothing else can come out.
    pub fn new(arms: Vec<Arm>, declared: Option<(f64, f64)>) -> Self {
        let (kind, bounds) = classify(&arms, declared);
        let spreads: Vec<Spread> = arms.iter().map(Arm::spread).collect();
        let means = arms.iter().map(Arm::mean).collect();
        Self { pooled: pooled(&spreads), paired: Vec::new(), arms, kind, bounds, spreads, means }
    }

    /// Says that the arms in each of `stretches` were run on the same seeds in the same order. Stretches must not
    /// overlap; one whose arms have different numbers of runs, or are known by their mean alone, is left out.
    pub fn with_shared_seeds(mut self, stretches: impl IntoIterator<Item = Range<usize>>) -> Self {
        let same = |it: &Range<usize>| {
            let mut runs = self.arms[it.clone()].iter().map(|arm| arm.returns().map_or(0, <[f64]>::len));
            let first = runs.next().unwrap_or(0);
            first > 1 && runs.all(|it| it == first)
        };
        self.paired = stretches.into_iter().filter(same).collect();
        self.paired.sort_by_key(|it| it.start);
        self
    }

    /// The same without the returns of arms that are not paired: what is asked of these is known without.
    pub fn without_returns(mut self) -> Self {
        for (at, arm) in self.arms.iter_mut().enumerate() {
            let paired = self.paired.iter().any(|it| it.contains(&at));
            let n = arm.returns().filter(|it| !paired && !it.is_empty()).map(<[f64]>::len);
            if let Some(n) = n {
                let std = match self.spreads[at] {
                    Spread::Known { variance, .. } => variance.sqrt(),
                    Spread::OneRun | Spread::Nothing => 0.0,
                };
                *arm = Arm::Summary { mean: self.means[at], std, n: Some(n as u32) };
            }
        }
        self
    }

    /// The arms, in the order given.
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// What kind of returns these are.
    pub fn kind(&self) -> ReturnKind {
        self.kind
    }

    /// Least and most return that can come out: as declared, else as seen.
    pub fn bounds(&self) -> (f64, f64) {
        self.bounds
    }

    /// Mean return of every arm.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The largest magnitude among the means and bounds: what rounding is measured by.
    pub fn scale(&self) -> f64 {
        let ends = self.bounds.0.abs().max(self.bounds.1.abs());
        self.means.iter().fold(ends, |scale, it| scale.max(it.abs()))
    }

    /// Whether any arm was measured, not only stated.
    pub fn has_runs(&self) -> bool {
        self.arms.iter().any(Arm::is_measured)
    }

    /// Whether runs of some arms are paired by their seeds.
    pub fn has_shared_seeds(&self) -> bool {
        !self.paired.is_empty()
    }

    /// The variance of one return over all arms that have a spread, and its degrees of freedom.
    pub(super) fn pooled(&self) -> Option<(f64, f64)> {
        self.pooled
    }
}

/// Variance pooled over arms with two runs or more. A spread that is known for sure takes no part: nothing was
/// estimated there.
fn pooled(spreads: &[Spread]) -> Option<(f64, f64)> {
    let (mut squares, mut all) = (0.0, 0.0);
    for spread in spreads {
        if let Spread::Known { variance, df, .. } = spread
            && df.is_finite()
        {
            squares += variance * df;
            all += df;
        }
    }
    (all > 0.0).then_some((squares / all, all))
}

fn classify(arms: &[Arm], declared: Option<(f64, f64)>) -> (ReturnKind, (f64, f64)) {
    let measured = || arms.iter().filter(|it| it.is_measured());
    let mut all: Vec<f64> = measured().filter_map(Arm::returns).flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (all.first().copied(), all.last().copied()) else {
        return (ReturnKind::Real, (0.0, 0.0));
    };
    let tolerance = ROUNDING * low.abs().max(high.abs()).max(1e-300);
    if measured().any(|it| it.returns().is_none()) {
        return (ReturnKind::Real, (low, high));
    }
    if let Some((fail, pass)) = declared
        && all.iter().all(|it| (it - fail).abs().min((it - pass).abs()) <= tolerance)
    {
        return (ReturnKind::PassFail, (fail.min(pass), fail.max(pass)));
    }
    if all.iter().all(|it| *it == 0.0 || *it == 1.0) {
        return (ReturnKind::PassFail, (0.0, 1.0));
    }
    let kind = match distinct(&all, tolerance) {
        1 => ReturnKind::Constant,
        2 if all.len() >= 3 => ReturnKind::PassFail,
        values if 2 * values <= all.len() && !measured().any(|it| all_distinct(it, tolerance)) => {
            ReturnKind::Few
        }
        _ => ReturnKind::Real,
    };
    (kind, (low, high))
}

/// How many different values, ascending.
fn distinct(sorted: &[f64], tolerance: f64) -> usize {
    1 + sorted.windows(2).filter(|it| it[1] - it[0] > tolerance).count()
}

/// Whether an arm of four runs or more never repeats a value.
fn all_distinct(arm: &Arm, tolerance: f64) -> bool {
    arm.returns().is_some_and(|returns| {
        let mut sorted = returns.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.len() >= 4 && distinct(&sorted, tolerance) == sorted.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arms: &[&[f64]], declared: Option<(f64, f64)>, kind: ReturnKind, bounds: (f64, f64)) {
        let table = Table::new(arms.iter().map(|it| Arm::Returns(it.to_vec())).collect(), declared);
        assert_eq!((table.kind(), table.bounds()), (kind, bounds), "{arms:?}");
    }

    #[test]
    fn kinds() {
        check(&[&[1.2, 3.1], &[2.2, 5.0]], None, ReturnKind::Real, (1.2, 5.0));
        check(&[&[1.0, 1.0], &[1.0, 1.0]], None, ReturnKind::PassFail, (0.0, 1.0));
        check(&[&[-5.0, 2.0], &[2.0]], None, ReturnKind::PassFail, (-5.0, 2.0));
        check(&[&[-5.0], &[2.0]], None, ReturnKind::Real, (-5.0, 2.0));
        check(&[&[2.0, 2.0], &[2.0]], None, ReturnKind::Constant, (2.0, 2.0));
        check(&[&[2.0, 2.0], &[2.0]], Some((-5.0, 2.0)), ReturnKind::PassFail, (-5.0, 2.0));
        check(&[&[0.0, 0.5, 1.0, 1.0], &[0.0, 0.0, 0.0, 0.5]], None, ReturnKind::Few, (0.0, 1.0));
        // An arm of four that never repeats is not few-valued, whatever the others do.
        check(&[&[0.0, 0.1, 0.2, 0.3], &[0.0, 0.0, 0.0, 0.1]], None, ReturnKind::Real, (0.0, 0.3));
        // 0.1 + 0.2 and 0.3 are one value.
        check(&[&[0.1 + 0.2, 0.3], &[0.3]], None, ReturnKind::Constant, (0.3, 0.1 + 0.2));
    }

    #[test]
    fn a_mean_without_returns_makes_it_real() {
        let arms = vec![Arm::Returns(vec![0.0, 1.0]), Arm::Summary { mean: 0.5, std: 0.5, n: Some(4) }];
        assert_eq!(Table::new(arms, None).kind(), ReturnKind::Real);
        // A stated value says nothing of the returns of the others.
        let arms = vec![Arm::Returns(vec![0.0, 1.0]), Arm::Stated(0.3)];
        assert_eq!(Table::new(arms, None).kind(), ReturnKind::PassFail);
    }

    #[test]
    fn seeds_are_shared_by_arms_of_one_length() {
        let arms = vec![Arm::Returns(vec![0.0, 1.0]), Arm::Returns(vec![1.0, 1.0]), Arm::Returns(vec![1.0])];
        let paired =
            |to| Table::new(arms.clone(), None).with_shared_seeds(std::iter::once(0..to)).has_shared_seeds();
        assert!(paired(2) && !paired(3));
    }
}

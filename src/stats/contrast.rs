//! A sum of weighted means of arms, and the interval it is known to.
//!
//! * Real-valued returns: Welch's t with the degrees of freedom of Satterthwaite (1946). Where an arm has fewer than
//!   four runs these are mixed (0.7 to 0.3, harmonically) with those that equal variances would give, as a variance
//!   from two runs is too rough to weigh others by. With more than four arms, or with runs that differ threefold, one
//!   arm may rule unseen, and the mix is more cautious (`FewRuns`). One run borrows the variance of the table; so do arms that
//!   show no spread at all, together.
//! * Pass/fail and few values: four pseudo-observations are shared over the arms by the weight they have in the
//!   standard error, at least 0.75 each, half at either bound, and t is used. For two arms that is Agresti and
//!   Caffo (2000) with t, for equal arms Price and Bonett (2004). The interval is not symmetric about the value.
//! * Runs that share seeds: t of the differences, run by run; pass/fail with two pseudo-observations. Differences that
//!   are the same in every run show no spread: the sum then has that of the runs themselves, as if nothing was shared.
//!
//! How often these cover the truth is in docs/STATISTICS.md.

use super::arm::{Arm, ROUNDING, Spread, variance};
use super::student::student_quantile;
use super::sum;
use super::table::{ReturnKind, Table};

/// Weights of arms: arm and weight, ascending by arm, no weight 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(Vec<(usize, f64)>);

impl Weights {
    /// From arms and weights in any order; what is said twice adds up.
    pub fn of(mut terms: Vec<(usize, f64)>) -> Self {
        // Stable, so that equal ones add up in a fixed order.
        terms.sort_by_key(|it| it.0);
        let mut weights: Vec<(usize, f64)> = Vec::with_capacity(terms.len());
        for (arm, weight) in terms {
            match weights.last_mut().filter(|it| it.0 == arm) {
                Some(last) => last.1 += weight,
                None => weights.push((arm, weight)),
            }
        }
        weights.retain(|it| it.1 != 0.0);
        Self(weights)
    }

    /// One weight per arm.
    pub fn dense(weights: &[f64]) -> Self {
        Self(weights.iter().copied().enumerate().filter(|it| it.1 != 0.0).collect())
    }

    /// Arm and weight, ascending by arm.
    pub fn terms(&self) -> &[(usize, f64)] {
        &self.0
    }

    /// These minus `other`.
    pub fn minus(&self, other: &Self) -> Self {
        let (ours, theirs) = (&self.0, &other.0);
        let (mut i, mut j) = (0, 0);
        let mut terms = Vec::with_capacity(ours.len() + theirs.len());
        while i < ours.len() || j < theirs.len() {
            let a = ours.get(i).filter(|a| theirs.get(j).is_none_or(|b| a.0 <= b.0));
            let b = theirs.get(j).filter(|b| ours.get(i).is_none_or(|a| b.0 <= a.0));
            let weight = a.map_or(0.0, |it| it.1) - b.map_or(0.0, |it| it.1);
            if weight != 0.0 {
                terms.extend(a.or(b).map(|it| (it.0, weight)));
            }
            i += usize::from(a.is_some());
            j += usize::from(b.is_some());
        }
        Self(terms)
    }

    /// The same with every weight times `factor`.
    pub fn times(&self, factor: f64) -> Self {
        Self(self.0.iter().map(|it| (it.0, it.1 * factor)).filter(|it| it.1 != 0.0).collect())
    }

    /// The sum of weighted `values`, one per arm.
    pub fn apply(&self, values: &[f64]) -> f64 {
        sum(self.0.iter().map(|it| it.1 * values[it.0]))
    }

    /// The same without compensation, for values that are drawn anyway.
    pub(super) fn apply_plainly(&self, values: &[f64]) -> f64 {
        self.0.iter().map(|it| it.1 * values[it.0]).sum()
    }
}

/// Why there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoInterval {
    /// Nothing of what was measured takes part.
    NothingMeasured,
    /// A value that takes part is stated without spread: nobody can know how far it is off.
    Stated,
    /// Something that takes part was never run.
    NoRuns,
    /// Every run of the table returned the same, and the log does not say what else can come out.
    Constant,
    /// Every value rests on one run: nothing shows a spread.
    OneRunEach,
    /// No value that was run more than once shows a spread.
    NoSpread,
    /// A value is only known to lie within bounds.
    Bounds,
}

impl NoInterval {
    /// In words, after "no interval: ".
    pub fn words(self) -> &'static str {
        match self {
            NoInterval::NothingMeasured => "nothing measured takes part",
            NoInterval::Stated => "a value is stated without `returns`, or `std` and `n`",
            NoInterval::NoRuns => "a value rests on no run",
            NoInterval::Constant => {
                "every run returned the same, and the log does not say what else can come out"
            }
            NoInterval::OneRunEach => "every value rests on one run",
            NoInterval::NoSpread => "no value shows a spread",
            NoInterval::Bounds => "a value is only known to lie within bounds",
        }
    }
}

/// An interval that covers the truth in `level` of all measurements like this one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end, in reward units.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How often it covers, 0..1.
    pub level: f64,
    /// Degrees of freedom of the t it was made with; infinite: a normal.
    pub df: f64,
    /// Standard error it was made with.
    pub standard_error: f64,
}

/// The sum of weighted means, with what its interval is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// The sum of weighted means as logged.
    pub value: f64,
    /// The middle of the interval: off the value where pseudo-observations take part.
    pub centre: f64,
    /// Standard error around the centre.
    pub standard_error: f64,
    /// Degrees of freedom; infinite: the spread is known.
    pub df: f64,
    /// What values that are only known to lie within bounds add on either side.
    pub reach: f64,
    /// By what share of half the interval the centre may be off the value before the interval is widened on that
    /// side: [`widens_from`].
    widens_from: f64,
    /// What the sum can be at all, where every return is one of two values.
    limits: Option<(f64, f64)>,
}

impl Contrast {
    /// The interval at `level`, e.g. 0.95.
    pub fn interval(&self, level: f64) -> Interval {
        let half = student_quantile(0.5 + level / 2.0, self.df) * self.standard_error + self.reach;
        let (mut low, mut high) = (self.centre - half, self.centre + half);
        // Pseudo-observations move the centre. Where that is more than the error they leave (several arms, all near
        // their bounds), the truth may lie beyond what was measured, too.
        let little = self.widens_from;
        let moved = (self.value - self.centre) / half;
        if moved.abs() > little {
            let beyond = half * (1.0 - little + 4.0 * (moved.abs() - little)).min(1.0 - BEYOND_MANY);
            if moved < 0.0 {
                low = low.min(self.value - beyond);
            } else {
                high = high.max(self.value + beyond);
            }
        }
        if let Some((least, most)) = self.limits {
            (low, high) = (low.max(least), high.min(most));
        }
        let (low, high) = (low.min(self.value), high.max(self.value));
        Interval { low, high, level, df: self.df, standard_error: self.standard_error }
    }

    /// Whether the truth is above 0, told with an error of at most `alpha`.
    pub(super) fn is_above_zero(&self, alpha: f64) -> bool {
        let centre = self.centre - self.reach;
        centre > 0.0 && centre > student_quantile(1.0 - alpha, self.df) * self.standard_error
    }

    /// The sum of independent contrasts.
    fn sum(parts: &[Contrast]) -> Contrast {
        let total = |of: fn(&Contrast) -> f64| sum(parts.iter().map(of));
        let variance = total(|it| it.standard_error.powi(2));
        let limits: Option<Vec<(f64, f64)>> = parts.iter().map(|it| it.limits).collect();
        Contrast {
            value: total(|it| it.value),
            centre: total(|it| it.centre),
            standard_error: variance.sqrt(),
            df: satterthwaite(parts.iter().map(|it| (it.standard_error.powi(2), it.df))),
            reach: total(|it| it.reach),
            widens_from: parts.iter().map(|it| it.widens_from).fold(f64::INFINITY, f64::min),
            limits: limits
                .map(|it| (sum(it.iter().map(|limit| limit.0)), sum(it.iter().map(|limit| limit.1)))),
        }
    }
}

/// Share of half an interval by which its centre may be off the value before the interval is widened on that side, of
/// up to [`FEW_ARMS`] arms. Two arms need no widening: their interval covers as it is (Agresti and Caffo 2000).
const BEYOND_FEW: f64 = 0.31;
/// The same for more than [`FEW_ARMS`]. An interval that is widened misses on that side alone, so it may miss in
/// nearly 5% there: 0.9 of a half is enough.
const BEYOND_MANY: f64 = 0.1;
/// Up to so many arms four pseudo-observations are about what they get.
const FEW_ARMS: usize = 8;

/// The share for a contrast of pass/fail or few values over so many arms.
fn widens_from(arms: usize) -> f64 {
    match arms {
        ..=2 => f64::INFINITY,
        3..=FEW_ARMS => BEYOND_FEW,
        _ => BEYOND_MANY,
    }
}

/// Pseudo-observations of a contrast, in all.
const PSEUDO: f64 = 4.0;
/// The least an arm gets of them.
const LEAST_PSEUDO: f64 = 0.75;
/// Degrees of freedom per observation of a pass/fail arm with three runs or more; else 1.
const PASS_FAIL_DF: f64 = 4.0;
/// Share of Satterthwaite's degrees of freedom where an arm has fewer than four runs.
const UNEQUAL_SHARE: f64 = 0.7;

/// The same where one arm may rule, of the geometric mean of Satterthwaite's degrees of freedom and the least of an arm:
/// the variance of one arm can be nearly all there is, and by luck look as small as the others. Coverage of Shapley
/// values with two runs and one arm ten times as wide is 0.88 without, 0.925 with.
const RULED_SHARE: f64 = 0.8;
/// Up to so many estimates of variance one that rules shows, or costs less than caution does.
const FEW_ESTIMATES: usize = 4;
/// From so many times the degrees of freedom of another on, Satterthwaite's formula trusts the larger estimate too
/// much when the smaller is small by luck.
const UNEVEN: f64 = 3.0;

/// What is known of the variances of arms of which some have fewer than four runs.
enum FewRuns {
    /// Few estimates, each as good as another.
    Alike,
    /// One may be nearly all of the sum without showing it. `least`: degrees of freedom of the roughest.
    OneMayRule { least: f64 },
}

/// By the degrees of freedom of every estimate: the last of `(part, part if equal, df)`.
fn few_runs(estimates: &[(f64, f64, f64)]) -> FewRuns {
    let df = || estimates.iter().map(|it| it.2);
    let (least, most) = (df().fold(f64::INFINITY, f64::min), df().fold(0.0, f64::max));
    match estimates.len() > FEW_ESTIMATES || most >= UNEVEN * least {
        true => FewRuns::OneMayRule { least },
        false => FewRuns::Alike,
    }
}

/// Degrees of freedom of a sum of variances `(variance, df)`; infinite where all are.
pub(super) fn satterthwaite(parts: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut all, mut weighted) = (0.0, 0.0);
    for (variance, df) in parts {
        all += variance;
        weighted += variance * variance / df;
    }
    if weighted == 0.0 { f64::INFINITY } else { all * all / weighted }
}

impl Table {
    /// The sum of `weights` times the means of the arms, with its standard error and degrees of freedom.
    ///
    /// # Errors
    /// Why the data carry no interval.
    pub fn contrast(&self, weights: &Weights) -> Result<Contrast, NoInterval> {
        let terms = weights.terms();
        let reach = sum(terms.iter().map(|it| it.1.abs() * self.arms[it.0].reach()));
        let measured: Vec<(usize, f64)> =
            terms.iter().copied().filter(|it| !matches!(self.arms[it.0], Arm::Within(..))).collect();
        let known = sum(terms
            .iter()
            .filter(|it| matches!(self.arms[it.0], Arm::Within(..)))
            .map(|it| it.1 * self.means[it.0]));
        match self.measured(&measured) {
            Ok(found) => Ok(Contrast {
                value: found.value + known,
                centre: found.centre + known,
                reach,
                limits: found.limits.map(|it| (it.0 + known - reach, it.1 + known + reach)),
                ..found
            }),
            // Bounds alone are something.
            Err(_) if reach > 0.0 => {
                let value = self.value(weights);
                let df = f64::INFINITY;
                Ok(Contrast {
                    value,
                    centre: value,
                    standard_error: 0.0,
                    df,
                    reach,
                    widens_from: f64::INFINITY,
                    limits: None,
                })
            }
            Err(why) => Err(why),
        }
    }

    /// The contrast of arms that were measured, or stated.
    fn measured(&self, terms: &[(usize, f64)]) -> Result<Contrast, NoInterval> {
        if terms.is_empty() {
            return Err(NoInterval::NothingMeasured);
        }
        for (arm, _) in terms {
            match self.spreads[*arm] {
                Spread::Nothing if self.arms[*arm].returns().is_some() => return Err(NoInterval::NoRuns),
                Spread::Nothing => return Err(NoInterval::Stated),
                Spread::OneRun | Spread::Known { .. } => {}
            }
        }
        if self.kind() == ReturnKind::Constant {
            return Err(NoInterval::Constant);
        }
        if self.paired.is_empty() {
            return self.unpaired(terms);
        }
        let mut rest = Vec::new();
        let mut parts = Vec::new();
        let mut from = 0;
        for stretch in &self.paired {
            let start = from + terms[from..].partition_point(|it| it.0 < stretch.start);
            let end = start + terms[start..].partition_point(|it| it.0 < stretch.end);
            rest.extend_from_slice(&terms[from..start]);
            match end - start {
                0 => {}
                1 => rest.extend_from_slice(&terms[start..end]),
                _ => parts.push(self.paired(&terms[start..end])),
            }
            from = end;
        }
        rest.extend_from_slice(&terms[from..]);
        if !rest.is_empty() {
            parts.push(self.unpaired(&rest)?);
        }
        let found = if let [only] = parts[..] { only } else { Contrast::sum(&parts) };
        if found.standard_error > 0.0 { Ok(found) } else { self.unpaired(terms) }
    }

    /// The sum of weighted means as logged.
    pub fn value(&self, weights: &Weights) -> f64 {
        weights.apply(&self.means)
    }

    fn unpaired(&self, terms: &[(usize, f64)]) -> Result<Contrast, NoInterval> {
        match self.kind() {
            ReturnKind::PassFail | ReturnKind::Few => Ok(self.counted(terms)),
            ReturnKind::Real | ReturnKind::Constant => self.welch(terms),
        }
    }

    /// Pass/fail and few values.
    fn counted(&self, terms: &[(usize, f64)]) -> Contrast {
        let pass_fail = self.kind() == ReturnKind::PassFail;
        let (low, high) = self.bounds();
        let share = |it: &(usize, f64)| it.1.abs() / self.arms[it.0].runs().sqrt();
        let shares = sum(terms.iter().map(share));
        let (mut value, mut centre, mut least, mut most) = (0.0, 0.0, 0.0, 0.0);
        let mut variances = Vec::with_capacity(terms.len());
        for term in terms {
            let (arm, weight) = *term;
            let n = self.arms[arm].runs();
            let pseudo = (PSEUDO * share(term) / shares).max(LEAST_PSEUDO);
            let all = n + pseudo;
            let mean = self.means[arm];
            let shifted = (n * mean + pseudo * (low + high) / 2.0) / all;
            let squares = match self.spreads[arm] {
                Spread::Known { variance, .. } => variance * (n - 1.0),
                Spread::OneRun | Spread::Nothing => 0.0,
            } + n * (mean - shifted).powi(2);
            let pseudo_squares = pseudo / 2.0 * ((low - shifted).powi(2) + (high - shifted).powi(2));
            let variance = weight * weight * (squares + pseudo_squares) / (all * all);
            let per_observation = if pass_fail && n >= 3.0 { PASS_FAIL_DF } else { 1.0 };
            variances.push((variance, all * per_observation));
            value += weight * mean;
            centre += weight * shifted;
            least += weight * if weight > 0.0 { low } else { high };
            most += weight * if weight > 0.0 { high } else { low };
        }
        Contrast {
            value,
            centre,
            standard_error: sum(variances.iter().map(|it| it.0)).sqrt(),
            df: satterthwaite(variances.into_iter()),
            reach: 0.0,
            widens_from: widens_from(terms.len()),
            limits: pass_fail.then_some((least, most)),
        }
    }

    /// Real-valued returns.
    fn welch(&self, terms: &[(usize, f64)]) -> Result<Contrast, NoInterval> {
        let measured = |it: &(usize, f64)| match self.spreads[it.0] {
            Spread::Known { of_mean, df, .. } => Some((of_mean, df)),
            Spread::OneRun | Spread::Nothing => None,
        };
        let borrows = |all: bool| terms.iter().any(|it| all || measured(it).is_none());
        let spread = terms.iter().any(|it| measured(it).is_some_and(|it| it.0 > 0.0));
        let borrow_all = !spread && !terms.iter().any(|it| measured(it).is_none());
        let pooled = match (self.pooled(), borrows(borrow_all)) {
            (Some((variance, df)), _) if variance > 0.0 => (variance, df),
            (_, false) if spread => (0.0, f64::INFINITY),
            (None, _) => return Err(NoInterval::OneRunEach),
            (Some(_), _) => return Err(NoInterval::NoSpread),
        };
        // Of each variance estimate: its part of the sum's variance, its part if all variances were equal, its df.
        let mut parts: Vec<(f64, f64, f64)> = Vec::with_capacity(terms.len() + 1);
        let (mut borrowed, mut value) = (0.0, 0.0);
        let mut fewest = f64::INFINITY;
        for term in terms {
            let (arm, weight) = *term;
            let runs = self.arms[arm].runs();
            fewest = fewest.min(runs);
            value += weight * self.means[arm];
            match measured(term).filter(|_| !borrow_all) {
                Some((of_mean, df)) => parts.push((weight * weight * of_mean, weight * weight / runs, df)),
                None => borrowed += weight * weight / runs,
            }
        }
        if borrowed > 0.0 {
            parts.push((borrowed * pooled.0, borrowed, pooled.1));
        }
        let variance = sum(parts.iter().map(|it| it.0));
        if variance <= 0.0 {
            return Err(NoInterval::NoSpread);
        }
        let unequal = satterthwaite(parts.iter().map(|it| (it.0, it.2)));
        let equal = satterthwaite(parts.iter().map(|it| (it.1, it.2)));
        let (share, unequal) = match few_runs(&parts) {
            _ if fewest >= 4.0 => (1.0, unequal),
            FewRuns::Alike => (UNEQUAL_SHARE, unequal),
            FewRuns::OneMayRule { least } => (RULED_SHARE, (unequal * least).sqrt()),
        };
        let df = 1.0 / (share / unequal + (1.0 - share) / equal);
        let standard_error = variance.sqrt();
        Ok(Contrast {
            value,
            centre: value,
            standard_error,
            df: df.max(1.0),
            reach: 0.0,
            widens_from: f64::INFINITY,
            limits: None,
        })
    }

    /// Arms that share their seeds: the differences run by run. Without a spread the error is 0.
    fn paired(&self, terms: &[(usize, f64)]) -> Contrast {
        let by_run = self.by_run(terms);
        let runs = by_run.len();
        let n = runs as f64;
        let value = sum(by_run.iter().copied()) / n;
        if self.kind() == ReturnKind::Real {
            return Contrast {
                value,
                centre: value,
                standard_error: (self.variance_by_run(&by_run) / n).sqrt(),
                df: n - 1.0,
                reach: 0.0,
                widens_from: f64::INFINITY,
                limits: None,
            };
        }
        let (low, high) = self.bounds();
        let reach = sum(terms.iter().map(|it| it.1.max(0.0))) * (high - low);
        let all = n + 2.0;
        let centre = n * value / all;
        let square = (sum(by_run.iter().map(|it| it * it)) + reach * reach) / all - centre * centre;
        let pass_fail = self.kind() == ReturnKind::PassFail;
        let per_observation = if pass_fail && runs >= 3 { PASS_FAIL_DF } else { 1.0 };
        Contrast {
            value,
            centre,
            standard_error: (square / all).sqrt(),
            df: all * per_observation,
            reach: 0.0,
            widens_from: f64::INFINITY,
            limits: pass_fail.then_some((-reach, reach)),
        }
    }

    /// The sum of weighted returns of every run, of arms that share their seeds.
    pub(super) fn by_run(&self, terms: &[(usize, f64)]) -> Vec<f64> {
        let returns: Vec<(&[f64], f64)> =
            terms.iter().filter_map(|it| Some((self.arms[it.0].returns()?, it.1))).collect();
        let runs = returns.first().map_or(0, |it| it.0.len());
        (0..runs).map(|run| sum(returns.iter().map(|it| it.1 * it.0[run]))).collect()
    }

    /// The variance of such sums over the runs. What is rounding beside the returns is none.
    pub(super) fn variance_by_run(&self, by_run: &[f64]) -> f64 {
        let variance = variance(by_run);
        if variance <= (ROUNDING * self.scale()).powi(2) { 0.0 } else { variance }
    }
}

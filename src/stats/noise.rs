//! How far the means of arms are off, and what share of the spread between credits that explains.

use std::ops::Range;

use super::arm::{Arm, ROUNDING, Spread};
use super::contrast::{NoInterval, Weights, satterthwaite};
use super::sum;
use super::table::{ReturnKind, Table};

/// Errors of the means.
pub(super) struct Noise {
    /// Variance of every arm's mean.
    pub(super) of_mean: Vec<f64>,
    /// Stretches of arms that share their errors, run by run, with the residuals of every run.
    pub(super) paired: Vec<(Range<usize>, Vec<Vec<f64>>)>,
    /// Half the variance of the difference of two credits, over all pairs.
    pub(super) variance: f64,
    /// Degrees of freedom of it.
    pub(super) df: f64,
}

impl Noise {
    /// Why it is not known, or the errors of the arms, as the differences of the credits see them. `named` are the
    /// places of the credits that stand out: where one of them differs from another by a number that shows no spread,
    /// the spread is borrowed as for the interval of that difference.
    pub(super) fn of(
        table: &Table,
        credits: &[Weights],
        arms: &[usize],
        named: &[usize],
    ) -> Result<Self, NoInterval> {
        for arm in arms {
            match &table.arms[*arm] {
                it if it.reach() > 0.0 => return Err(NoInterval::Bounds),
                Arm::Stated(_) => return Err(NoInterval::Stated),
                Arm::Returns(_) if table.spreads[*arm] == Spread::Nothing => return Err(NoInterval::NoRuns),
                Arm::Returns(_) | Arm::Summary { .. } | Arm::Within(..) => {}
            }
        }
        let mut variances = variances_of_means(table)?;
        let alone = borrowing(table, credits, named, &variances);
        for arm in &alone {
            let runs = table.arms[*arm].runs();
            if let (0.0, Some((pooled, df))) = (variances[*arm].0, table.pooled())
                && runs >= 1.0
            {
                variances[*arm] = (pooled / runs, df);
            }
        }
        let shares = |it: &&Range<usize>| !alone.iter().any(|arm| it.contains(arm));
        let paired =
            table.paired.iter().filter(shares).map(|it| (it.clone(), residuals(table, it))).collect();
        let of_mean = variances.iter().map(|it| it.0).collect();
        let mut noise = Self { of_mean, paired, variance: 0.0, df: f64::INFINITY };
        noise.of_differences(table, credits, &variances);
        if noise.variance > 0.0 { Ok(noise) } else { Err(NoInterval::NoSpread) }
    }

    fn of_differences(&mut self, table: &Table, credits: &[Weights], variances: &[(f64, f64)]) {
        let pairs = (credits.len() * (credits.len() - 1)) as f64 / 2.0;
        // Sum over pairs of (x_i - x_j)^2 = n sum x^2 - (sum x)^2.
        let mut sums = vec![(0.0, 0.0); table.arms.len()];
        for (arm, weight) in credits.iter().flat_map(Weights::terms) {
            sums[*arm].0 += weight;
            sums[*arm].1 += weight * weight;
        }
        let mean_square = |(all, squares): (f64, f64)| {
            let spread = credits.len() as f64 * squares - all * all;
            // All alike: rounding.
            if spread <= 1e-12 * credits.len() as f64 * squares { 0.0 } else { spread / pairs }
        };
        let mut parts: Vec<(f64, f64)> = Vec::new();
        for (arm, (of_mean, df)) in variances.iter().enumerate() {
            if !self.paired.iter().any(|it| it.0.contains(&arm)) {
                parts.push((mean_square(sums[arm]) * of_mean, *df));
            }
        }
        for (stretch, residuals) in &self.paired {
            let runs = table.arms[stretch.start].runs();
            let mut variance = 0.0;
            for residuals in residuals {
                let of_run = |weights: &Weights| {
                    let own = weights.terms().iter().filter(|it| stretch.contains(&it.0));
                    sum(own.map(|it| it.1 * residuals[it.0 - stretch.start]))
                };
                let (mut all, mut squares) = (0.0, 0.0);
                for credit in credits {
                    let it = of_run(credit);
                    all += it;
                    squares += it * it;
                }
                variance += mean_square((all, squares)) / (runs * (runs - 1.0));
            }
            let df = if table.kind() == ReturnKind::Real { runs - 1.0 } else { f64::INFINITY };
            parts.push((variance, df));
        }
        self.variance = sum(parts.iter().map(|it| it.0)) / 2.0;
        self.df = satterthwaite(parts.into_iter()).max(1.0);
    }

    /// [`noise_shares`] of credits that are `now`.
    pub(super) fn shares(&self, now: &[f64]) -> impl Iterator<Item = (f64, f64)> + use<> {
        let mean = sum(now.iter().copied()) / now.len() as f64;
        noise_shares(sum(now.iter().map(|it| (it - mean).powi(2))) / self.variance, now.len())
    }
}

/// The arms of the differences between a credit that stands out and another, where such a difference shows no spread
/// although it is not 0.
fn borrowing(table: &Table, credits: &[Weights], named: &[usize], variances: &[(f64, f64)]) -> Vec<usize> {
    if table.kind() != ReturnKind::Real {
        return Vec::new();
    }
    let mut out = Vec::new();
    for named in named.iter().map(|it| &credits[*it]) {
        for difference in credits.iter().map(|it| it.minus(named)) {
            let apart = table.value(&difference).abs() > ROUNDING * table.scale();
            if apart && own_variance(table, &difference, variances) <= (ROUNDING * table.scale()).powi(2) {
                out.extend(difference.terms().iter().map(|it| it.0));
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The variance of a sum of means by the spread of its own arms, paired where these are.
fn own_variance(table: &Table, weights: &Weights, variances: &[(f64, f64)]) -> f64 {
    let terms = weights.terms();
    let is_paired = |arm: usize| table.paired.iter().any(|it| it.contains(&arm));
    let alone = terms.iter().filter(|it| !is_paired(it.0)).map(|it| it.1 * it.1 * variances[it.0].0);
    let mut variance = sum(alone);
    for stretch in &table.paired {
        let own: Vec<(usize, f64)> = terms.iter().copied().filter(|it| stretch.contains(&it.0)).collect();
        if !own.is_empty() {
            let by_run = table.by_run(&own);
            variance += table.variance_by_run(&by_run) / by_run.len() as f64;
        }
    }
    variance
}

/// Variance of every arm's mean, and its degrees of freedom: pass/fail and few values with one pseudo-observation.
pub(super) fn variances_of_means(table: &Table) -> Result<Vec<(f64, f64)>, NoInterval> {
    let (low, high) = table.bounds();
    let counted = |arm: usize| {
        let (n, mean) = (table.arms[arm].runs(), table.means[arm]);
        if n == 0.0 || n.is_infinite() {
            return (0.0, f64::INFINITY);
        }
        let all = n + 1.0;
        let shifted = (n * mean + (low + high) / 2.0) / all;
        let squares = match table.spreads[arm] {
            Spread::Known { variance, .. } => variance * (n - 1.0),
            Spread::OneRun | Spread::Nothing => 0.0,
        };
        let pseudo = ((low - shifted).powi(2) + (high - shifted).powi(2)) / 2.0;
        ((squares + n * (mean - shifted).powi(2) + pseudo) / all / n, f64::INFINITY)
    };
    let real = |arm: usize| match (table.spreads[arm], table.pooled()) {
        (Spread::Known { of_mean, df, .. }, _) => Ok((of_mean, df)),
        (Spread::OneRun, Some(pooled)) => Ok(pooled),
        (Spread::OneRun, None) => Err(NoInterval::OneRunEach),
        (Spread::Nothing, _) => Ok((0.0, f64::INFINITY)),
    };
    match table.kind() {
        ReturnKind::Constant => Err(NoInterval::Constant),
        ReturnKind::PassFail | ReturnKind::Few => Ok((0..table.arms.len()).map(counted).collect()),
        ReturnKind::Real => (0..table.arms.len()).map(real).collect(),
    }
}

/// For every run of arms that share seeds: how far each arm's return is from its mean.
fn residuals(table: &Table, stretch: &Range<usize>) -> Vec<Vec<f64>> {
    let runs = table.arms[stretch.start].returns().map_or(0, <[f64]>::len);
    let of = |arm: usize, run: usize| table.arms[arm].returns().map_or(0.0, |it| it[run] - table.means[arm]);
    (0..runs).map(|run| stretch.clone().map(|arm| of(arm, run)).collect()).collect()
}

/// Midpoints of (0, 1) at which the posterior of the share of noise is taken.
pub(super) const SHARES: usize = 64;

/// `(B, probability)`: the share `B` of the spread between `n` credits that is noise, from `q`, the sum of squared
/// distances from their mean over the variance of a credit. The density is `B^((n-1)/2) exp(-B q/2)`.
pub(super) fn noise_shares(q: f64, n: usize) -> impl Iterator<Item = (f64, f64)> {
    let share = move |at: usize| (at as f64 + 0.5) / SHARES as f64;
    let log = move |at: usize| (n - 1) as f64 / 2.0 * share(at).ln() - share(at) * q / 2.0;
    let top = (0..SHARES).map(log).fold(f64::NEG_INFINITY, f64::max);
    let all = sum((0..SHARES).map(|it| (log(it) - top).exp()));
    (0..SHARES).map(move |it| (share(it), (log(it) - top).exp() / all))
}

/// The mean of `B`, the share of noise in the spread of `n` values whose squared distances from their mean sum up to
/// `q` of their variance.
pub(super) fn mean_noise_share(q: f64, n: usize) -> f64 {
    sum(noise_shares(q, n).map(|it| it.0 * it.1))
}

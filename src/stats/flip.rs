//! P(flip): the chance that an independent measurement of the same size finds another least credit.
//!
//! Another measurement differs from this one by the errors of both, so arms are drawn around what was measured
//! with the square root of 2 times their standard errors, scaled by a chi-square where the errors are estimates
//! themselves, and pass/fail means are rounded to whole runs. How far credits must first be drawn towards each other
//! (the least is the least in part by luck) depends on how truths are spread, which one log cannot show.
//! So there are two answers and the truth is taken to lie around their range: `plain` draws nothing together and is
//! right where one culprit stands beside many who are alike, `shrunk` draws together by the share `B` of the
//! spread between credits that is noise, from its posterior under a flat prior (Stein 1956; Efron and Morris 1973),
//! and is right where credits are spread smoothly. How far each is off, by kind of truth, is in docs/STATISTICS.md.

use super::arm::{ROUNDING, Spread};
use super::contrast::{NoInterval, Weights, satterthwaite};
use super::draw::Draws;
use super::solve::solve;
use super::student::student_cdf;
use super::sum;
use super::table::{ReturnKind, Table};

/// How sure it is who has the least credit.
#[derive(Clone, Debug, PartialEq)]
pub struct FlipRange {
    /// Chance of another least one, where credits are taken as measured, 0..=1.
    pub plain: f64,
    /// The same where credits are drawn together by the share of their spread that is noise.
    pub shrunk: f64,
    /// Draws behind both; 0: computed, not drawn.
    pub draws: u32,
    /// How often each credit is the least or among the least in the plain draws, 0..=1.
    pub least: Vec<f64>,
}

impl FlipRange {
    /// Lower and upper end.
    pub fn ends(&self) -> (f64, f64) {
        (self.plain.min(self.shrunk), self.plain.max(self.shrunk))
    }
}

/// The credits that follow from the means of all arms.
pub type CreditsOf<'a> = &'a dyn Fn(&[f64]) -> Vec<f64>;

/// How many draws, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlipDraws {
    /// The most draws; a large table is drawn less often.
    pub most: u32,
    /// The seed.
    pub seed: u64,
}

/// Arms drawn in all, at most.
const BUDGET: usize = 2_000_000;
/// Draws in any case: fewer say nothing.
const LEAST_DRAWS: u32 = 200;
/// The most credits whose arms are moved to draw them together; beyond, the credits themselves are moved.
const MOST_SOLVED: usize = 256;

/// [`FlipRange`] of credits that are sums of weighted arms.
///
/// # Errors
/// When there is one credit, or the data carry no spread.
pub fn flip_range(table: &Table, credits: &[Weights], draws: FlipDraws) -> Result<FlipRange, NoInterval> {
    flip_range_of(table, credits, draws, None)
}

/// [`flip_range`], with credits that follow from the arms' means by `credits_of`, of which `credits` are the weights
/// they have as measured.
///
/// # Errors
/// As [`flip_range`].
pub fn flip_range_of(
    table: &Table,
    credits: &[Weights],
    draws: FlipDraws,
    credits_of: Option<CreditsOf<'_>>,
) -> Result<FlipRange, NoInterval> {
    if credits.len() < 2 {
        return Err(NoInterval::NothingMeasured);
    }
    let noise = Noise::of(table, credits)?;
    let linear = |means: &[f64]| -> Vec<f64> { credits.iter().map(|it| it.apply(means)).collect() };
    let evaluate = |means: &[f64]| credits_of.map_or_else(|| linear(means), |it| it(means));
    let now = evaluate(table.means());
    if let ([a, b], true, None) = (&now[..], table.kind() == ReturnKind::Real, credits_of) {
        return Ok(of_two(*a, *b, &noise, table.scale()));
    }
    let drawn = Drawn::of(table, credits, &noise, &now);
    Ok(drawn.range(&evaluate, &now, draws))
}

/// The two answers for two credits of real-valued returns, without drawing.
fn of_two(a: f64, b: f64, noise: &Noise, scale: f64) -> FlipRange {
    let apart = (a - b).abs();
    let (plain, shrunk) = if apart <= ROUNDING * a.abs().max(b.abs()).max(scale) {
        // A tie will not be a tie again.
        (1.0, 1.0)
    } else {
        let error = (2.0 * noise.variance).sqrt();
        let at = |share: f64| student_cdf(-(1.0 - share) * apart / ((2.0 - share).sqrt() * error), noise.df);
        (at(0.0), sum(noise_shares(apart * apart / 2.0 / noise.variance, 2).map(|it| it.1 * at(it.0))))
    };
    let other = 1.0 - plain;
    let least = if a <= b { vec![other, plain] } else { vec![plain, other] };
    FlipRange { plain, shrunk, draws: 0, least }
}

/// Midpoints of (0, 1) at which the posterior of the share of noise is taken.
const SHARES: usize = 64;

/// `(B, probability)`: the share `B` of the spread between `n` credits that is noise, from `q`, the sum of squared
/// distances from their mean over the variance of a credit. The density is `B^((n-1)/2) exp(-B q/2)`.
fn noise_shares(q: f64, n: usize) -> impl Iterator<Item = (f64, f64)> {
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

/// Errors of the means.
pub(super) struct Noise {
    /// Variance of every arm's mean.
    pub(super) of_mean: Vec<f64>,
    /// Half the variance of the difference of two credits, over all pairs.
    variance: f64,
    /// Degrees of freedom of it.
    df: f64,
}

impl Noise {
    /// Why it is not known, or the errors of the arms, as the differences of the credits see them.
    fn of(table: &Table, credits: &[Weights]) -> Result<Self, NoInterval> {
        if credits.iter().flat_map(Weights::terms).any(|it| table.spreads[it.0] == Spread::Nothing) {
            return Err(NoInterval::Stated);
        }
        let arms = variances_of_means(table)?;
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
        for (arm, (of_mean, df)) in arms.iter().enumerate() {
            if !table.paired.iter().any(|it| it.contains(&arm)) {
                parts.push((mean_square(sums[arm]) * of_mean, *df));
            }
        }
        for stretch in &table.paired {
            let runs = table.arms[stretch.start].runs();
            let mut variance = 0.0;
            for residuals in residuals(table, stretch) {
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
        let variance = sum(parts.iter().map(|it| it.0)) / 2.0;
        let df = satterthwaite(parts.into_iter()).max(1.0);
        let of_mean = arms.into_iter().map(|it| it.0).collect();
        if variance > 0.0 { Ok(Self { of_mean, variance, df }) } else { Err(NoInterval::NoSpread) }
    }
}

/// Variance of every arm's mean, and its degrees of freedom: pass/fail and few values with one pseudo-observation.
pub(super) fn variances_of_means(table: &Table) -> Result<Vec<(f64, f64)>, NoInterval> {
    let (low, high) = table.bounds();
    let counted = |arm: usize| {
        let (n, mean) = (table.arms[arm].runs(), table.means[arm]);
        if n == 0.0 {
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
fn residuals(table: &Table, stretch: &std::ops::Range<usize>) -> Vec<Vec<f64>> {
    let runs = table.arms[stretch.start].returns().map_or(0, <[f64]>::len);
    let of = |arm: usize, run: usize| table.arms[arm].returns().map_or(0.0, |it| it[run] - table.means[arm]);
    (0..runs).map(|run| stretch.clone().map(|arm| of(arm, run)).collect()).collect()
}

/// What is drawn, draw by draw.
struct Drawn<'a> {
    table: &'a Table,
    /// The arms that take part, ascending; only these are drawn.
    arms: Vec<usize>,
    errors: Vec<f64>,
    df: f64,
    /// Per stretch of shared seeds: the residuals of every run.
    paired: Vec<(std::ops::Range<usize>, Vec<Vec<f64>>)>,
    /// The least change of the arms' means that removes the differences of the credits.
    towards: Vec<f64>,
    /// The same of the credits, where these are moved in place of arms.
    credits_towards: Option<Vec<f64>>,
    /// The share of noise at each of [`SHARES`] midpoints, and the probability up to it.
    shares: Vec<(f64, f64)>,
}

impl<'a> Drawn<'a> {
    fn of(table: &'a Table, credits: &[Weights], noise: &Noise, now: &[f64]) -> Self {
        let mut arms: Vec<usize> = credits.iter().flat_map(Weights::terms).map(|it| it.0).collect();
        arms.sort_unstable();
        arms.dedup();
        let mean = sum(now.iter().copied()) / now.len() as f64;
        let away: Vec<f64> = now.iter().map(|it| it - mean).collect();
        let q = sum(away.iter().map(|it| it * it)) / noise.variance;
        let mut so_far = 0.0;
        let shares = noise_shares(q, now.len())
            .map(|(share, probability)| {
                so_far += probability;
                (share, so_far)
            })
            .collect();
        let solved = credits.len() <= MOST_SOLVED;
        Self {
            table,
            arms,
            errors: noise.of_mean.iter().map(|it| it.sqrt()).collect(),
            df: noise.df,
            paired: table.paired.iter().map(|it| (it.clone(), residuals(table, it))).collect(),
            towards: if solved { towards(table, credits, &away) } else { vec![0.0; table.arms.len()] },
            credits_towards: (!solved).then_some(away),
            shares,
        }
    }

    fn range(&self, evaluate: &dyn Fn(&[f64]) -> Vec<f64>, now: &[f64], draws: FlipDraws) -> FlipRange {
        let cost =
            self.arms.len().max(1) + self.paired.iter().map(|it| it.0.len() * it.1.len()).sum::<usize>() / 16;
        let count = draws.most.min((BUDGET / cost) as u32).max(LEAST_DRAWS.min(draws.most)).max(1);
        let mut stream = Draws::new(draws.seed);
        let floor = self.table.scale();
        let reference = least(now, floor);
        let (mut plain, mut shrunk) = (0u32, 0u32);
        let mut tally = vec![0u32; now.len()];
        let mut errors = vec![0.0; self.table.arms.len()];
        let mut means = self.table.means.clone();
        for draw in 0..count {
            let quantile = (f64::from(draw) + 0.5) / f64::from(count);
            let at = self.shares.partition_point(|it| it.1 < quantile).min(SHARES - 1);
            let share = self.shares[at].0;
            self.draw(&mut stream, &mut errors);
            let credits = self.moved(0.0, &errors, &mut means, evaluate);
            let found = least(&credits, floor);
            plain += u32::from(found != reference);
            found.iter().for_each(|it| tally[*it] += 1);
            let mut credits = self.moved(share, &errors, &mut means, evaluate);
            if let Some(away) = &self.credits_towards {
                credits.iter_mut().zip(away).for_each(|(it, away)| *it -= share * away);
            }
            shrunk += u32::from(least(&credits, floor) != reference);
        }
        let part = |of: u32| f64::from(of) / f64::from(count);
        FlipRange {
            plain: part(plain),
            shrunk: part(shrunk),
            draws: count,
            least: tally.into_iter().map(part).collect(),
        }
    }

    /// One error for every arm: its standard error times a t.
    fn draw(&self, stream: &mut Draws, errors: &mut [f64]) {
        let scale = if self.df.is_finite() { (self.df / chi_square(stream, self.df)).sqrt() } else { 1.0 };
        let mut stretches = self.paired.iter().peekable();
        let mut arms = self.arms.iter().copied().peekable();
        while let Some(arm) = arms.peek().copied() {
            match stretches.peek() {
                Some((stretch, _)) if stretch.end <= arm => {
                    stretches.next();
                }
                Some((stretch, residuals)) if stretch.contains(&arm) => {
                    let normals: Vec<f64> = residuals.iter().map(|_| stream.normal()).collect();
                    let n = residuals.len() as f64;
                    while let Some(arm) = arms.next_if(|it| stretch.contains(it)) {
                        let at = arm - stretch.start;
                        let error: f64 =
                            normals.iter().zip(residuals).map(|(normal, run)| normal * run[at]).sum();
                        errors[arm] = scale * error / (n * (n - 1.0)).sqrt();
                    }
                }
                _ => {
                    errors[arm] = scale * self.errors[arm] * stream.normal();
                    arms.next();
                }
            }
        }
    }

    /// The credits of a measurement that is off by `errors`, where `share` of their spread is noise.
    fn moved(
        &self,
        share: f64,
        errors: &[f64],
        means: &mut [f64],
        evaluate: &dyn Fn(&[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let (low, high) = self.table.bounds();
        let kind = self.table.kind();
        let scale = (2.0 - share).sqrt();
        for arm in &self.arms {
            let mut mean = self.table.means[*arm] - share * self.towards[*arm] + scale * errors[*arm];
            if kind != ReturnKind::Real {
                mean = mean.clamp(low, high);
            }
            if kind == ReturnKind::PassFail {
                let runs = self.table.arms[*arm].runs();
                mean = low + (high - low) * ((mean - low) / (high - low) * runs + 0.5).floor() / runs;
            }
            means[*arm] = mean;
        }
        evaluate(means)
    }
}

/// `W^T (W W^T + 1e-12)^-1 away`.
fn towards(table: &Table, credits: &[Weights], away: &[f64]) -> Vec<f64> {
    let mut dense = vec![0.0; table.arms.len()];
    let mut square = Vec::with_capacity(credits.len());
    for (at, row) in credits.iter().enumerate() {
        row.terms().iter().for_each(|it| dense[it.0] = it.1);
        let ridge = |other: usize| if other == at { 1e-12 } else { 0.0 };
        let products = credits.iter().enumerate().map(|(other, it)| it.apply(&dense) + ridge(other));
        square.push(products.collect::<Vec<f64>>());
        row.terms().iter().for_each(|it| dense[it.0] = 0.0);
    }
    let solution = solve(square, away.to_vec());
    let mut towards = vec![0.0; table.arms.len()];
    for (credit, part) in credits.iter().zip(&solution) {
        credit.terms().iter().for_each(|it| towards[it.0] += it.1 * part);
    }
    towards
}

/// Places of the least values; those that differ by what is rounding at the `scale` of the returns are all of them.
fn least(values: &[f64], scale: f64) -> Vec<usize> {
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let scale = values.iter().fold(scale, |scale: f64, it| scale.max(it.abs()));
    (0..values.len()).filter(|it| values[*it] <= lowest + ROUNDING * scale).collect()
}

/// A chi-square variable (Wilson and Hilferty 1931, one normal: P(flip) within 0.01 of exact draws from 1.5 degrees
/// of freedom on).
fn chi_square(stream: &mut Draws, df: f64) -> f64 {
    let part = 2.0 / (9.0 * df);
    (df * (1.0 - part + part.sqrt() * stream.normal()).powi(3)).max(1e-6 * df)
}

//! Other measurements of the same truth, drawn around what was measured.

use super::arm::ROUNDING;
use super::chance::{End, FlipDraws, FlipRange};
use super::contrast::Weights;
use super::credit::Credit;
use super::noise::Noise;
use super::normals::{NormalRun, Normals};
use super::solve::solve;
use super::sum;
use super::table::{ReturnKind, Table};

/// Arms drawn in all, at most.
pub(super) const BUDGET: usize = 2_000_000;
/// The most credits whose arms are moved to draw them together; beyond, the credits themselves are moved.
const MOST_SOLVED: usize = 256;

/// What is drawn, draw by draw.
pub(super) struct Drawn<'a> {
    table: &'a Table,
    credits: &'a [Credit],
    /// The arms that take part, ascending; only these are drawn.
    pub(super) arms: Vec<usize>,
    errors: Vec<f64>,
    df: f64,
    /// Per stretch of shared seeds: the residuals of every run.
    paired: Vec<(std::ops::Range<usize>, Vec<Vec<f64>>)>,
    /// The least change of the arms' means that removes the differences of the credits.
    towards: Vec<f64>,
    /// The same of the credits, where these are moved in place of arms.
    credits_towards: Option<Vec<f64>>,
    /// The share of noise in the spread of credits, and its probability.
    shares: Vec<(f64, f64)>,
}

impl<'a> Drawn<'a> {
    pub(super) fn of(
        table: &'a Table,
        credits: &'a [Credit],
        weights: &[Weights],
        mut arms: Vec<usize>,
        noise: Noise,
        now: &[f64],
    ) -> Self {
        arms.retain(|it| table.arms[*it].is_measured());
        let mean = sum(now.iter().copied()) / now.len() as f64;
        let away: Vec<f64> = now.iter().map(|it| it - mean).collect();
        let shares = noise.shares(now).collect();
        let solved = credits.len() <= MOST_SOLVED;
        Self {
            table,
            credits,
            arms,
            errors: noise.of_mean.iter().map(|it| it.sqrt()).collect(),
            df: noise.df,
            paired: noise.paired,
            towards: if solved { towards(table, weights, &away) } else { vec![0.0; table.arms.len()] },
            credits_towards: (!solved).then_some(away),
            shares,
        }
    }

    pub(super) fn range(&self, now: &[f64], end: End, draws: FlipDraws, normals: &mut Normals) -> FlipRange {
        let cost =
            self.arms.len().max(1) + self.paired.iter().map(|it| it.0.len() * it.1.len()).sum::<usize>() / 16;
        let mut stream = normals.begin(draws.seed);
        let mut errors = vec![0.0; self.table.arms.len()];
        let mut means = self.table.means.clone();
        let count = draws.within(BUDGET / cost);
        count_range(now, end, self.table.scale(), count, &self.shares, |share| {
            self.draw(&mut stream, &mut errors);
            let plain = self.moved(0.0, &errors, &mut means);
            let mut shrunk = self.moved(share, &errors, &mut means);
            if let Some(away) = &self.credits_towards {
                shrunk.iter_mut().zip(away).for_each(|(it, away)| *it -= share * away);
            }
            [plain, shrunk]
        })
    }

    /// One error for every arm: its standard error times a t.
    pub(super) fn draw(&self, stream: &mut NormalRun<'_>, errors: &mut [f64]) {
        let scale = scale_of_t(stream, self.df);
        let mut stretches = self.paired.iter().peekable();
        let mut arms = self.arms.iter().copied().peekable();
        while let Some(arm) = arms.peek().copied() {
            match stretches.peek() {
                Some((stretch, _)) if stretch.end <= arm => {
                    stretches.next();
                }
                Some((stretch, residuals)) if stretch.contains(&arm) => {
                    let own = &mut errors[stretch.clone()];
                    own.fill(0.0);
                    for run in residuals {
                        let normal = stream.normal();
                        own.iter_mut().zip(run).for_each(|(error, residual)| *error += normal * residual);
                    }
                    let n = residuals.len() as f64;
                    own.iter_mut().for_each(|it| *it = scale * *it / (n * (n - 1.0)).sqrt());
                    while arms.next_if(|it| stretch.contains(it)).is_some() {}
                }
                _ => {
                    errors[arm] = scale * self.errors[arm] * stream.normal();
                    arms.next();
                }
            }
        }
    }

    /// The credits of a measurement that is off by `errors`, where `share` of their spread is noise.
    fn moved(&self, share: f64, errors: &[f64], means: &mut [f64]) -> Vec<f64> {
        self.draw_means(share, (2.0 - share).sqrt(), errors, means);
        self.credits.iter().map(|it| it.value_plainly(means)).collect()
    }

    /// The credits if this measurement alone is off by `errors`.
    pub(super) fn spread(&self, errors: &[f64], means: &mut [f64]) -> Vec<f64> {
        self.draw_means(0.0, 1.0, errors, means);
        self.credits.iter().map(|it| it.value_plainly(means)).collect()
    }

    fn draw_means(&self, share: f64, scale: f64, errors: &[f64], means: &mut [f64]) {
        let (low, high) = self.table.bounds();
        let kind = self.table.kind();
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
    }
}

/// Both answers from `count` draws. `next` gives the credits of another measurement: as measured, and where this share of
/// their spread is noise. `shares`: that share and its probability.
pub(super) fn count_range(
    now: &[f64],
    end: End,
    floor: f64,
    count: u32,
    shares: &[(f64, f64)],
    mut next: impl FnMut(f64) -> [Vec<f64>; 2],
) -> FlipRange {
    let reference = extreme(now, end, floor);
    let (mut plain, mut shrunk) = (0u32, 0u32);
    let mut tally = vec![0u32; now.len()];
    let mut so_far = 0.0;
    let up_to: Vec<f64> = shares
        .iter()
        .map(|it| {
            so_far += it.1;
            so_far
        })
        .collect();
    for draw in 0..count {
        let quantile = (f64::from(draw) + 0.5) / f64::from(count);
        let at = up_to.partition_point(|it| *it < quantile).min(shares.len() - 1);
        let [as_measured, drawn_together] = next(shares[at].0);
        let found = extreme(&as_measured, end, floor);
        plain += u32::from(found != reference);
        found.iter().for_each(|it| tally[*it] += 1);
        shrunk += u32::from(extreme(&drawn_together, end, floor) != reference);
    }
    let part = |of: u32| f64::from(of) / f64::from(count);
    FlipRange {
        plain: part(plain),
        shrunk: part(shrunk),
        draws: count,
        least: tally.into_iter().map(part).collect(),
    }
}

/// Places of the values at this end. Those that differ by what is rounding at the `scale` of the returns are all of
/// them.
pub(super) fn extreme(values: &[f64], end: End, scale: f64) -> Vec<usize> {
    let sign = end.sign();
    let lowest = values.iter().map(|it| sign * it).fold(f64::INFINITY, f64::min);
    let scale = values.iter().fold(scale, |scale: f64, it| scale.max(it.abs()));
    (0..values.len()).filter(|it| sign * values[*it] <= lowest + ROUNDING * scale).collect()
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

/// What normal errors are multiplied by where their size is an estimate with `df` degrees of freedom.
pub(super) fn scale_of_t(stream: &mut NormalRun<'_>, df: f64) -> f64 {
    if df.is_finite() { (df / chi_square(stream, df)).sqrt() } else { 1.0 }
}

/// A chi-square variable (Wilson and Hilferty 1931, one normal: P(flip) within 0.01 of exact draws from 1.5 degrees
/// of freedom on).
fn chi_square(stream: &mut NormalRun<'_>, df: f64) -> f64 {
    let part = 2.0 / (9.0 * df);
    (df * (1.0 - part + part.sqrt() * stream.normal()).powi(3)).max(1e-6 * df)
}

//! A credit that stands so far apart that no draw would find another.
//!
//! The chance that any other is found is at most the sum of the chances that each one is. Each of these follows from
//! Student's t, as the difference of two sums of weighted means does. Where that sum is below [`NOTHING`] there is
//! nothing to count: thousands of draws would find none.

use super::chance::{End, FlipRange};
use super::contrast::Weights;
use super::errors::Errors;
use super::noise::Noise;
use super::student::student_cdf;
use super::sum;
use super::table::{ReturnKind, Table};

/// A chance that no draw would show: a tenth of what one in a million is.
const NOTHING: f64 = 1e-7;
/// A mean that is cut off at a bound is moved by up to `1 / sqrt(2 pi)` of its error.
const CUT_OFF: f64 = 0.399;
/// As many errors away a bound cuts nothing off.
const NEAR_BOUND: f64 = 5.0;

/// The answer for `weights`, whose credits are `now`, if another one is as good as impossible. The credits are sums of
/// weighted means and nothing else.
pub(super) fn clear(
    table: &Table,
    weights: &[Weights],
    now: &[f64],
    end: End,
    noise: &Noise,
) -> Option<FlipRange> {
    let sign = end.sign();
    let first = (0..now.len()).min_by(|a, b| (sign * now[*a]).total_cmp(&(sign * now[*b])))?;
    let shares: Vec<(f64, f64)> = noise.shares(now).collect();
    let errors = Errors(noise);
    let (mut plain, mut shrunk) = (0.0, 0.0);
    for other in (0..now.len()).filter(|it| *it != first) {
        let difference = weights[other].minus(&weights[first]);
        let apart = sign * (now[other] - now[first]);
        let error = errors.standard_error(&difference);
        let (cut_off, rounding) = (cut_off(table, &difference, noise), rounding(table, &difference));
        let chance = |share: f64| {
            let scale = (2.0_f64 - share).sqrt();
            let left = (1.0 - share) * apart - rounding - scale * cut_off;
            if left > 0.0 { student_cdf(-left / (scale * error), noise.df) } else { 1.0 }
        };
        plain += chance(0.0);
        if plain > NOTHING {
            return None;
        }
        shrunk += sum(shares.iter().map(|it| it.1 * chance(it.0)));
        if shrunk > NOTHING {
            return None;
        }
    }
    let least = (0..now.len()).map(|it| f64::from(u8::from(it == first))).collect();
    Some(FlipRange { plain, shrunk, draws: 0, least })
}

/// How far bounds can move the mean of a drawn sum, in units of the scale of the errors.
fn cut_off(table: &Table, weights: &Weights, noise: &Noise) -> f64 {
    if table.kind() == ReturnKind::Real {
        return 0.0;
    }
    let (low, high) = table.bounds();
    let moved = |it: &(usize, f64)| {
        let (mean, error) = (table.means[it.0], noise.of_mean[it.0].sqrt());
        let is_near = (mean - low).min(high - mean) < NEAR_BOUND * error;
        if is_near { CUT_OFF * error * it.1.abs() } else { 0.0 }
    };
    sum(weights.terms().iter().map(moved))
}

/// How far means that are rounded to whole runs can move the sum.
fn rounding(table: &Table, weights: &Weights) -> f64 {
    if table.kind() != ReturnKind::PassFail {
        return 0.0;
    }
    let (low, high) = table.bounds();
    let half_a_run = |it: &(usize, f64)| it.1.abs() * (high - low) / table.arms[it.0].runs() / 2.0;
    // An arm that is stated is not rounded; its runs are infinite.
    sum(weights.terms().iter().map(half_a_run))
}

#[cfg(test)]
mod tests {
    use crate::stats::{Arm, Credit, End, FlipDraws, Normals, Table, Weights, flip_range};

    fn found(arms: Vec<Arm>) -> super::FlipRange {
        let credits: Vec<Credit> =
            (0..arms.len()).map(|it| Credit::of(Weights::of(vec![(it, 1.0)]))).collect();
        let draws = FlipDraws { most: 400, seed: 3 };
        flip_range(&Table::new(arms, None), &credits, End::Least, draws, &mut Normals::new(3))
            .expect("a spread")
    }

    #[test]
    fn far_apart_is_computed_and_near_is_drawn() {
        // Four different values, so real-valued: the error of a difference is sqrt(2 (2/3) / 4) = 0.577.
        let around = |mean: f64| Arm::Returns([-1.1, 0.1, 0.0, 1.0].map(|it| mean + it).to_vec());
        let far = found(vec![around(-40.0), around(0.5), around(0.25)]);
        assert!(far.draws == 0 && far.plain < 1e-7 && far.least[0] > 1.0 - 1e-7, "{far:?}");
        let near = found(vec![around(-0.5), around(0.5), around(0.25)]);
        assert!(near.draws == 400 && near.plain > 0.1, "{near:?}");
    }

    #[test]
    fn bounds_and_whole_runs_leave_less_to_be_clear() {
        let passed =
            |of: usize, runs: usize| Arm::Returns((0..runs).map(|it| f64::from(u8::from(it < of))).collect());
        // 300 runs: half a run is 0.0017 of the 0.5 between them, an error 0.029.
        let many = found(vec![passed(75, 300), passed(225, 300), passed(225, 300)]);
        assert!(many.draws == 0 && many.shrunk < 1e-7, "{many:?}");
        // Eight runs: half a run is 0.0625, and none of eight is at the bound.
        let few = found(vec![passed(0, 8), passed(8, 8), passed(8, 8)]);
        assert!(few.draws == 400, "{few:?}");
    }
}

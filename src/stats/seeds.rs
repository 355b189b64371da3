//! Whether runs of several arms share their seeds, where the log does not say.

use super::arm::{mean, variance};
use super::student::f_upper_tail;
use super::sum;

/// Fewest runs an arm needs.
const LEAST_RUNS: usize = 4;
/// The error of calling independent runs paired.
const ERROR: f64 = 0.01;

/// Whether the returns of `arms` may be paired position by position: `Some` with the p value of the test when
/// all have the same number of runs, at least four, and neither are nor nearly are in the order of their
/// outcome.
///
/// The test is the F test of one effect per position on returns standardised by arm. Lists in the order of
/// their outcome (sorted, or written as runs end) would pair by rank, which is meaningless and far too sure,
/// so these are refused: the mean correlation with the position must stay below 0.7 and 1.6 / sqrt(n - 1).
pub fn shared_seeds_p(arms: &[&[f64]]) -> Option<f64> {
    let runs = arms.first()?.len();
    if arms.len() < 2 || runs < LEAST_RUNS || arms.iter().any(|it| it.len() != runs) {
        return None;
    }
    let live: Vec<&[f64]> = arms.iter().copied().filter(|it| variance(it) > 0.0).collect();
    if live.len() < 2
        || live.iter().all(|it| it.is_sorted())
        || live.iter().all(|it| it.is_sorted_by(|a, b| a >= b))
    {
        return None;
    }
    let standardised: Vec<Vec<f64>> = live.iter().map(|it| standardised(it)).collect();
    let n = runs as f64;
    let middle = (n - 1.0) / 2.0;
    let length = sum((0..runs).map(|it| (it as f64 - middle).powi(2))).sqrt();
    let trend = |it: &Vec<f64>| {
        sum(it.iter().enumerate().map(|(at, value)| (at as f64 - middle) * value))
            / (length * (n - 1.0).sqrt())
    };
    let trend = sum(standardised.iter().map(trend)) / live.len() as f64;
    if trend.abs() > 0.7f64.min(1.6 / (n - 1.0).sqrt()) {
        return None;
    }
    let k = live.len() as f64;
    let rows: Vec<f64> = (0..runs).map(|at| sum(standardised.iter().map(|it| it[at])) / k).collect();
    let between = k * sum(rows.iter().map(|it| it * it)) / (n - 1.0);
    let df = (n - 1.0) * (k - 1.0);
    let within = standardised.iter().flat_map(|it| it.iter().zip(&rows));
    let within = sum(within.map(|(value, row)| (value - row).powi(2))) / df;
    Some(if within > 1e-12 { f_upper_tail(between / within, n - 1.0, df) } else { 0.0 })
}

/// Whether [`shared_seeds_p`] allows to pair.
pub fn share_seeds(arms: &[&[f64]]) -> bool {
    shared_seeds_p(arms).is_some_and(|it| it < ERROR)
}

/// By the arm's own mean and standard deviation.
fn standardised(returns: &[f64]) -> Vec<f64> {
    let (mean, deviation) = (mean(returns), variance(returns).sqrt());
    returns.iter().map(|it| (it - mean) / deviation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_paired() {
        let up = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(shared_seeds_p(&[]), None);
        assert_eq!(shared_seeds_p(&[&up]), None);
        assert_eq!(shared_seeds_p(&[&up, &[1.0, 5.0, 2.0]]), None);
        // Both sorted: paired they would go together whatever they are.
        assert_eq!(shared_seeds_p(&[&up, &up]), None);
        // One that never changes says nothing.
        assert_eq!(shared_seeds_p(&[&[1.0, 3.0, 2.0, 0.0], &[1.0; 4]]), None);
    }

    #[test]
    fn the_same_noise_is_found_and_other_noise_is_not() {
        // The second is the first and 1 more: within is 0.
        assert!(share_seeds(&[&[1.0, 3.0, 2.0, 0.0, 1.5], &[2.0, 4.0, 3.0, 1.0, 2.5]]));
        // Opposite: the rows are 0, so is F.
        assert_eq!(shared_seeds_p(&[&[1.0, 3.0, 2.0, 0.0, 1.5], &[2.0, 0.0, 1.0, 3.0, 1.5]]), Some(1.0));
    }
}

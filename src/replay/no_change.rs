//! The arm in which nothing is changed: whether the replayer is what the log came from.
//!
//! Two samples of runs of the whole team are compared by Welch's t test (Welch 1947), at an error of 1 in 1000. One
//! return alone is compared with the range that the next run of the replayer falls into in 999 of 1000, where these
//! are at least [`ENOUGH`] and vary. A replayer that says it is deterministic must repeat the return.

use crate::{
    model::Sample,
    stats::{student_cdf, student_quantile},
};

/// The error of calling a replayer another one.
const ERROR: f64 = 0.001;
/// Runs from which one return is compared with.
const ENOUGH: usize = 8;
/// Returns of one program are written to so many parts of their size.
const ROUNDING: f64 = 1e-6;

/// What the arm without a change says.
#[derive(Clone, Debug, PartialEq)]
pub enum NoChange {
    /// The replayer gives what the log has.
    Agrees(String),
    /// The log has nothing to compare with, or too little was run: why.
    Unknown(String),
    /// It gives something else.
    Differs(String),
}

/// Compares the `replayed` returns of the whole team with what the log has: `runs` of the whole team (their mean, spread and
/// number suffice), and the `reward` of the episode itself.
pub fn compare(
    replayed: &[f64],
    runs: Option<&Sample>,
    reward: Option<f64>,
    is_deterministic: bool,
) -> NoChange {
    let (mean, spread) = moments(replayed);
    let said = format!("{mean:.4} in {} runs without a change", replayed.len());
    if let (true, Some(reward)) = (is_deterministic, reward) {
        let near = |it: &f64| (it - reward).abs() <= ROUNDING * reward.abs().max(1.0);
        return match replayed.iter().find(|it| !near(it)) {
            None => NoChange::Agrees(format!("{said}, as logged")),
            Some(other) => NoChange::Differs(format!("{other} without a change, {reward} is logged")),
        };
    }
    let logged = runs.and_then(|it| Some((it.mean?, it.std?, it.n.filter(|n| *n > 1)? as usize)));
    if let Some((logged, logged_spread, runs)) = logged.filter(|_| replayed.len() > 1) {
        let words = format!("{said}, {logged:.4} in {runs} runs of the log");
        let parts = [spread.powi(2) / replayed.len() as f64, logged_spread.powi(2) / runs as f64];
        let apart = (mean - logged).abs();
        let error = (parts[0] + parts[1]).sqrt();
        let size = mean.abs().max(logged.abs());
        if apart <= ROUNDING * size.max(1e-9) {
            return NoChange::Agrees(words);
        }
        if error == 0.0 {
            return NoChange::Differs(words);
        }
        let lower = |n: usize| (n - 1) as f64;
        let df = (parts[0] + parts[1]).powi(2)
            / (parts[0].powi(2) / lower(replayed.len()) + parts[1].powi(2) / lower(runs));
        let p = 2.0 * student_cdf(-apart / error, df);
        return if p < ERROR { NoChange::Differs(words) } else { NoChange::Agrees(words) };
    }
    let Some(reward) = reward else {
        return NoChange::Unknown(format!("{said}; the log has no return to compare with"));
    };
    let words = format!("{said}, {reward} is logged");
    let n = replayed.len();
    if n < ENOUGH || spread == 0.0 {
        let same = replayed.iter().any(|it| (it - reward).abs() <= ROUNDING * reward.abs().max(1.0));
        return if same { NoChange::Agrees(words) } else { NoChange::Unknown(words) };
    }
    let reach = student_quantile(1.0 - ERROR / 2.0, (n - 1) as f64) * spread * (1.0 + 1.0 / n as f64).sqrt();
    if (mean - reward).abs() <= reach { NoChange::Agrees(words) } else { NoChange::Differs(words) }
}

/// Mean and standard deviation (n - 1), 0 of one run.
fn moments(returns: &[f64]) -> (f64, f64) {
    let sample = Sample::of_returns(returns.to_vec());
    (sample.mean.unwrap_or(0.0), sample.std.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(found: &NoChange) -> &'static str {
        match found {
            NoChange::Agrees(_) => "agrees",
            NoChange::Unknown(_) => "unknown",
            NoChange::Differs(_) => "differs",
        }
    }

    fn of(replayed: &[f64], runs: &[f64], reward: Option<f64>) -> &'static str {
        word(&compare(replayed, Some(&Sample::of_returns(runs.to_vec())), reward, false))
    }

    #[test]
    fn a_deterministic_replayer_repeats_the_return() {
        let of = |replayed: &[f64]| compare(replayed, None, Some(0.25), true);
        assert_eq!(word(&of(&[0.25, 0.25])), "agrees");
        let NoChange::Differs(why) = of(&[0.25, 0.5]) else { panic!() };
        assert_eq!(why, "0.5 without a change, 0.25 is logged");
    }

    #[test]
    fn two_samples_are_compared_by_welch() {
        // Means 0.5 and 0.5625, both variances about 0.27: far from 3.3 errors. 0 of 40 against 40 of 40 is another team.
        let half: Vec<f64> = (0..16).map(|it| f64::from(it % 2)).collect();
        let more: Vec<f64> = (0..16).map(|it| f64::from(u8::from(it > 6))).collect();
        assert_eq!(of(&half, &more, None), "agrees");
        assert_eq!(of(&[0.0; 40], &[1.0; 40], None), "differs");
        assert_eq!(of(&[0.5; 4], &[0.5; 4], None), "agrees");
        // By hand: means 1 and 0, variances 1/15 (16 runs of +-0.25 around) are 15 errors apart.
        let near =
            |mean: f64| (0..16).map(|it| mean + 0.25 * f64::from(1 - 2 * (it % 2))).collect::<Vec<f64>>();
        assert_eq!(of(&near(1.0), &near(0.0), None), "differs");
    }

    #[test]
    fn a_mean_with_its_spread_is_enough() {
        // 0 of 8 beside 256 runs of mean 0.44 and deviation 0.1: twelve errors apart.
        let logged = Sample { mean: Some(0.44), std: Some(0.1), n: Some(256), ..Sample::default() };
        assert_eq!(word(&compare(&[0.0; 8], Some(&logged), Some(0.0), false)), "differs");
        let stated = Sample { mean: Some(0.44), ..Sample::default() };
        assert_eq!(
            word(&compare(&[0.0; 8], Some(&stated), Some(0.0), false)),
            "agrees",
            "by the return alone"
        );
    }

    #[test]
    fn one_return_is_compared_with_the_range_of_runs() {
        let runs: Vec<f64> = (0..10).map(|it| 0.5 + 0.01 * f64::from(it % 3)).collect();
        assert_eq!(of(&runs, &[], Some(0.52)), "agrees");
        assert_eq!(of(&runs, &[], Some(0.9)), "differs");
        assert_eq!(of(&runs[..4], &[], Some(0.9)), "unknown", "too few runs");
        assert_eq!(of(&[1.0; 20], &[], Some(0.0)), "unknown", "20 equal runs do not exclude another");
        assert_eq!(of(&runs, &[], None), "unknown");
    }
}

//! Least squares and correlation, with their intervals.

use crate::stats::{student_quantile, sum};

/// The chance that an interval misses at one end.
const TAIL: f64 = 0.975;

/// A slope by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Change per 100 episodes.
    pub per_100: f64,
    /// The standard error of that.
    pub error: f64,
    /// Its 95% interval (Student's t).
    pub interval: (f64, f64),
}

impl Slope {
    /// Of values at places. `None`: fewer than three, or all at one place.
    pub fn of(points: &[(f64, f64)]) -> Option<Self> {
        let n = points.len() as f64;
        if points.len() < 3 {
            return None;
        }
        let (x, y) = (sum(points.iter().map(|it| it.0)) / n, sum(points.iter().map(|it| it.1)) / n);
        let spread = sum(points.iter().map(|it| (it.0 - x).powi(2)));
        if spread <= 0.0 {
            return None;
        }
        let slope = sum(points.iter().map(|it| (it.0 - x) * (it.1 - y))) / spread;
        let rest = sum(points.iter().map(|it| (it.1 - y - slope * (it.0 - x)).powi(2)));
        let error = (rest / (n - 2.0) / spread).sqrt();
        let half = student_quantile(TAIL, n - 2.0) * error;
        let interval = (100.0 * (slope - half), 100.0 * (slope + half));
        Some(Self { per_100: 100.0 * slope, error: 100.0 * error, interval })
    }

    /// Whether the interval holds 0.
    pub fn sign_unsure(&self) -> bool {
        self.interval.0 <= 0.0 && self.interval.1 >= 0.0
    }
}

/// How two series move together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// Pearson's r.
    pub r: f64,
    /// Its 95% interval by Fisher's z.
    pub interval: (f64, f64),
}

impl Correlation {
    /// Of pairs. `None`: fewer than five, or one of the two never moves.
    pub(super) fn of(points: &[(f64, f64)]) -> Option<Self> {
        let n = points.len() as f64;
        if points.len() < 5 {
            return None;
        }
        let (x, y) = (sum(points.iter().map(|it| it.0)) / n, sum(points.iter().map(|it| it.1)) / n);
        let both = |of: fn(f64, f64) -> f64| sum(points.iter().map(|it| of(it.0 - x, it.1 - y)));
        let (xx, yy, xy) = (both(|x, _| x * x), both(|_, y| y * y), both(|x, y| x * y));
        if xx <= 1e-18 || yy <= 1e-18 {
            return None;
        }
        let r = (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0);
        let (z, half) =
            (r.clamp(-1.0 + 1e-12, 1.0 - 1e-12).atanh(), 1.959_963_984_540_054 / (n - 3.0).sqrt());
        Some(Self { r, interval: ((z - half).tanh(), (z + half).tanh()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slope_and_correlation_are_those_of_scipy() {
        // scipy.stats.linregress([0, 1, 2, 3, 5, 8], [1, 2, 1.5, 3, 3.5, 5]): slope, stderr, rvalue; t.ppf(.975, 4).
        let points = [(0.0, 1.0), (1.0, 2.0), (2.0, 1.5), (3.0, 3.0), (5.0, 3.5), (8.0, 5.0)];
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        let found = Slope::of(&points).unwrap();
        close(found.per_100, 48.638_132_295_719_84);
        close(found.interval.0, 30.886_518_126_945_905);
        close(found.interval.1, 66.389_746_464_494_78);
        let found = Correlation::of(&points).unwrap();
        close(found.r, 0.967_134_270_923_439_3);
        // tanh(atanh(r) -+ 1.96/sqrt(3))
        close(found.interval.0, 0.723_221_005_984_045_9);
        close(found.interval.1, 0.996_530_217_329_566);
        assert_eq!(Slope::of(&points[..2]), None);
        assert_eq!(Correlation::of(&[(1.0, 2.0); 6]), None);
    }

    #[test]
    fn lines_and_correlations_are_those_of_scipy() {
        // tests/oracles/statistics.py wrote it.
        let oracle: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/oracles/statistics.json")).unwrap();
        for case in oracle["cases"].as_array().unwrap() {
            let series = |key: &str| case[key].as_array().unwrap().iter().map(|it| it.as_f64().unwrap());
            let points: Vec<(f64, f64)> = series("a").zip(series("b")).collect();
            let line = Slope::of(&points).unwrap();
            let correlation = Correlation::of(&points).unwrap();
            let pairs =
                [(line.per_100 / 100.0, "slope"), (line.error / 100.0, "slope_error"), (correlation.r, "r")];
            for (found, key) in pairs {
                let expected = case[key].as_f64().unwrap();
                let off = (found - expected).abs() / expected.abs().max(1.0);
                assert!(off < 1e-12, "{key}: {found} {expected} of {case}");
            }
        }
    }
}

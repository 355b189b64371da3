//! One arm of a measurement: the returns of one coalition or one candidate, or what is left of them.

use super::sum;

/// What was measured, or said, of one coalition or candidate. All numbers in reward units.
#[derive(Clone, Debug, PartialEq)]
pub enum Arm {
    /// The returns, in the order they were run.
    Returns(Vec<f64>),
    /// A mean without its returns. `std` is that of one return (n - 1) where `n` says of how many; without `n`
    /// it is the standard error of the mean.
    Summary {
        /// Mean return.
        mean: f64,
        /// Standard deviation of one return, or standard error of the mean.
        std: f64,
        /// How many returns.
        n: Option<u32>,
    },
    /// A number that somebody or a model states: it has no spread that could be measured.
    Stated(f64),
    /// A number that is known but for where it lies between two ends; equal ends: set by hand, known for sure. Its
    /// mean is taken as the middle.
    Within(f64, f64),
}

impl Arm {
    /// The returns, where they are known.
    pub fn returns(&self) -> Option<&[f64]> {
        match self {
            Arm::Returns(returns) => Some(returns),
            Arm::Summary { .. } | Arm::Stated(_) | Arm::Within(..) => None,
        }
    }

    /// Mean return; 0 for none.
    pub fn mean(&self) -> f64 {
        match self {
            Arm::Returns(returns) if returns.is_empty() => 0.0,
            Arm::Returns(returns) => mean(returns),
            Arm::Summary { mean, .. } | Arm::Stated(mean) => *mean,
            Arm::Within(low, high) => (low + high) / 2.0,
        }
    }

    /// Runs behind the mean; infinite where a standard error is given in their place.
    pub(super) fn runs(&self) -> f64 {
        match self {
            Arm::Returns(returns) => returns.len() as f64,
            Arm::Summary { n, .. } => n.map_or(f64::INFINITY, f64::from),
            Arm::Stated(_) => 0.0,
            Arm::Within(..) => f64::INFINITY,
        }
    }

    /// Half of what it is not known by, whatever is measured.
    pub(super) fn reach(&self) -> f64 {
        if let Arm::Within(low, high) = self { (high - low) / 2.0 } else { 0.0 }
    }

    /// Whether it was measured, or said to have been.
    pub(super) fn is_measured(&self) -> bool {
        matches!(self, Arm::Returns(_) | Arm::Summary { .. })
    }

    /// What is known of its spread.
    pub(super) fn spread(&self) -> Spread {
        match *self {
            Arm::Returns(ref returns) if returns.len() > 1 => {
                let n = returns.len() as f64;
                let variance = variance(returns);
                Spread::Known { variance, of_mean: variance / n, df: n - 1.0 }
            }
            Arm::Returns(ref returns) if returns.len() == 1 => Spread::OneRun,
            // A spread of 0 from one run was not measured. One above 0 was measured elsewhere.
            Arm::Summary { std: 0.0, n: Some(1), .. } => Spread::OneRun,
            Arm::Summary { std, n: Some(1) | None, .. } => {
                Spread::Known { variance: std * std, of_mean: std * std, df: f64::INFINITY }
            }
            Arm::Summary { std, n: Some(n), .. } if n > 1 => {
                let n = f64::from(n);
                Spread::Known { variance: std * std, of_mean: std * std / n, df: n - 1.0 }
            }
            Arm::Within(..) => Spread::Known { variance: 0.0, of_mean: 0.0, df: f64::INFINITY },
            Arm::Returns(_) | Arm::Summary { .. } | Arm::Stated(_) => Spread::Nothing,
        }
    }
}

/// What an arm says of the variance of its returns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spread {
    /// A variance of one return, that of the mean, and the degrees of freedom it was measured with.
    Known { variance: f64, of_mean: f64, df: f64 },
    /// One run: there is a mean, and no spread.
    OneRun,
    /// No run.
    Nothing,
}

/// Differences below this share of the largest magnitude are rounding.
pub(super) const ROUNDING: f64 = 1e-9;

pub(super) fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, it| largest.max(it.abs()))
}

/// Sample variance (n - 1) of at least two values; what is rounding is none.
pub(super) fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares = sum(values.iter().map(|it| (it - mean).powi(2)));
    let variance = squares / (values.len() - 1) as f64;
    if variance <= (ROUNDING * largest(values)).powi(2) { 0.0 } else { variance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_has_no_spread() {
        assert_eq!(Arm::Returns(vec![0.5]).spread(), Spread::OneRun);
        assert_eq!(Arm::Summary { mean: 0.5, std: 0.0, n: Some(1) }.spread(), Spread::OneRun);
        assert_eq!(Arm::Returns(Vec::new()).spread(), Spread::Nothing);
        assert_eq!(Arm::Stated(0.5).spread(), Spread::Nothing);
    }

    #[test]
    fn spreads() {
        // 1, 2, 3, 4: variance 5/3.
        let known = Spread::Known { variance: 5.0 / 3.0, of_mean: 5.0 / 12.0, df: 3.0 };
        assert_eq!(Arm::Returns(vec![1.0, 2.0, 3.0, 4.0]).spread(), known);
        let known = Spread::Known { variance: 4.0, of_mean: 0.25, df: 15.0 };
        assert_eq!(Arm::Summary { mean: 0.0, std: 2.0, n: Some(16) }.spread(), known);
        let known = Spread::Known { variance: 4.0, of_mean: 4.0, df: f64::INFINITY };
        assert_eq!(Arm::Summary { mean: 0.0, std: 2.0, n: None }.spread(), known);
        // 0.1 three times is not exactly 0.3: its variance is rounding.
        assert_eq!(variance(&[0.1 + 0.2, 0.3, 0.3]), 0.0);
    }
}

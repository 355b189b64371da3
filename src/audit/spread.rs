//! Mean and spread over groups.

/// Mean over groups, with spread: `std` with n - 1, 0 for one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Groups.
    pub n: usize,
    /// Their mean; NaN for none.
    pub mean: f64,
    /// Standard deviation.
    pub std: f64,
    /// Standard error of the mean.
    pub stderr: f64,
}

impl Spread {
    pub(super) fn of(values: &[f64]) -> Self {
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|it| (it - mean).powi(2)).sum();
        let std = if n < 2 { 0.0 } else { (squares / (n - 1) as f64).sqrt() };
        Self { n, mean, std, stderr: std / (n as f64).sqrt() }
    }
}

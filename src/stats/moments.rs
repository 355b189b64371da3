//! Mean and standard error of samples that arrive in portions.

use super::Sum;

/// Sums of samples and of their squares around a pivot, so that neither a large mean nor many samples cost
/// digits. The same portions in the same order give the same bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    pivot: f64,
    sum: Sum,
    squares: Sum,
    n: u64,
}

impl Moments {
    /// No samples yet; `pivot` is a guess of their mean.
    pub fn around(pivot: f64) -> Self {
        Self { pivot, ..Self::default() }
    }

    /// Adds one sample.
    pub fn add(&mut self, sample: f64) {
        let off = sample - self.pivot;
        self.add_portion(off, off * off, 1);
    }

    /// Adds `n` samples by the sum of their distances from the pivot and of the squares of these.
    pub fn add_portion(&mut self, sum: f64, squares: f64, n: u64) {
        self.sum.add(sum);
        self.squares.add(squares);
        self.n += n;
    }

    /// How many samples.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their mean; `None` without samples.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.pivot + self.sum.value() / self.n as f64)
    }

    /// Standard error of the mean, from the sample variance (n - 1); `None` below two samples.
    pub fn standard_error(&self) -> Option<f64> {
        let n = self.n as f64;
        let sum = self.sum.value();
        let spread = self.squares.value() - sum * sum / n;
        // Rounding can leave it just below 0; a NaN stays one.
        let spread = if spread < 0.0 { 0.0 } else { spread };
        (self.n > 1).then(|| (spread / (n - 1.0) / n).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_mean_costs_no_digits() {
        // 1e9 + (1, 2, 3, 4): mean 2.5 above, sample variance 5/3.
        let mut moments = Moments::around(1e9);
        (1..=4).for_each(|it| moments.add(1e9 + f64::from(it)));
        assert_eq!(moments.mean(), Some(1e9 + 2.5));
        let error = moments.standard_error().expect("four samples");
        assert!((error - (5.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12, "{error}");
    }

    #[test]
    fn too_few_samples_say_nothing() {
        let mut moments = Moments::default();
        assert_eq!((moments.mean(), moments.standard_error()), (None, None));
        moments.add(0.5);
        assert_eq!((moments.mean(), moments.standard_error(), moments.n()), (Some(0.5), None, 1));
    }
}

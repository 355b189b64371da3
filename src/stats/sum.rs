//! Compensated sums: credit is checked against the reward, so rounding must not look like a residual.

/// A running sum with Neumaier's compensation (Neumaier 1974): the error does not grow with the number of
/// terms. Terms are added in the order given, so the same terms give the same bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds one term.
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        self.lost += if self.total.abs() >= term.abs() {
            (self.total - total) + term
        } else {
            (term - total) + self.total
        };
        self.total = total;
    }

    /// The sum so far.
    pub fn value(self) -> f64 {
        // An infinite total makes the compensation NaN; the total alone is right then.
        if self.lost.is_finite() { self.total + self.lost } else { self.total }
    }
}

/// The compensated sum of `terms`, in order; 0 for none.
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    for term in terms {
        sum.add(term);
    }
    sum.value()
}

/// The sum of `terms` that are rounded numbers: 0 if all of it is the rounding of its terms, that is no more
/// than `1e-12` of their sizes. Whoever compares means of equal returns must not find the last bit to blame.
pub fn settled(terms: impl IntoIterator<Item = f64>) -> f64 {
    let (mut value, mut sizes) = (Sum::default(), Sum::default());
    for term in terms {
        value.add(term);
        sizes.add(term.abs());
    }
    let value = value.value();
    if value.abs() <= 1e-12 * sizes.value() { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rounding_alone_is_nothing() {
        let third = 1.0 / 3.0;
        let terms = [-0.1, 0.1 * third, 0.1 * third, 0.1 * third];
        assert!(sum(terms) != 0.0 && settled(terms) == 0.0);
        assert_eq!(settled([-0.1, 0.1 + 1e-9]), sum([-0.1, 0.1 + 1e-9]));
        assert!(settled([f64::NAN, 1.0]).is_nan() && settled([]) == 0.0);
    }

    #[test]
    fn keeps_what_a_plain_sum_loses() {
        // 1e100 swallows both ones in a plain sum (Neumaier's own example).
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([0.1; 10]), 1.0);
    }

    #[test]
    fn edge_cases() {
        assert_eq!(sum([]), 0.0);
        assert_eq!(sum([f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum([f64::NAN, 1.0]).is_nan());
    }
}

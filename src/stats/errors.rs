//! How far sums of weighted means are off together.

use super::contrast::Weights;
use super::noise::Noise;
use super::sum;

/// The errors that means have by their noise.
pub(super) struct Errors<'a>(pub(super) &'a Noise);

impl Errors<'_> {
    /// Standard error of one sum.
    pub(super) fn standard_error(&self, weights: &Weights) -> f64 {
        self.covariance(weights, weights).sqrt()
    }

    /// The covariance of two sums.
    pub(super) fn covariance(&self, a: &Weights, b: &Weights) -> f64 {
        let is_paired = |arm: usize| self.0.paired.iter().any(|it| it.0.contains(&arm));
        let alone = shared(a, b).filter(|it| !is_paired(it.0));
        let mut covariance = sum(alone.map(|(arm, a, b)| a * b * self.0.of_mean[arm]));
        for (stretch, residuals) in &self.0.paired {
            let n = residuals.len() as f64;
            let of_run = |weights: &Weights, run: &[f64]| {
                let own = weights.terms().iter().filter(|it| stretch.contains(&it.0));
                sum(own.map(|it| it.1 * run[it.0 - stretch.start]))
            };
            covariance += sum(residuals.iter().map(|run| of_run(a, run) * of_run(b, run))) / (n * (n - 1.0));
        }
        covariance
    }

    /// A lower triangle `L` with `L L^T` the covariances of all of `credits` (Cholesky; a credit that follows from those
    /// before it adds nothing of its own). Row by row.
    pub(super) fn triangle(&self, credits: &[Weights]) -> Vec<Vec<f64>> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(credits.len());
        for (at, own) in credits.iter().enumerate() {
            let mut row = Vec::with_capacity(at + 1);
            for (other, before) in rows.iter().enumerate() {
                let known = sum(row.iter().zip(before).map(|(a, b)| a * b));
                let left = self.covariance(own, &credits[other]) - known;
                let pivot = before[other];
                row.push(if pivot > 0.0 { left / pivot } else { 0.0 });
            }
            let variance = self.covariance(own, own);
            let left = variance - sum(row.iter().map(|it| it * it));
            row.push(if left > ROUNDED_AWAY * variance { left.sqrt() } else { 0.0 });
            rows.push(row);
        }
        rows
    }
}

/// Share of a variance below which the rest is rounding.
const ROUNDED_AWAY: f64 = 1e-12;

/// The arms both have, with the weight in each.
fn shared(a: &Weights, b: &Weights) -> impl Iterator<Item = (usize, f64, f64)> {
    let mut others = b.terms().iter().peekable();
    a.terms().iter().filter_map(move |(arm, weight)| {
        while others.next_if(|it| it.0 < *arm).is_some() {}
        others.next_if(|it| it.0 == *arm).map(|it| (*arm, *weight, it.1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Arm, Table};

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-12, "{got} is not {want}");
    }

    #[test]
    fn a_shared_arm_moves_both() {
        // Variances of the means: 2/2 = 1, 8/2 = 4, 18/2 = 9.
        let arms = [[0.0, 2.0], [0.0, 4.0], [1.0, 7.0]].map(|it| Arm::Returns(it.to_vec())).to_vec();
        let table = Table::new(arms, None);
        let credits = [
            Weights::of(vec![(0, 1.0), (1, -1.0)]),
            Weights::of(vec![(0, 1.0), (2, -2.0)]),
            Weights::of(vec![(1, 1.0), (2, -2.0)]),
        ];
        let noise = Noise::of(&table, &credits, &[0, 1, 2], &[0]).expect("a spread");
        let errors = Errors(&noise);
        // 1 + 4; 1 + 4 * 9; what they share is arm 0.
        close(errors.standard_error(&credits[0]).powi(2), 5.0);
        close(errors.covariance(&credits[1], &credits[1]), 37.0);
        close(errors.covariance(&credits[0], &credits[1]), 1.0);
        let rows = errors.triangle(&credits);
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate() {
                let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                close(product, errors.covariance(&credits[i], &credits[j]));
            }
        }
        // The third is the second minus the first.
        assert_eq!(rows[2][2], 0.0);
    }

    #[test]
    fn shared_seeds_move_together() {
        // Run by run the arms are off by -1, 1 and -2, 2: the difference by 1, -1. Its variance is 2, of the mean 1.
        let arms = [[0.0, 2.0], [5.0, 9.0]].map(|it| Arm::Returns(it.to_vec())).to_vec();
        let table = Table::new(arms, None).with_shared_seeds(std::iter::once(0..2));
        let credits = [Weights::of(vec![(0, 1.0), (1, -1.0)]), Weights::of(vec![(1, 1.0)])];
        let noise = Noise::of(&table, &credits, &[0, 1], &[0]).expect("a spread");
        let errors = Errors(&noise);
        close(errors.covariance(&credits[0], &credits[0]), 1.0);
        // Sum of (1)(-2) and (-1)(2) over 2 * 1.
        close(errors.covariance(&credits[0], &credits[1]), -2.0);
    }
}

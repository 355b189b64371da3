//! How much of each sibling's number the credit of one candidate takes.
//!
//! The credit of candidate j is `A_j = sum_k (own_jk - share base_jk) Rbar_k`, and the like of critic's values. These
//! weights are a square of candidates, of which one row is asked for, and for normalised credit the mean of every
//! column and every `A`: all follow from sums over the siblings, so that memory and time follow their number.

use crate::stats::{Sum, sum};

use super::super::convention::Spread;

/// What a candidate is compared with.
#[derive(Clone, Copy)]
pub(super) struct Against {
    /// Whether its own number counts in the baseline.
    pub(super) full_mean: bool,
    /// Of the mean returns: whether its own counts, and the share of their baseline.
    pub(super) returns: Share,
    /// The same of critic's values; `None`: they are not asked for.
    pub(super) values: Option<Share>,
}

/// `own - share x baseline`.
#[derive(Clone, Copy)]
pub(super) struct Share {
    pub(super) own: f64,
    pub(super) baseline: f64,
}

/// The weights of one row: of the siblings' mean returns, and of the critic's values of them.
pub(super) struct Weights {
    pub(super) returns: Vec<f64>,
    pub(super) values: Option<Vec<f64>>,
}

/// The weights of siblings among themselves.
pub(super) struct Weighed {
    against: Against,
    weights: Vec<f64>,
    /// What the baseline of each candidate weighs in all; above 0 wherever it is asked for.
    bases: Vec<f64>,
}

impl Weighed {
    /// `None` if the baseline of `own` weighs nothing. Of the others nothing is asked unless credit is normalised.
    pub(super) fn of(weights: Vec<f64>, against: Against, own: usize) -> Option<Self> {
        let all = weights.iter().fold(Sum::default(), plus);
        let base = |weight: &f64| if against.full_mean { all.value() } else { plus(all, &-weight).value() };
        let bases: Vec<f64> = weights.iter().map(base).collect();
        (bases[own] > 0.0).then_some(Self { against, weights, bases })
    }

    /// The weights in the credit of the candidate at `own`.
    pub(super) fn row(&self, own: usize) -> Weights {
        let row = |share: Share| -> Vec<f64> {
            (0..self.weights.len()).map(|at| self.weight(share, own, at)).collect()
        };
        Weights { returns: row(self.against.returns), values: self.against.values.map(row) }
    }

    /// How much of the number at `at` the credit of `own` takes.
    fn weight(&self, share: Share, own: usize, at: usize) -> f64 {
        let is_own = own == at;
        let counted = if is_own && !self.against.full_mean { 0.0 } else { self.weights[at] };
        f64::from(u8::from(is_own)) * share.own - share.baseline * (counted / self.bases[own])
    }

    /// Weights of `(A_own - mean A) / s`, from the mean returns and the critic's values of all. `None` if the baseline of
    /// some candidate weighs nothing.
    pub(super) fn normalised(
        &self,
        (means, values): (&[f64], &[f64]),
        own: usize,
        spread: Spread,
    ) -> Option<Weights> {
        if self.bases.iter().any(|it| *it <= 0.0) {
            return None;
        }
        let returns = self.credits(self.against.returns, means);
        let values = self.against.values.map(|it| self.credits(it, values));
        let credits = match values {
            None => returns,
            Some(values) => returns.iter().zip(values).map(|(a, b)| a + b).collect(),
        };
        let spread = spread.value(&credits);
        let inverses = self.bases.iter().fold(Sum::default(), |all, it| plus(all, &(1.0 / it)));
        let scaled = |share: Share| -> Vec<f64> {
            let of = |at| (self.weight(share, own, at) - self.mean(share, inverses, at)) / spread;
            (0..self.weights.len()).map(of).collect()
        };
        Some(Weights { returns: scaled(self.against.returns), values: self.against.values.map(scaled) })
    }

    /// The mean over all candidates of the weight of the number at `at`; `inverses`: the sum of `1 / base`.
    fn mean(&self, share: Share, inverses: Sum, at: usize) -> f64 {
        let bases = if self.against.full_mean { inverses } else { plus(inverses, &-(1.0 / self.bases[at])) };
        sum([share.own, -share.baseline * self.weights[at] * bases.value()]) / self.weights.len() as f64
    }

    /// What `numbers` make of the credit of every candidate.
    fn credits(&self, share: Share, numbers: &[f64]) -> Vec<f64> {
        let weighed = numbers.iter().zip(&self.weights).map(|(number, weight)| number * weight);
        let all = weighed.clone().fold(Sum::default(), |all, it| plus(all, &it));
        let credit = |((number, own), base): ((&f64, f64), &f64)| {
            let others = if self.against.full_mean { all } else { plus(all, &-own) };
            share.own * number - share.baseline * others.value() / base
        };
        numbers.iter().zip(weighed).zip(&self.bases).map(credit).collect()
    }
}

fn plus(mut sum: Sum, term: &f64) -> Sum {
    sum.add(*term);
    sum
}

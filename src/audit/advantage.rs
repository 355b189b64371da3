//! Credit within one group, by the two baselines of C3.

/// What is subtracted from a candidate's mean return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Baseline {
    /// The weighted mean of the other candidates.
    LeaveOneOut,
    /// The weighted mean of all candidates.
    FullMean,
}

impl Baseline {
    /// Both, in the order shown.
    pub const ALL: [Baseline; 2] = [Baseline::LeaveOneOut, Baseline::FullMean];

    /// The words on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Baseline::LeaveOneOut => "leave-one-out",
            Baseline::FullMean => "full mean",
        }
    }

    /// What is subtracted from each of `means`, weighted by `weights`. A lone candidate gets its own mean:
    /// its credit is undefined, which the caller says (docs/METHODS.md#replay-loo).
    pub fn of(self, means: &[f64], weights: &[f64]) -> Vec<f64> {
        // Plain sums in logged order, like the reference implementation: whether two credits are tied may
        // depend on the last bit.
        let weight: f64 = weights.iter().sum();
        let total: f64 = means.iter().zip(weights).map(|(mean, weight)| mean * weight).sum();
        match self {
            Baseline::FullMean => vec![total / weight; means.len()],
            Baseline::LeaveOneOut if means.len() < 2 => means.to_vec(),
            Baseline::LeaveOneOut => {
                let others = |(own, w): (&f64, &f64)| {
                    let rest = weight - w;
                    if rest > 0.0 { (total - w * own) / rest } else { *own }
                };
                means.iter().zip(weights).map(others).collect()
            }
        }
    }

    /// Mean minus baseline, per candidate.
    pub fn credit(self, means: &[f64], weights: &[f64]) -> Vec<f64> {
        self.of(means, weights).iter().zip(means).map(|(base, mean)| mean - base).collect()
    }
}

/// The mean of `means`, weighted.
pub(super) fn weighted_mean(means: &[f64], weights: &[f64]) -> f64 {
    let weight: f64 = weights.iter().sum();
    means.iter().zip(weights).map(|(mean, weight)| mean * weight).sum::<f64>() / weight
}

/// Population variance; 0 for one value.
pub(super) fn population_variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(baseline: Baseline, means: &[f64], weights: &[f64], want: &[f64]) {
        let got = baseline.credit(means, weights);
        assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12), "{got:?} {want:?}");
        assert_eq!(got.len(), want.len());
    }

    #[test]
    fn figure_1_of_c3() {
        // C3, figure 1: means 0.63, 0.80, 0.73 give -0.135, 0.12, 0.015.
        let (means, even) = ([0.63, 0.8, 0.73], [1.0; 3]);
        check(Baseline::LeaveOneOut, &means, &even, &[-0.135, 0.12, 0.015]);
        check(Baseline::FullMean, &means, &even, &[-0.09, 0.08, 0.01]);
    }

    #[test]
    fn weighted() {
        // Sum of weights 7, weighted total 3 + 1 + 1 = 5: 0.75 - 2/3, 0.5 - 4/5, 1 - 4/6; mean 5/7.
        let (means, weights) = ([0.75, 0.5, 1.0], [4.0, 2.0, 1.0]);
        check(Baseline::LeaveOneOut, &means, &weights, &[0.75 - 2.0 / 3.0, -0.3, 1.0 / 3.0]);
        check(Baseline::FullMean, &means, &weights, &[0.75 - 5.0 / 7.0, 0.5 - 5.0 / 7.0, 2.0 / 7.0]);
    }

    #[test]
    fn alone() {
        check(Baseline::LeaveOneOut, &[0.7], &[3.0], &[0.0]);
        check(Baseline::FullMean, &[0.7], &[3.0], &[0.0]);
        assert_eq!(population_variance(&[0.0, 1.0]), 0.25);
    }
}

//! The advantage of one number among others, whatever these are of.

use crate::credit::convention::Spread;
use crate::model::{Estimate, LEVEL, Origin};
use crate::stats::{Arm, Credit, Table, Weights, sum};

/// One number of a group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) value: f64,
    /// `R of r3`, for an explanation.
    pub(super) what: String,
    /// The record that says so.
    pub(super) origin: Origin,
}

/// Numbers that are compared, one of which is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Group {
    pub(super) samples: Vec<Sample>,
    pub(super) own: usize,
}

/// What is subtracted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Mean,
    Others,
    Best,
    Nothing,
}

/// How an advantage is made of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Form {
    base: Base,
    spread: Option<Spread>,
    /// What a number alone in its group gets, as a factor of it.
    alone: Option<f64>,
}

/// Why there is no advantage.
pub(super) const ALONE: &str = "it is the only one of its group: there is nothing to compare it with";

impl Form {
    /// That of a row of the baselines, by its name.
    pub(super) fn of(name: &str) -> Self {
        let plain = |base| Self { base, spread: None, alone: None };
        match name {
            "mean" => plain(Base::Mean),
            "loo" => plain(Base::Others),
            "best" => plain(Base::Best),
            "none" => Self { alone: Some(1.0), ..plain(Base::Nothing) },
            name => Self { base: Base::Mean, spread: Some(Spread::of(name)), alone: Spread::alone(name) },
        }
    }

    /// What it is divided by.
    fn scale(self, numbers: &[f64]) -> f64 {
        self.spread.map_or(1.0, |it| it.value(numbers))
    }
}

impl Group {
    fn numbers(&self) -> Vec<f64> {
        self.samples.iter().map(|it| it.value).collect()
    }

    /// Whether all its numbers are the same, so that nobody learns from it.
    pub(super) fn is_flat(&self) -> bool {
        self.samples.windows(2).all(|it| it[0].value == it[1].value)
    }

    /// The weights of the samples whose sum the advantage is; `None`: it has none.
    pub(super) fn weights(&self, form: Form) -> Option<Vec<f64>> {
        let n = self.samples.len() as f64;
        if self.samples.len() < 2 {
            return form.alone.map(|it| vec![it]);
        }
        let numbers = self.numbers();
        let best = || numbers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        let mut weights: Vec<f64> = match form.base {
            Base::Mean => vec![-1.0 / n; numbers.len()],
            Base::Others => vec![-1.0 / (n - 1.0); numbers.len()],
            Base::Best | Base::Nothing => vec![0.0; numbers.len()],
        };
        match form.base {
            Base::Others => weights[self.own] = 0.0,
            Base::Best => weights[best()?.0] = -1.0,
            Base::Mean | Base::Nothing => {}
        }
        weights[self.own] += 1.0;
        let scale = form.scale(&numbers);
        Some(weights.iter().map(|it| it / scale).collect())
    }

    /// The advantage of its own number, with the interval that the baseline has: within-group, of the mean of one
    /// arm of runs.
    pub(super) fn advantage(&self, form: Form) -> Option<Estimate> {
        let weights = self.weights(form)?;
        let numbers = self.numbers();
        let n = u32::try_from(numbers.len()).ok();
        if form.base != Base::Nothing && numbers.len() > 1 && self.is_flat() {
            return Some(Estimate { n, ..Estimate::exact(0.0) });
        }
        let value = sum(weights.iter().zip(&numbers).map(|(weight, it)| weight * it));
        let plain = Estimate { n, ..Estimate::exact(value) };
        let others = |at: &usize| form.base != Base::Others || *at != self.own;
        let runs: Vec<f64> = (0..numbers.len()).filter(others).map(|it| numbers[it]).collect();
        if !matches!(form.base, Base::Mean | Base::Others) || runs.len() < 2 {
            return Some(plain);
        }
        let table = Table::new(vec![Arm::Returns(runs)], None);
        let scale = form.scale(&numbers);
        Some(match table.interval(&Credit::of(Weights::of(vec![(0, -1.0)])), LEVEL) {
            Ok(it) => {
                let own = numbers[self.own];
                let ends = ((own + it.low) / scale, (own + it.high) / scale);
                let standard_error = (it.standard_error > 0.0).then_some(it.standard_error / scale);
                Estimate { interval: Some(ends), standard_error, ..plain }
            }
            Err(why) => Estimate { no_interval: Some(why), ..plain },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::assert_close;

    fn group(numbers: &[f64], own: usize) -> Group {
        let sample = |it: &f64| Sample { value: *it, what: String::new(), origin: Origin::default() };
        Group { samples: numbers.iter().map(sample).collect(), own }
    }

    fn of(name: &str, numbers: &[f64], own: usize) -> Option<f64> {
        group(numbers, own).advantage(Form::of(name)).map(|it| it.value)
    }

    #[test]
    fn advantages_by_name() {
        // Returns 0, 1, 0, 0: mean 0.25; squares 0.75: std over n - 1 0.5, over n sqrt(0.1875).
        let all = [0.0, 1.0, 0.0, 0.0];
        let names = ["mean", "loo", "best", "none", "trl", "verl", "openrlhf", "whitened", "population"];
        let found: Vec<f64> = names.iter().filter_map(|it| of(it, &all, 1)).collect();
        let (over_n, inside) = (0.75 / (0.1875_f64.sqrt() + 1e-9), 0.75 / 0.187_500_01_f64.sqrt());
        let right =
            [0.75, 1.0, 0.0, 1.0, 0.75 / 0.5001, 0.75 / 0.500_001, 0.75 / 0.500_000_001, over_n, inside];
        assert_close(&found, &right);
        // -0.25, -1/3, -1, 0.
        let found: Vec<f64> = names[..4].iter().filter_map(|it| of(it, &all, 0)).collect();
        assert_close(&found, &[-0.25, -1.0 / 3.0, -1.0, 0.0]);
    }

    #[test]
    fn one_alone_has_none_and_a_flat_group_gives_exactly_0() {
        for name in ["mean", "loo", "best", "trl", "openrlhf"] {
            assert_eq!((of(name, &[0.7], 0), of(name, &[0.1, 0.1, 0.1], 1)), (None, Some(0.0)), "{name}");
        }
        // verl takes 0 for the mean and 1 for the spread.
        assert_eq!((of("verl", &[0.7], 0), of("none", &[0.7], 0)), (Some(0.7 / 1.000_001), Some(0.7)));
    }

    #[test]
    fn the_interval_is_that_of_the_mean_within_the_group() {
        // 1, 2, 3, 4, 5.5: mean 3.1, std over n - 1 sqrt(3.05); t(4, 0.975) = 2.776445.
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.5];
        let found = group(&numbers, 4).advantage(Form::of("mean")).expect("five");
        let half = 2.776_445_105_197_799 * (3.05_f64 / 5.0).sqrt();
        let (low, high) = found.interval.expect("a spread");
        assert_close(&[found.value, low, high], &[2.4, 2.4 - half, 2.4 + half]);
        // Two that are alike show no spread, and that is no certainty.
        let alike = group(&[1.0, 1.0, 0.0], 2).advantage(Form::of("loo")).expect("three");
        assert!(alike.interval.is_none_or(|it| it.1 - it.0 > 0.5), "{alike:?}");
    }
}

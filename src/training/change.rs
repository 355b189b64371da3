//! Where a series changed: one step in its mean, and how well its place is known.

use crate::stats::{Sum, sum};

/// Values that each side has at least.
const LEAST: usize = 5;
/// Share of the probability that the interval holds.
const HELD: f64 = 0.95;
/// Values before and after a fall that are looked at.
const BEFORE: usize = 80;
const AFTER: usize = 60;

/// A step in the mean of a series, by places of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// The first value after the step, most likely.
    pub at: usize,
    /// The first and last place of the most likely ones that hold 95%.
    pub interval: (usize, usize),
    /// Mean of up to 60 values before it and after it.
    pub means: (f64, f64),
}

impl ChangePoint {
    /// Of the values around a fall that rang at `at`. `None`: too few.
    pub(super) fn around(values: &[f64], at: usize) -> Option<Self> {
        let (low, high) = (at.saturating_sub(BEFORE), values.len().min(at + AFTER));
        let (place, interval) = step(&values[low..high])?;
        let place = low + place;
        let mean = |values: &[f64]| sum(values.iter().copied()) / values.len().max(1) as f64;
        let before = &values[place.saturating_sub(AFTER)..place];
        let after = &values[place..values.len().min(place + AFTER)];
        let interval = (low + interval.0, low + interval.1);
        Some(Self { at: place, interval, means: (mean(before), mean(after)) })
    }
}

/// Gaussian values of one deviation with one step, every place as likely before: the likelihood of a place goes with
/// the squares left over to the power of -n/2 (Smith 1975).
fn step(values: &[f64]) -> Option<(usize, (usize, usize))> {
    let n = values.len();
    if n < 2 * LEAST + 1 {
        return None;
    }
    let total = sum(values.iter().copied());
    let squares = sum(values.iter().map(|it| it * it));
    let mut before = Sum::default();
    values[..LEAST].iter().for_each(|it| before.add(*it));
    let mut likelihoods = Vec::new();
    for (place, value) in values.iter().enumerate().take(n - LEAST).skip(LEAST) {
        let (left, right) = (before.value(), total - before.value());
        let rest = squares - left * left / place as f64 - right * right / (n - place) as f64;
        // Values without any noise leave nothing over: that place is as sure as can be.
        let rest = rest.max(1e-12 * squares.max(1e-300));
        likelihoods.push((place, -(n as f64) / 2.0 * (rest / n as f64).ln()));
        before.add(*value);
    }
    let most = likelihoods.iter().map(|it| it.1).fold(f64::NEG_INFINITY, f64::max);
    let all = sum(likelihoods.iter().map(|it| (it.1 - most).exp()));
    let mut order = likelihoods;
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let (mut held, mut low, mut high) = (0.0, n, 0);
    for (place, likelihood) in &order {
        (low, high) = (low.min(*place), high.max(*place));
        held += (likelihood - most).exp() / all;
        if held >= HELD {
            break;
        }
    }
    Some((order[0].0, (low, high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_where_it_is() {
        let noise = |at: usize| [0.05, -0.02, 0.01, -0.04][at % 4];
        let values: Vec<f64> = (0..100).map(|at| if at < 60 { 0.4 } else { 0.0 } + noise(at)).collect();
        let found = ChangePoint::around(&values, 64).unwrap();
        assert_eq!((found.at, found.interval), (60, (60, 60)));
        // Both sides are whole periods of the noise, whose mean is 0.
        assert!((found.means.0 - 0.4).abs() < 1e-12 && found.means.1.abs() < 1e-12);
        // With more noise than step the place is known less well, and holds the truth.
        let rough: Vec<f64> =
            values.iter().enumerate().map(|(at, it)| it + 8.0 * noise(at * 7 + at / 3)).collect();
        let found = ChangePoint::around(&rough, 64).unwrap();
        assert!(
            found.interval.0 <= 60 && found.interval.1 >= 60 && found.interval.0 < found.interval.1,
            "{found:?}"
        );
        assert_eq!(ChangePoint::around(&values[..8], 7), None);
    }
}

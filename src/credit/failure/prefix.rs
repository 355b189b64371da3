//! Where success was lost, from how often replays of growing prefixes still succeed. Pure functions on
//! counts.

use crate::stats::{wilson, zero_of_n_upper};

/// 95% in standard errors.
const Z: f64 = 1.959_963_984_540_054;

/// How many of n replays succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Replays that succeeded.
    pub successes: u32,
    /// Replays.
    pub n: u32,
}

impl Tally {
    /// The share that succeeded; `None` without replays.
    pub fn rate(self) -> Option<f64> {
        (self.n > 0).then(|| f64::from(self.successes) / f64::from(self.n))
    }

    /// The 95% Wilson interval of the rate; `None` without replays.
    pub fn interval(self) -> Option<(f64, f64)> {
        wilson(self.successes, self.n, Z)
    }

    /// Whether the rate lies above `other`'s for sure: their 95% intervals do not meet.
    pub fn is_above(self, other: Self) -> bool {
        self.interval().zip(other.interval()).is_some_and(|(own, other)| own.0 > other.1)
    }

    /// With another tally added.
    pub fn and(self, other: Self) -> Self {
        Self { successes: self.successes + other.successes, n: self.n + other.n }
    }
}

/// The first prefix after which no replay succeeds (after OmegaPRM, Luo et al. 2024). Positions count the
/// prefixes given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FirstError {
    /// By looking at every prefix; `None` if some replay of each succeeds.
    pub linear: Option<usize>,
    /// By halving, which is right if success once lost stays lost.
    pub binary: Option<usize>,
    /// The prefixes that halving looked at, in order.
    pub evaluated: Vec<usize>,
    /// Prefixes after which more replays succeed than before: something was repaired.
    pub repairs: Vec<usize>,
    /// The success rate that the replays at [`FirstError::linear`] still allow at 95%: no success seen is not
    /// none.
    pub still_possible: Option<f64>,
}

impl FirstError {
    /// Whether the two searches disagree: success was lost and won back in between.
    pub fn disagrees(&self) -> bool {
        self.linear != self.binary
    }
}

/// Finds the first error both ways. A prefix without replays counts as one that still succeeds.
pub fn first_error(prefixes: &[Tally]) -> FirstError {
    let lost = |at: usize| prefixes[at].n > 0 && prefixes[at].successes == 0;
    let linear = (0..prefixes.len()).find(|at| lost(*at));
    let (mut low, mut high, mut evaluated) = (0, prefixes.len(), Vec::new());
    while low < high {
        let middle = (low + high) / 2;
        evaluated.push(middle);
        if lost(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let rate = |at: usize| prefixes[at].rate();
    let repairs = (1..prefixes.len()).filter(|at| rate(at - 1).zip(rate(*at)).is_some_and(|(a, b)| b > a));
    FirstError {
        linear,
        binary: (high < prefixes.len()).then_some(high),
        evaluated,
        repairs: repairs.collect(),
        still_possible: linear.map(|at| zero_of_n_upper(prefixes[at].n)),
    }
}

/// A fall of the success rate from one prefix to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateDrop {
    /// The prefix after which it is lower.
    pub at: usize,
    /// How far it fell, 0..=1.
    pub size: f64,
    /// Before.
    pub before: Tally,
    /// After.
    pub after: Tally,
}

impl RateDrop {
    /// Whether the 95% intervals before and after do not meet.
    pub fn is_certain(&self) -> bool {
        self.before.is_above(self.after)
    }
}

/// The largest fall, the first of equal ones; `None` if the rate never falls.
pub fn largest_drop(prefixes: &[Tally]) -> Option<RateDrop> {
    let mut largest: Option<RateDrop> = None;
    for (at, pair) in prefixes.windows(2).enumerate() {
        let Some((before, after)) = pair[0].rate().zip(pair[1].rate()) else { continue };
        let size = before - after;
        if size > largest.map_or(0.0, |it| it.size) {
            largest = Some(RateDrop { at: at + 1, size, before: pair[0], after: pair[1] });
        }
    }
    largest
}

/// The point of commitment: the latest position from which resampling still rescues more often than replays
/// of what happened succeed anyway. There its interval lies above `noise`, the rate of the null arm. `None`
/// if there is no such position.
pub fn point_of_commitment(rescues: &[Tally], noise: f64) -> Option<usize> {
    rescues.iter().rposition(|it| it.interval().is_some_and(|(low, _)| low > noise))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::{assert_close, list, vectors};

    fn tallies(value: &serde_json::Value, n: u32) -> Vec<Tally> {
        list(value).into_iter().map(|it| Tally { successes: it as u32, n }).collect()
    }

    fn position(value: &serde_json::Value) -> Option<usize> {
        value.as_u64().map(|it| it as usize)
    }

    fn check_intervals(tallies: &[Tally], want: &serde_json::Value) {
        for (tally, want) in tallies.iter().zip(want.as_array().expect("intervals")) {
            let (low, high) = tally.interval().expect("replays");
            assert_close(&[low, high], &list(want));
        }
    }

    #[test]
    fn vectors_of_first_error() {
        let vector = &vectors()["first_error"];
        let n = vector["rollouts"].as_u64().expect("n") as u32;
        for (case, disagree) in [("monotone", false), ("repaired", true)] {
            let case = &vector[case];
            let prefixes = tallies(&case["successes_after_prefix_t"], n);
            let got = first_error(&prefixes);
            assert_eq!(got.linear, position(&case["linear_scan"]));
            assert_eq!(got.binary, position(&case["binary_search"]));
            let evaluated: Vec<f64> = got.evaluated.iter().map(|it| *it as f64).collect();
            assert_close(&evaluated, &list(&case["evaluated"]));
            assert_eq!(got.disagrees(), disagree);
            if let Some(wilson) = case.get("wilson95") {
                check_intervals(&prefixes, wilson);
                assert_eq!(largest_drop(&prefixes).map(|it| it.at), position(&case["largest_drop_t"]));
            } else {
                let repairs: Vec<f64> = got.repairs.iter().map(|it| *it as f64).collect();
                assert_close(&repairs, &list(&case["repair_steps_deltaV>0"]));
            }
        }
        for pair in vector["zero_of_n_upper95"].as_array().expect("pairs") {
            let pair = list(pair);
            assert_close(&[zero_of_n_upper(pair[0] as u32)], &[pair[1]]);
        }
    }

    #[test]
    fn vectors_of_commitment() {
        let vector = &vectors()["commitment"];
        let rescues = tallies(&vector["rescues"], vector["n"].as_u64().expect("n") as u32);
        check_intervals(&rescues, &vector["wilson95"]);
        let noise = vector["noise_floor"].as_f64().expect("noise");
        assert_eq!(point_of_commitment(&rescues, noise), position(&vector["locus"]));
        assert_eq!(point_of_commitment(&rescues, 0.9), None);
    }

    #[test]
    fn nothing_lost_and_nothing_known() {
        let fine = [Tally { successes: 3, n: 4 }; 3];
        assert_eq!(first_error(&fine), FirstError { evaluated: vec![1, 2], ..FirstError::default() });
        assert_eq!(largest_drop(&fine), None);
        assert_eq!(first_error(&[]), FirstError::default());
        let falls = [Tally { successes: 16, n: 16 }, Tally { successes: 0, n: 16 }];
        assert!(largest_drop(&falls).expect("it falls").is_certain());
        let falls = [Tally { successes: 1, n: 2 }, Tally { successes: 0, n: 2 }];
        assert!(!largest_drop(&falls).expect("it falls").is_certain());
    }
}

//! The advantages of the GRPO family by name: what trainers make of the returns of one group.
//!
//! All subtract a mean and most divide by a spread. They differ in which mean, in whether the spread counts n or
//! n - 1, and in the small number that keeps it from 0; so logged advantages tell whose they are. A convention
//! knows nothing but returns: what a group is made of (candidates here) is the caller's.
//!
//! | name | mean | spread | source |
//! |---|---|---|---|
//! | `population` | of all or of the others | sqrt(variance over n + 1e-8) | C3 with its default normalisation |
//! | `trl` | of all | std over n - 1, + 1e-4 | TRL, `GRPOTrainer`, `scale_rewards` |
//! | `verl` | of all | std over n - 1, + 1e-6 | verl, `compute_grpo_outcome_advantage` |
//! | `openrlhf` | of all | std over n - 1, + 1e-9 | OpenRLHF, `experience_maker`, `group_norm` |
//! | `whitened` | of all | std over n, + 1e-9 | whitening with the population's spread, as of batches in OpenRLHF |
//! | `dr_grpo`, `magrpo` | of all | none | Dr. GRPO (2503.20783, section 3.2); MAGRPO (2508.04652) |
//! | `rloo` | of the others | none | RLOO (2402.14740, section 3) |
//!
//! `trl`, `verl`, `openrlhf`, `dr_grpo` and `rloo` are held to the packages' own code by tests/oracles/trainers.py.
//!
//! GRPO itself (2402.03300, section 4.1.1) divides by "std" and says neither what it counts nor what is added.

use crate::stats::sum;

use super::method::Baseline;

/// What advantages are divided by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    /// What is taken off the count of the group: 0 the population's, 1 the sample's.
    ddof: u32,
    /// What keeps it from 0.
    epsilon: f64,
    /// Whether that is added to the variance, under the root.
    inside: bool,
}

impl Spread {
    /// That of a normalisation by name; an unknown name means `population`.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "trl" => Self { ddof: 1, epsilon: 1e-4, inside: false },
            "verl" => Self { ddof: 1, epsilon: 1e-6, inside: false },
            "openrlhf" => Self { ddof: 1, epsilon: 1e-9, inside: false },
            "whitened" => Self { ddof: 0, epsilon: 1e-9, inside: false },
            _ => Self { ddof: 0, epsilon: 1e-8, inside: true },
        }
    }

    /// Of these numbers, at least two.
    pub(super) fn value(self, numbers: &[f64]) -> f64 {
        let n = numbers.len() as f64;
        let mean = sum(numbers.iter().copied()) / n;
        let variance = sum(numbers.iter().map(|it| (it - mean).powi(2))) / (n - f64::from(self.ddof));
        if self.inside { (variance + self.epsilon).sqrt() } else { variance.sqrt() + self.epsilon }
    }

    /// What the only member of a group gets, as a factor of its return; `None`: it has no advantage.
    pub(super) fn alone(name: &str) -> Option<f64> {
        // verl takes 0 for the mean and 1 for the spread.
        (name == "verl").then(|| 1.0 / (1.0 + Self::of(name).epsilon))
    }
}

/// The ways to normalise; the first is the default.
pub(super) const NORMALISATIONS: &[Baseline] = &[
    Baseline {
        name: "population",
        title: "population",
        formula: "s = sqrt(popvar A + 1e-8)",
        source: "C3 with its default normalisation",
        needs: &[],
        names_culprit: true,
        rescales: false,
    },
    rescaled(
        "trl",
        "TRL",
        "s = std A + 1e-4, std over n - 1; A_j = Rbar_j - mean Rbar",
        "TRL, GRPOTrainer with scale_rewards",
    ),
    rescaled(
        "verl",
        "verl",
        "s = std A + 1e-6, std over n - 1; A_j = Rbar_j - mean Rbar; one alone keeps its return",
        "verl, compute_grpo_outcome_advantage",
    ),
    rescaled(
        "openrlhf",
        "OpenRLHF",
        "s = std A + 1e-9, std over n - 1; A_j = Rbar_j - mean Rbar",
        "OpenRLHF, experience_maker with group_norm",
    ),
    rescaled(
        "whitened",
        "whitened",
        "s = std A + 1e-9, std over n; A_j = Rbar_j - mean Rbar",
        "whitening by the population's spread",
    ),
];

const fn rescaled(
    name: &'static str,
    title: &'static str,
    formula: &'static str,
    source: &'static str,
) -> Baseline {
    Baseline { name, title, formula, source, needs: &[], names_culprit: true, rescales: true }
}

/// A convention by its name, and the row and baseline of the method table that compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Convention {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) baseline: &'static str,
}

const fn convention(name: &'static str, method: &'static str, baseline: &'static str) -> Convention {
    Convention { name, method, baseline }
}

/// Every convention that declared advantages are tried against.
pub(super) const CONVENTIONS: &[Convention] = &[
    convention("population", "replay-normalised", "population"),
    convention("trl", "replay-normalised", "trl"),
    convention("verl", "replay-normalised", "verl"),
    convention("openrlhf", "replay-normalised", "openrlhf"),
    convention("whitened", "replay-normalised", "whitened"),
    convention("dr_grpo", "replay-mean", "equal"),
    convention("magrpo", "replay-mean", "equal"),
    convention("rloo", "replay-loo", "equal"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::assert_close;
    use crate::credit::method;

    #[test]
    fn spreads_by_name() {
        // Returns 0, 1, 0, 0: mean 0.25, squares 0.75; over 4 0.1875, over 3 0.25.
        let of = |name| Spread::of(name).value(&[0.0, 1.0, 0.0, 0.0]);
        assert_close(&[of("trl"), of("verl"), of("openrlhf")], &[0.5001, 0.500001, 0.500000001]);
        assert_close(&[of("population"), of("whitened")], &[0.18750001_f64.sqrt(), 0.1875_f64.sqrt() + 1e-9]);
        assert_eq!((Spread::alone("trl"), Spread::alone("verl")), (None, Some(1.0 / 1.000_001)));
    }

    #[test]
    fn every_convention_is_a_row_of_the_table() {
        for it in CONVENTIONS {
            let row = method(it.method).expect(it.method);
            assert!(row.baseline(it.baseline).is_some(), "{it:?}");
        }
    }
}

//! What a policy gradient weighs acts with: returns, returns to go, advantages, as they are or normalised.
//!
//! Names such as `reinforce` or `ppo` leave nearly all of that open: which discount, whether a value was subtracted,
//! over which batch the numbers were normalised. So a grid of forms is tried. A batch that reaches beyond the log
//! shows in that the numbers are those of a form but for one shift and one scale, which are read off them; that needs
//! four numbers, and never counts as a recomputation.

use std::collections::BTreeSet;

use crate::model::{ActId, Attribution, DeclaredCredit, Episode, Number, Scenario};
use crate::stats::sum;

use super::super::method::Target;
use super::AuditItem;
use super::forms::fraction_digits;

/// Names that mean some weight of a policy gradient, and not which.
const NAMES: &[&str] = &[
    "reinforce",
    "reinforce_baseline",
    "reinforce_with_baseline",
    "vpg",
    "policy_gradient",
    "pg",
    "return",
    "returns",
    "return_to_go",
    "returns_to_go",
    "reward_to_go",
    "rewards_to_go",
    "rtg",
    "monte_carlo",
    "advantage",
    "advantages",
    "actor_critic",
    "a2c",
    "a3c",
    "ppo",
    "ippo",
    "td_error",
    "td_advantage",
    "gae_normalised",
    "gae_normalized",
    "normalised_gae",
    "normalized_gae",
];

/// Discounts that are tried where the log gives none.
const GAMMAS: &[f64] = &[1.0, 0.99, 0.95, 0.9];
/// Lambdas that are tried where the log gives none.
const LAMBDAS: &[f64] = &[0.95, 1.0, 0.0, 0.9, 0.97, 0.98];
/// With fewer numbers a grid fits by accident.
const LEAST_NUMBERS: usize = 3;
/// The fewest numbers from which a shift and a scale are read.
const LEAST_FITTED: usize = 4;

/// One form: what to call it, what computes it, and what is made of that.
pub(super) struct Weight {
    pub(super) name: String,
    pub(super) scenario: Scenario,
    pub(super) made: Made,
}

/// What is made of computed numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Made {
    /// Nothing.
    AsIs,
    /// R in place of every one.
    Return,
    /// `(A - mean) / (std + epsilon)` over the batch, the std over n - `ddof`.
    Normalised { ddof: f64, epsilon: f64 },
    /// `(A - m) / s`, both read off the declared numbers.
    Fitted,
}

/// Ways to normalise over a batch that the log holds, with who does so.
const NORMALISED: &[(Made, &str)] = &[
    (Made::Normalised { ddof: 1.0, epsilon: 1e-8 }, "std over n - 1, as Stable-Baselines3 does"),
    (Made::Normalised { ddof: 0.0, epsilon: 1e-5 }, "std over n, as MAPPO does"),
];

/// Whether an algorithm means some weight of a policy gradient.
pub(super) fn is_named(declared: &DeclaredCredit) -> bool {
    let letter = |it: char| if it.is_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
    let name: String = declared.algorithm.trim().chars().map(letter).collect();
    NAMES.contains(&name.as_str())
}

/// The forms of a record, the plainest first. `values`: those of values of the situation, by name.
pub(super) fn weights(
    episode: &Episode,
    declared: &DeclaredCredit,
    values: &[(String, Scenario)],
) -> Vec<Weight> {
    let stated = |name: &str| {
        let found = declared.params.iter().find(|it| it.0 == name)?.1.parse::<f64>().ok()?;
        (0.0..=1.0).contains(&found).then_some(found)
    };
    let few = declared.items.len() < LEAST_NUMBERS;
    let grid = |said: Option<f64>, all: &[f64]| match said {
        Some(it) => vec![it],
        None => all[..if few { 1 } else { all.len() }].to_vec(),
    };
    let gammas = grid(stated("gamma").or(episode.gamma), GAMMAS);
    let lambdas = grid(stated("lambda"), LAMBDAS);
    let mut bases = vec![Weight {
        name: "the return R".to_owned(),
        scenario: Scenario::of_method("broadcast"),
        made: Made::Return,
    }];
    for gamma in &gammas {
        bases.push(Weight {
            name: format!("return to go (gamma {gamma})"),
            scenario: with(Scenario::of_method("discount"), &[("conserve", 0.0), ("gamma", *gamma)]),
            made: Made::AsIs,
        });
    }
    for (name, scenario) in values {
        for gamma in &gammas {
            for lambda in &lambdas {
                let name = if name.is_empty() { String::new() } else { format!(", {name}") };
                bases.push(Weight {
                    name: format!("GAE (gamma {gamma}, lambda {lambda}{name})"),
                    scenario: with(scenario.clone(), &[("gamma", *gamma), ("lambda", *lambda)]),
                    made: Made::AsIs,
                });
            }
        }
    }
    let again = |made: Made, how: &str| -> Vec<Weight> {
        let of_acts = bases.iter().filter(|it| it.made == Made::AsIs);
        let one =
            |it: &Weight| Weight { name: format!("{}, {how}", it.name), scenario: it.scenario.clone(), made };
        of_acts.map(one).collect()
    };
    let mut more: Vec<Weight> = Vec::new();
    if !few {
        let normalised = NORMALISED.iter();
        more.extend(
            normalised.flat_map(|it| again(it.0, &format!("normalised over the episode ({})", it.1))),
        );
    }
    if declared.items.len() >= LEAST_FITTED {
        more.extend(again(Made::Fitted, "normalised over more than this log"));
    }
    bases.into_iter().chain(more).collect()
}

fn with(mut scenario: Scenario, params: &[(&str, f64)]) -> Scenario {
    for (name, value) in params {
        scenario.params.insert((*name).to_owned(), Number::new(*value));
    }
    scenario
}

impl Made {
    /// Makes it of the recomputed numbers of `items`; says how far the rounding of logged values may put them off.
    pub(super) fn apply(
        self,
        episode: &Episode,
        declared: &DeclaredCredit,
        anew: Option<&Attribution>,
        items: &mut [AuditItem],
    ) -> f64 {
        let Some(anew) = anew.filter(|_| self != Made::AsIs) else { return 0.0 };
        if self == Made::Return {
            let total = anew.reward.unwrap_or(0.0);
            items
                .iter_mut()
                .filter(|it| matches!(it.target, Some(Target::Act(_))))
                .for_each(|it| it.set(total));
            return 0.0;
        }
        // All of one algorithm was normalised together, in however many records it is written.
        let same = episode.declared.iter().filter(|it| it.algorithm == declared.algorithm);
        let acts: BTreeSet<ActId> = same.flat_map(|it| &it.items).filter_map(|it| it.act).collect();
        let of_acts = anew.acts.iter().filter(|it| acts.contains(&it.0));
        let batch: Vec<f64> = of_acts.filter_map(|it| Some(it.1.number()?.value)).collect();
        let number = |it: &AuditItem| Some((it.declared?, it.recomputed.number()?.value));
        let pairs: Vec<(f64, f64)> = items.iter().filter_map(number).collect();
        match self.shift_and_scale(&pairs, &batch) {
            Some((shift, scale)) => {
                for it in items.iter_mut() {
                    if let Some(value) = it.recomputed.number().map(|it| it.value) {
                        it.set((value - shift) / scale);
                    }
                }
                2.0 * half_digit(episode) / scale
            }
            None => {
                let why = "these numbers have no spread to divide by";
                items.iter_mut().for_each(|it| it.unset(why));
                0.0
            }
        }
    }

    /// The shift and scale `(m, s)` of `(A - m) / s`; `None`: nothing can be made of these. `pairs` are declared and
    /// computed, `batch` all that is computed.
    pub(super) fn shift_and_scale(self, pairs: &[(f64, f64)], batch: &[f64]) -> Option<(f64, f64)> {
        match self {
            Made::AsIs | Made::Return => Some((0.0, 1.0)),
            Made::Normalised { ddof, epsilon } => {
                let (mean, squares) = moments(batch.iter().copied(), batch.len())?;
                let n = batch.len() as f64;
                (n > ddof && squares > 0.0).then(|| (mean, (squares / (n - ddof)).sqrt() + epsilon))
            }
            Made::Fitted => {
                let n = pairs.len();
                let (of_declared, _) = moments(pairs.iter().map(|it| it.0), n)?;
                let (of_computed, squares) = moments(pairs.iter().map(|it| it.1), n)?;
                let products = sum(pairs.iter().map(|it| (it.0 - of_declared) * (it.1 - of_computed)));
                let mut distinct: Vec<f64> = pairs.iter().map(|it| it.1).collect();
                distinct.sort_by(f64::total_cmp);
                distinct.dedup_by(|a, b| (*a - *b).abs() <= 1e-9 * squares.sqrt());
                // Declared = slope A + constant.
                let slope = products / squares;
                let is_scale = distinct.len() >= LEAST_NUMBERS && n >= LEAST_FITTED && slope > 0.0;
                is_scale.then(|| (of_computed - of_declared / slope, 1.0 / slope))
            }
        }
    }
}

/// Half of the last digit that values of the situation are written with; 0 where that says nothing.
fn half_digit(episode: &Episode) -> f64 {
    let values = episode.acts.iter().filter_map(|it| it.policy.as_ref()?.value);
    let digits = values.filter(|it| it.is_finite()).map(fraction_digits).max().unwrap_or(0);
    if digits < 2 { 0.0 } else { 0.5 * 10f64.powi(-(digits.min(18) as i32)) }
}

/// Mean, and sum of squares from it; `None` of nothing.
fn moments(values: impl Iterator<Item = f64> + Clone, n: usize) -> Option<(f64, f64)> {
    let mean = sum(values.clone()) / n as f64;
    (n > 0).then(|| (mean, sum(values.map(|it| (it - mean).powi(2)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::assert_close;

    #[test]
    fn shifts_and_scales() {
        let of = |made: Made, pairs: &[(f64, f64)], batch: &[f64]| {
            made.shift_and_scale(pairs, batch).map_or(Vec::new(), |it| vec![it.0, it.1])
        };
        // 0, 1, 2, 5: mean 2, squares 14.
        let batch = [0.0, 1.0, 2.0, 5.0];
        let sample = Made::Normalised { ddof: 1.0, epsilon: 1e-8 };
        assert_close(&of(sample, &[], &batch), &[2.0, (14.0f64 / 3.0).sqrt() + 1e-8]);
        assert!(of(sample, &[], &[1.0, 1.0]).is_empty());
        // (A - 3) / 2.
        let pairs: Vec<(f64, f64)> = batch.iter().map(|it| ((it - 3.0) / 2.0, *it)).collect();
        assert_close(&of(Made::Fitted, &pairs, &batch), &[3.0, 2.0]);
        // Two different numbers fit any line, and a line that falls is no scale.
        assert!(of(Made::Fitted, &[(0.0, 1.0), (1.0, 2.0), (0.0, 1.0), (1.0, 2.0)], &batch).is_empty());
        let falls: Vec<(f64, f64)> = batch.iter().map(|it| (-it, *it)).collect();
        assert!(of(Made::Fitted, &falls, &batch).is_empty());
    }
}

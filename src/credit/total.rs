//! What the credits of all agents add up to, what that explains, and what it does not.

use crate::model::{Attribution, Episode, Provenance, places, signed};
use crate::text::{Clause, Sentence};

use super::method::Family;
use super::verdict::tolerance;

/// What the sum of the credits is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Explains {
    /// The team's reward in this run.
    Reward,
    /// The mean value of the team over other runs, over that of nobody, and how many runs; this run may
    /// differ.
    Mean {
        /// v(team).
        team: f64,
        /// v(nobody).
        nobody: f64,
        /// Runs behind it, where known.
        runs: Option<u32>,
    },
    /// How the reward differs from what was expected before the first act.
    Change {
        /// The value before the first act.
        start: f64,
    },
    /// The team's reward but for the rounding of the logged numbers.
    Rounded,
    /// Nothing: credits overlap, or leave something out.
    Nothing,
    /// Nothing: the numbers are no reward.
    OtherUnits,
    /// It should be something and is not.
    Off {
        /// What it should be.
        contract: f64,
    },
}

/// What the credits of `attribution` add up to.
pub fn explains(attribution: &Attribution) -> Explains {
    let family = super::method(&attribution.method).map(|it| it.family);
    if let Some(contract) = attribution.contract {
        let rounded = is_rounded(attribution, contract);
        return match (attribution.balances(), attribution.reward, attribution.empty_value) {
            (Some(false), _, _) if !rounded => Explains::Off { contract },
            (_, Some(team), Some(nobody)) => {
                let counts = attribution.agents.iter().filter_map(|it| it.value.number()?.n);
                Explains::Mean { team, nobody, runs: counts.min() }
            }
            (_, Some(reward), None) if family == Some(Family::Time) && (contract - reward).abs() > 1e-12 => {
                Explains::Change { start: reward - contract }
            }
            (Some(false), _, _) => Explains::Rounded,
            _ => Explains::Reward,
        };
    }
    if attribution.units.as_deref().is_some_and(|it| it != "normalised") {
        return Explains::OtherUnits;
    }
    match attribution.reward {
        Some(reward) if (attribution.sum - reward).abs() <= 1e-9 * reward.abs().max(1e-3) => Explains::Reward,
        Some(reward) if is_rounded(attribution, reward) => Explains::Rounded,
        _ => Explains::Nothing,
    }
}

/// Whether declared numbers miss `whole` by no more than they were rounded by.
fn is_rounded(attribution: &Attribution, whole: f64) -> bool {
    let numbers = || attribution.agents.iter().filter_map(|it| it.value.number()).map(|it| it.value);
    attribution.provenance == Provenance::Declared
        && (attribution.sum - whole).abs() <= tolerance(numbers()) * numbers().count() as f64
}

/// The same in words, behind the word `sum`: with `decimals` where these are those of the credits beside it.
pub fn total_words(episode: &Episode, attribution: &Attribution, decimals: usize) -> Sentence {
    let number = |value: f64| signed(value, decimals).trim_start().to_owned();
    let plain = |value: f64| number(value).trim_start_matches('+').to_owned();
    let sum = number(attribution.sum);
    // A status that stands in for a reward is no reward that this run got.
    let logged = episode.logged_reward().map(|it| it.value);
    let reward = attribution.reward;
    match explains(attribution) {
        Explains::Reward => Sentence::of([
            Clause::of(sum),
            Clause::ranked(1, reward.map_or(String::new(), |it| format!(" = R {}", plain(it)))),
        ]),
        Explains::Rounded => Sentence::of([Clause::of(format!(
            "{sum}: R {} but for the rounding of the log",
            plain(reward.unwrap_or(0.0))
        ))]),
        Explains::Mean { team, nobody, runs } => {
            let mut out = Sentence::of([
                Clause::of(sum),
                Clause::ranked(2, format!(" = v(team) {} - v(nobody) {}", plain(team), plain(nobody))),
            ]);
            let apart = logged.filter(|it| (it - team).abs() > 1e-9 * team.abs().max(1e-3));
            if let Some(logged) = apart {
                let runs = runs.map_or(String::new(), |it| format!(" ({it} runs)"));
                out.push(Clause::ranked(
                    1,
                    format!(
                        ". Credits explain the team's mean {}{runs}; this run got {}",
                        plain(team),
                        signed(logged, decimals.max(places(logged))).trim_start_matches([' ', '+'])
                    ),
                ));
            }
            out
        }
        Explains::Change { start } => Sentence::of([
            Clause::of(sum),
            Clause::ranked(
                1,
                format!(" = R {} - {} expected at the start", plain(reward.unwrap_or(0.0)), plain(start)),
            ),
        ]),
        Explains::Off { contract } => Sentence::of([Clause::of(format!(
            "{sum} IS NOT {}: {} off",
            plain(contract),
            signed(attribution.sum - contract, decimals.max(3)).trim_start()
        ))]),
        Explains::OtherUnits => {
            let units = attribution.units.as_deref().unwrap_or_default();
            Sentence::of([Clause::of(sum), Clause::ranked(1, format!(" in units of {units}, no reward"))])
        }
        Explains::Nothing => Sentence::of([
            Clause::of(sum),
            Clause::ranked(1, reward.map_or(String::new(), |it| format!(", no shares of R {}", plain(it)))),
            Clause::ranked(2, ": credits overlap or leave something out"),
        ]),
    }
}

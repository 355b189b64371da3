//! Names and numbers as every part of the verdict writes them.

use crate::model::{ActId, AgentId, Episode, Estimate, places, signed, unsigned};
use crate::text::at_words;

/// Columns a name takes at most: what a sentence is about must not push out what it says.
pub(super) const NAME: usize = 32;
/// Names listed one by one; more are counted.
const NAMES: usize = 3;

/// The name of an agent, cut where it is very long.
pub(super) fn name(episode: &Episode, agent: AgentId) -> String {
    at_words(&episode.agent(agent).name, NAME)
}

/// The id of an act, cut likewise.
pub(super) fn act_name(episode: &Episode, act: ActId) -> String {
    at_words(&episode.act(act).id, NAME)
}

/// `a`, `a and b`, `a, b and c`, `a, b and 3 more`.
pub(super) fn names(episode: &Episode, agents: &[AgentId], last: &str) -> String {
    let shown: Vec<String> = agents.iter().take(NAMES).map(|it| name(episode, *it)).collect();
    listed(&shown, agents.len(), last)
}

/// The same of words: the first of `all`.
pub(super) fn listed(shown: &[String], all: usize, last: &str) -> String {
    match shown {
        [] => "nobody".to_owned(),
        [one] if all == 1 => one.clone(),
        [shown @ .., one] if all == shown.len() + 1 => format!("{} {last} {one}", shown.join(", ")),
        shown => format!("{} and {} more", shown[..NAMES.min(shown.len()) - 1].join(", "), all + 1 - NAMES),
    }
}

/// A credit with its sign, in the decimals of the largest of its kind: `-0.07`.
pub(super) fn credit(value: f64, largest: f64) -> String {
    signed(value, places(largest)).trim_start().to_owned()
}

/// The same without its sign.
pub(super) fn size(value: f64, largest: f64) -> String {
    unsigned(value, places(largest))
}

/// A mean return: no `+`, as it is no credit.
pub(super) fn mean(value: f64, largest: f64) -> String {
    signed(value, places(largest)).trim_start_matches([' ', '+']).to_owned()
}

/// `-0.07 ±0.01`, `-0.20 [-0.41, 0.01]`, `-0.40` where nothing is known of its error. An interval that holds
/// 0 is followed by what that means.
pub(super) fn estimate(it: &Estimate, largest: f64) -> String {
    let unsure = if it.sign_unsure() { ", perhaps 0" } else { "" };
    let value = credit(it.value, largest);
    let level = if it.has_usual_level() { String::new() } else { format!(" at {}", it.level_words()) };
    match it.interval {
        Some((low, high)) if is_even(it.value, low, high) => {
            format!("{value} ±{}{level}{unsure}", size((high - low) / 2.0, largest))
        }
        Some((low, high)) => {
            format!("{value} [{}, {}]{level}{unsure}", credit(low, largest), credit(high, largest))
        }
        None => value,
    }
}

/// Whether an interval reaches as far to either side.
pub(super) fn is_even(value: f64, low: f64, high: f64) -> bool {
    (high + low - 2.0 * value).abs() <= 1e-6 * (high - low).abs().max(1e-12)
}

//! Declared credit: whether a record says each thing once, in numbers, and divides what it says it divides.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ActId, AgentId, CoalitionTable, CreditItem, DeclaredCredit, Episode, rule};

use super::finding::{Check, Finding};
use super::rounding::{half_unit, shown, slack};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::CREDIT_RESIDUAL, run: residual },
    Check { rule: rule::CREDIT_REPEATED, run: repeated },
    Check { rule: rule::NONFINITE_CREDIT, run: nonfinite },
];

/// Algorithms that divide v(N) - v(0), as logs name them.
const OF_THE_GAME: [&str; 6] =
    ["shapley", "shapley_value", "shapley_values", "exact_shapley", "shapley_exact", "owen"];
/// Algorithms that divide the reward itself.
const OF_THE_REWARD: [&str; 4] = ["uniform", "equal_split", "activity", "activity_share"];
/// A sampled number counts as wrong only if it is this many standard errors off.
const ERRORS: f64 = 4.0;

pub(super) fn residual(episode: &Episode) -> Vec<Finding> {
    episode.declared.iter().filter_map(|it| residual_of(episode, it)).collect()
}

/// What a declared credit has to sum to.
struct Total {
    value: f64,
    /// In words: `v(N) - v(0)`.
    name: String,
    /// Standard error of the value.
    error: f64,
    /// Logged numbers it is made of.
    parts: Vec<f64>,
}

fn residual_of(episode: &Episode, declared: &DeclaredCredit) -> Option<Finding> {
    let in_reward_units = declared.units.as_deref().is_none_or(|it| it == "reward");
    if !in_reward_units || declared.items.iter().any(|it| it.unknown.is_some() || it.value.is_none()) {
        return None;
    }
    let algorithm = folded(&declared.algorithm);
    let credits = per_agent(declared)?;
    let totals = if OF_THE_GAME.contains(&algorithm.as_str()) {
        of_the_game(episode, declared, &credits)
    } else if OF_THE_REWARD.contains(&algorithm.as_str()) {
        of_the_reward(episode, declared, &credits)
    } else {
        return None;
    };
    let values = || credits.values().flatten().filter_map(|it| it.value);
    let sum: f64 = values().sum();
    let spread: f64 = credits.values().flatten().filter_map(|it| standard_error(it)).sum();
    let exact = param(declared, "exact") == Some("true");
    let off = |total: &Total| {
        let rounded = values().count() as f64 * half_unit(values())
            + total.parts.len() as f64 * half_unit(total.parts.iter().copied());
        let sampled = if exact { 0.0 } else { ERRORS * (spread + total.error) };
        let tolerance = rounded + sampled + slack(values().chain(total.parts.iter().copied()));
        (sum - total.value).abs() > tolerance
    };
    if totals.is_empty() || !totals.iter().all(off) {
        return None;
    }
    let total = &totals[0];
    Some(Finding::at(
        declared.origin,
        format!(
            "the credits of '{}' sum to {}, but it divides {} = {}: residual {}; check who is left out and which values it used",
            declared.algorithm,
            shown(sum),
            total.name,
            shown(total.value),
            shown(sum - total.value)
        ),
    ))
}

/// An algorithm as the lists above write it.
fn folded(algorithm: &str) -> String {
    let letter = |it: char| if it.is_alphanumeric() { it.to_ascii_lowercase() } else { '_' };
    algorithm.trim().chars().map(letter).collect()
}

fn param<'a>(declared: &'a DeclaredCredit, name: &str) -> Option<&'a str> {
    declared.params.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
}

/// The items that make up each agent's credit: its own item, or else those of its acts; of a repeated item
/// the last. `None` if the record mixes both, which can be read in two ways.
fn per_agent(declared: &DeclaredCredit) -> Option<BTreeMap<AgentId, Vec<&CreditItem>>> {
    let mut latest: BTreeMap<(AgentId, Option<ActId>), &CreditItem> = BTreeMap::new();
    for item in &declared.items {
        latest.insert((item.agent?, item.act), item);
    }
    let of_agents = latest.keys().any(|it| it.1.is_none());
    let of_acts = latest.keys().any(|it| it.1.is_some());
    if of_agents && of_acts {
        return None;
    }
    let mut credits: BTreeMap<AgentId, Vec<&CreditItem>> = BTreeMap::new();
    for ((agent, _), item) in latest {
        credits.entry(agent).or_default().push(item);
    }
    Some(credits)
}

/// `std` is of one sample if `n` is given, and otherwise of the estimate.
fn standard_error(item: &CreditItem) -> Option<f64> {
    let std = item.std.filter(|it| it.is_finite() && *it >= 0.0)?;
    Some(item.n.filter(|it| *it > 0).map_or(std, |n| std / f64::from(n).sqrt()))
}

/// v(N) - v(0) as the record's parameters state it, or else of the table they name, or else of every table
/// whose players are the agents credited. If none of it is logged, nothing can be said, least of all that R
/// is v(N).
fn of_the_game(
    episode: &Episode,
    declared: &DeclaredCredit,
    credits: &BTreeMap<AgentId, Vec<&CreditItem>>,
) -> Vec<Total> {
    let number = |name: &str| param(declared, name).and_then(|it| it.parse::<f64>().ok());
    if let (Some(grand), Some(empty)) = (number("grand_coalition"), number("empty_coalition")) {
        return vec![Total {
            value: grand - empty,
            name: format!("its own v(N) {} - v(0) {}", shown(grand), shown(empty)),
            error: 0.0,
            parts: vec![grand, empty],
        }];
    }
    let named = param(declared, "counterfactual").map(|it| it.trim_matches('"'));
    let tables = episode.coalitions.iter().filter(|it| named.is_none_or(|name| it.name == name));
    tables.filter(|it| it.players.iter().eq(credits.keys())).filter_map(total_of).collect()
}

fn total_of(table: &CoalitionTable) -> Option<Total> {
    let value = |size: usize| {
        let at = table.values.members().position(|it| it.len() == size)?;
        table.values.get(at).map(|it| it.value)
    };
    let (grand, empty) = (value(table.players.len())?, value(0)?);
    let (all, none) = (grand.mean?, empty.mean?);
    Some(Total {
        value: all - none,
        name: format!("v(N) {} - v(0) {} of '{}'", shown(all), shown(none), table.name),
        error: grand.standard_error().unwrap_or(0.0) + empty.standard_error().unwrap_or(0.0),
        parts: vec![all, none],
    })
}

/// The reward that the record names, and the total reward.
fn of_the_reward(
    episode: &Episode,
    declared: &DeclaredCredit,
    credits: &BTreeMap<AgentId, Vec<&CreditItem>>,
) -> Vec<Total> {
    // A split among those who acted leaves out the others; one that leaves out an actor is only a part.
    if episode.acts.iter().any(|it| !credits.contains_key(&it.agent)) {
        return Vec::new();
    }
    let named = declared.reward.as_ref();
    let named = named.and_then(|id| episode.rewards.iter().find(|it| it.id.as_ref() == Some(id)));
    let named = named.and_then(|it| it.value).map(|value| (value, "the reward it names"));
    let total = episode.reward().map(|it| (it.value, "the total reward"));
    let all = named.into_iter().chain(total);
    let total = |(value, name): (f64, &str)| Total {
        value,
        name: name.to_owned(),
        error: 0.0,
        parts: episode.rewards.iter().filter_map(|it| it.value).chain([value]).collect(),
    };
    all.map(total).collect()
}

pub(super) fn repeated(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for declared in &episode.declared {
        let mut seen = BTreeSet::new();
        for item in declared.items.iter().filter(|it| it.unknown.is_none()) {
            let key = (item.act, item.agent.filter(|_| item.act.is_none()));
            if (item.act.is_some() || item.agent.is_some()) && !seen.insert(key) {
                let message = format!(
                    "'{}' credits {} twice: the last number counts; leave one out",
                    declared.algorithm,
                    name(episode, item)
                );
                findings.push(Finding::at(item.origin, message));
            }
        }
    }
    findings
}

pub(super) fn nonfinite(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for declared in &episode.declared {
        for item in declared.items.iter().filter(|it| !it.value.is_some_and(f64::is_finite)) {
            let message = format!(
                "the credit of {} by '{}' is not a finite number: it is left out, not taken as 0",
                name(episode, item),
                declared.algorithm
            );
            findings.push(Finding::at(item.origin, message));
        }
    }
    findings
}

fn name(episode: &Episode, item: &CreditItem) -> String {
    match (item.act, item.agent, &item.unknown) {
        (_, _, Some(unknown)) => format!("'{unknown}'"),
        (Some(act), _, None) => format!("act '{}'", episode.act(act).id),
        (None, Some(agent), None) => format!("agent '{}'", episode.agent(agent).name),
        (None, None, None) => "nobody".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, item, sound};
    use crate::model::{ActId, Sample};

    #[test]
    fn shapley_divides_the_game_and_not_the_reward() {
        let mut episode = sound();
        check("credit-residual", &episode, &[]);
        // R is one outcome and v(N) an expectation: they may be any distance apart.
        episode.rewards[0].value = Some(-7.0);
        check("credit-residual", &episode, &[]);
        episode.declared[0].items[0].value = Some(0.5);
        check(
            "credit-residual",
            &episode,
            &[
                "the credits of 'shapley' sum to 1, but it divides v(N) 0.9 - v(0) 0.1 of 'game' = 0.8: residual 0.2",
            ],
        );
        episode.declared[0].items[0].value = Some(0.300_4);
        check("credit-residual", &episode, &["residual 0.0004"]);
        // Without values of the game nobody can tell.
        episode.coalitions.clear();
        check("credit-residual", &episode, &[]);
    }

    #[test]
    fn what_cannot_be_told_is_no_finding() {
        let wrong = || {
            let mut episode = sound();
            episode.declared[0].items[0].value = Some(0.5);
            episode
        };
        let mut episode = wrong();
        episode.declared[0].units = Some("normalised".to_owned());
        check("credit-residual", &episode, &[]);
        let mut episode = wrong();
        episode.declared[0].algorithm = "banzhaf".to_owned();
        check("credit-residual", &episode, &[]);
        let mut episode = wrong();
        episode.declared[0].items.pop();
        check("credit-residual", &episode, &[]);
        let mut episode = wrong();
        episode.declared[0].items[0].unknown = Some("who".to_owned());
        check("credit-residual", &episode, &[]);
        let mut episode = wrong();
        episode.declared[0].params = vec![("counterfactual".to_owned(), "\"other\"".to_owned())];
        check("credit-residual", &episode, &[]);
        // Within four standard errors of the samples, unless the record calls it exact.
        let mut episode = wrong();
        let sampled = Sample { mean: Some(0.9), std: Some(0.4), n: Some(64), ..Sample::default() };
        episode.coalitions[0].values.update(3, |it| *it = sampled);
        check("credit-residual", &episode, &[]);
        episode.declared[0].params = vec![("exact".to_owned(), "true".to_owned())];
        check("credit-residual", &episode, &["residual 0.2"]);
    }

    #[test]
    fn rounded_credits_sum() {
        let mut episode = sound();
        // Thirds of 1 by two decimals: 0.33 + 0.66.
        let v = |episode: &mut crate::model::Episode, size: usize, value: f64| {
            let values = &mut episode.coalitions[0].values;
            let at = values.members().position(|it| it.len() == size).unwrap();
            values.update(at, |it| *it = Sample::stated(value));
        };
        v(&mut episode, 0, 0.0);
        v(&mut episode, 2, 1.0);
        episode.declared[0].items = vec![item(0, 0.33), item(1, 0.66)];
        check("credit-residual", &episode, &[]);
        episode.declared[0].items = vec![item(0, 0.33), item(1, 0.6)];
        check("credit-residual", &episode, &["sum to 0.93"]);
    }

    #[test]
    fn splits_divide_the_reward() {
        let mut episode = sound();
        episode.declared[0].algorithm = "Equal-Split".to_owned();
        episode.declared[0].items = vec![item(0, 0.5), item(1, 0.5)];
        check("credit-residual", &episode, &[]);
        episode.declared[0].items = vec![item(0, 0.5), item(1, 0.25)];
        check("credit-residual", &episode, &["sum to 0.75, but it divides the total reward = 1"]);
        episode.declared[0].items.pop();
        check("credit-residual", &episode, &[]);
    }

    #[test]
    fn each_is_credited_once() {
        let mut episode = sound();
        let mut act = item(0, 0.1);
        act.act = Some(ActId(0));
        episode.declared[0].items.push(act.clone());
        check("credit-repeated", &episode, &[]);
        episode.declared[0].items.extend([act, item(1, 0.3)]);
        check(
            "credit-repeated",
            &episode,
            &["'shapley' credits act 'a1' twice", "'shapley' credits agent 'coder' twice"],
        );
    }

    #[test]
    fn a_credit_is_a_number() {
        let mut episode = sound();
        check("nonfinite-credit", &episode, &[]);
        episode.declared[0].items[1].value = None;
        check("nonfinite-credit", &episode, &["the credit of agent 'coder' by 'shapley' is not"]);
        episode.declared[0].items[1].value = Some(f64::NAN);
        check("nonfinite-credit", &episode, &["the credit of agent 'coder' by 'shapley' is not"]);
    }
}

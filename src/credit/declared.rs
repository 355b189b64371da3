//! Credit the log itself assigned, as logged. docs/METHODS.md#declared.
//!
//! Of several `credit` records the scenario's baseline chooses one, by its key (see [`keys`]); without one the
//! first in units of the reward that credits the most agents is used. An agent's credit is the item of the agent;
//! without one, the sum of the items of its acts. A repeated item counts once, the last one, as a later record
//! updates an earlier one. Declared numbers follow no what-if: an edited scenario makes them unavailable.
//!
//! An advantage of a whole rollout (GRPO and its kin) that is written on each of its acts is broadcast, not divided:
//! it counts once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{
    ActId, AgentId, Attribution, CreditItem, DeclaredCredit, Episode, Estimate, LEVEL, Provenance, Term,
    Unavailable, Value, whole_blame,
};
use crate::stats::{Arm, Credit, Table, Weights, normal_quantile, sum};

use super::figure;
use super::method::{Family, Method, Need, Target};
use super::question::{Question, caveat, missing, total};
use super::runs::{Runs, estimate, measured};

/// The row of declared credit.
pub(super) const METHOD: Method = Method {
    name: "declared",
    title: "declared credit",
    family: Family::Declared,
    needs: &[Need::DeclaredCredit],
    baselines: &[],
    params: &[],
    formula: "c_i as logged",
    source: "the log's `credit` record",
    caveats: &["the word of whoever wrote the log"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[],
    compute,
    terms,
};

/// A name for each declared credit of an episode: its algorithm, followed by the record's id or its place
/// (`shapley#2`) if the algorithm repeats.
pub(super) fn keys(episode: &Episode) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(episode.declared.len());
    let mut seen = BTreeSet::new();
    for (at, declared) in episode.declared.iter().enumerate() {
        let mut key = declared.algorithm.clone();
        if !seen.insert(declared.algorithm.as_str()) {
            let mark = declared.id.clone().unwrap_or_else(|| (at + 1).to_string());
            key = format!("{}#{mark}", declared.algorithm);
        }
        keys.push(key);
    }
    keys
}

/// The name of the declared credit `at`, without those of all others; `None`: there is none.
pub(super) fn key(episode: &Episode, at: usize) -> Option<String> {
    let declared = episode.declared.get(at)?;
    let repeats = episode.declared[..at].iter().any(|it| it.algorithm == declared.algorithm);
    let mark = || declared.id.clone().unwrap_or_else(|| (at + 1).to_string());
    Some(if repeats { format!("{}#{}", declared.algorithm, mark()) } else { declared.algorithm.clone() })
}

/// Whether the numbers are rewards, or rewards by a known scale: nothing else is added to rewards or compared with
/// them.
pub(super) fn has_reward_units(declared: &DeclaredCredit) -> bool {
    matches!(declared.units.as_deref(), None | Some("reward" | "normalised"))
}

/// Whether the numbers of an attribution are rewards: declared credit may be in other units.
pub(super) fn is_in_reward_units(episode: &Episode, attribution: &Attribution) -> bool {
    record(episode, attribution).is_none_or(has_reward_units)
}

/// The record that declared credit was read from; `None`: the attribution is no declared credit.
fn record<'a>(episode: &'a Episode, attribution: &Attribution) -> Option<&'a DeclaredCredit> {
    let key = attribution.baseline.as_ref().filter(|_| attribution.method == METHOD.name)?;
    let at = (0..episode.declared.len()).find(|at| has_key(episode, *at, key))?;
    Some(&episode.declared[at])
}

/// What a record gives each agent that it speaks of, by agent; and each act, with its agent.
pub(super) fn parts(episode: &Episode, record: &DeclaredCredit) -> Parts {
    let items = Items::of(record);
    let of = |agent: AgentId| Some((agent, sum(items.agent(agent)?.iter().filter_map(|it| it.value))));
    let act = |it: (&ActId, &&CreditItem)| Some((*it.0, *items.owners.get(it.0)?, it.1.value?));
    Parts {
        agents: episode.agent_ids().filter_map(of).collect(),
        acts: items.acts.iter().filter_map(act).collect(),
    }
}

/// The numbers of a record by what they are of.
pub(super) struct Parts {
    pub(super) agents: Vec<(AgentId, f64)>,
    pub(super) acts: Vec<(ActId, AgentId, f64)>,
}

/// The method of `table`, with its baseline, that a declared algorithm names; `None` if the table lacks it.
pub(super) fn named_method(
    table: &'static [Method],
    declared: &DeclaredCredit,
) -> Option<(&'static Method, Option<&'static str>)> {
    let name: String = declared
        .algorithm
        .trim()
        .chars()
        .map(|it| if it.is_alphanumeric() { it.to_ascii_lowercase() } else { '_' })
        .collect();
    // A difference reward over coalitions removes an agent: that is the method `removal`.
    let param = |name: &str| declared.params.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
    if name.starts_with("difference") && param("removal").is_some_and(|it| it.contains("agent")) {
        return table.iter().find(|it| it.name == "removal").map(|it| (it, None));
    }
    table.iter().find_map(|row| row.aliases.iter().find(|alias| alias.0 == name).map(|alias| (row, alias.1)))
}

fn chosen<'a>(question: &Question<'a>) -> Result<(String, &'a DeclaredCredit), Unavailable> {
    let episode = question.episode;
    if let Some(wanted) = &question.scenario.baseline {
        let at = (0..episode.declared.len()).find(|at| has_key(episode, *at, wanted));
        if let Some(at) = at {
            return Ok((wanted.clone(), &episode.declared[at]));
        }
        let keys = keys(episode);
        let at = episode.declared.iter().position(|it| it.id.as_ref() == Some(wanted));
        let known = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
        let at =
            at.ok_or_else(|| missing(format!("no credit of '{wanted}' is logged; there is: {known}")))?;
        return Ok((keys[at].clone(), &episode.declared[at]));
    }
    let covered = |declared: &DeclaredCredit| {
        let items = Items::of(declared);
        episode.agent_ids().filter(|agent| items.agent(*agent).is_some()).count()
    };
    let mut best: Option<(usize, (bool, usize))> = None;
    for (at, declared) in episode.declared.iter().enumerate() {
        let count = (has_reward_units(declared), covered(declared));
        if best.is_none_or(|it| count > it.1) {
            best = Some((at, count));
        }
    }
    let (at, _) = best.ok_or_else(|| missing("no credit record with numbers is logged"))?;
    Ok((keys(episode).swap_remove(at), &episode.declared[at]))
}

/// Whether [`keys`] gives the declared credit `at` this key. The sweep asks for each one by its key, and a
/// log may hold one for each of thousands of steps.
fn has_key(episode: &Episode, at: usize, key: &str) -> bool {
    let declared = &episode.declared[at];
    let repeats = || episode.declared[..at].iter().any(|it| it.algorithm == declared.algorithm);
    let is_mark = |mark: &str| match &declared.id {
        Some(id) => mark == id,
        None => mark.parse() == Ok(at + 1),
    };
    match key.strip_prefix(declared.algorithm.as_str()) {
        Some("") => !repeats(),
        Some(rest) => rest.strip_prefix('#').is_some_and(is_mark) && repeats(),
        None => false,
    }
}

/// The items of a record: of each agent and act the last one.
struct Items<'a> {
    agents: BTreeMap<AgentId, &'a CreditItem>,
    acts: BTreeMap<ActId, &'a CreditItem>,
    owners: BTreeMap<ActId, AgentId>,
    /// Whether the algorithm gives all acts of a rollout one advantage.
    of_rollouts: bool,
}

/// Parts of the names of algorithms whose advantage is that of a whole rollout.
const OF_ROLLOUTS: &[&str] = &["grpo", "rloo", "gspo", "dapo", "reinforce"];

impl<'a> Items<'a> {
    fn of(declared: &'a DeclaredCredit) -> Self {
        let algorithm = declared.algorithm.to_ascii_lowercase();
        let mut items = Self {
            agents: BTreeMap::new(),
            acts: BTreeMap::new(),
            owners: BTreeMap::new(),
            of_rollouts: OF_ROLLOUTS.iter().any(|it| algorithm.contains(it)),
        };
        for item in declared.items.iter().filter(|it| it.value.is_some_and(f64::is_finite)) {
            match (item.act, item.agent) {
                (Some(act), agent) => {
                    items.acts.insert(act, item);
                    if let Some(agent) = agent {
                        items.owners.insert(act, agent);
                    }
                }
                (None, Some(agent)) => {
                    items.agents.insert(agent, item);
                }
                (None, None) => {}
            }
        }
        items
    }

    /// The items that make up an agent's credit; `None` if the record does not credit it.
    fn agent(&self, agent: AgentId) -> Option<Vec<&'a CreditItem>> {
        if let Some(item) = self.agents.get(&agent) {
            return Some(vec![item]);
        }
        let of_agent = self.acts.iter().filter(|it| self.owners.get(it.0) == Some(&agent));
        let mut items: Vec<&CreditItem> = of_agent.map(|it| *it.1).collect();
        if self.is_broadcast(&items) {
            items.truncate(1);
        }
        (!items.is_empty()).then_some(items)
    }

    /// Whether these items of an agent's acts are one number, written on each of them.
    fn is_broadcast(&self, items: &[&CreditItem]) -> bool {
        let values = || items.iter().filter_map(|it| it.value);
        let Some(first) = values().next().filter(|_| self.of_rollouts && items.len() > 1) else {
            return false;
        };
        values().all(|it| (it - first).abs() <= 1e-9 * first.abs())
    }

    /// Whether any agent's number is written on several of its acts.
    fn has_broadcast(&self, episode: &Episode) -> bool {
        let of = |agent: AgentId| -> Vec<&CreditItem> {
            let acts = self.acts.iter().filter(|it| self.owners.get(it.0) == Some(&agent));
            acts.map(|it| *it.1).collect()
        };
        self.of_rollouts
            && episode.agent_ids().any(|it| !self.agents.contains_key(&it) && self.is_broadcast(&of(it)))
    }
}

/// Standard error of an item: `std` is of one sample when `n` is given, else of the estimate.
fn standard_error(item: &CreditItem) -> Option<f64> {
    let std = item.std.filter(|it| it.is_finite() && *it >= 0.0)?;
    Some(match item.n {
        Some(n) if n > 0 => std / f64::from(n).sqrt(),
        _ => std,
    })
}

/// What an item says of its error: its standard deviation, else its interval, which is then taken as a normal's.
fn arm(item: &CreditItem) -> Option<Arm> {
    let mean = item.value?;
    let std = item.std.filter(|it| it.is_finite() && *it >= 0.0);
    let level = level(item);
    Some(match (std, item.interval) {
        (Some(std), _) => Arm::Summary { mean, std, n: item.n.filter(|it| *it > 0) },
        (None, Some((low, high))) if low < high && level > 0.0 && level < 1.0 => {
            let std = (high - low) / 2.0 / normal_quantile(0.5 + level / 2.0);
            Arm::Summary { mean, std, n: None }
        }
        (None, _) => Arm::Stated(mean),
    })
}

/// The level of an item's interval.
fn level(item: &CreditItem) -> f64 {
    item.level.unwrap_or(LEVEL)
}

/// The table of all items of a record, and the arm of each.
fn runs<'a>(items: &Items<'a>) -> (Arc<Table>, FxHashMap<*const CreditItem, usize>) {
    let mut runs = Runs::default();
    let mut places = FxHashMap::default();
    for item in items.agents.values().chain(items.acts.values()) {
        if let Some(arm) = arm(item) {
            places.insert(std::ptr::from_ref(*item), runs.push(arm));
        }
    }
    (runs.table(), places)
}

/// The number that some items make up, and how it follows from them. One item keeps the interval it was logged
/// with, at its own level.
fn combined(
    items: &[&CreditItem],
    table: &Table,
    places: &FxHashMap<*const CreditItem, usize>,
) -> (Estimate, Credit) {
    let terms = items.iter().filter_map(|it| Some((*places.get(&std::ptr::from_ref(*it))?, 1.0)));
    let credit = Credit::of(Weights::of(terms.collect()));
    let value = sum(items.iter().filter_map(|it| it.value));
    let n = if let [one] = items { one.n } else { None };
    let found = estimate(table, &credit, value, n);
    let number = match items {
        [one] if one.interval.is_some() => {
            Estimate { interval: one.interval, level: level(one), no_interval: None, ..found }
        }
        _ => found,
    };
    (number, credit)
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    if question.episode.declared.is_empty() {
        return Err(missing("no credit record with numbers is logged"));
    }
    if question.scenario.edits_episode() {
        return Err(missing("declared credit is as logged: it cannot follow a what-if"));
    }
    let (key, declared) = chosen(question)?;
    let items = Items::of(declared);
    if items.agents.is_empty() && items.acts.is_empty() {
        return Err(missing(format!("the credit of '{key}' holds no finite number")));
    }
    let parts = declared.units.as_deref().and_then(whole_blame).map_or("", |_| ": parts of the blame");
    let mut attribution = question.start(format!("declared ({key}){parts}"), Provenance::Declared);
    let (table, places) = runs(&items);
    let mut by_agent = FxHashMap::default();
    for credit in &mut attribution.agents {
        credit.value = match items.agent(credit.agent) {
            Some(items) => {
                let (number, follows) = combined(&items, &table, &places);
                by_agent.insert(credit.agent, follows);
                Value::Number(number)
            }
            None => Value::Unavailable(format!("'{key}' does not credit {}", question.agent(credit.agent))),
        };
    }
    let acts = items.acts.iter();
    let acts = acts.map(|(act, item)| (*act, Value::Number(combined(&[item], &table, &places).0)));
    attribution.acts = acts.collect();
    attribution.measured = Some(measured(&attribution, table, by_agent));
    attribution.sum = total(&attribution.agents);
    let reward = question.episode.reward().map(|it| it.value);
    let named = named_method(question.table, declared);
    let in_reward_units = declared.units.as_deref().is_none_or(|it| it == "reward");
    if named.is_some_and(|it| it.0.efficient) && in_reward_units {
        // An efficient division of a coalition game leaves out v(0).
        let shapley = named.is_some_and(|it| it.0.name == "shapley");
        let game = |of: fn(&Episode) -> Option<f64>| if shapley { of(question.episode) } else { None };
        attribution.empty_value = game(super::coalition::empty_value);
        // What a game divides is its v(N), an expectation; this episode's reward may differ from it.
        attribution.reward = game(super::coalition::full_value).or(reward);
        attribution.contract = attribution.reward.map(|it| it - attribution.empty_value.unwrap_or(0.0));
    } else {
        attribution.reward = reward;
    }
    attribution.baseline = Some(key.clone());
    if let Some(units) = declared.units.as_deref().filter(|it| *it != "reward") {
        attribution.units = Some(units.to_owned());
        attribution.caveats.push(caveat(format!("the numbers are in units of '{units}', not of the reward")));
    }
    if let Some(level) = declared.items.iter().filter_map(|it| it.level).find(|it| (it - 0.95).abs() > 1e-9) {
        let text = format!("logged intervals are at the {} level", figure::percent(level));
        attribution.caveats.push(caveat(text));
    }
    if let Some(confidence) = declared.confidence {
        let text = format!("the writer states a confidence of {}", figure::plain(confidence));
        attribution.caveats.push(caveat(text));
    }
    if items.has_broadcast(question.episode) {
        let text =
            "one advantage of the rollout is written on each of its acts: it counts once, not once an act";
        attribution.caveats.push(caveat(text));
    }
    if named.is_none() {
        attribution.caveats.push(caveat(format!("'{}' cannot be recomputed here", declared.algorithm)));
    }
    Ok(attribution)
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let (key, declared) = chosen(question)?;
    let items = Items::of(declared);
    let chosen = match target {
        Target::Agent(agent) => items.agent(agent).unwrap_or_default(),
        Target::Act(act) => items.acts.get(&act).copied().into_iter().collect(),
    };
    let term = |item: &&CreditItem| Term {
        text: match item.act {
            Some(act) => format!("{key} of {}", question.act(act)),
            None => format!("{key}, as logged"),
        },
        weight: 1.0,
        value: item.value,
        standard_error: standard_error(item),
        n: item.n,
        origins: vec![item.origin],
    };
    Ok(chosen.iter().map(term).collect())
}

//! Counterfactuals: alternatives per act, replay groups, coalition values. Streamed pieces are merged.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

use super::{Builder, acts::Node};
use crate::{
    log::{Body, Candidate, Counterfactual, Record, action_label},
    model::{
        self, Absence, Act, ActId, ActionTable, AgentId, Alternative, CoalitionTable, CoalitionValue, Origin,
        Policy, ReplayGroup, Sample, rule,
    },
    text,
};

/// Where pieces that arrive one at a time belong, by name: groups, their candidates by `j`, tables, their
/// coalitions.
#[derive(Default)]
struct Places {
    groups: HashMap<String, usize>,
    candidates: HashMap<(usize, i64), usize>,
    tables: HashMap<String, usize>,
    /// The alternatives of an act, by label.
    labels: HashMap<ActId, HashMap<String, usize>>,
    /// The groups that an act's alternatives came from.
    sources: HashSet<(ActId, String)>,
    /// The policies a group ran with.
    frozen: HashSet<(usize, String, String)>,
    coalitions: HashMap<(usize, Vec<AgentId>), usize>,
}

impl Places {
    /// The alternative of `table` called `label`. If there is none, the caller adds it at the end.
    fn alternative<'a>(&mut self, table: &'a mut ActionTable, label: &str) -> Option<&'a mut Alternative> {
        let labels = self.labels.entry(table.act).or_default();
        if let Some(at) = labels.get(label) {
            return table.alternatives.get_mut(*at);
        }
        labels.insert(label.to_owned(), table.alternatives.len());
        None
    }
}

/// Adds what the records say would have happened otherwise.
pub(super) fn add(builder: &mut Builder, nodes: &[Node], records: &[(Record, Origin)]) {
    let mut places = Places::default();
    for node in nodes {
        let origin = records[node.record].1;
        let found = of_policy(&mut places, node.act, builder.episode.act(node.act), origin);
        builder.tables.extend(found);
    }
    for (record, origin) in records {
        let Body::Counterfactual(it) = &record.body else { continue };
        match it.kind.as_str() {
            "replay" => replay(builder, &mut places, it, *origin),
            "coalition" => coalitions(builder, &mut places, it, *origin),
            "agent_removed" => removed(builder, &mut places, it, *origin),
            "default_action" | "null_action" => alternatives(builder, &mut places, it, true, *origin),
            "q_value" | "policy_substituted" => alternatives(builder, &mut places, it, false, *origin),
            other => {
                let message = format!("counterfactual of kind '{}' is not known", text::clean(other));
                builder.find(rule::UNKNOWN_KIND, *origin, message);
            }
        }
    }
    for group in &mut builder.episode.replays {
        group.candidates.sort_by_key(|it| it.j);
    }
    for group in 0..builder.episode.replays.len() {
        replayed_alternatives(builder, &mut places, group);
    }
    builder.episode.tables = std::mem::take(&mut builder.tables).into();
}

/// The candidates of a replay group are also alternatives of its act, measured by their replays. If a value
/// is already known, the one with more replays behind it counts.
fn replayed_alternatives(builder: &mut Builder, places: &mut Places, group: usize) {
    let Some(act) = builder.episode.replays[group].act else { return };
    let default = builder.episode.act(act).default_action.clone();
    let (extra, mut candidates): (Vec<_>, Vec<_>) =
        builder.episode.replays[group].candidates.iter().cloned().partition(|it| it.extra);
    candidates.retain(|it| it.returns.mean.is_some());
    if candidates.iter().all(|it| it.label == candidates[0].label) {
        return; // one action over and over is no alternative to itself
    }
    let table = table(builder, act);
    table.value = table.value.or(extra.iter().find_map(|it| it.returns.mean));
    for candidate in candidates {
        match places.alternative(table, &candidate.label) {
            Some(known) => {
                known.probability = known.probability.or(candidate.probability);
                known.taken |= candidate.real;
                if known.q.mean.is_none() || known.q.n.unwrap_or(0) < candidate.returns.n.unwrap_or(0) {
                    (known.q, known.origin) = (candidate.returns, candidate.origin);
                }
            }
            None => table.alternatives.push(Alternative {
                default: default.as_ref() == Some(&candidate.label),
                label: candidate.label,
                q: candidate.returns,
                probability: candidate.probability,
                taken: candidate.real,
                origin: candidate.origin,
            }),
        }
    }
}

fn sample(value: Option<f64>, returns: &[f64], std: Option<f64>, n: Option<u32>) -> Sample {
    if returns.is_empty() {
        return Sample { mean: value.filter(|it| it.is_finite()), std, n, returns: Vec::new() };
    }
    Sample::of_returns(returns.to_vec())
}

/// The label of the action that `act` really took, as its alternatives write it.
fn taken_label(act: &Act) -> String {
    let chosen = act.policy.as_ref().and_then(|it| it.chosen.clone());
    chosen.unwrap_or_else(|| act.label.clone())
}

fn table(builder: &mut Builder, act: ActId) -> &mut ActionTable {
    let tables = &mut builder.tables;
    let at = tables.binary_search_by_key(&act, |it| it.act).unwrap_or_else(|at| {
        tables.insert(at, ActionTable { act, alternatives: Vec::new(), value: None, groups: Vec::new() });
        at
    });
    &mut tables[at]
}

/// Probabilities and values that the policy itself logged for an act that comes after all others.
pub(super) fn table_of_policy(act: ActId, it: &Act, origin: Origin) -> Option<ActionTable> {
    of_policy(&mut Places::default(), act, it, origin)
}

/// Probabilities and values that the acting policy logged itself.
fn of_policy(places: &mut Places, act: ActId, it: &Act, origin: Origin) -> Option<ActionTable> {
    let taken = taken_label(it);
    let default = it.default_action.clone();
    let Policy { probs, q, value, .. } = it.policy.clone()?;
    if probs.is_empty() && q.is_empty() && value.is_none() {
        return None;
    }
    let value = value.filter(|it| it.is_finite());
    let mut table = ActionTable { act, alternatives: Vec::new(), value, groups: Vec::new() };
    // Of a label given twice the first one counts.
    let by_label = |rows: &[(String, f64)]| -> HashMap<String, f64> { rows.iter().rev().cloned().collect() };
    let (values, probabilities) = (by_label(&q), by_label(&probs));
    for (label, _) in q.iter().chain(&probs) {
        if places.alternative(&mut table, label).is_some() {
            continue;
        }
        table.alternatives.push(Alternative {
            label: label.clone(),
            q: Sample { mean: values.get(label).copied().filter(|it| it.is_finite()), ..Sample::default() },
            probability: probabilities.get(label).copied(),
            taken: *label == taken,
            default: default.as_ref() == Some(label),
            origin,
        });
    }
    Some(table)
}

/// The act that a counterfactual replaces. Lists it if it is not in the episode.
fn replaced(builder: &mut Builder, it: &Counterfactual, origin: Origin) -> Option<ActId> {
    let id = it.of.as_ref()?;
    builder.references(std::slice::from_ref(id), "of", origin).first().copied()
}

/// Candidates of the kinds that say what one other action would have been worth.
fn alternatives(
    builder: &mut Builder,
    places: &mut Places,
    it: &Counterfactual,
    default: bool,
    origin: Origin,
) {
    let Some(act) = replaced(builder, it, origin) else {
        if it.of.is_none() {
            let message = format!("counterfactual of kind '{}' does not say `of` which act", it.kind);
            builder.find(rule::COUNTERFACTUAL_OF_NOTHING, origin, message);
        }
        return;
    };
    let taken = taken_label(builder.episode.act(act));
    let logged_default = builder.episode.act(act).default_action.clone();
    let group = it.group.as_deref().map(text::clean);
    let table = table(builder, act);
    if let Some(group) = group.filter(|it| places.sources.insert((act, it.clone()))) {
        table.groups.push(group);
    }
    for candidate in &it.candidates {
        if candidate.extra {
            // Drawn anew from the policy: an estimate of V(h), not an alternative.
            let drawn = sample(candidate.value, &candidate.returns, candidate.std, candidate.n);
            table.value = table.value.or(drawn.mean);
            continue;
        }
        let label = candidate_label(candidate);
        let is_default = logged_default.as_ref() == Some(&label) || (default && !candidate.real);
        let is_taken = candidate.real || label == taken;
        let value = candidate.value.or(candidate.q);
        let q = sample(value, &candidate.returns, candidate.std, candidate.n);
        match places.alternative(table, &label) {
            Some(known) => {
                // A measured value counts for more than the policy's own.
                if q.mean.is_some() {
                    known.q = q;
                    known.origin = origin;
                }
                known.probability = candidate.prob.or(known.probability);
                known.taken |= is_taken;
                known.default |= is_default;
            }
            None => table.alternatives.push(Alternative {
                label,
                q,
                probability: candidate.prob,
                taken: is_taken,
                default: is_default,
                origin,
            }),
        }
    }
}

fn candidate_label(candidate: &Candidate) -> String {
    match &candidate.action {
        Some(action) => action_label(action.json()),
        None => candidate.j.map_or("null".to_owned(), |j| format!("candidate {j}")),
    }
}

fn replay(builder: &mut Builder, places: &mut Places, it: &Counterfactual, origin: Origin) {
    let act = replaced(builder, it, origin);
    let agent = it.agent.as_deref().and_then(|it| builder.agents.get(it).copied());
    let agent = agent.or(act.map(|it| builder.episode.act(it).agent));
    let name = match (&it.group, &it.of) {
        (Some(group), _) => text::clean(group),
        (None, Some(of)) => format!("replays of {}", text::clean(of)),
        (None, None) => format!("replays at line {}", origin.line),
    };
    let groups = &mut builder.episode.replays;
    let at = *places.groups.entry(name).or_insert_with_key(|name| {
        groups.push(ReplayGroup {
            name: name.clone(),
            act: None,
            agent: None,
            context: None,
            frozen: Vec::new(),
            candidates: Vec::new(),
        });
        groups.len() - 1
    });
    let group = &mut groups[at];
    group.act = group.act.or(act);
    group.agent = group.agent.or(agent);
    group.context = it.context.as_deref().map(text::clean).or(group.context.take());
    for (agent, policy) in &it.frozen {
        let entry = (text::clean(agent), text::clean(policy));
        if places.frozen.insert((at, entry.0.clone(), entry.1.clone())) {
            group.frozen.push(entry);
        }
    }
    for candidate in &it.candidates {
        let j = candidate.j.unwrap_or(group.candidates.len() as i64);
        let merged = model::Candidate {
            j,
            label: candidate_label(candidate),
            returns: sample(candidate.value, &candidate.returns, candidate.std, candidate.n),
            q: candidate.q,
            probability: candidate.prob,
            real: candidate.real,
            extra: candidate.extra,
            next: candidate.next.iter().map(|it| text::label(it, Act::LABEL_CHARS)).collect(),
            origin,
        };
        match places.candidates.get(&(at, j)) {
            Some(known) => group.candidates[*known] = merged,
            None => {
                places.candidates.insert((at, j), group.candidates.len());
                group.candidates.push(merged);
            }
        }
    }
}

/// The table that a record adds to, and its number.
fn coalition_table<'a>(
    builder: &'a mut Builder,
    places: &mut Places,
    it: &Counterfactual,
) -> (usize, &'a mut CoalitionTable) {
    let name = it.group.as_deref().map_or("coalitions".to_owned(), text::clean);
    let absence = match it.absence.as_deref() {
        None => Absence::Unstated,
        Some("removed") => Absence::Removed,
        Some("null") => Absence::Null,
        Some("resampled") => Absence::Resampled,
        Some(other) => Absence::Other(text::clean(other)),
    };
    let tables = &mut builder.episode.coalitions;
    let at = *places.tables.entry(name).or_insert_with_key(|name| {
        tables.push(CoalitionTable {
            name: name.clone(),
            players: Vec::new(),
            values: Vec::new(),
            absence: Absence::Unstated,
        });
        tables.len() - 1
    });
    let table = &mut tables[at];
    if absence != Absence::Unstated {
        table.absence = absence;
    }
    (at, table)
}

fn coalitions(builder: &mut Builder, places: &mut Places, it: &Counterfactual, origin: Origin) {
    let mut values = Vec::with_capacity(it.coalitions.len());
    for coalition in &it.coalitions {
        let mut agents: Vec<_> = coalition.agents.iter().map(|it| builder.agents[it]).collect();
        agents.sort_unstable();
        agents.dedup();
        let value = sample(coalition.value, &coalition.returns, coalition.std, coalition.n);
        values.push(CoalitionValue { agents, value, origin });
    }
    let (at, table) = coalition_table(builder, places, it);
    let is_new = |it: &&AgentId| table.players.binary_search(it).is_err();
    let new: BTreeSet<AgentId> = values.iter().flat_map(|it| &it.agents).filter(is_new).copied().collect();
    if !new.is_empty() {
        table.players.extend(new);
        table.players.sort_unstable();
    }
    for value in values {
        put(places, at, table, value);
    }
}

/// Adds the value of a coalition, or replaces an earlier one.
fn put(places: &mut Places, at: usize, table: &mut CoalitionTable, value: CoalitionValue) {
    match places.coalitions.entry((at, value.agents.clone())) {
        Entry::Occupied(known) => table.values[*known.get()] = value,
        Entry::Vacant(free) => {
            free.insert(table.values.len());
            table.values.push(value);
        }
    }
}

/// `agent_removed` says what all others earn, which is one coalition of the game.
fn removed(builder: &mut Builder, places: &mut Places, it: &Counterfactual, origin: Origin) {
    let Some(agent) = it.agent.as_deref().and_then(|it| builder.agents.get(it).copied()) else { return };
    let Some(candidate) = it.candidates.first() else { return };
    let value = sample(candidate.value, &candidate.returns, candidate.std, candidate.n);
    if !builder.may_imply(builder.episode.agents.len(), origin) {
        return;
    }
    let players: Vec<_> = builder.episode.agent_ids().collect();
    let agents: Vec<_> = players.iter().copied().filter(|it| *it != agent).collect();
    let (at, table) = coalition_table(builder, places, it);
    table.players = players;
    put(places, at, table, CoalitionValue { agents, value, origin });
}

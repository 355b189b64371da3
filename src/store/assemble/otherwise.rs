//! Counterfactuals: alternatives per act, replay groups, coalition values. Streamed pieces are merged: runs
//! of one thing are pooled, and what contradicts itself is listed and not used (see [`pool`]).

mod contradicted;
mod means;
pub(super) mod own;
mod pool;

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    hash::BuildHasher,
};

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashSet};

use pool::{Contradiction, pool};

use super::{Builder, acts::Node};
use crate::{
    log::{Body, Candidate, Counterfactual, Record, action_label},
    model::{
        self, Absence, Act, ActId, ActionTable, AgentId, Alternative, BrokenOff, CoalitionTable,
        CoalitionValues, Members, Origin, Policy, ReplayGroup, Sample, rule,
    },
    text,
};

/// Where pieces that arrive one at a time belong, by name: groups, their candidates by `j`, tables, their
/// coalitions.
#[derive(Default)]
struct Places {
    /// The groups of one name, one for each act that its records name.
    groups: HashMap<String, Vec<Group>>,
    candidates: HashMap<(usize, i64), Known>,
    /// The tables of one name, one for each absence that its records state.
    tables: HashMap<String, Vec<usize>>,
    /// The alternatives of an act, by label.
    labels: HashMap<ActId, HashMap<String, usize>>,
    /// The groups that an act's alternatives came from.
    sources: HashSet<(ActId, String)>,
    /// The policies a group ran with.
    frozen: HashSet<(usize, String, String)>,
    /// Table and row of every coalition, by table and members.
    coalitions: HashTable<(u32, u32)>,
    /// Coalitions whose records contradict each other.
    refused: FxHashSet<(u32, u32)>,
    /// What the value of an alternative was read from: the kind and group of the record.
    measured: HashMap<(ActId, String), (String, Option<String>)>,
    /// Records that bear a time, a counter or an id, so that one that stands twice is known.
    records: HashSet<u64>,
}

/// A replay group that records name.
struct Group {
    of: Option<String>,
    at: usize,
}

/// Something that a record gave a value.
#[derive(Clone, Copy)]
struct Known {
    at: usize,
    /// Its records contradict each other: nothing more is taken.
    is_refused: bool,
}

impl Known {
    fn at(at: usize) -> Self {
        Self { at, is_refused: false }
    }
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
pub(super) fn add(builder: &mut Builder, nodes: &[Node], records: &mut [(Box<Record>, Origin)]) {
    let mut places = Places::default();
    for node in nodes {
        let origin = records[node.record].1;
        let found = of_policy(&mut places, node.act, builder.episode.act(node.act), origin);
        builder.tables.extend(found);
    }
    for (record, origin) in records {
        let is_new = matches!(record.body, Body::Counterfactual(_)) && places.is_new(record);
        let Body::Counterfactual(it) = &mut record.body else { continue };
        if !is_new {
            let message = format!("counterfactual of kind '{}' is repeated", text::clean(&it.kind));
            builder.find(rule::REPEATED_RECORD, *origin, message);
            continue;
        }
        means::check(builder, it, *origin);
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
    pool::settle(builder);
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
    let taken = builder.episode.act(act).taken_label().to_owned();
    let several =
        builder.episode.replays[group].candidates.iter().filter(|it| it.real && !it.extra).count() > 1;
    let contradicts = builder.episode.wrongly_real(&builder.episode.replays[group]).is_some();
    let (extra, mut candidates): (Vec<_>, Vec<_>) =
        builder.episode.replays[group].candidates.iter().cloned().partition(|it| it.extra);
    candidates.retain(|it| it.returns.mean.is_some() || !it.returns.own.is_empty());
    if several || contradicts {
        // Only one action was taken: that of the act.
        candidates.iter_mut().for_each(|it| it.real &= !contradicts && it.label == taken);
    }
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
                    own::replaced(&mut known.q, candidate.returns);
                    known.origin = candidate.origin;
                    known.stated = false;
                } else if known.q.own.is_empty() {
                    known.q.own = candidate.returns.own;
                }
            }
            None => table.alternatives.push(Alternative {
                default: default.as_ref() == Some(&candidate.label),
                label: candidate.label,
                q: candidate.returns,
                probability: candidate.probability,
                taken: candidate.real,
                stated: false,
                origin: candidate.origin,
            }),
        }
    }
}

fn sample(
    value: Option<f64>,
    (returns, seeds): (&[f64], &[String]),
    std: Option<f64>,
    n: Option<u32>,
) -> Sample {
    if returns.is_empty() {
        return Sample { mean: value.filter(|it| it.is_finite()), std, n, ..Sample::default() };
    }
    Sample { seeds: seeds.to_vec(), ..Sample::of_returns(returns.to_vec()) }
}

/// What a candidate is worth, to the team and to single agents; `value` stands in where it has no returns.
fn worth(builder: &Builder, it: &Candidate, value: Option<f64>) -> Sample {
    Sample {
        own: own::own(builder, &it.rewards, it.n, &it.seeds),
        ..sample(value, (&it.returns, &it.seeds), it.std, it.n)
    }
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
    let taken = it.taken_label();
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
            taken: label == taken && !it.is_contradicted(),
            default: default.as_ref() == Some(label),
            stated: true,
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
    let taken = builder.episode.act(act);
    let taken = (!taken.is_contradicted()).then(|| taken.taken_label().to_owned());
    let logged_default = builder.episode.act(act).default_action.clone();
    let group = it.group.as_deref().map(text::clean);
    let source = (it.kind.clone(), group.clone());
    let worths: Vec<Sample> =
        it.candidates.iter().map(|one| worth(builder, one, one.value.or(one.q))).collect();
    let broken: Vec<String> =
        it.candidates.iter().filter(|it| it.broken_off().is_some()).map(candidate_label).collect();
    let mut contradictions = Vec::new();
    let table = table(builder, act);
    if let Some(group) = group.filter(|it| places.sources.insert((act, it.clone()))) {
        table.groups.push(group);
    }
    for (candidate, q) in it.candidates.iter().zip(worths) {
        if candidate.broken_off().is_some() {
            continue;
        }
        if candidate.extra {
            // Drawn anew from the policy: an estimate of V(h), not an alternative.
            let drawn = candidate.value.is_some() || !candidate.returns.is_empty();
            table.value = table.value.or(q.mean.filter(|_| drawn));
            continue;
        }
        let label = candidate_label(candidate);
        let is_default = logged_default.as_ref() == Some(&label) || (default && !candidate.real);
        let is_taken = taken.as_ref().is_some_and(|it| candidate.real || label == *it);
        let stated = candidate.returns.is_empty() && (it.kind == "q_value" || candidate.value.is_none());
        match places.alternative(table, &label) {
            Some(known) => {
                // A measured value counts for more than the policy's own, and a later record of another kind
                // or group for more than an earlier one.
                let before = places.measured.insert((act, label.clone()), source.clone());
                if before.as_ref() == Some(&source) {
                    let was = known.origin;
                    contradictions.extend(pool(&mut known.q, q).err().map(|it| (label, it, was)));
                } else if q.mean.is_some() || !q.own.is_empty() {
                    own::replaced(&mut known.q, q);
                    known.origin = origin;
                    known.stated = stated;
                }
                known.probability = candidate.prob.or(known.probability);
                known.taken |= is_taken;
                known.default |= is_default;
            }
            None => {
                places.measured.insert((act, label.clone()), source.clone());
                table.alternatives.push(Alternative {
                    label,
                    q,
                    probability: candidate.prob,
                    taken: is_taken,
                    default: is_default,
                    stated,
                    origin,
                });
            }
        }
    }
    for (label, it, was) in contradictions {
        builder.contradicted(&format!("alternative '{label}'"), &it, was, origin);
    }
    builder.broke_off(&broken, &builder.episode.act(act).id.clone(), origin);
}

fn candidate_label(candidate: &Candidate) -> String {
    match &candidate.action {
        Some(action) => action_label(action.json()),
        None => candidate.j.map_or("null".to_owned(), model::Candidate::unnamed),
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
    let at = replay_group(builder, places, name, it.of.as_deref(), origin);
    let worths: Vec<Sample> = it.candidates.iter().map(|one| worth(builder, one, one.value)).collect();
    let mut findings = Vec::new();
    let group = &mut builder.episode.replays[at];
    group.act = group.act.or(act);
    group.agent = group.agent.or(agent);
    group.context = it.context.as_deref().map(text::clean).or(group.context.take());
    for (agent, policy) in &it.frozen {
        let entry = (text::clean(agent), text::clean(policy));
        if places.frozen.insert((at, entry.0.clone(), entry.1.clone())) {
            group.frozen.push(entry);
        }
    }
    for (candidate, returns) in it.candidates.iter().zip(worths) {
        let j = candidate.j.unwrap_or((group.candidates.len() + group.left_out.len()) as i64);
        let merged = model::Candidate {
            j,
            label: candidate_label(candidate),
            returns,
            q: candidate.q,
            probability: candidate.prob,
            real: candidate.real,
            extra: candidate.extra,
            next: candidate.next.iter().map(|it| text::label(it, Act::LABEL_CHARS)).collect(),
            origin,
        };
        // A run that broke off says nothing of what its action is worth: it is kept apart, and counted.
        if let Some(status) = candidate.broken_off() {
            group.left_out.push(BrokenOff { status, candidate: merged });
            continue;
        }
        let Entry::Occupied(mut known) = places.candidates.entry((at, j)) else {
            places.candidates.insert((at, j), Known::at(group.candidates.len()));
            group.candidates.push(merged);
            continue;
        };
        let known = known.get_mut();
        let before = &mut group.candidates[known.at];
        if known.is_refused {
            continue;
        }
        if candidate.action.is_some() && before.label != merged.label {
            if before.label == model::Candidate::unnamed(j) {
                before.label.clone_from(&merged.label);
            } else {
                known.is_refused = true;
                findings.push(Disagreement::Actions(j, before.label.clone(), merged.label, before.origin));
                before.returns = Sample::default();
                before.q = None;
                continue;
            }
        }
        before.q = merged.q.or(before.q);
        before.probability = merged.probability.or(before.probability);
        before.real |= merged.real;
        before.extra |= merged.extra;
        before.next.extend(merged.next);
        if let Err(it) = pool(&mut before.returns, merged.returns) {
            known.is_refused = before.returns.mean.is_none();
            findings.push(Disagreement::Values(j, it, before.origin));
        }
    }
    let name = group.name.clone();
    for finding in findings {
        match finding {
            Disagreement::Values(j, it, was) => {
                builder.contradicted(&format!("candidate {j} of group '{name}'"), &it, was, origin);
            }
            Disagreement::Actions(j, before, now, was) => {
                let message = format!(
                    "candidate {j} of group '{name}' is '{before}' at line {} and '{now}' here: it is not used",
                    was.line
                );
                builder.find(rule::CANDIDATE_OF_TWO_ACTIONS, origin, message);
            }
        }
    }
}

/// What two records of one candidate do not agree on: its value, or which action it is. With the earlier
/// record.
enum Disagreement {
    Values(i64, Contradiction, Origin),
    Actions(i64, String, String, Origin),
}

/// The place of the replay group called `name` at the act `of`. Records that name no act go with the first;
/// those of another act are another group.
fn replay_group(
    builder: &mut Builder,
    places: &mut Places,
    name: String,
    of: Option<&str>,
    origin: Origin,
) -> usize {
    let known = places.groups.entry(name.clone()).or_default();
    let fits = |it: &&mut Group| it.of.is_none() || of.is_none() || it.of.as_deref() == of;
    if let Some(group) = known.iter_mut().find(fits) {
        group.of = group.of.take().or(of.map(str::to_owned));
        return group.at;
    }
    let at = builder.episode.replays.len();
    let first = known.first().and_then(|it| it.of.as_deref()).map(text::clean);
    known.push(Group { of: of.map(str::to_owned), at });
    let here = of.map(text::clean).unwrap_or_default();
    let name = match first {
        None => name,
        Some(first) => {
            let message =
                format!("group '{name}' replays '{first}' before and '{here}' here: these are two groups");
            builder.find(rule::GROUP_OF_TWO_ACTS, origin, message);
            format!("{name} of {here}")
        }
    };
    builder.episode.replays.push(ReplayGroup { name, ..ReplayGroup::default() });
    at
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
    let known = places.tables.entry(name.clone()).or_default();
    let fits = |it: &&usize| {
        let before = &tables[**it].absence;
        *before == Absence::Unstated || absence == Absence::Unstated || *before == absence
    };
    let at = match known.iter().find(fits) {
        Some(at) => *at,
        None => {
            // What an absent agent does makes another game.
            let name = match (known.is_empty(), it.absence.as_deref()) {
                (false, Some(absence)) => format!("{name} ({})", text::clean(absence)),
                _ => name,
            };
            known.push(tables.len());
            tables.push(CoalitionTable {
                name,
                players: Vec::new(),
                values: CoalitionValues::default(),
                absence: Absence::Unstated,
            });
            tables.len() - 1
        }
    };
    let table = &mut tables[at];
    if absence != Absence::Unstated {
        table.absence = absence;
    }
    (at, table)
}

/// Takes the coalitions out of the record: their values are in memory once.
fn coalitions(builder: &mut Builder, places: &mut Places, it: &mut Counterfactual, origin: Origin) {
    let rows = std::mem::take(&mut it.coalitions);
    // Who is a stranger has no id.
    let ids: Vec<Option<AgentId>> = rows.names().map(|it| builder.agents.get(it).copied()).collect();
    let strangers: Vec<bool> = rows.names().map(|it| builder.strangers.contains(it)).collect();
    let (at, table) = coalition_table(builder, places, it);
    let is_new = |it: &&AgentId| table.players.binary_search(it).is_err();
    let named: BTreeSet<usize> = match strangers.contains(&true) {
        false => (0..ids.len()).collect(),
        true => {
            rows.iter().filter(|it| !it.places().any(|it| strangers[it])).flat_map(|it| it.places()).collect()
        }
    };
    let new: BTreeSet<AgentId> =
        named.iter().filter_map(|it| ids[*it].as_ref()).filter(is_new).copied().collect();
    if !new.is_empty() {
        table.players.extend(new);
        table.players.sort_unstable();
    }
    for row in rows.iter() {
        if let Some(stranger) = row.places().position(|it| strangers[it]).and_then(|at| row.agents().nth(at))
        {
            let message = format!(
                "a coalition names '{}', who does nothing in this episode: its value is left out of a table that is full \
                 without it",
                text::clean(stranger)
            );
            builder.find(rule::COALITION_OF_STRANGER, origin, message);
            continue;
        }
        let agents = row.places().filter_map(|it| ids[it]).collect();
        let value = Sample {
            own: own::own(builder, row.rewards, row.n, row.seeds),
            ..sample(row.value, (row.returns, row.seeds), row.std, row.n)
        };
        builder.put(places, at, (agents, value), origin);
    }
}

impl Builder {
    /// Adds what a record says of a coalition to the table at `at`.
    fn put(&mut self, places: &mut Places, at: usize, (agents, value): (Members, Sample), origin: Origin) {
        let tables = &mut self.episode.coalitions;
        let hash = |table: usize, agents: &Members| FxBuildHasher.hash_one((table, agents));
        let is_same =
            |it: &(u32, u32)| it.0 as usize == at && *tables[at].values.members_of(it.1 as usize) == agents;
        let Some(key) = places.coalitions.find(hash(at, &agents), is_same).copied() else {
            let (key, own) = ((at as u32, tables[at].values.len() as u32), hash(at, &agents));
            tables[at].values.push(agents, value, origin);
            let of = |it: &(u32, u32)| {
                let table = it.0 as usize;
                hash(table, tables[table].values.members_of(it.1 as usize))
            };
            places.coalitions.insert_unique(own, key, of);
            return;
        };
        if places.refused.contains(&key) {
            return;
        }
        let values = &mut tables[at].values;
        let was = values.get(key.1 as usize).map(|it| it.origin).unwrap_or_default();
        let (pooled, mean) = values.update(key.1 as usize, |it| (pool(it, value), it.mean));
        if let Err(contradiction) = pooled {
            if mean.is_none() {
                places.refused.insert(key);
            }
            self.contradicted(&self.coalition_name(&agents), &contradiction, was, origin);
        }
    }

    fn coalition_name(&self, agents: &Members) -> String {
        let names: Vec<&str> = agents.iter().map(|it| self.episode.agent(it).name.as_str()).collect();
        format!("coalition {{{}}}", names.join(", "))
    }
}

/// `agent_removed` says what all others earn, which is one coalition of the game.
fn removed(builder: &mut Builder, places: &mut Places, it: &Counterfactual, origin: Origin) {
    let Some(agent) = it.agent.as_deref().and_then(|it| builder.agents.get(it).copied()) else { return };
    let broken: Vec<String> =
        it.candidates.iter().filter(|it| it.broken_off().is_some()).map(candidate_label).collect();
    builder.broke_off(&broken, &format!("all but {}", builder.episode.agent(agent).name), origin);
    let Some(candidate) = it.candidates.iter().find(|it| it.broken_off().is_none()) else { return };
    let value = worth(builder, candidate, candidate.value);
    if !builder.may_imply(builder.episode.agents.len(), origin) {
        return;
    }
    let players: Vec<_> = builder.episode.agent_ids().collect();
    let agents = players.iter().copied().filter(|it| *it != agent).collect();
    let (at, table) = coalition_table(builder, places, it);
    table.players = players;
    builder.put(places, at, (agents, value), origin);
}

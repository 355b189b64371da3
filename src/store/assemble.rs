//! From the records of one episode to a [`model::Episode`](crate::model::Episode): names to ids, order,
//! links, tables.
//!
//! ```text
//! records -> updates merged -> ordered by time, then by cause -> people -> acts -> bridges -> links
//!                                                    `-> rewards, credit, counterfactuals, states
//! ```
//!
//! Nothing here fails: what does not fit is left out and listed as a diagnostic.

mod acts;
mod attempts;
mod bridges;
mod brief;
mod causal;
mod clocks;
mod growing;
mod judgement;
mod links;
mod order;
mod otherwise;
mod people;
mod strangers;
#[cfg(test)]
mod tests;
mod updates;

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHasher};

use super::episodes::status;
use crate::{
    log::{self, Body, Record, Run},
    model::{
        ActId, ActionTable, AgentId, Attempt, Clock, Diagnostic, Episode, Metric, Origin, Outcome, Reward,
        Rule, State, Status, rule,
    },
    suspicion, text,
};
use attempts::{Attempts, Later};
pub(super) use brief::brief;
use causal::Causal;
use clocks::WrongClock;
pub(super) use growing::Growing;
use order::Placed;

/// At most this many characters are kept of a task or an answer.
const TEXT_CHARS: usize = 400;

/// How many recipients, parents and members of coalitions one episode may imply. `*`, the id of a state and
/// `agent_removed` stand for many in a few bytes, so a log of 10 MB could ask for 80 GB.
const IMPLIED: usize = 1 << 20;

/// Builds an episode from its records (in the order read) and the findings about their lines.
pub(super) fn assemble(
    name: &str,
    run: Option<&Run>,
    records: Vec<(Box<Record>, Origin)>,
    diagnostics: Vec<Diagnostic>,
) -> Episode {
    built(name, run, records, diagnostics).0
}

/// Like [`assemble`], with what is needed to append to the episode; `None` if nothing can be appended.
pub(super) fn assemble_growing(
    name: &str,
    run: Option<&Run>,
    records: Vec<(Box<Record>, Origin)>,
    diagnostics: Vec<Diagnostic>,
) -> (Episode, Option<Growing>) {
    let end = growing::End::of(&records);
    let (episode, builder, records) = built(name, run, records, diagnostics);
    // What acts say is read with the whole episode.
    let end = end.filter(|_| !builder.contradicts && episode.clues.is_none());
    let growing = end.map(|it| Growing::of(&episode, builder, &records, it));
    (episode, growing)
}

fn built(
    name: &str,
    run: Option<&Run>,
    records: Vec<(Box<Record>, Origin)>,
    diagnostics: Vec<Diagnostic>,
) -> (Episode, Builder, Vec<(Box<Record>, Origin)>) {
    let mut builder = Builder { diagnostics, implied: Some(0), ..Builder::default() };
    builder.episode.name = text::clean(name);
    let mut records = builder.updated(order::merged(records));
    order::sort(&mut records);
    let Causal { records, clocks, contradicts } = causal::ordered(records);
    builder.contradicts = contradicts;
    let mut records: Vec<(Box<Record>, Origin)> =
        records.into_iter().map(|it| (it.record, it.origin)).collect();
    builder.about(run, &records);
    people::add(&mut builder, run, &records);
    builder.episode.clocks = clocks.iter().filter_map(|it| builder.clock(it)).collect();
    let nodes = acts::add(&mut builder, &records);
    bridges::add(&mut builder, &records);
    links::add(&mut builder, &nodes, &records);
    builder.rest(&records);
    otherwise::add(&mut builder, &nodes, &mut records);
    judgement::add(&mut builder, &records);
    if suspicion::is_wanted(&builder.episode) {
        let words = acts::words(&nodes, &records);
        builder.episode.clues = Some(Arc::new(suspicion::read(&builder.episode, words)));
    }
    builder.episode.diagnostics = std::mem::take(&mut builder.diagnostics);
    (std::mem::take(&mut builder.episode), builder, records)
}

/// What to say of an end that contradicts an earlier one.
fn second_end(before: Option<&Outcome>, end: &log::EpisodeEnd) -> Option<String> {
    let before = before?;
    let (was, now) = (before.status.as_ref(), end.status.as_deref().map(status));
    let differ = was.zip(now.as_ref()).is_some_and(|(was, now)| was != now)
        || before.total.zip(end.total).is_some_and(|(was, now)| was != now);
    let words = |status: Option<&Status>, total: Option<f64>| {
        let total = total.map(|it| format!("return {it}"));
        let status = status.map(|it| it.word().to_owned());
        let words: Vec<String> = status.into_iter().chain(total).collect();
        words.join(", ")
    };
    differ.then(|| {
        format!(
            "the episode ended with {} at line {} and ends with {} here: the last counts",
            words(was, before.total),
            before.origin.line,
            words(now.as_ref(), end.total)
        )
    })
}

/// Where the first kept record of each type and id stands, without copying the ids.
#[derive(Default)]
struct Seen {
    by_hash: FxHashMap<u64, usize>,
    /// Those whose hash another has.
    others: HashMap<(&'static str, String), usize>,
}

impl Seen {
    /// The place of the record with this type and id. If there is none, the next record of `kept` will be it.
    fn place(&mut self, kind: &'static str, id: &str, kept: &[Placed]) -> Option<usize> {
        let mut hasher = FxHasher::default();
        (kind, id).hash(&mut hasher);
        match self.by_hash.entry(hasher.finish()) {
            Entry::Vacant(entry) => {
                entry.insert(kept.len());
                None
            }
            Entry::Occupied(entry) => {
                let record = &kept[*entry.get()].record;
                if record.record_type().name() == kind && record.id.as_deref() == Some(id) {
                    return Some(*entry.get());
                }
                let key = (kind, id.to_owned());
                let known = self.others.get(&key).copied();
                if known.is_none() {
                    self.others.insert(key, kept.len());
                }
                known
            }
        }
    }
}

/// The episode so far, and what its names mean.
#[derive(Default)]
struct Builder {
    episode: Episode,
    /// The tables of the episode, ascending by act, until all are known.
    tables: Vec<ActionTable>,
    agents: FxHashMap<String, AgentId>,
    acts: FxHashMap<String, ActId>,
    /// Acts that a `state` follows, by the state's id: a reference to a state means these acts.
    states: FxHashMap<String, Vec<ActId>>,
    /// Acts that a record of an unknown type follows, by its id.
    bridges: FxHashMap<String, Vec<ActId>>,
    /// Earlier tries of actions and where the last begins, by the id of the action, until it is added.
    attempts: FxHashMap<String, (Vec<Attempt>, Origin)>,
    /// Names that stand in coalitions alone, and keep their table from being full.
    strangers: HashSet<String>,
    /// The order of time contradicted the log somewhere: what comes may change how clocks are put right.
    contradicts: bool,
    /// How many were implied so far; `None` if there were too many, which was reported.
    implied: Option<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl Builder {
    /// Lists a finding.
    fn find(&mut self, rule: &'static Rule, origin: Origin, message: String) {
        self.diagnostics.push(Diagnostic::at(rule, origin, message));
    }

    /// Whether `count` more may be implied. Reports the first time that they may not.
    fn may_imply(&mut self, count: usize, origin: Origin) -> bool {
        let Some(implied) = self.implied else { return false };
        self.implied = Some(implied + count).filter(|it| *it <= IMPLIED);
        if self.implied.is_none() {
            let message = format!(
                "`*`, states and `agent_removed` stand for more than {IMPLIED} agents and acts in this episode: from here on they are left out; name fewer"
            );
            self.find(rule::TOO_MANY_IMPLIED, origin, message);
        }
        self.implied.is_some()
    }

    /// Merges records with the same type and id: a later one updates the earlier one, which keeps its place.
    fn updated(&mut self, records: Vec<Placed>) -> Vec<Placed> {
        let mut kept: Vec<Placed> = Vec::with_capacity(records.len());
        let mut seen = Seen::default();
        // Where the unknown fields of an updated record stand, by name.
        let mut extras: HashMap<usize, HashMap<String, usize>> = HashMap::new();
        let mut attempts = Attempts::default();
        for placed in records {
            let id = match &placed.record.body {
                // Streamed candidates of one group share everything except their content.
                Body::Counterfactual(_) => None,
                _ => placed.record.id.as_deref(),
            };
            let Some(id) = id else {
                kept.push(placed);
                continue;
            };
            let kind = placed.record.record_type().name();
            match seen.place(kind, id, &kept) {
                Some(at) => {
                    let name = text::clean(id);
                    let Placed { record, origin, .. } = placed;
                    let first = kept[at].origin;
                    let before = &mut kept[at].record;
                    let later = match before.body {
                        Body::Action(_) => attempts.add((at, before, first), &record, origin),
                        _ if *before == record => Later::Repeated,
                        _ => Later::Updated,
                    };
                    if matches!(later, Later::Updated | Later::Next(_)) {
                        updates::update(before, *record, extras.entry(at).or_default());
                    }
                    match later {
                        Later::Updated | Later::Earlier => {
                            let message = format!("{kind} '{name}' is updated by a later record");
                            self.find(rule::UPDATED_RECORD, origin, message);
                        }
                        Later::Repeated => {
                            let message = format!("{kind} '{name}' is repeated");
                            self.find(rule::REPEATED_RECORD, origin, message);
                        }
                        Later::Next(number) => {
                            let message = format!(
                                "{kind} '{name}' says otherwise than the record at line {}: it is attempt {number}",
                                first.line
                            );
                            self.find(rule::NEXT_ATTEMPT, origin, message);
                        }
                    }
                }
                None => kept.push(placed),
            }
        }
        for (at, placed) in kept.iter().enumerate() {
            if let Some((id, (tries, last))) = placed.record.id.as_ref().zip(attempts.take(at)) {
                self.attempts.insert(id.clone(), (tries.iter().map(acts::attempt).collect(), last));
            }
        }
        kept
    }

    fn clock(&self, it: &WrongClock) -> Option<Clock> {
        let agent = *self.agents.get(&it.agent)?;
        Some(Clock { agent, ahead: it.ahead as f64 / 1e6, crossings: it.crossings })
    }

    /// Takes what run, start and end say of the episode as a whole.
    fn about(&mut self, run: Option<&Run>, records: &[(Box<Record>, Origin)]) {
        let clean = |text: &Option<String>| text.as_deref().map(text::clean);
        let short = |text: &Option<String>| text.as_deref().map(|it| text::label(it, TEXT_CHARS));
        let episode = &mut self.episode;
        if let Some(run) = run {
            episode.run = clean(&run.run);
            episode.environment = clean(&run.env);
            episode.algorithm = clean(&run.algorithm);
            episode.gamma = run.gamma;
            episode.success = run.success;
            episode.reward_unit = clean(&run.reward_unit);
            episode.bounds = run.bounds;
            episode.value_of = run.value_of.unwrap_or_default();
        }
        for (record, origin) in records {
            match &record.body {
                Body::EpisodeStart(start) => {
                    episode.task = short(&start.task).or(episode.task.take());
                    episode.trace_id = clean(&start.trace_id).or(episode.trace_id.take());
                    episode.group = clean(&start.group).or(episode.group.take());
                    episode.seed = clean(&start.seed).or(episode.seed.take());
                    episode.global_step = start.global_step.or(episode.global_step);
                    episode.update = start.update.or(episode.update);
                    episode.value_of = start.value_of.unwrap_or(episode.value_of);
                }
                Body::EpisodeEnd(end) => {
                    if let Some(message) = second_end(episode.outcome.as_ref(), end) {
                        self.diagnostics.push(Diagnostic::at(rule::SECOND_END, *origin, message));
                    }
                    episode.outcome = Some(Outcome {
                        status: end.status.as_deref().map(status),
                        reason: clean(&end.reason),
                        total: end.total,
                        own: Vec::new(),
                        success: end.success,
                        steps: end.steps,
                        answer: short(&end.answer),
                        ground_truth: short(&end.ground_truth),
                        time: record.ts,
                        origin: *origin,
                    });
                }
                Body::Unknown { .. } => episode.unknown_records += 1,
                _ => {}
            }
        }
    }

    /// Rewards, states and metrics.
    fn rest(&mut self, records: &[(Box<Record>, Origin)]) {
        for (record, origin) in records {
            match &record.body {
                Body::State(state) => {
                    let after = self.references(&state.after, "after", *origin);
                    let content = state.state.as_ref().or(state.delta.as_ref());
                    self.episode.states.push(State {
                        scope: text::clean(&state.scope),
                        after,
                        time: record.ts,
                        delta: state.state.is_none() && state.delta.is_some(),
                        label: content.map_or(String::new(), |it| crate::log::action_label(it.json())),
                        origin: *origin,
                    });
                }
                Body::Reward(reward) => {
                    let reward = self.reward(record, reward, *origin);
                    self.episode.rewards.push(reward);
                }
                Body::EpisodeEnd(end) => {
                    let own = otherwise::own::earned(self, &end.rewards);
                    self.episode.outcome.iter_mut().for_each(|it| it.own.clone_from(&own));
                }
                Body::Metric(metric) => {
                    let agent = metric.agent.as_deref().and_then(|it| self.agents.get(it).copied());
                    let units: HashMap<&str, &str> =
                        metric.units.iter().rev().map(|it| (it.0.as_str(), it.1.as_str())).collect();
                    self.episode.metrics.extend(metric.values.iter().map(|(name, value)| Metric {
                        name: text::clean(name),
                        value: *value,
                        unit: units.get(name.as_str()).map(|it| text::clean(it)),
                        agent,
                        time: record.ts,
                        origin: *origin,
                    }));
                }
                _ => {}
            }
        }
    }

    /// What a `reward` record says.
    fn reward(&mut self, record: &Record, reward: &log::Reward, origin: Origin) -> Reward {
        let of = self.references(&reward.of, "of", origin);
        Reward {
            id: record.id.as_deref().map(text::clean),
            value: reward.value,
            agent: reward.agent.as_deref().and_then(|it| self.agents.get(it).copied()),
            source: reward.source.as_deref().map(text::clean),
            name: reward.name.as_deref().map(text::clean),
            of,
            time: record.ts,
            step: record.step,
            delay: reward.delay,
            origin,
        }
    }

    /// The acts that `ids` name; a state stands for the acts before it. Lists ids that name nothing.
    fn references(&mut self, ids: &[String], field: &str, origin: Origin) -> Vec<ActId> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(act) = self.acts.get(id) {
                found.push(*act);
            } else if let Some(acts) = self.states.get(id).map(Vec::len) {
                if acts <= 1 || self.may_imply(acts, origin) {
                    found.extend_from_slice(&self.states[id]);
                }
            } else if let Some(acts) = self.bridges.get(id).map(Vec::len) {
                if acts <= 1 || self.may_imply(acts, origin) {
                    found.extend_from_slice(&self.bridges[id]);
                }
            } else {
                let message = format!("{field} names '{}', which is not in this episode", text::clean(id));
                self.find(rule::DANGLING_REFERENCE, origin, message);
            }
        }
        found
    }
}

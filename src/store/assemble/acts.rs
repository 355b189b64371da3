//! Acts in order of time.

use std::collections::HashSet;

use super::{Builder, attempts::Try};
use crate::{
    log::{self, Action, Body, Message, Payload, Record, action_label, text_label},
    model::{Act, ActId, ActKind, AgentId, Attempt, Origin, Policy, Usage, rule},
    suspicion::Words,
    text,
};

/// An act and the record it came from.
pub(super) struct Node {
    pub(super) act: ActId,
    /// Index of the record.
    pub(super) record: usize,
}

/// Adds every action and message. Returns the acts with their records, in order.
pub(super) fn add(builder: &mut Builder, records: &[(Box<Record>, Origin)]) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut counts = vec![0_u32; builder.episode.agents.len()];
    for (index, (record, origin)) in records.iter().enumerate() {
        let Some((act, raw_id)) = of_record(builder, &mut counts, record, *origin) else { continue };
        let id = ActId::from_index(builder.episode.acts.len());
        if builder.acts.insert(raw_id, id).is_some() {
            let message = format!("'{}' is the id of an action and of a message", act.id);
            builder.find(rule::AMBIGUOUS_ID, *origin, message);
        }
        builder.episode.acts.push(act);
        nodes.push(Node { act: id, record: index });
    }
    for (record, _) in records {
        if let (Body::State(state), Some(id)) = (&record.body, &record.id) {
            let after = state.after.iter().filter_map(|it| builder.acts.get(it).copied()).collect();
            builder.states.insert(id.clone(), after);
        }
    }
    nodes
}

/// Adds every action and message without its words. `None`: an action and a message share an id.
pub(super) fn add_brief(builder: &mut Builder, records: &[(Box<Record>, Origin)]) -> Option<()> {
    let mut counts = vec![0_u32; builder.episode.agents.len()];
    for (record, origin) in records {
        let mut act = match &record.body {
            Body::Action(it) => Act { usage: usage(it), ..blank(builder.agents[&it.agent], ActKind::Action) },
            Body::Message(it) => blank(builder.agents[&it.from], ActKind::Message),
            _ => continue,
        };
        let raw_id = named(record, &mut counts[act.agent.index()]);
        act.id = text::clean(&raw_id);
        (act.time, act.step, act.origin) = (record.ts, record.step, *origin);
        let id = ActId::from_index(builder.episode.acts.len());
        if builder.acts.insert(raw_id, id).is_some() {
            return None;
        }
        builder.episode.acts.push(act);
    }
    Some(())
}

/// The id of an act as logged, else its agent and the number of its act; `count`: its acts so far.
fn named(record: &Record, count: &mut u32) -> String {
    *count += 1;
    match &record.id {
        Some(id) => id.clone(),
        None => format!("{}#{}", record.agent().unwrap_or_default(), *count - 1),
    }
}

/// The act that a record is, and its id as logged; `None` if it is no act. `counts` are the acts so far, by
/// agent.
pub(super) fn of_record(
    builder: &mut Builder,
    counts: &mut [u32],
    record: &Record,
    origin: Origin,
) -> Option<(Act, String)> {
    let mut act = match &record.body {
        Body::Action(action) => of_action(builder, action),
        Body::Message(message) => of_message(builder, message, origin),
        _ => return None,
    };
    let raw_id = named(record, &mut counts[act.agent.index()]);
    act.id = text::clean(&raw_id);
    (act.time, act.step, act.origin) = (record.ts, record.step, origin);
    act.trace = trace_of(record);
    if let Some((field, word)) = cut_off(record) {
        let message =
            format!("'{}' breaks off: `{field}` is '{word}', so the end of what it said is missing", act.id);
        builder.find(rule::TRUNCATED_OUTPUT, origin, message);
    }
    if let Some((attempts, last)) = builder.attempts.remove(&raw_id) {
        (act.attempts, act.origin) = (attempts, last);
    }
    Some((act, raw_id))
}

/// What each act says and what came of it, in full.
pub(super) fn words<'a>(
    nodes: &'a [Node],
    records: &'a [(Box<Record>, Origin)],
) -> impl Iterator<Item = Words> + 'a {
    let text = |it: &Option<Payload>| it.as_ref().filter(|it| !it.is_null()).map(Payload::text);
    nodes.iter().map(move |node| {
        let (said, result) = match &records[node.record].0.body {
            Body::Action(action) => (text(&action.action), text(&action.result)),
            Body::Message(message) => (text(&message.content), None),
            _ => (None, None),
        };
        Words { act: node.act, said: said.unwrap_or_default(), result }
    })
}

/// The trace that a record names among its fields.
fn trace_of(record: &Record) -> Option<Box<str>> {
    let named = record.extra.iter().find(|it| matches!(it.0.as_str(), "trace_id" | "trace" | "traceId"));
    let text = named.filter(|it| it.1.json().starts_with('"')).map(|it| text::clean(&it.1.text()));
    text.filter(|it| !it.is_empty()).map(Into::into)
}

/// The field that says that a model had no tokens left, and its word.
fn cut_off(record: &Record) -> Option<(&str, String)> {
    const FIELDS: [&str; 4] = ["finish_reason", "stop_reason", "finishReason", "stopReason"];
    const WORDS: [&str; 5] = ["length", "max_tokens", "max_output_tokens", "model_length", "token_limit"];
    let named = record.extra.iter().filter(|it| FIELDS.contains(&it.0.as_str()));
    let mut said = named.map(|it| (it.0.as_str(), it.1.text()));
    said.find(|it| WORDS.iter().any(|word| it.1.eq_ignore_ascii_case(word)))
}

fn blank(agent: AgentId, kind: ActKind) -> Act {
    Act {
        id: String::new(),
        kind,
        agent,
        to: Vec::new(),
        time: None,
        received: None,
        step: None,
        duration: None,
        category: String::new(),
        label: String::new(),
        result: String::new(),
        error: None,
        policy: None,
        default_action: None,
        usage: Usage::default(),
        attempts: Vec::new(),
        trace: None,
        span: None,
        origin: Origin::default(),
    }
}

fn label_of(payload: &Option<Payload>) -> String {
    payload.as_ref().filter(|it| !it.is_null()).map_or(String::new(), |it| action_label(it.json()))
}

fn of_action(builder: &Builder, action: &Action) -> Act {
    of_action_by(builder.agents[&action.agent], action)
}

fn of_action_by(agent: AgentId, action: &Action) -> Act {
    let mut label = label_of(&action.action);
    let policy = action.policy.as_ref().map(policy);
    if label.is_empty()
        && let Some(chosen) = policy.as_ref().and_then(|it| it.chosen.clone())
    {
        label = chosen;
    }
    Act {
        duration: action.dur,
        category: action.kind.as_deref().map(text::clean).unwrap_or_default(),
        label,
        result: label_of(&action.result),
        error: action.error.as_deref().map(|it| text::label(it, Act::LABEL_CHARS)),
        policy,
        default_action: action.default.as_ref().map(|it| action_label(it.json())),
        usage: usage(action),
        span: action.span_id.as_deref().map(|it| text::clean(it).into()),
        ..blank(agent, ActKind::Action)
    }
}

fn usage(action: &Action) -> Usage {
    let of = action.usage.as_ref();
    of.map_or(Usage::default(), |it| Usage { input: it.input, output: it.output, cost: it.cost })
}

/// An earlier try of an action.
pub(super) fn attempt(it: &Try) -> Attempt {
    let Act { label, result, error, duration, usage, .. } = of_action_by(AgentId::default(), &it.action);
    Attempt { label, result, error, duration, usage, time: it.time, origin: it.origin }
}

/// A policy with labels as keys, so that they match `chosen` and the candidates.
fn policy(policy: &log::Policy) -> Policy {
    let labelled =
        |rows: &[(String, f64)]| rows.iter().map(|(name, value)| (text_label(name), *value)).collect();
    Policy {
        id: policy.id.as_deref().map(text::clean),
        chosen: policy.chosen.as_ref().map(|it| action_label(it.json())),
        probs: labelled(&policy.probs),
        q: labelled(&policy.q),
        value: policy.value,
        logp: policy.logp,
        value_of: policy.value_of,
    }
}

fn of_message(builder: &mut Builder, message: &Message, origin: Origin) -> Act {
    let from = builder.agents[&message.from];
    let mut to: Vec<AgentId> = Vec::new();
    let mut seen = HashSet::new();
    let mut all = false;
    for name in &message.to {
        if name != "*" {
            let agent = builder.agents[name];
            to.extend(seen.insert(agent).then_some(agent));
        } else if !std::mem::replace(&mut all, true)
            && builder.may_imply(builder.episode.agents.len(), origin)
        {
            to.extend(builder.episode.agent_ids().filter(|it| *it != from && seen.insert(*it)));
        }
    }
    Act { to, label: label_of(&message.content), received: message.recv_ts, ..blank(from, ActKind::Message) }
}

//! Turns the fields of a line into a record.
//!
//! A record that lacks a required field is dropped if nothing can be made of it, and kept if the rest is
//! still of use:
//!
//! * Dropped, an error: without `type`; without `episode` (except `run` and `metric`); an action without
//!   `agent`, a message without `from`, a reward without `value`, a metric without `values`.
//! * Kept with an empty one, a warning: a run without `credit_log`, a message without `to`, a state without
//!   `scope`, a credit without `algorithm`, a counterfactual without `kind`.
//!
//! A counterfactual without `kind` but with `coalitions` is of kind `coalition`.

use super::act::{says_error, says_failed};
use super::fields::{Fields, string};
use super::{
    Action, Body, Candidate, Coalition, Counterfactual, Credit, CreditItem, Edge, EpisodeEnd, EpisodeStart,
    Message, Metric, Policy, Problem, Record, RecordType, ReplayOf, Reward, RosterAgent, Run, State, Usage,
    Writer,
};
use crate::{
    model::{Severity, rule},
    text::label,
};

/// The version of the format that this reads.
const VERSION: i64 = 1;

/// The record that `fields` describe. `None` if there is none; then an error is noted.
pub(super) fn record(fields: &mut Fields) -> Option<Record> {
    let Some(type_name) = fields.text("type") else {
        fields.note(|at| Problem::new(rule::MISSING_FIELD, at, "a record without `type`; it is skipped"));
        return None;
    };
    let record_type = RecordType::from_name(&type_name);
    if !has_what_it_needs(fields, record_type) {
        return None;
    }
    let episode = fields.name("episode");
    let id = fields.name("id");
    let ts = fields.moment("ts");
    let seq = fields.integer("seq");
    let step = fields.integer("step");
    let body = match record_type {
        RecordType::Run => Body::Run(run(fields)),
        RecordType::EpisodeStart => Body::EpisodeStart(episode_start(fields)),
        RecordType::Action => Body::Action(Box::new(action(fields)?)),
        RecordType::Message => Body::Message(message(fields)?),
        RecordType::State => Body::State(state(fields)),
        RecordType::Reward => Body::Reward(reward(fields)),
        RecordType::Credit => Body::Credit(credit(fields)),
        RecordType::Counterfactual => Body::Counterfactual(Box::new(counterfactual(fields))),
        RecordType::Metric => Body::Metric(metric(fields)),
        RecordType::EpisodeEnd => Body::EpisodeEnd(episode_end(fields)),
        RecordType::Unknown => Body::Unknown { type_name },
    };
    let episode_required = record_type.required().contains(&"episode");
    if episode_required && episode.is_none() {
        // The field was there but had the wrong type, which is already noted.
        return None;
    }
    Some(Record { episode, id, ts, seq, step, body, extra: fields.rest() })
}

/// Notes the required fields that are missing, and says whether the record can be used all the same.
fn has_what_it_needs(fields: &mut Fields, record_type: RecordType) -> bool {
    let mut usable = true;
    for key in record_type.required() {
        if fields.has(key) {
            continue;
        }
        let dispensable = matches!(*key, "credit_log" | "to" | "scope" | "algorithm" | "kind");
        let name = record_type.name();
        if dispensable {
            let message = format!("{name} record without `{key}`");
            fields.note(|at| Problem::new(rule::MISSING_FIELD, at, message).milder(Severity::Warning));
        } else {
            let message = format!("{name} record without `{key}`; it is skipped");
            fields.note(|at| Problem::new(rule::MISSING_FIELD, at, message));
            usable = false;
        }
    }
    usable
}

fn run(fields: &mut Fields) -> Run {
    let credit_log = fields.integer("credit_log");
    if let Some(version) = credit_log.filter(|it| *it != VERSION) {
        let message = format!("version {version} of the log format; this reads version {VERSION}");
        fields.note(|at| Problem::new(rule::UNKNOWN_VERSION, at, message));
    }
    Run {
        credit_log,
        run: fields.name("run"),
        writer: fields.object("writer", |it| Writer {
            host: it.text("host"),
            pid: it.integer("pid"),
            rank: it.integer("rank"),
        }),
        env: fields.text("env"),
        algorithm: fields.text("algorithm"),
        gamma: fields.number("gamma"),
        reward_unit: fields.text("reward_unit"),
        bounds: ends(fields, "bounds", "bounds"),
        success: fields.number("success"),
        value_of: fields.value_of("value_of"),
        agents: roster(fields),
    }
}

fn roster(fields: &mut Fields) -> Vec<RosterAgent> {
    let bare = |raw: &str| {
        let id = string(raw).map(std::borrow::Cow::into_owned).or_else(|| {
            let is_integer = raw.bytes().all(|byte| byte.is_ascii_digit());
            is_integer.then(|| raw.to_owned())
        })?;
        Some(RosterAgent { id, ..RosterAgent::default() })
    };
    let read = |it: &mut Fields| {
        let name = it.text("name");
        let Some(id) = it.name("id").or_else(|| name.clone()) else {
            it.note(|at| Problem::new(rule::MISSING_FIELD, at, "an agent of the roster without `id`"));
            return None;
        };
        Some(RosterAgent {
            id,
            name,
            role: it.text("role"),
            team: it.text("team"),
            model: it.text("model"),
            policy: it.text("policy"),
            tools: it.texts("tools"),
        })
    };
    fields.objects("agents", read, bare)
}

fn episode_start(fields: &mut Fields) -> EpisodeStart {
    let edge = |it: &mut Fields| {
        let (Some(from), Some(to)) = (it.name("from"), it.name("to")) else {
            it.note(|at| Problem::new(rule::MISSING_FIELD, at, "an edge without `from` or `to`"));
            return None;
        };
        Some(Edge { from, to, kind: it.text("kind"), weight: it.number("weight") })
    };
    EpisodeStart {
        agents: roster(fields),
        edges: fields.object("graph", |it| it.objects("edges", edge, |_| None)).unwrap_or_default(),
        task: fields.text("task"),
        trace_id: fields.text("trace_id"),
        seed: fields.text("seed"),
        group: fields.name("group"),
        global_step: fields.integer("global_step"),
        update: fields.integer("update"),
        replay_of: fields
            .object("replay_of", |it| ReplayOf { episode: it.name("episode"), at: it.name("at") }),
        value_of: fields.value_of("value_of"),
    }
}

fn action(fields: &mut Fields) -> Option<Action> {
    let error = fields.text("error").filter(|it| says_error(it));
    let failed = || fields.peek("status").filter(|it| says_failed(it)).map(|it| format!("status {it}"));
    let error = error.or_else(failed);
    Some(Action {
        agent: fields.name("agent")?,
        action: fields.payload("action"),
        kind: fields.text("kind"),
        parents: fields.names("parents"),
        pre_state: fields.payload("pre_state"),
        obs: fields.payload("obs"),
        result: fields.payload("result"),
        dur: fields.number("dur"),
        policy: fields.object("policy", |it| Policy {
            id: it.text("id"),
            chosen: it.payload("chosen"),
            probs: it.number_map("probs"),
            logp: it.number("logp"),
            q: it.number_map("q"),
            value: it.number("value"),
            value_of: it.value_of("value_of"),
        }),
        default: fields.payload("default"),
        usage: fields.object("usage", |it| Usage {
            input: it.count("in"),
            output: it.count("out"),
            cost: it.number("cost"),
        }),
        span_id: fields.text("span_id"),
        error,
        attempt: fields.count("attempt"),
        turn: fields.integer("turn"),
    })
}

fn message(fields: &mut Fields) -> Option<Message> {
    Some(Message {
        from: fields.name("from")?,
        to: fields.names("to").unwrap_or_default(),
        content: fields.payload("content"),
        parents: fields.names("parents"),
        recv_ts: fields.moment("recv_ts"),
    })
}

fn state(fields: &mut Fields) -> State {
    let (state, delta) = (fields.payload("state"), fields.payload("delta"));
    if state.is_none() && delta.is_none() {
        let what = "state record without `state` or `delta`";
        fields.note(|at| Problem::new(rule::MISSING_FIELD, at, what).milder(Severity::Warning));
    }
    let scope = fields.name("scope").unwrap_or_default();
    State { scope, state, delta, after: fields.names("after").unwrap_or_default() }
}

fn reward(fields: &mut Fields) -> Reward {
    Reward {
        value: fields.number("value"),
        agent: fields.name("agent"),
        source: fields.text("source"),
        name: fields.text("name"),
        components: fields.number_map("components"),
        of: fields.names("of").unwrap_or_default(),
        delay: fields.number("delay"),
        bounds: ends(fields, "bounds", "bounds"),
    }
}

fn credit(fields: &mut Fields) -> Credit {
    let credit = Credit {
        algorithm: fields.text("algorithm").unwrap_or_default(),
        agents: fields.number_map("agents"),
        items: fields.objects("items", credit_item, |_| None),
        params: fields.payload_map("params"),
        reward: fields.name("reward"),
        confidence: fields.number("confidence"),
        units: fields.text("units"),
    };
    if credit.agents.is_empty() && credit.items.is_empty() {
        let what = "credit record without `agents` or `items`";
        fields.note(|at| Problem::new(rule::MISSING_FIELD, at, what).milder(Severity::Warning));
    }
    credit
}

/// The two ends of an interval; `name` is what a note calls it.
fn ends(it: &mut Fields, key: &'static str, name: &str) -> Option<(f64, f64)> {
    let message = match it.numbers(key).as_slice() {
        [low, high] if low <= high && low.is_finite() && high.is_finite() => return Some((*low, *high)),
        [] => return None,
        [low, high] if low > high => format!("`{name}` is [{low}, {high}], upside down; it is ignored"),
        _ => format!("`{name}` is not two numbers; it is ignored"),
    };
    it.note(|at| Problem::new(rule::WRONG_TYPE, at, message));
    None
}

fn credit_item(it: &mut Fields) -> Option<CreditItem> {
    let interval = ends(it, "ci", "items[].ci");
    Some(CreditItem {
        of: it.name("of"),
        agent: it.name("agent"),
        value: it.number("value"),
        baseline: it.number("baseline"),
        std: it.number("std"),
        ci: interval,
        level: it.number("level"),
        n: it.count("n"),
        label: it.text("label"),
        reason: it.text("reason"),
    })
}

fn counterfactual(fields: &mut Fields) -> Counterfactual {
    let coalitions = fields.coalitions("coalitions", coalition);
    let kind = fields.text("kind").or_else(|| (!coalitions.is_empty()).then(|| "coalition".to_owned()));
    Counterfactual {
        kind: kind.unwrap_or_default(),
        group: fields.name("group"),
        of: fields.name("of"),
        agent: fields.name("agent"),
        context: fields.name("context"),
        prefix: fields.payload("prefix"),
        frozen: fields.text_map("frozen"),
        decoding: fields.payload("decoding"),
        candidates: fields.objects("candidates", candidate, |_| None),
        coalitions,
        absence: fields.text("absence"),
    }
}

fn candidate(it: &mut Fields) -> Option<Candidate> {
    Some(Candidate {
        j: it.integer("j"),
        action: it.payload("action"),
        returns: it.numbers("returns"),
        seeds: it.names("seeds").unwrap_or_default(),
        value: it.number("value"),
        std: it.number("std"),
        n: it.count("n"),
        prob: it.number("prob"),
        q: it.number("q"),
        real: it.flag("real"),
        extra: it.flag("extra"),
        rewards: it.own_rewards("rewards"),
        status: it.text("status"),
        next: it.texts("next"),
    })
}

fn coalition(it: &mut Fields) -> Option<Coalition> {
    let Some(agents) = it.names("agents") else {
        it.note(|at| Problem::new(rule::MISSING_FIELD, at, "a coalition without `agents`; it is skipped"));
        return None;
    };
    Some(Coalition {
        agents,
        value: it.number("value"),
        returns: it.numbers("returns"),
        seeds: it.names("seeds").unwrap_or_default(),
        std: it.number("std"),
        n: it.count("n"),
        rewards: it.own_rewards("rewards"),
    })
}

fn metric(fields: &mut Fields) -> Metric {
    Metric {
        values: fields.number_map("values"),
        agent: fields.name("agent"),
        units: fields.text_map("units"),
    }
}

fn episode_end(fields: &mut Fields) -> EpisodeEnd {
    let status = fields.text("status");
    EpisodeEnd {
        status: status.map(|it| label(&it, 60)),
        reason: fields.text("reason"),
        total: fields.number("return"),
        rewards: fields.own_rewards("rewards"),
        success: fields.number("success"),
        steps: fields.integer("steps"),
        answer: fields.text("answer"),
        ground_truth: fields.text("ground_truth"),
    }
}

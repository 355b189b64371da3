//! Writes a record as a line, header fields first so that readers index it at full speed.

use super::time::number_text;
use super::{
    Action, Body, Candidate, CoalitionView, Counterfactual, Credit, CreditItem, EpisodeEnd, EpisodeStart,
    Message, Metric, OwnReward, Payload, Policy, Record, RecordType, Reward, RosterAgent, Run, State,
};
use crate::model::{Timestamp, ValueOf};

/// Fields that every record may have.
const COMMON: [&str; 6] = ["type", "episode", "id", "ts", "seq", "step"];

/// The other fields of a kind of record, as they are written below.
fn fields(kind: RecordType) -> &'static [&'static str] {
    match kind {
        RecordType::Run => &[
            "credit_log",
            "run",
            "writer",
            "env",
            "algorithm",
            "gamma",
            "reward_unit",
            "bounds",
            "success",
            "value_of",
            "agents",
        ],
        RecordType::EpisodeStart => &[
            "agents",
            "graph",
            "task",
            "trace_id",
            "seed",
            "group",
            "global_step",
            "update",
            "replay_of",
            "value_of",
        ],
        RecordType::Action => &[
            "agent",
            "parents",
            "kind",
            "dur",
            "span_id",
            "attempt",
            "turn",
            "usage",
            "policy",
            "default",
            "action",
            "pre_state",
            "obs",
            "result",
            "error",
        ],
        RecordType::Message => &["from", "to", "parents", "recv_ts", "content"],
        RecordType::State => &["scope", "after", "state", "delta"],
        RecordType::Reward => &["agent", "value", "source", "name", "components", "of", "delay", "bounds"],
        RecordType::Credit => &["algorithm", "reward", "confidence", "units", "params", "agents", "items"],
        RecordType::Counterfactual => &[
            "agent",
            "kind",
            "group",
            "of",
            "context",
            "frozen",
            "decoding",
            "absence",
            "prefix",
            "candidates",
            "coalitions",
        ],
        RecordType::Metric => &["agent", "values", "units"],
        RecordType::EpisodeEnd => {
            &["status", "reason", "return", "rewards", "success", "steps", "answer", "ground_truth"]
        }
        RecordType::Unknown => &[],
    }
}

/// `record` as one line of the native log, without a line end.
///
/// Reading it back gives the same record, if its extra fields have names that records of its kind do not use;
/// those that have are written with `_` before them. Absent
/// fields and empty lists are left out. Non-finite numbers are written as strings.
pub fn write(record: &Record) -> String {
    let mut out = Object::new();
    out.text("type", record.type_name());
    out.maybe_text("episode", record.episode.as_deref());
    out.maybe_text("id", record.id.as_deref());
    match &record.body {
        Body::Action(it) => out.text("agent", &it.agent),
        Body::Message(it) => {
            out.text("from", &it.from);
            out.texts("to", &it.to);
        }
        Body::Reward(Reward { agent, .. }) | Body::Metric(Metric { agent, .. }) => {
            out.maybe_text("agent", agent.as_deref());
        }
        Body::Counterfactual(it) => out.maybe_text("agent", it.agent.as_deref()),
        Body::Run(_)
        | Body::EpisodeStart(_)
        | Body::State(_)
        | Body::Credit(_)
        | Body::EpisodeEnd(_)
        | Body::Unknown { .. } => {}
    }
    out.moment("ts", record.ts);
    out.integer("seq", record.seq);
    out.integer("step", record.step);
    match &record.body {
        Body::Run(it) => run(&mut out, it),
        Body::EpisodeStart(it) => episode_start(&mut out, it),
        Body::Action(it) => action(&mut out, it),
        Body::Message(it) => message(&mut out, it),
        Body::State(it) => state(&mut out, it),
        Body::Reward(it) => reward(&mut out, it),
        Body::Credit(it) => credit(&mut out, it),
        Body::Counterfactual(it) => counterfactual(&mut out, it),
        Body::Metric(it) => metric(&mut out, it),
        Body::EpisodeEnd(it) => episode_end(&mut out, it),
        Body::Unknown { .. } => {}
    }
    for (key, value) in &record.extra {
        // A foreign column may be called as a field of the format is: it must not stand for that field.
        let kind = record.record_type();
        let taken = COMMON.contains(&key.as_str()) || fields(kind).contains(&key.as_str());
        let name = if taken { format!("_{key}") } else { key.clone() };
        out.payload(&name, Some(value));
    }
    out.close()
}

fn run(out: &mut Object, it: &Run) {
    out.integer("credit_log", it.credit_log);
    out.maybe_text("run", it.run.as_deref());
    if let Some(writer) = &it.writer {
        out.object("writer", |out| {
            out.maybe_text("host", writer.host.as_deref());
            out.integer("pid", writer.pid);
            out.integer("rank", writer.rank);
        });
    }
    out.maybe_text("env", it.env.as_deref());
    out.maybe_text("algorithm", it.algorithm.as_deref());
    out.number("gamma", it.gamma);
    out.maybe_text("reward_unit", it.reward_unit.as_deref());
    out.interval("bounds", it.bounds);
    out.number("success", it.success);
    out.maybe_text("value_of", it.value_of.map(ValueOf::word));
    out.objects("agents", &it.agents, roster_agent);
}

fn roster_agent(out: &mut Object, it: &RosterAgent) {
    out.text("id", &it.id);
    out.maybe_text("name", it.name.as_deref());
    out.maybe_text("role", it.role.as_deref());
    out.maybe_text("team", it.team.as_deref());
    out.maybe_text("model", it.model.as_deref());
    out.maybe_text("policy", it.policy.as_deref());
    out.texts("tools", &it.tools);
}

fn episode_start(out: &mut Object, it: &EpisodeStart) {
    out.objects("agents", &it.agents, roster_agent);
    if !it.edges.is_empty() {
        out.object("graph", |out| {
            out.objects("edges", &it.edges, |out, edge| {
                out.text("from", &edge.from);
                out.text("to", &edge.to);
                out.maybe_text("kind", edge.kind.as_deref());
                out.number("weight", edge.weight);
            });
        });
    }
    out.maybe_text("task", it.task.as_deref());
    out.maybe_text("trace_id", it.trace_id.as_deref());
    out.maybe_text("seed", it.seed.as_deref());
    out.maybe_text("group", it.group.as_deref());
    out.integer("global_step", it.global_step);
    out.integer("update", it.update);
    if let Some(replay) = &it.replay_of {
        out.object("replay_of", |out| {
            out.maybe_text("episode", replay.episode.as_deref());
            out.maybe_text("at", replay.at.as_deref());
        });
    }
    out.maybe_text("value_of", it.value_of.map(ValueOf::word));
}

fn action(out: &mut Object, it: &Action) {
    out.maybe_texts("parents", it.parents.as_deref());
    out.maybe_text("kind", it.kind.as_deref());
    out.number("dur", it.dur);
    out.maybe_text("span_id", it.span_id.as_deref());
    out.count("attempt", it.attempt);
    out.integer("turn", it.turn);
    if let Some(usage) = &it.usage {
        out.object("usage", |out| {
            out.count("in", usage.input);
            out.count("out", usage.output);
            out.number("cost", usage.cost);
        });
    }
    if let Some(it) = &it.policy {
        out.object("policy", |out| policy(out, it));
    }
    out.payload("default", it.default.as_ref());
    out.payload("action", it.action.as_ref());
    out.payload("pre_state", it.pre_state.as_ref());
    out.payload("obs", it.obs.as_ref());
    out.payload("result", it.result.as_ref());
    out.maybe_text("error", it.error.as_deref());
}

fn policy(out: &mut Object, it: &Policy) {
    out.maybe_text("id", it.id.as_deref());
    out.payload("chosen", it.chosen.as_ref());
    out.numbers_by_name("probs", &it.probs);
    out.number("logp", it.logp);
    out.numbers_by_name("q", &it.q);
    out.number("value", it.value);
    out.maybe_text("value_of", it.value_of.map(ValueOf::word));
}

fn message(out: &mut Object, it: &Message) {
    out.maybe_texts("parents", it.parents.as_deref());
    out.moment("recv_ts", it.recv_ts);
    out.payload("content", it.content.as_ref());
}

fn state(out: &mut Object, it: &State) {
    out.text("scope", &it.scope);
    out.texts("after", &it.after);
    out.payload("state", it.state.as_ref());
    out.payload("delta", it.delta.as_ref());
}

fn reward(out: &mut Object, it: &Reward) {
    // A reward must have a value; without a finite one it is written as NaN.
    out.raw("value", &number(it.value.unwrap_or(f64::NAN)));
    out.maybe_text("source", it.source.as_deref());
    out.maybe_text("name", it.name.as_deref());
    out.numbers_by_name("components", &it.components);
    out.texts("of", &it.of);
    out.number("delay", it.delay);
    out.interval("bounds", it.bounds);
}

fn credit(out: &mut Object, it: &Credit) {
    out.text("algorithm", &it.algorithm);
    out.maybe_text("reward", it.reward.as_deref());
    out.number("confidence", it.confidence);
    out.maybe_text("units", it.units.as_deref());
    if !it.params.is_empty() {
        out.object("params", |out| it.params.iter().for_each(|(name, value)| out.raw(name, value.json())));
    }
    out.numbers_by_name("agents", &it.agents);
    out.objects("items", &it.items, credit_item);
}

fn credit_item(out: &mut Object, it: &CreditItem) {
    out.maybe_text("of", it.of.as_deref());
    out.maybe_text("agent", it.agent.as_deref());
    out.number("value", it.value);
    out.number("baseline", it.baseline);
    out.number("std", it.std);
    out.interval("ci", it.ci);
    out.number("level", it.level);
    out.count("n", it.n);
    out.maybe_text("label", it.label.as_deref());
    out.maybe_text("reason", it.reason.as_deref());
}

fn counterfactual(out: &mut Object, it: &Counterfactual) {
    out.text("kind", &it.kind);
    out.maybe_text("group", it.group.as_deref());
    out.maybe_text("of", it.of.as_deref());
    out.maybe_text("context", it.context.as_deref());
    if !it.frozen.is_empty() {
        out.object("frozen", |out| it.frozen.iter().for_each(|(agent, policy)| out.text(agent, policy)));
    }
    out.payload("decoding", it.decoding.as_ref());
    out.maybe_text("absence", it.absence.as_deref());
    out.payload("prefix", it.prefix.as_ref());
    out.objects("candidates", &it.candidates, candidate);
    out.objects("coalitions", it.coalitions.iter(), coalition);
}

fn candidate(out: &mut Object, it: &Candidate) {
    out.integer("j", it.j);
    if it.real {
        out.raw("real", "true");
    }
    if it.extra {
        out.raw("extra", "true");
    }
    out.maybe_text("status", it.status.as_deref());
    out.payload("action", it.action.as_ref());
    out.numbers("returns", &it.returns);
    out.texts("seeds", &it.seeds);
    out.number("value", it.value);
    out.number("std", it.std);
    out.count("n", it.n);
    own_rewards(out, &it.rewards);
    out.number("prob", it.prob);
    out.number("q", it.q);
    out.texts("next", &it.next);
}

fn coalition(out: &mut Object, it: CoalitionView<'_>) {
    out.list("agents", it.agents().map(quoted));
    out.number("value", it.value);
    out.numbers("returns", it.returns);
    out.texts("seeds", it.seeds);
    out.number("std", it.std);
    out.count("n", it.n);
    own_rewards(out, it.rewards);
}

/// Values by agent, or, where they are returns of runs, an object for each run. Both may stand for none.
fn own_rewards(out: &mut Object, it: &[OwnReward]) {
    let runs = it.iter().map(|it| it.returns.len()).max().unwrap_or(0);
    if runs == 0 {
        let values = it.iter().map(|it| (it.agent.clone(), it.value.unwrap_or(f64::NAN)));
        out.numbers_by_name("rewards", &values.collect::<Vec<_>>());
        return;
    }
    let runs: Vec<usize> = (0..runs).collect();
    out.objects("rewards", &runs, |out, run| {
        for own in it {
            if let Some(value) = own.returns.get(*run) {
                out.raw(&own.agent, &number(*value));
            }
        }
    });
}

fn metric(out: &mut Object, it: &Metric) {
    out.object("values", |out| it.values.iter().for_each(|(name, value)| out.raw(name, &number(*value))));
    if !it.units.is_empty() {
        out.object("units", |out| it.units.iter().for_each(|(name, unit)| out.text(name, unit)));
    }
}

fn episode_end(out: &mut Object, it: &EpisodeEnd) {
    out.maybe_text("status", it.status.as_deref());
    out.maybe_text("reason", it.reason.as_deref());
    out.number("return", it.total);
    own_rewards(out, &it.rewards);
    out.number("success", it.success);
    out.integer("steps", it.steps);
    out.maybe_text("answer", it.answer.as_deref());
    out.maybe_text("ground_truth", it.ground_truth.as_deref());
}

/// A JSON object while it is written.
struct Object {
    json: String,
}

impl Object {
    fn new() -> Self {
        Self { json: "{".to_owned() }
    }

    fn close(mut self) -> String {
        self.json.push('}');
        self.json
    }

    fn raw(&mut self, key: &str, json: &str) {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        self.json.push_str(&quoted(key));
        self.json.push(':');
        self.json.push_str(json);
    }

    fn text(&mut self, key: &str, text: &str) {
        self.raw(key, &quoted(text));
    }

    fn maybe_text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    fn list(&mut self, key: &str, items: impl Iterator<Item = String>) {
        let json = format!("[{}]", items.collect::<Vec<_>>().join(","));
        self.raw(key, &json);
    }

    /// A list, if it is not empty.
    fn texts(&mut self, key: &str, texts: &[String]) {
        self.maybe_texts(key, Some(texts).filter(|it| !it.is_empty()));
    }

    /// A list, empty or not.
    fn maybe_texts(&mut self, key: &str, texts: Option<&[String]>) {
        if let Some(texts) = texts {
            self.list(key, texts.iter().map(|text| quoted(text)));
        }
    }

    fn integer(&mut self, key: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.raw(key, &value.to_string());
        }
    }

    fn count(&mut self, key: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.raw(key, &value.to_string());
        }
    }

    fn number(&mut self, key: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.raw(key, &number(value));
        }
    }

    fn numbers(&mut self, key: &str, values: &[f64]) {
        if !values.is_empty() {
            self.list(key, values.iter().map(|value| number(*value)));
        }
    }

    fn interval(&mut self, key: &str, ends: Option<(f64, f64)>) {
        if let Some((low, high)) = ends {
            self.numbers(key, &[low, high]);
        }
    }

    fn numbers_by_name(&mut self, key: &str, values: &[(String, f64)]) {
        if !values.is_empty() {
            self.object(key, |out| values.iter().for_each(|(name, value)| out.raw(name, &number(*value))));
        }
    }

    fn moment(&mut self, key: &str, moment: Option<Timestamp>) {
        if let Some(moment) = moment {
            self.raw(key, &number_text(moment));
        }
    }

    fn payload(&mut self, key: &str, payload: Option<&Payload>) {
        if let Some(payload) = payload {
            // A record takes one line: a payload that a document pretty-printed is put on one.
            if payload.json().contains(['\n', '\r']) {
                self.raw(key, &on_one_line(payload.json()));
            } else {
                self.raw(key, payload.json());
            }
        }
    }

    fn object(&mut self, key: &str, write: impl FnOnce(&mut Object)) {
        let mut inner = Object::new();
        write(&mut inner);
        self.raw(key, &inner.close());
    }

    fn objects<T>(&mut self, key: &str, items: impl IntoIterator<Item = T>, write: impl Fn(&mut Object, T)) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return;
        }
        let json = items.map(|item| {
            let mut inner = Object::new();
            write(&mut inner, item);
            inner.close()
        });
        self.list(key, json);
    }
}

/// Valid JSON without line ends. Line ends stand only between tokens, never inside strings; they become
/// spaces.
fn on_one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn number(value: f64) -> String {
    if value.is_nan() {
        return "\"NaN\"".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }.to_owned();
    }
    serde_json::Value::from(value).to_string()
}

//! Logs of Inspect: one JSON document `{eval, samples[], status, ...}`, a sample an episode.
//!
//! What becomes what:
//!
//! * a sample: an episode `<file>:<id>.<epoch>`; epochs of one id are a group; input: the task; target: the right
//!   answer; its times and error
//! * span_begin events of type `agent`: agents; what an event belongs to is the nearest such span around it, else
//!   `solver`. Spans of scorers are no part of the team
//! * model events: acts of kind `llm` with tokens, time and error; tool events: acts of kind `tool` with their result,
//!   or a message if the tool hands over to another agent
//! * a call of a tool comes from the model's act before; a model's act from all calls since the last one, and the
//!   first act of an agent from the call that handed over to it
//! * scores: the first scorer's value is the reward (C is 1, P a half, I and N are 0, other words none); those of
//!   others are metrics. A reward of 1 is a success, of 0 a failure; an error or a limit ends a sample otherwise
//! * without events, the messages are a conversation
//!
//! An `.eval` file is a zip of such samples (`archive`).

mod archive;

use std::collections::HashMap;

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    chat::{Beside, Parties, Turns, last_said, moment, time},
    document::{Places, read_document},
    json::{Fields, items, number, payload, text},
    row::{task_line, team_reward},
};
use crate::{
    log::{
        Action, Body, EpisodeEnd, EpisodeStart, Message, Metric, Payload, Problem, Reward, RosterAgent, Usage,
    },
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "inspect",
    title: "Inspect log",
    about: "logs of Inspect (`.eval`, `.json`): each sample an episode with its agents, tools and scores",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        let has = |key: &str| first.is_some_and(|it| it.has(key));
        Score::certain_if(has("version") && has("status") && has("eval") || archive::is_one(head.bytes))
    },
    reader: Reader::Document(&Logs),
};

/// The agent of what is done outside of every agent's span.
const SOLVER: &str = "solver";

/// Reads documents.
struct Logs;

impl DocumentReader for Logs {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        if archive::is_one(document) {
            return archive::read(document, sink, |member, sink| {
                read_document(member, sink, |root, places, sink| sample(root, 0, name, places, sink));
            });
        }
        read_document(document, sink, |root, places, sink| {
            let root = Fields::of(root);
            let samples = root.items("samples");
            if samples.is_empty() {
                let status = root.text("status").unwrap_or_default();
                let message =
                    format!("the log has no samples (its status is '{}')", crate::text::label(&status, 40));
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            for (at, raw) in samples.into_iter().enumerate() {
                sample(raw, at, name, places, sink);
            }
        });
    }
}

/// Hands on a sample, which is the one `at` this place.
fn sample(raw: &str, at: usize, name: &str, places: &Places<'_>, sink: &mut dyn Sink) {
    let it = Fields::of(raw);
    let id = it.text("id").unwrap_or_else(|| at.to_string());
    let epoch = it.text("epoch").map(|it| format!(".{it}")).unwrap_or_default();
    let turns = Turns::new(format!("{name}:{id}{epoch}"), places, sink);
    Sample { raw, it, spans: HashMap::new() }.write(id, turns);
}

struct Sample<'a> {
    raw: &'a str,
    it: Fields<'a>,
    /// By id: what each span is.
    spans: HashMap<String, Span>,
}

/// A span: who acts in it.
#[derive(Clone)]
struct Span {
    agent: String,
    /// Whether it is a scorer's.
    scores: bool,
}

impl Default for Span {
    fn default() -> Self {
        Self { agent: SOLVER.to_owned(), scores: false }
    }
}

/// What acts come from.
#[derive(Default)]
struct Causes {
    /// The model's last act.
    model: Option<String>,
    /// The calls since.
    calls: Vec<String>,
}

impl Causes {
    fn of_call(&self) -> Vec<String> {
        self.model.clone().or_else(|| self.calls.last().cloned()).into_iter().collect()
    }

    fn of_model(&self) -> Vec<String> {
        if self.calls.is_empty() { self.model.clone().into_iter().collect() } else { self.calls.clone() }
    }
}

impl Sample<'_> {
    fn write(mut self, group: String, mut turns: Turns<'_>) {
        let events: Vec<(&str, Fields<'_>)> =
            self.it.items("events").into_iter().map(|it| (it, Fields::of(it))).collect();
        for (_, event) in &events {
            self.span(event);
        }
        let start = EpisodeStart {
            agents: self.roster(&events),
            task: self.it.raw("input").map(|it| task_line(&last_said(it))),
            group: Some(group),
            ..EpisodeStart::default()
        };
        let ts = self.it.text("started_at").and_then(|it| moment(&it));
        let extra =
            self.it.rest(&PLACED).into_iter().filter(|it| !matches!(it.1.json(), "{}" | "[]" | "null"));
        let beside = Beside { ts, step: None, extra: extra.collect() };
        turns.push(self.raw, None, Body::EpisodeStart(start), beside);
        let mut causes = Causes::default();
        let mut acts = 0;
        for (raw, event) in &events {
            acts += usize::from(self.act((raw, event), acts, &mut causes, &mut turns));
        }
        if events.is_empty() {
            let parties = Parties { assistant: SOLVER, user: "user" };
            parties.write(&self.it.items("messages"), &mut turns);
        }
        self.end(&mut turns);
    }

    /// Notes the span that an event begins.
    fn span(&mut self, event: &Fields<'_>) {
        if event.text("event").as_deref() != Some("span_begin") {
            return;
        }
        let around = event.text("parent_id").and_then(|it| self.spans.get(&it).cloned()).unwrap_or_default();
        let kind = event.text("type").unwrap_or_default();
        let span = match kind.as_str() {
            "agent" => Span { agent: event.text("name").unwrap_or(around.agent), ..around },
            "scorer" | "scorers" => Span { scores: true, ..around },
            _ => around,
        };
        self.spans.insert(event.text("id").unwrap_or_default(), span);
    }

    fn span_of(&self, event: &Fields<'_>) -> Span {
        event.text("span_id").and_then(|it| self.spans.get(&it).cloned()).unwrap_or_default()
    }

    /// Who acts, in the order of their first acts.
    fn roster(&self, events: &[(&str, Fields<'_>)]) -> Vec<RosterAgent> {
        let mut agents: Vec<RosterAgent> = Vec::new();
        for (_, event) in events {
            let span = self.span_of(event);
            let kind = event.text("event").unwrap_or_default();
            if span.scores || !matches!(kind.as_str(), "model" | "tool") {
                continue;
            }
            let model = event.text("model");
            match agents.iter_mut().find(|it| it.id == span.agent) {
                Some(known) => known.model = known.model.take().or(model),
                None => agents.push(RosterAgent { id: span.agent, model, ..RosterAgent::default() }),
            }
        }
        agents
    }

    /// Hands on the act of an event, the `nth` of the sample; `false` if it is none.
    fn act(
        &self,
        (raw, event): (&str, &Fields<'_>),
        nth: usize,
        causes: &mut Causes,
        turns: &mut Turns<'_>,
    ) -> bool {
        let Span { agent, scores } = self.span_of(event);
        let kind = event.text("event").unwrap_or_default();
        if scores || !matches!(kind.as_str(), "model" | "tool") {
            return false;
        }
        let id = format!("{kind}{nth}");
        let beside = Beside { step: Some(nth as i64), ts: time(event), extra: Vec::new() };
        if kind == "model" {
            let parents = causes.of_model();
            let action = Action { agent, parents: Some(parents), ..model(event) };
            turns.push(raw, Some(id.clone()), Body::Action(Box::new(action)), beside);
            *causes = Causes { model: Some(id), calls: Vec::new() };
            return true;
        }
        let parents = Some(causes.of_call());
        let call = called(event);
        let body = match event.text("agent").filter(|it| *it != agent) {
            Some(to) => {
                Body::Message(Message { from: agent, to: vec![to], content: call, parents, recv_ts: None })
            }
            None => Body::Action(Box::new(Action {
                agent,
                action: call,
                parents,
                kind: Some("tool".to_owned()),
                result: event.payload("result"),
                dur: event.number("working_time"),
                error: event
                    .raw("error")
                    .map(|it| Fields::of(it).text("message").unwrap_or_else(|| text(it))),
                ..Action::default()
            })),
        };
        turns.push(raw, Some(id.clone()), body, beside);
        causes.calls.push(id);
        true
    }

    /// Hands on scores, and how the sample ended.
    fn end(&self, turns: &mut Turns<'_>) {
        let scores = self.it.object("scores");
        let mut reward = None;
        let mut answer = None;
        let ts = self.it.text("completed_at").and_then(|it| moment(&it));
        for (nth, (scorer, raw)) in scores.iter().enumerate() {
            let score = Fields::of(raw);
            let Some(value) = score.raw("value").and_then(worth) else { continue };
            let beside = Beside { ts, ..Beside::default() };
            if nth == 0 {
                (reward, answer) = (Some(value), score.text("answer"));
                let name = Some(scorer.to_owned());
                let source = Some("scorer".to_owned());
                let body = Body::Reward(Reward { name, source, ..team_reward(value) });
                turns.push(raw, None, body, beside);
            } else {
                let metric = Metric { values: vec![(scorer.to_owned(), value)], ..Metric::default() };
                turns.push(raw, None, Body::Metric(metric), beside);
            }
        }
        let error = self.it.object("error").text("message");
        let limit = self.it.object("limit").text("type");
        let status = match (&error, &limit, reward) {
            (Some(_), _, _) => Some("error"),
            (None, _, Some(1.0)) => Some("success"),
            (None, Some(_), _) => Some("truncated"),
            (None, None, Some(0.0)) => Some("failure"),
            _ => None,
        };
        let target = self.it.raw("target").map(|raw| match items(raw) {
            several if several.is_empty() => text(raw),
            several => several.into_iter().map(text).collect::<Vec<_>>().join(" | "),
        });
        let end = EpisodeEnd {
            status: status.map(str::to_owned),
            reason: error.or(limit),
            answer,
            ground_truth: target.filter(|it| !it.is_empty()),
            ..EpisodeEnd::default()
        };
        turns.push(
            self.it.raw("scores").unwrap_or(self.raw),
            None,
            Body::EpisodeEnd(end),
            Beside { ts, ..Beside::default() },
        );
    }
}

/// Fields of a sample that have a place in the log, or that only repeat others.
const PLACED: [&str; 14] = [
    "id",
    "epoch",
    "input",
    "target",
    "messages",
    "output",
    "scores",
    "events",
    "attachments",
    "error",
    "limit",
    "started_at",
    "completed_at",
    "uuid",
];

/// What the model did: its words, or the calls it made.
fn model(event: &Fields<'_>) -> Action {
    let output = event.object("output");
    let message =
        output.items("choices").first().map(|it| Fields::of(it).object("message")).unwrap_or_default();
    let content = message.payload("content").filter(|it| !matches!(it.json(), "\"\"" | "[]"));
    let used = output.object("usage");
    let count = |key: &str| used.integer(key).and_then(|it| u64::try_from(it).ok());
    let usage = Usage { input: count("input_tokens"), output: count("output_tokens"), cost: None };
    Action {
        action: content.or_else(|| message.payload("tool_calls")),
        kind: Some("llm".to_owned()),
        // The last of what it was told; the rest repeats what was done before.
        obs: event.items("input").last().and_then(|it| payload(it)),
        dur: event.number("working_time"),
        usage: (usage != Usage::default()).then_some(usage),
        error: event.text("error").or_else(|| output.text("error")),
        ..Action::default()
    }
}

/// What a tool was asked.
fn called(event: &Fields<'_>) -> Option<Payload> {
    let name = serde_json::Value::from(event.text("function")?);
    let arguments = event.raw("arguments").unwrap_or("{}");
    payload(&format!("{{\"name\":{name},\"arguments\":{arguments}}}"))
}

/// What a score is worth; `None`: it is no number, and no grade.
fn worth(raw: &str) -> Option<f64> {
    match text(raw).as_str() {
        "C" => Some(1.0),
        "P" => Some(0.5),
        "I" | "N" => Some(0.0),
        _ => number(raw),
    }
}

#[cfg(test)]
mod tests;

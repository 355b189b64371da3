//! Conversations of a few parties, on their way to native records: what they say to each other, and the tools that
//! they call.
//!
//! A conversation goes in turns, and who speaks has heard all before: each act comes from the one before it. A tool is
//! no agent: what it answers is the result of the call.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    document::Places,
    format::Sink,
    json::{Fields, integer, items, kept, number, payload, text},
};
use crate::{
    log::{Action, Body, Message, Metric, Payload, Record, Usage, timestamp_from_text},
    model::Timestamp,
};

/// Writes the records of one episode.
pub(super) struct Turns<'a> {
    episode: String,
    places: &'a Places<'a>,
    sink: &'a mut dyn Sink,
    /// The last act.
    before: Option<String>,
}

/// What goes with an act.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) step: Option<i64>,
    pub(super) ts: Option<Timestamp>,
    pub(super) extra: Vec<(String, Payload)>,
}

impl<'a> Turns<'a> {
    pub(super) fn new(episode: String, places: &'a Places<'a>, sink: &'a mut dyn Sink) -> Self {
        Self { episode, places, sink, before: None }
    }

    /// Hands on a record that stands where `part` does.
    pub(super) fn push(&mut self, part: &str, id: Option<String>, body: Body, beside: Beside) {
        let Beside { step, ts, extra } = beside;
        let record = Record {
            episode: Some(self.episode.clone()),
            id,
            ts,
            step,
            extra: kept(extra),
            ..Record::new(body)
        };
        self.sink.record(self.places.line(part), &record);
    }

    /// Hands on an action; its parent is the act before.
    pub(super) fn action(&mut self, part: &str, id: String, action: Action, beside: Beside) {
        let action = Action { parents: Some(self.parents()), ..action };
        self.push(part, Some(id.clone()), Body::Action(Box::new(action)), beside);
        self.before = Some(id);
    }

    /// Hands on what somebody says; its parent is the act before.
    pub(super) fn message(&mut self, part: &str, id: String, message: Message, beside: Beside) {
        let message = Message { parents: Some(self.parents()), ..message };
        self.push(part, Some(id.clone()), Body::Message(message), beside);
        self.before = Some(id);
    }

    fn parents(&self) -> Vec<String> {
        self.before.clone().into_iter().collect()
    }
}

/// The parties of a conversation in the form of OpenAI's messages.
pub(super) struct Parties<'a> {
    /// The agent with the role `assistant`.
    pub(super) assistant: &'a str,
    /// The one with the role `user`.
    pub(super) user: &'a str,
}

impl Parties<'_> {
    fn speaker(&self, role: &str) -> String {
        if role == "user" { self.user } else { self.assistant }.to_owned()
    }

    fn hearer(&self, role: &str) -> String {
        if role == "user" { self.assistant } else { self.user }.to_owned()
    }

    /// Hands on the acts of a conversation: what is said, `s<place>`, and the calls of tools with their results. What
    /// the system says is no act.
    pub(super) fn write(&self, messages: &[&str], turns: &mut Turns<'_>) {
        let messages: Vec<(&str, Fields<'_>)> = messages.iter().map(|it| (*it, Fields::of(it))).collect();
        // Ids repeat: a call is answered by the first that follows it.
        let mut results: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, (_, message)) in messages.iter().enumerate().filter(|it| is(&it.1.1, "tool")) {
            let id = message.text("tool_call_id").or_else(|| message.text("id"));
            results.entry(id.unwrap_or_default()).or_default().push_back(at);
        }
        let mut answered: HashSet<usize> = HashSet::new();
        for (at, (raw, message)) in messages.iter().enumerate() {
            let role = message.text("role").unwrap_or_default();
            if role == "system" || role == "tool" && answered.contains(&at) {
                continue;
            }
            let beside = || Beside { step: Some(at as i64), ts: time(message), extra: Vec::new() };
            let mut usage = usage(message);
            if role == "tool" {
                // An answer to a call that is not there.
                let who = message.text("requestor").unwrap_or_else(|| "assistant".to_owned());
                let action = answer(message, Action { agent: self.speaker(&who), ..tool() });
                turns.action(raw, format!("s{at}"), action, beside());
                continue;
            }
            let calls = message.items("tool_calls");
            let content = message.payload("content").filter(|it| it.text() != "");
            let has_content = content.is_some();
            if content.is_some() || calls.is_empty() {
                let (from, to) = (self.speaker(&role), vec![self.hearer(&role)]);
                let said = Message { from, to, content, ..Message::default() };
                turns.message(raw, format!("s{at}"), said, beside());
            }
            for (nth, raw) in calls.iter().enumerate() {
                let call = Fields::of(raw);
                let id =
                    if nth == 0 && !has_content { format!("s{at}") } else { format!("s{at}.{}", nth + 1) };
                let mut action = Action { agent: self.speaker(&role), action: called(&call), ..tool() };
                action.usage = usage.take();
                let waiting = results.get_mut(&call.text("id").unwrap_or_default());
                if let Some(result) = waiting.and_then(|it| next_after(it, at)) {
                    answered.insert(result);
                    action = answer(&messages[result].1, action);
                }
                turns.action(raw, id, action, beside());
            }
            // What is only said has no place for what it cost.
            if let Some(usage) = usage {
                let agent = Some(self.speaker(&role));
                turns.push(raw, None, Body::Metric(Metric { agent, ..metric(&usage) }), beside());
            }
        }
    }
}

/// Takes the first place behind `at`.
fn next_after(places: &mut VecDeque<usize>, at: usize) -> Option<usize> {
    while places.front().is_some_and(|it| *it <= at) {
        places.pop_front();
    }
    places.pop_front()
}

fn is(message: &Fields<'_>, role: &str) -> bool {
    message.text("role").as_deref() == Some(role)
}

fn tool() -> Action {
    Action { kind: Some("tool".to_owned()), ..Action::default() }
}

/// A call with what the tool answered.
fn answer(result: &Fields<'_>, action: Action) -> Action {
    let said = result.payload("content");
    let is_error =
        result.flag("error") == Some(true) || said.as_ref().is_some_and(|it| it.text().starts_with("Error"));
    let error = is_error.then(|| said.as_ref().map(Payload::text).unwrap_or_default());
    Action { result: said, error, ..action }
}

/// What is called: its name and arguments.
fn called(call: &Fields<'_>) -> Option<Payload> {
    let function = call.object("function");
    let of = if function.has("name") { &function } else { call };
    let name = serde_json::Value::from(of.text("name")?);
    let arguments = of.raw("arguments").map(|raw| {
        // Some write them as a string that holds JSON.
        let inner = text(raw);
        if payload(&inner).is_some() { inner } else { raw.to_owned() }
    });
    payload(&format!("{{\"name\":{name},\"arguments\":{}}}", arguments.as_deref().unwrap_or("null")))
}

/// When; a time without a zone counts as UTC, as only its distance from others matters.
pub(super) fn time(of: &Fields<'_>) -> Option<Timestamp> {
    moment(&of.text("timestamp")?)
}

/// The time that a text says; one without a zone counts as UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    timestamp_from_text(text).or_else(|| timestamp_from_text(&format!("{text}Z")))
}

/// Tokens and cost of a message.
fn usage(message: &Fields<'_>) -> Option<Usage> {
    let of = message.object("usage");
    let count = |key: &str| of.raw(key).and_then(integer).and_then(|it| u64::try_from(it).ok());
    let cost = message.raw("cost").and_then(number).filter(|it| *it != 0.0);
    let usage = Usage { input: count("prompt_tokens"), output: count("completion_tokens"), cost };
    (usage != Usage::default()).then_some(usage)
}

/// Tokens and cost as a metric.
fn metric(usage: &Usage) -> Metric {
    let tokens = [("input tokens", usage.input), ("output tokens", usage.output)];
    let tokens = tokens.into_iter().filter_map(|(name, count)| Some((name.to_owned(), count? as f64)));
    let cost = usage.cost.map(|it| ("cost".to_owned(), it));
    Metric { values: tokens.chain(cost).collect(), ..Metric::default() }
}

/// What a prompt says: of a list of messages, what the last one does.
pub(super) fn last_said(raw: &str) -> String {
    let last = items(raw).pop().and_then(|it| Fields::of(it).text("content"));
    last.unwrap_or_else(|| text(raw))
}

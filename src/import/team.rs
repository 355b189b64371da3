//! A team that takes turns, as logs of frameworks have it: who speaks has heard all before, so each act comes from the
//! one before it.
//!
//! A call of a tool waits for its answer, which becomes its result. A call that is never answered stands without.

use serde_json::{Value as Json, json};

use super::format::Sink;
use crate::{
    log::{Action, Body, EpisodeStart, Message, Payload, Record, Usage},
    model::Timestamp,
};

/// The acts of one episode so far.
#[derive(Debug, Default)]
pub(super) struct Team {
    episode: String,
    /// The last act.
    before: Option<String>,
    waiting: Vec<Call>,
}

/// When and where something stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Line of the original, from 1.
    pub(super) line: u32,
    pub(super) ts: Option<Timestamp>,
}

/// A call of a tool.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// By which its answer names it.
    pub(super) id: String,
    /// The id of the act.
    pub(super) act: String,
    pub(super) agent: String,
    pub(super) place: Place,
    pub(super) tool: String,
    pub(super) input: Json,
    pub(super) usage: Option<Usage>,
}

/// What a tool says.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) ts: Option<Timestamp>,
    pub(super) result: Option<Json>,
    pub(super) error: Option<String>,
}

impl Team {
    pub(super) fn new(episode: String) -> Self {
        Self { episode, ..Self::default() }
    }

    /// A record of the episode.
    pub(super) fn record(&self, id: Option<String>, ts: Option<Timestamp>, body: Body) -> Record {
        Record { episode: Some(self.episode.clone()), id, ts, ..Record::new(body) }
    }

    /// Begins the episode with its task.
    pub(super) fn start(&self, place: Place, task: Option<String>, sink: &mut dyn Sink) {
        let start = EpisodeStart { task, ..EpisodeStart::default() };
        sink.record(place.line, &self.record(None, place.ts, Body::EpisodeStart(start)));
    }

    /// Hands on an act; its parent is the one before, unless it names its own.
    pub(super) fn act(&mut self, id: String, place: Place, action: Action, sink: &mut dyn Sink) {
        let parents = action.parents.clone().unwrap_or_else(|| self.parents());
        let action = Action { parents: Some(parents), ..action };
        sink.record(place.line, &self.record(Some(id.clone()), place.ts, Body::Action(Box::new(action))));
        self.before = Some(id);
    }

    /// Hands on what somebody says to somebody.
    pub(super) fn message(&mut self, id: String, place: Place, message: Message, sink: &mut dyn Sink) {
        let message = Message { parents: Some(self.parents()), ..message };
        sink.record(place.line, &self.record(Some(id.clone()), place.ts, Body::Message(message)));
        self.before = Some(id);
    }

    /// The next act comes from this one, not from the last: a conversation that was taken up again.
    pub(super) fn goes_on_from(&mut self, before: Option<String>) {
        self.before = before;
    }

    /// The last act.
    pub(super) fn last(&self) -> Option<String> {
        self.before.clone()
    }

    /// Takes a call that is to be answered.
    pub(super) fn ask(&mut self, call: Call) {
        self.waiting.push(call);
    }

    /// Hands on the call with this id and its answer; `false` if nobody waits for one.
    pub(super) fn answer(&mut self, id: &str, answer: Answer, sink: &mut dyn Sink) -> bool {
        let Some(at) = self.waiting.iter().position(|it| it.id == id) else { return false };
        let call = self.waiting.remove(at);
        self.called(call, answer, sink);
        true
    }

    /// Hands on what waits, without answers.
    pub(super) fn give_up(&mut self, sink: &mut dyn Sink) {
        for call in std::mem::take(&mut self.waiting) {
            self.called(call, Answer::default(), sink);
        }
    }

    fn called(&mut self, call: Call, answer: Answer, sink: &mut dyn Sink) {
        let Call { act, agent, place, tool, input, usage, .. } = call;
        let dur = place.ts.zip(answer.ts).map(|(from, to)| to.seconds_since(from));
        let action = Action {
            agent,
            action: Some(Payload::from_value(&json!({ "tool": tool, "args": input }))),
            kind: Some("tool".to_owned()),
            result: answer.result.as_ref().map(Payload::from_value),
            dur: dur.filter(|it| *it >= 0.0),
            error: answer.error,
            usage,
            ..Action::default()
        };
        self.act(act, place, action, sink);
    }

    fn parents(&self) -> Vec<String> {
        self.before.clone().into_iter().collect()
    }
}

/// JSON that may stand in a string.
pub(super) fn unquoted(value: &Json) -> Json {
    let inner = value.as_str().and_then(|it| serde_json::from_str::<Json>(it).ok());
    inner.filter(|it| it.is_object() || it.is_array()).unwrap_or_else(|| value.clone())
}

/// A string field; empty if it is missing or something else.
pub(super) fn word(of: &Json, key: &str) -> String {
    of[key].as_str().unwrap_or_default().to_owned()
}

/// Tokens under these two names; `None` if neither is there.
pub(super) fn tokens(of: &Json, input: &str, output: &str) -> Option<Usage> {
    let usage = Usage { input: of[input].as_u64(), output: of[output].as_u64(), cost: None };
    (usage != Usage::default()).then_some(usage)
}

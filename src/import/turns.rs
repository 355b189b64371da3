//! The conversation of one agent with its model and its tools, as logs of coding agents have it.
//!
//! A message of the model follows from what its last message's tools brought back, else from that message. A
//! tool call follows from the message that asked for it. What the user says is what the next message observed.

use serde_json::{Value as Json, json};

use crate::{
    log::{Action, Body, EpisodeStart, Payload, Record, Run, Usage},
    model::Timestamp,
};

/// A conversation so far.
#[derive(Debug)]
pub(super) struct Turns {
    pub(super) episode: String,
    pub(super) agent: String,
    /// What the next message follows from; `None`: that is not known.
    last: Option<Vec<String>>,
    /// The last message of the model.
    message: Option<String>,
    heard: Vec<String>,
}

/// A message of the model.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) time: Option<Timestamp>,
    pub(super) words: String,
    /// Calls of tools in it: `{"name": ..., "arguments": ...}`.
    pub(super) calls: Vec<Json>,
    pub(super) usage: Option<Usage>,
    pub(super) error: Option<String>,
}

/// A call of a tool and what came of it.
#[derive(Debug, Default)]
pub(super) struct Called {
    pub(super) id: String,
    pub(super) time: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) tool: String,
    pub(super) input: Json,
    pub(super) result: Option<Json>,
    pub(super) error: Option<String>,
}

impl Turns {
    /// Of `agent` in `episode`; what it begins with follows from `entry`.
    pub(super) fn new(episode: &str, agent: &str, entry: Option<Vec<String>>) -> Self {
        let (episode, agent) = (episode.to_owned(), agent.to_owned());
        Self { episode, agent, last: entry, message: None, heard: Vec::new() }
    }

    /// A record of the episode.
    pub(super) fn record(&self, id: Option<String>, ts: Option<Timestamp>, body: Body) -> Record {
        Record { episode: Some(self.episode.clone()), id, ts, ..Record::new(body) }
    }

    /// `episode_start` with what the user asks. There is no roster: nobody knows yet which agents come.
    pub(super) fn start(&self, ts: Option<Timestamp>, task: Option<String>) -> Record {
        let start = EpisodeStart { task, ..EpisodeStart::default() };
        self.record(None, ts, Body::EpisodeStart(start))
    }

    /// Takes what the user says.
    pub(super) fn hear(&mut self, words: &str) {
        self.heard.push(words.to_owned());
    }

    /// The act that a message of the model is.
    pub(super) fn say(&mut self, said: Said) -> Record {
        let heard = std::mem::take(&mut self.heard);
        let action = match (said.calls.is_empty(), said.words.is_empty()) {
            (true, _) => Json::from(said.words),
            (false, true) => json!({ "tool_calls": said.calls }),
            (false, false) => json!({ "content": said.words, "tool_calls": said.calls }),
        };
        let action = Action {
            agent: self.agent.clone(),
            action: Some(Payload::from_value(&action)),
            kind: Some("llm".to_owned()),
            parents: self.last.replace(vec![said.id.clone()]),
            obs: (!heard.is_empty()).then(|| Payload::from_text(&heard.join("\n"))),
            usage: said.usage,
            error: said.error,
            ..Action::default()
        };
        self.message = Some(said.id.clone());
        self.record(Some(said.id), said.time, Body::Action(Box::new(action)))
    }

    /// The act that a call of a tool is.
    pub(super) fn call(&mut self, called: Called) -> Record {
        let parents = self.comes_back(&called.id);
        let action = Action {
            agent: self.agent.clone(),
            action: Some(Payload::from_value(&json!({ "tool": called.tool, "args": called.input }))),
            kind: Some("tool".to_owned()),
            parents,
            result: called.result.as_ref().map(Payload::from_value),
            dur: called.time.zip(called.end).map(|(from, to)| to.seconds_since(from)).filter(|it| *it >= 0.0),
            error: called.error,
            ..Action::default()
        };
        self.record(Some(called.id), called.time, Body::Action(Box::new(action)))
    }

    /// Takes something that follows from the last message and from which the next one follows. Returns its
    /// parents.
    pub(super) fn comes_back(&mut self, id: &str) -> Option<Vec<String>> {
        let Some(message) = &self.message else { return self.last.replace(vec![id.to_owned()]) };
        let asked = vec![message.clone()];
        match &mut self.last {
            Some(last) if *last != asked => last.push(id.to_owned()),
            last => *last = Some(vec![id.to_owned()]),
        }
        Some(asked)
    }
}

/// The `run` record of a session that may spread over several files: they share its episode.
pub(super) fn run(session: &str) -> Record {
    Record::new(Body::Run(Run { credit_log: Some(1), run: Some(session.to_owned()), ..Run::default() }))
}

/// An object out of a line; `None` if it is none.
pub(super) fn json_line(line: &[u8]) -> Option<Json> {
    serde_json::from_slice::<Json>(line.trim_ascii()).ok().filter(Json::is_object)
}

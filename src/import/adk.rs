//! Google's ADK: the events of a session, a line each or in the document of the session.
//!
//! An event has its author, the parts of its content and a time; older ones are written `function_call`, newer ones
//! `functionCall`, and both are read. What becomes what:
//!
//! * the first words of `user`: the task; later ones: messages to all
//! * words of an agent: its act, with the tokens of the event
//! * a call of a function and its response: an act of kind `tool` with its result, or with its error if the response has
//!   one
//! * a call that transfers to another agent: a message to it
//! * a session, or an invocation of lines without a session: an episode. There is no reward, and nothing says whether a
//!   session is over

use serde_json::Value as Json;

use super::{
    DocumentReader, Format, Head, HeadObject, LineReader, Reader, Score, Sink, Start,
    document::read_document,
    json::Fields,
    row::task_line,
    team::{Answer, Call, Place, Team, word},
    turns::json_line,
};
use crate::{
    log::{Action, Message, Payload, Problem, Usage},
    model::{Timestamp, rule},
};

/// The row of lines.
pub static EVENTS: Format = Format {
    name: "adk-events",
    title: "ADK events",
    about: "events of Google's ADK, one a line: a file an episode",
    score: |head: &Head<'_>| Score::certain_if(head.objects.iter().any(is_event)),
    reader: Reader::Lines(|start| Box::new(Lines::new(start))),
};

/// The row of documents.
pub static SESSION: Format = Format {
    name: "adk-session",
    title: "ADK session",
    about: "sessions of Google's ADK, one document each: a session an episode",
    score: |head: &Head<'_>| {
        let is_session = |it: &HeadObject<'_>| {
            let is_timed = it.has("last_update_time") || it.has("lastUpdateTime");
            it.has("id")
                && it.has("events")
                && (is_timed || it.has("appName") || it.has("app_name") || it.is_cut)
        };
        let holds = |text: &[u8]| head.holds(text);
        let has_events = holds(b"\"invocation_id\"") || holds(b"\"invocationId\"");
        Score::certain_if(has_events && head.objects.first().is_some_and(is_session))
    },
    reader: Reader::Document(&Sessions),
};

fn is_event(it: &HeadObject<'_>) -> bool {
    it.has("author") && (it.has("invocationId") || it.has("invocation_id"))
}

/// Who gives the task.
const USER: &str = "user";

/// The episode so far.
struct Session {
    team: Team,
    begun: bool,
    acts: u32,
}

impl Session {
    fn new(episode: String) -> Self {
        Self { team: Team::new(episode), begun: false, acts: 0 }
    }

    /// Hands on what an event says.
    fn take(&mut self, event: &Json, line: u32, sink: &mut dyn Sink) {
        let author = word(event, "author");
        if author.is_empty() {
            return;
        }
        let ts = event["timestamp"].as_f64().map(Timestamp::from_seconds);
        let place = Place { line, ts };
        let parts = event["content"]["parts"].as_array().map_or(&[][..], Vec::as_slice);
        let words: Vec<&str> = parts.iter().filter_map(|it| it["text"].as_str()).collect();
        let words = words.join("\n");
        if !std::mem::replace(&mut self.begun, true) {
            let task = (author == USER && !words.is_empty()).then(|| task_line(&words));
            let is_task = task.is_some();
            self.team.start(place, task, sink);
            if is_task {
                return;
            }
        }
        let mut usage = usage(event);
        self.acts += 1;
        let event_id = event["id"].as_str().map_or_else(|| format!("e{}", self.acts), str::to_owned);
        let failed = either(event, "error_message", "errorMessage").as_str().map(str::to_owned);
        if !words.is_empty() || failed.is_some() {
            let (id, content) = (event_id.clone(), Payload::from_text(&words));
            if author == USER {
                let to = vec!["*".to_owned()];
                let said = Message { from: author.clone(), to, content: Some(content), ..Message::default() };
                self.team.message(id, place, said, sink);
            } else {
                let action = Action {
                    agent: author.clone(),
                    action: Some(content),
                    kind: Some("llm".to_owned()),
                    usage: usage.take(),
                    error: failed,
                    ..Action::default()
                };
                self.team.act(id, place, action, sink);
            }
        }
        for (at, part) in parts.iter().enumerate() {
            let act = if at == 0 && words.is_empty() { event_id.clone() } else { format!("{event_id}.{at}") };
            self.part(part, act, &author, place, &mut usage, sink);
        }
    }

    fn part(
        &mut self,
        part: &Json,
        act: String,
        author: &str,
        place: Place,
        usage: &mut Option<Usage>,
        sink: &mut dyn Sink,
    ) {
        let call = either(part, "function_call", "functionCall");
        if let Some(tool) = call["name"].as_str() {
            // Older calls have no ids: their answers follow, by name.
            let id = call["id"].as_str().unwrap_or(tool).to_owned();
            let target = call["args"]["agent_name"].as_str().filter(|_| tool.starts_with("transfer_to"));
            if let Some(target) = target {
                let content = Some(Payload::from_value(&call["args"]));
                let to = vec![target.to_owned()];
                let said = Message { from: author.to_owned(), to, content, ..Message::default() };
                self.team.message(act, place, said, sink);
                return;
            }
            let (agent, tool, input) = (author.to_owned(), tool.to_owned(), call["args"].clone());
            self.team.ask(Call { id, act, agent, place, tool, input, usage: usage.take() });
        }
        let response = either(part, "function_response", "functionResponse");
        if let Some(tool) = response["name"].as_str() {
            let said = &response["response"];
            let error = said.get("error").filter(|it| !it.is_null());
            let error = error.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
            let answer = Answer { ts: place.ts, result: Some(said.clone()), error };
            self.team.answer(response["id"].as_str().unwrap_or(tool), answer, sink);
        }
    }
}

fn either<'a>(of: &'a Json, old: &str, new: &str) -> &'a Json {
    let found = &of[old];
    if found.is_null() { &of[new] } else { found }
}

fn usage(event: &Json) -> Option<Usage> {
    let of = either(event, "usage_metadata", "usageMetadata");
    let count = |old: &str, new: &str| either(of, old, new).as_u64();
    let input = count("prompt_token_count", "promptTokenCount");
    let output = count("candidates_token_count", "candidatesTokenCount");
    (input.or(output).is_some()).then_some(Usage { input, output, cost: None })
}

/// Reads lines.
struct Lines(Session);

impl Lines {
    fn new(start: &Start<'_>) -> Self {
        Self(Session::new(start.name.to_owned()))
    }
}

impl LineReader for Lines {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let line = line.trim_ascii();
        match json_line(line) {
            Some(json) => self.0.take(&json, number, sink),
            None if line.is_empty() => {}
            None => {
                sink.problem(Problem::new(rule::BAD_JSON, 0, "the line is no event: it is not a JSON object"))
            }
        }
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            self.0.team.give_up(sink);
        }
    }
}

/// Reads documents.
struct Sessions;

impl DocumentReader for Sessions {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let root = Fields::of(root);
            let mut session = Session::new(root.text("id").unwrap_or_else(|| name.to_owned()));
            for raw in root.items("events") {
                if let Ok(event) = serde_json::from_str::<Json>(raw) {
                    session.take(&event, places.line(raw), sink);
                }
            }
            session.team.give_up(sink);
            if !session.begun {
                sink.problem(Problem::new(rule::MISSING_FIELD, 0, "the session has no events"));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{
        spans::tests::{shown, told},
        tests::Collected,
    };

    #[test]
    fn lines_in_camel_case() {
        let file = r#"{"author":"user","invocationId":"i","id":"0","content":{"parts":[{"text":"Roll."}],"role":"user"},"timestamp":1.0}
{"author":"root","invocationId":"i","id":"1","content":{"parts":[{"functionCall":{"id":"t","args":{"agent_name":"roller"},"name":"transfer_to_agent"}}]},"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1},"timestamp":2.0}
{"author":"root","invocationId":"i","id":"2","content":{"parts":[{"functionResponse":{"id":"t","name":"transfer_to_agent","response":{"result":null}}}]},"timestamp":2.5}
{"author":"roller","invocationId":"i","id":"3","content":{"parts":[{"text":"I roll."},{"functionCall":{"id":"c","args":{"sides":6},"name":"roll"}}]},"timestamp":3.0}
{"author":"roller","invocationId":"i","id":"4","content":{"parts":[{"functionResponse":{"id":"c","name":"roll","response":{"error":"no dice"}}}]},"timestamp":4.0}
not json
"#;
        let mut reader = Lines::new(&Start { name: "d/one", map: None, beside: None });
        let (records, problems) = told(&mut reader, file);
        assert_eq!(problems, ["bad-json: the line is no event: it is not a JSON object"]);
        assert_eq!((EVENTS.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        assert_eq!(
            records,
            [
                "1 start d/one: Roll. ()",
                "2 1 root -> roller < : {agent_name: roller}",
                "4 3 roller llm < 1: I roll.",
                "4 3.1 roller tool < 3: roll(sides=6) = {error: no dice} ! no dice",
            ]
        );
    }

    #[test]
    fn a_session_in_snake_case() {
        let file = r#"{"id": "s1", "events": [
  {"invocation_id": "i", "author": "user", "content": {"parts": [{"text": "Sum it."}]}, "id": "a", "timestamp": 1.5},
  {"invocation_id": "i", "author": "adder", "id": "b", "timestamp": 2.5,
   "content": {"parts": [{"function_call": {"args": {"x": 1}, "name": "add"}}]}},
  {"invocation_id": "i", "author": "adder", "id": "c", "timestamp": 3.0,
   "content": {"parts": [{"function_response": {"name": "add", "response": {"result": 2}}}]}}
], "last_update_time": 3.0}"#;
        assert_eq!((SESSION.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        let collected = Collected::of(|sink| Sessions.read(file.as_bytes(), "d/one", sink));
        let (records, problems) = shown(&collected);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(records, ["2 start s1: Sum it. ()", "3 b adder tool < : add(x=1) = {result: 2}"]);
    }
}

//! AG2: `runtime.log` of its file logger, and the result of a chat.
//!
//! A log has a line per event, some of them very long (an agent with all its state), between words of the logger. A
//! message stands in it once for every agent that receives it: the team's manager first, then all others. What becomes
//! what:
//!
//! * the first message: the task
//! * a message that an agent sends: its act, at the first line that receives it; the answer of its model just before
//!   gives it cost, tokens and time
//! * the result of a chat: `chat_history` as a list of a team's messages is, `summary` as the answer, the cost

use serde_json::{Value as Json, json};

use super::{
    DocumentReader, Format, Head, HeadObject, LineReader, Reader, Score, Sink, Start,
    chat::moment,
    document::read_document,
    json::Fields,
    row::task_line,
    team::{Place, Team, unquoted, word},
    turns::json_line,
};
use crate::{
    log::{Action, Body, EpisodeEnd, Metric, Payload, Problem, Usage},
    model::{Timestamp, rule},
};

/// The row of logs.
pub static LOG: Format = Format {
    name: "ag2",
    title: "AG2 log",
    about: "runtime logs of AG2 (`runtime.log` of the file logger): a file an episode",
    score: |head: &Head<'_>| {
        let is_event = |it: &HeadObject<'_>| it.has("event_name") && it.has("json_state");
        let is_agent =
            |it: &HeadObject<'_>| it.has("agent_name") && it.has("wrapper_id") && it.has("session_id");
        Score::certain_if(head.objects.iter().any(|it| is_event(it) || is_agent(it)))
    },
    reader: Reader::Lines(|start| Box::new(Lines::new(start))),
};

/// The row of results.
pub static RESULT: Format = Format {
    name: "ag2-result",
    title: "AG2 chat result",
    about: "results of AG2 chats (`ChatResult`), one document: a chat an episode",
    score: |head: &Head<'_>| {
        let is_result = |it: &HeadObject<'_>| it.has("chat_history") && (it.has("summary") || it.is_cut);
        Score::certain_if(head.objects.first().is_some_and(is_result))
    },
    reader: Reader::Document(&Results),
};

/// Reads lines.
struct Lines {
    team: Team,
    begun: bool,
    acts: u32,
    /// The author and the words that were told last.
    last: (String, Json),
    /// The last answer of a model, until its agent sends it.
    answer: Option<Json>,
}

impl Lines {
    fn new(start: &Start<'_>) -> Self {
        let team = Team::new(start.name.to_owned());
        Self { team, begun: false, acts: 0, last: Default::default(), answer: None }
    }

    /// Takes a message that somebody received.
    fn take(&mut self, event: &Json, line: u32, sink: &mut dyn Sink) {
        let state = unquoted(&event["json_state"]);
        let message = &state["message"];
        // What a manager passes on keeps the name of who said it.
        let author = message["name"].as_str().or(state["sender"].as_str()).unwrap_or_default().to_owned();
        let words = if message.is_object() { &message["content"] } else { message };
        let said = (author.clone(), words.clone());
        if author.is_empty() || said == self.last {
            return;
        }
        self.last = said;
        let place = Place { line, ts: event["timestamp"].as_str().and_then(moment) };
        if !std::mem::replace(&mut self.begun, true) {
            return self.team.start(place, words.as_str().map(task_line), sink);
        }
        let answer = self.answer.take().filter(|it| word(it, "source_name") == author);
        let id = format!("m{}", self.acts);
        self.acts += 1;
        let mut action =
            Action { agent: author, action: Some(Payload::from_value(words)), ..Action::default() };
        let mut place = place;
        if let Some(answer) = answer {
            let ts = |key: &str| -> Option<Timestamp> { answer[key].as_str().and_then(moment) };
            let (from, to) = (ts("start_time"), ts("end_time"));
            action.kind = Some("llm".to_owned());
            action.usage = usage(&answer);
            action.dur = from.zip(to).map(|(from, to)| to.seconds_since(from)).filter(|it| *it >= 0.0);
            place.ts = from.or(place.ts);
        }
        let calls = message["tool_calls"].as_array().filter(|it| !it.is_empty());
        if let Some(calls) = calls {
            action.action = Some(Payload::from_value(&json!({ "content": words, "tool_calls": calls })));
        }
        self.team.act(id, place, action, sink);
    }
}

/// Tokens stand in the repr of a Python object: `usage=CompletionUsage(completion_tokens=3, prompt_tokens=4, ...)`.
fn usage(answer: &Json) -> Option<Usage> {
    let response = answer["response"].as_str().unwrap_or_default();
    let count = |key: &str| -> Option<u64> {
        let rest = response.split_once(&format!("{key}="))?.1;
        rest[..rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
    };
    let cost = answer["cost"].as_f64().filter(|it| *it != 0.0);
    let usage = Usage { input: count("prompt_tokens"), output: count("completion_tokens"), cost };
    (usage != Usage::default()).then_some(usage)
}

impl LineReader for Lines {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        // An agent's line is its whole state: nothing of it is needed, and it may be a megabyte.
        let is_agent = line.starts_with(b"{")
            && memchr::memmem::find(&line[..line.len().min(256)], b"\"agent_name\"").is_some();
        if is_agent {
            return;
        }
        let Some(json) = json_line(line) else { return };
        if json["event_name"] == "received_message" {
            self.take(&json, number, sink);
        } else if json.get("invocation_id").is_some() {
            self.answer = Some(json);
        }
    }
}

/// Reads results.
struct Results;

impl DocumentReader for Results {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let root = Fields::of(root);
            let mut team = Team::new(name.to_owned());
            let history = root.items("chat_history");
            for (at, raw) in history.iter().enumerate() {
                let message = Fields::of(raw);
                let place = Place { line: places.line(raw), ts: None };
                if at == 0 {
                    team.start(place, message.text("content").map(|it| task_line(&it)), sink);
                    continue;
                }
                let agent = message.text("name").or_else(|| message.text("role"));
                let calls =
                    message.has("tool_calls").then(|| Payload::from_json((*raw).to_owned())).flatten();
                let action = Action {
                    agent: agent.unwrap_or_else(|| "agent".to_owned()),
                    action: calls.or_else(|| message.payload("content")),
                    ..Action::default()
                };
                team.act(format!("m{}", at - 1), place, action, sink);
            }
            if history.is_empty() {
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, "the chat has no history"));
            }
            let cost = root.object("cost").object("usage_including_cached_inference").number("total_cost");
            if let Some(cost) = cost.filter(|it| *it != 0.0) {
                let metric = Metric { values: vec![("cost".to_owned(), cost)], ..Metric::default() };
                sink.record(1, &team.record(None, None, Body::Metric(metric)));
            }
            let reason = Some("the chat has ended".to_owned());
            let end = EpisodeEnd { reason, answer: root.text("summary"), ..EpisodeEnd::default() };
            sink.record(1, &team.record(None, None, Body::EpisodeEnd(end)));
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
    fn a_log_with_a_manager() {
        let received = |who: &str, state: &str| {
            format!(
                r#"{{"source_id": 1, "source_name": "{who}", "event_name": "received_message", "json_state": "{}", "timestamp": "2026-01-01 00:00:02.5"}}"#,
                state.replace('"', "\\\"")
            )
        };
        let file = [
            "Started new session with Session ID: x".to_owned(),
            r#"{"id": 1, "agent_name": "coder", "wrapper_id": 2, "session_id": "x", "args": "{}"}"#.to_owned(),
            received("manager", r#"{"message": "Dig", "sender": "user"}"#),
            received("coder", r#"{"message": {"content": "Dig", "name": "user"}, "sender": "manager"}"#),
            r#"{"invocation_id": "i", "response": "namespace(usage=namespace(prompt_tokens=7, completion_tokens=2))", "cost": 0.5, "start_time": "2026-01-01 00:00:03", "end_time": "2026-01-01 00:00:04", "source_name": "coder"}"#.to_owned(),
            received("manager", r#"{"message": "x=5", "sender": "coder"}"#),
            received("critic", r#"{"message": {"content": "x=5", "name": "coder"}, "sender": "manager"}"#),
            received("manager", r#"{"message": "no", "sender": "critic"}"#),
        ];
        let file = file.join("\n");
        let mut reader = Lines::new(&Start { name: "d/log", map: None, beside: None });
        let (records, problems) = told(&mut reader, &file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((LOG.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        assert_eq!(
            records,
            ["3 start d/log: Dig ()", "6 m0 coder llm < : x=5 [7+2]", "8 m1 critic  < m0: no"]
        );
    }

    #[test]
    fn a_result() {
        let file = r#"{"chat_history": [
  {"content": "Dig", "role": "assistant", "name": "user"},
  {"content": "dry", "role": "user", "name": "digger"}
], "summary": "dry", "cost": {"usage_including_cached_inference": {"total_cost": 0.25}}}"#;
        assert_eq!((RESULT.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        let (records, problems) = shown(&Collected::of(|sink| Results.read(file.as_bytes(), "d/r", sink)));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            [
                "2 start d/r: Dig ()",
                "3 m0 digger  < : dry",
                "1 metric all [(\"cost\", 0.25)]",
                "1 end - the chat has ended: dry",
            ]
        );
    }
}

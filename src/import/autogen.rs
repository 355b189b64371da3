//! AutoGen: the messages of a team (`run_stream` of AgentChat), and the events of its runtime (autogen-core's log).
//!
//! Both hold the same messages `{id, source, type, content, models_usage, created_at}`: a line each in a stream, inside
//! the payload of envelopes in a log, where each stands once for who sends it and once for every one who gets it. What
//! becomes what:
//!
//! * the first words of `user`: the task; later ones: messages to the team
//! * what an agent says: its act, with tokens; a thought: an act of kind `plan`; words to one agent: a message
//! * calls of tools and their results: acts of kind `tool`, with error
//! * the result of the team (all messages again, `stop_reason`): the end of the episode. Why a team stops does not say
//!   whether it was right
//! * words of a logger between the events are passed over
//!
//! A saved state (`save_state`) holds the thread of the team's manager: the same messages, without an end. What single
//! agents remember is in it once more, and is not read.

use serde_json::Value as Json;

use super::{
    DocumentReader, Format, Head, LineReader, Reader, Score, Sink,
    document::read_document,
    json::Fields,
    recent::Recent,
    row::task_line,
    team::{Answer, Call, Place, Team, tokens, unquoted, word},
    turns::json_line,
};
use crate::{
    log::{Action, Body, EpisodeEnd, Message, Payload, Problem, timestamp_from_text},
    model::rule,
};

/// The row of streams.
pub static CHAT: Format = Format {
    name: "autogen",
    title: "AutoGen team",
    about: "messages of AutoGen teams (`run_stream` of AgentChat, Magentic-One), one a line: each run an episode",
    score: |head: &Head<'_>| Score::certain_if(head.objects.iter().any(is_message)),
    reader: Reader::Lines(|start| Box::new(Lines::new(start.name))),
};

/// The row of logs.
pub static CORE: Format = Format {
    name: "autogen-core",
    title: "AutoGen events",
    about: "event logs of autogen-core (`EVENT_LOGGER_NAME`), JSON between words of the logger: each run an episode",
    score: |head: &Head<'_>| {
        let is_event = |it: &super::HeadObject<'_>| it.has("delivery_stage") && it.has("sender");
        Score::certain_if(head.objects.iter().any(is_event))
    },
    reader: Reader::Lines(|start| Box::new(Lines::new(start.name))),
};

/// The row of saved states.
pub static STATE: Format = Format {
    name: "autogen-state",
    title: "AutoGen state",
    about: "saved states of AutoGen teams (`save_state`), one document: what was said until then is an episode",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        Score::certain_if(
            first.is_some_and(|it| it.has("agent_states") && (it.has("type") || it.has("version"))),
        )
    },
    reader: Reader::Document(&State),
};

/// Of so many messages it is known that they were told. A message comes again when it is delivered, and at the end of
/// its run.
const KNOWN: usize = 1 << 16;

fn is_message(it: &super::HeadObject<'_>) -> bool {
    it.has("source") && it.has("models_usage") && it.has("type")
}

/// Who gives the task.
const USER: &str = "user";

/// Reads lines of either kind.
struct Lines {
    name: String,
    team: Team,
    /// How many runs have begun.
    runs: u32,
    /// Whether the last of them still goes on.
    open: bool,
    /// Ids of messages that were told.
    told: Recent,
}

impl Lines {
    fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, team: Team::default(), runs: 0, open: false, told: Recent::new(KNOWN) }
    }
}

impl LineReader for Lines {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let Some(json) = json_line(line) else { return };
        match json["type"].as_str() {
            Some("Message") if json.get("delivery_stage").is_some() => {
                // Some payloads are objects that could not be written.
                let payload = unquoted(&json["payload"]);
                let inner = payload["response"]["inner_messages"].as_array();
                let listed = payload["messages"].as_array().into_iter().flatten();
                let listed = listed.chain(inner.into_iter().flatten());
                for message in listed.chain([&payload["message"], &payload["response"]["chat_message"]]) {
                    self.take(message, number, sink);
                }
            }
            None if json.get("messages").is_some() => {
                for message in json["messages"].as_array().into_iter().flatten() {
                    self.take(message, number, sink);
                }
                self.end(&json, number, sink);
            }
            _ => self.take(&json, number, sink),
        }
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            self.team.give_up(sink);
        }
    }
}

impl Lines {
    /// Hands on a message that is new.
    fn take(&mut self, message: &Json, line: u32, sink: &mut dyn Sink) {
        let (agent, kind) = (word(message, "source"), word(message, "type"));
        if agent.is_empty() || kind.is_empty() {
            return;
        }
        // Of older versions without ids what stands in the result a second time cannot be told, so it is not.
        let id = message["id"].as_str().map_or_else(|| format!("l{line}"), str::to_owned);
        if !self.told.insert(&id) {
            return;
        }
        let ts = message["created_at"].as_str().and_then(timestamp_from_text);
        let place = Place { line, ts };
        if !self.open {
            self.open = true;
            self.runs += 1;
            let nth = if self.runs == 1 { String::new() } else { format!("#{}", self.runs) };
            self.team = Team::new(format!("{}{nth}", self.name));
            let task = message["content"].as_str().filter(|_| agent == USER).map(task_line);
            let is_task = task.is_some();
            self.team.start(place, task, sink);
            if is_task {
                return;
            }
        }
        let usage = tokens(&message["models_usage"], "prompt_tokens", "completion_tokens");
        let content = &message["content"];
        match kind.as_str() {
            "ModelClientStreamingChunkEvent" => {}
            "ToolCallRequestEvent" => {
                let mut usage = usage;
                for (at, call) in content.as_array().into_iter().flatten().enumerate() {
                    self.team.ask(Call {
                        id: word(call, "id"),
                        act: if at == 0 { id.clone() } else { format!("{id}.{}", at + 1) },
                        agent: agent.clone(),
                        place,
                        tool: word(call, "name"),
                        input: unquoted(&call["arguments"]),
                        usage: usage.take(),
                    });
                }
            }
            "ToolCallExecutionEvent" => {
                for said in content.as_array().into_iter().flatten() {
                    let error = said["is_error"].as_bool().unwrap_or_default().then(|| word(said, "content"));
                    let answer = Answer { ts, result: Some(said["content"].clone()), error };
                    self.team.answer(&word(said, "call_id"), answer, sink);
                }
            }
            _ if agent == USER || message.get("target").is_some() => {
                let to = message["target"].as_str().unwrap_or("*").to_owned();
                let content = Some(Payload::from_value(content));
                self.team.message(
                    id,
                    place,
                    Message { from: agent, to: vec![to], content, ..Message::default() },
                    sink,
                );
            }
            _ => {
                let kind = match kind.as_str() {
                    "ThoughtEvent" => "plan",
                    "ToolCallSummaryMessage" => "summary",
                    _ => "llm",
                };
                let action = Action {
                    agent,
                    action: Some(Payload::from_value(content)),
                    kind: Some(kind.to_owned()),
                    usage,
                    ..Action::default()
                };
                self.team.act(id, place, action, sink);
            }
        }
    }

    /// Hands on the end of a run.
    fn end(&mut self, result: &Json, line: u32, sink: &mut dyn Sink) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        self.team.give_up(sink);
        let last = result["messages"].as_array().and_then(|it| it.last()?["content"].as_str());
        let end = EpisodeEnd {
            reason: result["stop_reason"].as_str().map(str::to_owned),
            answer: last.map(str::to_owned),
            ..EpisodeEnd::default()
        };
        sink.record(line, &self.team.record(None, None, Body::EpisodeEnd(end)));
    }
}

/// Reads saved states.
struct State;

impl DocumentReader for State {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let (mut lines, mut count) = (Lines::new(name), 0);
            for (_, state) in Fields::of(root).object("agent_states").iter() {
                for raw in Fields::of(state).items("message_thread") {
                    let Ok(mut message) = serde_json::from_str::<Json>(raw) else { continue };
                    count += 1;
                    if message["id"].is_null() && message.is_object() {
                        message["id"] = format!("t{count}").into();
                    }
                    lines.take(&message, places.line(raw), sink);
                }
            }
            lines.team.give_up(sink);
            if count == 0 {
                let message = "no state has a `message_thread`: who said what in which order is not in it";
                sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    fn read(file: &str, format: &Format) -> Vec<String> {
        let mut reader = Lines::new("d/one");
        let (records, problems) = told(&mut reader, file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((format.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        records
    }

    #[test]
    fn a_stream() {
        let file = r#"{"id":"1","source":"user","models_usage":null,"created_at":"2026-01-01T00:00:00Z","content":"Dig a well.","type":"TextMessage"}
{"id":"2","source":"scout","models_usage":{"prompt_tokens":3,"completion_tokens":2},"created_at":"2026-01-01T00:00:01Z","content":[{"id":"c1","arguments":"{\"at\":1}","name":"probe"},{"id":"c2","arguments":"{}","name":"wait"}],"type":"ToolCallRequestEvent"}
{"id":"3","source":"scout","models_usage":null,"created_at":"2026-01-01T00:00:02Z","content":[{"content":"rock","name":"probe","call_id":"c1","is_error":true}],"type":"ToolCallExecutionEvent"}
{"id":"4","source":"scout","models_usage":null,"created_at":"2026-01-01T00:00:03Z","content":"over to you","target":"digger","type":"HandoffMessage"}
{"id":"5","source":"digger","models_usage":null,"created_at":"2026-01-01T00:00:03Z","content":"a","type":"ModelClientStreamingChunkEvent"}
{"id":"6","source":"digger","models_usage":{"prompt_tokens":9,"completion_tokens":1},"created_at":"2026-01-01T00:00:04Z","content":"Dry.","type":"TextMessage"}
{"messages":[{"id":"1","source":"user","content":"Dig a well.","type":"TextMessage"},{"id":"6","source":"digger","content":"Dry.","type":"TextMessage"}],"stop_reason":"Maximum number of turns 2 reached."}
{"id":"7","source":"user","models_usage":null,"created_at":"2026-01-01T00:01:00Z","content":"Again.","type":"TextMessage"}
"#;
        assert_eq!(
            read(file, &CHAT),
            [
                "1 start d/one: Dig a well. ()",
                "2 2 scout tool < : probe(at=1) = rock [3+2] ! rock",
                "4 4 scout -> digger < 2: over to you",
                "6 6 digger llm < 4: Dry. [9+1]",
                "2 2.2 scout tool < 6: wait()",
                "7 end - Maximum number of turns 2 reached.: Dry.",
                "8 start d/one#2: Again. ()",
            ]
        );
    }

    #[test]
    fn a_saved_state() {
        let file = include_str!("../../tests/data/formats/autogen/state.json");
        assert_eq!((STATE.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        let read = |file: &str| {
            let collected =
                crate::import::tests::Collected::of(|sink| State.read(file.as_bytes(), "d/one", sink));
            crate::import::spans::tests::shown(&collected)
        };
        let (records, problems) = read(file);
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        assert_eq!(
            records,
            [
                "start d/one: Dig a well. ()",
                "m2 scout tool < : probe(at=1) = rock [3+2] ! rock",
                "m4 digger llm < m2: Dry. [9+1]",
            ]
        );
        assert_eq!(read("{\"agent_states\": {}}").1.len(), 1);
    }

    #[test]
    fn a_log_tells_each_message_many_times() {
        let message = r#"{\"id\":\"m\",\"source\":\"scout\",\"models_usage\":null,\"content\":\"Dry.\",\"type\":\"TextMessage\"}"#;
        let task = r#"{\"id\":\"t\",\"source\":\"user\",\"models_usage\":null,\"content\":\"Dig.\",\"type\":\"TextMessage\"}"#;
        let envelope = |payload: &str, stage: &str| {
            format!(
                r#"{{"payload": "{payload}", "sender": "scout_1/1", "receiver": null, "kind": "MessageKind.PUBLISH", "delivery_stage": "DeliveryStage.{stage}", "type": "Message"}}"#
            )
        };
        let file = [
            envelope(&format!(r#"{{\"messages\":[{task}]}}"#), "SEND"),
            envelope(&format!(r#"{{\"messages\":[{task}]}}"#), "DELIVER"),
            "a word of the logger".to_owned(),
            envelope("Message could not be serialized", "SEND"),
            envelope(&format!(r#"{{\"message\":{message}}}"#), "SEND"),
            envelope(
                &format!(r#"{{\"response\":{{\"chat_message\":{message},\"inner_messages\":[]}}}}"#),
                "DELIVER",
            ),
        ];
        assert_eq!(read(&file.join("\n"), &CORE), ["1 start d/one: Dig. ()", "5 m scout llm < : Dry."]);
    }
}

//! Sessions of Gemini CLI: one document, `{sessionId, projectHash, messages}`, rewritten as it grows.
//!
//! A message of the model holds its tool calls with their results. There is one agent.

use serde_json::{Value as Json, json};

use super::{
    Format, Head, LineReader, Reader, Score, Sink,
    turns::{Called, Said, Turns},
    values::{Value, Values},
};
use crate::{
    log::{Problem, Usage, timestamp_from_text},
    model::{Timestamp, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "gemini",
    title: "Gemini CLI",
    about: "sessions of Gemini CLI (`~/.gemini/tmp/*/chats`), one document each: each session an episode",
    score,
    reader: Reader::Lines(|_| Box::new(Session::default())),
};

fn score(head: &Head<'_>) -> Score {
    let is_session = |it: &super::HeadObject<'_>| it.has("sessionId") && it.has("projectHash");
    Score::certain_if(head.objects.first().is_some_and(is_session))
}

/// Reads documents, as their lines come.
#[derive(Default)]
struct Session(Values);

impl LineReader for Session {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let problems =
            self.0.read(line, number, &mut |value, problems| problems.extend(session(&value, sink).err()));
        problems.into_iter().for_each(|it| sink.problem(it));
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            let mut lost = Vec::new();
            let problem = self.0.finish(&mut |value, _| lost.extend(session(&value, sink).err()));
            problem.into_iter().chain(lost).for_each(|it| sink.problem(it));
        }
    }
}

/// Hands on what a document says.
fn session(value: &Value<'_>, sink: &mut dyn Sink) -> Result<(), Problem> {
    let bad = |it| Problem::new(rule::BAD_JSON, 0, format!("no session: {it}"));
    let json: Json = serde_json::from_str(value.text).map_err(bad)?;
    let text = |it: &Json| it.as_str().unwrap_or_default().to_owned();
    let time = |it: &Json| -> Option<Timestamp> { it.as_str().and_then(timestamp_from_text) };
    let lines = value.lines_of("id");
    let line = |id: &str| lines.get(id).copied().unwrap_or_else(|| value.line());
    let mut turns = Turns::new(&text(&json["sessionId"]), "gemini", Some(Vec::new()));
    let messages = json["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let task = messages.iter().find(|it| it["type"] == "user").map(|it| plain(&it["content"]));
    sink.record(value.line(), &turns.start(time(&json["startTime"]), task));
    for message in messages {
        let words = plain(&message["content"]);
        let (id, at) = (text(&message["id"]), time(&message["timestamp"]));
        match message["type"].as_str() {
            Some("user") => turns.hear(&words),
            Some("gemini") => {
                let calls = message["toolCalls"].as_array().map_or(&[][..], Vec::as_slice);
                let asked = calls.iter().map(|it| json!({ "name": it["name"], "arguments": it["args"] }));
                let count = |key: &str| message["tokens"][key].as_u64();
                let usage = Usage { input: count("input"), output: count("output"), cost: None };
                let usage = (usage != Usage::default()).then_some(usage);
                let said =
                    Said { id: id.clone(), time: at, words, calls: asked.collect(), usage, error: None };
                sink.record(line(&id), &turns.say(said));
                for call in calls {
                    let failed = matches!(call["status"].as_str(), Some("error" | "cancelled"));
                    let result =
                        call["result"].get(0).and_then(|it| it.get("functionResponse")?.get("response"));
                    let why = result
                        .and_then(|it| it["error"].as_str())
                        .map(|it| it.lines().next().unwrap_or("").to_owned());
                    let called = Called {
                        id: text(&call["id"]),
                        time: at,
                        end: time(&call["timestamp"]),
                        tool: text(&call["name"]),
                        input: call["args"].clone(),
                        result: result.map(|it| it.get("output").unwrap_or(it).clone()),
                        error: failed.then(|| why.unwrap_or_else(|| text(&call["status"]))),
                    };
                    sink.record(line(&called.id.clone()), &turns.call(called));
                }
            }
            Some("error") => {
                let said = Said { id: id.clone(), time: at, error: Some(words), ..Said::default() };
                sink.record(line(&id), &turns.say(said));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A text, or the texts among the parts of a list.
fn plain(content: &Json) -> String {
    match content {
        Json::Array(parts) => {
            parts.iter().filter_map(|it| it["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn messages_with_their_calls() {
        let file = r#"{
  "sessionId": "s", "projectHash": "h", "startTime": "2026-01-01T00:00:00Z",
  "messages": [
    {"id": "1", "timestamp": "2026-01-01T00:00:00Z", "type": "user", "content": "Tidy up"},
    {"id": "2", "timestamp": "2026-01-01T00:00:01Z", "type": "gemini", "content": "I look.", "model": "mini",
     "tokens": {"input": 5, "output": 2, "total": 7},
     "toolCalls": [
       {"id": "c1", "name": "ls", "args": {"path": "."}, "status": "error", "timestamp": "2026-01-01T00:00:02Z",
        "result": [{"functionResponse": {"response": {"error": "no such folder"}}}]}
     ]},
    {"id": "3", "timestamp": "2026-01-01T00:00:03Z", "type": "info", "content": "update"},
    {"id": "4", "timestamp": "2026-01-01T00:00:04Z", "type": "gemini", "content": "Done."}
  ]
}"#;
        let (records, problems) = told(&mut Session::default(), file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            [
                "1 start s: Tidy up ()",
                "5 2 gemini llm < : [ls(path=.)] [5+2]",
                "8 c1 gemini tool < 2: ls(path=.) = {error: no such folder} ! no such folder",
                "12 4 gemini llm < c1: Done.",
            ]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }
}

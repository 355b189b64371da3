//! Sessions of Codex: rollout files (`~/.codex/sessions`), and what `codex exec --json` prints.
//!
//! A rollout line is `{timestamp, type, payload}`. A message of the model is what stands between two results of
//! tools: reasoning, words, calls. Words stand there twice (`response_item` and `event_msg`) and count once.
//! `token_count` gives the tokens of the last call beside a running total; one that repeats the total says
//! nothing new. A thread that `spawn_agent` began has a file of its own, which repeats what its parent had said
//! (with earlier times): it is an agent of the parent's episode, and follows from that call.
//!
//! A run of `exec` has ended when its turn has. A rollout may go on with the next question of the user: it has ended when
//! the model said its last word and nothing was written for a while.
//!
//! What `exec` prints has no times, and the tokens of a whole turn, which go to its last message.

use std::{sync::Arc, time::Duration};

use serde_json::{Value as Json, json};

use super::{
    Beside, Format, Head, LineReader, Reader, Score, Sink, Start,
    turns::{Called, Said, Turns, json_line, run},
};
use crate::{
    log::{Body, EpisodeEnd, Message, Payload, Problem, Usage, timestamp_from_text},
    model::{Timestamp, rule},
};

/// The agent whose session it is.
const LEAD: &str = "codex";

/// A rollout that says nothing for this long is not waited for.
const OVER: Duration = Duration::from_secs(600);

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "codex",
    title: "Codex",
    about: "sessions of Codex (`~/.codex/sessions`) and what `codex exec --json` prints: each session an episode, with spawned threads",
    score,
    reader: Reader::Lines(|start| Box::new(Session::new(start))),
};

fn score(head: &Head<'_>) -> Score {
    let of = |it: &super::HeadObject<'_>| {
        let kind = it.text("type");
        let kind = kind.as_deref().unwrap_or_default();
        let rollout = it.has("timestamp") && it.has("payload");
        match kind {
            "session_meta" if rollout => Score::CERTAIN,
            "response_item" | "event_msg" | "turn_context" if rollout => Score::CERTAIN,
            "thread.started" => Score::CERTAIN,
            "item.started" | "item.completed" | "turn.completed" => Score::LIKELY,
            _ => Score::NONE,
        }
    };
    head.objects.iter().map(of).max().unwrap_or(Score::NONE)
}

/// Reads one file.
struct Session {
    /// The file, for what has no id.
    name: String,
    beside: Option<Arc<dyn Beside>>,
    turns: Option<Turns>,
    /// Whether its run and its episode were told.
    run: bool,
    begun: bool,
    /// Lines before this are the parent's, which the file repeats.
    since: Option<Timestamp>,
    /// The call that spawned this thread, if it was spawned.
    spawn: Option<String>,
    /// The message that is being read.
    message: Option<(u32, Said)>,
    /// Calls without a result, with their lines.
    open: Vec<(u32, Called)>,
    /// Tokens that were told before their message; the total then.
    tokens: Option<Usage>,
    total: Option<Json>,
    /// The last words of the model and of the user: they stand twice.
    last_words: String,
    last_heard: String,
    /// Messages so far, and what their ids begin with: they have none of their own.
    count: u32,
    prefix: String,
    /// The line and the time of the model's last word, if nothing has come after it.
    last_word: Option<(u32, Option<Timestamp>)>,
    /// The turn of a run of `exec` has ended; the end was told.
    turn_ended: bool,
    ended: bool,
}

impl Session {
    fn new(start: &Start<'_>) -> Self {
        Self {
            name: start.name.to_owned(),
            beside: start.beside.cloned(),
            turns: None,
            run: false,
            begun: false,
            since: None,
            spawn: None,
            message: None,
            open: Vec::new(),
            tokens: None,
            total: None,
            last_words: String::new(),
            last_heard: String::new(),
            count: 0,
            prefix: LEAD.to_owned(),
            last_word: None,
            turn_ended: false,
            ended: false,
        }
    }

    fn turns(&mut self) -> &mut Turns {
        let name = &self.name;
        self.turns.get_or_insert_with(|| Turns::new(name, LEAD, Some(Vec::new())))
    }

    /// What the first line says of the session.
    fn meta(&mut self, payload: &Json) {
        if self.turns.is_some() {
            return;
        }
        let text = |it: &Json| it.as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        let id = text(&payload["id"]).unwrap_or_else(|| self.name.clone());
        let spawn = &payload["source"]["subagent"]["thread_spawn"];
        let Some(parent) = text(&spawn["parent_thread_id"]) else {
            self.turns = Some(Turns::new(&id, LEAD, Some(Vec::new())));
            return;
        };
        let named = ["agent_nickname", "agent_role"].iter().find_map(|it| text(&spawn[*it]));
        self.since = text(&payload["timestamp"]).and_then(|it| timestamp_from_text(&it));
        self.spawn = text(&spawn["spawn_call_id"]);
        let agent = named.unwrap_or_else(|| id.chars().take(8).collect());
        self.turns = Some(Turns::new(&parent, &agent, self.spawn.clone().map(|it| vec![it])));
        // The ids of threads that begin together differ at their ends.
        self.prefix = id.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
        // It does not begin the episode.
        self.begun = true;
    }

    /// What the parent said, as a spawned thread repeats it: the call names this agent.
    fn repeated(&mut self, payload: &Json) {
        if payload["call_id"].as_str() == self.spawn.as_deref() && payload["type"] == "function_call" {
            let input = arguments(&payload["arguments"]);
            let named = ["task_name", "name", "agent_type"].iter().find_map(|it| input[*it].as_str());
            if let (Some(name), Some(turns)) = (named, &mut self.turns) {
                turns.agent = name.to_owned();
            }
        }
    }

    fn begin(&mut self, line: u32, time: Option<Timestamp>, task: Option<&str>, sink: &mut dyn Sink) {
        if !std::mem::replace(&mut self.begun, true) {
            let record = self.turns().start(time, task.map(str::to_owned));
            sink.record(line, &record);
        }
    }

    /// The message that is being read; a new one begins in `line`.
    fn message(&mut self, line: u32, time: Option<Timestamp>) -> &mut Said {
        self.last_word = None;
        self.turn_ended = false;
        if self.message.is_none() {
            self.count += 1;
            let (id, usage) = (format!("{}/{}", self.prefix, self.count), self.tokens.take());
            self.message = Some((line, Said { id, time, usage, ..Said::default() }));
        }
        &mut self.message.as_mut().expect("it was set").1
    }

    /// Tells the message that is being read.
    fn tell(&mut self, sink: &mut dyn Sink) {
        if let Some((line, said)) = self.message.take() {
            let record = self.turns().say(said);
            sink.record(line, &record);
        }
    }

    fn hear(&mut self, line: u32, time: Option<Timestamp>, words: &str, sink: &mut dyn Sink) {
        let is_of_program = [
            "<environment_context>",
            "<user_instructions>",
            "# AGENTS.md",
            "<INSTRUCTIONS>",
            "<turn_aborted>",
        ];
        let words = words.trim();
        if words.is_empty()
            || is_of_program.iter().any(|it| words.starts_with(it))
            || self.last_heard == words
        {
            return;
        }
        self.last_heard = words.to_owned();
        self.last_word = None;
        self.tell(sink);
        self.begin(line, time, Some(words), sink);
        self.turns().hear(words);
    }

    fn say(&mut self, line: u32, time: Option<Timestamp>, words: &str, sink: &mut dyn Sink) {
        if words.trim().is_empty() || self.last_words == words {
            return;
        }
        self.last_words = words.to_owned();
        self.begin(line, time, None, sink);
        let said = self.message(line, time);
        if !said.words.is_empty() {
            said.words.push('\n');
        }
        said.words.push_str(words);
        self.last_word = Some((line, time));
    }

    fn ask(&mut self, line: u32, called: Called, sink: &mut dyn Sink) {
        self.begin(line, called.time, None, sink);
        let call = json!({ "name": called.tool, "arguments": called.input });
        self.message(line, called.time).calls.push(call);
        self.open.push((line, called));
    }

    /// What came of a call.
    fn result(&mut self, id: &str, time: Option<Timestamp>, output: &Json, sink: &mut dyn Sink) {
        self.tell(sink);
        self.last_word = None;
        let Some(at) = self.open.iter().position(|it| it.1.id == id) else { return };
        let (line, call) = self.open.remove(at);
        if call.tool == "spawn_agent" {
            return self.spawned(line, call, sink);
        }
        let inner = output
            .as_str()
            .map_or_else(|| output.clone(), |it| serde_json::from_str(it).unwrap_or_else(|_| output.clone()));
        let code = inner["metadata"]["exit_code"].as_i64().or_else(|| {
            let first = inner.as_str()?.lines().next()?;
            first.strip_prefix("Exit code: ")?.trim().parse().ok()
        });
        let error = code.filter(|it| *it != 0).map(|it| format!("exit code {it}"));
        let result = inner.get("output").cloned().unwrap_or(inner);
        let record = self.turns().call(Called { end: time, result: Some(result), error, ..call });
        sink.record(line, &record);
    }

    fn spawned(&mut self, line: u32, call: Called, sink: &mut dyn Sink) {
        let named = ["task_name", "name", "agent_type"].iter().find_map(|it| call.input[*it].as_str());
        let said = call.input.get("message").or_else(|| call.input.get("prompt")).unwrap_or(&call.input);
        let turns = self.turns();
        let message = Message {
            from: turns.agent.clone(),
            to: vec![named.unwrap_or("agent").to_owned()],
            content: Some(Payload::from_value(said)),
            parents: turns.comes_back(&call.id),
            ..Message::default()
        };
        let record = turns.record(Some(call.id), call.time, Body::Message(message));
        sink.record(line, &record);
    }

    /// Tells that the session has ended, if it has.
    fn end(&mut self, sink: &mut dyn Sink) {
        let Some((line, time)) = self.last_word.filter(|_| self.begun && self.spawn.is_none() && !self.ended)
        else {
            return;
        };
        if !self.turn_ended && !self.is_over() {
            return;
        }
        self.ended = true;
        let answer = Some(self.last_words.clone()).filter(|it| !it.is_empty());
        let end = EpisodeEnd { answer, ..EpisodeEnd::default() };
        let record = self.turns().record(None, time, Body::EpisodeEnd(end));
        sink.record(line, &record);
    }

    /// Whether nothing was written to the file of late; what came through a pipe or is compressed is whole.
    fn is_over(&self) -> bool {
        let file = self.name.rsplit('/').next().map(|it| format!("{it}.jsonl"));
        let quiet = self.beside.as_ref().zip(file).and_then(|(beside, file)| beside.quiet_for(&file));
        quiet.is_none_or(|it| it >= OVER)
    }

    fn tokens(&mut self, info: &Json) {
        let total = info.get("total_token_usage").filter(|it| !it.is_null());
        if info.is_null() || (total.is_some() && total == self.total.as_ref()) {
            return;
        }
        self.total = total.cloned();
        let usage = usage(info.get("last_token_usage").unwrap_or(info));
        match &mut self.message {
            Some((_, said)) if said.usage.is_none() => said.usage = usage,
            _ => self.tokens = usage,
        }
    }

    fn rollout(&mut self, number: u32, json: &Json, sink: &mut dyn Sink) {
        let payload = &json["payload"];
        let time = json["timestamp"].as_str().and_then(timestamp_from_text);
        if self.since.zip(time).is_some_and(|(since, time)| time < since) {
            return self.repeated(payload);
        }
        let text = |key: &str| payload[key].as_str().unwrap_or_default();
        let kind = text("type");
        match (json["type"].as_str().unwrap_or_default(), kind) {
            ("session_meta", _) => {
                self.meta(payload);
                if !std::mem::replace(&mut self.run, true) {
                    sink.record(number, &run(&self.turns().episode));
                }
            }
            ("event_msg", "user_message") => self.hear(number, time, text("message"), sink),
            ("event_msg", "agent_message") => self.say(number, time, text("message"), sink),
            ("event_msg", "token_count") => self.tokens(&payload["info"]),
            ("event_msg", "error" | "stream_error") => {
                let said = text("message").to_owned();
                self.begin(number, time, None, sink);
                self.message(number, time).error = Some(said);
            }
            ("response_item", "message") => {
                let words = words(&payload["content"]);
                match text("role") {
                    "assistant" => self.say(number, time, &words, sink),
                    "user" => self.hear(number, time, &words, sink),
                    _ => {}
                }
            }
            ("response_item", "function_call" | "custom_tool_call" | "local_shell_call") => {
                let input = ["arguments", "input", "action"].iter().find_map(|it| payload.get(it));
                let tool = payload["name"].as_str().unwrap_or("shell").to_owned();
                let id =
                    payload["call_id"].as_str().or(payload["id"].as_str()).unwrap_or_default().to_owned();
                let input = input.map(arguments).unwrap_or_default();
                self.ask(number, Called { id, time, tool, input, ..Called::default() }, sink);
            }
            ("response_item", "function_call_output" | "custom_tool_call_output") => {
                self.result(text("call_id"), time, &payload["output"], sink);
            }
            _ => {}
        }
    }

    fn exec(&mut self, number: u32, json: &Json, sink: &mut dyn Sink) {
        let item = &json["item"];
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        match (json["type"].as_str().unwrap_or_default(), item["type"].as_str().unwrap_or_default()) {
            ("thread.started", _) => {
                let id = json["thread_id"].as_str().unwrap_or(&self.name).to_owned();
                self.turns = Some(Turns::new(&id, LEAD, Some(Vec::new())));
            }
            ("turn.completed", _) => {
                if let (Some(usage), Some((_, said))) = (usage(&json["usage"]), &mut self.message) {
                    said.usage = Some(usage);
                }
                self.tell(sink);
                self.last_word.get_or_insert((number, None));
                self.turn_ended = true;
            }
            ("turn.failed" | "error", _) => {
                let said = json["error"]["message"].as_str().or(json["message"].as_str()).unwrap_or("error");
                self.begin(number, None, None, sink);
                self.message(number, None).error = Some(said.to_owned());
                self.tell(sink);
                self.last_word = Some((number, None));
                self.turn_ended = true;
            }
            ("item.completed", "agent_message" | "assistant_message") => {
                self.tell(sink);
                self.say(number, None, item["text"].as_str().unwrap_or_default(), sink);
            }
            ("item.completed", "reasoning" | "todo_list" | "error" | "") => {}
            ("item.completed", kind) => {
                self.tell(sink);
                self.last_word = None;
                self.begin(number, None, None, sink);
                let code = item["exit_code"].as_i64().filter(|it| *it != 0);
                let failed = (item["status"] == "failed").then(|| "failed".to_owned());
                let input = ["command", "arguments", "changes", "query"]
                    .iter()
                    .find_map(|it| Some((*it, item.get(it)?)));
                let input = input.map(|(key, it)| json!({ key: it })).unwrap_or_default();
                let result = ["aggregated_output", "result"].iter().find_map(|it| item.get(it)).cloned();
                let tool = item["tool"].as_str().unwrap_or(kind).to_owned();
                let error = code.map(|it| format!("exit code {it}")).or(failed);
                let record =
                    self.turns().call(Called { id, tool, input, result, error, ..Called::default() });
                sink.record(number, &record);
            }
            _ => {}
        }
    }
}

impl LineReader for Session {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        if line.trim_ascii().is_empty() {
            return;
        }
        match json_line(line) {
            Some(json) if json.get("payload").is_some() => self.rollout(number, &json, sink),
            Some(json) => self.exec(number, &json, sink),
            None => sink.problem(Problem::new(rule::BAD_JSON, 0, "no line of a Codex session")),
        }
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        self.tell(sink);
        if ended {
            for (line, call) in std::mem::take(&mut self.open) {
                let record = self.turns().call(call);
                sink.record(line, &record);
            }
            self.end(sink);
        }
    }
}

/// Arguments, which stand as JSON in a string.
fn arguments(value: &Json) -> Json {
    value.as_str().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_else(|| value.clone())
}

/// The texts among the parts of a message.
fn words(content: &Json) -> String {
    let parts = content.as_array().into_iter().flatten();
    let texts: Vec<&str> = parts.filter_map(|it| it["text"].as_str()).collect();
    texts.join("\n")
}

fn usage(tokens: &Json) -> Option<Usage> {
    let count = |key: &str| tokens.get(key).and_then(Json::as_u64);
    let usage = Usage { input: count("input_tokens"), output: count("output_tokens"), cost: None };
    (usage != Usage::default()).then_some(usage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    fn read(file: &str) -> Vec<String> {
        let mut session = Session::new(&Start { name: "d/rollout-x", map: None, beside: None });
        let (records, problems) = told(&mut session, file);
        assert_eq!(problems, Vec::<String>::new());
        records
    }

    const PARENT: &str = r##"{"timestamp":"2026-01-01T00:00:00.000Z","type":"session_meta","payload":{"id":"p","timestamp":"2026-01-01T00:00:00.000Z","cli_version":"0.40.0"}}
{"timestamp":"2026-01-01T00:00:00.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>x"}]}}
{"timestamp":"2026-01-01T00:00:01.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"List it"}]}}
{"timestamp":"2026-01-01T00:00:01.000Z","type":"event_msg","payload":{"type":"user_message","message":"List it"}}
{"timestamp":"2026-01-01T00:00:02.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":9},"last_token_usage":{"input_tokens":9,"output_tokens":2}}}}
{"timestamp":"2026-01-01T00:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{\"command\":[\"ls\"]}","call_id":"c1"}}
{"timestamp":"2026-01-01T00:00:03.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"{\"output\":\"none\",\"metadata\":{\"exit_code\":2}}"}}
{"timestamp":"2026-01-01T00:00:04.000Z","type":"response_item","payload":{"type":"function_call","name":"spawn_agent","arguments":"{\"task_name\":\"reader\",\"message\":\"Look\"}","call_id":"c2"}}
{"timestamp":"2026-01-01T00:00:04.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":20},"last_token_usage":{"input_tokens":11,"output_tokens":3}}}}
{"timestamp":"2026-01-01T00:00:04.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":20},"last_token_usage":{"input_tokens":11,"output_tokens":3}}}}
{"timestamp":"2026-01-01T00:00:05.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c2","output":"spawned"}}
{"timestamp":"2026-01-01T00:00:09.000Z","type":"event_msg","payload":{"type":"agent_message","message":"Done"}}
{"timestamp":"2026-01-01T00:00:09.000Z","type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Done"}]}}
"##;

    #[test]
    fn a_rollout_counts_everything_once() {
        assert_eq!(
            read(PARENT),
            [
                "1 run p",
                "3 start p: List it ()",
                "6 codex/1 codex llm < : [shell(command=[ls])] [9+2]",
                "6 c1 codex tool < codex/1: shell(command=[ls]) = none ! exit code 2",
                "8 codex/2 codex llm < c1: [spawn_agent(message=Look, task_name=reader)] [11+3]",
                "8 c2 codex -> reader < codex/2: Look",
                "12 codex/3 codex llm < c2: Done",
                "12 end - -: Done",
            ]
        );
        assert_eq!(score(&Head::of(PARENT.as_bytes())), Score::CERTAIN);
    }

    #[test]
    fn a_session_that_is_at_work_has_not_ended() {
        /// A folder in which a file was written to a second ago.
        #[derive(Debug)]
        struct Written;
        impl Beside for Written {
            fn read(&self, _: &str) -> Option<Vec<u8>> {
                None
            }
            fn names(&self) -> Vec<String> {
                Vec::new()
            }
            fn quiet_for(&self, name: &str) -> Option<Duration> {
                (name == "rollout-x.jsonl").then(|| Duration::from_secs(1))
            }
        }
        let beside: Arc<dyn Beside> = Arc::new(Written);
        let mut session = Session::new(&Start { name: "d/rollout-x", map: None, beside: Some(&beside) });
        let (records, _) = told(&mut session, PARENT);
        assert_eq!(records.last().unwrap(), "12 codex/3 codex llm < c2: Done");
        // In the middle of a call, however old.
        let cut: Vec<&str> = PARENT.lines().take(10).collect();
        assert!(!read(&cut.join("\n")).iter().any(|it| it.contains(" end ")));
    }

    #[test]
    fn a_spawned_thread_is_an_agent_of_its_parents_episode() {
        let repeated: String = PARENT.lines().skip(7).take(1).map(|it| format!("{it}\n")).collect();
        let file = format!(
            "{}\n{repeated}{}\n",
            r#"{"timestamp":"2026-01-01T00:00:05.000Z","type":"session_meta","payload":{"id":"k","timestamp":"2026-01-01T00:00:05.000Z","source":{"subagent":{"thread_spawn":{"parent_thread_id":"p","spawn_call_id":"c2"}}}}}"#,
            r#"{"timestamp":"2026-01-01T00:00:07.000Z","type":"event_msg","payload":{"type":"agent_message","message":"Seen"}}"#
        );
        assert_eq!(read(&file), ["1 run p", "3 k/1 reader llm < c2: Seen"]);
    }

    #[test]
    fn what_exec_prints() {
        let file = r#"{"type":"thread.started","thread_id":"t"}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"i0","type":"reasoning","text":"hm"}}
{"type":"item.completed","item":{"id":"i1","type":"command_execution","command":"ls","aggregated_output":"x","exit_code":1,"status":"failed"}}
{"type":"item.completed","item":{"id":"i2","type":"agent_message","text":"One file."}}
{"type":"turn.completed","usage":{"input_tokens":60,"output_tokens":5}}
"#;
        assert_eq!(
            read(file),
            [
                "4 start t:  ()",
                "4 i1 codex tool < : command_execution(command=ls) = x ! exit code 1",
                "5 codex/1 codex llm < i1: One file. [60+5]",
                "5 end - -: One file.",
            ]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }
}

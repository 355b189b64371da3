//! The lines of a session, one after the other.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Value as Json, json};

use super::names::{Spawns, begins_agent, blocks, identify, last_message};
use crate::{
    import::{Beside, LineReader, Sink, Start, turns::run},
    log::{Action, Body, EpisodeStart, Message, Payload, Problem, Record, Usage, timestamp_from_text},
    model::{Severity, Timestamp, rule},
};

/// The agent whose session it is.
const LEAD: &str = "lead";

/// Reads one file of a session.
pub(super) struct Session {
    /// What the file is called, and what stands beside it.
    name: String,
    beside: Option<Arc<dyn Beside>>,
    /// The session, once a line has named it.
    id: Option<String>,
    /// `episode_start` was told.
    begun: bool,
    chains: Vec<Chain>,
    /// The chain of each agent, by its id; the empty id is the session's own.
    by_agent: HashMap<String, usize>,
    /// What stands at each line: its chain, and the acts that what follows it comes from.
    lines: HashMap<String, (usize, Vec<String>)>,
    /// Tool calls without a result.
    open: HashMap<String, Call>,
    /// What came back of the calls of each message.
    returned: HashMap<String, Vec<String>>,
    spawns: Spawns,
}

/// The conversation of one agent.
#[derive(Debug, Default)]
struct Chain {
    agent: String,
    /// The API message whose lines are coming.
    message: Option<Spoken>,
    /// What the next message follows from, if its line does not say it.
    last: Option<Vec<String>>,
    /// What was said to the agent since its last message.
    heard: Vec<String>,
    /// What came of the message whose lines are coming: it is told behind it.
    waiting: Vec<(u32, Record)>,
}

/// An API message so far.
#[derive(Clone, Debug)]
struct Spoken {
    id: String,
    line: u32,
    time: Option<Timestamp>,
    parents: Option<Vec<String>>,
    words: Vec<String>,
    /// What it thought, where it says nothing else.
    thoughts: Vec<String>,
    calls: Vec<Json>,
    usage: Usage,
    /// Tokens read from the cache and written to it.
    cache: (u64, u64),
    model: Option<String>,
    heard: Vec<String>,
    error: Option<String>,
    /// Its lines so far, and how many of them were told.
    lines: u32,
    told: u32,
}

/// A tool call that has not come back.
#[derive(Debug)]
struct Call {
    chain: usize,
    line: u32,
    time: Option<Timestamp>,
    message: String,
    tool: String,
    input: Json,
}

/// A line, as far as every kind of line is alike.
struct Line<'a> {
    number: u32,
    uuid: Option<&'a str>,
    parent: Option<&'a str>,
    time: Option<Timestamp>,
    message: &'a Json,
    result: &'a Json,
}

impl Session {
    pub(super) fn new(start: &Start<'_>) -> Self {
        Self {
            name: start.name.to_owned(),
            beside: start.beside.cloned(),
            id: None,
            begun: false,
            chains: Vec::new(),
            by_agent: HashMap::new(),
            lines: HashMap::new(),
            open: HashMap::new(),
            returned: HashMap::new(),
            spawns: Spawns::default(),
        }
    }

    fn record(&self, id: Option<String>, ts: Option<Timestamp>, body: Body) -> Record {
        Record { episode: self.id.clone(), id, ts, ..Record::new(body) }
    }

    /// The chain that a line belongs to.
    fn chain(&mut self, json: &Json, agent: Option<&str>, call: Option<&str>, line: &Line<'_>) -> usize {
        let key = match agent {
            Some(agent) => agent.to_owned(),
            None if json["isSidechain"] == true => match line.parent.and_then(|it| self.lines.get(it)) {
                Some((chain, _)) => return *chain,
                None if line.parent.is_some() => {
                    // A part of the file is missing: it belongs to what was begun last.
                    return self
                        .chains
                        .len()
                        .checked_sub(1)
                        .unwrap_or_else(|| self.begin(String::new(), LEAD, None));
                }
                None => format!("side {}", line.uuid.unwrap_or_default()),
            },
            None => String::new(),
        };
        if let Some(chain) = self.by_agent.get(&key) {
            return *chain;
        }
        if key.is_empty() {
            return self.begin(key, LEAD, None);
        }
        let prompt = said(line.message);
        let spawn = call.and_then(|it| self.spawns.by_call(it)).cloned();
        let spawn = spawn.or_else(|| self.spawns.by_prompt(&prompt).cloned());
        let spawn = spawn.or_else(|| self.spawns.latest().filter(|_| agent.is_none()).cloned());
        let (name, call) = match (spawn, &self.beside, agent) {
            (Some(it), _, _) => (it.agent, Some(it.call)),
            (None, Some(beside), Some(agent)) => {
                let session = self.id.as_deref().unwrap_or_default();
                let found = identify(&**beside, &self.name, session, agent, &prompt);
                (found.agent, found.call)
            }
            (None, _, agent) => (agent.unwrap_or("agent").to_owned(), None),
        };
        self.begin(key, &name, call.map(|it| vec![it]))
    }

    fn begin(&mut self, key: String, agent: &str, last: Option<Vec<String>>) -> usize {
        // What begins a session comes of nothing.
        let last = if key.is_empty() { Some(Vec::new()) } else { last };
        self.chains.push(Chain { agent: agent.to_owned(), last, ..Chain::default() });
        self.by_agent.insert(key, self.chains.len() - 1);
        self.chains.len() - 1
    }

    /// Tells that the session begins, with what the user asks first.
    fn start(&mut self, json: &Json, line: &Line<'_>, task: Option<&str>, sink: &mut dyn Sink) {
        // A sub-agent's own file does not begin the session.
        if json.get("agentId").is_some() || std::mem::replace(&mut self.begun, true) {
            return;
        }
        let start = EpisodeStart { task: task.map(str::to_owned), ..EpisodeStart::default() };
        let mut record = self.record(None, line.time, Body::EpisodeStart(start));
        for key in ["version", "cwd", "gitBranch"] {
            if let Some(it) = json.get(key).and_then(Json::as_str) {
                record.extra.push((key.to_owned(), Payload::from_text(it)));
            }
        }
        sink.record(line.number, &record);
    }

    /// What a line that is no message stands for: whatever stood before it.
    fn pass(&mut self, chain: usize, line: &Line<'_>) {
        if let Some(uuid) = line.uuid {
            let before = self.before(chain, line).unwrap_or_default();
            self.lines.insert(uuid.to_owned(), (chain, before));
        }
    }

    /// What comes before a line: the acts that it follows from.
    fn before(&self, chain: usize, line: &Line<'_>) -> Option<Vec<String>> {
        let named = line.parent.and_then(|it| self.lines.get(it)).map(|it| it.1.clone());
        named.filter(|it| !it.is_empty()).or_else(|| self.chains[chain].last.clone())
    }

    fn user(&mut self, json: &Json, chain: usize, line: &Line<'_>, sink: &mut dyn Sink) {
        let mut at: Option<Vec<String>> = None;
        for block in blocks(line.message) {
            if let Some(call) = block.get("tool_use_id").and_then(Json::as_str) {
                at = self.result(call, block, line, sink).or(at);
            }
        }
        if let Some(at) = at {
            self.chains[chain].last = Some(at.clone());
            if let Some(uuid) = line.uuid {
                self.lines.insert(uuid.to_owned(), (chain, at));
            }
            return;
        }
        let words = said(line.message);
        self.pass(chain, line);
        if json["isMeta"] == true || words.trim().is_empty() || is_of_program(&words) {
            return;
        }
        if let Some((from, words)) = of_teammate(&words) {
            self.start(json, line, None, sink);
            let id = line.uuid.map(str::to_owned);
            let message = Message {
                from: from.to_owned(),
                to: vec![self.chains[chain].agent.clone()],
                content: Some(Payload::from_text(words)),
                parents: None,
                ..Message::default()
            };
            sink.record(line.number, &self.record(id.clone(), line.time, Body::Message(message)));
            self.chains[chain].last.get_or_insert_default().extend(id);
            return;
        }
        let prompt = command(&words).unwrap_or(words);
        self.start(json, line, Some(&prompt), sink);
        self.chains[chain].heard.push(prompt);
    }

    fn assistant(&mut self, json: &Json, chain: usize, line: &Line<'_>, sink: &mut dyn Sink) {
        self.start(json, line, None, sink);
        let message = line.message;
        let text = |key: &str| message.get(key).and_then(Json::as_str);
        let id = text("id").or(line.uuid).unwrap_or_default().to_owned();
        if self.chains[chain].message.as_ref().is_some_and(|it| it.id != id) {
            self.end_message(chain, sink);
        }
        let parents = self.before(chain, line);
        let it = &mut self.chains[chain];
        if it.message.is_none() {
            let heard = std::mem::take(&mut it.heard);
            it.last = Some(vec![id.clone()]);
            it.message = Some(Spoken {
                id: id.clone(),
                line: line.number,
                time: line.time,
                parents,
                words: Vec::new(),
                thoughts: Vec::new(),
                calls: Vec::new(),
                usage: Usage::default(),
                cache: (0, 0),
                model: text("model").filter(|it| *it != "<synthetic>").map(str::to_owned),
                heard,
                error: None,
                lines: 0,
                told: 0,
            });
        }
        let Some(spoken) = &mut it.message else { return };
        spoken.lines += 1;
        spoken.take_usage(message.get("usage").unwrap_or(&Json::Null));
        if json["isApiErrorMessage"] == true {
            spoken.error = Some(said(message));
        }
        if let Some(words) = message.get("content").and_then(Json::as_str) {
            spoken.words.push(words.to_owned());
        }
        let mut calls = Vec::new();
        for block in blocks(message) {
            let text = |key: &str| block.get(key).and_then(Json::as_str);
            match text("type") {
                Some("text") => spoken.words.extend(text("text").map(str::to_owned)),
                Some("thinking") => spoken.thoughts.extend(text("thinking").map(str::to_owned)),
                Some("tool_use" | "server_tool_use") => {
                    let tool = text("name").unwrap_or("tool").to_owned();
                    let input = block.get("input").cloned().unwrap_or_default();
                    spoken.calls.push(json!({ "name": tool, "arguments": input }));
                    calls.push((text("id").unwrap_or_default().to_owned(), tool, input));
                }
                _ => {}
            }
        }
        for (call, tool, input) in calls {
            if begins_agent(&tool) {
                let agent = self.spawns.add(&call, &input);
                let said = input.get("prompt").or_else(|| input.get("description")).unwrap_or(&input);
                let record = self.message((&call, &id), chain, &agent, said, line);
                self.tell((chain, &id), line.number, record, sink);
            }
            let time = line.time;
            self.open.insert(call, Call { chain, line: line.number, time, message: id.clone(), tool, input });
        }
        if let Some(uuid) = line.uuid {
            self.lines.insert(uuid.to_owned(), (chain, vec![id]));
        }
    }

    /// Tells a message from the agent of `chain`; `of` is its id and that of the API message it is a part of.
    fn message(&self, of: (&str, &str), chain: usize, to: &str, said: &Json, line: &Line<'_>) -> Record {
        let message = Message {
            from: self.chains[chain].agent.clone(),
            to: vec![to.to_owned()],
            content: Some(Payload::from_value(said)),
            parents: Some(vec![of.1.to_owned()]),
            ..Message::default()
        };
        self.record(Some(of.0.to_owned()), line.time, Body::Message(message))
    }

    /// Tells what came of a message, given by its chain and its id: behind it, if its lines are still coming.
    fn tell(&mut self, of: (usize, &str), line: u32, record: Record, sink: &mut dyn Sink) {
        let chain = &mut self.chains[of.0];
        if chain.message.as_ref().is_some_and(|it| it.id == of.1 && it.told == 0) {
            chain.waiting.push((line, record));
        } else {
            sink.record(line, &record);
        }
    }

    /// Takes the result of a call. Returns what stands there now: what came back of the calls of its message.
    fn result(
        &mut self,
        id: &str,
        block: &Json,
        line: &Line<'_>,
        sink: &mut dyn Sink,
    ) -> Option<Vec<String>> {
        let call = self.open.remove(id)?;
        let failed = block["is_error"] == true;
        let content = block.get("content").cloned().unwrap_or_default();
        let about = line.result;
        let mut done = id.to_owned();
        if begins_agent(&call.tool) && !failed {
            let agent = about.get("agentId").and_then(Json::as_str);
            agent.into_iter().for_each(|it| self.spawns.identify(id, it));
            let launched = about["status"] == "async_launched" || about["isAsync"] == true;
            if !launched {
                done = format!("{id}/answer");
                self.answer((id, &done), agent, &call, &content, line, sink);
            }
        } else if let Some(to) = addressee(&call).filter(|_| !failed) {
            let said = ["message", "content", "summary"].iter().find_map(|it| call.input.get(it));
            let of = Line { number: call.line, time: call.time, ..*line };
            let record = self.message((id, &call.message), call.chain, to, said.unwrap_or(&call.input), &of);
            self.tell((call.chain, &call.message), call.line, record, sink);
        } else {
            // The call of a sub-agent that failed was told as a message; this is what came of it.
            if begins_agent(&call.tool) {
                done = format!("{id}/failed");
            }
            let record = self.tool(&done, &call, Some((&content, failed)), line.time);
            self.tell((call.chain, &call.message), call.line, record, sink);
        }
        let all = self.returned.entry(call.message).or_default();
        all.push(done);
        Some(all.clone())
    }

    /// What a sub-agent answers; `of` is the id of the call, and of the answer.
    fn answer(
        &mut self,
        of: (&str, &str),
        agent: Option<&str>,
        call: &Call,
        content: &Json,
        line: &Line<'_>,
        sink: &mut dyn Sink,
    ) {
        let Some(name) = self.spawns.by_call(of.0).map(|it| it.agent.clone()) else { return };
        let here = self.chains.iter().position(|it| it.agent == name);
        let last = match (here, &self.beside, agent, &self.id) {
            (Some(chain), ..) => self.chains[chain].last.clone(),
            (None, Some(beside), Some(agent), Some(session)) => {
                last_message(&**beside, session, agent).map(|it| vec![it])
            }
            _ => None,
        };
        let message = Message {
            from: name,
            to: vec![self.chains[call.chain].agent.clone()],
            content: Some(Payload::from_value(content)),
            parents: last.or_else(|| Some(vec![of.0.to_owned()])),
            ..Message::default()
        };
        let mut record = self.record(Some(of.1.to_owned()), line.time, Body::Message(message));
        for key in ["totalTokens", "totalToolUseCount", "totalDurationMs"] {
            let it = line.result.get(key).map(Payload::from_value);
            record.extra.extend(it.map(|it| (key.to_owned(), it)));
        }
        sink.record(line.number, &record);
    }

    /// The action that a call is, with its result.
    fn tool(&self, id: &str, call: &Call, result: Option<(&Json, bool)>, end: Option<Timestamp>) -> Record {
        let failed = result.filter(|it| it.1).map(|it| plain(it.0));
        let action = Action {
            agent: self.chains[call.chain].agent.clone(),
            action: Some(Payload::from_value(&json!({ "tool": call.tool, "args": call.input }))),
            kind: Some("tool".to_owned()),
            parents: Some(vec![call.message.clone()]),
            result: result.map(|it| Payload::from_value(it.0)),
            dur: call.time.zip(end).map(|(from, to)| to.seconds_since(from)).filter(|it| *it >= 0.0),
            error: failed.map(|it| it.lines().next().unwrap_or("error").to_owned()),
            ..Action::default()
        };
        self.record(Some(id.to_owned()), call.time, Body::Action(Box::new(action)))
    }

    /// Tells the API message of `chain`: all its lines are there.
    fn end_message(&mut self, chain: usize, sink: &mut dyn Sink) {
        self.tell_message(chain, sink);
        self.chains[chain].message = None;
    }

    /// Tells the API message of `chain` as far as it is there. If it was told before, this is an update of it.
    fn tell_message(&mut self, chain: usize, sink: &mut dyn Sink) {
        let Some(it) = &mut self.chains[chain].message else { return };
        let is_update = it.told > 0;
        if std::mem::replace(&mut it.told, it.lines) == it.lines {
            return;
        }
        let it = it.clone();
        let is_silent = it.words.is_empty() && it.calls.is_empty();
        let words = if is_silent { it.thoughts.join("\n") } else { it.words.join("\n") };
        let action = match (it.calls.is_empty(), words.is_empty()) {
            (true, _) => Json::from(words),
            (false, true) => json!({ "tool_calls": it.calls }),
            (false, false) => json!({ "content": words, "tool_calls": it.calls }),
        };
        let heard = (!it.heard.is_empty()).then(|| Payload::from_text(&it.heard.join("\n")));
        let body = Action {
            agent: self.chains[chain].agent.clone(),
            action: Some(Payload::from_value(&action)),
            kind: Some("llm".to_owned()),
            parents: it.parents,
            obs: heard,
            usage: Some(it.usage).filter(|it| *it != Usage::default()),
            attempt: is_update.then_some(1),
            error: it.error,
            ..Action::default()
        };
        let mut record = self.record(Some(it.id), it.time, Body::Action(Box::new(body)));
        record.extra.extend(it.model.map(|it| ("model".to_owned(), Payload::from_text(&it))));
        if it.cache != (0, 0) {
            let cache = json!({ "read": it.cache.0, "created": it.cache.1 });
            record.extra.push(("cache".to_owned(), Payload::from_value(&cache)));
        }
        sink.record(it.line, &record);
        let waiting = std::mem::take(&mut self.chains[chain].waiting);
        waiting.iter().for_each(|(line, record)| sink.record(*line, record));
    }
}

impl Spoken {
    /// Takes the tokens of one line: each line repeats them, the first ones before all output was there.
    fn take_usage(&mut self, usage: &Json) {
        let count = |key: &str| usage.get(key).and_then(Json::as_u64);
        self.usage.input = self.usage.input.max(count("input_tokens"));
        self.usage.output = self.usage.output.max(count("output_tokens"));
        self.cache.0 = self.cache.0.max(count("cache_read_input_tokens").unwrap_or(0));
        self.cache.1 = self.cache.1.max(count("cache_creation_input_tokens").unwrap_or(0));
    }
}

impl LineReader for Session {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        let json: Json = match serde_json::from_slice(line) {
            Ok(json) => json,
            Err(error) => {
                sink.problem(Problem::new(rule::BAD_JSON, 0, format!("no line of a session: {error}")));
                return;
            }
        };
        if self.id.is_none() {
            // Behind `#` a sub-agent of a workflow names itself.
            let id = json.get("sessionId").and_then(Json::as_str);
            self.id = id.and_then(|it| it.split('#').next()).map(str::to_owned);
            // The files of one session are parts of one run, so they share its episode.
            if let Some(id) = &self.id {
                sink.record(number, &run(id));
            }
        }
        let kind = json["type"].as_str().unwrap_or_default();
        let data = json.get("data").filter(|it| it["type"] == "agent_progress");
        let inner = data.and_then(|it| it.get("message"));
        let (turn, kind) = match inner {
            Some(inner) => (inner, inner["type"].as_str().unwrap_or_default()),
            None => (&json, kind),
        };
        let text = |json: &'_ Json, key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let (uuid, parent) = (text(turn, "uuid"), text(turn, "parentUuid"));
        let time = text(turn, "timestamp").or_else(|| text(&json, "timestamp"));
        let agent = data.and_then(|it| text(it, "agentId")).or_else(|| text(&json, "agentId"));
        let call = text(&json, "parentToolUseID");
        let line = Line {
            number,
            uuid: uuid.as_deref(),
            parent: parent.as_deref(),
            time: time.as_deref().and_then(timestamp_from_text),
            message: turn.get("message").unwrap_or(&Json::Null),
            result: turn.get("toolUseResult").unwrap_or(&Json::Null),
        };
        if self.id.is_none() || (line.uuid.is_none() && !matches!(kind, "user" | "assistant")) {
            return;
        }
        let chain = self.chain(&json, agent.as_deref(), call.as_deref(), &line);
        match kind {
            "user" => self.user(turn, chain, &line, sink),
            "assistant" => self.assistant(turn, chain, &line, sink),
            _ => self.pass(chain, &line),
        }
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        (0..self.chains.len()).for_each(|it| self.tell_message(it, sink));
        if !ended {
            return;
        }
        let mut open: Vec<(String, Call)> = self.open.drain().collect();
        open.sort_by_key(|it| it.1.line);
        for (id, call) in open {
            // What called an agent or wrote to one was told as a message.
            if !begins_agent(&call.tool) {
                sink.record(call.line, &self.tool(&id, &call, None, None));
            }
        }
        if self.chains.is_empty() && self.id.is_some() {
            let message = "a session without turns: nobody acts in it";
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
        }
    }
}

/// The words of a message.
fn said(message: &Json) -> String {
    message.get("content").map_or(String::new(), plain)
}

/// A text, or the texts among the parts of a list.
fn plain(content: &Json) -> String {
    match content {
        Json::String(it) => it.clone(),
        Json::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|it| it.get("text")?.as_str()).collect();
            texts.join("\n")
        }
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether the words of a user line are those of the program: what a command printed, and what it is.
fn is_of_program(words: &str) -> bool {
    words.starts_with("<local-command-") || words.starts_with("<command-name>")
}

/// The command that the user gave, with what follows it.
fn command(words: &str) -> Option<String> {
    let inside = |tag: &str| {
        let (_, rest) = words.split_once(&format!("<{tag}>"))?;
        Some(rest.split_once(&format!("</{tag}>"))?.0.trim())
    };
    let name = words.starts_with("<command-message>").then(|| inside("command-name")).flatten()?;
    Some(format!("{name} {}", inside("command-args").unwrap_or_default()).trim_end().to_owned())
}

/// Who wrote, if the words are those of a teammate, and what.
fn of_teammate(words: &str) -> Option<(&str, &str)> {
    let rest = words.trim_start().strip_prefix("<teammate-message ")?;
    let (head, rest) = rest.split_once('>')?;
    let from = head.split_once("teammate_id=\"")?.1.split_once('"')?.0;
    Some((from, rest.split_once("</teammate-message>").map_or(rest, |it| it.0).trim()))
}

/// To whom a call writes.
fn addressee(call: &Call) -> Option<&str> {
    let to = ["to", "recipient"].iter().find_map(|it| call.input.get(it)?.as_str());
    to.filter(|_| call.tool == "SendMessage")
}

//! Who the sub-agents of a session are: what the calls that began them say, in the order of the session.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::import::Beside;

/// The call that began a sub-agent.
#[derive(Clone, Debug)]
pub(super) struct Spawn {
    /// What it is called; no other sub-agent of the session is called so.
    pub(super) agent: String,
    /// The id of the call.
    pub(super) call: String,
    /// What it was told.
    prompt: String,
    /// Nobody was found yet who was told this.
    is_free: bool,
}

/// The calls so far.
#[derive(Debug, Default)]
pub(super) struct Spawns {
    all: Vec<Spawn>,
    /// How often a name was given.
    given: HashMap<String, u32>,
    /// Names by the id of the sub-agent, as results tell it.
    ids: HashMap<String, String>,
}

/// Whether a tool begins a sub-agent.
pub(super) fn begins_agent(tool: &str) -> bool {
    tool == "Agent" || tool == "Task"
}

impl Spawns {
    /// Takes a call with its input, and says what its sub-agent is called.
    pub(super) fn add(&mut self, call: &str, input: &Json) -> String {
        let text = |key: &str| input.get(key).and_then(Json::as_str).filter(|it| !it.trim().is_empty());
        let resumed = text("resume").and_then(|id| self.ids.get(id).cloned());
        let agent = resumed.unwrap_or_else(|| {
            let base =
                ["name", "description", "subagent_type"].iter().find_map(|it| text(it)).unwrap_or("agent");
            let given = self.given.entry(base.to_owned()).or_default();
            *given += 1;
            if *given == 1 { base.to_owned() } else { format!("{base} ({given})") }
        });
        let prompt = text("prompt").unwrap_or_default().to_owned();
        self.all.push(Spawn { agent: agent.clone(), call: call.to_owned(), prompt, is_free: true });
        agent
    }

    /// Takes what a result says: the call `call` began the sub-agent `id`.
    pub(super) fn identify(&mut self, call: &str, id: &str) {
        if let Some(spawn) = self.all.iter().find(|it| it.call == call) {
            self.ids.insert(id.to_owned(), spawn.agent.clone());
        }
    }

    /// The call with this id.
    pub(super) fn by_call(&self, call: &str) -> Option<&Spawn> {
        self.all.iter().find(|it| it.call == call)
    }

    /// The call whose prompt begins a conversation, and that began none before.
    pub(super) fn by_prompt(&mut self, prompt: &str) -> Option<&Spawn> {
        let fits = |it: &&mut Spawn| it.is_free && !it.prompt.is_empty() && it.prompt.trim() == prompt.trim();
        let found = self.all.iter_mut().find(fits)?;
        found.is_free = false;
        Some(found)
    }

    /// The latest call that began no conversation yet.
    pub(super) fn latest(&self) -> Option<&Spawn> {
        self.all.iter().rev().find(|it| it.is_free)
    }
}

/// The parts of a message, if they are a list.
pub(super) fn blocks(message: &Json) -> impl Iterator<Item = &Json> {
    message.get("content").and_then(Json::as_array).into_iter().flatten()
}

/// Who a sub-agent with a file of its own is, and the call that began it, as far as it is known.
pub(super) struct Identity {
    pub(super) agent: String,
    pub(super) call: Option<String>,
}

/// Whether a name from a log may be a part of a path.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || matches!(it, '-' | '_'))
}

/// Where the session of a sub-agent's file may stand, seen from that file.
fn sessions(session: &str) -> [String; 3] {
    ["", "../../", "../../../../"].map(|it| format!("{it}{session}.jsonl"))
}

/// Looks in the session, and in what stands beside the file, for who the sub-agent `id` is.
pub(super) fn identify(beside: &dyn Beside, name: &str, session: &str, id: &str, prompt: &str) -> Identity {
    let stem = name.rsplit('/').next().unwrap_or(name);
    let json = |path: &str| -> Option<Json> { serde_json::from_slice(&beside.read(path)?).ok() };
    let about = json(&format!("{stem}.meta.json")).unwrap_or_default();
    let said = |key: &str| about.get(key).and_then(Json::as_str).map(str::to_owned);
    let may_look = is_plain(session) && is_plain(id);
    let places = may_look.then(|| sessions(session)).into_iter().flatten();
    let lines = places.into_iter().find_map(|it| beside.read(&it)).unwrap_or_default();
    if let Some(found) = in_session(&lines, id, prompt) {
        return Identity { agent: found.agent, call: Some(found.call) };
    }
    // The agents of a workflow: their labels stand in its report.
    let run = name.rsplit('/').nth(1).unwrap_or_default();
    let report = json(&format!("../../../workflows/{run}.json")).unwrap_or_default();
    let progress = report.get("workflowProgress").and_then(Json::as_array).into_iter().flatten();
    let label = progress
        .filter(|it| it["agentId"] == *id)
        .find_map(|it| it.get("label")?.as_str().map(str::to_owned));
    let described = said("name").or_else(|| said("description"));
    let call = said("toolUseId").or_else(|| of_workflow(&lines, run));
    Identity { agent: label.or(described).unwrap_or_else(|| id.to_owned()), call }
}

/// The call in the lines of a session that began the workflow `run`.
fn of_workflow(lines: &[u8], run: &str) -> Option<String> {
    let lines = lines.split(|it| *it == b'\n').filter(|it| memchr::memmem::find(it, b"\"runId\"").is_some());
    lines.filter_map(|it| serde_json::from_slice::<Json>(it).ok()).find_map(|it| {
        let begun = it["toolUseResult"]["runId"] == *run;
        let call = blocks(it.get("message").filter(|_| begun)?).find_map(|it| it["tool_use_id"].as_str());
        call.map(str::to_owned)
    })
}

/// The call in the lines of a session that began the sub-agent `id`, or one that was told `prompt`.
fn in_session(lines: &[u8], id: &str, prompt: &str) -> Option<Spawn> {
    let mut spawns = Spawns::default();
    let mut call = None;
    for line in lines.split(|it| *it == b'\n') {
        let has = |text: &str| memchr::memmem::find(line, text.as_bytes()).is_some();
        if !has("\"Agent\"") && !has("\"Task\"") && !has("\"agentId\"") {
            continue;
        }
        let Ok(json) = serde_json::from_slice::<Json>(line) else { continue };
        let Some(message) = json.get("message") else {
            let inner = json.get("data").unwrap_or(&Json::Null);
            if inner["agentId"] == *id {
                call = json.get("parentToolUseID").and_then(Json::as_str).map(str::to_owned).or(call);
            }
            continue;
        };
        for block in blocks(message) {
            let text = |key: &str| block.get(key).and_then(Json::as_str);
            if text("type") == Some("tool_use") && text("name").is_some_and(begins_agent) {
                spawns.add(text("id").unwrap_or_default(), block.get("input").unwrap_or(&Json::Null));
            }
            if let (Some(of), Some(agent)) = (text("tool_use_id"), json["toolUseResult"]["agentId"].as_str())
            {
                spawns.identify(of, agent);
                if agent == id {
                    call = call.or(Some(of.to_owned()));
                }
            }
        }
    }
    match call {
        Some(call) => spawns.by_call(&call).cloned(),
        None => spawns.by_prompt(prompt).cloned(),
    }
}

/// The id of the last message of the sub-agent `id`, as its own file says it; `None` if it has none.
pub(super) fn last_message(beside: &dyn Beside, session: &str, id: &str) -> Option<String> {
    if !is_plain(session) || !is_plain(id) {
        return None;
    }
    let file = format!("agent-{id}.jsonl");
    let bytes = beside.read(&format!("{session}/subagents/{file}")).or_else(|| beside.read(&file))?;
    let lines = bytes.split(|it| *it == b'\n').rev();
    lines.filter_map(|it| serde_json::from_slice::<Json>(it).ok()).find_map(|it| {
        let message = it.get("message").filter(|_| it["type"] == "assistant")?;
        message.get("id").and_then(Json::as_str).map(str::to_owned)
    })
}

//! Sessions of coding agents: agents, messages of models, tools, tokens and errors, counted in the files themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use creditscope::model::{Act, ActId, ActKind, Episode, Status};
use serde_json::Value;

use super::opened::{As, Opened, open, own, real};

/// The objects of JSON Lines; a line that is none is passed over.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect()
}

/// The files below a folder whose names end like this.
fn below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn name(episode: &Episode, act: &Act) -> String {
    episode.agent(act.agent).name.clone()
}

fn acts(opened: &Opened) -> impl Iterator<Item = (&Episode, &Act)> {
    opened.episodes.iter().flat_map(|episode| episode.acts.iter().map(move |act| (episode, act)))
}

fn of_kind(opened: &Opened, kind: &str) -> usize {
    acts(opened).filter(|it| it.1.kind == ActKind::Action && it.1.category == kind).count()
}

/// What the lines of Claude Code's files say.
#[derive(Debug, Default)]
struct Said {
    /// Tokens of each API message: the most that any of its lines says.
    messages: BTreeMap<String, (u64, u64)>,
    /// Tool calls: the tool, its input.
    calls: BTreeMap<String, (String, Value)>,
    /// Results by call: whether it failed, and what the program notes of it.
    results: BTreeMap<String, (bool, Value)>,
}

fn said(files: &[PathBuf]) -> Said {
    let mut said = Said::default();
    for line in files.iter().flat_map(|it| lines(it)) {
        let inner = if line["data"]["type"] == "agent_progress" { &line["data"]["message"] } else { &line };
        let message = &inner["message"];
        if inner["type"] == "assistant" {
            let usage = |key: &str| message["usage"][key].as_u64().unwrap_or(0);
            let tokens = said.messages.entry(message["id"].as_str().unwrap().to_owned()).or_default();
            tokens.0 = tokens.0.max(usage("input_tokens"));
            tokens.1 = tokens.1.max(usage("output_tokens"));
        }
        for block in message["content"].as_array().into_iter().flatten() {
            let text = |key: &str| block[key].as_str().unwrap_or_default().to_owned();
            match block["type"].as_str() {
                Some("tool_use") => {
                    said.calls.insert(text("id"), (text("name"), block["input"].clone()));
                }
                Some("tool_result") if block["tool_use_id"].is_string() => {
                    let failed = block["is_error"] == true;
                    said.results.insert(text("tool_use_id"), (failed, inner["toolUseResult"].clone()));
                }
                _ => {}
            }
        }
    }
    said
}

/// What was read of a session, one episode, is what its files say.
fn check_claude(path: &Path) -> Opened {
    let said = said(&below(path, ".jsonl"));
    let opened = open(&[path], As::default());
    assert_eq!(opened.episodes.len(), 1, "{}", path.display());
    assert_eq!(of_kind(&opened, "llm"), said.messages.len());
    let sum = |of: fn(&(u64, u64)) -> u64| said.messages.values().map(of).sum::<u64>();
    let read = |of: fn(&Act) -> Option<u64>| acts(&opened).filter_map(|it| of(it.1)).sum::<u64>();
    assert_eq!(read(|it| it.usage.input), sum(|it| it.0));
    assert_eq!(read(|it| it.usage.output), sum(|it| it.1));
    let begins = |tool: &str| tool == "Agent" || tool == "Task";
    let writes = |id: &str, tool: &str| tool == "SendMessage" && said.results.get(id).is_some_and(|it| !it.0);
    let tools = said.calls.iter().filter(|it| !begins(&it.1.0) && !writes(it.0, &it.1.0)).count();
    assert_eq!(of_kind(&opened, "tool"), tools);
    let failed = said.results.iter().filter(|it| it.1.0 && said.calls.contains_key(it.0)).count();
    assert_eq!(acts(&opened).filter(|it| it.1.error.is_some()).count(), failed);
    // Each call of an agent is a message; so is each answer and each message that an agent sends.
    let spawned = said.calls.values().filter(|it| begins(&it.0)).count();
    let is_answer = |it: &(&String, &(bool, Value))| {
        let called = said.calls.get(it.0).is_some_and(|it| begins(&it.0));
        called && !it.1.0 && it.1.1["status"] != "async_launched" && it.1.1["isAsync"] != true
    };
    let answered = said.results.iter().filter(is_answer).count();
    let sent = said.calls.iter().filter(|it| writes(it.0, &it.1.0)).count();
    let messages: Vec<_> = acts(&opened).filter(|it| it.1.kind == ActKind::Message).collect();
    assert_eq!(messages.len(), spawned + answered + sent);
    // Of every sub-agent that acts here, the first act comes of the call.
    let episode = &opened.episodes[0];
    let mut seen = BTreeSet::from(["lead".to_owned()]);
    for (at, act) in episode.acts.iter().enumerate() {
        if act.kind == ActKind::Action && seen.insert(name(episode, act)) {
            let parents = episode.links.parents(ActId::from_index(at));
            assert!(!parents.is_empty(), "the first act of {}", name(episode, act));
        }
    }
    opened
}

fn agents(opened: &Opened) -> BTreeSet<String> {
    acts(opened).filter(|it| it.1.kind == ActKind::Action).map(|it| name(it.0, it.1)).collect()
}

fn names(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn sessions_of_claude_code_of_our_own() {
    let opened = check_claude(&own("claude_code"));
    assert_eq!(agents(&opened), names(&["lead", "scout", "scribe"]));
    let episode = &opened.episodes[0];
    assert_eq!(episode.task.as_deref(), Some("Write down what grows in the garden."));
    // The scout's answer comes of its last message, which stands in its own file.
    let at = episode
        .acts
        .iter()
        .position(|it| it.kind == ActKind::Message && name(episode, it) == "scout")
        .unwrap();
    let parents = episode.links.parents(ActId::from_index(at));
    assert_eq!(parents.iter().map(|it| episode.act(it.act).id.as_str()).collect::<Vec<_>>(), ["msg_s2"]);
}

#[test]
fn real_sessions_of_claude_code() {
    let Some(folder) = real("claude_code/v2.1.114-subagents") else { return };
    let opened = check_claude(&folder);
    let called: BTreeSet<String> = said(&below(&folder, ".jsonl"))
        .calls
        .values()
        .filter(|it| it.0 == "Agent")
        .map(|it| it.1["name"].as_str().unwrap().to_owned())
        .chain(["lead".to_owned()])
        .collect();
    assert_eq!(agents(&opened), called);
    let inline = real("claude_code/v1-inline-sidechain/sidechain.jsonl").unwrap();
    assert_eq!(agents(&check_claude(&inline)), names(&["lead", "Debug failing test output"]));
    let progress = check_claude(&real("claude_code/v2.1.19-agent_progress/full.jsonl").unwrap());
    assert_eq!(agents(&progress).len(), 2);
    let background = check_claude(&real("claude_code/v2.0.76-8-background-tasks/full.jsonl").unwrap());
    assert_eq!(agents(&background), names(&["lead"]));
    let workflow = check_claude(&real("claude_code/workflow-fixture").unwrap());
    assert!(agents(&workflow).contains("review:loader"), "{:?}", agents(&workflow));
}

/// What was read of Codex's files, by counting their lines.
fn check_codex(path: &Path) -> Opened {
    let opened = open(&[path], As::default());
    let (mut tools, mut failed, mut spawned, mut tokens) = (0, 0, 0, (0, 0));
    for file in below(path, ".jsonl") {
        let all = lines(&file);
        let since = all[0]["payload"]["timestamp"].as_str().unwrap_or_default().to_owned();
        // A spawned thread repeats what was said before it began.
        let own = all.iter().filter(|it| it["timestamp"].as_str().unwrap_or_default() >= since.as_str());
        let mut total = Value::Null;
        for line in own {
            let payload = &line["payload"];
            match payload["type"].as_str() {
                Some("function_call") if payload["name"] == "spawn_agent" => spawned += 1,
                Some("function_call") => tools += 1,
                Some("function_call_output") => {
                    let output: Value =
                        serde_json::from_str(payload["output"].as_str().unwrap()).unwrap_or_default();
                    failed += usize::from(output["metadata"]["exit_code"].as_i64().unwrap_or(0) != 0);
                }
                Some("token_count") if payload["info"]["total_token_usage"] != total => {
                    total = payload["info"]["total_token_usage"].clone();
                    tokens.0 += payload["info"]["last_token_usage"]["input_tokens"].as_u64().unwrap_or(0);
                    tokens.1 += payload["info"]["last_token_usage"]["output_tokens"].as_u64().unwrap_or(0);
                }
                _ => {}
            }
        }
    }
    let read = |of: fn(&Act) -> Option<u64>| acts(&opened).filter_map(|it| of(it.1)).sum::<u64>();
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(
        (of_kind(&opened, "tool"), acts(&opened).filter(|it| it.1.error.is_some()).count()),
        (tools, failed)
    );
    assert_eq!(acts(&opened).filter(|it| it.1.kind == ActKind::Message).count(), spawned);
    assert_eq!((read(|it| it.usage.input), read(|it| it.usage.output)), tokens);
    opened
}

#[test]
fn sessions_of_codex() {
    let opened = check_codex(&own("codex"));
    assert_eq!((opened.episodes.len(), agents(&opened)), (1, names(&["codex", "reader"])));
    let episode = &opened.episodes[0];
    let first = episode.acts.iter().position(|it| name(episode, it) == "reader").unwrap();
    let parents = episode.links.parents(ActId::from_index(first));
    assert_eq!(episode.act(parents[0].act).id, "c2");
    let exec = open(&[&own("codex_exec.jsonl")], As::default());
    assert_eq!((of_kind(&exec, "llm"), of_kind(&exec, "tool")), (1, 1));
    assert_eq!(acts(&exec).filter_map(|it| it.1.usage.input).sum::<u64>(), 300);
    let Some(path) = real("codex_cli/rollout-2025-09-25T15-12-14-019982b8.jsonl") else { return };
    check_codex(&path);
    let threads = check_codex(&real("codex_cli/subagent-fixture").unwrap());
    assert_eq!((threads.episodes.len(), agents(&threads)), (1, names(&["synthetic_researcher", "codex"])));
    let exec = open(&[&real("codex_cli/exec-json-stream-output-5.jsonl").unwrap()], As::default());
    assert_eq!((exec.errors().len(), of_kind(&exec, "tool"), of_kind(&exec, "llm")), (0, 1, 1));
}

#[test]
fn sessions_of_gemini() {
    let check = |path: &Path| {
        let opened = open(&[path], As::default());
        let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let messages = document["messages"].as_array().unwrap().iter().filter(|it| it["type"] == "gemini");
        let calls: Vec<&Value> =
            messages.clone().flat_map(|it| it["toolCalls"].as_array().into_iter().flatten()).collect();
        assert_eq!(
            (of_kind(&opened, "llm"), of_kind(&opened, "tool")),
            (messages.clone().count(), calls.len())
        );
        let tokens =
            |key: &str| messages.clone().map(|it| it["tokens"][key].as_u64().unwrap_or(0)).sum::<u64>();
        let read = |of: fn(&Act) -> Option<u64>| acts(&opened).filter_map(|it| of(it.1)).sum::<u64>();
        assert_eq!(
            (read(|it| it.usage.input), read(|it| it.usage.output)),
            (tokens("input"), tokens("output"))
        );
        let failed = calls.iter().filter(|it| it["status"] != "success").count();
        assert_eq!(acts(&opened).filter(|it| it.1.error.is_some()).count(), failed);
    };
    check(&own("gemini.json"));
    for name in ["session-2025-10-27T19-55-981c87cb.json", "session-f7633853.json"] {
        if let Some(path) = real(&format!("gemini_cli/{name}")) {
            check(&path);
        }
    }
}

#[test]
fn trajectories_of_openhands() {
    let check = |path: &Path| {
        let opened = open(&[path], As::default());
        let events: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let events = events.as_array().unwrap();
        let speaks = |it: &Value| matches!(it["action"].as_str(), Some("message" | "finish" | "think"));
        let tools = events.iter().filter(|it| it["action"].is_string() && !speaks(it)).count();
        assert_eq!(of_kind(&opened, "tool"), tools);
        let mut tokens = BTreeMap::new();
        for response in events
            .iter()
            .map(|it| &it["tool_call_metadata"]["model_response"])
            .filter(|it| it["id"].is_string())
        {
            tokens.insert(response["id"].to_string(), response["usage"]["prompt_tokens"].as_u64().unwrap());
        }
        assert_eq!(
            acts(&opened).filter_map(|it| it.1.usage.input).sum::<u64>(),
            tokens.values().sum::<u64>()
        );
        let failed = events
            .iter()
            .filter(|it| it["extras"]["metadata"]["exit_code"].as_i64().unwrap_or(0) > 0)
            .count();
        assert_eq!(acts(&opened).filter(|it| it.1.error.is_some()).count(), failed);
    };
    check(&own("openhands/trajectory.json"));
    let outputs = |path: &Path| {
        let (opened, rows) = (open(&[path], As::default()), lines(path));
        assert_eq!(opened.episodes.len(), rows.len());
        for (episode, row) in opened.episodes.iter().zip(&rows) {
            let status = episode.outcome.as_ref().unwrap().status.clone();
            let expected = if row["success"] == true { Status::Success } else { Status::Failure };
            assert_eq!(status, Some(expected));
            let cost: f64 = episode.metrics.iter().filter(|it| it.name == "cost").map(|it| it.value).sum();
            assert_eq!(Some(cost), row["metrics"]["accumulated_cost"].as_f64());
        }
    };
    outputs(&own("openhands/output.jsonl"));
    for name in ["trajs-basic.json", "trajs-wrong_initial_state.json"] {
        let Some(path) = real(&format!("openhands/{name}")) else { return };
        check(&path);
    }
    outputs(&real("openhands/resolver-output.jsonl").unwrap());
}

//! Logs of frameworks for teams: acts, tools, tokens, errors and ends, counted in the files themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use creditscope::model::{ActKind, Episode};
use serde_json::Value;

use super::opened::{As, Opened, open, own, real};

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// The objects among the lines.
fn lines(path: &Path) -> Vec<Value> {
    text(path).lines().filter_map(|it| serde_json::from_str(it).ok()).filter(Value::is_object).collect()
}

fn document(path: &Path) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Reads without a problem, by content.
fn read(path: &Path) -> Opened {
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    opened
}

/// Each act but the first comes from the one before.
fn assert_chain(episode: &Episode) {
    for (at, id) in episode.act_ids().enumerate() {
        let parents: Vec<usize> = episode.links.parents(id).iter().map(|it| it.act.index()).collect();
        assert_eq!(parents, (0..at).next_back().into_iter().collect::<Vec<_>>(), "{}", episode.name);
    }
}

/// Acts of agents by the name of the agent; messages are not counted.
fn by_agent(episode: &Episode) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for act in episode.acts.iter().filter(|it| it.kind == ActKind::Action) {
        *found.entry(episode.agents[act.agent.index()].name.clone()).or_default() += 1;
    }
    found
}

fn tokens(opened: &Opened) -> (u64, u64) {
    let acts = || opened.episodes.iter().flat_map(|it| it.acts.iter());
    (acts().filter_map(|it| it.usage.input).sum(), acts().filter_map(|it| it.usage.output).sum())
}

fn errors(opened: &Opened) -> usize {
    opened.episodes.iter().flat_map(|it| it.acts.iter()).filter(|it| it.error.is_some()).count()
}

/// What an AutoGen team said, in the order of the file, each message once.
fn check_autogen(path: &Path, said: &[Value]) -> Opened {
    let opened = read(path);
    assert_eq!(opened.episodes.len(), 1);
    let episode = &opened.episodes[0];
    let (mut acts, mut messages, mut failed) = (BTreeMap::<String, usize>::new(), 0, 0);
    let mut usage = (0, 0);
    for it in said {
        let mut count = |n| *acts.entry(word(it, "source").to_owned()).or_default() += n;
        match word(it, "type") {
            _ if word(it, "source") == "user" => continue,
            "ToolCallRequestEvent" => count(list(&it["content"]).len()),
            "ToolCallExecutionEvent" => {
                failed += list(&it["content"]).iter().filter(|it| it["is_error"] == true).count();
            }
            "HandoffMessage" => messages += 1,
            _ => count(1),
        }
        usage.0 += it["models_usage"]["prompt_tokens"].as_u64().unwrap_or(0);
        usage.1 += it["models_usage"]["completion_tokens"].as_u64().unwrap_or(0);
    }
    assert_eq!(by_agent(episode), acts);
    assert_eq!(episode.acts.len() - acts.values().sum::<usize>(), messages);
    assert_eq!((tokens(&opened), errors(&opened)), (usage, failed));
    assert_eq!(episode.task.as_deref(), said[0]["content"].as_str());
    assert_chain(episode);
    opened
}

#[test]
fn streams_of_autogen() {
    for path in
        [Some(own("autogen/table.jsonl")), real("autogen/autogen_run_stream.jsonl")].into_iter().flatten()
    {
        let said: Vec<Value> = lines(&path).into_iter().filter(|it| it.get("source").is_some()).collect();
        let opened = check_autogen(&path, &said);
        let end = opened.episodes[0].outcome.as_ref().unwrap();
        let last = lines(&path).pop().unwrap();
        assert_eq!(end.reason.as_deref(), last["stop_reason"].as_str());
    }
}

#[test]
fn saved_states_of_autogen() {
    for path in
        [Some(own("autogen/state.json")), real("autogen/autogen_team_state.json")].into_iter().flatten()
    {
        let document = document(&path);
        let states = document["agent_states"].as_object().unwrap().values();
        let said: Vec<Value> = states.flat_map(|it| list(&it["message_thread"]).to_vec()).collect();
        let opened = check_autogen(&path, &said);
        assert!(opened.episodes[0].outcome.is_none(), "it may go on");
    }
}

#[test]
fn states_of_langgraph() {
    let real = real("langgraph/langgraph_state_history.json");
    for path in [Some(own("langgraph_states.json")), real].into_iter().flatten() {
        let (opened, history) = (read(&path), document(&path));
        assert_eq!(opened.episodes.len(), 1);
        let episode = &opened.episodes[0];
        // The newest state has all messages. One of a model is an act, one with calls of tools an act for each.
        let said = list(&history[0]["values"]["messages"]);
        let mut acts = 0;
        for it in said.iter().filter(|it| it["type"] == "ai") {
            let calls = list(&it["tool_calls"]).len();
            acts += calls + usize::from(calls == 0 || !word(it, "content").is_empty());
        }
        let other = list(&history).iter().any(|it| it["values"].as_object().unwrap().len() > 1);
        assert_eq!(episode.acts.len(), acts + usize::from(other));
        let sum = |key: &str| said.iter().filter_map(|it| it["usage_metadata"][key].as_u64()).sum::<u64>();
        assert_eq!(tokens(&opened), (sum("input_tokens"), sum("output_tokens")));
        assert_eq!(errors(&opened), said.iter().filter(|it| it["status"] == "error").count());
        assert_eq!(episode.task.as_deref(), said[0]["content"].as_str());
        let answer = episode.outcome.as_ref().unwrap().answer.as_deref();
        assert_eq!(answer, said.last().unwrap()["content"].as_str());
        // Where messages have the names of agents, those act.
        for it in said.iter().filter(|it| it["type"] == "ai" && it["name"].is_string()) {
            assert!(by_agent(episode).contains_key(word(it, "name")));
        }
        assert_chain(episode);
    }
}

#[test]
fn event_logs_of_autogen() {
    for path in
        [Some(own("autogen/events.log")), real("autogen/autogen_core_events.log")].into_iter().flatten()
    {
        let (mut seen, mut said) = (BTreeSet::new(), Vec::new());
        let mut add = |it: &Value| {
            if it.get("source").is_some() && seen.insert(it["id"].to_string()) {
                said.push(it.clone());
            }
        };
        for line in lines(&path) {
            let Ok(payload) = serde_json::from_str::<Value>(word(&line, "payload")) else { continue };
            list(&payload["messages"]).iter().for_each(&mut add);
            [&payload["message"], &payload["response"]["chat_message"]].into_iter().for_each(&mut add);
        }
        check_autogen(&path, &said);
    }
}

#[test]
fn logs_of_ag2() {
    for path in [Some(own("ag2/runtime.log")), real("ag2/runtime.log")].into_iter().flatten() {
        let opened = read(&path);
        // What the manager receives is said for the first time; what it gets first is the task.
        let all = lines(&path);
        let received = all.iter().filter(|it| word(it, "event_name") == "received_message");
        let states: Vec<Value> = received
            .filter(|it| it["source_name"].as_str().is_some_and(|it| it.ends_with("manager")))
            .map(|it| serde_json::from_str(word(it, "json_state")).unwrap())
            .collect();
        let mut acts = BTreeMap::<String, usize>::new();
        states[1..].iter().for_each(|it| *acts.entry(word(it, "sender").to_owned()).or_default() += 1);
        let episode = &opened.episodes[0];
        assert_eq!(by_agent(episode), acts);
        assert_eq!(episode.task.as_deref(), states[0]["message"].as_str());
        let cost: f64 = all.iter().filter_map(|it| it["cost"].as_f64()).sum();
        let told: f64 = episode.acts.iter().filter_map(|it| it.usage.cost).sum();
        assert!((cost - told).abs() < 1e-12 && cost > 0.0, "{cost} {told}");
        assert_chain(episode);
    }
}

#[test]
fn results_of_ag2() {
    for path in [Some(own("ag2/result.json")), real("ag2/ag2_chat_result.json")].into_iter().flatten() {
        let (opened, result) = (read(&path), document(&path));
        let episode = &opened.episodes[0];
        assert_eq!(episode.acts.len(), list(&result["chat_history"]).len() - 1);
        assert_eq!(episode.outcome.as_ref().unwrap().answer.as_deref(), result["summary"].as_str());
        assert_chain(episode);
    }
}

/// Events of ADK, whichever way their names are written.
fn check_adk(path: &Path, events: &[Value]) {
    let either =
        |of: &'_ Value, names: [&str; 2]| names.map(|it| of[it].clone()).into_iter().find(|it| !it.is_null());
    let opened = read(path);
    assert_eq!(opened.episodes.len(), 1);
    let episode = &opened.episodes[0];
    let (mut acts, mut handed) = (BTreeMap::<String, usize>::new(), 0);
    for event in events.iter().filter(|it| word(it, "author") != "user") {
        let parts = list(&event["content"]["parts"]);
        let mut count = || *acts.entry(word(event, "author").to_owned()).or_default() += 1;
        if parts.iter().any(|it| it.get("text").is_some()) {
            count();
        }
        for call in parts.iter().filter_map(|it| either(it, ["function_call", "functionCall"])) {
            if word(&call, "name").starts_with("transfer_to") {
                handed += 1;
            } else {
                count();
            }
        }
    }
    assert_eq!(by_agent(episode), acts);
    let said_again = events[1..].iter().filter(|it| word(it, "author") == "user").count();
    assert_eq!(episode.acts.len() - acts.values().sum::<usize>(), handed + said_again);
    assert_chain(episode);
}

#[test]
fn events_and_sessions_of_adk() {
    for path in [Some(own("adk/events.jsonl")), real("google_adk/adk_events.jsonl")].into_iter().flatten() {
        check_adk(&path, &lines(&path));
    }
    let sessions = [Some(own("adk/session.json")), real("google_adk/flow_complex_spark.session.json")];
    for path in sessions.into_iter().flatten() {
        check_adk(&path, list(&document(&path)["events"]));
    }
    // 22 + 35 + 41 and 4 + 11 + 6; tokens of the event that hands over stand on no act.
    let opened = read(&own("adk/events.jsonl"));
    assert_eq!((tokens(&opened), errors(&opened)), ((76, 17), 1));
}

#[test]
fn logs_of_crewai() {
    for path in [Some(own("crewai/roof.json")), real("crewai/crewai_logs.json")].into_iter().flatten() {
        let (opened, log) = (read(&path), document(&path));
        let events = list(&log);
        let count = |status: &str| events.iter().filter(|it| word(it, "status") == status).count();
        let episode = &opened.episodes[0];
        assert_eq!(episode.acts.len(), count("started"));
        assert_eq!(errors(&opened), count("started") - count("completed"));
        assert_eq!(episode.outcome.is_some(), count("started") == count("completed"));
        assert_chain(episode);
    }
}

#[test]
fn memories_of_smolagents() {
    let real = real("smolagents/smolagents_memory_full_steps.json");
    for path in [Some(own("smolagents/memory.json")), real].into_iter().flatten() {
        let (opened, memory) = (read(&path), document(&path));
        let steps: Vec<&Value> = list(&memory).iter().filter(|it| it.get("step_number").is_some()).collect();
        let sum = |key: &str| steps.iter().filter_map(|it| it["token_usage"][key].as_u64()).sum::<u64>();
        let episode = &opened.episodes[0];
        assert_eq!(episode.acts.len(), steps.len());
        assert_eq!(tokens(&opened), (sum("input_tokens"), sum("output_tokens")));
        assert_eq!(errors(&opened), steps.iter().filter(|it| !it["error"].is_null()).count());
        let last = steps.last().unwrap();
        assert_eq!(episode.outcome.as_ref().unwrap().answer.as_deref(), last["action_output"].as_str());
        assert_chain(episode);
    }
}

#[test]
fn logs_of_chatdev() {
    for path in [Some(own("chatdev/run.log")), real("chatdev_log/Gomoku.log")].into_iter().flatten() {
        let opened = read(&path);
        let mut acts = BTreeMap::<String, usize>::new();
        for line in text(&path).lines().filter(|it| it.starts_with("[20") && it.ends_with("):")) {
            let role = line.rsplit_once('(').unwrap().1.trim_end_matches("):");
            *acts.entry(role.to_owned()).or_default() += 1;
        }
        let episode = &opened.episodes[0];
        assert_eq!(by_agent(episode), acts);
        assert!(episode.outcome.is_some() && episode.acts.iter().all(|it| it.time.is_some()));
        assert_chain(episode);
    }
}

#[test]
fn credit_details_of_c3() {
    let mut paths = vec![own("c3/credit_details.jsonl")];
    for mode in ["", ".c3_full_mean", ".magrpo_mean", ".magrpo_rloo"] {
        for role in ["actor", "reasoner"] {
            paths.extend(real(&format!("c3_generated/credit_details_toy.{role}{mode}.jsonl")));
        }
    }
    for path in paths {
        let (opened, rows) = (read(&path), lines(&path));
        let buckets: BTreeSet<&str> = rows.iter().map(|it| word(it, "bucket_id")).collect();
        assert_eq!(opened.episodes.len(), buckets.len());
        for episode in &opened.episodes {
            let own: Vec<&Value> = rows.iter().filter(|it| word(it, "bucket_id") == episode.name).collect();
            let chosen = own.iter().find(|it| it["is_real_j"] == true).unwrap();
            assert_eq!(episode.acts.len(), 1);
            let declared = &episode.declared[0];
            assert_eq!(declared.algorithm, word(chosen, "mode"));
            assert_eq!(declared.items[0].value, chosen["A_hat"].as_f64());
            // Leave-one-out by hand: the mean of the real one less that of the others.
            if declared.algorithm == "magrpo_rloo" {
                let others = || own.iter().filter(|it| it["is_real_j"] != true);
                let mean =
                    others().filter_map(|it| it["barR"].as_f64()).sum::<f64>() / others().count() as f64;
                let credit = chosen["barR"].as_f64().unwrap() - mean;
                assert!((credit - declared.items[0].value.unwrap()).abs() < 1e-12);
            }
        }
    }
}

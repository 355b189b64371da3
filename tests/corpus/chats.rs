//! Scored conversations: acts, tools, tokens, rewards and groups, from the files themselves.

use std::{collections::BTreeMap, fs, path::Path};

use creditscope::model::{ActKind, Episode, Status};
use serde_json::Value;

use super::opened::{As, Opened, open, own, real};

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is(value: &Value, text: &str) -> bool {
    value.as_str() == Some(text)
}

/// How many acts a conversation has: what is said, and each call of a tool.
fn acts_of(messages: &[Value]) -> usize {
    let of = |it: &Value| {
        let calls = list(&it["tool_calls"]).len();
        let speaks = it["content"].as_str().is_some_and(|it| !it.is_empty());
        match it["role"].as_str() {
            Some("user" | "assistant") => calls + usize::from(speaks || calls == 0),
            _ => 0,
        }
    };
    messages.iter().map(of).sum()
}

fn succeeded(episode: &Episode) -> bool {
    episode.outcome.as_ref().and_then(|it| it.status.clone()) == Some(Status::Success)
}

/// Tokens of all acts, and those that are metrics: in, out.
fn tokens(opened: &Opened) -> (u64, u64) {
    let acts = || opened.episodes.iter().flat_map(|it| it.acts.iter());
    let metrics = |name: &str| -> u64 {
        let all = opened.episodes.iter().flat_map(|it| it.metrics.iter());
        all.filter(|it| it.name == name).map(|it| it.value as u64).sum()
    };
    (
        acts().filter_map(|it| it.usage.input).sum::<u64>() + metrics("input tokens"),
        acts().filter_map(|it| it.usage.output).sum::<u64>() + metrics("output tokens"),
    )
}

fn check_tau_bench(path: &Path) -> Opened {
    let results = json(path);
    let results: Vec<&Value> = list(&results).iter().filter(|it| it["traj"].is_array()).collect();
    let opened = open(&[path], As::default());
    assert_eq!(opened.episodes.len(), results.len());
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for (episode, result) in opened.episodes.iter().zip(&results) {
        let messages = list(&result["traj"]);
        assert_eq!(episode.acts.len(), acts_of(messages), "{}", episode.name);
        assert_eq!(episode.reward().map(|it| it.value), result["reward"].as_f64());
        assert_eq!(succeeded(episode), result["reward"].as_f64() == Some(1.0));
        let by_user = messages.iter().filter(|it| is(&it["role"], "user")).count();
        let user = episode.agents.iter().position(|it| it.name == "user").unwrap();
        assert_eq!(episode.acts.iter().filter(|it| it.agent.index() == user).count(), by_user);
        // Each act but the first comes from the one before.
        for (at, id) in episode.act_ids().enumerate() {
            let parents: Vec<usize> = episode.links.parents(id).iter().map(|it| it.act.index()).collect();
            assert_eq!(parents, (0..at).next_back().into_iter().collect::<Vec<_>>());
        }
        // Tools are no agents: what they answer is a result.
        let answered =
            messages.iter().filter(|it| is(&it["role"], "tool") && !is(&it["content"], "")).count();
        assert_eq!(episode.acts.iter().filter(|it| !it.result.is_empty()).count(), answered);
        *groups.entry(episode.group.clone().unwrap()).or_default() += 1;
    }
    let mut held: BTreeMap<String, usize> = BTreeMap::new();
    results.iter().for_each(|it| *held.entry(it["task_id"].to_string()).or_default() += 1);
    assert_eq!(groups, held);
    opened
}

#[test]
fn results_of_tau_bench() {
    let opened = check_tau_bench(&own("tau/shop.json"));
    assert_eq!(
        opened.errors(),
        ["result 2 has no `traj`"].map(|it| format!("{}:29: {it}", own("tau/shop.json").display()))
    );
    let failed = opened.episodes[0].acts.iter().filter(|it| it.error.is_some()).count();
    assert_eq!(failed, 1);
    assert_eq!(
        opened.episodes[0].outcome.as_ref().unwrap().ground_truth.as_deref(),
        Some("find_coat, send_coat")
    );
    if let Some(path) = real("tau_bench/gpt-4o-airline.json") {
        let opened = check_tau_bench(&path);
        // 50 tasks four times, 84 of 200 solved: counted with Python.
        assert_eq!((opened.episodes.len(), opened.team_reward()), (200, 84.0));
    }
}

fn check_tau2(path: &Path) -> Opened {
    let document = json(path);
    let simulations: Vec<&Value> =
        list(&document["simulations"]).iter().filter(|it| !list(&it["messages"]).is_empty()).collect();
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    assert_eq!(opened.episodes.len(), simulations.len());
    let (mut input, mut output) = (0, 0);
    for (episode, simulation) in opened.episodes.iter().zip(&simulations) {
        let messages = list(&simulation["messages"]);
        assert_eq!(episode.acts.len(), acts_of(messages));
        assert_eq!(episode.reward().map(|it| it.value), simulation["reward_info"]["reward"].as_f64());
        assert_eq!(episode.seed.as_deref(), Some(simulation["seed"].to_string().as_str()));
        assert!(episode.acts.iter().all(|it| it.time.is_some()));
        for message in messages {
            input += message["usage"]["prompt_tokens"].as_u64().unwrap_or(0);
            output += message["usage"]["completion_tokens"].as_u64().unwrap_or(0);
        }
        let checks = list(&simulation["reward_info"]["action_checks"]);
        let missed = checks.iter().filter(|it| it["action_match"] == false).count();
        assert_eq!(episode.labels.len(), missed);
    }
    assert_eq!(tokens(&opened), (input, output));
    opened
}

#[test]
fn results_of_tau2() {
    let opened = check_tau2(&own("tau/tau2.json"));
    let episode = &opened.episodes[0];
    // Both call tools: one the user, one the assistant, and that one fails.
    let calls: Vec<(&str, bool)> = episode
        .acts
        .iter()
        .filter(|it| it.category == "tool")
        .map(|it| (episode.agents[it.agent.index()].name.as_str(), it.error.is_some()))
        .collect();
    assert_eq!(calls, [("user", false), ("assistant", true)]);
    assert_eq!(episode.labels[0].agent_text, "assistant");
    if let Some(path) = real("tau2_bench/mock_success.json") {
        let opened = check_tau2(&path);
        assert_eq!((opened.episodes.len(), opened.team_reward()), (4, 4.0));
    }
}

fn check_swe(path: &Path) {
    let document = json(path);
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let [episode] = opened.episodes.as_slice() else { panic!("one episode") };
    let steps = list(&document["trajectory"]);
    assert_eq!(episode.acts.len(), steps.len());
    let took: f64 = steps.iter().filter_map(|it| it["execution_time"].as_f64()).sum();
    let read: f64 = episode.acts.iter().filter_map(|it| it.duration).sum();
    assert!((took - read).abs() < 1e-9);
    assert_eq!(Some(episode.agents[0].name.as_str()), document["history"][0]["agent"].as_str());
    let outcome = episode.outcome.as_ref().unwrap();
    assert_eq!(outcome.reason.as_deref(), document["info"]["exit_status"].as_str());
    assert_eq!(outcome.status, None, "submitted is not solved");
}

#[test]
fn trajectories_of_swe_agent() {
    check_swe(&own("swe/hut.traj"));
    for name in ["flash.traj", "marshmallow-1867.function_calling.traj"] {
        if let Some(path) = real(&format!("swe_agent/{name}")) {
            check_swe(&path);
        }
    }
}

#[test]
fn trajectories_of_mini_swe_agent() {
    let real = ["github_issue", "local"].map(|it| real(&format!("mini_swe_agent/{it}.traj.json")));
    for path in real.into_iter().flatten().chain([own("swe/mini.traj.json")]) {
        let messages = json(&path);
        let opened = open(&[&path], As::default());
        assert_eq!(opened.errors(), Vec::<String>::new());
        let said = list(&messages).iter().filter(|it| is(&it["role"], "assistant")).count();
        assert_eq!((opened.episodes.len(), opened.acts()), (1, said));
        assert!(opened.episodes[0].task.as_deref().unwrap().starts_with("Please solve this issue"));
    }
}

/// Whether an event is within a scorer's span.
fn scores(event: &Value, spans: &BTreeMap<&str, &Value>) -> bool {
    let mut at = event["span_id"].as_str();
    while let Some(span) = at.and_then(|it| spans.get(it)) {
        if matches!(span["type"].as_str(), Some("scorer" | "scorers")) {
            return true;
        }
        at = span["parent_id"].as_str();
    }
    false
}

fn check_inspect(path: &Path) -> Opened {
    let document = json(path);
    let opened = open(&[path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let samples = list(&document["samples"]);
    assert_eq!(opened.episodes.len(), samples.len());
    let (mut input, mut output) = (0, 0);
    for (episode, sample) in opened.episodes.iter().zip(samples) {
        let events = list(&sample["events"]);
        let begins = events.iter().filter(|it| is(&it["event"], "span_begin"));
        let spans: BTreeMap<&str, &Value> = begins.filter_map(|it| Some((it["id"].as_str()?, it))).collect();
        let team: Vec<&Value> = events
            .iter()
            .filter(|it| is(&it["event"], "model") || is(&it["event"], "tool"))
            .filter(|it| !scores(it, &spans))
            .collect();
        let expected = if events.is_empty() { acts_of(list(&sample["messages"])) } else { team.len() };
        assert_eq!(episode.acts.len(), expected, "{}", episode.name);
        for event in team {
            input += event["output"]["usage"]["input_tokens"].as_u64().unwrap_or(0);
            output += event["output"]["usage"]["output_tokens"].as_u64().unwrap_or(0);
        }
        let first = sample["scores"].as_object().and_then(|it| it.values().next());
        let worth = first.and_then(|it| match it["value"].as_str() {
            Some("C") => Some(1.0),
            Some("I") => Some(0.0),
            _ => it["value"].as_f64(),
        });
        let read: Vec<f64> = episode.rewards.iter().filter_map(|it| it.value).collect();
        assert_eq!(read, worth.into_iter().collect::<Vec<_>>());
        assert_eq!(succeeded(episode), worth == Some(1.0));
        let id = sample["id"].as_str().map_or_else(|| sample["id"].to_string(), str::to_owned);
        assert_eq!(episode.group, Some(id));
    }
    assert_eq!(tokens(&opened), (input, output));
    opened
}

#[test]
fn logs_of_inspect() {
    let opened = check_inspect(&own("inspect/team.json"));
    let episode = &opened.episodes[0];
    let names: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["lead", "reader"]);
    // The transfer is a message; the last act comes from both calls before it.
    let messages: Vec<_> = episode.acts.iter().filter(|it| it.kind == ActKind::Message).collect();
    assert_eq!((messages.len(), messages[0].to.len()), (1, 1));
    let last = episode.act_ids().last().unwrap();
    assert_eq!(episode.links.parents(last).len(), 2);
    assert_eq!(episode.metrics.len(), 1);
    let outcome = opened.episodes[2].outcome.as_ref().unwrap();
    assert_eq!(
        (outcome.status.clone(), outcome.reason.as_deref()),
        (Some(Status::Error), Some("connection lost"))
    );
    for name in ["team_handoff", "team_error", "2025-05-12T20-28-26-04-00_security-guide", "log_formats"] {
        if let Some(path) = real(&format!("inspect_ai/{name}.json")) {
            let opened = check_inspect(&path);
            let agents: Vec<&str> = opened.episodes[0].agents.iter().map(|it| it.name.as_str()).collect();
            let expected: &[&str] = match name {
                "team_handoff" => &["lead", "searcher"],
                "team_error" => &["lead"],
                "log_formats" => &["user", "solver"],
                _ => &["solver"],
            };
            assert_eq!(agents, expected, "{name}");
        }
    }
}

#[test]
fn archives_of_inspect() {
    let Some(path) = real("inspect_ai/log_streaming.eval") else { return };
    let opened = open(&[&path], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    // Two samples in two epochs, by `unzip -l`; `header.json` counts an accuracy of them.
    let names: Vec<&str> = opened.episodes.iter().map(|it| it.name.rsplit(':').next().unwrap()).collect();
    assert_eq!(names, ["1.1", "1.2", "2.1", "2.2"]);
    assert!(opened.episodes.iter().all(|it| !it.acts.is_empty() && it.reward().is_some()));
}

//! Exports of trace stores: agents, calls, tokens, errors and judgements, counted in the files themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use super::{
    opened::{As, Opened, open, own, real},
    traces::{Told, check_links, told},
};

/// The observations of a Langfuse download; their contents stand in the outer list.
fn observations(path: &Path) -> (Value, Vec<Value>) {
    let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let all = document["observations"].as_array().cloned().unwrap();
    (document["trace"].clone(), all)
}

/// Calls of models that are within no other, as two instruments write of one.
fn outer<'a>(all: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let parent = |it: &Value| all.iter().find(|other| other["id"] == it["parentObservationId"]);
    let inside = |it: &Value| {
        let mut above = parent(it);
        while let Some(it) = above {
            if it["type"] == kind {
                return true;
            }
            above = parent(it);
        }
        false
    };
    all.iter().filter(|it| it["type"] == kind && !inside(it)).collect()
}

fn check_langfuse(path: &Path) -> Opened {
    let (opened, (trace, all)) = (open(&[path], As::default()), observations(path));
    let read = told(&opened);
    let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
    assert_eq!(opened.episodes.len(), 1);
    assert_eq!(opened.episodes[0].name, trace["id"].as_str().unwrap());
    assert_eq!(of_kind("llm"), outer(&all, "GENERATION").len(), "{}", path.display());
    let sum = |key: &str| all.iter().filter_map(|it| it["usageDetails"][key].as_u64()).sum::<u64>();
    assert_eq!(read.tokens, (sum("input"), sum("output")));
    // A score is a judgement and no reward.
    let scores: f64 = trace["scores"].as_array().unwrap().iter().filter_map(|it| it["value"].as_f64()).sum();
    let metrics: f64 = opened.episodes[0].metrics.iter().map(|it| it.value).sum();
    assert!((scores - metrics).abs() < 1e-9, "{scores} {metrics}");
    assert_eq!((opened.team_reward(), opened.own_reward()), (0.0, 0.0));
    opened
}

#[test]
fn downloads_of_langfuse() {
    let opened = check_langfuse(&own("langfuse.json"));
    let read = told(&opened);
    let named = |from: &str, to: &str| ((from.to_owned(), to.to_owned()), 1);
    assert_eq!(
        read.messages,
        BTreeMap::from([named("presenter", "forecaster"), named("forecaster", "presenter")])
    );
    assert_eq!(read.errors, 1);
    assert_eq!(opened.episodes[0].task.as_deref(), Some("What is the weather?"));
    let frameworks = [
        "autogen-2025-06-06",
        "claude-agent-2025-12-22",
        "crewai-2025-07-11",
        "google-adk-2025-08-28",
        "langgraph-python-2025-08-22",
        "openai-agents-2025-09-30",
    ];
    for name in frameworks {
        let Some(path) = real(&format!("langfuse_export/{name}.trace.json")) else { return };
        let opened = check_langfuse(&path);
        // A tool by its type, or by the node of tools that it ran in.
        let (_, all) = observations(&path);
        let node = |it: &Value| {
            let text = it["metadata"].as_str().unwrap_or("{}");
            serde_json::from_str::<Value>(text).unwrap_or_default()["langgraph_node"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let is_tool = |it: &&Value| {
            it["type"] == "TOOL" || (it["type"] == "SPAN" && node(it) == "tools" && it["name"] != "tools")
        };
        let tools = told(&opened).acts.iter().filter(|it| it.0.1 == "tool").map(|it| it.1).sum::<usize>();
        assert_eq!(tools, all.iter().filter(is_tool).count(), "{name}");
    }
    check_langfuse(&real("langfuse_export/agent-prism-langfuse-1.json").unwrap());
}

#[test]
fn traces_of_mlflow() {
    let check = |path: &Path| {
        let opened = open(&[path], As::default());
        let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let spans = document["data"]["spans"].as_array().unwrap();
        let kind =
            |it: &Value| it["attributes"]["mlflow.spanType"].as_str().unwrap().trim_matches('"').to_owned();
        let agents: BTreeSet<&str> =
            spans.iter().filter(|it| kind(it) == "AGENT").map(|it| it["name"].as_str().unwrap()).collect();
        let read = told(&opened);
        assert_eq!(read.acts.keys().map(|it| it.0.as_str()).collect::<BTreeSet<_>>(), agents);
        let tools = read.acts.iter().filter(|it| it.0.1 == "tool").map(|it| it.1).sum::<usize>();
        assert_eq!(tools, spans.iter().filter(|it| kind(it) == "TOOL").count());
        let assessed: f64 = document["info"]["assessments"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["feedback"]["value"].as_f64())
            .sum();
        assert_eq!(opened.episodes[0].metrics.iter().map(|it| it.value).sum::<f64>(), assessed);
        // Whether more of it is better is not said.
        assert!(opened.episodes.iter().all(|it| it.rewards.is_empty()), "an assessment is no reward");
    };
    check(&own("mlflow.json"));
    if let Some(path) = real("mlflow/mlflow_trace.json") {
        check(&path);
    }
}

#[test]
fn handoffs_of_openai_agents() {
    let check = |path: &Path| {
        let opened = open(&[path], As::default());
        let text = fs::read_to_string(path).unwrap();
        let spans: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        let kind = |name: &str| spans.iter().filter(|it| it["span_data"]["type"] == name).collect::<Vec<_>>();
        // A function within which an agent runs is a call of that agent.
        let holds = |it: &Value| {
            let within = |span: &&Value| {
                let mut above = span["parent_id"].clone();
                while let Some(parent) =
                    spans.iter().find(|it| it["object"] == "trace.span" && it["id"] == above)
                {
                    if parent["id"] == it["id"] {
                        return true;
                    }
                    above = parent["parent_id"].clone();
                }
                false
            };
            kind("agent").iter().any(within)
        };
        let calling = kind("function").iter().filter(|it| holds(it)).count();
        let read = told(&opened);
        let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
        assert_eq!(
            (of_kind("llm"), of_kind("tool")),
            (kind("generation").len(), kind("function").len() - calling)
        );
        assert_eq!(read.messages.values().sum::<usize>(), kind("handoff").len() + 2 * calling);
        let sum = |key: &str| {
            kind("generation").iter().map(|it| it["span_data"]["usage"][key].as_u64().unwrap()).sum::<u64>()
        };
        assert_eq!(read.tokens, (sum("input_tokens"), sum("output_tokens")));
        assert_eq!(read.errors, spans.iter().filter(|it| it["error"].is_object()).count());
        let agents: BTreeSet<&str> =
            kind("agent").iter().map(|it| it["span_data"]["name"].as_str().unwrap()).collect();
        assert_eq!(read.acts.keys().map(|it| it.0.as_str()).collect::<BTreeSet<_>>(), agents);
        opened.episodes.iter().for_each(check_links);
    };
    check(&own("openai_agents.jsonl"));
    if let Some(path) = real("openai_agents/openai_agents_trace.jsonl") {
        check(&path);
    }
}

#[test]
fn runs_of_langsmith() {
    let check = |path: &Path| {
        let opened = open(&[path], As::default());
        let text = fs::read_to_string(path).unwrap();
        let runs: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        let kind = |name: &str| runs.iter().filter(|it| it["run_type"] == name).collect::<Vec<_>>();
        let read = told(&opened);
        let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
        assert_eq!((of_kind("llm"), of_kind("tool")), (kind("llm").len(), kind("tool").len()));
        let nodes: BTreeSet<&str> = kind("llm")
            .iter()
            .map(|it| it["extra"]["metadata"]["langgraph_node"].as_str().unwrap())
            .collect();
        assert_eq!(read.acts.keys().map(|it| it.0.as_str()).collect::<BTreeSet<_>>(), nodes);
        let usage = |it: &&Value, key: &str| {
            it["outputs"]["generations"][0][0]["message"]["kwargs"]["usage_metadata"][key]
                .as_u64()
                .unwrap_or(0)
        };
        let sum = |key: &str| kind("llm").iter().map(|it| usage(it, key)).sum::<u64>();
        assert_eq!(read.tokens, (sum("input_tokens"), sum("output_tokens")));
        assert_eq!(
            read.errors,
            kind("llm").iter().chain(&kind("tool")).filter(|it| it["error"].is_string()).count()
        );
    };
    check(&own("langsmith.jsonl"));
    let Some(path) = real("langsmith/langsmith_runs.jsonl") else { return };
    check(&path);
    let batch = open(&[&real("langsmith/batch_js.json").unwrap()], As::default());
    assert_eq!(told(&batch).acts.values().sum::<usize>(), 1);
}

#[test]
fn streams_of_langgraph() {
    let lines = |path: &Path| -> Vec<Value> {
        let text = fs::read_to_string(path).unwrap();
        text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
    };
    let count =
        |read: &Told, kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
    let agents = |read: &Told| read.acts.keys().map(|it| it.0.clone()).collect::<BTreeSet<String>>();
    let check = |path: &Path| {
        let (read, events) = (told(&open(&[path], As::default())), lines(path));
        let ends = |kind: &str| {
            events.iter().filter(|it| it["event"] == format!("on_{kind}_end")).collect::<Vec<_>>()
        };
        assert_eq!(
            (count(&read, "llm"), count(&read, "tool")),
            (ends("chat_model").len(), ends("tool").len())
        );
        let nodes = ends("chat_model")
            .into_iter()
            .map(|it| it["metadata"]["langgraph_node"].as_str().unwrap().to_owned());
        assert_eq!(agents(&read), nodes.collect());
    };
    check(&own("langgraph.jsonl"));
    let Some(path) = real("langgraph/langgraph_events_v2.jsonl") else { return };
    check(&path);
    let path = real("langgraph/langgraph_stream_updates.jsonl").unwrap();
    let (read, rows) = (told(&open(&[&path], As::default())), lines(&path));
    let results = rows.iter().map(|it| &it[1]).filter(|it| it["type"] == "task_result");
    let messages: Vec<(&str, &str)> = results
        .flat_map(|it| {
            it["payload"]["result"]["messages"].as_array().unwrap().iter().map(move |message| {
                (it["payload"]["name"].as_str().unwrap(), message["type"].as_str().unwrap())
            })
        })
        .collect();
    let of = |kind: &str| messages.iter().filter(|it| it.1 == kind).count();
    assert_eq!((count(&read, "llm"), count(&read, "tool")), (of("ai"), of("tool")));
    let nodes = messages.iter().filter(|it| it.1 == "ai").map(|it| it.0.to_owned()).collect();
    assert_eq!(agents(&read), nodes);
}

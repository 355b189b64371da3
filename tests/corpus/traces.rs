//! Traces of tracers: agents, calls, tokens, errors and rewards, counted in the files themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use creditscope::model::{ActKind, Episode};
use serde_json::{Map, Value};

use super::opened::{As, Opened, open, own, real};

/// A span as its file says it.
struct Raw {
    id: String,
    name: String,
    attributes: Map<String, Value>,
    failed: bool,
    line: usize,
}

impl Raw {
    fn text(&self, key: &str) -> &str {
        self.attributes.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, key: &str) -> u64 {
        let value = self.attributes.get(key);
        value.and_then(|it| it.as_u64().or_else(|| it.as_str()?.parse().ok())).unwrap_or(0)
    }

    /// A field of the JSON in an attribute.
    fn inside(&self, key: &str, field: &str) -> String {
        let value: Value = serde_json::from_str(self.text(key)).unwrap_or_default();
        value[field].as_str().unwrap_or_default().to_owned()
    }
}

/// The spans of an OTLP file: lines, a document or a list of documents.
fn otlp(path: &Path) -> Vec<Raw> {
    let text = fs::read_to_string(path).unwrap();
    let mut documents: Vec<(usize, Value)> = Vec::new();
    match serde_json::from_str(&text) {
        Ok(Value::Array(all)) => documents.extend(all.into_iter().map(|it| (0, it))),
        Ok(one) => documents.push((0, one)),
        Err(_) => documents
            .extend(text.lines().enumerate().map(|(at, it)| (at + 1, serde_json::from_str(it).unwrap()))),
    }
    let list = |value: &Value, keys: &[&str]| -> Vec<Value> {
        keys.iter().filter_map(|key| value[*key].as_array().cloned()).flatten().collect()
    };
    let mut found = Vec::new();
    for (line, document) in &documents {
        for resource in list(document, &["resourceSpans", "batches"]) {
            for scope in list(&resource, &["scopeSpans", "instrumentationLibrarySpans"]) {
                for span in list(&scope, &["spans"]) {
                    let pairs = list(&span, &["attributes"]);
                    let attributes = pairs.iter().map(|it| {
                        let value = it["value"].as_object().unwrap().values().next().unwrap();
                        (it["key"].as_str().unwrap().to_owned(), value.clone())
                    });
                    let code = &span["status"]["code"];
                    found.push(Raw {
                        id: span["spanId"].as_str().unwrap().to_owned(),
                        name: span["name"].as_str().unwrap().to_owned(),
                        attributes: attributes.collect(),
                        failed: *code == 2 || *code == "STATUS_CODE_ERROR",
                        line: *line,
                    });
                }
            }
        }
    }
    found
}

/// Spans whose attributes stand in a flat object: a list, lines, or objects one behind the other.
fn flat(path: &Path) -> Vec<Raw> {
    let text = fs::read_to_string(path).unwrap();
    let all: Vec<Value> = serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect();
    let all = all.into_iter().flat_map(|it| it.as_array().cloned().unwrap_or_else(|| vec![it]));
    let one = |it: Value| Raw {
        id: it["context"]["span_id"]
            .as_str()
            .or(it["span_id"].as_str())
            .unwrap()
            .trim_start_matches("0x")
            .to_owned(),
        name: it["name"].as_str().unwrap().to_owned(),
        attributes: it["attributes"].as_object().unwrap().clone(),
        failed: [&it["status"]["status_code"], &it["status_code"]].iter().any(|it| **it == "ERROR"),
        line: 0,
    };
    all.map(one).collect()
}

/// The spans of Jaeger's downloads.
fn jaeger(path: &Path) -> Vec<Raw> {
    let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let traces = document["data"].as_array().unwrap().iter();
    let one = |it: &Value| {
        let tags = it["tags"].as_array().unwrap().iter();
        Raw {
            id: it["spanID"].as_str().unwrap().to_owned(),
            name: it["operationName"].as_str().unwrap().to_owned(),
            attributes: tags
                .map(|it| (it["key"].as_str().unwrap().to_owned(), it["value"].clone()))
                .collect(),
            failed: false,
            line: 0,
        }
    };
    traces.flat_map(|it| it["spans"].as_array().unwrap()).map(one).collect()
}

/// What was read of all episodes: how many acts each agent has of each kind, and what they add up to.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    pub acts: BTreeMap<(String, String), usize>,
    /// Messages from whom to whom.
    pub messages: BTreeMap<(String, String), usize>,
    pub tokens: (u64, u64),
    pub errors: usize,
}

/// The counts of what was read, in which nothing was lost.
pub fn told(opened: &Opened) -> Told {
    assert_eq!(opened.errors(), Vec::<String>::new());
    let mut told = Told::default();
    for episode in &opened.episodes {
        let name = |at: creditscope::model::AgentId| episode.agent(at).name.clone();
        for act in &episode.acts {
            if act.kind == ActKind::Message {
                *told.messages.entry((name(act.agent), name(act.to[0]))).or_default() += 1;
            } else {
                *told.acts.entry((name(act.agent), act.category.clone())).or_default() += 1;
            }
            told.tokens.0 += act.usage.input.unwrap_or(0);
            told.tokens.1 += act.usage.output.unwrap_or(0);
            told.errors += usize::from(act.error.is_some());
        }
    }
    told
}

/// Counts by agent and kind.
fn counted(pairs: impl Iterator<Item = (String, &'static str)>) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    pairs.for_each(|(agent, kind)| *counts.entry((agent, kind.to_owned())).or_default() += 1);
    counts
}

/// Every act but the first of a trace comes of another, and none of itself.
pub fn check_links(episode: &Episode) {
    for act in episode.acts.iter().skip(1) {
        let at = episode.acts.iter().position(|it| it.id == act.id).unwrap();
        let parents = episode.links.parents(creditscope::model::ActId::from_index(at));
        assert!(!parents.is_empty(), "'{}' of '{}' comes of nothing", act.id, episode.name);
    }
}

/// Spans of the GenAI conventions: a `chat` is a call, an `execute_tool` a tool unless it calls or hands over
/// to another agent, and sums of agents count for nothing.
fn check_genai(path: &Path, spans: &[Raw], calling: &[&str]) -> Opened {
    let opened = open(&[path], As::default());
    let read = told(&opened);
    let of = |it: &Raw| it.text("gen_ai.agent.name").to_owned();
    let operation = |it: &Raw, name: &str| it.text("gen_ai.operation.name") == name;
    let calls = |it: &Raw| calling.iter().any(|name| it.text("gen_ai.tool.name").starts_with(name));
    let chats = spans.iter().filter(|it| operation(it, "chat")).map(|it| (of(it), "llm"));
    let tools =
        spans.iter().filter(|it| operation(it, "execute_tool") && !calls(it)).map(|it| (of(it), "tool"));
    assert_eq!(read.acts, counted(chats.chain(tools)));
    let sum = |key: &str| spans.iter().map(|it| it.number(key)).sum::<u64>();
    assert_eq!(read.tokens, (sum("gen_ai.usage.input_tokens"), sum("gen_ai.usage.output_tokens")));
    // Who calls goes by the attribute of the call; each comes back.
    let called = spans.iter().filter(|it| operation(it, "execute_tool") && calls(it)).count();
    assert_eq!(read.messages.values().sum::<usize>(), 2 * called);
    opened.episodes.iter().for_each(check_links);
    opened
}

#[test]
fn genai_spans_of_our_own() {
    let path = own("otlp/genai.jsonl");
    let spans = otlp(&path);
    let opened = check_genai(&path, &spans, &["ask_botanist"]);
    let episode = &opened.episodes[0];
    // Two evaluations: 1.0 of the whole, 0.25 of the botanist.
    assert_eq!((opened.team_reward(), opened.own_reward()), (1.0, 0.25));
    assert_eq!(told(&opened).errors, spans.iter().filter(|it| it.failed).count());
    assert_eq!(episode.task.as_deref(), Some("How do I keep a fern?"));
    assert_eq!(episode.outcome.as_ref().unwrap().answer.as_deref(), Some("Water the fern daily."));
    // Each act leads back to the line of its span.
    for act in episode.acts.iter().filter(|it| it.kind == ActKind::Action) {
        let span = spans.iter().find(|it| it.id == act.id).unwrap();
        assert_eq!(act.origin.line as usize, span.line, "{}", act.id);
    }
}

/// Evaluations in a file of their own: those of roots are the team's, others are of the agent of their span.
fn check_logs(folder: &Path, traces: &str, logs: &str) {
    let opened = open(&[folder], As::default());
    let lines = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
    };
    let mut roots = BTreeSet::new();
    for line in lines(traces) {
        let span = &line["resourceSpans"][0]["scopeSpans"][0]["spans"];
        let without = span
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["parentSpanId"].as_str().unwrap_or_default().is_empty());
        roots.extend(without.map(|it| it["spanId"].to_string()));
    }
    let (mut team, mut own) = (0.0, 0.0);
    for line in lines(logs) {
        let record = &line["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
        let attributes = record["attributes"].as_array().unwrap();
        let score = attributes.iter().find(|it| it["key"] == "gen_ai.evaluation.score.value").unwrap();
        let score = score["value"]["doubleValue"].as_f64().unwrap();
        if roots.contains(&record["spanId"].to_string()) { team += score } else { own += score }
    }
    assert!((opened.team_reward() - team).abs() < 1e-9 && (opened.own_reward() - own).abs() < 1e-9);
    assert_eq!(opened.episodes.len(), roots.len());
    assert_eq!(opened.errors(), Vec::<String>::new());
}

#[test]
fn evaluations_in_a_file_of_their_own() {
    check_logs(&own("otlp_logs"), "traces.jsonl", "evaluations.jsonl");
    if let Some(folder) = real("otlp_genai_generated") {
        check_logs(&folder, "traces.jsonl", "logs.jsonl");
    }
}

#[test]
fn genai_spans_that_are_real() {
    if let Some(path) = real("otlp_genai_generated/traces.jsonl") {
        let spans = otlp(&path);
        let opened = check_genai(&path, &spans, &["transfer_to_"]);
        assert_eq!(opened.episodes.len(), 2);
        // The failed `invoke_agent verifier` is the error of what the verifier did last.
        assert_eq!(told(&opened).errors, spans.iter().filter(|it| it.failed).count());
    }
    for (name, spans) in [("pydantic_ai_otlp.jsonl", true), ("pydantic_ai_console_spans.json", false)] {
        let Some(path) = real(&format!("otlp_pydantic_ai/{name}")) else { return };
        let spans = if spans { otlp(&path) } else { flat(&path) };
        check_genai(&path, &spans, &["ask_expert"]);
    }
}

/// Nodes of a graph are agents where a model is called; what a node of tools runs is the act of who asked.
fn check_graph(path: &Path, spans: &[Raw]) -> Opened {
    let opened = open(&[path], As::default());
    let read = told(&opened);
    let node = |it: &Raw| it.inside("metadata", "langgraph_node");
    let kind = |it: &Raw, name: &str| it.text("openinference.span.kind") == name;
    let models: Vec<String> = spans.iter().filter(|it| kind(it, "LLM")).map(node).collect();
    let agents: BTreeSet<&String> = read.acts.keys().map(|it| &it.0).collect();
    assert_eq!(agents, models.iter().collect());
    let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
    assert_eq!(of_kind("llm"), models.len());
    assert_eq!(of_kind("tool"), spans.iter().filter(|it| kind(it, "TOOL")).count());
    let sum = |key: &str| spans.iter().map(|it| it.number(key)).sum::<u64>();
    assert_eq!(read.tokens, (sum("llm.token_count.prompt"), sum("llm.token_count.completion")));
    opened
}

#[test]
fn graphs_of_openinference() {
    let path = own("otlp/graph.json");
    let opened = check_graph(&path, &otlp(&path));
    assert_eq!(told(&opened).errors, 1);
    assert_eq!(told(&opened).acts[&("cook".to_owned(), "tool".to_owned())], 1);
    if let Some(path) = real("openinference_otlp/otlp_oi_langchain.jsonl") {
        check_graph(&path, &otlp(&path));
    }
}

#[test]
fn steps_of_smolagents() {
    let Some(path) = real("openinference_otlp/smolagents_otlp_base64.jsonl") else { return };
    let (spans, opened) = (otlp(&path), open(&[&path], As::default()));
    let read = told(&opened);
    let count = |fits: &dyn Fn(&Raw) -> bool| spans.iter().filter(|it| fits(it)).count();
    let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
    assert_eq!(of_kind("tool"), count(&|it| it.text("openinference.span.kind") == "TOOL"));
    assert_eq!(of_kind("step"), count(&|it| it.name.starts_with("Step ")));
    assert_eq!(read.errors, count(&|it| it.failed && it.name.starts_with("Step ")));
    let agents: BTreeSet<&str> = read.acts.keys().map(|it| it.0.as_str()).collect();
    let named = spans.iter().filter_map(|it| it.name.strip_suffix(".run"));
    assert_eq!(agents, named.collect());
    // The manager calls, and is answered. Tokens are logged of agents as a whole.
    assert_eq!(read.messages.len(), 2);
    assert_eq!(read.tokens, (0, 0));
    let metrics: f64 =
        opened.episodes[0].metrics.iter().filter(|it| it.name == "tokens_in").map(|it| it.value).sum();
    let logged: u64 = spans.iter().map(|it| it.number("llm.token_count.prompt")).sum();
    assert_eq!(metrics, logged as f64);
}

#[test]
fn edges_of_openllmetry() {
    let Some(path) = real("openllmetry/otlp_traceloop.jsonl") else { return };
    let (spans, opened) = (otlp(&path), open(&[&path], As::default()));
    let read = told(&opened);
    let node = "traceloop.association.properties.langgraph_node";
    let chats = spans.iter().filter(|it| it.text("gen_ai.operation.name") == "chat");
    let nodes: BTreeSet<&str> = chats.clone().map(|it| it.text(node)).collect();
    assert_eq!(read.acts.keys().map(|it| it.0.as_str()).collect::<BTreeSet<_>>(), nodes);
    let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
    assert_eq!(of_kind("llm"), chats.count());
    assert_eq!(
        of_kind("tool"),
        spans.iter().filter(|it| it.text("gen_ai.operation.name") == "execute_tool").count()
    );
    // An edge to another agent is a message; one to the tools or the end is not.
    let edge = |it: &&Raw| {
        it.text("gen_ai.operation.name") == "goto" && nodes.contains(it.text("langgraph.command.goto_node"))
    };
    assert_eq!(read.messages.values().sum::<usize>(), spans.iter().filter(edge).count());
    let sum = |key: &str| spans.iter().map(|it| it.number(key)).sum::<u64>();
    assert_eq!(read.tokens, (sum("gen_ai.usage.input_tokens"), sum("gen_ai.usage.output_tokens")));
}

/// ADK says by names alone who acts. A `call_llm` is one call, however many instruments wrote it.
fn check_adk(path: &Path, spans: &[Raw]) -> Opened {
    let opened = open(&[path], As::default());
    let read = told(&opened);
    let of_kind = |kind: &str| read.acts.iter().filter(|it| it.0.1 == kind).map(|it| it.1).sum::<usize>();
    let calls = spans.iter().filter(|it| it.name == "call_llm");
    assert_eq!(of_kind("llm"), calls.clone().count());
    let sum = |key: &str| calls.clone().map(|it| it.number(key)).sum::<u64>();
    assert_eq!(read.tokens, (sum("gen_ai.usage.input_tokens"), sum("gen_ai.usage.output_tokens")));
    let transfers = spans.iter().filter(|it| it.name == "execute_tool transfer_to_agent").count();
    let tools = spans.iter().filter(|it| it.name.starts_with("execute_tool ")).count();
    assert_eq!((of_kind("tool"), read.messages.values().sum()), (tools - transfers, transfers));
    let agents: BTreeSet<&str> = read.acts.keys().map(|it| it.0.as_str()).collect();
    let named = spans.iter().filter_map(|it| it.name.strip_prefix("agent_run [")?.strip_suffix(']'));
    let invoked = spans.iter().filter_map(|it| it.name.strip_prefix("invoke_agent "));
    assert_eq!(agents, named.chain(invoked).collect());
    opened
}

#[test]
fn agents_of_adk_by_their_names() {
    check_adk(&own("jaeger.json"), &jaeger(&own("jaeger.json")));
    if let Some(path) = real("google_adk/otlp_adk.jsonl") {
        check_adk(&path, &otlp(&path));
    }
    for name in ["helm", "k8s"] {
        let Some(path) = real(&format!("otel_agentevals/{name}.json")) else { return };
        check_adk(&path, &jaeger(&path));
    }
    let Some(path) = real("otel_agentevals/tempo_export_with_batches.json") else { return };
    check_adk(&path, &otlp(&path));
}

#[test]
fn a_chain_without_agents_is_one_agent() {
    let Some(path) = real("otlp_base64/rag_earnings_agent.json") else { return };
    let (spans, opened) = (otlp(&path), open(&[&path], As::default()));
    let count = |kind: &str| spans.iter().filter(|it| it.text("openinference.span.kind") == kind).count();
    let expected = [("main", "llm", count("LLM")), ("main", "retrieval", count("RETRIEVER"))];
    let expected = expected.map(|(agent, kind, n)| ((agent.to_owned(), kind.to_owned()), n));
    assert_eq!(told(&opened).acts, BTreeMap::from(expected));
}

#[test]
fn spans_of_the_console_and_of_phoenix() {
    let path = own("console_spans.txt");
    let opened = check_genai(
        &path,
        &flat(&path)
            .into_iter()
            .map(|mut it| {
                // Only the agent's own span names it.
                it.attributes.insert("gen_ai.agent.name".to_owned(), "painter".into());
                it
            })
            .collect::<Vec<_>>(),
        &[],
    );
    assert_eq!(told(&opened).errors, 1);

    let path = own("phoenix.json");
    let (spans, opened) = (flat(&path), open(&[&path], As::default()));
    let read = told(&opened);
    assert_eq!(read.tokens.0, spans.iter().map(|it| it.number("llm.token_count.prompt")).sum::<u64>());
    assert_eq!(read.errors, spans.iter().filter(|it| it.failed).count());
    let named = |from: &str, to: &str| ((from.to_owned(), to.to_owned()), 1);
    assert_eq!(read.messages, BTreeMap::from([named("captain", "scout"), named("scout", "captain")]));
    opened.episodes.iter().for_each(check_links);
}

#[test]
fn rewards_of_agent_lightning() {
    let check = |path: &Path| {
        let (spans, opened) = (flat(path), open(&[path], As::default()));
        let sum: f64 =
            spans.iter().filter_map(|it| it.attributes.get("agentlightning.reward.0.value")?.as_f64()).sum();
        assert_eq!((opened.episodes.len(), opened.team_reward()), (1, sum));
        let agents: BTreeSet<String> = told(&opened).acts.keys().map(|it| it.0.clone()).collect();
        let roots = spans.iter().filter(|it| !it.name.contains('.')).map(|it| it.name.clone());
        assert_eq!(agents, roots.collect());
    };
    check(&own("agent_lightning.jsonl"));
    if let Some(path) = real("agent_lightning/agentlightning_spans.jsonl") {
        check(&path);
    }
}

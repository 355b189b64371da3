//! What LangGraph streams, written down: events of `astream_events` (v2), an object a line, and rows `[mode, payload]`
//! of `stream` in which mode `debug` is.
//!
//! An event of an end has the input and the output of its run; those of starts and chunks repeat them. A `debug` row of
//! a task's result has the messages that a node added: words of a model are an act of the node, results of tools are
//! those of the agent that asked. Events have no times, so their order is that of the file.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Span, SpanReader, moment, object, text},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "langgraph",
    title: "LangGraph",
    about: "events (`astream_events`) and debug streams of LangGraph, written a line each: nodes of the graph as agents",
    score,
    reader: Reader::Lines(|start| Box::new(SpanReader::named(parse, start))),
};

fn score(head: &Head<'_>) -> Score {
    let is_event = |it: &super::HeadObject<'_>| {
        it.has("run_id") && it.has("parent_ids") && it.text("event").is_some_and(|it| it.starts_with("on_"))
    };
    let is_task = |it: &super::HeadObject<'_>| {
        let kind = it.text("type");
        it.has("payload")
            && it.has("step")
            && matches!(kind.as_deref(), Some("task" | "task_result" | "checkpoint"))
    };
    Score::certain_if(head.objects.iter().any(|it| is_event(it) || is_task(it)))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    if let Some(event) = json.get("event").and_then(Json::as_str) {
        into.spans.extend(run(&json, event, value.line()));
    } else if json["type"] == "task_result" {
        result(&json, value.line(), into);
    }
    Ok(())
}

/// A run that has ended.
fn run(json: &Json, event: &str, line: u32) -> Option<Span> {
    let (what, failed) = match event.strip_prefix("on_")? {
        it if it.ends_with("_end") => (it.strip_suffix("_end")?, false),
        it if it.ends_with("_error") => (it.strip_suffix("_error")?, true),
        _ => return None,
    };
    let kind = if what == "chat_model" { "llm" } else { what };
    let data = json.get("data")?;
    let mut attributes = Attributes::default();
    attributes.push("langsmith.span.kind", kind.into());
    for (key, value) in [
        ("input.value", data.get("input")),
        ("output.value", data.get("output")),
        ("metadata", json.get("metadata")),
    ] {
        attributes.push(key, value.cloned().unwrap_or_default());
    }
    tokens(data.get("output"), &mut attributes);
    let parents = json.get("parent_ids").and_then(Json::as_array);
    let id = text(json.get("run_id"))?;
    Some(Span {
        trace: parents.and_then(|it| text(it.first())).unwrap_or_else(|| id.clone()),
        parent: parents.and_then(|it| text(it.last())),
        name: text(json.get("name")).unwrap_or_default(),
        attributes,
        error: failed.then(|| text(data.get("error")).unwrap_or_else(|| "error".to_owned())),
        id,
        line,
        ..Span::default()
    })
}

/// Tokens of a message, as LangChain writes them.
fn tokens(message: Option<&Json>, into: &mut Attributes) {
    let message = message.map(|it| it.pointer("/kwargs").unwrap_or(it));
    let usage = message.and_then(|it| it.get("usage_metadata"));
    for (key, name) in
        [("gen_ai.usage.input_tokens", "input_tokens"), ("gen_ai.usage.output_tokens", "output_tokens")]
    {
        into.push(key, usage.and_then(|it| it.get(name)).cloned().unwrap_or_default());
    }
}

/// What a node of the graph has added to the state.
fn result(json: &Json, line: u32, into: &mut Batch) {
    let payload = &json["payload"];
    let (node, task) =
        (text(payload.get("name")).unwrap_or_default(), text(payload.get("id")).unwrap_or_default());
    let messages = payload["result"].get("messages").and_then(Json::as_array);
    let time = moment(json.get("timestamp"));
    let failed = text(payload.get("error"));
    let mut add = |number: usize, kind: &str, name: &str, output: &Json| {
        let mut attributes = Attributes::default();
        attributes.push("langsmith.span.kind", kind.into());
        attributes.push("langgraph_node", node.as_str().into());
        attributes.push("output.value", output.clone());
        tokens(Some(output), &mut attributes);
        into.spans.push(Span {
            id: if number == 0 { task.clone() } else { format!("{task}/{number}") },
            name: name.to_owned(),
            start: time,
            end: time,
            attributes,
            error: failed.clone(),
            line,
            ..Span::default()
        });
    };
    let said = messages.map_or(&[][..], Vec::as_slice);
    for (number, message) in said.iter().enumerate() {
        match message["type"].as_str().or(message["role"].as_str()) {
            Some("tool") => {
                add(number, "tool", message["name"].as_str().unwrap_or("tool"), &message["content"])
            }
            Some("human" | "system" | "user") => {}
            _ => add(number, "llm", &node, message),
        }
    }
    if said.is_empty() {
        add(0, "llm", &node, &payload["result"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{LineReader, Start, spans::tests::told};

    fn read(file: &str) -> Vec<String> {
        let start = Start { name: "d/one", map: None, beside: None };
        let mut reader = SpanReader::named(parse, &start);
        let (records, problems) = told(&mut reader as &mut dyn LineReader, file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
        records
    }

    #[test]
    fn ends_of_runs() {
        let file = r#"{"event":"on_chain_start","name":"team","run_id":"r","parent_ids":[],"metadata":{},"data":{}}
{"event":"on_chat_model_end","name":"Model","run_id":"m","parent_ids":["r","n"],"metadata":{"langgraph_node":"scout"},"data":{"output":{"content":"","tool_calls":[{"name":"dig","args":{"at":1}}],"usage_metadata":{"input_tokens":4,"output_tokens":1}}}}
{"event":"on_chain_end","name":"scout","run_id":"n","parent_ids":["r"],"metadata":{"langgraph_node":"scout"},"data":{"output":{}}}
{"event":"on_tool_error","name":"dig","run_id":"t","parent_ids":["r","o"],"metadata":{"langgraph_node":"tools"},"data":{"input":{"at":1},"error":"rock"}}
{"event":"on_chain_end","name":"tools","run_id":"o","parent_ids":["r"],"metadata":{"langgraph_node":"tools"},"data":{"output":{}}}
{"event":"on_chain_end","name":"team","run_id":"r","parent_ids":[],"metadata":{},"data":{"input":"Dig!","output":"no"}}
"#;
        assert_eq!(
            read(file),
            [
                "6 start r: Dig! (scout)",
                "2 m scout llm < : [dig(at=1)] [4+1]",
                "4 t scout tool < m: dig(at=1) ! rock",
                "6 end - -: no",
            ]
        );
    }

    #[test]
    fn rows_of_a_debug_stream() {
        let file = r#"["debug", {"type": "task", "step": 1, "timestamp": "2026-01-01T00:00:01Z", "payload": {"id": "a", "name": "scout"}}]
["updates", {"scout": {"messages": [{"type": "ai", "content": "gold"}]}}]
["debug", {"type": "task_result", "step": 1, "timestamp": "2026-01-01T00:00:02Z", "payload": {"id": "a", "name": "scout", "error": null, "result": {"messages": [{"type": "ai", "content": "gold"}]}}}]
["debug", {"type": "task_result", "step": 2, "timestamp": "2026-01-01T00:00:03Z", "payload": {"id": "b", "name": "judge", "error": null, "result": {"messages": [{"type": "ai", "content": "brass"}]}}}]
"#;
        let records = read(file);
        assert_eq!(
            records[..3],
            ["3 start d/one:  (scout judge)", "3 a scout llm < : gold", "4 b judge llm < ?: brass"]
        );
        assert_eq!(records[3], "3 end - -: brass");
    }
}

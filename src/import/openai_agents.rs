//! What a trace processor of the OpenAI Agents SDK exports, an object a line: `trace.span` and `trace`.
//!
//! Spans come when they end, and the row of the trace last. Tokens on `task` and `turn` spans are sums.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Span, SpanReader, moment, object, text},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "openai-agents",
    title: "OpenAI Agents",
    about: "spans that a trace processor of the OpenAI Agents SDK writes: each trace an episode, with its handoffs",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let is_span = |it: &super::HeadObject<'_>| match it.text("object").as_deref() {
        Some("trace.span") => it.has("span_data") || it.is_cut,
        Some("trace") => it.has("workflow_name"),
        _ => false,
    };
    Score::certain_if(head.objects.iter().any(is_span))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    if json["object"] == "trace.span" {
        into.spans.extend(span(&json, value.line()));
    }
    Ok(())
}

fn span(json: &Json, line: u32) -> Option<Span> {
    let data = json.get("span_data")?;
    let mut attributes = Attributes::default();
    let mut add = |key: &str, value: Option<&Json>| {
        if let Some(value) = value.filter(|it| !it.is_null()) {
            attributes.push(key, value.clone());
        }
    };
    let (kind, name) = (text(data.get("type")).unwrap_or_default(), data.get("name"));
    add("openai.span.type", data.get("type"));
    match kind.as_str() {
        "agent" => add("agent.name", name),
        "function" => add("tool.name", name),
        "handoff" => {
            add("openai.to_agent", data.get("to_agent"));
            add("openai.from_agent", data.get("from_agent"));
        }
        _ => {}
    }
    add("input.value", data.get("input"));
    add("output.value", data.get("output").or_else(|| data.get("response")));
    add("llm.model_name", data.get("model"));
    let usage = data.get("usage").filter(|_| matches!(kind.as_str(), "generation" | "response"));
    add("gen_ai.usage.input_tokens", usage.and_then(|it| it.get("input_tokens")));
    add("gen_ai.usage.output_tokens", usage.and_then(|it| it.get("output_tokens")));
    let error = json.get("error").filter(|it| !it.is_null()).map(|it| {
        let why = it.get("data").and_then(|it| text(it.get("error")));
        let said = text(it.get("message")).unwrap_or_else(|| "error".to_owned());
        why.map_or(said.clone(), |why| format!("{said}: {why}"))
    });
    Some(Span {
        trace: text(json.get("trace_id"))?,
        id: text(json.get("id"))?,
        parent: text(json.get("parent_id")),
        name: text(name).unwrap_or(kind),
        start: moment(json.get("started_at")),
        end: moment(json.get("ended_at")),
        attributes,
        error,
        service: None,
        line,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn a_handoff_is_a_message() {
        let file = r#"{"object":"trace.span","id":"g1","trace_id":"t","parent_id":"a1","started_at":"2026-01-01T00:00:01Z","ended_at":"2026-01-01T00:00:02Z","span_data":{"type":"generation","input":[{"role":"user","content":"refund me"}],"output":[{"type":"function_call","name":"transfer_to_clerk","arguments":"{}"}],"model":"mini","usage":{"input_tokens":8,"output_tokens":2}},"error":null}
{"object":"trace.span","id":"h1","trace_id":"t","parent_id":"a1","started_at":"2026-01-01T00:00:03Z","ended_at":"2026-01-01T00:00:03Z","span_data":{"type":"handoff","from_agent":"desk","to_agent":"clerk"},"error":null}
{"object":"trace.span","id":"a1","trace_id":"t","parent_id":"r","started_at":"2026-01-01T00:00:00Z","ended_at":"2026-01-01T00:00:04Z","span_data":{"type":"agent","name":"desk","handoffs":["clerk"]},"error":null}
{"object":"trace.span","id":"f1","trace_id":"t","parent_id":"a2","started_at":"2026-01-01T00:00:06Z","ended_at":"2026-01-01T00:00:07Z","span_data":{"type":"function","name":"pay","input":"{\"sum\": 3}","output":"no"},"error":{"message":"failed","data":{"error":"no money"}}}
{"object":"trace.span","id":"a2","trace_id":"t","parent_id":"r","started_at":"2026-01-01T00:00:05Z","ended_at":"2026-01-01T00:00:08Z","span_data":{"type":"agent","name":"clerk"},"error":null}
{"object":"trace.span","id":"r","trace_id":"t","parent_id":null,"started_at":"2026-01-01T00:00:00Z","ended_at":"2026-01-01T00:00:09Z","span_data":{"type":"custom","name":"task","data":{"usage":{"input_tokens":8}}},"error":null}
{"object":"trace","id":"t","workflow_name":"service","group_id":null}
"#;
        let (records, problems) = told(&mut SpanReader::new(parse), file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            [
                "6 start t: refund me (desk clerk)",
                "1 g1 desk llm < : [transfer_to_clerk()] [8+2]",
                "2 h1 desk -> clerk < g1: ",
                "4 f1 clerk tool < h1: pay(sum=3) = no ! failed: no money",
                "6 end - -: ",
            ]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }
}

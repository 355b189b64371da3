//! What Langfuse's "download trace" button and its API give: a trace and its observations.
//!
//! `trace.observations` often repeats `observations` without their contents, so it is read only where the other
//! is not there. Inputs, outputs and metadata are JSON in strings; what an OpenTelemetry exporter said stands in
//! `metadata.attributes`. A score may be good or bad when it is high (`toxicity`, `correctness`), so it is a
//! judgement and no reward.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Evaluation, Span, SpanReader, moment, number, object, text, unquoted},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "langfuse",
    title: "Langfuse",
    about: "traces as Langfuse downloads them: each trace an episode, scores as judgements",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let Some(first) = head.objects.first() else { return Score::NONE };
    let is_observation =
        first.has("traceId") && (first.has("parentObservationId") || first.has("usageDetails"));
    if is_observation || (first.has("projectId") && first.has("observations")) {
        return Score::CERTAIN;
    }
    let whole = first.has("trace") && (first.has("observations") || head.holds(b"\"observations\""));
    Score::certain_if(whole && (head.holds(b"\"projectId\"") || head.holds(b"\"parentObservationId\"")))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    let lines = value.lines_of("id");
    let own = json.get("trace").unwrap_or(&json);
    let all = |it: &Json| it.get("observations").and_then(Json::as_array).cloned().unwrap_or_default();
    let mut observations = all(&json);
    if observations.is_empty() {
        observations = all(own);
    }
    if observations.is_empty() && json.get("traceId").is_some() {
        observations.push(json.clone());
    }
    let from = into.spans.len();
    for it in &observations {
        let line = text(it.get("id")).and_then(|id| lines.get(&id).copied()).unwrap_or_else(|| value.line());
        into.spans.extend(span(it, own, line));
    }
    // What was asked may stand on the trace alone.
    let root = into.spans[from..].iter_mut().filter(|it| it.parent.is_none()).min_by_key(|it| it.start);
    if let (Some(root), Some(asked)) = (root, own.get("input").filter(|it| !it.is_null()))
        && root.attributes.get("input.value").is_none()
    {
        root.attributes.push("input.value", asked.clone());
    }
    for it in own.get("scores").and_then(Json::as_array).into_iter().flatten() {
        into.evaluations.extend(judgement(it, own, value.line()));
    }
    Ok(())
}

fn span(json: &Json, trace: &Json, line: u32) -> Option<Span> {
    let mut attributes = Attributes::default();
    let about = json.get("metadata").map(unquoted).unwrap_or_default();
    if let Some(said) = about.get("attributes").map(unquoted) {
        said.as_object().into_iter().flatten().for_each(|(key, value)| attributes.push(key, value.clone()));
    }
    let mut add = |key: &str, value: Option<&Json>| {
        if let (None, Some(value)) = (attributes.get(key), value.filter(|it| !it.is_null())) {
            attributes.push(key, value.clone());
        }
    };
    add("langfuse.observation.type", json.get("type"));
    add("input.value", json.get("input"));
    add("output.value", json.get("output"));
    add("llm.model_name", json.get("model"));
    let usage = json.get("usageDetails").or_else(|| json.get("usage"));
    add("gen_ai.usage.input_tokens", usage.and_then(|it| it.get("input")));
    add("gen_ai.usage.output_tokens", usage.and_then(|it| it.get("output")));
    add("gen_ai.usage.cost", json.get("costDetails").and_then(|it| it.get("total")));
    add("metadata", Some(&about));
    let level = json.get("level").and_then(Json::as_str);
    let said = text(json.get("statusMessage"));
    Some(Span {
        trace: text(json.get("traceId")).or_else(|| text(trace.get("id")))?,
        id: text(json.get("id"))?,
        parent: text(json.get("parentObservationId")),
        name: text(json.get("name")).unwrap_or_default(),
        start: moment(json.get("startTime")),
        end: moment(json.get("endTime")),
        attributes,
        error: (level == Some("ERROR")).then(|| said.unwrap_or_else(|| "error".to_owned())),
        service: text(trace.get("name")),
        line,
    })
}

fn judgement(json: &Json, trace: &Json, line: u32) -> Option<Evaluation> {
    Some(Evaluation {
        trace: text(json.get("traceId")).or_else(|| text(trace.get("id")))?,
        span: text(json.get("observationId")),
        name: text(json.get("name")),
        value: number(json.get("value")),
        label: text(json.get("stringValue")),
        explanation: text(json.get("comment")),
        source: text(json.get("source")),
        time: moment(json.get("timestamp")),
        is_judgement: true,
        line,
        ..Evaluation::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn observations_and_scores() {
        let one = |id: &str, parent: Option<&str>, kind: &str, name: &str, second: u32, more: Json| {
            let mut out = json!({
                "id": id, "traceId": "t", "type": kind, "name": name, "parentObservationId": parent, "level": "DEFAULT",
                "startTime": format!("2026-01-01T00:00:{second:02}.000Z"), "endTime": format!("2026-01-01T00:00:{:02}.000Z", second + 1)
            });
            out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            out
        };
        let node = |it: &str| json!({"langgraph_node": it}).to_string();
        let calls = json!({"role": "assistant", "content": "", "additional_kwargs": {"tool_calls": [{"function": {"name": "find", "arguments": "{}"}}]}});
        let observations = json!([
            one(
                "o4",
                Some("o3"),
                "SPAN",
                "find",
                5,
                json!({"metadata": node("tools"), "output": "\"x\"", "level": "ERROR", "statusMessage": "none"})
            ),
            one("o1", None, "SPAN", "graph", 1, json!({"output": "done"})),
            one("o2", Some("o1"), "SPAN", "seeker", 2, json!({"metadata": node("seeker")})),
            one(
                "o5",
                Some("o2"),
                "GENERATION",
                "Model",
                3,
                json!({
                    "metadata": node("seeker"), "output": calls.to_string(), "usageDetails": {"input": 6, "output": 2, "total": 8}
                })
            ),
            one("o3", Some("o1"), "SPAN", "tools", 4, json!({"metadata": node("tools")}))
        ]);
        let mut short = observations.clone();
        short.as_array_mut().unwrap().iter_mut().for_each(|it| it["output"] = Json::Null);
        let trace = json!({"id": "t", "projectId": "p", "input": "find it", "observations": short, "scores": [
            {"name": "toxicity", "value": 0.8, "source": "EVAL", "comment": "rude", "observationId": null}
        ]});
        let file = json!({"trace": trace, "observations": observations});
        let (records, problems) = told(&mut SpanReader::new(parse), &format!("{file:#}"));
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        assert_eq!(
            records,
            [
                "start t: find it (seeker)",
                "o5 seeker llm < : [find()] [6+2]",
                "o4 seeker tool < o5: find() = x ! none",
                "metric all [(\"toxicity\", 0.8)]",
                "end - -: done",
            ]
        );
        assert_eq!(score(&Head::of(file.to_string().as_bytes())), Score::CERTAIN);
        assert_eq!(score(&Head::of(b"{\"trace\": {}}")), Score::NONE);
    }
}

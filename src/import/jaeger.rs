//! What Jaeger's API and its download button give: `{"data": [{"traceID", "spans", "processes"}]}`.
//!
//! Times are microseconds, attributes are `tags`, and the span around another is its `CHILD_OF` reference.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value as Json, value::RawValue};

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Span, SpanReader, id, text},
    values::Value,
};
use crate::{
    log::Problem,
    model::{Timestamp, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "jaeger",
    title: "Jaeger",
    about: "traces as Jaeger downloads them (`data[].spans[]`): each trace an episode, with the attributes of OTLP",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

/// `data` is a common word, so what is within must show what it is.
fn score(head: &Head<'_>) -> Score {
    match head.objects.first() {
        Some(it) if it.has("traceID") && it.has("spans") => Score::CERTAIN,
        Some(it) if it.has("data") && head.holds(b"\"traceID\"") && head.holds(b"\"spans\"") => {
            Score::CERTAIN
        }
        _ => Score::NONE,
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Download<'a> {
    #[serde(borrow)]
    data: Vec<Trace<'a>>,
    // One trace without the download around it.
    #[serde(borrow)]
    spans: Vec<&'a RawValue>,
    processes: HashMap<String, Json>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Trace<'a> {
    #[serde(borrow)]
    spans: Vec<&'a RawValue>,
    processes: HashMap<String, Json>,
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let bad = |it: serde_json::Error| Problem::new(rule::BAD_JSON, 0, format!("no traces of Jaeger: {it}"));
    let Download { mut data, spans, processes } = serde_json::from_str(value.text).map_err(bad)?;
    data.push(Trace { spans, processes });
    for trace in &data {
        for raw in &trace.spans {
            let json: Json = serde_json::from_str(raw.get()).map_err(bad)?;
            into.spans.extend(span(&json, &trace.processes, value.line_of(raw.get())));
        }
    }
    Ok(())
}

fn span(json: &Json, processes: &HashMap<String, Json>, line: u32) -> Option<Span> {
    let (trace, own) = (id(json.get("traceID"))?, id(json.get("spanID"))?);
    let mut attributes = Attributes::default();
    for tag in list(json.get("tags")) {
        attributes.push(text(tag.get("key"))?, tag.get("value").cloned().unwrap_or_default());
    }
    let references = list(json.get("references"));
    let parent = references.filter(|it| it.get("refType").is_none_or(|it| it == "CHILD_OF"));
    let parent = parent.filter_map(|it| id(it.get("spanID"))).next();
    let is_failed = attributes.named("otel.status_code").as_deref() == Some("ERROR")
        || attributes.named("error").as_deref() == Some("true");
    let process = text(json.get("processID")).and_then(|it| processes.get(&it));
    let micros = |key: &str| json.get(key).and_then(|it| it.as_i64().or_else(|| it.as_str()?.parse().ok()));
    let start = micros("startTime");
    let end = start.map(|it| it.saturating_add(micros("duration").unwrap_or(0)));
    let described = attributes.named("otel.status_description");
    Some(Span {
        trace,
        id: own,
        parent: parent.or_else(|| id(json.get("parentSpanID"))),
        name: text(json.get("operationName")).unwrap_or_default(),
        start: start.map(Timestamp::from_micros),
        end: end.map(Timestamp::from_micros),
        error: is_failed.then(|| described.or_else(|| raised(json)).unwrap_or_else(|| "error".to_owned())),
        service: process.and_then(|it| text(it.get("serviceName"))),
        attributes,
        line,
    })
}

/// What an exception in the logs of a span says.
fn raised(json: &Json) -> Option<String> {
    let mut fields = list(json.get("logs")).flat_map(|it| list(it.get("fields")));
    text(fields.find(|it| it["key"] == "exception.message")?.get("value"))
}

fn list(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    json.and_then(Json::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn spans_become_acts() {
        let tag = |key: &str, value: Json| json!({"key": key, "type": "string", "value": value});
        let span = |id: &str, parent: &str, name: &str, tags: Vec<Json>| {
            json!({
                "traceID": "abc", "spanID": id, "operationName": name, "startTime": 1_700_000_000_000_000_i64, "duration": 1500,
                "references": if parent.is_empty() { json!([]) } else { json!([{"refType": "CHILD_OF", "traceID": "abc", "spanID": parent}]) },
                "tags": tags, "processID": "p1"
            })
        };
        let file = json!({"data": [{"traceID": "abc", "spans": [
            span("3", "2", "call_llm", vec![tag("gcp.vertex.agent.llm_response", json!("{\"content\":{\"parts\":[{\"text\":\"hi\"}]}}")),
                tag("gen_ai.usage.input_tokens", json!(7))]),
            span("5", "3", "openai.chat", vec![tag("gen_ai.completion.0.content", json!("hi")), tag("gen_ai.usage.input_tokens", json!(7))]),
            span("4", "2", "execute_tool roll", vec![tag("otel.status_code", json!("ERROR")), tag("otel.status_description", json!("no dice"))]),
            span("2", "1", "agent_run [roller]", vec![]),
            span("1", "", "POST /", vec![])
        ], "processes": {"p1": {"serviceName": "dice"}}}]});
        let (records, problems) = told(&mut SpanReader::new(parse), &format!("{file:#}"));
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        // The call of the model, which two instruments wrote, counts once.
        assert_eq!(
            records,
            [
                "start abc:  (roller)",
                "3 roller llm < : hi [7+0]",
                "4 roller tool < : roll() ! no dice",
                "end - -: ",
            ]
        );
        let head = format!("{file}");
        assert_eq!(score(&Head::of(head.as_bytes())), Score::CERTAIN);
        assert_eq!(score(&Head::of(b"{\"data\": [{\"spans\": 1}]}")), Score::NONE);
    }
}

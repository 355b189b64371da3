//! OpenTelemetry's own JSON: `resourceSpans` and `resourceLogs`, an object a line, in a document or in a list.
//!
//! Also what Tempo exports (`batches`, or either below `trace`). Ids come in hex, base64 or behind `0x`, kinds
//! and states as numbers or words. Log records that are evaluations (`gen_ai.evaluation.result`) are rewards.

use serde::Deserialize;
use serde_json::{Map, Value as Json, value::RawValue};

use super::{
    Format, Head, Reader, Score,
    spans::{
        Attributes, Batch, Evaluation, Span, SpanReader, error_names, evaluation_names, id, moment, number,
        text,
    },
    values::Value,
};
use crate::{log::Problem, model::rule};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "otlp",
    title: "OTLP",
    about: "OpenTelemetry traces and evaluation logs as JSON, also from Tempo: each trace an episode; GenAI, OpenInference, OpenLLMetry and ADK attributes",
    score,
    reader: Reader::Lines(|start| Box::new(SpanReader::among_others(parse, start))),
};

fn score(head: &Head<'_>) -> Score {
    let has = |keys: &[&str]| head.objects.iter().any(|it| keys.iter().any(|key| it.has(key)));
    if has(&["resourceSpans", "resource_spans", "resourceLogs", "resource_logs", "scopeSpans"]) {
        Score::CERTAIN
    } else if has(&["batches"]) {
        Score::LIKELY
    } else if head.objects.iter().any(|it| it.keys().next() == Some("trace") && it.keys().len() == 1) {
        Score::WEAK
    } else {
        Score::NONE
    }
}

/// What a line or a document holds.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Export<'a> {
    #[serde(borrow, rename = "resourceSpans", alias = "batches", alias = "resource_spans")]
    spans: Vec<OfResource<'a>>,
    #[serde(borrow, rename = "resourceLogs", alias = "resource_logs")]
    logs: Vec<OfResource<'a>>,
    #[serde(borrow)]
    trace: Option<Box<Export<'a>>>,
}

/// Spans or log records of one process.
#[derive(Deserialize, Default)]
#[serde(default)]
struct OfResource<'a> {
    resource: Option<Json>,
    #[serde(
        borrow,
        rename = "scopeSpans",
        alias = "instrumentationLibrarySpans",
        alias = "scope_spans",
        alias = "scopeLogs",
        alias = "scope_logs"
    )]
    scopes: Option<Vec<OfScope<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OfScope<'a> {
    #[serde(borrow, rename = "spans", alias = "logRecords", alias = "log_records")]
    items: Option<Vec<&'a RawValue>>,
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let bad = |it: serde_json::Error| Problem::new(rule::BAD_JSON, 0, format!("no OTLP export: {it}"));
    let export: Export<'_> = serde_json::from_str(value.text).map_err(bad)?;
    let mut left = vec![export];
    while let Some(export) = left.pop() {
        for resource in &export.spans {
            let about = resource.resource.as_ref().map(attributes).unwrap_or_default();
            let service = about.named("service.name");
            for raw in items(resource) {
                let json: Json = serde_json::from_str(raw.get()).map_err(bad)?;
                span(&json, service.as_ref(), value.line_of(raw.get()), into);
            }
        }
        for raw in export.logs.iter().flat_map(items) {
            let json: Json = serde_json::from_str(raw.get()).map_err(bad)?;
            log_record(&json, value.line_of(raw.get()), into);
        }
        left.extend(export.trace.map(|it| *it));
    }
    Ok(())
}

fn items<'a, 'b>(resource: &'b OfResource<'a>) -> impl Iterator<Item = &'a RawValue> + use<'a, 'b> {
    resource.scopes.iter().flatten().flat_map(|it| it.items.iter().flatten().copied())
}

/// A field by its name in either case: `traceId` or `trace_id`.
fn field<'a>(json: &'a Json, camel: &str) -> Option<&'a Json> {
    json.get(camel).or_else(|| {
        let snake = camel.chars().fold(String::new(), |mut out, c| {
            if c.is_ascii_uppercase() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            out
        });
        json.get(snake)
    })
}

fn span(json: &Json, service: Option<&String>, line: u32, into: &mut Batch) {
    let (Some(trace), Some(own)) = (id(field(json, "traceId")), id(field(json, "spanId"))) else { return };
    let attributes = attributes(json);
    let events: Vec<Event> =
        json.get("events").and_then(Json::as_array).into_iter().flatten().map(Event::of).collect();
    let names = evaluation_names();
    for event in events.iter().filter(|it| it.name == names.event) {
        into.evaluations.push(evaluation(&event.attributes, (&trace, Some(&own)), event.time.as_ref(), line));
    }
    let error = is_failed(json.get("status")).then(|| {
        let said = json.get("status").and_then(|it| text(it.get("message")));
        let raised = || events.iter().find_map(|it| it.attributes.named("exception.message"));
        let named = || error_names().iter().find_map(|it| attributes.named(it));
        said.or_else(raised).or_else(named).unwrap_or_else(|| "error".to_owned())
    });
    into.spans.push(Span {
        trace,
        id: own,
        parent: id(field(json, "parentSpanId")),
        name: text(json.get("name")).unwrap_or_default(),
        start: moment(field(json, "startTimeUnixNano")),
        end: moment(field(json, "endTimeUnixNano")),
        attributes,
        error,
        service: service.cloned(),
        line,
    });
}

/// Whether a status says that the span failed: by number, by word, or both.
fn is_failed(status: Option<&Json>) -> bool {
    let code = status.and_then(|it| it.get("code"));
    code.is_some_and(|it| it == 2 || matches!(it.as_str(), Some("STATUS_CODE_ERROR" | "ERROR" | "2")))
}

struct Event {
    name: String,
    time: Option<Json>,
    attributes: Attributes,
}

impl Event {
    fn of(json: &Json) -> Self {
        let name = text(json.get("name")).unwrap_or_default();
        Self { name, time: field(json, "timeUnixNano").cloned(), attributes: attributes(json) }
    }
}

/// A log record that is an evaluation; others say nothing of credit.
fn log_record(json: &Json, line: u32, into: &mut Batch) {
    let about = attributes(json);
    let named = text(field(json, "eventName")).or_else(|| about.named("event.name"));
    let Some(trace) = id(field(json, "traceId")) else { return };
    if named.as_deref() == Some(&evaluation_names().event) {
        let own = id(field(json, "spanId"));
        let time = field(json, "timeUnixNano").or_else(|| field(json, "observedTimeUnixNano"));
        into.evaluations.push(evaluation(&about, (&trace, own.as_ref()), time, line));
    }
}

/// What attributes of an event say of a span.
fn evaluation(about: &Attributes, of: (&str, Option<&String>), time: Option<&Json>, line: u32) -> Evaluation {
    let names = evaluation_names();
    Evaluation {
        trace: of.0.to_owned(),
        span: of.1.cloned(),
        name: about.named(&names.name),
        value: number(about.get(&names.value)),
        label: about.named(&names.label),
        explanation: about.named(&names.explanation),
        source: Some("evaluation".to_owned()),
        time: moment(time),
        line,
        ..Evaluation::default()
    }
}

/// The attributes of a span, an event or a resource: `[{"key": ..., "value": {"stringValue": ...}}]`.
fn attributes(json: &Json) -> Attributes {
    let mut out = Attributes::default();
    for pair in json.get("attributes").and_then(Json::as_array).into_iter().flatten() {
        if let Some(key) = pair.get("key").and_then(Json::as_str) {
            out.push(key, pair.get("value").map(any).unwrap_or_default());
        }
    }
    out
}

/// How deep lists and objects of attributes are read.
const LEVELS: u32 = 32;

/// An `AnyValue` as JSON.
fn any(value: &Json) -> Json {
    any_in(value, 0)
}

fn any_in(value: &Json, level: u32) -> Json {
    let Some((kind, inner)) = value.as_object().and_then(|it| it.iter().next()) else { return value.clone() };
    let items =
        || inner.get("values").and_then(Json::as_array).into_iter().flatten().filter(|_| level < LEVELS);
    match kind.as_str() {
        // 64-bit integers are strings in the JSON of Protocol Buffers.
        "intValue" | "int_value" => {
            let parsed = inner.as_str().and_then(|it| it.parse::<i64>().ok());
            parsed.map_or_else(|| inner.clone(), Json::from)
        }
        "arrayValue" | "array_value" => items().map(|it| any_in(it, level + 1)).collect(),
        "kvlistValue" | "kvlist_value" => {
            let pair =
                |it: &Json| Some((it.get("key")?.as_str()?.to_owned(), any_in(it.get("value")?, level + 1)));
            Json::Object(items().filter_map(pair).collect::<Map<_, _>>())
        }
        _ => inner.clone(),
    }
}

#[cfg(test)]
mod tests;

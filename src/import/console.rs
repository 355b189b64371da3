//! What OpenTelemetry prints to the console, which is the exporter of many tutorials: indented objects, one
//! behind the other.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Span, SpanReader, id, moment, object, text},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "otel-console",
    title: "console spans",
    about: "what the console exporter of OpenTelemetry prints: each trace an episode, with the attributes of OTLP",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let is_span = |it: &super::HeadObject<'_>| {
        it.has("context")
            && it.has("parent_id")
            && it.text("kind").is_some_and(|it| it.starts_with("SpanKind."))
    };
    Score::certain_if(head.objects.iter().any(is_span))
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    into.spans.extend(span(&json, value.line()));
    Ok(())
}

fn span(json: &Json, line: u32) -> Option<Span> {
    let context = json.get("context")?;
    let status = json.get("status");
    let is_failed = status.and_then(|it| it.get("status_code")).is_some_and(|it| it == "ERROR");
    let events = json.get("events").and_then(Json::as_array).into_iter().flatten();
    let raised = events.filter_map(|it| text(it.get("attributes")?.get("exception.message"))).next();
    let described = status.and_then(|it| text(it.get("description")));
    let resource = json.get("resource").and_then(|it| it.get("attributes"));
    Some(Span {
        trace: id(context.get("trace_id"))?,
        id: id(context.get("span_id"))?,
        parent: id(json.get("parent_id")),
        name: text(json.get("name")).unwrap_or_default(),
        start: moment(json.get("start_time")),
        end: moment(json.get("end_time")),
        attributes: Attributes::of(json.get("attributes")),
        error: is_failed.then(|| described.or(raised).unwrap_or_else(|| "error".to_owned())),
        service: resource.and_then(|it| text(it.get("service.name"))),
        line,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn objects_one_behind_the_other() {
        let file = r#"{
    "name": "chat",
    "context": {"trace_id": "0x0a", "span_id": "0x02", "trace_state": "[]"},
    "kind": "SpanKind.CLIENT",
    "parent_id": "0x01",
    "start_time": "2026-01-01T00:00:00.000001Z",
    "end_time": "2026-01-01T00:00:01.000001Z",
    "status": {"status_code": "ERROR", "description": "refused"},
    "attributes": {"gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 3}
}
{
    "name": "invoke_agent solo",
    "context": {"trace_id": "0x0a", "span_id": "0x01", "trace_state": "[]"},
    "kind": "SpanKind.INTERNAL",
    "parent_id": null,
    "start_time": "2026-01-01T00:00:00Z",
    "end_time": "2026-01-01T00:00:02Z",
    "status": {"status_code": "UNSET"},
    "attributes": {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "solo"}
}
"#;
        let (records, problems) = told(&mut SpanReader::new(parse), file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records,
            ["11 start 0a:  (solo)", "1 02 solo llm < : chat [0+3] ! refused", "11 end - -: "]
        );
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
    }
}

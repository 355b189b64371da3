//! Traces of MLflow as JSON: `{"info": {...}, "data": {"spans": [...]}}`, a document or an object a line.
//!
//! Ids are base64, and every attribute is JSON within a string. An assessment may be good or bad when it is
//! high, so it is a judgement and no reward.

use serde_json::Value as Json;

use super::{
    Format, Head, Reader, Score,
    spans::{Attributes, Batch, Evaluation, Span, SpanReader, id, moment, number, object, text, unquoted},
    values::Value,
};
use crate::log::Problem;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "mlflow",
    title: "MLflow",
    about: "traces of MLflow as JSON: each trace an episode, assessments as judgements",
    score,
    reader: Reader::Lines(|_| Box::new(SpanReader::new(parse))),
};

fn score(head: &Head<'_>) -> Score {
    let is_trace = head.objects.first().is_some_and(|it| it.has("info") && (it.has("data") || it.is_cut));
    Score::certain_if(
        is_trace
            && head.holds(b"\"trace_id\"")
            && (head.holds(b"\"assessments\"")
                || head.holds(b"mlflow.")
                || head.holds(b"\"trace_location\"")),
    )
}

fn parse(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    let lines = value.lines_of("span_id");
    let about = json.get("info").unwrap_or(&Json::Null);
    let trace = text(about.get("trace_id")).or_else(|| text(about.get("request_id")));
    for it in json.get("data").and_then(|it| it.get("spans")).and_then(Json::as_array).into_iter().flatten() {
        let line =
            text(it.get("span_id")).and_then(|id| lines.get(&id).copied()).unwrap_or_else(|| value.line());
        into.spans.extend(span(it, trace.as_ref(), line));
    }
    for it in about.get("assessments").and_then(Json::as_array).into_iter().flatten() {
        into.evaluations.extend(assessment(it, trace.as_ref(), value.line()));
    }
    Ok(())
}

fn span(json: &Json, trace: Option<&String>, line: u32) -> Option<Span> {
    let mut attributes = Attributes::default();
    for (key, value) in json.get("attributes").and_then(Json::as_object).into_iter().flatten() {
        let inner = value.as_str().and_then(|it| serde_json::from_str(it).ok());
        attributes.push(key, inner.unwrap_or_else(|| unquoted(value)));
    }
    let status = json.get("status");
    let failed =
        status.and_then(|it| it.get("code")).is_some_and(|it| *it == "STATUS_CODE_ERROR" || *it == "ERROR");
    let said = status.and_then(|it| text(it.get("message")));
    Some(Span {
        trace: trace.cloned().or_else(|| id(json.get("trace_id")))?,
        id: id(json.get("span_id"))?,
        parent: id(json.get("parent_span_id")),
        name: text(json.get("name")).unwrap_or_default(),
        start: moment(json.get("start_time_unix_nano")),
        end: moment(json.get("end_time_unix_nano")),
        attributes,
        error: failed.then(|| said.unwrap_or_else(|| "error".to_owned())),
        service: None,
        line,
    })
}

fn assessment(json: &Json, trace: Option<&String>, line: u32) -> Option<Evaluation> {
    let said = json.get("feedback").or_else(|| json.get("expectation"))?.get("value");
    let source = json.get("source").and_then(|it| text(it.get("source_type")));
    Some(Evaluation {
        trace: trace.cloned()?,
        span: id(json.get("span_id")),
        name: text(json.get("assessment_name")),
        value: number(said),
        label: said.and_then(Json::as_str).map(str::to_owned),
        explanation: text(json.get("rationale")),
        source,
        time: moment(json.get("create_time")),
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
    fn agents_and_assessments() {
        let span = |own: u8, parent: u8, name: &str, kind: &str, at: u64| {
            // 8 bytes of which the last is the number: "AAAAAAAAAAE=" is 1.
            let id = |it: u8| {
                if it == 0 {
                    Json::Null
                } else {
                    json!(["AAAAAAAAAAE=", "AAAAAAAAAAI=", "AAAAAAAAAAM="][usize::from(it) - 1])
                }
            };
            json!({
                "trace_id": "AAAAAAAAAAAAAAAAAAAAAQ==", "span_id": id(own), "parent_span_id": id(parent), "name": name,
                "start_time_unix_nano": 1_700_000_000_000_000_000 + at * 1000, "end_time_unix_nano": 1_700_000_000_000_001_000 + at * 1000,
                "status": {"code": if name == "look" { "STATUS_CODE_ERROR" } else { "STATUS_CODE_OK" }, "message": ""},
                "attributes": {"mlflow.spanType": format!("\"{kind}\""), "mlflow.spanInputs": "{\"q\": 1}", "mlflow.spanOutputs": "\"two\""}
            })
        };
        let file = json!({
            "info": {"trace_id": "tr-1", "state": "OK", "assessments": [
                {"assessment_name": "right", "source": {"source_type": "HUMAN"}, "feedback": {"value": true}, "rationale": "yes"}
            ]},
            "data": {"spans": [span(1, 0, "team", "CHAIN", 0), span(2, 1, "adder", "AGENT", 5), span(3, 2, "look", "TOOL", 6)]}
        });
        let (records, problems) = told(&mut SpanReader::new(parse), &format!("{file:#}"));
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        assert_eq!(
            records,
            [
                "start tr-1: {\"q\":1} (adder)",
                "0000000000000003 adder tool < : look(q=1) = two ! error",
                "metric all [(\"right\", 1.0)]",
                "end - -: two",
            ]
        );
        assert_eq!(score(&Head::of(file.to_string().as_bytes())), Score::CERTAIN);
    }
}

//! TRAIL: traces of OpenTelemetry with OpenInference's attributes, and what people found wrong in them.
//!
//! Written by what loaders of the data set read, and not checked against its files. A trace is a document `{trace_id,
//! spans[]}` of spans within spans (`child_spans`). What was found is a document of the same name in a folder beside,
//! `{errors[{category, location, evidence, description, impact}], scores[]}`; a row of the hub has both as JSON in the
//! strings `trace` and `labels`. What becomes what:
//!
//! * spans: as of every trace
//! * an error: a judgement of the act that its location names; of the agent, where that is the span of one. A location
//!   that is no span of the trace is told with the reason
//! * scores: judgements of the episode, with their reasons
//!
//! Whether a task was solved is not said.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{
    Beside, Format, Head, LineReader, Reader, Score, Sink, Start, chat,
    spans::{Attributes, Batch, Evaluation, Span, SpanReader, id, number, object, text, unquoted},
    turns::run,
    values::Value,
};
use crate::{log::Problem, model::Timestamp};

/// The row of traces.
pub static TRACES: Format = Format {
    name: "trail",
    title: "TRAIL",
    about: "traces of TRAIL (spans within spans): each trace an episode, errors that people found in their place",
    score: |head: &Head<'_>| {
        let Some(first) = head.objects.first() else { return Score::NONE };
        let is_trace =
            first.has("spans") && first.has("trace_id") || first.has("trace") && first.has("labels");
        Score::certain_if(is_trace && (head.holds(b"child_spans") || head.holds(b"span_attributes")))
    },
    reader: Reader::Lines(|_| rows()),
};

/// The reader of traces, and of rows that have one and its labels.
pub(super) fn rows() -> Box<dyn LineReader> {
    Box::new(Joined::new(SpanReader::new(trace)))
}

/// The row of what was found.
pub static LABELS: Format = Format {
    name: "trail-labels",
    title: "TRAIL labels",
    about: "errors that people found in the traces beside (TRAIL): where, which, and scores",
    score: |head: &Head<'_>| {
        let is_labels = head.objects.first().is_some_and(|it| it.has("errors") && it.has("scores"));
        Score::certain_if(is_labels && (head.holds(b"\"location\"") || head.holds(b"\"overall\"")))
    },
    reader: Reader::Lines(|start| {
        let stem = start.name.rsplit('/').next().unwrap_or(start.name).to_owned();
        let beside = start.beside.map(|it| Arc::new(Traces { stem: stem.clone(), folder: Arc::clone(it) }));
        let beside = beside.map(|it| it as Arc<dyn Beside>);
        let start = Start { name: &stem, map: None, beside: beside.as_ref() };
        Box::new(Joined::new(SpanReader::lent(labels, &start)))
    }),
};

/// Says before all else that traces and labels are of one run, so that they share their episodes.
struct Joined {
    reader: SpanReader,
    begun: bool,
}

impl Joined {
    fn new(reader: SpanReader) -> Self {
        Self { reader, begun: false }
    }
}

impl LineReader for Joined {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        if !std::mem::replace(&mut self.begun, true) {
            sink.record(number, &run("TRAIL"));
        }
        self.reader.read(line, number, sink);
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        self.reader.settle(ended, sink);
    }
}

/// Where the trace of a file of labels may be.
#[derive(Debug)]
struct Traces {
    stem: String,
    folder: Arc<dyn Beside>,
}

impl Beside for Traces {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.folder.read(path)
    }

    fn names(&self) -> Vec<String> {
        ["", "../data/GAIA/", "../data/SWE Bench/", "../GAIA/", "../SWE Bench/", "../traces/", "../"]
            .map(|folder| format!("{folder}{}.json", self.stem))
            .to_vec()
    }
}

/// A trace, or a row with its labels.
fn trace(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    let lines = value.lines_of("span_id");
    let inner = json.get("trace").map(unquoted);
    let top = inner.as_ref().unwrap_or(&json);
    let Some(trace) = id(top.get("trace_id")) else { return Ok(()) };
    let mut left: Vec<(&Json, Option<String>)> = spans(top, "spans").map(|it| (it, None)).collect();
    left.reverse();
    while let Some((it, around)) = left.pop() {
        let Some(own) = id(it.get("span_id")) else { continue };
        let line = lines.get(&own).copied().unwrap_or_else(|| value.line());
        into.spans.push(span(it, &trace, &own, around, line));
        let below: Vec<&Json> = spans(it, "child_spans").collect();
        left.extend(below.into_iter().rev().map(|it| (it, Some(own.clone()))));
    }
    if let Some(found) = json.get("labels").map(unquoted) {
        judgements(&found, &trace, value.line(), into);
    }
    Ok(())
}

fn spans<'a>(of: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    of.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn span(it: &Json, trace: &str, own: &str, around: Option<String>, line: u32) -> Span {
    let attributes = Attributes::of(it.get("span_attributes"));
    let start = it.get("timestamp").and_then(Json::as_str).and_then(chat::moment);
    let length = it.get("duration").and_then(Json::as_str).and_then(seconds);
    let end = start.zip(length).map(|(from, length)| {
        Timestamp::from_micros(from.micros().saturating_add((length * 1e6).round() as i64))
    });
    let thrown = spans(it, "events").find_map(|it| {
        let about = it.get("attributes").or_else(|| it.get("Attributes"))?;
        text(about.get("exception.message")).or_else(|| text(about.get("exception.type")))
    });
    let failed =
        it.get("status_code").and_then(Json::as_str).is_some_and(|it| it.eq_ignore_ascii_case("error"));
    let said = text(it.get("status_message")).or(thrown);
    Span {
        trace: trace.to_owned(),
        id: own.to_owned(),
        // What stands within another is part of it, whatever else it says.
        parent: around.or_else(|| id(it.get("parent_span_id"))),
        name: text(it.get("span_name")).unwrap_or_default(),
        start,
        end,
        attributes,
        error: failed.then(|| said.unwrap_or_else(|| "error".to_owned())),
        service: it.get("resource_attributes").and_then(|it| text(it.get("service.name"))),
        line,
    }
}

/// A length of time by ISO 8601 without days: `PT1M0.87S`.
fn seconds(text: &str) -> Option<f64> {
    let (mut total, mut number) = (0.0, String::new());
    for it in text.strip_prefix("PT")?.chars() {
        let unit = match it {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            _ => {
                number.push(it);
                continue;
            }
        };
        total += std::mem::take(&mut number).parse::<f64>().ok()? * unit;
    }
    Some(total).filter(|it| number.is_empty() && it.is_finite() && *it >= 0.0)
}

/// Labels in a file of their own; the reader names the trace by the file.
fn labels(value: &Value<'_>, into: &mut Batch) -> Result<(), Problem> {
    let json = object(value)?;
    // A trace of which the labels are: the reader asks for it.
    if json.get("errors").is_none() && json.get("scores").is_none() {
        return trace(value, into);
    }
    let trace = id(json.get("trace_id")).unwrap_or_default();
    judgements(&json, &trace, value.line(), into);
    Ok(())
}

fn judgements(found: &Json, trace: &str, line: u32, into: &mut Batch) {
    for it in spans(found, "errors") {
        let category = text(it.get("category")).unwrap_or_else(|| "error".to_owned());
        let impact = text(it.get("impact")).map(|it| format!(" ({} impact)", it.to_lowercase()));
        into.evaluations.push(Evaluation {
            trace: trace.to_owned(),
            span: id(it.get("location")),
            name: Some("human_annotation".to_owned()),
            label: Some(category + &impact.unwrap_or_default()),
            explanation: text(it.get("description")).or_else(|| text(it.get("evidence"))),
            line,
            ..Evaluation::default()
        });
    }
    for scores in spans(found, "scores").filter_map(Json::as_object) {
        for (name, value) in scores {
            let Some(value) = number(Some(value)).filter(|_| value.is_number()) else { continue };
            let why = name.strip_suffix("_score").map(|it| format!("{it}_reasoning"));
            into.evaluations.push(Evaluation {
                trace: trace.to_owned(),
                name: Some(name.strip_suffix("_score").unwrap_or(name).replace('_', " ")),
                value: Some(value),
                explanation: why.and_then(|it| text(scores.get(&it))),
                is_judgement: true,
                line,
                ..Evaluation::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    const TRACE: &str =
        include_str!("../../tests/data/formats/trail/GAIA/0a1b2c3d4e5f60718293a4b5c6d7e8f9.json");
    const LABELED: &str = include_str!(
        "../../tests/data/formats/trail/processed_annotations_gaia/0a1b2c3d4e5f60718293a4b5c6d7e8f9.json"
    );

    #[test]
    fn durations() {
        let check = |text: &str, expected: Option<f64>| assert_eq!(seconds(text), expected, "{text}");
        check("PT1M0.5S", Some(60.5));
        check("PT2H", Some(7200.0));
        check("PT", Some(0.0));
        check("P1D", None);
        check("PT5", None);
        check("PTxS", None);
    }

    #[test]
    fn spans_within_spans() {
        assert_eq!((TRACES.score)(&Head::of(TRACE.as_bytes())), Score::CERTAIN);
        let (records, problems) = told(&mut Joined::new(SpanReader::new(trace)), TRACE);
        assert_eq!(problems, Vec::<String>::new());
        let records: Vec<&str> = records.iter().map(|it| it.split_once(' ').unwrap().1).collect();
        assert_eq!(
            records,
            [
                "run TRAIL",
                "start 0a1b2c3d4e5f60718293a4b5c6d7e8f9: Find the tallest tree. (manager searcher)",
                "00000000000000a3 manager llm < : [searcher(q=tallest tree)] [11+4]",
                "00000000000000a4/call manager -> searcher < 00000000000000a3: tallest tree",
                "00000000000000a5 searcher tool < 00000000000000a4/call: search(q=tallest tree) ! no network",
                "00000000000000a6 searcher llm < 00000000000000a5: An oak. [7+2]",
                "00000000000000a4 searcher -> manager < 00000000000000a6: An oak.",
                "end - -: An oak.",
            ]
        );
    }

    #[test]
    fn labels_of_a_row_find_their_acts() {
        let row = serde_json::json!({ "trace": TRACE, "labels": LABELED }).to_string();
        assert_eq!((TRACES.score)(&Head::of(row.as_bytes())), Score::CERTAIN);
        assert_eq!((LABELS.score)(&Head::of(LABELED.as_bytes())), Score::CERTAIN);
        let (records, _) = told(&mut Joined::new(SpanReader::new(trace)), &row);
        let found: Vec<&String> = records.iter().filter(|it| it.contains("human_annotation")).collect();
        assert_eq!(found.len(), 3, "{records:#?}");
        assert!(
            found[0].contains("of: Some(\"00000000000000a6\")")
                && found[0].contains("agent: Some(\"searcher\")")
        );
        assert!(found[0].contains("Hallucination (high impact)"), "{}", found[0]);
        assert!(found[1].contains("of: Some(\"00000000000000a4\")"), "the answer of an agent: {}", found[1]);
        assert!(found[2].contains("at 'ffff', which is no span of the trace"), "{}", found[2]);
        assert!(records.iter().any(|it| it.contains("metric all [(\"overall\", 2.5)]")), "{records:#?}");
    }
}

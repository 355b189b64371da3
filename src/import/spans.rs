//! Traces: whatever tracer wrote them, spans become acts of agents.
//!
//! ```text
//! a format (otlp, jaeger, ...): a JSON object -> Batch of spans and evaluations
//!   `-> Traces: kept until the root of a trace is there
//!         `-> Tree: whose each span is -> records
//! dialect: what attributes and names mean, a table in assets/spans.json
//! ```
//!
//! A format that is read as lines is a function from one JSON object to a [`Batch`], and a [`SpanReader`] does
//! the rest.

mod causes;
mod content;
mod dialect;
mod records;
mod span;
#[cfg(test)]
pub(super) mod tests;
mod traces;
mod tree;

use std::sync::Arc;

use super::{
    Beside, LineReader, Sink, Start,
    turns::run,
    values::{Value, Values},
};
use crate::{log::Problem, model::rule};

pub(super) use dialect::EvaluationNames;
pub(super) use span::{Attributes, Batch, Evaluation, Span, id, moment, number, text, unquoted};

use traces::Traces;

/// Turns one JSON object of a format into spans. An error costs the object, and says why.
pub(super) type Parse = fn(&Value<'_>, &mut Batch) -> Result<(), Problem>;

/// The object in a value as JSON.
///
/// # Errors
/// Why it is none.
pub(super) fn object(value: &Value<'_>) -> Result<serde_json::Value, Problem> {
    serde_json::from_str(value.text)
        .map_err(|it| Problem::new(rule::BAD_JSON, 0, format!("not a span: {it}")))
}

/// Reads the objects of one format.
pub(super) struct SpanReader {
    values: Values,
    parse: Parse,
    traces: Traces,
    /// The trace of spans that name none.
    name: Option<String>,
    /// What stands beside the file, if its evaluations may be of spans of another, and whether that was told.
    beside: Option<Arc<dyn Beside>>,
    is_joined: bool,
}

impl SpanReader {
    /// Of a format whose objects `parse` understands.
    pub(super) fn new(parse: Parse) -> Self {
        Self {
            values: Values::default(),
            parse,
            traces: Traces::default(),
            name: None,
            beside: None,
            is_joined: false,
        }
    }

    /// The same for a format in which no span names its trace: the file does.
    pub(super) fn named(parse: Parse, start: &Start<'_>) -> Self {
        Self { name: Some(start.name.to_owned()), ..Self::rootless(parse) }
    }

    /// The same for a format that writes spans and what is thought of them to different files.
    pub(super) fn among_others(parse: Parse, start: &Start<'_>) -> Self {
        Self { beside: start.beside.cloned(), is_joined: true, ..Self::new(parse) }
    }

    /// The same for judgements of the trace that the file is named after, whose spans are in a file beside.
    pub(super) fn lent(parse: Parse, start: &Start<'_>) -> Self {
        let name = Some(start.name.to_owned());
        Self { name, beside: start.beside.cloned(), ..Self::new(parse) }
    }

    /// Names the trace of what names none.
    fn name(&self, batch: &mut Batch) {
        let Some(name) = &self.name else { return };
        let traces = batch.spans.iter_mut().map(|it| &mut it.trace);
        let traces = traces.chain(batch.evaluations.iter_mut().map(|it| &mut it.trace));
        traces.filter(|it| it.is_empty()).for_each(|it| it.clone_from(name));
    }

    /// Lends the spans of other files to traces of which this file only holds evaluations.
    fn borrow(&mut self) {
        let lacking = self.traces.without_spans();
        let Some(beside) = self.beside.as_ref().filter(|_| !lacking.is_empty()) else { return };
        let is_wanted =
            |it: &[u8]| lacking.iter().any(|id| memchr::memmem::find(it, id.as_bytes()).is_some());
        for name in beside.names() {
            let Some(bytes) = beside.read(&name).filter(|it| is_wanted(it)) else { continue };
            let (mut values, mut batch) = (Values::default(), Batch::default());
            let parse = self.parse;
            let mut each = |value: Value<'_>, _: &mut Vec<Problem>| {
                // What is wrong with it is told where it is read.
                let _ = parse(&value, &mut batch);
            };
            for (at, line) in bytes.split_inclusive(|it| *it == b'\n').enumerate() {
                values.read(line, at as u32 + 1, &mut each);
            }
            values.finish(&mut each);
            self.traces.lend(batch);
        }
    }

    /// The same for a format whose traces have no root.
    pub(super) fn rootless(parse: Parse) -> Self {
        Self { traces: Traces::rootless(), ..Self::new(parse) }
    }
}

impl LineReader for SpanReader {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        if std::mem::take(&mut self.is_joined) {
            // Spans and evaluations of one trace are of one run, so they share its episode.
            sink.record(number, &run("OpenTelemetry"));
        }
        let Self { values, parse, .. } = self;
        let mut batch = Batch::default();
        let mut each = |value: Value<'_>, problems: &mut Vec<Problem>| {
            problems.extend(parse(&value, &mut batch).err());
        };
        let problems = values.read(line, number, &mut each);
        problems.into_iter().for_each(|it| sink.problem(it));
        self.name(&mut batch);
        self.traces.add(batch);
        self.traces.tell_whole(sink);
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            let mut batch = Batch::default();
            let parse = self.parse;
            let mut each = |value: Value<'_>, problems: &mut Vec<Problem>| {
                problems.extend(parse(&value, &mut batch).err());
            };
            if let Some(problem) = self.values.finish(&mut each) {
                sink.problem(problem);
            }
            self.name(&mut batch);
            self.traces.add(batch);
            self.borrow();
        }
        self.traces.settle(ended, sink);
    }
}

/// What an evaluation is called in a log of events.
pub(super) fn evaluation_names() -> &'static EvaluationNames {
    &dialect::TABLE.evaluation
}

/// What says in the attributes of a failed span why it failed.
pub(super) fn error_names() -> &'static [String] {
    &dialect::TABLE.error
}

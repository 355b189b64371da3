//! JSON as foreign writers leave it, read leniently: the objects of a line, the fields of an object.
//!
//! What is only odd (bytes that are not UTF-8, `NaN`, half a surrogate pair) is mended and noted, as in native logs.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::format::Sink;
use crate::{
    log::{Payload, Problem, list, object, raw_offset, repair, string},
    model::rule,
};

/// The fields of an object, `null` being the same as none.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Those of the object `raw`; none if it is something else.
    pub(super) fn of(raw: &'a str) -> Self {
        Self(object(raw).unwrap_or_default())
    }

    /// Names and values, in the order of the file.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|it| (&*it.0, it.1.get()))
    }

    /// The names, in the order of the file.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| &*it.0)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    /// The fields of the object in a field; none if it is something else.
    pub(super) fn object(&self, key: &str) -> Fields<'a> {
        self.raw(key).map(Fields::of).unwrap_or_default()
    }

    /// The items of the list in a field; none if it is something else.
    pub(super) fn items(&self, key: &str) -> Vec<&'a str> {
        self.raw(key).map(items).unwrap_or_default()
    }

    /// The JSON text of a field.
    pub(super) fn raw(&self, key: &str) -> Option<&'a str> {
        let found = self.0.iter().rev().find(|it| it.0 == key).map(|it| it.1.get());
        found.filter(|it| *it != "null")
    }

    /// A string, a number as it is written, or the JSON text of anything else.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.raw(key).map(text)
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.raw(key).and_then(number)
    }

    /// A whole number.
    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        self.raw(key).and_then(integer)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.raw(key).and_then(|it| it.parse().ok())
    }

    /// Any JSON.
    pub(super) fn payload(&self, key: &str) -> Option<Payload> {
        self.raw(key).and_then(payload)
    }

    /// Every field that `known` does not name, for [`crate::log::Record::extra`].
    pub(super) fn rest(&self, known: &[&str]) -> Vec<(String, Payload)> {
        let unknown = self.iter().filter(|it| !known.contains(&it.0));
        unknown.filter_map(|(key, raw)| Some((key.to_owned(), payload(raw)?))).collect()
    }
}

/// Fields of native records: a column of the same name would be taken for one.
const NATIVE: &[&str] = &[
    "absence",
    "action",
    "after",
    "agent",
    "agents",
    "algorithm",
    "answer",
    "attempt",
    "bounds",
    "candidates",
    "coalitions",
    "components",
    "confidence",
    "content",
    "context",
    "credit_log",
    "decoding",
    "default",
    "delay",
    "delta",
    "dur",
    "env",
    "episode",
    "error",
    "from",
    "frozen",
    "gamma",
    "global_step",
    "graph",
    "ground_truth",
    "group",
    "id",
    "items",
    "kind",
    "name",
    "obs",
    "of",
    "params",
    "parents",
    "policy",
    "pre_state",
    "prefix",
    "reason",
    "recv_ts",
    "replay_of",
    "result",
    "return",
    "reward",
    "reward_unit",
    "rewards",
    "run",
    "scope",
    "seed",
    "seq",
    "source",
    "span_id",
    "state",
    "status",
    "step",
    "steps",
    "success",
    "task",
    "to",
    "trace_id",
    "ts",
    "turn",
    "type",
    "units",
    "update",
    "usage",
    "value",
    "value_of",
    "values",
    "writer",
];

/// Fields that the log has no place for, each under a name that no native field has: `turn` is kept as `turn_`.
pub(super) fn kept(fields: Vec<(String, Payload)>) -> Vec<(String, Payload)> {
    let of = |(key, value): (String, Payload)| {
        let key = if NATIVE.contains(&key.as_str()) { format!("{key}_") } else { key };
        (key, value)
    };
    fields.into_iter().map(of).collect()
}

/// The items of a list; none if `raw` is something else.
pub(super) fn items(raw: &str) -> Vec<&str> {
    list(raw).unwrap_or_default().into_iter().map(RawValue::get).collect()
}

/// The content of a string, or the JSON text of anything else.
pub(super) fn text(raw: &str) -> String {
    string(raw).map_or_else(|| raw.to_owned(), Cow::into_owned)
}

/// A finite number, also in a string; `true` is 1 and `false` 0.
pub(super) fn number(raw: &str) -> Option<f64> {
    let number = match (raw, string(raw)) {
        ("true", _) => Some(1.0),
        ("false", _) => Some(0.0),
        (_, Some(text)) => text.trim().parse().ok(),
        (_, None) => raw.parse().ok(),
    };
    number.filter(|it: &f64| it.is_finite())
}

/// A whole number, also written as `3.0`.
pub(super) fn integer(raw: &str) -> Option<i64> {
    let exact = || number(raw).filter(|it| it.fract() == 0.0 && it.abs() < 9e15).map(|it| it as i64);
    raw.parse().ok().or_else(exact)
}

/// `raw` as a payload.
pub(super) fn payload(raw: &str) -> Option<Payload> {
    Payload::from_json(raw.to_owned())
}

/// Hands each object of a line to `each`, with its place: 0, or that in the list that the line holds. A line that
/// holds none is a problem, unless it is blank.
pub(super) fn objects_of_line(
    line: &[u8],
    sink: &mut dyn Sink,
    mut each: impl FnMut(usize, &Fields<'_>, &mut dyn Sink),
) {
    let is_padding = |it: &u8| it.is_ascii_whitespace() || *it == 0;
    let start = line.iter().position(|it| !is_padding(it)).unwrap_or(line.len());
    let end = line.iter().rposition(|it| !is_padding(it)).map_or(start, |it| it + 1);
    let line = &line[start..end];
    if line.is_empty() {
        return;
    }
    let mut problems = Vec::new();
    let lossy = lossy(line, &mut problems);
    let text = repair(lossy.trim_start_matches('\u{feff}'), 0, &mut problems);
    let place = |it: usize| (start + raw_offset(line, it)).min(start + line.len());
    for it in problems {
        sink.problem(Problem { offset: place(it.offset), ..it });
    }
    let raw: &RawValue = match serde_json::from_str(&text) {
        Ok(raw) => raw,
        Err(error) => {
            let problem = Problem::new(rule::BAD_JSON, start, format!("the line is not JSON: {error}"));
            return sink.problem(problem);
        }
    };
    if raw.get().starts_with('{') {
        return each(0, &Fields::of(raw.get()), sink);
    }
    let rows = items(raw.get());
    if rows.is_empty() {
        let message = "the line is JSON, but neither an object nor a list of them";
        sink.problem(Problem::new(rule::NOT_AN_OBJECT, start, message));
    }
    for (at, row) in rows.into_iter().enumerate() {
        each(at, &Fields::of(row), sink);
    }
}

fn lossy<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let lossy = String::from_utf8_lossy(bytes);
    if let Cow::Owned(_) = lossy {
        let message = "bytes that are not UTF-8, shown as U+FFFD";
        problems.push(Problem::new(rule::INVALID_UTF8, 0, message));
    }
    lossy
}

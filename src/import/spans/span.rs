//! A span of a trace, as every tracer's file says it, and what an evaluator said of one.

use serde_json::{Map, Value};

use crate::{
    log::{timestamp_from_number, timestamp_from_text},
    model::Timestamp,
};

/// One timed operation of a trace.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Span {
    /// The trace, which becomes an episode.
    pub(in crate::import) trace: String,
    /// Unique in its trace.
    pub(in crate::import) id: String,
    /// The span that it is a part of; `None`: it is a root.
    pub(in crate::import) parent: Option<String>,
    pub(in crate::import) name: String,
    pub(in crate::import) start: Option<Timestamp>,
    pub(in crate::import) end: Option<Timestamp>,
    pub(in crate::import) attributes: Attributes,
    /// What went wrong.
    pub(in crate::import) error: Option<String>,
    /// What it belongs to, if nothing names an agent.
    pub(in crate::import) service: Option<String>,
    /// Its line in the original, from 1.
    pub(in crate::import) line: u32,
}

/// What somebody thought of a span, or of its trace.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Evaluation {
    pub(in crate::import) trace: String,
    /// The span; `None`: the whole trace.
    pub(in crate::import) span: Option<String>,
    pub(in crate::import) name: Option<String>,
    pub(in crate::import) value: Option<f64>,
    /// Its parts by name.
    pub(in crate::import) components: Vec<(String, f64)>,
    /// `pass`, `relevant`, ...
    pub(in crate::import) label: Option<String>,
    pub(in crate::import) explanation: Option<String>,
    pub(in crate::import) source: Option<String>,
    /// Whether more of it is better is not said, so it is no reward.
    pub(in crate::import) is_judgement: bool,
    pub(in crate::import) time: Option<Timestamp>,
    pub(in crate::import) line: u32,
}

/// What a value of a file brings.
#[derive(Debug, Default)]
pub(in crate::import) struct Batch {
    pub(in crate::import) spans: Vec<Span>,
    pub(in crate::import) evaluations: Vec<Evaluation>,
}

/// The attributes of a span, in their order.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Attributes(Vec<(String, Value)>);

impl Attributes {
    /// Those of a flat object.
    pub(in crate::import) fn of(value: Option<&Value>) -> Self {
        let fields = value.and_then(Value::as_object);
        Self(fields.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// Adds one.
    pub(in crate::import) fn push(&mut self, key: impl Into<String>, value: Value) {
        self.0.push((key.into(), value));
    }

    /// All of them.
    pub(in crate::import) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|it| (it.0.as_str(), &it.1))
    }

    /// The value of `key`; `None` also if it is null or an empty string.
    pub(in crate::import) fn get(&self, key: &str) -> Option<&Value> {
        let found = self.0.iter().find(|it| it.0 == key).map(|it| &it.1);
        found.filter(|it| !it.is_null() && it.as_str() != Some(""))
    }

    /// The value of `key` as text.
    pub(in crate::import) fn named(&self, key: &str) -> Option<String> {
        text(self.get(key))
    }

    /// What `key` names: an attribute, or with `a>b` the field b of the JSON in attribute a.
    pub(super) fn at(&self, key: &str) -> Option<Value> {
        let Some((attribute, field)) = key.split_once('>') else { return self.get(key).cloned() };
        let value = unquoted(self.get(attribute)?);
        value.get(field).filter(|it| !it.is_null()).cloned()
    }

    /// The objects of `a.#.b`, by their numbers: the attributes `a.0.b.x` give the first one's field `x`.
    pub(in crate::import) fn listed(&self, pattern: &str) -> Vec<Map<String, Value>> {
        let (head, tail) = pattern.split_once('#').unwrap_or((pattern, ""));
        let mut found: Vec<(usize, Map<String, Value>)> = Vec::new();
        for (key, value) in &self.0 {
            let Some((number, rest)) = key.strip_prefix(head).and_then(|it| it.split_once('.')) else {
                continue;
            };
            let Ok(number) = number.parse::<usize>() else { continue };
            let full = tail.strip_prefix('.').unwrap_or(tail);
            let field = match rest.strip_prefix(full) {
                Some(field) if full.is_empty() => field,
                Some(field) => match field.strip_prefix('.') {
                    Some(field) => field,
                    None => continue,
                },
                None => continue,
            };
            let at = found.iter().position(|it| it.0 == number).unwrap_or_else(|| {
                found.push((number, Map::new()));
                found.len() - 1
            });
            found[at].1.insert(field.to_owned(), value.clone());
        }
        found.sort_by_key(|it| it.0);
        found.into_iter().map(|it| it.1).collect()
    }
}

/// A value that stands as JSON in a string, or the value itself.
pub(in crate::import) fn unquoted(value: &Value) -> Value {
    let text = value.as_str().map(str::trim_start);
    let quoted =
        text.filter(|it| it.starts_with(['{', '[', '"'])).and_then(|it| serde_json::from_str(it).ok());
    quoted.unwrap_or_else(|| value.clone())
}

/// A text, or the JSON text of anything else; `None` for null and an empty text.
pub(in crate::import) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(it) => Some(it.clone()),
        other => Some(other.to_string()),
    }
    .filter(|it| !it.is_empty())
}

/// A number, also one in a string.
pub(in crate::import) fn number(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    let found = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    found.or_else(|| value.as_bool().map(f64::from)).filter(|it| it.is_finite())
}

/// A time: a number of seconds up to nanoseconds, or RFC 3339. Zero is no time.
pub(in crate::import) fn moment(value: Option<&Value>) -> Option<Timestamp> {
    let found = match value? {
        Value::String(it) => timestamp_from_text(it),
        Value::Number(it) => timestamp_from_number(&it.to_string()),
        _ => None,
    };
    found.filter(|it| it.micros() != 0)
}

/// An id of a span or trace, however it is spelled: hex, hex behind `0x`, or base64 as Protocol Buffers
/// write bytes in JSON. `None` for an empty one and for one of zeros, which both mean that there is none.
pub(in crate::import) fn id(value: Option<&Value>) -> Option<String> {
    use base64::Engine as _;
    let text = text(value)?;
    let text = text.trim();
    let hex = text.strip_prefix("0x").unwrap_or(text);
    // 8 bytes are 12 characters with one `=`, 16 bytes are 24 with two.
    let is_base64 = text.ends_with('=') && matches!(text.len(), 12 | 24);
    let bytes = is_base64.then(|| base64::engine::general_purpose::STANDARD.decode(text).ok()).flatten();
    let id = bytes.map_or_else(
        || hex.to_owned(),
        |bytes| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>(),
    );
    (!id.bytes().all(|it| it == b'0')).then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_the_same_however_they_are_spelled() {
        let check =
            |it: Value, expected: Option<&str>| assert_eq!(id(Some(&it)).as_deref(), expected, "{it}");
        // 8 bytes 1..8: base64 "AQIDBAUGBwg=".
        check(json!("AQIDBAUGBwg="), Some("0102030405060708"));
        check(json!("0102030405060708"), Some("0102030405060708"));
        check(json!("0x0102030405060708"), Some("0102030405060708"));
        check(json!("AAAAAAAAAAA="), None);
        check(json!(""), None);
        check(json!("0000000000000000"), None);
        check(json!(17), Some("17"));
        check(json!("no base64 ="), Some("no base64 ="));
    }

    #[test]
    fn attributes_by_number_and_inside_json() {
        let attributes = Attributes::of(Some(&json!({
            "llm.m.1.message.role": "b", "llm.m.0.message.role": "a", "llm.m.0.message.content": "x",
            "llm.m.0.other": 1, "llm.m.x.message.role": "y", "p.0.role": "c", "meta": "{\"node\": \"n\", \"none\": null}"
        })));
        let listed = attributes.listed("llm.m.#.message");
        assert_eq!(json!(listed), json!([{"role": "a", "content": "x"}, {"role": "b"}]));
        assert_eq!(json!(attributes.listed("p.#")), json!([{"role": "c"}]));
        assert_eq!(attributes.at("meta>node"), Some(json!("n")));
        assert_eq!(
            (attributes.at("meta>none"), attributes.at("meta>other"), attributes.at("none")),
            (None, None, None)
        );
    }
}

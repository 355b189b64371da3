//! A JSON value that is kept as text: payloads are parsed only when somebody looks at them.

use serde_json::Value;
use serde_json::value::RawValue;

/// Any JSON value, as the text in the log. Its syntax is valid. Numbers may overflow and nesting may be
/// deeper than `serde_json` parses; [`Payload::value`] copes with both.
#[derive(Clone, Debug)]
pub struct Payload(Box<RawValue>);

impl Payload {
    /// The payload with this JSON text, or `None` when it is not one JSON value.
    pub fn from_json(json: String) -> Option<Self> {
        RawValue::from_string(json).ok().map(Self)
    }

    /// A JSON string holding `text`.
    pub fn from_text(text: &str) -> Self {
        Self::from_value(&Value::from(text))
    }

    /// The payload that `value` serialises to.
    pub fn from_value(value: &Value) -> Self {
        Self(serde_json::value::to_raw_value(value).expect("a JSON value serialises"))
    }

    pub(super) fn from_raw(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }

    /// The JSON text.
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.json() == "null"
    }

    /// The parsed value. What `serde_json` cannot hold (too deep, a number out of range) comes back as its
    /// text.
    pub fn value(&self) -> Value {
        serde_json::from_str(self.json()).unwrap_or_else(|_| Value::from(self.json()))
    }

    /// The content of a JSON string, or the JSON text of anything else.
    pub fn text(&self) -> String {
        serde_json::from_str(self.json()).unwrap_or_else(|_| self.json().to_owned())
    }
}

impl PartialEq for Payload {
    /// Compares the texts.
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Payload {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Payload".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_what_serde_json_does_not() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let payload = Payload::from_json(deep.clone()).unwrap();
        assert_eq!(payload.value(), Value::from(deep));
        assert_eq!(Payload::from_json("1e400".into()).unwrap().value(), Value::from("1e400"));
        assert_eq!(Payload::from_json("NaN".into()), None);
    }

    #[test]
    fn text_of_a_string_is_its_content() {
        assert_eq!(Payload::from_text("a\"b").text(), "a\"b");
        assert_eq!(Payload::from_json("{\"a\": 1}".into()).unwrap().text(), "{\"a\": 1}");
    }
}

//! One record as text: what the detail pane shows.

use serde_json::Value;

use crate::{
    log::{Body, Payload, parse_line},
    model::{Origin, RecordText},
    text,
};

/// The most lines of one field; the log has the rest.
const LINES: usize = 20_000;

/// The fields of the record in `line`, the payload first.
pub(super) fn record_text(origin: Origin, line: &[u8]) -> RecordText {
    let parsed = parse_line(line);
    let mut fields = Vec::new();
    let Some((record, _)) = parsed.records.first() else {
        let raw = text::clean_block(&String::from_utf8_lossy(line));
        return RecordText { origin, fields: vec![("unreadable".to_owned(), raw)] };
    };
    let mut payload = |name: &str, payload: &Option<Payload>| {
        if let Some(payload) = payload.as_ref().filter(|it| !it.is_null()) {
            fields.push((name.to_owned(), lines_of(payload)));
        }
    };
    match &record.body {
        Body::Action(action) => {
            payload("action", &action.action);
            payload("result", &action.result);
            payload("obs", &action.obs);
            payload("pre_state", &action.pre_state);
            payload("default", &action.default);
            if let Some(span) = &action.span_id {
                fields.push(("span_id".to_owned(), vec![text::clean(span)]));
            }
        }
        Body::Message(message) => payload("content", &message.content),
        Body::State(state) => {
            payload("state", &state.state);
            payload("delta", &state.delta);
        }
        _ => fields.push(("record".to_owned(), text::clean_block(&String::from_utf8_lossy(line)))),
    }
    for (name, payload) in &record.extra {
        fields.push((text::clean(name), lines_of(payload)));
    }
    RecordText { origin, fields }
}

/// A string as its lines, anything else as indented JSON.
fn lines_of(payload: &Payload) -> Vec<String> {
    let text = match payload.value() {
        Value::String(text) => text,
        short @ (Value::Null | Value::Bool(_) | Value::Number(_)) => short.to_string(),
        value if payload.json().len() <= 72 => value.to_string(),
        value => serde_json::to_string_pretty(&value).unwrap_or_else(|_| payload.json().to_owned()),
    };
    let mut lines = text::clean_block(&text);
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("({more} more lines in the log)"));
    }
    lines
}

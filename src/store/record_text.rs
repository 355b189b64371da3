//! One record as text: what the detail pane shows.

use serde_json::Value;

use crate::{
    log::{Body, Payload, parse_line},
    model::{Origin, RecordText},
    text,
};

/// At most this many lines of one field are shown; the log has the rest.
const LINES: usize = 20_000;
/// At most this many bytes of one field: a line of the log may have 64 MiB, and each frame wraps it anew.
const BYTES: usize = 1 << 20;

/// The fields of the record in `line`, the payload first.
pub(super) fn record_text(origin: Origin, line: &[u8]) -> RecordText {
    let parsed = parse_line(line);
    let mut fields = Vec::new();
    let Some((record, _)) = parsed.records.first() else {
        let raw = block(&String::from_utf8_lossy(line));
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
        _ => fields.push(("record".to_owned(), block(&String::from_utf8_lossy(line)))),
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
    block(&text)
}

/// The lines of a text, display-safe; of a long one the beginning, and how much is left out.
fn block(text: &str) -> Vec<String> {
    let end = (0..=BYTES.min(text.len())).rev().find(|it| text.is_char_boundary(*it));
    let shown = &text[..end.unwrap_or(0)];
    let mut lines = text::clean_block(shown);
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("({more} more lines in the log)"));
    } else if shown.len() < text.len() {
        lines.push(format!("({} more bytes in the log)", text.len() - shown.len()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(block("a\nb\n"), ["a", "b"]);
        let long = block(&"é".repeat(BYTES));
        assert_eq!((long.len(), long[0].len(), &*long[1]), (2, BYTES, "(1048576 more bytes in the log)"));
        // The cut is not within a letter.
        let odd = block(&format!("x{}", "é".repeat(BYTES)));
        assert_eq!((odd[0].len(), &*odd[1]), (BYTES - 1, "(1048578 more bytes in the log)"));
        let lines = block(&"a\n".repeat(LINES + 7));
        assert_eq!((lines.len(), &*lines[LINES]), (LINES + 1, "(7 more lines in the log)"));
    }
}

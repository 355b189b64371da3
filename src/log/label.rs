//! Payloads as one display-safe line.
//!
//! The same functions name the action taken, the candidates of a counterfactual and the keys of a policy, so
//! that `chosen` finds its row by comparing labels.

use std::borrow::Cow;

use super::fields::{list, object, string};
use crate::model::Act;
use crate::text::{clean, shorten};

/// Levels of objects that are spelled out; deeper ones are shown as JSON.
const LEVELS: usize = 4;

/// A JSON payload as one display-safe line of at most [`Act::LABEL_CHARS`] characters.
///
/// A string becomes its text, a tool call `search(query=LHR-JFK, sort=price)`, chat content its text, and
/// anything else compact JSON. A label that had to be cut ends with `…#` and a hash of the whole, so that
/// payloads that differ only near their ends keep different labels.
pub fn action_label(json: &str) -> String {
    text_label(&render(json.trim(), LEVELS))
}

/// A text as one display-safe line, like [`action_label`] of the JSON string that holds it.
pub fn text_label(text: &str) -> String {
    // Escapes lengthen a text and dropped marks shorten it: read more than needed, but not a megabyte.
    let head_chars = Act::LABEL_CHARS * 4;
    let (head, cut) = match text.char_indices().nth(head_chars) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    };
    let mut line = String::with_capacity(head.len());
    for word in clean(head).split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !cut && line.chars().nth(Act::LABEL_CHARS).is_none() {
        return line;
    }
    let tail = format!("…#{:06x}", fnv1a(text.as_bytes()) & 0xff_ffff);
    let shortened = shorten(&line, Act::LABEL_CHARS - tail.chars().count() + 1);
    format!("{}{tail}", shortened.trim_end_matches('…'))
}

/// The 64-bit FNV-1a hash.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn render(json: &str, levels: usize) -> Cow<'_, str> {
    if let Some(text) = string(json) {
        return text;
    }
    if levels == 0 {
        return Cow::Borrowed(json);
    }
    if let Some(items) = list(json) {
        let texts: Vec<_> = items.iter().map(|item| render(item.get(), levels - 1)).collect();
        // The parts of chat content are one text.
        if !items.is_empty() && items.iter().all(|item| is_content_part(item.get())) {
            return Cow::Owned(texts.join(" "));
        }
        return Cow::Owned(format!("[{}]", texts.join(", ")));
    }
    let Some(fields) = object(json) else { return Cow::Borrowed(json) };
    let get = |name: &str| {
        let field = fields.iter().rev().find(|(key, raw)| key == name && raw.get() != "null");
        field.map(|(_, raw)| raw.get())
    };
    // `{"type": "function", "function": {"name": ..., "arguments": ...}}`
    if let Some(inner) = get("function").filter(|it| it.starts_with('{')) {
        return render(inner, levels - 1);
    }
    let called = ["tool", "name", "function", "tool_name"].iter().find_map(|name| get(name).and_then(string));
    let arguments = ["args", "arguments", "input", "parameters", "kwargs"].iter().find_map(|name| get(name));
    if let Some(name) = called {
        return Cow::Owned(format!("{name}({})", arguments.map_or(String::new(), |it| call(it, levels - 1))));
    }
    if let Some(calls) = get("tool_calls").filter(|it| list(it).is_some_and(|calls| !calls.is_empty())) {
        return render(calls, levels - 1);
    }
    for name in ["content", "text", "action"] {
        if let Some(inner) = get(name) {
            return render(inner, levels - 1);
        }
    }
    let pairs = fields.iter().map(|(key, raw)| format!("{key}: {}", render(raw.get(), levels - 1)));
    Cow::Owned(format!("{{{}}}", pairs.collect::<Vec<_>>().join(", ")))
}

/// The arguments of a call: `a=1, b=x`.
fn call(arguments: &str, levels: usize) -> String {
    // OpenAI writes the arguments as JSON in a string.
    let unquoted = string(arguments);
    let arguments = unquoted.as_deref().map_or(arguments, str::trim);
    match object(arguments) {
        Some(fields) => {
            let pairs = fields.iter().map(|(key, raw)| format!("{key}={}", render(raw.get(), levels)));
            pairs.collect::<Vec<_>>().join(", ")
        }
        None => match list(arguments) {
            Some(items) => {
                let texts: Vec<_> = items.iter().map(|item| render(item.get(), levels)).collect();
                texts.join(", ")
            }
            None => arguments.to_owned(),
        },
    }
}

fn is_content_part(json: &str) -> bool {
    object(json).is_some_and(|fields| fields.iter().any(|(key, _)| key == "text" || key == "content"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(json: &str, expected: &str) {
        assert_eq!(action_label(json), expected, "{json}");
    }

    #[test]
    fn labels() {
        check(r#""ask the user""#, "ask the user");
        check("null", "null");
        check("3", "3");
        check("true", "true");
        check("[0, -1]", "[0, -1]");
        check(r#"[[0,-1],"interact"]"#, "[[0, -1], interact]");
        check(
            r#"{"tool":"search_database","args":{"query":"LHR-JFK","sort":"price"}}"#,
            "search_database(query=LHR-JFK, sort=price)",
        );
        check(r#"{"name":"go","arguments":"{\"x\": 1}"}"#, "go(x=1)");
        check(r#"{"type":"function","function":{"name":"go","arguments":"[1,2]"}}"#, "go(1, 2)");
        check(r#"{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"go"}}]}"#, "[go()]");
        check(r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#, "a b");
        check(r#"{"role":"user","content":"hi\n\nthere"}"#, "hi there");
        check(r#"{"a": {"b": [1]}}"#, "{a: {b: [1]}}");
        check("{}", "{}");
        check("[]", "[]");
        check(r#""""#, "");
        check(r#""\u001b[2J\u202e""#, "^[[2J<U+202E>");
        check("not json", "not json");
    }

    #[test]
    fn equal_texts_have_equal_labels() {
        assert_eq!(action_label(r#""ask \"now\"""#), text_label("ask \"now\""));
        let long = "word ".repeat(100);
        assert_eq!(action_label(&serde_json::to_string(&long).unwrap()), text_label(&long));
    }

    #[test]
    fn long_texts_that_differ_late_stay_apart() {
        let one = text_label(&format!("{}1", "x".repeat(1000)));
        let two = text_label(&format!("{}2", "x".repeat(1000)));
        assert_ne!(one, two);
        assert_eq!(one.chars().count(), Act::LABEL_CHARS);
        assert!(one.contains("x…#"), "{one}");
        assert_eq!(text_label(&"x".repeat(200)), "x".repeat(200));
    }

    #[test]
    fn deep_payloads_are_cut_short() {
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(action_label(&deep).chars().count() <= Act::LABEL_CHARS);
    }

    proptest! {
        #[test]
        fn safe_and_short(text in any::<String>(), n in 1usize..40) {
            for label in [action_label(&text.repeat(n)), text_label(&text.repeat(n))] {
                prop_assert!(label.chars().count() <= Act::LABEL_CHARS);
                prop_assert!(label.chars().all(|c| !c.is_control()));
            }
        }
    }
}

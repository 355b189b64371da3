//! What a span says: the words and tool calls of a model, arguments and results of tools, tokens.
//!
//! Tracers write messages in half a dozen shapes. They come out in two: a text alone, or an object with
//! `content` and `tool_calls`. What has another shape stays as it was written.

use serde_json::{Map, Value, json};

use super::{
    dialect::{TABLE, first},
    span::{Attributes, number, text, unquoted},
};
use crate::log::{Payload, Usage};

/// What a model put out.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) payload: Option<Value>,
    /// The tools it called, by name.
    pub(super) calls: Vec<String>,
}

/// What the model of a span put out.
pub(super) fn output(attributes: &Attributes) -> Said {
    let listed = TABLE.listed_output.iter().map(|it| attributes.listed(it)).find(|it| !it.is_empty());
    let messages = listed.map(|it| Value::from(it.into_iter().map(nested).collect::<Vec<_>>()));
    let messages = messages.or_else(|| first(attributes, &TABLE.output_messages));
    let Some(raw) = messages.or_else(|| first(attributes, &TABLE.output)) else { return Said::default() };
    said(&unquoted(&raw))
}

/// What the model was asked, as it was written.
pub(super) fn input(attributes: &Attributes) -> Option<Value> {
    let listed = TABLE.listed_input.iter().map(|it| attributes.listed(it)).find(|it| !it.is_empty());
    let listed = listed.map(|it| Value::from(it.into_iter().map(nested).collect::<Vec<_>>()));
    let raw = listed
        .or_else(|| first(attributes, &TABLE.input_messages))
        .or_else(|| first(attributes, &TABLE.input));
    raw.map(|it| unquoted(&it)).filter(|it| *it != json!({}))
}

/// What an agent, a node or a chain put out.
pub(super) fn outcome(attributes: &Attributes) -> Option<Value> {
    let raw = first(attributes, &TABLE.output).or_else(|| first(attributes, &TABLE.output_messages))?;
    said(&unquoted(&raw)).payload
}

/// The words of an answer, where a framework wraps them.
pub(super) fn answer(outcome: Value) -> Value {
    let names = ["answer", "final_output", "output", "raw", "result", "response"];
    let inner = names.iter().find_map(|it| outcome.get(it).filter(|it| it.is_string()).cloned());
    inner.unwrap_or(outcome)
}

/// What a team was asked: in words, or else the input as it is.
pub(super) fn task(attributes: &Attributes) -> Option<String> {
    asked(attributes).or_else(|| text(input(attributes).as_ref()))
}

/// What a team was asked, in words: the last thing that its user said, or the words in its input; `None` if there are
/// none, or it is not clear which.
pub(super) fn asked(attributes: &Attributes) -> Option<String> {
    asked_in(&input(attributes)?, 0)
}

/// Fields that hold what was asked, the likeliest first.
const ASKED: [&str; 18] = [
    "task",
    "input",
    "question",
    "query",
    "prompt",
    "new_message",
    "user_input",
    "content",
    "text",
    "message",
    "instruction",
    "instructions",
    "request",
    "goal",
    "topic",
    "inputs",
    "args",
    "kwargs",
];

fn asked_in(value: &Value, level: u32) -> Option<String> {
    if level > LEVELS {
        return None;
    }
    match value {
        Value::String(it) => {
            let inner = unquoted(value);
            let inside = (inner != *value).then(|| asked_in(&inner, level + 1)).flatten();
            // What holds no words is not read by anybody: whoever looks on finds better ones, or the whole.
            let is_data = inner.is_object() || inner.is_array();
            inside.or_else(|| Some(it.clone()).filter(|it| !it.trim().is_empty() && !is_data))
        }
        Value::Array(items) => match items.as_slice() {
            // LangChain's batches of messages.
            [one @ (Value::Array(_) | Value::String(_))] => asked_in(one, level + 1),
            all => of_messages(all),
        },
        Value::Object(fields) => {
            let listed = ["messages", "contents"].iter().find_map(|it| fields.get(*it));
            if let Some(listed @ Value::Array(_)) = listed {
                return asked_in(listed, level + 1);
            }
            let named = ASKED.iter().find_map(|it| asked_in(fields.get(*it)?, level + 1));
            // The only thing that there is, whatever it is called.
            named.or_else(|| {
                fields.values().next().filter(|_| fields.len() == 1).and_then(|it| asked_in(it, level + 1))
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The last words of the user, or the first of all.
fn of_messages(messages: &[Value]) -> Option<String> {
    let is_users = |it: &&Value| {
        let of = |it: &Value| text(it.get("role").or_else(|| it.get("type")));
        of(it).is_some_and(|it| it == "user" || it == "human")
    };
    let in_words = |it: &Value| said(it).payload.and_then(|it| it.as_str().map(str::to_owned));
    let of_user = messages.iter().rev().filter(is_users).find_map(in_words);
    of_user.or_else(|| in_words(messages.first()?))
}

/// The call of a tool: `{"tool": ..., "args": ...}`.
pub(super) fn call(tool: &str, attributes: &Attributes) -> Value {
    match first(attributes, &TABLE.arguments).map(|it| arguments(&unquoted(&it))) {
        Some(args) => json!({ "tool": tool, "args": args }),
        None => json!({ "tool": tool }),
    }
}

/// What came of a call.
pub(super) fn result(attributes: &Attributes) -> Option<Value> {
    let raw = first(attributes, &TABLE.result).map(|it| unquoted(&it)).filter(|it| *it != json!({}));
    raw.map(|it| {
        // LangChain's messages, serialised: the content is what the tool returned.
        let inner = it.get("output").unwrap_or(&it);
        let content = ["/kwargs/content", "/data/content"].iter().find_map(|path| inner.pointer(path));
        content.cloned().unwrap_or(it)
    })
}

/// The arguments of a call, without what frameworks wrap around them.
fn arguments(value: &Value) -> Value {
    if let Some(inner) = value.get("input_str") {
        // LangChain prints the arguments as Python does.
        return unquoted(inner);
    }
    let fields = value.as_object();
    match fields.and_then(|it| Some((it.get("args")?.as_array()?, it.get("kwargs")?.as_object()?))) {
        Some((args, kwargs)) if args.is_empty() => Value::Object(kwargs.clone()),
        Some((args, kwargs)) if kwargs.is_empty() => Value::Array(args.clone()),
        _ => value.clone(),
    }
}

/// Tokens and cost of a call of a model.
pub(super) fn usage(attributes: &Attributes) -> Option<Usage> {
    let count = |keys: &[String]| {
        let found = keys.iter().find_map(|it| number(attributes.at(it).as_ref()));
        found.filter(|it| *it >= 0.0).map(|it| it as u64)
    };
    let cost = TABLE.cost.iter().find_map(|it| number(attributes.at(it).as_ref()));
    let usage = Usage { input: count(&TABLE.tokens_in), output: count(&TABLE.tokens_out), cost };
    (usage != Usage::default()).then_some(usage)
}

/// The attributes that have no place of their own.
pub(super) fn rest(attributes: &Attributes) -> Option<Payload> {
    let kept = attributes.iter().filter(|(key, _)| !TABLE.is_placed(key));
    let kept: Map<String, Value> = kept.map(|(key, value)| (key.to_owned(), value.clone())).collect();
    (!kept.is_empty()).then(|| Payload::from_value(&Value::Object(kept)))
}

/// Words and calls out of whatever holds them.
pub(super) fn said(value: &Value) -> Said {
    let mut words = Vec::new();
    let mut calls = Vec::new();
    if !gather(value, &mut words, &mut calls, 0) || (words.is_empty() && calls.is_empty()) {
        return Said { payload: Some(value.clone()).filter(|it| !it.is_null()), calls: Vec::new() };
    }
    let names = calls.iter().filter_map(|it: &Value| text(it.get("name"))).collect();
    let words = words.join("\n");
    let payload = match (calls.is_empty(), words.is_empty()) {
        (true, _) => Value::from(words),
        (false, true) => json!({ "tool_calls": calls }),
        (false, false) => json!({ "content": words, "tool_calls": calls }),
    };
    Said { payload: Some(payload), calls: names }
}

/// How many levels of wrapping are opened.
const LEVELS: u32 = 12;

/// Collects the words and calls in `value`. `false`: it has a shape that is not known.
fn gather(value: &Value, words: &mut Vec<String>, calls: &mut Vec<Value>, level: u32) -> bool {
    if level > LEVELS {
        return false;
    }
    match value {
        Value::String(it) => {
            if !it.is_empty() {
                words.push(it.clone());
            }
            true
        }
        Value::Null => true,
        Value::Array(items) => {
            // A list of plain values is data, not parts of a message.
            items.iter().all(|it| it.is_object() || it.is_array() || (it.is_string() && level > 0))
                && items.iter().all(|it| gather(it, words, calls, level + 1))
        }
        Value::Object(fields) => part(fields, words, calls, level),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The same of an object: a message, a part of one, or what wraps messages.
fn part(fields: &Map<String, Value>, words: &mut Vec<String>, calls: &mut Vec<Value>, level: u32) -> bool {
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
    if matches!(kind, "tool_call" | "function_call" | "tool_use") && fields.contains_key("name") {
        calls.push(named_call(fields));
        return true;
    }
    for key in ["function_call", "functionCall"] {
        if let Some(Value::Object(call)) = fields.get(key) {
            calls.push(named_call(call));
            return true;
        }
    }
    if matches!(kind, "reasoning" | "thinking" | "redacted_thinking") {
        return true;
    }
    let mut known = false;
    // LangChain's `{"lc": 1, "kwargs": {...}}` and `{"type": "ai", "data": {...}}`, and what holds messages.
    for key in ["kwargs", "data", "message", "update", "outputs", "generations", "messages", "choices"] {
        if let Some(inner @ (Value::Object(_) | Value::Array(_))) = fields.get(key) {
            // Of a state that piles up, the last message is what was said.
            let last = inner.as_array().filter(|_| key == "messages").and_then(|it| it.last());
            return gather(last.unwrap_or(inner), words, calls, level + 1);
        }
    }
    for key in ["content", "parts", "text", "contents", "message_content"] {
        match fields.get(key) {
            Some(Value::String(it)) => {
                if !it.is_empty() {
                    words.push(it.clone());
                }
                known = true;
                break;
            }
            Some(inner @ (Value::Array(_) | Value::Object(_))) => {
                known = gather(inner, words, calls, level + 1);
                if known {
                    break;
                }
                return false;
            }
            _ => {}
        }
    }
    let more = fields.get("additional_kwargs").and_then(|it| it.get("tool_calls"));
    if let Some(Value::Array(items)) = fields.get("tool_calls").or(more) {
        for call in items.iter().filter_map(Value::as_object) {
            let inner = call.get("function").or_else(|| call.get("tool_call")).and_then(Value::as_object);
            let inner = inner.and_then(|it| it.get("function").and_then(Value::as_object)).or(inner);
            calls.push(named_call(inner.unwrap_or(call)));
        }
        known = true;
    }
    known || (fields.contains_key("role") && !fields.contains_key("content"))
}

/// A call as `{"name": ..., "arguments": ...}`.
fn named_call(call: &Map<String, Value>) -> Value {
    let arguments = ["arguments", "args", "input"].iter().find_map(|it| call.get(*it));
    let plain = call.get("function").filter(|it| it.is_string());
    let name = call.get("name").or(plain).or_else(|| call.get("function.name")).cloned().unwrap_or_default();
    let arguments = arguments.or_else(|| call.get("function.arguments"));
    match arguments {
        Some(it) => json!({ "name": name, "arguments": unquoted(it) }),
        None => json!({ "name": name }),
    }
}

/// An object whose keys are paths (`tool_calls.0.tool_call.function.name`) as the object that they mean.
fn nested(flat: Map<String, Value>) -> Value {
    let mut out = Value::Object(Map::new());
    for (path, value) in flat {
        let mut at = &mut out;
        let names: Vec<&str> = path.split('.').collect();
        // Numbers count the items of a list; far ones are not filled up to.
        let too_far = |it: &&str| it.parse::<usize>().is_ok_and(|it| it > 4096);
        if names.len() > 12 || names.iter().any(too_far) {
            continue;
        }
        for (depth, name) in names.iter().enumerate() {
            let is_last = depth + 1 == names.len();
            let index = name.parse::<usize>().ok().filter(|_| depth > 0);
            if let Some(index) = index {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let Value::Array(items) = at else { break };
                while items.len() <= index {
                    items.push(Value::Null);
                }
                at = &mut items[index];
            } else {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let Value::Object(fields) = at else { break };
                at = fields.entry(*name).or_insert(Value::Null);
            }
            if is_last {
                *at = value.clone();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: impl Into<Value>, expected: impl Into<Value>) {
        let (value, expected) = (value.into(), expected.into());
        assert_eq!(said(&value).payload, Some(expected), "{value}");
    }

    #[test]
    fn words_and_calls_in_every_shape() {
        check(json!("hi"), json!("hi"));
        check(
            json!([{"role": "assistant", "parts": [{"type": "text", "content": "a"}, {"type": "text", "content": "b"}]}]),
            json!("a\nb"),
        );
        check(
            json!([{"role": "assistant", "parts": [{"type": "tool_call", "id": "1", "name": "ask", "arguments": {"q": 1}}]}]),
            json!({"tool_calls": [{"name": "ask", "arguments": {"q": 1}}]}),
        );
        check(
            json!({"content": {"parts": [{"text": "Rolled 4."}], "role": "model"}, "usage_metadata": {"x": 1}}),
            json!("Rolled 4."),
        );
        check(
            json!({"content": {"parts": [{"function_call": {"id": "c", "args": {"sides": 6}, "name": "roll"}}]}}),
            json!({"tool_calls": [{"name": "roll", "arguments": {"sides": 6}}]}),
        );
        check(
            json!({"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "go", "arguments": "{\"x\": 1}"}}]}),
            json!({"tool_calls": [{"name": "go", "arguments": {"x": 1}}]}),
        );
        check(
            json!({"messages": [{"type": "human", "data": {"content": "q"}}, {"type": "ai", "data": {"content": "a"}}]}),
            json!("a"),
        );
        check(json!({"output": 3}), json!({"output": 3}));
        check(json!([1, 2]), json!([1, 2]));
    }

    #[test]
    fn messages_by_number() {
        let attributes = Attributes::of(Some(&json!({
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "search",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{\"q\": 1}",
            "llm.token_count.prompt": "40", "llm.token_count.completion": 8, "other": true
        })));
        let said = output(&attributes);
        assert_eq!(said.payload, Some(json!({"tool_calls": [{"name": "search", "arguments": {"q": 1}}]})));
        assert_eq!(said.calls, ["search"]);
        assert_eq!(usage(&attributes), Some(Usage { input: Some(40), output: Some(8), cost: None }));
        assert_eq!(rest(&attributes).map(|it| it.json().to_owned()).as_deref(), Some("{\"other\":true}"));
    }

    #[test]
    fn the_task_is_what_the_user_said() {
        let task = |key: &str, value: Value| task(&Attributes::of(Some(&json!({ key: value }))));
        assert_eq!(task("input.value", json!("do it")).as_deref(), Some("do it"));
        assert_eq!(
            task("input.value", json!("{\"task\": \"do it\", \"stream\": false}")).as_deref(),
            Some("do it")
        );
        let messages = json!(
            "[{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\", \"content\": \"do it\"}]"
        );
        assert_eq!(task("gen_ai.input.messages", messages).as_deref(), Some("do it"));
    }

    #[test]
    fn words_are_found_inside_the_json_of_a_task() {
        let check = |value: Value, words: Option<&str>, task_: &str| {
            let attributes = Attributes::of(Some(&json!({ "input.value": value })));
            assert_eq!(asked(&attributes).as_deref(), words, "{value}");
            assert_eq!(task(&attributes).as_deref(), Some(task_), "{value}");
        };
        check(json!("{\"inputs\": {\"question\": \"why?\"}}"), Some("why?"), "why?");
        check(json!({"args": ["why?"], "kwargs": {}}), Some("why?"), "why?");
        check(json!({"args": [], "kwargs": {"topic": "wells"}}), Some("wells"), "wells");
        check(json!({"state": "{\"prompt\": \"dig\"}"}), Some("dig"), "dig");
        check(json!({"messages": [[{"type": "human", "content": "dig"}]]}), Some("dig"), "dig");
        // Which of several is not clear: all of it.
        check(json!({"city": "Lima", "day": "Monday"}), None, "{\"city\":\"Lima\",\"day\":\"Monday\"}");
        check(json!({"q": 1}), None, "{\"q\":1}");
    }

    #[test]
    fn arguments_and_results_without_their_wrapping() {
        let attributes = Attributes::of(Some(&json!({
            "input.value": "{\"args\": [], \"kwargs\": {\"city\": \"Lima\"}}",
            "output.value": "{\"type\": \"tool\", \"data\": {\"content\": \"10M\"}}"
        })));
        assert_eq!(call("lookup", &attributes), json!({"tool": "lookup", "args": {"city": "Lima"}}));
        assert_eq!(result(&attributes), Some(json!("10M")));
    }
}

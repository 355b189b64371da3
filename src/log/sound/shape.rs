//! What the fields of the format hold, as [`super::super::read`] reads them, and whether a value fits without
//! anything to note. When in doubt it says no, and the line is parsed.

use smallvec::SmallVec;

use super::Entries;
use crate::log::json::strict::{each_entry, each_item};
use crate::log::{RecordType, time, timestamp_from_number, timestamp_from_text};
use crate::model::ValueOf;

/// Characters of an integer that a double holds exactly.
const EXACT: usize = 15;
/// A number without an exponent and with at most this many characters always fits a double.
const FINITE: usize = 300;

/// The fields of an object by key.
pub(super) type Shapes = fn(&[u8]) -> Shape;

/// What a field holds. Any field may be `null` instead.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Any JSON.
    Any,
    /// An id: a string or a number.
    Name,
    /// A string, or the text of anything else.
    Text,
    /// A finite number.
    Number,
    /// A whole number.
    Integer,
    /// A whole number from 0.
    Count,
    /// `true` or `false`.
    Flag,
    /// What a value is of, in one of its words.
    ValueOf,
    /// A time.
    Moment,
    /// Ids, or one.
    Names,
    /// Texts, or one.
    Texts,
    /// Finite numbers, or one.
    Numbers,
    /// Numbers or `null` by name, or a list of numbers.
    NumberMap,
    /// Numbers or `null` by name, or a list of such objects.
    NumberMaps,
    /// Texts by name.
    TextMap,
    /// Any JSON by name.
    Map,
    /// Two numbers, the lower first; or none.
    Interval,
    /// An object with these fields.
    Object(Shapes),
    /// A list of objects with these fields; the named ones are required.
    Objects(Shapes, &'static [&'static [u8]]),
    /// A list of agents.
    Roster,
}

/// The fields that only records of this kind have.
pub(super) fn of_record(record_type: RecordType) -> Shapes {
    match record_type {
        RecordType::Run => run,
        RecordType::EpisodeStart => episode_start,
        RecordType::Action => action,
        RecordType::Message => message,
        RecordType::State => state,
        RecordType::Reward => reward,
        RecordType::Credit => credit,
        RecordType::Counterfactual => counterfactual,
        RecordType::Metric => metric,
        RecordType::EpisodeEnd => episode_end,
        RecordType::Unknown => |_| Shape::Any,
    }
}

fn run(key: &[u8]) -> Shape {
    match key {
        b"credit_log" => Shape::Integer,
        b"run" => Shape::Name,
        b"writer" => Shape::Object(|key| match key {
            b"host" => Shape::Text,
            b"pid" | b"rank" => Shape::Integer,
            _ => Shape::Any,
        }),
        b"success" => Shape::Number,
        b"env" | b"algorithm" | b"reward_unit" => Shape::Text,
        b"gamma" => Shape::Number,
        b"bounds" => Shape::Interval,
        b"value_of" => Shape::ValueOf,
        b"agents" => Shape::Roster,
        _ => Shape::Any,
    }
}

fn roster_agent(key: &[u8]) -> Shape {
    match key {
        b"id" => Shape::Name,
        b"name" | b"role" | b"team" | b"model" | b"policy" => Shape::Text,
        b"tools" => Shape::Texts,
        _ => Shape::Any,
    }
}

fn episode_start(key: &[u8]) -> Shape {
    match key {
        b"agents" => Shape::Roster,
        b"graph" => Shape::Object(|key| match key {
            b"edges" => Shape::Objects(edge, &[b"from", b"to"]),
            _ => Shape::Any,
        }),
        b"task" | b"trace_id" | b"seed" => Shape::Text,
        b"group" => Shape::Name,
        b"global_step" | b"update" => Shape::Integer,
        b"replay_of" => Shape::Object(|key| match key {
            b"episode" | b"at" => Shape::Name,
            _ => Shape::Any,
        }),
        b"value_of" => Shape::ValueOf,
        _ => Shape::Any,
    }
}

fn edge(key: &[u8]) -> Shape {
    match key {
        b"from" | b"to" => Shape::Name,
        b"kind" => Shape::Text,
        b"weight" => Shape::Number,
        _ => Shape::Any,
    }
}

fn action(key: &[u8]) -> Shape {
    match key {
        b"agent" => Shape::Name,
        b"kind" | b"span_id" | b"error" => Shape::Text,
        b"parents" => Shape::Names,
        b"dur" => Shape::Number,
        b"attempt" => Shape::Count,
        b"turn" => Shape::Integer,
        b"policy" => Shape::Object(|key| match key {
            b"id" => Shape::Text,
            b"probs" | b"q" => Shape::NumberMap,
            b"logp" | b"value" => Shape::Number,
            b"value_of" => Shape::ValueOf,
            _ => Shape::Any,
        }),
        b"usage" => Shape::Object(|key| match key {
            b"in" | b"out" => Shape::Count,
            b"cost" => Shape::Number,
            _ => Shape::Any,
        }),
        _ => Shape::Any,
    }
}

fn message(key: &[u8]) -> Shape {
    match key {
        b"from" => Shape::Name,
        b"to" | b"parents" => Shape::Names,
        b"recv_ts" => Shape::Moment,
        _ => Shape::Any,
    }
}

fn state(key: &[u8]) -> Shape {
    match key {
        b"scope" => Shape::Name,
        b"after" => Shape::Names,
        _ => Shape::Any,
    }
}

fn reward(key: &[u8]) -> Shape {
    match key {
        b"value" | b"delay" => Shape::Number,
        b"agent" => Shape::Name,
        b"source" | b"name" => Shape::Text,
        b"components" => Shape::NumberMap,
        b"of" => Shape::Names,
        b"bounds" => Shape::Interval,
        _ => Shape::Any,
    }
}

fn credit(key: &[u8]) -> Shape {
    match key {
        b"algorithm" | b"units" => Shape::Text,
        b"agents" => Shape::NumberMap,
        b"items" => Shape::Objects(credit_item, &[]),
        b"params" => Shape::Map,
        b"reward" => Shape::Name,
        b"confidence" => Shape::Number,
        _ => Shape::Any,
    }
}

fn credit_item(key: &[u8]) -> Shape {
    match key {
        b"of" | b"agent" => Shape::Name,
        b"value" | b"baseline" | b"std" | b"level" => Shape::Number,
        b"ci" => Shape::Interval,
        b"n" => Shape::Count,
        b"label" | b"reason" => Shape::Text,
        _ => Shape::Any,
    }
}

fn counterfactual(key: &[u8]) -> Shape {
    match key {
        b"kind" | b"absence" => Shape::Text,
        b"group" | b"of" | b"agent" | b"context" => Shape::Name,
        b"frozen" => Shape::TextMap,
        b"candidates" => Shape::Objects(candidate, &[]),
        b"coalitions" => Shape::Objects(coalition, &[b"agents"]),
        _ => Shape::Any,
    }
}

fn candidate(key: &[u8]) -> Shape {
    match key {
        b"j" => Shape::Integer,
        b"returns" => Shape::Numbers,
        b"seeds" => Shape::Names,
        b"rewards" => Shape::NumberMaps,
        b"value" | b"std" | b"prob" | b"q" => Shape::Number,
        b"n" => Shape::Count,
        b"real" | b"extra" => Shape::Flag,
        b"status" => Shape::Text,
        b"next" => Shape::Texts,
        _ => Shape::Any,
    }
}

fn coalition(key: &[u8]) -> Shape {
    match key {
        b"agents" => Shape::Names,
        b"value" | b"std" => Shape::Number,
        b"returns" => Shape::Numbers,
        b"seeds" => Shape::Names,
        b"rewards" => Shape::NumberMaps,
        b"n" => Shape::Count,
        _ => Shape::Any,
    }
}

fn metric(key: &[u8]) -> Shape {
    match key {
        b"values" => Shape::NumberMap,
        b"agent" => Shape::Name,
        b"units" => Shape::TextMap,
        _ => Shape::Any,
    }
}

fn episode_end(key: &[u8]) -> Shape {
    match key {
        b"status" | b"reason" | b"answer" | b"ground_truth" => Shape::Text,
        b"return" | b"success" => Shape::Number,
        b"rewards" => Shape::NumberMaps,
        b"steps" => Shape::Integer,
        _ => Shape::Any,
    }
}

/// Whether `value`, which is JSON, has this shape and nothing about it needs a note.
pub(super) fn fits(shape: Shape, value: &[u8]) -> bool {
    if value == b"null" {
        return true;
    }
    let list = |one: fn(&[u8]) -> bool| if is_list(value) { all_items(value, one) } else { one(value) };
    match shape {
        Shape::Any => true,
        Shape::Name => is_name(value),
        Shape::Text => is_text(value),
        Shape::Number => is_finite(value),
        Shape::Integer => is_integer(value),
        Shape::Count => is_integer(value) && value[0] != b'-' && value.len() < 10,
        Shape::Flag => matches!(value, b"true" | b"false" | b"0" | b"1"),
        Shape::ValueOf => as_str(value).is_some_and(|it| ValueOf::of_word(it.trim_matches('"')).is_some()),
        Shape::Moment => is_moment(value),
        Shape::Names => list(is_name),
        Shape::Texts => list(is_text),
        Shape::Numbers => list(is_finite),
        Shape::NumberMap if is_list(value) => all_items(value, is_finite),
        Shape::NumberMap => all_entries(value, |it| it == b"null" || is_finite(it)),
        Shape::NumberMaps => list(|it| all_entries(it, |it| it == b"null" || is_finite(it))),
        Shape::TextMap => all_entries(value, is_text),
        Shape::Map => all_entries(value, |_| true),
        Shape::Interval => is_interval(value),
        Shape::Object(shapes) => is_object(value, shapes, &[]),
        Shape::Objects(shapes, needs) => {
            is_list(value)
                && each_item(value, 0, 1, |it| is_object(it, shapes, needs).then_some(())).is_some()
        }
        Shape::Roster => is_list(value) && all_items(value, is_agent),
    }
}

fn is_list(value: &[u8]) -> bool {
    value[0] == b'['
}

fn all_items(list: &[u8], one: fn(&[u8]) -> bool) -> bool {
    each_item(list, 0, 1, |it| one(it).then_some(())).is_some()
}

/// Whether it is an object without repeated keys, all of whose values pass.
fn all_entries(value: &[u8], one: fn(&[u8]) -> bool) -> bool {
    entries(value).is_some_and(|it| it.all.iter().all(|it| one(it.1)))
}

/// The entries of an object. `None` if it is not an object or has a key that needs a closer look.
fn entries(value: &[u8]) -> Option<Entries<'_>> {
    let mut entries = Entries::default();
    let end = if value[0] == b'{' { each_entry(value, 0, 1, |k, v| entries.add(k, v)) } else { None };
    end.map(|_| entries)
}

fn is_object(value: &[u8], shapes: Shapes, needs: &[&[u8]]) -> bool {
    entries(value).is_some_and(|entries| {
        needs.iter().all(|it| entries.has(it))
            && entries.all.iter().all(|(key, value)| fits(shapes(key), value))
    })
}

/// Whether it is an agent of a roster: its id, or an object that names it.
fn is_agent(value: &[u8]) -> bool {
    match value[0] {
        b'"' => true,
        b'{' => is_object(value, roster_agent, &[b"id"]) || is_object(value, roster_agent, &[b"name"]),
        _ => value.iter().all(u8::is_ascii_digit),
    }
}

fn is_name(value: &[u8]) -> bool {
    value[0] == b'"' || (is_number(value) && value.len() <= EXACT)
}

fn is_text(value: &[u8]) -> bool {
    !is_number(value) || value.len() <= EXACT
}

fn is_number(value: &[u8]) -> bool {
    matches!(value[0], b'-' | b'0'..=b'9')
}

/// Whether it is a number that a double holds, and holds exactly if it is an integer.
fn is_finite(value: &[u8]) -> bool {
    is_number(value)
        && (value.len() <= EXACT || value.iter().any(|it| !matches!(it, b'-' | b'0'..=b'9')))
        && (value.len() <= FINITE && !value.iter().any(|it| matches!(it, b'e' | b'E'))
            || as_str(value).and_then(|it| it.parse().ok()).is_some_and(f64::is_finite))
}

fn is_integer(value: &[u8]) -> bool {
    is_number(value) && value.len() <= EXACT && value[1..].iter().all(u8::is_ascii_digit)
}

fn is_moment(value: &[u8]) -> bool {
    if is_number(value) {
        return time::plain_seconds(value).is_some()
            || as_str(value).and_then(timestamp_from_number).is_some();
    }
    // With escapes the parser decides.
    let text = value.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).and_then(as_str);
    text.is_some_and(|it| !it.contains('\\') && timestamp_from_text(it).is_some())
}

fn is_interval(value: &[u8]) -> bool {
    let mut ends: SmallVec<[f64; 2]> = SmallVec::new();
    let read = |it| {
        let end = if is_finite(it) { as_str(it)?.parse().ok() } else { None };
        ends.push(end?);
        Some(())
    };
    if !is_list(value) || each_item(value, 0, 1, read).is_none() {
        return false;
    }
    matches!(ends.as_slice(), []) || matches!(ends.as_slice(), [low, high] if low <= high)
}

fn as_str(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

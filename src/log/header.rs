//! The index pass: what a line is and whose, without parsing its payload.
//!
//! One walk over the top-level fields, in any order. Values of fields it does not want are skipped by structure;
//! a long payload string costs a vector search for its closing quote. The walk reaches the closing bracket, so a
//! truncated or glued line is never taken for a record.

use std::borrow::Cow;

use super::walk::{scalar_end, skip_space, string_end, value_end};
use super::{RecordType, timestamp_from_number, timestamp_from_text};
use crate::model::Timestamp;

/// The fields of a record that an index holds, borrowed from its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Header<'a> {
    /// The kind of record.
    pub record_type: RecordType,
    /// The word in `type`, as written.
    pub type_name: Cow<'a, str>,
    /// The episode, an integer id as its text.
    pub episode: Option<Cow<'a, str>>,
    /// The id.
    pub id: Option<Cow<'a, str>>,
    /// Who acted: `agent`, or `from` of a message.
    pub agent: Option<Cow<'a, str>>,
    /// When.
    pub ts: Option<Timestamp>,
    /// The writer's counter.
    pub seq: Option<i64>,
    /// `value`, where it is a plain finite number: what a reward adds, without parsing the record.
    pub value: Option<f64>,
}

/// The header of `line` (with or without its line end), or `None` when anything about it is odd: not one closed
/// object, a repeated or escaped key, a header field of an unexpected type, a required one missing. The caller
/// then uses [`super::parse_line`].
///
/// A header is no promise that the payload parses.
pub fn scan_header(line: &[u8]) -> Option<Header<'_>> {
    let mut found = Found::default();
    let mut at = skip_space(line, 0);
    if *line.get(at)? != b'{' {
        return None;
    }
    loop {
        at = skip_space(line, at + 1);
        if *line.get(at)? != b'"' {
            return None;
        }
        let (key, after) = plain_key(line, at + 1)?;
        at = skip_space(line, after);
        if *line.get(at)? != b':' {
            return None;
        }
        at = skip_space(line, at + 1);
        at = found.field(key, line, at)?;
        at = skip_space(line, at);
        match *line.get(at)? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    if skip_space(line, at + 1) != line.len() {
        return None;
    }
    found.header()
}

/// What the walk has come across so far.
#[derive(Default)]
struct Found<'a> {
    type_name: Option<Cow<'a, str>>,
    episode: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    agent: Option<Cow<'a, str>>,
    from: Option<Cow<'a, str>>,
    ts: Option<Timestamp>,
    seq: Option<i64>,
    value: Option<f64>,
}

impl<'a> Found<'a> {
    /// Takes the value at `at` if `key` is a header field; returns the index behind it.
    fn field(&mut self, key: &[u8], line: &'a [u8], at: usize) -> Option<usize> {
        match key {
            b"type" => {
                let (value, end) = string(line, at)?;
                put(&mut self.type_name, value)?;
                Some(end)
            }
            b"episode" => name(line, at, &mut self.episode),
            b"id" => name(line, at, &mut self.id),
            b"agent" => name(line, at, &mut self.agent),
            b"from" => name(line, at, &mut self.from),
            b"ts" => {
                let (value, end) = if line.get(at)? == &b'"' {
                    let (text, end) = string(line, at)?;
                    (timestamp_from_text(&text)?, end)
                } else {
                    let end = scalar_end(line, at)?;
                    (timestamp_from_number(ascii(&line[at..end])?)?, end)
                };
                put(&mut self.ts, value)?;
                Some(end)
            }
            b"seq" => {
                let end = scalar_end(line, at)?;
                put(&mut self.seq, plain_integer(&line[at..end])?.parse().ok()?)?;
                Some(end)
            }
            b"value" => {
                let end = value_end(line, at)?;
                self.value =
                    ascii(&line[at..end]).and_then(|it| it.parse().ok()).filter(|it: &f64| it.is_finite());
                Some(end)
            }
            _ => value_end(line, at),
        }
    }

    fn header(self) -> Option<Header<'a>> {
        let type_name = self.type_name?;
        let record_type = RecordType::from_name(&type_name);
        let agent = if record_type == RecordType::Message { self.from } else { self.agent };
        let required = record_type.required();
        let lacks = |key: &str| required.contains(&key);
        if (self.episode.is_none() && lacks("episode"))
            || (agent.is_none() && (lacks("agent") || lacks("from")))
        {
            return None;
        }
        Some(Header {
            record_type,
            type_name,
            episode: self.episode,
            value: self.value,
            id: self.id,
            agent,
            ts: self.ts,
            seq: self.seq,
        })
    }
}

/// Fills an empty slot; a second value for the same field is odd.
fn put<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

/// A key without escapes, and the index behind its closing quote.
fn plain_key(line: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let length = line[from..].iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let end = from + length;
    (line[end] == b'"').then_some((&line[from..end], end + 1))
}

/// The string at `at`, unescaped, and the index behind it.
fn string(line: &[u8], at: usize) -> Option<(Cow<'_, str>, usize)> {
    if *line.get(at)? != b'"' {
        return None;
    }
    let end = string_end(line, at + 1)?;
    let content = &line[at + 1..end - 1];
    let value = if content.contains(&b'\\') {
        Cow::Owned(serde_json::from_slice(&line[at..end]).ok()?)
    } else {
        Cow::Borrowed(std::str::from_utf8(content).ok()?)
    };
    Some((value, end))
}

/// An id: a string, or an integer as its text.
fn name<'a>(line: &'a [u8], at: usize, slot: &mut Option<Cow<'a, str>>) -> Option<usize> {
    let (value, end) = if *line.get(at)? == b'"' {
        string(line, at)?
    } else {
        let end = scalar_end(line, at)?;
        (Cow::Borrowed(plain_integer(&line[at..end])?), end)
    };
    put(slot, value)?;
    Some(end)
}

fn plain_integer(token: &[u8]) -> Option<&str> {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let plain = match digits {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if plain { ascii(token) } else { None }
}

fn ascii(token: &[u8]) -> Option<&str> {
    std::str::from_utf8(token).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(line: &str) {
        assert_eq!(scan_header(line.as_bytes()), None, "{line}");
    }

    fn check(line: &str, episode: Option<&str>, id: Option<&str>, agent: Option<&str>) {
        let header = scan_header(line.as_bytes()).unwrap_or_else(|| panic!("no header: {line}"));
        assert_eq!(header.episode.as_deref(), episode, "{line}");
        assert_eq!(header.id.as_deref(), id, "{line}");
        assert_eq!(header.agent.as_deref(), agent, "{line}");
    }

    #[test]
    fn finds_fields_in_any_order() {
        check(
            r#"{"type":"action","episode":"e","id":"a1","agent":"x","action":"hi"}"#,
            Some("e"),
            Some("a1"),
            Some("x"),
        );
        check(
            r#" { "action" : {"agent":"no","id":"no"} , "agent" : 3, "episode":7,"kind":"tool","type":"action"} "#,
            Some("7"),
            None,
            Some("3"),
        );
        check(
            r#"{"type":"message","episode":"e","from":"x","to":"y","agent":"z"}"#,
            Some("e"),
            None,
            Some("x"),
        );
        check(r#"{"type":"run","credit_log":1}"#, None, None, None);
        check(r#"{"type":"novel","id":"A\n"}"#, None, Some("A\n"), None);
        check("{\"type\":\"episode_end\",\"episode\":\"é\"}\r\n", Some("é"), None, None);
    }

    #[test]
    fn reads_time_and_counter() {
        let header = scan_header(br#"{"type":"run","ts":1.5,"seq":-4}"#).unwrap();
        assert_eq!(header.ts, Some(Timestamp::from_micros(1_500_000)));
        assert_eq!(header.seq, Some(-4));
        let header = scan_header(br#"{"type":"run","ts":"1970-01-01T00:00:02Z"}"#).unwrap();
        assert_eq!(header.ts, Some(Timestamp::from_micros(2_000_000)));
    }

    #[test]
    fn leaves_odd_lines_alone() {
        odd("");
        odd("{}");
        odd(r#"{"episode":"e"}"#);
        odd(r#"{"type":7}"#);
        odd(r#"{"type":"action","episode":"e"}"#);
        odd(r#"{"type":"message","episode":"e","agent":"z","to":"y"}"#);
        odd(r#"{"type":"reward","value":1}"#);
        odd(r#"{"type":"run","type":"run"}"#);
        odd(r#"{"\u0074ype":"run"}"#);
        odd(r#"{"type":"run","ts":NaN}"#);
        odd(r#"{"type":"run","ts":null}"#);
        odd(r#"{"type":"run","seq":1.5}"#);
        odd(r#"{"type":"run","id":"\ud800"}"#);
        odd(r#"{"type":"run"}{"type":"run"}"#);
        odd(r#"{"type":"run","x":"abc"#);
        odd(r#"{"type":"run","x":"ab{"type":"run"}"#);
        odd(r#"{"type":"run","x":[1,2}"#);
        odd(r#"{"type":"run",}"#);
        odd("{\"type\":\"r\u{0}\"");
        assert_eq!(scan_header(b"{\"type\":\"\xff\"}"), None);
        assert_eq!(scan_header("\u{feff}{\"type\":\"run\"}".as_bytes()), None);
    }
}

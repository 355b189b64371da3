//! The index pass: what a line is and whose, without parsing its payload.
//!
//! One walk over the top-level fields, in any order. Values of fields it does not want are skipped by structure;
//! a long payload string costs a vector search for its closing quote. The walk reaches the closing bracket, so a
//! truncated or glued line is never taken for a record.

use std::borrow::Cow;

use memchr::memmem;

use super::RecordType;
use super::walk::{scalar_end, skip_space, string_end, value_end};

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
    /// The writer's counter.
    pub seq: Option<i64>,
    /// The other agents that the record names: recipients of a message (`*` among them), the roster of an
    /// episode.
    pub others: Vec<Cow<'a, str>>,
    /// `value` of a reward, `return` of an episode's end.
    pub value: Option<f64>,
    /// `status` of an episode's end.
    pub status: Option<Cow<'a, str>>,
    /// Whether the fields above say all that an index wants to know. `false` where one of them is written in
    /// an unusual way, and for records whose content matters (`run`, judgements): parse the line.
    pub complete: bool,
}

/// The header of `line` (with or without its line end), or `None` when anything about it is odd: not one closed
/// object, a repeated or escaped key, a header field of an unexpected type, a required one missing. The caller
/// then uses [`super::parse_line`].
///
/// A header is no promise that the payload parses.
pub fn scan_header(line: &[u8]) -> Option<Header<'_>> {
    let mut found = Found::default();
    let at = skip_space(line, 0);
    let end = walk_object(line, at, |key, at| found.field(key, line, at))?;
    if skip_space(line, end) != line.len() {
        return None;
    }
    found.header()
}

/// Calls `field` with every key of the object at `at` and the index of its value; it returns the index behind
/// that value. The index behind the object.
fn walk_object<'a>(
    bytes: &'a [u8],
    mut at: usize,
    mut field: impl FnMut(&'a [u8], usize) -> Option<usize>,
) -> Option<usize> {
    if *bytes.get(at)? != b'{' {
        return None;
    }
    loop {
        at = skip_space(bytes, at + 1);
        if *bytes.get(at)? != b'"' {
            return None;
        }
        let (key, after) = plain_key(bytes, at + 1)?;
        at = skip_space(bytes, after);
        if *bytes.get(at)? != b':' {
            return None;
        }
        at = field(key, skip_space(bytes, at + 1))?;
        at = skip_space(bytes, at);
        match *bytes.get(at)? {
            b',' => {}
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// What the walk has come across so far.
#[derive(Default)]
struct Found<'a> {
    type_name: Option<Cow<'a, str>>,
    episode: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    agent: Option<Cow<'a, str>>,
    from: Option<Cow<'a, str>>,
    /// Values that only some kinds of record have, as written.
    to: Option<&'a [u8]>,
    agents: Option<&'a [u8]>,
    items: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
    total: Option<&'a [u8]>,
    seq: Option<&'a [u8]>,
    status: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    /// Takes the value at `at` if `key` is a header field; returns the index behind it.
    fn field(&mut self, key: &[u8], line: &'a [u8], at: usize) -> Option<usize> {
        let slot = match key {
            b"type" => {
                let (value, end) = string(line, at)?;
                put(&mut self.type_name, value)?;
                return Some(end);
            }
            b"episode" => return name(line, at, &mut self.episode),
            b"id" => return name(line, at, &mut self.id),
            b"agent" => return name(line, at, &mut self.agent),
            b"from" => return name(line, at, &mut self.from),
            b"to" => &mut self.to,
            b"agents" => &mut self.agents,
            b"items" => &mut self.items,
            b"value" => &mut self.value,
            b"return" => &mut self.total,
            b"seq" => &mut self.seq,
            b"status" => &mut self.status,
            _ => return value_end(line, at),
        };
        let end = value_end(line, at)?;
        put(slot, &line[at..end])?;
        Some(end)
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
        let (mut others, mut value, mut status) = (Vec::new(), None, None);
        let seq = self.seq.and_then(plain_integer).and_then(|it| it.parse().ok());
        let complete = match record_type {
            // Written as `1.0`, say.
            _ if seq.is_some() != self.seq.is_some() => false,
            RecordType::Run => false,
            RecordType::EpisodeStart => self.agents.is_none_or(|it| names(it, &mut others).is_some()),
            RecordType::Message => self.to.is_some_and(|it| names(it, &mut others).is_some()),
            RecordType::Reward => {
                value = self.value.and_then(number);
                value.is_some()
            }
            RecordType::EpisodeEnd => {
                value = self.total.and_then(number);
                status = self.status.and_then(|it| string(it, 0)).map(|it| it.0);
                value.is_some() == self.total.is_some() && status.is_some() == self.status.is_some()
            }
            RecordType::Credit => {
                let says =
                    |word: &str| self.items.is_some_and(|it| memmem::find(it, word.as_bytes()).is_some());
                !says("label") && !says("reason") && !says("\\")
            }
            _ => true,
        };
        let episode = self.episode;
        Some(Header {
            record_type,
            type_name,
            episode,
            id: self.id,
            agent,
            seq,
            others,
            value,
            status,
            complete,
        })
    }
}

/// The names in a list, or the only one: strings, integers, or objects with an `id`. `None`: it holds
/// something else.
fn names<'a>(value: &'a [u8], into: &mut Vec<Cow<'a, str>>) -> Option<()> {
    if *value.first()? != b'[' {
        let mut one = None;
        name(value, 0, &mut one)?;
        into.extend(one);
        return Some(());
    }
    let mut at = skip_space(value, 1);
    if *value.get(at)? == b']' {
        return Some(());
    }
    loop {
        let mut one = None;
        at = match *value.get(at)? {
            b'{' => walk_object(value, at, |key, at| match key {
                b"id" => name(value, at, &mut one),
                _ => value_end(value, at),
            })?,
            _ => name(value, at, &mut one)?,
        };
        into.push(one?);
        at = skip_space(value, at);
        match *value.get(at)? {
            b',' => at = skip_space(value, at + 1),
            b']' => return Some(()),
            _ => return None,
        }
    }
}

/// A plain finite number.
fn number(token: &[u8]) -> Option<f64> {
    ascii(token)?.parse().ok().filter(|it: &f64| it.is_finite())
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

    #[track_caller]
    fn content(line: &str, others: &[&str], value: Option<f64>, status: Option<&str>) {
        let header = scan_header(line.as_bytes()).unwrap_or_else(|| panic!("no header: {line}"));
        assert!(header.complete, "{line}");
        assert_eq!(header.others, others, "{line}");
        assert_eq!((header.value, header.status.as_deref()), (value, status), "{line}");
    }

    #[track_caller]
    fn incomplete(line: &str) {
        let header = scan_header(line.as_bytes()).unwrap_or_else(|| panic!("no header: {line}"));
        assert!(!header.complete, "{line}");
    }

    #[test]
    fn reads_what_the_list_of_episodes_shows() {
        let start = |agents: &str| format!(r#"{{"type":"episode_start","episode":"e","agents":{agents}}}"#);
        content(&start(r#"[{"role":"x","id":"a"}, "b",{ "id" : 3 }]"#), &["a", "b", "3"], None, None);
        content(&start("[ ]"), &[], None, None);
        content(r#"{"type":"episode_start","episode":"e"}"#, &[], None, None);
        incomplete(&start(r#"[{"name":"a"}]"#));
        incomplete(&start(r#"[{"id":"a","id":"b"}]"#));
        incomplete(&start("null"));
        incomplete(&start(r#"{"a":1}"#));
        let message = |to: &str| format!(r#"{{"type":"message","episode":"e","from":"x","to":{to}}}"#);
        content(&message(r#""y""#), &["y"], None, None);
        content(&message(r#"["y", "*"]"#), &["y", "*"], None, None);
        incomplete(&message("[1.5]"));
        incomplete(r#"{"type":"message","episode":"e","from":"x"}"#);
        let end = |rest: &str| format!(r#"{{"type":"episode_end","episode":"e"{rest}}}"#);
        content(&end(r#","status":"success","return":-1.5e1"#), &[], Some(-15.0), Some("success"));
        content(&end(""), &[], None, None);
        incomplete(&end(r#","status":null"#));
        incomplete(&end(r#","return":"1""#));
        content(r#"{"type":"reward","episode":"e","value":2}"#, &[], Some(2.0), None);
        incomplete(r#"{"type":"reward","episode":"e","value":true}"#);
        incomplete(r#"{"type":"reward","episode":"e","value":1e400}"#);
        incomplete(r#"{"type":"run","credit_log":1}"#);
        let credit = |item: &str| format!(r#"{{"type":"credit","episode":"e","items":[{item}]}}"#);
        content(&credit(r#"{"agent":"a","value":1}"#), &[], None, None);
        incomplete(&credit(r#"{"of":"a1","label":"mistake"}"#));
        incomplete(&credit(r#"{"of":"a1","reason":"why"}"#));
        incomplete(&credit(r#"{"of":"a1","l\u0061bel":"mistake"}"#));
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
        odd(r#"{"type":"reward","episode":"e","value":1,"value":2}"#);
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

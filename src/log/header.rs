//! The index pass: the kind of a line and whose it is, without parsing the payload.
//!
//! ```text
//! line -> Scanner::scan -> Scan    kind, and the text of header fields: templates first, then the walk
//!                           `----> Header, where names are escaped or lists must be read
//! ```
//!
//! Other fields are skipped by structure. A long payload string costs one vector search for its closing
//! quote.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::act::{says_error, says_failed};
use super::json::marks::{Marked, Marks};
use super::spans::{Field, Spans, is_plain_integer, walk_object};
use super::template::{Recognised, Templates, by_walk};
use super::{RecordType, time};
use crate::model::Timestamp;

/// The fields of a record that an index keeps, borrowed from its line.
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
    /// When it was written.
    pub ts: Option<Timestamp>,
    /// The other agents that the record names: recipients of a message (`*` among them), the roster of an
    /// episode.
    pub others: Vec<Cow<'a, str>>,
    /// `value` of a reward, `return` of an episode's end.
    pub value: Option<f64>,
    /// `status` of an episode's end.
    pub status: Option<Cow<'a, str>>,
    /// Whether an action says that something went wrong: by `error`, or by a failing `status`.
    pub failed: bool,
    /// Whether the fields above say all that an index needs. `false` if one of them is written in an unusual
    /// way, and for records whose content matters (`run`, judgements): then parse the line.
    pub complete: bool,
}

/// The header of `line`, with or without its line end. `None` if anything about it is odd: not one closed
/// object, a repeated or escaped key, a header field of an unexpected type, a missing required field. The
/// caller then uses [`super::parse_line`].
///
/// A header does not promise that the payload parses.
pub fn scan_header(line: &[u8]) -> Option<Header<'_>> {
    u32::try_from(line.len()).ok()?;
    let mut marks = Marks::default();
    let text = marks.read(line);
    let (record_type, spans, end) = by_walk(text, 0, |_| {})?;
    let whole = line.len() - usize::from(line.ends_with(b"\n"));
    Scan::new(text, record_type, &spans).filter(|_| end == whole)?.header()
}

/// Scans lines that look alike: it learns in which order a log writes its keys.
#[derive(Default)]
pub struct Scanner {
    templates: Templates,
    marks: Marks,
}

impl Scanner {
    /// Calls `line` for each line of `text`, which holds whole lines. It passes the place of the line without
    /// its line end, and what [`scan_header`] finds there, with the fields still as written.
    pub fn scan(&mut self, text: &[u8], mut line: impl FnMut(Range<usize>, Option<Scan<'_, '_>>)) {
        let Self { templates, marks } = self;
        let marked = marks.read(text);
        let fits = u32::try_from(text.len()).is_ok();
        let mut at = 0;
        while at < text.len() {
            let recognised = if fits { templates.recognise(marked, at) } else { None };
            let (end, scan) = match recognised {
                Some(Recognised { record_type, spans, end }) => (end, Scan::new(marked, record_type, spans)),
                None => (marked.line_end(at), None),
            };
            line(at..end, scan);
            at = end + 1;
        }
    }
}

/// A scanned line: its kind, and where the fields of its header stand.
#[derive(Clone, Copy)]
pub struct Scan<'a, 's> {
    text: Marked<'a, 's>,
    spans: &'s Spans,
    /// The kind of record.
    pub record_type: RecordType,
}

/// The header of most lines: nothing in it needs unescaping, and it says all that an index needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlainHeader<'a> {
    /// The episode. All text is ASCII without control characters.
    pub episode: Option<&'a [u8]>,
    /// The id.
    pub id: Option<&'a [u8]>,
    /// Who acted: `agent`, or `from` of a message.
    pub agent: Option<&'a [u8]>,
    /// The only recipient of a message.
    pub to: Option<&'a [u8]>,
    /// `value` of a reward.
    pub value: Option<f64>,
    /// When it was written.
    pub ts: Option<Timestamp>,
    /// The writer's counter.
    pub seq: Option<i64>,
    /// Whether an action says that something went wrong.
    pub failed: bool,
}

impl<'a, 's> Scan<'a, 's> {
    /// `None` if a required field is missing.
    #[inline]
    fn new(text: Marked<'a, 's>, record_type: RecordType, spans: &'s Spans) -> Option<Self> {
        let scan = Self { text, spans, record_type };
        let (episode, agent) = needs(record_type);
        let lacks = (episode && scan.raw(Field::Episode).is_none()) || (agent && scan.acting().is_none());
        (!lacks).then_some(scan)
    }

    fn raw(&self, field: Field) -> Option<&'a [u8]> {
        self.spans.of(field, self.text.text)
    }

    fn acting(&self) -> Option<&'a [u8]> {
        self.raw(if self.record_type == RecordType::Message { Field::From } else { Field::Agent })
    }

    /// The header if it is a plain one; otherwise use [`Scan::header`].
    #[inline(always)]
    pub fn plain(&self) -> Option<PlainHeader<'a>> {
        use RecordType::{Action, Counterfactual, Message, Metric, Reward, State, Unknown};
        if !self.spans.plain {
            return None;
        }
        let (mut to, mut value, mut failed) = (None, None, false);
        match self.record_type {
            Action => failed = self.failed()?,
            State | Counterfactual | Unknown => {}
            Metric => self.raw(Field::Values)?.starts_with(b"{").then_some(())?,
            Message => to = Some(plain_name(self.raw(Field::To)?)?),
            Reward => value = Some(number(self.raw(Field::Value)?)?),
            RecordType::Run | RecordType::EpisodeStart | RecordType::Credit | RecordType::EpisodeEnd => {
                return None;
            }
        }
        let ts = match self.raw(Field::Ts) {
            None => None,
            Some(token) => Some(time::plain_seconds(token)?),
        };
        let seq = match self.raw(Field::Seq) {
            None => None,
            Some(token) => Some(counter(token)?),
        };
        let name = |field| self.raw(field).map(unquoted);
        Some(PlainHeader {
            episode: name(Field::Episode),
            id: name(Field::Id),
            agent: self.acting().map(unquoted),
            to,
            value,
            ts,
            seq,
            failed,
        })
    }

    /// Whether the action says that something went wrong. `None` if a field that may say so is written in a way
    /// that must be repaired.
    fn failed(&self) -> Option<bool> {
        let error = match self.raw(Field::Error) {
            None | Some(b"null") => false,
            Some(token) if token.starts_with(b"\"") => says_error(&string(token)?),
            Some(b"false") => false,
            Some(token) => {
                let is_plain = token == b"true" || token.starts_with(b"{") || token.starts_with(b"[");
                (is_plain || is_number(token)).then_some(true)?
            }
        };
        match self.raw(Field::Status).filter(|it| !error && it.starts_with(b"\"")) {
            None => Some(error),
            Some(token) => Some(says_failed(&string(token)?)),
        }
    }

    /// The header in any case.
    pub fn header(&self) -> Option<Header<'a>> {
        let record_type = self.record_type;
        let field = |field| match self.raw(field) {
            None => Some(None),
            Some(token) => name_from(token).map(Some),
        };
        let (mut others, mut value, mut status, mut failed) = (Vec::new(), None, None, false);
        let seq = self.raw(Field::Seq).map(counter);
        // Written as `1.0`, for example.
        let readable = !matches!(seq, Some(None));
        let mut complete = match record_type {
            RecordType::Run => false,
            RecordType::Action => {
                let says = self.failed();
                failed = says.unwrap_or_default();
                says.is_some()
            }
            RecordType::EpisodeStart => {
                let roster =
                    |it: &'a [u8]| it.starts_with(b"[") && self.names(Field::Agents, &mut others).is_some();
                // A roster has no negative numbers for names.
                self.raw(Field::Agents).is_none_or(roster) && others.iter().all(|it| !it.starts_with('-'))
            }
            RecordType::Message => self.names(Field::To, &mut others).is_some(),
            RecordType::Reward => {
                value = self.raw(Field::Value).and_then(number);
                value.is_some()
            }
            RecordType::Metric => self.raw(Field::Values).is_some_and(|it| it.starts_with(b"{")),
            RecordType::EpisodeEnd => {
                value = self.raw(Field::Return).and_then(number);
                status = self.raw(Field::Status).and_then(word).map(Cow::Borrowed);
                value.is_some() == self.raw(Field::Return).is_some()
                    && status.is_some() == self.raw(Field::Status).is_some()
            }
            RecordType::Credit => {
                let items = self.raw(Field::Items);
                let says = |word: &str| items.is_some_and(|it| memmem::find(it, word.as_bytes()).is_some());
                !says("label") && !says("reason") && !says("\\")
            }
            _ => true,
        };
        let ts = match self.raw(Field::Ts) {
            None | Some(b"null") => None,
            Some(token) => {
                let ts = moment(token);
                complete &= ts.is_some();
                ts
            }
        };
        complete &= readable;
        Some(Header {
            record_type,
            type_name: string(self.raw(Field::Type)?)?,
            episode: field(Field::Episode)?,
            id: field(Field::Id)?,
            agent: match self.acting() {
                None => None,
                Some(token) => Some(name_from(token)?),
            },
            ts,
            seq: seq.flatten(),
            others,
            value,
            status,
            failed,
            complete,
        })
    }

    /// The names in a list, or a single name: strings, integers, or objects with an `id`. `None` if the field
    /// holds anything else.
    fn names(&self, field: Field, into: &mut Vec<Cow<'a, str>>) -> Option<()> {
        let text = self.text;
        let byte = |at: usize| text.text.get(at).copied();
        let start = self.spans.range(field)?.start;
        if byte(start)? != b'[' {
            into.push(name_from(self.raw(field)?)?);
            return Some(());
        }
        let mut at = text.skip_space(start + 1);
        if byte(at)? == b']' {
            return Some(());
        }
        loop {
            let mut one = None;
            at = match byte(at)? {
                // Only a roster describes its agents.
                b'{' if field == Field::Agents => walk_object(text, at, |key, at| match key {
                    b"id" => name_at(text, at, &mut one),
                    _ => text.value_end(at),
                })?,
                _ => name_at(text, at, &mut one)?,
            };
            into.push(one?);
            at = text.skip_space(at);
            match byte(at)? {
                b',' => at = text.skip_space(at + 1),
                b']' => return Some(()),
                _ => return None,
            }
        }
    }
}

/// Whether records of this kind must name an episode, and whether they must name an actor.
fn needs(record_type: RecordType) -> (bool, bool) {
    use RecordType::{Action, Message, Metric, Run, Unknown};
    (!matches!(record_type, Run | Metric | Unknown), matches!(record_type, Action | Message))
}

/// A counter as JSON writes integers.
fn counter(token: &[u8]) -> Option<i64> {
    if is_plain_integer(token) { std::str::from_utf8(token).ok()?.parse().ok() } else { None }
}

/// A plain finite number.
fn number(token: &[u8]) -> Option<f64> {
    is_number(token).then(|| ascii(token)?.parse().ok().filter(|it: &f64| it.is_finite()))?
}

/// Whether `token` is a number as JSON writes it.
fn is_number(token: &[u8]) -> bool {
    let digits = |at: usize| at + token[at..].iter().take_while(|it| it.is_ascii_digit()).count();
    let start = usize::from(token.first() == Some(&b'-'));
    let mut at = digits(start);
    if at == start || (token[start] == b'0' && at > start + 1) {
        return false;
    }
    if token.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return false;
        }
        at = end;
    }
    if matches!(token.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(token.get(at + 1), Some(b'+' | b'-')));
        let end = digits(at + 1 + sign);
        if end == at + 1 + sign {
            return false;
        }
        at = end;
    }
    at == token.len()
}

/// A time stamp, as a number or in a string.
fn moment(token: &[u8]) -> Option<Timestamp> {
    match token.first()? {
        b'"' => time::timestamp_from_text(&string(token)?),
        _ if is_number(token) => time::timestamp_from_number(ascii(token)?),
        _ => None,
    }
}

/// The string that `token` is, unescaped.
fn string(token: &[u8]) -> Option<Cow<'_, str>> {
    let [b'"', content @ .., b'"'] = token else { return None };
    if content.contains(&b'\\') {
        return Some(Cow::Owned(serde_json::from_slice(token).ok()?));
    }
    Some(Cow::Borrowed(std::str::from_utf8(content).ok()?))
}

/// Reads an id at `at`: a string, or an integer as its text. Returns the index after it.
fn name_at<'a>(text: Marked<'a, '_>, at: usize, slot: &mut Option<Cow<'a, str>>) -> Option<usize> {
    let end = if *text.text.get(at)? == b'"' { text.string_end(at + 1)? } else { text.scalar_end(at)? };
    // A second one is odd.
    slot.replace(name_from(&text.text[at..end])?).is_none().then_some(end)
}

/// An id that is all of `token`.
fn name_from(token: &[u8]) -> Option<Cow<'_, str>> {
    if token.first() == Some(&b'"') {
        return string(token);
    }
    is_plain_integer(token).then(|| ascii(token).map(Cow::Borrowed))?
}

/// The same if it is ASCII without escapes.
fn plain_name(token: &[u8]) -> Option<&[u8]> {
    let plain = |it: &u8| matches!(it, b' '..=b'~') && !matches!(it, b'"' | b'\\');
    let [b'"', content @ .., b'"'] = token else { return is_plain_integer(token).then_some(token) };
    content.iter().all(plain).then_some(content)
}

/// A string that a label shows as it is.
fn word(token: &[u8]) -> Option<&str> {
    let content = plain_name(token).filter(|it| it.len() <= 60 && token[0] == b'"')?;
    let plain = content.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
    if plain { ascii(content) } else { None }
}

fn unquoted(token: &[u8]) -> &[u8] {
    match token {
        [b'"', content @ .., b'"'] => content,
        _ => token,
    }
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
        incomplete(&message(r#"[{"id":"y"}]"#));
        incomplete(r#"{"type":"message","episode":"e","from":"x"}"#);
        let end = |rest: &str| format!(r#"{{"type":"episode_end","episode":"e"{rest}}}"#);
        content(&end(r#","status":"success","return":-1.5e1"#), &[], Some(-15.0), Some("success"));
        content(&end(""), &[], None, None);
        incomplete(&end(r#","status":null"#));
        incomplete(&end(r#","status":"\n""#));
        incomplete(&start("0"));
        incomplete(&start("[-1]"));
        incomplete(r#"{"type":"metric","values":[1]}"#);
        incomplete(r#"{"type":"metric"}"#);
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

//! Where the header fields of a line stand: one walk over its top-level keys, in any order, by structure alone.
//!
//! ```text
//! line -> walk -> Spans          every key once, the values of header fields checked, all others skipped
//!          `----> each key in turn, for a template to be learned from (see super::template)
//! ```
//!
//! Parses no payload: a string is left behind at its closing quote, an object at its bracket. The walk reaches the
//! closing bracket of the line, so a truncated or glued one is never taken for a record.

use super::walk::{plain_string_end, scalar_end, skip_space, string_end, value_end};

/// The fields that an index wants of some kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Type,
    Episode,
    Id,
    Agent,
    From,
    Ts,
    Seq,
    To,
    Agents,
    Items,
    Value,
    Values,
    Return,
    Status,
}

/// Number of fields.
const FIELDS: usize = Field::Status as usize + 1;

impl Field {
    /// The field with this key, if it is one of the header.
    pub(super) fn of_key(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"type" => Self::Type,
            b"episode" => Self::Episode,
            b"id" => Self::Id,
            b"agent" => Self::Agent,
            b"from" => Self::From,
            b"ts" => Self::Ts,
            b"seq" => Self::Seq,
            b"to" => Self::To,
            b"agents" => Self::Agents,
            b"items" => Self::Items,
            b"value" => Self::Value,
            b"values" => Self::Values,
            b"return" => Self::Return,
            b"status" => Self::Status,
            _ => return None,
        })
    }
}

/// Where the values of the header fields stand in a line shorter than 4 GiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    /// First byte and the one behind the last; no value ends at 0.
    at: [(u32, u32); FIELDS],
    /// Whether the type and all names are plain: ASCII without escapes or control characters.
    pub(super) plain: bool,
}

impl Default for Spans {
    fn default() -> Self {
        Self { at: [(0, 0); FIELDS], plain: true }
    }
}

impl Spans {
    /// The value of `field` in the line that was walked, as written.
    pub(super) fn of<'a>(&self, field: Field, line: &'a [u8]) -> Option<&'a [u8]> {
        let (start, end) = self.at[field as usize];
        if end == 0 { None } else { line.get(start as usize..end as usize) }
    }

    /// Takes the value of `field` at `at`; the index behind it. `None`: it is not what such a value looks like.
    pub(super) fn take(&mut self, field: Field, line: &[u8], at: usize) -> Option<usize> {
        let end = match field {
            Field::Type | Field::Episode | Field::Id | Field::Agent | Field::From => {
                if *line.get(at)? == b'"' {
                    match plain_string_end(line, at + 1) {
                        Some(end) => end,
                        None => {
                            self.plain = false;
                            let end = string_end(line, at + 1)?;
                            is_string(&line[at..end]).then_some(end)?
                        }
                    }
                } else if field == Field::Type {
                    return None;
                } else {
                    let end = scalar_end(line, at)?;
                    is_plain_integer(&line[at..end]).then_some(end)?
                }
            }
            _ => value_end(line, at)?,
        };
        self.at[field as usize] = (at as u32, end as u32);
        Some(end)
    }

    /// Notes that the value of `field` stands there.
    pub(super) fn set(&mut self, field: Field, start: usize, end: usize) {
        self.at[field as usize] = (start as u32, end as u32);
    }

    fn has(&self, field: Field) -> bool {
        self.at[field as usize].1 > 0
    }
}

/// A key of a line and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Which header field it is.
    pub(super) field: Option<Field>,
    /// First byte of the value.
    pub(super) start: usize,
    /// The index behind its last.
    pub(super) end: usize,
}

/// Walks over `line`, one object with or without white space around it, and shows every key to `part`. `None`:
/// anything about it is odd: not one closed object, a repeated header field or one of an unexpected type, an
/// escaped key.
pub(super) fn walk(line: &[u8], mut part: impl FnMut(Part)) -> Option<Spans> {
    let mut spans = Spans::default();
    u32::try_from(line.len()).ok()?;
    let end = walk_object(line, skip_space(line, 0), |key, at| {
        let field = Field::of_key(key);
        let end = match field {
            None => value_end(line, at)?,
            // A second value for the same field is odd.
            Some(field) if spans.has(field) => return None,
            Some(field) => spans.take(field, line, at)?,
        };
        part(Part { field, start: at, end });
        Some(end)
    })?;
    (skip_space(line, end) == line.len()).then_some(spans)
}

/// Calls `field` with every key of the object at `at` and the index of its value; it returns the index behind
/// that value. The index behind the object.
pub(super) fn walk_object<'a>(
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

/// A key without escapes, and the index behind its closing quote.
fn plain_key(line: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let length = line[from..].iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let end = from + length;
    (line[end] == b'"').then_some((&line[from..end], end + 1))
}

/// Whether `token`, quotes included, is a string that reads without repair.
fn is_string(token: &[u8]) -> bool {
    serde_json::from_slice::<std::borrow::Cow<'_, str>>(token).is_ok()
}

/// Whether `token` is an integer as JSON writes it.
pub(super) fn is_plain_integer(token: &[u8]) -> bool {
    match token.strip_prefix(b"-").unwrap_or(token) {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

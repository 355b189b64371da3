//! Where the header fields of a line stand: one walk over its top-level keys, in any order, by structure
//! alone.
//!
//! ```text
//! line -> walk -> Spans          each key once; values of header fields are checked, all others skipped
//!          `----> each key in turn, from which a template is learned (see super::template)
//! ```
//!
//! Parses no payload: it leaves a string at its closing quote and an object at its bracket. The walk reaches
//! the closing bracket of the line, so a truncated or glued line never passes for a record.

use std::ops::Range;

use super::json::marks::Marked;

/// The fields that an index needs from at least one kind of record.
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
    Error,
}

/// Number of fields.
const FIELDS: usize = Field::Error as usize + 1;

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
            b"error" => Self::Error,
            _ => return None,
        })
    }
}

/// Where the values of the header fields stand in the text of a line, which is shorter than 4 GiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    /// The first byte and the one after the last. No value ends at 0.
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
    /// Where the value of `field` stands.
    #[inline]
    pub(super) fn range(&self, field: Field) -> Option<Range<usize>> {
        let (start, end) = self.at[field as usize];
        (end > 0).then_some(start as usize..end as usize)
    }

    /// The value of `field` in the text that was walked, as written.
    #[inline]
    pub(super) fn of<'a>(&self, field: Field, text: &'a [u8]) -> Option<&'a [u8]> {
        text.get(self.range(field)?)
    }

    /// Takes the value of `field` at `at` and returns the index after it. `None` if the value does not look
    /// like one of that field.
    #[inline(always)]
    pub(super) fn take(&mut self, field: Field, text: Marked<'_, '_>, at: usize) -> Option<usize> {
        let end = match field {
            Field::Type | Field::Episode | Field::Id | Field::Agent | Field::From => {
                if *text.text.get(at)? == b'"' {
                    let end = text.string_end(at + 1)?;
                    if !text.is_plain(at + 1, end - 1) {
                        self.plain = false;
                        is_string(&text.text[at..end]).then_some(())?;
                    }
                    end
                } else if field == Field::Type {
                    return None;
                } else {
                    let end = text.scalar_end(at)?;
                    is_plain_integer(&text.text[at..end]).then_some(end)?
                }
            }
            _ => text.value_end(at)?,
        };
        self.set(field, at, end);
        Some(end)
    }

    /// Notes where the value of `field` stands.
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
    /// The index after its last byte.
    pub(super) end: usize,
}

/// Walks over the line at `at`: one object, with or without white space around it. Shows every key to `part`
/// and returns where the object ends. `None` if anything is odd: not one closed object, a repeated header
/// field, a header field of an unexpected type, an escaped key.
pub(super) fn walk(text: Marked<'_, '_>, at: usize, mut part: impl FnMut(Part)) -> Option<(Spans, usize)> {
    let mut spans = Spans::default();
    let end = walk_object(text, text.skip_space(at), |key, at| {
        let field = Field::of_key(key);
        let end = match field {
            None => text.value_end(at)?,
            // A second value for the same field is odd.
            Some(field) if spans.has(field) => return None,
            Some(field) => spans.take(field, text, at)?,
        };
        part(Part { field, start: at, end });
        Some(end)
    })?;
    let end = text.skip_space(end);
    text.is_line_end(end).then_some((spans, end))
}

/// Calls `field` with each key of the object at `at` and the index of its value; `field` returns the index
/// after that value. Returns the index after the object.
pub(super) fn walk_object<'a>(
    text: Marked<'a, '_>,
    mut at: usize,
    mut field: impl FnMut(&'a [u8], usize) -> Option<usize>,
) -> Option<usize> {
    let byte = |at: usize| text.text.get(at).copied();
    if byte(at)? != b'{' {
        return None;
    }
    loop {
        at = text.skip_space(at + 1);
        if byte(at)? != b'"' {
            return None;
        }
        let end = text.string_end(at + 1)?;
        let key = &text.text[at + 1..end - 1];
        at = text.skip_space(end);
        if key.contains(&b'\\') || byte(at)? != b':' {
            return None;
        }
        at = field(key, text.skip_space(at + 1))?;
        at = text.skip_space(at);
        match byte(at)? {
            b',' => {}
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
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

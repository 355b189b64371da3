//! Tells whether reading a line in full would find anything wrong with it, without building the record.
//!
//! ```text
//! line -> UTF-8 -> strict: as strict as serde_json -> top-level fields -> shape: what the format says each is
//!                                                      `-> all well: parse_line would report nothing
//! ```
//!
//! `true` promises that [`super::parse_line`] makes one record of the line and reports no problem. `false`
//! promises nothing: parse the line to know. Only objects with many keys allocate memory.

mod shape;

use smallvec::SmallVec;

use super::RecordType;
use super::json::{strict::each_entry, walk::skip_space};
use shape::{Shape, fits};

/// Keys of one object that are compared with each other; a line with more is parsed.
const KEYS: usize = 96;

/// A key and its value, as written.
type Entry<'a> = (&'a [u8], &'a [u8]);

/// What an object holds.
#[derive(Default)]
struct Entries<'a> {
    all: SmallVec<[Entry<'a>; 24]>,
    /// A bit for each key: most keys turn out to be new without a look at the others.
    seen: u64,
}

impl<'a> Entries<'a> {
    /// Adds an entry. `None` if its key repeats, is written with escapes, or is one too many.
    fn add(&mut self, key: &'a [u8], value: &'a [u8]) -> Option<()> {
        let (first, last) = (key.first().copied().unwrap_or(0), key.last().copied().unwrap_or(0));
        let bit = 1 << ((first ^ last.rotate_left(3) ^ key.len() as u8) & 63);
        let again = self.seen & bit != 0 && self.all.iter().any(|it| it.0 == key);
        if again || self.all.len() == KEYS || key.contains(&b'\\') {
            return None;
        }
        self.seen |= bit;
        self.all.push((key, value));
        Some(())
    }

    fn of(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.all.iter().find(|it| it.0 == key).map(|it| it.1)
    }

    /// Whether `key` has a value.
    fn has(&self, key: &[u8]) -> bool {
        self.of(key).is_some_and(|it| it != b"null")
    }
}

/// Whether `line`, with or without its line end, is exactly one record without any problem.
pub fn is_sound(line: &[u8]) -> bool {
    (line.is_ascii() || std::str::from_utf8(line).is_ok()) && is_sound_text(line).is_some()
}

fn is_sound_text(line: &[u8]) -> Option<()> {
    let start = skip_space(line, 0);
    if line.get(start) != Some(&b'{') {
        return None;
    }
    let mut entries = Entries::default();
    let end = each_entry(line, start, 1, |key, value| entries.add(key, value))?;
    if skip_space(line, end) < line.len() {
        return None;
    }
    let name = entries.of(b"type")?.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let record_type = RecordType::from_name(std::str::from_utf8(name).ok()?);
    let shapes = shape::of_record(record_type);
    let sound = !name.contains(&b'\\')
        && record_type.required().iter().all(|it| entries.has(it.as_bytes()))
        && entries.all.iter().all(|(key, value)| fits(common(key).unwrap_or_else(|| shapes(key)), value))
        && match record_type {
            RecordType::Run => entries.of(b"credit_log") == Some(b"1"),
            RecordType::State => entries.of(b"state").or_else(|| entries.of(b"delta")).is_some(),
            RecordType::Credit => {
                [&b"agents"[..], b"items"].into_iter().any(|it| entries.of(it).is_some_and(holds))
            }
            _ => true,
        };
    sound.then_some(())
}

/// What the fields are that every record may have.
fn common(key: &[u8]) -> Option<Shape> {
    Some(match key {
        b"type" => Shape::Any,
        b"episode" | b"id" => Shape::Name,
        b"ts" => Shape::Moment,
        b"seq" | b"step" => Shape::Integer,
        _ => return None,
    })
}

/// Whether a list or an object has anything in it.
fn holds(value: &[u8]) -> bool {
    matches!(value, [b'[' | b'{', inner @ .., _] if skip_space(inner, 0) < inner.len())
}

#[cfg(test)]
mod tests;

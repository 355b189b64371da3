//! Strict JSON in one walk over the text: what `serde_json` accepts, except half surrogate pairs, and no
//! deeper than a reader goes. Every function takes the index where something begins and returns the index
//! after it.

use super::{unescape::unit, walk::skip_space};

/// Levels of nesting that `serde_json` parses.
pub(in crate::log) const DEPTH: usize = 128;
const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// Calls `visit` with each key (as written, without quotes) and value of the object at `at`, which is `depth`
/// levels deep. `None` if it is not an object or `visit` gave up.
pub(in crate::log) fn each_entry<'a>(
    text: &'a [u8],
    at: usize,
    depth: usize,
    mut visit: impl FnMut(&'a [u8], &'a [u8]) -> Option<()>,
) -> Option<usize> {
    let mut at = skip_space(text, at + 1);
    if text.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        if text.get(at) != Some(&b'"') {
            return None;
        }
        let key_end = string_end(text, at + 1)?;
        let key = &text[at + 1..key_end - 1];
        at = skip_space(text, key_end);
        if text.get(at) != Some(&b':') {
            return None;
        }
        let start = skip_space(text, at + 1);
        let end = value_end(text, start, depth)?;
        visit(key, &text[start..end])?;
        at = skip_space(text, end);
        match text.get(at)? {
            b',' => at = skip_space(text, at + 1),
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Calls `visit` with each value of the list at `at`, which is `depth` levels deep. `None` if it is not a
/// list or `visit` gave up.
pub(in crate::log) fn each_item<'a>(
    text: &'a [u8],
    at: usize,
    depth: usize,
    mut visit: impl FnMut(&'a [u8]) -> Option<()>,
) -> Option<usize> {
    let mut at = skip_space(text, at + 1);
    if text.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        let end = value_end(text, at, depth)?;
        visit(&text[at..end])?;
        at = skip_space(text, end);
        match text.get(at)? {
            b',' => at = skip_space(text, at + 1),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// A value within `depth` levels.
fn value_end(text: &[u8], at: usize, depth: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => string_end(text, at + 1),
        b'{' if depth < DEPTH => each_entry(text, at, depth + 1, |_, _| Some(())),
        b'[' if depth < DEPTH => each_item(text, at, depth + 1, |_| Some(())),
        b't' => word_end(text, at, b"true"),
        b'f' => word_end(text, at, b"false"),
        b'n' => word_end(text, at, b"null"),
        b'-' | b'0'..=b'9' => number_end(text, at),
        _ => None,
    }
}

fn word_end(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    text[at..].starts_with(word).then_some(at + word.len())
}

fn number_end(text: &[u8], at: usize) -> Option<usize> {
    let start = at + usize::from(text[at] == b'-');
    let mut end = digits_end(text, start)?;
    if text[start] == b'0' && end > start + 1 {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        end = digits_end(text, end + 1)?;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        end = digits_end(text, end + 1 + sign)?;
    }
    Some(end)
}

/// The index after at least one digit.
fn digits_end(text: &[u8], at: usize) -> Option<usize> {
    let count = text.get(at..)?.iter().take_while(|it| it.is_ascii_digit()).count();
    (count > 0).then_some(at + count)
}

/// The index after the closing quote of the string whose content begins at `at`.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = special(text, at)?;
        match text[at] {
            b'"' => return Some(at + 1),
            b'\\' => at = escape_end(text, at)?,
            _ => return None,
        }
    }
}

/// The first byte at or after `at` that ends or escapes the content of a string; looks at eight bytes at a
/// time.
pub(in crate::log) fn special(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let (words, last) = rest.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let like = |byte: u8| {
            let other = word ^ (ONES * u64::from(byte));
            other.wrapping_sub(ONES) & !other
        };
        // Exact up to the first such byte.
        let found = (like(b'"') | like(b'\\') | (word.wrapping_sub(ONES * 0x20) & !word)) & HIGHS;
        if found != 0 {
            return Some(at + number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let is_special = |it: &u8| *it == b'"' || *it == b'\\' || *it < 0x20;
    last.iter().position(is_special).map(|it| at + words.len() * 8 + it)
}

/// The index after the escape at `at`. A surrogate counts only with its other half.
pub(in crate::log) fn escape_end(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at + 1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 2),
        b'u' => match unit(text, at)? {
            0xd800..=0xdbff => matches!(unit(text, at + 6)?, 0xdc00..=0xdfff).then_some(at + 12),
            0xdc00..=0xdfff => None,
            _ => Some(at + 6),
        },
        _ => None,
    }
}

//! Walking over JSON text by structure alone: strings and nesting, no values.
//!
//! Shared by the index pass and by the search for records in damaged lines. It never validates what it walks
//! over; whoever needs the value parses it.

use memchr::{memchr, memchr3};

/// Bytes looked at before a vector search, which costs more than it saves on short values.
const NEAR: usize = 32;

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// The high bit of each byte of `word` that is 0, exact up to the first of them.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// The high bit of each byte of `word` that is `byte`, exact up to the first of them.
fn bytes_like(word: u64, byte: u8) -> u64 {
    zeros(word ^ (ONES * u64::from(byte)))
}

/// The eight bytes at `at`, if there are as many.
fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    let piece = bytes.get(at..at + 8)?;
    piece.try_into().ok().map(u64::from_le_bytes)
}

/// The index of the first of three bytes at or behind `at`: eight at a time nearby, then by a vector search.
fn first_of(bytes: &[u8], mut at: usize, [a, b, c]: [u8; 3]) -> Option<usize> {
    let near = at + NEAR;
    while at < near
        && let Some(word) = word_at(bytes, at)
    {
        let found = bytes_like(word, a) | bytes_like(word, b) | bytes_like(word, c);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr3(a, b, c, bytes.get(at..)?).map(|it| at + it)
}

/// The index behind the closing quote of the string whose content starts at `at`; `None`: it never closes.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let near = at + NEAR;
    while at < near
        && let Some(word) = word_at(bytes, at)
    {
        let found = bytes_like(word, b'"') | bytes_like(word, b'\\');
        if found == 0 {
            at += 8;
            continue;
        }
        at += found.trailing_zeros() as usize / 8;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
    // Only at quotes, as prose and code have an escape in every line: a quote closes the string unless an odd
    // number of backslashes stands before it. Each of them is counted once.
    loop {
        let quote = at + memchr(b'"', bytes.get(at..)?)?;
        let backslashes = bytes[at..quote].iter().rev().take_while(|it| **it == b'\\').count();
        if backslashes % 2 == 0 {
            return Some(quote + 1);
        }
        at = quote + 1;
    }
}

/// [`string_end`] of a short string, where it holds nothing but printable ASCII without escapes; else `None`.
pub(super) fn plain_string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(word) = word_at(bytes, at) {
        let quote = bytes_like(word, b'"');
        let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word & HIGHS;
        let odd = bytes_like(word, b'\\') | bytes_like(word, 0x7f) | (word & HIGHS) | control;
        let first = (quote | odd).trailing_zeros() as usize / 8;
        if first == 8 {
            at += 8;
        } else if quote & (0x80 << (first * 8)) != 0 {
            return Some(at + first + 1);
        } else {
            return None;
        }
    }
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' | 0..=0x1f | 0x7f.. => return None,
            _ => at += 1,
        }
    }
}

/// The index behind the object or array whose opening bracket is at `at`; `None`: it never closes.
///
/// Only brackets of the outermost kind are counted: in well-formed text the others balance among themselves.
pub(super) fn container_end(bytes: &[u8], at: usize) -> Option<usize> {
    let open = bytes[at];
    let close = if open == b'{' { b'}' } else { b']' };
    let mut depth = 1usize;
    let mut at = at + 1;
    loop {
        at = first_of(bytes, at, [b'"', open, close])?;
        let byte = bytes[at];
        at += 1;
        if byte == b'"' {
            at = string_end(bytes, at)?;
        } else if byte == open {
            depth += 1;
        } else {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
}

/// The index of the first byte at or behind `at` that is not JSON white space.
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// The index behind the number, `true`, `false` or `null` at `at`; `None`: there is none, or what is there is
/// not plain JSON (`NaN`).
pub(super) fn scalar_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let word: &[u8] = match rest.first()? {
        b't' => b"true",
        b'f' => b"false",
        b'n' => b"null",
        _ => {
            let length = rest.iter().position(|byte| !OF_NUMBERS[usize::from(*byte)]);
            let length = length.unwrap_or(rest.len());
            return (length > 0).then_some(at + length);
        }
    };
    rest.starts_with(word).then_some(at + word.len())
}

/// Which bytes numbers are made of.
const OF_NUMBERS: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"0123456789-+.eE";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// The index behind the value at `at`; `None`: there is none, or it never closes.
pub(super) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at + 1),
        b'{' | b'[' => container_end(bytes, at),
        _ => scalar_end(bytes, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<usize>) {
        assert_eq!(value_end(text.as_bytes(), 0), expected, "{text}");
    }

    #[test]
    fn finds_ends() {
        check(r#""a" x"#, Some(3));
        check(r#""a\"b""#, Some(6));
        check(r#""a\\""#, Some(5));
        check(r#""a\"#, None);
        check(r#""abcdefghijklmnopqrstuvwxyz\"0" "#, Some(31));
        check(r#"{"a":"}"} "#, Some(9));
        check(r#"[{"a":[1,"]"]},2],"#, Some(17));
        check("[[[", None);
        check("-1.5e3,", Some(6));
        check("true}", Some(4));
        check("NaN", None);
        check("", None);
        check(&format!(r#""{}" "#, "long text ".repeat(9)), Some(92));
        check(&format!(r#""{}\"" "#, "long text ".repeat(9)), Some(94));
        check(&format!(r#""{}\\" "#, "long text ".repeat(9)), Some(94));
        check(&format!(r#"{{{}}} "#, "1, ".repeat(30)), Some(92));
        check(&format!(r#""{}"#, r#"\""#.repeat(40)), None);
    }

    #[test]
    fn ends_of_plain_strings() {
        let check = |text: &str, expected: Option<usize>| {
            assert_eq!(plain_string_end(text.as_bytes(), 0), expected, "{text}");
            let far = format!("{text}{}", " ".repeat(9));
            assert_eq!(plain_string_end(far.as_bytes(), 0), expected, "{text}");
        };
        check("\"", Some(1));
        check("agent_07\",", Some(9));
        check("agent_0\"\\\",", Some(8));
        check("a rather long name\"", Some(19));
        check("a\\\"", None);
        check("a rather long n\\ame\"", None);
        check("é\"", None);
        check("a\tb\"", None);
        check("a\u{7f}\"", None);
        check("!#[]~ \"", Some(7));
    }
}

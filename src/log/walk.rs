//! Walking over JSON text by structure alone: strings and nesting, no values.
//!
//! Shared by the index pass and by the search for records in damaged lines. It never validates what it walks
//! over; whoever needs the value parses it.

use memchr::{memchr2, memchr3};

/// The index behind the closing quote of the string whose content starts at `at`; `None`: it never closes.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    // Most keys and ids end within a few bytes, where a vector search costs more than it saves.
    let near = bytes.len().min(at + 16);
    while at < near {
        match bytes[at] {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
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
        at += memchr3(b'"', open, close, bytes.get(at..)?)?;
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
    for word in [&b"true"[..], b"false", b"null"] {
        if rest.starts_with(word) {
            return Some(at + word.len());
        }
    }
    let length = rest
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
        .unwrap_or(rest.len());
    (length > 0).then_some(at + length)
}

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
    }
}

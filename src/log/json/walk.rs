//! Walks over JSON text by structure alone: strings and nesting, no values.
//!
//! This is for lines looked at one at a time; the index pass marks many lines at once, see `log::marks`.
//! It never validates what it walks over: whoever needs the value parses it.

use memchr::{memchr, memchr3};

/// The index after the closing quote of the string whose content starts at `at`; `None` if it never closes.
pub(crate) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    // Prose and code have an escape in every line, so this stops only at quotes. A quote closes the string
    // unless an odd number of backslashes stands before it. Each backslash is counted once.
    loop {
        let quote = at + memchr(b'"', bytes.get(at..)?)?;
        let backslashes = bytes[at..quote].iter().rev().take_while(|it| **it == b'\\').count();
        if backslashes % 2 == 0 {
            return Some(quote + 1);
        }
        at = quote + 1;
    }
}

/// The index after the object or array whose opening bracket is at `at`; `None` if it never closes.
///
/// Counts only brackets of the outermost kind: in well-formed text the others balance among themselves.
pub(crate) fn container_end(bytes: &[u8], at: usize) -> Option<usize> {
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

/// The index of the first byte at or after `at` that is not JSON white space.
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// The index after the number, `true`, `false` or `null` at `at`; `None` if there is none or it is not plain
/// JSON (`NaN`).
pub(crate) fn scalar_end(bytes: &[u8], at: usize) -> Option<usize> {
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

/// The index after the value at `at`; `None` if there is none or it never ends.
pub(crate) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at + 1),
        b'{' | b'[' => container_end(bytes, at),
        _ => scalar_end(bytes, at),
    }
}

/// The bytes that numbers are made of.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<usize>) {
        let bytes = text.as_bytes();
        let end = match bytes.first() {
            Some(b'"') => string_end(bytes, 1),
            Some(b'{' | b'[') => container_end(bytes, 0),
            Some(_) => scalar_end(bytes, 0),
            None => None,
        };
        assert_eq!(end, expected, "{text}");
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
}

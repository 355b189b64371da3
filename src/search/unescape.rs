//! Undoes JSON escapes, so that a search sees what a person sees.

use memchr::memchr;

/// Replaces the content of `out` by `line` with its JSON escapes undone. Half a surrogate pair becomes
/// U+FFFD. An escape that JSON does not know stays as written.
pub fn unescape(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut rest = line;
    while let Some(at) = memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let plain = match rest.first() {
            Some(b'n') => b'\n',
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'/') => b'/',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'u') => {
                match code_point(rest) {
                    Some((letter, len)) => {
                        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                        rest = &rest[len..];
                    }
                    None => out.push(b'\\'),
                }
                continue;
            }
            _ => {
                out.push(b'\\');
                continue;
            }
        };
        out.push(plain);
        rest = &rest[1..];
    }
    out.extend_from_slice(rest);
}

/// The character that the four hex digits (or the surrogate pair of them) at the start of `rest` mean, and
/// the length read.
fn code_point(rest: &[u8]) -> Option<(char, usize)> {
    let first = hex(rest)?;
    if let Some(letter) = char::from_u32(first) {
        return Some((letter, 5));
    }
    let second = rest.get(5..).and_then(|it| it.strip_prefix(b"\\")).and_then(hex);
    match second {
        Some(low @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 11))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 5)),
    }
}

/// The number in an escape of four hex digits.
fn hex(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"u")?.get(..4)?;
    let digit = |value: u32, byte: &u8| Some(value << 4 | char::from(*byte).to_digit(16)?);
    digits.iter().try_fold(0, digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn undone(line: &[u8]) -> Vec<u8> {
        let mut out = vec![1, 2, 3];
        unescape(line, &mut out);
        out
    }

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(String::from_utf8(undone(line.as_bytes())).unwrap(), expected, "{line}");
    }

    #[test]
    fn what_escapes_stand_for() {
        check("plain", "plain");
        check(r#"a\"b\\c\/d"#, r#"a"b\c/d"#);
        check(r"1\n2\t3\r4\b5\f6", "1\n2\t3\r4\u{8}5\u{c}6");
        check(r"\u00e9\u4E2D", "é中");
        check(r"\ud83d\ude00!", "😀!");
    }

    #[test]
    fn what_is_no_escape_stays() {
        check(r"\x \", r"\x \");
        check(r"\u12", r"\u12");
        check(r"\u12g4", r"\u12g4");
        check(r"\ud83d.", "\u{fffd}.");
        check(r"\ud83d\u0041", "\u{fffd}A");
        check(r"\ude00\ud83d", "\u{fffd}\u{fffd}");
        assert_eq!(undone(b"\xff\\n\xfe"), b"\xff\n\xfe");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_string_comes_back(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let ascii: String = json.chars().flat_map(escaped).collect();
            for json in [json, ascii] {
                let inside = &json[1..json.len() - 1];
                prop_assert_eq!(undone(inside.as_bytes()), text.as_bytes());
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(prop_oneof![
            Just(b'\\'), Just(b'u'), Just(b'd'), Just(b'8'), any::<u8>()], 0..40)) {
            undone(&bytes);
        }
    }

    /// As a writer that keeps to ASCII writes it.
    fn escaped(letter: char) -> Vec<char> {
        if letter.is_ascii() {
            return vec![letter];
        }
        let units = letter.encode_utf16(&mut [0; 2]).to_vec();
        units.iter().flat_map(|it| format!("\\u{it:04x}").chars().collect::<Vec<_>>()).collect()
    }
}

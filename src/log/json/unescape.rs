//! Undoes JSON escapes, so that a search sees what a person sees.

use memchr::memchr;

/// Replaces the content of `out` by `line` with its JSON escapes undone. Half a surrogate pair becomes
/// U+FFFD. An escape that JSON does not know stays as written.
pub(crate) fn unescape(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut rest = line;
    while let Some(at) = memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let plain = match rest.get(1) {
            Some(b'n') => b'\n',
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'/') => b'/',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            _ => {
                match code_point(rest) {
                    Some((letter, len)) => {
                        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                        rest = &rest[len..];
                    }
                    None => {
                        out.push(b'\\');
                        rest = &rest[1..];
                    }
                }
                continue;
            }
        };
        out.push(plain);
        rest = &rest[2..];
    }
    out.extend_from_slice(rest);
}

/// The character that the escape of four hex digits (or the surrogate pair of them) at the start of `rest` stands for,
/// and its length.
fn code_point(rest: &[u8]) -> Option<(char, usize)> {
    let first = unit(rest, 0)?;
    if let Some(letter) = char::from_u32(first) {
        return Some((letter, 6));
    }
    match unit(rest, 6) {
        Some(low @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

/// The code unit of the `\u` and four hex digits at `at`; `None` if there is no such escape.
pub(in crate::log) fn unit(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |sum, it| Some(sum << 4 | char::from(*it).to_digit(16)?))
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

//! Turns almost-JSON into JSON: text that writers produce and `serde_json` rejects.
//!
//! | in the log | becomes |
//! |---|---|
//! | bare `NaN`, `Infinity`, `-Infinity`, `nan`, `inf` | the string of that name, which numeric fields read |
//! | a lone surrogate escape (`\ud800`) | `\ufffd` |
//! | a control character inside a string | its escape |
//! | an escape JSON does not know (`\x41`) | the backslash itself, escaped |
//!
//! Valid JSON without lone surrogates comes back borrowed and unchanged.

use std::borrow::Cow;

use super::Problem;
use super::json::{
    strict::{DEPTH, escape_end, special},
    unescape::unit,
};
use crate::model::{Rule, Severity, rule};

/// What a repair found: of each kind the offset of the first, and how many.
#[derive(Default)]
struct Count {
    first: usize,
    n: usize,
}

impl Count {
    fn add(&mut self, at: usize) {
        if self.n == 0 {
            self.first = at;
        }
        self.n += 1;
    }
}

/// The offset in `bytes` that corresponds to `offset` in their lossy text, where U+FFFD replaces bytes that
/// are not UTF-8.
pub(crate) fn raw_offset(bytes: &[u8], offset: usize) -> usize {
    let (mut raw, mut lossy) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().len();
        if offset <= lossy + valid {
            return raw + (offset - lossy);
        }
        raw += valid + chunk.invalid().len();
        lossy += valid;
        if !chunk.invalid().is_empty() {
            lossy += char::REPLACEMENT_CHARACTER.len_utf8();
        }
        if offset < lossy {
            return raw - chunk.invalid().len();
        }
    }
    raw
}

struct Repair<'a> {
    text: &'a str,
    /// The output so far, once it differs from the input.
    out: Option<String>,
    /// Input up to here is in the output.
    copied: usize,
    nonfinite: Count,
    surrogates: Count,
    controls: Count,
    escapes: Count,
}

/// JSON from almost-JSON, with a problem per kind of repair; offsets are counted from `offset`.
pub(crate) fn repair<'a>(text: &'a str, offset: usize, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let mut repair = Repair {
        text,
        out: None,
        copied: 0,
        nonfinite: Count::default(),
        surrogates: Count::default(),
        controls: Count::default(),
        escapes: Count::default(),
    };
    let (deepest, deepest_at) = repair.run();
    let mut note = |count: &Count, rule: &'static Rule, what: &str| {
        if count.n > 0 {
            let message = if count.n == 1 { what.to_owned() } else { format!("{what} ({} times)", count.n) };
            problems.push(Problem::new(rule, offset + count.first, message).milder(Severity::Note));
        }
    };
    note(&repair.nonfinite, rule::NONFINITE_NUMBER, "a bare NaN or Infinity, which JSON does not have");
    note(&repair.surrogates, rule::LONE_SURROGATE, "half of a surrogate pair, shown as U+FFFD");
    note(&repair.controls, rule::CONTROL_CHARACTER, "a bare control character in a string");
    note(&repair.escapes, rule::BAD_ESCAPE, "an escape that JSON does not have, kept as text");
    if deepest > DEPTH {
        let message = format!("{deepest} levels of nesting, kept as text");
        problems.push(Problem::new(rule::TOO_DEEP, offset + deepest_at, message));
    }
    match repair.out {
        None => Cow::Borrowed(text),
        Some(mut out) => {
            out.push_str(&text[repair.copied..]);
            Cow::Owned(out)
        }
    }
}

impl Repair<'_> {
    /// Walks the text. Returns the deepest level of nesting, and where nesting first went deeper than is
    /// parsed.
    fn run(&mut self) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth, mut deepest, mut deepest_at) = (0, 0usize, 0, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'"' => at = self.string(at + 1),
                b'{' | b'[' => {
                    depth += 1;
                    if depth > deepest {
                        deepest = depth;
                        if depth == DEPTH + 1 {
                            deepest_at = at;
                        }
                    }
                    at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    at += 1;
                }
                b'-' | b'+' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => at = self.word(at),
                byte if byte.is_ascii_alphabetic() => at = self.word(at),
                // The letters of an exponent belong to the number.
                b'0'..=b'9' => {
                    while bytes.get(at).is_some_and(|it| it.is_ascii_alphanumeric() || b"+-.".contains(it)) {
                        at += 1;
                    }
                }
                _ => at += 1,
            }
        }
        (deepest, deepest_at)
    }

    /// A bare word at `at`; returns the index after it.
    fn word(&mut self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        let length = 1 + rest[1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let end = at + length;
        let word = &self.text[at..end];
        let name = match word.trim_start_matches(['-', '+']) {
            "NaN" | "nan" | "NAN" => "\"NaN\"",
            "Infinity" | "Inf" | "inf" | "INF" | "infinity" if word.starts_with('-') => "\"-Infinity\"",
            "Infinity" | "Inf" | "inf" | "INF" | "infinity" => "\"Infinity\"",
            _ => return end,
        };
        self.nonfinite.add(at);
        self.replace(at, end, name);
        end
    }

    /// The string whose content starts at `at`; returns the index after its closing quote.
    fn string(&mut self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(found) = special(bytes, at) {
            at = match bytes[found] {
                b'"' => return found + 1,
                b'\\' => self.escape(found),
                byte => {
                    self.controls.add(found);
                    self.replace(found, found + 1, &format!("\\u{byte:04x}"));
                    found + 1
                }
            };
        }
        bytes.len()
    }

    /// The escape at `at`; returns the index after it.
    fn escape(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        if let Some(end) = escape_end(bytes, at) {
            return end;
        }
        if unit(bytes, at).is_none() {
            return self.keep_backslash(at);
        }
        self.surrogates.add(at);
        self.replace(at, at + 6, "\\ufffd");
        at + 6
    }

    fn keep_backslash(&mut self, at: usize) -> usize {
        self.escapes.add(at);
        self.replace(at, at + 1, "\\\\");
        at + 1
    }

    fn replace(&mut self, from: usize, to: usize, with: &str) {
        let out = self.out.get_or_insert_with(|| String::with_capacity(self.text.len() + 16));
        out.push_str(&self.text[self.copied..from]);
        out.push_str(with);
        self.copied = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, rules: &[&str]) {
        let mut problems = Vec::new();
        assert_eq!(repair(text, 0, &mut problems), expected, "{text}");
        assert_eq!(problems.iter().map(|it| it.rule.name()).collect::<Vec<_>>(), rules, "{text}");
    }

    #[test]
    fn repairs() {
        check(r#"{"a":1e5,"NaN":"NaN","b":true}"#, r#"{"a":1e5,"NaN":"NaN","b":true}"#, &[]);
        check(r#"[NaN,Infinity,-Infinity]"#, r#"["NaN","Infinity","-Infinity"]"#, &["nonfinite-number"]);
        check(r#"[nan,-inf, inf]"#, r#"["NaN","-Infinity", "Infinity"]"#, &["nonfinite-number"]);
        check(r#""\ud83d\ude00""#, r#""\ud83d\ude00""#, &[]);
        check(r#""\ud83d" "\ude00""#, r#""\ufffd" "\ufffd""#, &["lone-surrogate"]);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#, &["lone-surrogate"]);
        check("\"a\tb\"", "\"a\\u0009b\"", &["control-character"]);
        check(r#""\x41\u12""#, r#""\\x41\\u12""#, &["bad-escape"]);
        check("\"\\", "\"\\\\", &["bad-escape"]);
        // Eight bytes are looked at together: what is odd may stand anywhere among them.
        for before in 0..20 {
            let text = |odd: &str| format!("{{\"{}{odd} and more\": NaN}}", "é".repeat(before));
            check(
                &text("\n\\q"),
                &text("\\u000a\\\\q").replace("NaN", "\"NaN\""),
                &["nonfinite-number", "control-character", "bad-escape"],
            );
        }
    }

    #[test]
    fn places_in_lossy_text_are_places_in_bytes() {
        let bytes = b"ab\xffc\xe2\x82d\xff";
        let lossy = String::from_utf8_lossy(bytes);
        let raw = |c: char| raw_offset(bytes, lossy.find(c).unwrap());
        assert_eq!([raw('a'), raw('b'), raw('\u{fffd}'), raw('c'), raw('d')], [0, 1, 2, 3, 6]);
        assert_eq!(raw_offset(bytes, lossy.len()), bytes.len());
        assert_eq!(raw_offset(bytes, 3), 2, "within the mark");
        assert_eq!(raw_offset(b"abc", 3), 3);
    }

    #[test]
    fn reports_depth() {
        let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
        check(&deep, &deep, &["too-deep"]);
        let fine = format!("{}{}", "[".repeat(128), "]".repeat(128));
        check(&fine, &fine, &[]);
    }
}

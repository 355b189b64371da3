//! What the next agent said, as a symbol: texts that differ only in layout are one symbol.
//!
//! The symbols are those of the reference implementation of C3 (`c3/analysis/metrics.py`): the first 16 hex
//! digits of the sha1 of the canonical text, so that its vocabularies can be compared with ours.

use std::fmt;

use sha1::{Digest, Sha1};

/// The first 64 bits of the sha1 of a canonical text; shown as 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u64);

impl Symbol {
    /// The symbol of `text`, canonicalised.
    pub fn of(text: &str) -> Self {
        let digest = Sha1::digest(canonical(text).as_bytes());
        let (head, _) = digest.split_at(8);
        Self(head.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// `text` without its layout: fences of code blocks, runs of blanks, blanks at line ends, repeated empty
/// lines, and blank space at both ends.
pub fn canonical(text: &str) -> String {
    let text = without_fences(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let line = blanks_collapsed(line.trim_end_matches(is_space));
        if line.is_empty() && lines.last().is_some_and(String::is_empty) {
            continue;
        }
        lines.push(line);
    }
    lines.join("\n").trim_matches(is_space).to_owned()
}

/// Replaces each fence by a line end, with the line end before it or else with its language and the line end
/// after it.
fn without_fences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '\n']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("```").and_then(|it| {
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
            it.trim_start_matches(word).strip_prefix('\n')
        }) {
            out.push('\n');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\n```") {
            out.push('\n');
            rest = after;
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn blanks_collapsed(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            ' ' | '\t' if out.ends_with(' ') => {}
            ' ' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Space in the sense of Python's `str.isspace`, by which the reference trims: Unicode's white space and the
/// four separators of ASCII.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(canonical(text), want, "{text:?}");
    }

    #[test]
    fn canonical_texts() {
        check("  a \t b  ", "a b");
        check("a\r\nb\rc", "a\nb\nc");
        check("a\n\n\n\nb", "a\n\nb");
        check("a\n  \n\t\nb", "a\n\nb");
        // Like the reference: the line end before the fence is taken first, and then the language is text.
        check("see:\n```python\nx = 1\n```\nend", "see:\npython\nx = 1\n\nend");
        check("```python\nx = 1\n```\nend", "x = 1\n\nend");
        check("```\nx\n```", "x");
        // Not at the end of a line: no fence.
        check("a ``` b", "a ``` b");
        check("a\u{a0}\u{1f}", "a");
        check("ü\u{2003}", "ü");
        check("", "");
    }

    #[test]
    fn symbols_are_the_head_of_the_sha1() {
        // FIPS 180-4: sha1("abc") = a9993e364706816a ba3e25717850c26c 9cd0d89d.
        assert_eq!(Symbol::of(" abc\n").to_string(), "a9993e364706816a");
        // sha1("") = da39a3ee5e6b4b0d 3255bfef95601890 afd80709.
        assert_eq!(Symbol::of("").to_string(), "da39a3ee5e6b4b0d");
        assert_eq!(Symbol::of("a  b"), Symbol::of("a b"));
    }
}

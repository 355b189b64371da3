//! Finds the lines that match in a block of whole lines.

use std::{ops::Range, sync::Arc};

use memchr::{memchr, memmem, memrchr};

use super::Pattern;
use crate::log::json::unescape::unescape;

/// Looks for one pattern in blocks of lines. Keeps a buffer from block to block.
#[derive(Clone, Debug)]
pub struct Scanner {
    pattern: Arc<Pattern>,
    unescaped: Vec<u8>,
    /// `\u`, the start of the escapes that may stand for any character.
    unicode: memmem::Finder<'static>,
}

impl Scanner {
    /// Looks for `pattern`.
    pub fn new(pattern: Arc<Pattern>) -> Self {
        Self { pattern, unescaped: Vec::new(), unicode: memmem::Finder::new(b"\\u") }
    }

    /// What is looked for.
    pub fn pattern(&self) -> &Arc<Pattern> {
        &self.pattern
    }

    /// Calls `found` with the place of every matching line in `block`, in order, without its line end.
    /// `block` begins at the start of a line and ends at the end of one, with or without the line end. Blank
    /// lines hold no record and never match.
    pub fn scan(&mut self, block: &[u8], mut found: impl FnMut(Range<usize>)) {
        if !self.pattern.syntax.in_line {
            let mut at = 0;
            while at < block.len() {
                let end = line_end(block, at);
                if self.is_match(&block[at..end]) {
                    found(at..end);
                }
                at = end + 1;
            }
            return;
        }
        let mut at = 0;
        while at < block.len() {
            let raw = self.next_raw(block, at);
            let until = raw.as_ref().map_or(block.len(), |it| it.start);
            self.escaped(block, at..until, &mut found);
            let Some(line) = raw else { return };
            at = line.end + 1;
            found(line);
        }
    }

    /// Whether one line matches, as it stands or with its escapes undone.
    pub fn is_match(&mut self, line: &[u8]) -> bool {
        if is_blank(line) {
            return false;
        }
        self.pattern.regex.is_match(line) || (self.is_hidden(line) && self.is_match_unescaped(line))
    }

    /// Whether undoing the escapes of `line` may make a difference.
    fn is_hidden(&self, line: &[u8]) -> bool {
        self.next_escape(line).is_some()
    }

    fn next_escape(&self, bytes: &[u8]) -> Option<usize> {
        if self.pattern.syntax.plain { self.unicode.find(bytes) } else { memchr(b'\\', bytes) }
    }

    fn is_match_unescaped(&mut self, line: &[u8]) -> bool {
        unescape(line, &mut self.unescaped);
        self.pattern.regex.is_match(&self.unescaped)
    }

    /// The first line at or after `at`, a line start, that matches as it stands.
    fn next_raw(&self, block: &[u8], mut at: usize) -> Option<Range<usize>> {
        while at < block.len() {
            // A match never leaves its line, so the line that holds its end is the one.
            let end = self.pattern.regex.shortest_match_at(block, at)?;
            let start = memrchr(b'\n', &block[at..end]).map_or(at, |it| at + it + 1);
            let line = start..line_end(block, end);
            if !is_blank(&block[line.clone()]) {
                return Some(line);
            }
            at = line.end + 1;
        }
        None
    }

    /// The lines of a range that match only with their escapes undone.
    fn escaped(&mut self, block: &[u8], range: Range<usize>, found: &mut impl FnMut(Range<usize>)) {
        let mut at = range.start;
        while let Some(escape) = self.next_escape(&block[at..range.end]) {
            let escape = at + escape;
            let start = memrchr(b'\n', &block[at..escape]).map_or(at, |it| at + it + 1);
            let end = line_end(block, escape);
            if self.is_match_unescaped(&block[start..end]) {
                found(start..end);
            }
            at = (end + 1).min(range.end);
        }
    }
}

/// The index of the line end at or after `at`, or the end of the block.
fn line_end(block: &[u8], at: usize) -> usize {
    memchr(b'\n', &block[at..]).map_or(block.len(), |it| at + it)
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, [] | [b'\r'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(pattern: &str, block: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        Scanner::new(Arc::new(Pattern::new(pattern).unwrap())).scan(block, |it| found.push(it));
        found
    }

    #[track_caller]
    fn check(pattern: &str, block: &str, expected: &[&str]) {
        let found: Vec<&str> = scan(pattern, block.as_bytes()).into_iter().map(|it| &block[it]).collect();
        assert_eq!(found, expected, "{pattern:?} in {block:?}");
    }

    #[test]
    fn lines_that_match() {
        check("b", "abc\nxyz\nb\n", &["abc", "b"]);
        check("b", "b", &["b"]);
        check("b", "", &[]);
        check("B", "abc\nABC", &["ABC"]);
        check("^b", "ab\nba\n", &["ba"]);
        check("a$", "ba\r\nab\nxa", &["ba\r", "xa"]);
        check("x*", "a\n\n\r\nb\n", &["a", "b"]);
        check("c|z", "abc\nxyz\n", &["abc", "xyz"]);
    }

    #[test]
    fn a_match_stays_in_its_line() {
        check(r"a\s*b", "a\nb\na b\n", &["a b"]);
        check("a[^x]*b", "a\nb\na-b\n", &["a-b"]);
        check("(?s)a.*b", "a\nb\na-b\n", &["a-b"]);
        check(r"\Aa", "a\nba\na\n", &["a", "a"]);
        check(r"a\n", "a\nb\n", &[]);
    }

    #[test]
    fn escapes_are_undone() {
        check("say \"no\"", "{\"a\":\"say \\\"no\\\"\"}\nno\n", &["{\"a\":\"say \\\"no\\\"\"}"]);
        check("é", "1 \\u00e9\n2 é\n3 e\n", &["1 \\u00e9", "2 é"]);
        check("résumé", "x\nr\\u00e9sum\\u00E9\nrésumé\nr\\u00e9sume", &["r\\u00e9sum\\u00E9", "résumé"]);
        check(r"\bfoo", "1 \\nfoo\n2 xfoo\n", &["1 \\nfoo"]);
        check("^second$", r#"{"a":"first\nsecond\nthird"}"#, &[r#"{"a":"first\nsecond\nthird"}"#]);
        check(r"C:\\dir", "C:\\\\dir\n", &["C:\\\\dir"]);
        check(r"one\ntwo", "one\\ntwo\none\ntwo\n", &["one\\ntwo"]);
        check("a/b", "a\\/b\n", &["a\\/b"]);
    }

    #[test]
    fn bytes_that_are_no_text() {
        assert_eq!(scan("b", b"\xff\xfe\nb\xff\nb\n"), [3..5, 6..7]);
        assert_eq!(scan(r"(?-u)\xff", b"\xff\na\nb\xff\n"), [0..1, 4..6]);
    }

    /// What every line is asked, one by one.
    fn naive(pattern: &str, block: &[u8]) -> Vec<Range<usize>> {
        let regex = Pattern::new(pattern).unwrap().regex;
        let mut found = Vec::new();
        let mut at = 0;
        for line in block.split(|it| *it == b'\n') {
            let mut unescaped = Vec::new();
            unescape(line, &mut unescaped);
            let blank = line.is_empty() || line == b"\r";
            if !blank && (regex.is_match(line) || regex.is_match(&unescaped)) {
                found.push(at..at + line.len());
            }
            at += line.len() + 1;
        }
        found
    }

    const PATTERNS: [&str; 22] = [
        "a", "ab", "A", "a|b", "^a", "a$", "a.b", "a.*b", r"\ba\b", r"a\s*b", "[^a]b", "a+", "x*", "n", "\"",
        r"\\", "é", r"\w+", "(?s)a.b", r"\Aa", "a/b", "k",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn blocks_give_what_single_lines_give(
            pattern in prop::sample::select(PATTERNS.to_vec()),
            pieces in prop::collection::vec(prop::sample::select(vec![
                &b"a"[..], b"b", b"A", b"k", b"\n", b"\r\n", b"\n\n", b" ", b"x", b"\\n", b"\\\"", b"\\\\",
                b"\\u00e9", b"\\u0061", b"\\u212a", "é".as_bytes(), b"\xff", b"\\", b"/", b"\\/", b"u",
            ]), 0..40),
        ) {
            let block = pieces.concat();
            prop_assert_eq!(scan(pattern, &block), naive(pattern, &block));
        }
    }
}

//! A regular expression as a person types it.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::syntax::Syntax;

/// Why a text is not a regular expression, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

/// A compiled regular expression. Case matters only if it holds an upper-case letter; `^` and `$` match at
/// every line. It works on bytes, so a log need not be UTF-8.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    pub(super) regex: Regex,
    pub(super) syntax: Syntax,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// Compiles `text`.
    ///
    /// # Errors
    /// Why it is not a regular expression, or that it is too large to run.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let syntax = Syntax::of(text);
        let compiled =
            RegexBuilder::new(text).case_insensitive(!syntax.upper).multi_line(true).crlf(true).build();
        let regex = compiled.map_err(|it| PatternError(reason(&it)))?;
        Ok(Self { text: text.to_owned(), regex, syntax })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it matches in `text`, from left to right; empty matches are left out.
    pub fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.regex.find_iter(text.as_bytes()).map(|it| it.range());
        let whole = |it: &Range<usize>| text.is_char_boundary(it.start) && text.is_char_boundary(it.end);
        found.filter(|it| !it.is_empty() && whole(it)).collect()
    }
}

/// What is wrong, without the drawing that shows where.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            "too large: it would take more memory than a search may".to_owned()
        }
        error => {
            let text = error.to_string();
            let last = text.lines().next_back().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        let pattern = Pattern::new(pattern).unwrap();
        let found: Vec<&str> = pattern.ranges(text).into_iter().map(|it| &text[it]).collect();
        assert_eq!(found, expected, "{pattern:?} in {text}");
    }

    #[test]
    fn case_matters_where_it_is_typed() {
        check("error", "Error, ERROR, error", &["Error", "ERROR", "error"]);
        check("Error", "Error, ERROR, error", &["Error"]);
        check(r"\S+", "Ab c", &["Ab", "c"]);
        check("é", "É é", &["É", "é"]);
    }

    #[test]
    fn lines_and_empty_matches() {
        check("^b$", "a\nb\r\nb", &["b", "b"]);
        check("x*", "axxb", &["xx"]);
        check("(?-u:\\xc3)", "é", &[]);
    }

    #[track_caller]
    fn check_error(pattern: &str, expected: &str) {
        assert_eq!(Pattern::new(pattern).unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_is_wrong_is_said_in_a_line() {
        check_error("a(b", "unclosed group");
        check_error("[z-a]", "invalid character class range, the start must be <= the end");
        check_error("*", "repetition operator missing expression");
        check_error("(a{500}){500}", "too large: it would take more memory than a search may");
    }
}

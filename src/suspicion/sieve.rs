//! An expression that is asked only where a match of it may begin.
//!
//! A match of the expressions here begins with one of a few words, in any case. A regular expression of them takes its
//! literals in every case for too many to look for, and walks whole texts instead; an automaton of the words passes over
//! a byte in a nanosecond.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex_automata::{Anchored, Input, meta::Regex};

/// An expression and the words with which its matches begin.
#[derive(Debug)]
pub(super) struct Sieve {
    words: AhoCorasick,
    expression: Regex,
}

impl Sieve {
    /// Every match of `expression` must begin with one of `words`, ASCII letters in any case.
    pub(super) fn new(words: &[&str], expression: &str) -> Self {
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostFirst)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words);
        Self {
            words: words.expect("a few constant words"),
            expression: Regex::new(expression).expect("a constant expression, see the tests"),
        }
    }

    /// The first match.
    pub(super) fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.find_iter(text).next()
    }

    /// Whether there is a match.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// The matches, as the expression alone finds them.
    pub(super) fn find_iter<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let start = self.words.find(aho_corasick::Input::new(text).range(at..))?.start();
                // What stands before the place still tells whether a word begins there.
                let here = Input::new(text).range(start..).anchored(Anchored::Yes);
                if let Some(found) = self.expression.find(here) {
                    at = found.end();
                    return Some(&text[found.range()]);
                }
                at = start + 1;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;
    use crate::suspicion::clues::SIEVED;

    /// What stands between words.
    const BETWEEN: [&str; 16] =
        ["", "", " ", " ", "x", "_", "é", "4", "s", "\n", ": 1", ": 0", "{", "}", r#""answer": true"#, "ing"];

    proptest! {
        #[test]
        fn a_sieve_finds_what_its_expression_finds(
            parts in vec((select(&BETWEEN[..]), any::<prop::sample::Index>(), any::<bool>()), 0..12),
        ) {
            let words: Vec<&str> = SIEVED.iter().flat_map(|it| it.0.iter().copied()).collect();
            let mut text = String::new();
            for (between, word, is_upper) in &parts {
                let word = words[word.index(words.len())];
                // A part of a word now and then.
                let word = if between.is_empty() { &word[..word.len() - 1] } else { word };
                text += between;
                text += &if *is_upper { word.to_uppercase() } else { word.to_owned() };
            }
            for (words, expression) in SIEVED {
                let plain = regex::Regex::new(expression).unwrap();
                let plain: Vec<&str> = plain.find_iter(&text).map(|it| it.as_str()).collect();
                let sieved: Vec<&str> = Sieve::new(words, expression).find_iter(&text).collect();
                prop_assert_eq!(plain, sieved, "{} in '{}'", expression, text);
            }
        }
    }
}

//! The values in a text: numbers, names, urls and paths.

use std::{borrow::Cow, sync::LazyLock};

use regex::Regex;
use smallvec::{SmallVec, smallvec};

/// Urls, paths with an ending, numbers, and capitalised words in a row. Of ASCII, which is many times as fast.
const VALUE: &str = r"(?-u)https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+|[A-Za-z0-9_/-]+\.(?:csv|tsv|json|jsonl|txt|md|pdf|py|html?|xlsx?|png|docx?|ya?ml|xml|log)\b|[0-9][0-9,]*(?:\.[0-9]+)?|[A-Z][A-Za-z]+(?:[ -][A-Z][A-Za-z]+)*";

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(VALUE).expect("a constant expression, see the tests"));

/// Words that are capitalised and name nothing.
const WORDS: [&str; 30] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "final answer",
    "terminate",
    "final",
    "answer",
    "python",
    "error",
    "step",
    "task",
    "none",
    "true",
    "false",
];

/// Words with which sentences begin.
const OPENERS: [&str; 24] = [
    "the",
    "then",
    "this",
    "that",
    "these",
    "those",
    "in",
    "on",
    "at",
    "for",
    "from",
    "so",
    "and",
    "but",
    "if",
    "when",
    "however",
    "we",
    "it",
    "our",
    "your",
    "since",
    "based",
    "according",
];

/// A value in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found<'a> {
    /// As it is written.
    pub(super) text: &'a str,
    /// The same for all ways to write it.
    pub(super) key: Cow<'a, str>,
    /// Of a number.
    pub(super) number: Option<f64>,
}

/// The values of a text, in order; one that comes twice comes twice.
pub(super) fn values(text: &str) -> impl Iterator<Item = Found<'_>> {
    PATTERN.find_iter(text).flat_map(move |found| {
        let (start, it) = (found.start(), found.as_str());
        if it.bytes().all(|it| it.is_ascii_digit() || it == b',' || it == b'.') {
            return numbers(text, start, it);
        }
        name(text, start, it).into_iter().collect()
    })
}

fn name<'a>(text: &str, start: usize, it: &'a str) -> Option<Found<'a>> {
    let it = it.trim_end_matches(['.', ',', ';', ':', '"', '/']);
    if it.starts_with("http") || it.contains(['.', '/', '_']) {
        let key = it.trim_start_matches("https://").trim_start_matches("http://").to_ascii_lowercase();
        return Some(Found { text: it, key: key.into(), number: None });
    }
    // A sentence may begin with a word and go on with a name.
    let opener =
        it.split_once(' ').filter(|it| OPENERS.iter().any(|opener| it.0.eq_ignore_ascii_case(opener)));
    let it = opener.map_or(it, |it| it.1);
    let is_first = opener.is_none() && !it.contains([' ', '-']) && begins(&text[..start]);
    let key = it.to_ascii_lowercase().replace('-', " ");
    let is_name = it.len() > 2 && !is_first && !WORDS.contains(&key.as_str());
    is_name.then_some(Found { text: it, key: key.into(), number: None })
}

/// Groups of three digits are one number; what else a comma parts is several.
fn numbers<'a>(text: &str, start: usize, it: &'a str) -> SmallVec<[Found<'a>; 1]> {
    let it = it.trim_end_matches(',');
    let whole = it.split('.').next().unwrap_or_default();
    let is_grouped = |(at, it): (usize, &str)| if at == 0 { it.len() <= 3 } else { it.len() == 3 };
    let is_one = !whole.contains(',') || whole.split(',').enumerate().all(is_grouped);
    let parts: SmallVec<[&str; 1]> = if is_one { smallvec![it] } else { it.split(',').collect() };
    let is_in_word = text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let parts = parts.into_iter().enumerate().filter(|part| part.0 > 0 || !is_in_word);
    parts.filter_map(|part| number(part.1)).collect()
}

/// A number of 10 or more, or with decimals.
fn number(it: &str) -> Option<Found<'_>> {
    let plain = if it.contains(',') { Cow::from(it.replace(',', "")) } else { Cow::from(it) };
    let value: f64 = plain.parse().ok()?;
    let has_decimals = plain.contains('.');
    // 1.50 and 1.5 are one number.
    let short = |it: &str| it.trim_end_matches('0').trim_end_matches('.').len();
    let key = match plain {
        it if !has_decimals => it,
        Cow::Borrowed(it) => Cow::from(&it[..short(it)]),
        Cow::Owned(it) => Cow::from(it[..short(&it)].to_owned()),
    };
    (value.abs() >= 10.0 || has_decimals).then_some(Found { text: it, key, number: Some(value) })
}

/// Whether a sentence begins after `before`.
fn begins(before: &str) -> bool {
    let end = before.trim_end_matches([' ', '\t', '*', '"', '\'', '(', '#', '>', '`', '_']);
    end.is_empty() || end.ends_with(['.', '!', '?', ':', ';', '\n', '-', '|', '/', '{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found: Vec<(&str, String)> = values(text).map(|it| (it.text, it.key.into_owned())).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|it| (it.0, it.1.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_and_what_is_the_same() {
        check("It lost 48,210 of 61.40, 7 more.", &[("48,210", "48210"), ("61.40", "61.4")]);
        // A comma of a table parts two numbers.
        check("Q3,48210,935", &[("48210", "48210"), ("935", "935")]);
        check(
            "We saw Lyon and the Grand Hotel-Dieu.",
            &[("Lyon", "lyon"), ("Grand Hotel-Dieu", "grand hotel dieu")],
        );
        check("However it is. Then FINAL ANSWER", &[]);
        check(
            "see https://a.org/x, or data/depots_2025.csv.",
            &[("https://a.org/x", "a.org/x"), ("data/depots_2025.csv", "data/depots_2025.csv")],
        );
        check("x12 and v3", &[]);
    }
}

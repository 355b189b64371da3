//! From the words of acts to [`Clues`]: five expressions over each text, once, each asked where a match may begin.
//!
//! All of them are of ASCII: an expression that knows the words of all languages is fourteen times as slow on texts that
//! are not English, and counts the same.

use std::{hash::BuildHasher, sync::LazyLock};

use hashbrown::HashTable;
use memchr::memmem;
use rustc_hash::FxBuildHasher;

use super::{roles::is_tool, sieve::Sieve, values::values_in};
use crate::model::{ActId, Clue, Clues, Episode};

/// The words with which every match of an expression begins, and the expression.
type Sieved = (&'static [&'static str], &'static str);

/// Something went wrong, in the words of tools.
const ERROR: Sieved = (
    &[
        "exitcode: ",
        "traceback",
        "error",
        "exception",
        "time",
        "not found",
        "40",
        "denied",
        "unable to",
        "could not",
    ],
    r"(?i-u:exitcode: [1-9]|Traceback|Error\b|\bException\b|timed? ?out|not found|\b40[0-9]\b|denied|unable to|could not)",
);
/// All went well, likewise.
const WENT_WELL: Sieved = (&["exitcode: 0", "success"], r"(?i-u:exitcode: 0|\bsuccess)");
/// Words of assumption.
const GUESS: Sieved = (
    &[
        "assum",
        "simulat",
        "hypothetic",
        "placeholder",
        "example data",
        "mock",
        "dummy",
        "suppose",
        "estimate",
        "likely",
        "probably",
        "approximat",
        "manually",
        "fictional",
    ],
    r"(?i-u:\b(?:assum\w+|simulat\w+|hypothetic\w*|placeholder|example data|mock|dummy|suppose|estimate\w*|likely|probably|approximat\w+|manually|fictional)\b)",
);
/// The end is declared.
const END: Sieved = (
    &["terminate", "final answer", "no further", "concluded", "task is ", "satisfied"],
    r#"(?i-u:\bTERMINATE\b|final answer|no further|concluded|task is (?:now )?complete)|(?i-u:satisfied)[^{}]*\{[^{}]*"(?i-u:answer":[ \t\n\r\x0b\x0c]*true)"#,
);
/// Somebody takes up that something went wrong; asked of the few acts behind an error.
const TAKES_UP: Sieved = (
    &[
        "err",
        "fail",
        "issue",
        "problem",
        "fix",
        "correct",
        "retry",
        "again",
        "instead",
        "unable",
        "can",
        "could",
        "did",
        "missing",
        "wrong",
        "sorry",
        "apolog",
        "exception",
        "alternativ",
        "adjust",
        "debug",
        "not found",
        "denied",
        "time",
    ],
    r"(?i-u:\b(?:err(?:or)?s?\b|fail|issue|problem|fix|correct|retry|again|instead|unable|cannot|can't|could not|couldn't|did not|didn't|missing|wrong|sorry|apolog|exception|alternativ|adjust|debug|not found|denied|time ?d? ?out))",
);
/// All of them.
#[cfg(test)]
pub(super) const SIEVED: [Sieved; 5] = [ERROR, WENT_WELL, GUESS, END, TAKES_UP];
/// So many acts behind it.
const BEHIND: usize = 3;

/// Characters of a quoted error.
const QUOTE: usize = 60;
/// Words of assumption that count; more say no more.
const GUESSES: usize = 3;
/// Bookkeeping is shorter than this, in characters.
const ROUTING: usize = 60;

struct Patterns {
    error: Sieve,
    went_well: Sieve,
    guess: Sieve,
    end: Sieve,
    takes_up: Sieve,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let sieve = |(words, expression): Sieved| Sieve::new(words, expression);
    Patterns {
        error: sieve(ERROR),
        went_well: sieve(WENT_WELL),
        guess: sieve(GUESS),
        end: sieve(END),
        takes_up: sieve(TAKES_UP),
    }
});

/// What an act said and what came of it, in full.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The act.
    pub act: ActId,
    /// What it did or said.
    pub said: String,
    /// What came of it, if it is logged with the act.
    pub result: Option<String>,
}

/// The clues in the words of the acts of `episode`, which come in order.
pub fn read(episode: &Episode, acts: impl Iterator<Item = Words>) -> Clues {
    let mut known = Known::default();
    let mut clues = Clues::default();
    let mut behind_error = 0;
    for Words { act, said, result } in acts {
        let it = episode.act(act);
        let of_tool = is_tool(episode.agent(it.agent));
        let mut row = clue(&said, of_tool, &mut known);
        if behind_error > 0 && !of_tool && !row.is_routing {
            behind_error -= 1;
            row.speaks_of_error = PATTERNS.takes_up.is_match(&said);
        }
        let error = it.error.as_deref().filter(|_| of_tool).map(quote);
        clues.rows.push(Clue { act, error: row.error.clone().or(error), ..row });
        let error = it.error.as_deref().filter(|_| !of_tool);
        if result.is_some() || error.is_some() {
            let row = clue(result.as_deref().unwrap_or_default(), true, &mut known);
            clues.rows.push(Clue { act, error: error.map(quote).or(row.error.clone()), ..row });
        }
        if clues.rows.last().is_some_and(|it| it.error.is_some()) {
            behind_error = BEHIND;
        }
    }
    Clues { values: known.values, ..clues }
}

fn quote(text: &str) -> Box<str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let words = words.join(" ");
    match words.char_indices().nth(QUOTE) {
        Some((end, _)) => format!("{}...", &words[..end]).into(),
        None => words.into(),
    }
}

/// The values that have come up, each once.
#[derive(Default)]
struct Known {
    values: Vec<Box<str>>,
    places: HashTable<u32>,
    /// For each value the last text that has it, as counted in `texts`.
    last: Vec<u32>,
    texts: u32,
}

impl Known {
    /// The places of the values of one more text, each once.
    fn places_in(&mut self, text: &str) -> Vec<u32> {
        self.texts += 1;
        let mut own = Vec::new();
        for value in values_in(text) {
            let place = self.place(value);
            if std::mem::replace(&mut self.last[place as usize], self.texts) != self.texts {
                own.push(place);
            }
        }
        own
    }

    fn place(&mut self, value: &str) -> u32 {
        let Self { values, places, last, .. } = self;
        let hash = |it: &str| FxBuildHasher.hash_one(it);
        let entry =
            places.entry(hash(value), |it| *values[*it as usize] == *value, |it| hash(&values[*it as usize]));
        let new = values.len() as u32;
        let place = *entry.or_insert(new).get();
        if place == new {
            values.push(value.into());
            last.push(0);
        }
        place
    }
}

fn clue(text: &str, is_result: bool, known: &mut Known) -> Clue {
    let patterns = &*PATTERNS;
    let chars = text.chars().count();
    let guesses = patterns.guess.find_iter(text).take(if is_result { 0 } else { GUESSES });
    Clue {
        act: ActId::default(),
        is_result,
        chars: chars as u32,
        values: known.places_in(text),
        error: if is_result { patterns.error.find(text).map(quote) } else { None },
        went_well: is_result && patterns.went_well.is_match(text),
        guesses: guesses.map(|it| it.to_lowercase().into()).collect(),
        speaks_of_error: false,
        is_end: !is_result && patterns.end.is_match(text),
        has_code: !is_result && memmem::find(text.as_bytes(), b"```").is_some(),
        is_routing: chars < ROUTING && is_routing(text),
    }
}

/// Whether a text only says who speaks next, or nothing.
fn is_routing(text: &str) -> bool {
    const NEXT: &str = "next speaker";
    let text = text.trim_start();
    text.is_empty() || text.get(..NEXT.len()).is_some_and(|it| it.eq_ignore_ascii_case(NEXT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, is_result: bool) -> (Clue, Vec<Box<str>>) {
        let mut known = Known::default();
        let clue = clue(text, is_result, &mut known);
        (clue, known.values)
    }

    #[test]
    fn values_are_numbers_and_names_of_several_words() {
        let (clue, values) =
            of("In 2030 the Mean Value was 1,041.2, not 7. The Mean Value fell by 7.", false);
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        assert_eq!(values, ["2030", "Mean Value", "1,041.2", "7", "The Mean Value"]);
        assert_eq!(clue.values, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn errors_are_those_of_results() {
        let error = |text: &str| of(text, true).0.error.map(String::from);
        assert_eq!(error("exitcode: 1 (failed)"), Some("exitcode: 1".to_owned()));
        assert_eq!(error("TypeError: no"), Some("Error".to_owned()));
        assert_eq!(error("Page not found"), Some("not found".to_owned()));
        assert_eq!(error("status 404."), Some("404".to_owned()));
        assert_eq!(error("errors were 4041"), None);
        assert_eq!(of("Traceback", false).0.error, None);
        assert!(of("exitcode: 0 (ok)", true).0.went_well && !of("unsuccessful", true).0.went_well);
    }

    #[test]
    fn the_manner_of_a_text() {
        let guesses = |text: &str| of(text, false).0.guesses.len();
        assert_eq!(guesses("Assuming we have it, it is likely; suppose so, probably."), 3);
        assert_eq!(guesses("the unlikely resumed"), 0);
        assert!(of("TERMINATE", false).0.is_end && of("FINAL ANSWER: 4", false).0.is_end);
        assert!(of(r#""is_satisfied": { "reason": "x", "answer": true }"#, false).0.is_end);
        assert!(!of(r#""is_satisfied": { "reason": "x", "answer": false }"#, false).0.is_end);
        assert!(of("```python\nx\n```", false).0.has_code);
        assert!(of("Next speaker WebSurfer", false).0.is_routing && of(" \n", false).0.is_routing);
        assert!(!of("The next speaker", false).0.is_routing);
        assert!(!of(&format!("Next speaker {}", "x".repeat(60)), false).0.is_routing);
    }

    #[test]
    fn lengths_are_of_characters() {
        assert_eq!(of("één", false).0.chars, 3);
    }
}

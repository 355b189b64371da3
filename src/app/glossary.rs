//! The words of the screen and what they mean: those of `assets/glossary.md`, and one for each method of credit.

use std::sync::LazyLock;

use super::key::Key;
use crate::credit;

/// The key that leads from the help to the words.
pub const OPEN: Key = Key::char('g');

/// A word and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word, as the screen has it; forms of it that mean the same follow after commas.
    pub word: String,
    /// One sentence, without a period.
    pub meaning: String,
}

impl Entry {
    /// The forms of the word.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.word.split(", ")
    }
}

/// All words, in the order of the alphabet.
pub static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut entries = parse(include_str!("../../assets/glossary.md"));
    for method in credit::methods() {
        let meaning = of_method(method);
        match entries.iter_mut().find(|it| it.forms().any(|it| it == method.name)) {
            Some(entry) => entry.meaning += &format!("; as a {meaning}"),
            None => entries.push(Entry { word: method.name.to_owned(), meaning }),
        }
    }
    entries.sort_by_cached_key(|it| it.forms().next().map(str::to_lowercase));
    entries
});

/// The words that have everything that is typed, in any order; first those that have it in the word itself.
pub fn matching(typed: &str) -> Vec<&'static Entry> {
    let parts: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let has = |text: &str| {
        let text = text.to_lowercase();
        parts.iter().all(|it| text.contains(it))
    };
    let (named, others): (Vec<_>, Vec<_>) = ENTRIES.iter().partition(|it| has(&it.word));
    let told = others.into_iter().filter(|it| has(&format!("{} {}", it.word, it.meaning)));
    named.into_iter().chain(told).collect()
}

/// The rows of a page: `* **word, form**: meaning`.
fn parse(page: &str) -> Vec<Entry> {
    let rows = page.lines().filter_map(|it| it.strip_prefix("* **")?.split_once("**: "));
    rows.map(|(word, meaning)| Entry { word: word.to_owned(), meaning: meaning.to_owned() }).collect()
}

/// What a method is: its family and its formula.
fn of_method(method: &credit::Method) -> String {
    let mut meaning = format!("method ({}): {}; {}", method.family.title(), method.title, method.formula);
    let baselines: Vec<&str> = method.baselines.iter().map(|it| it.name).collect();
    if !baselines.is_empty() {
        meaning += &format!("; baselines {}", baselines.join(", "));
    }
    meaning
}

#[cfg(test)]
mod tests;

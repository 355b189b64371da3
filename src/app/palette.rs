//! The palette: everything that can be asked for as a line of text, and which lines fit what is typed.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

use super::{key::Key, theme::ThemeChoice};
use crate::model::{ActId, AgentId, Scenario};

/// So many lines are kept of those that fit.
const MOST_FOUND: usize = 500;

/// What the palette offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Everything.
    All,
    /// Keys and words: the help, narrowed.
    Help,
}

/// What a line of the palette does.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// What this key does.
    Press(Key),
    /// Puts the cursor on an act.
    Act(ActId),
    /// Puts the cursor on an agent.
    Agent(AgentId),
    /// Shows the arithmetic of the credit of an agent.
    Explain(AgentId),
    /// Credits by another method.
    Method(Box<Scenario>),
    /// Opens an episode, by its place in the log.
    Episode(usize),
    /// Adds a filter.
    Filter(String),
    /// Searches for this.
    Search(String),
    /// Writes what is on the screen to this file.
    Export(String),
    /// Draws in other colours.
    Theme(ThemeChoice),
    /// Shows the words of the glossary that have this.
    Words(String),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it does.
    pub command: Command,
    /// What is matched: `go to a17 coder edit parser.rs`.
    pub text: String,
    /// What kind of thing it is about, in one word.
    pub kind: &'static str,
    /// What it would do, or what is known of the thing.
    pub about: String,
    /// The keys that do the same; empty: none.
    pub keys: String,
}

/// A line that fits what is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The line.
    pub entry: Entry,
    /// Which characters of its text were matched, ascending.
    pub matched: Vec<u32>,
}

/// The lines that fit, and the cursor on them.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// The best first, five hundred of them at most.
    pub found: Vec<Found>,
    /// How many fit.
    pub fitting: usize,
    /// How many there are.
    pub all: usize,
    /// The line under the cursor.
    pub row: usize,
}

impl Palette {
    /// What fits `typed` of `entries`, the most useful of which come first; the `first` of them are what was typed in full and
    /// fit always.
    pub fn of(entries: Vec<Entry>, first: usize, typed: &str) -> Self {
        let all = entries.len();
        let mut found = fitting(entries, first, typed);
        let fitting = found.len();
        found.truncate(MOST_FOUND);
        Self { found, fitting, all, row: 0 }
    }

    /// The line under the cursor.
    pub fn chosen(&self) -> Option<&Entry> {
        self.found.get(self.row).map(|it| &it.entry)
    }
}

/// The entries that have the letters of every word typed, in their order; those that have them closest together first.
fn fitting(entries: Vec<Entry>, first: usize, typed: &str) -> Vec<Found> {
    if typed.is_empty() {
        return entries.into_iter().map(|entry| Found { entry, matched: Vec::new() }).collect();
    }
    let pattern = Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut scored: Vec<(u32, Found)> = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if at < first {
            scored.push((u32::MAX, Found { entry, matched: Vec::new() }));
            continue;
        }
        let mut matched = Vec::new();
        let text = Utf32Str::new(&entry.text, &mut letters);
        if let Some(score) = pattern.indices(text, &mut matcher, &mut matched) {
            matched.sort_unstable();
            matched.dedup();
            scored.push((score, Found { entry, matched }));
        }
    }
    // Of lines that fit alike the more useful stays first.
    scored.sort_by_key(|it| std::cmp::Reverse(it.0));
    scored.into_iter().map(|it| it.1).collect()
}

#[cfg(test)]
mod tests;

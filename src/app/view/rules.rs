//! State of the rules: which there are, what they found, and where the cursor is.

use std::sync::Arc;

use crate::{
    app::{key::Key, request::RequestId, slot::Slot},
    rules::{Rule, RuleError, Watch},
    training::Point,
};

/// Keys of the list of rules that have no meaning elsewhere.
pub const ADD: Key = Key::char('a');
/// Edits the rule under the cursor.
pub const EDIT: Key = Key::char('e');
/// Deletes it.
pub const DELETE: Key = Key::char('D');
/// Changes what a hit does.
pub const DOES: Key = Key::char('t');
/// Writes the rules to the configuration file.
pub const SAVE: Key = Key::char('s');

/// What a hit does beside being marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Does {
    /// Ring the bell of the terminal.
    pub bell: bool,
    /// Hold the screen at that episode.
    pub hold: bool,
}

impl Does {
    /// As words: `mark`, `bell hold`.
    pub fn words(self) -> Vec<&'static str> {
        match (self.bell, self.hold) {
            (false, false) => vec!["mark"],
            (true, false) => vec!["bell"],
            (false, true) => vec!["hold"],
            (true, true) => vec!["bell", "hold"],
        }
    }

    /// The next choice.
    pub(in crate::app) fn next(self) -> Self {
        Self { bell: !self.bell, hold: self.hold != self.bell }
    }
}

/// A rule as the configuration has it.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleChoice {
    /// Its text, which need not hold.
    pub text: String,
    /// Whether it is on.
    pub on: bool,
    /// What a hit does.
    pub does: Does,
}

/// A rule of the session.
#[derive(Clone, Debug)]
pub struct RuleEntry {
    /// What was chosen.
    pub choice: RuleChoice,
    /// The rule with what it found; or why it is none.
    pub watch: Result<Watch, RuleError>,
    /// The rows that it was asked about.
    pub(in crate::app) asked: Vec<bool>,
    /// Rows that are being asked about off the loop.
    pub(in crate::app) asking: Slot<(), Vec<usize>>,
    /// Hits that were on the screen.
    pub(in crate::app) seen: usize,
    /// The hit under the cursor, counted from the first; `None`: the last.
    pub hit: Option<usize>,
}

impl RuleEntry {
    /// A rule that was asked about nothing yet.
    pub fn of(choice: RuleChoice) -> Self {
        let watch = Rule::parse(&choice.text).map(Watch::of);
        Self { choice, watch, asked: Vec::new(), asking: Slot::default(), seen: 0, hit: None }
    }

    /// The places of the episodes in which it hit.
    pub fn hits(&self) -> &[crate::rules::Hit] {
        self.watch.as_ref().map_or(&[], |it| it.hits.as_slice())
    }

    /// The hit under the cursor.
    pub fn hit(&self) -> Option<&crate::rules::Hit> {
        let hits = self.hits();
        hits.get(self.hit.unwrap_or(usize::MAX).min(hits.len().saturating_sub(1)))
    }

    /// Why it does not hold, or could not in any episode so far.
    pub fn problem(&self) -> Option<RuleError> {
        match &self.watch {
            Ok(watch) => watch.never(),
            Err(why) => Some(why.clone()),
        }
    }

    fn is_watching(&self) -> bool {
        self.choice.on && self.watch.is_ok()
    }
}

/// The rules of the session.
#[derive(Clone, Debug, Default)]
pub struct RulesState {
    /// All of them.
    pub entries: Vec<RuleEntry>,
    /// The row under the cursor.
    pub row: usize,
    /// Rises with every change of rules.
    pub(in crate::app) revision: u64,
    /// What they were asked of last: changes of what is known, and the revision.
    pub(in crate::app) asked_of: Option<(usize, u64)>,
    /// Whether they are not those of the configuration file any more.
    pub changed: bool,
    /// The configuration file as it is shown; `None`: there is no place for one.
    pub file: Option<String>,
    /// Rules that were typed, the newest last.
    pub history: Vec<String>,
}

impl RulesState {
    /// The rules of a configuration.
    pub fn of(choices: Vec<RuleChoice>, file: Option<String>) -> Self {
        Self { entries: choices.into_iter().map(RuleEntry::of).collect(), file, ..Self::default() }
    }

    /// The rules are others now.
    pub(in crate::app) fn change(&mut self) {
        self.revision += 1;
        self.changed = true;
    }

    /// Whether any rule is on: then all episodes are read.
    pub fn are_on(&self) -> bool {
        self.entries.iter().any(RuleEntry::is_watching)
    }

    /// What is to be written to the configuration.
    pub fn choices(&self) -> Vec<RuleChoice> {
        self.entries.iter().map(|it| it.choice.clone()).collect()
    }

    /// Hits of all rules that are on, and how many of them were not on the screen yet.
    pub fn hits(&self) -> (usize, usize) {
        let on = || self.entries.iter().filter(|it| it.is_watching());
        let all: usize = on().map(|it| it.hits().len()).sum();
        let seen: usize = on().map(|it| it.seen.min(it.hits().len())).sum();
        (all, all - seen)
    }

    /// All hits are on the screen now.
    pub(in crate::app) fn see(&mut self) {
        self.entries.iter_mut().for_each(|it| it.seen = it.hits().len());
    }
}

/// Points that a rule was not asked about yet, ascending by row.
pub(in crate::app) fn unasked(
    asked: &[bool],
    points: &[(usize, Option<Arc<Point>>)],
) -> Vec<(usize, Option<Arc<Point>>)> {
    points.iter().filter(|it| !asked.get(it.0).copied().unwrap_or(false)).cloned().collect()
}

impl RuleEntry {
    /// Marks rows as asked about.
    pub(in crate::app) fn note(&mut self, rows: impl IntoIterator<Item = usize>) {
        for row in rows {
            if self.asked.len() <= row {
                self.asked.resize(row + 1, false);
            }
            self.asked[row] = true;
        }
    }

    /// The answer to `request`: the rule after these rows.
    pub(in crate::app) fn answered(&mut self, request: RequestId, watch: Watch) -> bool {
        let Some(rows) = self.asking.take(request) else { return false };
        self.note(rows);
        self.watch = Ok(watch);
        true
    }
}

//! Input that could not be read. Every command says so on stderr, and none of its gates passes: what was not read may
//! be what the gate is for.

use crate::model::{Diagnostic, LogSummary, Rule, Severity, rule};

/// Rules about input of which a part is missing.
const RULES: [&Rule; 5] = [
    rule::UNREADABLE_FILE,
    rule::UNKNOWN_FORMAT,
    rule::DAMAGED_ARCHIVE,
    rule::INPUT_BROKE_OFF,
    rule::LOST_RECORD,
];

/// What could not be read, a sentence each.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Unread(Vec<String>);

impl Unread {
    /// As the log was read. A file of a directory that is no log is not missing; one that was named is.
    pub(super) fn of(summary: &LogSummary) -> Self {
        let is_unread = |it: &&Diagnostic| it.severity >= Severity::Warning && RULES.contains(&it.rule);
        Self(summary.diagnostics.iter().filter(is_unread).map(|it| it.message.clone()).collect())
    }

    /// Adds an episode that could not be read again.
    pub(super) fn add(&mut self, what: String) {
        self.0.push(what);
    }

    /// The sentences.
    pub(super) fn sentences(&self) -> &[String] {
        &self.0
    }

    /// Says so on stderr.
    pub(super) fn tell(&self) {
        for what in &self.0 {
            eprintln!("creditscope: not read: {what}");
        }
    }

    /// The exit code, if `code` is that of what was read: 1 where a gate was set and found nothing wrong.
    pub(super) fn exit_code(&self, code: u8, gated: bool) -> u8 {
        if code == 0 && gated && !self.0.is_empty() { 1 } else { code }
    }
}

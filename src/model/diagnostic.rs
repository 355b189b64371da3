//! What is wrong with a log, with its place.

use super::{FileId, Origin};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// A number may mislead.
    Warning,
    /// Data is lost or contradicts itself.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the rule, kebab-case: `dangling-parent`.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What, where, what to do; display-safe; no trailing period.
    pub message: String,
    /// The record, if there is one.
    pub origin: Option<Origin>,
}

impl Diagnostic {
    /// File, line, rule and message: a line that is read twice gives the same finding twice. `None` if it is
    /// about no line.
    pub fn about(&self) -> Option<(FileId, u32, &'static str, &str)> {
        self.origin.map(|it| (it.file, it.line, self.rule, self.message.as_str()))
    }
}

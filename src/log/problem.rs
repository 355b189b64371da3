//! What is wrong with one line.

use crate::model::Severity;

/// One finding about a line. The caller knows the file and the line number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable name of the rule, kebab-case: `bad-json`.
    pub rule: &'static str,
    /// Note: read as meant. Warning: read, but a number may mislead. Error: data is lost.
    pub severity: Severity,
    /// What is wrong and what was done about it; display-safe; no trailing period.
    pub message: String,
    /// Byte offset in the line, from 0.
    pub offset: usize,
}

impl Problem {
    /// A finding that lost nothing.
    pub fn note(rule: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Note, message: message.into(), offset }
    }

    /// A finding that may mislead.
    pub fn warning(rule: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Warning, message: message.into(), offset }
    }

    /// A finding that lost data.
    pub fn error(rule: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Error, message: message.into(), offset }
    }
}

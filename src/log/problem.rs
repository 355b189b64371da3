//! What is wrong with one line.

use crate::model::{Diagnostic, Origin, Rule, Severity};

/// One finding about a line. The caller knows the file and the line number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is broken.
    pub rule: &'static Rule,
    /// Note: read as meant. Warning: read, but a number may mislead. Error: data is lost.
    pub severity: Severity,
    /// What is wrong and what was done about it; display-safe; no trailing period.
    pub message: String,
    /// Byte offset in the line, from 0.
    pub offset: usize,
}

impl Problem {
    /// A finding as grave as its rule.
    pub fn new(rule: &'static Rule, offset: usize, message: impl Into<String>) -> Self {
        Self { rule, severity: rule.severity(), message: message.into(), offset }
    }

    /// The same finding where it matters less.
    pub fn milder(self, severity: Severity) -> Self {
        debug_assert!(self.rule.severities().contains(&severity), "{} is never {severity:?}", self.rule);
        Self { severity, ..self }
    }

    /// The finding with its place: the line at `origin`.
    pub fn at(self, origin: Origin) -> Diagnostic {
        Diagnostic { rule: self.rule, severity: self.severity, message: self.message, origin: Some(origin) }
    }
}

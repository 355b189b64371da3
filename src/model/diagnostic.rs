//! What is wrong with a log, with its place.

use super::{FileId, Origin, Rule, Severity};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is broken.
    pub rule: &'static Rule,
    /// How much it matters here: one of [`Rule::severities`].
    pub severity: Severity,
    /// What, where, what to do; display-safe; no trailing period.
    pub message: String,
    /// The record, if there is one.
    pub origin: Option<Origin>,
}

impl Diagnostic {
    /// A finding about a record or a line, as grave as its rule.
    pub fn at(rule: &'static Rule, origin: Origin, message: impl Into<String>) -> Self {
        Self { rule, severity: rule.severity(), message: message.into(), origin: Some(origin) }
    }

    /// A finding about a file or a pipe, as grave as its rule.
    pub fn of_input(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self { rule, severity: rule.severity(), message: message.into(), origin: None }
    }

    /// The same finding where it matters less.
    pub fn milder(self, severity: Severity) -> Self {
        debug_assert!(self.rule.severities().contains(&severity), "{} is never {severity:?}", self.rule);
        Self { severity, ..self }
    }

    /// File, line, rule and message: a line that is read twice gives the same finding twice. `None` if it is
    /// about no line.
    pub fn about(&self) -> Option<(FileId, u32, &'static str, &str)> {
        self.origin.map(|it| (it.file, it.line, self.rule.name(), self.message.as_str()))
    }
}

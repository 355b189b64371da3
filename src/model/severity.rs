//! How much a finding matters.

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

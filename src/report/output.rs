//! What a way to print a report is: one row per document of `--format`.

use super::{Report, stream::Node};

/// A way to print a report.
#[derive(Debug)]
pub struct Output {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Whom it is for, in the words of `--help`.
    pub about: &'static str,
    /// Whether it tells of curves and messages and of how sure the verdict is, which take long to compute.
    pub has_study: bool,
    /// Whether it brings the arithmetic of the numbers that the verdict names, if no other is asked for.
    pub explains_named: bool,
    /// How it prints the matches of a search; `None`: it does not.
    pub matches: Option<MatchFormat>,
    /// The report.
    pub print: for<'a> fn(&'a Report<'a>) -> Printed<'a>,
}

/// A report to be written.
pub enum Printed<'a> {
    /// Text, ended by a line end.
    Text(String),
    /// A document that is made while it is written, so that it is nowhere as a whole.
    Json(Node<'a>),
    /// Text that is made while it is written, ended by a line end.
    Parts(Box<dyn Iterator<Item = String> + 'a>),
}

/// How matches are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchFormat {
    /// `file:line: type id agent [episode] text`
    Text,
    /// One object, a match a line.
    Json,
    /// A table.
    Markdown,
}

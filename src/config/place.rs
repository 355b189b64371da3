//! Where something stands in a text, and what is wrong there.

use std::{fmt, ops::Range};

use toml_edit::{Item, TableLike};

use super::settings::Origin;

/// Something in the file that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// At the beginning of `span` in `text`.
    pub(super) fn at(text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        let (line, column) = line_and_column(text, span.map_or(0, |it| it.start));
        Self { line, column, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// What stands in a table, with the place of each key.
pub(super) fn entries(table: &dyn TableLike) -> Vec<(&str, Option<Range<usize>>, &Item)> {
    let place = |name: &str| table.get_key_value(name).and_then(|(key, _)| key.span());
    table.iter().map(|(name, item)| (name, place(name), item)).collect()
}

/// The origin of what begins at this byte.
pub(super) fn origin(text: &str, at: usize) -> Origin {
    Origin::File(line_and_column(text, at).0)
}

/// Line and column of a byte, both from 1.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

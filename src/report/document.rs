//! A report as headings, fields, tables and lists: the part that plain text and Markdown share.

use std::borrow::Cow;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// What it is about.
    pub(super) title: String,
    /// Its parts.
    pub(super) sections: Vec<Section>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// Its heading; empty for none.
    pub(super) title: String,
    /// What stands in it.
    pub(super) blocks: Vec<Block>,
}

impl Section {
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), blocks: Vec::new() }
    }

    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Adds a field to the list of fields at the end, or starts such a list.
    pub(super) fn field(&mut self, name: &'static str, value: impl Into<String>) {
        let field = (name, value.into());
        match self.blocks.last_mut() {
            Some(Block::Fields(fields)) => fields.push(field),
            _ => self.blocks.push(Block::Fields(vec![field])),
        }
    }

    /// Adds an entry to the list at the end, or starts a list.
    pub(super) fn item(&mut self, text: impl Into<String>) {
        match self.blocks.last_mut() {
            Some(Block::List(items)) => items.push(text.into()),
            _ => self.blocks.push(Block::List(vec![text.into()])),
        }
    }
}

/// One element of a section. All text is display-safe and on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A paragraph.
    Text(String),
    /// Names with values.
    Fields(Vec<(&'static str, String)>),
    /// Aligned columns.
    Table(Table),
    /// Entries, one below the other.
    List(Vec<String>),
    /// Lines as they are, of a text diff: `- A`, `+ B`.
    Lines(Vec<String>),
}

/// Aligned columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Headings.
    pub(super) columns: Vec<Column>,
    /// Cells, as many per row as there are columns.
    pub(super) rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// The table without the columns in which no row has anything.
    pub(super) fn without_empty_columns(mut self) -> Self {
        let used: Vec<bool> =
            (0..self.columns.len()).map(|at| self.rows.iter().any(|row| !row[at].is_empty())).collect();
        let mut at = 0..used.len();
        self.columns.retain(|_| at.next().is_some_and(|it| used[it]));
        for row in &mut self.rows {
            let mut at = 0..used.len();
            row.retain(|_| at.next().is_some_and(|it| used[it]));
        }
        self
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Heading.
    pub(super) title: Cow<'static, str>,
    /// Numbers stand at the right and are never cut.
    pub(super) number: bool,
}

impl Column {
    /// A column of words.
    pub(super) fn words(title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: title.into(), number: false }
    }

    /// A column of numbers.
    pub(super) fn number(title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: title.into(), number: true }
    }
}

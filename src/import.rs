//! Foreign formats, each turned into the native log.
//!
//! [`sniff`] looks at the head of a file and says what it is; one module per foreign format turns a whole
//! document, or one line of a file that grows, into native lines, each with its place in the original. Everything downstream reads one format.
//! Nothing here does IO. An importer says what the document says: it invents no time stamps, no rewards and no
//! causal links.

pub mod c3;
mod sniff;
pub mod who_and_when;

use crate::log::Problem;

pub use sniff::sniff;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// The native log.
    Native,
    /// One annotated failure of an LLM team, as a JSON document.
    WhoAndWhen,
    /// Replay groups of C3, one bucket a line.
    C3Buckets,
    /// Something else.
    Unknown {
        /// What it looks like; display-safe, no trailing period.
        why: String,
    },
}

/// A document as native records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The native lines, in the order of the document.
    pub lines: Vec<ImportedLine>,
    /// What is wrong with the document; offsets are bytes in it.
    pub problems: Vec<Problem>,
}

/// One native line and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedLine {
    /// The record, without a line end.
    pub json: String,
    /// Line in the original document where the entry stands, from 1.
    pub line: u32,
}

//! The formats that logs come in; foreign ones are turned into the native log.
//!
//! ```text
//! head of a file ─> sniff: every row of FORMATS gives a score ─> the highest wins, or UnknownFormat
//! row.reader ─┬─> Native: nothing to do
//!             ├─> Lines: a LineReader, line by line, also while the file grows ─┐
//!             └─> Document: a DocumentReader, the whole file at once ───────────┴─> Sink
//! Sink          native records with their lines in the original; problems
//! ```
//!
//! A format has a file of its own, with its row beside its reader, and one line in [`FORMATS`]. Sniffing,
//! `--log-format`, `creditscope formats`, the sentence about unknown files and the table in the README are
//! made from that row. Everything downstream reads one format. Nothing here does IO. A reader says what the
//! file says: it invents no time stamps, no rewards and no causal links.

mod agent_lightning;
mod c3;
mod cells;
mod console;
mod document;
mod format;
mod head;
mod jaeger;
mod joint;
mod json;
mod kaggle;
mod map;
mod native;
mod otlp;
mod overcooked;
mod pettingzoo;
mod phoenix;
mod rllib;
mod row;
mod rows;
mod sniff;
mod spans;
#[cfg(test)]
mod tests;
mod values;
mod verl;
mod who_and_when;

pub use format::{DocumentReader, Format, LineReader, Reader, Score, Sink, Start};
pub use head::{Head, HeadObject};
pub use map::{MapError, Proposal, RowMap, Target, propose};
pub use rows::{FORMAT as ROWS, first_rows};
pub use sniff::{UnknownFormat, sniff};

/// The log of our own format.
pub use native::FORMAT as NATIVE;

/// Every format that is read.
pub static FORMATS: &[&Format] = &[
    &native::FORMAT, //
    &who_and_when::FORMAT,
    &c3::FORMAT,
    &otlp::FORMAT,
    &jaeger::FORMAT,
    &console::FORMAT,
    &phoenix::FORMAT,
    &agent_lightning::FORMAT,
    &verl::FORMAT,
    &rllib::FORMAT,
    &pettingzoo::FORMAT,
    &kaggle::FORMAT,
    &overcooked::FORMAT,
    &overcooked::TRIALS,
    &rows::FORMAT,
];

/// The format called `name` in the table.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|it| it.name == name)
}

//! Tables of Parquet: completions of TRL, data sets of annotated failures, rows of any columns by a map, and the native
//! log as [`RecordTable`] writes it.
//!
//! A row becomes a JSON object and goes to the reader of such rows, so that a table reads as the same rows in JSON
//! Lines do. What is called a line of the file is a row, from 1.

use bytes::Bytes;
use parquet::{
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
};

use super::{
    DocumentReader, Format, Head, LineReader, Reader, Score, Sink, Start, aegis,
    contain::contain,
    json::Fields,
    mast,
    rows::Mapped,
    trail,
    trl::{Completions, is_completion},
    who_and_when,
};
use crate::{log::Problem, model::rule, text::clean};

mod records;

pub use records::RecordTable;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "parquet",
    title: "Parquet",
    about: "tables of Parquet: written by `creditscope convert`, of TRL, of annotated failures, or any rows with `--map`",
    score: |head: &Head<'_>| Score::certain_if(head.bytes.starts_with(b"PAR1")),
    reader: Reader::Document(&Tables),
};

/// The first rows of a table, as JSON texts.
pub(super) fn first_rows(table: &[u8]) -> Vec<String> {
    const ROWS: usize = 50;
    let mut found = Vec::new();
    // What is wrong with the table is said when it is opened.
    let _ = each_row(table, &mut |_, row| {
        found.push(row);
        found.len() < ROWS
    });
    found
}

/// Reads tables.
struct Tables;

impl DocumentReader for Tables {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        self.read_by(document, &Start { name, map: None, beside: None }, sink);
    }

    fn read_by(&self, document: &[u8], start: &Start<'_>, sink: &mut dyn Sink) {
        if let Some(result) = records::each_line(document, &mut |number, line| sink.native_line(number, line))
        {
            return report_damage(result, sink);
        }
        let mut rows = Rows::Unknown;
        let result = each_row(document, &mut |number, row| {
            rows.read(&row, number, start, sink);
            true
        });
        match &mut rows {
            Rows::Mapped(it) => it.end(sink),
            Rows::Traces(it) => it.settle(true, sink),
            Rows::Unknown | Rows::Completions(_) | Rows::Failures(_) => {}
        }
        report_damage(result, sink);
    }
}

fn report_damage(result: Result<(), ParquetError>, sink: &mut dyn Sink) {
    if let Err(error) = result {
        let message = format!("the table cannot be read: {}", clean(&error.to_string()));
        sink.problem(Problem::new(rule::BAD_JSON, 0, message));
    }
}

/// What the rows of a table are; the first tells.
enum Rows {
    Unknown,
    Completions(Completions),
    /// Each a document of this format.
    Failures(&'static Format),
    Traces(Box<dyn LineReader>),
    Mapped(Mapped),
}

/// The format of a row that is an annotated failure.
fn failure(row: &str, fields: &Fields<'_>) -> Option<&'static Format> {
    if fields.has("history") && fields.has("mistake_agent") {
        return Some(&who_and_when::FORMAT);
    }
    let head = Head::of(row.as_bytes());
    [&aegis::FORMAT, &mast::FORMAT].into_iter().find(|it| (it.score)(&head) == Score::CERTAIN)
}

impl Rows {
    fn read(&mut self, row: &str, number: u32, start: &Start<'_>, sink: &mut dyn Sink) {
        let fields = Fields::of(row);
        if let Rows::Unknown = self {
            *self = match start.map {
                None if is_completion(&fields) => Rows::Completions(Completions::new(start.name)),
                None if fields.has("trace") && fields.has("labels") => Rows::Traces(trail::rows()),
                None => {
                    failure(row, &fields).map_or_else(|| Rows::Mapped(Mapped::new(start)), Rows::Failures)
                }
                _ => Rows::Mapped(Mapped::new(start)),
            };
        }
        match self {
            Rows::Completions(it) => it.row(&fields, number, &number.to_string(), sink),
            Rows::Failures(format) => {
                let mut sink = InRow { number, sink };
                format.read_document(row.as_bytes(), &format!("{}:{number}", start.name), &mut sink);
            }
            Rows::Traces(it) => it.read(row.as_bytes(), number, sink),
            Rows::Mapped(it) => it.row(&fields, number, 0, sink),
            Rows::Unknown => {}
        }
    }
}

/// Puts everything that is read of one row there.
struct InRow<'a> {
    number: u32,
    sink: &'a mut dyn Sink,
}

impl Sink for InRow<'_> {
    fn record(&mut self, _: u32, record: &crate::log::Record) {
        self.sink.record(self.number, record);
    }

    fn problem(&mut self, problem: Problem) {
        let message = format!("row {}: {}", self.number, problem.message);
        self.sink.problem(Problem { offset: 0, message, ..problem });
    }
}

/// Hands each row to `each`, numbered from 1, as JSON text, until it says false. The crate takes for granted that what
/// a table says of itself is so, and panics where it is not.
fn each_row(table: &[u8], each: &mut dyn FnMut(u32, String) -> bool) -> Result<(), ParquetError> {
    let reader = open(table)?;
    let mut rows = contain(|| reader.get_row_iter(None)).ok_or_else(damaged)??;
    let mut number = 0;
    let mut next = || contain(|| rows.next()).ok_or_else(damaged);
    while let Some(row) = next()? {
        number += 1;
        if !each(number, row?.to_json_value().to_string()) {
            break;
        }
    }
    Ok(())
}

fn damaged() -> ParquetError {
    ParquetError::General("it is damaged".to_owned())
}

fn open(table: &[u8]) -> Result<SerializedFileReader<Bytes>, ParquetError> {
    contain(|| SerializedFileReader::new(Bytes::copy_from_slice(table))).ok_or_else(damaged)?
}

#[cfg(test)]
mod tests;

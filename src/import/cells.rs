//! Rows of CSV, as JSON objects with the names of the first row.

use std::fmt::Write;

use serde_json::value::RawValue;

use super::format::Sink;
use crate::{log::Problem, model::rule};

/// A row may go over several lines, but not over more bytes: then a quote was never closed.
const LONGEST: usize = 4 << 20;

/// Puts lines together to rows.
#[derive(Default)]
pub(super) struct Cells {
    header: Option<Vec<String>>,
    separator: u8,
    /// Lines of a row that is not at its end: one of its cells has a line end.
    pending: Vec<u8>,
}

impl Cells {
    /// The row that ends with `line`, as a JSON object; `None` for the names, and for a row that goes on.
    pub(super) fn row(&mut self, line: &[u8], sink: &mut dyn Sink) -> Option<String> {
        if self.pending.is_empty() && line.trim_ascii().is_empty() {
            return None;
        }
        self.pending.extend_from_slice(line);
        let quotes = memchr::memchr_iter(b'"', &self.pending).count();
        if quotes % 2 == 1 {
            if self.pending.len() > LONGEST {
                self.pending.clear();
                let message = "a quote is not closed: what follows it is lost, up to here";
                sink.problem(Problem::new(rule::BAD_JSON, 0, message));
            }
            return None;
        }
        let bytes = std::mem::take(&mut self.pending);
        let text = String::from_utf8_lossy(&bytes);
        if let std::borrow::Cow::Owned(_) = text {
            let message = "bytes that are not UTF-8, shown as U+FFFD";
            sink.problem(Problem::new(rule::INVALID_UTF8, 0, message));
        }
        let text = text.trim_start_matches(['\u{feff}', '\0']);
        if self.header.is_none() {
            let other = [b'\t', b';'].into_iter().find(|it| text.as_bytes().contains(it));
            self.separator = other.filter(|_| !text.contains(',')).unwrap_or(b',');
            self.header = Some(self.split(text));
            return None;
        }
        let cells = self.split(text);
        let header = self.header.as_deref().unwrap_or_default();
        if cells.len() != header.len() {
            let message = format!("{} cells under {} names: the row is lost", cells.len(), header.len());
            sink.problem(Problem::new(rule::BAD_JSON, 0, message));
            return None;
        }
        let mut json = String::with_capacity(text.len() * 2);
        for (at, (name, cell)) in header.iter().zip(&cells).enumerate() {
            let comma = if at == 0 { '{' } else { ',' };
            let _ = write!(json, "{comma}{}:{}", serde_json::Value::from(name.as_str()), value(cell));
        }
        json.push('}');
        Some(json)
    }

    fn split(&self, text: &str) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(self.separator)
            .buffer_capacity(text.len().clamp(64, 1 << 16))
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => record.iter().map(str::to_owned).collect(),
            Ok(false) | Err(_) => Vec::new(),
        }
    }
}

/// A cell as JSON: what it says if that is JSON, `null` if it is empty, else its text.
fn value(cell: &str) -> String {
    let plain = cell.trim();
    let word = match plain {
        "" => Some("null"),
        "True" | "TRUE" => Some("true"),
        "False" | "FALSE" => Some("false"),
        "None" => Some("null"),
        _ => None,
    };
    let json = || serde_json::from_str::<&RawValue>(plain).ok().map(|it| it.get().to_owned());
    word.map(str::to_owned).or_else(json).unwrap_or_else(|| serde_json::Value::from(cell).to_string())
}

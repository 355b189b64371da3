//! The log of our own format, as a row of the table.

use super::{Format, Head, HeadObject, Reader, Score, is_table};
use crate::log::{Body, RecordType, parse_line};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "native",
    title: "native",
    about: "the log of creditscope: one record a line, `creditscope schema` describes them",
    score,
    reader: Reader::Native,
};

/// A whole record of a known type is certain; otherwise its `type` and a field that such records have must
/// do. A file in which nothing was written yet may become a log. A table may hold whole records, byte for byte.
fn score(head: &Head<'_>) -> Score {
    if is_table(head.bytes) {
        return Score::NONE;
    }
    if head.is_blank() || has_record(head.bytes) {
        return Score::CERTAIN;
    }
    head.objects.iter().map(likeness).max().unwrap_or(Score::NONE)
}

/// Whether any whole line of the head has a record of a known type, also a torn line or one with several
/// records.
fn has_record(head: &[u8]) -> bool {
    let end = memchr::memrchr(b'\n', head).unwrap_or(0);
    head[..end].split(|byte| *byte == b'\n').any(|line| {
        parse_line(line).records.iter().any(|(record, _)| match &record.body {
            Body::Unknown { .. } => false,
            // Others call things a run too.
            Body::Run(run) => run.credit_log.is_some() || run.run.is_some(),
            _ => true,
        })
    })
}

/// How much an object looks like a record that is cut or lacks a field.
fn likeness(object: &HeadObject<'_>) -> Score {
    let kind = object.text("type").map_or(RecordType::Unknown, |it| RecordType::from_name(&it));
    let required = kind.required();
    if kind == RecordType::Unknown {
        Score::NONE
    } else if required.iter().all(|it| object.has(it)) {
        Score::CERTAIN
    } else if object.has("episode") || required.iter().any(|it| object.has(it)) {
        Score::LIKELY
    } else if object.is_cut {
        // One long field may hide all the others.
        Score::WEAK
    } else {
        Score::NONE
    }
}

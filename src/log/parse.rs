//! A line to records: strict where it can be, lenient where it must be.
//!
//! ```text
//! line ─ trim (NULs, BOM, space) ─┬─ one closed object to the end ──> record
//!                                 └─ else: from each `{"`, the object that closes ──> records, and what is left
//! object ─ UTF-8, else lossy ─ repair (NaN, surrogates, controls) ─ fields ─ read
//! ```

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;
use serde::de::IgnoredAny;

use super::fields::{Fields, Notes};
use super::json::walk::{container_end, skip_space};
use super::read;
use super::repair::{raw_offset, repair};
use super::{Problem, Record, RecordType};
use crate::{
    model::{Severity, rule},
    text::{count, label},
};

/// The byte order mark in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What a line holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The records, each with its bytes in the line. More than one only if records are glued together.
    pub records: Vec<(Record, Range<usize>)>,
    /// What is wrong with the line.
    pub problems: Vec<Problem>,
}

/// Every record on `line` (with or without its line end), and what is wrong with it. Never fails.
///
/// A blank line holds nothing and has no problem.
pub fn parse_line(line: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let start = trim(line, &mut parsed.problems);
    let end = line.len() - line.iter().rev().take_while(|byte| is_blank(**byte)).count();
    if start >= end {
        return parsed;
    }
    let line = &line[..end];
    if line[start] == b'{' && container_end(line, start) == Some(end) {
        let mut problems = Vec::new();
        if let Ok(record) = parse_object(&line[start..], start, &mut problems) {
            parsed.problems.append(&mut problems);
            parsed.records.extend(record.map(|it| (it, start..end)));
            return parsed;
        }
    }
    salvage(line, start, &mut parsed);
    parsed
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)
}

/// The index of the first byte that counts.
fn trim(line: &[u8], problems: &mut Vec<Problem>) -> usize {
    let mut at = 0;
    loop {
        let blank = line[at..].iter().take_while(|byte| is_blank(**byte)).count();
        let nuls = line[at..at + blank].iter().filter(|byte| **byte == 0).count();
        if nuls > 0 {
            let message = format!("{nuls} NUL bytes, as a truncated file leaves them");
            problems.push(Problem::new(rule::NUL_BYTES, at, message).milder(Severity::Note));
        }
        at += blank;
        if !line[at..].starts_with(BOM) {
            return at;
        }
        problems.push(Problem::new(rule::BYTE_ORDER_MARK, at, "a byte order mark"));
        at += BOM.len();
    }
}

/// The record in the object `bytes`, which stands at `offset` of the line. `Ok(None)` if it is JSON but not a
/// record.
///
/// # Errors
/// When it is not JSON, with the reason.
fn parse_object(bytes: &[u8], offset: usize, problems: &mut Vec<Problem>) -> Result<Option<Record>, String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let at = offset + error.valid_up_to();
            problems.push(Problem::new(rule::INVALID_UTF8, at, "bytes that are not UTF-8, shown as U+FFFD"));
            String::from_utf8_lossy(bytes)
        }
    };
    let before = problems.len();
    let repaired = repair(&text, 0, problems);
    for problem in &mut problems[before..] {
        problem.offset = offset + raw_offset(bytes, problem.offset);
    }
    let unchanged = matches!((&text, &repaired), (Cow::Borrowed(_), Cow::Borrowed(_)));
    let base = unchanged.then_some(repaired.as_ptr() as usize);
    let mut notes = Notes { problems, offset, base };
    match Fields::parse(&repaired, String::new(), &mut notes) {
        Ok(mut fields) => Ok(read::record(&mut fields)),
        Err(error) if unchanged => Err(format!("{} at column {}", reason(&error), offset + error.column())),
        // Its columns are those of the repaired text.
        Err(error) => Err(reason(&error)),
    }
}

/// What `serde_json` reports, without its own idea of the place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Looks for records from each `{"` on, in a line that is not one object.
///
/// After damage it believes only complete records of a known type, because the payload of a broken record may
/// hold objects that look like records.
fn salvage(line: &[u8], start: usize, parsed: &mut Parsed) {
    let mut at = start;
    let mut lost = 0;
    // An object that never closes costs a walk to the end. The budget bounds such walks on a hostile line.
    let mut budget = line.len() * 8 + 65_536;
    let mut first_error = None;
    while let Some(step) = memchr(b'{', &line[at..]) {
        let open = at + step;
        if line.get(skip_space(line, open + 1)) != Some(&b'"') {
            lost += open + 1 - at;
            at = open + 1;
            continue;
        }
        let intact = lost == 0 && line[at..open].iter().all(|byte| is_blank(*byte));
        if !intact {
            lost += open - at;
        }
        at = open;
        let end = container_end(line, open);
        let cost = end.unwrap_or(line.len()) - open;
        if cost > budget {
            break;
        }
        budget -= cost;
        let Some(end) = end else {
            lost += 1;
            at += 1;
            continue;
        };
        let mut problems = Vec::new();
        let outcome = parse_object(&line[open..end], open, &mut problems);
        match outcome {
            Ok(Some(record)) if intact || believable(&record, &problems) => {
                parsed.problems.append(&mut problems);
                parsed.records.push((record, open..end));
                at = end;
            }
            Ok(_) => {
                lost += end - open;
                at = end;
            }
            Err(why) => {
                first_error.get_or_insert(why);
                lost += 1;
                at += 1;
            }
        }
    }
    lost += line[at..].iter().filter(|byte| !is_blank(**byte)).count();
    parsed.problems.push(verdict(line, start, parsed.records.len(), lost, first_error));
}

fn believable(record: &Record, problems: &[Problem]) -> bool {
    record.record_type() != RecordType::Unknown && problems.iter().all(|it| it.rule != rule::MISSING_FIELD)
}

/// The problem of a line that is not one object.
fn verdict(line: &[u8], start: usize, records: usize, lost: usize, error: Option<String>) -> Problem {
    match (records, lost) {
        (0, _) => {
            let json: Result<IgnoredAny, _> = serde_json::from_slice(&line[start..]);
            let shown = label(&String::from_utf8_lossy(&line[start..line.len().min(start + 200)]), 40);
            match (json, error) {
                (Ok(_), _) => {
                    Problem::new(rule::NOT_AN_OBJECT, start, format!("'{shown}' is JSON, but not an object"))
                }
                (Err(error), None) => {
                    let why = format!("{} at column {}", reason(&error), start + error.column());
                    Problem::new(rule::BAD_JSON, start, format!("'{shown}' is not JSON: {why}"))
                }
                (Err(_), Some(why)) => {
                    Problem::new(rule::BAD_JSON, start, format!("'{shown}' is not JSON: {why}"))
                }
            }
        }
        (n, 0) => {
            let message = format!("{} on one line", count(n, "record"));
            Problem::new(rule::GLUED_LINES, start, message).milder(Severity::Warning)
        }
        (n, lost) => {
            let (records, bytes) = (count(n, "record"), count(lost, "byte"));
            Problem::new(rule::GLUED_LINES, start, format!("{records} on a damaged line; {bytes} are lost"))
        }
    }
}

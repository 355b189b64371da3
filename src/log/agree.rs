//! Holds the index pass to the parser: what a scan says of a line, parsing says too.
//!
//! ```text
//! line -> templates = walk        the same fields, or both leave the line to the parser
//!      -> plain = header          a short cut gives the same as the long way, or nothing
//!      -> sound => parse_line     one record and no problem
//!      -> header = parse_line     wherever the line is what serde_json, or the repair before it, can read
//! ```
//!
//! A line whose payload turns out to be broken has a header but no record, since the scan does not look into
//! payloads. It is listed when the payload is read. Only property tests and fuzz targets call this.

use super::header::{Header, PlainHeader, Scan, Scanner, scan_header};
use super::parse::parse_line;
use super::sound::is_sound;
use super::{Body, Record};

/// Asserts that scanning and parsing agree about every line in `text`, whatever its bytes are. One
/// [`Scanner`] reads the lines in order, so the key order of one line is tried on the next.
///
/// # Panics
/// When scanning and parsing disagree.
pub fn agree(text: &[u8]) {
    let mut twice = Vec::with_capacity(2 * text.len() + 2);
    for line in text.split(|it| *it == b'\n') {
        // The first pass learns the key order, the second recognises it.
        for _ in 0..2 {
            twice.extend_from_slice(line);
            twice.push(b'\n');
        }
    }
    let mut lines = twice.split(|it| *it == b'\n');
    Scanner::default().scan(&twice, |place, scan| {
        assert_eq!(Some(&twice[place.clone()]), lines.next(), "lines");
        check(scan, &twice[place]);
    });
}

fn check(scan: Option<Scan<'_, '_>>, line: &[u8]) {
    let shown = String::from_utf8_lossy(line);
    let header = scan.as_ref().and_then(Scan::header);
    assert_eq!(header, scan_header(line), "templates and walk differ: {shown}");
    if is_sound(line) {
        let parsed = parse_line(line);
        assert!(parsed.problems.is_empty() && parsed.records.len() == 1, "not sound: {shown}");
    }
    let (Some(scan), Some(header)) = (scan, header) else { return };
    if let Some(plain) = scan.plain() {
        check_plain(&plain, &header, &shown);
    }
    let parsed = parse_line(line);
    let whole = line.trim_ascii();
    match parsed.records.as_slice() {
        [(record, range)] if line[range.clone()].trim_ascii() == whole => {
            check_record(&header, record, &shown)
        }
        // The payload is broken; that is reported when the payload is read.
        _ => {
            assert!(!parsed.problems.is_empty(), "lost without a word: {shown}");
            let valid = serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|it| it.is_object());
            assert!(!valid || !header.complete, "a header, no record, and serde_json reads it: {shown}");
        }
    }
}

fn check_plain(plain: &PlainHeader<'_>, header: &Header<'_>, shown: &str) {
    let bytes = |text: &Option<std::borrow::Cow<'_, str>>| text.as_ref().map(|it| it.as_bytes().to_vec());
    let of = |token: Option<&[u8]>| token.map(<[u8]>::to_vec);
    assert!(header.complete, "{shown}");
    assert_eq!(of(plain.episode), bytes(&header.episode), "episode: {shown}");
    assert_eq!(of(plain.id), bytes(&header.id), "id: {shown}");
    assert_eq!(of(plain.agent), bytes(&header.agent), "agent: {shown}");
    assert_eq!(plain.ts, header.ts, "ts: {shown}");
    assert_eq!(plain.seq, header.seq, "seq: {shown}");
    assert_eq!(plain.value, header.value, "value: {shown}");
    assert_eq!(plain.failed, header.failed, "failed: {shown}");
    let to: Vec<Vec<u8>> = header.others.iter().map(|it| it.as_bytes().to_vec()).collect();
    assert_eq!(of(plain.to).into_iter().collect::<Vec<_>>(), to, "to: {shown}");
}

fn check_record(header: &Header<'_>, record: &Record, shown: &str) {
    assert_eq!(header.record_type, record.record_type(), "type: {shown}");
    assert_eq!(header.type_name, record.type_name(), "type: {shown}");
    assert_eq!(header.episode.as_deref(), record.episode.as_deref(), "episode: {shown}");
    assert_eq!(header.id.as_deref(), record.id.as_deref(), "id: {shown}");
    if let Some(agent) = record.agent() {
        assert_eq!(header.agent.as_deref(), Some(agent), "agent: {shown}");
    }
    if !header.complete {
        return;
    }
    assert_eq!(header.ts, record.ts, "ts: {shown}");
    assert_eq!(header.seq, record.seq, "seq: {shown}");
    let failed = matches!(&record.body, Body::Action(it) if it.error.is_some());
    assert_eq!(header.failed, failed, "failed: {shown}");
    let (others, value, status) = match &record.body {
        Body::EpisodeStart(it) => (it.agents.iter().map(|it| it.id.as_str()).collect(), None, None),
        Body::Message(it) => (it.to.iter().map(String::as_str).collect(), None, None),
        Body::Reward(it) => (Vec::new(), it.value, None),
        Body::EpisodeEnd(it) => (Vec::new(), it.total, it.status.as_deref()),
        Body::Credit(it) => {
            let judges = it.items.iter().any(|it| it.label.is_some() || it.reason.is_some());
            assert!(!judges, "a judgement: {shown}");
            (Vec::new(), None, None)
        }
        _ => (Vec::new(), None, None),
    };
    assert_eq!(header.others, others, "others: {shown}");
    assert_eq!((header.value, header.status.as_deref()), (value, status), "{shown}");
}

//! One line of a log, any bytes: read, scanned, written back.

use creditscope::log::{Body, Parsed, RecordType, action_label, parse_line, scan_header, text_label, write};
use serde_json::Value;

use super::safe;

/// Reads `line` in every way there is and compares what they say.
pub fn run(line: &[u8]) {
    let parsed = parse_line(line);
    well_formed(&parsed, line);
    agrees(&parsed, line);
    serde_is_right(&parsed, line);
    // A line end within a payload becomes a space, as JSON allows: a line is one line.
    let joined: Vec<u8> = line.iter().map(|it| if b"\r\n".contains(it) { b' ' } else { *it }).collect();
    for (record, _) in &parse_line(&joined).records {
        let written = write(record);
        assert!(!written.contains('\n'), "{written}");
        let again = parse_line(written.as_bytes());
        assert_eq!(again.records.len(), 1, "{written}");
        // By text: NaN stands for what was no number, and does not equal itself.
        assert_eq!(format!("{:?}", again.records[0].0), format!("{record:?}"), "{written}");
        if let Body::Action(action) = &record.body {
            for payload in [&action.action, &action.result, &action.default].into_iter().flatten() {
                safe::line(&action_label(payload.json()));
                safe::line(&text_label(&payload.text()));
            }
        }
    }
}

/// Records stand apart from each other inside of the line, and what is said of it can be shown.
fn well_formed(parsed: &Parsed, line: &[u8]) {
    let mut end = 0;
    for (_, range) in &parsed.records {
        assert!(end <= range.start && range.start < range.end && range.end <= line.len(), "{range:?}");
        end = range.end;
    }
    for problem in &parsed.problems {
        assert!(problem.offset <= line.len(), "{problem:?}");
        safe::line(&problem.message);
    }
}

/// If the scan says something about a whole record, the parse says the same. (Inside a value that the scan
/// skips, a line may be broken; what can be saved of it may be something else.)
pub fn agrees(parsed: &Parsed, line: &[u8]) {
    let Some(header) = scan_header(line) else { return };
    if parsed.problems.iter().any(|it| it.rule == "glued-lines") {
        return;
    }
    let Some((record, _)) = parsed.records.first() else { return };
    let shown = String::from_utf8_lossy(line);
    assert_eq!(parsed.records.len(), 1, "{shown}");
    assert_eq!(header.record_type, record.record_type(), "{shown}");
    assert_eq!(header.type_name, record.type_name(), "{shown}");
    assert_eq!(header.episode.as_deref(), record.episode.as_deref(), "{shown}");
    assert_eq!(header.id.as_deref(), record.id.as_deref(), "{shown}");
    if let Some(agent) = record.agent() {
        assert_eq!(header.agent.as_deref(), Some(agent), "{shown}");
    }
    if !header.complete {
        return;
    }
    let (others, value, status) = match &record.body {
        Body::EpisodeStart(it) => (it.agents.iter().map(|it| it.id.clone()).collect(), None, None),
        Body::Message(it) => (it.to.clone(), None, None),
        Body::Reward(it) => (Vec::new(), it.value, None),
        Body::EpisodeEnd(it) => (Vec::new(), it.total, it.status.as_deref()),
        Body::Credit(it) => {
            assert!(it.items.iter().all(|it| it.label.is_none() && it.reason.is_none()), "{shown}");
            (Vec::new(), None, None)
        }
        _ => (Vec::new(), None, None),
    };
    assert_eq!(header.others, others, "{shown}");
    assert_eq!((header.value, header.status.as_deref()), (value, status), "{shown}");
}

/// A line that `serde_json` reads as an object is one record or none, with the words that `serde_json` reads.
fn serde_is_right(parsed: &Parsed, line: &[u8]) {
    let Ok(Value::Object(object)) = serde_json::from_slice(line) else { return };
    let shown = String::from_utf8_lossy(line);
    assert!(parsed.records.len() <= 1, "{shown}");
    assert!(
        parsed.problems.iter().all(|it| !["bad-json", "glued-lines"].contains(&it.rule.name())),
        "{shown}"
    );
    let Some((record, range)) = parsed.records.first() else { return };
    let trimmed = line.trim_ascii();
    assert_eq!(&line[range.clone()], trimmed, "{shown}");
    let word = |key: &str| match object.get(key)? {
        Value::String(text) => Some(text.clone()),
        // Integers beyond 64 bits lose digits there and keep them here.
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    };
    if let Some(Value::String(type_name)) = object.get("type") {
        assert_eq!(record.type_name(), type_name, "{shown}");
    }
    for (key, read) in [("episode", &record.episode), ("id", &record.id)] {
        // `-0` is an integer of its own spelling.
        if let Some(word) = word(key).filter(|it| it != "0") {
            assert_eq!(read.as_deref(), Some(word.as_str()), "{key}: {shown}");
        }
    }
    if record.record_type() == RecordType::Reward
        && let Body::Reward(reward) = &record.body
        && let Some(Value::Number(number)) = object.get("value")
    {
        assert_eq!(reward.value, number.as_f64(), "{shown}");
    }
}

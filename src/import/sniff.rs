//! What a file is, from its first bytes.

use std::path::Path;

use super::{Format, c3};
use crate::log::{RecordType, parse_line, string};
use crate::text::label;

/// Words that begin files which are packed or binary.
const MAGIC: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
];

/// What the file at `path` is, given its first bytes (some 64 KiB; it may be cut anywhere).
///
/// The content decides. An empty file is a native log that has not begun, and so is one that only its name
/// tells (`.jsonl` with nothing but blank lines so far).
pub fn sniff(path: &Path, head: &[u8]) -> Format {
    if head.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Format::Native;
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return unknown(path, what);
    }
    let keys = top_level_keys(head);
    if is_who_and_when(&keys) {
        return Format::WhoAndWhen;
    }
    if c3::is_bucket(&keys) {
        return Format::C3Buckets;
    }
    if has_native_record(head) || begins_like_a_record(head, &keys) {
        return Format::Native;
    }
    if keys.is_empty() {
        let what = if is_text(head) { "text" } else { "binary data" };
        return unknown(path, &format!("{what} without a JSON object in its first lines"));
    }
    let mut shown: Vec<String> = keys.iter().take(5).map(|key| format!("`{}`", label(key, 30))).collect();
    if keys.len() > shown.len() {
        shown.push("...".to_owned());
    }
    unknown(path, &format!("JSON with the fields {}", shown.join(", ")))
}

/// Whether `head`, which may be cut within a character, is UTF-8.
fn is_text(head: &[u8]) -> bool {
    std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn unknown(path: &Path, what: &str) -> Format {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |it| it.display().to_string());
    let why = format!(
        "'{}' is {what}; this reads native logs (JSON Lines), Who&When documents and C3 replay buckets",
        label(&name, 60)
    );
    Format::Unknown { why }
}

/// Who&When documents begin with their history, or show an annotation in their head.
fn is_who_and_when(keys: &[String]) -> bool {
    let has = |key: &str| keys.iter().any(|it| it == key);
    if has("type") || has("trajectory") || has("messages") {
        return false;
    }
    let annotated = ["mistake_agent", "mistake_step", "is_correct", "is_corrected"].into_iter().any(has);
    has("history") && (annotated || keys[0] == "history" || has("question_ID"))
}

/// Whether any whole line of the head is a record of a known type.
fn has_native_record(head: &[u8]) -> bool {
    // The last line may be cut; what is cut does not parse, so it costs nothing to try.
    head.split(|byte| *byte == b'\n').any(|line| {
        let records = parse_line(line).records;
        records.iter().any(|(record, _)| record.record_type() != RecordType::Unknown)
    })
}

/// Whether the head is the beginning of one long record.
fn begins_like_a_record(head: &[u8], keys: &[String]) -> bool {
    if !keys.iter().any(|it| it == "type") {
        return false;
    }
    let text = String::from_utf8_lossy(head);
    RecordType::KNOWN.iter().any(|it| {
        let (tight, spaced) = (format!("\"type\":\"{}\"", it.name()), format!("\"type\": \"{}\"", it.name()));
        text.contains(&tight) || text.contains(&spaced)
    })
}

/// The keys of the first object in `head`, as far as `head` goes.
fn top_level_keys(head: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = head.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(head, at + 1);
                let is_key = depth == 1 && {
                    let rest = head[end.min(head.len())..].iter().find(|it| !it.is_ascii_whitespace());
                    rest == Some(&b':')
                };
                if is_key && let Some(key) = std::str::from_utf8(&head[at..end]).ok().and_then(string) {
                    keys.push(key.into_owned());
                }
                at = end;
                continue;
            }
            b'{' | b'[' if depth > 0 || byte == b'{' => depth += 1,
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// The index behind the closing quote, or the end of `bytes`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, expected: &Format) {
        assert_eq!(sniff(Path::new("dir/x.json"), head.as_bytes()), *expected, "{head}");
    }

    fn unknown_because(head: &[u8], expected: &str) {
        let Format::Unknown { why } = sniff(Path::new("dir/x.json"), head) else { panic!("{expected}") };
        assert!(why.starts_with(&format!("'x.json' is {expected};")), "{why}");
    }

    #[test]
    fn native_logs() {
        check("", &Format::Native);
        check("\n\n", &Format::Native);
        check("{\"type\":\"run\",\"credit_log\":1}\n{\"type\":", &Format::Native);
        check("junk\n{\"episode\":\"e\",\"agent\":\"a\",\"type\":\"action\"}\n", &Format::Native);
        check(
            "{\"type\": \"action\", \"episode\": \"e\", \"action\": \"a long text that is c",
            &Format::Native,
        );
        check("e\":\"cut\"}\n{\"type\":\"reward\",\"episode\":1,\"value\":0}\n", &Format::Native);
        check("{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"history\":[]}\n", &Format::Native);
    }

    #[test]
    fn who_and_when_documents() {
        check("{\n  \"history\": [\n    {\"content\": \"hi\", \"role\": \"human\"},", &Format::WhoAndWhen);
        check("{\"is_correct\": false, \"question\": \"q\", \"history\": [", &Format::WhoAndWhen);
        check(
            "{\"history\":[{\"role\":\"human\"}],\"mistake_agent\":\"a\",\"mistake_step\":\"0\"}",
            &Format::WhoAndWhen,
        );
    }

    #[test]
    fn replay_buckets() {
        check("{\"bucket_id\":\"b\",\"candidates\":[{\"action_text\":\"a text that is c", &Format::C3Buckets);
        check("{\"target_role\": \"Actor\", \"ctx_hash\": 9200722560867875417}\n", &Format::C3Buckets);
        check("# comment\n\n{\"bucket_id\":\"b\",\"candidates\":[]}\n", &Format::C3Buckets);
    }

    #[test]
    fn others_are_named() {
        unknown_because(b"PK\x03\x04....", "a zip archive");
        unknown_because(b"hello\n", "text without a JSON object in its first lines");
        unknown_because(b"\x9f\xe2\x8d\n\xfe", "binary data without a JSON object in its first lines");
        unknown_because(
            b"{\"trajectory\":[], \"history\":[], \"info\":{}}",
            "JSON with the fields `trajectory`, `history`, `info`",
        );
        unknown_because(b"{\"messages\":[{\"type\":\"x\"}]}", "JSON with the fields `messages`");
        unknown_because(b"{\"type\":\"span\",\"name\":\"x\"}", "JSON with the fields `type`, `name`");
    }
}

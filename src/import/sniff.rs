//! What a file is, from its first bytes: every format gives a score, the highest wins.

use std::path::Path;

use super::{FORMATS, Format, Head, Score};
use crate::text::label;

/// How packed and binary files begin.
const MAGIC: [(&[u8], &str); 5] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
];

/// A file that no format reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{name}' is {what}; this reads {}", known())]
pub struct UnknownFormat {
    /// The name of the file, without its folder; display-safe.
    name: String,
    /// What it looks like; display-safe.
    what: String,
}

/// The format of the file at `path`, given its first bytes (some 64 KiB, cut anywhere). The content decides.
/// A file in which nothing was written yet is a native log that has not begun.
///
/// # Errors
/// If no format takes it; the error says what it looks like.
pub fn sniff(path: &Path, head: &[u8]) -> Result<&'static Format, UnknownFormat> {
    let head = Head::of(head);
    let mut best: (Score, Option<&Format>) = (Score::NONE, None);
    for format in FORMATS {
        let score = (format.score)(&head);
        // Among equals the first.
        if score > best.0 {
            best = (score, Some(format));
        }
    }
    best.1.ok_or_else(|| {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |it| it.display().to_string());
        UnknownFormat { name: label(&name, 60), what: looks_like(&head) }
    })
}

/// Everything that is read, as part of a sentence.
fn known() -> String {
    let files: Vec<&str> = FORMATS.iter().map(|it| it.files).collect();
    match files.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => files.concat(),
    }
}

fn looks_like(head: &Head<'_>) -> String {
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.bytes.starts_with(magic)) {
        return (*what).to_owned();
    }
    let Some(object) = head.objects.iter().find(|it| it.keys().len() > 0) else {
        let what = if is_text(head.bytes) { "text" } else { "binary data" };
        return format!("{what} without a JSON object in its first lines");
    };
    let mut shown: Vec<String> = object.keys().take(5).map(|key| format!("`{}`", label(key, 30))).collect();
    if object.keys().len() > shown.len() {
        shown.push("...".to_owned());
    }
    format!("JSON with the fields {}", shown.join(", "))
}

/// Whether `head`, which may be cut within a character, is UTF-8.
fn is_text(head: &[u8]) -> bool {
    std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true)
}

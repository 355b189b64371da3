//! What a file is, from its first bytes: every format gives a score, the highest wins.

use std::path::Path;

use super::{FORMATS, Format, Head, Score, UnknownFormat};

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
    best.1.ok_or_else(|| UnknownFormat::of(path, &head))
}

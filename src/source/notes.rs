//! Where the notes about a log stand: in a file beside it, named after it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What the name of a log gets.
const ENDING: &str = ".notes.jsonl";

/// The file with the notes about `log`: `run.jsonl.notes.jsonl`.
pub fn notes_of(log: &Path) -> PathBuf {
    let mut name = OsString::from(log);
    name.push(ENDING);
    PathBuf::from(name)
}

/// Whether `path` holds the notes about a log that stands beside it.
pub(super) fn is_notes(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    let Some(log) = name.strip_suffix(ENDING.as_bytes()) else { return false };
    std::str::from_utf8(log).is_ok_and(|it| Path::new(it).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_belong_to_a_log_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("run.jsonl");
        let notes = notes_of(&log);
        assert_eq!(notes.file_name().unwrap(), "run.jsonl.notes.jsonl");
        assert!(!is_notes(&notes), "it has no log");
        std::fs::write(&log, "").unwrap();
        assert!(is_notes(&notes) && !is_notes(&log));
    }
}

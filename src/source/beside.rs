//! Files that stand beside a log, are named after it and are read as a part of it. The log itself is never written to.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What a file beside a log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Judgements of persons, written at the screen.
    Notes,
    /// What a replayer ran again.
    Replays,
}

impl Beside {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Notes, Self::Replays];

    /// What the name of a log gets.
    fn ending(self) -> &'static str {
        match self {
            Self::Notes => ".notes.jsonl",
            Self::Replays => ".replays.jsonl",
        }
    }

    /// The file of this kind of `log`: `run.jsonl.notes.jsonl`.
    pub fn of(self, log: &Path) -> PathBuf {
        let mut name = OsString::from(log);
        name.push(self.ending());
        PathBuf::from(name)
    }

    /// What `path` holds, if it stands beside a log that is there.
    pub(super) fn kind_of(path: &Path) -> Option<Self> {
        let name = path.as_os_str().as_encoded_bytes();
        Self::ALL.into_iter().find(|it| {
            let log = name.strip_suffix(it.ending().as_bytes());
            log.is_some_and(|it| std::str::from_utf8(it).is_ok_and(|it| Path::new(it).is_file()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_belong_to_a_log_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("run.jsonl");
        for (kind, name) in Beside::ALL.into_iter().zip(["run.jsonl.notes.jsonl", "run.jsonl.replays.jsonl"])
        {
            let path = kind.of(&log);
            assert_eq!(path.file_name().unwrap(), name);
            let _ = std::fs::remove_file(&log);
            assert_eq!(Beside::kind_of(&path), None, "it has no log");
            std::fs::write(&log, "").unwrap();
            assert_eq!(Beside::kind_of(&path), Some(kind));
            assert_eq!(Beside::kind_of(&log), None);
        }
    }
}

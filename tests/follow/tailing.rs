//! A file in a temporary directory, its tail, and the result in a form to compare.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use creditscope::source::{OpenFiles, Tail, TailEvent, TailFile, TailOptions};

/// A followed file.
pub struct Tailing {
    pub dir: tempfile::TempDir,
    pub path: PathBuf,
    pub tail: TailFile,
    pub now: Duration,
    /// Every complete line with its generation and offset, in the order of arrival.
    pub lines: Vec<(u32, u64, Vec<u8>)>,
}

impl Tailing {
    /// Follows a file that holds `content`; small blocks, so that a line often takes several reads.
    pub fn of(content: &str) -> Self {
        Self::with(content, Self::small_blocks())
    }

    /// Like [`Tailing::of`], but the file is closed after every poll, as one of very many is.
    pub fn closed_between_polls(content: &str) -> Self {
        Self::with(content, TailOptions { open_files: OpenFiles::at_most(0), ..Self::small_blocks() })
    }

    fn small_blocks() -> TailOptions {
        TailOptions {
            block: 64,
            longest_line: 4096,
            open_files: OpenFiles::at_most(64),
            ..TailOptions::default()
        }
    }

    pub fn with(content: &str, options: TailOptions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("live.jsonl");
        fs::write(&path, content).unwrap();
        let tail = TailFile::open_with(&path, options).unwrap();
        Self { dir, path, tail, now: Duration::ZERO, lines: Vec::new() }
    }

    /// Options that take only `ok` for a whole unterminated line.
    pub fn accepting_ok() -> TailOptions {
        TailOptions { accept: Arc::new(|it| it == b"ok"), ..TailOptions::default() }
    }

    /// A tenth of a second later: polls until caught up. Shows lines with `|` for their end, and other events
    /// in brackets.
    #[track_caller]
    pub fn poll(&mut self) -> String {
        self.poll_after(Duration::from_millis(100))
    }

    #[track_caller]
    pub fn poll_after(&mut self, passed: Duration) -> String {
        self.now += passed;
        let mut shown = String::new();
        for _ in 0..100_000 {
            let lines = &mut self.lines;
            let mut sink = |event: TailEvent<'_>| {
                if let TailEvent::Lines { generation, offset, bytes } = event {
                    let mut offset = offset;
                    for line in bytes.split_inclusive(|it| *it == b'\n') {
                        lines.push((generation, offset, line.to_vec()));
                        offset += line.len() as u64;
                    }
                } else if let TailEvent::Unterminated { generation, offset, bytes } = event {
                    lines.push((generation, offset, bytes.to_vec()));
                }
                shown.push_str(&show(event));
            };
            if self.tail.poll(self.now, 1 << 20, &mut sink).unwrap().caught_up {
                return shown;
            }
        }
        panic!("never catches up; so far: {shown}");
    }

    pub fn append(&self, bytes: impl AsRef<[u8]>) {
        append(&self.path, bytes);
    }

    /// Rewrites the file in place: same inode, content replaced.
    pub fn rewrite(&self, bytes: impl AsRef<[u8]>) {
        fs::write(&self.path, bytes).unwrap();
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn open_for_append(&self) -> File {
        OpenOptions::new().append(true).create(true).open(&self.path).unwrap()
    }
}

pub fn append(path: &Path, bytes: impl AsRef<[u8]>) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(bytes.as_ref()).unwrap();
}

pub fn show(event: TailEvent<'_>) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).replace('\n', "|");
    match event {
        TailEvent::Lines { bytes, .. } => text(bytes),
        TailEvent::Unterminated { bytes, .. } => format!("{}[unterminated]", text(bytes)),
        TailEvent::Hole { offset, len, .. } => format!("[hole {offset}+{len}]"),
        TailEvent::Skipped { offset, len, reason, .. } => format!("[skipped {offset}+{len} {reason:?}]"),
        TailEvent::Restart { generation, reason, .. } => format!("[{generation} {reason:?}]"),
        TailEvent::Damaged { damage, .. } => format!("[damaged at {}: {}]", damage.at, damage.what),
        TailEvent::Gone => "[gone]".into(),
        TailEvent::Returned => "[returned]".into(),
        TailEvent::Ended { .. } => "[ended]".into(),
    }
}

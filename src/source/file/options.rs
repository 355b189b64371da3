//! How a file is followed.

use std::sync::Arc;
use std::time::Duration;

use super::super::descriptor::OpenFiles;
use super::super::is_whole_json;

/// Decides whether an unterminated last line is a whole record.
pub type Accept = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// How the bytes of a file are divided when handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Whole lines.
    Lines,
    /// Whatever is there, as [`Lines`](super::super::TailEvent::Lines) events that hold no lines.
    Bytes,
}

/// How a file is followed.
#[derive(Clone)]
pub struct TailOptions {
    /// Whether an unterminated last line counts. Default: [`is_whole_json`].
    pub accept: Accept,
    /// An unterminated last line counts after this long without news. Default: 2 s.
    pub settle: Duration,
    /// A replaced file is watched for late lines until this long after the last one. Default: 10 s.
    pub grace: Duration,
    /// Bytes per read; also about the size of a [`Lines`](super::super::TailEvent::Lines). Default: 256 KiB.
    pub block: usize,
    /// Lines longer than this, in bytes, are skipped and reported. Default: 64 MiB.
    pub longest_line: usize,
    /// What is handed on. Default: lines.
    pub framing: Framing,
    /// How many files stay open, over all tails with clones of these options. Default: the process's count.
    pub open_files: OpenFiles,
}

impl Default for TailOptions {
    fn default() -> Self {
        Self {
            accept: Arc::new(is_whole_json),
            settle: Duration::from_secs(2),
            grace: Duration::from_secs(10),
            block: 256 << 10,
            longest_line: 64 << 20,
            framing: Framing::Lines,
            open_files: OpenFiles::of_process(),
        }
    }
}

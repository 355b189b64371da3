//! Bytes of growing files: from arguments to whole lines, and back to a byte range later.
//!
//! Knows nothing of what a line means. Starts no thread of its own (`notify` does). Never maps a file into
//! memory: a truncated log would raise SIGBUS. Never writes to a log it reads.
//!
//! ```text
//! arguments -> discover -> File / Pipe / Stdin
//!     File         -> TailFile or, compressed, PackedTail --.
//!     Pipe, Stdin  -> Spool --------------------------------+-> poll(now, budget) -> TailEvent (whole lines)
//!                                                           '-> SourceFile -> read(generation, offset, len)
//! watch: a hint that a poll may find something; correctness rests on polling alone
//! ```
//!
//! Time is the caller's: every `poll` gets a monotonic [`Duration`], so a test can let an hour pass in one
//! line. No reader of files can tell two destructive events between two polls (truncated twice, replaced
//! twice) from one: records that existed only in between are lost.

use std::io;
use std::path::Path;
use std::time::Duration;

mod because;
mod beside;
mod byte_range;
mod damage;
mod descriptor;
pub mod discover;
mod feed;
pub mod file;
pub mod fingerprint;
pub mod follow;
pub mod lines;
mod named_pipe;
pub mod packed;
mod segments;
pub mod source_file;
pub mod spool;
mod stretch;
pub mod watch;

pub use because::because;
pub use beside::Beside;
pub use byte_range::{Read, ReadError};
pub use damage::Damage;
pub use descriptor::OpenFiles;
pub use discover::{DiscoverError, Discovery, Input};
pub use feed::feed;
pub use file::{Accept, Framing, TailFile, TailOptions};
pub use fingerprint::Fingerprint;
pub use follow::{FileKey, RestartReason};
pub use named_pipe::NamedPipe;
pub use packed::{PackedTail, Unpacking, is_packed, without_ending};
pub use source_file::SourceFile;
pub use spool::{Spool, SpoolError, SpoolStore, SpoolWriter};
pub use stretch::StretchEvent;
pub use watch::{Changed, News, Watch};

/// What a poll found. Offsets are bytes from the start of the file, in the file of that generation.
///
/// Lines of one generation arrive in the order of their offsets. After a rotation, late lines of the old
/// file (written by a process that still holds it) may follow the [`TailEvent::Restart`] of the new one:
/// they carry the old generation.
#[derive(Clone, Copy, Debug)]
pub enum TailEvent<'a> {
    /// Whole lines, many at once, each with its `\n` (a `\r` before it stays). NULs at the start of a line,
    /// as copytruncate leaves them, are cut off; no other byte is touched.
    Lines {
        /// Which life of the file, from 0.
        generation: u32,
        /// Where the first byte stands.
        offset: u64,
        /// The lines.
        bytes: &'a [u8],
    },
    /// A last line without `\n` that is complete all the same: nothing came for two seconds and it is whole,
    /// or nothing more can come. Counts as one line.
    Unterminated {
        /// Which life of the file, from 0.
        generation: u32,
        /// Where the first byte stands.
        offset: u64,
        /// The line, without its missing `\n`.
        bytes: &'a [u8],
    },
    /// A line that is skipped. Counts as one line.
    Skipped {
        /// Which life of the file, from 0.
        generation: u32,
        /// Where the first byte stands.
        offset: u64,
        /// Its length in bytes, without `\n`.
        len: u64,
        /// Why.
        reason: SkipReason,
    },
    /// NUL bytes where a line would begin: a hole, as a crash or a truncation under a writer leaves. Counts as no line.
    Hole {
        /// Which life of the file, from 0.
        generation: u32,
        /// Where the first of them stands.
        offset: u64,
        /// How many.
        len: u64,
    },
    /// The file begins anew at offset 0. What was read before stays valid: it was written once.
    Restart {
        /// The number of the new generation.
        generation: u32,
        /// What happened to the file.
        reason: RestartReason,
        /// Which file it is now.
        file: FileKey,
    },
    /// The path names no file any more. What was read stays; bytes still written to the old file are still
    /// read.
    Gone,
    /// The path names a file again. A [`TailEvent::Restart`] follows if it is another file.
    Returned,
    /// A part of a compressed source cannot be unpacked. What came before it was handed on and stays; what
    /// follows comes as soon as a member begins.
    Damaged {
        /// Which life of the file, from 0.
        generation: u32,
        /// What is wrong and where, in bytes of the compressed file.
        damage: &'a Damage,
    },
    /// Only from a [`Spool`] or [`PackedTail`]: nothing more will come and every line was handed on. Sent
    /// once, last.
    Ended {
        /// Why it ended before the end of the input, if it did.
        error: Option<&'a SpoolError>,
    },
}

/// Why a line is not handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// Longer than [`TailOptions::longest_line`].
    TooLong,
    /// Its file was truncated, rewritten or given up before its end was written.
    Torn,
}

/// How far a poll came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// True if nothing is left to read until something is written; false if the budget ended the poll.
    pub caught_up: bool,
    /// Bytes read of the current generation, including a partial last line.
    pub offset: u64,
    /// Size of the current generation's file in bytes, as last seen.
    pub size: u64,
}

/// What was read of one generation.
#[derive(Clone, Debug)]
pub struct LifeRead {
    /// Which.
    pub generation: u32,
    /// Its content, as far as it was handed on.
    pub print: Fingerprint,
    /// It still has its path, and may grow there.
    pub lives: bool,
}

/// Something that grows and is read in whole lines: a [`TailFile`] or a [`Spool`].
pub trait Tail: Send {
    /// Reads what is new, at most `budget` bytes (at least one), and hands it to `sink`.
    ///
    /// `now` is monotonic time from any origin the caller likes, the same for all polls of one tail.
    ///
    /// # Errors
    /// The file is there but cannot be read (permission, IO error). Nothing is lost: the next poll tries
    /// again.
    fn poll(
        &mut self,
        now: Duration,
        budget: usize,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) -> io::Result<Progress>;

    /// Hands on an unterminated last line at once, whole or not, because nothing more is expected. For a
    /// report of a saved log, after the poll that caught up. Later polls still work.
    fn finish(&mut self, sink: &mut dyn FnMut(TailEvent<'_>));

    /// A handle that reads byte ranges of what was read, from any thread.
    fn source(&self) -> SourceFile;

    /// Whether `path` is a file that this tail has read under its own path: a rotated log that a directory
    /// scan finds under its new name must not be read twice.
    fn has_read(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// What was read of each generation that its content can still identify.
    fn lives(&self) -> Vec<LifeRead> {
        Vec::new()
    }

    /// Which file is followed at present, if any.
    fn identity(&self) -> Option<FileKey> {
        None
    }
}

/// Whether `bytes` hold exactly one JSON object or array, judged by brackets and strings. The default for
/// [`TailOptions::accept`], for callers without a parser at hand.
pub fn is_whole_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    if !matches!(bytes.first(), Some(b'{' | b'[')) {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == bytes.len();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_json_is_told_from_a_torn_one() {
        let check = |text: &str, whole: bool| assert_eq!(is_whole_json(text.as_bytes()), whole, "{text}");
        check(r#"{"a":1}"#, true);
        check(" {\"a\":[1,{}]}\r", true);
        check("\u{feff}{}", true);
        check(r#"{"a":"}"}"#, true);
        check(r#"{"a":"\"}"}"#, true);
        check("[1,2]", true);
        check(r#"{"a":1"#, false);
        check(r#"{"a":"}"#, false);
        check(r#"{"a":1}{"b":2}"#, false);
        check("12", false);
        check("", false);
    }
}

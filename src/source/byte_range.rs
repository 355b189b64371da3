//! Which bytes of a file to read again, and why they cannot be had.

use std::io;
use std::path::PathBuf;

/// A byte range of one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// Which life of the file, as in the event that handed on the bytes.
    pub generation: u32,
    /// Bytes from the start of the file.
    pub offset: u64,
    /// How many bytes.
    pub len: usize,
}

/// Why a byte range cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file of that generation has no name left and was not kept open.
    #[error("'{}' (generation {generation}) was deleted or moved away: what was read of it stays, its payloads do not", path.display())]
    Vanished {
        /// The followed path.
        path: PathBuf,
        /// The generation asked for.
        generation: u32,
    },
    /// The file was cut or overwritten since.
    #[error("'{}' no longer holds bytes {offset} to {}: it was truncated or rewritten after they were read", path.display(), offset.saturating_add(*len as u64))]
    Truncated {
        /// The followed path.
        path: PathBuf,
        /// First byte asked for.
        offset: u64,
        /// How many bytes were asked for.
        len: usize,
    },
    /// The file is there but cannot be read.
    #[error("cannot read '{}' at byte {offset}: {source}", path.display())]
    Io {
        /// The followed path.
        path: PathBuf,
        /// First byte asked for.
        offset: u64,
        /// What the system reported.
        source: io::Error,
    },
}

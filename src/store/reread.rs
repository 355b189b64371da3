//! Why what was read once cannot be read again.

use std::sync::Arc;

use crate::{source::ReadError, text};

/// Why a record or an episode cannot be read again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RereadError {
    /// The index holds no such file.
    #[error("no such file")]
    NoFile,
    /// The index holds no such episode any more: it was shown before the logs were indexed up to it.
    #[error("this episode is not known any more")]
    NoEpisode,
    /// It has more records than fit in memory.
    #[error(
        "the episode has {records} records and at most {most} are read at once: write it as several episodes, or filter the log before"
    )]
    TooLong {
        /// How many it has.
        records: u64,
        /// How many are read at once.
        most: u64,
    },
    /// The bytes are gone, or cannot be read; display-safe.
    #[error("{}", text::clean(&.0.to_string()))]
    Bytes(Arc<ReadError>),
}

impl From<ReadError> for RereadError {
    fn from(error: ReadError) -> Self {
        Self::Bytes(Arc::new(error))
    }
}

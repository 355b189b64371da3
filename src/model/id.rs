//! Dense, typed, `Copy` ids: a number indexes a vector and cannot be taken for another kind.

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the vector this id counts.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the position `index`.
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 of a kind fit in memory"))
            }
        }
    };
}

dense_id! {
    /// An agent of one episode, in order of first appearance (roster first).
    AgentId
}
dense_id! {
    /// An act (action or message) of one episode, in order of time.
    ActId
}
dense_id! {
    /// An episode of the opened logs, in order of first appearance.
    EpisodeId
}
impl EpisodeId {
    /// The bit of an id that is provisional.
    const PROVISIONAL: u32 = 1 << 31;

    /// A separate id for an episode that is shown before the logs are indexed up to it: see
    /// [`LogSummary::moved`](super::LogSummary::moved).
    pub fn provisional(self) -> Self {
        Self(self.0 | Self::PROVISIONAL)
    }

    /// Which provisional id this is, from 0; `None` if it is not provisional.
    pub fn provisional_index(self) -> Option<usize> {
        (self.0 & Self::PROVISIONAL != 0).then_some((self.0 & !Self::PROVISIONAL) as usize)
    }
}

dense_id! {
    /// A file of the opened logs, in order of discovery.
    FileId
}

/// Where a record begins, whatever its line: what two findings of one record share. In the order of the
/// files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The file that holds the record.
    pub file: FileId,
    /// Byte offset of the record's first byte (in the spool, for an imported document).
    pub offset: u64,
}

/// Where a record stands: the `file:line` in an explanation or a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin {
    /// The file that holds the record.
    pub file: FileId,
    /// Line in that file, from 1.
    pub line: u32,
    /// Byte offset of the record's first byte (in the spool, for an imported document).
    pub offset: u64,
    /// Length of the record in bytes, without the line end.
    pub len: u32,
}

impl Place {
    /// Behind every other.
    pub const LAST: Place = Place { file: FileId(u32::MAX), offset: u64::MAX };
}

impl Origin {
    /// Where it begins.
    pub fn place(self) -> Place {
        Place { file: self.file, offset: self.offset }
    }
}

//! How something ended, in the words of the log.

/// How an episode ended, or the runs of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It reached its goal.
    Success,
    /// It did not.
    Failure,
    /// Cut off by a limit.
    Truncated,
    /// Broken by an error.
    Error,
    /// Stopped from outside.
    Aborted,
    /// Another word of the log.
    Other(String),
}

impl Status {
    /// The word for it: that of the format, or the one of the log.
    pub fn word(&self) -> &str {
        match self {
            Status::Success => "success",
            Status::Failure => "failure",
            Status::Truncated => "truncated",
            Status::Error => "error",
            Status::Aborted => "aborted",
            Status::Other(word) => word,
        }
    }

    /// The same as short as it stands on a screen: `ok`, `FAIL`.
    pub fn short_word(&self) -> &str {
        match self {
            Status::Success => "ok",
            Status::Failure => "FAIL",
            Status::Truncated => "TRUNCATED",
            Status::Error => "ERROR",
            Status::Aborted => "ABORTED",
            Status::Other(word) => word,
        }
    }
}

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

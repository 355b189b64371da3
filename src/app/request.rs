//! Numbers of requests.

/// The number of a request. Each is used once; a later request has a greater one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

impl RequestId {
    /// Moves on to the next number and returns it.
    pub(super) fn take_next(&mut self) -> Self {
        self.0 += 1;
        *self
    }
}

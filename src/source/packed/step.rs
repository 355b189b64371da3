//! What one step of unpacking a member or frame did.

/// What one step of a member did.
#[derive(Default)]
pub(super) struct Step {
    pub(super) consumed: usize,
    pub(super) produced: usize,
    /// The member is complete.
    pub(super) ended: bool,
}

/// Why a step failed.
pub(super) struct Broken {
    /// Bytes of the input that were good, and what they unpacked to.
    pub(super) consumed: usize,
    pub(super) produced: usize,
    /// What is wrong, after "cannot be unpacked:".
    pub(super) why: String,
}

//! What is wrong in a compressed log.

/// Something wrong in packed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where, bytes from the start of the packed data.
    pub at: u64,
    /// What, without trailing period; display-safe.
    pub what: String,
}

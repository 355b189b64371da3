//! What P(flip) is asked with, and what it says.

/// How sure it is who has the least credit.
#[derive(Clone, Debug, PartialEq)]
pub struct FlipRange {
    /// Chance of another least one, where credits are taken as measured, 0..=1.
    pub plain: f64,
    /// The same where credits are drawn together by the share of their spread that is noise.
    pub shrunk: f64,
    /// Draws behind both; 0: computed, not drawn.
    pub draws: u32,
    /// How often each credit is the least or among the least in the plain draws, 0..=1.
    pub least: Vec<f64>,
}

impl FlipRange {
    /// Lower and upper end.
    pub fn ends(&self) -> (f64, f64) {
        (self.plain.min(self.shrunk), self.plain.max(self.shrunk))
    }
}

/// Which of several credits stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The least: who lost most.
    Least,
    /// The largest: who earned most.
    Largest,
}

impl End {
    pub(super) fn sign(self) -> f64 {
        match self {
            End::Least => 1.0,
            End::Largest => -1.0,
        }
    }
}

/// How many draws, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlipDraws {
    /// The most draws; a large table is drawn less often.
    pub most: u32,
    /// The seed.
    pub seed: u64,
}

/// Draws in any case: fewer say nothing.
const LEAST_DRAWS: u32 = 200;

impl FlipDraws {
    /// How many to take where the time there is allows for `affordable`.
    pub(super) fn within(self, affordable: usize) -> u32 {
        self.most.min(affordable as u32).max(LEAST_DRAWS.min(self.most)).max(1)
    }
}

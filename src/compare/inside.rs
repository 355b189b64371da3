//! What the records hold where two episodes part.

use super::{StateChange, TextChange};

/// What differs in the records at a row of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inside {
    /// Fields of the two records.
    pub texts: Vec<TextChange>,
    /// States after the last acts up to there.
    pub states: Vec<StateChange>,
    /// Values of the two states that are known, the larger number.
    pub known: usize,
    /// Changes of states that could not be applied.
    pub broken: usize,
}

impl Inside {
    /// `3 of 15 values differ`; with what could not be applied.
    pub fn state_words(&self) -> String {
        let broken = match self.broken {
            0 => String::new(),
            n => format!("; {n} logged changes could not be applied"),
        };
        format!("{} of {} values differ{broken}", self.states.len(), self.known)
    }
}

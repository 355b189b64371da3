//! A float that can be compared and hashed, for values that serve as keys.

use std::hash::{Hash, Hasher};

/// An `f64` compared and hashed by its bits, so that a [`super::Scenario`] can be a cache key.
/// `-0.0` is stored as `0.0`; a NaN equals itself.
#[derive(Clone, Copy, Debug)]
pub struct Number(f64);

impl Number {
    /// Wraps a value.
    pub fn new(value: f64) -> Self {
        Self(if value == 0.0 { 0.0 } else { value })
    }

    /// The value.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

//! A number or none, in the room of a number: for what there are millions of.

/// A number, or the bits of [`f64::NAN`] for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maybe(u64);

impl Maybe {
    /// NaN is taken for none.
    pub fn of(it: Option<f64>) -> Self {
        Self(it.filter(|it| !it.is_nan()).unwrap_or(f64::NAN).to_bits())
    }

    /// The number, if it is one.
    pub fn get(self) -> Option<f64> {
        Some(f64::from_bits(self.0)).filter(|it| !it.is_nan())
    }
}

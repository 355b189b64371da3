//! Time as the log tells it.

/// Microseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    micros: i64,
}

impl Timestamp {
    /// From microseconds since the epoch.
    pub fn from_micros(micros: i64) -> Self {
        Self { micros }
    }

    /// From seconds since the epoch; saturates, a NaN is the epoch.
    pub fn from_seconds(seconds: f64) -> Self {
        Self { micros: (seconds * 1e6).round() as i64 }
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.micros
    }

    /// Seconds from `earlier` to `self`; negative when `self` is before it.
    pub fn seconds_since(self, earlier: Timestamp) -> f64 {
        (self.micros.saturating_sub(earlier.micros)) as f64 / 1e6
    }
}

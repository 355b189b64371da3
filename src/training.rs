//! Is credit drifting while agents learn? A run as a film: a row per agent, a cell per few episodes.
//!
//! ```text
//! episode -> Point (R, credit by agent, how it ended) -> Film: cells, band, falls, trends, what moves together
//! ```
//!
//! Pure: a film is a function of its points. Only falls ring: credit rises while agents learn, so an alarm for rises
//! would ring in healthy runs.

mod change;
mod falls;
mod film;
mod point;
mod trend;

#[cfg(test)]
mod tests;

pub use change::ChangePoint;
pub use falls::{Fall, Falling, REACH};
pub use film::{AgentFilm, Film, Newest, Row, Together};
pub use point::{Facts, Point, Sharing};
pub use trend::{Correlation, Slope};

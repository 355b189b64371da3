//! Numbers: ordered sums, rank correlation, seeded draws.
//!
//! Pure functions over slices. Every result depends on its arguments alone: sums run in the order given,
//! draws come from a seed. Nothing here knows an episode.

mod draw;
mod rank;
mod spearman;
mod sum;

pub use draw::Draws;
pub use rank::kendall_tau_b;
pub use spearman::{average_ranks, spearman};
pub use sum::{Sum, sum};

//! Numbers: ordered sums, moments, rank correlation, intervals of rates, seeded draws.
//!
//! Pure functions over slices. Every result depends on its arguments alone: sums run in the order given,
//! draws come from a seed. Nothing here knows an episode.

mod association;
mod draw;
mod moments;
mod rank;
mod spearman;
mod sum;
mod wilson;

pub use association::{mutual_information, population_variance};
pub use draw::Draws;
pub use moments::Moments;
pub use rank::kendall_tau_b;
pub use spearman::{average_ranks, spearman};
pub use sum::{Sum, sum};
pub use wilson::{wilson, zero_of_n_upper};

//! Numbers: ordered sums, moments, rank correlation, intervals, seeded draws, and the statistics of few runs.
//!
//! Few runs: an [`Arm`] is what was measured of one coalition or candidate, a [`Table`] all arms measured together, a
//! [`Credit`] a sum of their weighted means and of regrets. [`Table::interval`] says how far a credit is known,
//! [`can_be_least`] which of several can be the least, [`flip_range`] how likely another measurement finds another.
//!
//! Pure functions over slices. Every result depends on its arguments alone: sums run in the order given,
//! draws come from a seed. Nothing here knows an episode.

mod arm;
mod chance;
mod clear;
mod contrast;
mod credit;
mod differ;
mod draw;
mod drawn;
mod errors;
mod flip;
mod joint;
mod moments;
mod noise;
mod normals;
mod paired;
mod program;
mod rank;
mod regret;
mod seeds;
mod solve;
mod spearman;
mod student;
mod sum;
mod table;
mod variance;
mod wilson;
mod worst;

#[cfg(test)]
mod covers;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod vectors;

pub use arm::Arm;
pub use chance::{End, FlipDraws, FlipRange};
pub use contrast::{Contrast, Interval, NoInterval, Weights};
pub use credit::Credit;
pub use differ::{Side, chance_to_differ};
pub use draw::Draws;
pub use flip::flip_range;
pub use moments::Moments;
pub use normals::Normals;
pub use paired::{holm, paired_bootstrap, sign_test};
pub use program::{NoOptimum, Program};
pub use rank::kendall_tau_b;
pub use regret::{Against, Pick};
pub use seeds::{share_seeds, shared_seeds_p};
pub use solve::solve;
pub use spearman::{average_ranks, spearman};
pub use student::{f_upper_tail, normal_cdf, normal_quantile, student_cdf, student_quantile};
pub use sum::{Sum, settled, sum};
pub use table::{ReturnKind, Table};
pub use variance::population_variance;
pub use wilson::{wilson, zero_of_n_upper};
pub use worst::{can_be_least, error_of_one, not_above};

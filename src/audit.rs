//! The audit of credit: is it what it claims to be, and is it worth anything? `creditscope audit`.
//!
//! ```text
//! Episode, next texts -> groups -> Section     the three diagnostics of C3 per replayed agent
//! Episode -> credit::audit, check::check       declared credit recomputed, sums, hygiene of the replays
//! both -> Audit -> report::audit_text, report::audit_json
//! ```
//!
//! The diagnostics come in two forms. The honest one splits the replays (a credit is not judged by the
//! returns it came from), gives intervals, shows influence beside what chance alone gives, and leaves
//! undefined what has no value. The other one, for `--c3-compat`, gives the numbers of the reference
//! implementation, to compare with.
//!
//! It must not read a file: the caller passes whole texts. Every random draw comes from a seed.

mod advantage;
mod collect;
mod compat;
mod declared;
mod fidelity;
mod group;
mod influence;
mod information;
#[cfg(test)]
mod sample;
mod section;
mod spread;
mod symbol;
mod variance;

pub use advantage::Baseline;
pub use collect::{Audit, Collector, Declared, Paid, Setting};
pub use compat::{CompatCredit, CompatDetail, Mode, credit as compat_credit, influence as compat_influence};
pub use declared::DeclaredFidelity;
pub use fidelity::{Fidelity, fidelity};
pub use group::{Group, Replayed, groups};
pub use influence::{Influence, Null, influence};
pub use section::{Compat, Section};
pub use spread::Spread;
pub use symbol::{Symbol, canonical};
pub use variance::{Variance, variance};

//! Counterfactuals that are run again by an outside program, the replayer: what to ask it, in which order, and what its
//! answers become.
//!
//! ```text
//! episode -> Plan (coalitions or alternatives that lack runs) -> requests -> returns -> `counterfactual` records
//!                 `- what to run next: where a run most reduces the chance that the verdict flips
//! ```
//!
//! Pure. The process is run by `runtime::replayer`; the protocol is described in docs/REPLAY.md.

mod alternatives;
mod coalitions;
mod no_change;
mod protocol;
mod record;

pub use alternatives::{AlternativesPlan, Choice};
pub use coalitions::{Certainty, CoalitionPlan, MOST_PLAYERS};
pub use no_change::{NoChange, compare};
pub use protocol::{
    Ability, Absent, Hello, Incoming, Intervention, PROTOCOL, ReplayRequest, Replayed, cancel, hello_request,
    read, replay_request, shutdown_request,
};
pub use record::{About, Source, alternative_line, coalition_line, raw_action};

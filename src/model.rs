//! The vocabulary that every other layer speaks: agents, acts, episodes, credit.
//!
//! Plain values only, and the statistics of runs that some of them rest on. Nothing here reads a file, knows a
//! serialisation, a clock or a terminal.

mod act;
mod attribution;
mod clock;
mod clues;
mod coalitions;
mod counterfactual;
mod diagnostic;
#[cfg(test)]
pub(crate) mod draft;
mod episode;
mod growth;
mod id;
mod kept;
mod maybe;
mod measured;
mod note;
mod number;
mod own;
mod repeats;
mod rollout;
pub mod rule;
mod scenario;
mod segmented;
mod severity;
mod status;
mod summary;
mod time;
mod unlinked;
mod whose;

pub use act::{Act, ActKind, Attempt, Link, LinkKind, Links, Policy, Usage, ValueOf};
pub use attribution::{
    AgentCredit, Attribution, Caveat, Detail, Estimate, Explanation, LEVEL, Provenance, Term, Unavailable,
    Value, whole_blame,
};
pub use clock::Clock;
pub use clues::{Clue, Clues};
pub use coalitions::{CoalitionTable, CoalitionValue, CoalitionValues, Members};
pub use counterfactual::{Absence, ActionTable, Alternative, BrokenOff, Candidate, ReplayGroup, Sample};
pub use diagnostic::Diagnostic;
pub use episode::{
    Agent, CreditItem, DeclaredCredit, DeclaredEdge, Episode, Label, Metric, Outcome, Reward, RewardSource,
    RewardTotal, State, is_person,
};
pub use growth::Growth;
pub use id::{ActId, AgentId, EpisodeId, FileId, Origin, Place};
pub use maybe::Maybe;
pub use measured::Measured;
pub use note::Note;
pub use number::{Number, amount, as_logged, in_full, places, signed, unsigned};
pub use own::OwnReward;
pub use repeats::{Loop, Spent, sentence};
pub use rollout::{
    ActFacts, Credited, Peer, Peers, Rollout, RolloutAct, RolloutCandidate, RolloutCredit, SameTask,
};
pub use rule::Rule;
pub use scenario::{Scenario, Substitute};
pub use segmented::Segmented;
pub use severity::Severity;
pub use status::Status;
pub use summary::{
    Counters, EpisodeSummary, FileState, FileSummary, Inode, LogSummary, Reading, RecordText, Validating,
};
pub use time::Timestamp;
pub use unlinked::UnlinkedParts;
pub use whose::Whose;

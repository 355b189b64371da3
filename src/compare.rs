//! Two episodes side by side: where they part, what each did instead, and whose credit differs. And two runs, pair by pair.
//!
//! ```text
//! two episodes -> acts (aligned by agent, kind and text) -> first divergence -> texts, states there
//! their credits -> credit of each agent, and the interval of the difference
//! two runs -> pairs by task and seed -> R, credit by one method, policy and method apart
//! ```
//!
//! Pure: it reads `model`, `stats` and `credit`; who calls it reads the logs. A is always the first that was named.

mod acts;
mod align;
mod credit;
mod difference;
mod episodes;
mod facts;
mod inside;
mod likeness;
mod methods;
mod pairs;
mod runs;
mod spent;
mod state;
mod texts;
mod words;

#[cfg(test)]
mod tests;

pub use acts::{AlignedActs, Row, RowKind};
pub use credit::{CreditRow, CreditTable};
pub use difference::{Difference, RestsOn};
pub use episodes::{Common, EpisodeComparison, Given, Instead, one_ruler};
pub use facts::{LeftOut, RunEpisode, best_credits, declared_divides, divides, method_of};
pub use inside::Inside;
pub use methods::MethodComparison;
pub use pairs::PairedBy;
pub use runs::{AgentInRuns, Paired, RunComparison};
pub use spent::{Spent, SpentRow, spent};
pub use state::{StateChange, WorldState};
pub use texts::{LineOf, TextChange, text_changes};

/// One of the two that are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// The first that was named.
    #[default]
    A,
    /// The second.
    B,
}

impl Side {
    /// `A` or `B`.
    pub fn letter(self) -> &'static str {
        match self {
            Side::A => "A",
            Side::B => "B",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }
}

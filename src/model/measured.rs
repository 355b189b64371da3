//! What the numbers of an attribution rest on.

use std::sync::Arc;

use crate::stats::{Credit, Interval, NoInterval, Table};

use super::AgentId;

/// The runs behind an attribution, and how each agent's number follows from them. So what is known of a difference,
/// of the least of all, or of another measurement, is known without the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Everything that was run, stated or set by hand and takes part.
    pub table: Arc<Table>,
    /// By agent; `None`: the agent has no number.
    pub agents: Vec<Option<Credit>>,
}

impl Measured {
    /// How an agent's number follows from the table.
    pub fn credit(&self, agent: AgentId) -> Option<&Credit> {
        self.agents.get(agent.index())?.as_ref()
    }

    /// The interval of `a`'s number minus `b`'s at `level`.
    ///
    /// # Errors
    /// Why the data carry none.
    pub fn difference(&self, a: AgentId, b: AgentId, level: f64) -> Result<Interval, NoInterval> {
        let pair = self.credit(a).zip(self.credit(b));
        let (a, b) = pair.ok_or(NoInterval::NothingMeasured)?;
        self.table.difference(a, b, level)
    }

    /// Whether `a`'s number is above `b`'s, told with an error of at most `alpha`.
    pub fn is_above(&self, a: AgentId, b: AgentId, alpha: f64) -> bool {
        self.credit(a).zip(self.credit(b)).is_some_and(|(a, b)| self.table.is_above(a, b, alpha))
    }
}

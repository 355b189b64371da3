//! Clocks of agents that contradict what the log says.

use super::AgentId;

/// The clock of an agent that was wrong: the times of its acts are put right by this much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// Whose.
    pub agent: AgentId,
    /// How far it was ahead, in seconds; negative: behind.
    pub ahead: f64,
    /// How many links and messages between it and others tell so.
    pub crossings: u32,
}

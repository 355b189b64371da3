//! Whose reward is credited: the team's, the sum of what all agents earn, one agent's, or that of one team of several.

use super::AgentId;

/// Whose reward R is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whose {
    /// That of the team as a whole: the reward that names no agent.
    Team,
    /// The sum of what all agents earn for themselves.
    Sum,
    /// What one agent earns.
    Agent(AgentId),
    /// The sum of what the agents of this team earn (`agents[].team`).
    Members(String),
}

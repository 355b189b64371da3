//! Episodes and graphs for the tests of this module.

use crate::model::{
    Act, ActId, ActKind, AgentId, Episode, Timestamp,
    draft::{self, Draft},
};

use super::{Interaction, InteractionGraph, Participant};

/// An action of `agent` at `seconds`.
pub fn action(agent: u32, seconds: f64) -> Act {
    Act { time: Some(Timestamp::from_seconds(seconds)), ..draft::action(agent) }
}

/// A message of `agent` to `to` at `seconds`.
pub fn message(agent: u32, to: &[u32], seconds: f64) -> Act {
    let to = to.iter().map(|it| AgentId(*it)).collect();
    Act { kind: ActKind::Message, to, ..action(agent, seconds) }
}

/// An episode of these acts; links are (parent, child), logged.
pub fn episode(agents: usize, acts: Vec<Act>, links: &[(u32, u32)]) -> Episode {
    let mut parents = vec![Vec::new(); acts.len()];
    for &(parent, child) in links {
        parents[child as usize].push(parent);
    }
    let acts = acts.into_iter().zip(&parents);
    acts.fold(Draft::of(agents), |draft, (act, parents)| draft.given(act, parents)).episode()
}

/// A graph of `agents` with these (from, to, messages).
pub fn graph(agents: usize, edges: &[(u32, u32, u32)]) -> InteractionGraph {
    let participants =
        (0..agents).map(|it| Participant { acts: 1, first: Some(ActId::from_index(it)) }).collect();
    InteractionGraph::new(
        participants,
        (0..agents).map(AgentId::from_index).collect(),
        edges.iter().map(|&(from, to, messages)| {
            ((AgentId(from), AgentId(to)), Interaction { messages, ..Interaction::default() })
        }),
    )
}

/// The team of mock-up 03.
pub const TEAM: [&str; 6] = ["planner", "searcher", "coder", "executor", "critic", "verifier"];

/// Its credit.
pub const CREDIT: [Option<f64>; 6] =
    [Some(0.03), Some(-0.11), Some(-0.41), Some(-0.19), Some(-0.04), Some(0.02)];

/// Its edges, by first use.
pub const FEEDBACK: [(u32, u32, u32); 9] =
    [(0, 1, 4), (1, 0, 3), (0, 2, 6), (2, 3, 5), (3, 4, 5), (4, 2, 3), (3, 5, 2), (4, 0, 1), (5, 0, 1)];

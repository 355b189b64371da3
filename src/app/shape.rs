//! The shape of an episode: its graph, what the graph says, what is wrong with the log, and where its records
//! stand.
//!
//! Made off the loop, because it takes a look at every act and link. Until it is there the screen says that
//! it is being computed. It holds no credit.

use std::sync::Arc;

use super::search::ActPlaces;
use crate::{
    check, graph,
    model::{Diagnostic, Episode, Severity},
};

/// What takes longer to find than to read.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Agents and edges, without credit.
    pub interaction: Arc<graph::InteractionGraph>,
    /// Groups of the agents, where there are too many to draw each.
    pub groups: Option<Arc<graph::Groups>>,
    /// Loops, cut vertices, critical path.
    pub metrics: graph::Metrics,
    /// What is wrong with the episode, in the order of the log: found by assembling it, and by the rules of
    /// `check`.
    pub findings: Vec<Diagnostic>,
    /// How many of them are more than notes.
    pub warnings: usize,
    /// Finds the acts of what a search finds.
    pub places: ActPlaces,
    /// How many acts and rewards `places` are of.
    counted: (usize, usize),
}

impl Shape {
    /// Of everything in `episode`. Pure.
    pub fn of(episode: &Episode) -> Self {
        let interaction = graph::build(episode, None);
        let own = episode.diagnostics.iter().cloned();
        let findings = check::sorted(own.chain(check::check(episode)).collect());
        Self {
            groups: graph::groups(episode, &interaction).map(Arc::new),
            metrics: graph::metrics(episode, &interaction),
            interaction: Arc::new(interaction),
            warnings: findings.iter().filter(|it| it.severity >= Severity::Warning).count(),
            findings,
            places: ActPlaces::of(episode),
            counted: (episode.acts.len(), episode.rewards.len()),
        }
    }

    /// Makes room for agents that have come since, without any edge yet.
    pub(super) fn add_agents(&mut self, agents: usize) {
        if self.interaction.agent_count() < agents {
            Arc::make_mut(&mut self.interaction).add_agents(agents);
        }
    }

    /// Adds the places of what was appended to `episode` since. The rest stays as it was.
    pub(super) fn grow(&mut self, episode: &Episode) {
        let (acts, rewards) = self.counted;
        if acts <= episode.acts.len() && rewards <= episode.rewards.len() {
            self.places.grow(episode, acts, rewards);
            self.counted = (episode.acts.len(), episode.rewards.len());
        }
    }
}

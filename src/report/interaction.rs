//! The interaction graph as outputs that draw it tell it: who handed what to whom, what it is worth, and what led to
//! the act that the verdict names or followed from it.

use super::{Report, figures};
use crate::{
    graph::{self, Interaction, InteractionGraph, Pair},
    model::{ActId, AgentId, signed},
    text::count,
};

/// A team with more agents has no picture: building one takes more memory than all else.
const MOST_AGENTS: usize = 5_000;

/// Everything that is drawn.
pub(super) struct Wiring<'a> {
    report: &'a Report<'a>,
    /// Agents and edges, with the credit of acts on the edges that they start.
    pub(super) graph: InteractionGraph,
    /// The pairs of the blame path, ascending.
    pub(super) blame: Vec<Pair>,
    places: usize,
}

impl<'a> Wiring<'a> {
    /// Of the episode of `report`.
    ///
    /// # Errors
    /// When there is nothing to draw: why, as a sentence without a period.
    pub(super) fn of(report: &'a Report<'a>) -> Result<Self, String> {
        let episode = report.episode;
        if episode.agents.len() > MOST_AGENTS {
            return Err(format!("{} are too many to draw", count(episode.agents.len(), "agent")));
        }
        let acts = report.act_credit().map(|it| &it.acts);
        let known: Option<Vec<(ActId, f64)>> =
            acts.map(|it| it.iter().filter_map(|(act, it)| Some((*act, it.number()?.value))).collect());
        let graph = graph::build(episode, known.as_deref());
        let path = report.verdict.act().map(|it| episode.links.through(it)).unwrap_or_default();
        let credit = report.credit.iter().flat_map(|it| &it.agents);
        let places = figures::decimals(credit.map(|it| &it.value));
        Ok(Self { report, blame: graph::pairs_along(episode, &path), graph, places })
    }

    /// The edges along which something passed or may pass by the log's word; those with the most first.
    pub(super) fn edges(&self) -> Vec<(Pair, &Interaction)> {
        let mut edges: Vec<(Pair, &Interaction)> = self.graph.edges().collect();
        edges.sort_by_key(|(pair, it)| (std::cmp::Reverse(it.count()), *pair));
        edges
    }

    /// Whether the edge leads to the act that the verdict names, or on from it.
    pub(super) fn is_blamed(&self, pair: Pair) -> bool {
        self.blame.binary_search(&pair).is_ok()
    }

    /// The name of an agent.
    pub(super) fn name(&self, agent: AgentId) -> &'a str {
        &self.report.episode.agent(agent).name
    }

    /// Whether the verdict names it.
    pub(super) fn is_named(&self, agent: AgentId) -> bool {
        self.report.verdict.named().contains(&agent)
    }

    /// Acts of an agent.
    pub(super) fn acts(&self, agent: AgentId) -> u32 {
        self.graph.graph.node_weights().nth(agent.index()).map_or(0, |it| it.acts)
    }

    /// The credit of an agent, if it is a number that says something of it.
    pub(super) fn credit(&self, agent: AgentId) -> Option<f64> {
        self.report.credit.as_ref().ok().filter(|_| !self.report.is_bare())?.agent(agent).map(|it| it.value)
    }

    /// `-0.25`; empty where nothing is known.
    pub(super) fn credit_words(&self, agent: AgentId) -> String {
        self.credit(agent).map_or(String::new(), |it| signed(it, self.places).trim_start().to_owned())
    }

    /// `12 acts, credit -0.25`.
    pub(super) fn about(&self, agent: AgentId) -> String {
        let acts = count(self.acts(agent), "act");
        match self.credit_words(agent) {
            credit if credit.is_empty() => acts,
            credit => format!("{acts}, credit {credit}"),
        }
    }

    /// `3 messages, 1 link`; `declared` where nothing passed.
    pub(super) fn passed(edge: &Interaction) -> String {
        let parts = [(edge.messages, "message"), (edge.links, "link")];
        let parts = parts.into_iter().filter(|it| it.0 > 0).map(|(n, noun)| count(n, noun));
        let words = parts.collect::<Vec<_>>().join(", ");
        if words.is_empty() { "declared, never used".to_owned() } else { words }
    }
}

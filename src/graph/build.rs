//! From an episode to its interaction graph: who handed what to whom.
//!
//! An interaction is a message to one recipient, or a causal link between acts of two agents that no message
//! carries. A link that starts at a message to the acting agent is the arrival of that message and counts as
//! part of it; so does a link from another act of the same sender beside it.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

use crate::model::{Act, ActId, ActKind, AgentId, Episode, LinkKind, Timestamp};

use super::Weight;

/// An edge by its ends: source, target.
pub type Pair = (AgentId, AgentId);

/// A node: an agent of the episode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Participant {
    /// Number of its actions and messages.
    pub acts: u32,
    /// Its first act; `None` if it never acted.
    pub first: Option<ActId>,
}

/// An edge: everything one agent passed to another.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd)]
pub struct Interaction {
    /// Messages from source to target.
    pub messages: u32,
    /// Causal links between their acts that no message carries.
    pub links: u32,
    /// How many of these links were logged; the others are inferred from the order of acts.
    pub logged_links: u32,
    /// Whether the log declares it (`episode_start.graph`).
    pub declared: bool,
    /// Tokens carried: the output tokens of the acts at the source end. A broadcast carries its tokens to
    /// each recipient. `None` if no act logged any.
    pub tokens: Option<u64>,
    /// Credit of the acts at the source end, in reward units. An act's credit is shared equally among the
    /// interactions it starts, so no credit counts twice. `None` if no credit is known.
    pub credit: Option<f64>,
    /// Sum of the known latencies, in seconds.
    pub latency_sum: f64,
    /// Number of known latencies.
    pub latency_count: u32,
    /// The act that first used it.
    pub first: Option<ActId>,
    /// What the two earn together; only on edges of a [`super::pair_graph`].
    pub joint: Option<Joint>,
}

/// What two agents earn together beyond what each adds alone.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Joint {
    /// In reward units: above 0 synergy, below 0 redundancy.
    pub value: f64,
    /// Whether its sign is known; drawn dashed if not.
    pub is_sure: bool,
}

impl Interaction {
    /// Messages plus links.
    pub fn count(&self) -> u32 {
        self.messages + self.links
    }

    /// Whether anything passed; a declared edge may never be used.
    pub fn is_used(&self) -> bool {
        self.count() > 0
    }

    /// Whether it rests on inferred links alone; drawn dashed.
    pub fn is_inferred(&self) -> bool {
        self.messages == 0 && self.links > 0 && self.logged_links == 0
    }

    /// Mean latency in seconds, if times are known: received (or first used by the recipient) minus sent.
    pub fn latency(&self) -> Option<f64> {
        (self.latency_count > 0).then(|| self.latency_sum / f64::from(self.latency_count))
    }

    /// The number to show for `weight`; `None` if not known.
    pub fn weight(&self, weight: Weight) -> Option<f64> {
        match weight {
            Weight::Messages => Some(f64::from(self.count())),
            Weight::Pairs => self.joint.map(|it| it.value),
            _ if !self.is_used() => Some(0.0),
            Weight::Tokens => self.tokens.map(|it| it as f64),
            Weight::CreditFlow => self.credit,
            Weight::Latency => self.latency(),
        }
    }

    /// Adds what `other` counted.
    pub(super) fn absorb(&mut self, other: &Interaction) {
        self.messages += other.messages;
        self.links += other.links;
        self.logged_links += other.logged_links;
        self.declared |= other.declared;
        self.tokens = sum(self.tokens, other.tokens);
        self.credit = match (self.credit, other.credit) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        self.latency_sum += other.latency_sum;
        self.latency_count += other.latency_count;
        self.first = earliest(self.first, other.first);
    }
}

/// The interaction graph: node index = agent id, at most one edge per ordered pair.
///
/// Edges stand in an order that never changes while a log grows: declared edges first, in logged order, then
/// the others by first use. Nothing is ever removed.
#[derive(Clone, Debug, Default)]
pub struct InteractionGraph {
    /// The graph itself.
    pub graph: DiGraph<Participant, Interaction>,
    /// All agents by when they first took part in an act (the actor before those it addresses), and the
    /// others last. A growing log only appends to the agents that took part in an act.
    pub order: Vec<AgentId>,
    /// Where each edge is: petgraph would search all edges of a hub for each of them.
    places: BTreeMap<Pair, EdgeIndex>,
}

impl InteractionGraph {
    /// Builds it from participants by agent id, their order, and the edges in order; adds up the edges of one
    /// pair.
    pub(super) fn new(
        participants: Vec<Participant>,
        order: Vec<AgentId>,
        edges: impl IntoIterator<Item = (Pair, Interaction)>,
    ) -> InteractionGraph {
        let mut graph: DiGraph<Participant, Interaction> = DiGraph::with_capacity(participants.len(), 0);
        for participant in participants {
            graph.add_node(participant);
        }
        let mut known: BTreeMap<Pair, EdgeIndex> = BTreeMap::new();
        for (pair, interaction) in edges {
            if let Some(&edge) = known.get(&pair) {
                graph[edge].absorb(&interaction);
            } else {
                let edge = graph.add_edge(node(pair.0), node(pair.1), interaction);
                known.insert(pair, edge);
            }
        }
        Self { graph, order, places: known }
    }

    /// Adds agents that have done nothing yet, up to `agents` in all; adds none if there are that many
    /// already.
    pub fn add_agents(&mut self, agents: usize) {
        for at in self.agent_count()..agents {
            self.graph.add_node(Participant::default());
            self.order.push(AgentId::from_index(at));
        }
    }

    /// Number of agents.
    pub fn agent_count(&self) -> usize {
        self.graph.node_count()
    }

    /// Number of edges, including declared ones that were never used.
    pub fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }

    /// Position of every agent in [`InteractionGraph::order`], by agent id.
    pub fn ranks(&self) -> Vec<usize> {
        let mut ranks = vec![0; self.order.len()];
        for (rank, agent) in self.order.iter().enumerate() {
            ranks[agent.index()] = rank;
        }
        ranks
    }

    /// All edges, in their order.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = (Pair, &Interaction)> {
        self.graph.raw_edges().iter().map(|it| ((agent(it.source()), agent(it.target())), &it.weight))
    }

    /// The edge of this pair.
    pub fn edge(&self, pair: Pair) -> Option<&Interaction> {
        self.places.get(&pair).map(|it| &self.graph[*it])
    }

    /// The sum of a weight over the edges that leave (or enter) `agent`; for latency, the mean over its
    /// interactions. `None` if nothing is known.
    pub fn total(&self, agent: AgentId, direction: petgraph::Direction, weight: Weight) -> Option<f64> {
        let mut total = Interaction::default();
        for edge in self.graph.edges_directed(node(agent), direction) {
            total.absorb(edge.weight());
        }
        total.weight(weight)
    }
}

/// What passed along `acts`, a path through the causal graph: the pairs of different neighbours on it,
/// ascending.
pub fn pairs_along(episode: &Episode, acts: &[ActId]) -> Vec<Pair> {
    let mut seen = BTreeSet::new();
    let mut last = None;
    for step in acts.windows(2) {
        let pair = (episode.act(step[0]).agent, episode.act(step[1]).agent);
        // Two that go back and forth are looked up once.
        if pair.0 != pair.1 && last.replace(pair) != Some(pair) {
            seen.insert(pair);
        }
    }
    seen.into_iter().collect()
}

pub(super) fn node(agent: AgentId) -> NodeIndex {
    NodeIndex::new(agent.index())
}

pub(super) fn agent(node: NodeIndex) -> AgentId {
    AgentId::from_index(node.index())
}

/// Builds the graph. `credit` is the credit per act, if a method credits acts; in any order.
pub fn build(episode: &Episode, credit: Option<&[(ActId, f64)]>) -> InteractionGraph {
    let mut participants = vec![Participant::default(); episode.agents.len()];
    for (index, act) in episode.acts.iter().enumerate() {
        if let Some(it) = participants.get_mut(act.agent.index()) {
            it.acts += 1;
            it.first.get_or_insert(ActId::from_index(index));
        }
    }
    let declared = episode
        .edges
        .iter()
        .map(|it| ((it.from, it.to), Interaction { declared: true, ..Interaction::default() }));
    let passed = Passages::new(episode, credit).collect();
    let in_episode = |pair: &Pair| pair.0.index() < participants.len() && pair.1.index() < participants.len();
    let edges: Vec<(Pair, Interaction)> = declared.chain(passed).filter(|it| in_episode(&it.0)).collect();
    InteractionGraph::new(participants, order(episode), edges)
}

fn order(episode: &Episode) -> Vec<AgentId> {
    let mut order = Vec::with_capacity(episode.agents.len());
    let mut seen = vec![false; episode.agents.len()];
    let parts = episode.acts.iter().flat_map(|it| std::iter::once(it.agent).chain(it.to.iter().copied()));
    for agent in parts.chain(episode.agent_ids()) {
        if let Some(seen) = seen.get_mut(agent.index())
            && !std::mem::replace(seen, true)
        {
            order.push(agent);
        }
    }
    order
}

/// One interaction, before its credit is known.
struct Passage {
    pair: Pair,
    source: ActId,
    interaction: Interaction,
}

struct Passages<'a> {
    episode: &'a Episode,
    credit: Option<Vec<Option<f64>>>,
}

impl<'a> Passages<'a> {
    fn new(episode: &'a Episode, credit: Option<&[(ActId, f64)]>) -> Self {
        let credit = credit.map(|known| {
            let mut by_act = vec![None; episode.acts.len()];
            for &(act, value) in known {
                if let Some(slot) = by_act.get_mut(act.index()) {
                    *slot = Some(value);
                }
            }
            by_act
        });
        Self { episode, credit }
    }

    /// All interactions in order of the act that completes them, with credit shared out.
    fn collect(&self) -> Vec<(Pair, Interaction)> {
        let mut passages = Vec::new();
        for id in self.episode.act_ids() {
            self.add_messages(id, &mut passages);
            self.add_links(id, &mut passages);
        }
        if let Some(credit) = &self.credit {
            let mut shares = vec![0_u32; self.episode.acts.len()];
            for it in &passages {
                shares[it.source.index()] += 1;
            }
            for it in &mut passages {
                let index = it.source.index();
                it.interaction.credit = credit[index].map(|value| value / f64::from(shares[index]));
            }
        }
        passages.into_iter().map(|it| (it.pair, it.interaction)).collect()
    }

    fn add_messages(&self, id: ActId, passages: &mut Vec<Passage>) {
        let message = self.episode.act(id);
        if message.kind != ActKind::Message {
            return;
        }
        let writer = self.writer(id, message);
        let own_tokens = message.usage.output.or_else(|| message.usage.tokens());
        let tokens = own_tokens.or_else(|| writer.and_then(|it| tokens(self.episode.act(it))));
        let has_credit =
            self.credit.as_ref().is_none_or(|credit| credit.get(id.index()).is_some_and(Option::is_some));
        let source = if has_credit { id } else { writer.unwrap_or(id) };
        // When each agent first used it.
        let mut used: BTreeMap<AgentId, Option<Timestamp>> = BTreeMap::new();
        for link in self.episode.links.children(id) {
            let child = self.episode.act(link.act);
            used.entry(child.agent).or_insert(child.time);
        }
        for &recipient in &message.to {
            let mut interaction = Interaction { messages: 1, tokens, first: Some(id), ..Default::default() };
            let arrival = message.received.or_else(|| used.get(&recipient).copied().flatten());
            add_latency(&mut interaction, message, arrival);
            passages.push(Passage { pair: (message.agent, recipient), source, interaction });
        }
    }

    /// The action that wrote a message: its first parent by the same agent.
    fn writer(&self, id: ActId, message: &Act) -> Option<ActId> {
        let parents = self.episode.links.parents(id).iter();
        parents.map(|it| it.act).find(|it| self.episode.act(*it).agent == message.agent)
    }

    fn add_links(&self, id: ActId, passages: &mut Vec<Passage>) {
        let child = self.episode.act(id);
        let parents = self.episode.links.parents(id);
        let told = parents.iter().map(|it| self.episode.act(it.act));
        let told = told.filter(|it| it.kind == ActKind::Message && it.to.contains(&child.agent));
        let told_by: BTreeSet<AgentId> = told.map(|it| it.agent).collect();
        for link in parents {
            let parent = self.episode.act(link.act);
            if parent.agent == child.agent || told_by.contains(&parent.agent) {
                continue;
            }
            let logged_links = u32::from(link.kind == LinkKind::Logged);
            let mut interaction = Interaction {
                links: 1,
                logged_links,
                tokens: tokens(parent),
                first: Some(id),
                ..Default::default()
            };
            add_latency(&mut interaction, parent, child.time);
            passages.push(Passage { pair: (parent.agent, child.agent), source: link.act, interaction });
        }
    }
}

fn add_latency(interaction: &mut Interaction, sent: &Act, arrival: Option<Timestamp>) {
    if let (Some(sent), Some(arrival)) = (sent.time, arrival) {
        interaction.latency_sum += arrival.seconds_since(sent);
        interaction.latency_count += 1;
    }
}

/// What an act hands on: its output tokens, or all its tokens if the log does not tell them apart.
fn tokens(act: &Act) -> Option<u64> {
    act.usage.output.or_else(|| act.usage.tokens())
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}

fn earliest(a: Option<ActId>, b: Option<ActId>) -> Option<ActId> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;

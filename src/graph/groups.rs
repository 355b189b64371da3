//! Groups of agents, for teams too large to draw agent by agent.
//!
//! Logged teams, else logged roles, else communities found by who talks to whom. A grouped graph is an
//! interaction graph again, with groups for agents, so the other views draw it.

use std::collections::BTreeMap;

use crate::model::{Agent, AgentId, Episode};

use super::build::{InteractionGraph, Pair, Participant};

/// What the groups rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupSource {
    /// `team` of the roster.
    Team,
    /// `role` of the roster.
    Role,
    /// Communities of the interaction graph (Louvain, by messages and links).
    Communities,
}

impl GroupSource {
    /// The words on the screen.
    pub fn word(self) -> &'static str {
        match self {
            GroupSource::Team => "teams",
            GroupSource::Role => "roles",
            GroupSource::Communities => "communities by messages",
        }
    }
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The team or role; `A`, `B`, ... for communities; `-` for agents without team or role, or that talked
    /// to nobody.
    pub name: String,
    /// Its agents, in order of first act.
    pub agents: Vec<AgentId>,
}

/// A division of all agents into groups, in order of the first act of any of their agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// What it rests on.
    pub source: GroupSource,
    /// The groups; none is empty.
    pub groups: Vec<Group>,
}

impl Groups {
    /// The first division that says something.
    fn first(episode: &Episode, graph: &InteractionGraph) -> Option<Self> {
        let sources = [GroupSource::Team, GroupSource::Role, GroupSource::Communities];
        let mut divisions =
            sources.into_iter().map(|source| Self { source, groups: divide(episode, graph, source) });
        divisions.find(|it| (2..=Self::MOST).contains(&it.groups.len()))
    }

    /// Up to this many agents each has a place of its own, and groups say nothing more.
    const FEW_AGENTS: usize = 40;
    /// The most groups: more are not easier to read than agents.
    const MOST: usize = 30;

    /// Index of the group of each agent, by agent id. Agents that came later are not in it.
    fn of_agents(&self) -> Vec<usize> {
        let mut of = vec![0; self.groups.iter().map(|it| it.agents.len()).sum()];
        for (index, group) in self.groups.iter().enumerate() {
            for agent in &group.agents {
                of[agent.index()] = index;
            }
        }
        of
    }

    /// The group that `agent` is in, as an id in the graph of `condense`; `None`: it came later.
    pub fn of(&self, agent: AgentId) -> Option<AgentId> {
        let at = self.groups.iter().position(|it| it.agents.contains(&agent))?;
        Some(AgentId::from_index(at))
    }

    /// Sum of the known credit of each group; `None`: nothing is known of it.
    pub(super) fn credit(&self, of_agents: &[Option<f64>]) -> Vec<Option<f64>> {
        let known = |it: &AgentId| of_agents.get(it.index()).copied().flatten();
        let sum = |group: &Group| {
            let mut values = group.agents.iter().filter_map(known).peekable();
            values.peek().is_some().then(|| values.sum())
        };
        self.groups.iter().map(sum).collect()
    }

    /// The graph between groups: its agent ids are indices of groups. What stays within a group is a loop.
    pub(super) fn condense(&self, graph: &InteractionGraph) -> InteractionGraph {
        let of = self.of_agents();
        let mut participants = vec![Participant::default(); self.groups.len()];
        for (one, group) in graph.graph.node_weights().zip(&of) {
            let group = &mut participants[*group];
            group.acts += one.acts;
            group.first = [group.first, one.first].into_iter().flatten().min();
        }
        let edges = graph.edges().filter_map(|(pair, edge)| Some((Self::pair(&of, pair)?, edge.clone())));
        let order = (0..self.groups.len()).map(AgentId::from_index).collect();
        InteractionGraph::new(participants, order, edges)
    }

    /// The pairs of groups of these pairs of agents, ascending, each once.
    pub(super) fn pairs(&self, pairs: &[Pair]) -> Vec<Pair> {
        let of = self.of_agents();
        let mut found: Vec<Pair> = pairs.iter().filter_map(|it| Self::pair(&of, *it)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn pair(of: &[usize], (from, to): Pair) -> Option<Pair> {
        let group = |it: AgentId| of.get(it.index()).copied().map(AgentId::from_index);
        Some((group(from)?, group(to)?))
    }
}

/// Divides the agents of `episode`, by the first of teams, roles and communities that gives two groups at
/// least and not too many to read. `None`: there are few agents, or none of them does.
pub fn groups(episode: &Episode, graph: &InteractionGraph) -> Option<Groups> {
    (graph.agent_count() > Groups::FEW_AGENTS).then(|| Groups::first(episode, graph))?
}

fn divide(episode: &Episode, graph: &InteractionGraph, source: GroupSource) -> Vec<Group> {
    let logged = |agent: AgentId, of: fn(&Agent) -> &Option<String>| {
        let name = episode.agents.get(agent.index()).and_then(|it| of(it).clone());
        name.filter(|it| !it.trim().is_empty())
    };
    let named = |groups: Vec<(Option<String>, Vec<AgentId>)>| {
        let group =
            |(name, agents): (Option<String>, _)| Group { name: name.unwrap_or_else(no_group), agents };
        groups.into_iter().map(group).collect()
    };
    match source {
        GroupSource::Team => named(collect(graph, |agent| logged(agent, |it| &it.team))),
        GroupSource::Role => named(collect(graph, |agent| logged(agent, |it| &it.role))),
        GroupSource::Communities => {
            let communities = communities(graph);
            let mut letters = (0..).map(letter);
            let groups = collect(graph, |agent| communities[agent.index()]);
            let name = |it: &Option<usize>| it.and_then(|_| letters.next());
            let names: Vec<Option<String>> = groups.iter().map(|it| &it.0).map(name).collect();
            named(names.into_iter().zip(groups).map(|(name, it)| (name, it.1)).collect())
        }
    }
}

/// The name of the group of all agents that are in none.
fn no_group() -> String {
    "-".to_owned()
}

/// Agents by equal keys, in order of first act.
fn collect<K: Ord + Clone>(graph: &InteractionGraph, key: impl Fn(AgentId) -> K) -> Vec<(K, Vec<AgentId>)> {
    let mut index_of: BTreeMap<K, usize> = BTreeMap::new();
    let mut groups: Vec<(K, Vec<AgentId>)> = Vec::new();
    for &agent in &graph.order {
        let key = key(agent);
        let index = *index_of.entry(key.clone()).or_insert(groups.len());
        if index == groups.len() {
            groups.push((key, Vec::new()));
        }
        groups[index].1.push(agent);
    }
    groups
}

/// `A` to `Z`, then `AA`, `AB`, ...
fn letter(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    if index < 26 { last.to_string() } else { format!("{}{last}", letter(index / 26 - 1)) }
}

/// Communities by the method of Blondel et al. 2008 (Louvain), undirected: agents move to the neighbouring
/// community that raises modularity most until none does, then communities move as if they were agents.
/// Visits agents in id order, so the result is always the same. `None`: it talked to nobody. `None`: it
/// talked to nobody.
fn communities(graph: &InteractionGraph) -> Vec<Option<usize>> {
    let mut weights: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); graph.agent_count()];
    for ((from, to), edge) in graph.edges().filter(|it| it.1.is_used() && it.0.0 != it.0.1) {
        *weights[from.index()].entry(to.index()).or_default() += f64::from(edge.count());
        *weights[to.index()].entry(from.index()).or_default() += f64::from(edge.count());
    }
    let alone: Vec<bool> = weights.iter().map(BTreeMap::is_empty).collect();
    let mut community: Vec<usize> = (0..graph.agent_count()).collect();
    loop {
        let moved = move_nodes(&weights);
        let mut dense: BTreeMap<usize, usize> = BTreeMap::new();
        for &label in &moved {
            let next = dense.len();
            dense.entry(label).or_insert(next);
        }
        if dense.len() == weights.len() {
            return alone.iter().zip(community).map(|(alone, it)| (!alone).then_some(it)).collect();
        }
        for label in &mut community {
            *label = dense[&moved[*label]];
        }
        let mut merged = vec![BTreeMap::new(); dense.len()];
        for (node, row) in weights.iter().enumerate() {
            for (other, weight) in row {
                *merged[dense[&moved[node]]].entry(dense[&moved[*other]]).or_default() += weight;
            }
        }
        weights = merged;
    }
}

/// Passes over all nodes until none moves; a bound keeps rounding errors from going round in circles.
fn move_nodes(weights: &[BTreeMap<usize, f64>]) -> Vec<usize> {
    let degree: Vec<f64> = weights.iter().map(|row| row.values().sum()).collect();
    let total: f64 = degree.iter().sum();
    let mut label: Vec<usize> = (0..weights.len()).collect();
    let mut degree_of = degree.clone();
    for _ in 0..50 {
        let mut moved = false;
        for node in 0..weights.len() {
            let own = label[node];
            degree_of[own] -= degree[node];
            let mut shared: BTreeMap<usize, f64> = BTreeMap::from([(own, 0.0)]);
            for (other, weight) in weights[node].iter().filter(|it| *it.0 != node) {
                *shared.entry(label[*other]).or_default() += weight;
            }
            // Modularity gain of joining a community, up to a constant factor.
            let gain = |label: usize| shared[&label] - degree[node] * degree_of[label] / total;
            let mut best = own;
            for &candidate in shared.keys() {
                if gain(candidate) > gain(best) + 1e-9 {
                    best = candidate;
                }
            }
            degree_of[best] += degree[node];
            label[node] = best;
            moved |= best != own;
        }
        if !moved {
            break;
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// Two triangles and a bridge.
    const TRIANGLES: [(u32, u32, u32); 7] =
        [(0, 1, 2), (1, 2, 2), (2, 0, 2), (3, 4, 2), (4, 5, 2), (5, 3, 2), (2, 3, 1)];

    /// The first division that says something, whatever the number of agents.
    fn divided(agents: usize, edges: &[(u32, u32, u32)], roster: impl Fn(usize, &mut Agent)) -> Groups {
        let mut episode = sample::episode(agents, Vec::new(), &[]);
        episode.agents.iter_mut().enumerate().for_each(|(index, it)| roster(index, it));
        Groups::first(&episode, &sample::graph(agents, edges)).expect("a division")
    }

    #[track_caller]
    fn check(groups: &Groups, source: GroupSource, expected: &[(&str, &[u32])]) {
        let found: Vec<(&str, Vec<u32>)> = groups
            .groups
            .iter()
            .map(|it| (it.name.as_str(), it.agents.iter().map(|it| it.0).collect()))
            .collect();
        let expected: Vec<(&str, Vec<u32>)> = expected.iter().map(|it| (it.0, it.1.to_vec())).collect();
        assert_eq!((groups.source, found), (source, expected));
    }

    #[test]
    fn teams_then_roles_then_communities() {
        let team = |index: usize| ["red", "blue", "", "red"][index].to_owned();
        let red = divided(4, &[], |index, it| it.team = Some(team(index)));
        check(&red, GroupSource::Team, &[("red", &[0, 3]), ("blue", &[1]), ("-", &[2])]);
        let roles = divided(3, &[], |index, it| {
            // One team for all says nothing.
            it.team = Some("all".to_owned());
            it.role = (index > 0).then(|| "worker".to_owned());
        });
        check(&roles, GroupSource::Role, &[("-", &[0]), ("worker", &[1, 2])]);
        let found = divided(6, &TRIANGLES, |_, _| {});
        check(&found, GroupSource::Communities, &[("A", &[0, 1, 2]), ("B", &[3, 4, 5])]);
        // One that talked to nobody is in no community.
        let found = divided(7, &TRIANGLES, |_, _| {});
        check(&found, GroupSource::Communities, &[("A", &[0, 1, 2]), ("B", &[3, 4, 5]), ("-", &[6])]);
    }

    #[test]
    fn only_many_agents_are_divided_and_only_into_few_groups() {
        let found = |agents: usize, teams: usize| {
            let mut episode = sample::episode(agents, Vec::new(), &[]);
            for (at, agent) in episode.agents.iter_mut().enumerate() {
                agent.team = Some(format!("team {}", at % teams));
            }
            groups(&episode, &sample::graph(agents, &[])).map(|it| it.groups.len())
        };
        assert_eq!((found(40, 5), found(41, 5)), (None, Some(5)));
        // Nobody talks either, so there is nothing to go by.
        assert_eq!((found(200, 30), found(200, 31), found(200, 1)), (Some(30), None, None));
    }

    #[test]
    fn a_condensed_graph_keeps_every_message() {
        let graph = sample::graph(6, &TRIANGLES);
        let groups = divided(6, &TRIANGLES, |_, _| {});
        assert_eq!(groups.of(AgentId(4)), Some(AgentId(1)));
        let pairs = [(AgentId(2), AgentId(3)), (AgentId(1), AgentId(4)), (AgentId(0), AgentId(6))];
        assert_eq!(groups.pairs(&pairs), [(AgentId(0), AgentId(1))]);
        let small = groups.condense(&graph);
        let edges: Vec<_> = small.edges().map(|(pair, it)| (pair.0.0, pair.1.0, it.messages)).collect();
        assert_eq!(edges, [(0, 0, 6), (1, 1, 6), (0, 1, 1)]);
        assert_eq!(small.graph.node_weights().map(|it| it.acts).collect::<Vec<_>>(), [3, 3]);
    }

    #[test]
    fn credit_is_summed_where_known() {
        let groups = divided(6, &TRIANGLES, |_, _| {});
        assert_eq!(groups.credit(&[Some(0.5), None, Some(0.25), None]), [Some(0.75), None]);
    }

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 25, 26, 27, 52].map(letter), ["A", "Z", "AA", "AB", "BA"]);
    }
}

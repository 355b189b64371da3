//! What the shape of the graph says: repair loops, single points of failure, ranks.

use std::collections::BTreeSet;

use petgraph::Direction;
use petgraph::algo::articulation_points::articulation_points;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, UnGraph};

use crate::model::{AgentId, Episode};

use super::build::{agent, node};
use super::{CriticalPath, InteractionGraph, RepeatedLoop, critical_path, repeated_loop};

/// Damping factor of page rank: Brin and Page 1998, section 2.1.
const DAMPING: f64 = 0.85;
const RANK_ROUNDS: usize = 100;

/// How connected one agent is, by edges that were used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Degree {
    /// Agents it heard from.
    pub sources: u32,
    /// Agents it sent something to.
    pub targets: u32,
    /// Messages and links that arrived.
    pub received: u32,
    /// Messages and links that left.
    pub sent: u32,
}

/// The metrics of an episode's graph. Edges that were declared and never used do not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Groups of more than one agent that can all reach each other, each in order of first act; larger ones
    /// first.
    pub components: Vec<Vec<AgentId>>,
    /// The loop that was run most often.
    pub repeated_loop: Option<RepeatedLoop>,
    /// Agents whose removal splits the others (articulation points of the undirected graph), by id.
    pub cut_agents: Vec<AgentId>,
    /// The chain of acts that took longest.
    pub critical_path: CriticalPath,
    /// By agent id.
    pub degrees: Vec<Degree>,
    /// Share of attention by agent id, by the number of messages and links; sums to 1.
    pub page_rank: Vec<f64>,
}

/// Computes all metrics.
pub fn metrics(episode: &Episode, graph: &InteractionGraph) -> Metrics {
    Metrics {
        components: components(graph),
        repeated_loop: repeated_loop(episode, graph),
        cut_agents: cut_agents(graph),
        critical_path: critical_path(episode),
        degrees: degrees(graph),
        page_rank: page_rank(graph),
    }
}

fn components(graph: &InteractionGraph) -> Vec<Vec<AgentId>> {
    let used: DiGraph<(), ()> =
        graph.graph.filter_map(|_, _| Some(()), |_, edge| edge.is_used().then_some(()));
    let ranks = graph.ranks();
    // Not Tarjan's algorithm: petgraph's calls itself for every step down a chain, and 100,000 agents may be
    // one.
    let mut components: Vec<Vec<AgentId>> = kosaraju_scc(&used)
        .into_iter()
        .filter(|it| it.len() > 1)
        .map(|nodes| {
            let mut agents: Vec<AgentId> = nodes.into_iter().map(agent).collect();
            agents.sort_by_key(|it| ranks[it.index()]);
            agents
        })
        .collect();
    components.sort_by_key(|it| (std::cmp::Reverse(it.len()), ranks[it[0].index()]));
    components
}

fn cut_agents(graph: &InteractionGraph) -> Vec<AgentId> {
    // A plain graph with dense indices: petgraph's algorithm panics on a `StableGraph` with holes.
    let mut undirected: UnGraph<(), ()> = UnGraph::default();
    for _ in 0..graph.agent_count() {
        undirected.add_node(());
    }
    let pairs: BTreeSet<_> = graph
        .edges()
        .filter(|((from, to), edge)| edge.is_used() && from != to)
        .map(|((from, to), _)| (from.min(to), from.max(to)))
        .collect();
    for (from, to) in pairs {
        undirected.add_edge(node(from), node(to), ());
    }
    let mut cut: Vec<AgentId> = articulation_points(&undirected).into_iter().map(agent).collect();
    cut.sort_unstable();
    cut
}

fn degrees(graph: &InteractionGraph) -> Vec<Degree> {
    let degree = |index: usize| {
        let mut degree = Degree::default();
        for direction in [Direction::Outgoing, Direction::Incoming] {
            let (mut others, mut count) = (0, 0);
            for edge in graph.graph.edges_directed(node(AgentId::from_index(index)), direction) {
                others += u32::from(edge.weight().is_used());
                count += edge.weight().count();
            }
            match direction {
                Direction::Outgoing => (degree.targets, degree.sent) = (others, count),
                Direction::Incoming => (degree.sources, degree.received) = (others, count),
            }
        }
        degree
    };
    (0..graph.agent_count()).map(degree).collect()
}

/// Power iteration with weighted edges; an agent that told nobody anything counts as telling everybody.
/// petgraph's own `page_rank` ignores weights and takes O(V² E) per round.
fn page_rank(graph: &InteractionGraph) -> Vec<f64> {
    let count = graph.agent_count();
    let edges: Vec<(usize, usize, f64)> = graph
        .edges()
        .filter(|(_, edge)| edge.is_used())
        .map(|((from, to), edge)| (from.index(), to.index(), f64::from(edge.count())))
        .collect();
    let mut sent = vec![0.0; count];
    for &(from, _, weight) in &edges {
        sent[from] += weight;
    }
    let mut ranks = vec![1.0 / count as f64; count];
    for _ in 0..RANK_ROUNDS {
        let silent: f64 = ranks.iter().zip(&sent).filter(|it| *it.1 == 0.0).map(|it| it.0).sum();
        let mut next = vec![(1.0 - DAMPING + DAMPING * silent) / count as f64; count];
        for &(from, to, weight) in &edges {
            next[to] += DAMPING * ranks[from] * weight / sent[from];
        }
        let change: f64 = ranks.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
        ranks = next;
        if change < 1e-12 {
            break;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample;
    use super::*;

    fn ids(agents: &[u32]) -> Vec<AgentId> {
        agents.iter().map(|it| AgentId(*it)).collect()
    }

    #[track_caller]
    fn check(agents: usize, edges: &[(u32, u32)], loops: &[&[u32]], cut: &[u32]) {
        let edges: Vec<(u32, u32, u32)> = edges.iter().map(|(a, b)| (*a, *b, 1)).collect();
        let graph = sample::graph(agents, &edges);
        assert_eq!(components(&graph), loops.iter().map(|it| ids(it)).collect::<Vec<_>>(), "{edges:?}");
        assert_eq!(cut_agents(&graph), ids(cut), "{edges:?}");
    }

    #[test]
    fn loops_and_cut_agents() {
        check(0, &[], &[], &[]);
        check(2, &[], &[], &[]);
        check(1, &[(0, 0)], &[], &[]);
        check(3, &[(0, 1), (1, 2)], &[], &[1]);
        check(3, &[(0, 1), (1, 0), (1, 2)], &[&[0, 1]], &[1]);
        check(4, &[(0, 1), (1, 0), (1, 2), (2, 3), (3, 2)], &[&[0, 1], &[2, 3]], &[1, 2]);
        check(4, &[(0, 1), (1, 2), (2, 3), (3, 0)], &[&[0, 1, 2, 3]], &[]);
    }

    #[test]
    fn a_long_chain_of_agents_is_no_deep_recursion() {
        // A call for each would take more than the 2 MiB of the thread of a test.
        let ring: Vec<(u32, u32, u32)> = (0..40_000).map(|it| (it, (it + 1) % 40_000, 1)).collect();
        let graph = sample::graph(40_000, &ring);
        assert_eq!(components(&graph).len(), 1);
        assert!(cut_agents(&graph).is_empty());
        assert_eq!(cut_agents(&sample::graph(40_000, &ring[..39_999])).len(), 39_998);
    }

    #[test]
    fn unused_edges_do_not_count() {
        let graph = sample::graph(3, &[(0, 1, 1), (1, 0, 0), (1, 2, 0)]);
        assert!(components(&graph).is_empty());
        assert!(cut_agents(&graph).is_empty());
        assert_eq!(degrees(&graph)[1], Degree { sources: 1, received: 1, ..Degree::default() });
    }

    #[test]
    fn ranks_follow_messages() {
        // Everything ends at 2: it ranks first, and of the others the one that receives more.
        let graph = sample::graph(4, &[(0, 1, 3), (0, 3, 1), (1, 2, 1), (3, 2, 1)]);
        let ranks = page_rank(&graph);
        assert!((ranks.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(ranks[2] > ranks[1] && ranks[1] > ranks[3] && ranks[3] > ranks[0], "{ranks:?}");
        // Two agents that only talk to each other share evenly.
        assert_eq!(page_rank(&sample::graph(2, &[(0, 1, 5), (1, 0, 1)])), [0.5, 0.5]);
        assert!(page_rank(&sample::graph(0, &[])).is_empty());
    }

    /// Number of connected parts when `without` is removed.
    fn parts(agents: usize, edges: &[(u32, u32, u32)], without: Option<usize>) -> usize {
        let mut part: Vec<usize> = (0..agents).collect();
        for _ in 0..agents {
            for &(a, b, _) in edges {
                let (a, b) = (a as usize, b as usize);
                if Some(a) != without && Some(b) != without {
                    let least = part[a].min(part[b]);
                    (part[a], part[b]) = (least, least);
                }
            }
        }
        let mut left: Vec<usize> = (0..agents).filter(|it| Some(*it) != without).map(|it| part[it]).collect();
        left.sort_unstable();
        left.dedup();
        left.len()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_cut_agent_is_one_whose_removal_splits_the_team(
            edges in prop::collection::vec((0_u32..9, 0_u32..9, 1_u32..3), 0..14)
        ) {
            let cut = cut_agents(&sample::graph(9, &edges));
            for agent in 0..9 {
                // Removing an agent that stands alone leaves one part less; removing a cut agent leaves more
                // parts than before.
                let splits = parts(9, &edges, Some(agent)) > parts(9, &edges, None);
                prop_assert_eq!(cut.contains(&AgentId::from_index(agent)), splits);
            }
        }
    }
}

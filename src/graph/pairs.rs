//! The graph of what pairs of agents earn together: an edge per pair, without direction.
//!
//! Who talked to whom plays no part: two agents that never exchanged a word can stand in for each other.

use super::build::{Interaction, InteractionGraph, Joint, Pair};

/// The agents of `graph`, in its order, with one edge per pair of `joints`, from the earlier agent to the
/// later.
///
/// The edges stand in the order of their agents, so that the picture does not depend on the order of
/// `joints`. Pairs of agents that are not in the graph are left out.
pub fn pair_graph(graph: &InteractionGraph, joints: &[(Pair, Joint)]) -> InteractionGraph {
    let ranks = graph.ranks();
    let known = |pair: &Pair| pair.0.index() < ranks.len() && pair.1.index() < ranks.len();
    let mut edges: Vec<(Pair, Interaction)> = joints
        .iter()
        .filter(|(pair, _)| known(pair))
        .map(|&((a, b), joint)| {
            let pair = if ranks[a.index()] <= ranks[b.index()] { (a, b) } else { (b, a) };
            (pair, Interaction { joint: Some(joint), ..Interaction::default() })
        })
        .collect();
    edges.sort_by_key(|(pair, _)| (ranks[pair.0.index()], ranks[pair.1.index()]));
    let participants = graph.graph.node_weights().copied().collect();
    InteractionGraph::new(participants, graph.order.clone(), edges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Options, View, Weight, draw, sample};
    use crate::model::AgentId;

    fn joint(a: u32, b: u32, value: f64, is_sure: bool) -> (Pair, Joint) {
        ((AgentId(a), AgentId(b)), Joint { value, is_sure })
    }

    #[track_caller]
    fn check(view: View, edges: usize, expected: &[&str]) {
        let talk = sample::graph(3, &[(1, 0, 4)]);
        let unknown = joint(0, 7, 1.0, true);
        let joints = [joint(2, 1, -0.5, true), joint(0, 1, 0.25, true), joint(0, 2, 0.01, false), unknown];
        let graph = pair_graph(&talk, &joints);
        let focus = Some(AgentId(1));
        let options = Options { weight: Weight::Pairs, selected_agent: focus, ..Options::default() };
        let (drawn, drawing) = draw(view, &graph, &options);
        assert_eq!((drawn, drawing.edges.len()), (view, edges));
        let told: Vec<String> = drawing.text().lines().map(str::to_owned).collect();
        assert_eq!(told, expected, "\n{}", drawing.text());
    }

    #[test]
    fn every_pair_is_drawn_once_and_without_an_arrow() {
        check(
            View::Nodes,
            3,
            &[
                "          ╭╌╌╌╌╌+.01╌╌╌╌╌╮",
                "╭───╮     ╎              ╎",
                "│ 1 ├╌╌╌╌╌╯ ┏━━━┓       ╭───╮",
                "│   ├─+.25──┃ 2 ┠─-.50──│ 3 │",
                "╰───╯       ┗━━━┛       │   │",
                "                        ╰───╯",
            ],
        );
        check(
            View::Arcs,
            3,
            &[
                " 1 1 ──┬+.25╌╮+.01",
                "       │     ╎",
                ">2 2 ──┼─────┼─────╮-.50",
                "     ──╯     ╎     │",
                " 3 3         ╎     │",
                "     ────────┴─────╯",
            ],
        );
    }

    #[test]
    fn a_matrix_of_pairs_is_symmetric_and_has_no_totals() {
        check(
            View::Matrix,
            3,
            &[
                "           1     2     3",
                "1 1  │     ╲ +0.25~+0.01",
                "2>2  │ +0.25     ╲ -0.50",
                "3 3  │~+0.01 -0.50     ╲",
            ],
        );
    }

    #[test]
    fn the_neighbourhood_has_redundancy_left_and_synergy_right() {
        check(
            View::Ego,
            2,
            &[
                " redundancy 1               focus    synergy 1",
                " 3     -0.50 ──────────── ┏━━━━━━━━┓ ──────────── +0.25 1",
                "                          ┃ 2      ┃",
                "                          ┃ acts 1 ┃",
                "                          ┃        ┃",
                "                          ┗━━━━━━━━┛",
            ],
        );
    }
}

//! Which view suits a graph, and drawing a view by its name.

use super::{Drawing, InteractionGraph, Options, arcs, ego, matrix, nodes};

/// The ways to draw a graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// Boxes and arrows.
    #[default]
    Nodes,
    /// Two rows per agent, a lane per edge.
    Arcs,
    /// A table of weights.
    Matrix,
    /// One agent and its neighbours.
    Ego,
}

/// Lanes stay legible up to here.
const ARC_AGENTS: usize = 12;
const ARC_EDGES: usize = 24;
const MATRIX_AGENTS: usize = 30;

impl View {
    /// All views, in the order in which the `v` key cycles.
    pub const ALL: [View; 4] = [View::Nodes, View::Arcs, View::Matrix, View::Ego];

    /// The next view of the cycle.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            View::Nodes => View::Arcs,
            View::Arcs => View::Matrix,
            View::Matrix => View::Ego,
            View::Ego => View::Nodes,
        }
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            View::Nodes => "nodes",
            View::Arcs => "arcs",
            View::Matrix => "matrix",
            View::Ego => "ego",
        }
    }
}

/// The view to open a graph with: nodes if every edge can be followed in the pane, arcs for up to 12 agents
/// whose lanes fit, the matrix for up to 30, and otherwise ego.
pub fn choose(graph: &InteractionGraph, options: &Options<'_>) -> View {
    if nodes(graph, options).is_some() {
        return View::Nodes;
    }
    let agents = graph.agent_count();
    if agents <= ARC_AGENTS && graph.edge_count() <= ARC_EDGES && arcs(graph, options).width <= options.width
    {
        View::Arcs
    } else if agents <= MATRIX_AGENTS {
        View::Matrix
    } else {
        View::Ego
    }
}

/// Draws `view` and says which view it drew: arcs replace nodes that could not be followed.
pub fn draw(view: View, graph: &InteractionGraph, options: &Options<'_>) -> (View, Drawing) {
    match view {
        View::Nodes => match nodes(graph, options) {
            Some(drawing) => (view, drawing),
            None => (View::Arcs, arcs(graph, options)),
        },
        View::Arcs => (view, arcs(graph, options)),
        View::Matrix => (view, matrix(graph, options)),
        View::Ego => (view, ego(graph, options)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[track_caller]
    fn check(agents: usize, edges: &[(u32, u32, u32)], size: (usize, usize), expected: View) {
        let options = Options { width: size.0, height: size.1, ..Options::default() };
        assert_eq!(choose(&sample::graph(agents, edges), &options), expected);
    }

    #[test]
    fn the_view_follows_size_and_density() {
        let ring = |n: u32| (0..n).map(|it| (it, (it + 1) % n, 1)).collect::<Vec<_>>();
        let dense: Vec<_> = (0..8).flat_map(|a| (0..8).map(move |b| (a, b, 1))).collect();
        check(0, &[], (80, 20), View::Nodes);
        check(3, &[(0, 1, 1), (1, 2, 1)], (80, 20), View::Nodes);
        check(3, &[(0, 1, 1), (1, 2, 1)], (20, 5), View::Arcs);
        check(3, &[(0, 1, 1), (1, 2, 1)], (1, 1), View::Matrix);
        check(8, &dense, (80, 20), View::Matrix);
        check(20, &ring(20), (40, 10), View::Matrix);
        check(200, &ring(200), (80, 20), View::Ego);
    }

    #[test]
    fn the_cycle_of_views_visits_each_once() {
        let mut seen = vec![View::default()];
        while seen.len() < 4 {
            seen.push(seen[seen.len() - 1].next());
        }
        assert_eq!(seen, View::ALL);
        assert_eq!(seen[3].next(), View::default());
    }

    #[test]
    fn arcs_stand_in_for_nodes_that_do_not_fit() {
        let graph = sample::graph(3, &[(0, 1, 1), (1, 2, 1)]);
        let tiny = Options { width: 20, height: 5, ..Options::default() };
        assert_eq!(draw(View::Nodes, &graph, &tiny).0, View::Arcs);
    }
}

//! Which view suits a graph, and drawing a view by its name.

use super::{Drawing, Groups, InteractionGraph, Options, arcs, ego, matrix, nodes};

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
    /// Groups of agents, as nodes, arcs or a matrix.
    Groups,
}

/// Lanes stay legible up to here.
const ARC_AGENTS: usize = 12;
const ARC_EDGES: usize = 24;
const MATRIX_AGENTS: usize = 30;

impl View {
    /// The views of agents, in the order in which the `v` key cycles. Groups, where there are some, come
    /// first.
    pub const OF_AGENTS: [View; 4] = [View::Nodes, View::Arcs, View::Matrix, View::Ego];

    /// The views of a graph, in the order in which the `v` key cycles.
    pub fn all(has_groups: bool) -> impl Iterator<Item = View> + Clone {
        has_groups.then_some(View::Groups).into_iter().chain(View::OF_AGENTS)
    }

    /// The next view of the cycle.
    #[must_use]
    pub fn next(self, has_groups: bool) -> Self {
        let mut cycle = View::all(has_groups).cycle();
        cycle.by_ref().find(|it| *it == self || (self == View::Groups && !has_groups));
        cycle.next().unwrap_or_default()
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            View::Nodes => "nodes",
            View::Arcs => "arcs",
            View::Matrix => "matrix",
            View::Ego => "ego",
            View::Groups => "groups",
        }
    }
}

/// The view to open a graph with: groups if there are some; nodes if every edge can be followed in the pane,
/// arcs for up to 12 agents whose lanes fit, the matrix for up to 30, and otherwise ego.
pub fn choose(graph: &InteractionGraph, options: &Options<'_>) -> View {
    if options.groups.is_some() {
        return View::Groups;
    }
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

/// Draws `view` and says which view it drew: arcs replace nodes that could not be followed, the view that
/// suits the agents replaces groups where there are none.
pub fn draw(view: View, graph: &InteractionGraph, options: &Options<'_>) -> (View, Drawing) {
    match view {
        View::Nodes => match nodes(graph, options) {
            Some(drawing) => (view, drawing),
            None => (View::Arcs, arcs(graph, options)),
        },
        View::Arcs => (view, arcs(graph, options)),
        View::Matrix => (view, matrix(graph, options)),
        View::Ego => (view, ego(graph, options)),
        View::Groups => match options.groups {
            Some(groups) => (view, grouped(groups, graph, options)),
            None => draw(choose(graph, options), graph, options),
        },
    }
}

/// Draws `groups` as if they were agents. Every agent of the drawing stands where its group does; its edges
/// are between groups, so that none is the edge of a pair of agents.
fn grouped(groups: &Groups, graph: &InteractionGraph, options: &Options<'_>) -> Drawing {
    let small = groups.condense(graph);
    let labels: Vec<&str> = groups.groups.iter().map(|it| it.name.as_str()).collect();
    let credit = if options.shows_credit() { groups.credit(options.credit) } else { Vec::new() };
    let blame = groups.pairs(options.blame);
    let selected = options.selected_edge.map(|it| groups.pairs(&[it]));
    let options = Options {
        labels: &labels,
        credit: &credit,
        selected_agent: options.selected_agent.and_then(|it| groups.of(it)),
        selected_edge: selected.and_then(|it| it.first().copied()),
        blame: &blame,
        groups: None,
        ..*options
    };
    let (_, mut drawing) = draw(choose(&small, &options), &small, &options);
    let of_groups = std::mem::take(&mut drawing.agents);
    for (group, place) in of_groups {
        drawing.agents.extend(groups.groups[group.index()].agents.iter().map(|it| (*it, place)));
    }
    drawing.edges.clear();
    drawing
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::AgentId;

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
            seen.push(seen[seen.len() - 1].next(false));
        }
        assert_eq!(seen, View::OF_AGENTS);
        assert_eq!(seen[3].next(false), View::default());
        assert_eq!((View::Ego.next(true), View::Groups.next(true)), (View::Groups, View::Nodes));
        assert_eq!(View::Groups.next(false), View::Arcs, "nodes were shown in their place");
    }

    #[test]
    fn groups_are_drawn_as_agents_are() {
        // Fifty agents of three teams that talk in turn: 0 of a to 1 of b to 2 of c to 3 of a, ...
        let edges: Vec<_> = (0..49).map(|it| (it, it + 1, 2)).collect();
        let graph = sample::graph(50, &edges);
        let mut episode = sample::episode(50, Vec::new(), &[]);
        for (at, agent) in episode.agents.iter_mut().enumerate() {
            agent.team = Some(["a", "b", "c"][at % 3].to_owned());
        }
        let found = super::super::groups(&episode, &graph).expect("three teams");
        let options =
            Options { groups: Some(&found), selected_agent: Some(AgentId(4)), ..Options::default() };
        assert_eq!(choose(&graph, &options), View::Groups);
        let (view, drawing) = draw(View::Groups, &graph, &options);
        let text = drawing.text();
        assert_eq!((view, drawing.agents.len()), (View::Groups, 50));
        // 49 edges of 2 messages: 17 lead from a to b, 16 from b to c, 16 from c to a.
        for part in ["34", "32"] {
            assert!(text.contains(part), "'{part}' is not in\n{text}");
        }
        let place = |agent: u32| drawing.agents.iter().find(|it| it.0 == AgentId(agent)).map(|it| it.1);
        assert_eq!(place(1), place(4));
        assert_ne!(place(0), place(1));
        let few = Options { groups: None, ..options };
        assert_ne!(draw(View::Groups, &graph, &few).0, View::Groups);
    }

    #[test]
    fn arcs_stand_in_for_nodes_that_do_not_fit() {
        let graph = sample::graph(3, &[(0, 1, 1), (1, 2, 1)]);
        let tiny = Options { width: 20, height: 5, ..Options::default() };
        assert_eq!(draw(View::Nodes, &graph, &tiny).0, View::Arcs);
    }
}

//! The drawing of the graph, and what it was made from: it is made anew if that has changed.

use std::sync::Arc;

use super::{
    layout::Area,
    open::OpenEpisode,
    view::{DrawingKey, KeptDrawing},
};
use petgraph::Direction;

use crate::{
    graph::{self, Charset, Options, Pair},
    model::AgentId,
    text,
};

impl DrawingKey {
    /// Of what the episode shows now; `None` while its graph is being computed.
    pub fn of(open: &OpenEpisode, pane: Area, charset: Charset) -> Option<Self> {
        let state = &open.graph;
        Some(Self {
            pane,
            charset,
            view: state.view,
            weight: state.weight,
            selected: (open.agent, state.edge),
            graph: Arc::clone(state.shown()?),
            groups: state.groups().cloned(),
            errors: open.index.errors.len(),
            credit: open.analysis().map(|it| (Arc::clone(&it.agents), Arc::clone(&it.ranking))),
        })
    }
}

impl KeptDrawing {
    /// Draws what `key` says of the episode.
    pub fn of(open: &OpenEpisode, key: DrawingKey) -> Self {
        let episode = &open.episode;
        let labels: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
        let shown = open.credit().filter(|_| !open.is_bare());
        let value = |agent| shown.and_then(|it| it.agent(agent)).map(|it| it.value);
        let credit: Vec<Option<f64>> = episode.agent_ids().map(value).collect();
        let errors: Vec<u32> = episode.agent_ids().map(|it| open.index.errors_of(it)).collect();
        let details: Vec<Vec<String>> = match key.pane.holds(ROOMY) && episode.agents.len() <= MOST_DETAILED {
            true => episode.agent_ids().map(|it| details(open, it)).collect(),
            false => Vec::new(),
        };
        let edges = edges_of(open);
        let options = Options {
            labels: &labels,
            credit: &credit,
            details: &details,
            errors: &errors,
            selected_agent: Some(key.selected.0),
            selected_edge: key.selected.1.and_then(|it| edges.get(it).copied()),
            // If the verdict names no act, nothing on the path to it is to blame.
            blame: open.ranking().map_or(&[][..], |it| &it.path_pairs),
            groups: key.groups.as_deref(),
            weight: key.weight,
            charset: key.charset,
            width: key.pane.columns,
            height: key.pane.rows,
            skip: 0,
        };
        let view = key.view.unwrap_or_else(|| graph::choose(&key.graph, &options));
        let (view, cells) = graph::draw(view, &key.graph, &options);
        Self { key, view, cells }
    }
}

/// The least pane in which boxes say more than name and credit, and the most agents that do.
const ROOMY: Area = Area::new(76, 18);
const MOST_DETAILED: usize = 24;

/// What a box says of an agent beside its name and its credit.
fn details(open: &OpenEpisode, id: AgentId) -> Vec<String> {
    let agent = open.episode.agent(id);
    let role = agent.role.as_ref().or(agent.model.as_ref()).filter(|it| **it != agent.name);
    let sent = |direction| {
        let graph = open.graph.interaction()?;
        Some(graph.total(id, direction, graph::Weight::default()).unwrap_or(0.0))
    };
    let (out, into) = (sent(Direction::Outgoing), sent(Direction::Incoming));
    let links = out.zip(into).map(|(out, into)| format!("out {out:.0} in {into:.0}"));
    let acts = Some(format!("acts {}", open.index.acts_of(id).len()));
    role.map(|it| text::shorten(it, MOST_ROLE)).into_iter().chain(links).chain(acts).collect()
}

/// Characters of a role in a box.
const MOST_ROLE: usize = 20;

/// Edges of the selected agent: first those that leave it, then those that arrive.
pub fn edges_of(open: &OpenEpisode) -> Vec<Pair> {
    let Some(shown) = open.graph.shown() else { return Vec::new() };
    let pairs = || shown.edges().map(|it| it.0);
    let leaving = pairs().filter(|it| it.0 == open.agent);
    let arriving = pairs().filter(|it| it.1 == open.agent && it.0 != open.agent);
    leaving.chain(arriving).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::View, runtime::test_program::TestProgram};

    /// What the drawing on the screen is made from after these keys, and whether it is the same one as
    /// `before`.
    fn after(program: &mut TestProgram, keys: &str, before: &DrawingKey) -> bool {
        program.press(keys);
        &key(program) == before
    }

    fn key(program: &TestProgram) -> DrawingKey {
        program.episode().graph.drawing.as_ref().unwrap().key.clone()
    }

    #[test]
    fn a_drawing_is_made_anew_when_what_it_shows_is_something_else_and_only_then() {
        let mut program = TestProgram::sample("forage-saboteur.jsonl");
        program.open(0);
        program.press("2");
        for (keys, is_kept) in [
            ("w", true),
            ("u", true),
            ("3", true),
            ("2", true),
            ("j", false),
            ("l", false),
            ("v", false),
            ("W", false),
        ] {
            let before = key(&program);
            assert_eq!(after(&mut program, keys, &before), is_kept, "{keys}");
        }
        let before = key(&program);
        program.send(crate::app::Message::Resize(100, 30));
        assert!(key(&program) != before, "another size");
    }

    #[test]
    fn other_credit_is_another_drawing() {
        let mut program = TestProgram::sample("forage-saboteur.jsonl");
        program.open(0);
        program.press("2");
        let before = key(&program);
        program.press("4ll");
        // A what-if on the method of another row.
        program.press("5l\n2");
        assert_eq!(program.model().view, View::GRAPH);
        assert!(!program.episode().forks.is_logged(), "an edit is on the screen");
        assert!(key(&program) != before);
    }
}

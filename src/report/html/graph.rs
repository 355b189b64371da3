//! The interaction graph: the drawing of the screen, and its edges as a table.

use maud::{Markup, html};

use super::{blocks, cells};
use crate::{
    graph::{self, Drawing, GroupSource, Options, View},
    model::signed,
    report::{
        Report,
        document::{Column, Table},
        interaction::Wiring,
    },
    text::count,
};

/// Panes to draw into, in cells, from the one that a page holds without scrolling.
const PANES: [(usize, usize); 3] = [(110, 60), (150, 120), (200, 200)];
/// Edges in the table.
const EDGES: usize = 100;

/// The section.
pub(super) fn graph(report: &Report<'_>) -> Markup {
    let body = match Wiring::of(report) {
        Ok(it) => drawn(report, &it),
        Err(why) => html! { p { (why) } },
    };
    html! {
        section aria-labelledby="graph" {
            h2 id="graph" { "Who handed what to whom" }
            (body)
        }
    }
}

fn drawn(report: &Report<'_>, wiring: &Wiring<'_>) -> Markup {
    let episode = report.episode;
    let groups = graph::groups(episode, &wiring.graph);
    let labels: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    let credit: Vec<Option<f64>> = episode.agent_ids().map(|it| wiring.credit(it)).collect();
    let mut errors = vec![0; episode.agents.len()];
    episode.acts.iter().filter(|it| it.has_error()).for_each(|it| errors[it.agent.index()] += 1);
    let (width, height) = PANES[0];
    let options = Options {
        labels: &labels,
        credit: &credit,
        errors: &errors,
        selected_agent: match report.verdict.named() {
            [one] => Some(*one),
            _ => None,
        },
        blame: &wiring.blame,
        groups: groups.as_ref(),
        width,
        height,
        ..Options::default()
    };
    let (view, drawing) = roomy(wiring, options);
    let edges = wiring.edges();
    let label = format!(
        "Graph of {} and {}; the table below says the same",
        count(episode.agents.len(), "agent"),
        count(edges.len(), "edge")
    );
    html! {
        figure {
            div class="scroll" tabindex="0" role="group" aria-label="Picture of the graph" { (cells::picture(&drawing, wiring, &label)) }
            figcaption { (caption(report, wiring, view, groups.as_ref().filter(|_| view == View::Groups).map(|it| it.source), &drawing)) }
        }
        @if !edges.is_empty() {
            details {
                summary { "The edges as a table" }
                (blocks::table(&table(wiring, &edges)))
                @if edges.len() > EDGES { p { (count(edges.len() - EDGES, "more edge")) " along which less passed" } }
            }
        }
    }
}

/// Boxes and arrows in the first pane that holds them; else what suits the agents.
fn roomy(wiring: &Wiring<'_>, options: Options<'_>) -> (View, Drawing) {
    let grown = PANES.into_iter().map(|(width, height)| Options { width, height, ..options });
    let mut fitting = grown.filter(|it| graph::choose(&wiring.graph, it) == View::Nodes);
    let options = fitting.next().unwrap_or(options);
    graph::draw(graph::choose(&wiring.graph, &options), &wiring.graph, &options)
}

fn caption(
    report: &Report<'_>,
    wiring: &Wiring<'_>,
    view: View,
    groups: Option<GroupSource>,
    drawing: &Drawing,
) -> String {
    let mut parts = vec!["Numbers: messages, and links that no message carries".to_owned()];
    if let Some(act) = report.verdict.act() {
        let id = &report.episode.act(act).id;
        parts.push(format!("heavy lines: what led to {id} or followed from it"));
    }
    if wiring.graph.edges().any(|it| it.1.is_inferred()) {
        parts.push("dashed: inferred from the order of acts".to_owned());
    }
    if let Some(source) = groups {
        parts.push(format!("boxes are {}", source.word()));
    }
    if view == View::Ego {
        parts.push("one agent and its neighbours: the team is too large to draw".to_owned());
    }
    if drawing.hidden_edges > 0 {
        parts.push(format!("{} not drawn", count(drawing.hidden_edges, "edge")));
    }
    parts.join("; ")
}

fn table(wiring: &Wiring<'_>, edges: &[(graph::Pair, &graph::Interaction)]) -> Table {
    let mut table = Table::new(&[
        Column::words("from"),
        Column::words("to"),
        Column::number("messages"),
        Column::number("links"),
        Column::number("tokens"),
        Column::number("credit of the acts"),
        Column::words("declared"),
        Column::words("led to it or followed"),
    ]);
    let number = |it: u32| if it > 0 { it.to_string() } else { String::new() };
    let yes = |it: bool| if it { "yes".to_owned() } else { String::new() };
    for (pair, edge) in edges.iter().take(EDGES) {
        table.rows.push(vec![
            wiring.name(pair.0).to_owned(),
            wiring.name(pair.1).to_owned(),
            number(edge.messages),
            number(edge.links),
            edge.tokens.map_or(String::new(), |it| it.to_string()),
            edge.credit.map_or(String::new(), |it| signed(it, 3)),
            yes(edge.declared),
            yes(wiring.is_blamed(*pair)),
        ]);
    }
    table.without_empty_columns()
}

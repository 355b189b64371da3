//! The interaction graph for Graphviz: agents with their acts and credit, edges with what passed, the blame path bold.
//!
//! Everything from the log stands in double quotes, where `"` and `\` are escaped and nothing else means anything; no label is
//! HTML. Nodes are called `a1`, `a2`, ... so that no name is an identifier.

use super::{Output, Printed, Report, interaction::Wiring};
use crate::text::clean;

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "dot",
    about: "Who handed what to whom, for Graphviz",
    has_study: false,
    explains_named: false,
    matches: None,
    print: |report| Printed::Text(dot(report)),
};

/// The graph of `report` in the language of Graphviz, ended by a line end.
fn dot(report: &Report<'_>) -> String {
    let wiring = match Wiring::of(report) {
        Ok(it) => it,
        Err(why) => return format!("digraph {{\n  label={};\n}}\n", quoted(&[&why])),
    };
    let episode = report.episode;
    let title = quoted(&[&episode.name, &report.verdict.short(episode)]);
    let mut out = format!(
        "digraph {{\n  label={title};\n  labelloc=t;\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n"
    );
    for agent in episode.agent_ids() {
        let strong = if wiring.is_named(agent) { ", penwidth=3" } else { "" };
        let label = quoted(&[wiring.name(agent), &wiring.about(agent)]);
        out += &format!("  a{} [label={label}{strong}];\n", agent.index() + 1);
    }
    for ((from, to), edge) in wiring.graph.edges() {
        let style = match edge {
            _ if wiring.is_blamed((from, to)) => ", style=bold, color=\"#b54708\"",
            it if !it.is_used() => ", style=dotted",
            it if it.is_inferred() => ", style=dashed",
            _ => "",
        };
        let label = quoted(&[&Wiring::passed(edge)]);
        out += &format!("  a{} -> a{} [label={label}{style}];\n", from.index() + 1, to.index() + 1);
    }
    out + "}\n"
}

/// Lines as one string.
fn quoted(lines: &[&str]) -> String {
    let escaped = lines.iter().map(|it| clean(it).replace('\\', "\\\\").replace('"', "\\\""));
    format!("\"{}\"", escaped.collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn agents_edges_and_the_blame_path() {
        let mut sample = Sample::new();
        sample.episode.agents[1].name = "co\"der\\".to_owned();
        let text = dot(&sample.report());
        assert!(text.contains("  a1 [label=\"planner\\n1 act, credit -0.25\", penwidth=3];\n"), "{text}");
        assert!(text.contains("  a2 [label=\"co\\\"der\\\\\\n1 act, credit +0.05\"];\n"), "{text}");
        assert!(text.starts_with("digraph {\n  label=\"e\\nFAIL "), "{text}");
    }

    #[test]
    fn no_name_leaves_its_quotes() {
        assert_eq!(quoted(&["a\"];b [label=\"<b>"]), "\"a\\\"];b [label=\\\"<b>\"");
        assert_eq!(quoted(&["end\\"]), "\"end\\\\\"");
        assert_eq!(quoted(&["\u{1b}[2J\n\0"]), "\"^[[2J ^@\"");
    }
}

//! The interaction graph as a flowchart of Mermaid, which GitHub and GitLab draw in issues and READMEs.
//!
//! Everything from the log stands in double quotes. Mermaid has no escape within them but entities (`#34;`), and takes what is
//! there for HTML and Markdown: letters and digits of any language, spaces and a few marks stay, every other character becomes
//! its entity. Nodes are called `a1`, `a2`, ... so that no name is an identifier or a word of the language.

use super::{Output, Printed, Report, interaction::Wiring};
use crate::text::{clean, shorten};

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "mermaid",
    about: "Who handed what to whom, for issues and READMEs",
    has_study: false,
    explains_named: false,
    matches: None,
    print: |report| Printed::Text(mermaid(report)),
};

/// Characters of a name: boxes grow with it.
const NAME: usize = 60;
/// Edges that are drawn: Mermaid refuses a chart with more than 500, and nobody reads one.
const EDGES: usize = 200;

/// The graph of `report` as a flowchart, ended by a line end.
fn mermaid(report: &Report<'_>) -> String {
    let wiring = match Wiring::of(report) {
        Ok(it) => it,
        Err(why) => return format!("flowchart LR\n  a0[{}]\n", quoted(&[&why])),
    };
    let episode = report.episode;
    let (mut edges, all) = (wiring.edges(), wiring.graph.edge_count());
    edges.truncate(EDGES);
    let mut out = "flowchart LR\n".to_owned();
    if all > edges.len() {
        out += &format!("  %% {} of {all} edges: those along which most passed\n", edges.len());
    }
    let is_large = episode.agents.len() > EDGES;
    let is_drawn = |agent| !is_large || edges.iter().any(|it| it.0.0 == agent || it.0.1 == agent);
    for agent in episode.agent_ids().filter(|it| is_drawn(*it)) {
        let label = quoted(&[&shorten(wiring.name(agent), NAME), &wiring.about(agent)]);
        out += &format!("  a{}[{label}]\n", agent.index() + 1);
    }
    for ((from, to), edge) in &edges {
        let (start, end) = match edge {
            _ if wiring.is_blamed((*from, *to)) => ("==", "==>"),
            it if it.is_inferred() || !it.is_used() => ("-.", ".->"),
            _ => ("--", "-->"),
        };
        let label = quoted(&[&Wiring::passed(edge)]);
        out += &format!("  a{} {start} {label} {end} a{}\n", from.index() + 1, to.index() + 1);
    }
    let named: Vec<String> = episode
        .agent_ids()
        .filter(|it| wiring.is_named(*it) && is_drawn(*it))
        .map(|it| format!("a{}", it.index() + 1))
        .collect();
    if !named.is_empty() {
        out += &format!("  classDef named stroke-width:4px\n  class {} named\n", named.join(","));
    }
    out
}

/// Lines as one string.
fn quoted(lines: &[&str]) -> String {
    let mut out = "\"".to_owned();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out += "<br/>";
        }
        for letter in clean(line).chars() {
            if letter.is_alphanumeric() || " ,.+-()".contains(letter) {
                out.push(letter);
            } else {
                out += &format!("#{};", u32::from(letter));
            }
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn agents_edges_and_who_is_named() {
        let text = mermaid(&Sample::new().report());
        assert!(text.starts_with("flowchart LR\n"), "{text}");
        assert!(text.contains("  a1[\"planner<br/>1 act, credit -0.25\"]\n"), "{text}");
        assert!(text.ends_with("  classDef named stroke-width:4px\n  class a1 named\n"), "{text}");
    }

    #[test]
    fn what_means_something_is_an_entity() {
        assert_eq!(quoted(&["a\"]\n<b>`x`#1;"]), "\"a#34;#93; #60;b#62;#96;x#96;#35;1#59;\"");
        assert_eq!(quoted(&["東京 é", "end"]), "\"東京 é<br/>end\"");
        assert_eq!(quoted(&["\u{1b}"]), "\"#94;#91;\"");
    }
}

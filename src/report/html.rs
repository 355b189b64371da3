//! A report as one page of HTML: what one attaches to an issue.
//!
//! It needs nothing from the network, reads without its script, and says in text and tables whatever its pictures say. Log text
//! becomes text and nothing else: `maud` escapes it wherever it stands, no address and no style is made of it, and the policy of the
//! page lets no script and no style run but the two that are part of it, by their hashes. The page comes in parts, so that it
//! is nowhere as a whole.

mod bars;
mod blocks;
mod cells;
mod graph;
mod timeline;

use maud::{DOCTYPE, PreEscaped, html};

use super::{Output, Printed, Report, content, document::Section};

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "html",
    about: "One page with pictures that needs nothing else, to attach to an issue",
    has_study: true,
    explains_named: true,
    matches: None,
    print: |report| Printed::Parts(Box::new(page(report))),
};

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/hover.js");

/// What the page may do: show itself, in its own style, with its own script.
const POLICY: &str = "default-src 'none'; \
    style-src 'sha256-Nl0ihxC2KNigbwpsdOygzHbDNHELQKCpInXdS54o5a8='; \
    script-src 'sha256-tUXWK+MrN8e60m664LZ1xY+n5UMt2g6gxatESnAaXII='; \
    base-uri 'none'; form-action 'none'";

/// The page, part by part.
fn page<'a>(report: &'a Report<'a>) -> impl Iterator<Item = String> + 'a {
    let further = content::further(report);
    let start = start(report, &further);
    let sections = further.into_iter().enumerate().map(|(at, it)| blocks::section(&it, &id(at)));
    let own: [fn(&Report<'_>) -> maud::Markup; 5] =
        [verdict, subject, bars::credit, graph::graph, timeline::timeline];
    let own = own.into_iter().map(|it| it(report));
    let end = "</main>\n</body>\n</html>\n".to_owned();
    std::iter::once(start)
        .chain(own.chain(sections).map(|it| it.into_string() + "\n"))
        .chain(std::iter::once(end))
}

/// The anchor of a section after the pictures.
fn id(at: usize) -> String {
    format!("part-{}", at + 1)
}

/// All up to the first section; the page is not ended.
fn start(report: &Report<'_>, further: &[Section]) -> String {
    let title = format!("{}: {}", report.episode.name, report.verdict.short(report.episode));
    let head = html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) }
            style { (PreEscaped(STYLE)) }
            script type="module" { (PreEscaped(SCRIPT)) }
        }
    };
    let own = [
        ("verdict", "Verdict"),
        ("episode", "Episode"),
        ("credit", "Credit"),
        ("graph", "Graph"),
        ("timeline", "Timeline"),
    ];
    let opening = html! {
        a class="skip" href="#verdict" { "To the verdict" }
        header {
            h1 { (title) }
            p { (content::title(report)) }
        }
        nav aria-label="Parts of this report" {
            ul {
                @for (id, title) in own { li { a href={ "#" (id) } { (title) } } }
                @for (at, part) in further.iter().enumerate() { li { a href={ "#" (id(at)) } { (part.title) } } }
            }
        }
    };
    format!(
        "{}\n<html lang=\"en\">\n{}\n<body>\n{}\n<main>\n",
        DOCTYPE.into_string(),
        head.into_string(),
        opening.into_string()
    )
}

fn verdict(report: &Report<'_>) -> maud::Markup {
    let verdict = content::verdict(report);
    html! {
        section aria-labelledby="verdict" {
            h2 id="verdict" { (verdict.title) }
            div class="verdict" { @for block in &verdict.blocks { (blocks::block(block)) } }
        }
    }
}

fn subject(report: &Report<'_>) -> maud::Markup {
    let section = Section { title: "Episode".to_owned(), ..content::subject(report) };
    blocks::section(&section, "episode")
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::{model::AgentId, report::sample::Sample};

    fn printed(report: &Report<'_>) -> String {
        page(report).collect()
    }

    #[test]
    fn the_policy_names_what_is_on_the_page() {
        for (kind, text) in [("style", STYLE), ("script", SCRIPT)] {
            let hash = STANDARD.encode(Sha256::digest(text));
            assert!(
                POLICY.contains(&format!("{kind}-src 'sha256-{hash}'")),
                "the {kind} is sha256-{hash} now"
            );
            assert!(!text.contains("</"), "it ends the element that it stands in");
        }
    }

    #[test]
    fn it_says_what_the_text_says() {
        let sample = Sample::new();
        let page = printed(&sample.report());
        for part in [
            "<title>e: FAIL",
            "<dt>WHO</dt>",
            "(named)",
            "-0.20 IS NOT -0.30: +0.100 off",
            "v({late}) is not logged",
            "two coalitions are missing",
            "<svg class=\"bar\"",
            "Arithmetic of planner",
            "planner = 0.5 x (-0.5) = -0.25",
            "return-mismatch: <code>return</code> is 1",
            "creditscope report run.jsonl --episode e",
        ] {
            assert!(page.contains(part), "'{part}' is not in {page}");
        }
        assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn no_text_of_a_log_is_markup() {
        let mut sample = Sample::new();
        let bad =
            "x</style></script><script>alert(1)</script>\" onload='y' <img src=javascript:a onerror=b>&lt;";
        sample.episode.name = bad.to_owned();
        sample.episode.task = Some(bad.to_owned());
        sample.episode.agents[0].name = bad.to_owned();
        sample.episode.acts.iter_mut().for_each(|it| it.label = bad.to_owned());
        sample.findings[0].message = format!("{bad}\u{1b}[2J\u{202e}\0");
        sample.explanations[0].subject = bad.to_owned();
        let report = Report { log: bad, command: bad, ..sample.report() };
        let page = printed(&report);
        assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (1, 1));
        assert_eq!((page.matches("</script>").count(), page.matches("</style>").count()), (1, 1));
        assert!(!page.contains("<img") && !page.contains("\" onload="), "{page}");
        assert!(page.contains("&quot; onload="), "it is still there to read");
        assert!(!page.contains(['\u{1b}', '\u{202e}', '\0']), "controls are spelled out");
        // Every address is an anchor of the page itself.
        assert_eq!(page.matches("href=").count(), page.matches("href=\"#").count());
        assert_eq!(page.matches(" src=").count(), page.matches("&lt;img src=").count());
    }

    #[test]
    fn what_only_the_shape_of_the_trace_says_is_no_picture() {
        let mut sample = Sample::new();
        assert!(printed(&sample.report()).contains("<svg class=\"bar\""));
        if let Ok(credit) = &mut sample.credit {
            credit.provenance = crate::model::Provenance::Structural;
        }
        sample.scenario = crate::model::Scenario::default();
        sample.verdict.ground.rung = crate::credit::Rung::Nothing;
        let page = printed(&sample.report());
        assert!(
            !page.contains("<svg class=\"bar\"") && page.contains("which blames nobody: no bars"),
            "{page}"
        );
        assert!(!page.contains("act, credit"), "nor beside the boxes");
    }

    #[test]
    fn a_large_team_is_not_drawn_and_not_listed_in_full() {
        let mut sample = Sample::new();
        let one = sample.episode.agents[0].clone();
        sample.episode.agents.resize(6_000, one);
        if let Ok(credit) = &mut sample.credit {
            let first = credit.agents[0].clone();
            let all = (credit.agents.len()..6_000).map(AgentId::from_index);
            credit.agents.extend(all.map(|agent| crate::model::AgentCredit { agent, ..first.clone() }));
        }
        let page = printed(&sample.report());
        assert!(page.contains("6000 agents are too many to draw"), "{page}");
        assert!(page.contains("5000 more agents with smaller credit or none"));
        assert!(page.len() < 1 << 20, "{} bytes", page.len());
    }

    #[test]
    fn it_comes_in_parts() {
        let sample = Sample::new();
        let report = sample.report();
        let mut parts = page(&report);
        assert!(parts.next().is_some_and(|it| it.ends_with("<main>\n")));
        assert!(parts.count() > 8);
    }
}

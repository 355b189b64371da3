//! What `creditscope diff --against` prints of two methods on one run.

use serde_json::{Value as Json, json};

use super::{
    document::{Block, Column, Document, Section, Table},
    figures::count,
    json::value::number,
    markdown, text,
};
use crate::{
    compare::{MethodComparison, RunEpisode},
    model::signed,
};

/// Episodes that are listed one by one.
const LISTED: usize = 8;

/// Two methods on one run.
pub struct MethodDiffReport<'a> {
    /// The log as named.
    pub log: &'a str,
    /// Its episodes.
    pub run: &'a [RunEpisode],
    /// Both methods.
    pub methods: [&'a str; 2],
    /// What was found.
    pub compared: &'a MethodComparison,
}

/// The comparison as plain text, ended by a line end.
pub fn method_diff_text(report: &MethodDiffReport<'_>) -> String {
    text::render(&content(report))
}

/// The comparison as Markdown, ended by a line end.
pub fn method_diff_markdown(report: &MethodDiffReport<'_>) -> String {
    markdown::render(&content(report))
}

fn content(report: &MethodDiffReport<'_>) -> Document {
    let [a, b] = report.methods;
    let compared = report.compared;
    let title = format!("creditscope diff: methods A {a}, B {b} on {}", crate::text::clean(report.log));
    let all = compared.episodes.len();
    let mut whom = Section::new("Whom they blame");
    whom.field(
        "episodes",
        format!("{all} of {} are credited by both", count(report.run.len() as u64, "episode")),
    );
    whom.text(format!(
        "Both give the least to the same agent alone in {} of {all} episodes, to two different ones in {}.",
        compared.same(),
        compared.differ.len()
    ));
    if let Some((tau, known)) = compared.tau {
        whom.text(format!(
            "Their orders of agents agree by a mean tau-b of {} (1: always the same) over {known} episodes.",
            signed(tau, 2).trim_start()
        ));
    }
    let mut means = Section::new("Mean credit of an episode");
    let mut table = Table::new(&[Column::words("agent"), Column::number("A"), Column::number("B")]);
    let largest = compared.agents.iter().fold(0.0f64, |it, agent| it.max(agent.1.abs()).max(agent.2.abs()));
    let places = crate::model::places(largest).max(3);
    for (name, of_a, of_b) in &compared.agents {
        table.rows.push(vec![name.clone(), signed(*of_a, places), signed(*of_b, places)]);
    }
    means.blocks.push(Block::Table(table));
    means.text("The two answer two questions: their numbers are not subtracted.");
    let mut least = Section::new("Least credit: A in rows, B in columns");
    let names = || compared.agents.iter().map(|it| it.0.clone()).chain(["tie".to_owned()]);
    let columns: Vec<Column> =
        std::iter::once(Column::words("")).chain(names().map(Column::number)).collect();
    let mut table = Table::new(&columns);
    for (name, counts) in names().zip(&compared.least) {
        let cells = counts.iter().map(|it| if *it == 0 { ".".to_owned() } else { it.to_string() });
        table.rows.push(std::iter::once(name).chain(cells).collect());
    }
    least.blocks.push(Block::Table(table));
    let mut differ = Section::new("Where they blame two different agents");
    for at in compared.differ.iter().take(LISTED) {
        let episode = &report.run[*at];
        let of = |side: usize| {
            let credits = episode.by[side].iter().flatten();
            let least = credits.min_by(|a, b| a.1.total_cmp(&b.1));
            least.map_or(String::new(), |it| format!("{} {}", it.0, signed(it.1, places).trim_start()))
        };
        differ.item(format!("{}: A {}, B {}", episode.name, of(0), of(1)));
    }
    if compared.differ.len() > LISTED {
        differ.text(format!("and {} more", compared.differ.len() - LISTED));
    }
    let mut sections = vec![whom, means, least];
    if !compared.differ.is_empty() {
        sections.push(differ);
    }
    Document { title, sections }
}

/// The comparison as JSON. Keys: `log`, `a`, `b` (methods), `episodes`, `credited` (by both), `same`, `differ` (names), `tau` (null or
/// `mean`, `episodes`), `agents` (`agent`, `a`, `b`: means), `least` (`names`, `counts`; the last row and column: several).
pub fn method_diff_json(report: &MethodDiffReport<'_>) -> Json {
    let compared = report.compared;
    json!({
        "log": crate::text::clean(report.log),
        "a": report.methods[0],
        "b": report.methods[1],
        "episodes": report.run.len(),
        "credited": compared.episodes.len(),
        "same": compared.same(),
        "differ": compared.differ.iter().map(|it| &report.run[*it].name).collect::<Vec<_>>(),
        "tau": compared.tau.map(|(mean, known)| json!({ "mean": number(mean), "episodes": known })),
        "agents": compared.agents.iter().map(|(name, a, b)| json!({
            "agent": name, "a": number(*a), "b": number(*b),
        })).collect::<Vec<_>>(),
        "least": json!({
            "names": compared.agents.iter().map(|it| it.0.as_str()).chain(["tie"]).collect::<Vec<_>>(),
            "counts": compared.least,
        }),
    })
}

//! Own rewards: what each agent earned, whose reward may be credited, and who cost whom.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures::{self, count},
};
use crate::{
    credit::{CostColumn, OwnStudy},
    model::{AgentId, Episode, Estimate, Value, signed},
};

/// Rewards and agents side by side; JSON has them all.
const COLUMNS: usize = 6;
/// Acts beyond this number are only counted.
const ACTS: usize = 12;

/// The sections; none if no agent has a reward of its own.
pub(super) fn own(report: &Report<'_>) -> Vec<Section> {
    match report.own {
        None => Vec::new(),
        Some(Err(why)) => {
            let mut section = Section::new("Whose reward is credited?");
            section.field("unavailable", why.missing.clone());
            vec![section]
        }
        Some(Ok(study)) => vec![choices(report, study), costs(report, study)],
    }
}

fn exact(value: f64) -> Value {
    Value::Number(Estimate::exact(value))
}

/// Every choice with its reward and what of it is due to whom.
fn choices(report: &Report<'_>, study: &OwnStudy) -> Section {
    let episode = report.episode;
    let mut section = Section::new("Whose reward is credited?");
    let shown: Vec<AgentId> = episode.agent_ids().take(COLUMNS).collect();
    let mut columns = vec![Column::words("whose"), Column::number("R")];
    columns.extend(shown.iter().map(|it| Column::number(format!("to {}", episode.agent(*it).name))));
    columns.extend([Column::words("by"), Column::words("")]);
    let mut table = Table::new(&columns);
    let credits = study.choices.iter().filter_map(|it| it.credit.as_ref().ok());
    let credits = credits.flat_map(|it| &it.agents).map(|it| &it.value);
    let rewards: Vec<Value> = study.choices.iter().filter_map(|it| it.reward).map(exact).collect();
    let places = figures::decimals(credits.chain(&rewards));
    if study.by_default.is_none() {
        let mut row = vec!["nobody".to_owned()];
        row.resize(columns.len() - 1, "-".to_owned());
        row.push("default: the signs differ".to_owned());
        table.rows.push(row);
    }
    for choice in &study.choices {
        let mut row = vec![episode.whose_name(&choice.whose)];
        row.push(choice.reward.map_or("-".to_owned(), |it| signed(it, places)));
        row.extend(shown.iter().map(|agent| match &choice.credit {
            Ok(it) => cell(it.agent(*agent), places),
            Err(_) => "-".to_owned(),
        }));
        row.push(choice.by());
        row.push(if study.by_default.as_ref() == Some(&choice.whose) { "default" } else { "" }.to_owned());
        table.rows.push(row);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    let more = episode.agents.len().saturating_sub(COLUMNS);
    if more > 0 {
        section.text(format!("{} with credit not shown here", count(more as u64, "more agent")));
    }
    section.text("`report --reward-of WHOSE` credits that reward; by links: the shape of the trace alone, it blames nobody");
    section
}

/// A number, `?` where nothing was measured, `+0.05?` where its interval holds 0.
fn cell(estimate: Option<&Estimate>, places: usize) -> String {
    estimate.map_or("?".to_owned(), |it| format!("{}{}", signed(it.value, places), figures::mark(it)))
}

/// A matrix of agents, and one of acts.
fn costs(report: &Report<'_>, study: &OwnStudy) -> Section {
    let episode = report.episode;
    let methods = study.methods();
    let by = if methods.is_empty() { "not measured".to_owned() } else { methods.join(", ") };
    let mut section = Section::new(format!("Who cost whom: {by}"));
    let columns = &study.costs[..study.costs.len().min(COLUMNS)];
    let agents =
        columns.iter().filter_map(|it| it.agents.as_ref()).flat_map(|it| &it.agents).map(|it| &it.value);
    let acts = columns.iter().filter_map(|it| it.acts.as_ref()).flat_map(|it| &it.acts).map(|it| &it.1);
    let paid: Vec<Value> = columns.iter().filter_map(|it| it.paid).map(exact).collect();
    let places = figures::decimals(agents.chain(acts).chain(&paid));
    if study.is_measured() {
        let mut table = Table::new(&headings(episode, "agent", columns));
        for agent in episode.agent_ids() {
            let cells = columns.iter().map(|it| cell(it.agent(agent), places));
            let name = episode.agent(agent).name.clone();
            table.rows.push([name, String::new()].into_iter().chain(cells).chain([String::new()]).collect());
        }
        sums(&mut table, columns, places, |it| it.agents.as_ref().map(|it| it.sum));
        section.blocks.push(Block::Table(table.without_empty_columns()));
    }
    let mut table = Table::new(&headings(episode, "act", columns));
    let shown = study.acts(episode, ACTS);
    for act in &shown {
        let cells = columns.iter().map(|it| cell(it.act(*act), places));
        let of = episode.act(*act);
        let start = [of.id.clone(), episode.agent(of.agent).name.clone()];
        table.rows.push(start.into_iter().chain(cells).chain([OwnStudy::note(episode, *act)]).collect());
    }
    sums(&mut table, columns, places, |_| None);
    section.blocks.push(Block::Table(table.without_empty_columns()));
    let more = episode.acts.len() - shown.len();
    if more > 0 {
        section.text(format!("{} with smaller numbers or none", count(more as u64, "more act")));
    }
    let hidden = study.costs.len() - columns.len();
    if hidden > 0 {
        section.text(format!("{} not shown here", count(hidden as u64, "more reward")));
    }
    section.text(
        "rows: who acted; columns: whose reward; ?: not measured (behind a number: its interval holds 0)",
    );
    if let Some(record) = study.unlocking_record(episode).filter(|_| !study.is_measured()) {
        section.field("fills it", record);
    }
    section
}

fn headings(episode: &Episode, first: &'static str, columns: &[CostColumn]) -> Vec<Column> {
    let of = |it: &CostColumn| Column::number(format!("{}'s reward", episode.whose_words(&it.whose)));
    let start = [Column::words(first), Column::words("by")].into_iter();
    start.chain(columns.iter().map(of)).chain([Column::words("what is known")]).collect()
}

/// What the credits of each column add up to, where anything is known of it, and what was paid.
fn sums(table: &mut Table, columns: &[CostColumn], places: usize, sum: impl Fn(&CostColumn) -> Option<f64>) {
    let mut add = |name: &str, note: &str, values: Vec<Option<f64>>| {
        if values.iter().any(Option::is_some) {
            let cells = values.iter().map(|it| it.map_or("?".to_owned(), |it| signed(it, places)));
            let start = [name.to_owned(), String::new()].into_iter();
            table.rows.push(start.chain(cells).chain([note.to_owned()]).collect());
        }
    };
    add("sum", "", columns.iter().map(sum).collect());
    add("paid", "what was paid, to be explained", columns.iter().map(|it| it.paid).collect());
}

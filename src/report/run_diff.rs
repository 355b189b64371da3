//! What `creditscope diff` prints of two runs: R and credit of their pairs, who has the least, and how much of the
//! difference is the method's.

use serde_json::{Value as Json, json};

use super::{
    document::{Block, Column, Document, Section, Table},
    figures::{self, count},
    json::value::number,
    markdown, text,
};
use crate::{
    compare::{AgentInRuns, LeftOut, Paired, RunComparison, RunEpisode},
    model::{Estimate, signed},
};

/// Names of episodes that are listed one by one.
const NAMES: usize = 8;

/// One of two runs.
pub struct RunSide<'a> {
    /// The log as named.
    pub name: &'a str,
    /// Its episodes.
    pub episodes: &'a [RunEpisode],
    /// The method that its credit is logged by, or that the log supports best; empty: it has none.
    pub method: &'a str,
}

/// Two runs side by side.
pub struct RunDiffReport<'a> {
    /// The first.
    pub a: RunSide<'a>,
    /// The second.
    pub b: RunSide<'a>,
    /// What was found.
    pub compared: &'a RunComparison,
}

/// The comparison as plain text, ended by a line end.
pub fn run_diff_text(report: &RunDiffReport<'_>) -> String {
    text::render(&content(report))
}

/// The comparison as Markdown, ended by a line end.
pub fn run_diff_markdown(report: &RunDiffReport<'_>) -> String {
    markdown::render(&content(report))
}

fn content(report: &RunDiffReport<'_>) -> Document {
    let clean = crate::text::clean;
    let title = format!("creditscope diff: runs A {}, B {}", clean(report.a.name), clean(report.b.name));
    let sections = [
        Some(pairs(report)),
        Some(reward(report)),
        credit(report),
        split(report),
        least(report),
        tasks(report),
        moved(report),
    ];
    Document { title, sections: sections.into_iter().flatten().collect() }
}

fn pairs(report: &RunDiffReport<'_>) -> Section {
    let mut section = Section::new("Pairs");
    let compared = report.compared;
    section.field("pairs", format!("{} by {}", compared.pairs.len(), compared.by.words()));
    for (letter, side, alone) in [("A", &report.a, &compared.alone.0), ("B", &report.b, &compared.alone.1)] {
        let mut words = vec![count(side.episodes.len() as u64, "episode")];
        for why in [LeftOut::Aborted, LeftOut::Open, LeftOut::NoReward] {
            let n = side.episodes.iter().filter(|it| it.left_out == Some(why)).count();
            if n > 0 {
                words.push(format!("{n} {}", why.word()));
            }
        }
        if !alone.is_empty() {
            let names: Vec<&str> =
                alone.iter().take(NAMES).map(|it| side.episodes[*it].name.as_str()).collect();
            let more = if alone.len() > NAMES { ", ..." } else { "" };
            words.push(format!("{} without partner: {}{more}", alone.len(), names.join(", ")));
        }
        section.field(letter, words.join("; "));
    }
    section
}

fn reward(report: &RunDiffReport<'_>) -> Section {
    let mut section = Section::new("Reward");
    let compared = report.compared;
    let of = &compared.reward;
    if of.pairs == 0 {
        let well = |side: &RunSide<'_>, at: fn(&(usize, usize)) -> usize| {
            compared.pairs.iter().filter(|it| !side.episodes[at(it)].failed).count()
        };
        section.text(format!(
            "No pair has a logged reward in both runs, so none is compared. By status A ends well in {} of {} pairs, B in {}.",
            well(&report.a, |it| it.0),
            compared.pairs.len(),
            well(&report.b, |it| it.1)
        ));
        return section;
    }
    let places = decimals(of.means.0.abs().max(of.means.1.abs()));
    let told = match (of.sign_unsure(), of.difference < 0.0) {
        (true, _) => "R is not told apart".to_owned(),
        (false, true) => "B earns less".to_owned(),
        (false, false) => "B earns more".to_owned(),
    };
    section.text(format!(
        "{told}: A {}, B {}, B - A {} {}; B wins {}, loses {}, {} tied; sign test {}.",
        figures::inline(of.means.0, places),
        figures::inline(of.means.1, places),
        figures::inline(of.difference, places),
        interval(of, places),
        of.signs.0,
        of.signs.1,
        of.signs.2,
        p(of.p)
    ));
    if compared.ruler.is_some() {
        let changed: Vec<&str> = compared.changed().iter().map(|it| it.name.as_str()).collect();
        let logged = compared.agents.iter().filter(|it| !it.logged.sign_unsure()).count();
        section.text(match changed[..] {
            [] => format!(
                "As logged {logged} of {} agents changed; by one method none did.",
                compared.agents.len()
            ),
            _ => format!(
                "As logged {logged} of {} agents changed; by one method {}: {}.",
                compared.agents.len(),
                changed.len(),
                changed.join(", ")
            ),
        });
    }
    section
}

/// The methods of A and of B.
fn methods<'a>(report: &RunDiffReport<'a>) -> [&'a str; 2] {
    [report.a.method, report.b.method]
}

fn credit(report: &RunDiffReport<'_>) -> Option<Section> {
    let compared = report.compared;
    let ruler = compared.ruler?;
    let mut section =
        Section::new(format!("Credit by agent, mean over pairs: {} for both", methods(report)[ruler]));
    let rows = || compared.agents.iter().filter_map(|it| Some((it, it.by[ruler].as_ref()?)));
    let places = decimals(rows().map(|it| it.1.means.0.abs().max(it.1.means.1.abs())).fold(0.0, f64::max));
    let mut table = Table::new(&[
        Column::words("agent"),
        Column::number("A"),
        Column::number("B"),
        Column::number("B - A"),
        Column::words("?"),
        Column::words("95% bootstrap"),
        Column::number("more"),
        Column::number("less"),
        Column::number("Holm p"),
    ]);
    for (agent, of) in rows() {
        table.rows.push(vec![
            agent.name.clone(),
            signed(of.means.0, places),
            signed(of.means.1, places),
            signed(of.difference, places),
            mark(of).to_owned(),
            interval(of, places),
            of.signs.0.to_string(),
            of.signs.1.to_string(),
            p(of.p),
        ]);
    }
    section.blocks.push(Block::Table(table));
    section.text("?: the interval holds 0. Holm: sign tests of all agents at once.");
    Some(section)
}

fn split(report: &RunDiffReport<'_>) -> Option<Section> {
    let compared = report.compared;
    compared.ruler?;
    let [of_a, of_b] = methods(report);
    let one = of_a == of_b;
    let mut section = Section::new("Is it the policy or the method?");
    let places = decimals(compared.agents.iter().map(|it| it.logged.difference.abs()).fold(0.0, f64::max));
    let mut columns = vec![Column::words("agent"), Column::number("as logged")];
    let names = if one { vec![of_b] } else { vec![of_b, of_a] };
    for name in &names {
        columns.push(Column::words(format!("policy, by {name}")));
        columns.push(Column::number("method"));
    }
    columns.push(Column::words("policy is"));
    let mut table = Table::new(&columns);
    for agent in &compared.agents {
        let mut row = vec![agent.name.clone(), signed(agent.logged.difference, places)];
        for ruler in if one { vec![1] } else { vec![1, 0] } {
            row.extend(match &agent.by[ruler] {
                Some(of) => [
                    format!(
                        "{}{} {}",
                        figures::inline(of.difference, places),
                        mark(of),
                        interval(of, places)
                    ),
                    signed(agent.logged.difference - of.difference, places),
                ],
                None => ["not known of all pairs".to_owned(), String::new()],
            });
        }
        row.push(policy(agent, places));
        table.rows.push(row);
    }
    section.blocks.push(Block::Table(table));
    section.text("Each row adds up: as logged = policy + method. Which method recomputes both matters: the policy is a range.");
    Some(section)
}

fn policy(agent: &AgentInRuns, places: usize) -> String {
    match agent.policy() {
        None => "not told from 0".to_owned(),
        Some((least, most)) if (most - least).abs() < 1e-12 => figures::inline(least, places),
        Some((least, most)) => {
            format!("{} to {}", figures::inline(least, places), figures::inline(most, places))
        }
    }
}

fn least(report: &RunDiffReport<'_>) -> Option<Section> {
    let table_of = report.compared.least.as_ref()?;
    let mut section = Section::new("Least credit: A in rows, B in columns");
    let columns =
        std::iter::once(Column::words("")).chain(table_of.names.iter().map(|it| Column::number(it.clone())));
    let mut table = Table::new(&columns.collect::<Vec<_>>());
    for (name, counts) in table_of.names.iter().zip(&table_of.counts) {
        let cells = counts.iter().map(|it| if *it == 0 { ".".to_owned() } else { it.to_string() });
        table.rows.push(std::iter::once(name.clone()).chain(cells).collect());
    }
    section.blocks.push(Block::Table(table));
    let same: usize = (0..table_of.names.len()).map(|it| table_of.counts[it][it]).sum();
    section.text(format!(
        "the same in {same} of {} pairs; tie: several have the least",
        report.compared.pairs.len()
    ));
    Some(section)
}

fn tasks(report: &RunDiffReport<'_>) -> Option<Section> {
    let compared = report.compared;
    if compared.tasks.is_empty() {
        return None;
    }
    let mover = compared.mover.map(|it| compared.agents[it].name.clone());
    let mut section = Section::new("By task");
    let mut table = Table::new(&[
        Column::words("task"),
        Column::number("pairs"),
        Column::words("R, B - A"),
        Column::words(mover.map_or(String::new(), |it| format!("{it}, B - A"))),
    ]);
    let cell = |of: &Paired| {
        if of.pairs == 0 {
            return String::new();
        }
        let places = decimals(of.means.0.abs().max(of.means.1.abs()));
        format!("{}{} {}", figures::inline(of.difference, places), mark(of), interval(of, places))
    };
    for row in &compared.tasks {
        let mover = row.mover.as_ref().map_or(String::new(), cell);
        let pairs = row.mover.as_ref().map_or(row.reward.pairs, |it| it.pairs.max(row.reward.pairs));
        table.rows.push(vec![row.task.clone(), pairs.to_string(), cell(&row.reward), mover]);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    Some(section)
}

fn moved(report: &RunDiffReport<'_>) -> Option<Section> {
    let compared = report.compared;
    let (mover, ruler) = (compared.mover?, compared.ruler?);
    let name = &compared.agents[mover].name;
    let mut section = Section::new(format!("Pairs in which {name} moved most"));
    for at in &compared.moved {
        let (a, b) = compared.pairs[*at];
        let (a, b) = (&report.a.episodes[a], &report.b.episodes[b]);
        let of = |it: &RunEpisode| {
            let credit = it.by[ruler].as_ref().and_then(|it| it.iter().find(|it| it.0 == *name));
            let reward = it.reward.map_or(String::new(), |it| format!(" R {}", figures::inline(it, 3)));
            format!("{}{reward} {}", it.name, credit.map_or(String::new(), |it| figures::inline(it.1, 3)))
        };
        section.item(format!("A {}, B {}", of(a), of(b)));
    }
    section.text("`creditscope diff A#EPISODE B#EPISODE` sets two of them side by side.");
    Some(section)
}

/// Decimals of means over many pairs: one more than of a single episode.
fn decimals(largest: f64) -> usize {
    crate::model::places(largest).max(3)
}

fn interval(of: &Paired, places: usize) -> String {
    figures::interval(&Estimate { interval: of.interval, ..Estimate::exact(of.difference) }, places)
}

fn mark(of: &Paired) -> &'static str {
    if of.sign_unsure() { "?" } else { "" }
}

fn p(p: f64) -> String {
    if p < 0.001 { "<.001".to_owned() } else { format!("{p:.3}") }
}

/// The comparison as JSON. Keys: `a`, `b` (`name`, `method`, `episodes`, `left_out`, `alone`: names), `paired_by`, `pairs`
/// (names), `reward` and other *paired* numbers (`a`, `b`: means, `difference`; null without a pair; `interval`, `more`, `less`, `same`, `p`),
/// `agents` (`agent`, `logged`, `by_a`, `by_b`, `policy`: null or least and most), `ruler` (A, B, null), `least` (`names`,
/// `counts`), `tasks` (`task`, `reward`, `mover`), `mover`, `changed` (agents).
pub fn run_diff_json(report: &RunDiffReport<'_>) -> Json {
    let compared = report.compared;
    let side = |side: &RunSide<'_>, alone: &[usize]| {
        let left = side
            .episodes
            .iter()
            .filter_map(|it| Some(json!({ "episode": it.name, "why": it.left_out?.word() })));
        json!({
            "name": crate::text::clean(side.name),
            "method": side.method,
            "episodes": side.episodes.len(),
            "left_out": left.collect::<Vec<_>>(),
            "alone": alone.iter().map(|it| &side.episodes[*it].name).collect::<Vec<_>>(),
        })
    };
    let agent = |it: &AgentInRuns| {
        json!({
            "agent": it.name,
            "logged": paired(&it.logged),
            "by_a": it.by[0].as_ref().map(paired),
            "by_b": it.by[1].as_ref().map(paired),
            "policy": it.policy().map(|(least, most)| [number(least), number(most)]),
        })
    };
    let pairs =
        compared.pairs.iter().map(|(a, b)| [&report.a.episodes[*a].name, &report.b.episodes[*b].name]);
    json!({
        "a": side(&report.a, &compared.alone.0),
        "b": side(&report.b, &compared.alone.1),
        "paired_by": compared.by.words(),
        "pairs": pairs.collect::<Vec<_>>(),
        "reward": paired(&compared.reward),
        "ruler": compared.ruler.map(|it| ["A", "B"][it]),
        "agents": compared.agents.iter().map(agent).collect::<Vec<_>>(),
        "least": compared.least.as_ref().map(|it| json!({ "names": it.names, "counts": it.counts })),
        "tasks": compared.tasks.iter().map(|it| json!({
            "task": it.task,
            "reward": paired(&it.reward),
            "mover": it.mover.as_ref().map(paired),
        })).collect::<Vec<_>>(),
        "mover": compared.mover.map(|it| &compared.agents[it].name),
        "changed": compared.changed().iter().map(|it| &it.name).collect::<Vec<_>>(),
    })
}

fn paired(of: &Paired) -> Json {
    let known = |it: f64| (of.pairs > 0).then(|| number(it));
    json!({
        "pairs": of.pairs,
        "a": known(of.means.0),
        "b": known(of.means.1),
        "difference": known(of.difference),
        "interval": of.interval.map(|(low, high)| [number(low), number(high)]),
        "more": of.signs.0,
        "less": of.signs.1,
        "same": of.signs.2,
        "p": number(of.p),
    })
}

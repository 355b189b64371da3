//! Where a failed episode was lost: what each rule found or lacks, the acts with their success rates, and
//! which agents go with failure over the run. Judgements have a column of their own.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures::{count, inline},
};
use super::place;
use crate::{
    credit::{self, FailureRow, FailureStudy, Finding, Found, Suspicion, Tally, TaskSpectrum},
    model::{ActId, places},
    text::fit,
};

/// Acts and elements beyond these numbers are counted; JSON has them all.
const ACTS: usize = 20;
const ELEMENTS: usize = 10;
/// Columns of a deed.
const DEED: usize = 44;

/// The act that costs most by the best credit of acts, if the verdict rests on it.
fn costliest(report: &Report<'_>) -> Option<ActId> {
    report.verdict.act().filter(|_| report.verdict.is_by_numbers())
}

/// The section; `None` if it was not requested.
pub(super) fn failure(report: &Report<'_>) -> Option<Section> {
    let study = report.failure?;
    let mut section = Section::new("Failure");
    match &study.success {
        Ok(level) => {
            section.field("success", format!("a return of {} or more", unsigned_or_negative(*level)))
        }
        Err(why) => section.field("success", why.missing.clone()),
    }
    if let Some(null) = study.null_arm {
        section.field("null arm", rate(Some(null)));
    }
    if let Some(line) = credit::together(report.episode, study, costliest(report)) {
        section.field("together", line);
    }
    section.blocks.push(Block::Table(rules(report, study)));
    for finding in &study.findings {
        match &finding.result {
            Ok(found) => {
                let records = records(report, found);
                section.item(format!("{}: {}{records}", finding.rule.name(), found.text));
            }
            // Rules that lack the same record share one line, at the place of the first of them.
            Err(why) => {
                let likewise = |it: &&Finding| it.result.as_ref().is_err_and(|it| it.missing == why.missing);
                let same: Vec<&Finding> = study.findings.iter().filter(likewise).collect();
                if same.first().is_some_and(|it| it.rule == finding.rule) {
                    let names: Vec<&str> = same.iter().map(|it| it.rule.name()).collect();
                    section.item(format!("unavailable ({}): {}", names.join("; "), why.missing));
                }
            }
        }
    }
    if !study.rows.is_empty() {
        section.blocks.push(Block::Table(acts(report, study)));
        if study.rows.len() > ACTS {
            section.text(format!("{} more acts: --format json has them all", study.rows.len() - ACTS));
        }
        if study.rows.iter().any(|it| !it.1.labels.is_empty()) {
            section.text("judged: somebody's word, no measurement; it enters no number");
        }
    }
    if let Some((seen, ended, failed)) = study.run.filter(|_| !study.agents.is_empty()) {
        let of = if seen < ended { format!("{seen} of {ended}") } else { seen.to_string() };
        let episodes = count(ended as u64, "episode");
        section.text(format!(
            "over {of} {}, {failed} failed: an association, no cause",
            episodes.trim_start_matches(|it: char| it.is_ascii_digit() || it == ' ')
        ));
        section.blocks.push(Block::Table(spectrum("agent", &study.agents)));
        section.blocks.push(Block::Table(spectrum("kind of action", &study.actions)));
    }
    if let Some(task) = &study.task {
        let all = task.failed + task.passed;
        section.text(format!(
            "over {all} episodes of this task, {} failed: what this episode did, by agent and text",
            task.failed
        ));
        section.blocks.push(Block::Table(deeds(report, task)));
    }
    Some(section)
}

fn unsigned_or_negative(value: f64) -> String {
    inline(value, places(value)).trim_start_matches('+').to_owned()
}

/// ` (run.jsonl:17, 3 more)`.
fn records(report: &Report<'_>, found: &Found) -> String {
    match found.origins.as_slice() {
        [] => String::new(),
        [one] => format!(" ({})", place(report, *one)),
        [first, rest @ ..] => format!(" ({} and {} more)", place(report, *first), rest.len()),
    }
}

/// One row per rule: its act and agent, and whether the intervals support it.
fn rules(report: &Report<'_>, study: &FailureStudy) -> Table {
    let mut table = Table::new(&[
        Column::words("rule"),
        Column::words("act"),
        Column::words("agent"),
        Column::words("sure"),
        Column::words("after"),
    ]);
    for finding in &study.findings {
        let (act, agent, sure) = match &finding.result {
            Err(_) => ("unavailable".to_owned(), String::new(), ""),
            Ok(found) => {
                let agent = found.agent.map_or(String::new(), |it| report.episode.agent(it).name.clone());
                match (found.act, found.agent) {
                    (None, None) => ("none".to_owned(), agent, ""),
                    (act, _) => {
                        let act = act.map_or("-".to_owned(), |it| report.episode.act(it).id.clone());
                        (act, agent, if found.certain { "yes" } else { "no" })
                    }
                }
            }
        };
        let rule = finding.rule;
        table.rows.push(vec![rule.name().to_owned(), act, agent, sure.to_owned(), rule.source().to_owned()]);
    }
    table
}

fn acts(report: &Report<'_>, study: &FailureStudy) -> Table {
    let mut table = Table::new(&[
        Column::words("act"),
        Column::words("agent"),
        Column::words("what happened"),
        Column::words("others there"),
        Column::words("rules"),
        Column::words("judged"),
    ]);
    for (act, row) in study.rows.iter().take(ACTS) {
        table.rows.push(act_row(report, *act, row));
    }
    table.without_empty_columns()
}

fn act_row(report: &Report<'_>, act: ActId, row: &FailureRow) -> Vec<String> {
    let it = report.episode.act(act);
    let rules: Vec<&str> = row.rules.iter().map(|it| it.name()).collect();
    vec![
        it.id.clone(),
        report.episode.agent(it.agent).name.clone(),
        rate(row.happened),
        rate(row.others),
        rules.join(", "),
        judges(report, row),
    ]
}

fn judges(report: &Report<'_>, row: &FailureRow) -> String {
    let one = |at: &usize| {
        let label = report.episode.labels.get(*at)?;
        let word = if label.label.is_empty() { String::new() } else { format!(": {}", label.label) };
        Some(format!("{}{word}", label.judge))
    };
    row.labels.iter().filter_map(one).collect::<Vec<_>>().join("; ")
}

/// `3 of 8 [14%, 69%]`.
fn rate(tally: Option<Tally>) -> String {
    let Some(tally) = tally else { return String::new() };
    let interval = tally
        .interval()
        .map_or(String::new(), |(low, high)| format!(" [{:.0}%, {:.0}%]", low * 100.0, high * 100.0));
    format!("{} of {}{interval}", tally.successes, tally.n)
}

/// What the episode did, the deed that goes most with failure first.
fn deeds(report: &Report<'_>, task: &TaskSpectrum) -> Table {
    let mut table = Table::new(&[
        Column::words("deed"),
        Column::words("act"),
        Column::number("Famas"),
        Column::number("Ochiai"),
        Column::number("Tarantula"),
        Column::number("in failures"),
        Column::number("in successes"),
        Column::number("by chance"),
    ]);
    let score = |it: Option<f64>| it.map_or("undefined".to_owned(), |it| format!("{it:.3}"));
    for it in task.deeds.iter().take(ELEMENTS) {
        let chance =
            if it.chance < 0.001 { "< 0.1%".to_owned() } else { format!("{:.1}%", 100.0 * it.chance) };
        table.rows.push(vec![
            fit(&it.counts.element, DEED),
            report.episode.act(it.act).id.clone(),
            format!("{:.3}", it.famas),
            score(it.counts.ochiai()),
            score(it.counts.tarantula()),
            format!("{} of {}", it.counts.failed_with, task.failed),
            format!("{} of {}", it.counts.passed_with, task.passed),
            chance,
        ]);
    }
    table
}

fn spectrum(what: &'static str, rows: &[Suspicion]) -> Table {
    let mut table = Table::new(&[
        Column::words(what),
        Column::number("Ochiai"),
        Column::number("Tarantula"),
        Column::number("in failures"),
        Column::number("in successes"),
    ]);
    let score = |it: Option<f64>| it.map_or("undefined".to_owned(), |it| format!("{it:.3}"));
    for it in rows.iter().take(ELEMENTS) {
        table.rows.push(vec![
            it.element.clone(),
            score(it.ochiai()),
            score(it.tarantula()),
            format!("{} of {}", it.failed_with, it.failed_with + it.failed_without),
            format!("{} of {}", it.passed_with, it.passed_with + it.passed_without),
        ]);
    }
    table
}

//! What a report says, in the order in which a reader asks: what is this, who, how much, at which act, what
//! do other methods say, on whose word, by which arithmetic, and what is wrong with the log.

mod agreement;
mod arithmetic;
mod context;
pub(super) mod credit;
mod failure;
mod methods;
mod origins;
mod own;
mod pairs;
mod study;
mod suspicion;

use super::{
    Listed, Report,
    document::{Document, Section},
    figures::{self, count},
};
use crate::{
    check::sorted,
    credit::scenario_name,
    model::{Act, Severity, Substitute, as_logged},
    text::{clean, fit},
};

/// Findings and episodes beyond these numbers are only counted; the JSON has them all.
const FINDINGS: usize = 50;
const EPISODES: usize = 50;
/// Room for each part of the verdict: what a log quotes at length is cut to it.
const VERDICT_COLUMNS: usize = 90;
const VERDICT_LINES: usize = 6;

/// The report as a document.
pub(super) fn content(report: &Report<'_>) -> Document {
    let mut sections = vec![subject(report), verdict(report), credit::credit(report)];
    sections.extend(further(report));
    Document { title: title(report), sections }
}

/// What it is about.
pub(super) fn title(report: &Report<'_>) -> String {
    format!("creditscope report: {}", clean(report.log))
}

/// What follows the credit.
pub(super) fn further(report: &Report<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    sections.extend(report.listed.map(|it| filters(report, it)));
    sections.extend(suspicion::suspicion(report));
    sections.extend(origins::origins(report));
    sections.extend(credit::acts(report));
    sections.extend(own::own(report));
    sections.extend(pairs::pairs(report));
    sections.extend(methods::sweep(report));
    sections.extend(failure::failure(report));
    sections.extend(judgements(report));
    sections.extend(agreement::agreement(report));
    sections.extend(context::sections(report));
    sections.extend(study::curves(report));
    sections.extend(study::points(report));
    sections.extend(study::messages(report));
    sections.extend(report.explanations.iter().map(|it| arithmetic::arithmetic(report, it)));
    sections.push(findings(report));
    let mut command = Section::new("Command");
    command.text(clean(report.command));
    sections.push(command);
    sections
}

/// What is not listed, so that nobody takes a part for the whole.
fn filters(report: &Report<'_>, listed: &Listed) -> Section {
    let mut section = Section::new("Filters: what is listed, never what is computed");
    section.field("filters", listed.filters.iter().map(|it| clean(it)).collect::<Vec<_>>().join("; "));
    section.field("acts", format!("{} of {} listed", listed.acts, report.episode.acts.len()));
    let (all, shown) = (listed.episodes.len(), listed.episodes.len().min(EPISODES));
    let more = if all > shown { format!(" and {} more", all - shown) } else { String::new() };
    let names = listed.episodes[..shown].join(", ");
    let names = if names.is_empty() { names } else { format!(": {names}{more}") };
    section.field("episodes", format!("{all} of {} pass{names}", listed.all_episodes));
    section
}

fn place(report: &Report<'_>, origin: crate::model::Origin) -> String {
    clean(&(report.files)(origin))
}

pub(super) fn subject(report: &Report<'_>) -> Section {
    let episode = report.episode;
    let mut section = Section::new("");
    let run = episode.run.as_ref().map_or(String::new(), |it| format!(" of run {it}"));
    section.field("episode", format!("{}{run}", episode.name));
    if let Some(environment) = &episode.environment {
        section.field("environment", environment.clone());
    }
    if let Some(task) = &episode.task {
        section.field("task", task.clone());
    }
    section.field("outcome", figures::outcome(episode));
    section.field("reward", reward(report));
    let agents = count(episode.agents.len() as u64, "agent");
    section.field("size", format!("{agents}, {}", count(episode.acts.len() as u64, "act")));
    let errors = errors(report);
    if !errors.is_empty() {
        section.field("errors", errors);
    }
    if let Some(clocks) = episode.clock_words() {
        section.field("clocks", format!("{clocks}: wrong by what crosses between agents, and put right"));
    }
    let edits = edits(report);
    if !edits.is_empty() {
        section.field("what-if", edits.join("; "));
    }
    section
}

/// In how many acts something went wrong, and what in the first ones.
fn errors(report: &Report<'_>) -> String {
    let episode = report.episode;
    let acts: Vec<&Act> = episode.acts.iter().filter(|it| it.has_error()).collect();
    let word = |it: &&Act| {
        let words = it.error_words().unwrap_or_default();
        format!("{} {}: {}", it.id, episode.agent(it.agent).name, fit(words, ERROR))
    };
    let mut told: Vec<String> = acts.iter().take(ERRORS).map(word).collect();
    if acts.len() > ERRORS {
        told.push(format!("{} more", acts.len() - ERRORS));
    }
    if acts.is_empty() {
        String::new()
    } else {
        format!("{}: {}", count(acts.len() as u64, "act"), told.join("; "))
    }
}

/// Acts with an error that are told one by one, and characters of each error.
const ERRORS: usize = 5;
const ERROR: usize = 60;

/// The total reward, its unit and where it comes from.
fn reward(report: &Report<'_>) -> String {
    let episode = report.episode;
    let Some(total) = episode.reward() else {
        if !episode.own_rewards().is_empty() {
            return "none of the team: agents have their own, of both signs; `--reward-of` chooses whose"
                .to_owned();
        }
        return "none: the log holds neither a reward nor a return nor a status that tells".to_owned();
    };
    let unit = episode.reward_unit.as_ref().map_or(String::new(), |it| format!(" ({it})"));
    let at = total.origin.map_or(String::new(), |it| format!(", {}", place(report, it)));
    let source = figures::reward_source(episode, total.source);
    format!("{}{unit}: {source}{at}", as_logged(total.value))
}

/// How the scenario changes the episode.
fn edits(report: &Report<'_>) -> Vec<String> {
    let (episode, scenario) = (report.episode, report.scenario);
    let mut edits = Vec::new();
    edits.extend(scenario.whose.as_ref().map(|it| format!("reward of {}", episode.whose_words(it))));
    if !scenario.dropped.is_empty() {
        let dropped: Vec<_> = scenario.dropped.iter().copied().collect();
        edits.push(format!("without {}", figures::names(episode, &dropped)));
    }
    edits.extend(scenario.reward.map(|it| format!("reward {}", it.get())));
    edits.extend(scenario.discount.map(|it| format!("discount {} per step", it.get())));
    for (act, substitute) in &scenario.substitutes {
        let action = match substitute {
            Substitute::Default => "its default action".to_owned(),
            Substitute::Alternative(label) => format!("'{label}'"),
        };
        edits.push(format!("{} takes {action}", episode.act(*act).id));
    }
    edits.extend(scenario.window.map(|(first, last)| {
        format!("only acts from {} to {}", episode.act(first).id, episode.act(last).id)
    }));
    edits.extend(scenario.params.iter().map(|(name, value)| format!("{name} = {}", value.get())));
    if scenario.seed != 0 {
        edits.push(format!("seed {}", scenario.seed));
    }
    edits
}

pub(super) fn verdict(report: &Report<'_>) -> Section {
    let mut section = Section::new("Verdict");
    for part in report.verdict.parts(report.episode) {
        let lines = part.sentence.lines(VERDICT_COLUMNS, VERDICT_LINES);
        section.field(part.word, lines.join(" "));
    }
    section
}

/// What humans or models said: beside the numbers, never among them.
fn judgements(report: &Report<'_>) -> Option<Section> {
    let episode = report.episode;
    if episode.labels.is_empty() {
        return None;
    }
    let mut section = Section::new("Judgements (annotations, not measurements)");
    for label in &episode.labels {
        let act = label.act.map(|it| episode.act(it).id.clone()).or_else(|| label.act_text.clone());
        let at = act.map_or(String::new(), |it| format!(" at {it}"));
        let word = if label.label.is_empty() { String::new() } else { format!(", {}", label.label) };
        let reason = label.reason.as_ref().map_or(String::new(), |it| format!(": {it}"));
        let place = place(report, label.origin);
        let judge = match &label.annotator {
            Some(name) => format!("{name} ({})", label.judge),
            None => label.judge.clone(),
        };
        section.item(format!("{judge} names {}{at}{word}{reason} ({place})", label.agent_text));
    }
    Some(section)
}

fn findings(report: &Report<'_>) -> Section {
    let mut section = Section::new("Findings");
    let found = sorted(report.findings.to_vec());
    let of = |wanted: Severity| found.iter().filter(|it| it.severity == wanted).count() as u64;
    section.text(format!(
        "{}, {}, {}; {} of the log lost data",
        count(of(Severity::Error), "error"),
        count(of(Severity::Warning), "warning"),
        count(of(Severity::Note), "note"),
        count(report.bad_lines, "line")
    ));
    if report.scanned_lines > 0 {
        section.text(format!(
            "of {} only the outside was read: `creditscope check` reads every payload",
            count(report.scanned_lines, "line")
        ));
    }
    for it in found.iter().take(FINDINGS) {
        let place = it.origin.map_or(String::new(), |it| format!("{}: ", place(report, it)));
        let message = clean(&it.message);
        section.item(format!("{place}{} {}: {message}", figures::severity(it.severity), it.rule));
    }
    if found.len() > FINDINGS {
        section.text(format!("{} more: `creditscope check` lists them", found.len() - FINDINGS));
    }
    section
}

/// `shapley`, or `deviation/policy`.
fn scenario(report: &Report<'_>) -> String {
    match scenario_name(report.scenario) {
        name if name.is_empty() => "the best the log supports".to_owned(),
        name => name,
    }
}

//! The rules of failure attribution side by side: what each found, on what records, or what it lacks.
//!
//! Data flow: [`Episode`], what counts as success, and the outcomes of its run -> [`failure_study`] ->
//! [`FailureStudy`]: one [`Finding`] per [`Rule`], one [`FailureRow`] per act that anything is known of, and
//! the spectrum over the run. Screen and report show these and compute nothing.
//!
//! A rule that finds nothing says so; one that lacks data names the record. What humans or models judged
//! stands in the rows by index and moves no number.

use std::collections::BTreeMap;

use crate::model::{ActId, AgentId, Episode, Origin, Unavailable};

use super::super::figure::{count, percent, plain};
use super::super::method::Need;
use super::super::question::missing;
use super::{
    Correction, FailureReport, RateDrop, RunOutcomes, Suspicion, Tally, TaskSpectrum, default_success,
    failure, samples, spectrum,
};

/// A way to say where a failed episode was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// The earliest act whose correction turns failure into success.
    DecisiveError,
    /// The first act after which no replay succeeds, by looking at each.
    FirstError,
    /// The same by halving.
    FirstErrorByHalving,
    /// The act at which the success rate falls most.
    LargestDrop,
    /// The last act from which others still rescue it.
    Commitment,
    /// Who goes with failure over the run.
    Spectrum,
}

impl Rule {
    /// All rules, in the order shown.
    pub const ALL: [Rule; 6] = [
        Rule::DecisiveError,
        Rule::FirstError,
        Rule::FirstErrorByHalving,
        Rule::LargestDrop,
        Rule::Commitment,
        Rule::Spectrum,
    ];

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Rule::DecisiveError => "decisive error",
            Rule::FirstError => "first error, linear",
            Rule::FirstErrorByHalving => "first error, halving",
            Rule::LargestDrop => "largest drop",
            Rule::Commitment => "point of commitment",
            Rule::Spectrum => "goes with failure",
        }
    }

    /// The letter that marks its act in a table.
    pub fn letter(self) -> char {
        match self {
            Rule::DecisiveError => 'D',
            Rule::FirstError => 'F',
            Rule::FirstErrorByHalving => 'H',
            Rule::LargestDrop => 'L',
            Rule::Commitment => 'C',
            Rule::Spectrum => 'S',
        }
    }

    /// What it computes, in symbols or a sentence.
    pub fn formula(self) -> &'static str {
        match self {
            Rule::DecisiveError => "the earliest act an alternative to which reaches success more often",
            Rule::FirstError => "t* = min {t : successes of the replays after t = 0}, each looked at",
            Rule::FirstErrorByHalving => "t* by binary search: right where success once lost stays lost",
            Rule::LargestDrop => "argmax V_{t-1} - V_t, V the success rate after t, Wilson intervals",
            Rule::Commitment => "the last t whose rescue rate (95% Wilson) lies above that of the null arm",
            Rule::Spectrum => "Ochiai ef / sqrt((ef + nf)(ef + ep)), over the episodes of the run",
        }
    }

    /// Who described it.
    pub fn source(self) -> &'static str {
        match self {
            Rule::DecisiveError => "Who&When (Zhang et al. 2025)",
            Rule::FirstError | Rule::FirstErrorByHalving => "OmegaPRM (Luo et al. 2024)",
            Rule::LargestDrop => "process rewards by rollout (Wang et al. 2024)",
            Rule::Commitment => "rescue by resampling against a null arm",
            Rule::Spectrum => "Ochiai 1957; Abreu et al. 2007; Tarantula: Jones and Harrold 2005",
        }
    }

    /// What it needs of a log.
    pub fn needs(self) -> &'static [Need] {
        match self {
            Rule::DecisiveError => &[Need::Replays, Need::AlternativeValues],
            Rule::Spectrum => &[Need::OtherEpisodes],
            _ => &[Need::Replays],
        }
    }
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The act; `None`: it looked and found none.
    pub act: Option<ActId>,
    /// Whose, or who.
    pub agent: Option<AgentId>,
    /// The numbers it rests on, one sentence.
    pub text: String,
    /// Whether the 95% intervals support it; otherwise it may be chance.
    pub certain: bool,
    /// The records it rests on, ascending.
    pub origins: Vec<Origin>,
}

/// One rule and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What it found, or the record it lacks.
    pub result: Result<Found, Unavailable>,
}

/// One act of which something is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailureRow {
    /// How often what happened there still succeeded if it was replayed.
    pub happened: Option<Tally>,
    /// How often another candidate there succeeded.
    pub others: Option<Tally>,
    /// Rules that point here.
    pub rules: Vec<Rule>,
    /// Judgements that name it, by index into [`Episode::labels`].
    pub labels: Vec<usize>,
}

/// Everything the rules say of one episode.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureStudy {
    /// The least return that counts as success, in reward units, or why it cannot be told.
    pub success: Result<f64, Unavailable>,
    /// One per rule, in the order of [`Rule::ALL`].
    pub findings: Vec<Finding>,
    /// Acts of which something is known, ascending.
    pub rows: Vec<(ActId, FailureRow)>,
    /// The rate of the null arm: how often what happened succeeds if it is replayed.
    pub null_arm: Option<Tally>,
    /// Agents by how strongly they go with failure over the run; if empty, [`Rule::Spectrum`] says why.
    pub agents: Vec<Suspicion>,
    /// Kinds of action likewise.
    pub actions: Vec<Suspicion>,
    /// The deeds of the episode beside the other episodes of its task, where some failed and some did not.
    pub task: Option<TaskSpectrum>,
    /// How many episodes of the run it rests on, out of how many, and how many of those failed.
    pub run: Option<(usize, usize, usize)>,
}

impl FailureStudy {
    /// The finding of a rule.
    pub fn of(&self, rule: Rule) -> &Finding {
        let at = Rule::ALL.iter().position(|it| *it == rule);
        &self.findings[at.expect("one finding per rule")]
    }
}

/// Applies every rule to `episode`. `success` is the least return that counts as success. `None` means the
/// level that tells the successes of the run from its failures, or else 1 if every logged return lies in
/// 0..=1. `run` holds the outcomes of the run, as far as they are known.
pub fn failure_study(episode: &Episode, success: Option<f64>, run: Option<&RunOutcomes>) -> FailureStudy {
    let level = match success.or_else(|| run.and_then(RunOutcomes::success_level)) {
        Some(level) => Ok(level),
        None => default_success(episode),
    };
    let report = match &level {
        Ok(level) => failure(episode, Some(*level)),
        Err(why) if samples(episode).any(|it| !it.returns.is_empty()) => Err(why.clone()),
        Err(_) => failure(episode, Some(1.0)),
    };
    let report = report.as_ref();
    let mut rows: BTreeMap<ActId, FailureRow> = BTreeMap::new();
    if let Ok(report) = report {
        report.prefixes.iter().for_each(|it| rows.entry(it.0).or_default().happened = Some(it.1));
        report.rescues.iter().for_each(|it| rows.entry(it.0).or_default().others = Some(it.1));
    }
    for (at, label) in episode.labels.iter().enumerate() {
        label.act.into_iter().for_each(|act| rows.entry(act).or_default().labels.push(at));
    }
    let of_rule = |rule: Rule| match (rule, report) {
        (Rule::Spectrum, _) => suspicious(episode, run),
        (_, Err(why)) => Err(why.clone()),
        (Rule::DecisiveError, Ok(it)) => Ok(decisive(episode, it)),
        (Rule::FirstError, Ok(it)) => first(episode, it, it.first_error.linear, ""),
        (Rule::FirstErrorByHalving, Ok(it)) => first(episode, it, it.first_error.binary, halving(it)),
        (Rule::LargestDrop, Ok(it)) => largest(episode, it),
        (Rule::Commitment, Ok(it)) => commitment(episode, it),
    };
    let findings: Vec<Finding> =
        Rule::ALL.iter().map(|it| Finding { rule: *it, result: of_rule(*it) }).collect();
    for finding in &findings {
        if let Ok(Found { act: Some(act), .. }) = &finding.result {
            rows.entry(*act).or_default().rules.push(finding.rule);
        }
    }
    let spectra = |of: fn(&RunOutcomes) -> &[super::SpectrumRun]| match (&findings[5].result, run) {
        (Ok(_), Some(run)) => spectrum(of(run)),
        _ => Vec::new(),
    };
    FailureStudy {
        success: level,
        agents: spectra(|it| &it.agents),
        actions: spectra(|it| &it.actions),
        task: run.and_then(|it| TaskSpectrum::of(episode, &it.tasks)),
        run: run.map(|it| (it.agents.len(), it.ended, it.failed())),
        null_arm: report.ok().filter(|it| !it.prefixes.is_empty()).map(null_arm),
        findings,
        rows: rows.into_iter().collect(),
    }
}

fn name(episode: &Episode, act: ActId) -> String {
    let it = episode.act(act);
    format!("{} ({})", it.id, episode.agent(it.agent).name)
}

/// `7 of 8`.
fn of(tally: Tally) -> String {
    format!("{} of {}", tally.successes, tally.n)
}

/// `7 of 8 [53%, 98%]`.
fn with_interval(tally: Tally) -> String {
    let interval = tally
        .interval()
        .map_or(String::new(), |(low, high)| format!(" [{}, {}]", percent(low), percent(high)));
    format!("{}{interval}", of(tally))
}

fn null_arm(report: &FailureReport) -> Tally {
    report.prefixes.iter().map(|it| it.1).fold(Tally::default(), Tally::and)
}

/// The records of the replays at these acts.
fn records(episode: &Episode, acts: &[ActId]) -> Vec<Origin> {
    let groups = episode.replays.iter().filter(|it| it.act.is_some_and(|it| acts.contains(&it)));
    let mut origins: Vec<Origin> = groups.flat_map(|it| &it.candidates).map(|it| it.origin).collect();
    origins.sort_unstable();
    origins.dedup();
    origins
}

fn nothing(text: impl Into<String>) -> Found {
    Found { act: None, agent: None, text: text.into(), certain: true, origins: Vec::new() }
}

fn at(episode: &Episode, act: ActId, text: String, certain: bool, origins: Vec<Origin>) -> Found {
    Found { act: Some(act), agent: Some(episode.act(act).agent), text, certain, origins }
}

fn decisive(episode: &Episode, report: &FailureReport) -> Found {
    let Some(it) = report.decisive() else {
        return nothing("none: no alternative that was tried reached success more often than what happened");
    };
    let Correction { act, label, corrected, taken, .. } = it;
    let happened = match taken.n {
        0 => "what happened was not replayed".to_owned(),
        _ => format!("what happened {}", with_interval(*taken)),
    };
    let mut text = format!("'{label}' succeeded {}, {happened}", with_interval(*corrected));
    if !it.is_certain() {
        text += "; it may be chance";
        if let Some(sure) = report.corrections.iter().find(|it| it.is_certain()) {
            let (corrected, taken) = (of(sure.corrected), of(sure.taken));
            text += &format!(
                "; surely {}: '{}' {corrected} against {taken}",
                name(episode, sure.act),
                sure.label
            );
        }
    }
    let later = report.corrections.iter().filter(|other| other.act > *act).map(|it| it.act);
    let mut later: Vec<ActId> = later.collect();
    later.dedup();
    if !later.is_empty() {
        text += &format!("; so could {} after it", count(later.len(), "act"));
    }
    at(episode, *act, text, it.is_certain(), vec![it.origin])
}

/// # Errors
/// When nothing that happened was replayed.
fn prefixes(report: &FailureReport, least: usize) -> Result<(), Unavailable> {
    if report.prefixes.len() >= least {
        return Ok(());
    }
    let what = match report.prefixes.len() {
        0 => "no replay of what happened is logged".to_owned(),
        n => format!("what happened was replayed at {} only", count(n, "act")),
    };
    Err(missing(format!("{what} (`counterfactual` of kind `replay`, the candidate with `real`)")))
}

fn first(
    episode: &Episode,
    report: &FailureReport,
    found: Option<usize>,
    words: &str,
) -> Result<Found, Unavailable> {
    prefixes(report, 1)?;
    let error = &report.first_error;
    let looked = count(report.prefixes.len(), "act");
    let act = |position: usize| report.prefix_act(position);
    let Some((position, act_found)) = found.and_then(|it| Some((it, act(it)?))) else {
        return Ok(nothing(format!("none: of {looked} replayed, each still succeeds at least once")));
    };
    let tally = report.prefixes[position].1;
    let still = crate::stats::zero_of_n_upper(tally.n);
    let (successes, n) = (tally.successes, tally.n);
    let mut text = format!(
        "{words}{successes} of {n} succeed after it, which allows a rate of up to {}",
        percent(still)
    );
    if error.disagrees() {
        let repaired = error.repairs.iter().filter_map(|it| act(*it)).map(|it| name(episode, it));
        let repaired: Vec<String> = repaired.take(2).collect();
        let other = if found == error.linear { error.binary } else { error.linear };
        let other = other.and_then(act).map_or("none".to_owned(), |it| name(episode, it));
        text += &format!("; the other search says {other}: success was won back at {}", repaired.join(", "));
    }
    // Halving is wrong if something was repaired, and few replays prove little.
    let certain = !error.disagrees() && still < 0.2;
    Ok(at(episode, act_found, text, certain, records(episode, &[act_found])))
}

/// What to say first of what halving found.
fn halving(report: &FailureReport) -> &'static str {
    if report.first_error.disagrees() { "" } else { "halving agrees: " }
}

fn largest(episode: &Episode, report: &FailureReport) -> Result<Found, Unavailable> {
    prefixes(report, 2)?;
    let Some(drop) = report.largest_drop else {
        return Ok(nothing("none: the success rate never falls from one replayed act to the next"));
    };
    let RateDrop { at: position, before, after, .. } = drop;
    let acts: Vec<ActId> = [position - 1, position].iter().filter_map(|it| report.prefix_act(*it)).collect();
    let mut text = format!("from {} to {}", with_interval(before), with_interval(after));
    if !drop.is_certain() {
        text += "; it may be chance";
    }
    let act = acts[acts.len() - 1];
    Ok(at(episode, act, text, drop.is_certain(), records(episode, &acts)))
}

fn commitment(episode: &Episode, report: &FailureReport) -> Result<Found, Unavailable> {
    if report.rescues.is_empty() {
        return Err(missing("no replay of another candidate is logged (`counterfactual` of kind `replay`)"));
    }
    if report.prefixes.is_empty() {
        return Err(missing(
            "no null arm: nothing that happened was replayed (`counterfactual` of kind `replay`, the candidate \
             with `real`)",
        ));
    }
    let null = with_interval(null_arm(report));
    let Some(act) = report.commitment else {
        let text = format!("none: nowhere do others rescue it more often than the null arm ({null})");
        return Ok(nothing(text));
    };
    let rescued = report.rescues.iter().find(|it| it.0 == act).map_or(Tally::default(), |it| it.1);
    let mut text = format!("others rescue it {}, null arm {null}", with_interval(rescued));
    let certain = rescued.is_above(null_arm(report));
    if !certain {
        text += "; it may be chance";
    }
    Ok(at(episode, act, text, certain, records(episode, &[act])))
}

fn suspicious(episode: &Episode, run: Option<&RunOutcomes>) -> Result<Found, Unavailable> {
    let Some(run) = run else {
        return Err(missing("the other episodes of the run have not been looked at"));
    };
    let (n, failed) = (run.agents.len(), run.failed());
    let broken_off = match run.broken_off {
        0 => String::new(),
        it => format!("; {} broke off, left out", count(it, "episode")),
    };
    if n < 2 {
        return Err(missing(format!("no other episode of the run has ended in this log{broken_off}")));
    }
    if failed == 0 || failed == n {
        let all = if failed == 0 { "succeeded" } else { "failed" };
        return Err(missing(format!(
            "all {n} episodes of the run {all}: nothing tells failure from success{broken_off}"
        )));
    }
    let agents = spectrum(&run.agents);
    let Some(first) = agents.first() else { return Err(missing("no episode of the run failed")) };
    let score = first.ochiai().unwrap_or(0.0);
    let ties = agents.iter().filter(|it| (it.ochiai().unwrap_or(0.0) - score).abs() < 1e-12).count();
    if ties > 1 {
        return Ok(nothing(format!(
            "{} tie at Ochiai {}: over {n} episodes ({failed} failed) nobody stands out{broken_off}",
            count(ties, "agent"),
            plain(score)
        )));
    }
    let agent = episode.agents.iter().position(|it| it.name == first.element).map(AgentId::from_index);
    let tarantula = first.tarantula().map_or("undefined".to_owned(), plain);
    let text = format!(
        "{}: Ochiai {}, Tarantula {tarantula}; in {} of {failed} failures and {} of {} successes; an association, \
         no cause{broken_off}",
        first.element,
        plain(score),
        first.failed_with,
        first.passed_with,
        n - failed
    );
    Ok(Found { act: None, agent, text, certain: false, origins: Vec::new() })
}

#[cfg(test)]
mod tests;

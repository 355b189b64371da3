//! `creditscope report`: what the screen says, without a terminal.

use anyhow::{Context, bail};

use super::{
    RULE_HIT, TOO_MANY_BAD,
    arguments::{Format, Report, Scenario},
    fail_rule::FailRule,
    filters, headless,
    log_options::LogOptions,
    print,
};
use crate::{
    app::{self, Analysis, command_line},
    check,
    credit::{self, Curve, MessageSetting, Study, Target},
    model::{Episode, EpisodeId, Explanation, LogSummary, Origin},
    report,
    runtime::{self, Survey, validate},
    store::Pass,
};

impl Report {
    /// The report that stands in for the terminal where there is none.
    pub(super) fn of_logs(logs: LogOptions, episode: Option<String>) -> Self {
        Self {
            logs,
            episode,
            format: Format::Text,
            explain: Vec::new(),
            curve: Vec::new(),
            failure: false,
            success: None,
            message_beta: MessageSetting::default().beta,
            message_tau: MessageSetting::default().tau,
            size: "100x30".to_owned(),
            keys: String::new(),
            fail: Vec::new(),
            max_bad: None,
            search: None,
            filter: Vec::new(),
            scenario: Scenario::default(),
        }
    }
}

/// Logs up to this many bytes are read in full, which takes a fraction of a second; of larger ones only the reported
/// episode is, unless an exit code depends on all lines.
const IN_FULL: u64 = 256 << 20;

/// Prints the report; the exit code.
pub(super) fn run(options: &Report) -> anyhow::Result<u8> {
    if let Some(pattern) = &options.search {
        return super::search::run(options, pattern);
    }
    let filters = filters::parse(&options.filter)?;
    let rules = options.fail.iter().map(|it| FailRule::parse(it)).collect::<Result<Vec<_>, _>>();
    let rules = rules.map_err(anyhow::Error::msg)?;
    let (mut logs, mut summary) = headless::read_all(options.logs.arguments(), Pass::Headers)?;
    let asks_for_lines = options.max_bad.is_some() || rules.iter().any(FailRule::is_about_lines);
    let is_small = summary.bytes().0 <= IN_FULL;
    if asks_for_lines || is_small {
        validate(&mut logs);
        summary = LogSummary { loaded: true, ..logs.store.summary() };
    }
    let scanned_lines = if asks_for_lines || is_small { 0 } else { logs.store.scanned_lines() };
    let passing = filters::episodes(&logs.store, &summary, &filters);
    let id = headless::pick(&summary, options.episode.as_deref(), passing.as_deref())?;
    if matches!(options.format, Format::Screen | Format::Svg) {
        return super::picture::run(options, logs, &summary, id, &filters);
    }
    let episode = logs.store.episode(id).map_err(anyhow::Error::msg)?;
    let scenario = options.scenario.options().scenario(&episode).map_err(anyhow::Error::msg)?;
    let mut analysis = runtime::analyse(&episode, &scenario);
    let studied = (options.format != Format::Csv).then(|| study(options, &episode, &mut analysis));
    known_curves(options, studied.as_ref())?;
    let failure = (episode.failed() || options.failure).then(|| {
        let run = Survey::all(&mut logs.store, id, &episode);
        credit::failure_study(&episode, options.success, Some(&run))
    });
    let explanations = options.explain.iter().map(|it| explain(&episode, &analysis, it));
    let explanations = explanations.collect::<anyhow::Result<Vec<_>>>()?;
    let mut findings: Vec<_> = summary.diagnostics.to_vec();
    findings.extend(headless::Told::by(&summary).own(&episode));
    findings.extend(check::check(&episode));
    let files = |origin: Origin| {
        let path = summary.files.get(origin.file.index()).map_or("?", |it| it.path.as_str());
        format!("{path}:{}", origin.line)
    };
    let command = command_line::of_scenario(&options.logs.words(), &episode, &analysis.scenario);
    let log = options.logs.shown();
    let listed = passing.map(|passing| {
        let listed = filters::acts(&logs.store, id, &episode, &filters);
        filters::limit(&mut analysis, &listed);
        report::Listed {
            filters: options.filter.clone(),
            acts: listed.iter().filter(|it| **it).count(),
            episodes: passing.iter().map(|it| summary.episodes[*it].name.to_string()).collect(),
            all_episodes: summary.episodes.len(),
        }
    });
    let report = report::Report {
        listed: listed.as_ref(),
        log: &log,
        files: &files,
        episode: &episode,
        scenario: &analysis.scenario,
        credit: &analysis.credit,
        acts: analysis.acts.as_ref(),
        pairs: analysis.pairs.as_ref().ok(),
        sweep: &analysis.sweep,
        verdict: &analysis.verdict,
        study: studied.as_ref(),
        curves: &options.curve,
        failure: failure.as_ref(),
        explanations: &explanations,
        findings: &findings,
        bad_lines: summary.bad_lines,
        scanned_lines,
        command: &command,
    };
    print(&match options.format {
        Format::Json => report::json(&report),
        Format::Markdown => report::markdown(&report),
        Format::Csv => report::csv(&report),
        Format::Text | Format::Screen | Format::Svg => report::text(&report),
    })?;
    if let Err(why) = &analysis.credit
        && options.scenario.method.is_some()
    {
        let nearest = why.nearest.as_ref().map_or(String::new(), |it| format!("; nearest available: {it}"));
        bail!("{} cannot be computed: {}{nearest}", credit::scenario_name(&analysis.scenario), why.missing);
    }
    if options.max_bad.is_some_and(|it| summary.bad_lines > it) {
        eprintln!("creditscope: {} lines could not be read", summary.bad_lines);
        return Ok(TOO_MANY_BAD);
    }
    let mut hits: Vec<String> =
        rules.iter().filter_map(|it| it.hit(&episode, &analysis, summary.bad_lines)).collect();
    if !rules.is_empty() && options.episode.is_none() {
        // Without a choice, a rule is about every episode of the log.
        for other in (0..summary.episodes.len()).map(EpisodeId::from_index).filter(|it| *it != id) {
            let Ok(episode) = logs.store.episode(other) else { continue };
            let Ok(scenario) = options.scenario.options().scenario(&episode) else { continue };
            let analysis = runtime::analyse(&episode, &scenario);
            hits.extend(rules.iter().filter_map(|it| it.hit(&episode, &analysis, summary.bad_lines)));
        }
    }
    for line in &hits {
        eprintln!("{line}");
    }
    Ok(if hits.is_empty() { 0 } else { RULE_HIT })
}

/// Curves, messages and how sure the verdict is, of which verdict and sweep are told.
fn study(options: &Report, episode: &Episode, analysis: &mut Analysis) -> Study {
    let setting = MessageSetting { beta: options.message_beta, tau: options.message_tau };
    let study = app::study(episode, analysis, setting);
    study.tell(&mut analysis.sweep, &mut analysis.verdict);
    study
}

/// # Errors
/// When a curve was asked for that there is not.
fn known_curves(options: &Report, study: Option<&Study>) -> anyhow::Result<()> {
    let curves = study.map_or(&[][..], |it| &it.curves);
    for name in &options.curve {
        if name != "all" && !curves.iter().any(|it| it.is_called(name)) {
            let known: Vec<String> = curves.iter().map(Curve::name).collect();
            let known = if known.is_empty() { "there is none".to_owned() } else { known.join(", ") };
            bail!("--curve: no curve '{name}' moves the credit of this episode; {known}");
        }
    }
    Ok(())
}

/// The arithmetic of the agent or act called `name`.
fn explain(episode: &Episode, analysis: &Analysis, name: &str) -> anyhow::Result<Explanation> {
    let mut scenario = analysis.scenario.clone();
    let target = if let Some(at) = episode.agents.iter().position(|it| it.name == name) {
        Target::Agent(crate::model::AgentId::from_index(at))
    } else if let Some(at) = episode.acts.iter().position(|it| it.id == name) {
        let own = analysis.credit.as_ref().is_ok_and(|it| !it.acts.is_empty());
        if let Some(acts) = analysis.acts.as_ref().filter(|_| !own) {
            scenario.method.clone_from(&acts.method);
            scenario.baseline.clone_from(&acts.baseline);
            scenario.params.clear();
        }
        Target::Act(crate::model::ActId::from_index(at))
    } else {
        bail!("--explain: no agent or act '{name}' in this episode");
    };
    credit::explain(episode, &scenario, target)
        .map_err(|it| anyhow::Error::msg(it.missing))
        .with_context(|| format!("--explain {name}"))
}

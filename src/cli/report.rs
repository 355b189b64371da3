//! `creditscope report`: what the screen says, without a terminal.

use anyhow::{Context, bail};

use super::{
    RULE_HIT, TOO_MANY_BAD,
    arguments::{self, Report},
    fail_rule::{FailRule, RuleVerdict},
    filters, headless,
    log_options::LogOptions,
    output_format::OutputFormat,
    picture, print, print_json, print_parts,
    progress::{Progress, of_episodes},
    unread::Unread,
};
use crate::{
    app::{Analysis, command_line},
    credit::{self, Curve, MessageSetting, Study, Target},
    model::{Episode, EpisodeId, Explanation, LogSummary, Scenario},
    report::{self, Output, Printed, Surroundings},
    runtime::{self, Around, Computing, OpenedLogs, Reported, validate},
    store::Pass,
    suspicion::Xray,
};

impl Report {
    /// The report that replaces the terminal if there is none.
    pub(super) fn of_logs(logs: LogOptions, episode: Option<String>) -> Self {
        Self {
            logs,
            episode,
            format: OutputFormat::TEXT,
            explain: Vec::new(),
            curve: Vec::new(),
            provenance: None,
            context: None,
            failure: false,
            run: false,
            groups: false,
            success: None,
            message_beta: MessageSetting::default().beta,
            message_tau: MessageSetting::default().tau,
            size: None,
            rules: Vec::new(),
            keys: String::new(),
            raw_cells: false,
            fail: Vec::new(),
            max_bad: None,
            search: None,
            filter: Vec::new(),
            scenario: arguments::Scenario::default(),
        }
    }
}

/// Logs up to this many bytes are read in full, which takes a fraction of a second. Of larger ones only the
/// reported episode is, unless an exit code depends on all lines.
const IN_FULL: u64 = 256 << 20;

/// Prints the report; the exit code.
pub(super) fn run(options: &Report) -> anyhow::Result<u8> {
    if options.run {
        return super::training::run(options);
    }
    if let Some(pattern) = &options.search {
        return super::search::run(options, pattern);
    }
    if options.groups {
        return super::groups::run(options);
    }
    let filters = filters::parse(&options.filter)?;
    let rules = options.fail.iter().map(|it| FailRule::parse(it)).collect::<Result<Vec<_>, _>>();
    let rules = rules.map_err(anyhow::Error::msg)?;
    let mut read = Read::all(options, rules.iter().any(FailRule::is_about_lines))?;
    let mut unread = Unread::of(&read.summary);
    unread.tell();
    let passing = filters::episodes(&read.logs.store, &read.summary, &filters);
    let id = headless::pick(&read.summary, options.episode.as_deref(), passing.as_deref())?;
    let gated = !rules.is_empty() || options.max_bad.is_some();
    let output = match options.format {
        OutputFormat::Document(it) => it,
        OutputFormat::Picture(it) => {
            let code = gates(options, &rules, &mut read, id, None, &mut unread)?;
            picture::run(it, options, read.logs, &read.summary, id, &filters)?;
            return Ok(unread.exit_code(code, gated));
        }
    };
    let progress = Progress::begin("reading the episode");
    let logged = read.logs.store.episode_among_peers(id)?;
    drop(progress);
    let scenario = options.scenario.options().scenario(&logged).map_err(anyhow::Error::msg)?;
    let episode = credit::rewarded(&logged, &scenario);
    let mut found = Found::of(options, output, &mut read, id, (&logged, &episode), &scenario)?;
    let listed = passing.map(|passing| {
        let listed = filters::acts(&read.logs.store, id, &episode, &filters);
        filters::limit(&mut found.reported.analysis, &listed);
        report::Listed {
            filters: options.filter.clone(),
            acts: listed.iter().filter(|it| **it).count(),
            episodes: passing.iter().map(|it| read.summary.episodes[*it].name.to_string()).collect(),
            all_episodes: read.summary.episodes.len(),
        }
    });
    found.print(output, options, &read, &episode, listed.as_ref())?;
    if options.scenario.method.is_some() {
        found.is_computed()?;
    }
    let code =
        gates(options, &rules, &mut read, id, Some((&episode, &found.reported.analysis)), &mut unread)?;
    Ok(unread.exit_code(code, gated))
}

/// Logs that were read to their end.
struct Read {
    logs: OpenedLogs,
    summary: LogSummary,
    /// Lines of which only the outside was read.
    scanned_lines: u64,
}

impl Read {
    /// `in_full`: an exit code depends on every line.
    fn all(options: &Report, in_full: bool) -> anyhow::Result<Self> {
        let (mut logs, mut summary) = headless::read_all(options.logs.arguments(), Pass::Headers)?;
        if in_full || options.max_bad.is_some() || summary.bytes().0 <= IN_FULL {
            let progress = Progress::begin("reading every line in full");
            validate(&mut logs);
            drop(progress);
            summary = LogSummary { loaded: true, ..logs.store.summary() };
            return Ok(Self { logs, summary, scanned_lines: 0 });
        }
        let scanned_lines = logs.store.scanned_lines();
        Ok(Self { logs, summary, scanned_lines })
    }
}

/// What was computed of the episode, and what only the command line asks for.
struct Found {
    reported: Reported,
    xray: Option<Xray>,
    context: Option<Surroundings>,
}

impl Found {
    fn of(
        options: &Report,
        output: &Output,
        read: &mut Read,
        id: EpisodeId,
        (logged, episode): (&Episode, &Episode),
        scenario: &Scenario,
    ) -> anyhow::Result<Self> {
        let progress = Progress::begin("looking at the run");
        let around = Around::of(&mut read.logs.store, &read.summary, id, episode, options.failure);
        progress.say(|| "computing credit by every method, curves and how sure the verdict is".to_owned());
        let messages = MessageSetting { beta: options.message_beta, tau: options.message_tau };
        let computing = Computing { success: options.success, messages };
        let mut reported =
            Reported::of(around, (logged, episode), scenario, output, computing, &read.summary);
        known_curves(options, reported.study.as_ref())?;
        if !options.explain.is_empty() {
            let explanations = options.explain.iter().map(|it| explain(episode, &reported.analysis, it));
            reported.named = explanations.collect::<anyhow::Result<Vec<_>>>()?;
        }
        drop(progress);
        let xray = options.provenance.as_deref().map(|act| {
            let traced = read.logs.store.xray(id, Some(act).filter(|it| !it.is_empty()));
            traced.map(|it| it.1).map_err(anyhow::Error::msg)
        });
        let xray = xray.transpose()?;
        let context =
            options.context.as_deref().map(|act| surroundings(read, id, logged, act)).transpose()?;
        Ok(Self { reported, xray, context })
    }

    /// Writes the report as `output` prints it.
    fn print(
        &self,
        output: &Output,
        options: &Report,
        read: &Read,
        episode: &Episode,
        listed: Option<&report::Listed>,
    ) -> anyhow::Result<u8> {
        let scenario = &self.reported.analysis.scenario;
        let log = options.logs.shown();
        let command = command_line::of_scenario(&options.logs.words(), episode, scenario);
        let files = |origin| read.summary.place(origin);
        let lines = (read.summary.bad_lines, read.scanned_lines);
        let report = report::Report {
            listed,
            raw_cells: options.raw_cells,
            curves: &options.curve,
            xray: self.xray.as_ref(),
            context: self.context.as_ref(),
            ..self.reported.report(episode, (&log, &command), &files, lines)
        };
        match (output.print)(&report) {
            Printed::Text(text) => print(&text),
            Printed::Json(json) => print_json(&json),
            Printed::Parts(parts) => print_parts(parts),
        }
    }

    /// # Errors
    /// When the method that was asked for cannot be computed: why.
    fn is_computed(&self) -> anyhow::Result<()> {
        let Err(why) = &self.reported.analysis.credit else { return Ok(()) };
        let nearest = why.nearest.as_ref().map_or(String::new(), |it| format!("; nearest available: {it}"));
        let name = credit::scenario_name(&self.reported.analysis.scenario);
        bail!("{name} cannot be computed: {}{nearest}", why.missing)
    }
}

/// What surrounds the acts, with the state after `act`, or after the last one if that is empty.
///
/// # Errors
/// When the episode has no such act, or its records can no longer be read.
fn surroundings(read: &Read, id: EpisodeId, episode: &Episode, act: &str) -> anyhow::Result<Surroundings> {
    let named = || episode.act_ids().find(|it| episode.act(*it).id == act);
    let act = match act {
        "" => episode.act_ids().next_back(),
        name => Some(named().with_context(|| format!("no act '{name}' in this episode"))?),
    };
    let (_, context) = read.logs.store.context(id).map_err(anyhow::Error::msg)?;
    Ok(Surroundings { context, act })
}

/// The exit code by `--max-bad` and the rules, which hold in the reported episode or, if none was chosen, in any of
/// the log. A line on stderr for each that does. `reported`: the episode as the report shows it, with its credit.
///
/// # Errors
/// When a rule can never hold.
fn gates(
    options: &Report,
    rules: &[FailRule],
    read: &mut Read,
    id: EpisodeId,
    reported: Option<(&Episode, &Analysis)>,
    unread: &mut Unread,
) -> anyhow::Result<u8> {
    let bad_lines = read.summary.bad_lines;
    if options.max_bad.is_some_and(|it| bad_lines > it) {
        eprintln!("creditscope: {bad_lines} lines could not be read");
        return Ok(TOO_MANY_BAD);
    }
    let mut verdicts: Vec<RuleVerdict<'_>> = rules.iter().map(RuleVerdict::of).collect();
    if rules.is_empty() {
        return Ok(0);
    }
    if let Some((episode, analysis)) = reported {
        verdicts.iter_mut().for_each(|it| it.look_at(episode, analysis, bad_lines));
    }
    let one = options.episode.is_some();
    let all = (0..read.summary.episodes.len()).map(EpisodeId::from_index);
    let progress = Progress::begin("looking at the other episodes");
    for other in all.filter(|it| if *it == id { reported.is_none() } else { !one }) {
        let name = &read.summary.episodes[other.index()].name;
        progress.say(|| of_episodes("looking at", other.index(), read.summary.episodes.len()));
        let episode = match read.logs.store.episode_among_peers(other) {
            Ok(episode) => episode,
            Err(why) => {
                let what = format!("episode {name}: {why}");
                progress.interrupt(|| eprintln!("creditscope: not read: {what}"));
                unread.add(what);
                continue;
            }
        };
        // A scenario that names agents or acts of another episode does not apply.
        let Ok(scenario) = options.scenario.options().scenario(&episode) else { continue };
        let episode = credit::rewarded(&episode, &scenario);
        let analysis = runtime::analyse(&episode, &scenario);
        verdicts.iter_mut().for_each(|it| it.look_at(&episode, &analysis, bad_lines));
    }
    drop(progress);
    let mut code = 0;
    for verdict in &verdicts {
        for line in verdict.lines()? {
            eprintln!("{line}");
            code = RULE_HIT;
        }
    }
    Ok(code)
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

//! `creditscope replay`: what a log lacks is run again by an outside program, and kept beside the log.

mod answers;
mod asked;

use std::{
    fs::OpenOptions,
    io::{self, BufRead, IsTerminal, Write},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail, ensure};

use super::{
    arguments::{AbsenceWord, Replay},
    headless,
    progress::Progress,
    unread::Unread,
};
use crate::{
    log::Payload,
    model::{Absence, ActId, AgentId, Episode, Sample},
    replay::{
        Absent, AlternativesPlan, Certainty, CoalitionPlan, Hello, NoChange, ReplayRequest, Replayed, compare,
    },
    runtime::{OpenedLogs, ReplayOrder, ReplayReport, ReplayerSetting, Replayers},
    source::Beside,
    store::Pass,
    text,
};
use answers::Answers;
use asked::Asked;

/// Exit code: the replayer is not what the log came from, or some of what was asked for failed.
const NOT_DONE: u8 = 1;
/// Runs of the team as it was, if it is not asked for anyway.
const UNCHANGED: u32 = 8;
/// Runs that are decided on together.
const AT_A_TIME: u32 = 4;
/// Rounds of a budget: after each the certainty is looked at.
const ROUNDS: u32 = 8;
/// A round has no more runs.
const MOST_A_ROUND: u32 = 4096;
/// How often something is looked for.
const PATIENCE: Duration = Duration::from_millis(200);
/// How long the replayer may take to begin.
const START: Duration = Duration::from_secs(120);

/// Runs what the log lacks.
pub(super) fn run(options: &Replay) -> anyhow::Result<u8> {
    let (logs, summary) = headless::read_all(options.logs.arguments(), Pass::Headers)?;
    let unread = Unread::of(&summary);
    unread.tell();
    let id = headless::pick(&summary, options.episode.as_deref(), None)?;
    let episode = logs.store.episode(id)?;
    let mut asked = Asked::of(options, (&logs, &summary), id, &episode)?;
    let out = &mut io::stdout();
    let task = Task { options, episode: &episode };
    if options.act.is_empty() {
        let plan = CoalitionPlan::of(&episode, options.absence.map(AbsenceWord::absence))
            .map_err(anyhow::Error::msg)?;
        asked.wants = absent(plan.absence()).0;
        writeln!(out, "{}", coalition_words(&task, &plan))?;
        let Some(replayers) = begin(&task, &asked, out)? else { return Ok(unread.exit_code(0, false)) };
        let code = Session { task, asked, logs, replayers, hello: None, failed: Vec::new(), kept: 0 }
            .coalitions(plan, out)?;
        return Ok(unread.exit_code(code, false));
    }
    // An act that is named twice is run once.
    let mut named: Vec<&str> = options.act.iter().map(String::as_str).collect();
    named.sort_unstable();
    named.dedup();
    let plans = named.iter().map(|it| alternatives(&task, &logs, it)).collect::<anyhow::Result<Vec<_>>>()?;
    for plan in &plans {
        writeln!(out, "{}", alternative_words(&task, plan))?;
    }
    let Some(replayers) = begin(&task, &asked, out)? else { return Ok(unread.exit_code(0, false)) };
    let session = Session { task, asked, logs, replayers, hello: None, failed: Vec::new(), kept: 0 };
    let code = session.alternatives(&plans, out)?;
    Ok(unread.exit_code(code, false))
}

impl AbsenceWord {
    fn absence(self) -> Absence {
        match self {
            Self::Resampled => Absence::Resampled,
            Self::Null => Absence::Null,
            Self::Removed => Absence::Removed,
        }
    }
}

/// What is to be done, of which episode.
#[derive(Clone, Copy)]
struct Task<'a> {
    options: &'a Replay,
    episode: &'a Episode,
}

impl Task<'_> {
    fn names(&self, agents: &[AgentId]) -> String {
        let names: Vec<&str> = agents.iter().map(|it| self.episode.agent(*it).name.as_str()).collect();
        if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
    }
}

/// `exact Shapley, 4 agents: 16 coalitions, 11 logged, 5 to run x 8 runs = 40; absent agents are resampled`.
fn coalition_words(task: &Task<'_>, plan: &CoalitionPlan) -> String {
    let (all, logged) = plan.counts();
    let (missing, samples) = (plan.missing().len(), task.options.samples);
    let (what, _) = absent(plan.absence());
    let mut words = format!(
        "plan      exact Shapley, {} agents ({}): {all} coalitions, {logged} logged, {missing} to run x {samples} = {} runs; \
         an absent agent: {}",
        plan.players().len(),
        task.names(plan.players()),
        missing as u64 * u64::from(samples),
        what.word()
    );
    if task.options.budget > 0 {
        let end = if task.options.until_settled { ", or until one agent can be it" } else { "" };
        words += &format!("; then up to {} runs where they tell most{end}", task.options.budget);
    }
    words
}

fn alternative_words(task: &Task<'_>, plan: &AlternativesPlan) -> String {
    let act = task.episode.act(plan.act);
    let others: Vec<String> =
        plan.choices.iter().filter(|it| !it.is_real).map(|it| format!("\"{}\"", it.label)).collect();
    format!(
        "plan      alternatives at {} ({} \"{}\"): {}; {} x {} runs = {}",
        act.id,
        task.episode.agent(act.agent).name,
        act.taken_label(),
        others.join(", "),
        plan.choices.len(),
        task.options.samples,
        plan.choices.len() as u64 * u64::from(task.options.samples)
    )
}

/// What is asked of a replayer for an absent agent, and the word of the record.
fn absent(absence: &Absence) -> (Absent, &'static str) {
    match absence {
        Absence::Removed => (Absent::Remove, "removed"),
        Absence::Null => (Absent::Null, "null"),
        Absence::Resampled | Absence::Unstated | Absence::Other(_) => (Absent::Resample, "resampled"),
    }
}

fn alternatives(task: &Task<'_>, logs: &OpenedLogs, name: &str) -> anyhow::Result<AlternativesPlan> {
    let episode = task.episode;
    let at = episode.acts.iter().position(|it| it.id == name);
    let at = at.with_context(|| format!("no act '{}' in {}", text::clean(name), episode.name))?;
    let act = ActId::from_index(at);
    let known = asked::actions(logs, episode, act);
    let payload = |label: &str| known.iter().find(|it| it.0 == label).map(|it| it.1.clone());
    AlternativesPlan::of(episode, act, &task.options.tried, payload).map_err(anyhow::Error::msg)
}

/// Shows the command, asks for consent and begins it; `None`: nothing is to be run.
fn begin(task: &Task<'_>, asked: &Asked, out: &mut impl Write) -> anyhow::Result<Option<Replayers>> {
    let options = task.options;
    writeln!(out, "replayer  {}", text::clean(&options.replayer))?;
    writeln!(out, "results   {}", text::clean(&asked.results.to_string_lossy()))?;
    if options.dry_run {
        return Ok(None);
    }
    out.flush()?;
    can_be_written(&asked.results)?;
    if !options.yes {
        ensure!(
            io::stdin().is_terminal(),
            "nothing was run: the command above needs a person's consent, or --yes"
        );
        eprint!("Run this command? [y/N] ");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        ensure!(matches!(answer.trim(), "y" | "Y" | "yes"), "nothing was run");
    }
    Ok(Some(Replayers::start(&ReplayerSetting {
        command: options.replayer.clone(),
        processes: usize::from(options.replay_jobs),
        start_limit: START,
        limit: Duration::from_secs_f64(options.timeout),
    })))
}

/// Nothing is run whose results could not be kept.
fn can_be_written(path: &Path) -> anyhow::Result<()> {
    let is_new = !path.exists();
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.with_context(|| format!("cannot write '{}'", text::clean(&path.to_string_lossy())))?;
    if is_new {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

/// A replayer at work.
struct Session<'a> {
    task: Task<'a>,
    asked: Asked,
    logs: OpenedLogs,
    replayers: Replayers,
    hello: Option<Hello>,
    /// What failed, and why.
    failed: Vec<String>,
    /// Records that were written.
    kept: u64,
}

impl Session<'_> {
    fn coalitions(mut self, mut plan: CoalitionPlan, out: &mut impl Write) -> anyhow::Result<u8> {
        let before = plan.certainty(&[], self.task.options.seed);
        if let Some(known) = &before {
            writeln!(out, "before    {}", certainty_words(&self.task, known))?;
        }
        let everybody = plan.everybody();
        let logged = plan.logged(everybody).cloned();
        let samples = self.task.options.samples;
        let is_missing = plan.missing().contains(&everybody);
        let unchanged = if is_missing { samples } else { UNCHANGED.min(samples) };
        // The team as it was comes first: is it the same game?
        let order = self.asked.coalition(&plan, (everybody, unchanged), self.task.options.seed);
        let seed = order.seed;
        let runs = self.answers(vec![order], None)?;
        if self.is_refused(&runs.take(0), logged.as_ref(), out)? {
            return Ok(NOT_DONE);
        }
        // What the log knows of the whole team stays as it is.
        if let Some(replayed) = runs.of(0).filter(|_| is_missing) {
            let source = self.asked.source(self.hello.as_ref(), seed);
            let line = self.asked.coalition_line(&plan, everybody, replayed, &source, now());
            self.append(&line)?;
            plan.add(everybody, &replayed.returns);
        }
        let missing: Vec<(usize, u32)> = plan.missing().into_iter().map(|it| (it, samples)).collect();
        self.run(&mut plan, &missing)?;
        self.budget(&mut plan, out)?;
        match plan.certainty(&[], self.task.options.seed) {
            Some(known) => {
                for (agent, value) in &known.credit {
                    writeln!(out, "credit    {:+.4}  {}", value, self.task.names(&[*agent]))?;
                }
                writeln!(out, "after     {}", certainty_words(&self.task, &known))?;
            }
            None => writeln!(out, "after     {} coalitions have no value yet", plan.missing().len())?,
        }
        self.finish(out)
    }

    /// Spends the budget round by round, and says what each is expected to bring before it runs.
    fn budget(&mut self, plan: &mut CoalitionPlan, out: &mut impl Write) -> anyhow::Result<()> {
        let Replay { budget, until_settled, seed, .. } = *self.task.options;
        let mut left = budget;
        while left > 0 {
            let Some(now) = plan.certainty(&[], seed) else { return Ok(()) };
            if until_settled && now.candidates.len() < 2 {
                writeln!(out, "settled   {left} of {budget} runs were not needed")?;
                return Ok(());
            }
            let more = plan.next(left.min((budget / ROUNDS).clamp(AT_A_TIME, MOST_A_ROUND)), AT_A_TIME);
            let wanted: Vec<(usize, u32)> = more.iter().copied().enumerate().filter(|it| it.1 > 0).collect();
            let count: u32 = wanted.iter().map(|it| it.1).sum();
            if count == 0 {
                writeln!(out, "stopped   the runs show no spread that more of them could lessen")?;
                return Ok(());
            }
            let expected = plan.certainty(&more, seed).and_then(|it| it.flip);
            let runs = self.run(plan, &wanted)?;
            let found = plan.certainty(&[], seed).and_then(|it| it.flip);
            writeln!(
                out,
                "round     {count} runs of {} coalitions: another name {} expected, {} now",
                wanted.len(),
                chance_words(expected),
                chance_words(found)
            )?;
            if runs.is_empty() {
                return Ok(());
            }
            left -= count;
        }
        Ok(())
    }

    fn alternatives(mut self, plans: &[AlternativesPlan], out: &mut impl Write) -> anyhow::Result<u8> {
        let reward = self.task.episode.reward().map(|it| it.value);
        for plan in plans {
            let samples = self.task.options.samples;
            let seed = self.task.options.seed;
            let agent = self.task.episode.act(plan.act).agent;
            let line = |asked: &Asked, hello: Option<&Hello>, at: usize, seed: u64, replayed: &Replayed| {
                asked.alternative_line(plan, (at, agent), replayed, &asked.source(hello, seed), now())
            };
            // What was done, done again, is the arm without a change; it comes first and plays on by chance.
            let done: Vec<usize> = (0..plan.choices.len()).filter(|it| plan.choices[*it].is_real).collect();
            let others: Vec<usize> =
                (0..plan.choices.len()).filter(|it| !plan.choices[*it].is_real).collect();
            let mut runs: Vec<Option<Replayed>> = vec![None; plan.choices.len()];
            for (places, is_done) in [(done, true), (others, false)] {
                let orders: Vec<ReplayRequest> =
                    places.iter().map(|at| self.asked.alternative(plan, *at, samples, seed)).collect();
                let seeds: Vec<u64> = orders.iter().map(|it| it.seed).collect();
                let of_place = |asked: &Asked, hello: Option<&Hello>, at: usize, replayed: &Replayed| {
                    line(asked, hello, places[at], seeds[at], replayed)
                };
                let found = self.answers(orders, (!is_done).then_some(&of_place))?;
                if is_done && let Some(same) = found.of(0) {
                    let deterministic = self.hello.as_ref().is_some_and(|it| it.is_deterministic);
                    let said = compare(&same.returns, None, reward, deterministic);
                    if self.says_no(&said, out)? {
                        return Ok(NOT_DONE);
                    }
                    let line = of_place(&self.asked, self.hello.as_ref(), 0, same);
                    self.append(&line)?;
                }
                for (at, place) in places.iter().enumerate() {
                    runs[*place] = found.of(at).cloned();
                }
            }
            for (choice, replayed) in plan.choices.iter().zip(&runs) {
                let Some(replayed) = replayed else { continue };
                let sample = Sample::of_returns(replayed.returns.clone());
                writeln!(
                    out,
                    "{}  {:+.4}{}  {} runs  {}",
                    if choice.is_real { "done    " } else { "instead " },
                    sample.mean.unwrap_or(0.0),
                    sample.standard_error().map_or(String::new(), |it| format!(" ±{:.4}", 1.96 * it)),
                    replayed.returns.len(),
                    choice.label
                )?;
            }
        }
        self.finish(out)
    }

    /// Runs so many of each coalition, and keeps what comes: beside the log at once, then in the plan.
    fn run(&mut self, plan: &mut CoalitionPlan, wanted: &[(usize, u32)]) -> anyhow::Result<Answers> {
        let seed = self.task.options.seed;
        let orders: Vec<ReplayRequest> =
            wanted.iter().map(|it| self.asked.coalition(plan, *it, seed)).collect();
        let seeds: Vec<u64> = orders.iter().map(|it| it.seed).collect();
        let known = &*plan;
        let line = |asked: &Asked, hello: Option<&Hello>, at: usize, replayed: &Replayed| {
            asked.coalition_line(known, wanted[at].0, replayed, &asked.source(hello, seeds[at]), now())
        };
        let runs = self.answers(orders, Some(&line))?;
        for (at, (mask, _)) in wanted.iter().enumerate() {
            if let Some(replayed) = runs.of(at) {
                plan.add(*mask, &replayed.returns);
            }
        }
        Ok(runs)
    }

    /// Sends all orders, numbered by their place, and waits for what comes of them. With `line` each is kept beside the log
    /// as it comes.
    fn answers(&mut self, orders: Vec<ReplayRequest>, line: Option<&LineOf<'_>>) -> anyhow::Result<Answers> {
        let mut answers = Answers::new(orders.len());
        let all: u64 = orders.iter().map(|it| u64::from(it.samples)).sum();
        for (number, request) in orders.into_iter().enumerate() {
            self.replayers.order(ReplayOrder { number, request });
        }
        let progress = Progress::begin("beginning the replayer");
        let mut last = String::new();
        while answers.are_awaited() {
            match self.replayers.next(PATIENCE) {
                Some(ReplayReport::Ready(hello)) => {
                    if let Some(what) = self.asked.lacking(&hello) {
                        bail!(
                            "{} {} cannot {}",
                            text::clean(&hello.name),
                            text::clean(&hello.version),
                            what.word()
                        );
                    }
                    self.hello = Some(hello);
                }
                Some(ReplayReport::Progress(number, done)) => answers.progress(number, done),
                Some(ReplayReport::Done(number, replayed)) => {
                    if let Some(line) = line {
                        let line = line(&self.asked, self.hello.as_ref(), number, &replayed);
                        self.append(&line)?;
                    }
                    answers.done(number, replayed);
                }
                Some(ReplayReport::Failed(number, why)) => {
                    answers.failed(number);
                    self.failed.push(text::clean(&why));
                }
                Some(ReplayReport::Restarted(why)) => {
                    eprintln!("creditscope: the replayer is begun again: {}", text::clean(&why));
                }
                Some(ReplayReport::Ended(why)) => last = text::clean(&why),
                None if self.replayers.are_over() => {
                    ensure!(self.hello.is_some(), "the replayer does not begin: {last}");
                    self.failed.push(last);
                    break;
                }
                None => {}
            }
            progress.say(|| answers.words(all));
        }
        Ok(answers)
    }

    fn append(&mut self, line: &str) -> anyhow::Result<()> {
        let file = self.asked.file;
        self.logs.append_beside(Beside::Replays, file, line).map_err(anyhow::Error::msg)?;
        self.kept += 1;
        Ok(())
    }

    /// Whether the replayer is another game than the logged one, which is said first.
    fn is_refused(
        &mut self,
        team: &[f64],
        logged: Option<&Sample>,
        out: &mut impl Write,
    ) -> anyhow::Result<bool> {
        if team.is_empty() {
            writeln!(out, "same?     not known: the team could not be run without a change")?;
            return Ok(false);
        }
        let reward = self.task.episode.reward().map(|it| it.value);
        let deterministic = self.hello.as_ref().is_some_and(|it| it.is_deterministic);
        let said = compare(team, logged, reward, deterministic);
        self.says_no(&said, out)
    }

    fn says_no(&self, said: &NoChange, out: &mut impl Write) -> anyhow::Result<bool> {
        match said {
            NoChange::Agrees(words) => writeln!(out, "same?     yes: {words}")?,
            NoChange::Unknown(words) => writeln!(out, "same?     not known: {words}")?,
            NoChange::Differs(words) => {
                writeln!(out, "same?     NO: the replayer is not what the log came from: {words}")?;
                let goes_on = self.task.options.even_if_it_differs;
                if !goes_on {
                    writeln!(out, "          nothing was kept; --even-if-it-differs keeps it")?;
                }
                return Ok(!goes_on);
            }
        }
        Ok(false)
    }

    fn finish(self, out: &mut impl Write) -> anyhow::Result<u8> {
        let mut failed = self.failed;
        let count = failed.len();
        failed.sort();
        failed.dedup();
        for why in failed.iter().take(3) {
            eprintln!("creditscope: not run: {why}");
        }
        let path = text::clean(&self.asked.results.to_string_lossy());
        match self.kept {
            0 => writeln!(out, "kept      nothing")?,
            n => writeln!(out, "kept      {n} records in {path}")?,
        }
        Ok(if count > 0 { NOT_DONE } else { 0 })
    }
}

/// `bob; another name in 2-5% of measurements; ada or bob can be it`.
fn certainty_words(task: &Task<'_>, known: &Certainty) -> String {
    let failed = task.episode.failed();
    let by_value = |a: &&(AgentId, f64), b: &&(AgentId, f64)| a.1.total_cmp(&b.1);
    let named =
        if failed { known.credit.iter().min_by(by_value) } else { known.credit.iter().max_by(by_value) };
    let named = named.map_or_else(String::new, |it| task.names(&[it.0]));
    let most = if failed { "least" } else { "most" };
    let Some(flip) = known.flip else {
        return format!(
            "{named} has the {most}; the runs do not vary, or say not how much: no chance of another name"
        );
    };
    format!(
        "{named} has the {most}; measured again, another name: {}; can be it: {}",
        chance_words(Some(flip)),
        task.names(&known.candidates)
    )
}

fn chance_words(chance: Option<(f64, f64)>) -> String {
    let Some((low, high)) = chance else { return "not known".to_owned() };
    let (low, high) = (100.0 * low, 100.0 * high);
    match () {
        () if high < 1.0 => "<1%".to_owned(),
        () if high - low < 1.0 => format!("{high:.0}%"),
        () => format!("{low:.0}-{high:.0}%"),
    }
}

#[allow(clippy::disallowed_methods, reason = "a record says when its runs were made")]
fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since.as_secs_f64() * 1e3).round() / 1e3
}

/// The record of what came of an order: by its place.
type LineOf<'a> = dyn Fn(&Asked, Option<&Hello>, usize, &Replayed) -> String + 'a;

/// Every action of which a record holds the JSON, by its label.
type Actions = Vec<(String, Payload)>;

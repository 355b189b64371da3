//! What a report about an episode needs, for the command line and for exports of the screen alike: first what only the logs
//! tell, then what is computed from it, which may happen on another thread.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Gathering, Survey, analyse, study};
use crate::{
    app::Analysis,
    check,
    credit::{self, FailureStudy, MessageSetting, PersonsAgree, RunOutcomes, Study},
    model::{Diagnostic, Episode, EpisodeId, Explanation, FileId, LogSummary, Origin, Rollout, Scenario},
    report::{Output, Report},
    store::Store,
};

/// What the logs tell of an episode beside itself.
pub struct Around {
    /// How its run went, where that is asked for.
    run: Option<RunOutcomes>,
    /// The rollouts around it, where its log declares advantages.
    rollouts: Option<Vec<Arc<Rollout>>>,
    /// How far persons agree over its run.
    agreements: Vec<PersonsAgree>,
}

impl Around {
    /// Of the episode `id`, as one whose reward is the one that is asked for. `failure`: its run is looked at also where it did
    /// not fail.
    pub fn of(
        store: &mut Store,
        summary: &LogSummary,
        id: EpisodeId,
        episode: &Episode,
        failure: bool,
    ) -> Self {
        let run = (episode.failed() || failure).then(|| Survey::all(store, id, episode));
        let declares = !credit::group_algorithms(episode).is_empty();
        let rollouts = declares.then(|| Gathering::all(store, id));
        Self { run, rollouts, agreements: agreements(store, summary, id) }
    }
}

/// How far persons agree over the episodes of the run of `id`.
fn agreements(store: &Store, summary: &LogSummary, id: EpisodeId) -> Vec<PersonsAgree> {
    let all = &summary.episodes;
    let run = all.get(id.index()).and_then(|it| it.run.clone());
    let judged = all.iter().filter(|it| it.notes > 0 && it.run == run);
    let read = judged.filter_map(|it| store.episode(it.id).ok());
    credit::agreements(&read.map(|it| credit::opinions(&it)).collect::<Vec<_>>())
}

/// How to compute what is reported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Computing {
    /// The least return that counts as a success, if it is given.
    pub success: Option<f64>,
    /// How messages are divided.
    pub messages: MessageSetting,
}

/// What was computed of an episode, as one whose reward is the one that is asked for, and what is wrong with it as it is
/// logged.
pub struct Reported {
    /// Credit, sweep and verdict.
    pub analysis: Analysis,
    /// Curves, messages and how sure the verdict is, for outputs that tell of them.
    pub study: Option<Study>,
    /// Where it was lost.
    pub failure: Option<FailureStudy>,
    /// How far persons agree over its run.
    pub agreements: Vec<PersonsAgree>,
    /// The arithmetic of the numbers that the verdict names, for outputs that bring it by themselves.
    pub named: Vec<Explanation>,
    /// What is wrong with the log and with the episode.
    pub findings: Vec<Diagnostic>,
}

impl Reported {
    /// Computes all of it. `logged` is the episode as it is logged, `episode` as `scenario` credits it.
    pub fn of(
        around: Around,
        (logged, episode): (&Episode, &Episode),
        scenario: &Scenario,
        output: &Output,
        computing: Computing,
        summary: &LogSummary,
    ) -> Self {
        let mut analysis = analyse(episode, scenario);
        let study = output.has_study.then(|| {
            let study = study(episode, &analysis, computing.messages);
            study.tell(&mut analysis.sweep, &mut analysis.verdict);
            study
        });
        let failure = around.run.map(|it| credit::failure_study(episode, computing.success, Some(&it)));
        let task = failure.as_ref().and_then(|it| it.task.as_ref());
        analysis.verdict.task = task.and_then(|it| it.clue(episode));
        if let Some(rollouts) = &around.rollouts {
            let rollouts: Vec<&Rollout> = rollouts.iter().map(|it| &**it).collect();
            analysis.verdict.tell_advantages(credit::advantages(episode, &rollouts));
        }
        let named = match output.explains_named {
            true => credit::explain_named(episode, &analysis.scenario, &analysis.verdict),
            false => Vec::new(),
        };
        let mut findings = summary.diagnostics.to_vec();
        findings.extend(LogFindings::of(summary).own(logged));
        findings.extend(check::check(logged));
        Self { analysis, study, failure, agreements: around.agreements, named, findings }
    }

    /// The report, with nothing that only the command line asks for.
    pub fn report<'a>(
        &'a self,
        episode: &'a Episode,
        (log, command): (&'a str, &'a str),
        files: &'a dyn Fn(Origin) -> String,
        (bad_lines, scanned_lines): (u64, u64),
    ) -> Report<'a> {
        let analysis = &self.analysis;
        Report {
            log,
            files,
            episode,
            raw_cells: false,
            listed: None,
            scenario: &analysis.scenario,
            credit: &analysis.credit,
            acts: analysis.acts.as_ref(),
            pairs: analysis.pairs.as_ref().ok(),
            own: analysis.own.as_deref(),
            sweep: &analysis.sweep,
            verdict: &analysis.verdict,
            study: self.study.as_ref(),
            curves: &[],
            failure: self.failure.as_ref(),
            xray: None,
            context: None,
            agreements: &self.agreements,
            explanations: &self.named,
            findings: &self.findings,
            bad_lines,
            scanned_lines,
            command,
        }
    }
}

/// The findings of a log about its lines. An episode has them too, as both have read the lines in full.
pub struct LogFindings<'a>(FxHashSet<(FileId, u32, &'static str, &'a str)>);

impl<'a> LogFindings<'a> {
    /// Those of a log.
    pub fn of(summary: &'a LogSummary) -> Self {
        Self(summary.diagnostics.iter().filter_map(Diagnostic::about).collect())
    }

    /// What only the episode has.
    pub fn own(&self, episode: &Episode) -> Vec<Diagnostic> {
        let is_new = |it: &&Diagnostic| it.about().is_none_or(|it| !self.0.contains(&it));
        episode.diagnostics.iter().filter(is_new).cloned().collect()
    }
}

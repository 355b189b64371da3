//! `creditscope check`: what is wrong with a log, and with `--rules` what can be.

use super::{
    RULE_HIT, TOO_MANY_BAD,
    arguments::{Check, CheckFormat, FailOn},
    headless, print,
    progress::{Progress, of_episodes},
    unread::Unread,
};
use crate::{
    check,
    model::{Episode, rule},
    report,
    runtime::each_episode,
    store::{Pass, RereadError},
};

/// Prints the findings; the exit code.
pub(super) fn run(options: &Check) -> anyhow::Result<u8> {
    if options.rules {
        return print(&match options.format {
            CheckFormat::Text => report::rules_text(rule::ALL),
            CheckFormat::Json => report::rules_json(rule::ALL),
        });
    }
    if options.logs.logs.is_empty() {
        anyhow::bail!("no LOG: name a file, a directory or a glob, or pipe a log into it");
    }
    if options.follow {
        return super::check_follow::run(options);
    }
    let (logs, summary) = headless::read_all(options.logs.arguments(), Pass::Everything)?;
    let unread = Unread::of(&summary);
    unread.tell();
    let mut findings: Vec<_> = summary.diagnostics.to_vec();
    findings.extend(summary.counters.findings.iter().cloned());
    let told = headless::LogFindings::of(&summary);
    let of_episode = |episode: Result<Episode, RereadError>| {
        let episode = episode?;
        // Problems of lines were found on the first pass already.
        let mut own = told.own(&episode);
        own.extend(check::check(&episode));
        Ok(own)
    };
    let progress = Progress::begin("checking");
    let mut checked = 0;
    each_episode(&logs.store, of_episode, |own: Result<Vec<_>, RereadError>| {
        findings.append(&mut own?);
        progress.say(|| of_episodes("checking", checked, summary.episodes.len()));
        checked += 1;
        anyhow::Ok(())
    })?;
    drop(progress);
    let types = logs.store.records_by_type();
    let report = report::CheckReport {
        findings: &findings,
        not_listed: summary.more_diagnostics,
        files: &|origin| headless::place(&summary, origin),
        file_count: summary.files.len() as u64,
        episodes: summary.episodes.len() as u64,
        records: summary.records,
        bad_lines: summary.bad_lines,
        types: &types,
        lives: &summary.files,
        counters: &summary.counters,
    };
    print(&match options.format {
        CheckFormat::Text => report::check_text(&report),
        CheckFormat::Json => report::check_json(&report),
    })?;
    if options.max_bad.is_some_and(|it| summary.bad_lines > it) {
        return Ok(TOO_MANY_BAD);
    }
    let least = options.fail_on.map(FailOn::severity);
    let failed = least.is_some_and(|least| findings.iter().any(|it| it.severity >= least));
    if failed {
        return Ok(RULE_HIT);
    }
    match headless::without_episode(&summary) {
        Some(why) => anyhow::bail!("{why}"),
        None => Ok(unread.exit_code(0, least.is_some() || options.max_bad.is_some())),
    }
}

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
    rules::{Rule, Watch},
    runtime::{LogFindings, each_episode},
    store::{Pass, RereadError},
    text::clean,
    training::Point,
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
    let mut rules = Rules::parse(&options.fail)?;
    let (logs, summary) = headless::read_all(options.logs.arguments(), Pass::Everything)?;
    let unread = Unread::of(&summary);
    unread.tell();
    let mut findings: Vec<_> = summary.diagnostics.to_vec();
    findings.extend(summary.counters.findings.iter().cloned());
    let told = LogFindings::of(&summary);
    let of_episode = |episode: Result<Episode, RereadError>| {
        let episode = episode?;
        let point = (!options.fail.is_empty()).then(|| Point::of(&episode, 0, None));
        // Problems of lines were found on the first pass already.
        let mut own = told.own(&episode);
        own.extend(check::check(&episode));
        Ok((own, point))
    };
    let progress = Progress::begin("checking");
    let mut checked = 0;
    each_episode(&logs.store, of_episode, |read: Result<(Vec<_>, Option<Point>), RereadError>| {
        let (mut own, point) = read?;
        findings.append(&mut own);
        rules.look_at(point.map(|it| it.placed(checked)));
        progress.say(|| of_episodes("checking", checked, summary.episodes.len()));
        checked += 1;
        anyhow::Ok(())
    })?;
    drop(progress);
    let types = logs.store.records_by_type();
    let report = report::CheckReport {
        findings: &findings,
        not_listed: summary.more_diagnostics,
        files: &|origin| summary.place(origin),
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
    let rule_hit = rules.tell()?;
    let failed = rule_hit || least.is_some_and(|least| findings.iter().any(|it| it.severity >= least));
    if failed {
        return Ok(RULE_HIT);
    }
    match headless::without_episode(&summary) {
        Some(why) => anyhow::bail!("{why}"),
        None => {
            let gates = least.is_some() || options.max_bad.is_some() || !options.fail.is_empty();
            Ok(unread.exit_code(0, gates))
        }
    }
}

/// Hits of a rule that are listed one by one.
const LISTED: usize = 20;

/// The rules of `--fail`.
struct Rules(Vec<Watch>);

impl Rules {
    fn parse(texts: &[String]) -> anyhow::Result<Self> {
        let parse = |text: &String| match Rule::parse(text) {
            Ok(rule) => Ok(Watch::of(rule)),
            Err(why) => {
                let caret = " ".repeat(why.column - 1) + "^";
                Err(anyhow::anyhow!("--fail: {why}\n  {}\n  {caret}", clean(text)))
            }
        };
        texts.iter().map(parse).collect::<anyhow::Result<_>>().map(Self)
    }

    /// The next episode of the list.
    fn look_at(&mut self, point: Option<Point>) {
        if let Some(point) = point {
            self.0.iter_mut().for_each(|it| {
                it.push(&point);
            });
        }
    }

    /// Says on stderr where the rules hit, and whether any did.
    ///
    /// # Errors
    /// When one could not hold in any episode.
    fn tell(&self) -> anyhow::Result<bool> {
        for watch in &self.0 {
            let text = clean(watch.rule().text());
            if let Some(why) = watch.never() {
                anyhow::bail!("--fail '{text}' can never hold: {why}");
            }
            for hit in watch.hits.iter().take(LISTED) {
                eprintln!("FAIL {text}   {} in episode {}", clean(&hit.numbers), hit.name);
            }
            if watch.hits.len() > LISTED {
                eprintln!("FAIL {text}   and in {} more episodes", watch.hits.len() - LISTED);
            }
        }
        Ok(self.0.iter().any(|it| !it.hits.is_empty()))
    }
}

//! `creditscope audit`: is declared credit what it says it is, and are replays worth their numbers?

use std::{collections::HashMap, sync::Arc};

use super::{
    RULE_HIT, TOO_MANY_BAD,
    arguments::{Audit, AuditFormat},
    fail_rule::AuditRule,
    headless, print, print_json,
    progress::{Progress, of_episodes},
    unread::Unread,
};
use crate::{
    audit::{Collector, Setting},
    forensics,
    log::Body,
    model::{Candidate, EpisodeId, Origin, Rollout},
    report,
    runtime::OpenedLogs,
    store::{Pass, Store},
};

/// Prints the audit; the exit code.
pub(super) fn run(options: &Audit) -> anyhow::Result<u8> {
    let rules = options.fail.iter().map(|it| AuditRule::parse(it)).collect::<Result<Vec<_>, _>>();
    let rules = rules.map_err(anyhow::Error::msg)?;
    let (mut logs, summary) = headless::read_all(options.logs.arguments(), Pass::Everything)?;
    if let Some(why) = headless::without_episode(&summary) {
        anyhow::bail!("{why}");
    }
    let unread = Unread::of(&summary);
    unread.tell();
    let one = options.episode.as_deref();
    let ids: Vec<EpisodeId> = match one {
        Some(name) => vec![headless::pick(&summary, Some(name), None)?],
        None => (0..summary.episodes.len()).map(EpisodeId::from_index).collect(),
    };
    let mut collector = Collector::new(Setting { compat: options.c3_compat, seed: options.seed });
    let progress = Progress::begin("auditing");
    let count = ids.len();
    for (at, id) in ids.into_iter().enumerate() {
        progress.say(|| of_episodes("auditing", at, count));
        let episode = logs.store.episode_among_peers(id)?;
        let mut texts = NextTexts { store: &logs.store, of: None };
        collector.add(&episode, &mut |candidate| texts.of(candidate));
    }
    let audit = collector.finish();
    progress.say(|| "examining the whole log".to_owned());
    let forensics = examined(&mut logs, summary.episodes.len());
    drop(progress);
    let report = report::AuditReport {
        log: &options.logs.shown(),
        files: &|origin| summary.place(origin),
        audit: &audit,
        forensics: &forensics,
        bad_lines: summary.bad_lines,
        unread: unread.sentences(),
    };
    match options.format {
        AuditFormat::Text => print(&report::audit_text(&report))?,
        AuditFormat::Json => print_json(&report::audit_json(&report))?,
        AuditFormat::Csv => print(&report::forensics_csv(&forensics))?,
    };
    if options.max_bad.is_some_and(|it| summary.bad_lines > it) {
        return Ok(TOO_MANY_BAD);
    }
    let mut code = 0;
    for rule in &rules {
        if let Some(line) = rule.hit(&audit, &forensics, summary.bad_lines)? {
            eprintln!("{line}");
            code = RULE_HIT;
        }
    }
    Ok(unread.exit_code(code, !rules.is_empty() || options.max_bad.is_some()))
}

/// Which formulas wrote the advantages of the log, over all its episodes. One that cannot be read has none.
fn examined(logs: &mut OpenedLogs, episodes: usize) -> Vec<forensics::Report> {
    let ids = (0..episodes).map(EpisodeId::from_index);
    let rollouts: Vec<Arc<Rollout>> = ids.filter_map(|it| logs.store.rollout(it).ok()).collect();
    let rollouts: Vec<&Rollout> = rollouts.iter().map(|it| &**it).collect();
    forensics::examine(&rollouts)
}

/// Whole next texts, read again from the log one record at a time, because an episode keeps them shortened.
struct NextTexts<'a> {
    store: &'a Store,
    /// The record read last, and its texts by candidate.
    of: Option<(Origin, HashMap<i64, Vec<String>>)>,
}

impl NextTexts<'_> {
    fn of(&mut self, candidate: &Candidate) -> Vec<String> {
        if self.of.as_ref().is_none_or(|it| it.0 != candidate.origin) {
            let records = self.store.records_at(candidate.origin).unwrap_or_default();
            let mut texts = HashMap::new();
            for record in records {
                if let Body::Counterfactual(it) = record.body {
                    let rows = it.candidates.into_iter().enumerate();
                    texts.extend(rows.map(|(at, it)| (it.j.unwrap_or(at as i64), it.next)));
                }
            }
            self.of = Some((candidate.origin, texts));
        }
        let known = self.of.as_ref().and_then(|it| it.1.get(&candidate.j));
        known.cloned().unwrap_or_else(|| candidate.next.clone())
    }
}

//! `creditscope diff`: two episodes or two runs side by side.

use std::sync::Arc;

use anyhow::{Context, bail};

use super::{
    arguments::{Diff, MethodsFormat},
    diff_runs,
    fail_rule::{DiffRule, Differs},
    headless,
    log_options::LogOptions,
    print, print_json,
    unread::Unread,
};
use crate::{
    app::{self, RowActs},
    compare::{Inside, RowKind},
    credit,
    model::{Episode, EpisodeId, LogSummary},
    report::{self, DiffReport, DiffSide},
    runtime::{self, OpenedLogs},
    store::Pass,
};

/// Prints the comparison; the exit code.
pub(super) fn run(options: &Diff) -> anyhow::Result<u8> {
    let rules = options.fail.iter().map(|it| DiffRule::parse(it)).collect::<Result<Vec<_>, _>>();
    let rules = rules.map_err(anyhow::Error::msg)?;
    let [a, b] = &options.logs.logs[..] else { bail!("two episodes are compared: LOG#EPISODE LOG#EPISODE") };
    let read = Read::both(&options.logs, &Name::of(a), &Name::of(b))?;
    let mut unread = Unread::of(&read.a.summary);
    unread.tell();
    if let Some(b) = &read.b {
        let of_b = Unread::of(&b.summary);
        of_b.tell();
        of_b.sentences().iter().for_each(|it| unread.add(it.clone()));
    }
    if options.against.is_some() && (read.ids.is_some() || read.b.is_some()) {
        bail!("--against compares two methods on one run: name the same LOG of several episodes twice");
    }
    let code = match read.ids {
        Some(ids) => episodes(options, &read, ids, (a, b), &rules)?,
        None => {
            let stores = (&read.a.logs.store, &read.b().logs.store);
            diff_runs::run(options, (a, b), stores, &rules, &mut unread)?
        }
    };
    Ok(unread.exit_code(code, !rules.is_empty()))
}

/// `log`, or `log#episode`.
struct Name<'a> {
    log: &'a str,
    episode: Option<&'a str>,
}

impl<'a> Name<'a> {
    /// A file whose own name holds a `#` is a log.
    fn of(text: &'a str) -> Self {
        match text.rsplit_once('#') {
            Some((log, episode)) if !std::path::Path::new(text).exists() => {
                Self { log, episode: Some(episode) }
            }
            _ => Self { log: text, episode: None },
        }
    }
}

/// A log that was read to its end.
struct ReadLog {
    logs: OpenedLogs,
    summary: LogSummary,
}

impl ReadLog {
    fn of(options: &LogOptions, log: &str) -> anyhow::Result<Self> {
        let names = vec![log.to_owned()];
        let options = LogOptions { logs: names, ..options.clone() };
        let (logs, summary) =
            headless::read_all(options.arguments(), Pass::Headers).with_context(|| format!("'{log}'"))?;
        Ok(Self { logs, summary })
    }

    /// The episode that is named, or the only one.
    fn pick(&self, name: &Name<'_>) -> anyhow::Result<EpisodeId> {
        let episodes = self.summary.episodes.len();
        if name.episode.is_none() && episodes > 1 {
            let first: Vec<&str> = self.summary.episodes.iter().take(4).map(|it| &*it.name).collect();
            bail!(
                "'{log}' has {episodes} episodes: say which, as '{log}#{}'; there are {}, ...",
                first[0],
                first.join(", "),
                log = name.log
            );
        }
        headless::pick(&self.summary, name.episode, None)
    }
}

/// The two episodes, and where they were read from.
struct Read {
    a: ReadLog,
    /// `None`: it is that of A.
    b: Option<ReadLog>,
    /// `None`: two runs are compared.
    ids: Option<(EpisodeId, EpisodeId)>,
}

impl Read {
    fn both(options: &LogOptions, a: &Name<'_>, b: &Name<'_>) -> anyhow::Result<Self> {
        let of_a = ReadLog::of(options, a.log)?;
        let of_b = (a.log != b.log).then(|| ReadLog::of(options, b.log)).transpose()?;
        let read = Self { a: of_a, b: of_b, ids: None };
        let runs = [(a, &read.a), (b, read.b())];
        if runs.iter().all(|(name, log)| name.episode.is_none() && log.summary.episodes.len() > 1) {
            return Ok(read);
        }
        let ids = Some((read.a.pick(a)?, read.b().pick(b)?));
        Ok(Self { ids, ..read })
    }

    fn b(&self) -> &ReadLog {
        self.b.as_ref().unwrap_or(&self.a)
    }
}

/// Compares two episodes.
fn episodes(
    options: &Diff,
    read: &Read,
    ids: (EpisodeId, EpisodeId),
    names: (&str, &str),
    rules: &[DiffRule],
) -> anyhow::Result<u8> {
    let (store_a, store_b) = (&read.a.logs.store, &read.b().logs.store);
    let (a, b) = (store_a.episode(ids.0)?, store_b.episode(ids.1)?);
    let scenario = |of: &Episode| options.scenario.options().scenario(of).map_err(anyhow::Error::msg);
    let scenarios = (scenario(&a)?, scenario(&b)?);
    let rewarded = |of: &Episode, by| Arc::new(credit::rewarded(of, by).into_owned());
    let (a, b) = (rewarded(&a, &scenarios.0), rewarded(&b, &scenarios.1));
    let compared = app::compare(&a, &b, scenarios, options.scenario.method.is_none());
    let comparison = &compared.comparison;
    let inside = comparison.acts.first_divergence().map_or_else(Inside::default, |row| {
        let (of_a, of_b) = comparison.acts.acts_of(row);
        let of = |episode: &Arc<Episode>, (act, last)| RowActs { episode: Arc::clone(episode), act, last };
        runtime::inside((store_a, &of(&a, of_a)), (store_b, &of(&b, of_b)))
    });
    let report = DiffReport {
        a: DiffSide { name: names.0, given: compared.given_a() },
        b: DiffSide { name: names.1, given: compared.given_b() },
        compared: comparison,
        inside: &inside,
        spent: &compared.spent,
    };
    match options.format {
        MethodsFormat::Text => print(&report::diff_text(&report))?,
        MethodsFormat::Markdown => print(&report::diff_markdown(&report))?,
        MethodsFormat::Json => print_json(&report::diff_json(&report))?,
    };
    let value = |of: &Differs| match of {
        Differs::Reward => a.logged_reward().zip(b.logged_reward()).map(|(a, b)| b.value - a.value),
        Differs::Acts => Some((comparison.acts.rows.len() - comparison.acts.count(RowKind::Same)) as f64),
        Differs::Credit(agent) => {
            let rows = comparison.credit.as_ref().map_or(&[][..], |it| &it.rows);
            rows.iter().find(|it| it.agent == *agent)?.difference.map(|it| it.value)
        }
    };
    DiffRule::code(rules, value)
}

//! `creditscope fit`: the weights of the signals in the text, from failures that persons have annotated.

use super::{arguments::Fit, headless, print, unread::Unread};
use crate::{
    model::EpisodeId,
    store::Pass,
    suspicion::{FOLDS, Failure, Figures, cross_validated, fit_all, named_weights},
    text::pad,
};

/// With fewer failures a fold has none to be asked about.
const LEAST: usize = 2 * FOLDS;

/// Prints the table, and how often it is right about failures it was not fitted on.
pub(super) fn run(options: &Fit) -> anyhow::Result<u8> {
    let (logs, summary) = headless::read_all(options.logs.arguments(), Pass::Headers)?;
    let mut unread = Unread::of(&summary);
    unread.tell();
    let mut failures = Vec::new();
    for id in (0..summary.episodes.len()).map(EpisodeId::from_index) {
        match logs.store.episode(id) {
            Ok(episode) => failures.extend(Failure::of(&episode)),
            Err(why) => {
                let what = format!("episode {}: {why}", summary.episodes[id.index()].name);
                eprintln!("creditscope: not read: {what}");
                unread.add(what);
            }
        }
    }
    anyhow::ensure!(
        failures.len() >= LEAST,
        "{} of {} episodes failed, are logged in words and have a person's finding about one of their acts; a fit needs \
         {LEAST}",
        failures.len(),
        summary.episodes.len()
    );
    let [chats, leads] = cross_validated(&failures);
    let mut out = format!(
        "{} failures with a person's finding: {} chats or pipelines, {} with a lead\n\n",
        failures.len(),
        failures.iter().filter(|it| !it.has_lead()).count(),
        failures.iter().filter(|it| it.has_lead()).count()
    );
    out += &format!(
        "right about failures that were left out ({FOLDS} parts, each asked of a table fitted on the others)\n"
    );
    out +=
        "                    of   agent   act  first three   first act of a worker   agent that acts most\n";
    out += &row("chats, pipelines", chats);
    out += &row("with a lead", leads);
    out += "\nThe signals and their signs were chosen on 92 failures of Who&When: for these the figures are too good.\n";
    out += "\nsignal          chats    lead   (log odds by unit)\n";
    for (name, chat, lead) in named_weights(&fit_all(&failures)) {
        out += &format!("{} {chat:+.3}  {lead:+.3}\n", pad(name, 14));
    }
    print(&out)?;
    Ok(unread.exit_code(0, false))
}

fn row(name: &str, it: Figures) -> String {
    let Figures { failures, fitted, first_worker, busiest } = it;
    let worker = format!("agent {}, act {}", first_worker.agent, first_worker.act);
    format!(
        "{} {failures:>4}  {:>6}  {:>4}  {:>11}   {}   {busiest:>20}\n",
        pad(name, 16),
        fitted.agent,
        fitted.act,
        fitted.top3,
        pad(&worker, 21)
    )
}

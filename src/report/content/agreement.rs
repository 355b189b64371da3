//! How far persons agree on who was to blame, over the episodes of a run.

use super::super::{Report, document::Section};
use crate::credit::Kappa;

/// Every two persons who judged the same episodes; `None`: there are none.
pub(super) fn agreement(report: &Report<'_>) -> Option<Section> {
    if report.agreements.is_empty() {
        return None;
    }
    let mut section = Section::new("Agreement between persons, over the run");
    for it in report.agreements {
        let (first, second) = &it.persons;
        let act = if it.act.n > 0 { format!("; {}", words("act", it.act)) } else { String::new() };
        section.item(format!("{first} and {second}: {}{act}", words("agent", it.agent)));
    }
    section.text("kappa: Cohen's, agreement beyond chance, with its 95% interval; above what two persons agree on a score learns one of them");
    Some(section)
}

/// `the same agent in 5 of 8 episodes, kappa 0.52 [0.10, 0.85]`.
fn words(what: &str, it: Kappa) -> String {
    let kappa = match it.kappa.zip(it.interval) {
        Some((kappa, (low, high))) => format!("kappa {kappa:.2} [{low:.2}, {high:.2}]"),
        None => "kappa is not defined: both always give one name".to_owned(),
    };
    let episodes = if it.n == 1 { "episode" } else { "episodes" };
    format!("the same {what} in {} of {} {episodes}, {kappa}", it.same, it.n)
}

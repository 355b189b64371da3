//! What an estimate from the text says: acts to look at first, with their reasons; agents; how often it is right.

use super::super::{Report, document::Section, figures::count};
use crate::{
    credit::Estimated,
    suspicion::{Apart, Evidence, TABLE},
};

/// Agents and reasons that are told.
const AGENTS: usize = 5;
const REASONS: usize = 4;

/// The estimate, where it is what the verdict rests on.
pub(super) fn suspicion(report: &Report<'_>) -> Option<Section> {
    let Estimated { estimate, .. } = report.verdict.suspected()?;
    let episode = report.episode;
    let mut section = Section::new("Acts to look at first: an estimate from the text, no measurement");
    for act in &estimate.top {
        let it = episode.act(*act);
        let reason = |it: &Evidence| format!("{:+.2} {}", it.weight, it.words);
        let reasons = estimate.evidence(episode, *act);
        let reasons: Vec<String> = reasons.iter().take(REASONS).map(reason).collect();
        let agent = &episode.agent(it.agent).name;
        section.item(format!("{} {agent}, P {:.2}: {}", it.id, estimate.act(*act), reasons.join("; ")));
    }
    section.text(
        "the numbers before the reasons: what each adds to the log odds, against the mean act of an agent",
    );
    let agents = estimate.agents.iter().take(AGENTS);
    let agents = agents.map(|it| format!("{} {:.2}", episode.agent(it.0).name, it.1));
    section.field("by agent", agents.collect::<Vec<_>>().join(", "));
    if estimate.is_unlike() {
        section.field("caveat", format!(
            "unlike the failures this was fitted on: {:.1} times as far as one in twenty of them; P may mean little",
            estimate.distance
        ));
    } else {
        let (from, to) = estimate.window;
        let window = estimate.table().window;
        section.field(
            "window",
            format!(
                "{} to {}, {}: holds the act in {:.0} of 100 such failures",
                episode.act(from).id,
                episode.act(to).id,
                count((to.index() + 1 - from.index()) as u64, "act"),
                100.0 * window.held
            ),
        );
    }
    let Apart { episodes, agent, act, top3, first_worker } = estimate.table().apart;
    section
        .field("fitted on", format!("{} annotated failures: {}", TABLE.fitted.episodes, TABLE.fitted.data));
    section.field("right", format!(
        "of {episodes} kept apart: the agent in {agent}, the act in {act}, the act among the first three in {top3}; \
         naming the first act of a worker: the agent in {}, the act in {}",
        first_worker.agent, first_worker.act
    ));
    Some(section)
}

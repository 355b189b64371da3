//! Whether there is an episode at all: its end and its acts.

use crate::model::{Episode, rule};

use super::finding::{Check, Finding};

/// The rules of this file.
pub(super) const CHECKS: &[Check] =
    &[Check { rule: rule::OPEN_EPISODE, run: open }, Check { rule: rule::NO_ACTS, run: empty }];

pub(super) fn open(episode: &Episode) -> Vec<Finding> {
    if episode.outcome.is_some() {
        return Vec::new();
    }
    vec![Finding::whole(format!(
        "episode '{}' has no `episode_end`: it is still running, or its writer died; every number is as of its last record",
        episode.name
    ))]
}

pub(super) fn empty(episode: &Episode) -> Vec<Finding> {
    if !episode.acts.is_empty() || episode.outcome.is_none() {
        return Vec::new();
    }
    vec![Finding::whole(format!(
        "episode '{}' has ended without an action or a message: nobody can be credited; log `action` records",
        episode.name
    ))]
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::Episode;

    fn without_acts() -> Episode {
        let sound = sound();
        Episode { name: sound.name, agents: sound.agents, outcome: sound.outcome, ..Episode::default() }
    }

    #[test]
    fn an_open_episode_is_noted() {
        let mut episode = sound();
        check("open-episode", &episode, &[]);
        episode.outcome = None;
        check("open-episode", &episode, &["episode 'e' has no `episode_end`"]);
    }

    #[test]
    fn an_ended_episode_needs_acts() {
        check("no-acts", &sound(), &[]);
        let mut episode = without_acts();
        check("no-acts", &episode, &["episode 'e' has ended without an action"]);
        // Nothing has happened yet: no finding of its own.
        episode.outcome = None;
        check("no-acts", &episode, &[]);
    }
}

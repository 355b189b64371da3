//! What goes with failure over the episodes of a task, in words: an association, where nothing better says who.

use super::Verdict;
use super::words::{act_name, name};
use crate::credit::TaskClue;
use crate::credit::figure::percent;
use crate::model::Episode;
use crate::text::{Clause, Sentence};

/// `Perhaps coder at s4: "submit" came in 5 of 5 failures of this task and in 0 of 5 successes`.
pub(super) fn words(clue: &TaskClue, episode: &Episode) -> Sentence {
    let (failed, passed) = clue.episodes;
    let counts = &clue.score.counts;
    let who = format!("Perhaps {} at {}: \"", name(episode, clue.agent), act_name(episode, clue.score.act));
    Sentence::of([
        Clause::of(who).quote(&episode.act(clue.score.act).label).and(format!(
            "\" came in {} of {failed} failures of this task and in {} of {passed} successes",
            counts.failed_with, counts.passed_with
        )),
        Clause::ranked(2, format!(" (Famas {:.2})", clue.score.famas)),
    ])
}

/// What it rests on.
pub(super) fn ground(clue: &TaskClue) -> Sentence {
    let (failed, passed) = clue.episodes;
    Sentence::of([
        Clause::of(format!("Associated with failure over {} episodes of one task", failed + passed)),
        Clause::ranked(1, ": what comes with it need not be its cause. Nothing was measured in this one"),
    ])
}

/// How often chance would do as much, and what the text alone says.
pub(super) fn beside(clue: &TaskClue, verdict: &Verdict, episode: &Episode) -> Sentence {
    let chance = clue.score.chance;
    let words = if chance < 0.001 { "less than 0.1 %".to_owned() } else { percent(chance) };
    let mut out = Sentence::of([Clause::of(format!("By chance some deed would do as much: {words}"))]);
    if let Some(estimate) = verdict.suspected() {
        let (agent, p) = estimate.suspect();
        out.push(Clause::ranked(
            1,
            format!(". The text of this episode alone says {}, P {p:.2}", name(episode, agent)),
        ));
    }
    out
}

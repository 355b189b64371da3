//! Failure attribution: which act lost it, from what replays and alternatives reached. The decisive error is
//! that of Who&When (Zhang et al., ICML 2025); Ochiai and Tarantula come from spectrum-based fault
//! localisation.
//!
//! Everything here counts successes: returns that reach the success level. Nothing is blamed for looking bad.
//! What a human or a model judged (`Episode::labels`) is listed apart, by index, and enters no number.
//!
//! Decided here:
//! * Success is a return of at least 1 if every logged return lies in 0..=1; otherwise the caller must say.
//! * The replays of the candidate that happened at act t continue the prefix after t: their successes say
//!   what was still possible. The rescue arm at t is every other candidate there, including `extra` ones; the
//!   null arm is the candidates that happened, over all groups.
//! * A correction is an alternative that reached success at least once and more often than what happened did.
//!   The decisive error is the act of the earliest correction; it is certain if the 95% intervals do not
//!   meet.
//! * A mean without its returns tells no successes: such candidates do not count.

mod findings;
mod outcomes;
mod prefix;
mod spectrum;
mod task;
mod together;

use std::collections::BTreeSet;

use crate::model::{ActId, AgentId, Episode, Origin, Sample, Unavailable};

use super::figure;
use super::question::missing;

pub use findings::{FailureRow, FailureStudy, Finding, Found, Rule, failure_study};
pub use outcomes::RunOutcomes;
pub use prefix::{FirstError, RateDrop, Tally, first_error, largest_drop, point_of_commitment};
pub use spectrum::{Elements, SpectrumRun, Suspicion, spectrum};
pub use task::{DeedScore, TaskClue, TaskDeed, TaskRun, TaskSpectrum};
pub use together::together;

/// An alternative that would have turned failure into success.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The act it replaces.
    pub act: ActId,
    /// Whose.
    pub agent: AgentId,
    /// What would have been done; display-safe.
    pub label: String,
    /// How often it succeeded.
    pub corrected: Tally,
    /// How often what happened did.
    pub taken: Tally,
    /// The record.
    pub origin: Origin,
}

impl Correction {
    /// Whether the 95% intervals of the two rates do not meet.
    pub fn is_certain(&self) -> bool {
        let lower = self.corrected.interval().map_or(0.0, |it| it.0);
        self.taken.interval().is_some_and(|(_, high)| lower > high)
    }
}

/// What replays say of where an episode was lost.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureReport {
    /// The least return that counts as success, in reward units.
    pub success: f64,
    /// Every correction, ascending by act; of one act the most successful first.
    pub corrections: Vec<Correction>,
    /// Acts whose actual candidate was replayed, ascending, with how often that still succeeded.
    pub prefixes: Vec<(ActId, Tally)>,
    /// Positions in [`FailureReport::prefixes`].
    pub first_error: FirstError,
    /// Positions in [`FailureReport::prefixes`].
    pub largest_drop: Option<RateDrop>,
    /// Acts with another candidate replayed, ascending, with how often one of those succeeded.
    pub rescues: Vec<(ActId, Tally)>,
    /// The rate of the null arm: how often what happened succeeds if it is replayed.
    pub noise: Option<f64>,
    /// The latest act from which resampling still rescues.
    pub commitment: Option<ActId>,
    /// Judgements that name an agent or act, by index into [`Episode::labels`]. Somebody's word.
    pub labels: Vec<usize>,
}

impl FailureReport {
    /// The decisive error: the earliest act whose correction turns failure into success (after Zhang et al.
    /// 2025, Which agent causes task failures and when).
    pub fn decisive(&self) -> Option<&Correction> {
        self.corrections.first()
    }

    /// The act of a position in [`FailureReport::prefixes`].
    pub fn prefix_act(&self, at: usize) -> Option<ActId> {
        self.prefixes.get(at).map(|it| it.0)
    }
}

/// Finds where `episode` was lost. `success` is the least return that counts as success; `None` means 1 if
/// every logged return lies in 0..=1.
///
/// # Errors
/// When no replay or alternative with returns is logged, the success level cannot be told, or the episode
/// reached it.
pub fn failure(episode: &Episode, success: Option<f64>) -> Result<FailureReport, Unavailable> {
    if !samples(episode).any(|it| !it.returns.is_empty()) {
        return Err(missing(
            "no returns of replays are logged (`counterfactual` candidates with `returns`): nothing tells what \
             was still possible",
        ));
    }
    let success = match success.or(episode.success_level()) {
        Some(success) => success,
        None => default_success(episode)?,
    };
    if episode.reward().is_some_and(|it| it.value >= success) {
        let success = figure::plain(success);
        return Err(missing(format!(
            "the episode reached success (a return of {success}): nothing was lost"
        )));
    }
    let tally = |sample: &Sample| {
        let finite = sample.returns.iter().filter(|it| it.is_finite());
        let successes = finite.clone().filter(|it| **it >= success).count() as u32;
        Tally { successes, n: finite.count() as u32 }
    };
    let mut corrections: Vec<Correction> = Vec::new();
    let (mut prefixes, mut rescues) = (Vec::new(), Vec::new());
    let mut note = |act: ActId, taken: Tally, others: Vec<(&str, Tally, Origin)>| {
        let mut found: Vec<Correction> = others
            .into_iter()
            .filter(|it| it.1.successes > 0 && it.1.rate() > taken.rate())
            .map(|(label, corrected, origin)| {
                let (label, agent) = (label.to_owned(), episode.act(act).agent);
                Correction { act, agent, label, corrected, taken, origin }
            })
            .collect();
        let rate = |it: &Correction| it.corrected.rate().unwrap_or(0.0);
        found.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
        corrections.extend(found);
    };
    for group in &episode.replays {
        let Some(act) = group.act.filter(|_| episode.wrongly_real(group).is_none()) else { continue };
        let arm =
            |real: bool| group.candidates.iter().filter(move |it| it.real == real && (!real || !it.extra));
        let all = |real| arm(real).map(|it| tally(&it.returns)).fold(Tally::default(), Tally::and);
        let (taken, rescued) = (all(true), all(false));
        if taken.n > 0 {
            prefixes.push((act, taken));
        }
        if rescued.n > 0 {
            rescues.push((act, rescued));
        }
        let others = arm(false).filter(|it| !it.extra);
        note(act, taken, others.map(|it| (it.label.as_str(), tally(&it.returns), it.origin)).collect());
    }
    for table in &episode.tables {
        let taken = table.alternatives.iter().find(|it| it.taken);
        let taken = taken.map(|it| tally(&it.q)).unwrap_or_default();
        let others = table.alternatives.iter().filter(|it| !it.taken);
        note(table.act, taken, others.map(|it| (it.label.as_str(), tally(&it.q), it.origin)).collect());
    }
    // Stable, so that of one act the most successful stays first.
    corrections.sort_by_key(|it| it.act);
    // The table of an act repeats the candidates of its replay group.
    let mut seen = BTreeSet::new();
    corrections.retain(|it| seen.insert((it.act, it.label.clone())));
    let (prefixes, rescues) = (merged(prefixes), merged(rescues));
    let counts: Vec<Tally> = prefixes.iter().map(|it| it.1).collect();
    let noise = counts.iter().copied().fold(Tally::default(), Tally::and).rate();
    let rescued: Vec<Tally> = rescues.iter().map(|it| it.1).collect();
    let commitment = point_of_commitment(&rescued, noise.unwrap_or(0.0)).map(|at| rescues[at].0);
    let named = |it: &crate::model::Label| it.agent.is_some() || it.act.is_some();
    let labels = episode.labels.iter().enumerate().filter(|it| named(it.1)).map(|it| it.0);
    Ok(FailureReport {
        success,
        first_error: first_error(&counts),
        largest_drop: largest_drop(&counts),
        noise,
        commitment,
        labels: labels.collect(),
        corrections,
        prefixes,
        rescues,
    })
}

fn samples(episode: &Episode) -> impl Iterator<Item = &Sample> {
    let replays = episode.replays.iter().flat_map(|it| &it.candidates).map(|it| &it.returns);
    replays.chain(episode.tables.iter().flat_map(|it| &it.alternatives).map(|it| &it.q))
}

fn default_success(episode: &Episode) -> Result<f64, Unavailable> {
    let returns = samples(episode).flat_map(|it| it.returns.iter().copied()).filter(|it| it.is_finite());
    let own = episode.reward().filter(|it| it.origin.is_some()).map(|it| it.value);
    // A status that stands in for a reward says -1 for failure, which is no return.
    let own = own.filter(|_| !episode.rewards.is_empty());
    if returns.chain(own).all(|it| (0.0..=1.0).contains(&it)) {
        return Ok(1.0);
    }
    Err(missing("returns are not all in 0..1: `report --success RETURN` says what counts as a success"))
}

/// One entry per act, ascending; several groups of one act add up.
fn merged(mut tallies: Vec<(ActId, Tally)>) -> Vec<(ActId, Tally)> {
    tallies.sort_by_key(|it| it.0);
    let mut merged: Vec<(ActId, Tally)> = Vec::with_capacity(tallies.len());
    for (act, tally) in tallies {
        match merged.last_mut() {
            Some(last) if last.0 == act => last.1 = last.1.and(tally),
            _ => merged.push((act, tally)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Status;
    use crate::model::draft::Draft;

    /// A group at `act`: returns of what happened, and of the one alternative.
    fn group(draft: Draft, act: u32, taken: &[f64], other: &[f64]) -> Draft {
        draft.replay(act, 0, &[(0.0, 1), (0.0, 1)]).last_replay(|it| {
            it.candidates[0].returns = Sample::of_returns(taken.to_vec());
            it.candidates[1].returns = Sample::of_returns(other.to_vec());
        })
    }

    fn lost() -> Episode {
        let draft = Draft::team(&["planner", "coder"]).acts(&[0, 1, 0]);
        let draft = group(draft, 0, &[1.0; 8], &[1.0; 8]);
        let draft = group(draft, 1, &[0.0; 8], &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        group(draft, 2, &[0.0; 8], &[0.0; 8]).reward(0.0, &[]).end(Status::Failure).episode()
    }

    #[test]
    fn the_decisive_error_is_the_earliest_that_can_be_corrected() {
        let episode = lost();
        let report = failure(&episode, None).expect("replays");
        let decisive = report.decisive().expect("a correction");
        assert_eq!((decisive.act, decisive.agent, decisive.label.as_str()), (ActId(1), AgentId(1), "c1"));
        assert!(decisive.is_certain());
        assert_eq!(report.first_error.linear.and_then(|it| report.prefix_act(it)), Some(ActId(1)));
        assert_eq!(report.largest_drop.map(|it| (it.at, it.size)), Some((1, 1.0)));
        assert_eq!(report.commitment, Some(ActId(1)));
    }

    #[test]
    fn one_lucky_replay_is_not_certain() {
        let draft = group(Draft::of(1).acts(&[0]), 0, &[0.0, 0.0], &[1.0, 0.0]);
        let report = failure(&draft.reward(0.5, &[]).episode(), None).expect("replays");
        assert!(!report.decisive().expect("a correction").is_certain());
        // What succeeds just as often was not the error.
        let draft = group(Draft::of(1).acts(&[0]), 0, &[1.0, 0.0], &[1.0, 0.0]);
        let report = failure(&draft.reward(0.5, &[]).episode(), None).expect("replays");
        assert_eq!(report.decisive(), None);
    }

    #[test]
    fn the_success_level_is_said_or_asked() {
        let draft = || group(Draft::of(1).acts(&[0]), 0, &[2.0], &[9.0]).reward(2.0, &[]);
        let refused = failure(&draft().episode(), None).expect_err("no level");
        assert_eq!(
            refused.missing,
            "returns are not all in 0..1: `report --success RETURN` says what counts as a success"
        );
        assert_eq!(failure(&draft().episode(), Some(5.0)).expect("said").corrections.len(), 1);
        let reached = failure(&draft().episode(), Some(2.0)).expect_err("reached");
        assert!(reached.missing.contains("nothing was lost"), "{}", reached.missing);
        assert!(failure(&Draft::of(1).acts(&[0]).reward(0.0, &[]).episode(), None).is_err());
    }

    #[test]
    fn alternatives_with_returns_count_too() {
        let draft = Draft::of(1).acts(&[0]).table(0, &[("x", 0.0, -1.0), ("y", 1.0, -1.0)], Some(0), None);
        let draft = draft.last_table(|it| {
            it.alternatives[0].q = Sample::of_returns(vec![0.0, 0.0]);
            it.alternatives[1].q = Sample::of_returns(vec![1.0, 1.0]);
        });
        let report = failure(&draft.reward(0.0, &[]).episode(), None).expect("returns");
        assert_eq!(report.decisive().map(|it| it.label.as_str()), Some("y"));
        assert!(report.prefixes.is_empty() && report.noise.is_none());
    }
}

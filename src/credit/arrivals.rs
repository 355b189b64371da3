//! When the parts of R came: each logged reward, at the act after which it counts as received.
//!
//! Methods of time read rewards through this, so a return to go means the same everywhere: an act answers for
//! what came at it or after it, never for what was there before it acted.
//!
//! Decided here:
//! * A reward belongs to the last act that it is `of`. Without `of` it came after the last act that had begun
//!   by its own time; without a time after the last act of its environment step or an earlier one; and
//!   without any of these at the end. What came before any act belongs to the first.
//! * Acts of one time stamp are one joint step: what comes at one of them comes after all of them.
//! * Rewards of single agents are parts of R if R is their sum. What one earns may be another's doing.

use crate::model::{ActId, Episode, Origin, Reward, RewardSource, Timestamp};
use crate::stats::sum;

/// A logged part of R.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arrival<'a> {
    /// The last act of the joint step after which it was there.
    pub(super) act: ActId,
    /// In reward units.
    pub(super) value: f64,
    /// The acts that it is `of`, where a single agent earned it; empty: the log does not say, or the team did.
    pub(super) only: &'a [ActId],
    /// The record.
    pub(super) origin: Origin,
}

impl Arrival<'_> {
    /// Whether it is all that the log says of R; then an edited R comes where it came.
    pub(super) fn is_all_of_r(&self, episode: &Episode) -> bool {
        episode.reward().is_some_and(|it| it.value == self.value)
    }
}

/// Which of a reward's own words says when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placing {
    /// The acts that it is `of`, then its time.
    Of,
    /// Its time, then the acts that it is `of`: as a trainer's buffer counts it.
    Time,
}

/// The logged rewards that make up R, ascending by act; empty if R is one number without a place.
pub(super) fn arrivals(episode: &Episode, placing: Placing) -> Vec<Arrival<'_>> {
    let Some(last) = episode.act_ids().next_back() else { return Vec::new() };
    let places = Places::of(episode);
    let mut found: Vec<Arrival<'_>> = parts(episode)
        .into_iter()
        .filter_map(|it| {
            let act = places.end_of_step(episode, places.place(it, placing).unwrap_or(last));
            let only = if it.agent.is_some() { it.of.as_slice() } else { &[] };
            Some(Arrival { act, value: it.value?, only, origin: it.origin })
        })
        .collect();
    found.sort_by_key(|it| it.act);
    found
}

/// Whether a part of R came before the last joint step. Looks at rewards only, as it is asked whenever a form is
/// drawn.
pub(super) fn has_early(episode: &Episode) -> bool {
    let Some(last) = episode.act_ids().next_back() else { return false };
    let end = episode.act(last);
    parts(episode).into_iter().any(|it| match (it.of.iter().max(), it.time, end.time) {
        (Some(act), _, _) => *act < last && (end.time.is_none() || episode.act(*act).time != end.time),
        (None, Some(came), Some(began)) => came < began,
        (None, _, _) => it.step.zip(end.step).is_some_and(|(step, end)| step < end),
    })
}

/// The records that R is the sum of; none if it is one number.
fn parts(episode: &Episode) -> Vec<&Reward> {
    let Some(total) = episode.reward() else { return Vec::new() };
    match total.source {
        RewardSource::Rewards(_) | RewardSource::PerAgent(_) => episode.counted_rewards().collect(),
        RewardSource::Return => {
            let own: Vec<&Reward> = episode.rewards.iter().filter(|it| it.agent.is_some()).collect();
            let values = || own.iter().filter_map(|it| it.value);
            let size = sum(values().map(f64::abs)).max(total.value.abs());
            let is_sum = (sum(values()) - total.value).abs() <= 1e-9 * size;
            if is_sum { own } else { Vec::new() }
        }
        RewardSource::Ends(_) | RewardSource::Outcome => Vec::new(),
    }
}

/// The acts by time and by step, each ascending.
struct Places {
    times: Vec<(Timestamp, ActId)>,
    steps: Vec<(i64, ActId)>,
}

impl Places {
    fn of(episode: &Episode) -> Self {
        let acts = || episode.act_ids().zip(&episode.acts);
        let mut times: Vec<_> = acts().filter_map(|(id, act)| Some((act.time?, id))).collect();
        let mut steps: Vec<_> = acts().filter_map(|(id, act)| Some((act.step?, id))).collect();
        times.sort();
        steps.sort();
        Self { times, steps }
    }

    fn place(&self, reward: &Reward, placing: Placing) -> Option<ActId> {
        let of = reward.of.iter().max().copied();
        let came = reward.time.and_then(|it| begun(&self.times, it));
        let known = match placing {
            Placing::Of => of.or(came),
            Placing::Time => came.or(of),
        };
        known.or_else(|| begun(&self.steps, reward.step?))
    }

    /// The last act of the joint step that `act` is part of.
    fn end_of_step(&self, episode: &Episode, act: ActId) -> ActId {
        let time = episode.act(act).time;
        time.and_then(|it| begun(&self.times, it)).unwrap_or(act)
    }
}

/// The last act that had begun, or the first if none had; `None`: nobody knows when any did.
fn begun<T: Ord + Copy>(acts: &[(T, ActId)], at: T) -> Option<ActId> {
    let before = acts.partition_point(|it| it.0 <= at);
    acts.get(before.saturating_sub(1)).map(|it| it.1)
}

/// What had been received before each act, by act, in reward units.
pub(super) fn received(episode: &Episode) -> Vec<f64> {
    let acts = episode.acts.len();
    let mut before = vec![0.0; acts];
    let mut so_far = 0.0;
    let found = arrivals(episode, Placing::Of);
    let mut coming = found.iter().peekable();
    for (at, slot) in before.iter_mut().enumerate() {
        while let Some(it) = coming.next_if(|it| it.act.index() < at) {
            so_far += it.value;
        }
        *slot = so_far;
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Act;
    use crate::model::draft::Draft;

    fn check(episode: &Episode, placing: Placing, want: &[(u32, f64)]) {
        let found = arrivals(episode, placing);
        let found: Vec<(u32, f64)> = found.iter().map(|it| (it.act.0, it.value)).collect();
        assert_eq!(found, want);
    }

    fn at(seconds: f64) -> Option<Timestamp> {
        Some(Timestamp::from_seconds(seconds))
    }

    /// Acts at 1, 2, 2 and 4 seconds.
    fn acts() -> Draft {
        let times = [1.0, 2.0, 2.0, 4.0];
        times.iter().fold(Draft::of(2), |draft, it| draft.act(0, &[]).last(|act| act.time = at(*it)))
    }

    fn rewarded(seconds: f64, of: &[u32]) -> Episode {
        acts().reward(1.0, of).with(|it| it.rewards[0].time = at(seconds)).episode()
    }

    #[test]
    fn a_reward_comes_at_what_it_is_of_or_by_its_time() {
        check(&rewarded(3.0, &[]), Placing::Of, &[(2, 1.0)]);
        check(&rewarded(2.0, &[]), Placing::Of, &[(2, 1.0)]);
        check(&rewarded(0.5, &[]), Placing::Of, &[(0, 1.0)]);
        check(&rewarded(9.0, &[0]), Placing::Of, &[(0, 1.0)]);
        check(&rewarded(9.0, &[0]), Placing::Time, &[(3, 1.0)]);
        // Of the first act of a joint step: it comes after all of it.
        check(&rewarded(9.0, &[1]), Placing::Of, &[(2, 1.0)]);
    }

    #[test]
    fn without_a_time_the_step_says_and_without_a_step_it_is_the_end() {
        let stepped = |step: Option<i64>| {
            let draft = Draft::of(1).acts(&[0, 0, 0]).reward(1.0, &[]);
            draft.with(|it| {
                let acts = it.acts.iter().cloned().zip(0..);
                it.acts = acts.map(|(act, at)| Act { step: Some(at), ..act }).collect();
                it.rewards[0].step = step;
            })
        };
        check(&stepped(Some(1)).episode(), Placing::Of, &[(1, 1.0)]);
        check(&stepped(None).episode(), Placing::Of, &[(2, 1.0)]);
    }

    #[test]
    fn a_reward_is_early_if_an_act_begins_after_it() {
        let check = |seconds: f64, of: &[u32], early: bool| {
            let episode = rewarded(seconds, of);
            assert_eq!(has_early(&episode), early, "{seconds} {of:?}");
            assert_eq!(arrivals(&episode, Placing::Of)[0].act < ActId(3), early, "{seconds} {of:?}");
        };
        check(3.0, &[], true);
        check(4.0, &[], false);
        check(9.0, &[0], true);
        check(1.0, &[3], false);
    }

    #[test]
    fn what_was_received_before_an_act_leaves_out_its_own_step() {
        let found = received(&rewarded(2.5, &[]));
        assert_eq!(found, [0.0, 0.0, 0.0, 1.0]);
    }
}

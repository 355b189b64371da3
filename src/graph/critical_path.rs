//! The chain of acts that took longest: what to shorten to end the episode sooner.

use crate::model::{ActId, Episode};

/// The longest path through the causal graph of acts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CriticalPath {
    /// The acts, from cause to effect; empty if the episode has no acts.
    pub acts: Vec<ActId>,
    /// Sum of their logged durations, in seconds. `None` if no act has a duration; the path is then the one
    /// with the most acts.
    pub seconds: Option<f64>,
}

/// Longest path by the sum of durations (an act without one counts 0), or by the number of acts if no
/// duration is logged. Of equal paths, the one with more acts, then the earlier one. O(acts + links).
pub fn critical_path(episode: &Episode) -> CriticalPath {
    let duration = |act: ActId| episode.act(act).duration.filter(|it| it.is_finite() && *it > 0.0);
    let timed = episode.act_ids().any(|it| duration(it).is_some());
    let order = causal_order(episode);
    // Length of the longest path that ends at each act: seconds, then acts; and the act before it.
    let mut best: Vec<(f64, u32, Option<ActId>)> = vec![(0.0, 0, None); episode.acts.len()];
    for &act in &order {
        let mut longest = (0.0, 0, None);
        for link in episode.links.parents(act) {
            let (seconds, acts, _) = best[link.act.index()];
            if (seconds, acts) > (longest.0, longest.1) {
                longest = (seconds, acts, Some(link.act));
            }
        }
        best[act.index()] = (longest.0 + duration(act).unwrap_or(0.0), longest.1 + 1, longest.2);
    }
    let mut end: Option<ActId> = None;
    for act in episode.act_ids() {
        let longer = |end: ActId| {
            let (a, b) = (best[act.index()], best[end.index()]);
            (a.0, a.1) > (b.0, b.1)
        };
        if end.is_none_or(longer) {
            end = Some(act);
        }
    }
    let seconds = end.filter(|_| timed).map(|it| best[it.index()].0);
    let mut acts = Vec::new();
    while let Some(act) = end {
        acts.push(act);
        end = best[act.index()].2;
    }
    acts.reverse();
    CriticalPath { acts, seconds }
}

/// All acts, parents before children. Parents may be later in the log than their children.
fn causal_order(episode: &Episode) -> Vec<ActId> {
    let mut waiting: Vec<usize> = episode.act_ids().map(|it| episode.links.parents(it).len()).collect();
    let mut order: Vec<ActId> = episode.act_ids().filter(|it| waiting[it.index()] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for link in episode.links.children(order[next]) {
            waiting[link.act.index()] -= 1;
            if waiting[link.act.index()] == 0 {
                order.push(link.act);
            }
        }
        next += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[track_caller]
    fn check(durations: &[f64], links: &[(u32, u32)], expected: &[u32], seconds: Option<f64>) {
        let acts = durations
            .iter()
            .map(|it| {
                let duration = (*it > 0.0).then_some(*it);
                crate::model::Act { duration, ..sample::action(0, 0.0) }
            })
            .collect();
        let path = critical_path(&sample::episode(1, acts, links));
        assert_eq!(path.acts, expected.iter().map(|it| ActId(*it)).collect::<Vec<_>>());
        assert_eq!(path.seconds, seconds);
    }

    #[test]
    fn longest_by_seconds_else_by_count() {
        check(&[], &[], &[], None);
        check(&[0.0, 0.0, 0.0], &[(0, 2)], &[0, 2], None);
        check(&[1.0, 5.0, 1.0, 1.0], &[(0, 1), (0, 2), (2, 3)], &[0, 1], Some(6.0));
        check(&[0.0; 4], &[(0, 1), (0, 2), (2, 3)], &[0, 2, 3], None);
        // A parent later in the log than its child.
        check(&[2.0, 3.0], &[(1, 0)], &[1, 0], Some(5.0));
        // An act without duration adds an act, not time.
        check(&[2.0, 0.0], &[(0, 1)], &[0, 1], Some(2.0));
    }
}

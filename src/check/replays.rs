//! Replay hygiene: what makes the mean over a group's candidates say less than it seems to.
//!
//! The hazards are those of critic-free credit from replays (C3, leave-one-out, GRPO): see the diagnostics of
//! a group in the format's description. A group that is still being streamed is not judged for what may come.

use std::collections::HashMap;

use crate::model::{Candidate, Episode, Origin, ReplayGroup, rule};

use super::finding::{Check, Finding, quoted};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::BROKEN_OFF, run: broken_off },
    Check { rule: rule::SINGLE_CANDIDATE, run: single },
    Check { rule: rule::DUPLICATE_CANDIDATES, run: duplicates },
    Check { rule: rule::IDENTICAL_COMPLETIONS, run: identical },
    Check { rule: rule::MIXED_POLICIES, run: mixed_policies },
    Check { rule: rule::NO_NULL_ARM, run: no_null_arm },
];

/// Fewer equal returns may be chance.
const RETURNS: usize = 4;

/// The candidates that earn credit.
fn candidates(group: &ReplayGroup) -> Vec<&Candidate> {
    group.candidates.iter().filter(|it| !it.extra).collect()
}

fn origin(group: &ReplayGroup) -> Option<Origin> {
    group.candidates.first().map(|it| it.origin)
}

fn finding(group: &ReplayGroup, message: String) -> Finding {
    Finding { message, origin: origin(group) }
}

pub(super) fn broken_off(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &episode.replays {
        let Some(first) = group.left_out.first() else { continue };
        let is_real = group.left_out.iter().any(|it| it.candidate.real);
        let is_lost = is_real && !group.candidates.iter().any(|it| it.real && !it.extra);
        let message = format!(
            "{} of {} candidates of replay group '{}' broke off ({}): they are left out of its means{}",
            group.left_out.len(),
            group.left_out.len() + group.candidates.len(),
            group.name,
            quoted(group.left_out.iter().map(|it| it.candidate.label.as_str()), 3),
            if is_lost {
                "; what really happened is among them, so nothing is compared: run it again"
            } else {
                ""
            }
        );
        findings.push(Finding::at(first.candidate.origin, message));
    }
    findings
}

pub(super) fn single(episode: &Episode) -> Vec<Finding> {
    if episode.outcome.is_none() {
        return Vec::new();
    }
    let alone = episode.replays.iter().filter(|it| candidates(it).len() == 1);
    alone
        .map(|it| {
            let message = format!(
                "replay group '{}' has one candidate: its credit is undefined; replay an alternative too",
                it.name
            );
            finding(it, message)
        })
        .collect()
}

/// Labels that more than one candidate has, in order of first appearance, each with its candidates.
fn shared<'a>(all: &[&'a Candidate]) -> Vec<Vec<&'a Candidate>> {
    let mut by_label: Vec<Vec<&Candidate>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for candidate in all {
        let at = *places.entry(candidate.label.as_str()).or_insert(by_label.len());
        if at == by_label.len() {
            by_label.push(Vec::new());
        }
        by_label[at].push(candidate);
    }
    by_label.retain(|it| it.len() > 1);
    by_label
}

/// Whether one completion was drawn for all of the group's candidates.
fn all_alike(all: &[&Candidate]) -> bool {
    all.len() > 1 && all.iter().all(|it| it.label == all[0].label)
}

pub(super) fn duplicates(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &episode.replays {
        let all = candidates(group);
        if all_alike(&all) {
            continue;
        }
        for same in shared(&all) {
            let message = format!(
                "replay group '{}' holds '{}' {} times: average over all of them, dropping some biases the baseline",
                group.name,
                same[0].label,
                same.len()
            );
            findings.push(Finding::at(same[1].origin, message));
        }
    }
    findings
}

pub(super) fn identical(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &episode.replays {
        let all = candidates(group);
        if all_alike(&all) {
            let message = format!(
                "all {} candidates of replay group '{}' are '{}': draw each with a seed of its own",
                all.len(),
                group.name,
                all[0].label
            );
            findings.push(finding(group, message));
            continue;
        }
        for same in shared(&all) {
            let copy = same[1..].iter().find(|it| copies(same[0], it));
            if let Some(copy) = copy {
                let message = format!(
                    "candidates {} and {} of replay group '{}' have the same returns one by one: their replays share seeds and count once",
                    same[0].j, copy.j, group.name
                );
                findings.push(Finding::at(copy.origin, message));
            }
        }
    }
    findings
}

fn copies(a: &Candidate, b: &Candidate) -> bool {
    let returns = &a.returns.returns;
    let differ = returns.iter().any(|it| *it != returns[0]);
    returns.len() >= RETURNS && differ && *returns == b.returns.returns
}

pub(super) fn mixed_policies(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &episode.replays {
        let mut first: HashMap<&str, &str> = HashMap::new();
        for (agent, policy) in &group.frozen {
            let other = *first.entry(agent).or_insert(policy);
            if other != policy {
                let message = format!(
                    "replay group '{}' ran '{agent}' with policy '{other}' and with '{policy}': compare candidates under one policy only",
                    group.name
                );
                let last = group.candidates.iter().map(|it| it.origin).max();
                findings.push(Finding { message, origin: last });
            }
        }
    }
    findings
}

pub(super) fn no_null_arm(episode: &Episode) -> Vec<Finding> {
    let without: Vec<&ReplayGroup> =
        episode.replays.iter().filter(|it| !it.candidates.iter().any(|it| it.extra)).collect();
    let Some(first) = without.first().filter(|_| episode.outcome.is_some()) else { return Vec::new() };
    let message = format!(
        "{} of {} replay groups of episode '{}' have no arm that draws the action anew ({}): log one as an `extra` candidate to tell an act from luck",
        without.len(),
        episode.replays.len(),
        episode.name,
        quoted(without.iter().map(|it| it.name.as_str()), 3)
    );
    vec![finding(first, message)]
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::{BrokenOff, Sample, Status};

    #[test]
    fn a_group_needs_two_candidates() {
        let mut episode = sound();
        check("single-candidate", &episode, &[]);
        episode.replays[0].candidates.remove(1);
        check("single-candidate", &episode, &["replay group 'replays' has one candidate"]);
        episode.outcome = None;
        check("single-candidate", &episode, &[]);
    }

    #[test]
    fn candidates_that_broke_off_are_counted() {
        let mut episode = sound();
        check("broken-off", &episode, &[]);
        let candidate = episode.replays[0].candidates.remove(1);
        episode.replays[0].left_out.push(BrokenOff { status: Status::Error, candidate });
        check("broken-off", &episode, &["1 of 3 candidates of replay group 'replays' broke off ('wait')"]);
    }

    #[test]
    fn duplicates_are_told_from_copies() {
        let mut episode = sound();
        let group = &mut episode.replays[0].candidates;
        let mut again = group[0].clone();
        again.j = 7;
        again.returns = Sample::of_returns(vec![1.0, 0.0, 0.0, 1.0]);
        group.push(again);
        check("duplicate-candidates", &episode, &["replay group 'replays' holds 'fix' 2 times"]);
        check("identical-completions", &episode, &[]);
        let group = &mut episode.replays[0].candidates;
        group.last_mut().unwrap().returns = group[0].returns.clone();
        check(
            "identical-completions",
            &episode,
            &["candidates 0 and 7 of replay group 'replays' have the same"],
        );
    }

    #[test]
    fn one_completion_for_all() {
        let mut episode = sound();
        check("identical-completions", &episode, &[]);
        episode.replays[0].candidates[1].label = "fix".to_owned();
        check("identical-completions", &episode, &["all 2 candidates of replay group 'replays' are 'fix'"]);
        check("duplicate-candidates", &episode, &[]);
    }

    #[test]
    fn replays_run_under_one_policy() {
        let mut episode = sound();
        let frozen = |agent: &str, policy: &str| (agent.to_owned(), policy.to_owned());
        episode.replays[0].frozen = vec![frozen("planner", "p@1"), frozen("coder", "c@1")];
        check("mixed-policies", &episode, &[]);
        episode.replays[0].frozen.push(frozen("coder", "c@2"));
        check("mixed-policies", &episode, &["ran 'coder' with policy 'c@1' and with 'c@2'"]);
    }

    #[test]
    fn one_arm_draws_anew() {
        let mut episode = sound();
        check("no-null-arm", &episode, &[]);
        episode.replays[0].candidates.retain(|it| !it.extra);
        check("no-null-arm", &episode, &["1 of 1 replay groups of episode 'e' have no arm"]);
    }
}

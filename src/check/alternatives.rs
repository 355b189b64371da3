//! The alternatives of single acts: their probabilities, and whether the action taken is one of them.

use std::collections::HashSet;

use crate::model::{ActId, ActionTable, Alternative, Episode, Origin, ReplayGroup, rule};

use super::finding::{Check, Finding, quoted};
use super::rounding::shown;

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::PROBABILITIES, run: probabilities },
    Check { rule: rule::TAKEN_MISSING, run: taken_missing },
    Check { rule: rule::PROBABILITY_WITHOUT_VALUE, run: without_value },
    Check { rule: rule::SINGLE_ALTERNATIVE, run: single },
];

/// Probabilities must sum to 1 within this; otherwise credit methods renormalise them.
const SUM: f64 = 1e-6;

pub(super) fn probabilities(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for act in &episode.acts {
        let Some(policy) = act.policy.as_ref().filter(|it| !it.probs.is_empty()) else { continue };
        let rows = policy.probs.iter().map(|(label, it)| (label.as_str(), *it));
        if range(act.origin, &act.id, rows, &mut findings) {
            continue;
        }
        let sum: f64 = policy.probs.iter().map(|it| it.1).sum();
        if (sum - 1.0).abs() > SUM {
            let message = format!(
                "the probabilities of '{}' sum to {}, not 1: they are renormalised; log all alternatives, with more digits",
                act.id,
                shown(sum)
            );
            findings.push(Finding::at(act.origin, message));
        }
    }
    for table in &episode.tables {
        of_table(episode, table, &mut findings);
    }
    for group in &episode.replays {
        for candidate in &group.candidates {
            let row = candidate.probability.map(|it| (candidate.label.as_str(), it));
            range(candidate.origin, &group.name, row.into_iter(), &mut findings);
        }
    }
    findings
}

/// Candidates may name only some of the alternatives: their probabilities may sum to less than 1, but not to
/// more.
fn of_table(episode: &Episode, table: &ActionTable, findings: &mut Vec<Finding>) {
    let act = episode.act(table.act);
    if act.policy.as_ref().is_some_and(|it| !it.probs.is_empty()) {
        return;
    }
    let rows = || table.alternatives.iter().filter_map(|it| Some((it.label.as_str(), it.probability?)));
    let origin = table.alternatives.first().map_or(act.origin, |it| it.origin);
    if range(origin, &act.id, rows(), findings) {
        return;
    }
    let sum: f64 = rows().map(|it| it.1).sum();
    if sum > 1.0 + SUM {
        let message = format!(
            "the probabilities of the alternatives of '{}' sum to {}, more than 1: they are renormalised",
            act.id,
            shown(sum)
        );
        findings.push(Finding::at(origin, message));
    }
}

/// Lists the first value that is not a probability. Returns whether there was one.
fn range<'a>(
    origin: Origin,
    of: &str,
    mut rows: impl Iterator<Item = (&'a str, f64)>,
    findings: &mut Vec<Finding>,
) -> bool {
    let Some((label, value)) = rows.find(|(_, it)| !(0.0..=1.0 + SUM).contains(it)) else { return false };
    let value = if value.is_finite() { shown(value) } else { "not a finite number".to_owned() };
    let message = format!("the probability of '{label}' at '{of}' is {value}: it must be between 0 and 1");
    findings.push(Finding::at(origin, message));
    true
}

pub(super) fn taken_missing(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Where the log says two things of what was taken, or its runs broke off, another finding says so.
    let is_told = |it: &&ReplayGroup| {
        episode.wrongly_real(it).is_some() || it.left_out.iter().any(|it| it.candidate.real)
    };
    let told: HashSet<ActId> = episode.replays.iter().filter(is_told).filter_map(|it| it.act).collect();
    for table in &episode.tables {
        let act = episode.act(table.act);
        if table.alternatives.iter().any(|it| it.taken) || act.is_contradicted() || told.contains(&table.act)
        {
            continue;
        }
        // The value of the default action alone is compared with the realised reward: nothing is missing.
        let others = table.alternatives.iter().filter(|it| !it.default).count();
        let of_policy = act.policy.as_ref().is_some_and(|it| !it.q.is_empty() || !it.probs.is_empty());
        if others == 0 || (others == 1 && !of_policy) {
            continue;
        }
        let origin = table.alternatives.first().map_or(act.origin, |it| it.origin);
        let labels = table.alternatives.iter().map(|it| it.label.as_str());
        let message = format!(
            "'{}', taken at '{}', is not among its alternatives {}: name it in `policy.chosen` or mark it `real`",
            act.taken_label(),
            act.id,
            quoted(labels, 4)
        );
        findings.push(Finding::at(origin, message));
    }
    findings
}

pub(super) fn without_value(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &episode.tables {
        let act = episode.act(table.act);
        let all = &table.alternatives;
        // A policy that logs no values of its own leaves them to replays, of which there may be few.
        if act.policy.as_ref().is_some_and(|it| !it.probs.is_empty() && it.q.is_empty()) {
            continue;
        }
        let is_likely = |it: &&Alternative| it.probability.is_some_and(|it| it > 0.0);
        let lacking: Vec<&Alternative> =
            all.iter().filter(is_likely).filter(|it| it.q.mean.is_none()).collect();
        let is_valued = all.iter().filter(is_likely).any(|it| it.q.mean.is_some());
        let Some(first) = lacking.first().filter(|_| is_valued && table.value.is_none()) else { continue };
        let message = format!(
            "{} at '{}' {} a probability but no value, while others have both: what the policy expects there is not known",
            quoted(lacking.iter().map(|it| it.label.as_str()), 4),
            act.id,
            if lacking.len() == 1 { "has" } else { "have" }
        );
        findings.push(Finding::at(first.origin, message));
    }
    findings
}

pub(super) fn single(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &episode.tables {
        if let [only] = table.alternatives.as_slice()
            && only.taken
        {
            let message = format!(
                "'{}' is the only alternative logged for '{}': its credit is 0 for want of contrast",
                only.label,
                episode.act(table.act).id
            );
            findings.push(Finding::at(only.origin, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::{Episode, Policy};

    fn with_probs(probs: &[f64]) -> Episode {
        let mut episode = sound();
        let rows = probs.iter().enumerate().map(|(at, it)| (format!("x{at}"), *it)).collect();
        episode.acts[0].policy = Some(Policy { probs: rows, ..Policy::default() });
        episode
    }

    #[test]
    fn probabilities_of_a_policy_sum_to_one() {
        check("probabilities", &with_probs(&[0.25, 0.75]), &[]);
        check("probabilities", &with_probs(&[0.1; 10]), &[]);
        check("probabilities", &with_probs(&[0.5, 0.25]), &["the probabilities of 'a1' sum to 0.75, not 1"]);
        check("probabilities", &with_probs(&[-0.5, 1.5]), &["the probability of 'x0' at 'a1' is -0.5"]);
        check("probabilities", &with_probs(&[f64::NAN, 1.0]), &["'x0' at 'a1' is not a finite number"]);
    }

    #[test]
    fn candidates_may_be_a_part_of_the_alternatives() {
        let mut episode = sound();
        episode.tables[0].alternatives[1].probability = Some(0.1);
        check("probabilities", &episode, &[]);
        episode.tables[0].alternatives[1].probability = Some(0.9);
        check("probabilities", &episode, &["of the alternatives of 'a1' sum to 1.5, more than 1"]);
        let mut episode = sound();
        episode.replays[0].candidates[0].probability = Some(1.5);
        check("probabilities", &episode, &["the probability of 'fix' at 'replays' is 1.5"]);
    }

    #[test]
    fn the_action_taken_is_an_alternative() {
        let mut episode = sound();
        check("taken-missing", &episode, &[]);
        episode.tables[0].alternatives[0].taken = false;
        episode.tables[0].alternatives[1].default = false;
        check(
            "taken-missing",
            &episode,
            &["'plan', taken at 'a1', is not among its alternatives 'plan', 'wait'"],
        );
        // The default action alone.
        episode.tables[0].alternatives.remove(0);
        episode.tables[0].alternatives[0].default = true;
        check("taken-missing", &episode, &[]);
    }

    #[test]
    fn what_is_likely_has_a_value() {
        let mut episode = sound();
        check("probability-without-value", &episode, &[]);
        episode.tables[0].alternatives[1].q.mean = None;
        check("probability-without-value", &episode, &["'wait' at 'a1' has a probability but no value"]);
        // V itself is logged, or the policy never does it.
        episode.tables[0].value = Some(0.5);
        check("probability-without-value", &episode, &[]);
        episode.tables[0].value = None;
        episode.tables[0].alternatives[1].probability = Some(0.0);
        check("probability-without-value", &episode, &[]);
        // Probabilities alone say what is likely, not what it is worth.
        episode.tables[0].alternatives[1].probability = Some(0.5);
        episode.tables[0].alternatives[0].q.mean = None;
        check("probability-without-value", &episode, &[]);
    }

    #[test]
    fn one_alternative_is_no_contrast() {
        let mut episode = sound();
        check("single-alternative", &episode, &[]);
        episode.tables[0].alternatives.pop();
        check("single-alternative", &episode, &["'plan' is the only alternative logged for 'a1'"]);
        episode.tables[0].alternatives[0].taken = false;
        check("single-alternative", &episode, &[]);
    }
}

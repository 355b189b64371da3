//! What really happened, as records mark it: one candidate, one chosen alternative, and both the act itself.

use crate::model::{Candidate, Episode, rule};

use super::finding::{Check, Finding};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::SEVERAL_REAL, run: several },
    Check { rule: rule::REAL_IS_ANOTHER, run: another },
    Check { rule: rule::CHOSEN_IS_ANOTHER, run: chosen },
];

fn marked(candidates: &[Candidate]) -> Vec<&Candidate> {
    candidates.iter().filter(|it| it.real && !it.extra).collect()
}

pub(super) fn several(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &episode.replays {
        let marked = marked(&group.candidates);
        let [first, second, ..] = marked.as_slice() else { continue };
        let act = group.act.map(|it| episode.act(it));
        let same = marked.iter().filter(|it| act.is_some_and(|act| act.taken_label() == it.label)).count();
        let message = format!(
            "replay group '{}' marks {} candidates as `real`, such as '{}' and '{}': {}",
            group.name,
            marked.len(),
            first.label,
            second.label,
            if same == 1 { "the one that is the act counts" } else { "its credit is not known" }
        );
        findings.push(Finding::at(second.origin, message));
    }
    findings
}

pub(super) fn another(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in &episode.replays {
        let Some((act, real)) = group.act.zip(episode.wrongly_real(group)) else { continue };
        let act = episode.act(act);
        let message = format!(
            "replay group '{}' marks '{}' as `real`, but '{}' is '{}': its credit is not known",
            group.name, real.label, act.id, act.label
        );
        findings.push(Finding::at(real.origin, message));
    }
    findings
}

pub(super) fn chosen(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for act in &episode.acts {
        if act.is_contradicted() {
            let message = format!(
                "the action of '{}' is '{}', but `policy.chosen` is '{}', another of its alternatives: its value is \
                 not known",
                act.id,
                act.label,
                act.taken_label()
            );
            findings.push(Finding::at(act.origin, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::{Episode, Policy};

    /// The act that is replayed is what `real` says.
    fn replayed(label: &str) -> Episode {
        let mut episode = sound();
        let act = episode.replays[0].act.unwrap().index();
        episode.acts[act].label = label.to_owned();
        episode
    }

    #[test]
    fn one_candidate_is_real() {
        let mut episode = replayed("fix");
        check("several-real", &episode, &[]);
        episode.replays[0].candidates[1].real = true;
        check("several-real", &episode, &["marks 2 candidates as `real`, such as 'fix' and 'wait': the one"]);
        check("real-is-another", &episode, &[]);
        episode.replays[0].candidates[0].label = "try".to_owned();
        check("several-real", &episode, &["such as 'try' and 'wait': its credit is not known"]);
        // What only serves to estimate the value happened just as well.
        episode.replays[0].candidates[1].extra = true;
        check("several-real", &episode, &[]);
    }

    #[test]
    fn what_is_real_is_the_act() {
        check("real-is-another", &replayed("fix"), &[]);
        let mut episode = replayed("wait");
        check("real-is-another", &episode, &["marks 'fix' as `real`, but 'a2' is 'wait'"]);
        // What the policy chose is another word for it.
        let act = episode.replays[0].act.unwrap().index();
        episode.acts[act].policy = Some(Policy { chosen: Some("fix".to_owned()), ..Policy::default() });
        check("real-is-another", &episode, &[]);
        let mut episode = replayed("wait");
        episode.replays[0].candidates[0].label = "candidate 0".to_owned();
        check("real-is-another", &episode, &[]);
    }

    #[test]
    fn what_is_chosen_is_the_action() {
        let mut episode = sound();
        let probs = vec![("plan".to_owned(), 0.5), ("wait".to_owned(), 0.5)];
        let chosen = Some("wait".to_owned());
        episode.acts[0].policy = Some(Policy { chosen, probs, ..Policy::default() });
        check(
            "chosen-is-another",
            &episode,
            &["the action of 'a1' is 'plan', but `policy.chosen` is 'wait'"],
        );
        // Alternatives by number.
        let policy = episode.acts[0].policy.as_mut().unwrap();
        policy.probs = vec![("0".to_owned(), 0.5), ("1".to_owned(), 0.5)];
        policy.chosen = Some("1".to_owned());
        check("chosen-is-another", &episode, &[]);
    }
}

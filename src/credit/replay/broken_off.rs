//! Candidates whose runs broke off: how many there are, and what a mean that counts them would say.

use super::{
    left_out,
    siblings::{self, Kind},
};
use crate::{
    credit::{
        figure,
        question::{Question, caveat},
    },
    model::{BrokenOff, Candidate, Caveat, ReplayGroup, Sample},
};

/// Groups told one by one; more are counted.
const TOLD: usize = 3;

/// What was left out of these groups.
pub(super) fn caveats<'a>(
    question: &Question<'_>,
    groups: impl Iterator<Item = &'a ReplayGroup>,
) -> Vec<Caveat> {
    let broken: Vec<(&ReplayGroup, String)> =
        groups.filter_map(|it| Some((it, left_out::count(it)?))).collect();
    let alone = broken.len() == 1;
    let mut caveats: Vec<Caveat> = broken
        .iter()
        .take(TOLD)
        .map(|(group, text)| {
            let of = if alone { String::new() } else { format!("replay group '{}': ", group.name) };
            caveat(format!("{of}{text}{}", counted(question, group)))
        })
        .collect();
    let more: usize = broken.iter().skip(TOLD).map(|it| it.0.left_out.len()).sum();
    if more > 0 {
        let more = figure::count(more, "candidate");
        caveats.push(caveat(format!("{more} of other replay groups broke off, left out")));
    }
    caveats
}

/// `; as 0 they would say -0.33`: the number of the group if they were counted; empty if there is none.
fn counted(question: &Question<'_>, group: &ReplayGroup) -> String {
    // A pool takes the other groups as they are.
    if Kind::of(question) == Kind::Pooled || question.switch("pooled") {
        return String::new();
    }
    let all_zero = group.left_out.iter().all(|it| it.candidate.returns.mean.unwrap_or(0.0) == 0.0);
    let mut whole = ReplayGroup { left_out: Vec::new(), ..group.clone() };
    whole.candidates.extend(group.left_out.iter().map(as_logged));
    whole.candidates.sort_by_key(|it| it.j);
    let Ok(credit) = siblings::credit(question, &whole) else { return String::new() };
    let how = if all_zero { "as 0" } else { "with the returns logged" };
    let they = if group.left_out.len() == 1 { "it" } else { "they" };
    format!("; {how} {they} would say {}", figure::signed(credit.estimate.value))
}

/// The candidate with its returns, or one return of 0 if it has none.
fn as_logged(it: &BrokenOff) -> Candidate {
    let mut candidate = it.candidate.clone();
    if candidate.returns.mean.is_none() {
        candidate.returns = Sample::of_returns(vec![0.0]);
    }
    candidate
}

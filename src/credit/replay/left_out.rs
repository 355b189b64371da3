//! How many candidates of a replay group are left out of its means, in words.

use crate::{
    credit::figure,
    model::{ReplayGroup, Status},
};

/// `aborted`, `ended with an error`.
pub(super) fn word(status: &Status) -> &'static str {
    if *status == Status::Error { "ended with an error" } else { "aborted" }
}

/// `2 of 4 candidates aborted, left out`; `None` if none did.
pub(super) fn count(group: &ReplayGroup) -> Option<String> {
    let first = group.left_out.first()?;
    let counted = |it: bool| usize::from(!it);
    let broken: usize = group.left_out.iter().map(|it| counted(it.candidate.extra)).sum();
    let all = broken + group.candidates.iter().map(|it| counted(it.extra)).sum::<usize>();
    let alike = group.left_out.iter().all(|it| it.status == first.status);
    let how = if alike { word(&first.status) } else { "broke off" };
    (broken > 0).then(|| format!("{broken} of {} {how}, left out", figure::count(all, "candidate")))
}

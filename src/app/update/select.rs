//! Where a cursor goes: to an act, to a row, or to the agent that the verdict names.

use crate::{
    app::{action::Action, open::OpenEpisode},
    model::ActId,
};

/// `at` after a motion over `len` rows; `None` if it is not a motion over rows.
pub(super) fn moved(action: Action, count: usize, at: usize, len: usize, page: usize) -> Option<usize> {
    let last = len.saturating_sub(1);
    Some(match action {
        Action::Up => at.saturating_sub(count),
        Action::Down => at.saturating_add(count).min(last),
        Action::HalfUp => at.saturating_sub(page / 2 * count),
        Action::HalfDown => at.saturating_add((page / 2).saturating_mul(count)).min(last),
        Action::First => 0,
        Action::Last => last,
        _ => return None,
    })
}

/// Puts the cursor on `act` and its agent.
pub(super) fn select(open: &mut OpenEpisode, act: ActId) {
    open.act = Some(act);
    open.agent = open.episode.act(act).agent;
    open.detail.top = 0;
    open.detail.left = 0;
    open.detail.seek = false;
    open.blamed = None;
}

/// The act nearest to `act` among some, ascending; of two at equal distance the earlier.
pub(super) fn nearest(acts: &[ActId], act: ActId) -> Option<ActId> {
    let from = acts.partition_point(|it| *it < act);
    let (before, after) = (acts[..from].last(), acts.get(from));
    [before, after].into_iter().flatten().min_by_key(|it| it.0.abs_diff(act.0)).copied()
}

/// Puts the agent cursor on the agent that the verdict names, or on the first of the order shown.
pub(super) fn to_culprit_agent(open: &mut OpenEpisode) {
    let verdict = open.analysis().map(|it| &it.verdict);
    let suspected = || Some(verdict?.suspected()?.suspect().0);
    let named = verdict.and_then(|it| it.named().first().copied()).or_else(suspected);
    if let Some(agent) = named.or_else(|| open.agent_order().get(0)) {
        open.agent = agent;
    }
    to_culprit_act(open);
    // What filters leave may come later.
    open.listed.lead_to_culprit();
}

/// Puts the act cursor on the first act to blame that is listed.
pub(super) fn to_culprit_act(open: &mut OpenEpisode) {
    let first = open.culprits().iter().copied().find(|it| open.listed.holds(*it));
    open.act = first.or(open.act);
}

//! What records say that single agents earn.

use crate::{
    log,
    model::{AgentId, Sample},
};

use super::Builder;

/// By agent, ascending; a mean rests on the runs of the whole, `n`, and returns have its seeds. Of an agent named twice
/// the last counts.
pub(super) fn own(
    builder: &Builder,
    rewards: &[log::OwnReward],
    n: Option<u32>,
    seeds: &[String],
) -> Vec<(AgentId, Sample)> {
    let mut found: Vec<(AgentId, Sample)> = Vec::with_capacity(rewards.len());
    for it in rewards {
        let Some(agent) = builder.agents.get(&it.agent) else { continue };
        let sample = match it.returns.is_empty() {
            true => Sample { mean: it.value, n: n.filter(|_| it.value.is_some()), ..Sample::default() },
            false => {
                let seeds = if seeds.len() == it.returns.len() { seeds } else { &[] };
                Sample { seeds: seeds.to_vec(), ..Sample::of_returns(it.returns.clone()) }
            }
        };
        found.push((*agent, sample));
    }
    found.sort_by_key(|it| it.0);
    found.dedup_by(|later, before| {
        let is_same = later.0 == before.0;
        if is_same {
            std::mem::swap(later, before);
        }
        is_same
    });
    found
}

/// What each agent earned in an episode, ascending by agent: parts of one agent are added.
pub(in crate::store::assemble) fn earned(
    builder: &Builder,
    rewards: &[log::OwnReward],
) -> Vec<(AgentId, f64)> {
    let value = |sample: &Sample| match sample.returns.is_empty() {
        true => sample.mean,
        false => sample.mean.map(|_| sample.returns.iter().filter(|it| it.is_finite()).sum()),
    };
    own(builder, rewards, None, &[]).iter().filter_map(|it| Some((it.0, value(&it.1)?))).collect()
}

/// The value of an alternative as a later record has it; what that does not say stays.
pub(super) fn replaced(known: &mut Sample, later: Sample) {
    let before = std::mem::take(known);
    *known = if later.mean.is_some() { later } else { Sample { own: later.own, ..before.clone() } };
    if known.own.is_empty() {
        known.own = before.own;
    }
}

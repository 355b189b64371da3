//! What is kept of an episode as a rollout.

use super::{
    ActFacts, ActId, ActKind, Credited, Episode, Origin, OwnReward, Reward, RewardSource, Rollout,
    RolloutAct, RolloutCandidate, RolloutCredit,
};

impl Rollout {
    /// What is kept of `episode`. `facts`: what else the log says of the act at a place.
    ///
    /// A reward belongs to the acts that it names, in equal parts; else to the last act of the agent that it names; else
    /// to the last act. A return without rewards belongs to the last act.
    pub fn of(episode: &Episode, facts: impl Fn(Origin) -> ActFacts) -> Self {
        let total = episode.reward();
        let is_by_status = total.is_some_and(|it| it.source == RewardSource::Outcome);
        let ended = episode.outcome.as_ref();
        let last = episode.acts.last().map(|it| it.origin).unwrap_or_default();
        let place = total.and_then(|it| it.origin).or(ended.map(|it| it.origin)).unwrap_or(last);
        let mut own = vec![None; episode.agents.len()];
        for OwnReward { agent, value, origin, .. } in episode.own_rewards() {
            own[agent.index()] = Some((value, origin));
        }
        let by_act = act_rewards(episode, total.filter(|_| !is_by_status).map(|it| it.value));
        let credited = |at: usize| {
            let mut items = episode.declared.iter().flat_map(|it| &it.items);
            items.any(|it| it.act.is_some_and(|it| it.index() == at))
        };
        let kept = episode.acts.iter().enumerate();
        let kept: Vec<(usize, &super::Act)> =
            kept.filter(|(at, it)| it.kind == ActKind::Action || credited(*at)).collect();
        let place_of =
            |act: ActId| kept.binary_search_by_key(&act.index(), |it| it.0).ok().map(|it| it as u32);
        let acts = kept.iter().copied().map(|(at, it)| {
            let facts = facts(it.origin);
            RolloutAct {
                id: it.id.as_str().into(),
                agent: it.agent.0,
                turn: facts.turn.or(it.step),
                state: facts.state,
                tokens: it.usage.output,
                reward: by_act[at],
                origin: it.origin,
            }
        });
        Self {
            name: episode.name.as_str().into(),
            total: total.map(|it| it.value).filter(|it| it.is_finite()),
            is_by_status,
            place,
            status: ended.and_then(|it| it.status.clone()),
            open: ended.is_none(),
            group: episode.group.as_deref().map(Into::into),
            task: episode.task.as_deref().map(Into::into),
            update: episode.update.or(episode.global_step),
            acts: acts.collect(),
            parts: parts(episode),
            candidates: candidates(episode, &place_of),
            declared: declared(episode, &place_of),
            run: episode.run.as_deref().map(Into::into),
            algorithm: episode.algorithm.as_deref().map(Into::into),
            gamma: episode.gamma,
            agents: episode.agents.iter().map(|it| it.name.as_str().into()).collect(),
            roles: episode.agents.iter().map(|it| it.role.as_deref().map(Into::into)).collect(),
            policies: episode.agents.iter().map(|it| it.policy.as_deref().map(Into::into)).collect(),
            own,
        }
    }
}

/// What the log credits, each `credit` record with its finite numbers.
fn declared(episode: &Episode, place_of: &dyn Fn(ActId) -> Option<u32>) -> Vec<RolloutCredit> {
    let of = |it: &super::DeclaredCredit| RolloutCredit {
        algorithm: it.algorithm.as_str().into(),
        params: it.params.clone(),
        items: it
            .items
            .iter()
            .filter_map(|item| {
                let value = item.value.filter(|it| it.is_finite())?;
                let act = item.act.map(place_of);
                (act != Some(None)).then_some(Credited {
                    act: act.flatten(),
                    agent: item.agent.map(|it| it.0),
                    value,
                })
            })
            .collect(),
    };
    episode.declared.iter().map(of).filter(|it| !it.items.is_empty()).collect()
}

/// Candidates of replay groups that have a return, those that broke off too.
fn candidates(episode: &Episode, place_of: &dyn Fn(ActId) -> Option<u32>) -> Vec<RolloutCandidate> {
    let mut found = Vec::new();
    for group in &episode.replays {
        let Some(act) = group.act.and_then(place_of) else { continue };
        let whole = group.candidates.iter().map(|it| (it, false));
        let broken = group.left_out.iter().map(|it| (&it.candidate, true));
        for (it, broken_off) in whole.chain(broken).filter(|it| !it.0.extra) {
            let value = it.returns.mean.filter(|it| it.is_finite());
            found.extend(value.map(|value| RolloutCandidate {
                act,
                j: it.j,
                value,
                real: it.real,
                broken_off,
            }));
        }
    }
    found
}

/// What each agent has of the rewards; `None`: none is logged.
fn parts(episode: &Episode) -> Option<Vec<f64>> {
    let ends = episode.outcome.iter().flat_map(|it| &it.own);
    if episode.rewards.iter().all(|it| it.value.is_none()) {
        let mut parts = vec![0.0; episode.agents.len()];
        let mut any = false;
        ends.for_each(|(agent, value)| (parts[agent.index()], any) = (*value, true));
        return any.then_some(parts);
    }
    let mut parts = vec![0.0; episode.agents.len()];
    let mut of_nobody = 0.0;
    for Reward { value, agent, of, .. } in &episode.rewards {
        let Some(value) = value else { continue };
        match (agent, of.len()) {
            (Some(agent), _) => parts[agent.index()] += value,
            (None, 0) => of_nobody += value,
            (None, n) => of.iter().for_each(|it| parts[episode.act(*it).agent.index()] += value / n as f64),
        }
    }
    parts.iter_mut().for_each(|it| *it += of_nobody);
    Some(parts)
}

/// The reward of each act.
fn act_rewards(episode: &Episode, total: Option<f64>) -> Vec<f64> {
    let mut by_act = vec![0.0; episode.acts.len()];
    let mut last_of = vec![None; episode.agents.len()];
    episode.acts.iter().enumerate().for_each(|(at, it)| last_of[it.agent.index()] = Some(at));
    let mut any = false;
    for Reward { value, agent, of, .. } in &episode.rewards {
        let Some(value) = value else { continue };
        any = true;
        let to = agent.and_then(|it| last_of[it.index()]).or(by_act.len().checked_sub(1));
        match (of.len(), to) {
            (0, Some(to)) => by_act[to] += value,
            (n, _) => of.iter().for_each(|it| by_act[it.index()] += value / n as f64),
        }
    }
    if !any && let (Some(last), Some(total)) = (by_act.last_mut(), total) {
        *last = total;
    }
    by_act
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::draft::Draft;

    #[test]
    fn a_reward_belongs_to_the_acts_that_it_names() {
        // a0 acts, a1 acts, a0 acts. 3 of t0 and t1; 5 of a0 for itself; 7 of the team.
        let mut episode = Draft::of(2).acts(&[0, 1, 0]).reward(3.0, &[0, 1]).reward(7.0, &[]).episode();
        let own = Reward { agent: Some(crate::model::AgentId(0)), ..crate::model::draft::reward(5.0) };
        episode.rewards.push(own);
        let rollout = Rollout::of(&episode, |_| ActFacts::default());
        let rewards: Vec<f64> = rollout.acts.iter().map(|it| it.reward).collect();
        assert_eq!((rewards, rollout.total), (vec![1.5, 1.5, 12.0], Some(10.0)));
        assert_eq!((rollout.own_of("a0").map(|it| it.0), rollout.own_of("a1")), (Some(5.0), None));
        assert_eq!(rollout.agent_turns(), [0, 0, 1]);
    }
}

//! An episode up to one of its acts: what had been done, earned and lost by then.

use crate::model::{ActId, ActKind, AgentId, Episode, Reward, signed};

/// Of longer episodes nothing is counted: it would be counted anew with every move of the cursor.
pub const MOST_ACTS: usize = 50_000;

/// What one agent had done by then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentSoFar {
    /// Its acts that are no messages.
    pub actions: usize,
    /// Its messages.
    pub messages: usize,
    /// Its acts in which something went wrong.
    pub errors: usize,
    /// Its tokens, if any of its acts tells them.
    pub tokens: Option<u64>,
    /// The credit of its acts, added up; `None`: none of them has a number.
    pub credit: Option<f64>,
}

/// An episode up to one of its acts, which is counted too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoFar {
    /// How many acts.
    pub acts: usize,
    /// By agent.
    pub agents: Vec<AgentSoFar>,
    /// Rewards of the team by then, and whether there were any.
    pub reward: Option<f64>,
    /// The last value of the state that an act told (`policy.value`), and which did.
    pub value: Option<(f64, ActId)>,
}

impl SoFar {
    /// Of the acts of `episode` up to `act`, which have this credit.
    pub fn of(episode: &Episode, credit: impl Fn(ActId) -> Option<f64>, act: ActId) -> Self {
        let mut so_far =
            Self { agents: vec![AgentSoFar::default(); episode.agents.len()], ..Self::default() };
        for id in episode.act_ids().take(act.index() + 1) {
            so_far.count(episode, credit(id), id);
        }
        let given: Vec<f64> = episode
            .rewards
            .iter()
            .filter(|it| it.agent.is_none() && is_given(episode, it, act))
            .filter_map(|it| it.value)
            .collect();
        so_far.reward = (!given.is_empty()).then(|| given.iter().sum());
        so_far
    }

    fn count(&mut self, episode: &Episode, credit: Option<f64>, id: ActId) {
        let act = episode.act(id);
        let own = &mut self.agents[act.agent.index()];
        match act.kind {
            ActKind::Message => own.messages += 1,
            ActKind::Action => own.actions += 1,
        }
        own.errors += usize::from(act.has_error());
        if let Some(tokens) = act.usage.tokens() {
            *own.tokens.get_or_insert(0) += tokens;
        }
        if let Some(credit) = credit {
            *own.credit.get_or_insert(0.0) += credit;
        }
        self.acts += 1;
        if let Some(value) = act.policy.as_ref().and_then(|it| it.value) {
            self.value = Some((value, id));
        }
    }

    /// The agents, those whose acts have lost most first; without credit as they are.
    pub fn order(&self) -> Vec<AgentId> {
        let mut order: Vec<AgentId> = (0..self.agents.len()).map(AgentId::from_index).collect();
        order.sort_by(|a, b| {
            let credit = |it: &AgentId| self.agents[it.index()].credit.unwrap_or(0.0);
            credit(a).total_cmp(&credit(b))
        });
        order
    }

    /// `R so far -0.10, V 0.37 (a2)`; empty if the log tells neither.
    pub fn words(&self, episode: &Episode) -> String {
        let reward = self.reward.map(|it| format!("R so far {}", signed(it, 2).trim_start()));
        let value = |(value, act): (f64, ActId)| {
            format!("V {} told by {}", signed(value, 2).trim_start(), episode.act(act).id)
        };
        reward.into_iter().chain(self.value.map(value)).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a reward had been given when `act` was done: all acts that it is for were done, or else its time had come. One that
/// tells neither comes with the last act.
fn is_given(episode: &Episode, reward: &Reward, act: ActId) -> bool {
    let is_last = act.index() + 1 >= episode.acts.len();
    if let Some(last) = reward.of.iter().max() {
        return *last <= act;
    }
    match (reward.time, episode.act(act).time) {
        (Some(given), Some(now)) => given <= now || is_last,
        _ => is_last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::tests::FAILED, runtime::test_program::TestProgram};

    fn at(act: usize) -> SoFar {
        let program = TestProgram::of(FAILED);
        let open = program.episode();
        let credit = |it| open.act_credit(it).map(|it| it.value);
        SoFar::of(&open.episode, credit, ActId::from_index(act))
    }

    #[test]
    fn acts_are_counted_with_the_one_under_the_cursor() {
        let first = at(0);
        assert_eq!((first.acts, first.agents[0].actions, first.reward, first.value), (1, 1, None, None));
        let third = at(2);
        let coder = &third.agents[1];
        assert_eq!((third.acts, coder.actions, coder.messages), (3, 1, 0));
        assert_eq!(third.agents[0].messages, 1);
        assert_eq!(third.value, Some((-0.2, ActId::from_index(2))));
    }

    #[test]
    fn the_credit_of_acts_adds_up_to_that_of_all() {
        let program = TestProgram::of(FAILED);
        let open = program.episode();
        let all = at(5);
        for agent in open.episode.agent_ids() {
            let own = open.index.acts_of(agent).iter().filter_map(|it| open.act_credit(*it));
            let sum: f64 = own.map(|it| it.value).sum();
            assert!((all.agents[agent.index()].credit.unwrap_or(0.0) - sum).abs() < 1e-12);
        }
        let credit = |it: &AgentId| all.agents[it.index()].credit.unwrap_or(0.0);
        assert!(all.agents.iter().any(|it| it.credit.is_some()));
        assert!(all.order().is_sorted_by(|a, b| credit(a) <= credit(b)));
    }

    #[test]
    fn a_reward_comes_with_the_acts_that_it_is_for() {
        // It is for the last act.
        assert_eq!(at(4).reward, None);
        assert_eq!(at(5).reward, Some(-0.6));
        let words = at(5).words(&TestProgram::of(FAILED).episode().episode);
        assert_eq!(words, "R so far -0.60, V -0.20 told by a2");
    }
}

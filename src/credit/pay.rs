//! What agents were paid beside what they are credited with, for audits.

use crate::model::{AgentId, Attribution, Episode, Provenance, RewardTotal, Scenario, Unavailable};
use crate::stats::kendall_tau_b;

use super::compute;
use super::question::missing;

/// Own rewards of an episode, and the credit of the reward that the log has by default.
#[derive(Clone, Debug, PartialEq)]
pub struct Pay {
    /// What each agent earned for itself, ascending by agent.
    pub paid: Vec<(AgentId, f64)>,
    /// R, if the log has one by default.
    pub reward: Option<RewardTotal>,
    /// Whether R is the team's, and not the sum of what is paid.
    pub is_team: bool,
    /// Credit by the best-supported method, if it rests on more than the shape of the trace.
    pub credit: Result<Attribution, Unavailable>,
    /// Kendall's tau-b of pay against credit, over the agents that have both: below 0 they point opposite ways. `None`:
    /// fewer than two have both, or all of one are the same.
    pub order: Option<f64>,
}

impl Pay {
    /// Of an episode; `None` if no agent has a reward of its own.
    pub fn of(episode: &Episode) -> Option<Self> {
        let paid: Vec<(AgentId, f64)> =
            episode.own_rewards().into_iter().map(|it| (it.agent, it.value)).collect();
        if paid.is_empty() {
            return None;
        }
        let credit = compute(episode, &Scenario::default()).and_then(|it| match it.provenance {
            Provenance::Structural => Err(missing("nothing was measured, modelled or declared")),
            Provenance::Replayed | Provenance::Modelled | Provenance::Declared => Ok(it),
        });
        let both = paid.iter().filter_map(|it| Some((it.1, credit.as_ref().ok()?.agent(it.0)?.value)));
        let (pay, due): (Vec<f64>, Vec<f64>) = both.unzip();
        Some(Self {
            order: kendall_tau_b(&pay, &due),
            reward: episode.reward(),
            is_team: episode.has_team_reward(),
            credit,
            paid,
        })
    }

    /// Whether agents that are paid more are credited with less.
    pub fn is_opposite(&self) -> bool {
        self.order.is_some_and(|it| it < 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reward;
    use crate::model::draft::{Draft, reward};

    /// Each of two agents is paid for what the other does: what they did is worth -4, and doing nothing -8 and 0.
    fn crossed(paid: [f64; 2]) -> Episode {
        let own = |at: usize| Reward { agent: Some(AgentId::from_index(at)), ..reward(paid[at]) };
        let draft = Draft::of(2).acts(&[0, 1]).with(|it| it.rewards = vec![own(0), own(1)].into());
        let draft = draft.table(0, &[("u", -4.0, -1.0), ("null", -8.0, -1.0)], Some(0), Some(1));
        draft.table(1, &[("u", -4.0, -1.0), ("null", 0.0, -1.0)], Some(0), Some(1)).episode()
    }

    #[test]
    fn pay_and_credit_by_their_order() {
        // Credit: -4 + 8 = 4 and -4 - 0 = -4.
        let found = Pay::of(&crossed([-4.0, 0.0])).unwrap();
        assert_eq!((found.order, found.is_opposite(), found.is_team), (Some(-1.0), true, false));
        assert_eq!(found.reward.map(|it| it.value), Some(-4.0));
        assert!(!Pay::of(&crossed([0.0, -4.0])).unwrap().is_opposite());
        // Paid alike, there is no order.
        assert_eq!(Pay::of(&crossed([-2.0, -2.0])).unwrap().order, None);
    }

    #[test]
    fn the_shape_of_a_trace_is_no_credit_to_compare_with() {
        let paid =
            |it: &mut Episode| it.rewards = vec![Reward { agent: Some(AgentId(0)), ..reward(1.0) }].into();
        assert!(Pay::of(&Draft::of(2).acts(&[0, 1]).with(paid).episode()).unwrap().credit.is_err());
        assert_eq!(Pay::of(&Draft::of(2).acts(&[0, 1]).reward(1.0, &[]).episode()), None);
    }
}

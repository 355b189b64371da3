//! What each agent spent in two episodes.

use crate::model::Episode;

/// What was spent, as far as it is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Actions and messages.
    pub acts: usize,
    /// Input and output tokens; `None`: no act says.
    pub tokens: Option<u64>,
    /// Seconds in acts; `None`: no act says.
    pub seconds: Option<f64>,
    /// In the log's currency; `None`: no act says.
    pub cost: Option<f64>,
}

impl Spent {
    /// What `name` spent; without a name, what all did.
    fn of(episode: &Episode, name: Option<&str>) -> Self {
        let mut spent = Self::default();
        let is_of = |act: &&crate::model::Act| name.is_none_or(|it| episode.agent(act.agent).name == it);
        for act in episode.acts.iter().filter(is_of) {
            spent.acts += 1;
            let earlier = act.attempts.iter().map(|it| (it.usage, it.duration));
            for (usage, duration) in earlier.chain([(act.usage, act.duration)]) {
                let add = |sum: &mut Option<f64>, it: Option<f64>| {
                    if let Some(it) = it.filter(|it| it.is_finite()) {
                        *sum = Some(sum.unwrap_or(0.0) + it);
                    }
                };
                if let Some(tokens) = usage.tokens() {
                    spent.tokens = Some(spent.tokens.unwrap_or(0).saturating_add(tokens));
                }
                add(&mut spent.seconds, duration);
                add(&mut spent.cost, usage.cost);
            }
        }
        spent
    }
}

/// One agent, or all, in both.
#[derive(Clone, Debug, PartialEq)]
pub struct SpentRow {
    /// The agent's name; `team` for all.
    pub agent: String,
    /// In A.
    pub a: Spent,
    /// In B.
    pub b: Spent,
}

/// What every agent spent in both, and last the team.
pub fn spent(a: &Episode, b: &Episode) -> Vec<SpentRow> {
    let mut names: Vec<&str> = Vec::new();
    for agent in a.agents.iter().chain(&b.agents) {
        if !names.contains(&agent.name.as_str()) {
            names.push(&agent.name);
        }
    }
    let row = |name: Option<&str>| SpentRow {
        agent: name.unwrap_or("team").to_owned(),
        a: Spent::of(a, name),
        b: Spent::of(b, name),
    };
    names.into_iter().map(Some).chain([None]).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Act, Agent, Attempt, Usage, draft::action};

    #[test]
    fn tries_that_failed_cost_too() {
        let mut episode = Episode::default();
        episode.agents.push(Agent { name: "a".into(), ..Agent::default() });
        let usage = |input| Usage { input: Some(input), output: Some(1), cost: None };
        let first = Attempt { usage: usage(10), duration: Some(2.0), ..Attempt::default() };
        let act = Act { usage: usage(20), duration: Some(0.5), attempts: vec![first], ..action(0) };
        episode.acts.push(act);
        episode.acts.push(action(0));
        let rows = spent(&episode, &Episode::default());
        let expected = Spent { acts: 2, tokens: Some(32), seconds: Some(2.5), cost: None };
        assert_eq!((rows[0].a, rows[0].b, rows.len()), (expected, Spent::default(), 2));
        assert_eq!((rows[1].agent.as_str(), rows[1].a), ("team", expected));
    }
}

//! Rewards of single agents: facts to know before a reward is divided, and whether their two sources agree.

use crate::model::{Episode, OwnReward, Whose, rule};

use super::finding::{Check, Finding};
use super::rounding::{half_unit, shown, slack};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::OWN_BESIDE_TEAM, run: beside_team },
    Check { rule: rule::OWN_OF_BOTH_SIGNS, run: of_both_signs },
    Check { rule: rule::OWN_REWARD_MISMATCH, run: mismatch },
];

/// Own rewards named one by one; more are counted.
const NAMED: usize = 4;

fn beside_team(episode: &Episode) -> Vec<Finding> {
    let own = episode.own_rewards();
    let Some(last) = own.iter().max_by_key(|it| it.origin).filter(|_| episode.has_team_reward()) else {
        return Vec::new();
    };
    let Some(team) = episode.reward().filter(|_| episode.whose() == Some(Whose::Team)) else {
        return Vec::new();
    };
    let sum: f64 = own.iter().map(|it| it.value).sum();
    let values = || own.iter().map(|it| it.value).chain([team.value]);
    let tolerance = (own.len() + 1) as f64 * half_unit(values()) + slack(values());
    let is_sum = (sum - team.value).abs() <= tolerance;
    let words =
        if is_sum { "which they add up to".to_owned() } else { format!("they add up to {}", shown(sum)) };
    let message = format!(
        "agents of episode '{}' have rewards of their own ({}) beside the team's {}, {words}: credit divides the \
         team's unless another is chosen",
        episode.name,
        named(episode, &own),
        shown(team.value)
    );
    vec![Finding::at(last.origin, message)]
}

fn of_both_signs(episode: &Episode) -> Vec<Finding> {
    let own = episode.own_rewards();
    let Some(last) = own.iter().max_by_key(|it| it.origin).filter(|_| episode.whose().is_none()) else {
        return Vec::new();
    };
    let message = format!(
        "agents of episode '{}' have rewards of both signs ({}) and the team has none: no reward is credited until \
         it is chosen whose",
        episode.name,
        named(episode, &own)
    );
    vec![Finding::at(last.origin, message)]
}

fn named(episode: &Episode, own: &[OwnReward]) -> String {
    let one = |it: &OwnReward| {
        let sign = if it.value > 0.0 { "+" } else { "" };
        format!("{} {sign}{}", episode.agent(it.agent).name, shown(it.value))
    };
    let shown: Vec<String> = own.iter().take(NAMED).map(one).collect();
    let more = own.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// `rewards` of the end against the `reward` records of each agent. Discounted ones cannot be told.
fn mismatch(episode: &Episode) -> Vec<Finding> {
    let is_discounted = episode.gamma.is_some_and(|it| (it - 1.0).abs() > 1e-12);
    let Some(end) = episode.outcome.as_ref().filter(|_| !is_discounted) else { return Vec::new() };
    let own = episode.own_rewards();
    let one = |(agent, said): &(crate::model::AgentId, f64)| {
        let summed = own.iter().find(|it| it.agent == *agent && it.records > 0)?;
        let parts: Vec<f64> =
            episode.rewards.iter().filter(|it| it.agent == Some(*agent)).filter_map(|it| it.value).collect();
        let rounded =
            half_unit(std::iter::once(*said)) + parts.len() as f64 * half_unit(parts.iter().copied());
        let tolerance = rounded + slack(parts.iter().copied().chain([*said]));
        if (summed.value - said).abs() <= tolerance {
            return None;
        }
        let message = format!(
            "`rewards` of episode '{}' says {} for {}, but its reward records sum to {}, which is what credit \
             divides; correct one of them",
            episode.name,
            shown(*said),
            episode.agent(*agent).name,
            shown(summed.value)
        );
        Some(Finding::at(end.origin, message))
    };
    end.own.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, reward, sound};
    use crate::model::{AgentId, Episode, Reward};

    fn paid(rewards: &[(Option<u32>, f64)]) -> Episode {
        let mut episode = sound();
        let of = |(agent, value): &(Option<u32>, f64)| Reward { agent: agent.map(AgentId), ..reward(*value) };
        episode.rewards = rewards.iter().map(of).collect();
        episode.outcome.as_mut().unwrap().total = None;
        episode
    }

    #[test]
    fn own_rewards_beside_the_teams_are_told() {
        check("own-beside-team", &paid(&[(None, 1.0)]), &[]);
        check("own-beside-team", &paid(&[(Some(0), 1.0)]), &[]);
        check(
            "own-beside-team",
            &paid(&[(Some(0), 1.0), (Some(1), -3.0), (None, -2.0)]),
            &["which they add up to"],
        );
        check("own-beside-team", &paid(&[(Some(0), 1.0), (None, -2.0)]), &["they add up to 1:"]);
    }

    #[test]
    fn both_signs_need_a_choice() {
        check("own-of-both-signs", &paid(&[(Some(0), 1.0), (Some(1), 2.0)]), &[]);
        check("own-of-both-signs", &paid(&[(Some(0), 1.0), (Some(1), -1.0), (None, 0.0)]), &[]);
        check("own-of-both-signs", &paid(&[(Some(0), 1.0), (Some(1), -1.0)]), &["until it is chosen whose"]);
    }

    #[test]
    fn what_the_end_says_is_what_the_records_say() {
        let mut episode = paid(&[(Some(0), 1.0), (Some(0), 0.5)]);
        let mut said = |value: f64, expected: &[&str]| {
            episode.outcome.as_mut().unwrap().own = vec![(AgentId(0), value), (AgentId(1), 7.0)];
            check("own-reward-mismatch", &episode, expected);
        };
        said(1.5, &[]);
        said(2.0, &["says 2 for planner, but its reward records sum to 1.5"]);
    }
}

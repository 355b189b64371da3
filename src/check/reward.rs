//! The total reward: whether there is one, and whether its two sources agree.

use crate::model::{Episode, RewardSource, rule};

use super::finding::{Check, Finding};
use super::rounding::{half_unit, shown, slack};

/// The rules of this file.
pub(super) const CHECKS: &[Check] =
    &[Check { rule: rule::NO_REWARD, run: missing }, Check { rule: rule::RETURN_MISMATCH, run: mismatch }];

pub(super) fn missing(episode: &Episode) -> Vec<Finding> {
    // Where agents are paid apart, whose reward is meant may be open; it is no reward that is missing.
    if episode.outcome.is_none() || !episode.own_rewards().is_empty() {
        return Vec::new();
    }
    let instead = match episode.reward().map(|it| it.source) {
        None => "no method can divide it",
        Some(RewardSource::Outcome) if episode.failed() => "its failure counts as -1",
        Some(RewardSource::Outcome) => "its success counts as +1",
        Some(_) => return Vec::new(),
    };
    vec![Finding::whole(format!(
        "episode '{}' has ended without a reward: {instead}; log a `reward` record, or `return` in `episode_end`",
        episode.name
    ))]
}

pub(super) fn mismatch(episode: &Episode) -> Vec<Finding> {
    let Some(end) = &episode.outcome else { return Vec::new() };
    let Some(total) = end.total.filter(|it| it.is_finite()) else { return Vec::new() };
    let values: Option<Vec<f64>> =
        episode.rewards.iter().map(|it| it.value.filter(|it| it.is_finite())).collect();
    let Some(values) = values.filter(|it| !it.is_empty()) else { return Vec::new() };
    let rounded = half_unit(std::iter::once(total)) + values.len() as f64 * half_unit(values.iter().copied());
    let tolerance = rounded + slack(values.iter().copied().chain([total]));
    let meant = meanings(episode, &values);
    if meant.iter().any(|it| (it - total).abs() <= tolerance) {
        return Vec::new();
    }
    let Some(used) = meant.first() else { return Vec::new() };
    let records = match values.len() {
        1 => "the reward record says".to_owned(),
        n => format!("the {n} reward records sum to"),
    };
    vec![Finding::at(
        end.origin,
        format!(
            "`return` of episode '{}' is {}, but {records} {}, which is what credit divides; correct one of them",
            episode.name,
            shown(total),
            shown(*used)
        ),
    )]
}

/// What a `return` may mean, given the rewards; first the meaning that credit divides.
///
/// The sum of the global rewards; the same plus those of single agents; of single agents alone their sum,
/// their mean, or what each of them got; and each also discounted by step with the run's gamma. If gamma
/// needs a step that is not logged, nothing can be said.
fn meanings(episode: &Episode, values: &[f64]) -> Vec<f64> {
    let gamma = episode.gamma.filter(|it| (it - 1.0).abs() > 1e-12);
    let mut weights = vec![vec![1.0; values.len()]];
    if let Some(gamma) = gamma {
        let steps: Option<Vec<i64>> = episode.rewards.iter().map(|it| it.step).collect();
        let Some(steps) = steps else { return Vec::new() };
        let first = steps.iter().copied().min().unwrap_or(0);
        let discounted = |from: i64| {
            let exponent = |step: i64| i32::try_from(step.saturating_sub(from)).unwrap_or(i32::MAX);
            steps.iter().map(|it| gamma.powi(exponent(*it))).collect()
        };
        weights.extend([discounted(0), discounted(1), discounted(first)]);
    }
    let mut meant = Vec::new();
    for weights in weights {
        let sum = |wanted: &dyn Fn(usize) -> bool| -> f64 {
            (0..values.len()).filter(|at| wanted(*at)).map(|at| values[at] * weights[at]).sum()
        };
        let all = sum(&|_| true);
        if episode.rewards.iter().any(|it| it.agent.is_none()) {
            meant.extend([sum(&|at| episode.rewards[at].agent.is_none()), all]);
            continue;
        }
        let each: Vec<f64> = episode
            .agent_ids()
            .filter(|agent| episode.rewards.iter().any(|it| it.agent == Some(*agent)))
            .map(|agent| sum(&|at| episode.rewards[at].agent == Some(agent)))
            .collect();
        meant.extend([all, all / each.len().max(1) as f64]);
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, reward, sound};
    use crate::model::{AgentId, Status};

    #[test]
    fn an_ended_episode_needs_a_reward() {
        let mut episode = sound();
        check("no-reward", &episode, &[]);
        episode.rewards.clear();
        check("no-reward", &episode, &[]);
        let end = episode.outcome.as_mut().unwrap();
        end.total = None;
        end.status = Some(Status::Failure);
        check("no-reward", &episode, &["its failure counts as -1"]);
        episode.outcome.as_mut().unwrap().status = None;
        check("no-reward", &episode, &["no method can divide it"]);
        episode.outcome = None;
        check("no-reward", &episode, &[]);
    }

    #[track_caller]
    fn check_return(rewards: &[(f64, Option<u32>)], gamma: Option<f64>, total: f64, fits: bool) {
        let mut episode = sound();
        episode.gamma = gamma;
        episode.rewards = rewards
            .iter()
            .enumerate()
            .map(|(at, (value, agent))| {
                let step = Some(at as i64);
                crate::model::Reward { agent: agent.map(AgentId), step, ..reward(*value) }
            })
            .collect();
        episode.outcome.as_mut().unwrap().total = Some(total);
        let found = super::mismatch(&episode);
        assert_eq!(found.is_empty(), fits, "{rewards:?} {total}: {found:?}");
    }

    #[test]
    fn the_return_is_the_sum_of_the_rewards() {
        check_return(&[(1.0, None)], None, 1.0, true);
        check_return(&[(1.0, None)], None, 0.75, false);
        check_return(&[(0.75, None)], None, 1.0, false);
        check_return(&[(0.1, None), (0.2, None)], None, 0.3, true);
        // Rounded to two decimals, and not.
        check_return(&[(1.0 / 3.0, None)], None, 0.33, true);
        check_return(&[(1.0 / 3.0, None)], None, 0.35, false);
        check_return(&[(0.33, None), (0.33, None), (0.33, None)], None, 1.0, true);
        // Per agent: summed, shared, or on top of the team's.
        check_return(&[(1.0, Some(0)), (3.0, Some(1))], None, 4.0, true);
        check_return(&[(1.0, Some(0)), (1.0, Some(1))], None, 1.0, true);
        check_return(&[(1.0, Some(0)), (1.0, Some(1))], None, 3.0, false);
        check_return(&[(1.0, None), (0.5, Some(1))], None, 1.0, true);
        check_return(&[(1.0, None), (0.5, Some(1))], None, 1.5, true);
        // Discounted: 1 + 0.5.
        check_return(&[(1.0, None), (1.0, None)], Some(0.5), 1.5, true);
        check_return(&[(1.0, None), (1.0, None)], Some(0.5), 2.0, true);
        check_return(&[(1.0, None), (1.0, None)], Some(0.5), 1.7, false);
    }

    #[test]
    fn a_reward_that_is_no_number_proves_nothing() {
        let mut episode = sound();
        episode.rewards[0].value = None;
        check("return-mismatch", &episode, &[]);
    }

    #[test]
    fn the_message_names_both_numbers() {
        let mut episode = sound();
        episode.outcome.as_mut().unwrap().total = Some(0.5);
        check(
            "return-mismatch",
            &episode,
            &["`return` of episode 'e' is 0.5, but the reward record says 1,"],
        );
    }
}

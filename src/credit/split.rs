//! Splits that need only the reward: docs/METHODS.md#broadcast, `#uniform`, `#activity`.
//!
//! They ask nothing of the log except R, so they cannot say who mattered; broadcast and uniform cannot even
//! single an agent out.

use crate::model::{ActKind, AgentId, Attribution, Caveat, Estimate, Provenance, Term, Unavailable, Value};
use crate::stats::sum;

use super::figure;
use super::method::{Applies, Baseline, Family, Method, Need, Param, Target};
use super::question::{Question, caveat, missing, total};

/// What an activity share counts.
const COUNTS: &[Baseline] = &[
    activity("actions", "actions", "k = actions"),
    activity("messages", "messages", "k = messages sent"),
    activity("tokens", "tokens", "k = input + output tokens"),
    activity("seconds", "seconds", "k = seconds taken"),
];

const fn activity(name: &'static str, title: &'static str, formula: &'static str) -> Baseline {
    Baseline {
        name,
        title,
        formula,
        source: "accounting convention",
        needs: &[],
        names_culprit: true,
        rescales: false,
    }
}

/// The row of activity share.
pub(super) const ACTIVITY: Method = Method {
    name: "activity",
    title: "activity share",
    family: Family::Split,
    needs: &[Need::Reward, Need::Acts],
    baselines: COUNTS,
    params: &[],
    formula: "c_i = R k_i / sum k",
    source: "accounting convention",
    caveats: &["credit follows how much an agent did, not what it was worth"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[("activity", Some("actions")), ("activity_share", Some("actions"))],
    compute: active,
    terms,
};

/// The row of uniform split.
pub(super) const UNIFORM: Method = Method {
    name: "uniform",
    title: "uniform split",
    family: Family::Split,
    needs: &[Need::Reward],
    baselines: &[],
    params: &[Param {
        name: "active",
        default: Some(0.0),
        min: 0.0,
        max: 1.0,
        step: 1.0,
        what: "divide among the agents that acted only",
        applies: Applies::Always,
    }],
    formula: "c_i = R / n",
    source: "team average, the split of value decomposition at its start",
    caveats: &["everyone gets the same: it cannot single anyone out"],
    efficient: true,
    names_culprit: false,
    variant_of: None,
    aliases: &[("uniform", None), ("equal_split", None)],
    compute: uniform,
    terms,
};

/// The row of broadcast (team reward).
pub(super) const BROADCAST: Method = Method {
    name: "broadcast",
    title: "broadcast (team reward)",
    family: Family::Split,
    needs: &[Need::Reward],
    baselines: &[],
    params: &[],
    formula: "c_i = R",
    source: "shared team reward, the default of cooperative multi-agent RL",
    caveats: &["the whole reward for everyone: not a division of R, and it cannot single anyone out"],
    efficient: false,
    names_culprit: false,
    variant_of: None,
    aliases: &[("broadcast", None), ("team_reward", None), ("shared_reward", None)],
    compute: broadcast,
    terms,
};

pub(super) fn broadcast(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let weights = question.remaining().into_iter().map(|agent| (agent, 1.0)).collect();
    split(question, "broadcast (R to everyone)", Shares { weights, counts: None, caveats: Vec::new() })
}

pub(super) fn uniform(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let (shares, who) = uniform_shares(question);
    split(question, &format!("uniform (R over {who})"), shares)
}

pub(super) fn active(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let shares = activity_shares(question)?;
    let what = question.baseline.map_or("actions", |it| it.title);
    split(question, &format!("activity (share of {what})"), shares)
}

/// Weights of R by agent, ascending.
struct Shares {
    weights: Vec<(AgentId, f64)>,
    /// What was counted, by agent, and in all, where shares are of a count.
    counts: Option<(Vec<f64>, f64)>,
    caveats: Vec<Caveat>,
}

fn uniform_shares(question: &Question<'_>) -> (Shares, String) {
    let mut agents = question.remaining();
    let mut who = figure::count(agents.len(), "agent");
    if question.switch("active") {
        agents.retain(|agent| !question.acts_of(*agent).is_empty());
        who = figure::count(agents.len(), "active agent");
    }
    let share = 1.0 / agents.len() as f64;
    let weights = agents.into_iter().map(|it| (it, share)).collect();
    (Shares { weights, counts: None, caveats: Vec::new() }, who)
}

fn activity_shares(question: &Question<'_>) -> Result<Shares, Unavailable> {
    let what = question.baseline.map_or("actions", |it| it.name);
    let agents = question.remaining();
    let mut counts = vec![0.0; question.episode.agents.len()];
    let (mut known, mut unknown) = (0usize, 0usize);
    let counted = question.episode.act_ids().filter(|it| !question.leaves_out(*it));
    for act in counted.map(|it| question.episode.act(it)) {
        let amount = match what {
            "messages" => Some(f64::from(u8::from(act.kind == ActKind::Message))),
            "tokens" => act.usage.tokens().map(|it| it as f64),
            "seconds" => act.duration.filter(|it| it.is_finite() && *it >= 0.0),
            _ => Some(f64::from(u8::from(act.kind == ActKind::Action))),
        };
        match amount {
            Some(amount) => {
                known += 1;
                counts[act.agent.index()] += amount;
            }
            None => unknown += 1,
        }
    }
    if known == 0 && unknown > 0 {
        let record = if what == "tokens" { "`usage`" } else { "`dur`" };
        return Err(missing(format!("no act has {record}: the share of {what} is not known")));
    }
    let mut caveats = Vec::new();
    if unknown > 0 {
        let text = format!("{unknown} of {} acts say no {what}; they count as 0", known + unknown);
        caveats.push(caveat(text));
    }
    let all = sum(counts.iter().copied());
    let weights = if all > 0.0 {
        agents.into_iter().map(|agent| (agent, counts[agent.index()] / all)).collect()
    } else {
        caveats.push(caveat(format!("there are no {what}: R is split evenly")));
        let share = 1.0 / agents.len() as f64;
        agents.into_iter().map(|agent| (agent, share)).collect()
    };
    let counts = (all > 0.0).then_some((counts, all));
    Ok(Shares { weights, counts, caveats })
}

fn split(question: &Question<'_>, title: &str, shares: Shares) -> Result<Attribution, Unavailable> {
    let pot = question.pot()?;
    if shares.weights.is_empty() {
        return Err(missing("no agent is left to divide the reward among"));
    }
    let mut attribution = question.start(title, Provenance::Structural);
    for (agent, weight) in &shares.weights {
        attribution.agents[agent.index()].value = Value::Number(Estimate::exact(pot.value * weight));
    }
    for credit in &mut attribution.agents {
        if matches!(credit.value, Value::Unavailable(_)) {
            // Left out by `active`: its share is 0, not unknown.
            credit.value = Value::Number(Estimate::exact(0.0));
        }
    }
    attribution.sum = total(&attribution.agents);
    attribution.contract = question.method.efficient.then_some(pot.value);
    attribution.reward = Some(pot.value);
    attribution.caveats.extend(pot.caveats);
    attribution.caveats.extend(shares.caveats);
    Ok(attribution)
}

/// The arithmetic of all three: one weight times R.
pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let pot = question.pot()?;
    let shares = match question.method.name {
        "uniform" => uniform_shares(question).0,
        "activity" => activity_shares(question)?,
        _ => Shares { weights: vec![(agent, 1.0)], counts: None, caveats: Vec::new() },
    };
    let text = match &shares.counts {
        Some((counts, all)) => {
            let what = question.baseline.map_or("actions", |it| it.title);
            let (own, all) = (figure::exact(counts[agent.index()]), figure::exact(*all));
            format!("R, for {own} of {all} {what}")
        }
        None => "R".to_owned(),
    };
    let weight = shares.weights.iter().find(|it| it.0 == agent).map_or(0.0, |it| it.1);
    Ok(vec![Term {
        text,
        weight,
        value: Some(pot.value),
        standard_error: None,
        n: None,
        origins: pot.origin.into_iter().collect(),
    }])
}

#[cfg(test)]
mod tests {
    use crate::credit::compute;
    use crate::credit::fixture::{assert_close, numbers, vectors};
    use crate::model::draft::Draft;
    use crate::model::{AgentId, Episode, Scenario, Status};

    fn of(method: &str, baseline: Option<&str>) -> Scenario {
        Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(method) }
    }

    #[track_caller]
    fn check(episode: &Episode, scenario: &Scenario, want: &[f64]) {
        let got = compute(episode, scenario).expect("available");
        assert_close(&numbers(&got), want);
        let contract = got.contract.unwrap_or(got.sum);
        assert_close(&[got.sum], &[contract]);
    }

    fn list(value: &serde_json::Value) -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
    }

    #[test]
    fn vectors_of_splits() {
        let vector = &vectors()["split"];
        let four = Draft::of(4).reward(1.0, &[]).episode();
        check(&four, &of("uniform", None), &list(&vector["uniform"]));
        check(&four, &of("broadcast", None), &list(&vector["broadcast"]));
        let five = Draft::of(5).acts(&[0, 1, 2, 3, 2, 4]).reward(1.0, &[]).episode();
        check(&five, &of("activity", Some("actions")), &list(&vector["activity"]));
    }

    #[test]
    fn activity_counts_what_it_says() {
        let draft = Draft::of(2).act(0, &[]).tokens(30).message(0, &[]).tokens(10).act(1, &[]).tokens(60);
        let episode = draft.last(|it| it.duration = Some(2.0)).reward(1.0, &[]).episode();
        check(&episode, &of("activity", Some("messages")), &[1.0, 0.0]);
        check(&episode, &of("activity", Some("tokens")), &[0.4, 0.6]);
        check(&episode, &of("activity", Some("seconds")), &[0.0, 1.0]);
        // Nothing to count: an even split. Nothing known: unavailable.
        let quiet = Draft::of(2).acts(&[0]).reward(1.0, &[]).episode();
        check(&quiet, &of("activity", Some("messages")), &[0.5, 0.5]);
        let missing = compute(&quiet, &of("activity", Some("tokens"))).expect_err("no usage").missing;
        assert_eq!(missing, "no act has `usage`: the share of tokens is not known");
    }

    #[test]
    fn uniform_over_the_active() {
        let episode = Draft::of(3).acts(&[0, 2]).reward(1.0, &[]).episode();
        let params = [("active".to_owned(), 1.0.into())].into();
        check(&episode, &Scenario { params, ..of("uniform", None) }, &[0.5, 0.0, 0.5]);
    }

    #[test]
    fn the_status_stands_in_for_a_reward_and_says_so() {
        let got =
            compute(&Draft::of(2).end(Status::Failure).episode(), &of("uniform", None)).expect("a status");
        assert_close(&numbers(&got), &[-0.5, -0.5]);
        assert!(got.caveats.iter().any(|it| it.text == "no reward logged: the failure is counted as -1"));
    }

    #[test]
    fn edits_of_the_reward() {
        let two = Draft::of(2).reward(1.0, &[]).reward(2.0, &[]);
        let discount = Some(0.5.into());
        // By order: 1 + 0.5 x 2.
        let scenario = Scenario { discount, ..of("uniform", None) };
        check(&two.clone().episode(), &scenario, &[1.0, 1.0]);
        // By step, where every reward has one: 0.25 x 1 + 0.125 x 2.
        let stepped = two.clone().with(|it| {
            it.rewards[0].step = Some(2);
            it.rewards[1].step = Some(3);
        });
        check(&stepped.episode(), &scenario, &[0.25, 0.25]);
        let by_hand = Scenario { reward: Some((-1.0).into()), ..scenario };
        check(&two.episode(), &by_hand, &[-0.5, -0.5]);
    }

    #[test]
    fn a_substitute_moves_the_reward_in_expectation() {
        use crate::model::{ActId, Substitute};
        let draft = Draft::of(2).acts(&[0]).table(0, &[("x", 0.2, -1.0), ("y", 0.9, -1.0)], Some(0), Some(1));
        let episode = draft.reward(0.0, &[]).episode();
        let with =
            |substitute| Scenario { substitutes: [(ActId(0), substitute)].into(), ..of("uniform", None) };
        check(&episode, &with(Substitute::Alternative("y".to_owned())), &[0.35, 0.35]);
        check(&episode, &with(Substitute::Default), &[0.35, 0.35]);
        let missing = compute(&episode, &with(Substitute::Alternative("z".to_owned()))).expect_err("unknown");
        assert_eq!(missing.missing, "action t0 (a0) has no logged alternative 'z'");
    }

    #[test]
    fn dropping_everybody_leaves_nothing_to_do() {
        let scenario = Scenario { dropped: [AgentId(0)].into(), ..of("uniform", None) };
        assert!(compute(&Draft::of(1).reward(1.0, &[]).episode(), &scenario).is_err());
    }
}

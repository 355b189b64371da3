//! Discounting: the nearer to the end, the more of the reward. docs/METHODS.md#discount and `#eligibility`
//! (Sutton 1988).
//!
//! `w_t = gamma^(T-1-t)` by steps, or `gamma^((t_end - t)/tau)` by seconds if `tau` is above 0. An act gets
//! `R w_t / sum w`, or with `conserve` off the raw return to go `w_t R`.
//!
//! Eligibility is the same with `gamma lambda` in place of gamma: how much of a trace is left at the end.
//!
//! Decided here: every act is a step of its own, messages too, but neighbours with equal time stamps share
//! one. `gamma` is the scenario's discount, or else the parameter, or else the run's if that is below 1, or
//! else 0.9. Acts of dropped agents and acts outside the window get nothing; the others share R.

use crate::model::{ActId, Attribution, Estimate, Number, Provenance, Term, Unavailable, Value};
use crate::stats::{Sum, sum};

use super::figure;
use super::method::{Applies, Family, Method, Need, Param, Target};
use super::question::{Question, caveat, missing, total};

const GAMMA: Param = Param {
    name: "gamma",
    default: None,
    min: 0.0,
    max: 1.0,
    step: 0.01,
    what: "discount factor per step; from the log: the run's where below 1, else 0.9",
    applies: Applies::Always,
};

const TAU: Param = Param {
    name: "tau",
    default: Some(0.0),
    min: 0.0,
    max: 1e9,
    step: 1.0,
    what: "seconds per step of discounting; 0: by acts, not by time",
    applies: Applies::Always,
};

const CONSERVE: Param = Param {
    name: "conserve",
    default: Some(1.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "divide R, instead of giving every act its return to go",
    applies: Applies::Always,
};

/// Parameters of discounting.
const PARAMS: &[Param] = &[GAMMA, TAU, CONSERVE];

/// Parameters of eligibility.
const ELIGIBILITY_PARAMS: &[Param] = &[
    GAMMA,
    Param {
        name: "lambda",
        default: Some(0.9),
        min: 0.0,
        max: 1.0,
        step: 0.05,
        what: "how much of a trace is left after a step, besides the discount",
        applies: Applies::Always,
    },
    TAU,
    CONSERVE,
];

/// The row of discounted by time.
pub(super) const DISCOUNT: Method = Method {
    name: "discount",
    title: "discounted by time",
    family: Family::Time,
    needs: &[Need::Reward, Need::Acts],
    baselines: &[],
    params: PARAMS,
    formula: "c_t = R w_t / sum w, w_t = gamma^(T-1-t)",
    source: "discounted return",
    caveats: &["structural, not causal: the nearer to the end, the more"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[],
    compute,
    terms,
};

/// The row of eligibility trace.
pub(super) const ELIGIBILITY: Method = Method {
    name: "eligibility",
    title: "eligibility trace",
    family: Family::Time,
    needs: &[Need::Reward, Need::Acts],
    baselines: &[],
    params: ELIGIBILITY_PARAMS,
    formula: "c_t = R w_t / sum w, w_t = (gamma lambda)^(T-1-t)",
    source: "eligibility traces (Sutton 1988)",
    caveats: &["structural, not causal: the nearer to the end, the more"],
    efficient: true,
    names_culprit: true,
    variant_of: Some("discount"),
    aliases: &[],
    compute,
    terms,
};

pub(super) fn gamma(question: &Question<'_>) -> f64 {
    let run = question.episode.gamma.filter(|it| (0.0..1.0).contains(it));
    let scenario = question.scenario.discount.map(Number::get);
    scenario.or_else(|| question.param("gamma")).or(run).unwrap_or(0.9)
}

/// What a step away from the end multiplies by.
fn decay(question: &Question<'_>) -> f64 {
    gamma(question) * question.param("lambda").unwrap_or(1.0)
}

/// The factor of each act that counts, ascending.
fn factors(question: &Question<'_>) -> Result<Vec<(ActId, f64)>, Unavailable> {
    let episode = question.episode;
    if episode.acts.is_empty() {
        return Err(missing("no act is logged to spread the reward over"));
    }
    let tau = question.param("tau").unwrap_or(0.0);
    let gamma = decay(question);
    let ages: Vec<f64> = if tau > 0.0 {
        let times: Result<Vec<_>, Unavailable> = episode
            .act_ids()
            .map(|it| {
                let no_time = || missing(format!("{} has no time (`ts`)", question.act(it)));
                episode.act(it).time.ok_or_else(no_time)
            })
            .collect();
        let times = times?;
        let end = times.iter().max().copied();
        times.iter().map(|it| end.map_or(0.0, |end| end.seconds_since(*it)) / tau).collect()
    } else {
        let mut steps = Vec::with_capacity(episode.acts.len());
        let mut step = 0u32;
        for (at, act) in episode.acts.iter().enumerate() {
            let before = at.checked_sub(1).map(|it| episode.acts[it].time);
            if before.is_some_and(|before| before.is_none() || before != act.time) {
                step += 1;
            }
            steps.push(step);
        }
        steps.iter().map(|it| f64::from(step - it)).collect()
    };
    let kept = episode.act_ids().zip(ages).filter(|it| !question.leaves_out(it.0));
    // Acts of one step have one factor.
    let mut last = (f64::NAN, f64::NAN);
    let mut factor = |age: f64| {
        if last.0 != age {
            last = (age, gamma.powf(age));
        }
        last.1
    };
    let factors: Vec<(ActId, f64)> = kept.map(|(act, age)| (act, factor(age))).collect();
    if question.switch("conserve") {
        let all = sum(factors.iter().map(|it| it.1));
        if all <= 0.0 {
            return Err(missing("every act that is left has weight 0"));
        }
        return Ok(factors.into_iter().map(|it| (it.0, it.1 / all)).collect());
    }
    Ok(factors)
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let pot = question.pot()?;
    let factors = factors(question)?;
    let conserve = question.switch("conserve");
    let kind = if conserve { "share of R" } else { "return to go" };
    let gamma = figure::exact(gamma(question));
    let title = match question.method.param("lambda").and_then(|_| question.param("lambda")) {
        Some(lambda) => format!("eligibility ({kind}, gamma {gamma}, lambda {})", figure::exact(lambda)),
        None => format!("discount ({kind}, gamma {gamma})"),
    };
    let mut attribution = question.start(title, Provenance::Structural);
    let number = |it: f64| Value::Number(Estimate::exact(it));
    let mut sums = vec![Sum::default(); question.episode.agents.len()];
    for (act, factor) in &factors {
        sums[question.episode.act(*act).agent.index()].add(factor * pot.value);
    }
    for credit in &mut attribution.agents {
        if !question.is_dropped(credit.agent) {
            credit.value = number(sums[credit.agent.index()].value());
        }
    }
    if !question.agents_only {
        attribution.acts = factors.iter().map(|it| (it.0, number(it.1 * pot.value))).collect();
    }
    attribution.sum = total(&attribution.agents);
    attribution.contract = conserve.then_some(pot.value);
    attribution.reward = Some(pot.value);
    attribution.caveats.extend(pot.caveats);
    if !conserve {
        attribution.caveats.push(caveat("a return to go is not a division of R"));
    }
    Ok(attribution)
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let pot = question.pot()?;
    let wanted = |act: ActId| match target {
        Target::Act(wanted) => act == wanted,
        Target::Agent(agent) => question.episode.act(act).agent == agent,
    };
    let term = |(act, weight): (ActId, f64)| Term {
        text: format!("R, as of {}", question.act(act)),
        weight,
        value: Some(pot.value),
        standard_error: None,
        n: None,
        origins: vec![question.episode.act(act).origin],
    };
    Ok(factors(question)?.into_iter().filter(|it| wanted(it.0)).map(term).collect())
}

#[cfg(test)]
mod tests {
    use crate::credit::compute as credit;
    use crate::credit::fixture::{assert_close, list, numbers, vectors};
    use crate::model::draft::Draft;
    use crate::model::{AgentId, Episode, Scenario, Timestamp};

    fn with(params: &[(&str, f64)]) -> Scenario {
        let params = params.iter().map(|it| (it.0.to_owned(), it.1.into())).collect();
        Scenario { params, ..Scenario::of_method("discount") }
    }

    fn acts(episode: &Episode, scenario: &Scenario) -> Vec<f64> {
        let got = credit(episode, scenario).expect("available");
        got.acts.iter().map(|it| it.1.number().expect("a number").value).collect()
    }

    #[test]
    fn vectors_of_discounting() {
        let vector = &vectors()["discount"];
        let agents: Vec<u32> = list(&vector["agents"]).into_iter().map(|it| it as u32).collect();
        let episode = Draft::of(5).acts(&agents).reward(1.0, &[]).episode();
        for case in vector["cases"].as_array().expect("cases") {
            let gamma = case["gamma"].as_f64().expect("gamma");
            assert_close(&acts(&episode, &with(&[("gamma", gamma)])), &list(&case["conserving"]));
            let raw = with(&[("gamma", gamma), ("conserve", 0.0)]);
            assert_close(&acts(&episode, &raw), &list(&case["raw"]));
            let got = credit(&episode, &with(&[("gamma", gamma)])).expect("available");
            assert_close(&numbers(&got), &list(&case["agents"]));
            assert_close(&[got.sum], &[got.contract.expect("a division")]);
        }
        // The discount of the what-if is the gamma of this method, and leaves R alone.
        let scenario = Scenario { discount: Some(0.5.into()), ..Scenario::of_method("discount") };
        assert_close(&acts(&episode, &scenario), &acts(&episode, &with(&[("gamma", 0.5)])));
    }

    #[test]
    fn eligibility_decays_by_both() {
        let episode = Draft::of(2).acts(&[0, 1, 0]).reward(1.0, &[]).episode();
        let params = [("gamma".to_owned(), 0.5.into()), ("lambda".to_owned(), 0.8.into())].into();
        let eligibility = Scenario { params, ..Scenario::of_method("eligibility") };
        assert_close(&acts(&episode, &eligibility), &acts(&episode, &with(&[("gamma", 0.4)])));
        let got = credit(&episode, &eligibility).expect("available");
        assert_eq!(got.title, "eligibility (share of R, gamma 0.5, lambda 0.8)");
    }

    #[test]
    fn equal_time_stamps_share_a_step() {
        let at = |seconds: f64| Some(Timestamp::from_seconds(seconds));
        let draft = Draft::of(1);
        let draft = draft.act(0, &[]).last(|it| it.time = at(1.0)).act(0, &[]).last(|it| it.time = at(1.0));
        let episode = draft.act(0, &[]).last(|it| it.time = at(3.0)).reward(1.0, &[]).episode();
        let raw = [("gamma", 0.5), ("conserve", 0.0)];
        assert_close(&acts(&episode, &with(&raw)), &[0.5, 0.5, 1.0]);
        // Two seconds before the end with tau 4: 0.5^0.5.
        let seconds = [("gamma", 0.5), ("conserve", 0.0), ("tau", 4.0)];
        assert_close(&acts(&episode, &with(&seconds)), &[0.5f64.sqrt(), 0.5f64.sqrt(), 1.0]);
    }

    #[test]
    fn the_rest_shares_what_a_dropped_agent_leaves() {
        let episode = Draft::of(3).acts(&[0, 1]).reward(1.0, &[]).episode();
        let scenario = Scenario { dropped: [AgentId(1)].into(), ..Scenario::of_method("discount") };
        // Agent 2 never acted: its share is 0, not unknown.
        assert_close(&numbers(&credit(&episode, &scenario).expect("available")), &[1.0, f64::NAN, 0.0]);
    }
}

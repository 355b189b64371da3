//! Discounting: the nearer to a reward, the more of it. docs/METHODS.md#discount and `#eligibility` (Sutton
//! 1988).
//!
//! A reward that came at act k counts for the acts up to k with `w_t = gamma^(k-t)` by steps, or
//! `gamma^((t_k - t)/tau)` by seconds if `tau` is above 0. An act gets `sum_(k>=t) r_k w_t / sum_(u<=k) w_u`, or
//! with `conserve` off its return to go `sum_(k>=t) gamma^(k-t) r_k`. Nothing of a reward goes to what was done
//! after it came. With one reward at the end this is `R w_t / sum w`.
//!
//! Eligibility is the same with `gamma lambda` in place of gamma: how much of a trace is left at the reward.
//!
//! Decided here:
//! * When a reward came stands in `arrivals`. That of a single agent counts for the acts of all, as the team's does:
//!   so the credit of the sum is the sum of the credits of each agent's reward. Where it says which acts it is `of`,
//!   it is divided among these alone.
//! * Every act is a step of its own, messages too, but neighbours with equal time stamps share one.
//! * `gamma` is the scenario's discount, or else the parameter, or else the run's if that is below 1, or else
//!   0.9.
//! * Acts of dropped agents and acts outside the window get nothing; the others share each reward.

use crate::model::{Act, ActId, Attribution, Estimate, Number, Origin, Provenance, Term, Unavailable, Value};
use crate::stats::{Sum, sum};

use super::arrivals::{Placing, arrivals};
use super::figure;
use super::method::{Applies, Family, Method, Need, Param, Target};
use super::question::{Pot, Question, caveat, missing, total};

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
    what: "divide each reward, instead of giving every act its return to go: the sum of gamma^(k-t) r_k",
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
    formula: "c_t = sum_(k>=t) r_k w_t / sum_(u<=k) w_u, w_t = gamma^(k-t), r_k the reward at act k",
    source: "discounted return",
    caveats: &["structural, not causal: the nearer to a reward, the more"],
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
    formula: "c_t = sum_(k>=t) r_k w_t / sum_(u<=k) w_u, w_t = (gamma lambda)^(k-t), r_k the reward at act k",
    source: "eligibility traces (Sutton 1988)",
    caveats: &["structural, not causal: the nearer to a reward, the more"],
    efficient: true,
    names_culprit: true,
    variant_of: Some("discount"),
    aliases: &[],
    compute,
    terms,
};

/// The formula of returns to go, where they are asked for.
pub(super) fn to_go(question: &Question<'_>) -> Option<&'static str> {
    match question.method.name {
        _ if question.switch("conserve") => None,
        "discount" => Some("c_t = sum_(k>=t) r_k w_t, w_t = gamma^(k-t), r_k the reward at act k"),
        "eligibility" => {
            Some("c_t = sum_(k>=t) r_k w_t, w_t = (gamma lambda)^(k-t), r_k the reward at act k")
        }
        _ => None,
    }
}

pub(super) fn gamma(question: &Question<'_>) -> f64 {
    let run = question.episode.gamma.filter(|it| (0.0..1.0).contains(it));
    let scenario = question.scenario.discount.map(Number::get);
    scenario.or_else(|| question.param("gamma")).or(run).unwrap_or(0.9)
}

/// What a step away from the end multiplies by.
fn decay(question: &Question<'_>) -> f64 {
    gamma(question) * question.param("lambda").unwrap_or(1.0)
}

/// A part of R as it is spread over acts.
#[derive(Clone, Copy)]
struct Part<'a> {
    /// The act at which it came.
    at: ActId,
    value: f64,
    /// The acts that share it alone; empty: all up to then.
    only: &'a [ActId],
    origin: Option<Origin>,
    /// The sum of `gamma^age` over the acts that answer for it.
    spread: f64,
}

/// R in its parts, and how far acts are from each other.
struct Returns<'a> {
    /// Ascending by act.
    parts: Vec<Part<'a>>,
    /// The place of each act in steps of discounting, never descending.
    places: Vec<f64>,
    gamma: f64,
    /// Whether each part is divided, instead of counting in full for every act.
    conserve: bool,
    pot: Pot,
}

impl<'a> Returns<'a> {
    fn of(question: &Question<'a>) -> Result<Self, Unavailable> {
        let pot = question.pot()?;
        let Some(last) = question.episode.act_ids().next_back() else {
            return Err(missing("no act is logged to spread the reward over"));
        };
        let mut returns = Self {
            parts: parts(question, &pot, last, question.switch("conserve")),
            places: places(question)?,
            gamma: decay(question),
            conserve: question.switch("conserve"),
            pot,
        };
        let mut spread = Running::new(returns.gamma);
        let mut acts = question.episode.act_ids().peekable();
        for part in &mut returns.parts {
            while let Some(act) = acts.next_if(|it| *it <= part.at) {
                if !question.leaves_out(act) {
                    spread.add(returns.places[act.index()], 1.0);
                }
            }
            let place = returns.places[part.at.index()];
            let of = part.only.iter().filter(|it| !question.leaves_out(**it));
            let ages = of.map(|it| returns.gamma.powf(place - returns.places[it.index()]));
            part.spread = if part.only.is_empty() { spread.at(place) } else { sum(ages) };
        }
        if returns.conserve && returns.parts.iter().all(|it| it.spread <= 0.0) {
            return Err(missing("every act that is left has weight 0"));
        }
        Ok(returns)
    }

    /// What part of `part` counts for an act; 0: it does not answer for it.
    fn weight(&self, part: &Part<'_>, act: ActId) -> f64 {
        let is_outside = !part.only.is_empty() && !part.only.contains(&act);
        if act > part.at || is_outside || part.spread <= 0.0 {
            return 0.0;
        }
        let age = self.places[part.at.index()] - self.places[act.index()];
        self.gamma.powf(age) / if self.conserve { part.spread } else { 1.0 }
    }

    /// The number of each act that counts, ascending. One pass from the end.
    fn numbers(&self, question: &Question<'_>) -> Vec<(ActId, f64)> {
        let mut to_go = Running::new(self.gamma);
        let mut parts = self.parts.iter().rev().peekable();
        let mut numbers = Vec::with_capacity(self.places.len());
        for act in question.episode.act_ids().rev() {
            let place = -self.places[act.index()];
            while let Some(part) = parts.next_if(|it| it.at >= act) {
                let value = if self.conserve { part.value / part.spread } else { part.value };
                let came = -self.places[part.at.index()];
                let is_shared = part.only.is_empty() && part.spread > 0.0;
                to_go.add(came, if is_shared { value } else { 0.0 });
            }
            if !question.leaves_out(act) {
                numbers.push((act, to_go.at(place)));
            }
        }
        numbers.reverse();
        for part in self.parts.iter().filter(|it| !it.only.is_empty()) {
            for act in part.only {
                if let Ok(at) = numbers.binary_search_by_key(act, |it| it.0) {
                    numbers[at].1 += part.value * self.weight(part, *act);
                }
            }
        }
        numbers
    }

    /// What no act answers for: what came before any act that counts.
    fn nobodys(&self) -> f64 {
        sum(self.parts.iter().filter(|it| it.spread <= 0.0).map(|it| it.value))
    }
}

/// A sum that decays as its place moves on.
struct Running {
    gamma: f64,
    place: f64,
    sum: f64,
}

impl Running {
    fn new(gamma: f64) -> Self {
        Self { gamma, place: 0.0, sum: 0.0 }
    }

    fn at(&self, place: f64) -> f64 {
        if self.sum == 0.0 { 0.0 } else { self.sum * self.gamma.powf(place - self.place) }
    }

    fn add(&mut self, place: f64, value: f64) {
        (self.place, self.sum) = (place, self.at(place) + value);
    }
}

/// The parts of R. A single logged reward is all of it, also of an edited R; what R holds beyond several comes
/// at the end.
fn parts<'a>(question: &Question<'a>, pot: &Pot, last: ActId, conserve: bool) -> Vec<Part<'a>> {
    // A return to go counts for what came before, whoever it is of.
    let part = |at: ActId, value: f64, only: &'a [ActId], origin| {
        let only = if conserve { only } else { &[] };
        Part { at, value, only, origin, spread: 0.0 }
    };
    let logged = arrivals(question.episode, Placing::Of);
    if let [only] = logged.as_slice()
        && only.is_all_of_r(question.episode)
    {
        return vec![part(only.act, pot.value, only.only, pot.origin)];
    }
    let mut parts: Vec<Part<'_>> =
        logged.iter().map(|it| part(it.act, it.value, it.only, Some(it.origin))).collect();
    let rest = pot.value - sum(logged.iter().map(|it| it.value));
    let size = pot.value.abs() + sum(logged.iter().map(|it| it.value.abs()));
    // Sums of what was logged differ by rounding.
    if parts.is_empty() || rest.abs() > 1e-12 * size {
        parts.push(part(last, rest, &[], pot.origin));
    }
    parts
}

/// The place of each act: in joint steps, or in seconds over `tau`.
fn places(question: &Question<'_>) -> Result<Vec<f64>, Unavailable> {
    let episode = question.episode;
    let tau = question.param("tau").unwrap_or(0.0);
    if tau > 0.0 {
        let mut first = None;
        let mut latest = 0.0_f64;
        let place = |it: ActId| {
            let no_time = || missing(format!("{} has no time (`ts`)", question.act(it)));
            let time = episode.act(it).time.ok_or_else(no_time)?;
            latest = latest.max(time.seconds_since(*first.get_or_insert(time)) / tau);
            Ok(latest)
        };
        return episode.act_ids().map(place).collect();
    }
    let mut step = 0u32;
    let mut before = None;
    let place = |act: &Act| {
        if before.is_some_and(|before| before != act.time || act.time.is_none()) {
            step += 1;
        }
        before = Some(act.time);
        f64::from(step)
    };
    Ok(episode.acts.iter().map(place).collect())
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let returns = Returns::of(question)?;
    let conserve = returns.conserve;
    let kind = if conserve { "share of R" } else { "return to go" };
    let gamma = figure::exact(gamma(question));
    let title = match question.method.param("lambda").and_then(|_| question.param("lambda")) {
        Some(lambda) => format!("eligibility ({kind}, gamma {gamma}, lambda {})", figure::exact(lambda)),
        None => format!("discount ({kind}, gamma {gamma})"),
    };
    let mut attribution = question.start(title, Provenance::Structural);
    let numbers = returns.numbers(question);
    let number = |it: f64| Value::Number(Estimate::exact(it));
    let mut sums = vec![Sum::default(); question.episode.agents.len()];
    for (act, value) in &numbers {
        sums[question.episode.act(*act).agent.index()].add(*value);
    }
    for credit in &mut attribution.agents {
        if !question.is_dropped(credit.agent) {
            credit.value = number(sums[credit.agent.index()].value());
        }
    }
    if !question.agents_only {
        attribution.acts = numbers.into_iter().map(|it| (it.0, number(it.1))).collect();
    }
    attribution.sum = total(&attribution.agents);
    let nobodys = returns.nobodys();
    attribution.contract = conserve.then_some(returns.pot.value - nobodys);
    attribution.reward = Some(returns.pot.value);
    attribution.caveats.extend(returns.pot.caveats);
    if nobodys != 0.0 {
        let value = figure::signed(nobodys);
        attribution.caveats.push(caveat(format!("{value} came before any act that counts: it is nobody's")));
    }
    if !conserve {
        attribution.caveats.push(caveat("a return to go is not a division of R"));
    }
    Ok(attribution)
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let returns = Returns::of(question)?;
    let acts: Vec<ActId> = match target {
        Target::Act(act) => vec![act],
        Target::Agent(agent) => question.acts_of(agent).to_vec(),
    };
    let acts: Vec<ActId> = acts.into_iter().filter(|it| !question.leaves_out(*it)).collect();
    let age = |part: &Part<'_>, act: ActId| returns.places[part.at.index()] - returns.places[act.index()];
    let term = |part: &Part<'_>, weight: f64, text: String| {
        let origins = part.origin.into_iter().collect();
        let value = Some(part.value);
        (weight != 0.0).then_some(Term { text, weight, value, standard_error: None, n: None, origins })
    };
    if let [all] = returns.parts.as_slice() {
        let one = |act: &ActId| {
            let (age, name) = (age(all, *act), question.act(*act));
            let when = if age == 0.0 { "at".to_owned() } else { format!("{} after", figure::steps(age)) };
            term(all, returns.weight(all, *act), format!("R, {when} {name}"))
        };
        return Ok(acts.iter().filter_map(one).collect());
    }
    let one = |part: &Part<'_>| {
        let came = question.act(part.at);
        let text = match target {
            Target::Act(act) if act == part.at => "the reward at it".to_owned(),
            Target::Act(act) => {
                format!("the reward {} after it, at {came}", figure::steps(age(part, act)))
            }
            Target::Agent(_) => format!("the reward at {came}"),
        };
        term(part, sum(acts.iter().map(|it| returns.weight(part, *it))), text)
    };
    Ok(returns.parts.iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use crate::credit::compute as credit;
    use crate::credit::fixture::{assert_close, list, numbers, vectors};
    use crate::credit::{Target, explain};
    use crate::model::draft::Draft;
    use crate::model::{ActId, AgentId, Episode, Scenario, Timestamp};

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

    /// Two acts one second apart; the first is rewarded before the second begins.
    fn early(reward: f64, of: &[u32], came: f64) -> Draft {
        let at = |seconds: f64| Some(Timestamp::from_seconds(seconds));
        let draft = Draft::of(2).act(0, &[]).last(|it| it.time = at(1.0));
        let draft = draft.act(1, &[]).last(|it| it.time = at(2.0));
        draft.reward(reward, of).with(|it| it.rewards[0].time = at(came))
    }

    #[test]
    fn nothing_of_a_reward_goes_to_what_came_after_it() {
        let raw = with(&[("gamma", 1.0), ("conserve", 0.0)]);
        for (of, came) in [(&[][..], 1.5), (&[0][..], 9.0)] {
            let episode = early(-1.0, of, came).episode();
            assert_close(&acts(&episode, &raw), &[-1.0, 0.0]);
            assert_close(&acts(&episode, &with(&[])), &[-1.0, 0.0]);
        }
        assert_close(&acts(&early(-1.0, &[], 9.0).episode(), &raw), &[-1.0, -1.0]);
    }

    #[test]
    fn several_rewards_count_where_they_came() {
        // -1 at the first act and 2 at the second, gamma 0.5: G = -1 + 0.5 x 2 and 2; divided: -1 + 2 x 0.5/1.5
        // and 2 x 1/1.5.
        let episode = early(-1.0, &[0], 1.5).reward(2.0, &[1]).episode();
        assert_close(&acts(&episode, &with(&[("gamma", 0.5), ("conserve", 0.0)])), &[0.0, 2.0]);
        let got = credit(&episode, &with(&[("gamma", 0.5)])).expect("available");
        assert_close(&numbers(&got), &[-1.0 / 3.0, 4.0 / 3.0]);
        assert_close(&[got.residual().expect("a division")], &[0.0]);
        let told = explain(&episode, &with(&[("gamma", 0.5)]), Target::Act(ActId(0))).expect("told");
        let terms: Vec<(&str, f64)> = told.terms.iter().map(|it| (it.text.as_str(), it.weight)).collect();
        let later = "the reward 1 step after it, at action t1 (a1)";
        assert_eq!(terms.iter().map(|it| it.0).collect::<Vec<_>>(), ["the reward at it", later]);
        assert_close(&[terms[0].1, terms[1].1], &[1.0, 1.0 / 3.0]);
    }

    #[test]
    fn what_an_agent_earned_is_shared_by_the_acts_that_it_is_of() {
        // 1 for the first agent, of its second act, and -0.25 for the second, of both of its own, gamma 0.5: these are
        // two steps apart, so 0.25 / 1.25 and 1 / 1.25 of it.
        let draft = Draft::of(2).acts(&[0, 1, 0, 1]).reward(1.0, &[2]).reward(-0.25, &[1, 3]);
        let draft = draft.with(|it| {
            it.rewards[0].agent = Some(AgentId(0));
            it.rewards[1].agent = Some(AgentId(1));
            it.whose = Some(crate::model::Whose::Sum);
        });
        let episode = draft.episode();
        let scenario = with(&[("gamma", 0.5)]);
        assert_close(&acts(&episode, &scenario), &[0.0, -0.05, 1.0, -0.2]);
        assert_close(&numbers(&credit(&episode, &scenario).expect("available")), &[1.0, -0.25]);
        let told = explain(&episode, &scenario, Target::Act(ActId(3))).expect("told");
        assert_close(&told.terms.iter().map(|it| it.weight).collect::<Vec<_>>(), &[0.8]);
    }

    #[test]
    fn what_came_before_any_act_that_counts_is_nobodys() {
        let scenario = Scenario { window: Some((ActId(1), ActId(1))), ..with(&[]) };
        let got = credit(&early(-1.0, &[0], 1.5).reward(2.0, &[1]).episode(), &scenario).expect("available");
        assert_close(&[got.sum, got.contract.expect("a division")], &[2.0, 2.0]);
        assert!(got.caveats.iter().any(|it| it.text.starts_with("-1.00 came before")), "{:?}", got.caveats);
    }

    #[test]
    fn the_rest_shares_what_a_dropped_agent_leaves() {
        let episode = Draft::of(3).acts(&[0, 1]).reward(1.0, &[]).episode();
        let scenario = Scenario { dropped: [AgentId(1)].into(), ..Scenario::of_method("discount") };
        // Agent 2 never acted: its share is 0, not unknown.
        assert_close(&numbers(&credit(&episode, &scenario).expect("available")), &[1.0, f64::NAN, 0.0]);
    }
}

//! Backward through the communication graph: the reward walks back along causal links.
//! docs/METHODS.md#backprop; after layer-wise relevance propagation (Bach et al. 2015).
//!
//! In reverse topological order an act keeps `rho` of what reached it (all of it if it has no parents) and
//! passes the rest to its parents: evenly, by their tokens, by how recent they are, or as declared. Sums are
//! exact at every `rho`; acts without a path to the reward get exactly 0. A message's credit is its sender's.
//! This is a heuristic about the shape of the trace: every number is structural, not causal.
//!
//! Decided here:
//! * A reward starts at the acts it is `of`, in equal parts. Without any, it starts in equal parts at the
//!   acts of the last moment that nothing came of, since the outcome came after them. A note that nobody took
//!   up long before is on no path to it. (If it started at all sinks instead, the agent named would agree
//!   with the human annotation of Who&When in 12 of its 29 hand-crafted failures here, against 17; in the 63
//!   generated ones 20 either way.) If R is not the sum of the logged rewards, these parts are scaled to R.
//! * A dropped agent keeps nothing, nor does an act outside the window: such acts pass on all that reaches
//!   them. What reaches such an act without parents is left undivided, and a caveat says so.
//! * Recency of a parent: `exp(-dt/tau)`, dt in seconds from the parent to the act. If a time is missing, the
//!   parents of that act weigh evenly. A declared weight is that of the edge between the two agents in the
//!   interaction graph; links without one weigh 1.
//! * Tokens of a parent: input + output. If one parent of an act has none logged, its parents weigh evenly.

use std::collections::BinaryHeap;

use crate::model::{
    ActId, Attribution, Episode, Estimate, LinkKind, Origin, Provenance, Reward, Term, Unavailable, Value,
    Whose,
};
use crate::stats::{Sum, sum};

use super::figure;
use super::method::{Applies, Baseline, Family, Method, Need, Param, Target};
use super::question::{Question, caveat, missing, total};

/// How parents are weighed.
const WEIGHTS: &[Baseline] = &[
    Baseline {
        name: "uniform",
        title: "parents weigh evenly",
        formula: "w = 1",
        source: "after layer-wise relevance propagation (Bach et al. 2015)",
        needs: &[],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "tokens",
        title: "parents weigh by tokens",
        formula: "w = input + output tokens of the parent",
        source: "after layer-wise relevance propagation (Bach et al. 2015)",
        needs: &[],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "recency",
        title: "parents weigh by recency",
        formula: "w = exp(-dt/tau)",
        source: "after layer-wise relevance propagation (Bach et al. 2015)",
        needs: &[],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "declared",
        title: "parents weigh as the graph declares",
        formula: "w = weight of the declared edge between the agents",
        source: "after layer-wise relevance propagation (Bach et al. 2015)",
        needs: &[Need::Graph],
        names_culprit: true,
        rescales: false,
    },
];

/// What can be set.
const PARAMS: &[Param] = &[
    Param {
        name: "rho",
        default: Some(0.5),
        min: 0.0,
        max: 1.0,
        step: 0.05,
        what: "what an act keeps of what reaches it: 1 the last actor only, 0 the first only",
        applies: Applies::Always,
    },
    Param {
        name: "tau",
        default: Some(10.0),
        min: 0.001,
        max: 1e6,
        step: 1.0,
        what: "seconds after which a parent weighs a third (1/e) as much, where parents weigh by recency",
        applies: Applies::With(&["recency"]),
    },
];

/// The row of backward through the graph.
pub(super) const METHOD: Method = Method {
    name: "backprop",
    title: "backward through the graph",
    family: Family::Graph,
    needs: &[Need::Reward, Need::Acts, Need::Parents],
    baselines: WEIGHTS,
    params: PARAMS,
    formula: "c_u = rho Rel_u, parent p gets (1 - rho) Rel_u w_p / sum w",
    source: "after layer-wise relevance propagation (Bach et al. 2015)",
    caveats: &["structural, not causal: it follows links, not effects"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[],
    compute,
    terms,
};

/// The way of the reward through the acts.
struct Flow {
    /// What reached each act.
    reached: Vec<f64>,
    /// What each act keeps.
    kept: Vec<f64>,
    /// What started at each act.
    started: Vec<(f64, Option<Origin>)>,
    /// Weight of each parent link; each act's sum to 1.
    weights: LinkWeights,
    rho: f64,
    /// What reached a root of an agent taken out.
    undivided: f64,
    /// Acts whose parents lack something needed to weigh them.
    unweighed: usize,
}

fn flow(question: &Question<'_>, reward: f64) -> Result<Flow, Unavailable> {
    let episode = question.episode;
    let n = episode.acts.len();
    if n == 0 {
        return Err(missing("no act is logged to pass the reward back along"));
    }
    let started = starts(question, reward);
    let rho = question.param("rho").unwrap_or(0.5);
    let kind = question.baseline.map_or("uniform", |it| it.name);
    if kind == "tokens" && episode.acts.iter().all(|it| it.usage.tokens().is_none()) {
        return Err(missing("no act has `usage`: parents cannot be weighed by tokens"));
    }
    if kind == "recency" && episode.acts.iter().all(|it| it.time.is_none()) {
        return Err(missing("no act has a time (`ts`): parents cannot be weighed by recency"));
    }
    if kind == "declared" && episode.edges.iter().all(|it| it.weight.is_none()) {
        return Err(missing("no edge of the interaction graph has a `weight`"));
    }
    let (weights, unweighed) = LinkWeights::of(question, kind);
    let mut reached: Vec<Sum> = vec![Sum::default(); n];
    for (act, (value, _)) in started.iter().enumerate() {
        reached[act].add(*value);
    }
    let mut kept = vec![0.0; n];
    let mut undivided = Sum::default();
    let mut pass = |at: usize| {
        let act = ActId::from_index(at);
        let (parents, value) = (episode.links.parents(act), reached[at].value());
        let dropped = question.leaves_out(act);
        let keep = match (dropped, parents.is_empty()) {
            (false, true) => value,
            (false, false) => rho * value,
            (true, true) => {
                undivided.add(value);
                0.0
            }
            (true, false) => 0.0,
        };
        kept[at] = keep;
        let passed = value - keep;
        if passed != 0.0 {
            for (link, weight) in parents.iter().zip(weights.of_act(act)) {
                reached[link.act.index()].add(passed * weight);
            }
        }
    };
    youngest_first(episode, &mut pass);
    let reached = reached.iter().map(|it| it.value()).collect();
    Ok(Flow { reached, kept, started, weights, rho, undivided: undivided.value(), unweighed })
}

/// Every act after all that came of it. Of the acts that may be next, the youngest: a fixed order for any
/// links.
fn youngest_first(episode: &Episode, pass: &mut impl FnMut(usize)) {
    let n = episode.acts.len();
    let parents = |at: usize| episode.links.parents(ActId::from_index(at)).iter().map(|it| it.act.index());
    // If no link goes back in time, that is the reverse of the order of time.
    if (0..n).all(|at| parents(at).all(|parent| parent < at)) {
        return (0..n).rev().for_each(pass);
    }
    let mut waiting: Vec<usize> = episode.act_ids().map(|it| episode.links.children(it).len()).collect();
    let mut ready: BinaryHeap<usize> = (0..n).filter(|it| waiting[*it] == 0).collect();
    while let Some(at) = ready.pop() {
        pass(at);
        for parent in parents(at) {
            waiting[parent] -= 1;
            if waiting[parent] == 0 {
                ready.push(parent);
            }
        }
    }
}

/// Weights of parent links, as compressed rows in the order of each act's parents.
struct LinkWeights {
    starts: Vec<u32>,
    weights: Vec<f64>,
}

impl LinkWeights {
    /// Returns them with the number of acts whose parents lack something needed to weigh them.
    fn of(question: &Question<'_>, kind: &str) -> (Self, usize) {
        let episode = question.episode;
        let mut starts = Vec::with_capacity(episode.acts.len() + 1);
        let mut all = Vec::with_capacity(episode.links.len());
        let mut unweighed = 0;
        starts.push(0);
        for act in episode.act_ids() {
            let parents = episode.links.parents(act).len();
            let known = if kind == "uniform" { None } else { weights(question, act, kind) };
            match known.filter(|it| sum(it.iter().copied()) > 0.0) {
                Some(known) => {
                    let total = sum(known.iter().copied());
                    all.extend(known.into_iter().map(|it| it / total));
                }
                None => {
                    unweighed += usize::from(kind != "uniform" && parents > 0);
                    all.extend(std::iter::repeat_n(1.0 / parents as f64, parents));
                }
            }
            starts.push(all.len() as u32);
        }
        (Self { starts, weights: all }, unweighed)
    }

    fn of_act(&self, act: ActId) -> &[f64] {
        &self.weights[self.starts[act.index()] as usize..self.starts[act.index() + 1] as usize]
    }
}

/// The weights of the parents of `act`; `None` if they weigh evenly.
fn weights(question: &Question<'_>, act: ActId, kind: &str) -> Option<Vec<f64>> {
    let episode = question.episode;
    let parents = || episode.links.parents(act).iter().map(|it| episode.act(it.act));
    match kind {
        "tokens" => parents().map(|it| it.usage.tokens().map(|it| it as f64)).collect(),
        "recency" => {
            let tau = question.param("tau").unwrap_or(10.0);
            let now = episode.act(act).time?;
            let ages: Option<Vec<f64>> =
                parents().map(|it| it.time.map(|then| now.seconds_since(then).max(0.0))).collect();
            // Relative to the youngest, so that old parents do not all round to zero.
            let ages = ages?;
            let youngest = ages.iter().copied().fold(f64::INFINITY, f64::min);
            Some(ages.iter().map(|it| (-(it - youngest) / tau).exp()).collect())
        }
        "declared" => {
            let to = episode.act(act).agent;
            let declared = |from| episode.edges.iter().find(|it| it.from == from && it.to == to)?.weight;
            let usable = |it: &f64| it.is_finite() && *it >= 0.0;
            Some(parents().map(|it| declared(it.agent).filter(usable).unwrap_or(1.0)).collect())
        }
        _ => None,
    }
}

/// The acts of the last step (or of the last time, or the last act alone) that nothing came of.
fn last_sinks(episode: &Episode) -> Vec<ActId> {
    let sinks: Vec<ActId> = episode.act_ids().filter(|it| episode.links.children(*it).is_empty()).collect();
    let Some(&last) = sinks.last() else { return Vec::new() };
    if episode.links.is_empty() {
        return sinks; // no link says what led to what: every act may have
    }
    let moment =
        |it: ActId| (episode.act(it).step, episode.act(it).time.filter(|_| episode.act(it).step.is_none()));
    let joint = |it: ActId| it == last || (moment(it) != (None, None) && moment(it) == moment(last));
    sinks.into_iter().filter(|it| joint(*it)).collect()
}

/// The part of R that starts at each act, and the record that says so.
fn starts(question: &Question<'_>, reward: f64) -> Vec<(f64, Option<Origin>)> {
    let episode = question.episode;
    let valued = |it: &&Reward| it.value.is_some();
    let mut rewards: Vec<&Reward> = episode.counted_rewards().filter(valued).collect();
    if rewards.is_empty() && episode.whose() == Some(Whose::Team) {
        // Where the team's reward is one number, what it came from may stand in those of single agents.
        rewards = episode.rewards.iter().filter(valued).collect();
    }
    let sinks = last_sinks(episode);
    let logged = sum(rewards.iter().filter_map(|it| it.value));
    let mut shares: Vec<(f64, &[ActId], Option<Origin>)> = Vec::new();
    for it in &rewards {
        let value = it.value.unwrap_or(0.0);
        let share = if logged != 0.0 { value / logged } else { 1.0 / rewards.len() as f64 };
        shares.push((share, if it.of.is_empty() { &sinks } else { &it.of }, Some(it.origin)));
    }
    if shares.is_empty() {
        shares.push((1.0, &sinks, episode.reward().and_then(|it| it.origin)));
    }
    let mut started = vec![(Sum::default(), None); episode.acts.len()];
    for (share, acts, origin) in shares {
        for act in acts {
            let (value, from) = &mut started[act.index()];
            value.add(reward * share / acts.len() as f64);
            *from = from.or(origin);
        }
    }
    started.into_iter().map(|(value, origin)| (value.value(), origin)).collect()
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let episode = question.episode;
    let pot = question.pot()?;
    let flow = flow(question, pot.value)?;
    let weights = question.baseline.map_or("parents weigh evenly", |it| it.title);
    let title = format!("backward through the graph (rho {}, {weights})", figure::exact(flow.rho));
    let mut attribution = question.start(title, Provenance::Structural);
    let mut by_agent = vec![Sum::default(); episode.agents.len()];
    for (act, kept) in episode.acts.iter().zip(&flow.kept) {
        by_agent[act.agent.index()].add(*kept);
    }
    let number = |it: f64| Value::Number(Estimate::exact(it));
    for credit in &mut attribution.agents {
        if !question.is_dropped(credit.agent) {
            credit.value = number(by_agent[credit.agent.index()].value());
        }
    }
    attribution.sum = total(&attribution.agents);
    attribution.contract = Some(pot.value);
    attribution.reward = Some(pot.value);
    if question.agents_only {
        return Ok(attribution);
    }
    let own = episode.act_ids().filter(|it| !question.leaves_out(*it));
    attribution.acts = own.map(|it| (it, number(flow.kept[it.index()]))).collect();
    attribution.caveats.extend(pot.caveats);
    let mut say = |text: String| attribution.caveats.push(caveat(text));
    if flow.undivided != 0.0 {
        let share = figure::plain(flow.undivided);
        let of = match question.dropped_names() {
            names if names.is_empty() => "that lie outside the window".to_owned(),
            names => format!("of {names}"),
        };
        say(format!("{share} reached the first acts {of} and is left undivided"));
    }
    let links = episode.act_ids().flat_map(|it| episode.links.parents(it));
    let inferred = links.filter(|it| it.kind == LinkKind::Inferred).count();
    if inferred > 0 {
        say(format!(
            "{inferred} of {} are inferred from the order of acts",
            figure::count(episode.links.len(), "link")
        ));
    }
    let off_path = flow.reached.iter().filter(|it| **it == 0.0).count();
    if off_path > 0 && pot.value != 0.0 {
        say(format!("{} not on a causal path to the reward", figure::count(off_path, "act")));
    }
    if flow.unweighed > 0 {
        let acts = figure::count(flow.unweighed, "act");
        let what = match question.baseline.map(|it| it.name) {
            Some("recency") => "times",
            Some("declared") => "declared weights",
            _ => "tokens",
        };
        say(format!("the parents of {acts} have no {what} logged and weigh evenly there"));
    }
    Ok(attribution)
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let pot = question.pot()?;
    let flow = flow(question, pot.value)?;
    let episode = question.episode;
    let term = |text: String, weight: f64, value: f64, origins: Vec<Origin>| Term {
        text,
        weight,
        value: Some(value),
        standard_error: None,
        n: None,
        origins,
    };
    match target {
        Target::Agent(agent) => {
            let own = question.acts_of(agent).iter().copied();
            let own = own.filter(|it| flow.kept[it.index()] != 0.0);
            let kept = |it: ActId| (flow.kept[it.index()], vec![episode.act(it).origin]);
            Ok(own
                .map(|it| {
                    let (value, origins) = kept(it);
                    term(format!("kept by {}", question.act(it)), 1.0, value, origins)
                })
                .collect())
        }
        Target::Act(act) => {
            let keeps = if episode.links.parents(act).is_empty() { 1.0 } else { flow.rho };
            let mut terms = Vec::new();
            let (started, origin) = flow.started[act.index()];
            if started != 0.0 {
                terms.push(term(
                    "the reward starts here".to_owned(),
                    keeps,
                    started,
                    origin.into_iter().collect(),
                ));
            }
            for child in episode.links.children(act) {
                let at = child.act.index();
                let row = episode.links.parents(child.act).iter().position(|it| it.act == act);
                let weight = row.map_or(0.0, |it| flow.weights.of_act(child.act)[it]);
                let passed = (flow.reached[at] - flow.kept[at]) * weight;
                let of = figure::exact(flow.reached[at] - flow.kept[at]);
                let share = figure::exact(weight);
                let text =
                    format!("passed on by {}: {share} of the {of} it does not keep", question.act(child.act));
                terms.push(term(text, keeps, passed, vec![episode.act(child.act).origin]));
            }
            Ok(terms)
        }
    }
}

#[cfg(test)]
mod tests;

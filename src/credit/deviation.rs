//! Single-deviation counterfactuals: one engine, a switchable baseline. docs/METHODS.md#difference;
//! difference rewards are Wolpert and Tumer 2002, COMA is Foerster et al. 2018, section 4.
//!
//! `A = G - b` per act. `G` is the expected `Q(taken)` or, with the `realised` switch, the reward R that came
//! out (which puts the luck of the continuation into the credit). `b` is what the baseline makes of the
//! alternatives. An agent's credit is the sum over its actions (its messages count if alternatives of them
//! are logged, or if it does nothing else).
//!
//! Decided here:
//! * An agent has a number only if *every* one of those acts has one; the numbers per act stay available.
//! * An agent that never acted is undefined: there is nothing to deviate from.
//! * zero, constant and critic need no alternatives. If not every act they cover has `Q(taken)`, all of them
//!   take the realised R, and a caveat says so. The null baseline does the same if none has: D = G - G(null).
//! * Stated values (`policy.q`, `policy.value`) are of what is to come unless the log says otherwise; measured
//!   values and R are of the whole episode. Where the two meet, what was received before the act is added to
//!   the former, as a term of its own.
//! * A substituted act takes `G = Q(alternative)`, realised or not: nothing else of it has happened.
//! * Standard errors are known only if those of all values used are known; acts count as independent.

mod baseline;
mod rested;
mod rows;

use rustc_hash::FxHashMap;

use crate::model::{
    ActId, ActKind, AgentId, Alternative, Attribution, Caveat, Estimate, Origin, Provenance, Term,
    Unavailable, Value,
};
use crate::stats::{settled, sum};

use super::arrivals::{Placing, arrivals};
use super::figure;
use super::method::Target;
use super::question::{Pot, Question, caveat, missing, total};
use super::runs::measured;
use rested::Rested;

pub(super) use rows::METHOD;

/// The arithmetic of one act.
struct Deviation<'a> {
    gain: Gain<'a>,
    subtracted: baseline::Subtracted<'a>,
    /// What was received before the act, and how often it is missing: values of what is to come leave it out.
    received: Option<(f64, f64)>,
    estimate: Estimate,
    provenance: Provenance,
}

/// G: what the act brought.
enum Gain<'a> {
    /// The expected return of the action taken (or of its substitute).
    Expected(&'a Alternative, f64),
    /// The reward that came out.
    Realised(Pot),
}

pub(super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let deviations = Deviations::of(question)?;
    let known = deviations.acts.iter().filter_map(|it| it.1.as_ref().ok());
    let provenance = known.clone().map(|it| it.provenance).max_by_key(|it| weakness(*it));
    let Some(provenance) = provenance else {
        let first = deviations.acts.iter().find_map(|it| it.1.as_ref().err());
        return Err(missing(match first {
            Some(why) => why.clone(),
            None => {
                "no alternatives are logged for any act (`policy.q`, or `counterfactual` records)".to_owned()
            }
        }));
    };
    let mut attribution = question.start(baseline::title(question), provenance);
    let runs = Rested::of(question, &deviations);
    let mut by_agent = FxHashMap::default();
    for at in 0..attribution.agents.len() {
        let agent = attribution.agents[at].agent;
        if !question.is_dropped(agent) {
            let value = agent_value(question, &deviations, agent);
            let credit =
                runs.as_ref().map(|it| it.of_agent(question, &deviations, agent)).unwrap_or_default();
            attribution.agents[at].value = Rested::interval(runs.as_ref(), &credit, value);
            by_agent.insert(agent, credit);
        }
    }
    let alternatives = known.map(|it| it.subtracted.weights.len()).sum::<usize>();
    attribution.sample = match alternatives {
        0 => figure::count(deviations.acts.len(), "act"),
        n => format!("{}, {}", figure::count(deviations.acts.len(), "act"), figure::count(n, "alternative")),
    };
    attribution.caveats.extend(caveats(question, &deviations));
    attribution.reward = question.episode.reward().map(|it| it.value);
    let value = |place: usize, it: Result<Deviation<'_>, String>| match it {
        Ok(deviation) => {
            let number = Estimate { standard_error: None, ..deviation.estimate };
            let credit = runs.as_ref().map(|it| it.acts[place].clone()).unwrap_or_default();
            Rested::interval(runs.as_ref(), &credit, Value::Number(number))
        }
        Err(why) => Value::Unavailable(why),
    };
    if !question.agents_only {
        let acts = deviations.acts.into_iter().enumerate();
        attribution.acts = acts.map(|(place, (act, it))| (act, value(place, it))).collect();
    }
    attribution.measured = runs.map(|it| measured(&attribution, it.table, by_agent));
    attribution.sum = total(&attribution.agents);
    Ok(attribution)
}

/// The acts the baseline covers, ascending, each with its arithmetic or what it lacks.
struct Deviations<'a> {
    acts: Vec<(ActId, Result<Deviation<'a>, String>)>,
    /// The place of every act of the episode among them; beyond their end if it is not among them.
    places: Vec<u32>,
    /// Whether G is the realised reward.
    realised: bool,
    /// Whether that is because the expected one is not logged.
    fell_back: bool,
    pot_caveats: Vec<Caveat>,
}

impl<'a> Deviations<'a> {
    fn of(question: &Question<'a>) -> Result<Self, Unavailable> {
        let episode = question.episode;
        let name = baseline::name(question);
        let spoken: Vec<ActId> = match name {
            "zero" | "constant" => {
                let any_action = episode.acts.iter().any(|it| it.kind == ActKind::Action);
                let kind = if any_action { ActKind::Action } else { ActKind::Message };
                episode.act_ids().filter(|it| episode.act(*it).kind == kind).collect()
            }
            "critic" => episode.tables.iter().filter(|it| it.value.is_some()).map(|it| it.act).collect(),
            _ => episode.tables.iter().filter(|it| !it.alternatives.is_empty()).map(|it| it.act).collect(),
        };
        let spoken: Vec<ActId> = spoken.into_iter().filter(|it| !question.leaves_out(*it)).collect();
        let wanted = question.switch("realised");
        let lacks_taken = |it: &ActId| question.known_taken(*it).is_none_or(|it| it.q.mean.is_none());
        let fell_back = !wanted
            && match name {
                "zero" | "constant" | "critic" => spoken.iter().any(lacks_taken),
                // Wolpert and Tumer 2002 subtract G(null) from the G that came out.
                "null" => !spoken.is_empty() && spoken.iter().all(lacks_taken),
                _ => false,
            };
        let realised = wanted || fell_back;
        let pot = if realised && !spoken.is_empty() { Some(question.pot()?) } else { None };
        let mut places = vec![u32::MAX; episode.acts.len()];
        spoken.iter().enumerate().for_each(|(place, act)| places[act.index()] = place as u32);
        let acts = spoken.into_iter().map(|act| (act, deviation(question, act, pot.as_ref()))).collect();
        Ok(Self {
            acts,
            places,
            realised,
            fell_back,
            pot_caveats: pot.map(|it| it.caveats).unwrap_or_default(),
        })
    }

    /// The place of an act among [`Deviations::acts`].
    fn place(&self, act: ActId) -> Option<usize> {
        self.places.get(act.index()).map(|it| *it as usize)
    }

    fn get(&self, act: ActId) -> Option<&Result<Deviation<'a>, String>> {
        let place = *self.places.get(act.index())?;
        self.acts.get(place as usize).map(|it| &it.1)
    }
}

fn weakness(provenance: Provenance) -> u8 {
    match provenance {
        Provenance::Replayed => 0,
        Provenance::Modelled => 1,
        Provenance::Structural => 2,
        Provenance::Declared => 3,
    }
}

fn deviation<'a>(question: &Question<'a>, act: ActId, pot: Option<&Pot>) -> Result<Deviation<'a>, String> {
    let substitute = question.scenario.substitutes.get(&act);
    let taken = match substitute {
        Some(substitute) => Some(question.substitute(act, substitute)?),
        None => question.known_taken(act),
    };
    let gain = match (pot, substitute) {
        (Some(pot), None) => Gain::Realised(pot.clone()),
        _ => {
            let taken = taken.ok_or_else(|| {
                format!("the value of the action taken at {} is not logged", question.act(act))
            })?;
            Gain::Expected(taken, question.value_of(act, taken)?)
        }
    };
    let subtracted = baseline::subtracted(question, act, taken)?;
    let terms = subtracted.weights.iter().map(|it| it.weight * it.q);
    let gained = match &gain {
        Gain::Expected(_, q) => *q,
        Gain::Realised(pot) => pot.value,
    };
    let received = received(question, act, &gain, &subtracted);
    let before = received.map(|(weight, value)| weight * value);
    let value = settled([gained, -subtracted.constant].into_iter().chain(terms.map(|it| -it)).chain(before));
    if let Some(why) = baseline::open(question, act, &subtracted, value) {
        return Err(why);
    }
    let used = uses(&gain, &subtracted);
    let errors: Option<Vec<f64>> =
        used.iter().map(|(it, weight)| it.q.standard_error().map(|error| error * weight)).collect();
    let n = used.iter().filter_map(|it| it.0.q.n).min();
    let errors = errors.filter(|it| !it.is_empty());
    let standard_error = errors.map(|it| sum(it.iter().map(|it| it * it)).sqrt());
    let estimate = Estimate { n, standard_error, ..Estimate::exact(value) };
    let measured = |it: &Alternative| it.q.n.is_some() || !it.q.returns.is_empty();
    // A value that cancels was still compared with: regret 0 of the best action rests on its value.
    let mut involved: Vec<&Alternative> = subtracted.weights.iter().map(|it| it.alternative).collect();
    if let Gain::Expected(taken, _) = gain {
        involved.push(taken);
    }
    let provenance = if subtracted.modelled || !involved.iter().copied().all(measured) {
        Provenance::Modelled
    } else if involved.is_empty() {
        Provenance::Structural
    } else {
        Provenance::Replayed
    };
    Ok(Deviation { gain, subtracted, received, estimate, provenance })
}

/// What was received before `act`, with the weight at which the values used leave it out; `None`: nothing is
/// missing.
fn received(
    question: &Question<'_>,
    act: ActId,
    gain: &Gain<'_>,
    subtracted: &baseline::Subtracted<'_>,
) -> Option<(f64, f64)> {
    let lacks = |it: &Alternative| f64::from(u8::from(it.stated && question.is_stated_to_come(act)));
    let gained = match gain {
        Gain::Expected(taken, _) => lacks(taken),
        Gain::Realised(_) => 0.0,
    };
    let critic = f64::from(u8::from(subtracted.modelled && question.is_value_to_come(act)));
    let taken_off = sum(subtracted.weights.iter().map(|it| it.weight * lacks(it.alternative)));
    let weight = gained - critic - taken_off;
    // Weights of a policy sum to 1 but for rounding.
    let value = if weight.abs() > 1e-9 { question.received(act) } else { 0.0 };
    (value != 0.0).then_some((weight, value))
}

/// The alternatives a number rests on, each with its total weight. Leaves out those that cancel.
fn uses<'a>(gain: &Gain<'a>, subtracted: &baseline::Subtracted<'a>) -> Vec<(&'a Alternative, f64)> {
    let mut used: Vec<(&Alternative, f64)> =
        subtracted.weights.iter().map(|it| (it.alternative, -it.weight)).collect();
    if let Gain::Expected(taken, _) = gain {
        match used.iter_mut().find(|it| std::ptr::eq(it.0, *taken)) {
            Some(own) => own.1 += 1.0,
            None => used.push((taken, 1.0)),
        }
    }
    used.retain(|it| it.1 != 0.0);
    used
}

/// The acts whose credits make up that of an agent.
fn own_acts(question: &Question<'_>, deviations: &Deviations<'_>, agent: AgentId) -> Vec<ActId> {
    let episode = question.episode;
    let is_action = |it: &ActId| episode.act(*it).kind == ActKind::Action;
    let own = question.acts_of(agent).iter().copied();
    let acts: Vec<ActId> = own.filter(|it| question.in_window(*it)).collect();
    if acts.iter().any(is_action) {
        acts.into_iter().filter(|it| is_action(it) || deviations.get(*it).is_some()).collect()
    } else {
        acts
    }
}

fn agent_value(question: &Question<'_>, deviations: &Deviations<'_>, agent: AgentId) -> Value {
    let acts = own_acts(question, deviations, agent);
    if acts.is_empty() {
        let when =
            if question.scenario.window.is_some() { "did not act in the window" } else { "never acted" };
        return Value::Undefined(format!("it {when}: there is nothing to deviate from"));
    }
    let not_logged = acts.iter().filter(|it| deviations.get(**it).is_none()).count();
    if not_logged > 0 {
        let (verb, what) = if not_logged == 1 { ("has", "act") } else { ("have", "acts") };
        let what = if acts.len() == 1 { what } else { "acts" };
        let missing = if baseline::name(question) == "critic" { "V(h)" } else { "alternatives" };
        return Value::Unavailable(format!(
            "{not_logged} of {} {what} {verb} no {missing} logged",
            acts.len()
        ));
    }
    let mut estimates = Vec::with_capacity(acts.len());
    for act in &acts {
        match deviations.get(*act) {
            Some(Ok(deviation)) => estimates.push(deviation.estimate),
            Some(Err(why)) => return Value::Unavailable(why.clone()),
            None => {}
        }
    }
    let n = estimates.iter().filter_map(|it| it.n).min();
    let value = sum(estimates.iter().map(|it| it.value));
    Value::Number(Estimate { n, ..Estimate::exact(value) })
}

fn caveats(question: &Question<'_>, deviations: &Deviations<'_>) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    if deviations.fell_back {
        caveats.push(caveat("G is the realised reward: not every act has the value of the action taken"));
    }
    if deviations.realised {
        caveats.push(caveat("a realised reward puts the luck of the continuation into the credit"));
        caveats.extend(deviations.pot_caveats.iter().cloned());
    } else {
        let scenario = question.scenario;
        if scenario.reward.is_some() || scenario.discount.is_some() {
            caveats
                .push(caveat("values of alternatives are as logged: reward and discount do not change them"));
        }
    }
    if !question.scenario.dropped.is_empty() {
        let text = format!("values of alternatives were recorded with {}", question.dropped_names());
        caveats.push(caveat(text));
    }
    let known = || deviations.acts.iter().filter_map(|it| it.1.as_ref().ok().map(|known| (it.0, known)));
    let open = known().filter(|it| it.1.subtracted.unvalued.is_some()).count();
    if open > 0 {
        let at = figure::count(open, "act");
        let (best, loss) =
            if baseline::name(question) == "worst" { ("worst", "gain") } else { ("best", "loss") };
        caveats.push(caveat(format!(
            "at {at} not every alternative has a value: the {loss} is at least that over the {best} that has"
        )));
    }
    let blank = known().filter(|it| it.1.subtracted.no_contrast).count();
    if blank > 0 {
        let at = figure::count(blank, "act");
        caveats
            .push(caveat(format!("no contrast at {at}: nothing but the action taken to compare with, so 0")));
    }
    for (act, total) in known().filter_map(|it| Some((it.0, it.1.subtracted.renormalised?))).take(3) {
        caveats.push(caveat(format!(
            "the probabilities at {} sum to {}: renormalised",
            question.act(act),
            figure::exact(total)
        )));
    }
    caveats
}

pub(super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let deviations = Deviations::of(question)?;
    match target {
        Target::Agent(agent) => {
            let own = own_acts(question, &deviations, agent);
            let known = own.iter().filter_map(|it| Some((*it, deviations.get(*it)?.as_ref().ok()?)));
            Ok(known.map(|(act, deviation)| act_term(question, act, deviation)).collect())
        }
        Target::Act(act) => match deviations.get(act) {
            Some(Ok(deviation)) => Ok(deviation_terms(question, act, deviation)),
            Some(Err(why)) => Err(missing(why.clone())),
            None => Err(missing(format!("no alternatives are logged for {}", question.act(act)))),
        },
    }
}

fn act_term(question: &Question<'_>, act: ActId, deviation: &Deviation<'_>) -> Term {
    let mut origins: Vec<_> =
        uses(&deviation.gain, &deviation.subtracted).iter().map(|it| it.0.origin).collect();
    if origins.is_empty() {
        origins.push(question.episode.act(act).origin);
    }
    origins.sort_unstable();
    origins.dedup();
    Term {
        text: format!("A of {}", question.act(act)),
        weight: 1.0,
        value: Some(deviation.estimate.value),
        standard_error: deviation.estimate.standard_error,
        n: deviation.estimate.n,
        origins,
    }
}

/// The records of the rewards that came before `act`.
fn rewards_before(question: &Question<'_>, act: ActId) -> Vec<Origin> {
    let all = arrivals(question.episode, Placing::Of);
    all.iter().take_while(|it| it.act < act).map(|it| it.origin).collect()
}

fn deviation_terms(question: &Question<'_>, act: ActId, deviation: &Deviation<'_>) -> Vec<Term> {
    let of = |alternative: &Alternative, q: f64, weight: f64| Term {
        text: format!(
            "Q('{}'){}",
            alternative.label,
            if alternative.default { ", the null action" } else { "" }
        ),
        weight,
        value: Some(q),
        standard_error: alternative.q.standard_error(),
        n: alternative.q.n,
        origins: vec![alternative.origin],
    };
    let mut terms = vec![match &deviation.gain {
        Gain::Expected(taken, q) => of(taken, *q, 1.0),
        Gain::Realised(pot) => Term {
            text: "R, realised".to_owned(),
            weight: 1.0,
            value: Some(pot.value),
            standard_error: None,
            n: None,
            origins: pot.origin.into_iter().collect(),
        },
    }];
    let subtracted = &deviation.subtracted;
    terms.extend(subtracted.weights.iter().map(|it| of(it.alternative, it.q, -it.weight)));
    terms.extend(deviation.received.map(|(weight, value)| Term {
        text: "received before, which values of what is to come leave out".to_owned(),
        weight,
        value: Some(value),
        standard_error: None,
        n: None,
        origins: rewards_before(question, act),
    }));
    if subtracted.constant != 0.0 || subtracted.weights.is_empty() {
        terms.push(Term {
            text: subtracted.constant_text.to_owned(),
            weight: -1.0,
            value: Some(subtracted.constant),
            standard_error: None,
            n: None,
            origins: subtracted.constant_origin.into_iter().collect(),
        });
    }
    terms
}

#[cfg(test)]
mod tests;

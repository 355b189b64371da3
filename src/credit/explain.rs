//! The arithmetic behind one number: the formula with the numbers in it, and every term with its record. If
//! an agent's number is made of the numbers of its acts, their arithmetic too.
//!
//! Every term names the records it comes from, or says in its text why there are none.

use crate::model::{
    ActId, AgentId, Attribution, Detail, Episode, Explanation, Provenance, Scenario, Term, Unavailable, Value,
};
use crate::stats::sum;

use super::method::{Family, Target};
use super::question::{Question, caveat, missing};
use super::{
    Verdict, act_scenario, choice, coalition, compute, discount, figure, question, rewarded, scenario_name,
};

/// Acts of an agent that are explained with it; ask for the others one by one.
const DETAILS: usize = 12;

/// The arithmetic behind one number: the formula with the numbers substituted, and each term with its record,
/// sample size and standard error, the largest first.
///
/// # Errors
/// As [`compute`]; also when the method does not credit the target.
pub fn explain(episode: &Episode, scenario: &Scenario, target: Target) -> Result<Explanation, Unavailable> {
    let episode = &rewarded(episode, scenario);
    let scenario = choice::resolve(episode, scenario)?;
    explain_credit(episode, &scenario, compute(episode, &scenario)?, target)
}

/// Agents of a verdict whose arithmetic is told without being asked for.
const NAMED: usize = 3;

/// The arithmetic of the numbers that a verdict names: of its agents, and of its act. What has none is left out.
pub fn explain_named(episode: &Episode, scenario: &Scenario, verdict: &Verdict) -> Vec<Explanation> {
    let agents = verdict.named().iter().take(NAMED);
    let mut found: Vec<Explanation> =
        agents.filter_map(|it| explain(episode, scenario, Target::Agent(*it)).ok()).collect();
    let of_act = |act| explain(episode, &act_scenario(episode, scenario)?, Target::Act(act)).ok();
    found.extend(verdict.act().and_then(of_act));
    found
}

/// [`explain`] if the credit is known already: `attribution` is that of `scenario`, whose method is named.
///
/// # Errors
/// When the method does not credit the target.
pub fn explain_credit(
    episode: &Episode,
    scenario: &Scenario,
    attribution: Attribution,
    target: Target,
) -> Result<Explanation, Unavailable> {
    let episode = &rewarded(episode, scenario);
    let question = question(episode, scenario)?;
    let (subject, result) = match target {
        Target::Agent(agent) => {
            let credit = attribution.agents.get(agent.index());
            let credit = credit.ok_or_else(|| missing("the episode has no such agent"))?;
            (episode.agent(agent).name.clone(), credit.value.clone())
        }
        Target::Act(act) => {
            if act.index() >= episode.acts.len() {
                return Err(missing("the episode has no such act"));
            }
            let credit = attribution.acts.binary_search_by_key(&act, |it| it.0).ok();
            let credit = credit.map(|it| attribution.acts[it].1.clone());
            let credit = credit.ok_or_else(|| Unavailable {
                missing: format!("{} says nothing of {}", attribution.title, question.act(act)),
                nearest: act_scenario(episode, scenario).map(|it| scenario_name(&it)),
            })?;
            let it = episode.act(act);
            (format!("{} ({})", it.id, episode.agent(it.agent).name), credit)
        }
    };
    let mut terms = match &result {
        Value::Number(_) => (question.method.terms)(&question, target)?,
        Value::Undefined(_) | Value::Unavailable(_) => Vec::new(),
    };
    if let Value::Number(it) = &result {
        terms.extend(coalition::luck(&question, &terms, it.value));
    }
    let substituted = substituted(&subject, &terms, &result);
    largest_first(&mut terms);
    let details = match target {
        Target::Agent(agent) => details(&question, &attribution, agent, &terms),
        Target::Act(_) => Vec::new(),
    };
    terms.iter_mut().for_each(|it| say_why_without_record(&question, it));
    let mut caveats = attribution.caveats;
    if let Some(absence) = &attribution.absence {
        caveats.insert(0, caveat(absence_words(absence)));
    }
    let row = question.method;
    let formula = formula(&question);
    let source = match question.baseline.map_or("", |it| it.source) {
        "" => row.source.to_owned(),
        source if source == row.source => row.source.to_owned(),
        source => format!("{}; {source}", row.source),
    };
    let (method, provenance, absence) = (row.name.to_owned(), attribution.provenance, attribution.absence);
    Ok(Explanation {
        subject,
        title: attribution.title,
        formula,
        substituted,
        terms,
        result,
        source,
        caveats,
        method,
        provenance,
        absence,
        details,
    })
}

/// What a switch that is on makes of a formula.
const SWITCHED: &[(&str, &str)] = &[
    ("realised", "G = R"),
    ("mean", "against the mean of all candidates"),
    ("by-replays", "w = number of replays"),
    ("pooled", "over every context of the role"),
    ("drop-duplicates", "candidates of one label once"),
    ("normalise", "then (A - mean A) / sqrt(popvar A + 1e-8)"),
];

/// The formula in symbols, as the baseline and the switches have it.
fn formula(question: &Question<'_>) -> String {
    let row = question.method;
    let mut text = discount::to_go(question).unwrap_or(row.formula).to_owned();
    if let Some(baseline) = question.baseline {
        text = format!("{text}, {}", baseline.formula);
    }
    for (name, words) in SWITCHED {
        if row.param(name).is_some() && question.switch(name) {
            text = format!("{text}, {words}");
        }
    }
    text
}

fn largest_first(terms: &mut [Term]) {
    let size = |term: &Term| (term.weight * term.value.unwrap_or(0.0)).abs();
    terms.sort_by(|a, b| size(b).total_cmp(&size(a)));
}

/// The arithmetic of the largest acts of `agent`, if it says more than `terms` do.
fn details(
    question: &Question<'_>,
    attribution: &Attribution,
    agent: AgentId,
    terms: &[Term],
) -> Vec<Detail> {
    let episode = question.episode;
    let number = |(act, value): &(ActId, Value)| Some((*act, value.number()?.value));
    let own = attribution.acts.iter().filter(|it| episode.act(it.0).agent == agent);
    let mut own: Vec<(ActId, f64)> = own.filter_map(number).collect();
    own.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    let detail = |(act, value): (ActId, f64)| {
        let mut inner = (question.method.terms)(question, Target::Act(act)).ok()?;
        let repeats = inner.iter().all(|it| terms.iter().any(|other| other.text == it.text));
        if repeats {
            return None;
        }
        largest_first(&mut inner);
        inner.iter_mut().for_each(|it| say_why_without_record(question, it));
        Some(Detail { act, subject: episode.act(act).id.clone(), value, terms: inner })
    };
    own.into_iter().take(DETAILS).filter_map(detail).collect()
}

/// A term that rests on no record says why.
fn say_why_without_record(question: &Question<'_>, term: &mut Term) {
    if !term.origins.is_empty() || term.text.ends_with(&format!("{NO_RECORD})")) {
        return;
    }
    let scenario = question.scenario;
    let why = if term.text.ends_with(" together") {
        "the rest of the sum"
    } else if term.text.contains("missing coalitions") {
        "not logged: its bounds stand in for it"
    } else if term.text == "zero" {
        "by definition"
    } else if scenario.reward.is_some() || !scenario.params.is_empty() {
        "set by hand"
    } else if question.method.param(&term.text).is_some() {
        "a parameter at its default"
    } else {
        return;
    };
    term.text = format!("{} ({why}, {NO_RECORD})", term.text);
}

/// How the reason of a term without a record ends.
const NO_RECORD: &str = "no record";

/// What one term of an explanation rests on, in one word: `replayed`, `modelled`, `structural`, `declared`,
/// or `logged` for the reward itself.
pub fn grounds(explanation: &Explanation, term: &Term) -> &'static str {
    let family = super::method(&explanation.method).map(|it| it.family);
    match explanation.provenance {
        Provenance::Structural | Provenance::Declared => explanation.provenance.word(),
        _ if term.text == "R" || term.text.starts_with("R,") => "logged",
        _ if family == Some(Family::Coalition) || term.n.is_some() => Provenance::Replayed.word(),
        _ => Provenance::Modelled.word(),
    }
}

/// The formula with numbers, on one line; of many terms the largest five, and what the others come to.
fn substituted(subject: &str, terms: &[Term], result: &Value) -> String {
    let result = match result {
        Value::Number(it) => figure::exact(it.value),
        Value::Undefined(why) => return format!("{subject}: undefined, {why}"),
        Value::Unavailable(why) => return format!("{subject}: unavailable, {why}"),
    };
    let mut shown: Vec<usize> = (0..terms.len()).collect();
    if terms.len() > 6 {
        let size = |at: usize| (terms[at].weight * terms[at].value.unwrap_or(0.0)).abs();
        shown.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
        shown.truncate(5);
        shown.sort_unstable();
    }
    let mut text = String::new();
    for at in &shown {
        let term = &terms[*at];
        let Some(value) = term.value else { continue };
        let weight = term.weight;
        let sign = if weight < 0.0 { "- " } else { "+ " };
        let sign = if text.is_empty() { sign.trim_start_matches("+ ") } else { sign };
        let value = if value < 0.0 { format!("({})", figure::exact(value)) } else { figure::exact(value) };
        let joint = if text.is_empty() { "" } else { " " };
        if (weight.abs() - 1.0).abs() < 1e-12 {
            text.push_str(&format!("{joint}{sign}{value}"));
        } else {
            text.push_str(&format!("{joint}{sign}{} x {value}", figure::exact(weight.abs())));
        }
    }
    if shown.len() < terms.len() {
        let hidden = (0..terms.len()).filter(|it| !shown.contains(it));
        let rest = sum(hidden.map(|it| terms[it].weight * terms[it].value.unwrap_or(0.0)));
        let sign = if rest < 0.0 { "-" } else { "+" };
        let more = figure::count(terms.len() - shown.len(), "more term");
        text.push_str(&format!(" {sign} {} ({more})", figure::exact(rest.abs())));
    }
    if text.is_empty() { format!("{subject} = {result}") } else { format!("{subject} = {text} = {result}") }
}

/// What an absent agent does, as a sentence.
fn absence_words(absence: &crate::model::Absence) -> String {
    use crate::model::Absence;
    match absence {
        Absence::Removed => "an absent agent is removed from the team".to_owned(),
        Absence::Null => "an absent agent takes its null action".to_owned(),
        Absence::Resampled => "an absent agent acts anew from its own policy".to_owned(),
        Absence::Unstated => "the log does not say what an absent agent does".to_owned(),
        Absence::Other(word) => format!("an absent agent is '{word}', in the log's words"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::draft::Draft;

    /// Two replayed acts of a0; the first lost 1, the second earned 0.5.
    fn replayed() -> Episode {
        let draft = Draft::of(2).acts(&[0, 0, 1]).replay(0, 0, &[(0.0, 4), (1.0, 4)]);
        draft.replay(1, 1, &[(0.0, 4), (0.5, 4)]).reward(0.0, &[]).episode()
    }

    #[test]
    fn an_agent_is_explained_down_to_the_candidates_of_its_acts() {
        let scenario = Scenario::of_method("replay-loo");
        let found = explain(&replayed(), &scenario, Target::Agent(AgentId(0))).expect("replays");
        assert_eq!(found.substituted, "a0 = (-1) + 0.5 = -0.5");
        let subjects: Vec<(&str, f64)> =
            found.details.iter().map(|it| (it.subject.as_str(), it.value)).collect();
        assert_eq!(subjects, [("t0", -1.0), ("t1", 0.5)]);
        let [other, own] = found.details[0].terms.as_slice() else { panic!("{:?}", found.details) };
        assert_eq!(
            (other.text.as_str(), other.weight, other.value),
            ("Rbar of candidate 1 'c1'", -1.0, Some(1.0))
        );
        assert_eq!(own.text, "Rbar of candidate 0 'c0', which happened");
        assert_eq!((own.n, own.origins.len(), grounds(&found, own)), (Some(4), 1, "replayed"));
        for detail in &found.details {
            let sum: f64 = detail.terms.iter().filter_map(|it| Some(it.weight * it.value?)).sum();
            assert!((sum - detail.value).abs() < 1e-12, "{detail:?}");
        }
        let act = explain(&replayed(), &scenario, Target::Act(ActId(0))).expect("replays");
        assert!(act.details.is_empty());
    }

    #[test]
    fn many_terms_are_summed_up_behind_the_largest() {
        // Eight acts that lost 1, ..., 8: the first three are summed up.
        let draft = Draft::of(1).acts(&[0; 8]);
        let lost = |draft: Draft, at: u32| draft.replay(at, 0, &[(0.0, 4), (f64::from(at + 1), 4)]);
        let episode = (0..8).fold(draft, lost).reward(0.0, &[]).episode();
        let found = explain(&episode, &Scenario::of_method("replay-loo"), Target::Agent(AgentId(0)));
        let told = found.expect("replays").substituted;
        assert_eq!(told, "a0 = (-4) + (-5) + (-6) + (-7) + (-8) - 6 (3 more terms) = -36");
    }

    #[test]
    fn the_formula_is_that_of_the_switches() {
        let of = |method: &str, param: &str, value: f64| {
            let params = [(param.to_owned(), value.into())].into();
            let scenario = Scenario { params, ..Scenario::of_method(method) };
            explain(&replayed(), &scenario, Target::Act(ActId(0))).expect("covered").formula
        };
        let to_go = "c_t = sum_(k>=t) r_k w_t, w_t = gamma^(k-t), r_k the reward at act k";
        assert_eq!(of("discount", "conserve", 0.0), to_go);
        assert!(of("discount", "conserve", 1.0).contains("/ sum_(u<=k) w_u"));
        let normalised = "w = 1, then (A - mean A) / sqrt(popvar A + 1e-8)";
        assert!(of("replay-loo", "normalise", 1.0).ends_with(normalised));
    }

    #[test]
    fn a_term_without_a_record_says_why() {
        let scenario = Scenario { reward: Some(2.0.into()), ..Scenario::of_method("uniform") };
        let found = explain(&replayed(), &scenario, Target::Agent(AgentId(0))).expect("a reward");
        assert_eq!(found.terms[0].text, "R (set by hand, no record)");
        let zero = Scenario { baseline: Some("zero".to_owned()), ..Scenario::of_method("difference") };
        let found = explain(&replayed(), &zero, Target::Act(ActId(0))).expect("a reward");
        assert!(found.terms.iter().any(|it| it.text == "zero (by definition, no record)"), "{found:?}");
    }

    #[test]
    fn what_is_said_once_is_not_said_again() {
        let found = explain(&replayed(), &Scenario::of_method("discount"), Target::Agent(AgentId(0)));
        assert!(found.expect("a reward").details.is_empty());
    }
}

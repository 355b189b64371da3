//! The credit engine: who earned or lost the reward, by which method, and what the others say.
//!
//! Data flow: [`Episode`] + [`Scenario`] -> [`compute`] -> [`Attribution`]; [`explain`] gives the arithmetic of
//! one number; [`sweep`] runs every method and baseline on the same question; [`verdict`] says it in a
//! sentence; [`compare`] sets two attributions side by side; [`audit`] recomputes what the log declares;
//! [`interactions`] says what pairs do together, [`failure`] where an episode was lost, [`spectrum`] who goes
//! with failure over a run, [`curve`] how credit moves along a slider, [`flip_probability`] how sure it is.
//!
//! It must not know a file format, a store, a clock or a terminal: it reads `model` and `stats` only, so a
//! test game is three lines. A number, *undefined* (the formula has no value here) and *unavailable* (data is
//! missing) stay apart everywhere; nothing missing is ever filled in. The same episode and scenario give the
//! same bits on any machine: sums are compensated and run in a fixed order.
//!
//! What the formulas leave open is decided once: edits of a what-if in `question`, blame and ties in `blame`,
//! what counts as agreement in `sweep`, the choice of the best-supported method in `choice`.

mod audit;
mod backprop;
mod blame;
mod choice;
mod coalition;
mod compare;
mod curve;
mod declared;
mod deviation;
mod discount;
mod failure;
mod figure;
mod flip;
mod game;
mod interaction;
mod messages;
mod method;
pub mod pass;
mod question;
mod replay;
mod sampling;
mod semivalue;
mod split;
mod sweep;
mod table;
mod time;
mod verdict;

#[cfg(test)]
mod fixture;

pub use audit::{AuditItem, AuditRow, audit};
pub use blame::{Blame, BlameKind, blame};
pub use choice::{act_scenario, best_scenario, variants};
pub use compare::{Comparison, ComparisonRow, compare};
pub use curve::{Curve, CurvePoint, Flip, curve};
pub use failure::{
    Correction, Elements, FailureReport, FirstError, RateDrop, SpectrumRun, Suspicion, Tally, failure,
    first_error, largest_drop, point_of_commitment, spectrum,
};
pub use flip::{FlipProbability, flip_probability};
pub use game::{Coalition, Game, Missing};
pub use interaction::{Interaction, InteractionKind, Interactions, interactions, interactions_of_table};
pub use messages::{MessageCredit, MessageSplit, message_credit, split_credit};
pub use method::{Applies, Baseline, Family, Method, Need, Param, Target, scenario_name};
pub use sampling::{Drawing, Estimator, GameWalk, Portion, Progress, TableWalk, Walk, Worker};
pub use semivalue::{banzhaf_of_table, shapley_of_table};
pub use sweep::{Agreement, Sweep, SweepRow, sweep};
pub use table::{method, methods};
pub use verdict::{Level, Verdict, verdict};

use crate::model::{Attribution, Episode, Explanation, Scenario, Term, Unavailable, Value};

use question::{Question, caveat, missing};

/// Credit of `episode` under `scenario`. An empty method means the best the log supports.
///
/// # Errors
/// [`Unavailable`] when the log lacks what the method needs (naming the record and, if there is one, the
/// nearest method that can be computed), or when the scenario names what the method table does not have.
pub fn compute(episode: &Episode, scenario: &Scenario) -> Result<Attribution, Unavailable> {
    compute_plain(episode, scenario)
        .map_err(|unavailable| choice::with_nearest(episode, scenario, unavailable))
}

/// [`compute`] without the search for the nearest method.
fn compute_plain(episode: &Episode, scenario: &Scenario) -> Result<Attribution, Unavailable> {
    let scenario = &choice::resolve(episode, scenario)?;
    let question = question(episode, scenario)?;
    bounded((question.method.compute)(&question)?)
}

/// The same attribution, if its numbers are numbers: where a log holds 1e308, sums and differences of it are
/// infinite, and differences of those are nothing at all.
///
/// # Errors
/// When a number, an interval or a sum is beyond what a double holds.
fn bounded(mut attribution: Attribution) -> Result<Attribution, Unavailable> {
    let totals = [Some(attribution.sum), attribution.contract, attribution.reward, attribution.empty_value];
    let values =
        || attribution.agents.iter().map(|it| &it.value).chain(attribution.acts.iter().map(|it| &it.1));
    let finite = totals.into_iter().flatten().all(f64::is_finite)
        && values().filter_map(Value::number).all(|it| it.value.is_finite());
    if !finite {
        return Err(missing("numbers whose sums a double can hold: those of the log are too large"));
    }
    let values = attribution.agents.iter_mut().map(|it| &mut it.value);
    for value in values.chain(attribution.acts.iter_mut().map(|it| &mut it.1)) {
        if let Value::Number(estimate) = value {
            // A spread beyond a double is not known.
            estimate.standard_error = estimate.standard_error.filter(|it| it.is_finite());
            estimate.interval = estimate.interval.filter(|(low, high)| low.is_finite() && high.is_finite());
        }
    }
    Ok(attribution)
}

fn question<'a>(episode: &'a Episode, scenario: &'a Scenario) -> Result<Question<'a>, Unavailable> {
    let row = method(&scenario.method).ok_or_else(|| {
        let known: Vec<&str> = methods().iter().map(|it| it.name).collect();
        missing(format!("no method is called '{}'; there are: {}", scenario.method, known.join(", ")))
    })?;
    Question::new(episode, scenario, row)
}

/// A sampled Shapley value that has not been drawn yet: step it as long as there is time, and look at it in
/// between. The scenario names `shapley-sampled` (its baseline: how permutations are drawn) and the seed.
///
/// # Errors
/// As [`compute`]; also when a coalition is not logged.
pub fn sampler(
    episode: &Episode,
    scenario: &Scenario,
) -> Result<Estimator<TableWalk<std::sync::Arc<[f64]>>>, Unavailable> {
    coalition::sampler(&question(episode, scenario)?)
}

/// `a`'s credit minus `b`'s with its own standard error, for Shapley and Banzhaf: two numbers whose intervals
/// overlap may still differ for sure.
///
/// # Errors
/// As [`compute`]; also when a coalition is not logged or one of the two does not play.
pub fn contrast(
    episode: &Episode,
    scenario: &Scenario,
    a: crate::model::AgentId,
    b: crate::model::AgentId,
) -> Result<crate::model::Estimate, Unavailable> {
    coalition::contrast(&question(episode, scenario)?, a, b)
}

/// The arithmetic behind one number: formula with the numbers substituted, each term with its record, sample
/// size and standard error, the largest first.
///
/// # Errors
/// As [`compute`]; also when the method does not speak of the target.
pub fn explain(episode: &Episode, scenario: &Scenario, target: Target) -> Result<Explanation, Unavailable> {
    let scenario = &choice::resolve(episode, scenario)?;
    let attribution = compute(episode, scenario)?;
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
            let credit = attribution.acts.iter().find(|it| it.0 == act).map(|it| it.1.clone());
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
    let substituted = substituted(&subject, &terms, &result);
    let size = |term: &Term| (term.weight * term.value.unwrap_or(0.0)).abs();
    terms.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let mut caveats = attribution.caveats;
    if let Some(absence) = &attribution.absence {
        caveats.insert(0, caveat(absence_words(absence)));
    }
    let row = question.method;
    let formula = match question.baseline {
        Some(baseline) => format!("{}, {}", row.formula, baseline.formula),
        None => row.formula.to_owned(),
    };
    let source = match question.baseline.map_or("", |it| it.source) {
        "" => row.source.to_owned(),
        source if source == row.source => row.source.to_owned(),
        source => format!("{}; {source}", row.source),
    };
    Ok(Explanation { subject, formula, substituted, terms, result, source, caveats })
}

/// The formula with numbers, one line; of many terms the largest five.
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
        text.push_str(&format!(" + {} more", terms.len() - shown.len()));
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
mod tests;
#[cfg(test)]
mod vectors;

//! The credit engine: who earned or lost the reward, by which method, and what the others say.
//!
//! Data flow: [`Episode`] + [`Scenario`] -> [`compute`] -> [`Attribution`]. [`explain`] gives the arithmetic
//! of one number; [`sweep`] runs every method and baseline on the same question; [`verdict`] puts the answer
//! in a sentence; [`compare`] sets two attributions side by side; [`audit`] recomputes what the log declares;
//! [`interactions`] says what pairs earn together, [`failure`] where an episode was lost, [`spectrum`] who
//! goes with failure over a run, [`curve`] how credit moves along a slider, [`sweep_flips`] how sure it
//! is.
//!
//! It must not know a file format, a store, a clock or a terminal: it reads `model` and `stats` only, so a
//! test game is three lines. A number, *undefined* (the formula has no value here) and *unavailable* (data is
//! missing) stay apart everywhere, and nothing missing is ever filled in. The same episode and scenario give
//! the same bits on any machine: sums are compensated and run in a fixed order.
//!
//! Each choice that the formulas leave open is made in one place: edits of a what-if in `question`, blame and
//! ties in `blame`, what counts as agreement in `sweep`, the choice of the best-supported method in `choice`.

mod agreement;
mod arrivals;
mod audit;
mod backprop;
mod blame;
mod choice;
mod coalition;
mod compare;
mod convention;
mod costs;
mod curve;
mod declared;
mod deviation;
mod discount;
mod explain;
mod failure;
mod figure;
mod flip;
mod game;
mod group;
mod interaction;
mod messages;
mod method;
mod pass;
mod pay;
mod question;
mod replay;
mod runs;
mod sampling;
mod semivalue;
mod split;
mod study;
mod sweep;
mod table;
mod time;
mod total;
mod verdict;
mod whose;

#[cfg(test)]
pub(crate) mod fixture;

pub use crate::forensics::{Level as AdvantageLevel, Summary as AdvantageSummary};
pub use agreement::{Kappa, Opinion, PersonsAgree, agreements, opinions};
pub use audit::{AuditItem, AuditRow, audit};
pub use blame::{Blame, BlameKind, Margin, blame};
pub use choice::{act_scenario, best_scenario, preferred_scenario, variants};
pub use coalition::Sampling;
pub use compare::{Comparison, ComparisonRow, compare};
pub use costs::{ChoiceRow, CostColumn, OwnStudy};
pub use curve::{CURVE_STEPS, Curve, CurvePoint, Curves, Flip, SliderOf, curve, curves, sliders};
pub use explain::{explain, explain_credit, explain_named, grounds};
pub use failure::{
    Correction, DeedScore, Elements, FailureReport, FailureRow, FailureStudy, Finding, FirstError, Found,
    RateDrop, Rule, RunOutcomes, SpectrumRun, Suspicion, Tally, TaskClue, TaskDeed, TaskRun, TaskSpectrum,
    failure, failure_study, first_error, largest_drop, point_of_commitment, spectrum, together,
};
pub use flip::FlipProbability;
pub use game::{Coalition, Game, Missing};
pub use interaction::{Interaction, InteractionKind, Interactions, interactions};
pub use messages::{
    MessageRow, MessageSetting, MessageSplit, MessageTable, Sender, message_table, split_credit,
};
pub use method::{Applies, Baseline, Family, Method, Need, Param, Target, scenario_name};
pub use pay::Pay;
pub use sampling::{Drawing, Estimator, GameWalk, Portion, Progress, TableWalk, Walk, Worker};
pub use semivalue::Coefficients;
pub use study::{FLIP_DRAWS, Study, study_without_curves, sweep_flips};
pub use sweep::{Agreement, Data, OtherTable, Sweep, SweepRow, sweep, sweep_of};
pub use table::{method, methods};
pub use total::{Explains, explains, total_words};
pub use verdict::{
    Against, Check, Deed, Ending, Equal, Estimated, Finding as VerdictFinding, Ground, Headline, Judgement,
    Named, Off, Outcome, Part, PartKind, Reference, Rung, Share, Stability, Unexplained, Unlock, Verdict,
    Vote, Worth, advantages, group_algorithms, verdict,
};

pub use whose::rewarded;

use crate::model::{Attribution, Episode, Scenario, Unavailable, Value};

use question::{Question, missing};

/// Credit of `episode` under `scenario`. An empty method means the best the log supports.
///
/// # Errors
/// [`Unavailable`] when the log lacks what the method needs (it names the record and, if there is one, the
/// nearest method that can be computed), or when the scenario names something that the method table lacks.
pub fn compute(episode: &Episode, scenario: &Scenario) -> Result<Attribution, Unavailable> {
    let episode = rewarded(episode, scenario);
    compute_plain(&episode, scenario)
        .map_err(|unavailable| choice::with_nearest(&episode, scenario, unavailable))
}

/// [`compute`] without the search for the nearest method.
fn compute_plain(episode: &Episode, scenario: &Scenario) -> Result<Attribution, Unavailable> {
    let episode = &rewarded(episode, scenario);
    let scenario = &choice::resolve(episode, scenario)?;
    answer(&question(episode, scenario)?)
}

/// What the method of a question answers.
fn answer(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let episode = question.episode;
    let answer = (question.method.compute)(question).and_then(bounded);
    let mut attribution = answer.map_err(|it| whose::with_choice(episode, question.method, it))?;
    attribution.title.push_str(&whose::title(episode));
    Ok(attribution)
}

/// [`compute_plain`] of agents alone: leaves out acts and their caveats if the method can.
fn compute_agents(episode: &Episode, scenario: &Scenario) -> Result<Attribution, Unavailable> {
    let episode = &rewarded(episode, scenario);
    let mut question = question(episode, scenario)?;
    question.agents_only = true;
    answer(&question)
}

/// The same attribution, if all its numbers are finite. In a log that holds 1e308, sums and differences
/// become infinite, and differences of those have no value.
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
    Question::new(episode, scenario, row, methods())
}

/// A sampled Shapley value that has not been drawn yet: draw as long as there is time, and read it in
/// between. `episode` is [`rewarded`] as the scenario asks. The scenario names `shapley-sampled` (its baseline says how permutations are drawn) and the seed.
/// `None` if it asks for another method.
///
/// # Errors
/// As [`compute`].
pub fn sampling<'a>(
    episode: &'a Episode,
    scenario: &'a Scenario,
) -> Option<Result<Sampling<'a>, Unavailable>> {
    let question = || Sampling::of(question(episode, scenario)?);
    let sampled = scenario.method == coalition::SAMPLED.name;
    sampled.then(|| question().map_err(|it| choice::with_nearest(episode, scenario, it)))
}

/// The same question with so few permutations that somebody can wait for them: shown while the rest is drawn.
/// `None` if the whole can be computed at once.
pub fn first_look(scenario: &Scenario) -> Option<Scenario> {
    coalition::first_look(scenario)
}

/// The scenario with the nearest method in place of its own, if its own cannot follow its edits, and one line
/// that says so. `None` if it can, or if no method is near.
pub fn replacement(episode: &Episode, scenario: &Scenario) -> Option<(Scenario, String)> {
    let episode = &rewarded(episode, scenario);
    let why = compute(episode, first_look(scenario).as_ref().unwrap_or(scenario)).err()?;
    let nearest = why.nearest?;
    let notice = format!("{}: {}; now {nearest}", scenario.method, why.missing);
    let (method, baseline) = match nearest.split_once('/') {
        Some((method, baseline)) => (method.to_owned(), Some(baseline.to_owned())),
        None => (nearest, None),
    };
    let scenario = Scenario { method, baseline, params: Default::default(), ..scenario.clone() };
    Some((scenario, notice))
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
    let episode = &rewarded(episode, scenario);
    coalition::contrast(&question(episode, scenario)?, a, b)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

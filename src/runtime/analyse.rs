//! Everything computed for one scenario.

use std::sync::Arc;

use super::sampling;
use crate::{
    app::{ActRanking, AgentRanking, Analysis, ExplainQuestion, SamplingState},
    credit::{self, MessageSetting, Study, Verdict},
    graph::{self, InteractionGraph},
    model::{ActId, Attribution, Episode, Explanation, Scenario, Unavailable},
};

/// Credit, credit per act, sweep and verdict of `episode` under `scenario`. An empty method asks for the best
/// the log supports. Pure: the same episode and scenario give the same answer.
pub fn analyse(episode: &Episode, scenario: &Scenario) -> Analysis {
    let scenario = resolved(episode, scenario);
    let credit = match credit::sampling(episode, &scenario) {
        Some(sampled) => sampled.map(|mut it| {
            sampling::finish(&mut it, sampling::threads());
            it.attribution()
        }),
        None => credit::compute(episode, &scenario),
    };
    conclude(episode, &scenario, credit, None)
}

/// The scenario itself, or with `or_nearest` what takes its place where its method cannot follow its edits; which did,
/// and why. Pure.
pub(super) fn followed(
    episode: &Episode,
    scenario: &Scenario,
    or_nearest: bool,
) -> (Scenario, Option<String>) {
    match or_nearest.then(|| credit::replacement(episode, scenario)).flatten() {
        Some((nearest, why)) => (nearest, Some(why)),
        None => (scenario.clone(), None),
    }
}

/// The scenario with its method filled in.
pub(super) fn resolved(episode: &Episode, scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    if scenario.method.is_empty()
        && let Some(best) = credit::best_scenario(episode)
    {
        scenario.method = best.method;
        scenario.baseline = scenario.baseline.or(best.baseline);
    }
    scenario
}

/// What follows from the `credit` of a scenario whose method is named.
pub(super) fn conclude(
    episode: &Episode,
    scenario: &Scenario,
    credit: Result<Attribution, Unavailable>,
    sampling: Option<SamplingState>,
) -> Analysis {
    // What only stands beside the credit does not wait for all its permutations.
    let quick = credit::first_look(scenario).unwrap_or_else(|| scenario.clone());
    let unedited = quick.edits_episode().then(|| credit::compute(episode, &quick.without_edits()).ok());
    let acts = match &credit {
        Ok(own) if !own.acts.is_empty() => Some(own.clone()),
        _ => credit::act_scenario(episode, &quick).and_then(|it| credit::compute(episode, &it).ok()),
    };
    let (sweep, verdict) = match &credit {
        Ok(known) => {
            let sweep = credit::sweep_of(episode, scenario, &credit);
            let verdict = credit::verdict(episode, known, &sweep);
            (sweep, verdict)
        }
        Err(_) => instead(episode, scenario),
    };
    let pairs = credit::interactions(episode, scenario);
    let (scenario, unedited) = (scenario.clone(), unedited.flatten());
    let ranking = Arc::new(ActRanking::of(episode, acts.as_ref(), &verdict));
    let agents = Arc::new(AgentRanking::of(episode.agents.len(), credit.as_ref()));
    let instead = None;
    Analysis { scenario, credit, unedited, acts, pairs, sweep, verdict, ranking, agents, instead, sampling }
}

/// The same analysis with newer numbers; sweep and verdict follow when they are final.
pub(super) fn with_credit(first: &Analysis, credit: Attribution, sampling: SamplingState) -> Analysis {
    let agents = Arc::new(AgentRanking::of(credit.agents.len(), Ok(&credit)));
    Analysis { credit: Ok(credit), agents, sampling: Some(sampling), ..first.clone() }
}

/// Curves, messages and how sure the verdict is: what is asked for after [`analyse`]. Pure likewise.
pub fn study(episode: &Episode, analysis: &Analysis, setting: MessageSetting) -> Study {
    credit::study(episode, &analysis.scenario, &analysis.credit, &analysis.sweep, setting)
}

/// The arithmetic of one number of `analysis`. Pure likewise.
///
/// # Errors
/// When the method does not speak of the target.
pub fn explain(
    episode: &Episode,
    analysis: &Analysis,
    question: &ExplainQuestion,
) -> Result<Explanation, Unavailable> {
    let ExplainQuestion { scenario, row, target } = question;
    // Numbers on the screen are explained, not computed again: of some the permutations took long to draw.
    let known = match row.and_then(|it| analysis.sweep.rows.get(it)) {
        Some(row) => row.result.as_ref().ok(),
        None => analysis.credit.as_ref().ok(),
    };
    let of_scenario = |it: &&Attribution| it.method == scenario.method && it.baseline == scenario.baseline;
    match known.filter(of_scenario) {
        Some(known) => credit::explain_credit(episode, scenario, known.clone(), *target),
        None => credit::explain(episode, scenario, *target),
    }
}

/// The graph of an episode with the credit of its acts on the edges that they start. Pure likewise.
pub fn flow(episode: &Episode, analysis: &Analysis) -> InteractionGraph {
    let acts = analysis.acts.iter().flat_map(|it| &it.acts);
    let known: Vec<(ActId, f64)> = acts.filter_map(|(act, it)| Some((*act, it.number()?.value))).collect();
    graph::build(episode, analysis.acts.as_ref().map(|_| known.as_slice()))
}

/// Sweep and verdict where `scenario` cannot be computed: by the best the log supports, under no edits.
fn instead(episode: &Episode, scenario: &Scenario) -> (credit::Sweep, Verdict) {
    let best = credit::best_scenario(episode);
    let computed = best.as_ref().and_then(|it| credit::compute(episode, it).ok());
    match (best, computed) {
        (Some(best), Some(computed)) => {
            let sweep = credit::sweep(episode, &best);
            let verdict = credit::verdict(episode, &computed, &sweep);
            (sweep, verdict)
        }
        _ => (credit::sweep(episode, scenario), Verdict::nothing(episode)),
    }
}

//! The sampled Shapley value of a logged game: what an exact one is checked against, and the way to see an
//! estimate arrive.

use std::sync::Arc;

use crate::model::{Attribution, Unavailable, Value};

use super::super::figure;
use super::super::game::{Coalition, Table};
use super::super::method::{Applies, Baseline, Family, Method, Need, Param};
use super::super::question::{Question, caveat, missing, total};
use super::super::sampling::{Drawing, Estimator, TableWalk};
use super::logged::LoggedGame;
use super::{sample, tabulate, terms};

/// The row of Shapley value, sampled.
pub(in crate::credit) const METHOD: Method = Method {
    name: "shapley-sampled",
    title: "Shapley value, sampled",
    family: Family::Coalition,
    needs: &[Need::Coalitions],
    baselines: WAYS,
    params: PARAMS,
    formula: "phi_i = mean over permutations of v(before i + i) - v(before i)",
    source: "Castro et al. 2009",
    caveats: &["an estimate: exact Shapley is there where every coalition is logged"],
    efficient: true,
    names_culprit: true,
    variant_of: Some("shapley"),
    aliases: &[("shapley_sampled", None), ("monte_carlo_shapley", Some("plain"))],
    compute,
    terms,
};

/// How permutations are drawn.
const WAYS: &[Baseline] = &[
    way("antithetic", "permutations with their reverses", "Mitchell et al. 2022"),
    way("plain", "independent permutations", "Castro et al. 2009"),
    way("stratified", "all rotations: every place equally often", "Castro et al. 2017"),
];

const fn way(name: &'static str, title: &'static str, source: &'static str) -> Baseline {
    Baseline {
        name,
        title,
        formula: "mean marginal contribution over permutations",
        source,
        needs: &[],
        names_culprit: true,
    }
}

/// Parameters of the sampled Shapley value.
const PARAMS: &[Param] = &[Param {
    name: "permutations",
    default: Some(1024.0),
    min: 64.0,
    max: 1e6,
    step: 256.0,
    what: "how many permutations are walked, rounded up to whole units of work",
    applies: Applies::Always,
}];

/// An estimator of the game `question` puts, not yet stepped.
///
/// # Errors
/// When a coalition is missing: permutations would have to avoid it, and that is no longer Shapley.
pub(in super::super) fn sampler(
    question: &Question<'_>,
) -> Result<Estimator<TableWalk<Arc<[f64]>>>, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let table = tabulate(question, &mut game)?;
    complete(&game, &table)?;
    Ok(estimator(question, table))
}

fn complete(game: &LoggedGame<'_>, table: &Table) -> Result<(), Unavailable> {
    match table.missing.first() {
        None => Ok(()),
        Some(first) => Err(missing(format!(
            "{} of {} coalitions are not logged, {} among them: permutations cannot be walked",
            table.missing.len(),
            table.values.len(),
            game.name(*first)
        ))),
    }
}

fn estimator(question: &Question<'_>, table: Table) -> Estimator<TableWalk<Arc<[f64]>>> {
    let drawing = match question.baseline.map(|it| it.name) {
        Some("plain") => Drawing::Plain,
        Some("stratified") => Drawing::Stratified,
        _ => Drawing::Antithetic,
    };
    Estimator::new(TableWalk::new(table.values.into()), drawing, question.scenario.seed)
}

pub(in super::super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut game = LoggedGame::of(question)?;
    let table = tabulate(question, &mut game)?;
    complete(&game, &table)?;
    let (grand, empty) = (table.get(Coalition::all(table.n)), table.get(Coalition::EMPTY));
    let (noisy, described) = (table.variances.is_some(), sample(&table));
    let mut estimator = estimator(question, table);
    let progress = estimator.step(question.param("permutations").unwrap_or(1024.0) as usize);
    let permutations = figure::count(progress.permutations as usize, "permutation");
    let what = question.baseline.map_or("sampled", |it| it.name);
    let mut attribution = game.start(question, format!("Shapley, {what} (sampled, {permutations})"));
    for (agent, estimate) in game.players().iter().zip(estimator.estimate()) {
        attribution.agents[agent.index()].value = Value::Number(estimate);
    }
    attribution.sum = total(&attribution.agents);
    attribution.reward = grand.or(attribution.reward);
    attribution.empty_value = empty;
    attribution.contract = grand.zip(empty).map(|(all, none)| all - none);
    attribution.sample = format!("{permutations} of {described}, seed {}", question.scenario.seed);
    if noisy {
        attribution
            .caveats
            .push(caveat("the interval is of the sampling alone, not of the noise of the values"));
    }
    Ok(attribution)
}

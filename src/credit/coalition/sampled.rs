//! The sampled Shapley value of a logged game. It is anytime: one can watch a large number of permutations
//! arrive. If not every coalition is logged, it uses the walks that are.
//!
//! If every coalition is logged (at most 24 players), permutations are drawn: see [`Sampling`]. If not, no
//! order is drawn whose coalitions would have to be made up: the logged walks are the sample, see `walks`.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Attribution, Scenario, Term, Unavailable, Value};

use super::super::figure;
use super::super::game::{Coalition, Table};
use super::super::method::{Applies, Baseline, Family, Method, Need, Param, Target};
use super::super::question::{Question, caveat, missing, total};
use super::super::sampling::{Drawing, Estimator, Portion, Progress, TableWalk, Worker};
use super::logged::LoggedGame;
use super::walks::{self, LoggedWalks, Refusal};
use super::{sample, tabulate, terms as exact_terms};

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
        rescales: false,
    }
}

/// The number of permutations.
const PERMUTATIONS: &str = "permutations";

/// What can be set.
const PARAMS: &[Param] = &[
    Param {
        name: PERMUTATIONS,
        default: Some(1024.0),
        min: 64.0,
        max: 1e9,
        step: 1024.0,
        what: "how many permutations are walked, rounded up to whole units of work",
        applies: Applies::Complete,
    },
    Param {
        name: "precision",
        default: Some(0.0),
        min: 0.0,
        max: 1e12,
        step: 0.001,
        what: "stop before that, once no standard error is larger than this; 0: walk them all",
        applies: Applies::Complete,
    },
];

/// The precision is checked after this many permutations, whoever draws them.
const BLOCK: u64 = 8192;

/// Permutations walked at once while somebody waits.
const FIRST: u64 = 16_384;

/// The same question with as few permutations as one can wait for; `None` if it has no more than those.
pub(in super::super) fn first_look(scenario: &Scenario) -> Option<Scenario> {
    let asked = scenario.params.get(PERMUTATIONS).map(|it| it.get());
    if scenario.method != METHOD.name || asked.is_none_or(|it| it <= FIRST as f64) {
        return None;
    }
    let mut first = scenario.clone();
    first.params.insert(PERMUTATIONS.to_owned(), (FIRST as f64).into());
    Some(first)
}

/// A sampled Shapley value under way. Walk as long as there is time, and read it in between; whoever stops
/// has what was walked so far. If not every coalition is logged, it is complete from the start.
pub struct Sampling<'a> {
    question: Question<'a>,
    game: LoggedGame<'a>,
    source: Source,
}

/// Where the permutations come from.
enum Source {
    Drawn { estimator: Estimator<TableWalk<Arc<[f64]>>>, facts: Facts, asked: u64, precision: f64 },
    Logged(LoggedWalks),
}

/// What is known of a table once it is walked and no longer at hand.
struct Facts {
    grand: Option<f64>,
    empty: Option<f64>,
    noisy: bool,
    sample: String,
}

impl<'a> Sampling<'a> {
    /// Nothing is drawn yet.
    ///
    /// # Errors
    /// When no coalition values are logged; if not all are, when no walk is complete.
    pub(in super::super) fn of(question: Question<'a>) -> Result<Self, Unavailable> {
        let mut game = LoggedGame::of(&question)?;
        let n = game.players().len();
        let table = if n <= Table::MAX_PLAYERS { Some(tabulate(&question, &mut game)?) } else { None };
        let source = match table.filter(|it| it.missing.is_empty()) {
            Some(table) => Source::Drawn {
                facts: Facts {
                    grand: table.get(Coalition::all(n)),
                    empty: table.get(Coalition::EMPTY),
                    noisy: table.variances.is_some(),
                    sample: sample(&table),
                },
                asked: question.param(PERMUTATIONS).unwrap_or(1024.0) as u64,
                precision: question.param("precision").unwrap_or(0.0),
                estimator: estimator(&question, table),
            },
            None => Source::Logged(logged_walks(&game)?),
        };
        Ok(Self { question, game, source })
    }

    /// How far it has come; `None`: it is not drawn.
    pub fn progress(&self) -> Option<Progress> {
        match &self.source {
            Source::Drawn { estimator, .. } => Some(estimator.progress()),
            Source::Logged(_) => None,
        }
    }

    /// How many permutations are asked for.
    pub fn asked(&self) -> u64 {
        match &self.source {
            Source::Drawn { asked, .. } => *asked,
            Source::Logged(walks) => walks.walks as u64,
        }
    }

    /// The units of work to do next, for [`Worker::draw`]; none at the end. They may be divided in any way;
    /// return all of them before asking again.
    pub fn next_units(&self) -> Range<u64> {
        match &self.source {
            Source::Drawn { estimator, asked, precision, .. } => {
                let progress = estimator.progress();
                let precise = *precision > 0.0 && progress.widest.is_some_and(|it| it <= *precision);
                let left = asked.saturating_sub(progress.permutations);
                let budget = if precise { 0 } else { left.min(BLOCK) };
                estimator.next_units(budget as usize)
            }
            Source::Logged(_) => 0..0,
        }
    }

    /// A worker that draws for it; `None` if nothing is drawn.
    pub fn worker(&self) -> Option<Worker<TableWalk<Arc<[f64]>>>> {
        match &self.source {
            Source::Drawn { estimator, .. } => Some(estimator.worker()),
            Source::Logged(_) => None,
        }
    }

    /// Takes what a worker drew, in the order of the units.
    ///
    /// # Panics
    /// When a portion is not the next one.
    pub fn give(&mut self, portion: &Portion) {
        if let Source::Drawn { estimator, .. } = &mut self.source {
            estimator.give(portion);
        }
    }

    /// Walks to the end, alone.
    pub fn finish(&mut self) {
        let Some(mut worker) = self.worker() else { return };
        loop {
            let units = self.next_units();
            if units.is_empty() {
                return;
            }
            self.give(&worker.draw(units));
        }
    }

    /// The credit as it stands.
    pub fn attribution(&mut self) -> Attribution {
        match &self.source {
            Source::Drawn { estimator, facts, asked, precision } => {
                drawn(&self.question, &mut self.game, (estimator, facts), *asked, *precision)
            }
            Source::Logged(walks) => of_walks(&self.question, &mut self.game, walks),
        }
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

fn logged_walks(game: &LoggedGame<'_>) -> Result<LoggedWalks, Unavailable> {
    let n = game.players().len();
    let known = game.known();
    walks::estimate(n, &known).map_err(|refusal| {
        missing(match refusal {
            Refusal::Holes => {
                let all = 1u64 << n;
                let first = (0..all).map(Coalition).find(|it| known.binary_search_by_key(it, |it| it.0).is_err());
                let first = first.map_or(String::new(), |it| format!(", {} among them", game.name(it)));
                format!(
                    "{} of {all} coalitions are not logged{first}: permutations cannot be walked",
                    all - known.len() as u64
                )
            }
            Refusal::NoWalk(None) => "no walk begins: v(nobody) is not logged".to_owned(),
            Refusal::NoWalk(Some(reached)) => format!(
                "no logged walk leads from nobody to everybody: beyond {} of {n} players, as in {}, no coalition \
                 with one more is logged that goes on",
                reached.size(),
                game.name(reached)
            ),
            Refusal::Tangled => "the logged coalitions hold too many crossing walks to tell them apart".to_owned(),
        })
    })
}

fn drawn(
    question: &Question<'_>,
    game: &mut LoggedGame<'_>,
    (estimator, facts): (&Estimator<TableWalk<Arc<[f64]>>>, &Facts),
    asked: u64,
    precision: f64,
) -> Attribution {
    let progress = estimator.progress();
    let permutations = figure::count(progress.permutations as usize, "permutation");
    let what = question.baseline.map_or("sampled", |it| it.name);
    let mut attribution = game.start(question, format!("Shapley, {what} (sampled, {permutations})"));
    for (agent, estimate) in game.players().iter().zip(estimator.estimate()) {
        attribution.agents[agent.index()].value = Value::Number(estimate);
    }
    attribution.sum = total(&attribution.agents);
    attribution.reward = facts.grand.or(attribution.reward);
    attribution.empty_value = facts.empty;
    attribution.contract = facts.grand.zip(facts.empty).map(|(all, none)| all - none);
    attribution.sample = format!("{permutations} of {}, seed {}", facts.sample, question.scenario.seed);
    if facts.noisy {
        let text = "the interval is of the sampling alone, not of the noise of the values";
        attribution.caveats.push(caveat(text));
    }
    let precise = precision > 0.0 && progress.widest.is_some_and(|it| it <= precision);
    if progress.permutations < asked && precise {
        attribution.caveats.push(caveat(format!(
            "{permutations} of {asked} asked for: no standard error is above {}",
            figure::exact(precision)
        )));
    } else if progress.permutations < asked {
        attribution.caveats.push(caveat(format!("stopped at {permutations} of {asked} asked for")));
    }
    attribution
}

fn of_walks(question: &Question<'_>, game: &mut LoggedGame<'_>, walks: &LoggedWalks) -> Attribution {
    let n = game.players().len();
    let count = figure::count(walks.walks, "logged walk");
    let mut attribution = game.start(question, format!("Shapley (sampled, {count})"));
    for (agent, estimate) in game.players().iter().zip(&walks.estimates) {
        attribution.agents[agent.index()].value = Value::Number(*estimate);
    }
    attribution.sum = total(&attribution.agents);
    let known = game.known();
    let value = |it: Coalition| known.binary_search_by_key(&it, |it| it.0).ok().map(|at| known[at].1);
    let (grand, empty) = (value(Coalition::all(n)), value(Coalition::EMPTY));
    attribution.reward = grand.or(attribution.reward);
    attribution.empty_value = empty;
    attribution.contract = grand.zip(empty).map(|(all, none)| all - none);
    let coalitions = figure::count(known.len(), "coalition");
    attribution.sample = format!("{count} of {n} players, {coalitions} of 2^{n}");
    attribution.caveats.push(caveat(format!(
        "the mean over the {count} that are complete: as good as these orders were drawn at random, which the log \
         does not say"
    )));
    if walks.unused > 0 {
        let unused = figure::count(walks.unused, "logged coalition");
        attribution
            .caveats
            .push(caveat(format!("{unused} on no complete walk: left out, nothing is made up")));
    }
    if walks.walks < 2 {
        attribution.caveats.push(caveat("one walk alone has no spread: no interval"));
    }
    attribution
}

pub(in super::super) fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut sampling = Sampling::of(question.clone())?;
    sampling.finish();
    Ok(sampling.attribution())
}

/// For drawn permutations the terms of the exact value, which differs from the estimate by a rest (see
/// `explain`). For logged walks what the agent added in each of them.
fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let sampling = Sampling::of(question.clone())?;
    let Source::Logged(walks) = &sampling.source else { return exact_terms(question, target) };
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let game = &sampling.game;
    let player = game.players().iter().position(|it| *it == agent);
    let player = player.ok_or_else(|| missing(format!("{} is not a player", question.agent(agent))))?;
    let own = walks.steps.iter().filter(|it| it.player == player);
    Ok(own.map(|it| step_term(game, it, question.agent(agent))).collect())
}

fn step_term(game: &LoggedGame<'_>, step: &walks::Step, agent: &str) -> Term {
    let after = step.before.with(step.player);
    let others = match step.before.size() {
        0..=4 => game.name(step.before),
        n => format!("v(S), {n} agents in S"),
    };
    Term {
        text: format!("{agent} joins: added to {others}"),
        weight: step.share,
        value: Some(step.value),
        standard_error: None,
        n: None,
        origins: [game.origin(after), game.origin(step.before)].into_iter().flatten().collect(),
    }
}

/// The difference between an estimate and the arithmetic of the exact value: the luck of the draw.
pub(in super::super) fn luck(question: &Question<'_>, terms: &[Term], estimate: f64) -> Option<Term> {
    if question.method.name != METHOD.name {
        return None;
    }
    let exact = crate::stats::sum(terms.iter().map(|it| it.weight * it.value.unwrap_or(0.0)));
    let luck = estimate - exact;
    (luck.abs() > 1e-12 * exact.abs().max(1.0)).then(|| Term {
        text: "what the permutations drawn are off by, the rest being the exact value (chance: no record)"
            .to_owned(),
        weight: 1.0,
        value: Some(luck),
        standard_error: None,
        n: None,
        origins: Vec::new(),
    })
}

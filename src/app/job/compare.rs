//! Two episodes side by side.

use std::sync::Arc;

use super::{Analysis, Lane, OneCore, Turn, Work, analyse};
use crate::{
    compare::{EpisodeComparison, Given, SpentRow, one_ruler, spent},
    credit,
    model::{Episode, Provenance, Scenario, Unavailable},
};

/// Two episodes, what was computed of each, and how they compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The first.
    pub a: Arc<Episode>,
    /// The second.
    pub b: Arc<Episode>,
    /// Credit and verdict of the first.
    pub of_a: Analysis,
    /// Those of the second, by the same method if there is one for both.
    pub of_b: Analysis,
    /// The two side by side.
    pub comparison: EpisodeComparison,
    /// What each agent spent.
    pub spent: Vec<SpentRow>,
}

/// Compares two episodes as they are logged.
#[derive(Debug, PartialEq)]
pub struct CompareJob {
    /// The first.
    pub a: Arc<Episode>,
    /// The second.
    pub b: Arc<Episode>,
}

impl Work for CompareJob {
    type Answer = Arc<Compared>;

    const LANE: Lane = Lane::Study;
    const TURN: Turn = Turn::First;

    fn run(&self) -> Arc<Compared> {
        Arc::new(compare(&self.a, &self.b, (Scenario::default(), Scenario::default()), true))
    }
}

/// Compares two episodes under their scenarios. `any_method`: nobody asked for one, so both get the same if there is one
/// for both.
pub fn compare(
    a: &Arc<Episode>,
    b: &Arc<Episode>,
    scenarios: (Scenario, Scenario),
    any_method: bool,
) -> Compared {
    let best = |episode: &Episode, scenario: Scenario| match credit::best_scenario(episode) {
        Some(best) if scenario.method.is_empty() => Scenario {
            method: best.method,
            baseline: scenario.baseline.clone().or(best.baseline),
            ..scenario
        },
        _ => scenario,
    };
    let (for_a, for_b) = (best(a, scenarios.0), best(b, scenarios.1));
    let (for_a, for_b) = if any_method { one_ruler((a, for_a), (b, for_b)) } else { (for_a, for_b) };
    let (mut of_a, mut of_b) = (analyse(a, &for_a, &OneCore), analyse(b, &for_b, &OneCore));
    if any_method {
        // What nobody asked for must not look like an answer.
        [&mut of_a, &mut of_b].into_iter().for_each(without_shape);
    }
    let comparison = EpisodeComparison::of(given(a, &of_a), given(b, &of_b));
    let spent = spent(a, b);
    Compared { a: Arc::clone(a), b: Arc::clone(b), of_a, of_b, comparison, spent }
}

/// Takes out credit that is the shape of the trace alone.
fn without_shape(analysis: &mut Analysis) {
    if analysis.credit.as_ref().is_ok_and(|it| it.provenance == Provenance::Structural) {
        let missing = "nothing was measured, modelled or declared in it".to_owned();
        analysis.credit = Err(Unavailable { missing, nearest: None });
    }
}

/// An episode with what was computed of it.
fn given<'a>(episode: &'a Episode, analysis: &'a Analysis) -> Given<'a> {
    Given { episode, credit: analysis.credit.as_ref(), verdict: &analysis.verdict }
}

impl Compared {
    /// The first, with what was computed of it.
    pub fn given_a(&self) -> Given<'_> {
        given(&self.a, &self.of_a)
    }

    /// The second.
    pub fn given_b(&self) -> Given<'_> {
        given(&self.b, &self.of_b)
    }
}

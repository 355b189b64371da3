//! Computes credit, and all that is shown beside it.

use std::{borrow::Cow, sync::Arc};

use super::{
    Analysis, Cores, Lane, OneCore, Start, Work,
    analysis::conclude,
    sampling::{self, Drawing},
};
use crate::{
    credit,
    model::{Episode, Scenario},
};

/// Computes credit. Credit of what the log says and credit of a what-if do not replace each other.
#[derive(Debug, PartialEq)]
pub struct CreditJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// What to compute; an empty method name asks for the best the log supports.
    pub scenario: Scenario,
    /// What to try first then.
    pub preferred: Option<String>,
    /// Whether the nearest method replaces one that cannot follow the edits.
    pub or_nearest: bool,
}

impl Work for CreditJob {
    type Answer = Analysis;

    const LANE: Lane = Lane::Credit;

    fn run(&self) -> Analysis {
        let episode = self.rewarded();
        let (scenario, replaced) = self.resolved(&episode);
        Analysis { replaced, ..analyse(&episode, &scenario, &OneCore) }
    }

    /// If many permutations are to be drawn, the answer from a few comes at once.
    fn start(&self, cores: &dyn Cores) -> Start<Analysis> {
        let episode = self.rewarded();
        let (scenario, replaced) = self.resolved(&episode);
        match Drawing::begin(&episode, &scenario, cores) {
            Some((first, scenario)) => {
                let first = Analysis { replaced, ..first };
                let rest = Drawing { episode, scenario, first: first.clone() };
                Start::Begun(first, Box::new(rest))
            }
            None => Start::Done(Analysis { replaced, ..analyse(&episode, &scenario, cores) }),
        }
    }

    fn replaces(&self, older: &Self) -> bool {
        let is_logged = |it: &Self| it.scenario == Scenario::default();
        is_logged(self) == is_logged(older)
    }
}

impl CreditJob {
    /// The episode as one whose reward is the one that is asked for.
    fn rewarded(&self) -> Arc<Episode> {
        match credit::rewarded(&self.episode, &self.scenario) {
            Cow::Borrowed(_) => Arc::clone(&self.episode),
            Cow::Owned(episode) => Arc::new(episode),
        }
    }

    /// The scenario with its method filled in, or its replacement if that method cannot follow its edits; and
    /// which method replaced it, and why.
    fn resolved(&self, episode: &Episode) -> (Scenario, Option<String>) {
        let replacement = self.or_nearest.then(|| credit::replacement(episode, &self.scenario)).flatten();
        let (scenario, replaced) = match replacement {
            Some((nearest, why)) => (nearest, Some(why)),
            None => (self.scenario.clone(), None),
        };
        (resolved(episode, &scenario, self.preferred.as_deref()), replaced)
    }
}

/// Credit, credit per act, sweep and verdict of `episode` under `scenario`, on `cores`. An empty method asks
/// for the best the log supports. Pure: the same episode and scenario give the same answer, on any number of
/// cores.
pub fn analyse(episode: &Episode, scenario: &Scenario, cores: &dyn Cores) -> Analysis {
    let episode = &credit::rewarded(episode, scenario);
    let scenario = resolved(episode, scenario, None);
    let credit = match credit::sampling(episode, &scenario) {
        Some(sampled) => sampled.map(|mut it| {
            sampling::finish(&mut it, cores);
            it.attribution()
        }),
        None => credit::compute(episode, &scenario),
    };
    conclude(episode, &scenario, credit, None)
}

/// The scenario with its method filled in.
fn resolved(episode: &Episode, scenario: &Scenario, preferred: Option<&str>) -> Scenario {
    let mut scenario = scenario.clone();
    if scenario.method.is_empty()
        && let Some(best) = credit::preferred_scenario(episode, preferred.unwrap_or(""))
    {
        scenario.method = best.method;
        scenario.baseline = scenario.baseline.or(best.baseline);
    }
    scenario
}

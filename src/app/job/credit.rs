//! Everything computed for one scenario.

use std::sync::Arc;

use super::{
    Cores, Lane, OneCore, Start, Work,
    sampling::{self, Drawing, SamplingState},
};
use crate::{
    app::{agents::AgentRanking, index::ActRanking},
    credit::{self, Interactions, Sweep, Verdict},
    model::{Attribution, Episode, Scenario, Unavailable},
};

/// Everything computed for one scenario of one episode, in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The scenario asked for, with the method filled in.
    pub scenario: Scenario,
    /// Credit, or why there is none.
    pub credit: Result<Attribution, Unavailable>,
    /// If the scenario edits the episode: credit by the same method without the edits, so that a comparison
    /// shows the edit and not the method.
    pub unedited: Option<Attribution>,
    /// Credit per act, by the same method or by the nearest that knows acts.
    pub acts: Option<Attribution>,
    /// What pairs of agents earn beyond their own credits, or what the log lacks for that.
    pub pairs: Result<Interactions, Unavailable>,
    /// Every other method and baseline under the same edits.
    pub sweep: Sweep,
    /// What to tell first.
    pub verdict: Verdict,
    /// The acts in the order of `acts`, and the blame path.
    pub ranking: Arc<ActRanking>,
    /// The agents in the order of `credit`.
    pub agents: Arc<AgentRanking>,
    /// If another method replaced the requested one: which one, and why.
    pub replaced: Option<String>,
    /// If the credit is being drawn and that takes long: how far it is. Until it ends the same request is
    /// answered repeatedly, with newer credit and with the sweep and verdict of the first answer.
    pub sampling: Option<SamplingState>,
}

/// Computes credit. Credit of what the log says and credit of a what-if do not replace each other.
#[derive(Debug, PartialEq)]
pub struct CreditJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// What to compute; an empty method name asks for the best the log supports.
    pub scenario: Scenario,
    /// Whether the nearest method replaces one that cannot follow the edits.
    pub or_nearest: bool,
}

impl Work for CreditJob {
    type Answer = Analysis;

    const LANE: Lane = Lane::Credit;

    fn run(&self) -> Analysis {
        let (scenario, replaced) = self.resolved();
        Analysis { replaced, ..analyse(&self.episode, &scenario, &OneCore) }
    }

    /// If many permutations are to be drawn, the answer from a few comes at once.
    fn start(&self, cores: &dyn Cores) -> Start<Analysis> {
        let (scenario, replaced) = self.resolved();
        match Drawing::begin(&self.episode, &scenario, cores) {
            Some((first, scenario)) => {
                let first = Analysis { replaced, ..first };
                let rest = Drawing { episode: self.episode.clone(), scenario, first: first.clone() };
                Start::Begun(first, Box::new(rest))
            }
            None => Start::Done(Analysis { replaced, ..analyse(&self.episode, &scenario, cores) }),
        }
    }

    fn replaces(&self, older: &Self) -> bool {
        let is_logged = |it: &Self| it.scenario == Scenario::default();
        is_logged(self) == is_logged(older)
    }
}

impl CreditJob {
    /// The scenario with its method filled in, or its replacement if that method cannot follow its edits; and
    /// which method replaced it, and why.
    fn resolved(&self) -> (Scenario, Option<String>) {
        let replacement =
            self.or_nearest.then(|| credit::replacement(&self.episode, &self.scenario)).flatten();
        let (scenario, replaced) = match replacement {
            Some((nearest, why)) => (nearest, Some(why)),
            None => (self.scenario.clone(), None),
        };
        (resolved(&self.episode, &scenario), replaced)
    }
}

/// Credit, credit per act, sweep and verdict of `episode` under `scenario`, on `cores`. An empty method asks
/// for the best the log supports. Pure: the same episode and scenario give the same answer, on any number of
/// cores.
pub fn analyse(episode: &Episode, scenario: &Scenario, cores: &dyn Cores) -> Analysis {
    let scenario = resolved(episode, scenario);
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
fn resolved(episode: &Episode, scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    if scenario.method.is_empty()
        && let Some(best) = credit::best_scenario(episode)
    {
        scenario.method = best.method;
        scenario.baseline = scenario.baseline.or(best.baseline);
    }
    scenario
}

/// What follows from the `credit` of a scenario that names its method.
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
        Err(_) => by_best(episode, scenario),
    };
    let pairs = credit::interactions(episode, scenario);
    let (scenario, unedited) = (scenario.clone(), unedited.flatten());
    let ranking = Arc::new(ActRanking::of(episode, acts.as_ref(), &verdict));
    let agents = Arc::new(AgentRanking::of(episode.agents.len(), credit.as_ref()));
    let replaced = None;
    Analysis { scenario, credit, unedited, acts, pairs, sweep, verdict, ranking, agents, replaced, sampling }
}

/// Sweep and verdict if `scenario` cannot be computed: by the best method the log supports, without edits.
fn by_best(episode: &Episode, scenario: &Scenario) -> (Sweep, Verdict) {
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

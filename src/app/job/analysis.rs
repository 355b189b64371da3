//! Everything computed for one scenario, as a value.

use std::sync::Arc;

use crate::{
    app::{agents::AgentRanking, index::ActRanking},
    credit::{self, Interactions, OwnStudy, Sweep, Verdict},
    model::{Attribution, Episode, RewardTotal, Scenario, Unavailable},
    suspicion::{self, TextEstimate},
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
    /// What agents earned for themselves and who cost whom, whatever the scenario; `None` if nobody earned anything
    /// for itself.
    pub own: Option<Arc<Result<OwnStudy, Unavailable>>>,
    /// The reward that is credited, as the log has it.
    pub reward: Option<RewardTotal>,
    /// Whether the episode failed, or that reward was lost.
    pub failed: bool,
    /// Every other method and baseline under the same edits.
    pub sweep: Sweep,
    /// What to tell first.
    pub verdict: Verdict,
    /// An estimate from the text, where one can be made: the verdict rests on it only if nothing else speaks.
    pub estimate: Option<Arc<TextEstimate>>,
    /// The agents by that estimate; nobody without one.
    pub suspects: Arc<AgentRanking>,
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

/// How far a sampled value has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplingState {
    /// Permutations walked.
    pub permutations: u64,
    /// Permutations asked for.
    pub asked: u64,
    /// The largest standard error of an agent; `None` if not known yet.
    pub widest: Option<f64>,
    /// Whether it goes on.
    pub end: SamplingEnd,
}

/// Whether a sampled value goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplingEnd {
    /// It does.
    Open,
    /// All that was asked for is there.
    Done,
    /// Somebody stopped it.
    Stopped,
}

/// What follows from the `credit` of a scenario that names its method; `episode` is [`credit::rewarded`] as it asks.
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
    let own = OwnStudy::of(episode).map(Arc::new);
    let (reward, failed) = (episode.reward(), episode.failed());
    let (scenario, unedited) = (scenario.clone(), unedited.flatten());
    let suspected = verdict.suspected().map(|it| Arc::clone(&it.estimate));
    let estimate = suspected.or_else(|| suspicion::estimate(episode).map(Arc::new));
    let suspects = estimate.as_deref().map(|it| AgentRanking::of_suspects(episode.agents.len(), it));
    let suspects = Arc::new(suspects.unwrap_or_default());
    let ranking = Arc::new(ActRanking::of(episode, acts.as_ref(), &verdict, estimate.as_deref()));
    let agents = Arc::new(AgentRanking::of(episode.agents.len(), credit.as_ref()));
    let replaced = None;
    Analysis {
        scenario,
        credit,
        unedited,
        acts,
        pairs,
        own,
        reward,
        failed,
        sweep,
        verdict,
        estimate,
        suspects,
        ranking,
        agents,
        replaced,
        sampling,
    }
}

/// Sweep and verdict if `scenario` cannot be computed: by the best method the log supports, without edits.
fn by_best(episode: &Episode, scenario: &Scenario) -> (Sweep, Verdict) {
    let best = credit::best_scenario(episode).map(|it| Scenario { whose: scenario.whose.clone(), ..it });
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

//! What each agent did with its time: how long it worked and waited, what it asked of others, what that cost.

use crate::model::{ActId, ActKind, AgentId, Episode};

/// The work of one agent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentWork {
    /// Who.
    pub agent: AgentId,
    /// Its actions.
    pub actions: usize,
    /// Those of them that call a tool, by their `kind`.
    pub calls: usize,
    /// Actions in which something went wrong.
    pub errors: usize,
    /// Messages sent.
    pub sent: usize,
    /// Messages addressed to it.
    pub received: usize,
    /// Seconds in its acts (`dur`); `None`: no act says.
    pub busy: Option<f64>,
    /// Seconds between what its acts came from and their start, together; `None`: the log does not tell.
    pub waited: Option<f64>,
    /// Input and output tokens; `None`: no act says.
    pub tokens: Option<u64>,
    /// In the log's currency; `None`: no act says.
    pub cost: Option<f64>,
}

/// The work of every agent, by id.
pub fn works(episode: &Episode) -> Vec<AgentWork> {
    let mut all: Vec<AgentWork> =
        episode.agent_ids().map(|agent| AgentWork { agent, ..AgentWork::default() }).collect();
    for id in episode.act_ids() {
        let act = episode.act(id);
        let waited = waited(episode, id);
        let it = &mut all[act.agent.index()];
        match act.kind {
            ActKind::Message => it.sent += 1,
            ActKind::Action => {
                it.actions += 1;
                it.calls += usize::from(is_call(&act.category));
            }
        }
        it.errors += usize::from(act.has_error());
        add(&mut it.busy, act.duration);
        add(&mut it.waited, waited);
        add(&mut it.cost, act.usage.cost);
        if let Some(tokens) = act.usage.tokens() {
            it.tokens = Some(it.tokens.unwrap_or(0).saturating_add(tokens));
        }
        for to in &act.to {
            all[to.index()].received += 1;
        }
    }
    all
}

fn is_call(category: &str) -> bool {
    let word = category.to_ascii_lowercase();
    ["tool", "function", "call", "retriev", "search"].iter().any(|it| word.contains(it))
}

fn add(sum: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value.filter(|it| it.is_finite()) {
        *sum = Some(sum.unwrap_or(0.0) + value);
    }
}

/// Seconds after the epoch's first act at which an act ended: `ts` and `dur`, or of a message when it arrived.
pub(super) fn end_of(episode: &Episode, act: ActId) -> Option<f64> {
    let it = episode.act(act);
    let since = |time: crate::model::Timestamp| Some(time.seconds_since(episode.start()?));
    match it.received {
        Some(received) => since(received),
        None => Some(since(it.time?)? + it.duration.filter(|it| it.is_finite()).unwrap_or(0.0)),
    }
}

/// Seconds after the episode's first act at which an act began.
pub(super) fn start_of(episode: &Episode, act: ActId) -> Option<f64> {
    Some(episode.act(act).time?.seconds_since(episode.start()?))
}

/// Seconds from the end of the last cause of an act to its start, at least 0; `None`: it has no cause, or times are missing.
pub(super) fn waited(episode: &Episode, act: ActId) -> Option<f64> {
    let causes = episode.links.parents(act);
    let ends = causes.iter().map(|it| end_of(episode, it.act)).collect::<Option<Vec<f64>>>()?;
    let ready = ends.into_iter().max_by(f64::total_cmp)?;
    Some((start_of(episode, act)? - ready).max(0.0))
}

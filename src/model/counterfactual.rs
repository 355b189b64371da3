//! What would have happened otherwise, as logged: alternatives and replay groups; see also `coalitions`.

use super::{ActId, AgentId, Origin, Status};

/// A measured or stated value: mean, standard deviation and the number of replays it rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Mean return, in reward units; `None` when the log holds no finite number.
    pub mean: Option<f64>,
    /// Sample standard deviation of one return (n - 1), if known.
    pub std: Option<f64>,
    /// Number of returns behind the mean, if known.
    pub n: Option<u32>,
    /// The returns themselves, if logged.
    pub returns: Vec<f64>,
    /// Seed of each return; empty, or not as many as returns, where the log does not say.
    pub seeds: Vec<String>,
    /// The same of what single agents earn for themselves, ascending by agent, where that is logged.
    pub own: Vec<(AgentId, Sample)>,
}

impl Sample {
    /// The mean of `returns`, ignoring non-finite ones.
    pub fn of_returns(returns: Vec<f64>) -> Self {
        let finite: Vec<f64> = returns.iter().copied().filter(|it| it.is_finite()).collect();
        let n = finite.len();
        if n == 0 {
            return Self { returns, ..Self::default() };
        }
        let mean = finite.iter().sum::<f64>() / n as f64;
        let std = (n > 1)
            .then(|| (finite.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt());
        Self { mean: Some(mean), std, n: Some(n as u32), returns, ..Self::default() }
    }

    /// Standard error of the mean, if `std` and `n` are known. One run shows no spread: 0 is not known there.
    pub fn standard_error(&self) -> Option<f64> {
        match (self.std, self.n) {
            (Some(0.0), Some(1)) => None,
            (Some(std), Some(n)) if n > 0 => Some(std / f64::from(n).sqrt()),
            _ => None,
        }
    }
}

/// What an agent that is left out does instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Absence {
    /// It is not there.
    Removed,
    /// It takes its null action.
    Null,
    /// Its actions are drawn again from its own policy.
    Resampled,
    /// The log does not say.
    Unstated,
    /// Another word of the log.
    Other(String),
}

/// One alternative of an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// The action, as a display-safe label.
    pub label: String,
    /// Expected return when it is taken, others' policies frozen.
    pub q: Sample,
    /// Its probability under the acting policy.
    pub probability: Option<f64>,
    /// Whether this is the action really taken.
    pub taken: bool,
    /// Whether this is the default (null) action.
    pub default: bool,
    /// Whether a model states the value (`policy.q`, or `q` of a candidate); otherwise it is what whole episodes
    /// came to.
    pub stated: bool,
    /// The record it comes from.
    pub origin: Origin,
}

/// What is known of the alternatives at one act: the input of every single-deviation method.
///
/// Merged from `action.policy`, and `counterfactual` records of kind `default_action`, `null_action`,
/// `policy_substituted`, `q_value` and `replay`.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionTable {
    /// The act that was really taken.
    pub act: ActId,
    /// The alternatives, including the one taken if its value is known.
    pub alternatives: Vec<Alternative>,
    /// V(h), if logged: stated by the policy, else the mean of what was drawn anew.
    pub value: Option<f64>,
    /// Groups (`counterfactual.group`) merged here.
    pub groups: Vec<String>,
}

/// One candidate of a replay group.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Index within its group (`j`).
    pub j: i64,
    /// The action, as a display-safe label.
    pub label: String,
    /// Returns of the replays that began with it.
    pub returns: Sample,
    /// A critic's value of it (`q`).
    pub q: Option<f64>,
    /// Its probability under the acting policy.
    pub probability: Option<f64>,
    /// Whether it is what really happened.
    pub real: bool,
    /// Whether it only serves to estimate V (`extra`) and earns no credit.
    pub extra: bool,
    /// What the next agent said, one per replay (display-safe).
    pub next: Vec<String>,
    /// The record it comes from.
    pub origin: Origin,
}

impl Candidate {
    /// The label of a candidate that does not name its action.
    pub fn unnamed(j: i64) -> String {
        format!("candidate {j}")
    }
}

/// Candidates replayed from one frozen context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplayGroup {
    /// `counterfactual.group`.
    pub name: String,
    /// The act replaced, if the log names one of the episode.
    pub act: Option<ActId>,
    /// The agent whose act was replaced.
    pub agent: Option<AgentId>,
    /// Hash of the frozen context.
    pub context: Option<String>,
    /// Policies of the others during the replays.
    pub frozen: Vec<(String, String)>,
    /// Candidates by `j`.
    pub candidates: Vec<Candidate>,
    /// Those whose runs broke off, by `j`: no mean has them.
    pub left_out: Vec<BrokenOff>,
}

/// A candidate whose runs broke off, so that their returns say nothing of its action.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenOff {
    /// How they ended: [`Status::Error`] or [`Status::Aborted`].
    pub status: Status,
    /// What the record says of it.
    pub candidate: Candidate,
}

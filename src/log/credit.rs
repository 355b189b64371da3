//! The numbers of a log: `reward`, `credit`, `counterfactual`, `metric`.

use super::Payload;
use super::coalitions::{Coalitions, OwnReward};
use crate::model::Status;

/// A reward arrived.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reward {
    /// In reward units; `None` in memory when the log holds no finite number.
    pub value: Option<f64>,
    /// Whose; absent: the whole team's.
    pub agent: Option<String>,
    /// `environment`, `human_feedback`, `validation_service`, ...
    pub source: Option<String>,
    /// What it rewards.
    pub name: Option<String>,
    /// Its parts by name.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, f64>"))]
    pub components: Vec<(String, f64)>,
    /// Ids of the acts it is for.
    pub of: Vec<String>,
    /// Seconds between the act and the reward.
    pub delay: Option<f64>,
    /// The least and the greatest value there can be: shown with the record, no number depends on it (see `bounds` of
    /// `run`).
    pub bounds: Option<(f64, f64)>,
}

/// Somebody assigned credit.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Credit {
    /// Who or what assigned it: `shapley_values`, `human_annotation`, ...
    pub algorithm: String,
    /// Credit by agent; the short form of `items`. NaN where no finite number was logged.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, f64>"))]
    pub agents: Vec<(String, f64)>,
    /// Credit by agent or act, with what is known of each number.
    pub items: Vec<CreditItem>,
    /// Parameters of the algorithm.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, Payload>"))]
    pub params: Vec<(String, Payload)>,
    /// Id of the reward that is divided.
    pub reward: Option<String>,
    /// How sure the writer is, 0 to 1.
    pub confidence: Option<f64>,
    /// `reward` (the default), `normalised`, `probability`, `label`.
    pub units: Option<String>,
}

/// Credit of one agent or act.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CreditItem {
    /// Id of the act; absent: the agent as a whole.
    pub of: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// The credit.
    pub value: Option<f64>,
    /// The baseline that was subtracted.
    pub baseline: Option<f64>,
    /// Standard deviation: of one sample where `n` is given, else of the estimate.
    pub std: Option<f64>,
    /// Confidence interval: low, high.
    pub ci: Option<(f64, f64)>,
    /// Level of the interval, such as 0.95.
    pub level: Option<f64>,
    /// Sample size.
    pub n: Option<u32>,
    /// A judgement in place of a number, such as `mistake`.
    pub label: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// What would have happened otherwise. May be streamed a candidate at a time: one `group` merges by `j`.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counterfactual {
    /// `replay`, `default_action`, `null_action`, `agent_removed`, `policy_substituted`, `q_value`, `coalition`.
    pub kind: String,
    /// What belongs together.
    pub group: Option<String>,
    /// Id of the act replaced.
    pub of: Option<String>,
    /// The agent whose act was replaced.
    pub agent: Option<String>,
    /// Hash of the frozen context, as a string (it may exceed 2^53).
    pub context: Option<String>,
    /// The frozen context: any JSON.
    pub prefix: Option<Payload>,
    /// The other agents' policies during the replays, by agent.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, String>"))]
    pub frozen: Vec<(String, String)>,
    /// Decoding parameters: any JSON.
    pub decoding: Option<Payload>,
    /// Alternatives of one act.
    pub candidates: Vec<Candidate>,
    /// Values of coalitions.
    #[cfg_attr(test, schemars(with = "Vec<super::coalitions::Coalition>"))]
    pub coalitions: Coalitions,
    /// What an absent agent does: `removed`, `null`, `resampled`.
    pub absence: Option<String>,
}

/// One alternative.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Candidate {
    /// Index in its group.
    pub j: Option<i64>,
    /// The action: any JSON. An explicit `null` is the null action.
    pub action: Option<Payload>,
    /// Return of each replay; NaN where no finite number was logged.
    pub returns: Vec<f64>,
    /// Seed of each replay: those of equal seeds are compared with each other.
    #[cfg_attr(test, schemars(with = "Vec<super::schema::shape::Name>"))]
    pub seeds: Vec<String>,
    /// Mean return, in place of `returns`.
    pub value: Option<f64>,
    /// Standard deviation of one return.
    pub std: Option<f64>,
    /// Number of returns.
    pub n: Option<u32>,
    /// Probability under the acting policy.
    pub prob: Option<f64>,
    /// A critic's value of it.
    pub q: Option<f64>,
    /// Whether this is what really happened.
    pub real: bool,
    /// Whether it only serves to estimate V and earns no credit.
    pub extra: bool,
    /// What single agents earn, by agent: a mean each, or a list with an object for each run. `returns` and `value`
    /// stay the team's.
    #[cfg_attr(test, schemars(with = "super::schema::shape::Rewards"))]
    pub rewards: Vec<OwnReward>,
    /// How its runs ended: `ok`, `error`, `aborted`. What is not ok is left out of means and counted.
    pub status: Option<String>,
    /// What the next agent said, one per replay.
    pub next: Vec<String>,
}

impl Candidate {
    /// How its runs ended, if they broke off, so that their returns say nothing of its action.
    pub fn broken_off(&self) -> Option<Status> {
        match self.status.as_deref()?.to_ascii_lowercase().as_str() {
            "error" | "errored" | "crashed" => Some(Status::Error),
            "aborted" | "abort" | "cancelled" | "canceled" | "killed" | "timeout" => Some(Status::Aborted),
            _ => None,
        }
    }
}

/// Numbers about the system: coordination overhead, inter-agent latency, tokens, GPU, ...
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Metric {
    /// The numbers by name; NaN where no finite number was logged.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, f64>"))]
    pub values: Vec<(String, f64)>,
    /// Whose; absent: the episode's or the run's.
    pub agent: Option<String>,
    /// Units by name.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, String>"))]
    pub units: Vec<(String, String)>,
}

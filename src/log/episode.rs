//! The records around an episode: `run`, `episode_start`, `episode_end`.

use crate::model::ValueOf;

/// What was run, and by whom. First line by convention; optional, since rotation may cut it off.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    /// Version of the format: 1.
    pub credit_log: Option<i64>,
    /// Name of the run.
    pub run: Option<String>,
    /// The process that writes.
    pub writer: Option<Writer>,
    /// The environment.
    pub env: Option<String>,
    /// The credit assignment algorithm of the training run.
    pub algorithm: Option<String>,
    /// Discount factor per step.
    pub gamma: Option<f64>,
    /// What one unit of reward is.
    pub reward_unit: Option<String>,
    /// The least and the greatest return of an episode there can be: where every measured return is one of them they
    /// are pass and fail, also where all are alike, and intervals know it.
    pub bounds: Option<(f64, f64)>,
    /// The return from which an episode counts as a success.
    pub success: Option<f64>,
    /// What V and q of the run's episodes estimate.
    #[cfg_attr(test, schemars(with = "Option<super::schema::shape::ValueOf>"))]
    pub value_of: Option<ValueOf>,
    /// The agents of every episode of the run.
    pub agents: Vec<RosterAgent>,
}

/// The process that writes a log.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Writer {
    /// Host name.
    pub host: Option<String>,
    /// Process id.
    pub pid: Option<i64>,
    /// Rank in a distributed job.
    pub rank: Option<i64>,
}

/// An agent of the roster.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RosterAgent {
    /// The id that records use.
    #[cfg_attr(test, schemars(required))]
    pub id: String,
    /// A name to show.
    pub name: Option<String>,
    /// Role in the team.
    pub role: Option<String>,
    /// Team it belongs to.
    pub team: Option<String>,
    /// Model behind it.
    pub model: Option<String>,
    /// Policy it acts by.
    pub policy: Option<String>,
    /// Tools it may call.
    pub tools: Vec<String>,
}

/// An episode begins. Optional: the first record of an unseen episode opens it too.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EpisodeStart {
    /// The roster; an agent that is not in it is added at first use.
    pub agents: Vec<RosterAgent>,
    /// Who may talk to whom.
    #[cfg_attr(test, schemars(rename = "graph", with = "super::schema::shape::Graph"))]
    pub edges: Vec<Edge>,
    /// What the team is to do.
    pub task: Option<String>,
    /// Trace id, as in W3C trace context.
    pub trace_id: Option<String>,
    /// Random seed, as text.
    pub seed: Option<String>,
    /// Episodes of the same task share a group.
    pub group: Option<String>,
    /// Training step.
    pub global_step: Option<i64>,
    /// Policy update that the rollout belongs to: rollouts of one task are compared within it.
    pub update: Option<i64>,
    /// The episode this one replays.
    pub replay_of: Option<ReplayOf>,
    /// What V and q of this episode estimate; absent: what the run says.
    #[cfg_attr(test, schemars(with = "Option<super::schema::shape::ValueOf>"))]
    pub value_of: Option<ValueOf>,
}

/// An edge of the declared interaction graph.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Edge {
    /// Source agent.
    pub from: String,
    /// Target agent.
    pub to: String,
    /// Kind of edge.
    pub kind: Option<String>,
    /// Weight of the edge.
    pub weight: Option<f64>,
}

/// Where a replayed episode branched off.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReplayOf {
    /// The original episode.
    pub episode: Option<String>,
    /// The act from which it was replayed.
    pub at: Option<String>,
}

/// An episode ended. Without this record the episode is still open.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EpisodeEnd {
    /// `success`, `failure`, `truncated`, `error`, `aborted`.
    pub status: Option<String>,
    /// `goal_achieved`, `max_steps_exceeded`, `critical_failure`, ...
    pub reason: Option<String>,
    /// Total reward, in reward units.
    #[cfg_attr(test, schemars(rename = "return"))]
    pub total: Option<f64>,
    /// What each agent earned for itself, by agent; `return` stays the team's.
    #[cfg_attr(test, schemars(with = "super::schema::shape::Rewards"))]
    pub rewards: Vec<super::OwnReward>,
    /// Environment steps taken.
    pub steps: Option<i64>,
    /// The return from which this episode counts as a success.
    pub success: Option<f64>,
    /// The team's answer.
    pub answer: Option<String>,
    /// The right answer.
    pub ground_truth: Option<String>,
}

//! One episode: everything the log says of it, resolved to dense ids. The input of every credit method.

use std::sync::Arc;

use super::{
    Act, ActId, ActionTable, AgentId, Candidate, Clock, Clues, CoalitionTable, Diagnostic, Links, Origin,
    Peers, ReplayGroup, Segmented, Status, Timestamp, ValueOf, Whose,
};

/// An agent of an episode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// The logged id; display-safe.
    pub name: String,
    /// Role, if the roster gives one.
    pub role: Option<String>,
    /// Team, if the roster gives one.
    pub team: Option<String>,
    /// Model, if the roster gives one.
    pub model: Option<String>,
    /// Policy, if the roster gives one.
    pub policy: Option<String>,
    /// Whether the roster names it (else it was added at first use).
    pub in_roster: bool,
}

/// A `reward` record.
#[derive(Clone, Debug, PartialEq)]
pub struct Reward {
    /// The logged id, if any.
    pub id: Option<String>,
    /// In reward units; `None` when the log holds no finite number.
    pub value: Option<f64>,
    /// `None` for the global reward.
    pub agent: Option<AgentId>,
    /// Who says so.
    pub source: Option<String>,
    /// What it rewards.
    pub name: Option<String>,
    /// The acts it is for.
    pub of: Vec<ActId>,
    /// When.
    pub time: Option<Timestamp>,
    /// Environment step.
    pub step: Option<i64>,
    /// Seconds between the act and the reward.
    pub delay: Option<f64>,
    /// The record.
    pub origin: Origin,
}

/// Where the total reward of an episode comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RewardSource {
    /// Sum of this many global `reward` records.
    Rewards(u32),
    /// `episode_end.return`.
    Return,
    /// Sum of this many per-agent `reward` records.
    PerAgent(u32),
    /// Sum of this many of `episode_end.rewards`.
    Ends(u32),
    /// No number was logged: a failure counts as -1, a success as +1, so that shares of the outcome can be
    /// shown. Every screen that uses it says so.
    Outcome,
}

/// The total reward R and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RewardTotal {
    /// In reward units.
    pub value: f64,
    /// Which records say so.
    pub source: RewardSource,
    /// One record that says so.
    pub origin: Option<Origin>,
}

/// The `episode_end` record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// How it ended; `None` if the record does not say.
    pub status: Option<Status>,
    /// Why it ended.
    pub reason: Option<String>,
    /// Total reward, in reward units.
    pub total: Option<f64>,
    /// What agents earned for themselves, ascending by agent.
    pub own: Vec<(AgentId, f64)>,
    /// The return from which it counts as a success.
    pub success: Option<f64>,
    /// Environment steps.
    pub steps: Option<i64>,
    /// The team's answer; display-safe, shortened.
    pub answer: Option<String>,
    /// The right answer; display-safe, shortened.
    pub ground_truth: Option<String>,
    /// When.
    pub time: Option<Timestamp>,
    /// The record.
    pub origin: Origin,
}

/// One item of declared credit.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditItem {
    /// Whom it credits. For an item of an act: the act's agent.
    pub agent: Option<AgentId>,
    /// The act it credits; `None` for the agent as a whole.
    pub act: Option<ActId>,
    /// What it named, when that is not in the episode; display-safe.
    pub unknown: Option<String>,
    /// The credit; `None` when no finite number was logged.
    pub value: Option<f64>,
    /// The baseline subtracted.
    pub baseline: Option<f64>,
    /// Standard deviation (of one sample when `n` is given, else of the estimate).
    pub std: Option<f64>,
    /// Logged interval.
    pub interval: Option<(f64, f64)>,
    /// Level of that interval.
    pub level: Option<f64>,
    /// Sample size.
    pub n: Option<u32>,
    /// The record (of a streamed item, its own).
    pub origin: Origin,
}

/// A `credit` record with numbers: what the trainer's own algorithm assigned.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredCredit {
    /// The logged id, if any.
    pub id: Option<String>,
    /// The algorithm named; display-safe.
    pub algorithm: String,
    /// `params`, as (name, compact JSON).
    pub params: Vec<(String, String)>,
    /// `reward`: the id of the reward it divides.
    pub reward: Option<String>,
    /// The items.
    pub items: Vec<CreditItem>,
    /// How sure the writer is, 0..1.
    pub confidence: Option<f64>,
    /// `reward`, `normalised`, `probability`; absent: reward units.
    pub units: Option<String>,
    /// The record.
    pub origin: Origin,
}

/// A judgement by a human or a model: who was to blame, and why. Never a measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Who judged (`algorithm` of the credit record: `human_annotation`, ...); display-safe.
    pub judge: String,
    /// The person among those, where the record tells (`annotator` of its `params`); display-safe.
    pub annotator: Option<String>,
    /// Whom it names, if that is an agent of the episode.
    pub agent: Option<AgentId>,
    /// Whom it names, as written; display-safe.
    pub agent_text: String,
    /// The act it names, if there is one.
    pub act: Option<ActId>,
    /// The act as written, if it is not in the episode or belongs to another agent.
    pub act_text: Option<String>,
    /// The label word, such as `mistake`.
    pub label: String,
    /// The reason given; display-safe.
    pub reason: Option<String>,
    /// The record.
    pub origin: Origin,
}

impl Label {
    /// Who says so: the person, or else the judge.
    pub fn by(&self) -> &str {
        self.annotator.as_deref().unwrap_or(&self.judge)
    }

    /// Whether the judgement blames: true for any word except those that approve.
    pub fn blames(&self) -> bool {
        let word = self.label.to_ascii_lowercase();
        !matches!(word.as_str(), "ok" | "good" | "correct" | "right" | "pass" | "passed" | "success")
    }
}

/// Whether a judge is a person, by its name.
pub fn is_person(judge: &str) -> bool {
    let judge = judge.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|it| judge.contains(it));
    has(&["human", "person", "expert", "annotator", "manual"])
        && !has(&["llm", "model", "gpt", "claude", "judge"])
        || judge == "annotation"
}

/// An edge of the declared interaction graph (`episode_start.graph`).
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredEdge {
    /// Source.
    pub from: AgentId,
    /// Target.
    pub to: AgentId,
    /// Kind, as logged.
    pub kind: Option<String>,
    /// Weight, as logged.
    pub weight: Option<f64>,
}

/// A `state` record; its content is read when somebody looks at it.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// `env`, `collective`, or an agent.
    pub scope: String,
    /// Acts after which it holds.
    pub after: Vec<ActId>,
    /// When.
    pub time: Option<Timestamp>,
    /// Whether it is a delta.
    pub delta: bool,
    /// One display-safe line.
    pub label: String,
    /// The record.
    pub origin: Origin,
}

/// One number of a `metric` record.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Name; display-safe.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Unit, if logged.
    pub unit: Option<String>,
    /// Whose it is; `None` for the episode.
    pub agent: Option<AgentId>,
    /// When.
    pub time: Option<Timestamp>,
    /// The record.
    pub origin: Origin,
}

/// One episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Episode {
    /// The logged id; display-safe.
    pub name: String,
    /// Run it belongs to.
    pub run: Option<String>,
    /// Environment (`run.env`).
    pub environment: Option<String>,
    /// The run's algorithm.
    pub algorithm: Option<String>,
    /// The run's discount factor.
    pub gamma: Option<f64>,
    /// What one unit of reward is.
    pub reward_unit: Option<String>,
    /// The least and the greatest return of an episode of the run there can be.
    pub bounds: Option<(f64, f64)>,
    /// What V and q estimate where the act itself does not say.
    pub value_of: ValueOf,
    /// The task; display-safe.
    pub task: Option<String>,
    /// Trace id.
    pub trace_id: Option<String>,
    /// Same-task group.
    pub group: Option<String>,
    /// Seed.
    pub seed: Option<String>,
    /// Training step.
    pub global_step: Option<i64>,
    /// Policy update that the rollout belongs to.
    pub update: Option<i64>,
    /// The other rollouts of its task, if it was asked for them.
    pub peers: Option<Arc<Peers>>,
    /// Agents by id.
    pub agents: Vec<Agent>,
    /// What its acts say, where an estimate of who failed may be asked for.
    pub clues: Option<Arc<Clues>>,
    /// Acts by id, causes first, in order of time (then `seq`, then place in the log).
    pub acts: Segmented<Act>,
    /// Clocks that were wrong, and put right in the times of acts.
    pub clocks: Vec<Clock>,
    /// Causal links between acts.
    pub links: Links,
    /// Rewards, in order.
    pub rewards: Segmented<Reward>,
    /// The end; `None` if the episode is still open.
    pub outcome: Option<Outcome>,
    /// Alternatives per act, ascending by act.
    pub tables: Segmented<ActionTable>,
    /// Replay groups, in order of first appearance.
    pub replays: Vec<ReplayGroup>,
    /// Coalition tables, in order of first appearance.
    pub coalitions: Vec<CoalitionTable>,
    /// Declared credit, in order.
    pub declared: Vec<DeclaredCredit>,
    /// Judgements, in order.
    pub labels: Vec<Label>,
    /// Whose reward R is meant to be; `None`: as the log has it. Set in a copy that credits somebody's reward.
    pub whose: Option<Whose>,
    /// What such a copy was made from.
    pub logged: Option<Arc<Episode>>,
    /// The run's return from which an episode counts as a success.
    pub success: Option<f64>,
    /// Declared interaction graph.
    pub edges: Vec<DeclaredEdge>,
    /// States, in order.
    pub states: Vec<State>,
    /// Metrics, in order.
    pub metrics: Vec<Metric>,
    /// Records of types this version does not know.
    pub unknown_records: u32,
    /// What went wrong while it was assembled: dangling references, dropped cycles, repeated ids.
    pub diagnostics: Vec<Diagnostic>,
}

impl Episode {
    /// The total reward R, or `None` when the log holds neither a reward nor an outcome, or when agents have rewards
    /// of both signs and nobody chose whose is meant ([`Episode::whose`]).
    ///
    /// Of the team, global rewards are summed; without any, `episode_end.return`; then the status alone
    /// ([`RewardSource::Outcome`]). Of agents, what they earned for themselves ([`Episode::own_rewards`]).
    pub fn reward(&self) -> Option<RewardTotal> {
        let whose = self.whose()?;
        if whose != Whose::Team {
            return self.own_total(&whose);
        }
        let of_team = self.rewards.iter().filter(|it| it.agent.is_none());
        let values: Vec<(f64, Origin)> =
            of_team.filter_map(|it| it.value.map(|value| (value, it.origin))).collect();
        if let Some((_, last)) = values.last() {
            let value = values.iter().map(|it| it.0).sum::<f64>();
            let source = RewardSource::Rewards(values.len() as u32);
            return Some(RewardTotal { value, source, origin: Some(*last) });
        }
        let end = self.outcome.as_ref()?;
        if let Some(value) = end.total {
            return Some(RewardTotal { value, source: RewardSource::Return, origin: Some(end.origin) });
        }
        let value = match end.status.as_ref()? {
            Status::Success => 1.0,
            Status::Failure | Status::Error | Status::Truncated => -1.0,
            Status::Aborted | Status::Other(_) => return None,
        };
        Some(RewardTotal { value, source: RewardSource::Outcome, origin: Some(end.origin) })
    }

    /// The reward as far as the log holds a number of it: a status that stands in for one is none.
    pub fn logged_reward(&self) -> Option<RewardTotal> {
        self.reward().filter(|it| it.source != RewardSource::Outcome)
    }

    /// Whether the episode is known to have failed: by its status, or without one by a negative reward. For the
    /// reward of one agent, or of one team of several, its sign counts first: what one wins another may lose.
    pub fn failed(&self) -> bool {
        if let Some(whose @ (Whose::Agent(_) | Whose::Members(_))) = &self.whose
            && let Some(own) = self.own_total(whose).filter(|it| it.value != 0.0)
        {
            return own.value < 0.0;
        }
        match self.outcome.as_ref().and_then(|it| it.status.as_ref()) {
            Some(Status::Success) => false,
            Some(Status::Failure | Status::Error | Status::Truncated | Status::Aborted) => true,
            Some(Status::Other(_)) | None => self.reward().is_some_and(|it| it.value < 0.0),
        }
    }

    /// The return from which it counts as a success, if the log says so: of this episode, else of the run.
    pub fn success_level(&self) -> Option<f64> {
        self.outcome.as_ref().and_then(|it| it.success).or(self.success)
    }

    /// The act with this id.
    pub fn act(&self, id: ActId) -> &Act {
        &self.acts[id.index()]
    }

    /// The agent with this id.
    pub fn agent(&self, id: AgentId) -> &Agent {
        &self.agents[id.index()]
    }

    /// The one candidate of `group` that is marked as what really happened although it is not the act that the group
    /// replays: the log contradicts itself, and what happened has no number.
    pub fn wrongly_real<'a>(&self, group: &'a ReplayGroup) -> Option<&'a Candidate> {
        let mut marked = group.candidates.iter().filter(|it| it.real && !it.extra);
        let (Some(real), None) = (marked.next(), marked.next()) else { return None };
        let act = self.act(group.act?);
        let names_none = real.label == Candidate::unnamed(real.j) || act.label.is_empty();
        let is_act = real.label == act.label || (real.label == act.taken_label() && !act.is_contradicted());
        (!names_none && !is_act).then_some(real)
    }

    /// The alternatives known at `act`.
    pub fn table(&self, act: ActId) -> Option<&ActionTable> {
        self.tables.get(self.tables.partition_point(|it| it.act < act)).filter(|it| it.act == act)
    }

    /// What the values estimate that a model states at `act`.
    pub fn value_of(&self, act: ActId) -> ValueOf {
        let own = self.act(act).policy.as_ref().and_then(|it| it.value_of);
        own.unwrap_or(self.value_of)
    }

    /// All agent ids, ascending.
    pub fn agent_ids(&self) -> impl DoubleEndedIterator<Item = AgentId> + ExactSizeIterator + use<> {
        (0..self.agents.len() as u32).map(AgentId)
    }

    /// All act ids, ascending.
    pub fn act_ids(&self) -> impl DoubleEndedIterator<Item = ActId> + ExactSizeIterator + use<> {
        (0..self.acts.len() as u32).map(ActId)
    }

    /// `worker -40.0 s, desk +2.5 s`: clocks that were wrong by half a tenth of a second or more.
    pub fn clock_words(&self) -> Option<String> {
        let shown = self.clocks.iter().filter(|it| it.ahead.abs() >= 0.05);
        let words: Vec<String> =
            shown.map(|it| format!("{} {:+.1} s", self.agent(it.agent).name, it.ahead)).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// The first time stamp of any act. Acts without a time stamp stand among the others.
    pub fn start(&self) -> Option<Timestamp> {
        self.acts.iter().find_map(|it| it.time)
    }
}

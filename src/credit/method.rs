//! What a credit method is: one row of the method table.
//!
//! The what-if form, `--method`, `--help`, explanations, the sweep and the documentation are made from these
//! rows; nothing else lists methods.

use std::cell::OnceCell;

use crate::model::{
    ActId, ActionTable, AgentId, Attribution, CoalitionTable, Episode, Scenario, Term, Unavailable, ValueOf,
};

use super::arrivals::has_early;

/// What kind of reasoning a method does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Shows what the log itself assigned.
    Declared,
    /// Divides the reward without asking what would have happened otherwise.
    Split,
    /// Compares one act with its alternatives, everything else frozen.
    Deviation,
    /// Compares candidates replayed from one frozen context.
    Replay,
    /// Compares what sets of agents would have earned.
    Coalition,
    /// Compares rollouts of one task.
    Group,
    /// Spreads the reward over time.
    Time,
    /// Passes the reward back along causal links.
    Graph,
}

impl Family {
    /// The words on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Family::Declared => "declared",
            Family::Split => "reward split",
            Family::Deviation => "single deviation",
            Family::Replay => "replay group",
            Family::Coalition => "coalitions",
            Family::Group => "group of rollouts",
            Family::Time => "time",
            Family::Graph => "propagation",
        }
    }
}

/// Data an episode may hold and a method may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// D1: the global reward.
    Reward,
    /// D2: actions with agent and order.
    Acts,
    /// D3: parent links.
    Parents,
    /// D4: the value of the default or null action.
    DefaultValue,
    /// D5: policy probabilities of the alternatives.
    Probabilities,
    /// D6: values of the alternatives.
    AlternativeValues,
    /// D7: V(h), the value of the situation.
    StateValues,
    /// D8: replay groups.
    Replays,
    /// D9: coalition values.
    Coalitions,
    /// D10: the interaction graph.
    Graph,
    /// D11: labels or scores of steps.
    StepLabels,
    /// D12: groups of agents.
    Teams,
    /// D13: other episodes of the same task.
    OtherEpisodes,
    /// D14: declared credit.
    DeclaredCredit,
}

impl Need {
    /// All of them, D1 first.
    pub const ALL: [Need; 14] = [
        Need::Reward,
        Need::Acts,
        Need::Parents,
        Need::DefaultValue,
        Need::Probabilities,
        Need::AlternativeValues,
        Need::StateValues,
        Need::Replays,
        Need::Coalitions,
        Need::Graph,
        Need::StepLabels,
        Need::Teams,
        Need::OtherEpisodes,
        Need::DeclaredCredit,
    ];

    /// `D1` to `D14`.
    pub fn code(self) -> &'static str {
        match self {
            Need::Reward => "D1",
            Need::Acts => "D2",
            Need::Parents => "D3",
            Need::DefaultValue => "D4",
            Need::Probabilities => "D5",
            Need::AlternativeValues => "D6",
            Need::StateValues => "D7",
            Need::Replays => "D8",
            Need::Coalitions => "D9",
            Need::Graph => "D10",
            Need::StepLabels => "D11",
            Need::Teams => "D12",
            Need::OtherEpisodes => "D13",
            Need::DeclaredCredit => "D14",
        }
    }

    /// What it is and which record holds it.
    pub fn sentence(self) -> &'static str {
        match self {
            Need::Reward => "the reward: `reward` records, or `return` or `status` of `episode_end`",
            Need::Acts => "what each agent did, in order: `action` records",
            Need::Parents => "what each act came from: `parents`",
            Need::DefaultValue => {
                "the value of the default action: `counterfactual` of kind `default_action` or `null_action`"
            }
            Need::Probabilities => {
                "probabilities of the alternatives: `policy.probs`, or `prob` of candidates"
            }
            Need::AlternativeValues => "values of the alternatives: `policy.q`, or counterfactual candidates",
            Need::StateValues => "the value V(h) of the situation: `policy.value`",
            Need::Replays => "candidates replayed from one context: `counterfactual` of kind `replay`",
            Need::Coalitions => "what sets of agents earned: `counterfactual` of kind `coalition`",
            Need::Graph => "the interaction graph: `episode_start.graph`, or messages",
            Need::StepLabels => "labels or scores of steps: `credit.items[].label`",
            Need::Teams => "groups of agents: `team` or `role` of the roster",
            Need::OtherEpisodes => "other episodes of the same task: `episode_start.group`",
            Need::DeclaredCredit => "credit the log assigned: `credit` records",
        }
    }
}

/// A choice a method offers: what it subtracts, counts or weighs with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// Kebab-case, unique within its method.
    pub name: &'static str,
    /// As shown: `policy (COMA)`.
    pub title: &'static str,
    /// What it puts into the method's formula.
    pub formula: &'static str,
    /// Who described it.
    pub source: &'static str,
    /// Data it needs besides that of its method.
    pub needs: &'static [Need],
    /// Whether it can single an agent out.
    pub names_culprit: bool,
    /// Whether it gives the numbers of the first baseline another scale. It then names whom that names, so the
    /// sweep asks the first alone.
    pub rescales: bool,
}

/// A number of a method that can be set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// Kebab-case, unique within its method.
    pub name: &'static str,
    /// Used if the scenario does not set it; `None` if it is taken from the log.
    pub default: Option<f64>,
    /// Smallest allowed.
    pub min: f64,
    /// Largest allowed.
    pub max: f64,
    /// What one key press changes; 1 with range 0..1 is a switch.
    pub step: f64,
    /// What it does, one sentence without trailing period.
    pub what: &'static str,
    /// Where it has a say.
    pub applies: Applies,
}

/// What V and q are of, where a model states them.
pub(super) const TO_COME: Param = Param {
    name: "to-come",
    default: None,
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "stated values (V, q) are of the rewards still to come, not of the whole episode; from the log: its \
           `value_of`, else to come",
    applies: Applies::StatedValue,
};

impl Param {
    /// Whether it is on or off, and no number.
    pub fn is_switch(&self) -> bool {
        (self.min, self.max, self.step) == (0.0, 1.0, 1.0)
    }

    /// What it may be, in words: `0 to 1`, `on or off`, `any number`.
    pub fn range(&self) -> String {
        let any = |it: f64| it.abs() >= 1e9;
        match (any(self.min), any(self.max)) {
            _ if self.is_switch() => "on or off".to_owned(),
            (true, true) => "any number".to_owned(),
            (false, true) => format!("{} or more", self.min),
            (true, false) => format!("{} or less", self.max),
            (false, false) => format!("{} to {}", self.min, self.max),
        }
    }

    /// What it is when nobody sets it, in words.
    pub fn default_words(&self) -> String {
        match self.default {
            Some(it) if self.is_switch() => if it >= 0.5 { "on" } else { "off" }.to_owned(),
            Some(it) => it.to_string(),
            None => "from the log".to_owned(),
        }
    }

    /// What the log says it is; `None`: it says nothing.
    pub fn logged(&self, episode: &Episode) -> Option<f64> {
        (self.name == TO_COME.name).then(|| f64::from(u8::from(episode.value_of == ValueOf::ToCome)))
    }

    /// Whether it influences what `scenario` asks of `episode`.
    pub fn applies(&self, episode: &Episode, scenario: &Scenario) -> bool {
        match self.applies {
            Applies::Always => true,
            Applies::With(baselines) => {
                let row = super::method(&scenario.method);
                let default = || row.and_then(|it| it.baselines.first()).map(|it| it.name);
                let baseline = scenario.baseline.as_deref().or_else(default);
                baseline.is_some_and(|it| baselines.contains(&it))
            }
            Applies::Incomplete => episode.coalitions.iter().any(|it| !is_complete(it)),
            Applies::Complete => episode.coalitions.iter().any(is_complete),
            Applies::EarlyReward => has_early(episode),
            Applies::StatedValue => has_early(episode) && states_values(episode),
        }
    }
}

/// Whether every coalition of its players has a value.
pub(super) fn is_complete(table: &CoalitionTable) -> bool {
    table.is_complete()
}

/// Whether a model states any value.
fn states_values(episode: &Episode) -> bool {
    let states = |it: &ActionTable| it.value.is_some() || it.alternatives.iter().any(|it| it.stated);
    episode.tables.iter().any(states)
        || episode.replays.iter().flat_map(|it| &it.candidates).any(|it| it.q.is_some())
}

/// Where a parameter has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// With every baseline, on every log.
    Always,
    /// With these baselines of its method only.
    With(&'static [&'static str]),
    /// Where not every coalition is logged.
    Incomplete,
    /// Where every coalition is logged.
    Complete,
    /// Where a reward came before the last act.
    EarlyReward,
    /// Where a model states values, and a reward came before the last act.
    StatedValue,
}

impl Applies {
    /// Where that is, in words; empty: everywhere.
    pub fn words(self) -> String {
        match self {
            Applies::Always => String::new(),
            Applies::With(baselines) => format!("with baseline {}", baselines.join(" or ")),
            Applies::Incomplete => "where not every coalition is logged".to_owned(),
            Applies::Complete => "where every coalition is logged".to_owned(),
            Applies::EarlyReward => "where a reward came before the last act".to_owned(),
            Applies::StatedValue => {
                "where values are stated and a reward came before the last act".to_owned()
            }
        }
    }
}

/// What an explanation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The credit of an agent.
    Agent(AgentId),
    /// The credit of an act.
    Act(ActId),
}

/// One credit method.
#[derive(Clone, Debug)]
pub struct Method {
    /// Kebab-case, unique.
    pub name: &'static str,
    /// As shown.
    pub title: &'static str,
    /// What kind of reasoning it does.
    pub family: Family,
    /// Data it needs whatever the baseline.
    pub needs: &'static [Need],
    /// Its choices; the first is the default. Empty if there is no choice.
    pub baselines: &'static [Baseline],
    /// Numbers that can be set.
    pub params: &'static [Param],
    /// The formula in symbols.
    pub formula: &'static str,
    /// Who described it.
    pub source: &'static str,
    /// What to know before acting on its numbers.
    pub caveats: &'static [&'static str],
    /// Whether the credits sum to what is divided, by the method's contract.
    pub efficient: bool,
    /// Whether it can single an agent out at all.
    pub names_culprit: bool,
    /// The method whose question it repeats with another weighting or estimator. A second answer to one
    /// question is no second opinion, so the sweep counts one of the two.
    pub variant_of: Option<&'static str>,
    /// Names under which logs declare this very computation (lower case, `_` between words), each with the
    /// baseline it means.
    pub aliases: &'static [(&'static str, Option<&'static str>)],
    pub(super) compute: fn(&Question<'_>) -> Result<Attribution, Unavailable>,
    pub(super) terms: fn(&Question<'_>, Target) -> Result<Vec<Term>, Unavailable>,
}

/// A scenario put to an episode: what the functions of a row are given. What it answers stands in
/// [`super::question`].
#[derive(Clone)]
pub(super) struct Question<'a> {
    pub(super) episode: &'a Episode,
    pub(super) scenario: &'a Scenario,
    pub(super) method: &'static Method,
    /// All rows: declared credit is of the method that it names.
    pub(super) table: &'static [Method],
    /// The chosen baseline; `None` if the method has no choice (or, for declared credit, a free one).
    pub(super) baseline: Option<&'static Baseline>,
    /// The counterfactual group to use, if a declared credit names one; `None` for the best supported.
    pub(super) group: Option<&'a str>,
    /// The place of the coalition table to use; `None` for that of the group, or the best supported.
    pub(super) coalitions: Option<usize>,
    /// Whether nobody asks for the credit of acts or for anything else beside that of agents: a curve
    /// computes agents many times over, and there may be a million acts.
    pub(super) agents_only: bool,
    /// See `acts_of` in [`super::question`].
    pub(super) acts: OnceCell<Vec<Vec<ActId>>>,
    /// See `received` in [`super::question`].
    pub(super) received: OnceCell<Vec<f64>>,
}

impl Method {
    /// The baseline with this name.
    pub fn baseline(&self, name: &str) -> Option<&'static Baseline> {
        self.baselines.iter().find(|it| it.name == name)
    }

    /// The parameter with this name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|it| it.name == name)
    }

    /// One scenario per baseline, or one if there is no choice; edits nothing.
    pub fn scenarios(&self) -> Vec<Scenario> {
        if self.baselines.is_empty() {
            return vec![Scenario::of_method(self.name)];
        }
        let with = |baseline: &Baseline| Scenario {
            baseline: Some(baseline.name.to_owned()),
            ..Scenario::of_method(self.name)
        };
        self.baselines.iter().map(with).collect()
    }
}

/// `method` or `method/baseline`, as flips and commands name it.
pub fn scenario_name(scenario: &Scenario) -> String {
    match &scenario.baseline {
        Some(baseline) => format!("{}/{baseline}", scenario.method),
        None => scenario.method.clone(),
    }
}

//! A what-if as a value: what to compute credit with. Cache key, undo entry and command line in one.

use std::collections::{BTreeMap, BTreeSet};

use super::{ActId, AgentId, Number, Whose};

/// What replaces the action an act really took.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Substitute {
    /// The default (null) action.
    Default,
    /// The alternative with this label.
    Alternative(String),
}

/// How to compute credit for an episode. The default scenario of a method is what the log says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Scenario {
    /// Name of a row of the method table; empty: the best method the log supports.
    pub method: String,
    /// Baseline of that method, if it has a choice; `None` for the method's default.
    pub baseline: Option<String>,
    /// Whose reward is credited; `None`: the team's if it is logged, else see [`super::Episode::whose_by_default`].
    pub whose: Option<Whose>,
    /// Agents taken out of the game.
    pub dropped: BTreeSet<AgentId>,
    /// The total reward, in place of the logged one.
    pub reward: Option<Number>,
    /// Discount factor per step applied to the reward; `None` for the logged one.
    pub discount: Option<Number>,
    /// Acts with another action than the one taken.
    pub substitutes: BTreeMap<ActId, Substitute>,
    /// The first and last act to look at; `None` for all acts. Acts outside get no credit.
    pub window: Option<(ActId, ActId)>,
    /// Parameters of the method by name, if they differ from its defaults.
    pub params: BTreeMap<String, Number>,
    /// Seed of anything drawn at random.
    pub seed: u64,
}

impl Scenario {
    /// The scenario that changes nothing but names a method.
    pub fn of_method(method: impl Into<String>) -> Self {
        Self { method: method.into(), ..Self::default() }
    }

    /// The same method, baseline and parameters on the episode as logged.
    #[must_use]
    pub fn without_edits(&self) -> Self {
        Self {
            method: self.method.clone(),
            baseline: self.baseline.clone(),
            whose: self.whose.clone(),
            params: self.params.clone(),
            seed: self.seed,
            ..Self::default()
        }
    }

    /// Whether it changes the episode itself, not only how credit is computed.
    pub fn edits_episode(&self) -> bool {
        !self.dropped.is_empty()
            || self.reward.is_some()
            || self.discount.is_some()
            || !self.substitutes.is_empty()
            || self.window.is_some()
    }
}

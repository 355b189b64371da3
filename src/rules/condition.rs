//! Conditions: tests joined by and, or, not. What is not known is neither true nor false (Kleene's logic).

use super::windows::{Agent, Drift, Falls, Rate, share, tau};
use crate::training::Point;

/// How a quantity is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    LessOrEqual,
    GreaterOrEqual,
    Unequal,
    Less,
    Greater,
    Equal,
}

impl Operator {
    /// All, the longer ones first.
    pub(super) const ALL: [(&str, Operator); 6] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("!=", Self::Unequal),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
    ];

    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::LessOrEqual => value <= limit,
            Self::GreaterOrEqual => value >= limit,
            Self::Unequal => value != limit,
            Self::Less => value < limit,
            Self::Greater => value > limit,
            Self::Equal => value == limit,
        }
    }

    /// Whether any value from `low` to `high` passes.
    pub(super) fn can_hold(self, (low, high): (f64, f64), limit: f64) -> bool {
        match self {
            Self::Less => low < limit,
            Self::LessOrEqual => low <= limit,
            Self::Greater => high > limit,
            Self::GreaterOrEqual => high >= limit,
            Self::Equal => (low..=high).contains(&limit),
            Self::Unequal => low < high,
        }
    }
}

/// What a test compares, with what it remembers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Quantity {
    Reward,
    Residual,
    Errors,
    Acts(Option<Agent>),
    Credit(Agent),
    Share(Agent),
    /// `None`: the largest of all agents.
    Fall(Option<Agent>, Falls),
    Drift(Agent, Drift),
    TauPrev(Vec<(Box<str>, f64)>),
    Rate(Box<Condition>, Rate),
}

impl Quantity {
    /// The least and the greatest value that it can have.
    pub(super) fn range(&self) -> (f64, f64) {
        match self {
            Self::Residual | Self::Errors | Self::Acts(_) | Self::Fall(..) => (0.0, f64::INFINITY),
            Self::Drift(_, drift) if drift.in_errors => (0.0, f64::INFINITY),
            Self::Share(_) | Self::Rate(..) => (0.0, 1.0),
            Self::TauPrev(_) => (-1.0, 1.0),
            Self::Reward | Self::Credit(_) | Self::Drift(..) => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// Whether it is about more than one episode.
    pub(super) fn is_of_several(&self) -> bool {
        matches!(self, Self::Fall(..) | Self::Drift(..) | Self::TauPrev(_) | Self::Rate(..))
    }

    /// The agents that it names.
    pub(super) fn agents(&self) -> Vec<&Agent> {
        match self {
            Self::Acts(Some(agent)) | Self::Credit(agent) | Self::Share(agent) | Self::Drift(agent, _) => {
                vec![agent]
            }
            Self::Fall(Some(agent), _) => vec![agent],
            Self::Rate(condition, _) => condition.agents(),
            _ => Vec::new(),
        }
    }

    /// Its value with this episode as the last.
    pub(super) fn push(&mut self, point: &Point) -> Option<f64> {
        match self {
            Self::Reward => point.reward(),
            Self::Residual => point.residual().map(f64::abs),
            Self::Errors => Some(f64::from(point.errors())),
            Self::Acts(None) => Some(point.acts().map(|it| f64::from(it.1)).sum()),
            Self::Acts(Some(agent)) => point.acts().find(|it| it.0 == agent.name).map(|it| f64::from(it.1)),
            Self::Credit(agent) => point.of_agent(&agent.name),
            Self::Share(agent) => share(point, &agent.name),
            Self::Fall(agent, falls) => falls.push(agent.as_ref().map(|it| it.name.as_str()), point),
            Self::Drift(agent, drift) => drift.push(&agent.name, point),
            Self::TauPrev(before) => tau(before, point),
            Self::Rate(condition, rate) => rate.push(condition.push(point)),
        }
    }
}

/// A comparison, and its last value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    /// The quantity as it was typed.
    pub(super) name: String,
    pub(super) column: usize,
    pub(super) quantity: Quantity,
    pub(super) operator: Operator,
    pub(super) limit: f64,
    pub(super) last: Option<f64>,
    /// Whether any episode had a value.
    pub(super) known: bool,
}

/// What a rule asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Test(Box<Test>),
    /// Whether this agent alone has the least credit.
    Least(Agent, bool),
    Failed,
}

impl Condition {
    /// Whether it holds with this episode as the last; `None`: that is not known. Every part sees every episode.
    pub(super) fn push(&mut self, point: &Point) -> Option<bool> {
        match self {
            Self::And(a, b) => match (a.push(point), b.push(point)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(a, b) => match (a.push(point), b.push(point)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Self::Not(of) => of.push(point).map(|it| !it),
            Self::Test(test) => {
                test.last = test.quantity.push(point);
                test.known |= test.last.is_some();
                test.last.map(|it| test.operator.holds(it, test.limit))
            }
            Self::Least(agent, equal) => point
                .credit()
                .next()
                .is_some()
                .then(|| (point.least().map(|it| it.0) == Some(&agent.name)) == *equal),
            Self::Failed => Some(point.failed()),
        }
    }

    /// All comparisons, but not those inside of a rate.
    pub(super) fn tests(&self) -> Vec<&Test> {
        match self {
            Self::And(a, b) | Self::Or(a, b) => [a.tests(), b.tests()].concat(),
            Self::Not(of) => of.tests(),
            Self::Test(test) => vec![test],
            Self::Least(..) | Self::Failed => Vec::new(),
        }
    }

    /// The agents that it names.
    pub(super) fn agents(&self) -> Vec<&Agent> {
        match self {
            Self::And(a, b) | Self::Or(a, b) => [a.agents(), b.agents()].concat(),
            Self::Not(of) => of.agents(),
            Self::Test(test) => test.quantity.agents(),
            Self::Least(agent, _) => vec![agent],
            Self::Failed => Vec::new(),
        }
    }
}

//! Computed credit: values in three states, with interval, provenance and arithmetic.

use crate::stats::NoInterval;

use super::{Absence, ActId, AgentId, Measured, Origin};

/// A number with what is known of its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The credit, in reward units unless the attribution says otherwise.
    pub value: f64,
    /// The interval, or sharp bounds if data is missing; `None` if not known. It may lie unevenly around the value.
    pub interval: Option<(f64, f64)>,
    /// How often such an interval covers the truth, 0..1: 0.95 unless the log states another level.
    pub level: f64,
    /// Standard error, if the interval comes from one.
    pub standard_error: Option<f64>,
    /// Sample size behind it.
    pub n: Option<u32>,
    /// Why there is no interval, if the number could have one.
    pub no_interval: Option<NoInterval>,
}

/// The level of every interval that is computed here.
pub const LEVEL: f64 = 0.95;

impl Estimate {
    /// A number without known uncertainty.
    pub fn exact(value: f64) -> Self {
        Self { value, interval: None, level: LEVEL, standard_error: None, n: None, no_interval: None }
    }

    /// A number with a standard error that is known or rests on very many draws: the interval is value ± 1.96 SE.
    pub fn with_standard_error(value: f64, standard_error: f64, n: Option<u32>) -> Self {
        let half = 1.959_963_984_540_054 * standard_error;
        let interval = Some((value - half, value + half));
        Self { interval, standard_error: Some(standard_error), n, ..Self::exact(value) }
    }

    /// Why there is no interval, in words, if the number could have one.
    pub fn why_no_interval(&self) -> Option<&'static str> {
        self.no_interval.map(NoInterval::words)
    }

    /// The level of the interval in whole percent or as exactly as it is stated: `95%`, `99.9%`.
    pub fn level_words(&self) -> String {
        let percent = format!("{:.3}", self.level * 100.0);
        format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
    }

    /// Whether the interval has the level of all that are computed here.
    pub fn has_usual_level(&self) -> bool {
        (self.level - LEVEL).abs() < 1e-9
    }

    /// Half of an interval that lies evenly around the value; `None` if there is none or it lies unevenly.
    pub fn half_width(&self) -> Option<f64> {
        let (low, high) = self.interval?;
        let (below, above) = (self.value - low, high - self.value);
        ((below - above).abs() <= 1e-6 * (high - low)).then_some((high - low) / 2.0)
    }

    /// Whether the interval is known and holds 0: do not act on the sign.
    pub fn sign_unsure(&self) -> bool {
        self.interval.is_some_and(|(lo, hi)| lo <= 0.0 && hi >= 0.0 && lo < hi)
    }
}

/// A credit value. The three states are never mixed up.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(Estimate),
    /// The formula has no value here, and why.
    Undefined(String),
    /// Data is missing, and which.
    Unavailable(String),
}

impl Value {
    /// The number, if it is one.
    pub fn number(&self) -> Option<&Estimate> {
        match self {
            Value::Number(estimate) => Some(estimate),
            Value::Undefined(_) | Value::Unavailable(_) => None,
        }
    }
}

/// Why a method cannot be computed, and what can be computed instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// The missing record, with the act or agent it is missing for; no trailing period.
    pub missing: String,
    /// The nearest available method (`method` or `method/baseline`), if any.
    pub nearest: Option<String>,
}

/// What a number rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// Re-executed: replays, coalition runs.
    Replayed,
    /// A model's estimate: critic or Q-network values.
    Modelled,
    /// Only the shape of the trace; a heuristic, not causal.
    Structural,
    /// Somebody's word.
    Declared,
}

impl Provenance {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Provenance::Replayed => "replayed",
            Provenance::Modelled => "modelled",
            Provenance::Structural => "structural",
            Provenance::Declared => "declared",
        }
    }
}

/// Credit of one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentCredit {
    /// Who.
    pub agent: AgentId,
    /// How much.
    pub value: Value,
}

/// Something to know before acting on a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    /// One sentence without trailing period.
    pub text: String,
}

/// Credit of one episode under one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Row of the method table.
    pub method: String,
    /// Baseline, if the method has a choice.
    pub baseline: Option<String>,
    /// Name to show: `shapley exact 16/16`, `difference reward (null action)`.
    pub title: String,
    /// One entry per agent of the episode, ascending by id. Removed agents are `Undefined`.
    pub agents: Vec<AgentCredit>,
    /// Credit per act, ascending by id, for the acts the method credits. Empty if the method credits agents
    /// only.
    pub acts: Vec<(ActId, Value)>,
    /// Sum of the agents' numbers.
    pub sum: f64,
    /// What the sum must be by the method's contract (R, or v(N) - v(0)), or `None` if the method is not
    /// efficient.
    pub contract: Option<f64>,
    /// The total reward used.
    pub reward: Option<f64>,
    /// What the numbers are if they are no reward: `probability`, as the log has it.
    pub units: Option<String>,
    /// Value of the empty coalition, if the method has one.
    pub empty_value: Option<f64>,
    /// What the numbers rest on.
    pub provenance: Provenance,
    /// What an absent agent does, if that matters.
    pub absence: Option<Absence>,
    /// The replays or coalitions used, as text: `16 coalitions x 32 replays`. Empty if nothing was counted.
    pub sample: String,
    /// What to know before acting on it.
    pub caveats: Vec<Caveat>,
    /// What the numbers rest on, if they follow from runs or stated values and these are few enough to keep.
    pub measured: Option<Measured>,
}

/// All of the blame in the units that a log states; `None`: such numbers are no parts of the blame.
pub fn whole_blame(units: &str) -> Option<f64> {
    match units {
        "probability" => Some(1.0),
        "percent" | "%" => Some(100.0),
        _ => None,
    }
}

impl Attribution {
    /// Whether the numbers are parts of the blame: the most blamed has the largest.
    pub fn is_blame(&self) -> bool {
        self.units.as_deref().and_then(whole_blame).is_some()
    }

    /// Sum minus contract, if there is a contract.
    pub fn residual(&self) -> Option<f64> {
        self.contract.map(|contract| self.sum - contract)
    }

    /// Whether the sum meets the contract up to rounding, or `None` without a contract. The tolerance is 1e-9
    /// of the contract for computed credit, and 1e-4 for declared credit, which was printed.
    pub fn balances(&self) -> Option<bool> {
        let tolerance = if self.provenance == Provenance::Declared { 1e-4 } else { 1e-9 };
        let scale = self.contract.unwrap_or(0.0).abs().max(1.0);
        self.residual().map(|it| it.abs() <= tolerance * scale)
    }

    /// The credit of `agent`, if it is a number.
    pub fn agent(&self, agent: AgentId) -> Option<&Estimate> {
        self.agents.get(agent.index()).and_then(|it| it.value.number())
    }

    /// The credit of `act`, if it is a number.
    pub fn act(&self, act: ActId) -> Option<&Estimate> {
        // Most methods credit every act: then each entry is at its own index.
        if let Some((_, value)) = self.acts.get(act.index()).filter(|it| it.0 == act) {
            return value.number();
        }
        let index = self.acts.binary_search_by_key(&act, |it| it.0).ok()?;
        self.acts[index].1.number()
    }
}

/// One term of the arithmetic behind a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What the term is: `v({planner, coder}) - v({planner})`; display-safe.
    pub text: String,
    /// Its weight in the sum.
    pub weight: f64,
    /// Its value; `None` if not known.
    pub value: Option<f64>,
    /// Standard error of the value.
    pub standard_error: Option<f64>,
    /// Sample size.
    pub n: Option<u32>,
    /// The records it comes from.
    pub origins: Vec<Origin>,
}

/// The arithmetic of one number, term by term, which `e` shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whose number: `coder`, or `a17 (coder)`.
    pub subject: String,
    /// The method with its settings: `advantage (gamma 1, lambda 0.95)`; display-safe.
    pub title: String,
    /// The formula in symbols.
    pub formula: String,
    /// The formula with numbers, one line.
    pub substituted: String,
    /// Terms in descending order of |weight x value|.
    pub terms: Vec<Term>,
    /// The number explained.
    pub result: Value,
    /// Source of the formula.
    pub source: String,
    /// What to know.
    pub caveats: Vec<Caveat>,
    /// Row of the method table.
    pub method: String,
    /// What the number rests on.
    pub provenance: Provenance,
    /// What an absent agent does, if that matters.
    pub absence: Option<Absence>,
    /// If an agent's number is made of the numbers of its acts: the arithmetic of each act, the largest
    /// first.
    pub details: Vec<Detail>,
}

/// The arithmetic of one act, as part of its agent's number.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The act.
    pub act: ActId,
    /// `a17 (coder)`.
    pub subject: String,
    /// Its number.
    pub value: f64,
    /// Terms in descending order of |weight x value|.
    pub terms: Vec<Term>,
}

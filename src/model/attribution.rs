//! Computed credit: values in three states, with interval, provenance and arithmetic.

use super::{Absence, ActId, AgentId, Origin};

/// A number with what is known of its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The credit, in reward units unless the attribution says otherwise.
    pub value: f64,
    /// 95% interval, or sharp bounds if data is missing; `None` if not known.
    pub interval: Option<(f64, f64)>,
    /// Standard error, if the interval comes from one.
    pub standard_error: Option<f64>,
    /// Sample size behind it.
    pub n: Option<u32>,
}

impl Estimate {
    /// A number without known uncertainty.
    pub fn exact(value: f64) -> Self {
        Self { value, interval: None, standard_error: None, n: None }
    }

    /// A number with a standard error: the interval is value ± 1.96 SE.
    pub fn with_standard_error(value: f64, standard_error: f64, n: Option<u32>) -> Self {
        let half = 1.959_963_984_540_054 * standard_error;
        Self { value, interval: Some((value - half, value + half)), standard_error: Some(standard_error), n }
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

/// What is known of the difference between two agents' numbers beyond their own intervals. A value that both
/// rest on moves both and leaves their difference alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    agents: usize,
    /// By pair, half of the 95% interval (or of the sharp bounds) of the difference.
    halves: Vec<Option<f64>>,
}

impl Differences {
    /// Nothing known yet, for this many agents.
    pub fn of(agents: usize) -> Self {
        Self { agents, halves: vec![None; agents * agents] }
    }

    /// Sets the uncertainty of the difference of `a` and `b` to `half` on either side, in reward units.
    pub fn set(&mut self, a: AgentId, b: AgentId, half: f64) {
        for (a, b) in [(a.index(), b.index()), (b.index(), a.index())] {
            self.halves[a * self.agents + b] = Some(half);
        }
    }

    /// Half of the interval of the difference of `a` and `b`, or `None` if not known.
    pub fn half(&self, a: AgentId, b: AgentId) -> Option<f64> {
        self.halves.get(a.index() * self.agents + b.index()).copied().flatten()
    }
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
    /// The uncertainty of differences, if the method knows it for any pair.
    pub differences: Option<Differences>,
}

impl Attribution {
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

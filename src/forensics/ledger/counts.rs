//! What is counted of one agent.

/// One agent in the groups of one task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerRow {
    /// The task; display-safe. Empty: all of them.
    pub task: String,
    /// Who.
    pub agent: String,
    /// Groups that it is in, and those of them without a spread: nothing can be learned there.
    pub groups: usize,
    /// See `groups`.
    pub flat: usize,
    /// Rollouts that count, those that broke off, and those of groups without a spread.
    pub rollouts: usize,
    /// See `rollouts`.
    pub broken_off: usize,
    /// See `rollouts`.
    pub flat_rollouts: usize,
    /// Tokens that it wrote in all, and in groups without a spread.
    pub tokens: u64,
    /// See `tokens`.
    pub flat_tokens: u64,
    /// Declared numbers above 0 and below 0, and what they add up to. One number on all acts of a rollout counts once.
    pub up: usize,
    /// See `up`.
    pub down: usize,
    /// See `up`.
    pub mass: f64,
    /// Of these: of the wrong sign; of no group with a spread; and 0 although there is a signal.
    pub wrong_sign: usize,
    /// See `wrong_sign`.
    pub pushed: usize,
    /// See `wrong_sign`.
    pub lost: usize,
    /// The least that it got, and the rollout.
    pub least: Option<(f64, u32)>,
}

/// The lower of two; of equal ones the first rollout.
pub(super) fn least(a: Option<(f64, u32)>, b: Option<(f64, u32)>) -> Option<(f64, u32)> {
    let lower =
        |a: (f64, u32), b: (f64, u32)| if b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).is_lt() { b } else { a };
    a.zip(b).map(|(a, b)| lower(a, b)).or(a).or(b)
}

impl LedgerRow {
    /// Whether it never gets a signal: each of its groups is without a spread.
    pub fn is_without_signal(&self) -> bool {
        self.groups > 0 && self.flat == self.groups
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.groups += other.groups;
        self.flat += other.flat;
        self.rollouts += other.rollouts;
        self.broken_off += other.broken_off;
        self.flat_rollouts += other.flat_rollouts;
        self.tokens += other.tokens;
        self.flat_tokens += other.flat_tokens;
        self.up += other.up;
        self.down += other.down;
        self.mass += other.mass;
        self.wrong_sign += other.wrong_sign;
        self.pushed += other.pushed;
        self.lost += other.lost;
        self.least = least(self.least, other.least);
    }
}

//! The grammar: what an advantage may be made of, part by part, and what each part costs in bits.
//!
//! The parts are those of the code of verl, TRL, OpenRLHF, Dr. MAS and GiGPO, and the mistakes that public reports name.
//! Bits say how far a part is from what trainers mean to do: the first listed of several forms that fit is the cheapest.

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// The return of the rollout.
    Return,
    /// What the agent earned for itself.
    Own,
    /// What the next agent of the roster earned for itself.
    OtherOwn,
    /// The reward of the act.
    Act,
    /// The return by the number of acts.
    PerTurn,
    /// Rewards up to the act.
    FromStart,
    /// Rewards from the act on, discounted.
    ToGo(f64),
    /// Rewards after the act, discounted.
    ToGoAfter(f64),
    /// Rewards of the agent's own acts from the act on, discounted.
    OwnToGo(f64),
}

/// What makes samples a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// One group.
    Group,
    /// One group and agent.
    GroupAgent,
    /// One task text, in whatever group.
    Task,
    /// One group and place in the rollout.
    GroupTurn,
    /// One group, agent, and place among the agent's acts.
    GroupAgentTurn,
    /// One group and state.
    GroupState,
    /// One group, agent and state.
    GroupAgentState,
    /// All there are.
    All,
    /// One agent.
    AllAgent,
    /// One rollout.
    Trajectory,
    /// One agent of one rollout.
    TrajectoryAgent,
    /// One act.
    Alone,
    /// As many rollouts as most groups have, in the order of the log.
    Blocks,
}

/// What counts as one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A rollout: the mean of its rows.
    Rollout,
    /// An agent's part of a rollout.
    Part,
    /// A turn of a rollout.
    Turn,
    /// An act.
    Act,
    /// The first row of a rollout.
    First,
    /// A rollout, weighed by its tokens.
    Token,
}

/// What is subtracted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    /// The mean.
    Mean,
    /// The mean of the others.
    Others,
    /// Nothing.
    Nothing,
    /// The best.
    Best,
    /// The median.
    Median,
    /// A moving mean over episodes in the order of the log.
    Moving {
        /// Weight of the past.
        beta: f64,
        /// Whether it begins with the first return, not with 0.
        from_first: bool,
        /// Whether the own return is counted first.
        before: bool,
    },
    /// The mean by rollout, and the mean by state with a weight.
    Steps {
        /// Of the part by state.
        weight: f64,
        /// Discount of the rewards to come.
        gamma: f64,
    },
    /// The best alone gets its lead over the second; the others 0.
    BestOnly,
}

/// What is divided by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Nothing.
    Nothing,
    /// A standard deviation, and a number that keeps it from 0.
    Std {
        /// What is taken off the count: 0 or 1.
        ddof: u8,
        /// The small number.
        epsilon: f64,
    },
    /// The root of a variance and a number that keeps it from 0.
    Root {
        /// What is taken off the count: 0 or 1.
        ddof: u8,
        /// The small number.
        epsilon: f64,
    },
    /// A multiple of the median absolute deviation, and a number that keeps it from 0.
    Mad {
        /// The multiple.
        factor: f64,
        /// The small number.
        epsilon: f64,
    },
}

/// What counts how often where advantages are whitened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Each act once.
    Act,
    /// Each rollout once.
    Rollout,
    /// Each agent's part of a rollout once.
    Part,
    /// Each token once.
    Token,
}

/// What is done to all advantages at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Post {
    /// Nothing.
    Nothing,
    /// The other sign.
    Flipped,
    /// Only the sign is left.
    SignOnly,
    /// Clipped at this size.
    Clipped(f64),
    /// Minus the mean of all, by their spread.
    Whitened {
        /// What counts once.
        by: Weight,
        /// What is taken off the count: 0 or 1.
        ddof: u8,
        /// Whether the small number is under the root.
        root: bool,
        /// The small number.
        epsilon: f64,
    },
    /// The same with the other sign.
    WhitenedFlipped {
        /// What counts once.
        by: Weight,
        /// What is taken off the count: 0 or 1.
        ddof: u8,
        /// Whether the small number is under the root.
        root: bool,
        /// The small number.
        epsilon: f64,
    },
    /// By the spread of what all were made of.
    BatchStd {
        /// What counts once.
        by: Weight,
        /// What is taken off the count: 0 or 1.
        ddof: u8,
        /// The small number.
        epsilon: f64,
    },
    /// Multiplied by all samples by those that are not 0.
    NonZero,
}

/// Whose advantage an act gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Its own.
    Own,
    /// Its own on the last turn of the rollout, 0 before.
    LastTurn,
    /// Its own on the agent's last turn, 0 before.
    AgentsLastTurn,
    /// That of the rollout's first act.
    FirstAct,
    /// That of the rollout's last act.
    LastAct,
    /// That of the agent's first act.
    AgentsFirst,
    /// That of the agent's last act.
    AgentsLast,
    /// That of the next rollout of its group.
    NextRollout,
    /// That of the rollout before in its group.
    PreviousRollout,
    /// That of the next row.
    NextRow,
    /// That of the row before.
    PreviousRow,
    /// That of the next turn.
    NextTurn,
    /// That of the turn before.
    PreviousTurn,
    /// That of the next episode.
    NextEpisode,
    /// That of the episode before.
    PreviousEpisode,
    /// That of the next agent of the roster.
    OtherAgent,
}

/// What the advantage is multiplied by at an act.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Factor {
    /// Nothing.
    One,
    /// By the acts of the rollout.
    PerTurns,
    /// By the agent's acts.
    PerAgentTurns,
    /// By the root of the acts.
    PerRootTurns,
    /// By the tokens of the act.
    PerTokens,
    /// gamma to the number of turns that come after.
    Left(f64),
    /// gamma to the number of turns that come after, and one more.
    LeftAndOne(f64),
    /// gamma to the number of turns before.
    Gone(f64),
}

/// What becomes of rollouts that broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenOff {
    /// There are none.
    None,
    /// They are left out.
    Dropped,
    /// They count as they are logged.
    AsLogged,
    /// They count as 0.
    AsZero,
}

/// Small numbers that keep a spread from 0, as trainers have them.
pub(super) const EPSILONS: [f64; 5] = [0.0, 1e-9, 1e-8, 1e-6, 1e-4];

/// Discounts that are tried beside the one that the log names.
pub(super) const GAMMAS: [f64; 9] = [0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999];

/// A discount that is neither named by the log nor none costs more.
fn gamma_bits(gamma: f64, logged: Option<f64>) -> f64 {
    if gamma == 1.0 || logged == Some(gamma) { 0.0 } else { 2.0 }
}

impl Source {
    pub(super) fn bits(self, logged: Option<f64>) -> f64 {
        match self {
            Source::Return => 0.0,
            Source::Own => 1.0,
            Source::Act => 2.0,
            Source::PerTurn => 5.0,
            Source::OtherOwn | Source::FromStart => 6.0,
            Source::ToGo(gamma) => 3.0 + gamma_bits(gamma, logged),
            Source::OwnToGo(gamma) => 4.0 + gamma_bits(gamma, logged),
            Source::ToGoAfter(gamma) => 6.0 + gamma_bits(gamma, logged),
        }
    }

    pub(super) fn words(self) -> String {
        let discounted = |what: &str, gamma: f64| match gamma {
            1.0 => what.to_owned(),
            gamma => format!("{what} (gamma {gamma})"),
        };
        match self {
            Source::Return => "return".to_owned(),
            Source::Own => "own reward".to_owned(),
            Source::OtherOwn => "reward of another agent".to_owned(),
            Source::Act => "reward of the act".to_owned(),
            Source::PerTurn => "return by turns".to_owned(),
            Source::FromStart => "rewards up to the act".to_owned(),
            Source::ToGo(gamma) => discounted("return to go", gamma),
            Source::ToGoAfter(gamma) => discounted("return to go after the act", gamma),
            Source::OwnToGo(gamma) => discounted("own return to go", gamma),
        }
    }
}

impl Key {
    pub(super) const ALL: [Key; 13] = [
        Key::Group,
        Key::GroupAgent,
        Key::Task,
        Key::GroupTurn,
        Key::GroupAgentTurn,
        Key::GroupState,
        Key::GroupAgentState,
        Key::All,
        Key::AllAgent,
        Key::Trajectory,
        Key::TrajectoryAgent,
        Key::Alone,
        Key::Blocks,
    ];

    /// `has_own`: agents earn for themselves, so that a group by agent is what is meant.
    pub(super) fn bits(self, has_own: bool) -> f64 {
        match self {
            Key::Group => 0.0,
            Key::GroupAgent => {
                if has_own {
                    -0.5
                } else {
                    1.0
                }
            }
            Key::GroupAgentTurn | Key::GroupState | Key::All => 3.0,
            Key::Task | Key::GroupTurn | Key::GroupAgentState | Key::AllAgent => 4.0,
            Key::Trajectory => 5.0,
            Key::TrajectoryAgent | Key::Alone | Key::Blocks => 6.0,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Key::Group => "the group",
            Key::GroupAgent => "group and agent",
            Key::Task => "all groups of equal text",
            Key::GroupTurn => "group and turn",
            Key::GroupAgentTurn => "group, agent and turn",
            Key::GroupState => "group and state",
            Key::GroupAgentState => "group, agent and state",
            Key::All => "all groups together",
            Key::AllAgent => "the agent over all groups",
            Key::Trajectory => "each rollout by itself",
            Key::TrajectoryAgent => "each agent's part by itself",
            Key::Alone => "each act by itself",
            Key::Blocks => "blocks in the order of the log",
        }
    }
}

impl Unit {
    pub(super) fn bits(self) -> f64 {
        match self {
            Unit::Rollout => 0.0,
            Unit::Part => 1.0,
            Unit::Act => 2.0,
            Unit::Turn => 2.5,
            Unit::First | Unit::Token => 4.0,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Unit::Rollout => "rollouts",
            Unit::Part => "agents' parts",
            Unit::Turn => "turns",
            Unit::Act => "acts",
            Unit::First => "first acts of rollouts",
            Unit::Token => "tokens",
        }
    }
}

impl Base {
    pub(super) fn bits(self, logged: Option<f64>) -> f64 {
        match self {
            Base::Mean => 0.0,
            Base::Others => 1.0,
            Base::Nothing => 2.0,
            Base::Best | Base::Median => 4.0,
            Base::Moving { beta, .. } => 7.0 + if [0.9, 0.95, 0.99].contains(&beta) { 0.0 } else { 2.0 },
            Base::Steps { weight, gamma } => {
                4.0 + if weight == 1.0 { 0.0 } else { 2.0 } + gamma_bits(gamma, logged)
            }
            Base::BestOnly => 5.0,
        }
    }
}

impl Scale {
    pub(super) fn bits(self) -> f64 {
        let odd = |epsilon: f64| if [1e-8, 1e-6, 1e-4].contains(&epsilon) { 0.0 } else { 0.3 };
        match self {
            Scale::Nothing => 0.0,
            Scale::Std { ddof: 1, epsilon } => 1.0 + odd(epsilon),
            Scale::Std { epsilon, .. } => 1.5 + odd(epsilon),
            Scale::Root { .. } => 2.0,
            Scale::Mad { factor: 1.0, epsilon } => 4.0 + odd(epsilon),
            Scale::Mad { epsilon, .. } => 4.5 + odd(epsilon),
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Scale::Nothing => String::new(),
            Scale::Std { ddof, epsilon } => format!("std (ddof {ddof}) + {epsilon:e}"),
            Scale::Root { ddof, epsilon } => format!("sqrt(variance (ddof {ddof}) + {epsilon:e})"),
            Scale::Mad { factor: 1.0, .. } => "median absolute deviation".to_owned(),
            Scale::Mad { factor, .. } => format!("{factor} x median absolute deviation"),
        }
    }

    /// What forms differ in that a reader would not call another formula.
    pub(super) fn kind(self) -> u8 {
        match self {
            Scale::Nothing => 0,
            Scale::Std { .. } | Scale::Root { .. } => 1,
            Scale::Mad { .. } => 2,
        }
    }
}

impl Weight {
    pub(super) fn words(self) -> &'static str {
        match self {
            Weight::Act => "acts",
            Weight::Rollout => "rollouts",
            Weight::Part => "agents' parts",
            Weight::Token => "tokens",
        }
    }

    fn bits(self) -> f64 {
        if self == Weight::Act { 0.1 } else { 0.0 }
    }
}

impl Post {
    pub(super) fn bits(self) -> f64 {
        match self {
            Post::Nothing => 0.0,
            Post::BatchStd { by, .. } => 2.0 + by.bits(),
            Post::Whitened { by, .. } => 4.0 + by.bits(),
            Post::Flipped | Post::SignOnly | Post::Clipped(_) | Post::NonZero => 5.0,
            Post::WhitenedFlipped { by, .. } => 9.0 + by.bits(),
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Post::Nothing => String::new(),
            Post::Flipped => "then with the sign flipped".to_owned(),
            Post::SignOnly => "then only its sign".to_owned(),
            Post::Clipped(at) => format!("then clipped at {at}"),
            Post::Whitened { by, .. } => {
                format!("then normalised again over all {}", by.words())
            }
            Post::WhitenedFlipped { by, .. } => {
                format!("then normalised again over all {}, with the sign flipped", by.words())
            }
            Post::BatchStd { by, .. } => format!("then by the std of all {}", by.words()),
            Post::NonZero => "then by the share of samples that are not 0".to_owned(),
        }
    }

    /// As [`Scale::kind`].
    pub(super) fn kind(self) -> u8 {
        match self {
            Post::Nothing => 0,
            Post::Flipped => 1,
            Post::SignOnly => 2,
            Post::Clipped(_) => 3,
            Post::Whitened { .. } => 4,
            Post::WhitenedFlipped { .. } => 5,
            Post::BatchStd { .. } => 6,
            Post::NonZero => 7,
        }
    }
}

impl Taken {
    pub(super) fn bits(self) -> f64 {
        match self {
            Taken::Own => 0.0,
            Taken::LastTurn => 4.0,
            Taken::AgentsLastTurn | Taken::FirstAct | Taken::LastAct => 5.0,
            Taken::NextEpisode | Taken::PreviousEpisode => 7.0,
            _ => 6.0,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Taken::Own => "",
            Taken::LastTurn => "on the last turn only",
            Taken::AgentsLastTurn => "on the last turn of each agent only",
            Taken::FirstAct => "that of the first act on all acts",
            Taken::LastAct => "that of the last act on all acts",
            Taken::AgentsFirst => "that of the agent's first act on all its acts",
            Taken::AgentsLast => "that of the agent's last act on all its acts",
            Taken::NextRollout => "that of the next rollout of the group",
            Taken::PreviousRollout => "that of the rollout before in the group",
            Taken::NextRow => "that of the next row",
            Taken::PreviousRow => "that of the row before",
            Taken::NextTurn => "that of the next turn",
            Taken::PreviousTurn => "that of the turn before",
            Taken::NextEpisode => "that of the next episode",
            Taken::PreviousEpisode => "that of the episode before",
            Taken::OtherAgent => "that of another agent",
        }
    }
}

impl Factor {
    pub(super) fn bits(self, logged: Option<f64>) -> f64 {
        match self {
            Factor::One => 0.0,
            Factor::Left(gamma) | Factor::LeftAndOne(gamma) | Factor::Gone(gamma) => {
                4.0 + gamma_bits(gamma, logged)
            }
            _ => 4.0,
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Factor::One => String::new(),
            Factor::PerTurns => "divided by turns".to_owned(),
            Factor::PerAgentTurns => "divided by the agent's turns".to_owned(),
            Factor::PerRootTurns => "divided by the root of turns".to_owned(),
            Factor::PerTokens => "divided by tokens".to_owned(),
            Factor::Left(gamma) => format!("times {gamma}^(turns left)"),
            Factor::LeftAndOne(gamma) => format!("times {gamma}^(turns left + 1)"),
            Factor::Gone(gamma) => format!("times {gamma}^(turns before)"),
        }
    }
}

impl BrokenOff {
    pub(super) fn bits(self) -> f64 {
        match self {
            BrokenOff::None | BrokenOff::Dropped => 0.0,
            BrokenOff::AsLogged => 1.0,
            BrokenOff::AsZero => 3.0,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            BrokenOff::None => "",
            BrokenOff::Dropped => "without rollouts that broke off",
            BrokenOff::AsLogged => "with rollouts that broke off as they are logged",
            BrokenOff::AsZero => "with rollouts that broke off as 0",
        }
    }
}

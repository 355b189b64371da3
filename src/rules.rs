//! Rules over the episodes of a run: what should ring while a team trains, or fail a check.
//!
//! ```text
//! rule      = condition ["for" N]                       N episodes in a row
//! condition = and {"or" and}      and = not {"and" not}      not = ["not"] ( "(" condition ")" | test )
//! test      = quantity (< <= > >= = !=) number  |  "least" (= !=) AGENT  |  "failed"
//!
//! R, reward           the reward of the episode
//! residual            how far the sum of credit misses R, without its sign
//! errors              acts in which something went wrong
//! acts, acts(AGENT)   actions of all, of one agent; messages apart
//! credit(AGENT)       its credit, also c(AGENT)
//! share(AGENT)        its part of the gross loss in a failure, of the gross gain in a success: 0 to 1
//! fall(AGENT)         how far its credit has fallen, in deviations (CUSUM, as in the film); fall(*): the largest of all
//! drift(AGENT)        slope of its credit over the newest 150 episodes: `< -.05 per 100`, or `> 3sigma` in standard errors, either way
//! tau(prev)           Kendall's tau-b of the credits of this episode and of the one before
//! rate(CONDITION, N)  the part of the last N episodes in which it holds
//! ```
//!
//! What is not known holds nothing: a test of a quantity that an episode does not have is neither true nor false. A rule about
//! single episodes hits in every one in which it holds; a rule about several where it begins to hold. Episodes that broke off or
//! are open take no part. Pure: a [`Watch`] takes one episode after another and needs no more time for the last than for the first.

mod condition;
mod parse;
mod watch;
mod windows;

#[cfg(test)]
mod tests;

pub use parse::{RULE_WORDS, RuleError};
pub use watch::{Hit, Rule, Watch};

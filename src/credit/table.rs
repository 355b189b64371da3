//! The method table: the one list of all methods.
//!
//! A row stands beside the arithmetic it names; here the rows are put in order. Everything that lists methods
//! is made from this table: the what-if form, `--method`, `--baseline` and `--param` with their help, the
//! pages of `creditscope methods`, explanations, the sweep, what a log's own word for a method means, and
//! which method is nearest to one that cannot be computed. So a new method touches two places:
//!
//! 1. its own file in `credit`, with a `const` of type [`Method`]: what it is called, needs and takes, and
//!    the two functions `compute` and `terms`;
//! 2. one line below.
//!
//! The tests add a method in this way and find it everywhere.

use super::method::Method;
use super::{backprop, coalition, declared, deviation, discount, group, replay, split, time};

/// All methods, best explained first.
pub fn methods() -> &'static [Method] {
    #[cfg(test)]
    if let Some(table) = tests::table() {
        return table;
    }
    METHODS
}

/// The method with this name.
pub fn method(name: &str) -> Option<&'static Method> {
    methods().iter().find(|it| it.name == name)
}

static METHODS: &[Method] = &[
    coalition::SHAPLEY,
    coalition::REMOVAL,
    coalition::BANZHAF,
    coalition::FIRST_IN,
    coalition::OWEN,
    coalition::MYERSON,
    coalition::PRECEDENCE,
    coalition::LEAST_CORE,
    coalition::SAMPLED,
    deviation::METHOD,
    replay::REPLAY_LOO,
    replay::REPLAY_MEAN,
    replay::REPLAY_NORMALISED,
    replay::REPLAY_TREE,
    replay::REPLAY_POOLED,
    replay::REPLAY_ASSISTED,
    replay::REPLAY_VALUE,
    group::GROUP,
    group::GROUP_AGENT,
    group::GROUP_ROLE,
    group::GROUP_TURN,
    group::GROUP_STATE,
    declared::METHOD,
    backprop::METHOD,
    discount::DISCOUNT,
    time::REDISTRIBUTION,
    time::GAE,
    time::SHAPING,
    discount::ELIGIBILITY,
    split::ACTIVITY,
    split::UNIFORM,
    split::BROADCAST,
];

#[cfg(test)]
pub(crate) mod tests;

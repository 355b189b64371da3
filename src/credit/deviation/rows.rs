//! The row of the single deviations.

use super::super::method::{Applies, Family, Method, Need, Param, TO_COME};
use super::baseline::BASELINES;
use super::{compute, terms};

/// The row of single deviation.
pub(in crate::credit) const METHOD: Method = Method {
    name: "difference",
    title: "single deviation",
    family: Family::Deviation,
    needs: &[Need::Acts],
    baselines: BASELINES,
    params: &[
        Param {
            name: "realised",
            default: Some(0.0),
            min: 0.0,
            max: 1.0,
            step: 1.0,
            applies: Applies::Always,
            what: "take the reward that came out in place of the expected value of the action taken",
        },
        TO_COME,
        Param {
            name: "tau",
            default: Some(0.5),
            min: 0.0,
            max: 1000.0,
            step: 0.1,
            applies: Applies::With(&["tempered"]),
            what: "temperature of the tempered policy: 0 greedy, 1 as logged, large uniform",
        },
        Param {
            name: "null",
            default: Some(0.0),
            min: 0.0,
            max: 1000.0,
            step: 1.0,
            applies: Applies::With(&["null"]),
            what: "which alternative of an act is its null action, from 1; 0, or past the last: the logged default",
        },
        Param {
            name: "k",
            default: Some(0.0),
            min: -1e12,
            max: 1e12,
            step: 0.1,
            applies: Applies::With(&["constant"]),
            what: "the number the constant baseline subtracts, in reward units",
        },
    ],
    formula: "A = G - b, summed over the agent's actions",
    source: "Wolpert and Tumer 2002; Foerster et al. 2018",
    caveats: &["not a division of R: credits of acts overlap, and their sum need not be R"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[
        ("difference", Some("null")),
        ("difference_reward", Some("null")),
        ("difference_rewards", Some("null")),
        ("wonderful_life", Some("null")),
        ("wlu", Some("null")),
        ("coma", Some("policy")),
        ("aristocrat", Some("uniform")),
        ("aristocrat_utility", Some("uniform")),
    ],
    compute,
    terms,
};

//! The method table: the one list of all methods.

use super::method::{Family, Method, Need, Param};
use super::{declared, deviation, split};

/// All methods, best explained first.
pub fn methods() -> &'static [Method] {
    METHODS
}

/// The method with this name.
pub fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|it| it.name == name)
}

static METHODS: &[Method] = &[
    Method {
        name: "difference",
        title: "single deviation",
        family: Family::Deviation,
        needs: &[Need::Acts],
        baselines: deviation::BASELINES,
        params: &[
            Param {
                name: "realised",
                default: Some(0.0),
                min: 0.0,
                max: 1.0,
                step: 1.0,
                what: "take the reward that came out in place of the expected value of the action taken",
            },
            Param {
                name: "tau",
                default: Some(0.5),
                min: 0.0,
                max: 1000.0,
                step: 0.1,
                what: "temperature of the tempered policy: 0 greedy, 1 as logged, large uniform",
            },
            Param {
                name: "k",
                default: Some(0.0),
                min: -1e12,
                max: 1e12,
                step: 0.1,
                what: "the number the constant baseline subtracts, in reward units",
            },
        ],
        formula: "A = G - b, summed over the agent's actions",
        source: "Wolpert and Tumer 2002; Foerster et al. 2018",
        caveats: &["not a division of R: credits of acts overlap, and their sum need not be R"],
        efficient: false,
        names_culprit: true,
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
        compute: deviation::compute,
        terms: deviation::terms,
    },
    Method {
        name: "declared",
        title: "declared credit",
        family: Family::Declared,
        needs: &[Need::DeclaredCredit],
        baselines: &[],
        params: &[],
        formula: "c_i as logged",
        source: "the log's `credit` record",
        caveats: &["the word of whoever wrote the log"],
        efficient: false,
        names_culprit: true,
        aliases: &[],
        compute: declared::compute,
        terms: declared::terms,
    },
    Method {
        name: "activity",
        title: "activity share",
        family: Family::Split,
        needs: &[Need::Reward, Need::Acts],
        baselines: split::ACTIVITY,
        params: &[],
        formula: "c_i = R k_i / sum k",
        source: "accounting convention",
        caveats: &["credit follows how much an agent did, not what it was worth"],
        efficient: true,
        names_culprit: true,
        aliases: &[("activity", Some("actions")), ("activity_share", Some("actions"))],
        compute: split::active,
        terms: split::terms,
    },
    Method {
        name: "uniform",
        title: "uniform split",
        family: Family::Split,
        needs: &[Need::Reward],
        baselines: &[],
        params: &[Param {
            name: "active",
            default: Some(0.0),
            min: 0.0,
            max: 1.0,
            step: 1.0,
            what: "divide among the agents that acted only",
        }],
        formula: "c_i = R / n",
        source: "team average, the split of value decomposition at its start",
        caveats: &["everyone gets the same: it cannot single anyone out"],
        efficient: true,
        names_culprit: false,
        aliases: &[("uniform", None), ("equal_split", None)],
        compute: split::uniform,
        terms: split::terms,
    },
    Method {
        name: "broadcast",
        title: "broadcast (team reward)",
        family: Family::Split,
        needs: &[Need::Reward],
        baselines: &[],
        params: &[],
        formula: "c_i = R",
        source: "shared team reward, the default of cooperative multi-agent RL",
        caveats: &["the whole reward for everyone: not a division of R, and it cannot single anyone out"],
        efficient: false,
        names_culprit: false,
        aliases: &[("broadcast", None), ("team_reward", None), ("shared_reward", None)],
        compute: split::broadcast,
        terms: split::terms,
    },
];

//! The method table: the one list of all methods.

use super::method::{Family, Method, Need, Param};
use super::{declared, split};

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

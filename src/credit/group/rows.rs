//! The rows of the methods that compare rollouts of one task: docs/METHODS.md#group and those below it.

use crate::credit::convention::NORMALISATIONS;
use crate::credit::method::{Applies, Baseline, Family, Method, Need, Param};

use super::{compute, terms};

/// What is subtracted, and what that is divided by.
pub(super) const BASELINES: &[Baseline] = &[
    baseline("mean", "mean", "A = x - mean x", "Dr. GRPO (2503.20783); MAGRPO (2508.04652)", false),
    baseline("loo", "mean of the others", "A = x - mean x of the others", "RLOO (2402.14740)", true),
    baseline("best", "best", "A = x - max x", "distance to the best of the group", true),
    baseline("none", "nothing", "A = x", "REINFORCE without a baseline", true),
    scaled("population", "A = (x - mean x) / sqrt(popvar x + 1e-8)"),
    scaled("trl", "A = (x - mean x) / (std x + 1e-4), std over n - 1"),
    scaled("verl", "A = (x - mean x) / (std x + 1e-6), std over n - 1; one alone keeps x / (1 + 1e-6)"),
    scaled("openrlhf", "A = (x - mean x) / (std x + 1e-9), std over n - 1"),
    scaled("whitened", "A = (x - mean x) / (std x + 1e-9), std over n"),
];

const fn baseline(
    name: &'static str,
    title: &'static str,
    formula: &'static str,
    source: &'static str,
    rescales: bool,
) -> Baseline {
    Baseline { name, title, formula, source, needs: &[], names_culprit: false, rescales }
}

/// A normalisation of the GRPO family by its name.
const fn scaled(name: &'static str, formula: &'static str) -> Baseline {
    let mut at = 0;
    while at < NORMALISATIONS.len() {
        let row = NORMALISATIONS[at];
        if same(row.name, name) {
            return baseline(row.name, row.title, formula, row.source, true);
        }
        at += 1;
    }
    panic!("no normalisation has this name")
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

const GAMMA: Param = Param {
    name: "gamma",
    default: None,
    min: 0.0,
    max: 1.0,
    step: 0.01,
    what: "discount of the rewards to come; from the log: the run's gamma, else 1",
    applies: Applies::Always,
};

const ROLLOUT: &str =
    "a number of the whole rollout, shown once: no division of R, and it cannot single anyone out";
const OTHERS: &str = "compares with other rollouts of the task: part of the number is the luck of this one";

const fn row(name: &'static str, title: &'static str, formula: &'static str, source: &'static str) -> Method {
    Method {
        name,
        title,
        family: Family::Group,
        needs: &[Need::OtherEpisodes],
        baselines: BASELINES,
        params: &[],
        formula,
        source,
        caveats: &[ROLLOUT],
        efficient: false,
        names_culprit: false,
        variant_of: None,
        aliases: &[],
        compute,
        terms,
    }
}

/// Rollouts of one task.
pub(in crate::credit) const GROUP: Method = Method {
    aliases: &[("group_advantage", Some("mean"))],
    ..row("group", "group advantage", "x = R of each rollout of the task", "GRPO (2402.03300)")
};

/// An agent's own reward in rollouts of one task.
pub(in crate::credit) const GROUP_AGENT: Method = Method {
    caveats: &[OTHERS],
    aliases: &[("dr_mas", Some("verl"))],
    ..row(
        "group-agent",
        "group advantage by agent",
        "x = what the agent earned for itself in each rollout of the task, else R",
        "Dr. MAS (2602.08847)",
    )
};

/// A role's part in rollouts of one task.
pub(in crate::credit) const GROUP_ROLE: Method = Method {
    caveats: &[OTHERS],
    aliases: &[("m_grpo", Some("verl"))],
    ..row(
        "group-role",
        "group advantage by role",
        "x = mean of what agents of the role earned for themselves in each rollout of the task, else R",
        "M-GRPO (2511.13288)",
    )
};

/// Acts with one turn number.
pub(in crate::credit) const GROUP_TURN: Method = Method {
    needs: &[Need::OtherEpisodes, Need::Acts],
    params: &[
        Param {
            name: "to-go",
            default: Some(0.0),
            min: 0.0,
            max: 1.0,
            step: 1.0,
            what: "x is the sum of the rewards from the act on, not that of the act alone",
            applies: Applies::Always,
        },
        GAMMA,
    ],
    caveats: &[
        "rollouts that have no such turn are not compared with: what going on or stopping earns changes",
        OTHERS,
    ],
    aliases: &[("at_grpo", Some("verl"))],
    ..row(
        "group-turn",
        "group advantage by turn",
        "x = reward of the act of one agent and turn in each rollout of the task",
        "AT-GRPO (2510.11062)",
    )
};

/// Acts that began in one state.
pub(in crate::credit) const GROUP_STATE: Method = Method {
    needs: &[Need::OtherEpisodes, Need::Acts],
    params: &[
        GAMMA,
        Param {
            name: "step-weight",
            default: Some(1.0),
            min: 0.0,
            max: 100.0,
            step: 0.1,
            what: "weight of the part by state beside that by rollout",
            applies: Applies::Always,
        },
    ],
    caveats: &["states are compared as they are written: similar ones count as different", OTHERS],
    aliases: &[("gigpo", Some("verl"))],
    ..row(
        "group-state",
        "group in group by state",
        "A_E + w A_S; A_E: x = R of each rollout; A_S: x = sum_(u>=t) gamma^(u-t) r_u of the acts of equal state, \
         0 if there is one only",
        "GiGPO (2505.10978)",
    )
};

//! The rows of the methods that follow values through time, and their parameters.

use super::super::method::{Applies, Baseline, Family, Method, Need, Param, TO_COME};
use super::{compute, terms};

/// Where the residual of a redistribution goes.
const RESIDUAL: &[Baseline] = &[
    residual("last", "residual to the last step", "the residual R - V goes to the last step"),
    residual("uniform", "residual to all steps", "the residual R - V is shared by all steps"),
    residual("proportional", "residual by change", "the residual R - V is shared as |V_{t+1} - V_t|"),
];

const fn residual(name: &'static str, title: &'static str, formula: &'static str) -> Baseline {
    Baseline {
        name,
        title,
        formula,
        source: "RUDDER (Arjona-Medina et al. 2019)",
        needs: &[],
        names_culprit: true,
        rescales: false,
    }
}

const BY_TIME: Param = Param {
    name: "by-time",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "count a reward when it came, as a trainer's buffer does, and not at the acts that it is `of`",
    applies: Applies::EarlyReward,
};

const GAMMA: Param = Param {
    name: "gamma",
    default: None,
    min: 0.0,
    max: 1.0,
    step: 0.01,
    what: "discount factor per step; from the log: the run's, else 1",
    applies: Applies::Always,
};

/// Parameters of generalised advantages.
const ADVANTAGE_PARAMS: &[Param] = &[
    GAMMA,
    Param {
        name: "lambda",
        default: Some(0.95),
        min: 0.0,
        max: 1.0,
        step: 0.05,
        what: "how far ahead returns are believed: 1 the return minus V, 0 one step and V",
        applies: Applies::Always,
    },
    TO_COME,
    BY_TIME,
];

const END: Param = Param {
    name: "end",
    default: None,
    min: -1e12,
    max: 1e12,
    step: 0.1,
    what: "the expected return of the episode after the last act, which no act logs",
    applies: Applies::Always,
};

/// Parameters of return redistribution.
const REDISTRIBUTION_PARAMS: &[Param] = &[END, TO_COME, BY_TIME];

/// Parameters of potential shaping.
const SHAPING_PARAMS: &[Param] = &[GAMMA, END, TO_COME, BY_TIME];

/// The row of return redistribution.
pub(in crate::credit) const REDISTRIBUTION: Method = Method {
    name: "redistribution",
    title: "return redistribution",
    family: Family::Time,
    needs: &[Need::Reward, Need::Acts, Need::StateValues],
    baselines: RESIDUAL,
    params: REDISTRIBUTION_PARAMS,
    formula: "c_t = V_{t+1} - V_t + its part of R - V_T, V = received before + V to come",
    source: "RUDDER (Arjona-Medina et al. 2019)",
    caveats: &["a critic's word: the luck of the environment is in the change of V"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[("rudder", Some("last")), ("return_redistribution", Some("last"))],
    compute,
    terms,
};

/// The row of generalised advantage.
pub(in crate::credit) const GAE: Method = Method {
    name: "gae",
    title: "generalised advantage",
    family: Family::Time,
    needs: &[Need::Reward, Need::Acts, Need::StateValues],
    baselines: &[],
    params: ADVANTAGE_PARAMS,
    formula: "A_t = delta_t + gamma lambda A_{t+1}, delta_t = r_t + gamma V_{t+1} - V_t, V to come",
    source: "Schulman et al. 2016",
    caveats: &["not a division of R: what comes later counts for every act before it"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[("gae", None), ("mappo", None)],
    compute,
    terms,
};

/// The row of potential shaping.
pub(in crate::credit) const SHAPING: Method = Method {
    name: "shaping",
    title: "potential shaping",
    family: Family::Time,
    needs: &[Need::Reward, Need::Acts, Need::StateValues],
    baselines: &[],
    params: SHAPING_PARAMS,
    formula: "F_t = gamma Phi_{t+1} - Phi_t, Phi = received before + V to come",
    source: "Ng, Harada and Russell 1999",
    caveats: &["not a division of R: it says how the critic's hope moved"],
    efficient: false,
    names_culprit: true,
    variant_of: Some("redistribution"),
    aliases: &[("potential_shaping", None)],
    compute,
    terms,
};

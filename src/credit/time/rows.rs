//! The rows of the methods that follow values through time, and their parameters.

use super::super::method::{Applies, Baseline, Family, Method, Need, Param};
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
    }
}

const TO_COME: Param = Param {
    name: "to-come",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "logged values are of the rewards still to come, not of the whole episode",
    applies: Applies::Always,
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
];

const END: Param = Param {
    name: "end",
    default: None,
    min: -1e12,
    max: 1e12,
    step: 0.1,
    what: "the value of the situation after the last act, which no act logs",
    applies: Applies::Always,
};

/// Parameters of return redistribution.
const REDISTRIBUTION_PARAMS: &[Param] = &[END, TO_COME];

/// Parameters of potential shaping.
const SHAPING_PARAMS: &[Param] = &[GAMMA, END, TO_COME];

/// The row of return redistribution.
pub(in crate::credit) const REDISTRIBUTION: Method = Method {
    name: "redistribution",
    title: "return redistribution",
    family: Family::Time,
    needs: &[Need::Reward, Need::Acts, Need::StateValues],
    baselines: RESIDUAL,
    params: REDISTRIBUTION_PARAMS,
    formula: "c_t = V_{t+1} - V_t + its part of R - V_T",
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
    formula: "A_t = delta_t + gamma lambda A_{t+1}, delta_t = r_t + gamma V_{t+1} - V_t",
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
    formula: "F_t = gamma Phi_{t+1} - Phi_t, Phi = V",
    source: "Ng, Harada and Russell 1999",
    caveats: &["not a division of R: it says how the critic's hope moved"],
    efficient: false,
    names_culprit: true,
    variant_of: Some("redistribution"),
    aliases: &[("potential_shaping", None)],
    compute,
    terms,
};

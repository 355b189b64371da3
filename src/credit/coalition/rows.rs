//! The rows of the coalition methods that need no structure: Shapley, Banzhaf, removal, first in.

use super::super::method::{Applies, Family, Method, Need, Param};
use super::{marginal, semivalue, terms};

/// Where the values of coalitions that are not logged may lie.
pub(in crate::credit) const BOUNDS: &[Param] = &[
    Param {
        name: "lo",
        default: None,
        min: -1e12,
        max: 1e12,
        step: 0.1,
        what: "the least a coalition that is not logged can earn; from the log: the least logged",
        applies: Applies::Incomplete,
    },
    Param {
        name: "hi",
        default: None,
        min: -1e12,
        max: 1e12,
        step: 0.1,
        what: "the most a coalition that is not logged can earn; from the log: the most logged",
        applies: Applies::Incomplete,
    },
];

/// The row of Shapley value.
pub(in crate::credit) const SHAPLEY: Method = Method {
    name: "shapley",
    title: "Shapley value",
    family: Family::Coalition,
    needs: &[Need::Coalitions],
    baselines: &[],
    params: BOUNDS,
    formula: "phi_i = sum_S s!(n-s-1)!/n! [v(S+i) - v(S)]",
    source: "Shapley 1953",
    caveats: &[],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[
        ("shapley", None),
        ("shapley_value", None),
        ("shapley_values", None),
        ("shapley_exact", None),
        ("exact_shapley", None),
    ],
    compute: semivalue,
    terms,
};

/// The row of removal (leave one out).
pub(in crate::credit) const REMOVAL: Method = Method {
    name: "removal",
    title: "removal (leave one out)",
    family: Family::Coalition,
    needs: &[Need::Coalitions],
    baselines: &[],
    params: &[],
    formula: "c_i = v(N) - v(N without i)",
    source: "leave one out; Wolpert and Tumer 2002",
    caveats: &["not a division of R; where agents can stand in for each other all get 0"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[("removal", None), ("agent_removal", None), ("leave_one_out", None), ("ablation", None)],
    compute: marginal,
    terms,
};

/// The row of Banzhaf value.
pub(in crate::credit) const BANZHAF: Method = Method {
    name: "banzhaf",
    title: "Banzhaf value",
    family: Family::Coalition,
    needs: &[Need::Coalitions],
    baselines: &[],
    params: BOUNDS,
    formula: "c_i = 2^-(n-1) sum_S [v(S+i) - v(S)]",
    source: "Banzhaf 1965",
    caveats: &["not a division of R; sturdier than Shapley under noise"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[("banzhaf", None), ("banzhaf_value", None), ("banzhaf_index", None)],
    compute: semivalue,
    terms,
};

/// The row of first in (alone).
pub(in crate::credit) const FIRST_IN: Method = Method {
    name: "first-in",
    title: "first in (alone)",
    family: Family::Coalition,
    needs: &[Need::Coalitions],
    baselines: &[],
    params: &[],
    formula: "c_i = v({i}) - v(nobody)",
    source: "marginal contribution to nobody",
    caveats: &["not a division of R; what an agent earns alone says nothing of the team"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[("first_in", None)],
    compute: marginal,
    terms,
};

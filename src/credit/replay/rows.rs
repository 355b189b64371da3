//! The rows of the replay methods, and their parameters.

use super::super::convention::NORMALISATIONS;
use super::super::method::{Applies, Baseline, Family, Method, Need, Param, TO_COME};
use super::{compute, terms};

/// How candidates are weighed against each other.
const WEIGHTS: &[Baseline] = &[
    Baseline {
        name: "equal",
        title: "equal weights",
        formula: "w = 1",
        source: "C3; RLOO (Kool et al. 2019)",
        needs: &[],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "replays",
        title: "weighted by replays",
        formula: "w = number of replays",
        source: "C3, leave-one-out over replay counts",
        needs: &[],
        names_culprit: true,
        rescales: false,
    },
];

const DROP_DUPLICATES: Param = Param {
    name: "drop-duplicates",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "count candidates with one label once; biased: what the policy favours weighs no more than the rest",
    applies: Applies::Always,
};

const MIN_REPLAYS: Param = Param {
    name: "min-replays",
    default: Some(0.0),
    min: 0.0,
    max: 1e6,
    step: 1.0,
    what: "leave out candidates with fewer replays",
    applies: Applies::Always,
};

const FULL_MEAN: Param = Param {
    name: "mean",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "compare with the mean of all candidates, itself included, in place of the others'",
    applies: Applies::Always,
};

const NORMALISE: Param = Param {
    name: "normalise",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "subtract the mean of the group's credits and divide by their spread: (A - mean A) / sqrt(popvar A + 1e-8)",
    applies: Applies::Always,
};

const POOLED: Param = Param {
    name: "pooled",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "compare with the candidates of every context of the role, as if nothing had been replayed",
    applies: Applies::Always,
};

const BY_REPLAYS: Param = Param {
    name: "by-replays",
    default: Some(0.0),
    min: 0.0,
    max: 1.0,
    step: 1.0,
    what: "weigh each candidate by its number of replays in place of evenly",
    applies: Applies::Always,
};

/// Options of leave-one-out and the group mean, whose weights are their baseline.
const OPTIONS: &[Param] = &[NORMALISE, POOLED, DROP_DUPLICATES, MIN_REPLAYS];

/// Options of normalised replays.
const NORMALISED_OPTIONS: &[Param] = &[FULL_MEAN, BY_REPLAYS, POOLED, DROP_DUPLICATES, MIN_REPLAYS];

/// Options of pooled replays.
const POOLED_OPTIONS: &[Param] = &[FULL_MEAN, BY_REPLAYS, NORMALISE, DROP_DUPLICATES, MIN_REPLAYS];

/// Options of the replay tree. Its groups are nested, so they cannot be pooled.
const TREE_OPTIONS: &[Param] = &[FULL_MEAN, BY_REPLAYS, NORMALISE, DROP_DUPLICATES, MIN_REPLAYS];

/// Options of the critic's values.
const VALUE_OPTIONS: &[Param] =
    &[TO_COME, FULL_MEAN, BY_REPLAYS, NORMALISE, POOLED, DROP_DUPLICATES, MIN_REPLAYS];

/// Options of the value-assisted method.
const ASSISTED_OPTIONS: &[Param] = &[
    Param {
        name: "alpha",
        default: Some(0.5),
        min: 0.0,
        max: 1.0,
        step: 0.05,
        what: "how much of the baseline comes from the critic's values: 0 replays only",
        applies: Applies::Always,
    },
    TO_COME,
    FULL_MEAN,
    BY_REPLAYS,
    NORMALISE,
    POOLED,
    DROP_DUPLICATES,
    MIN_REPLAYS,
];

/// The row of replay leave-one-out.
pub(in crate::credit) const REPLAY_LOO: Method = Method {
    name: "replay-loo",
    title: "replay leave-one-out",
    family: Family::Replay,
    needs: &[Need::Replays],
    baselines: WEIGHTS,
    params: OPTIONS,
    formula: "A_j = Rbar_j - sum_(k!=j) w_k Rbar_k / sum_(k!=j) w_k",
    source: "C3; RLOO (Kool et al. 2019)",
    caveats: &["not a division of R: it compares what happened with its siblings"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[
        ("c3_loo", Some("equal")),
        ("c3", Some("equal")),
        ("rloo", Some("equal")),
        ("magrpo_rloo", Some("equal")),
        ("replay_loo", Some("equal")),
    ],
    compute,
    terms,
};

/// The row of replay group mean.
pub(in crate::credit) const REPLAY_MEAN: Method = Method {
    name: "replay-mean",
    title: "replay group mean",
    family: Family::Replay,
    needs: &[Need::Replays],
    baselines: WEIGHTS,
    params: OPTIONS,
    formula: "A_j = Rbar_j - sum w Rbar / sum w",
    source: "GRPO (Shao et al. 2024), MAGRPO, without its normalisation",
    caveats: &["not a division of R: it compares what happened with its siblings"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[
        ("c3_full_mean", Some("equal")),
        ("magrpo", Some("equal")),
        ("magrpo_mean", Some("equal")),
        ("dr_grpo", Some("equal")),
        ("replay_mean", Some("equal")),
    ],
    compute,
    terms,
};

/// The row of normalised replays.
pub(in crate::credit) const REPLAY_NORMALISED: Method = Method {
    name: "replay-normalised",
    title: "normalised replays",
    family: Family::Replay,
    needs: &[Need::Replays],
    baselines: NORMALISATIONS,
    params: NORMALISED_OPTIONS,
    formula: "(A_j - mean A) / s",
    source: "GRPO (Shao et al. 2024)",
    caveats: &[
        "in standard deviations of its group, not in reward units: groups of equal spread weigh the same",
    ],
    efficient: false,
    names_culprit: true,
    variant_of: Some("replay-loo"),
    aliases: &[("grpo", Some("population"))],
    compute,
    terms,
};

/// The row of replay tree.
pub(in crate::credit) const REPLAY_TREE: Method = Method {
    name: "replay-tree",
    title: "replay tree",
    family: Family::Replay,
    needs: &[Need::Replays],
    baselines: &[],
    params: TREE_OPTIONS,
    formula: "A_j = mean of the leaves below j - mean over its siblings",
    source: "C3, nested groups: a node's reward is the mean over the leaves below it",
    caveats: &["not a division of R: leaves of later groups count for what led to them"],
    efficient: false,
    names_culprit: true,
    variant_of: Some("replay-loo"),
    aliases: &[],
    compute,
    terms,
};

/// The row of pooled replays (no replay).
pub(in crate::credit) const REPLAY_POOLED: Method = Method {
    name: "replay-pooled",
    title: "pooled replays (no replay)",
    family: Family::Replay,
    needs: &[Need::Replays],
    baselines: &[],
    params: POOLED_OPTIONS,
    formula: "A_j = Rbar_j - mean over all candidates of the role",
    source: "C3 without replay: the contexts of one question and role are one group",
    caveats: &["contexts differ within a pool: part of the number is the luck of the situation"],
    efficient: false,
    names_culprit: true,
    variant_of: Some("replay-loo"),
    aliases: &[],
    compute,
    terms,
};

/// The row of value-assisted replays.
pub(in crate::credit) const REPLAY_ASSISTED: Method = Method {
    name: "replay-assisted",
    title: "value-assisted replays",
    family: Family::Replay,
    needs: &[Need::Replays, Need::AlternativeValues],
    baselines: &[],
    params: ASSISTED_OPTIONS,
    formula: "A = r - [(1-alpha) base(r) + alpha base(q)]",
    source: "C3, value-assisted",
    caveats: &["not a division of R: part of the baseline is a critic's word"],
    efficient: false,
    names_culprit: true,
    variant_of: Some("replay-loo"),
    aliases: &[("c3_value_assisted", None), ("value_assisted", None)],
    compute,
    terms,
};

/// The row of critic's values of candidates.
pub(in crate::credit) const REPLAY_VALUE: Method = Method {
    name: "replay-value",
    title: "critic's values of candidates",
    family: Family::Replay,
    needs: &[Need::Replays, Need::AlternativeValues],
    baselines: &[],
    params: VALUE_OPTIONS,
    formula: "A = q - base(q)",
    source: "C3, value-only",
    caveats: &["a critic's word: no return of a replay is in it"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[("c3_value_only", None), ("value_only", None)],
    compute,
    terms,
};

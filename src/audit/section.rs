//! The diagnostics of one agent's replay groups, or of all groups together.

use super::{
    Baseline, CompatCredit, Fidelity, Group, Influence, Mode, Spread, Variance, compat_credit,
    compat_influence, fidelity, influence, variance,
};

/// What is audited together.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Whose acts were replayed; `None` for all groups, or for groups that name nobody.
    pub agent: Option<String>,
    /// Number of groups.
    pub groups: usize,
    /// How many of them are judged by what the agent that acted earns for itself.
    pub own: usize,
    /// Candidates that earn credit.
    pub candidates: usize,
    /// Candidates that only estimate V(h).
    pub drawn_anew: usize,
    /// Replays of those that earn credit.
    pub replays: f64,
    /// Fidelity and variance by baseline, candidates weighted alike.
    pub credits: Vec<(Baseline, Fidelity, Variance)>,
    /// Inter-agent influence.
    pub influence: Influence,
    /// The same as the reference implementation computes it; `None` if not requested.
    pub compat: Option<Compat>,
}

/// The numbers of the reference implementation.
#[derive(Clone, Debug, PartialEq)]
pub struct Compat {
    /// By mode.
    pub credits: Vec<CompatCredit>,
    /// Inter-agent influence: over groups, and its vocabulary.
    pub influence: (Spread, Influence),
}

impl Section {
    /// Audits `groups`.
    pub(super) fn of(agent: Option<String>, groups: &[Group], compat: bool, seed: u64) -> Self {
        let credited = || groups.iter().flat_map(Group::credited);
        let credits = Baseline::ALL.map(|it| (it, fidelity(groups, it, seed), variance(groups, it)));
        Self {
            agent,
            groups: groups.len(),
            own: groups.iter().filter(|it| it.own).count(),
            candidates: credited().count(),
            drawn_anew: groups.iter().map(|it| it.drawn_anew().count()).sum(),
            replays: credited().map(|it| it.n).sum(),
            credits: credits.into(),
            influence: influence(groups, seed),
            compat: compat.then(|| Compat {
                credits: Mode::ALL.iter().map(|mode| compat_credit(groups, *mode)).collect(),
                influence: compat_influence(groups),
            }),
        }
    }

    /// Fidelity over all candidates of leave-one-out credit, in the requested form.
    pub fn fidelity(&self) -> Option<f64> {
        match &self.compat {
            Some(compat) => compat.credits.first().map(|it| it.all_candidates.0),
            None => self.credits.first().and_then(|it| it.1.all_candidates.number()).map(|it| it.value),
        }
    }

    /// Within-group variance of leave-one-out credit, in the requested form.
    pub fn variance(&self) -> Option<f64> {
        match &self.compat {
            Some(compat) => compat.credits.first().map(|it| it.variance.mean),
            None => self.credits.first().and_then(|it| it.2.value.number()).map(|it| it.value),
        }
    }

    /// Inter-agent influence in nats, in the requested form.
    pub fn influence(&self) -> Option<f64> {
        match &self.compat {
            Some(compat) => Some(compat.influence.0.mean),
            None => self.influence.value.number().map(|it| it.value),
        }
    }
}

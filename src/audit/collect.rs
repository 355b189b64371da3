//! Gathers episodes, one at a time, into one audit. Of each it keeps only what the diagnostics need.

use std::collections::BTreeMap;

use crate::{
    check,
    credit::{self, AuditRow, Pay},
    model::{Candidate, Diagnostic, Episode, Origin, Rule, Scenario, rule},
};

use super::{DeclaredFidelity, Group, Section, declared::DeclaredPoints, groups};

/// Rules of `check` whose findings belong to an audit: sums, and the hygiene of the replays.
const RULES: [&Rule; 16] = [
    rule::RETURN_MISMATCH,
    rule::OWN_BESIDE_TEAM,
    rule::OWN_OF_BOTH_SIGNS,
    rule::OWN_REWARD_MISMATCH,
    rule::CREDIT_RESIDUAL,
    rule::CREDIT_REPEATED,
    rule::NONFINITE_CREDIT,
    rule::PROBABILITIES,
    rule::TAKEN_MISSING,
    rule::COALITION_INCONSISTENT,
    rule::CREDIT_OF_UNKNOWN,
    rule::SINGLE_CANDIDATE,
    rule::DUPLICATE_CANDIDATES,
    rule::IDENTICAL_COMPLETIONS,
    rule::MIXED_POLICIES,
    rule::NO_NULL_ARM,
];

/// How to audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Also the numbers of the reference implementation of C3.
    pub compat: bool,
    /// Seed of resampling and of the null.
    pub seed: u64,
}

/// A declared credit, audited.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Its episode.
    pub episode: String,
    /// The algorithm it names.
    pub algorithm: String,
    /// The `credit` record.
    pub origin: Origin,
    /// Declared beside recomputed.
    pub row: AuditRow,
}

/// What agents of one episode were paid, beside what they are credited with.
#[derive(Clone, Debug, PartialEq)]
pub struct Paid {
    /// The episode.
    pub episode: String,
    /// What each agent earned for itself, by name.
    pub paid: Vec<(String, f64)>,
    /// Credit of these agents, by name; empty: nothing but the shape of the trace gives one.
    pub credit: Vec<(String, f64)>,
    /// The rest.
    pub pay: Pay,
}

impl Paid {
    fn of(episode: &Episode, pay: Pay) -> Self {
        let name = |agent| episode.agent(agent).name.clone();
        let credit = |agent| Some(pay.credit.as_ref().ok()?.agent(agent)?.value);
        Self {
            episode: episode.name.clone(),
            paid: pay.paid.iter().map(|it| (name(it.0), it.1)).collect(),
            credit: pay.paid.iter().filter_map(|it| Some((name(it.0), credit(it.0)?))).collect(),
            pay,
        }
    }
}

/// Everything an audit says.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// How it was made.
    pub setting: Setting,
    /// Episodes audited.
    pub episodes: usize,
    /// Declared credit, in order.
    pub declared: Vec<Declared>,
    /// Episodes in which agents earn for themselves, in order.
    pub paid: Vec<Paid>,
    /// The diagnostics by agent, in order of name; if there are several agents, then those of all groups
    /// together.
    pub sections: Vec<Section>,
    /// Whether declared credit orders replayed acts as their replays do, by algorithm.
    pub declared_fidelity: Vec<DeclaredFidelity>,
    /// What is wrong with sums and replays.
    pub findings: Vec<Diagnostic>,
}

impl Audit {
    /// The largest absolute residual of declared credit whose contract is to divide a total.
    pub fn worst_residual(&self) -> Option<f64> {
        largest(self.declared.iter().filter_map(|it| it.row.residual))
    }

    /// The largest absolute difference between a declared number and its recomputed value.
    pub fn worst_recomputed(&self) -> Option<f64> {
        largest(self.declared.iter().filter_map(|it| it.row.worst))
    }
}

fn largest(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.map(f64::abs).fold(None, |worst: Option<f64>, it| Some(worst.map_or(it, |worst| worst.max(it))))
}

/// Takes episodes one at a time.
#[derive(Debug)]
pub struct Collector {
    setting: Setting,
    episodes: usize,
    declared: Vec<Declared>,
    paid: Vec<Paid>,
    points: DeclaredPoints,
    groups: Vec<Group>,
    findings: Vec<Diagnostic>,
}

impl Collector {
    /// Nothing yet.
    pub fn new(setting: Setting) -> Self {
        Self {
            setting,
            episodes: 0,
            declared: Vec::new(),
            paid: Vec::new(),
            points: DeclaredPoints::default(),
            groups: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds an episode. `next` gives the whole texts that followed a candidate.
    pub fn add(&mut self, episode: &Episode, next: &mut dyn FnMut(&Candidate) -> Vec<String>) {
        self.episodes += 1;
        self.declared.extend(credit::audit(episode).into_iter().map(|row| {
            let declared = &episode.declared[row.declared];
            Declared {
                episode: episode.name.clone(),
                algorithm: declared.algorithm.clone(),
                origin: declared.origin,
                row,
            }
        }));
        self.paid.extend(Pay::of(episode).map(|it| Paid::of(episode, it)));
        let credited = credit::rewarded(episode, &Scenario::default());
        self.points.add(&credited);
        self.groups.extend(groups(&credited, next));
        let all = episode.diagnostics.iter().cloned().chain(check::check(episode));
        self.findings.extend(all.filter(|it| RULES.contains(&it.rule)));
    }

    /// The audit of what was added.
    pub fn finish(self) -> Audit {
        let Setting { compat, seed } = self.setting;
        let mut by_agent: BTreeMap<Option<String>, Vec<Group>> = BTreeMap::new();
        for group in &self.groups {
            by_agent.entry(group.agent.clone()).or_default().push(group.clone());
        }
        let mut sections: Vec<Section> =
            by_agent.iter().map(|(agent, groups)| Section::of(agent.clone(), groups, compat, seed)).collect();
        if sections.len() > 1 {
            sections.push(Section::of(None, &self.groups, compat, seed));
        }
        Audit {
            setting: self.setting,
            episodes: self.episodes,
            declared: self.declared,
            paid: self.paid,
            sections,
            declared_fidelity: self.points.finish(seed),
            findings: check::sorted(self.findings),
        }
    }
}

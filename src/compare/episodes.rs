//! Two episodes compared.

use super::{AlignedActs, CreditTable, RowKind, Side};
use crate::{
    credit::{Verdict, compute},
    model::{ActId, Attribution, Episode, Provenance, Scenario, Unavailable},
};

/// The most acts that are told of what the other one did instead.
const INSTEAD: usize = 3;

/// An episode, and what was computed of it.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The episode, as one whose reward is the one that is asked for.
    pub episode: &'a Episode,
    /// Its credit.
    pub credit: Result<&'a Attribution, &'a Unavailable>,
    /// Its verdict.
    pub verdict: &'a Verdict,
}

/// What two episodes have in common; `None` where one of them does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// The task, or without one the group.
    pub task: Option<bool>,
    /// The seed.
    pub seed: Option<bool>,
    /// The names of all agents.
    pub agents: bool,
}

impl Common {
    fn of(a: &Episode, b: &Episode) -> Self {
        let same = |a: &Option<String>, b: &Option<String>| Some(a.as_ref()? == b.as_ref()?);
        let names = |it: &Episode| {
            let mut names: Vec<String> = it.agents.iter().map(|it| it.name.clone()).collect();
            names.sort_unstable();
            names
        };
        Self {
            task: same(&a.task, &b.task).or_else(|| same(&a.group, &b.group)),
            seed: same(&a.seed, &b.seed),
            agents: names(a) == names(b),
        }
    }

    /// `same task, other seed, same agents`.
    pub fn words(self) -> String {
        let said = [("task", self.task), ("seed", self.seed), ("agents", Some(self.agents))];
        let word = |(what, same): (&str, Option<bool>)| {
            same.map(|it| format!("{} {what}", if it { "same" } else { "other" }))
        };
        said.into_iter().filter_map(word).collect::<Vec<_>>().join(", ")
    }
}

/// What the passed one of a failed and a passed episode did in place of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instead {
    /// Which one failed.
    pub failed: Side,
    /// The act of the failed one; `None`: it has none where they part.
    pub act: Option<ActId>,
    /// Whether the verdict of the failed one names that act; else it is where the two part.
    pub is_named: bool,
    /// What the passed one did there: the act beside it, or else those between its neighbours; empty: nothing.
    pub acts: Vec<ActId>,
    /// Whether the passed one did just the same: the act alone did not decide.
    pub same: bool,
}

/// Two episodes side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct EpisodeComparison {
    /// What they have in common.
    pub common: Common,
    /// Their acts.
    pub acts: AlignedActs,
    /// Their credit; `None`: one of them has none.
    pub credit: Option<CreditTable>,
    /// Whether both credits are of one method and baseline, so that they can be subtracted.
    pub one_ruler: bool,
    /// What the passed one did instead, if one failed and the other passed.
    pub instead: Option<Instead>,
}

impl EpisodeComparison {
    /// Compares B with A.
    pub fn of(a: Given<'_>, b: Given<'_>) -> Self {
        let common = Common::of(a.episode, b.episode);
        let acts = AlignedActs::of(a.episode, b.episode);
        let one_ruler = a.credit.ok().zip(b.credit.ok()).is_some_and(|(a, b)| ruler(a) == ruler(b));
        let mut credit = a
            .credit
            .ok()
            .zip(b.credit.ok())
            .map(|(of_a, of_b)| CreditTable::of((a.episode, of_a), (b.episode, of_b)));
        if let Some(table) = credit.as_mut().filter(|_| !one_ruler) {
            table.rows.iter_mut().chain(&mut table.team).for_each(|it| it.difference = None);
        }
        let instead = instead(common, &acts, a, b);
        Self { common, acts, credit, one_ruler, instead }
    }
}

/// Method and baseline; of declared credit, too.
fn ruler(credit: &Attribution) -> (&str, Option<&str>) {
    (&credit.method, credit.baseline.as_deref())
}

fn passed(episode: &Episode) -> bool {
    !episode.failed() && episode.outcome.is_some()
}

fn instead(common: Common, acts: &AlignedActs, a: Given<'_>, b: Given<'_>) -> Option<Instead> {
    let (failed, of) = match (passed(a.episode), passed(b.episode)) {
        (false, true) if a.episode.failed() => (Side::A, a),
        (true, false) if b.episode.failed() => (Side::B, b),
        _ => return None,
    };
    if common.task == Some(false) {
        return None;
    }
    let passed = failed.other();
    let named = of.verdict.act().and_then(|it| Some((it, acts.row_of(failed, it)?)));
    let at = named.map(|it| it.1).or_else(|| acts.first_divergence())?;
    let row = acts.rows[at];
    let acts_instead = match row.of(passed).filter(|_| row.of(failed).is_some()) {
        Some(beside) => vec![beside],
        None => between(acts, at, passed),
    };
    let same = row.kind == RowKind::Same;
    Some(Instead { failed, act: row.of(failed), is_named: named.is_some(), acts: acts_instead, same })
}

/// The acts that only `side` has between the neighbours of a row that both have.
fn between(acts: &AlignedActs, at: usize, side: Side) -> Vec<ActId> {
    let alone = |it: &&super::Row| it.a.is_none() || it.b.is_none();
    let before = acts.rows[..at].iter().rev().take_while(alone).count();
    let after = acts.rows[at..].iter().take_while(alone).count();
    let rows = &acts.rows[at - before..at + after];
    rows.iter().filter_map(|it| it.of(side)).take(INSTEAD).collect()
}

/// The scenarios by one method and baseline for both, if there is one: that of A if B can be computed by it, else that
/// of B. The shape of a trace is no ruler for what was measured. What was asked for by name stays.
pub fn one_ruler(a: (&Episode, Scenario), b: (&Episode, Scenario)) -> (Scenario, Scenario) {
    let ((of_a, for_a), (of_b, for_b)) = (a, b);
    let by = |of: &Scenario, ruler: &Scenario| Scenario {
        method: ruler.method.clone(),
        baseline: ruler.baseline.clone(),
        params: ruler.params.clone(),
        ..of.clone()
    };
    let is_one = |a: &Scenario, b: &Scenario| (&a.method, &a.baseline) == (&b.method, &b.baseline);
    if is_one(&for_a, &for_b) {
        return (for_a, for_b);
    }
    let (b_by_a, a_by_b) = (by(&for_b, &for_a), by(&for_a, &for_b));
    let rules = |episode: &Episode, scenario: &Scenario| {
        compute(episode, scenario).is_ok_and(|it| it.provenance != Provenance::Structural)
    };
    if rules(of_b, &b_by_a) {
        (for_a, b_by_a)
    } else if rules(of_a, &a_by_b) {
        (a_by_b, for_b)
    } else {
        (for_a, for_b)
    }
}

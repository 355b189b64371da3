//! Which agent or action goes with failure, over the episodes of a run (spectrum-based fault localisation).
//!
//! Per element: in how many failed and passed episodes it took part (`ef`, `ep`) and did not (`nf`, `np`).
//! It is an association over episodes, not a measurement of any one of them.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::model::{AgentId, Episode};

/// One episode of a run, as the spectrum sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectrumRun {
    /// Whether it failed.
    pub failed: bool,
    /// Its total return, where a number is logged.
    pub total: Option<f64>,
    /// What took part in it.
    pub elements: BTreeSet<String>,
}

/// What counts as an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Elements {
    /// Agents that acted.
    Agents,
    /// Kinds of action by agent: `coder: tool`; the label if no kind is logged.
    Actions,
}

impl SpectrumRun {
    /// The summary of an episode.
    pub fn of(episode: &Episode, elements: Elements) -> Self {
        // Each is named once, however often it comes: there are far fewer than acts.
        let mut met: FxHashSet<(AgentId, &str)> = FxHashSet::default();
        for act in &episode.acts {
            met.insert(match elements {
                Elements::Agents => (act.agent, ""),
                Elements::Actions if act.category.is_empty() => (act.agent, act.label.as_str()),
                Elements::Actions => (act.agent, act.category.as_str()),
            });
        }
        let name = |(agent, what): (AgentId, &str)| match elements {
            Elements::Agents => episode.agent(agent).name.clone(),
            Elements::Actions => format!("{}: {what}", episode.agent(agent).name),
        };
        let total = episode.logged_reward().map(|it| it.value);
        Self { failed: episode.failed(), total, elements: met.into_iter().map(name).collect() }
    }
}

/// How far one element goes with failure. A score is `None` where it divides by nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspicion {
    /// The element.
    pub element: String,
    /// Failed episodes with it.
    pub failed_with: u32,
    /// Failed episodes without it.
    pub failed_without: u32,
    /// Passed episodes with it.
    pub passed_with: u32,
    /// Passed episodes without it.
    pub passed_without: u32,
}

impl Suspicion {
    fn counts(&self) -> [f64; 4] {
        [self.failed_with, self.failed_without, self.passed_with, self.passed_without].map(f64::from)
    }

    /// `ef / sqrt((ef + nf)(ef + ep))`, 0..=1 (Ochiai 1957; Abreu et al. 2007).
    pub fn ochiai(&self) -> Option<f64> {
        let [ef, nf, ep, _] = self.counts();
        quotient(ef, ((ef + nf) * (ef + ep)).sqrt())
    }

    /// `(ef/(ef+nf)) / (ef/(ef+nf) + ep/(ep+np))`, 0..=1 (Jones and Harrold 2005).
    pub fn tarantula(&self) -> Option<f64> {
        let [ef, nf, ep, np] = self.counts();
        let (failed, passed) = (quotient(ef, ef + nf)?, quotient(ep, ep + np).unwrap_or(0.0));
        quotient(failed, failed + passed)
    }
}

fn quotient(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

/// The elements of several episodes, most suspicious (Ochiai) first, then by name. Empty without a failure.
pub fn spectrum(runs: &[SpectrumRun]) -> Vec<Suspicion> {
    let all = |failed: bool| runs.iter().filter(|it| it.failed == failed).count() as u32;
    let (failures, passes) = (all(true), all(false));
    if failures == 0 {
        return Vec::new();
    }
    let mut with: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for run in runs {
        for element in &run.elements {
            let counts = with.entry(element).or_default();
            if run.failed {
                counts.0 += 1;
            } else {
                counts.1 += 1;
            }
        }
    }
    let mut found: Vec<Suspicion> = with
        .into_iter()
        .map(|(element, (failed, passed))| Suspicion {
            element: element.to_owned(),
            failed_with: failed,
            failed_without: failures - failed,
            passed_with: passed,
            passed_without: passes - passed,
        })
        .collect();
    let score = |it: &Suspicion| it.ochiai().unwrap_or(0.0);
    found.sort_by(|a, b| score(b).total_cmp(&score(a)).then_with(|| a.element.cmp(&b.element)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::RunOutcomes;
    use crate::credit::fixture::{assert_close, vectors};
    use crate::model::Status;
    use crate::model::draft::Draft;

    #[test]
    fn vectors_of_spectrum() {
        let vector = &vectors()["spectrum"];
        let count = |name: &str| vector[name].as_u64().expect("a count") as u32;
        let run = |failed, with: bool| SpectrumRun {
            failed,
            total: None,
            elements: if with { ["coder".to_owned()].into() } else { BTreeSet::new() },
        };
        let mut runs = Vec::new();
        for (name, failed, with) in
            [("ef", true, true), ("nf", true, false), ("ep", false, true), ("np", false, false)]
        {
            runs.extend((0..count(name)).map(|_| run(failed, with)));
        }
        let found = spectrum(&runs);
        let [coder] = found.as_slice() else { panic!("{found:?}") };
        for (got, want) in [(coder.ochiai(), "ochiai"), (coder.tarantula(), "tarantula")] {
            assert_close(&[got.expect("defined")], &[vector[want].as_f64().expect("a number")]);
        }
    }

    #[test]
    fn a_run_says_what_counts_as_success() {
        let run = |returns: &[(f64, Status)]| {
            let mut run = RunOutcomes::default();
            for (value, status) in returns {
                run.add(&Draft::of(1).acts(&[0]).reward(*value, &[]).end(status.clone()).episode());
            }
            run
        };
        let (ok, bad) = (Status::Success, Status::Failure);
        let clear = run(&[(9.0, ok.clone()), (7.5, ok.clone()), (2.0, bad.clone())]);
        assert_eq!((clear.success_level(), clear.failed()), (Some(7.5), 1));
        assert_eq!(run(&[(9.0, ok.clone()), (9.0, bad)]).success_level(), None);
        assert_eq!(run(&[(9.0, ok.clone())]).success_level(), None);
        // One that broke off at 0 is no failure that earned 0.
        let broken = run(&[(9.0, ok), (2.0, Status::Failure), (0.0, Status::Aborted), (0.0, Status::Error)]);
        assert_eq!((broken.agents.len(), broken.failed(), broken.broken_off), (2, 1, 2));
    }

    #[test]
    fn the_most_suspicious_comes_first() {
        let team = || Draft::team(&["planner", "coder", "tester"]);
        let episodes = [
            team().acts(&[0, 1]).end(Status::Failure).episode(),
            team().acts(&[0, 2]).end(Status::Success).episode(),
            team().acts(&[0, 1, 2]).end(Status::Failure).episode(),
        ];
        let runs: Vec<SpectrumRun> =
            episodes.iter().map(|it| SpectrumRun::of(it, Elements::Agents)).collect();
        let found = spectrum(&runs);
        let names: Vec<&str> = found.iter().map(|it| it.element.as_str()).collect();
        assert_eq!(names, ["coder", "planner", "tester"]);
        assert_eq!(found[0].ochiai(), Some(1.0));
        assert!(spectrum(&runs[1..2]).is_empty());
        let actions = SpectrumRun::of(&episodes[0], Elements::Actions);
        assert_eq!(
            actions.elements.iter().map(String::as_str).collect::<Vec<_>>(),
            ["coder: u", "planner: u"]
        );
    }
}

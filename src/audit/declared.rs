//! Fidelity of declared credit: does what the log's own algorithm assigned to replayed acts order them as the
//! replays do? The first diagnostic of C3 (EIT-EAST-Lab/C3, `c3/analysis`), for any credit.
//!
//! Spearman's rho of the declared credit of an act against `Rbar - V(h)` of what happened there, pooled over
//! all replay groups whose act the credit names. V(h) is the mean of the candidates drawn anew if there are
//! any, or else the mean of all candidates. If the declared credit came from these very replays, it is judged
//! by its own source. The log cannot tell; the report says so.

use std::collections::BTreeMap;

use crate::model::{ActId, DeclaredCredit, Episode, ReplayGroup, Value};

use super::{
    advantage::weighted_mean,
    fidelity::{Point, pooled},
};

/// Fidelity of one declared algorithm over all episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredFidelity {
    /// The algorithm as the log names it; display-safe.
    pub algorithm: String,
    /// Spearman's rho with a bootstrap interval over replay groups.
    pub value: Value,
    /// Replayed acts that it credits.
    pub acts: usize,
    /// Replayed acts that it does not credit, in the episodes it covers.
    pub without: usize,
}

/// Takes episodes one at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct DeclaredPoints {
    of: BTreeMap<String, (Vec<Vec<Point>>, usize)>,
}

impl DeclaredPoints {
    /// Adds the declared credits of an episode.
    pub(super) fn add(&mut self, episode: &Episode) {
        for declared in &episode.declared {
            let (points, without) = self.of.entry(declared.algorithm.clone()).or_default();
            for group in &episode.replays {
                let Some((act, delta)) = group.act.zip(difference(group)) else { continue };
                match credit(declared, act) {
                    Some(credit) => points.push(vec![Point { credit, delta, real: true }]),
                    None => *without += 1,
                }
            }
        }
    }

    /// One entry per algorithm that was declared for episodes with replayed acts, by name.
    pub(super) fn finish(self, seed: u64) -> Vec<DeclaredFidelity> {
        let known = self.of.into_iter().filter(|it| !it.1.0.is_empty() || it.1.1 > 0);
        known
            .map(|(algorithm, (points, without))| DeclaredFidelity {
                algorithm,
                value: match points.len() {
                    0 => Value::Undefined("it credits none of the replayed acts".to_owned()),
                    _ => pooled(&points, seed),
                },
                acts: points.len(),
                without,
            })
            .collect()
    }
}

/// The last number a declared credit has for an act.
fn credit(declared: &DeclaredCredit, act: ActId) -> Option<f64> {
    let item = declared.items.iter().rev().find(|it| it.act == Some(act))?;
    item.value.filter(|it| it.is_finite())
}

/// `Rbar - V(h)` of what happened; `None` if it was not replayed, or nothing else was.
fn difference(group: &ReplayGroup) -> Option<f64> {
    let mean = |extra: bool| {
        let found = group.candidates.iter().filter(|it| it.extra == extra);
        let found = found.filter_map(|it| Some((it.returns.mean?, f64::from(it.returns.n.unwrap_or(1)))));
        let (means, weights): (Vec<f64>, Vec<f64>) = found.unzip();
        (means.len(), weighted_mean(&means, &weights))
    };
    let happened = group.candidates.iter().find(|it| it.real && !it.extra)?.returns.mean?;
    match (mean(true), mean(false)) {
        ((1.., value), _) | (_, (2.., value)) => Some(happened - value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Candidate, CreditItem, Origin, Sample};

    fn group(act: u32, happened: f64, other: f64) -> ReplayGroup {
        let candidate = |j: i64, mean: f64| Candidate {
            j,
            label: String::new(),
            returns: Sample { mean: Some(mean), n: Some(4), ..Sample::default() },
            q: None,
            probability: None,
            real: j == 0,
            extra: false,
            next: Vec::new(),
            origin: Origin::default(),
        };
        ReplayGroup {
            name: format!("g{act}"),
            act: Some(ActId(act)),
            agent: None,
            context: None,
            frozen: Vec::new(),
            left_out: Vec::new(),
            candidates: vec![candidate(0, happened), candidate(1, other)],
        }
    }

    fn declared(algorithm: &str, values: &[(u32, f64)]) -> DeclaredCredit {
        let item = |(act, value): &(u32, f64)| CreditItem {
            agent: None,
            act: Some(ActId(*act)),
            unknown: None,
            value: Some(*value),
            baseline: None,
            std: None,
            interval: None,
            level: None,
            n: None,
            origin: Origin::default(),
        };
        DeclaredCredit {
            id: None,
            algorithm: algorithm.to_owned(),
            params: Vec::new(),
            reward: None,
            items: values.iter().map(item).collect(),
            confidence: None,
            units: None,
            origin: Origin::default(),
        }
    }

    fn found(credits: Vec<DeclaredCredit>) -> Vec<DeclaredFidelity> {
        // Rbar - V: -0.5, 0, 0.25, 0.5: half of what happened minus the other.
        let replays = vec![group(0, 0.0, 1.0), group(1, 0.5, 0.5), group(2, 1.0, 0.5), group(3, 1.0, 0.0)];
        let mut points = DeclaredPoints::default();
        points.add(&Episode { replays, declared: credits, ..Episode::default() });
        points.finish(7)
    }

    #[test]
    fn declared_credit_is_ordered_as_the_replays_or_against_them() {
        let rho = |values: &[(u32, f64)]| {
            let found = found(vec![declared("coma", values)]);
            let it = found[0].value.number().expect("an order").value;
            ((it * 1e9).round() / 1e9, found[0].acts, found[0].without)
        };
        assert_eq!(rho(&[(0, -3.0), (1, 0.1), (2, 0.2), (3, 0.3)]), (1.0, 4, 0));
        assert_eq!(rho(&[(0, 3.0), (1, 2.0), (2, 1.0), (3, 0.0)]), (-1.0, 4, 0));
        // Ranks 2 1 3 against 1 2 3: 1 - 6 x 2 / 24; the fourth is not credited.
        assert_eq!(rho(&[(0, 0.0), (1, -1.0), (2, 1.0)]), (0.5, 3, 1));
    }

    #[test]
    fn credit_of_agents_alone_has_no_fidelity_here() {
        let found = found(vec![declared("shapley", &[])]);
        assert_eq!(found[0].value, Value::Undefined("it credits none of the replayed acts".to_owned()));
        assert_eq!((found[0].acts, found[0].without), (0, 4));
    }
}

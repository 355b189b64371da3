//! How sure a verdict is: how often it would be another if the logged values were drawn again.
//!
//! Every measured value with a known standard error (replays, alternatives, coalitions) is drawn anew from a
//! normal around its mean, the credit is computed from those, and whom it blames is compared. So errors that
//! several agents share (a coalition both are in) move them together, which intervals side by side cannot say.

use std::collections::BTreeMap;

use crate::model::{AgentId, Episode, Sample, Scenario, Unavailable};
use crate::stats::Draws;

use super::choice::resolve;
use super::compute_plain;
use super::curve::named;
use super::question::missing;

/// How often the verdict is another.
#[derive(Clone, Debug, PartialEq)]
pub struct FlipProbability {
    /// Share of the draws that blame (in a success: name) somebody else alone or first, 0..=1.
    pub probability: f64,
    /// How many draws.
    pub draws: u32,
    /// Share of the draws in which each agent is the one named, the most frequent first, then by id.
    pub named: Vec<(AgentId, f64)>,
}

/// Values drawn in all, at most: what a large table costs bounds how often it is drawn.
const BUDGET: usize = 4_000_000;

/// Draws the values `draws` times (fewer for large tables) from the scenario's seed.
///
/// # Errors
/// As [`super::compute`]; also when no value has a known standard error, or nobody stands out.
pub fn flip_probability(
    episode: &Episode,
    scenario: &Scenario,
    draws: u32,
) -> Result<FlipProbability, Unavailable> {
    let scenario = &resolve(episode, scenario)?;
    let attribution = compute_plain(episode, scenario)?;
    let reference = extreme(episode, &attribution).ok_or_else(|| missing("nobody stands out"))?;
    let mut drawn = episode.clone();
    let noisy = samples(&mut drawn).filter(|it| noise(it).is_some()).count();
    if noisy == 0 {
        return Err(missing("no value has a known standard error (`std` and `n`, or `returns`)"));
    }
    let draws = draws.min((BUDGET / noisy) as u32).max(1);
    let means: Vec<(f64, f64)> = samples(&mut drawn).filter_map(|it| noise(it)).collect();
    let mut counts: BTreeMap<AgentId, u32> = BTreeMap::new();
    let (mut flips, mut known) = (0, 0);
    for number in 0..draws {
        let mut stream = Draws::of_unit(scenario.seed, u64::from(number));
        let uncertain = samples(&mut drawn).filter(|it| noise(it).is_some());
        for (sample, (mean, error)) in uncertain.zip(&means) {
            sample.mean = Some(mean + error * stream.normal());
        }
        let named = compute_plain(&drawn, scenario).ok().and_then(|it| extreme(episode, &it));
        if let Some(agent) = named {
            known += 1;
            flips += u32::from(agent != reference);
            *counts.entry(agent).or_default() += 1;
        }
    }
    if known == 0 {
        return Err(missing("no draw names anybody"));
    }
    let share = |count: u32| f64::from(count) / f64::from(known);
    let mut named: Vec<(AgentId, f64)> = counts.into_iter().map(|it| (it.0, share(it.1))).collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(FlipProbability { probability: share(flips), draws: known, named })
}

/// The one with the extreme number, whatever its interval: the draws are what speaks of uncertainty here.
fn extreme(episode: &Episode, attribution: &crate::model::Attribution) -> Option<AgentId> {
    let mut points = attribution.clone();
    for credit in &mut points.agents {
        if let crate::model::Value::Number(estimate) = &mut credit.value {
            estimate.interval = None;
        }
    }
    named(episode, &points).first().copied()
}

/// Mean and standard error of a sample that is uncertain.
fn noise(sample: &Sample) -> Option<(f64, f64)> {
    let error = sample.standard_error().filter(|it| it.is_finite() && *it > 0.0)?;
    Some((sample.mean?, error))
}

/// Every measured value of an episode, in a fixed order.
fn samples(episode: &mut Episode) -> impl Iterator<Item = &mut Sample> {
    let alternatives = episode.tables.iter_mut().flat_map(|it| &mut it.alternatives).map(|it| &mut it.q);
    let replays = episode.replays.iter_mut().flat_map(|it| &mut it.candidates).map(|it| &mut it.returns);
    let coalitions = episode.coalitions.iter_mut().flat_map(|it| &mut it.values).map(|it| &mut it.value);
    alternatives.chain(replays).chain(coalitions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::Draft;
    use crate::model::Status;

    /// Two agents alone earn `a` and `b`, together their sum; every value has this standard error.
    fn team(a: f64, b: f64, error: f64) -> Episode {
        let sample = |mean: f64| {
            Some(Sample { mean: Some(mean), std: Some(error * 4.0), n: Some(16), returns: Vec::new() })
        };
        let samples = [sample(0.0), sample(a), sample(b), sample(a + b)];
        Draft::of(2).coalition_samples(&samples).end(Status::Failure).episode()
    }

    fn flips(episode: &Episode) -> FlipProbability {
        flip_probability(episode, &Scenario::of_method("shapley"), 400).expect("uncertain values")
    }

    #[test]
    fn clear_verdicts_stay() {
        let found = flips(&team(-1.0, 0.0, 0.01));
        assert_eq!((found.probability, found.draws), (0.0, 400));
        assert_eq!(found.named, [(AgentId(0), 1.0)]);
    }

    #[test]
    fn close_ones_flip_as_often_as_the_difference_changes_sign() {
        // phi_0 - phi_1 = v(0) - v(1) has SE 0.2 sqrt(2): its mean of -0.1 lies 0.354 SE below 0, so P = 0.362.
        let found = flips(&team(-0.5, -0.4, 0.2));
        assert!((found.probability - 0.362).abs() < 0.08, "{found:?}");
        assert_eq!(found, flips(&team(-0.5, -0.4, 0.2)));
    }

    #[test]
    fn nothing_uncertain_says_so() {
        let episode = Draft::of(2).coalitions(&[0.0, 1.0, 0.5, 1.5]).episode();
        let refused = flip_probability(&episode, &Scenario::of_method("shapley"), 100).expect_err("exact");
        assert_eq!(refused.missing, "no value has a known standard error (`std` and `n`, or `returns`)");
    }
}

//! How sure a verdict is: how often it would be another if the logged values were drawn again.
//!
//! Every measured value with a known standard error (replays, alternatives, coalitions) is drawn anew from a
//! normal distribution around its mean, the credit is computed from the draws, and the agents blamed are
//! compared. So an error that several agents share (a coalition both are in) moves them together, which
//! intervals side by side cannot show.

use std::collections::BTreeMap;

use crate::model::{AgentId, Attribution, Episode, Sample, Scenario};
use crate::stats::Draws;

use super::compute_plain;
use super::curve::named;

/// How often the verdict is another.
#[derive(Clone, Debug, PartialEq)]
pub struct FlipProbability {
    /// Share of the draws that blame (in a success: name) somebody else, alone or first, 0..=1.
    pub probability: f64,
    /// How many draws.
    pub draws: u32,
    /// Share of the draws in which each agent is the one named, the most frequent first, then by id.
    pub named: Vec<(AgentId, f64)>,
}

/// At most this many values drawn in all, times the methods asked: a large table is drawn less often.
const BUDGET: usize = 4_000_000;
/// Draws in any case: fewer say nothing.
const LEAST: u32 = 50;

/// How often each of several scenarios with their credit would name another: draws the values `draws` times (fewer for
/// large tables), the same draws for all. `None` if there is nothing to ask, its uncertainty is not known, or it
/// names nobody.
pub(super) fn flips<'a>(
    episode: &Episode,
    seed: u64,
    draws: u32,
    asked: impl Iterator<Item = Option<(&'a Scenario, &'a Attribution)>>,
) -> Vec<Option<FlipProbability>> {
    let mut places = Vec::new();
    let mut counters = Vec::new();
    for asked in asked {
        let counter = asked.and_then(|(scenario, credit)| Counter::of(episode, scenario, credit));
        places.push(counter.is_some().then_some(counters.len()));
        counters.extend(counter);
    }
    draw(episode, seed, draws, &mut counters);
    let found: Vec<Option<FlipProbability>> = counters.into_iter().map(Counter::finish).collect();
    places.into_iter().map(|place| found.get(place?).cloned().flatten()).collect()
}

/// What one scenario said in the draws so far.
struct Counter {
    scenario: Scenario,
    reference: AgentId,
    counts: BTreeMap<AgentId, u32>,
}

impl Counter {
    /// `None`: nobody stands out, or a number has no known standard error.
    fn of(episode: &Episode, scenario: &Scenario, attribution: &Attribution) -> Option<Self> {
        let reference = extreme(episode, attribution)?;
        let mut errors =
            attribution.agents.iter().filter_map(|it| it.value.number()).map(|it| it.standard_error);
        let known = errors.clone().all(|it| it.is_some()) && errors.any(|it| it.is_some_and(|it| it > 0.0));
        known.then(|| Self { scenario: scenario.clone(), reference, counts: BTreeMap::new() })
    }

    /// `None`: no draw names anybody.
    fn finish(self) -> Option<FlipProbability> {
        let known: u32 = self.counts.values().sum();
        if known == 0 {
            return None;
        }
        let share = |count: u32| f64::from(count) / f64::from(known);
        let same = self.counts.get(&self.reference).copied().unwrap_or(0);
        let mut named: Vec<(AgentId, f64)> = self.counts.iter().map(|it| (*it.0, share(*it.1))).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Some(FlipProbability { probability: share(known - same), draws: known, named })
    }
}

/// Draws the values of `episode` anew, `draws` times or less, and asks every counter each time.
fn draw(episode: &Episode, seed: u64, draws: u32, counters: &mut [Counter]) {
    if counters.is_empty() {
        return;
    }
    let mut drawn = episode.clone();
    let means: Vec<(f64, f64)> = samples(&mut drawn).filter_map(|it| noise(it)).collect();
    let draws = draws.min((BUDGET / (means.len().max(1) * counters.len())) as u32).max(LEAST);
    for number in 0..draws {
        let mut stream = Draws::of_unit(seed, u64::from(number));
        let uncertain = samples(&mut drawn).filter(|it| noise(it).is_some());
        for (sample, (mean, error)) in uncertain.zip(&means) {
            sample.mean = Some(mean + error * stream.normal());
        }
        for counter in counters.iter_mut() {
            let named = compute_plain(&drawn, &counter.scenario).ok().and_then(|it| extreme(episode, &it));
            if let Some(agent) = named {
                *counter.counts.entry(agent).or_default() += 1;
            }
        }
    }
}

/// The agent with the extreme number, whatever its interval: here the draws stand for uncertainty.
fn extreme(episode: &Episode, attribution: &Attribution) -> Option<AgentId> {
    let mut points = Attribution { differences: None, ..attribution.clone() };
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
    use crate::model::Status;
    use crate::model::draft::Draft;

    /// Two agents alone earn `a` and `b`, together their sum; every value has this standard error.
    fn team(a: f64, b: f64, error: f64) -> Episode {
        let sample = |mean: f64| {
            Some(Sample { mean: Some(mean), std: Some(error * 4.0), n: Some(16), returns: Vec::new() })
        };
        let samples = [sample(0.0), sample(a), sample(b), sample(a + b)];
        Draft::of(2).coalition_samples(&samples).end(Status::Failure).episode()
    }

    /// Of the Shapley value alone; `None`: nothing is uncertain.
    fn flips_of(episode: &Episode) -> Option<FlipProbability> {
        let scenario = Scenario::of_method("shapley");
        let attribution = compute_plain(episode, &scenario).expect("coalitions are logged");
        let mut counter = Counter::of(episode, &scenario, &attribution)?;
        draw(episode, scenario.seed, 400, std::slice::from_mut(&mut counter));
        counter.finish()
    }

    fn flips(episode: &Episode) -> FlipProbability {
        flips_of(episode).expect("uncertain values")
    }

    #[test]
    fn clear_verdicts_stay() {
        let found = flips(&team(-1.0, 0.0, 0.01));
        assert_eq!((found.probability, found.draws), (0.0, 400));
        assert_eq!(found.named, [(AgentId(0), 1.0)]);
    }

    #[test]
    fn close_ones_flip_as_often_as_the_difference_changes_sign() {
        // phi_0 - phi_1 = v(0) - v(1) has SE 0.2 sqrt(2): its mean of -0.1 lies 0.354 SE below 0, so P =
        // 0.362.
        let found = flips(&team(-0.5, -0.4, 0.2));
        assert!((found.probability - 0.362).abs() < 0.08, "{found:?}");
        assert_eq!(found, flips(&team(-0.5, -0.4, 0.2)));
    }

    #[test]
    fn every_row_of_a_sweep_by_the_same_draws() {
        let episode = team(-0.5, -0.4, 0.2);
        let scenario = Scenario::of_method("shapley");
        let sweep = crate::credit::sweep(&episode, &scenario);
        let found = crate::credit::sweep_flips(&episode, &sweep, 400);
        let of = |name: &str| {
            let at = sweep.rows.iter().position(|it| it.name() == name).expect("a row");
            found[at].clone()
        };
        assert_eq!(of("shapley"), Some(flips(&episode)));
        assert!(of("removal").is_some_and(|it| it.probability > 0.2 && it.draws == 400));
        // No reward is logged but a status: exact, so nothing to draw.
        assert_eq!(of("uniform"), None);
    }

    #[test]
    fn what_is_certain_does_not_flip() {
        let episode = Draft::of(2).coalitions(&[0.0, 1.0, 0.5, 1.5]).episode();
        assert_eq!(flips_of(&episode), None);
    }
}

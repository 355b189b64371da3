//! Sampled against exact values; what threads must not change.

use proptest::prelude::*;

use super::*;
use crate::credit::fixture::{assert_close, list, vectors};
use crate::credit::semivalue::Coefficients;
use crate::stats::sum;

fn table(n: usize, seed: u64) -> Vec<f64> {
    let mut draws = Draws::new(seed);
    (0..1 << n).map(|_| draws.uniform() * 2.0 - 1.0).collect()
}

fn values(estimates: &[Estimate]) -> Vec<f64> {
    estimates.iter().map(|it| it.value).collect()
}

fn errors(moments: &[Moments]) -> Vec<f64> {
    moments.iter().map(|it| it.standard_error().expect("samples")).collect()
}

/// Moments of each player over explicit samples of `walks` permutations each.
fn walked(v: &[f64], samples: &[Vec<Vec<u32>>]) -> Vec<Moments> {
    let n = v.len().trailing_zeros() as usize;
    let mut moments = vec![Moments::default(); n];
    let mut walk = TableWalk::new(v);
    for permutations in samples {
        let mut sample = vec![0.0; n];
        for order in permutations {
            walk_along(&mut walk, order.iter(), &mut sample, |slot, value| *slot += value);
        }
        for (moments, value) in moments.iter_mut().zip(sample) {
            moments.add(value / permutations.len() as f64);
        }
    }
    moments
}

#[test]
fn vectors_of_permutations() {
    let vector = &vectors()["software_team"];
    let (v, sampling) = (list(&vector["v"]), &vector["sampling"]);
    let orders: Vec<Vec<u32>> = sampling["permutations"]
        .as_array()
        .expect("permutations")
        .iter()
        .map(|it| list(it).into_iter().map(|it| it as u32).collect())
        .collect();
    let plain: Vec<Vec<Vec<u32>>> = orders.iter().map(|it| vec![it.clone()]).collect();
    let reversed = |it: &Vec<u32>| it.iter().rev().copied().collect::<Vec<_>>();
    let pairs: Vec<Vec<Vec<u32>>> = orders.iter().map(|it| vec![it.clone(), reversed(it)]).collect();
    for (samples, key) in [(plain, "plain"), (pairs, "antithetic")] {
        let moments = walked(&v, &samples);
        let means: Vec<f64> = moments.iter().filter_map(Moments::mean).collect();
        assert_close(&means, &list(&sampling[key]["estimate"]));
        assert_close(&errors(&moments), &list(&sampling[key]["se"]));
        assert_close(&[sum(means)], &[sampling["sum"].as_f64().expect("a sum")]);
    }
}

#[test]
fn vectors_of_strata() {
    for agent in vectors()["software_team"]["stratified"].as_array().expect("agents") {
        let strata: Vec<Moments> = agent["strata"]
            .as_array()
            .expect("strata")
            .iter()
            .map(|stratum| {
                let mut moments = Moments::default();
                list(&stratum["marginals"]).into_iter().for_each(|it| moments.add(it));
                moments
            })
            .collect();
        let k = strata.len() as f64;
        let estimate = sum(strata.iter().filter_map(Moments::mean)) / k;
        // The outer strata hold one coalition each: nothing is uncertain there.
        let variance = sum(strata.iter().map(|it| it.standard_error().unwrap_or(0.0).powi(2)));
        let want = ["estimate", "se"].map(|it| agent[it].as_f64().expect("a number"));
        assert_close(&[estimate, variance.sqrt() / k], &want);
    }
}

#[test]
fn the_thread_count_does_not_show() {
    for drawing in [Drawing::Plain, Drawing::Antithetic, Drawing::Stratified] {
        let v = table(7, 3);
        let run = |threads: u64| {
            let mut estimator = Estimator::new(TableWalk::new(v.clone()), drawing, 42);
            for budget in [1000, 500] {
                let units = estimator.next_units(budget);
                let share = (units.end - units.start).div_ceil(threads);
                let part = |it: u64| (units.start + it * share).min(units.end);
                let portions: Vec<Portion> = std::thread::scope(|scope| {
                    let one = |it: u64| {
                        let mut worker = estimator.worker();
                        let units = part(it)..part(it + 1);
                        scope.spawn(move || worker.draw(units))
                    };
                    let all: Vec<_> = (0..threads).map(one).collect();
                    all.into_iter().map(|it| it.join().expect("no panic")).collect()
                });
                for portion in &portions {
                    estimator.give(portion);
                }
            }
            estimator.estimate()
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(5));
        let mut alone = Estimator::new(TableWalk::new(v.clone()), drawing, 42);
        alone.step(1000);
        alone.step(500);
        assert_eq!(run(3), alone.estimate());
        // Another seed is another sample.
        let mut other = Estimator::new(TableWalk::new(v.clone()), drawing, 43);
        other.step(1500);
        assert_ne!(values(&other.estimate()), values(&run(1)));
    }
}

#[test]
fn intervals_shrink_and_reversal_helps() {
    let n = 8;
    // Mostly additive with some synergy: what agents are.
    let v: Vec<f64> = (0..1usize << n).map(|mask| f64::from(mask.count_ones()).powf(1.5)).collect();
    let widest = |drawing, budget| {
        let mut estimator = Estimator::new(TableWalk::new(v.clone()), drawing, 1);
        let progress = estimator.step(budget);
        assert!(progress.permutations >= budget as u64 && progress.samples > 1);
        progress.widest.expect("samples")
    };
    assert!(widest(Drawing::Plain, 4096) < widest(Drawing::Plain, 256) / 2.0);
    assert!(widest(Drawing::Antithetic, 1024) < widest(Drawing::Plain, 1024));
    // Symmetric players: with every place equally often nothing is left to chance.
    assert!(widest(Drawing::Stratified, 1024) < 1e-8);
}

/// Knows only coalitions of less than three.
struct Small;

impl Game for Small {
    fn n_players(&self) -> usize {
        3
    }

    fn value(&mut self, coalition: Coalition) -> Result<Estimate, Missing> {
        if coalition.size() < 3 {
            Ok(Estimate::exact(coalition.size() as f64))
        } else {
            Err(Missing(coalition))
        }
    }
}

#[test]
fn what_a_game_does_not_know_is_not_made_up() {
    let mut estimator = Estimator::new(GameWalk::new(Small), Drawing::Plain, 1);
    let progress = estimator.step(64);
    assert_eq!((progress.permutations, progress.widest), (64, None));
    assert!(estimator.estimate().iter().all(|it| it.value.is_nan()));
    assert_eq!(estimator.walk().missing(), Some(Missing(Coalition::all(3))));
}

/// Within four standard errors of the exact value. The games drawn are fixed; of others about one number in
/// 16,000 would lie outside by chance alone.
#[test]
fn agrees_with_exact_within_four_standard_errors() {
    for drawing in [Drawing::Plain, Drawing::Antithetic, Drawing::Stratified] {
        for (n, seed) in (2..8).flat_map(|n| (0..6).map(move |seed| (n, seed))) {
            let v = table(n, seed);
            let mut estimator = Estimator::new(TableWalk::new(v.as_slice()), drawing, seed);
            estimator.step(4000);
            let exact = Coefficients::shapley(n).apply(&v);
            for (got, want) in estimator.estimate().iter().zip(exact) {
                let error = got.standard_error.expect("samples");
                let off = (got.value - want).abs();
                assert!(off <= 4.0 * error + 1e-12, "{drawing:?} {n} {seed}: {} {want} {error}", got.value);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Efficient after any number of walks.
    #[test]
    fn every_walk_telescopes(n in 2usize..8, seed in 0u64..500, how in 0usize..3) {
        let v = table(n, seed);
        let drawing = [Drawing::Plain, Drawing::Antithetic, Drawing::Stratified][how];
        let mut estimator = Estimator::new(TableWalk::new(v.as_slice()), drawing, seed);
        let all = v[v.len() - 1] - v[0];
        for _ in 0..3 {
            estimator.step(1);
            prop_assert!((sum(values(&estimator.estimate())) - all).abs() < 1e-9);
        }
    }
}

//! Pairwise interaction against the literature and its definition.

use proptest::prelude::*;

use super::*;
use crate::credit::fixture::{assert_close, list, vectors};
use crate::model::Sample;
use crate::model::draft::Draft;
use crate::stats::Draws;

fn game(values: &[f64]) -> Episode {
    Draft::of(values.len().trailing_zeros() as usize).coalitions(values).episode()
}

fn matrix(episode: &Episode) -> Vec<Vec<f64>> {
    let found = interactions(episode, &Scenario::default()).expect("coalitions");
    let n = episode.agents.len() as u32;
    let one = |a: u32, b: u32| found.of(AgentId(a), AgentId(b)).map_or(0.0, |it| it.value.value);
    (0..n).map(|a| (0..n).map(|b| one(a, b)).collect()).collect()
}

#[test]
fn vectors_of_interaction() {
    let vectors = vectors();
    let games = vectors["games"].as_array().expect("games").iter().chain([&vectors["software_team"]]);
    for game_of in games.filter(|it| it["v"].as_array().is_some_and(|it| it.len() > 2)) {
        let got = matrix(&game(&list(&game_of["v"])));
        for (row, want) in got.iter().zip(game_of["interaction"].as_array().expect("rows")) {
            assert_close(row, &list(want));
        }
    }
    assert!(interactions(&game(&[0.25, 1.0]), &Scenario::default()).is_err());
}

#[test]
fn signs_have_names() {
    let kind = |values: &[f64]| interactions(&game(values), &Scenario::default()).expect("two").pairs[0].kind;
    assert_eq!(kind(&[0.0, 0.0, 0.0, 1.0]), InteractionKind::Synergy);
    assert_eq!(kind(&[0.0, 1.0, 1.0, 1.0]), InteractionKind::Redundancy);
    assert_eq!(kind(&[0.1, 0.4, 0.3, 0.6]), InteractionKind::Additive);
    // Noise around nothing: each value 0.5 +- 0.5/2, so the interaction has SE 0.5.
    let sample = Sample { mean: Some(0.5), std: Some(0.5), n: Some(4), ..Sample::default() };
    let noisy = Draft::of(2).coalition_samples(&vec![Some(sample); 4]).episode();
    let found = interactions(&noisy, &Scenario::default()).expect("two");
    assert_eq!(found.pairs[0].kind, InteractionKind::Unsure);
    assert_close(&[found.pairs[0].value.standard_error.expect("known")], &[0.5]);
}

#[test]
fn what_is_missing_widens_the_interval() {
    // I = v(ab) - v(a) - v(b) + v(0) with v(b) in [0, 1].
    let params = [("lo".to_owned(), 0.0.into()), ("hi".to_owned(), 1.0.into())].into();
    let scenario = Scenario { params, ..Scenario::default() };
    let found = interactions(&game(&[0.0, 0.25, f64::NAN, 1.0]), &scenario).expect("bounds");
    let (low, high) = found.pairs[0].value.interval.expect("bounds");
    assert_close(&[low, high, found.pairs[0].value.value], &[-0.25, 0.75, 0.25]);
    assert_eq!(found.pairs[0].kind, InteractionKind::Unsure);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Against the definition, pair by pair.
    #[test]
    fn textbook(n in 2usize..9, seed in 0u64..1000) {
        let mut draws = Draws::new(seed);
        let v: Vec<f64> = (0..1 << n).map(|_| draws.uniform() - 0.5).collect();
        let factorial = |n: usize| (1..=n).map(|it| it as f64).product::<f64>();
        let got = Weights::shapley(n).pairs(&v);
        for (at, (i, j)) in all_pairs(n).enumerate() {
            let (i, j) = (1usize << i, 1usize << j);
            let want = sum((0..v.len()).filter(|it| it & (i | j) == 0).map(|mask| {
                let s = mask.count_ones() as usize;
                let weight = factorial(s) * factorial(n - s - 2) / factorial(n - 1);
                weight * (v[mask | i | j] - v[mask | i] - v[mask | j] + v[mask])
            }));
            prop_assert!((got[at] - want).abs() < 1e-12);
        }
    }

    #[test]
    fn additive_games_have_none(parts in proptest::collection::vec(-2.0..2.0f64, 2..10)) {
        let n = parts.len();
        let value = |mask: usize| (0..n).filter(|it| mask >> it & 1 == 1).map(|it| parts[it]).sum::<f64>();
        let v: Vec<f64> = (0..1 << n).map(value).collect();
        prop_assert!(Weights::shapley(n).pairs(&v).iter().all(|it| it.abs() < 1e-12));
    }
}

//! Coalition methods against expected values.

use proptest::prelude::*;

use crate::credit::fixture::{assert_close, numbers, vectors};
use crate::credit::{Coalition, Game, Missing, Target, compute, contrast, explain};
use crate::model::draft::Draft;
use crate::model::{
    ActId, AgentId, Attribution, Episode, Estimate, Sample, Scenario, Status, Substitute, Value,
};

fn list(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
}

fn game(values: &[f64]) -> Draft {
    Draft::of(values.len().trailing_zeros() as usize).coalitions(values)
}

fn credit(episode: &Episode, method: &str) -> Attribution {
    compute(episode, &Scenario::of_method(method)).unwrap_or_else(|missing| panic!("{method}: {missing:?}"))
}

#[test]
fn games_of_the_literature() {
    let vectors = vectors();
    for vector in vectors["games"].as_array().expect("games") {
        let episode = game(&list(&vector["v"])).episode();
        for (method, key) in [
            ("shapley", "shapley"),
            ("banzhaf", "banzhaf"),
            ("removal", "leave_one_out"),
            ("first-in", "first_in"),
        ] {
            assert_close(&numbers(&credit(&episode, method)), &list(&vector[key]));
        }
        if let Some(normalised) = vector["banzhaf_normalised"].as_array() {
            let banzhaf = numbers(&credit(&episode, "banzhaf"));
            let v = list(&vector["v"]);
            let all = banzhaf.iter().sum::<f64>() / (v[v.len() - 1] - v[0]);
            let want: Vec<f64> = normalised.iter().filter_map(serde_json::Value::as_f64).collect();
            assert_close(&banzhaf.iter().map(|it| it / all).collect::<Vec<_>>(), &want);
        }
        // Harsanyi: each dividend is shared evenly by those who make it.
        let dividends = list(&vector["dividends"]);
        let share = |player: usize| -> f64 {
            let of = dividends.iter().enumerate().filter(|it| it.0 >> player & 1 == 1);
            of.map(|(mask, dividend)| dividend / f64::from(mask.count_ones())).sum()
        };
        let n = episode.agents.len();
        assert_close(&(0..n).map(share).collect::<Vec<_>>(), &list(&vector["shapley"]));
    }
}

#[test]
fn software_team() {
    let vector = &vectors()["software_team"];
    let v = list(&vector["v"]);
    let got = credit(&game(&v).episode(), "shapley");
    assert_close(&numbers(&got), &list(&vector["shapley"]));
    assert_eq!(got.title, "Shapley (exact, 16/16 coalitions)");
    assert_close(&[got.contract.expect("efficient"), got.empty_value.expect("logged")], &[0.8, 0.1]);
    assert_close(&[got.residual().expect("efficient")], &[0.0]);
    let scaled: Vec<f64> = v.iter().map(|it| 3.0 * it - 0.2).collect();
    let want = list(&vector["affine_3v_minus_0.2_shapley"]);
    assert_close(&numbers(&credit(&game(&scaled).episode(), "shapley")), &want);
}

#[test]
fn noise_is_propagated() {
    let vector = &vectors()["software_team"];
    let (v, n, errors) = (list(&vector["v"]), list(&vector["noisy"]["n"]), list(&vector["noisy"]["se_v"]));
    let sample = |at: usize| Sample {
        mean: Some(v[at]),
        std: Some(errors[at] * n[at].sqrt()),
        n: Some(n[at] as u32),
        ..Sample::default()
    };
    let samples: Vec<Option<Sample>> = (0..16).map(|it| Some(sample(it))).collect();
    let got = credit(&Draft::of(4).coalition_samples(&samples).episode(), "shapley");
    let found: Vec<f64> =
        (0..4).map(|it| got.agent(AgentId(it)).and_then(|it| it.standard_error).expect("known")).collect();
    assert_close(&found, &list(&vector["noisy"]["se_shapley"]));
    assert_eq!(got.sample, "16 of 16 coalitions x 8 to 32 runs");
    let episode = Draft::of(4).coalition_samples(&samples).episode();
    for pair in vector["noisy"]["se_of_differences"].as_array().expect("pairs") {
        let pair = list(pair);
        let (a, b) = (AgentId(pair[0] as u32), AgentId(pair[1] as u32));
        let difference = contrast(&episode, &Scenario::of_method("shapley"), a, b).expect("complete");
        let want = got.agent(a).expect("a").value - got.agent(b).expect("b").value;
        assert_close(&[difference.value, difference.standard_error.expect("known")], &[want, pair[2]]);
    }
    let removal = credit(&Draft::of(4).coalition_samples(&samples).episode(), "removal");
    let error = removal.agent(AgentId(0)).and_then(|it| it.standard_error).expect("known");
    assert_close(&[error], &[errors[15].hypot(errors[14])]);
}

#[test]
fn missing_coalitions_give_sharp_bounds() {
    let vector = &vectors()["software_team"];
    let mut v = list(&vector["v"]);
    for mask in list(&vector["missing"]["masks"]) {
        v[mask as usize] = f64::NAN;
    }
    let episode = game(&v).reward(0.9, &[]).end(Status::Success).episode();
    let range = list(&vector["missing"]["range"]);
    let params = [("lo".to_owned(), range[0].into()), ("hi".to_owned(), range[1].into())].into();
    let scenario = Scenario { params, ..Scenario::of_method("shapley") };
    let got = compute(&episode, &scenario).expect("bounds");
    let intervals: Vec<(f64, f64)> =
        (0..4).map(|it| got.agent(AgentId(it)).and_then(|it| it.interval).expect("bounds")).collect();
    let (lows, highs): (Vec<f64>, Vec<f64>) = intervals.into_iter().unzip();
    assert_close(&lows, &list(&vector["missing"]["lower"]));
    assert_close(&highs, &list(&vector["missing"]["upper"]));
    assert_eq!(got.title, "Shapley (bounds, 13/16 coalitions)");
    // The middles still divide v(N) - v(0).
    assert_close(&[got.sum], &[0.8]);
    let told = explain(&episode, &scenario, Target::Agent(AgentId(1))).expect("covered");
    let total: f64 = told.terms.iter().map(|it| it.weight * it.value.expect("known")).sum();
    assert_close(&[total], &[told.result.number().expect("a number").value]);
}

#[test]
fn explained_by_marginal_contributions() {
    let episode = game(&[0.1, 0.4, 0.3, 1.0]).episode();
    let told =
        explain(&episode, &Scenario::of_method("shapley"), Target::Agent(AgentId(0))).expect("covered");
    // (0.4 - 0.1) / 2 + (1.0 - 0.3) / 2
    assert_eq!(told.substituted, "a0 = 0.5 x 0.3 + 0.5 x 0.7 = 0.5");
    assert_eq!(told.terms[0].text, "v(all) - v({a1})");
    assert_eq!(told.terms[0].origins.iter().map(|it| it.line).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(told.caveats[0].text, "an absent agent takes its null action");
}

#[test]
fn a_large_game_is_explained_in_full() {
    let v: Vec<f64> =
        (0..1 << 8).map(|mask: u32| f64::from(mask.count_ones()).powi(2) + f64::from(mask % 7)).collect();
    let told = explain(&game(&v).episode(), &Scenario::of_method("shapley"), Target::Agent(AgentId(3)));
    let told = told.expect("covered");
    assert_eq!(told.terms.len(), 41);
    let total: f64 = told.terms.iter().map(|it| it.weight * it.value.expect("known")).sum();
    assert!((total - told.result.number().expect("a number").value).abs() < 1e-9);
}

#[test]
fn a_dropped_player_leaves_the_subgame() {
    let values = [0.1, 0.4, 0.3, 1.0, 0.2, 0.5, 0.6, 2.0];
    let episode = game(&values).reward(2.0, &[]).episode();
    let drop = |method: &str| Scenario { dropped: [AgentId(2)].into(), ..Scenario::of_method(method) };
    let got = compute(&episode, &drop("shapley")).expect("the subgame is logged");
    assert_close(&numbers(&got), &[0.5, 0.4, f64::NAN]);
    assert!(matches!(got.agents[2].value, Value::Undefined(_)));
    // A split divides what the log says the rest earns.
    assert_close(&numbers(&compute(&episode, &drop("uniform")).expect("logged")), &[0.5, 0.5, f64::NAN]);
    // Without that coalition R stays, and it is said.
    let mut incomplete = values;
    incomplete[3] = f64::NAN;
    let episode = game(&incomplete).reward(2.0, &[]).episode();
    let got = compute(&episode, &drop("uniform")).expect("a reward");
    assert_close(&numbers(&got), &[1.0, 1.0, f64::NAN]);
    assert!(got.caveats.iter().any(|it| it.text.starts_with("R stays 2")), "{:?}", got.caveats);
}

#[test]
fn a_reward_set_by_hand_is_the_whole_teams() {
    let episode = game(&[0.0, 0.0, 0.0, 1.0]).reward(1.0, &[]).episode();
    let got = compute(&episode, &Scenario { reward: Some(3.0.into()), ..Scenario::of_method("shapley") });
    assert_close(&numbers(&got.expect("logged")), &[1.5, 1.5]);
}

#[test]
fn a_substitute_is_unknown_to_coalitions() {
    let episode = game(&[0.0, 0.0, 0.0, 1.0]).acts(&[0]).episode();
    let substitutes = [(ActId(0), Substitute::Default)].into();
    let got = compute(&episode, &Scenario { substitutes, ..Scenario::of_method("shapley") });
    let want =
        "coalition values were recorded with the logged action: none is known for another at action t0 (a0)";
    assert_eq!(got.expect_err("not logged").missing, want);
}

#[test]
fn removal_says_which_coalition_is_missing() {
    let episode = Draft::team(&["planner", "coder", "tester"])
        .coalitions(&[f64::NAN, f64::NAN, f64::NAN, f64::NAN, f64::NAN, 0.5, f64::NAN, 1.0])
        .episode();
    let got = credit(&episode, "removal");
    assert_close(&numbers(&got), &[f64::NAN, 0.5, f64::NAN]);
    let want = Value::Unavailable("v(all but planner) is not logged".to_owned());
    assert_eq!(got.agents[0].value, want);
    let refused = compute(&episode, &Scenario::of_method("first-in")).expect_err("not logged");
    assert_eq!(refused.missing, "first-in needs coalition values: v({planner}) is not logged");
}

/// A game need not be a log: everybody earns 1, and the first two 1 together.
struct Toy;

impl Game for Toy {
    fn n_players(&self) -> usize {
        3
    }

    fn value(&mut self, coalition: Coalition) -> Result<Estimate, Missing> {
        let both = coalition.contains(0) && coalition.contains(1);
        Ok(Estimate::exact(coalition.size() as f64 + f64::from(u8::from(both))))
    }
}

#[test]
fn a_game_is_three_lines() {
    let table = crate::credit::game::Table::of(&mut Toy);
    let got = crate::credit::semivalue::Coefficients::shapley(3).apply(&table.values);
    assert_close(&got, &[1.5, 1.5, 1.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any values within the bounds give numbers within the intervals.
    #[test]
    fn bounds_hold(seed in 0u64..1000, hidden in proptest::collection::vec(0usize..16, 1..6)) {
        let mut draws = crate::stats::Draws::new(seed);
        let full: Vec<f64> = (0..16).map(|_| draws.uniform()).collect();
        let mut partial = full.clone();
        for mask in &hidden {
            partial[*mask] = f64::NAN;
        }
        let params = [("lo".to_owned(), 0.0.into()), ("hi".to_owned(), 1.0.into())].into();
        let scenario = Scenario { params, ..Scenario::of_method("shapley") };
        let bounds = compute(&game(&partial).episode(), &scenario).expect("bounds");
        let exact = credit(&game(&full).episode(), "shapley");
        for agent in (0..4).map(AgentId) {
            let (low, high) = bounds.agent(agent).and_then(|it| it.interval).expect("bounds");
            let value = exact.agent(agent).expect("complete").value;
            prop_assert!(low - 1e-12 <= value && value <= high + 1e-12);
        }
    }
}

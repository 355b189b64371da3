//! Owen, Myerson and precedence against the literature and their axioms.

use proptest::prelude::*;

use super::*;
use crate::credit::coalition::{myerson, owen, precedence};
use crate::credit::fixture::{assert_close, list, numbers, vectors};
use crate::credit::semivalue::Coefficients;
use crate::credit::{Target, compute, explain};
use crate::model::draft::Draft;
use crate::model::{DeclaredEdge, Episode, Scenario};
use crate::stats::Draws;

fn credit(episode: &Episode, method: &str) -> Attribution {
    compute(episode, &Scenario::of_method(method)).unwrap_or_else(|it| panic!("{method}: {it:?}"))
}

fn game(v: &[f64]) -> Draft {
    Draft::of(v.len().trailing_zeros() as usize).coalitions(v)
}

fn edges(draft: Draft, value: &serde_json::Value) -> Draft {
    draft.with(|it| {
        it.edges = value
            .as_array()
            .expect("edges")
            .iter()
            .map(|edge| {
                let ends: Vec<u32> = list(edge).into_iter().map(|it| it as u32).collect();
                DeclaredEdge { from: AgentId(ends[0]), to: AgentId(ends[1]), kind: None, weight: None }
            })
            .collect();
    })
}

fn unions(draft: Draft, value: &serde_json::Value) -> Draft {
    draft.with(|it| {
        for (at, union) in value.as_array().expect("unions").iter().enumerate() {
            for agent in list(union) {
                it.agents[agent as usize].team = Some(format!("team {at}"));
            }
        }
    })
}

#[test]
fn vectors_of_owen() {
    let vectors = vectors();
    for case in vectors["owen"].as_array().expect("cases") {
        let got = credit(&unions(game(&list(&case["v"])), &case["unions"]).episode(), "owen");
        assert_close(&numbers(&got), &list(&case["owen"]));
    }
    let team = &vectors["software_team"];
    let got = credit(&unions(game(&list(&team["v"])), &team["owen"]["unions"]).episode(), "owen");
    assert_close(&numbers(&got), &list(&team["owen"]["value"]));
    assert_close(&[got.residual().expect("efficient")], &[0.0]);
    let refused = compute(&game(&list(&team["v"])).episode(), &Scenario::of_method("owen"));
    assert_eq!(refused.expect_err("no teams").missing, "no player has a `team` in the roster");
}

#[test]
fn vectors_of_myerson() {
    let vectors = vectors();
    for case in vectors["myerson"].as_array().expect("cases") {
        for graph in case["graphs"].as_array().expect("graphs") {
            let episode = edges(game(&list(&case["v"])), &graph["edges"]).episode();
            if episode.edges.is_empty() {
                // Nobody talks to anybody: nothing is earned together.
                assert!(compute(&episode, &Scenario::of_method("myerson")).is_err());
                assert_close(&list(&graph["value"]), &[0.0; 3]);
                continue;
            }
            assert_close(&numbers(&credit(&episode, "myerson")), &list(&graph["value"]));
        }
    }
    let team = &vectors["software_team"];
    let episode = edges(game(&list(&team["v"])), &team["myerson"]["edges"]).episode();
    let got = credit(&episode, "myerson");
    assert_close(&numbers(&got), &list(&team["myerson"]["value"]));
    // The closed form is the Shapley value of the restricted game.
    let restricted = list(&team["myerson"]["restricted_v"]);
    assert_close(&numbers(&got), &Coefficients::shapley(4).apply(&restricted));
    assert_eq!(got.title, "Myerson (exact, 11/11 coalitions, 3 edges, declared)");
}

#[test]
fn vectors_of_precedence() {
    let vectors = vectors();
    let v = list(&vectors["software_team"]["v"]);
    for case in vectors["precedence"]["cases"].as_array().expect("cases") {
        let mut before = vec![0u64; 4];
        for pair in case["prec"].as_array().expect("pairs") {
            let pair = list(pair);
            before[pair[1] as usize] |= 1 << pair[0] as usize;
        }
        let form = precedence::form(&precedence::closed(before)).expect("few sets");
        let needed: Vec<f64> = form.rows().map(|it| it.0.0 as f64).collect();
        assert_close(&needed, &list(&case["masks_needed"]));
        let got = (0..4).map(|player| sum(form.rows().map(|it| it.1[player] * v[it.0.0 as usize])));
        assert_close(&got.collect::<Vec<_>>(), &list(&case["value"]));
    }
    // The same from an episode: a chain of acts, and only the values of the chain logged.
    let chain = &vectors["precedence"]["cases"][1];
    let mut known = vec![f64::NAN; 16];
    for mask in list(&chain["masks_needed"]) {
        known[mask as usize] = v[mask as usize];
    }
    let draft = game(&known).act(0, &[]).act(1, &[0]).act(2, &[1]).act(3, &[2]).act(0, &[3]);
    let got = credit(&draft.episode(), "precedence");
    assert_close(&numbers(&got), &list(&chain["value"]));
    assert_eq!(got.title, "precedence Shapley (exact, 5/5 coalitions, 6 pairs ordered)");
    assert_eq!(chain["linear_extensions"], 1);
}

#[test]
fn missing_values_give_bounds_and_terms_add_up() {
    let vectors = vectors();
    let team = &vectors["software_team"];
    let mut v = list(&team["v"]);
    v[3] = f64::NAN;
    let draft = unions(edges(game(&v), &team["myerson"]["edges"]), &team["owen"]["unions"]);
    let episode = draft.act(0, &[]).act(1, &[0]).act(2, &[0]).act(3, &[2, 1]).episode();
    for method in ["owen", "myerson", "precedence"] {
        let got = credit(&episode, method);
        let (low, high) = got.agent(AgentId(1)).and_then(|it| it.interval).expect("bounds");
        assert!(low < high, "{method}");
        for agent in (0..4).map(AgentId) {
            let told =
                explain(&episode, &Scenario::of_method(method), Target::Agent(agent)).expect("covered");
            let total: f64 = told.terms.iter().map(|it| it.weight * it.value.expect("known")).sum();
            assert_close(&[total], &[told.result.number().expect("a number").value]);
        }
    }
}

#[test]
fn bounds_reach_as_far_as_any_logged_value() {
    // A path a0 - a1 - a2. v(a0, a1) is not logged; v(a0, a2), which the graph does not need, is -50. In Myerson's
    // form v(C) of a pair with one neighbour counts (2-1)! 1!/3! = 1/6 for its members and -2! 0!/3! = -1/3 for
    // the neighbour: the intervals are (1 + 50)/6 and (1 + 50)/3 wide.
    let nan = f64::NAN;
    let draft = game(&[0.0, 1.0, 0.0, nan, 0.0, -50.0, 0.0, -1.0]);
    let edge =
        |from: u32, to: u32| DeclaredEdge { from: AgentId(from), to: AgentId(to), kind: None, weight: None };
    let episode = draft.with(|it| it.edges = vec![edge(0, 1), edge(1, 2)]).episode();
    let got = credit(&episode, "myerson");
    let widths: Vec<f64> = got
        .agents
        .iter()
        .filter_map(|it| it.value.number()?.interval)
        .map(|(low, high)| high - low)
        .collect();
    assert_close(&widths, &[8.5, 8.5, 17.0]);
    assert!(got.caveats.iter().any(|it| it.text.contains("within [-50, 1]")), "{:?}", got.caveats);
}

fn random(n: usize, draws: &mut Draws) -> Vec<f64> {
    (0..1 << n).map(|_| draws.uniform() * 2.0 - 1.0).collect()
}

fn apply(form: &Form, v: &[f64], n: usize) -> Vec<f64> {
    (0..n).map(|player| sum(form.rows().map(|it| it.1[player] * v[it.0.0 as usize]))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The credits of a union sum to its Shapley value in the game of unions; single unions, or one, are
    /// Shapley.
    #[test]
    fn quotient_consistency_of_owen(n in 2usize..7, seed in 0u64..1000, parts in 1usize..4) {
        let mut draws = Draws::new(seed);
        let v = random(n, &mut draws);
        let mut unions = vec![Coalition::EMPTY; parts];
        for player in 0..n {
            let at = ((draws.uniform() * parts as f64) as usize).min(parts - 1);
            unions[at] = unions[at].with(player);
        }
        unions.retain(|it| it.size() > 0);
        let got = apply(&owen::of_unions(n, &unions).expect("small"), &v, n);
        let quotient = |chosen: usize| {
            let joined = unions.iter().enumerate().filter(|it| chosen >> it.0 & 1 == 1);
            v[joined.fold(0, |mask, it| mask | it.1.0) as usize]
        };
        let game: Vec<f64> = (0..1 << unions.len()).map(quotient).collect();
        for (union, want) in unions.iter().zip(Coefficients::shapley(unions.len()).apply(&game)) {
            prop_assert!((sum(union.players().map(|it| got[it])) - want).abs() < 1e-12);
        }
        let shapley = Coefficients::shapley(n).apply(&v);
        let alone: Vec<Coalition> = (0..n).map(|it| Coalition::EMPTY.with(it)).collect();
        for unions in [alone, vec![Coalition::all(n)]] {
            let got = apply(&owen::of_unions(n, &unions).expect("small"), &v, n);
            prop_assert!(got.iter().zip(&shapley).all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }

    /// Parts divide what they earn; cutting an edge costs both of its ends the same; all edges: Shapley.
    #[test]
    fn component_efficiency_and_fairness_of_myerson(n in 2usize..6, seed in 0u64..1000) {
        let mut draws = Draws::new(seed);
        let v = random(n, &mut draws);
        let mut masks = vec![0u64; n];
        let mut edges = Vec::new();
        for a in 0..n {
            for b in 0..a {
                if draws.uniform() < 0.5 {
                    masks[a] |= 1 << b;
                    masks[b] |= 1 << a;
                    edges.push((a, b));
                }
            }
        }
        let got = apply(&myerson::form(&masks).expect("small"), &v, n);
        let mut left = Coalition::all(n).0;
        while left != 0 {
            let part = myerson::part(left, &masks);
            let earned = sum(Coalition(part).players().map(|it| got[it]));
            prop_assert!((earned - (v[part as usize] - v[0])).abs() < 1e-12);
            left &= !part;
        }
        for (a, b) in edges {
            let mut cut = masks.clone();
            cut[a] &= !(1 << b);
            cut[b] &= !(1 << a);
            let without = apply(&myerson::form(&cut).expect("small"), &v, n);
            prop_assert!(((got[a] - without[a]) - (got[b] - without[b])).abs() < 1e-12);
        }
        let all: Vec<u64> = (0..n).map(|it| Coalition::all(n).without(it).0).collect();
        let complete = apply(&myerson::form(&all).expect("small"), &v, n);
        prop_assert!(complete.iter().zip(Coefficients::shapley(n).apply(&v)).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    /// No order: Shapley. A chain: differences that telescope. Always: v(N) - v(0).
    #[test]
    fn precedence_between_shapley_and_a_chain(n in 1usize..7, seed in 0u64..1000) {
        let mut draws = Draws::new(seed);
        let v = random(n, &mut draws);
        let free = apply(&precedence::form(&vec![0; n]).expect("small"), &v, n);
        prop_assert!(free.iter().zip(Coefficients::shapley(n).apply(&v)).all(|(a, b)| (a - b).abs() < 1e-12));
        let chain: Vec<u64> = (0..n).map(|it| Coalition::all(it).0).collect();
        let form = precedence::form(&chain).expect("small");
        prop_assert_eq!(form.len(), n + 1);
        for (at, got) in apply(&form, &v, n).into_iter().enumerate() {
            let want = v[Coalition::all(at + 1).0 as usize] - v[Coalition::all(at).0 as usize];
            prop_assert!((got - want).abs() < 1e-12);
        }
        let random_order = (0..n).map(|it| ((draws.uniform() * (1u64 << it) as f64) as u64) & Coalition::all(it).0);
        let form = precedence::form(&precedence::closed(random_order.collect())).expect("small");
        prop_assert!((sum(apply(&form, &v, n)) - (v[v.len() - 1] - v[0])).abs() < 1e-12);
    }
}

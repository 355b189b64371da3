//! Logged walks against drawn ones and closed forms.

use proptest::prelude::*;

use super::*;
use crate::credit::fixture::{assert_close, numbers};
use crate::credit::semivalue::Coefficients;
use crate::credit::{Target, best_scenario, compute, explain};
use crate::model::draft::Draft;
use crate::model::{AgentId, Episode, Scenario};
use crate::stats::{Draws, sum};

/// Own values and what neighbours on a ring earn together: Shapley is `own + half of both bonds`.
struct Ring {
    own: Vec<f64>,
    bond: f64,
}

impl Ring {
    fn of(n: usize) -> Self {
        let mut draws = Draws::new(n as u64);
        Self { own: (0..n).map(|_| draws.uniform() - 0.5).collect(), bond: 0.3 }
    }

    fn value(&self, mask: u64) -> f64 {
        let n = self.own.len();
        let is_in = |it: usize| mask >> (it % n) & 1 == 1;
        let own = (0..n).filter(|it| is_in(*it)).map(|it| self.own[it]);
        let bonds = (0..n).filter(|it| is_in(*it) && is_in(it + 1)).map(|_| self.bond);
        sum(own.chain(bonds))
    }

    fn shapley(&self) -> Vec<f64> {
        self.own.iter().map(|it| it + self.bond).collect()
    }
}

fn orders(n: usize, walks: usize, seed: u64) -> Vec<Vec<u32>> {
    let mut draws = Draws::new(seed);
    let order = |_| {
        let mut order: Vec<u32> = (0..n as u32).collect();
        draws.shuffle(&mut order);
        order
    };
    (0..walks).map(order).collect()
}

/// The coalitions on the way of each order, once each.
fn logged(orders: &[Vec<u32>], value: impl Fn(u64) -> f64) -> Vec<(Coalition, f64)> {
    let mut masks = std::collections::BTreeSet::from([0]);
    for order in orders {
        let mut mask = 0u64;
        masks.extend(order.iter().map(|it| {
            mask |= 1 << it;
            mask
        }));
    }
    masks.into_iter().map(|it| (Coalition(it), value(it))).collect()
}

fn values(found: &LoggedWalks) -> Vec<f64> {
    found.estimates.iter().map(|it| it.value).collect()
}

fn episode(n: usize, known: &[(Coalition, f64)]) -> Episode {
    let rows: Vec<(Vec<u32>, f64)> =
        known.iter().map(|it| (it.0.players().map(|it| it as u32).collect(), it.1)).collect();
    Draft::of(n).coalition_rows(&rows).episode()
}

fn sampled() -> Scenario {
    Scenario::of_method("shapley-sampled")
}

#[test]
fn walks_that_do_not_meet_are_the_mean_over_them() {
    let (n, ring) = (12, Ring::of(12));
    // Rotations of one order meet nowhere but at the ends.
    let orders: Vec<Vec<u32>> = (0..4).map(|k| (0..12).map(|it| (it + 3 * k) % 12).collect()).collect();
    let found = estimate(n, &logged(&orders, |it| ring.value(it))).expect("four walks");
    assert_eq!((found.walks, found.unused), (4, 0));
    let mut moments = vec![Moments::default(); n];
    for order in &orders {
        let mut mask = 0;
        for player in order {
            let more = mask | 1 << player;
            moments[*player as usize].add(ring.value(more) - ring.value(mask));
            mask = more;
        }
    }
    let means: Vec<f64> = moments.iter().filter_map(Moments::mean).collect();
    assert_close(&values(&found), &means);
    let errors: Vec<f64> = moments.iter().filter_map(Moments::standard_error).collect();
    let got: Vec<f64> = found.estimates.iter().filter_map(|it| it.standard_error).collect();
    assert_close(&got, &errors);
}

#[test]
fn fifty_agents_and_two_hundred_walks() {
    let (n, ring) = (50, Ring::of(50));
    let orders = orders(n, 200, 7);
    let mut known = logged(&orders, |it| ring.value(it));
    let found = estimate(n, &known).expect("walks");
    assert_eq!(
        (found.walks, found.unused),
        (200, 0),
        "they meet near the ends, and are told apart all the same"
    );
    for (got, want) in found.estimates.iter().zip(ring.shapley()) {
        let error = got.standard_error.expect("200 samples");
        assert!((got.value - want).abs() <= 4.0 * error, "{} {want} {error}", got.value);
    }
    // A walk with a hole in the middle is none, and what is left of it counts for nothing.
    let gap = Coalition(orders[0][..25].iter().map(|it| 1u64 << it).sum());
    known.retain(|it| it.0 != gap);
    let found = estimate(n, &known).expect("walks");
    assert_eq!(found.walks, 199);
    assert!((30..48).contains(&found.unused), "{}", found.unused);

    let episode = episode(n, &known);
    let got = compute(&episode, &sampled()).expect("walks");
    assert_eq!(got.title, "Shapley (sampled, 199 logged walks)");
    assert!(got.balances() == Some(true), "{} {:?}", got.sum, got.contract);
    assert!(got.caveats.iter().any(|it| it.text.contains("as good as these orders were drawn at random")));
    assert!(got.caveats.iter().any(|it| it.text.contains("on no complete walk")));
    // It is the method that a log like this supports best, and the nearest to those it does not support.
    assert_eq!(best_scenario(&episode).map(|it| it.method).as_deref(), Some("shapley-sampled"));
    let refused = compute(&episode, &Scenario::of_method("shapley")).expect_err("2^50 values");
    assert_eq!(refused.nearest.as_deref().map(|it| it.split('/').next()), Some(Some("shapley-sampled")));
    // The arithmetic adds up, and every term has its records.
    let told = explain(&episode, &sampled(), Target::Agent(AgentId(3))).expect("covered");
    let total = sum(told.terms.iter().map(|it| it.weight * it.value.expect("known")));
    assert!((total - told.result.number().expect("a number").value).abs() < 1e-12);
    assert!(told.terms.iter().all(|it| it.origins.len() == 2));
    assert!(
        (sum(told.terms.iter().map(|it| it.weight)) - 1.0).abs() < 1e-12,
        "every walk has the agent join once"
    );
}

#[test]
fn nothing_is_made_up_where_no_walk_is_complete() {
    let refused = |known: &[(u64, f64)]| {
        let known: Vec<(Coalition, f64)> = known.iter().map(|it| (Coalition(it.0), it.1)).collect();
        compute(&episode(4, &known), &sampled()).expect_err("no walk").missing
    };
    // Nobody, one, two; and three and all, neither of which holds the two.
    assert_eq!(
        refused(&[(0, 0.0), (1, 1.0), (3, 2.0), (12, 2.0), (14, 3.0), (15, 4.0)]),
        "no logged walk leads from nobody to everybody: beyond 2 of 4 players, as in v({a0, a1}), no coalition \
         with one more is logged that goes on"
    );
    assert_eq!(
        refused(&[(1, 1.0), (3, 2.0), (7, 3.0), (15, 4.0)]),
        "no walk begins: v(nobody) is not logged"
    );
}

#[test]
fn a_table_with_holes_is_no_sample_of_orders() {
    let full: Vec<(Coalition, f64)> = (0..16).map(|it| (Coalition(it), it.count_ones().into())).collect();
    let known: Vec<_> = full.into_iter().filter(|it| ![5, 9].contains(&it.0.0)).collect();
    let refused = compute(&episode(4, &known), &sampled()).expect_err("holes");
    assert_eq!(
        refused.missing,
        "2 of 16 coalitions are not logged, v({a0, a2}) among them: permutations cannot be walked"
    );
    // Sharp bounds are what can be said.
    assert_eq!(refused.nearest.as_deref(), Some("shapley"));
}

#[test]
fn one_walk_has_no_interval() {
    let ring = Ring::of(30);
    let known = logged(&orders(30, 1, 3), |it| ring.value(it));
    let got = compute(&episode(30, &known), &sampled()).expect("a walk");
    assert!(got.agents.iter().all(|it| it.value.number().is_some_and(|it| it.interval.is_none())));
    assert!(got.caveats.iter().any(|it| it.text.contains("one walk alone")));
    assert_close(&[sum(numbers(&got))], &[got.contract.expect("both ends")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// With every coalition logged the chains are all orders: the estimate is the Shapley value.
    #[test]
    fn all_chains_are_shapley(n in 1usize..7, seed in 0u64..1000) {
        let mut draws = Draws::new(seed);
        let v: Vec<f64> = (0..1 << n).map(|_| draws.uniform() - 0.5).collect();
        let known: Vec<_> = v.iter().enumerate().map(|(at, it)| (Coalition(at as u64), *it)).collect();
        let found = of_chains(n, &known).expect("all");
        for (got, want) in values(&found).into_iter().zip(Coefficients::shapley(n).apply(&v)) {
            prop_assert!((got - want).abs() < 1e-12, "{got} {want}");
        }
    }

    /// Efficient on any walks, and every agent joins once in each.
    #[test]
    fn walks_telescope(n in 25usize..60, walks in 1usize..30, seed in 0u64..1000) {
        let ring = Ring::of(n);
        let known = logged(&orders(n, walks, seed), |it| ring.value(it));
        let found = estimate(n, &known).expect("walks");
        let all = Coalition::all(n).0;
        prop_assert!((sum(values(&found)) - ring.value(all)).abs() < 1e-9);
        for player in 0..n {
            let shares = found.steps.iter().filter(|it| it.player == player).map(|it| it.share);
            prop_assert!((sum(shares) - 1.0).abs() < 1e-9);
        }
    }
}

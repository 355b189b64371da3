//! The least core of games that can be worked by hand, and of games that scipy has solved.

use crate::credit::fixture::{assert_close, list, numbers};
use crate::credit::{Target, compute, explain, figure};
use crate::model::draft::Draft;
use crate::model::{AgentId, Attribution, Episode, Scenario};

fn scenario() -> Scenario {
    Scenario::of_method("least-core")
}

fn game(values: &[f64]) -> Episode {
    Draft::of(values.len().trailing_zeros() as usize).coalitions(values).episode()
}

fn credit(values: &[f64]) -> Attribution {
    compute(&game(values), &scenario()).expect("a least core")
}

fn ranges(found: &Attribution) -> Vec<(f64, f64)> {
    let of = |it: &crate::model::AgentCredit| {
        let it = it.value.number().expect("a number");
        it.interval.unwrap_or((it.value, it.value))
    };
    found.agents.iter().map(of).collect()
}

#[test]
fn whoever_is_scarce_gets_the_gloves() {
    // Players 0 and 1 hold left gloves, 2 the right one: a pair earns 1. {0, 2} and {1, 2} must get 1 between them, and
    // so must all: 2 gets it, and no coalition has a grievance.
    let found = credit(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    assert_close(&numbers(&found), &[0.0, 0.0, 1.0]);
    assert_eq!(ranges(&found), [(0.0, 0.0), (0.0, 0.0), (1.0, 1.0)]);
    assert_eq!(found.title, "least core (greatest grievance 0, 8/8 coalitions)");
    assert_eq!(found.balances(), Some(true));
}

#[test]
fn a_majority_of_three_has_an_empty_core() {
    // Two of three earn 1, as all do: some pair gets 2/3 at most, and a third each leaves no pair less.
    let found = credit(&[0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
    assert_close(&numbers(&found), &[1.0 / 3.0; 3]);
    let words = "the core is empty: however it is shared, some coalition gets 0.333333 less than it earns alone \
                 (v(all but a2), v(all but a1), v(all but a0))";
    assert!(found.caveats.iter().any(|it| it.text == words), "{:?}", found.caveats);
}

#[test]
fn who_earns_the_same_in_any_company_gets_that() {
    // 1, 2 and 4 above 0.5 for nobody.
    let values: Vec<f64> = (0..8).map(|mask: u32| 0.5 + f64::from(mask)).collect();
    let found = credit(&values);
    assert_close(&numbers(&found), &[1.0, 2.0, 4.0]);
    assert_close(&[found.contract.expect("efficient"), found.sum], &[7.0, 7.0]);
}

#[test]
fn a_share_that_the_game_leaves_open_has_a_range() {
    // Two players who earn nothing apart and 1 together: e* = -1/2, half each.
    let pair = credit(&[0.0, 0.0, 0.0, 1.0]);
    assert_close(&numbers(&pair), &[0.5, 0.5]);
    assert!(pair.title.starts_with("least core (greatest grievance -0.5"), "{}", pair.title);
    // v(N) = 4, {0, 1} earn 4 and {2, 3} nothing: x0 + x1 + e >= 4 and x2 + x3 + e >= 0 hold e* = 0 and both sums.
    // Each of the first two may have 0 to 4; by symmetry the nucleolus is 2, 2, 0, 0.
    let mut values = [0.0; 16];
    (values[0b0011], values[0b1111]) = (4.0, 4.0);
    for mask in [0b0111, 0b1011] {
        values[mask] = 4.0;
    }
    let found = credit(&values);
    assert_close(&numbers(&found), &[2.0, 2.0, 0.0, 0.0]);
    assert_eq!(ranges(&found), [(0.0, 4.0), (0.0, 4.0), (0.0, 0.0), (0.0, 0.0)]);
    let level = found.agents[0].value.number().expect("a number").level;
    assert!((level - 1.0).abs() < f64::EPSILON);
}

#[test]
fn a_share_is_explained_by_the_coalitions_that_decide_it() {
    let episode = game(&[0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
    let told = explain(&episode, &scenario(), Target::Agent(AgentId(0))).expect("a share");
    let sum: f64 = told.terms.iter().filter_map(|it| Some(it.weight * it.value?)).sum();
    assert_close(&[sum], &[1.0 / 3.0]);
    // Both pairs of a0 get 2/3, all get 1: 2/3 + 2/3 - 1.
    let terms: Vec<(&str, f64)> = told.terms.iter().map(|it| (it.text.as_str(), it.weight)).collect();
    let (one, other) =
        ("v(all but a2) - v(nobody), 0.333333 less", "v(all but a1) - v(nobody), 0.333333 less");
    assert_eq!(terms, [("v(all) - v(nobody)", -1.0), (one, 1.0), (other, 1.0)]);
    assert!(told.terms.iter().all(|it| it.origins.len() == 2));
}

#[test]
fn what_is_not_logged_has_no_say_and_what_nothing_holds_is_refused() {
    let nan = f64::NAN;
    // A pair of the three is not logged: x2 = 1 is still all that suits the other.
    let found = credit(&[0.0, 0.0, 0.0, 0.0, 0.0, nan, 1.0, 1.0]);
    assert!(found.caveats.iter().any(|it| it.text.starts_with("1 of 8 coalitions are not logged")));
    let refused = |values: &[f64]| compute(&game(values), &scenario()).expect_err("refused").missing;
    let none = refused(&[nan, 0.0, 0.0, 1.0]);
    assert_eq!(none, "least-core needs coalition values: v(nobody) is not logged");
    let one = refused(&[0.0, 0.0, nan, 1.0]);
    assert_eq!(one, "coalitions that hold the greatest grievance: by the 1 of 2 logged it may be anything");
    // {0} and {1, 2} hold what they get, and nothing says how 1 and 2 part.
    let share = refused(&[0.0, 0.0, nan, nan, nan, nan, 1.0, 1.0]);
    assert_eq!(share, "coalitions that hold the share of a1: by the 2 of 6 logged it may be anything");
}

#[test]
fn one_player_has_it_all() {
    assert_close(&numbers(&credit(&[0.25, 1.0])), &[0.75]);
}

#[test]
fn what_scipy_finds() {
    // tests/oracles/games.py wrote it: e*, ranges and nucleolus by other programs than those here.
    let text = include_str!("../../../../tests/data/oracles/games.json");
    let oracle: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let cases = oracle["cases"].as_array().expect("cases");
    assert!(cases.len() >= 60);
    for case in cases {
        let found = credit(&list(&case["v"]));
        let kind = &case["kind"];
        let near =
            |got: f64, want: f64| assert!((got - want).abs() <= 1e-6, "{kind}: {got}, not {want}: {found:?}");
        let (lows, highs) = (list(&case["low"]), list(&case["high"]));
        for (range, ends) in ranges(&found).iter().zip(lows.iter().zip(&highs)) {
            near(range.0, *ends.0);
            near(range.1, *ends.1);
        }
        numbers(&found).iter().zip(list(&case["nucleolus"])).for_each(|it| near(*it.0, it.1));
        let told = format!(
            "least core (greatest grievance {},",
            figure::exact(case["grievance"].as_f64().expect("e*"))
        );
        assert!(found.title.starts_with(&told), "{kind}: {} is not {told}", found.title);
    }
}

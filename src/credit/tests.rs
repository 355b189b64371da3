//! What holds for all methods.

use super::*;
use crate::model::Status;
use crate::model::draft::Draft;

#[test]
fn numbers_beyond_a_double_are_no_credit() {
    // v(ab) - v(b) overflows: 1e308 + 1e308 is infinite, and half of it minus half of it has no value.
    let game = |huge: f64| Draft::of(2).acts(&[0, 1]).coalitions(&[0.0, huge, -huge, huge]).episode();
    let shapley = Scenario::of_method("shapley");
    assert!(compute(&game(1e300), &shapley).is_ok());
    let missing = compute(&game(1.5e308), &shapley).expect_err("an overflow").missing;
    assert!(missing.contains("too large"), "{missing}");
}

#[test]
fn unknown_words_are_named() {
    let episode = Draft::of(2).acts(&[0, 1]).reward(1.0, &[]).episode();
    let check = |scenario: Scenario, want: &str| {
        let missing = compute(&episode, &scenario).expect_err(want).missing;
        assert!(missing.contains(want), "{missing}");
    };
    check(Scenario::of_method("shapely"), "no method is called 'shapely'; there are: ");
    let baseline = Some("x".to_owned());
    check(
        Scenario { baseline, ..Scenario::of_method("activity") },
        "activity has no baseline 'x'; it has: actions",
    );
    let params = |name: &str, value: f64| [(name.to_owned(), value.into())].into();
    check(
        Scenario { params: params("x", 1.0), ..Scenario::of_method("uniform") },
        "uniform has no parameter 'x'",
    );
    let params = params("active", 2.0);
    check(Scenario { params, ..Scenario::of_method("uniform") }, "'2' is out of range for active (0 to 1)");
    let discount = Some(1.5.into());
    check(Scenario { discount, ..Scenario::of_method("uniform") }, "'1.5' is out of range for the discount");
}

#[test]
fn nothing_to_divide() {
    let episode = Draft::of(2).acts(&[0, 1]).episode();
    let missing = compute(&episode, &Scenario::of_method("uniform")).expect_err("no reward");
    assert_eq!(missing.missing, "no reward logged: nothing to divide");
    assert_eq!(best_scenario(&episode), None);
    let episode = Draft::of(2).acts(&[0, 1]).end(Status::Other("paused".to_owned())).episode();
    assert_eq!(best_scenario(&episode), None);
}

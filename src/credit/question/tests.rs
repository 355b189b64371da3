//! The window: acts outside it count for nothing, whatever the method.

use crate::credit::fixture::{assert_close, numbers};
use crate::credit::{Family, compute, methods, variants};
use crate::model::draft::Draft;
use crate::model::{ActId, Episode, Scenario, Timestamp, Value};

/// Four acts of two agents, with everything methods of acts may need.
fn episode() -> Episode {
    let mut draft = Draft::of(2);
    for at in 0..4u32 {
        let parents: Vec<u32> = at.checked_sub(1).into_iter().collect();
        let worth = f64::from(at + 1);
        draft = draft
            .act(at % 2, &parents)
            .tokens(10)
            .last(|it| {
                it.time = Some(Timestamp::from_seconds(f64::from(at)));
                it.duration = Some(1.0);
            })
            .table(at, &[("u", worth, 0.5), ("v", 0.0, 0.5)], Some(0), Some(1))
            .last_table(|it| it.value = Some(worth / 2.0))
            .replay(at, 0, &[(worth, 4), (0.0, 4)])
            .last_replay(|it| it.candidates.iter_mut().for_each(|it| it.q = Some(0.5)));
    }
    draft.coalitions(&[0.0, 1.0, 1.0, 3.0]).reward(8.0, &[]).episode()
}

fn windowed(scenario: Scenario, first: u32, last: u32) -> Scenario {
    Scenario { window: Some((ActId(first), ActId(last))), ..scenario }
}

#[test]
fn nothing_outside_the_window_has_credit() {
    let episode = episode();
    let mut seen = 0;
    for scenario in variants() {
        let scenario = windowed(scenario, 1, 2);
        let Ok(got) = compute(&episode, &scenario) else { continue };
        let inside = |act: ActId| (1..=2).contains(&act.0);
        let outside = got.acts.iter().filter(|it| !inside(it.0));
        let blank = |value: &Value| value.number().is_none_or(|it| it.value == 0.0);
        assert!(outside.clone().all(|it| blank(&it.1)), "{}: {:?}", got.title, got.acts);
        // A caveat names what propagation cannot hand on inside the window.
        let said = got.caveats.iter().any(|it| it.text.contains("left undivided"));
        assert!(
            said || got.balances() != Some(false),
            "{}: {} is not {:?}",
            got.title,
            got.sum,
            got.contract
        );
        assert!(got.caveats.iter().any(|it| it.text.contains("window") || it.text.contains("from t1 to t2")));
        seen += usize::from(!got.acts.is_empty());
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn a_window_over_everything_changes_no_number() {
    let episode = episode();
    for scenario in variants() {
        let plain = compute(&episode, &scenario);
        let wide = compute(&episode, &windowed(scenario.clone(), 0, 3));
        match (plain, wide) {
            (Ok(plain), Ok(wide)) => {
                assert_close(&numbers(&wide), &numbers(&plain));
                assert_eq!(wide.acts, plain.acts, "{}", plain.title);
            }
            (plain, wide) => {
                let follows =
                    methods().iter().any(|it| it.name == scenario.method && it.family != Family::Declared);
                assert!(!follows || plain.is_err() == wide.is_err(), "{}", scenario.method);
            }
        }
    }
}

#[test]
fn sums_of_acts_inside() {
    let episode = episode();
    let credit = |method: &str, baseline: Option<&str>| {
        let scenario = Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(method) };
        numbers(&compute(&episode, &windowed(scenario, 1, 2)).expect("logged"))
    };
    // t1 of a1 is worth 2 against 0, t2 of a0 3 against 0.
    assert_close(&credit("difference", Some("null")), &[3.0, 2.0]);
    assert_close(&credit("replay-loo", None), &[3.0, 2.0]);
    // One action each.
    assert_close(&credit("activity", None), &[4.0, 4.0]);
    // R = 8 by weights 0.9 and 1 of t1 and t2, whatever lies behind them (0.81 and 0.9 of their age).
    assert_close(&credit("discount", None), &[8.0 / 1.9, 8.0 * 0.9 / 1.9]);
    // V rises by 0.5 from t1 to t2 and from t2 to t3.
    assert_close(&credit("redistribution", None), &[0.5, 0.5]);
    // R starts at t3, which passes it on; t2 keeps half, t1 half of the rest, t0 leaves 2 undivided.
    let got = compute(&episode, &windowed(Scenario::of_method("backprop"), 1, 2)).expect("a reward");
    assert_close(&numbers(&got), &[4.0, 2.0]);
    assert!(
        got.caveats.iter().any(|it| it.text.contains("that lie outside the window")),
        "{:?}",
        got.caveats
    );
}

#[test]
fn agents_without_an_act_inside_are_undefined() {
    let scenario = Scenario { baseline: Some("null".to_owned()), ..Scenario::of_method("difference") };
    let got = compute(&episode(), &windowed(scenario, 1, 1)).expect("logged");
    assert!(
        matches!(&got.agents[0].value, Value::Undefined(why) if why.contains("window")),
        "{:?}",
        got.agents
    );
    let backwards = compute(&episode(), &windowed(Scenario::of_method("discount"), 2, 1));
    assert_eq!(backwards.expect_err("empty").missing, "the window ends before it begins");
}

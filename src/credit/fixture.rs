//! Attributions, vectors and comparisons of numbers for tests.

use crate::model::{AgentCredit, AgentId, Attribution, Estimate, Provenance, Value};

/// An attribution of exact numbers, one agent each.
pub(crate) fn attribution(values: &[f64]) -> Attribution {
    let credit = |(index, value): (usize, &f64)| AgentCredit {
        agent: AgentId::from_index(index),
        value: Value::Number(Estimate::exact(*value)),
    };
    Attribution {
        method: "test".to_owned(),
        baseline: None,
        title: "test".to_owned(),
        agents: values.iter().enumerate().map(credit).collect(),
        acts: Vec::new(),
        sum: values.iter().sum(),
        contract: None,
        reward: None,
        units: None,
        empty_value: None,
        provenance: Provenance::Replayed,
        absence: None,
        sample: String::new(),
        caveats: Vec::new(),
        measured: None,
    }
}

/// The numbers of an attribution by agent; NaN where there is none.
pub(crate) fn numbers(attribution: &Attribution) -> Vec<f64> {
    attribution.agents.iter().map(|it| it.value.number().map_or(f64::NAN, |it| it.value)).collect()
}

/// Asserts that two lists agree within `1e-12`.
#[track_caller]
pub(crate) fn assert_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{got:?} {want:?}");
    for (got_one, want_one) in got.iter().zip(want) {
        let same = (got_one - want_one).abs() <= 1e-12 || (got_one.is_nan() && want_one.is_nan());
        assert!(same, "got {got:?}, want {want:?}");
    }
}

/// The expected values in `tests/data/vectors.json`.
pub(crate) fn vectors() -> serde_json::Value {
    let text = include_str!("../../tests/data/vectors.json");
    serde_json::from_str(text).expect("the vectors are valid JSON")
}

/// A list of numbers of the vectors; `null` is NaN.
pub(crate) fn list(value: &serde_json::Value) -> Vec<f64> {
    let numbers = value.as_array().unwrap_or_else(|| panic!("a list, not {value}"));
    numbers.iter().map(|it| it.as_f64().unwrap_or(f64::NAN)).collect()
}

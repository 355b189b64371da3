//! Numbers and the three states of a credit value.

use serde_json::{Value as Json, json};

use crate::model::Value;

/// A finite number, or null.
pub(in crate::report) fn number(value: f64) -> Json {
    // Writes a negative zero as zero: it is no other number.
    serde_json::Number::from_f64(if value == 0.0 { 0.0 } else { value }).map_or(Json::Null, Json::Number)
}

/// A value in its state.
pub(in crate::report) fn value(value: &Value) -> Json {
    match value {
        Value::Undefined(why) => json!({ "state": "undefined", "reason": why }),
        Value::Unavailable(why) => json!({ "state": "unavailable", "reason": why }),
        Value::Number(it) if !it.value.is_finite() => {
            json!({ "state": "undefined", "reason": "not a finite number" })
        }
        Value::Number(it) => json!({
            "state": "number",
            "value": number(it.value),
            "sign": match it.value {
                value if value > 0.0 => 1,
                value if value < 0.0 => -1,
                _ => 0,
            },
            "sign_unsure": it.sign_unsure(),
            "interval": it.interval.map(|(low, high)| [number(low), number(high)]),
            "level": it.interval.map(|_| number(it.level)),
            "no_interval": it.why_no_interval(),
            "ci95": it.interval.filter(|_| it.has_usual_level()).map(|(low, high)| [number(low), number(high)]),
            "standard_error": it.standard_error.map_or(Json::Null, number),
            "n": it.n,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Estimate;

    #[test]
    fn three_states() {
        let estimate = Estimate { interval: Some((-0.5, 0.25)), n: Some(3), ..Estimate::exact(-0.1) };
        assert_eq!(
            value(&Value::Number(estimate)),
            json!({ "state": "number", "value": -0.1, "sign": -1, "sign_unsure": true, "ci95": [-0.5, 0.25],
                "interval": [-0.5, 0.25], "level": 0.95, "no_interval": null, "standard_error": null, "n": 3 })
        );
        assert_eq!(
            value(&Value::Undefined("n = 1".to_owned())),
            json!({ "state": "undefined", "reason": "n = 1" })
        );
        assert_eq!(
            value(&Value::Unavailable("no q".to_owned())),
            json!({ "state": "unavailable", "reason": "no q" })
        );
    }

    #[test]
    fn what_is_no_number_is_never_written_as_one() {
        assert_eq!(value(&Value::Number(Estimate::exact(f64::NAN)))["state"], "undefined");
        assert_eq!(number(f64::INFINITY), Json::Null);
        assert_eq!(number(-0.0).to_string(), "0.0");
        assert_eq!(number(0.1 + 0.2).to_string(), "0.30000000000000004");
        let estimate = Estimate { interval: Some((f64::NEG_INFINITY, 1.0)), ..Estimate::exact(0.0) };
        assert_eq!(value(&Value::Number(estimate))["ci95"], json!([null, 1.0]));
    }
}

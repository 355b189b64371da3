//! How far logged decimals may be from what they round.

/// Half a unit of the last decimal of the most precise of `values`, if writers seem to have rounded them: two
/// decimals or more. 0 for whole numbers and one decimal, which count as exact.
pub(super) fn half_unit(values: impl Iterator<Item = f64>) -> f64 {
    match values.map(decimals).max() {
        Some(places) if places >= 2 => 0.5 * 10_f64.powi(-(places.min(15) as i32)),
        _ => 0.0,
    }
}

/// Decimals of the shortest text that reads back as `value`.
fn decimals(value: f64) -> usize {
    let text = format!("{value}");
    text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Slack for sums of floating point numbers of this size.
pub(super) fn slack(values: impl Iterator<Item = f64>) -> f64 {
    1e-9 * values.map(f64::abs).fold(1.0, f64::max)
}

/// A number in a message: six decimals at most, without trailing zeros.
pub(super) fn shown(value: f64) -> String {
    let text = if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e12) {
        format!("{value:.3e}")
    } else {
        format!("{value:.6}")
    };
    if !text.contains('.') || text.contains('e') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let check = |values: &[f64], expected: f64| {
            let found = half_unit(values.iter().copied());
            assert!((found - expected).abs() < 1e-18, "{values:?}: {found}");
        };
        check(&[1.0, 0.0], 0.0);
        check(&[0.5], 0.0);
        check(&[0.5, 0.25], 0.005);
        check(&[-0.366_667, 0.1], 0.000_000_5);
        check(&[], 0.0);
    }

    #[test]
    fn numbers() {
        for (value, text) in [
            (1.0, "1"),
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (2e-7, "2.000e-7"),
            (-12.5, "-12.5"),
            (120.0, "120"),
        ] {
            assert_eq!(shown(value), text);
        }
    }
}

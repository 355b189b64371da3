//! A float that can be compared and hashed, for values used as keys.

use std::hash::{Hash, Hasher};

/// An `f64` compared and hashed by its bits, so that a [`super::Scenario`] can be a cache key.
/// `-0.0` is stored as `0.0`; a NaN equals itself.
#[derive(Clone, Copy, Debug)]
pub struct Number(f64);

impl Number {
    /// Wraps a value.
    pub fn new(value: f64) -> Self {
        Self(if value == 0.0 { 0.0 } else { value })
    }

    /// The value.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

/// A number with a letter for its size: `1.4G`.
pub fn amount(number: u64, step: u64) -> String {
    let (mut unit, mut letters) = (1, ["", "k", "M", "G", "T", "P"].iter());
    let mut letter = letters.next().copied().unwrap_or_default();
    while number / unit >= step
        && let Some(next) = letters.next()
    {
        (unit, letter) = (unit * step, next);
    }
    match number / unit {
        whole if whole >= 10 || unit == 1 => format!("{whole}{letter}"),
        whole => format!("{whole}.{}{letter}", number % unit * 10 / unit),
    }
}

/// `value` with its sign and `places` decimals: `+0.37`, `-0.41`, ` 0.00` for an exact zero. A value that
/// these decimals would show as zero gets one more (`-0.004`) or an exponent (`-4e-5`): only a zero looks
/// like zero. From a hundred thousand on it has no decimals, and its digits stand in groups (`-1,250,000`). What is
/// not a number is written in words.
pub fn signed(value: f64, places: usize) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+inf" } else { "-inf" }.to_owned();
    }
    // Anything smaller is what a sum of floats leaves over, whatever the reward unit.
    if value.abs() < 1e-12 {
        return format!(" {:.places$}", 0.0);
    }
    if value.abs() >= LARGE {
        return grouped(value);
    }
    with_places(value, places)
}

/// From here on decimals say nothing, and digits are read in groups.
const LARGE: f64 = 1e5;

/// `-1,250,000`; what has too many digits to count has an exponent.
fn grouped(value: f64) -> String {
    if value.abs() >= 1e10 {
        return format!("{value:+.2e}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = if value < 0.0 { "-" } else { "+" }.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn with_places(value: f64, places: usize) -> String {
    let half = 0.5 * 10f64.powi(-(places as i32));
    match value.abs() {
        size if size >= half => format!("{value:+.places$}"),
        size if size >= half / 10.0 => format!("{value:+.*}", places + 1),
        _ => format!("{value:+.0e}"),
    }
}

/// A number as arithmetic is done again with it by hand: with its sign and the fewest decimals, from `places` to
/// six, that say it exactly. What six decimals cannot say has six, or six significant digits if it is very small or
/// large.
pub fn in_full(value: f64, places: usize) -> String {
    let says_it =
        |text: &String| text.trim().parse::<f64>().is_ok_and(|it| (it - value).abs() <= 1e-12 * value.abs());
    if !value.is_finite() || value.abs() < 1e-12 {
        return signed(value, places);
    }
    let written =
        |places| if value.abs() >= 1e7 { format!("{value:+.2e}") } else { with_places(value, places) };
    (places..=6).map(written).find(says_it).unwrap_or_else(|| match value.abs() {
        size if !(1e-3..1e7).contains(&size) => format!("{value:+.5e}"),
        _ => with_places(value, places.max(6)),
    })
}

/// A reward as it is logged, if that takes no more than four decimals: with two at least, and no `+`; a large one
/// without decimals.
pub fn as_logged(value: f64) -> String {
    let decimals = (2..=4).find(|it| (value * 10f64.powi(*it)).fract().abs() < 1e-9);
    let text = signed(value, decimals.map_or_else(|| places(value), |it| it as usize));
    text.trim_start_matches([' ', '+']).to_owned()
}

/// A size without a sign, such as a standard error or half an interval, written as [`signed`] writes it:
/// `0.06`, `0.004`, `4e-5`.
pub fn unsigned(value: f64, places: usize) -> String {
    signed(value.abs(), places).trim_start_matches(['+', ' ']).to_owned()
}

/// How many decimals tell apart values whose largest is this: three significant digits, and at least two
/// decimals for values around 1. What a sum of floats leaves over is 0.
pub fn places(largest: f64) -> usize {
    match largest.abs() {
        size if !size.is_finite() || size < 1e-12 => 2,
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 0.1 => 2,
        size if size >= 0.01 => 3,
        size if size >= 0.001 => 4,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_full() {
        let check = |value, want: &str| assert_eq!(in_full(value, 4).trim(), want, "{value}");
        check(0.25, "+0.2500");
        check(0.476_074, "+0.476074");
        check(-1.0 / 3.0, "-0.333333");
        check(1234.5, "+1234.5000");
        check(1.0 / 30_030.0, "+3.33000e-5");
        check(0.00004, "+0.00004");
        check(0.0, "0.0000");
        check(-12_345_678.0, "-1.23457e7");
    }

    #[track_caller]
    fn check(value: f64, places: usize, expected: &str) {
        assert_eq!(signed(value, places), expected);
    }

    #[test]
    fn signs() {
        check(0.366_666, 2, "+0.37");
        check(-0.41, 2, "-0.41");
        check(0.0, 2, " 0.00");
        check(-0.0, 2, " 0.00");
        check(-0.001, 2, "-0.001");
        check(0.004_9, 2, "+0.005");
        check(0.005_1, 2, "+0.01");
        check(-0.000_04, 2, "-4e-5");
        check(0.4, 0, "+0.4");
        check(-1e-13, 2, " 0.00");
        check(f64::NAN, 2, "nan");
        check(f64::NEG_INFINITY, 2, "-inf");
        check(99_999.5, 2, "+99999.50");
        check(-1_000_000.0, 2, "-1,000,000");
        check(1_234_567.8, 3, "+1,234,568");
        check(3.0e9, 2, "+3,000,000,000");
        check(3.0e10, 2, "+3.00e10");
    }

    #[test]
    fn sizes() {
        for (value, expected) in [(0.06, "0.06"), (0.004, "0.004"), (0.0, "0.00"), (0.000_04, "4e-5")] {
            assert_eq!(unsigned(value, 2), expected);
        }
    }

    #[test]
    fn decimals_follow_the_size() {
        for (largest, expected) in
            [(0.41, 2), (12.0, 2), (150.0, 1), (5_000.0, 0), (0.02, 3), (0.0, 2), (1e-17, 2)]
        {
            assert_eq!(places(largest), expected, "{largest}");
        }
    }

    #[test]
    fn amounts() {
        let check = |number: u64, step: u64, expected: &str| assert_eq!(amount(number, step), expected);
        check(0, 1_000, "0");
        check(999, 1_000, "999");
        check(1_000, 1_000, "1.0k");
        check(1_023, 1_024, "1023");
        check(1_500_245_402, 1_024, "1.3G");
        check(23_456_789, 1_000, "23M");
        check(u64::MAX, 1_000, "18446P");
    }
}

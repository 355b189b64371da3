//! Numbers and lists of names as words, for titles, messages and sentences.

pub(super) use crate::text::count;

/// A number with its sign: `+0.37`, `-12.50`, `0`; small ones keep two significant digits.
pub(super) fn signed(value: f64) -> String {
    let text = plain(value);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

/// A number: `0.37`, `-12.50`, `0`.
pub(super) fn plain(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() || (magnitude >= 1000.0 && value.fract() == 0.0 && magnitude < 1e15) {
        format!("{value}")
    } else if !(1e-4..1e6).contains(&magnitude) {
        format!("{value:.1e}")
    } else if magnitude >= 0.0095 {
        format!("{value:.2}")
    } else if magnitude >= 0.00095 {
        format!("{value:.4}")
    } else {
        format!("{value:.5}")
    }
}

/// A number as an explanation writes it: as short as it can be while exact to six decimals.
pub(super) fn exact(value: f64) -> String {
    let magnitude = value.abs();
    if value != 0.0 && !(1e-4..1e9).contains(&magnitude) {
        return format!("{value:.4e}");
    }
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// What somebody earned, as it is logged: `+1`, `-0.25`, `0`.
pub(super) fn earned(value: f64) -> String {
    let text = exact(value);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

/// A setting, to three significant digits: `0.42`, `0.5`, `37.3`.
pub(super) fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    if !(0..=8).contains(&digits) {
        return if digits < 0 { format!("{value:.0}") } else { format!("{value:.2e}") };
    }
    let text = format!("{value:.*}", digits as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share in whole percent.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 99.5 && share < 1.0 - 1e-9 {
        ">99%".to_owned()
    } else if percent < 0.5 && share > 1e-9 {
        "<1%".to_owned()
    } else {
        format!("{percent:.0}%")
    }
}

/// A chance that is known as a range: `3-9%`, `50%`, `<1%`, `<2%`.
pub(super) fn chance((low, high): (f64, f64)) -> String {
    let (from, to) = (percent(low), percent(high));
    if high < 0.005 {
        "<1%".to_owned()
    } else if low < 0.005 && high < 0.015 {
        "<2%".to_owned()
    } else if from == to {
        to
    } else {
        format!("{}-{to}", from.trim_end_matches('%'))
    }
}

/// How far a reward is from an act: `1 step`, `2.5 steps`.
pub(super) fn steps(n: f64) -> String {
    if n == 1.0 { "1 step".to_owned() } else { format!("{} steps", significant(n)) }
}

/// `4 candidates`, or `2 of 4 candidates` where only a part counts.
pub(super) fn part(counted: usize, all: usize, what: &str) -> String {
    if counted == all { count(all, what) } else { format!("{counted} of {}", count(all, what)) }
}

/// `a`, `a and b`, `a, b and c`, `a, b and 3 more`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [a, b] => format!("{a} and {b}"),
        [a, b, c] => format!("{a}, {b} and {c}"),
        [a, b, rest @ ..] => format!("{a}, {b} and {} more", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let check = |value, want: &str| assert_eq!(signed(value), want, "{value}");
        check(0.0, "0");
        check(-0.0, "0");
        check(0.366_667, "+0.37");
        check(-0.41, "-0.41");
        check(0.0703, "+0.07");
        check(0.0051, "+0.0051");
        check(-0.0004, "-0.00040");
        check(1e-9, "+1.0e-9");
        check(12_000.0, "+12000");
        check(1.25e7, "+12500000");
        assert_eq!(exact(0.1 + 0.2), "0.3");
        assert_eq!(exact(-1.0 / 12.0), "-0.083333");
        assert_eq!(exact(0.0), "0");
    }

    #[test]
    fn settings() {
        let check = |value, want: &str| assert_eq!(significant(value), want, "{value}");
        check(0.423_77, "0.424");
        check(0.5, "0.5");
        check(0.0, "0");
        check(1.0 / 3.0, "0.333");
        check(37.25, "37.2");
        check(1000.0, "1000");
        check(0.000_123_4, "0.000123");
    }

    #[test]
    fn shares() {
        let check = |share, want: &str| assert_eq!(percent(share), want, "{share}");
        check(0.59, "59%");
        check(1.0, "100%");
        check(0.999, ">99%");
        check(0.001, "<1%");
        check(0.0, "0%");
        assert_eq!(chance((0.031, 0.09)), "3-9%");
        assert_eq!(chance((0.5, 0.501)), "50%");
        assert_eq!(chance((0.001, 0.09)), "<1-9%");
        assert_eq!(chance((0.001, 0.012)), "<2%");
        assert_eq!(chance((0.0, 0.001)), "<1%");
    }

    #[test]
    fn lists() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a and b");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d", "e"]), "a, b and 3 more");
    }
}

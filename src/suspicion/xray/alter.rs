//! What one value has to do with another: rounded from it, computed with it, or altered.

use super::value::Found;

/// Numbers beside a value that may have gone into it; more would fit by chance.
const BESIDE: usize = 8;
/// Digits of a number that an operation must give, at least: fewer fit by chance.
const DIGITS: usize = 4;

/// Digits of a number as it is written, without its sign, point and leading zeros.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |it| it.1.len())
}

/// Half a unit of the last digit that is written.
fn half_unit(text: &str) -> f64 {
    0.5 * 0.1_f64.powi(decimals(text) as i32)
}

/// Whether a number is another one with fewer digits, at least two, also as a percentage.
pub(super) fn is_rounded(text: &str, value: f64, of: &str, from: f64) -> bool {
    let fewer = digits(text).len() >= 2 && digits(of).len() > digits(text).len();
    let is_near = |from: f64| (value - from).abs() <= half_unit(text) * (1.0 + 1e-9);
    fewer && decimals(of) > 0 && (is_near(from) || is_near(100.0 * from))
}

/// The operation on two of the numbers beside a value that gives it to its digits.
pub(super) fn computed(text: &str, value: f64, beside: &[Found<'_>]) -> Option<String> {
    if digits(text).trim_end_matches('0').len() < DIGITS {
        return None;
    }
    let near = &beside[..beside.len().min(BESIDE)];
    let gives = |it: f64| (it - value).abs() <= half_unit(text) * (1.0 + 1e-9);
    for (at, a) in near.iter().enumerate() {
        for (other, b) in near.iter().enumerate().filter(|it| it.0 != at) {
            let (Some(x), Some(y)) = (a.number, b.number) else { continue };
            let operations =
                [('+', x + y, other > at), ('x', x * y, other > at), ('-', x - y, true), ('/', x / y, true)];
            for (sign, result, counts) in operations {
                let is_percent = sign == '/' && gives(100.0 * result);
                if counts && (gives(result) || is_percent) {
                    return Some(format!("{} {sign} {}", a.text, b.text));
                }
            }
        }
    }
    None
}

/// Whether a value is another one with a slip: two digits swapped, one digit or letter other, missing or too many, or the
/// point moved.
pub(super) fn altered(text: &str, value: Option<f64>, of: &str, from: Option<f64>) -> bool {
    match (value, from) {
        (Some(value), Some(from)) => {
            let (a, b) = (digits(text), digits(of));
            let is_shifted = from != 0.0
                && [10.0, 100.0, 1000.0].iter().any(|it| {
                    (value / from / it - 1.0).abs() < 1e-9 || (value * it / from - 1.0).abs() < 1e-9
                });
            let is_like = a.len() >= 3 && b.len() >= 3 && a != b && is_one_slip(a.as_bytes(), b.as_bytes());
            is_shifted || is_like
        }
        (None, None) => {
            let (a, b) = (text.to_ascii_lowercase(), of.to_ascii_lowercase());
            a.len().min(b.len()) >= 5 && a != b && is_one_slip(a.as_bytes(), b.as_bytes())
        }
        _ => false,
    }
}

/// Whether one change makes one of the other: a swap of neighbours, or one byte other, missing or too many.
fn is_one_slip(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|it| it.0 == it.1).count();
    let (rest, other) = (&short[same..], &long[same..]);
    match long.len() - short.len() {
        0 => {
            let is_swap =
                rest.len() >= 2 && rest[0] == other[1] && rest[1] == other[0] && rest[2..] == other[2..];
            is_swap || rest.len() == 1 || (!rest.is_empty() && rest[1..] == other[1..])
        }
        1 => rest == &other[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips() {
        let number = |a: &str, b: &str| altered(a, a.parse().ok(), b, b.parse().ok());
        assert!(
            number("953", "935") && number("9305", "9350") && number("41.3", "41.2") && number("4120", "412")
        );
        assert!(number("9351", "935") && !number("953", "640") && !number("95", "93"));
        let name = |a: &str, b: &str| altered(a, None, b, None);
        assert!(
            name("Grand Hotal", "Grand Hotel") && !name("Lyon", "Lion") && !name("Marseille", "Montpellier")
        );
    }

    #[test]
    fn roundings() {
        let rounded = |a: &str, b: &str| is_rounded(a, a.parse().unwrap(), b, b.parse().unwrap());
        assert!(rounded("1.94", "1.9394") && rounded("1.94", "0.019394") && rounded("42", "41.7"));
        assert!(!rounded("1.95", "1.9394") && !rounded("2", "1.9394") && !rounded("480", "48210"));
    }

    #[test]
    fn operations() {
        let beside = |texts: &'static [&'static str]| -> Vec<Found<'static>> {
            let one = |it: &&'static str| Found { text: it, key: (*it).to_owned(), number: it.parse().ok() };
            texts.iter().map(one).collect()
        };
        let all = beside(&["935", "61.40", "48210"]);
        assert_eq!(computed("57409", 57_409.0, &all), Some("935 x 61.40".to_owned()));
        assert_eq!(computed("1.939", 1.939, &all), Some("935 / 48210".to_owned()));
        assert_eq!(computed("1.94", 1.94, &all), None, "three digits fit by chance");
        assert_eq!(computed("57410", 57_410.0, &all), None);
    }
}

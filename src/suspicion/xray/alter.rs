//! What one value has to do with another: rounded from it, computed with it, or altered.

use smallvec::SmallVec;

use super::value::Found;

/// Numbers beside a value that may have gone into it; more would fit by chance.
const BESIDE: usize = 8;
/// Digits of a number that an operation must give, at least: fewer fit by chance.
const DIGITS: usize = 4;

/// A number as it is written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    value: f64,
    /// Without its sign, point and leading zeros.
    digits: SmallVec<[u8; 16]>,
    has_decimals: bool,
    /// Half a unit of the last digit that is written.
    half_unit: f64,
}

impl Written {
    pub(super) fn of(text: &str, value: f64) -> Self {
        let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|it| *it == b'0').collect();
        let decimals = text.split_once('.').map_or(0, |it| it.1.len());
        Self { value, digits, has_decimals: decimals > 0, half_unit: 0.5 * 0.1_f64.powi(decimals as i32) }
    }

    /// Whether a number is this one to its digits.
    fn is_near(&self, other: f64) -> bool {
        (other - self.value).abs() <= self.half_unit * (1.0 + 1e-9)
    }

    /// Whether it is another one with fewer digits, at least two, also as a percentage.
    pub(super) fn is_rounded(&self, of: &Self) -> bool {
        let fewer = self.digits.len() >= 2 && of.digits.len() > self.digits.len();
        fewer && of.has_decimals && (self.is_near(of.value) || self.is_near(100.0 * of.value))
    }

    /// Whether it is another one with a slip: two digits swapped, one other, missing or too many, or the point moved.
    pub(super) fn is_altered(&self, of: &Self) -> bool {
        let (value, from) = (self.value, of.value);
        let is_shifted = from != 0.0
            && [10.0, 100.0, 1000.0]
                .iter()
                .any(|it| (value / from / it - 1.0).abs() < 1e-9 || (value * it / from - 1.0).abs() < 1e-9);
        let (a, b) = (&self.digits, &of.digits);
        is_shifted || (a.len() >= 3 && b.len() >= 3 && a != b && is_one_slip(a, b))
    }
}

/// The operation on two of the numbers beside a value that gives it to its digits.
pub(super) fn computed(own: &Written, beside: &[Found<'_>]) -> Option<String> {
    let zeros = own.digits.iter().rev().take_while(|it| **it == b'0').count();
    if own.digits.len() - zeros < DIGITS {
        return None;
    }
    let near = &beside[..beside.len().min(BESIDE)];
    let gives = |it: f64| own.is_near(it);
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

/// Whether a name is another one with a slip: two letters swapped, one other, missing or too many.
pub(super) fn is_altered_name(text: &str, of: &str) -> bool {
    if text.len().min(of.len()) < 5 || text.len().abs_diff(of.len()) > 1 {
        return false;
    }
    let (a, b) = (text.to_ascii_lowercase(), of.to_ascii_lowercase());
    a != b && is_one_slip(a.as_bytes(), b.as_bytes())
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

    fn written(text: &str) -> Written {
        Written::of(text, text.parse().unwrap())
    }

    #[test]
    fn slips() {
        let number = |a: &str, b: &str| written(a).is_altered(&written(b));
        assert!(
            number("953", "935") && number("9305", "9350") && number("41.3", "41.2") && number("4120", "412")
        );
        assert!(number("9351", "935") && !number("953", "640") && !number("95", "93"));
        let name = is_altered_name;
        assert!(
            name("Grand Hotal", "Grand Hotel") && !name("Lyon", "Lion") && !name("Marseille", "Montpellier")
        );
    }

    #[test]
    fn roundings() {
        let rounded = |a: &str, b: &str| written(a).is_rounded(&written(b));
        assert!(rounded("1.94", "1.9394") && rounded("1.94", "0.019394") && rounded("42", "41.7"));
        assert!(!rounded("1.95", "1.9394") && !rounded("2", "1.9394") && !rounded("480", "48210"));
    }

    #[test]
    fn operations() {
        let beside = |texts: &'static [&'static str]| -> Vec<Found<'static>> {
            let one = |it: &&'static str| Found { text: it, key: (*it).into(), number: it.parse().ok() };
            texts.iter().map(one).collect()
        };
        let all = beside(&["935", "61.40", "48210"]);
        assert_eq!(computed(&written("57409"), &all), Some("935 x 61.40".to_owned()));
        assert_eq!(computed(&written("1.939"), &all), Some("935 / 48210".to_owned()));
        assert_eq!(computed(&written("1.94"), &all), None, "three digits fit by chance");
        assert_eq!(computed(&written("57410"), &all), None);
    }
}

//! The order in which people number things: `ep2` before `ep10`.

use std::cmp::Ordering;

/// Compares byte by byte, runs of digits as numbers: `ep2` comes before `ep10`. Texts that differ only by zeros in front of
/// a number are equal.
pub fn natural_order(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let (Some(first), Some(second)) = (a.first(), b.first()) else {
            return a.len().cmp(&b.len());
        };
        let order = if first.is_ascii_digit() && second.is_ascii_digit() {
            let (x, y) = (take_number(&mut a), take_number(&mut b));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            let order = first.cmp(second);
            (a, b) = (&a[1..], &b[1..]);
            order
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Cuts the digits off the front; returns them without leading zeros.
fn take_number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let end = text.iter().position(|it| !it.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    &digits[digits.iter().position(|it| *it != b'0').unwrap_or(end)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_and_zeros_in_front_do_not() {
        let order = |a: &str, b: &str| natural_order(a.as_bytes(), b.as_bytes());
        assert_eq!(order("ep2", "ep10"), Ordering::Less);
        assert_eq!(order("ep10b", "ep10a"), Ordering::Greater);
        assert_eq!(order("ep07", "ep7"), Ordering::Equal);
        assert_eq!(order("ep", "ep7"), Ordering::Less);
    }
}

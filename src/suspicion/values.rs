//! Numbers, and names of two or more capitalised words, in a text:
//! `[0-9][0-9,.]*[0-9]|[0-9]|[A-Z][a-z]+(?: [A-Z][a-z]+)+` by hand, as a text has hundreds of them.

/// The values of a text, in order.
pub(super) fn values_in(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let it = *bytes.get(at)?;
            let start = at;
            at += 1;
            if it.is_ascii_digit() {
                at = number(bytes, start);
                return Some(&text[start..at]);
            }
            if it.is_ascii_uppercase() {
                let (end, words) = name(bytes, start);
                at = end;
                if words > 1 {
                    return Some(&text[start..end]);
                }
            }
        }
    })
}

/// The end of the number that begins at `start`: at its last digit before something else than digits, commas and points.
fn number(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    let run = rest.iter().take_while(|it| it.is_ascii_digit() || matches!(it, b',' | b'.'));
    let length = run.enumerate().filter(|it| it.1.is_ascii_digit()).last().map_or(0, |it| it.0);
    start + length + 1
}

/// The end of the capitalised words from `start` on, a space between two, and how many there are.
fn name(bytes: &[u8], start: usize) -> (usize, usize) {
    let word = |from: usize| {
        let lower = bytes.get(from + 1..).unwrap_or_default().iter().take_while(|it| it.is_ascii_lowercase());
        let is_capital = bytes.get(from).is_some_and(u8::is_ascii_uppercase);
        Some(lower.count()).filter(|it| is_capital && *it > 0).map(|it| from + 1 + it)
    };
    let Some(mut end) = word(start) else { return (start + 1, 0) };
    let mut words = 1;
    while let Some(next) = bytes.get(end).filter(|it| **it == b' ').and_then(|_| word(end + 1)) {
        end = next;
        words += 1;
    }
    (end, words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn values_are_those_of_the_expression(text in "[A-Ca-c0-2., é\n]{0,40}") {
            let plain = Regex::new("[0-9][0-9,.]*[0-9]|[0-9]|[A-Z][a-z]+(?: [A-Z][a-z]+)+").unwrap();
            let plain: Vec<&str> = plain.find_iter(&text).map(|it| it.as_str()).collect();
            prop_assert_eq!(values_in(&text).collect::<Vec<&str>>(), plain);
        }
    }
}

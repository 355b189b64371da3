//! The order in which people number files: `2.json` before `10.json`.

use std::cmp::Ordering;
use std::path::Path;

use crate::text;

/// Compares paths part by part, runs of digits as numbers.
pub fn natural_order(a: &Path, b: &Path) -> Ordering {
    let parts =
        |it: &Path| it.components().map(|it| it.as_os_str().as_encoded_bytes().to_vec()).collect::<Vec<_>>();
    let (a, b) = (parts(a), parts(b));
    for (a, b) in a.iter().zip(&b) {
        match text::natural_order(a, b).then_with(|| a.cmp(b)) {
            Ordering::Equal => {}
            order => return order,
        }
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let check = |sorted: &[&str]| {
            for pair in sorted.windows(2) {
                let (a, b) = (Path::new(pair[0]), Path::new(pair[1]));
                assert_eq!(natural_order(a, b), Ordering::Less, "{pair:?}");
                assert_eq!(natural_order(b, a), Ordering::Greater, "{pair:?}");
            }
        };
        check(&["2.json", "10.json", "100.json"]);
        check(&["a", "a1", "a2b", "a10", "b"]);
        check(&["run-9/z", "run-10/a", "run-10/a/b"]);
        check(&["01", "1", "2"]);
        check(&["x1y2", "x01y10", "x1y11"]);
        check(&["99999999999999999999998", "99999999999999999999999", "100000000000000000000000"]);
    }

    proptest! {
        #[test]
        fn is_a_total_order(a in "[ab019]{0,6}", b in "[ab019]{0,6}", c in "[ab019]{0,6}") {
            let [a, b, c] = [Path::new(&a), Path::new(&b), Path::new(&c)];
            prop_assert_eq!(natural_order(a, b), natural_order(b, a).reverse());
            prop_assert_eq!(natural_order(a, b) == Ordering::Equal, a == b);
            if natural_order(a, b).is_le() && natural_order(b, c).is_le() {
                prop_assert!(natural_order(a, c).is_le());
            }
        }
    }
}

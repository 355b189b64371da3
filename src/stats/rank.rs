//! Rank correlation.

/// Kendall's tau-b of paired values (Kendall 1945), in -1..=1: how far two orders agree, ties corrected.
///
/// `None` with fewer than two pairs or when one side is constant (no order to compare). Values that differ
/// by less than `1e-12` of the largest magnitude on their side are ties.
///
/// # Panics
/// When the slices differ in length.
pub fn kendall_tau_b(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "paired");
    let mut pairs: Vec<(u32, u32)> = classes(a).into_iter().zip(classes(b)).collect();
    // Knight (1966): of the pairs in order of `a`, those that a stable sort by `b` has to swap are
    // discordant.
    pairs.sort_unstable();
    let of = |n: u64| n * n.saturating_sub(1) / 2;
    let all = of(pairs.len() as u64);
    let tied_both: u64 = pairs.chunk_by(|x, y| x == y).map(|it| of(it.len() as u64)).sum();
    let tied_a: u64 = pairs.chunk_by(|x, y| x.0 == y.0).map(|it| of(it.len() as u64)).sum();
    let mut second: Vec<u32> = pairs.into_iter().map(|it| it.1).collect();
    let discordant = swaps(&mut second);
    let tied_b: u64 = second.chunk_by(|x, y| x == y).map(|it| of(it.len() as u64)).sum();
    let (untied_a, untied_b) = (all - tied_a, all - tied_b);
    // Pairs tied on neither side: all, minus those tied in a, minus those tied in b, plus those tied in both.
    let untied = (all + tied_both - tied_a - tied_b) as f64;
    let pairs = (untied_a as f64 * untied_b as f64).sqrt();
    (pairs > 0.0).then(|| (untied - 2.0 * discordant as f64) / pairs)
}

/// The place of each value among the distinct ones; values equal within the tolerance share a place.
fn classes(values: &[f64]) -> Vec<u32> {
    let tolerance = scale(values);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|x, y| values[*x].total_cmp(&values[*y]));
    let mut classes = vec![0; values.len()];
    let mut class = 0;
    for step in order.windows(2) {
        class += u32::from((values[step[1]] - values[step[0]]).abs() > tolerance);
        classes[step[1]] = class;
    }
    classes
}

/// Sorts; returns how many pairs stood the wrong way around.
fn swaps(values: &mut [u32]) -> u64 {
    if values.len() < 2 {
        return 0;
    }
    let (left, right) = values.split_at_mut(values.len() / 2);
    let mut count = swaps(left) + swaps(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        if right[r] < left[l] {
            count += (left.len() - l) as u64;
            merged.push(right[r]);
            r += 1;
        } else {
            merged.push(left[l]);
            l += 1;
        }
    }
    merged.extend_from_slice(&left[l..]);
    merged.extend_from_slice(&right[r..]);
    values.copy_from_slice(&merged);
    count
}

fn scale(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |scale, it| it.abs().max(scale)) * 1e-12
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &[f64], b: &[f64], want: Option<f64>) {
        let got = kendall_tau_b(a, b);
        match (got, want) {
            (Some(got), Some(want)) => assert!((got - want).abs() < 1e-12, "{a:?} {b:?}: {got}"),
            _ => assert_eq!(got, want, "{a:?} {b:?}"),
        }
    }

    /// By its definition, pair by pair.
    fn by_pairs(a: &[f64], b: &[f64]) -> Option<f64> {
        let (mut concordant, mut untied_a, mut untied_b) = (0.0, 0.0, 0.0);
        for i in 0..a.len() {
            for j in 0..i {
                let sign = |x: f64| if x == 0.0 { 0.0 } else { x.signum() };
                let (x, y) = (sign(a[i] - a[j]), sign(b[i] - b[j]));
                concordant += x * y;
                untied_a += x * x;
                untied_b += y * y;
            }
        }
        let pairs: f64 = f64::sqrt(untied_a * untied_b);
        (pairs > 0.0).then(|| concordant / pairs)
    }

    proptest::proptest! {
        #[test]
        fn sorting_counts_what_pairs_count(values in proptest::collection::vec((-4..5_i32, -4..5_i32), 0..40)) {
            let (a, b): (Vec<f64>, Vec<f64>) = values.iter().map(|it| (f64::from(it.0), f64::from(it.1))).unzip();
            check(&a, &b, by_pairs(&a, &b));
        }
    }

    #[test]
    fn tau_b() {
        check(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0], Some(1.0));
        check(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], Some(-1.0));
        // One pair of six swapped: (5 - 1) / 6.
        check(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 4.0, 3.0], Some(4.0 / 6.0));
        // Ties: a has pairs (12)(13)(23) untied but one: 2 untied; b 3 untied; 2 concordant.
        check(&[1.0, 1.0, 2.0], &[1.0, 2.0, 3.0], Some(2.0 / (2.0f64 * 3.0).sqrt()));
        check(&[0.1 + 0.2, 0.3, 1.0], &[1.0, 2.0, 3.0], Some(2.0 / (2.0f64 * 3.0).sqrt()));
        check(&[1.0, 1.0], &[1.0, 2.0], None);
        check(&[1.0], &[1.0], None);
        check(&[], &[], None);
    }

    #[test]
    fn tau_b_is_that_of_scipy() {
        // tests/oracles/statistics.py wrote it.
        let oracle: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/data/oracles/statistics.json")).unwrap();
        let cases = oracle["cases"].as_array().unwrap();
        assert!(cases.len() > 50, "{}", cases.len());
        for case in cases {
            let series = |key: &str| -> Vec<f64> {
                case[key].as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
            };
            let found = kendall_tau_b(&series("a"), &series("b")).unwrap();
            let expected = case["tau"].as_f64().unwrap();
            assert!((found - expected).abs() < 1e-12, "{found} {expected} of {case}");
        }
    }
}

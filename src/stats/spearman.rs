//! Spearman's rank correlation.

use super::sum;

/// Ranks of `values` from 1; ties get the average of their ranks. Sorted values are tied with the first of
/// their run when they differ from it by at most `tolerance`, in the unit of the values.
pub fn average_ranks(values: &[f64], tolerance: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let first = values[order[from]];
        let tied = order[from..].iter().take_while(|it| values[**it] - first <= tolerance).count();
        // A value that is not finite is tied with nothing, itself included.
        let tied = tied.max(1);
        let rank = (from + 1 + from + tied) as f64 / 2.0;
        order[from..from + tied].iter().for_each(|it| ranks[*it] = rank);
        from += tied;
    }
    ranks
}

/// Spearman's rho of paired values (Spearman 1904): Pearson's correlation of their average ranks, in -1..=1.
///
/// Values that differ by at most `tolerance` of the largest magnitude on their side are ties; 0 ties only
/// what is equal. `None` with fewer than two pairs or when one side is constant (no order to compare).
///
/// # Panics
/// When the slices differ in length.
pub fn spearman(a: &[f64], b: &[f64], tolerance: f64) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "paired values");
    let ranks = |values: &[f64]| {
        let largest = values.iter().fold(0.0, |largest: f64, it| largest.max(it.abs()));
        average_ranks(values, tolerance * largest)
    };
    pearson(&ranks(a), &ranks(b))
}

fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 {
        return None;
    }
    let n = a.len() as f64;
    let (mean_a, mean_b) = (sum(a.iter().copied()) / n, sum(b.iter().copied()) / n);
    let product = |a: &[f64], mean_a: f64, b: &[f64], mean_b: f64| {
        sum(a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)))
    };
    let spread = product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b);
    (spread > 0.0).then(|| (product(a, mean_a, b, mean_b) / spread.sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &[f64], b: &[f64], want: Option<f64>) {
        let got = spearman(a, b, 1e-12);
        match (got, want) {
            (Some(got), Some(want)) => assert!((got - want).abs() < 1e-12, "{a:?} {b:?}: {got}"),
            _ => assert_eq!(got, want, "{a:?} {b:?}"),
        }
    }

    #[test]
    fn rho() {
        check(&[1.0, 2.0, 3.0], &[10.0, 20.0, 31.0], Some(1.0));
        check(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], Some(-1.0));
        // Without ties 1 - 6 sum d^2 / (n (n^2 - 1)): one neighbouring swap, d^2 = 2, n = 4.
        check(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 4.0, 3.0], Some(1.0 - 6.0 * 2.0 / 60.0));
        // Ranks 1, 2.5, 2.5, 4 and 1.5, 1.5, 3.5, 3.5: products sum to 3, squares to 4.5 and 4.
        check(&[1.0, 2.0, 2.0, 3.0], &[1.0, 1.0, 2.0, 2.0], Some(3.0 / (4.5f64 * 4.0).sqrt()));
        check(&[1.0, 1.0], &[1.0, 2.0], None);
        check(&[1.0], &[1.0], None);
        check(&[], &[], None);
    }

    #[test]
    fn ties() {
        assert_eq!(average_ranks(&[3.0, 1.0, 3.0, 2.0], 0.0), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(average_ranks(&[0.1 + 0.2, 0.3], 0.0), [2.0, 1.0]);
        assert_eq!(average_ranks(&[0.1 + 0.2, 0.3], 1e-12), [1.5, 1.5]);
        assert_eq!(average_ranks(&[f64::NAN, 1.0], 0.0), [2.0, 1.0]);
        assert!(average_ranks(&[], 0.0).is_empty());
    }
}

//! Rank correlation.

/// Kendall's tau-b of paired values (Kendall 1945), in -1..=1: how far two orders agree, ties corrected.
///
/// `None` with fewer than two pairs or when one side is constant (no order to compare). Values that differ
/// by less than `1e-12` of the largest magnitude on their side are ties.
///
/// # Panics
/// When the slices differ in length.
pub fn kendall_tau_b(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "paired values");
    let (scale_a, scale_b) = (scale(a), scale(b));
    let (mut concordant, mut untied_a, mut untied_b) = (0i64, 0i64, 0i64);
    for i in 0..a.len() {
        for j in 0..i {
            let (x, y) = (order(a[i], a[j], scale_a), order(b[i], b[j], scale_b));
            concordant += x * y;
            untied_a += x * x;
            untied_b += y * y;
        }
    }
    let pairs = (untied_a as f64 * untied_b as f64).sqrt();
    (pairs > 0.0).then(|| concordant as f64 / pairs)
}

fn scale(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |scale, it| it.abs().max(scale)) * 1e-12
}

/// -1, 0 or 1: where `a` stands to `b`.
fn order(a: f64, b: f64, tolerance: f64) -> i64 {
    if (a - b).abs() <= tolerance {
        0
    } else if a > b {
        1
    } else {
        -1
    }
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
}

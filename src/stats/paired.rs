//! Differences of pairs: the bootstrap of their mean, the sign test, and many tests at once.

use super::{Draws, sum};

/// Draws of a bootstrap.
pub const BOOTSTRAP_DRAWS: usize = 10_000;
/// Series that are summed side by side.
const BESIDE: usize = 8;

/// The interval of the mean of each series at `level`, by drawing pairs with replacement (Efron 1979, the percentile
/// interval). All series are of the same pairs, and every draw takes the same of them from each, so that what holds of
/// two series together is kept. `None`: there are fewer than two pairs.
///
/// # Panics
/// When two series have different lengths.
pub fn paired_bootstrap(series: &[&[f64]], level: f64, seed: u64) -> Option<Vec<(f64, f64)>> {
    let pairs = series.first().map_or(0, |it| it.len());
    assert!(series.iter().all(|it| it.len() == pairs), "series of the same pairs have one length");
    if pairs < 2 {
        return None;
    }
    let mut draws = Draws::new(seed);
    let mut means: Vec<Vec<f64>> = vec![Vec::with_capacity(BOOTSTRAP_DRAWS); series.len()];
    let mut times = vec![0.0; pairs];
    let beside: Vec<Vec<[f64; BESIDE]>> = series.chunks(BESIDE).map(side_by_side).collect();
    for _ in 0..BOOTSTRAP_DRAWS {
        times.fill(0.0);
        for _ in 0..pairs {
            times[((draws.uniform() * pairs as f64) as usize).min(pairs - 1)] += 1.0;
        }
        for (rows, means) in beside.iter().zip(means.chunks_mut(BESIDE)) {
            let totals = totals(rows, &times);
            means.iter_mut().zip(totals).for_each(|(means, total)| means.push(total / pairs as f64));
        }
    }
    let ends = |means: &mut Vec<f64>| {
        means.sort_by(f64::total_cmp);
        (quantile(means, (1.0 - level) / 2.0), quantile(means, (1.0 + level) / 2.0))
    };
    Some(means.iter_mut().map(ends).collect())
}

/// The values of a few series, pair by pair.
fn side_by_side(series: &[&[f64]]) -> Vec<[f64; BESIDE]> {
    let pairs = series.first().map_or(0, |it| it.len());
    (0..pairs).map(|at| std::array::from_fn(|of| series.get(of).map_or(0.0, |it| it[at]))).collect()
}

/// The sum of each series, every pair taken so many times. Each sum runs in the order of the pairs; those of several series
/// do not wait for one another.
fn totals(rows: &[[f64; BESIDE]], times: &[f64]) -> [f64; BESIDE] {
    let mut totals = [-0.0; BESIDE];
    for (row, times) in rows.iter().zip(times) {
        totals.iter_mut().zip(row).for_each(|(total, value)| *total += value * times);
    }
    totals
}

/// The quantile of ascending values, between two by how near it is to each (type 7 of Hyndman and Fan 1996).
pub fn quantile(sorted: &[f64], at: f64) -> f64 {
    let place = at * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// The chance that of `ups + downs` coins at least as many fall on one side, whichever: two-sided sign test, ties left
/// out (Dixon and Mood 1946). 1 for none.
pub fn sign_test(ups: usize, downs: usize) -> f64 {
    let (n, few) = (ups + downs, ups.min(downs));
    // Of n coins k heads: n choose k of 2^n, summed by logarithms as 2^n may be beyond a double.
    let mut log = -(n as f64) * std::f64::consts::LN_2;
    let mut terms = vec![log.exp()];
    for k in 1..=few {
        log += ((n - k + 1) as f64).ln() - (k as f64).ln();
        terms.push(log.exp());
    }
    (2.0 * sum(terms)).min(1.0)
}

/// The same p-values for many tests at once (Holm 1979), in their order.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        largest = largest.max((p.len() - rank) as f64 * p[at]).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.max(1e-3), "{found} is not {expected}");
    }

    #[test]
    fn signs() {
        // scipy 1.x: binomtest(k, n).pvalue.
        close(sign_test(92, 128), 0.018_087_738_755_796_515);
        close(sign_test(128, 92), 0.018_087_738_755_796_515);
        close(sign_test(1, 9), 0.021_484_375);
        close(sign_test(3, 0), 0.25);
        close(sign_test(24, 81), 2.077_987_727_424_074_2e-8);
        close(sign_test(700, 1300), 1.629_349_702_760_265_3e-41);
        assert_eq!((sign_test(0, 0), sign_test(5, 5)), (1.0, 1.0));
    }

    #[test]
    fn many_tests() {
        // By hand: 4 x .005, 3 x .01, then 2 x .03 = .06, and 1 x .04 is not less than that.
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in found.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
            close(found, expected);
        }
        assert_eq!(holm(&[0.6, 0.9]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn quantiles() {
        // numpy.percentile([1, 2, 4, 8], [0, 25, 50, 97.5]) = 1, 1.75, 3, 7.7
        let values = [1.0, 2.0, 4.0, 8.0];
        for (at, expected) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.975, 7.7), (1.0, 8.0)] {
            close(quantile(&values, at), expected);
        }
    }

    #[test]
    fn the_bootstrap_of_a_mean() {
        // Two pairs: the mean is one of them a quarter of the time each, so both ends are reached.
        let found = paired_bootstrap(&[&[0.0, 1.0]], 0.95, 1).unwrap();
        assert_eq!(found, [(0.0, 1.0)]);
        // 400 pairs of -1 and +1 in turn: the mean of a draw has the standard error 1/20, and is as good as normal:
        // 0 -+ 1.96/20 = 0.098, known to about a hundredth of it from 10,000 draws.
        let signs: Vec<f64> = (0..400).map(|it| if it % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let twice: Vec<f64> = signs.iter().map(|it| 2.0 * it).collect();
        let found = paired_bootstrap(&[&signs, &twice], 0.95, 1).unwrap();
        assert!((found[0].0 + 0.098).abs() < 0.006 && (found[0].1 - 0.098).abs() < 0.006, "{found:?}");
        // The same draws for both.
        close(found[1].1, 2.0 * found[0].1);
        assert_eq!(paired_bootstrap(&[&[1.0]], 0.95, 1), None);
        assert_eq!(paired_bootstrap(&[], 0.95, 1), None);
    }

    #[test]
    fn series_have_the_interval_that_each_has_alone() {
        let mut draws = Draws::new(3);
        let series: Vec<Vec<f64>> =
            (0..BESIDE + 3).map(|_| (0..30).map(|_| draws.normal()).collect()).collect();
        let slices: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let alone = slices.iter().map(|it| paired_bootstrap(&[it], 0.95, 5).unwrap()[0]);
        assert_eq!(paired_bootstrap(&slices, 0.95, 5), Some(alone.collect()));
        // A draw at a time and a sum at a time, as Efron writes it.
        let mut draws = Draws::new(5);
        let mut means: Vec<f64> = Vec::new();
        for _ in 0..BOOTSTRAP_DRAWS {
            let mut times = [0u32; 30];
            (0..30).for_each(|_| times[(draws.uniform() * 30.0) as usize] += 1);
            let total: f64 = series[9].iter().zip(times).map(|(it, times)| it * f64::from(times)).sum();
            means.push(total / 30.0);
        }
        means.sort_by(f64::total_cmp);
        let ends = (quantile(&means, 0.025), quantile(&means, 0.975));
        assert_eq!(paired_bootstrap(&slices, 0.95, 5).unwrap()[9], ends);
    }
}

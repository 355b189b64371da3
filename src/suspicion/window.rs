//! The shortest run of acts that holds a given share of the probability.

use std::ops::Range;

/// The shortest run of neighbours in `probabilities` that holds `mass`; of equally short ones the one that holds most,
/// and of these the first. All of them if even they do not hold it.
pub(super) fn shortest(probabilities: &[f64], mass: f64) -> Range<usize> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for it in probabilities {
        sum += it;
        sums.push(sum);
    }
    let mut best = (probabilities.len(), f64::NEG_INFINITY, 0);
    for from in 0..probabilities.len() {
        let to = sums.partition_point(|it| *it < sums[from] + mass - 1e-12);
        if to < sums.len() {
            let (length, held) = (to - from, sums[to] - sums[from]);
            if length < best.0 || (length == best.0 && held > best.1) {
                best = (length, held, from);
            }
        }
    }
    best.2..best.2 + best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_run_that_holds_enough() {
        let p = [0.1, 0.3, 0.4, 0.05, 0.15];
        assert_eq!(shortest(&p, 0.35), 2..3);
        assert_eq!(shortest(&p, 0.7), 1..3);
        // Of the runs of three, 0..3 holds 0.8 and 1..4 holds 0.75.
        assert_eq!(shortest(&p, 0.75), 0..3);
        assert_eq!(shortest(&p, 1.0), 0..5);
        assert_eq!(shortest(&p, 2.0), 0..5);
        // Of two runs of one act that hold enough, the one that holds more.
        assert_eq!(shortest(&[0.45, 0.0, 0.55], 0.4), 2..3);
        assert_eq!(shortest(&[], 0.5), 0..0);
    }
}

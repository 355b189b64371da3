//! Intervals of a success rate.

/// The Wilson score interval of `successes` of `n` at `z` standard errors (Wilson 1927); `None` for n = 0.
pub fn wilson(successes: u32, n: u32, z: f64) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let (n, rate) = (f64::from(n), f64::from(successes) / f64::from(n));
    let scale = 1.0 + z * z / n;
    let centre = (rate + z * z / (2.0 * n)) / scale;
    let half = z / scale * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// The success rate that `n` failures in a row still allow at 95%: `1 - 0.05^(1/n)`; 1 for n = 0.
pub fn zero_of_n_upper(n: u32) -> f64 {
    if n == 0 { 1.0 } else { 1.0 - 0.05f64.powf(1.0 / f64::from(n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        assert_eq!(wilson(0, 0, 1.96), None);
        let (low, high) = wilson(0, 4, 1.96).expect("four");
        assert!(low.abs() < 1e-15 && (high - 0.4899).abs() < 1e-4, "{low} {high}");
        let (low, high) = wilson(4, 4, 1.96).expect("four");
        assert!((low - 0.5101).abs() < 1e-4 && (high - 1.0).abs() < 1e-15, "{low} {high}");
        assert_eq!(zero_of_n_upper(0), 1.0);
        assert!((zero_of_n_upper(1) - 0.95).abs() < 1e-12);
    }
}

//! How far values lie apart.

use super::sum;

/// Population variance; `None` without values.
pub fn population_variance(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = sum(values.iter().copied()) / n;
    (!values.is_empty()).then(|| sum(values.iter().map(|it| (it - mean).powi(2))) / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variance_of_a_population() {
        assert_eq!(population_variance(&[1.0, 3.0]), Some(1.0));
        assert_eq!(population_variance(&[]), None);
    }
}

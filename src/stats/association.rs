//! How strongly two readings of the same things are associated.

use super::sum;

/// Mutual information of row and column in nats, from counts smoothed as `(count + alpha)/(n_row + alpha V)`
/// with V columns, every row equally likely. Rows without counts are even. 0 without rows or columns.
pub fn mutual_information(counts: &[Vec<u32>], alpha: f64) -> f64 {
    let columns = counts.first().map_or(0, Vec::len);
    let smooth = |row: &Vec<u32>| -> Vec<f64> {
        let n: f64 = row.iter().map(|it| f64::from(*it)).sum();
        let all = n + alpha * columns as f64;
        let even = 1.0 / columns as f64;
        row.iter().map(|it| if all > 0.0 { (f64::from(*it) + alpha) / all } else { even }).collect()
    };
    let rows: Vec<Vec<f64>> = counts.iter().map(smooth).collect();
    let n = rows.len() as f64;
    let marginal: Vec<f64> = (0..columns).map(|at| sum(rows.iter().map(|row| row[at])) / n).collect();
    let part = |p: f64, q: f64| if p > 0.0 { p * (p / q).ln() } else { 0.0 };
    sum(rows.iter().flat_map(|row| row.iter().zip(&marginal)).map(|(p, q)| part(*p, *q) / n))
}

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
    fn information() {
        // Two rows that never share a column: ln 2. Two equal rows: nothing.
        assert!((mutual_information(&[vec![4, 0], vec![0, 4]], 0.0) - 2.0f64.ln()).abs() < 1e-15);
        assert_eq!(mutual_information(&[vec![2, 2], vec![2, 2]], 0.0), 0.0);
        assert_eq!(mutual_information(&[], 0.01), 0.0);
    }

    #[test]
    fn variance_of_a_population() {
        assert_eq!(population_variance(&[1.0, 3.0]), Some(1.0));
        assert_eq!(population_variance(&[]), None);
    }
}

//! Small systems of linear equations.

/// Solves `matrix x = right` by elimination with partial pivoting; rows that cannot be told apart give 0
/// where a pivot vanishes.
///
/// # Panics
/// When the matrix is not square, or `right` has another length.
pub fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    assert!(matrix.len() == n && matrix.iter().all(|it| it.len() == n), "a square system");
    for column in 0..n {
        let pivot = (column..n).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()));
        let pivot = pivot.unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        if matrix[column][column] == 0.0 {
            continue;
        }
        let (above, below) = matrix.split_at_mut(column + 1);
        let pivot_row = &above[column];
        for (offset, row) in below.iter_mut().enumerate() {
            let factor = row[column] / pivot_row[column];
            if factor != 0.0 {
                row[column..]
                    .iter_mut()
                    .zip(&pivot_row[column..])
                    .for_each(|(it, pivot)| *it -= factor * pivot);
                right[column + 1 + offset] -= factor * right[column];
            }
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|it| matrix[row][it] * right[it]).sum();
        let pivot = matrix[row][row];
        right[row] = if pivot == 0.0 { 0.0 } else { (right[row] - known) / pivot };
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions() {
        // 2x + y = 5, x - y = 1; needs a swap: y = 3, x = 2.
        assert_eq!(solve(vec![vec![2.0, 1.0], vec![1.0, -1.0]], vec![5.0, 1.0]), [2.0, 1.0]);
        assert_eq!(solve(vec![vec![0.0, 1.0], vec![1.0, 0.0]], vec![3.0, 2.0]), [2.0, 3.0]);
        assert_eq!(solve(vec![vec![0.0]], vec![3.0]), [0.0]);
        assert!(solve(Vec::new(), Vec::new()).is_empty());
    }
}

//! A line in cells: braille dots, eight to a cell, or one ASCII mark per column.

/// One row of text per cell row, the top one first.
///
/// `values` are drawn from left to right over `columns` cells; `None` is a gap. The `rows` cells span `low`
/// to `high`. A line joins neighbouring values.
pub(super) fn plot(
    values: &[Option<f64>],
    (low, high): (f64, f64),
    (columns, rows): (usize, usize),
    ascii: bool,
) -> Vec<String> {
    if columns == 0 || rows == 0 {
        return Vec::new();
    }
    let (across, down) = if ascii { (1, 1) } else { (2, 4) };
    let (width, height) = (columns * across, rows * down);
    let span = if high > low { high - low } else { 1.0 };
    let y = |value: f64| {
        let at = ((high - value) / span * (height - 1) as f64).round();
        (at.max(0.0) as usize).min(height - 1)
    };
    let mut dots = vec![false; width * height];
    let mut before: Option<usize> = None;
    for x in 0..width {
        let Some(value) = sampled(values, x, width) else {
            before = None;
            continue;
        };
        let at = y(value);
        // A steep part is drawn as a column, so that the line does not break apart.
        let (from, to) = match before {
            Some(before) if before + 1 < at => (before + 1, at),
            Some(before) if at + 1 < before => (at, before - 1),
            _ => (at, at),
        };
        for dot in from..=to {
            dots[dot * width + x] = true;
        }
        before = Some(at);
    }
    let cell = |row: usize, column: usize| {
        if ascii {
            return if dots[row * width + column] { '*' } else { ' ' };
        }
        // The bits of the eight dots of a braille cell, by row and column.
        const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let mut bits = 0;
        for (dy, pair) in BITS.iter().enumerate() {
            for (dx, bit) in pair.iter().enumerate() {
                if dots[(row * down + dy) * width + column * across + dx] {
                    bits |= bit;
                }
            }
        }
        if bits == 0 { ' ' } else { char::from_u32(0x2800 + bits).unwrap_or(' ') }
    };
    (0..rows).map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect()
}

/// The value at dot `x` of `width`, between its two neighbours.
fn sampled(values: &[Option<f64>], x: usize, width: usize) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let at = if width > 1 { x as f64 / (width - 1) as f64 * last as f64 } else { 0.0 };
    let (left, part) = (at.floor() as usize, at.fract());
    let before = values[left]?;
    match values.get(left + 1).copied().flatten() {
        Some(after) => Some(before + part * (after - before)),
        None => (part < 0.5).then_some(before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f64], size: (usize, usize), ascii: bool, expected: &[&str]) {
        let values: Vec<Option<f64>> = values.iter().map(|it| Some(*it)).collect();
        assert_eq!(plot(&values, (0.0, 1.0), size, ascii), expected);
    }

    #[test]
    fn lines_in_cells() {
        check(&[0.0, 1.0], (4, 2), true, &["  **", "**  "]);
        check(&[1.0, 1.0], (3, 1), true, &["***"]);
        check(&[0.0, 1.0], (2, 1), false, &["⡠⠊"]);
        check(&[0.0, 0.0], (2, 2), false, &["  ", "⣀⣀"]);
        // A jump is a column.
        check(&[0.0, 0.0, 1.0, 1.0], (4, 3), true, &["  **", "  * ", "**  "]);
    }

    #[test]
    fn gaps_stay_gaps() {
        let values = [Some(1.0), None, Some(1.0)];
        assert_eq!(plot(&values, (0.0, 1.0), (5, 1), true), ["*   *"]);
        assert_eq!(plot(&[], (0.0, 1.0), (3, 1), true), ["   "]);
        assert!(plot(&values, (0.0, 1.0), (0, 3), true).is_empty());
    }

    #[test]
    fn what_lies_outside_is_held_at_the_edge() {
        check(&[-5.0, 5.0], (2, 2), true, &[" *", "* "]);
    }
}

//! Where the weights of the node view stand: on their own line, or beside it.

use std::collections::BTreeSet;

use super::drawing::{Point, Rect};

/// First cell of each text (ASCII), in edge order; `None` if no place makes clear whose text it is.
///
/// It stands on a level stretch of the edge's own line if one is long enough, or else beside an upright
/// stretch, or else (a single digit) on one.
pub(super) fn place_labels(boxes: &[Rect], routes: &[Vec<Point>], texts: &[String]) -> Vec<Option<Point>> {
    let (mut once, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for &cell in routes.iter().flatten() {
        if !once.insert(cell) {
            taken.insert(cell);
        }
    }
    let crossings = taken.clone();
    taken.append(&mut once);
    let right = boxes.iter().map(|it| it.x + it.width).chain(taken.iter().map(|it| it.x + 1)).max();
    let mut sheet = LabelSheet { boxes, crossings, taken, right: right.unwrap_or(0) };
    routes.iter().zip(texts).map(|(cells, text)| sheet.place(cells, text.len())).collect()
}

struct LabelSheet<'a> {
    boxes: &'a [Rect],
    crossings: BTreeSet<Point>,
    taken: BTreeSet<Point>,
    /// First column right of everything: labels never widen the drawing.
    right: usize,
}

impl LabelSheet<'_> {
    fn place(&mut self, cells: &[Point], length: usize) -> Option<Point> {
        if length == 0 {
            return None;
        }
        let at = self
            .on_level(cells, length)
            .or_else(|| self.beside_upright(cells, length))
            .or_else(|| if length == 1 { self.straight(cells, false).first().copied() } else { None })?;
        self.taken.extend((0..length).map(|offset| Point { x: at.x + offset, ..at }));
        Some(at)
    }

    /// Cells of the line that no other line crosses, without its ends and corners.
    fn straight(&self, cells: &[Point], level: bool) -> Vec<Point> {
        let inner = cells.windows(3).filter(|it| if level { it[0].y == it[2].y } else { it[0].x == it[2].x });
        inner.map(|it| it[1]).filter(|it| !self.crossings.contains(it)).collect()
    }

    /// The middle of the longest level stretch.
    fn on_level(&self, cells: &[Point], length: usize) -> Option<Point> {
        let mut straight = self.straight(cells, true);
        straight.sort_unstable_by_key(|it| (it.y, it.x));
        let stretches = straight.chunk_by(|a, b| a.y == b.y && a.x + 1 == b.x);
        let longest = stretches.rev().max_by_key(|it| it.len()).filter(|it| it.len() >= length)?;
        Some(longest[(longest.len() - length) / 2])
    }

    /// Right or left of an upright cell, as near to the middle of the line as possible.
    fn beside_upright(&self, cells: &[Point], length: usize) -> Option<Point> {
        let mut upright = self.straight(cells, false);
        let middle = cells[cells.len() / 2];
        upright.sort_by_key(|it| (it.y.abs_diff(middle.y), it.y, it.x));
        upright.into_iter().find_map(|it| {
            let right = Some(it.x + 1);
            let left = it.x.checked_sub(length);
            let starts = [right, left].into_iter().flatten().map(|x| Point { x, ..it });
            starts.into_iter().find(|at| self.is_free(*at, length))
        })
    }

    fn is_free(&self, at: Point, length: usize) -> bool {
        (at.x..at.x + length).all(|x| {
            let cell = Point { x, ..at };
            x < self.right && !self.taken.contains(&cell) && !self.boxes.iter().any(|it| it.contains(cell))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cells: &[(usize, usize)], length: usize, expected: Option<(usize, usize)>) {
        let cells: Vec<Point> = cells.iter().map(|it| Point { x: it.0, y: it.1 }).collect();
        let wall = Rect { x: 9, y: 9, width: 3, height: 3 };
        let placed = place_labels(&[wall], &[cells], &["x".repeat(length)]);
        assert_eq!(placed, [expected.map(|it| Point { x: it.0, y: it.1 })]);
    }

    #[test]
    fn labels_stand_on_level_lines_else_beside_upright_ones() {
        check(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], 1, Some((3, 1)));
        check(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], 3, Some((2, 1)));
        check(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], 4, None);
        check(&[(4, 1), (4, 2), (4, 3)], 2, Some((5, 2)));
        // No room at the right: 8 is free, 9 is the box.
        check(&[(8, 9), (8, 10), (8, 11)], 2, Some((6, 10)));
        check(&[(0, 0), (1, 0)], 1, None);
    }
}

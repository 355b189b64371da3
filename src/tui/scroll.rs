//! Rows of a picture that moved up or down together: the terminal can move them itself.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};

/// Rows that moved this far are always looked for; rows that moved farther, only if some are exactly the
/// same.
const NEAR: i32 = 3;
/// Saving fewer cells than this is not worth the bytes of a scroll, nor the flicker on terminals that show
/// it.
const WORTH: usize = 48;

/// Rows to be moved by the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The region; what leaves it is lost, what enters it is blank.
    pub(super) rows: Range<u16>,
    /// Rows upwards; negative is downwards.
    pub(super) by: i32,
}

/// The scroll after which the fewest cells must be written, if it is worth it.
pub(super) fn find(shown: &Buffer, frame: &Buffer) -> Option<Scroll> {
    let (width, height) = (frame.area.width, i32::from(frame.area.height));
    if shown.area != frame.area {
        return None;
    }
    let cells = usize::from(width);
    let row = |y: i32| y as usize * cells..(y as usize + 1) * cells;
    let differing = |from: i32, y: i32| {
        let (old, new) = (&shown.content[row(from)], &frame.content[row(y)]);
        old.iter().zip(new).filter(|(a, b)| a != b).count() as i64
    };
    let in_place: Vec<i64> = (0..height).map(|y| differing(y, y)).collect();
    if in_place.iter().sum::<i64>() <= WORTH as i64 {
        return None;
    }
    let filled = |y: i32| frame.content[row(y)].iter().filter(|it| it.symbol() != " ").count() as i64;
    let mut best: Option<(i64, Scroll)> = None;
    let is_likely = |by: i32| {
        let same = |y: &i32| {
            (0..height).contains(&(y + by)) && filled(*y) > 0 && {
                in_place[*y as usize] > 0 && shown.content[row(y + by)] == frame.content[row(*y)]
            }
        };
        by != 0 && (by.abs() <= NEAR || (0..height).filter(same).count() > 1)
    };
    for by in (1 - height..height).filter(|it| is_likely(*it)) {
        // How much less row `y` costs if its content comes from `y + by`; finds the best run of such rows.
        let (mut sum, mut start) = (0, 0);
        for y in 0..height {
            let from = y + by;
            if !(0..height).contains(&from) {
                (sum, start) = (0, y + 1);
                continue;
            }
            if sum <= 0 {
                (sum, start) = (0, y);
            }
            sum += in_place[y as usize] - differing(from, y);
            // The region holds source and target rows; rows that enter it are blank and written whole.
            let (first, last) = (start.min(start + by), y.max(from));
            let entering = if by > 0 { y + 1..last + 1 } else { first..start };
            let price: i64 = entering.map(|it| filled(it) - in_place[it as usize]).sum();
            let saved = sum - price;
            if saved > WORTH as i64 && best.as_ref().is_none_or(|it| saved > it.0) {
                best = Some((saved, Scroll { rows: first as u16..(last + 1) as u16, by }));
            }
        }
    }
    best.map(|it| it.1)
}

/// What the terminal shows after the scroll.
pub(super) fn applied(shown: &Buffer, scroll: &Scroll) -> Buffer {
    let mut after = shown.clone();
    let width = usize::from(shown.area.width);
    for y in scroll.rows.clone() {
        let from = u16::try_from(i32::from(y) + scroll.by).ok().filter(|it| scroll.rows.contains(it));
        let to = usize::from(y) * width;
        match from.map(|it| usize::from(it) * width) {
            Some(from) => after.content[to..to + width].clone_from_slice(&shown.content[from..from + width]),
            None => after.content[to..to + width].fill(Cell::EMPTY),
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shown: &[&str], frame: &[&str], expected: Option<(Range<u16>, i32)>) {
        let expected = expected.map(|(rows, by)| Scroll { rows, by });
        assert_eq!(find(&picture(shown), &picture(frame)), expected, "{shown:?} -> {frame:?}");
    }

    /// Rows of 60 columns; `.` stands for a blank row.
    fn picture(rows: &[&str]) -> Buffer {
        Buffer::with_lines(rows.iter().map(|it| if *it == "." { " ".repeat(60) } else { it.repeat(60) }))
    }

    #[test]
    fn rows_that_moved_are_found() {
        check(&["a", "b", "c", "d"], &["b", "c", "d", "e"], Some((0..4, 1)));
        check(&["a", "b", "c", "d"], &["z", "a", "b", "c"], Some((0..4, -1)));
        check(&["h", "a", "b", "c", "f"], &["h", "b", "c", "d", "f"], Some((1..4, 1)));
        check(&["h", "a", "b", "c", "d", "f"], &["h", "y", "z", "a", "b", "f"], Some((1..5, -2)));
    }

    #[test]
    fn what_is_not_worth_it_stays() {
        check(&["a", "b"], &["a", "b"], None);
        check(&["a", "b"], &["a", "x"], None);
        check(&["a", "b"], &["x", "y"], None);
        // Moving one row would blank another that is right as it is.
        check(&["a", "b"], &["b", "b"], None);
    }

    #[test]
    fn applying_moves_and_blanks() {
        let shown = picture(&["h", "a", "b", "c", "f"]);
        let check = |rows, by, expected: &[&str]| {
            assert_eq!(applied(&shown, &Scroll { rows, by }), picture(expected));
        };
        check(1..4, 1, &["h", "b", "c", ".", "f"]);
        check(0..3, -2, &[".", ".", "h", "c", "f"]);
    }
}

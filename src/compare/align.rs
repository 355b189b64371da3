//! A global alignment of two sequences with affine gaps (Needleman and Wunsch 1970; Gotoh 1982).
//!
//! What both begin with and end with in common is paired first. The rest costs a cell for each pair; beyond
//! [`MOST_CELLS`] only those in a band around the diagonal are looked at.

use std::ops::Range;

/// The most cells that are looked at, a byte each.
const MOST_CELLS: usize = 1 << 24;
/// The least columns of a band.
const NARROWEST: usize = 65;
/// What a gap costs, and each element in it.
const OPEN: f32 = 1.0;
const EXTEND: f32 = 0.3;
/// The score of what cannot be.
const NEVER: f32 = f32::NEG_INFINITY;

/// One step of an alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An element of A beside one of B.
    Pair(usize, usize),
    /// An element that only A has.
    OnlyA(usize),
    /// An element that only B has.
    OnlyB(usize),
}

/// How alike elements are, by their positions in A and in B.
pub(super) trait Likeness {
    /// Whether they are the same.
    fn same(&self, a: usize, b: usize) -> bool;
    /// What it is worth to set them side by side, 2 for the same; `None`: they must not be.
    fn score(&self, a: usize, b: usize) -> Option<f32>;
}

/// An alignment, and whether only a band was looked at.
pub(super) struct Aligned {
    pub(super) steps: Vec<Step>,
    pub(super) banded: bool,
}

/// Aligns `n` elements of A with `m` of B.
pub(super) fn align(n: usize, m: usize, likeness: &impl Likeness) -> Aligned {
    align_within(MOST_CELLS, n, m, likeness)
}

/// [`align`], looking at so many cells.
fn align_within(cells: usize, n: usize, m: usize, likeness: &impl Likeness) -> Aligned {
    let head = (0..n.min(m)).take_while(|it| likeness.same(*it, *it)).count();
    let tail = (1..=n.min(m) - head).take_while(|it| likeness.same(n - it, m - it)).count();
    let (a, b) = (head..n - tail, head..m - tail);
    let mut steps: Vec<Step> = (0..head).map(|it| Step::Pair(it, it)).collect();
    let mut banded = false;
    if a.is_empty() || b.is_empty() {
        steps.extend(a.map(Step::OnlyA));
        steps.extend(b.map(Step::OnlyB));
    } else {
        let band = Band::new(cells, a.len(), b.len());
        banded = band.half < b.len();
        steps.extend(Cells::fill(&band, a.start, b.start, likeness).path(&band, a.start, b.start));
    }
    steps.extend((1..=tail).rev().map(|it| Step::Pair(n - it, m - it)));
    Aligned { steps, banded }
}

/// The columns that are looked at in each row: around the diagonal from one corner to the other.
struct Band {
    rows: usize,
    columns: usize,
    /// Columns on either side of the diagonal.
    half: usize,
}

impl Band {
    fn new(cells: usize, rows: usize, columns: usize) -> Self {
        let wide = cells / (rows + 1);
        let half = if wide > columns {
            columns
        } else {
            // The diagonal goes on by so many columns in each row: the bands of two rows must meet.
            (wide / 2).max(NARROWEST / 2).max(columns.div_ceil(rows) + 1)
        };
        Self { rows, columns, half }
    }

    fn of_row(&self, row: usize) -> Range<usize> {
        let centre = (row as u128 * self.columns as u128 / self.rows as u128) as usize;
        centre.saturating_sub(self.half)..(centre + self.half).min(self.columns) + 1
    }
}

/// How the best alignment up to a cell ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Pair,
    OnlyA,
    OnlyB,
}

const ENDS: [End; 3] = [End::Pair, End::OnlyA, End::OnlyB];

/// The score of the best alignment for every end.
type Scores = [f32; 3];

/// For every cell and every end, two bits that say which end came before.
struct Cells {
    before: Vec<u8>,
    starts: Vec<usize>,
    last: Scores,
}

impl Cells {
    fn fill(band: &Band, a: usize, b: usize, likeness: &impl Likeness) -> Self {
        let mut before = Vec::new();
        let mut starts = Vec::with_capacity(band.rows + 1);
        let mut above: Vec<Scores> = Vec::new();
        let mut above_at = 0..0;
        for row in 0..=band.rows {
            let columns = band.of_row(row);
            starts.push(before.len());
            let mut scores: Vec<Scores> = Vec::with_capacity(columns.len());
            let up = |column: usize| match above_at.contains(&column) {
                true => above[column - above_at.start],
                false => [NEVER; 3],
            };
            for column in columns.clone() {
                if (row, column) == (0, 0) {
                    scores.push([0.0, NEVER, NEVER]);
                    before.push(0);
                    continue;
                }
                let mut cell = [NEVER; 3];
                let mut from = [End::Pair; 3];
                if row > 0 && column > 0 {
                    let (end, best) = best(up(column - 1));
                    if best > NEVER
                        && let Some(score) = likeness.score(a + row - 1, b + column - 1)
                    {
                        (cell[0], from[0]) = (best + score, end);
                    }
                }
                if row > 0 {
                    (from[1], cell[1]) = best(gap(up(column), End::OnlyA));
                }
                if let Some(left) = scores.last().filter(|_| column > columns.start) {
                    (from[2], cell[2]) = best(gap(*left, End::OnlyB));
                }
                scores.push(cell);
                before.push(from[0] as u8 | (from[1] as u8) << 2 | (from[2] as u8) << 4);
            }
            above = scores;
            above_at = columns;
        }
        let last = above.last().copied().unwrap_or([0.0, NEVER, NEVER]);
        Self { before, starts, last }
    }

    /// The steps of the best alignment.
    fn path(&self, band: &Band, a: usize, b: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let (mut row, mut column) = (band.rows, band.columns);
        let (mut end, _) = best(self.last);
        while (row, column) != (0, 0) {
            let cell = self.before[self.starts[row] + column - band.of_row(row).start];
            let earlier = ENDS[usize::from(cell >> (2 * end as u8) & 3)];
            match end {
                End::Pair => {
                    (row, column) = (row - 1, column - 1);
                    steps.push(Step::Pair(a + row, b + column));
                }
                End::OnlyA => {
                    row -= 1;
                    steps.push(Step::OnlyA(a + row));
                }
                End::OnlyB => {
                    column -= 1;
                    steps.push(Step::OnlyB(b + column));
                }
            }
            end = earlier;
        }
        steps.reverse();
        steps
    }
}

/// The scores after one more element in a gap.
fn gap(scores: Scores, of: End) -> Scores {
    let mut scores = scores;
    for end in ENDS {
        scores[end as usize] -= if end == of { EXTEND } else { OPEN + EXTEND };
    }
    scores
}

/// The end with the best score; among equals a pair before a gap, and what only A has before what only B has.
fn best(scores: Scores) -> (End, f32) {
    let better = |best: End, end: End| if scores[end as usize] > scores[best as usize] { end } else { best };
    // Read from the end: what comes last is asked first.
    let end = [End::OnlyB, End::OnlyA].into_iter().fold(End::Pair, better);
    (end, scores[end as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters: the same are worth 2, the same in the other case 0.5, others cannot be paired.
    struct Letters<'a>(&'a [u8], &'a [u8]);

    impl Likeness for Letters<'_> {
        fn same(&self, a: usize, b: usize) -> bool {
            self.0[a] == self.1[b]
        }

        fn score(&self, a: usize, b: usize) -> Option<f32> {
            let like = self.0[a].eq_ignore_ascii_case(&self.1[b]);
            like.then(|| if self.same(a, b) { 2.0 } else { 0.5 })
        }
    }

    /// Columns of A above those of B, `-` for none.
    fn shown(a: &str, b: &str) -> (String, String) {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        let steps = align(a.len(), b.len(), &Letters(a, b)).steps;
        let of =
            |a: Option<u8>, b: Option<u8>| (char::from(a.unwrap_or(b'-')), char::from(b.unwrap_or(b'-')));
        steps
            .into_iter()
            .map(|it| match it {
                Step::Pair(i, j) => of(Some(a[i]), Some(b[j])),
                Step::OnlyA(i) => of(Some(a[i]), None),
                Step::OnlyB(j) => of(None, Some(b[j])),
            })
            .unzip()
    }

    #[test]
    fn pairs_and_gaps() {
        let check = |a, b, top: &str, bottom: &str| assert_eq!(shown(a, b), (top.into(), bottom.into()));
        check("", "", "", "");
        check("abc", "", "abc", "---");
        check("", "ab", "--", "ab");
        check("abc", "abc", "abc", "abc");
        check("abcd", "abd", "abcd", "ab-d");
        check("abd", "abcd", "ab-d", "abcd");
        // Another act in its place: unlike letters cannot be paired.
        check("axc", "ayc", "ax-c", "a-yc");
        check("aXc", "axc", "aXc", "axc");
        // Of a run of the same, what is missing is missing at its end: as far as one can see, all went alike until there.
        check("aab", "ab", "aab", "a-b");
    }

    #[test]
    fn one_long_gap_is_better_than_two_short_ones() {
        // x is paired with the second x: 1 gap of 2 (1.6) before 2 gaps of 1 (2.6).
        assert_eq!(shown("axbxc", "axc"), ("axbxc".into(), "ax--c".into()));
        assert_eq!(shown("xabxc", "yxc"), ("xab-xc".into(), "---yxc".into()));
    }

    /// The score of an alignment, for comparison with all there are.
    fn score(a: &[u8], b: &[u8], steps: &[Step]) -> f32 {
        let mut total = 0.0;
        let mut last = None;
        for step in steps {
            let end = match step {
                Step::Pair(i, j) => {
                    total += Letters(a, b).score(*i, *j).unwrap();
                    End::Pair
                }
                Step::OnlyA(_) => End::OnlyA,
                Step::OnlyB(_) => End::OnlyB,
            };
            if end != End::Pair {
                total -= if last == Some(end) { EXTEND } else { OPEN + EXTEND };
            }
            last = Some(end);
        }
        total
    }

    /// The best score by trying everything.
    fn best_of_all(a: &[u8], b: &[u8], at: (usize, usize), last: Option<End>) -> f32 {
        let (i, j) = at;
        if i == a.len() && j == b.len() {
            return 0.0;
        }
        let gap = |of: End| if last == Some(of) { EXTEND } else { OPEN + EXTEND };
        let mut best = NEVER;
        if i < a.len()
            && j < b.len()
            && let Some(score) = Letters(a, b).score(i, j)
        {
            best = best.max(score + best_of_all(a, b, (i + 1, j + 1), Some(End::Pair)));
        }
        if i < a.len() {
            best = best.max(best_of_all(a, b, (i + 1, j), Some(End::OnlyA)) - gap(End::OnlyA));
        }
        if j < b.len() {
            best = best.max(best_of_all(a, b, (i, j + 1), Some(End::OnlyB)) - gap(End::OnlyB));
        }
        best
    }

    #[test]
    fn no_alignment_is_better() {
        let mut draws = crate::stats::Draws::new(7);
        for _ in 0..300 {
            let mut word = || -> Vec<u8> {
                let length = (draws.uniform() * 6.0) as usize;
                (0..length).map(|_| b"abAB"[(draws.uniform() * 4.0) as usize]).collect()
            };
            let (a, b) = (word(), word());
            let found = score(&a, &b, &align(a.len(), b.len(), &Letters(&a, &b)).steps);
            // What both begin and end with is paired before anything is weighed: of short words that may cost a gap.
            let best = best_of_all(&a, &b, (0, 0), None);
            assert!(found <= best + 1e-5 && found >= best - OPEN - 1e-5, "{a:?} {b:?}: {found} of {best}");
        }
    }

    #[test]
    fn a_band_reaches_both_corners() {
        for (rows, columns) in [(1, 100_000), (100_000, 1), (300_000, 299_000), (7, 7), (5_000, 5_000)] {
            let band = Band::new(MOST_CELLS, rows, columns);
            assert!(band.of_row(0).contains(&0) && band.of_row(rows).contains(&columns));
            for row in 1..=rows.min(1_000) {
                assert!(band.of_row(row).start < band.of_row(row - 1).end, "{rows} {columns} {row}");
            }
        }
        let a: Vec<u8> = (0..4_000u32).map(|it| b'a' + (it * 7 % 23) as u8).collect();
        let mut b = a.clone();
        b.splice(2_000..2_010, *b"?");
        let found = align_within(1 << 18, a.len(), b.len(), &Letters(&a, &b));
        let pairs = found.steps.iter().filter(|it| matches!(it, Step::Pair(..))).count();
        assert_eq!((pairs, found.banded), (a.len() - 10, false));
        // Differences at both ends leave all in between to the band.
        b.insert(0, b'!');
        b.push(b'!');
        let found = align_within(1 << 18, a.len(), b.len(), &Letters(&a, &b));
        let pairs = found.steps.iter().filter(|it| matches!(it, Step::Pair(..))).count();
        assert_eq!((pairs, found.banded), (a.len() - 10, true));
    }
}

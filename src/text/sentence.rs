//! A sentence that gives way where room is short: quoted text is cut at words, and clauses stay in the order of their
//! rank as long as there is room. What never goes stays whole if it fits at all.

use unicode_segmentation::UnicodeSegmentation;

use super::{fit::grapheme_width, width, wrap};

/// What stands for text that was cut, on every terminal.
const CUT: &str = "..";
/// A quote is not cut to fewer columns while a clause that may go is left.
const SHORTEST: usize = 16;

/// A part of a sentence. It brings the separator to what stands before it: `, as ...`, `. Task: ...`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    pieces: Vec<Piece>,
    rank: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Fixed(String),
    Quote(String),
}

impl Clause {
    /// A clause that never goes.
    pub fn of(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    /// A clause that goes where room is short; room is given by rank, the lowest first; 0: it never goes.
    pub fn ranked(rank: u8, text: impl Into<String>) -> Self {
        Self { rank, ..Self::default() }.and(text)
    }

    /// Behind `text`, and of another rank.
    #[must_use]
    pub fn after(mut self, text: &str, rank: u8) -> Self {
        self.pieces.insert(0, Piece::Fixed(text.to_owned()));
        self.rank = rank;
        self
    }

    /// Followed by `text`, which is never cut.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Fixed(text.into()));
        self
    }

    /// Followed by words of a log on one line, which may be cut.
    #[must_use]
    pub fn quote(mut self, text: &str) -> Self {
        self.pieces.push(Piece::Quote(text.split_whitespace().collect::<Vec<_>>().join(" ")));
        self
    }
}

/// Clauses, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    clauses: Vec<Clause>,
}

impl Sentence {
    /// Of these clauses.
    pub fn of(clauses: impl IntoIterator<Item = Clause>) -> Self {
        Self { clauses: clauses.into_iter().collect() }
    }

    /// Adds a clause at the end.
    pub fn push(&mut self, clause: Clause) {
        self.clauses.push(clause);
    }

    /// Adds the clauses of another at the end.
    pub fn extend(&mut self, other: Self) {
        self.clauses.extend(other.clauses);
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The same with `to` wherever it says `from`.
    #[must_use]
    pub fn replace(&self, from: &str, to: &str) -> Self {
        let mut out = self.clone();
        for piece in out.clauses.iter_mut().flat_map(|it| &mut it.pieces) {
            let (Piece::Fixed(text) | Piece::Quote(text)) = piece;
            *text = text.replace(from, to);
        }
        out
    }

    /// All of it on one line, nothing cut.
    pub fn whole(&self) -> String {
        joined(self.clauses.iter(), usize::MAX)
    }

    /// As much of it as `rows` lines of `columns` columns hold, at least one line of one column.
    pub fn lines(&self, columns: usize, rows: usize) -> Vec<String> {
        let (columns, rows) = (columns.max(1), rows.max(1));
        // A quote that is longer than all the room does not get more for it.
        let room = columns.saturating_mul(rows).max(SHORTEST);
        let mut order: Vec<usize> = (0..self.clauses.len()).filter(|at| self.clauses[*at].rank > 0).collect();
        order.sort_by_key(|at| self.clauses[*at].rank);
        let mut kept: Vec<bool> = self.clauses.iter().map(|it| it.rank == 0).collect();
        let lines = |kept: &[bool], most: usize| {
            let clauses = self.clauses.iter().zip(kept).filter(|it| *it.1).map(|it| it.0);
            wrap(&joined(clauses, most), columns)
        };
        for at in order {
            kept[at] = true;
            kept[at] = lines(&kept, SHORTEST).len() <= rows;
        }
        let fits = |most: usize| lines(&kept, most).len() <= rows;
        match largest(SHORTEST, room, fits).or_else(|| largest(1, SHORTEST, fits)) {
            Some(most) => lines(&kept, most),
            None => cut_lines(lines(&kept, SHORTEST), columns, rows),
        }
    }
}

/// The clauses as one line, quotes cut to at most `most` columns each.
fn joined<'a>(clauses: impl Iterator<Item = &'a Clause>, most: usize) -> String {
    let mut out = String::new();
    for clause in clauses {
        for piece in &clause.pieces {
            match piece {
                // The full stop of what was cut is there already.
                Piece::Fixed(text) if out.ends_with(CUT) => {
                    out.push_str(text.strip_prefix('.').unwrap_or(text))
                }
                Piece::Fixed(text) => out.push_str(text),
                Piece::Quote(text) => out.push_str(&at_words(text, most)),
            }
        }
    }
    // The clause that stood first may be gone.
    out.trim_start_matches([' ', ',', ';', '.']).to_owned()
}

/// The largest number in the range at which `fits` holds; it holds for all below one for which it does.
fn largest(low: usize, high: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
    if !fits(low) {
        return None;
    }
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(middle) { low = middle } else { high = middle - 1 }
    }
    Some(low)
}

/// Display-safe `text` in at most `columns` columns, cut behind a word where it has one that short; `..`
/// stands for what was cut.
pub fn at_words(text: &str, columns: usize) -> String {
    // A text with more bytes than this may still be as narrow: wide letters take few columns a byte.
    if text.len() <= columns || (text.len() / 4 <= columns && width(text) <= columns) {
        return text.to_owned();
    }
    let room = columns.saturating_sub(CUT.len());
    let (mut used, mut letters, mut words) = (0, 0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        if grapheme == " " {
            words = at;
        }
        used += grapheme_width(grapheme);
        if used > room {
            break;
        }
        letters = at + grapheme.len();
    }
    if text[letters..].starts_with(' ') {
        words = letters;
    }
    // A word that is longer than half of the room is cut itself.
    let end = if words * 2 > letters { words } else { letters };
    let kept = text[..end].trim_end_matches([' ', ',', ';', ':', '.']);
    format!("{kept}{}", &CUT[..CUT.len().min(columns)])
}

/// The first `rows` of the lines, the last of them with a mark where more are left.
fn cut_lines(mut lines: Vec<String>, columns: usize, rows: usize) -> Vec<String> {
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            *last = at_words(&format!("{last} {}", "x".repeat(columns)), columns);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentence() -> Sentence {
        Sentence::of([
            Clause::of("R 0.25"),
            Clause::ranked(1, ": \"").quote("lifted plum, and only that").and("\""),
            Clause::ranked(2, ". Task: ").quote("lift plum, melon and gourd within 18 steps"),
        ])
    }

    #[test]
    fn what_fits_is_whole() {
        let whole =
            "R 0.25: \"lifted plum, and only that\". Task: lift plum, melon and gourd within 18 steps";
        assert_eq!(sentence().whole(), whole);
        assert_eq!(sentence().lines(100, 1), [whole]);
    }

    #[test]
    fn quotes_are_cut_at_words_then_clauses_go() {
        let check = |columns: usize, rows: usize, expected: &[&str]| {
            assert_eq!(sentence().lines(columns, rows), expected, "{columns} x {rows}");
        };
        check(60, 1, &["R 0.25: \"lifted plum, and..\". Task: lift plum, melon and.."]);
        check(40, 2, &["R 0.25: \"lifted plum, and only that\".", "Task: lift plum, melon and gourd.."]);
        check(40, 1, &["R 0.25: \"lifted plum, and only that\""]);
        check(20, 1, &["R 0.25"]);
        check(4, 1, &["R.."]);
    }

    #[test]
    fn a_clause_that_is_gone_leaves_no_separator() {
        let sentence = Sentence::of([Clause::ranked(1, "a long clause"), Clause::of(", the rest")]);
        assert_eq!(sentence.lines(10, 1), ["the rest"]);
    }

    #[test]
    fn texts_of_any_length_and_width() {
        let long = "word ".repeat(17_000);
        let lines = Sentence::of([Clause::of("said \"").quote(&long).and("\"")]).lines(75, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with("word..\"") && width(&lines[1]) > 60, "{lines:?}");
        let wide = "東京都庁".repeat(1_000);
        let lines = Sentence::of([Clause::of("said ").quote(&wide)]).lines(20, 1);
        assert_eq!(lines, ["said 東京都庁東京.."]);
    }

    #[test]
    fn cut_at_words() {
        let check = |text: &str, columns: usize, expected: &str| {
            assert_eq!(at_words(text, columns), expected, "{text} in {columns}");
        };
        check("one two three", 13, "one two three");
        check("one two three", 12, "one two..");
        check("one two, three", 12, "one two..");
        check("one, two three", 7, "one..");
        check("donaudampfschiff", 8, "donaud..");
        check("a donaudampfschiff", 8, "a dona..");
        check("東京都", 5, "東..");
        check("abc", 1, ".");
        check("abc", 0, "");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn never_more_than_the_room(texts in proptest::collection::vec(("[a-c東 ,.]{0,60}", 0u8..4), 0..5),
            columns in 3usize..40, rows in 1usize..4) {
            let clauses = texts.iter().map(|(text, rank)| {
                Clause::ranked(*rank, ", ").quote(&crate::text::clean(text)).and(".")
            });
            let lines = Sentence::of(clauses).lines(columns, rows);
            prop_assert!(lines.len() <= rows, "{lines:?}");
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?}");
            }
        }
    }
}

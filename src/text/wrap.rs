//! Breaks text into lines of a given width, in one pass.

use unicode_segmentation::UnicodeSegmentation;

use super::fit::{fit, grapheme_width};

/// Display-safe `text` as lines of at most `columns` columns (0 counts as 1).
///
/// Breaks at spaces, which are dropped at the break. A word longer than a line is broken between graphemes, and begins
/// on the line before it if that has room.
/// The first line of each paragraph keeps its indentation. Takes time linear in the text.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut out = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, columns, &mut out);
    }
    out
}

/// Columns in which it is worth to begin a word that is longer than a line.
const ROOM: usize = 16;

fn wrap_paragraph(text: &str, columns: usize, out: &mut Vec<String>) {
    if text.is_ascii() && text.len() <= columns {
        out.push(text.trim_end_matches(' ').to_owned());
        return;
    }
    let mut line = String::new();
    let mut used = 0;
    let mut continued = false;
    for token in tokens(text) {
        let token_width = super::width(token);
        let is_space = token.starts_with(' ');
        if used + token_width <= columns {
            if !(is_space && used == 0 && continued) {
                line.push_str(token);
                used += token_width;
            }
            continue;
        }
        if is_space {
            // The break falls into these spaces; what follows them starts a line.
            if used > 0 {
                push_line(&mut line, out);
                (used, continued) = (0, true);
            }
            continue;
        }
        let begins_here = token_width > columns && columns - used >= ROOM;
        if used > 0 && !begins_here && !line.trim_matches(' ').is_empty() {
            push_line(&mut line, out);
            (used, continued) = (0, true);
        }
        if used + token_width <= columns {
            line.push_str(token);
            used += token_width;
            continue;
        }
        for grapheme in token.graphemes(true) {
            let grapheme_width = grapheme_width(grapheme);
            if used + grapheme_width > columns && used > 0 {
                push_line(&mut line, out);
                (used, continued) = (0, true);
            }
            if grapheme_width > columns {
                line.push_str(&fit(grapheme, columns));
                used += columns;
            } else {
                line.push_str(grapheme);
                used += grapheme_width;
            }
        }
    }
    if !line.is_empty() || !continued {
        push_line(&mut line, out);
    }
}

fn push_line(line: &mut String, out: &mut Vec<String>) {
    line.truncate(line.trim_end_matches(' ').len());
    out.push(std::mem::take(line));
}

/// Alternating runs of spaces and of anything else.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_space = rest.starts_with(' ');
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c| (c == ' ') != is_space).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, columns: usize, expected: &[&str]) {
        assert_eq!(wrap(text, columns), expected, "wrap({text:?}, {columns})");
    }

    #[test]
    fn wraps() {
        check("", 5, &[""]);
        check("one two three", 7, &["one two", "three"]);
        check("one  two", 4, &["one", "two"]);
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("a abcdefgh", 3, &["a", "abc", "def", "gh"]);
        check("said abcdefghijklmnopqrstuvwxyz", 24, &["said abcdefghijklmnopqrs", "tuvwxyz"]);
        check("    indented text", 12, &["    indented", "text"]);
        check("a\n\nb", 5, &["a", "", "b"]);
        check("東京都庁", 5, &["東京", "都庁"]);
        check("東京", 1, &["…", "…"]);
        check("ab   ", 2, &["ab"]);
        check("     ", 2, &[""]);
    }

    #[test]
    fn a_megabyte_is_quick() {
        let words = "lorem ipsum ".repeat(90_000);
        assert!(wrap(&words, 80).len() > 10_000);
        assert_eq!(wrap(&"x".repeat(1_000_000), 100).len(), 10_000);
        assert!(wrap(&" ".repeat(1_000_000), 80).len() <= 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn keeps_every_word_and_the_width(text in "[a-c東 \u{301}]{0,80}", columns in 2usize..12) {
            let text = crate::text::clean(&text);
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(crate::text::width(line) <= columns);
            }
            let squeeze = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}

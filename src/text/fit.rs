//! Columns: how many a text takes, and cutting it to fewer.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns that display-safe text takes on a terminal: the sum over its grapheme clusters, as it is drawn
/// cell by cell.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(grapheme_width).sum() }
}

/// `text` cut to at most `columns` columns at a grapheme border; `…` stands for what was cut.
pub fn fit(text: &str, columns: usize) -> String {
    cut(text, columns, "…")
}

/// [`fit`] for terminals without Unicode: `~` stands for what was cut.
pub fn fit_ascii(text: &str, columns: usize) -> String {
    cut(text, columns, "~")
}

/// The end of `text`, at most `columns` columns of it, cut at a grapheme border.
pub fn fit_end(text: &str, columns: usize) -> &str {
    let mut left = width(text);
    for (at, grapheme) in text.grapheme_indices(true) {
        if left <= columns {
            return &text[at..];
        }
        left -= grapheme_width(grapheme);
    }
    ""
}

/// `text` cut like [`fit`] and filled with spaces to exactly `columns` columns.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns);
    let missing = columns - width(&out);
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// `text` cut to at most `max_chars` characters, counting the `…` that stands for what was cut.
pub fn shorten(text: &str, max_chars: usize) -> String {
    if text.char_indices().nth(max_chars).is_none() {
        return text.to_owned();
    }
    if max_chars == 0 {
        return String::new();
    }
    let keep = text.char_indices().nth(max_chars - 1).map_or(text.len(), |(at, _)| at);
    // Where all is ASCII up to the character after the cut, only `\r\n` is more than one to a grapheme.
    let head = &text.as_bytes()[..=keep];
    if head.is_ascii() && !head.contains(&b'\r') {
        return format!("{}…", text[..keep].trim_end());
    }
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if at + grapheme.len() > keep {
            break;
        }
        end = at + grapheme.len();
    }
    format!("{}…", text[..end].trim_end())
}

/// Columns of one grapheme cluster.
pub(super) fn grapheme_width(grapheme: &str) -> usize {
    UnicodeWidthStr::width(grapheme)
}

fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if text.is_ascii() && text.len() <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let (mut used, mut keep) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > columns {
            return format!("{}{ellipsis}", &text[..keep]);
        }
        if used < columns {
            keep = at + grapheme.len();
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text() {
        assert_eq!(fit_end("porter-call-13", 7), "call-13");
        assert_eq!(fit_end("abc", 7), "abc");
        assert_eq!(fit_end("日本語", 3), "語");
        assert_eq!(fit_end("", 3), "");
    }

    fn check(text: &str, columns: usize, expected: &str) {
        assert_eq!(fit(text, columns), expected, "fit({text:?}, {columns})");
    }

    #[test]
    fn fits() {
        check("abc", 3, "abc");
        check("abcd", 3, "ab…");
        check("abcd", 1, "…");
        check("abcd", 0, "");
        check("", 0, "");
        check("東京都", 6, "東京都");
        check("東京都", 5, "東京…");
        check("東京都", 4, "東…");
        check("東", 1, "…");
        check("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…");
        assert_eq!(fit_ascii("abcd", 3), "ab~");
    }

    #[test]
    fn pads() {
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(pad("東京都", 4), "東… ");
        assert_eq!(pad("abcdef", 4), "abc…");
    }

    #[test]
    fn measures() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("東京"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("🚀"), 2);
    }

    #[test]
    fn shortens() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("abcd", 3), "ab…");
        assert_eq!(shorten("ab cd", 4), "ab…");
        assert_eq!(shorten("abcd", 0), "");
        assert_eq!(shorten("abe\u{301}d", 3), "ab…");
        assert_eq!(shorten("abe\u{301}d", 4), "ab…");
        assert_eq!(shorten("a\r\nd", 3), "a…");
        assert_eq!(shorten("abc東d", 4), "abc…");
    }
}

//! Text for terminals without Unicode.

use unicode_segmentation::UnicodeSegmentation;

use super::width;

/// `text` with everything beyond ASCII replaced by characters of the same width: common punctuation by its
/// look-alike, all else by `?`, so that columns still line up.
pub fn to_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        if grapheme.is_ascii() {
            out.push_str(grapheme);
            continue;
        }
        match grapheme {
            "‘" | "’" => out.push('\''),
            "“" | "”" => out.push('"'),
            "–" | "—" | "−" => out.push('-'),
            "·" | "•" => out.push('.'),
            "…" => out.push('~'),
            "×" => out.push('x'),
            "→" => out.push('>'),
            "←" => out.push('<'),
            "±" => out.push('~'),
            _ => out.extend(std::iter::repeat_n('?', width(grapheme))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_width() {
        for text in ["plain", "naïve", "“quoted” – dash…", "日本語 text", "a\u{301}b", "👩‍👩‍👧"]
        {
            let ascii = to_ascii(text);
            assert!(ascii.is_ascii(), "{ascii}");
            assert_eq!(width(&ascii), width(text), "{text}");
        }
    }
}

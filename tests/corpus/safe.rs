//! What log text may be once it is shown: nothing that drives a terminal, hides text or turns it around.

/// Asserts that `text` is one line that can be shown.
#[track_caller]
pub fn line(text: &str) {
    assert!(!text.chars().any(is_hostile), "{text:?}");
}

/// Asserts that every line of `text` can be shown.
#[track_caller]
pub fn block(text: &str) {
    for part in text.split('\n') {
        line(part);
    }
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{200e}'..='\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

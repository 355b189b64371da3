//! Makes log text harmless: every character is shown, spelled out, or dropped with a mark.
//!
//! | in the log | on the screen |
//! |---|---|
//! | C0 controls, DEL | caret notation: `^[` for ESC, `^?` for DEL |
//! | C1 controls, bidirectional controls, noncharacters | `<U+009B>`, `<U+202E>`, `<U+FFFE>` |
//! | tab | spaces up to the next multiple of four columns |
//! | line end (`\n`, `\r\n`, `\r`, U+2028, U+2029) | a space in [`clean`], a new line in [`clean_block`] |
//! | a run of zero-width or tag characters | one mark with their number: `<ZW>`, `<ZW*37>` |
//! | a lone joiner or variation selector after a visible non-ASCII character | nothing: ordinary in emoji |
//! | combining marks | at most four per base; without a base they get a dotted circle |

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::fit::shorten;

/// Columns between tab stops.
const TAB: usize = 4;
/// Combining marks kept per base character; real scripts need no more.
const MARKS_PER_BASE: u8 = 4;
/// What a combining mark without a base is drawn on.
const BASE: char = '◌';

/// One display-safe line; line ends become spaces.
pub fn clean(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut line = Line::new(text.len());
    let mut first = true;
    for part in lines(text) {
        if !first {
            line.push_plain(' ');
        }
        first = false;
        line.push_line(part);
    }
    line.text
}

/// Display-safe lines, split at line ends; at least one. A line end at the very end starts no further line.
pub fn clean_block(text: &str) -> Vec<String> {
    let mut out: Vec<String> = lines(text)
        .map(|part| {
            if is_plain(part) {
                return part.to_owned();
            }
            let mut line = Line::new(part.len());
            line.push_line(part);
            line.text
        })
        .collect();
    if out.len() > 1 && out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

/// The first meaningful line (one with a letter or digit, else the first that is not blank), display-safe,
/// trimmed, and cut to `max_chars` characters with `…`.
pub fn label(text: &str, max_chars: usize) -> String {
    let meaningful = lines(text).find(|line| line.chars().any(char::is_alphanumeric));
    let line = meaningful.or_else(|| lines(text).find(|line| !line.trim().is_empty())).unwrap_or("");
    // Each character of input gives at least one of output, except for dropped marks: a generous first cut
    // keeps the label of a huge line cheap.
    let head = match line.trim().char_indices().nth(max_chars.saturating_mul(4).saturating_add(64)) {
        Some((end, _)) => &line.trim()[..end],
        None => line.trim(),
    };
    shorten(&clean(head), max_chars)
}

/// The lines of `text`, without their ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        match current.find(['\n', '\r', '\u{2028}', '\u{2029}']) {
            None => {
                rest = None;
                Some(current)
            }
            Some(end) => {
                let after = &current[end..];
                let skip = if after.starts_with("\r\n") {
                    2
                } else {
                    after.chars().next().map_or(0, char::len_utf8)
                };
                rest = Some(&after[skip..]);
                Some(&current[..end])
            }
        }
    })
}

/// Whether [`clean`] leaves it as it is. A quick check: printable ASCII only.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// What a character may do to a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Visible,
    Tab,
    Control,
    /// Shown as `<U+....>`.
    Spelled,
    /// A joiner or variation selector: ordinary after a visible non-ASCII character.
    Joiner,
    Invisible,
    Combining,
}

fn class(c: char) -> Class {
    match c {
        ' '..='~' => Class::Visible,
        '\t' => Class::Tab,
        '\0'..='\x1f' | '\x7f' => Class::Control,
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => Class::Spelled,
        _ if u32::from(c) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c) => Class::Spelled,
        '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => Class::Joiner,
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200c}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Class::Invisible,
        _ if c.width() == Some(0) => Class::Combining,
        _ => Class::Visible,
    }
}

/// A display-safe line while it is assembled.
struct Line {
    text: String,
    column: usize,
    /// Combining marks since the last base, or `None` without a base to put them on.
    marks: Option<u8>,
    /// Invisible characters since the last visible one.
    hidden: usize,
    /// Whether a single joiner may follow without a mark.
    joinable: bool,
}

impl Line {
    fn new(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity + 8), column: 0, marks: None, hidden: 0, joinable: false }
    }

    fn push_line(&mut self, line: &str) {
        for c in line.chars() {
            self.push(c);
        }
        self.flush_hidden();
        self.marks = None;
        self.joinable = false;
    }

    fn push(&mut self, c: char) {
        match class(c) {
            Class::Invisible => self.hidden += 1,
            Class::Joiner if self.joinable && self.hidden == 0 => self.joinable = false,
            Class::Joiner => self.hidden += 1,
            Class::Combining => self.push_combining(c),
            Class::Visible => {
                self.flush_hidden();
                self.text.push(c);
                self.column += c.width().unwrap_or(1);
                self.marks = Some(0);
                self.joinable = !c.is_ascii();
            }
            Class::Tab => {
                self.flush_hidden();
                for _ in 0..TAB - self.column % TAB {
                    self.push_plain(' ');
                }
            }
            Class::Control => {
                self.flush_hidden();
                self.push_plain('^');
                self.push_plain(char::from((c as u8) ^ 0x40));
            }
            Class::Spelled => {
                self.flush_hidden();
                self.push_mark(|text| write!(text, "<U+{:04X}>", u32::from(c)));
            }
        }
    }

    fn push_combining(&mut self, c: char) {
        self.flush_hidden();
        let marks = match self.marks {
            Some(marks) => marks,
            None => {
                self.push_plain(BASE);
                0
            }
        };
        if marks < MARKS_PER_BASE {
            self.text.push(c);
        }
        self.marks = Some(marks.saturating_add(1));
        self.joinable = true;
    }

    fn push_plain(&mut self, c: char) {
        self.text.push(c);
        self.column += 1;
        self.marks = None;
        self.joinable = false;
    }

    fn push_mark(&mut self, write: impl FnOnce(&mut String) -> std::fmt::Result) {
        let before = self.text.len();
        // Writing into a String cannot fail.
        let _ = write(&mut self.text);
        self.column += self.text.len() - before;
        self.marks = None;
        self.joinable = false;
    }

    fn flush_hidden(&mut self) {
        match std::mem::take(&mut self.hidden) {
            0 => {}
            1 => self.push_mark(|text| write!(text, "<ZW>")),
            n => self.push_mark(|text| write!(text, "<ZW*{n}>")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::width;

    fn check(input: &str, expected: &str) {
        assert_eq!(clean(input), expected, "clean({input:?})");
    }

    #[test]
    fn plain_text_stays() {
        check("", "");
        check("BA117 at 311 GBP", "BA117 at 311 GBP");
        check("naïve café 東京 🚀", "naïve café 東京 🚀");
    }

    #[test]
    fn controls_are_shown() {
        check("\x1b[2J", "^[[2J");
        check("\x1b]52;c;aGk=\x07", "^[]52;c;aGk=^G");
        check("a\0b\x7f", "a^@b^?");
        check("\u{9b}31m", "<U+009B>31m");
        check("\u{85}", "<U+0085>");
    }

    #[test]
    fn bidirectional_controls_are_spelled_out() {
        check("user\u{202e}nimda", "user<U+202E>nimda");
        check("\u{2066}x\u{2069}\u{200f}\u{61c}", "<U+2066>x<U+2069><U+200F><U+061C>");
    }

    #[test]
    fn invisible_runs_leave_one_mark() {
        check("pass\u{200b}word", "pass<ZW>word");
        check("\u{feff}x", "<ZW>x");
        check("a\u{e0041}\u{e0042}\u{e0043}", "a<ZW*3>");
        check("a\u{200d}\u{200d}b", "a<ZW*2>b");
    }

    #[test]
    fn ordinary_emoji_stay_quiet() {
        check("⚠\u{fe0f} 👨\u{200d}👩", "⚠ 👨👩");
        check("x\u{fe0f}", "x<ZW>");
        check("⚠\u{fe0f}\u{fe0f}", "⚠<ZW>");
    }

    #[test]
    fn combining_marks_are_capped() {
        check(&format!("a{}", "\u{301}".repeat(100)), &format!("a{}", "\u{301}".repeat(4)));
        check("\u{301}a", "◌\u{301}a");
        check("e\u{301}", "e\u{301}");
    }

    #[test]
    fn tabs_and_line_ends() {
        check("a\tb", "a   b");
        check("\tx", "    x");
        check("東\tx", "東  x");
        check("a\r\nb\nc\rd\u{2028}e", "a b c d e");
        assert_eq!(clean_block("a\r\n\nb\n"), ["a", "", "b"]);
        assert_eq!(clean_block(""), [""]);
        assert_eq!(clean_block("\x1b\n\tx"), ["^[", "    x"]);
    }

    #[test]
    fn label_is_the_first_meaningful_line() {
        assert_eq!(label("\n\n  ```\n  plan: go\nmore", 80), "plan: go");
        assert_eq!(label("---", 80), "---");
        assert_eq!(label("", 80), "");
        assert_eq!(label("abcdef", 4), "abc…");
        assert_eq!(label(&"x".repeat(1_000_000), 10), "xxxxxxxxx…");
    }

    /// Strings rich in what hurts.
    fn hostile() -> impl Strategy<Value = String> {
        let one = prop_oneof![
            any::<char>(),
            proptest::char::range('\0', '\u{ff}'),
            proptest::char::range('\u{2000}', '\u{206f}'),
            proptest::char::range('\u{300}', '\u{310}'),
            proptest::char::range('\u{fe00}', '\u{fe0f}'),
            proptest::char::range('\u{e0000}', '\u{e007f}'),
            proptest::char::range('\u{1f300}', '\u{1f600}'),
            proptest::sample::select(vec!['a', ' ', '\n', '\t', '\u{200d}', '東', 'ل', 'ا', 'ᄀ', 'ᅡ']),
        ];
        proptest::collection::vec(one, 0..60).prop_map(|chars| chars.into_iter().collect())
    }

    fn assert_safe(text: &str) {
        for c in text.chars() {
            assert!(!c.is_control(), "control {c:?} in {text:?}");
            assert!(
                matches!(class(c), Class::Visible | Class::Combining),
                "{:?} {c:?} in {text:?}",
                class(c)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn output_is_safe(text in hostile()) {
            assert_safe(&clean(&text));
            clean_block(&text).iter().for_each(|line| assert_safe(line));
            assert_safe(&label(&text, 20));
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in hostile()) {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }

        #[test]
        fn sizes_hold(text in hostile(), columns in 0usize..30) {
            let safe = clean(&text);
            prop_assert!(width(&crate::text::fit(&safe, columns)) <= columns);
            prop_assert!(width(&crate::text::fit_ascii(&safe, columns)) <= columns);
            prop_assert_eq!(width(&crate::text::pad(&safe, columns)), columns);
            prop_assert!(label(&text, columns).chars().count() <= columns);
            for line in crate::text::wrap(&safe, columns.max(1)) {
                prop_assert!(width(&line) <= columns.max(1));
            }
        }
    }
}

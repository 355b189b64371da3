//! A line that is being typed: what to search for, a filter, a word of the glossary, or a note.

use super::{
    key::{Key, KeyCode},
    palette::Offer,
};

/// The most characters of a line.
const LONGEST: usize = 500;

/// The key that calls an earlier line back.
pub const EARLIER: KeyCode = KeyCode::Up;
/// The key that takes the line.
pub const TAKE: KeyCode = KeyCode::Enter;
/// The key that leaves the line.
pub const LEAVE: KeyCode = KeyCode::Esc;
/// The key that completes a filter.
pub const COMPLETE: KeyCode = KeyCode::Tab;

/// What the line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// `/`: a regular expression to search for.
    Search,
    /// `f`: a filter to add.
    Filter,
    /// A rule: of this row of their list, or a new one.
    Rule(Option<usize>),
    /// `?` `g`: what narrows the words of the glossary.
    Glossary,
    /// `a`: a part of a note about an act or agent.
    Note(NoteStep),
    /// `E`: where to write what is on the screen.
    Export(ExportStep),
    /// `:`: what narrows the palette.
    Palette(Offer),
}

/// What an export asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportStep {
    /// The name of the file.
    Name,
    /// Whether the file that is there may be replaced.
    Overwrite,
}

/// What a note asks for, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteStep {
    /// Whether it is to blame.
    Culprit,
    /// Why.
    Reason,
    /// Who says so.
    By,
}

/// A line that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What has been typed.
    pub text: String,
    /// Where the cursor is, in bytes of `text`.
    pub at: usize,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Which line of the history it is, counted from the newest; and what was typed before.
    recalled: Option<(usize, String)>,
    /// What stood there before the completion, and which completion it is.
    completed: Option<(String, usize)>,
}

impl Prompt {
    /// An empty line.
    pub fn new(kind: PromptKind) -> Self {
        Self { kind, text: String::new(), at: 0, error: None, recalled: None, completed: None }
    }

    /// Replaces the line; the cursor is behind it.
    pub fn set(&mut self, text: String) {
        self.at = text.len();
        self.text = text;
    }

    /// Takes the next (`by` 1) or the previous (-1) of the `completions` of what was typed.
    pub fn complete(&mut self, by: isize, completions: impl FnOnce(&str) -> Vec<String>) {
        let (typed, at) = match self.completed.take() {
            Some((typed, at)) => (typed, Some(at as isize + by)),
            None => (self.text.clone(), None),
        };
        let all = completions(&typed);
        if all.is_empty() {
            return;
        }
        let at = at.unwrap_or(if by < 0 { -1 } else { 0 }).rem_euclid(all.len() as isize) as usize;
        self.set(all[at].clone());
        // The only completion is final: the next Tab continues from there.
        self.completed = (all.len() > 1).then_some((typed, at));
        self.error = None;
    }

    /// What stood there before the completion if it is one; otherwise what stands there.
    pub fn typed(&self) -> &str {
        self.completed.as_ref().map_or(&self.text, |it| &it.0)
    }

    /// Edits the line. `history` holds earlier lines, the newest last. `false` if the key does not edit.
    pub fn edit(&mut self, key: Key, history: &[String]) -> bool {
        self.completed = None;
        match (key.code, key.ctrl) {
            (KeyCode::Char(c), false) if !c.is_control() => {
                if self.text.chars().count() < LONGEST {
                    self.text.insert(self.at, c);
                    self.at += c.len_utf8();
                }
            }
            (KeyCode::Backspace, _) | (KeyCode::Char('h'), true) => self.delete_from(self.before()),
            (KeyCode::Char('u'), true) => self.delete_from(0),
            (KeyCode::Char('w'), true) => {
                let words = self.text[..self.at].trim_end();
                let start = words.rfind(char::is_whitespace).map_or(0, |it| it + 1);
                self.delete_from(start);
            }
            (KeyCode::Left, _) => self.at = self.before(),
            (KeyCode::Right, _) => {
                self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
            }
            (KeyCode::Home, _) => self.at = 0,
            (KeyCode::End, _) | (KeyCode::Char('e'), true) => self.at = self.text.len(),
            (EARLIER, _) | (KeyCode::Char('p'), true) => self.recall(history, 1),
            (KeyCode::Down, _) | (KeyCode::Char('n'), true) => self.recall(history, -1),
            _ => return false,
        }
        true
    }

    /// Inserts pasted text as one line: line ends and tabs become a space, other control characters are
    /// dropped.
    pub fn paste(&mut self, text: &str) {
        self.completed = None;
        let room = LONGEST.saturating_sub(self.text.chars().count());
        let words = text.split(['\n', '\r', '\t', '\u{85}', '\u{2028}', '\u{2029}']);
        let line = words.filter(|it| !it.is_empty()).flat_map(|it| [" ", it]).skip(1).collect::<Vec<_>>();
        let line: String =
            line.iter().flat_map(|it| it.chars()).filter(|it| !it.is_control()).take(room).collect();
        self.text.insert_str(self.at, &line);
        self.at += line.len();
    }

    /// Where the character before the cursor begins.
    fn before(&self) -> usize {
        self.text[..self.at].char_indices().next_back().map_or(0, |it| it.0)
    }

    fn delete_from(&mut self, start: usize) {
        self.text.replace_range(start..self.at, "");
        self.at = start;
    }

    /// Goes `by` lines back in the history; after the newest comes what was typed.
    fn recall(&mut self, history: &[String], by: isize) {
        let now = self.recalled.as_ref().map_or(0, |it| it.0 + 1);
        let next = now.saturating_add_signed(by).min(history.len());
        if next == now {
            return;
        }
        let typed = self.recalled.take().map_or_else(|| self.text.clone(), |it| it.1);
        match next.checked_sub(1) {
            None => self.set(typed),
            Some(back) => {
                self.set(history[history.len() - 1 - back].clone());
                self.recalled = Some((back, typed));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After these keys: letters, and names in angle brackets.
    #[track_caller]
    fn check(keys: &[Key], expected: &str, at: usize) {
        let history = ["older".to_owned(), "newer".to_owned()];
        let mut prompt = Prompt::new(PromptKind::Search);
        for key in keys {
            prompt.edit(*key, &history);
        }
        assert_eq!((prompt.text.as_str(), prompt.at), (expected, at), "{keys:?}");
    }

    fn typed(text: &str, then: &[Key]) -> Vec<Key> {
        text.chars().map(Key::char).chain(then.iter().copied()).collect()
    }

    fn named(code: KeyCode) -> Key {
        Key::named(code)
    }

    #[test]
    fn letters_are_put_in_and_taken_out() {
        check(&typed("aé", &[]), "aé", 3);
        check(&typed("aéb", &[named(KeyCode::Left), named(KeyCode::Left), Key::char('x')]), "axéb", 2);
        check(&typed("aéb", &[named(KeyCode::Left), named(KeyCode::Backspace)]), "ab", 1);
        check(&[named(KeyCode::Backspace), named(KeyCode::Left), named(KeyCode::Right)], "", 0);
        check(&typed("ab", &[named(KeyCode::Home), Key::char('x'), named(KeyCode::End)]), "xab", 3);
        check(&typed("ab", &[named(KeyCode::Left), Key::ctrl('u')]), "b", 0);
        check(&typed("one two ", &[Key::ctrl('w')]), "one ", 4);
        check(&typed("one", &[Key::ctrl('w'), Key::ctrl('w')]), "", 0);
    }

    #[test]
    fn earlier_lines_come_back() {
        let (up, down) = (named(KeyCode::Up), named(KeyCode::Down));
        check(&[up], "newer", 5);
        check(&[up, up, up], "older", 5);
        check(&typed("mine", &[up, up, down]), "newer", 5);
        check(&typed("mine", &[up, down, down]), "mine", 4);
        check(&typed("mine", &[down]), "mine", 4);
    }

    #[test]
    fn completions_come_one_after_the_other() {
        let of = |typed: &str| match typed {
            "a" => vec!["ab".to_owned(), "ac".to_owned()],
            "ab" => vec!["abc".to_owned()],
            _ => Vec::new(),
        };
        let mut prompt = Prompt::new(PromptKind::Filter);
        prompt.complete(1, of);
        assert_eq!(prompt.text, "");
        prompt.edit(Key::char('a'), &[]);
        let mut after = |by: isize| {
            prompt.complete(by, of);
            prompt.text.clone()
        };
        assert_eq!([after(1), after(1), after(1), after(-1)], ["ab", "ac", "ab", "ac"]);
        assert_eq!((prompt.typed(), prompt.at), ("a", 2));
        prompt.complete(1, of);
        prompt.edit(Key::named(KeyCode::End), &[]);
        prompt.complete(1, of);
        prompt.complete(1, of);
        assert_eq!((prompt.text.as_str(), prompt.typed()), ("abc", "abc"));
    }

    #[test]
    fn other_keys_are_not_its_own() {
        let mut prompt = Prompt::new(PromptKind::Filter);
        for key in [named(KeyCode::Enter), named(KeyCode::Esc), named(KeyCode::Tab), Key::ctrl('c')] {
            assert!(!prompt.edit(key, &[]), "{key:?}");
        }
    }

    #[track_caller]
    fn check_pasted(text: &str, expected: &str) {
        let mut prompt = Prompt::new(PromptKind::Search);
        prompt.edit(Key::char('<'), &[]);
        prompt.edit(Key::char('>'), &[]);
        prompt.edit(named(KeyCode::Left), &[]);
        prompt.paste(text);
        assert_eq!((prompt.text.as_str(), &prompt.text[prompt.at..]), (expected, ">"), "{text:?}");
    }

    #[test]
    fn pasted_text_is_one_line_without_control_characters() {
        check_pasted("größer", "<größer>");
        check_pasted("one\n", "<one>");
        check_pasted("\r\none\r\n\n\ttwo\u{2028}", "<one two>");
        check_pasted("a\x1b[31mb\0\u{9b}c\x7f", "<a[31mbc>");
        check_pasted("\n\r\t", "<>");
        check_pasted("a b  c", "<a b  c>");
        check_pasted(&"é".repeat(2 * LONGEST), &format!("<{}>", "é".repeat(LONGEST - 2)));
    }

    #[test]
    fn a_line_has_an_end() {
        let mut prompt = Prompt::new(PromptKind::Search);
        for _ in 0..LONGEST + 10 {
            prompt.edit(Key::char('é'), &[]);
        }
        assert_eq!(prompt.text.chars().count(), LONGEST);
    }
}

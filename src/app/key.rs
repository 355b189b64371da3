//! A key press, as the program sees it: independent of the terminal library.

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyCode {
    /// A printable character, as typed (shift is in the character).
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Shift-tabulator.
    BackTab,
    /// Delete to the left.
    Backspace,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// First.
    Home,
    /// Last.
    End,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
}

/// A key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// With control held.
    pub ctrl: bool,
}

impl Key {
    /// A printable character.
    pub const fn char(c: char) -> Self {
        Self { code: KeyCode::Char(c), ctrl: false }
    }

    /// A character with control held.
    pub const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), ctrl: true }
    }

    /// A named key.
    pub const fn named(code: KeyCode) -> Self {
        Self { code, ctrl: false }
    }

    /// The key that is written so: the way back from [`Key::name`].
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(c) = name.strip_prefix('^').and_then(only) {
            return Some(Self::ctrl(c.to_ascii_lowercase()));
        }
        if let Some(c) = only(name) {
            return Some(Self::char(c));
        }
        if name == "Space" {
            return Some(Self::char(' '));
        }
        NAMED.into_iter().map(Self::named).find(|it| it.name() == name)
    }

    /// How the key is written in help and footers: `^d`, `Enter`, `j`.
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(c) if self.ctrl && c.is_ascii_lowercase() && matches!(c, 'l' | 'r' | 'z' | 'c') => {
                c.to_ascii_uppercase().to_string()
            }
            KeyCode::Char(c) => c.to_string(),
            KeyCode::BackTab => "S-Tab".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            other => format!("{other:?}"),
        };
        if self.ctrl { format!("^{name}") } else { name }
    }
}

/// The keys that have a name.
const NAMED: [KeyCode; 13] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
];

/// The character of a text of one.
fn only(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

impl From<char> for Key {
    fn from(c: char) -> Self {
        Self::char(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: Key, expected: &str) {
        assert_eq!(key.name(), expected);
        assert_eq!(Key::parse(expected), Some(key));
    }

    #[test]
    fn what_is_no_key() {
        for text in ["", "jj", "^", "^dd", "Enterr", "enter", "F1"] {
            assert!(Key::parse(text).is_none() || text == "^", "{text}");
        }
        assert_eq!(Key::parse("^"), Some(Key::char('^')));
    }

    #[test]
    fn names() {
        check(Key::char('j'), "j");
        check(Key::char(' '), "Space");
        check(Key::ctrl('d'), "^d");
        check(Key::ctrl('r'), "^R");
        check(Key::named(KeyCode::PageUp), "PgUp");
        check(Key::named(KeyCode::Enter), "Enter");
    }
}

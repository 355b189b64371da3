//! Which colours the user chose. What they look like is known where they are drawn.

/// Colours to draw in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the terminal says; readable on dark and on light ground.
    #[default]
    Terminal,
    /// For a dark ground.
    Dark,
    /// For a light ground.
    Light,
    /// Gains blue and losses orange: told apart by colour-blind eyes.
    Safe,
    /// The sixteen colours of the terminal's own palette.
    Sixteen,
    /// No colour: bold, reverse and glyphs.
    Mono,
}

impl ThemeChoice {
    /// All of them, in the order of the key that goes through them.
    pub const ALL: [Self; 6] =
        [Self::Terminal, Self::Dark, Self::Light, Self::Safe, Self::Sixteen, Self::Mono];

    /// Its name in commands and in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Safe => "safe",
            Self::Sixteen => "16",
            Self::Mono => "mono",
        }
    }

    /// What it is for.
    pub fn about(self) -> &'static str {
        match self {
            Self::Terminal => "as the terminal says, readable on dark and on light ground",
            Self::Dark => "brighter colours for a dark ground",
            Self::Light => "darker colours for a light ground",
            Self::Safe => "gains blue, losses orange: told apart by colour-blind eyes",
            Self::Sixteen => "the sixteen colours of the terminal's own palette",
            Self::Mono => "no colour: bold, reverse and glyphs",
        }
    }

    /// The names of all, for messages.
    pub const WORDS: &str = "terminal, dark, light, safe, 16, mono";

    /// The one with this name.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The one after it; after the last the first.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_has_its_word_and_all_come_in_turn() {
        assert_eq!(ThemeChoice::ALL.map(ThemeChoice::word).join(", "), ThemeChoice::WORDS);
        let mut at = ThemeChoice::default();
        for choice in ThemeChoice::ALL {
            assert_eq!((at, ThemeChoice::of_word(choice.word())), (choice, Some(choice)));
            at = at.next();
        }
        assert_eq!(at, ThemeChoice::default());
        assert_eq!(ThemeChoice::of_word("pink"), None);
    }
}

//! What a regular expression reveals to a look at its text: whether case matters, whether a match can leave
//! its line, whether it can touch an escape. When in doubt the answer is the slow and safe one.

/// What decides how lines are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    /// Whether it holds an upper-case letter, which makes case matter.
    pub(super) upper: bool,
    /// Whether no match can hold a line end or depend on what lies beyond one. Then many lines can be
    /// searched at once.
    pub(super) in_line: bool,
    /// Whether a match holds only characters that JSON never writes as a short escape (`\n`, `\"`), and
    /// depends on nothing around it. Then undoing escapes matters only in lines with a `\u`.
    pub(super) plain: bool,
}

impl Syntax {
    /// Looks at `pattern`, which need not be well-formed.
    pub(super) fn of(pattern: &str) -> Self {
        let mut syntax = Self { upper: false, in_line: true, plain: true };
        let mut rest = pattern;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            rest = match letter {
                '\\' => syntax.escape(rest),
                '[' => syntax.class(rest),
                '(' => syntax.group(rest),
                '.' | '^' | '$' | '"' | '/' => {
                    syntax.plain = false;
                    rest
                }
                _ => {
                    syntax.letter(letter);
                    rest
                }
            };
        }
        syntax
    }

    fn letter(&mut self, letter: char) {
        self.upper |= letter.is_uppercase();
        if letter.is_control() {
            (self.in_line, self.plain) = (false, false);
        }
    }

    /// Behind a backslash.
    fn escape<'a>(&mut self, rest: &'a str) -> &'a str {
        let Some(letter) = rest.chars().next() else { return rest };
        let after = &rest[letter.len_utf8()..];
        match letter {
            'd' | 'w' => {}
            'b' | 'B' | 'S' | 't' | '"' | '\\' | '/' => self.plain = false,
            _ if letter.is_ascii_punctuation() => {}
            _ => (self.in_line, self.plain) = (false, false),
        }
        // The names of classes and the digits of codes are not letters of the text.
        match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some((_, after)) if letter.is_ascii_alphabetic() => after,
            _ => after,
        }
    }

    /// Behind an opening bracket.
    fn class<'a>(&mut self, rest: &'a str) -> &'a str {
        self.plain = false;
        // A bracket right at the start, or right after the `^`, is a member.
        let from = rest.len() - rest.trim_start_matches(['^', ']']).len();
        let end = rest[from..].find(']').map_or(rest.len(), |it| from + it);
        let content = &rest[..end];
        if content.contains(['^', '\\', '[', '&', '~']) || content.contains("--") {
            self.in_line = false;
        }
        let mut letters = content.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => drop(letters.next()),
                letter => self.letter(letter),
            }
        }
        &rest[end..]
    }

    /// Behind an opening parenthesis.
    fn group<'a>(&mut self, rest: &'a str) -> &'a str {
        let Some(inside) = rest.strip_prefix('?') else { return rest };
        if inside.starts_with(':') {
            return inside;
        }
        // Flags may change what everything else means; a group name is not text.
        (self.in_line, self.plain) = (false, false);
        let name = inside.strip_prefix("P<").or_else(|| inside.strip_prefix('<'));
        match name.and_then(|it| it.split_once('>')) {
            Some((_, after)) => after,
            None => inside.trim_start_matches(|it: char| it.is_ascii_alphabetic() || it == '-'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, upper: bool, in_line: bool, plain: bool) {
        assert_eq!(Syntax::of(pattern), Syntax { upper, in_line, plain }, "{pattern}");
    }

    #[test]
    fn plain_text() {
        check("", false, true, true);
        check("timeout error", false, true, true);
        check("a|b+(c|d?)", false, true, true);
        check(r"3\.5", false, true, true);
        check("été", false, true, true);
        check(r"\d+\w*", false, true, true);
    }

    #[test]
    fn upper_case() {
        check("Timeout", true, true, true);
        check("É", true, true, true);
        check("[A-Z]x", true, true, false);
        check(r"\Sx", false, true, false);
        check(r"\W", false, false, false);
        check(r"\p{Lu}", false, false, false);
        check(r"\x{4A}", false, false, false);
        check("(?P<Name>x)", false, false, false);
        check("(?<Name>X)", true, false, false);
        check(r"[\D]", false, false, false);
        check("(?U)x", false, false, false);
    }

    #[test]
    fn what_may_touch_an_escape() {
        check("a.b", false, true, false);
        check("^a$", false, true, false);
        check(r"\bfoo\b", false, true, false);
        check(r#"say "no""#, false, true, false);
        check("a/b", false, true, false);
        check(r"a\\b", false, true, false);
        check("[abc]", false, true, false);
    }

    #[test]
    fn what_may_leave_its_line() {
        check(r"a\s+b", false, false, false);
        check("[^x]*", false, false, false);
        check(r"[\s]", false, false, false);
        check("[[:space:]]", false, false, false);
        check(r"\Ax", false, false, false);
        check("(?s).*", false, false, false);
        check("a\nb", false, false, false);
        check("(?:a.b)", false, true, false);
        check("[]a]x", false, true, false);
        check("[^]]x", false, false, false);
        check("[", false, true, false);
        check("\\", false, true, true);
        check("(?", false, false, false);
    }
}

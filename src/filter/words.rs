//! Names to compare with: several, with `*` for any characters.

/// Alternatives, each a name in which `*` stands for any characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The comma-separated alternatives in `text`, or `None` if there are none.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<String> =
            text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// The alternatives, after `change`.
    pub(super) fn map(self, change: impl Fn(String) -> String) -> Self {
        Self(self.0.into_iter().map(change).collect())
    }

    /// Whether one of the alternatives matches `name`. Case matters if the alternatives hold an upper-case
    /// letter.
    pub fn hold(&self, name: &str) -> bool {
        self.0.iter().any(|word| {
            if word.chars().any(char::is_uppercase) {
                is_like(name, word)
            } else {
                is_like(&name.to_lowercase(), word)
            }
        })
    }
}

/// Whether `name` matches `word`, in which `*` stands for any characters.
fn is_like(name: &str, word: &str) -> bool {
    let mut pieces = word.split('*');
    let Some(mut rest) = pieces.next().and_then(|it| name.strip_prefix(it)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(words: &str, name: &str, expected: bool) {
        assert_eq!(Words::parse(words).unwrap().hold(name), expected, "{words} holds {name}");
    }

    #[test]
    fn names_and_stars() {
        check("coder", "coder", true);
        check("coder", "Coder", true);
        check("Coder", "coder", false);
        check("coder", "coder2", false);
        check("coder*", "coder2", true);
        check("*er", "coder", true);
        check("c*d*r", "coder", true);
        check("c*x*r", "coder", false);
        check("*", "", true);
        check("a*a", "a", false);
        check("planner, coder", "coder", true);
        check("é*", "École", true);
        assert_eq!(Words::parse(" , "), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn stars_mean_what_an_expression_means(word in "[ab*]{1,6}", name in "[ab]{0,8}") {
            let expression = format!("^(?s:{})$", word.replace('*', ".*"));
            let expected = regex::Regex::new(&expression).unwrap().is_match(&name);
            prop_assert_eq!(is_like(&name, &word), expected);
        }
    }
}

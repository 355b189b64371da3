//! What can be wrong with a log: one row per rule, in one table.
//!
//! Every layer that reports something names a row of it, so that no finding is without a meaning and a
//! sample. `creditscope check --rules` prints the table. A new rule is a row in `rule/table.rs`, the code
//! that finds it, and a log in `sample-logs/broken`; a rule about episodes is also a line in the list of its
//! file in `check`.
//!
//! It must not know how a rule is found.

mod table;

use std::fmt;

pub use table::*;

use super::Severity;

/// A rule that a log can break. Only the table makes one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    name: &'static str,
    severities: &'static [Severity],
    about: &'static str,
    sample: Sample,
}

/// What shows that a rule works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sample {
    /// A log called after the rule, `NAME.jsonl`, that breaks it at this line, from 1, and no other rule.
    Line(u32),
    /// A file or directory of this name that breaks it at this line; 0: at none, as a whole.
    Path(&'static str, u32),
    /// No file can, as when something must happen to it while it is read: this test does (file, function).
    Test(&'static str, &'static str),
}

impl Rule {
    /// Kebab-case, unique, and the same in every version.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The gravest severity of its findings, and that of most of them.
    pub fn severity(&self) -> Severity {
        self.severities[0]
    }

    /// All severities that its findings may have, the gravest first; never empty.
    pub fn severities(&self) -> &'static [Severity] {
        self.severities
    }

    /// What a finding means, in one sentence without a period.
    pub fn about(&self) -> &'static str {
        let about = self.about.trim();
        about.strip_suffix('.').unwrap_or(about)
    }

    /// What shows it.
    pub fn sample(&self) -> Sample {
        self.sample
    }

    /// Name of its sample in `sample-logs/broken`; `None`: a test shows it.
    pub fn sample_name(&self) -> Option<String> {
        match self.sample {
            Sample::Line(_) => Some(format!("{}.jsonl", self.name)),
            Sample::Path(name, _) => Some(name.to_owned()),
            Sample::Test(..) => None,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

impl PartialEq<str> for Rule {
    fn eq(&self, name: &str) -> bool {
        self.name == name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_are_named_once_and_explained() {
        let mut names = BTreeSet::new();
        for rule in ALL {
            assert!(names.insert(rule.name()), "{rule} stands twice in the table");
            assert!(rule.name().bytes().all(|it| it.is_ascii_lowercase() || b"-8".contains(&it)), "{rule}");
            let about = rule.about();
            let begins = |it: char| it.is_uppercase() || it == '`';
            assert!(about.starts_with(begins) && !about.ends_with('.'), "{rule}: {about}");
            assert!(
                rule.severities().is_sorted_by(|a, b| a > b),
                "{rule}: the gravest severity is not first"
            );
            assert_eq!(rule.severities().first(), Some(&rule.severity()));
        }
    }
}

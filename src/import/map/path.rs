//! Where a value stands in a JSON row: `.a.b[0]`, as jq writes it.
//!
//! Own paths of some 80 lines, since JSON Pointer has no index from the end (`.messages[-1].content` is what rows of
//! chats need), and a jq is a programming language of which maps need nothing else.

use std::fmt;

use serde_json::value::RawValue;

use crate::log::{list, object};

/// Steps from the row to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The field of an object, or the item of a list if it is a number.
    Key(String),
    /// The item of a list, from 0; from -1 backwards from its end.
    Index(i64),
}

impl Path {
    /// The path to a field of the row.
    pub(super) fn key(key: &str) -> Self {
        Self(vec![Step::Key(key.to_owned())])
    }

    /// The path to a field of what this leads to.
    pub(super) fn then(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// The path to the last item of what this leads to.
    pub(super) fn last(&self) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(-1));
        Self(steps)
    }

    /// The path that `text` writes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = match rest.split_at_checked(1) {
                Some((".", after)) if after.starts_with('"') => {
                    let end = after[1..].find('"').ok_or("a quote is not closed")?;
                    (Step::Key(after[1..=end].to_owned()), &after[end + 2..])
                }
                Some((".", after)) => {
                    let end = after.find(['.', '[']).unwrap_or(after.len());
                    if end == 0 && !after.is_empty() || after[..end].contains(']') {
                        return Err("a dot is not followed by a name");
                    }
                    (Step::Key(after[..end].to_owned()), &after[end..])
                }
                Some(("[", after)) => {
                    let end = after.find(']').ok_or("a bracket is not closed")?;
                    let index = after[..end].trim().parse().map_err(|_| "no whole number in brackets")?;
                    (Step::Index(index), &after[end + 1..])
                }
                _ => return Err("a path begins with a dot and goes on with a dot or a bracket"),
            };
            steps.push(step);
            rest = after;
        }
        // A dot alone is the row itself.
        steps.retain(|it| *it != Step::Key(String::new()));
        Ok(Self(steps))
    }

    /// The value in a row with the fields `row`; `None` if there is none, or it is `null`.
    pub(crate) fn find<'a>(&self, row: impl Fn(&str) -> Option<&'a str>) -> Option<&'a str> {
        let (first, rest) = self.0.split_first()?;
        let Step::Key(key) = first else { return None };
        let mut value = row(key)?;
        for step in rest {
            value = match step {
                Step::Key(key) => match object(value) {
                    Some(fields) => fields.into_iter().rev().find(|it| it.0 == *key)?.1.get(),
                    None => item(value, key.parse().ok()?)?.get(),
                },
                Step::Index(index) => item(value, *index)?.get(),
            };
        }
        Some(value).filter(|it| *it != "null")
    }

    /// The field of the row that it begins with.
    pub(crate) fn first(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// The name at its end.
    pub(super) fn name(&self) -> &str {
        match self.0.last() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }
}

fn item(list_text: &str, index: i64) -> Option<&RawValue> {
    let items = list(list_text)?;
    let at = if index < 0 { items.len().checked_sub(index.unsigned_abs() as usize)? } else { index as usize };
    items.get(at).copied()
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.contains(['.', '[', ',', '=', ' ']) => write!(f, ".\"{key}\"")?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

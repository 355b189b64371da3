//! A rule, and where it hits while episodes come.

use std::collections::BTreeSet;

use super::{
    condition::{Condition, Quantity, Test},
    parse::{RuleError, parse},
};
use crate::training::Point;

/// A rule as it was typed, and what it asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    text: String,
    condition: Condition,
    in_a_row: usize,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// What is wrong with it, and at which column; also what can never hold, whatever the episodes.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let (condition, in_a_row) = parse(text)?;
        Ok(Self { text: text.trim().to_owned(), condition, in_a_row })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is about several episodes, so that it hits where it begins to hold.
    fn is_of_several(&self) -> bool {
        self.in_a_row > 1 || self.condition.tests().iter().any(|it| it.quantity.is_of_several())
    }
}

/// An episode in which a rule hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its place in the list of episodes.
    pub at: usize,
    /// Its name; display-safe.
    pub name: Box<str>,
    /// The numbers that the rule compares, in its order: `R -0.7, share(coder) 0.8`.
    pub numbers: String,
}

/// A rule that is asked of one episode after another.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    rule: Rule,
    /// Episodes in a row in which the condition held.
    held: usize,
    /// Episodes that it was asked about.
    asked: usize,
    /// Agents that were seen.
    agents: BTreeSet<Box<str>>,
    /// Where it hit, in order.
    pub hits: Vec<Hit>,
}

impl Watch {
    /// Asked about none yet.
    pub fn of(rule: Rule) -> Self {
        Self { rule, held: 0, asked: 0, agents: BTreeSet::new(), hits: Vec::new() }
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Asks about the next episode; whether it hit there.
    pub fn push(&mut self, point: &Point) -> bool {
        if point.left_out() {
            return false;
        }
        self.asked += 1;
        let names = point.acts().map(|it| it.0).chain(point.credit().map(|it| it.0));
        for name in names {
            if !self.agents.contains(name) {
                self.agents.insert(name.into());
            }
        }
        let before = self.held;
        self.held = if self.rule.condition.push(point) == Some(true) { self.held + 1 } else { 0 };
        let begins = self.held == self.rule.in_a_row && before + 1 == self.held;
        let is_hit = if self.rule.is_of_several() { begins } else { self.held > 0 };
        if is_hit {
            self.hits.push(Hit { at: point.at(), name: point.name().into(), numbers: self.numbers() });
        }
        is_hit
    }

    fn numbers(&self) -> String {
        let shown = |it: &&Test| {
            let value =
                it.last.map_or_else(|| "?".to_owned(), |value| format!("{}", (value * 1e6).round() / 1e6));
            let whose = match &it.quantity {
                Quantity::Fall(None, falls) => {
                    falls.furthest().map(|it| format!(" ({it})")).unwrap_or_default()
                }
                _ => String::new(),
            };
            format!("{} {value}{whose}", it.name)
        };
        self.rule.condition.tests().iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    /// Why it could not hold in any of the episodes that it was asked about; `None`: it could have.
    pub fn never(&self) -> Option<RuleError> {
        if self.asked == 0 {
            return None;
        }
        if let Some(agent) =
            self.rule.condition.agents().iter().find(|it| !self.agents.contains(it.name.as_str()))
        {
            let known: Vec<&str> = self.agents.iter().map(|it| &**it).take(20).collect();
            let message = format!("no agent '{}' in any episode; agents: {}", agent.name, known.join(", "));
            return Some(RuleError { column: agent.column, message });
        }
        let tests = self.rule.condition.tests();
        let unknown = tests.iter().find(|it| !it.known && !it.quantity.is_of_several())?;
        Some(RuleError { column: unknown.column, message: format!("no episode has {}", unknown.name) })
    }
}

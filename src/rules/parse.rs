//! The grammar of rules; [`crate::rules`] shows it.

use super::{
    condition::{Condition, Operator, Quantity, Test},
    windows::{Agent, Drift, Falls, Rate},
};

/// What a test can be about, for messages and help.
pub const RULE_WORDS: &str = "R, residual, errors, acts, acts(AGENT), credit(AGENT), share(AGENT), fall(AGENT), fall(*), \
                              drift(AGENT), tau(prev), rate(CONDITION, N), least = AGENT, failed";

/// The most episodes of a window.
const LONGEST: usize = 100_000;
/// Parentheses and `not` inside of each other.
const DEEPEST: usize = 50;

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct RuleError {
    /// The character at which it goes wrong, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A condition, and in how many episodes in a row it must hold.
pub(super) fn parse(text: &str) -> Result<(Condition, usize), RuleError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let condition = parser.either()?;
    let mut in_a_row = 1;
    if parser.word("for") {
        in_a_row = parser.episodes("5 in a row")?;
    }
    parser.blanks();
    if parser.at < text.len() {
        let rest = text[parser.at..].trim();
        return Err(parser.error(format!("'{rest}' is too much: and, or, for N, or nothing")));
    }
    Ok((condition, in_a_row))
}

struct Parser<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn column(&self) -> usize {
        self.text[..self.at].chars().count() + 1
    }

    fn error(&self, message: impl Into<String>) -> RuleError {
        RuleError { column: self.column(), message: message.into() }
    }

    /// Takes `word`, if it stands here whole.
    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        let rest = self.rest().strip_prefix(word);
        let is_whole = rest.is_some_and(|it| !it.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if is_whole {
            self.at += word.len();
        }
        is_whole
    }

    /// Takes `mark`, if it stands here.
    fn mark(&mut self, mark: &str) -> bool {
        self.blanks();
        let is_here = self.rest().starts_with(mark);
        if is_here {
            self.at += mark.len();
        }
        is_here
    }

    fn either(&mut self) -> Result<Condition, RuleError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("too many conditions inside of each other"));
        }
        let mut condition = self.both()?;
        while self.joined("or")? {
            condition = Condition::Or(Box::new(condition), Box::new(self.both()?));
        }
        self.depth -= 1;
        Ok(condition)
    }

    fn both(&mut self) -> Result<Condition, RuleError> {
        let mut condition = self.one()?;
        while self.joined("and")? {
            condition = Condition::And(Box::new(condition), Box::new(self.one()?));
        }
        Ok(condition)
    }

    /// Takes a word that joins two conditions.
    fn joined(&mut self, word: &str) -> Result<bool, RuleError> {
        self.blanks();
        let before = self.at;
        let is_here = self.word(word);
        if is_here && self.rest().trim().is_empty() {
            self.at = before;
            return Err(self.error(format!("'{word}' needs a second condition")));
        }
        Ok(is_here)
    }

    fn one(&mut self) -> Result<Condition, RuleError> {
        if self.word("not") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(self.error("too many conditions inside of each other"));
            }
            let of = self.one()?;
            self.depth -= 1;
            return Ok(Condition::Not(Box::new(of)));
        }
        if self.mark("(") {
            let condition = self.either()?;
            return if self.mark(")") { Ok(condition) } else { Err(self.error("')' is missing")) };
        }
        if self.word("failed") {
            return Ok(Condition::Failed);
        }
        if self.word("least") {
            let equal = match (self.mark("!="), self.mark("=")) {
                (true, _) => false,
                (_, true) => true,
                _ => return Err(self.error("least = AGENT or least != AGENT")),
            };
            self.blanks();
            let end = |c: char| c.is_whitespace() || c == ')' || c == ',';
            return Ok(Condition::Least(self.agent(end, "least = coder")?, equal));
        }
        self.test()
    }

    fn test(&mut self) -> Result<Condition, RuleError> {
        self.blanks();
        let (start, column) = (self.at, self.column());
        let mut quantity = self.quantity()?;
        let name = self.text[start..self.at].trim().to_owned();
        let operator = Operator::ALL.into_iter().find(|it| self.mark(it.0));
        let (sign, operator) = operator
            .ok_or_else(|| self.error(format!("how is {name} compared? < <= > >= = or != and a number")))?;
        self.blanks();
        let limit_column = self.column();
        let limit = self.number(&name, sign)?;
        if let Quantity::Drift(_, drift) = &mut quantity {
            drift.in_errors = self.word("sigma");
            if !drift.in_errors && self.word("per") && !self.word("100") {
                return Err(self.error("a drift is per 100 episodes: drift(coder) < -.05 per 100"));
            }
        }
        if !operator.can_hold(quantity.range(), limit) {
            let (low, high) = quantity.range();
            let high =
                if high.is_finite() { format!("from {low} to {high}") } else { format!("{low} or more") };
            let message = format!("it can never hold: {name} is {high}");
            return Err(RuleError { column: limit_column, message });
        }
        let test = Test { name, column, quantity, operator, limit, last: None, known: false };
        Ok(Condition::Test(Box::new(test)))
    }

    fn quantity(&mut self) -> Result<Quantity, RuleError> {
        let begin = self.at;
        let length =
            self.rest().find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        self.at += length;
        let has_part = self.rest().starts_with('(');
        let plain = match word {
            "R" | "reward" => Some(Quantity::Reward),
            "residual" => Some(Quantity::Residual),
            "errors" => Some(Quantity::Errors),
            "acts" => Some(Quantity::Acts(None)),
            _ => None,
        };
        let takes_part = ["acts", "credit", "c", "share", "fall", "drift", "tau", "rate"].contains(&word);
        match plain {
            Some(plain) if !has_part => return Ok(plain),
            Some(_) if !takes_part => {
                return Err(self.error(format!("{word} is of the whole episode: {word} > 1")));
            }
            None if !takes_part => {
                self.at = begin;
                let what = if word.is_empty() {
                    "a condition is missing".to_owned()
                } else {
                    format!("no quantity '{word}'")
                };
                return Err(self.error(format!("{what}; there are {RULE_WORDS}")));
            }
            _ if !has_part => return Err(self.error(format!("{word} of whom? {word}({})", example(word)))),
            _ => self.at += 1,
        }
        self.blanks();
        let quantity = match word {
            "tau" => {
                if !self.word("prev") {
                    return Err(self.error("tau is that of the episode before: tau(prev)"));
                }
                Quantity::TauPrev(Vec::new())
            }
            "rate" => {
                let condition = self.either()?;
                if !self.mark(",") {
                    return Err(self.error("of how many episodes? rate(failed, 30)"));
                }
                let span = self.episodes("30, as in rate(failed, 30)")?;
                Quantity::Rate(Box::new(condition), Rate { span, ..Rate::default() })
            }
            "fall" if self.rest().starts_with('*') => {
                self.at += 1;
                Quantity::Fall(None, Falls::default())
            }
            _ => {
                let agent = self.agent(|c| c == ')', &format!("{word}(coder)"))?;
                match word {
                    "acts" => Quantity::Acts(Some(agent)),
                    "share" => Quantity::Share(agent),
                    "fall" => Quantity::Fall(Some(agent), Falls::default()),
                    "drift" => Quantity::Drift(agent, Drift::default()),
                    _ => Quantity::Credit(agent),
                }
            }
        };
        if self.mark(")") { Ok(quantity) } else { Err(self.error("')' is missing")) }
    }

    /// The name of an agent, in quotes or up to what `ends` it.
    fn agent(&mut self, ends: impl Fn(char) -> bool, example: &str) -> Result<Agent, RuleError> {
        let column = self.column();
        let name = match self.rest().strip_prefix('"') {
            Some(quoted) => {
                let length =
                    quoted.find('"').ok_or_else(|| self.error("'\"' is missing at the end of the name"))?;
                self.at += length + 2;
                &quoted[..length]
            }
            None => {
                let name = &self.rest()[..self.rest().find(ends).unwrap_or(self.rest().len())];
                self.at += name.len();
                name.trim()
            }
        };
        if name.is_empty() {
            return Err(RuleError { column, message: format!("of whom? {example}") });
        }
        Ok(Agent { name: name.to_owned(), column })
    }

    fn number(&mut self, name: &str, sign: &str) -> Result<f64, RuleError> {
        let end = |(at, c): (usize, char)| {
            let after_e = at > 0 && self.rest()[..at].ends_with(['e', 'E']);
            let is_sign = (c == '-' || c == '+') && (at == 0 || after_e);
            (!(c.is_ascii_digit() || c == '.' || is_sign || (c.is_ascii_alphabetic() && c != 's')))
                .then_some(at)
        };
        let length = self.rest().char_indices().find_map(end).unwrap_or(self.rest().len());
        let text = &self.rest()[..length];
        let number: f64 = text.parse().map_err(|_| {
            let what = if text.is_empty() {
                "a number is missing".to_owned()
            } else {
                format!("'{text}' is no number")
            };
            self.error(format!("{what}: {name} {sign} 0.5"))
        })?;
        if !number.is_finite() {
            return Err(self.error(format!("it can never be told: no number is beyond or below {text}")));
        }
        self.at += length;
        Ok(number)
    }

    fn episodes(&mut self, example: &str) -> Result<usize, RuleError> {
        self.blanks();
        let length = self.rest().find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest().len());
        let number = self.rest()[..length].parse().ok().filter(|it| (1..=LONGEST).contains(it));
        let number = number
            .ok_or_else(|| self.error(format!("a number of episodes from 1 to {LONGEST}: {example}")))?;
        self.at += length;
        Ok(number)
    }
}

/// What stands in the parentheses of a quantity, as an example.
fn example(word: &str) -> &'static str {
    match word {
        "tau" => "prev",
        "rate" => "failed, 30",
        "fall" => "*",
        _ => "coder",
    }
}

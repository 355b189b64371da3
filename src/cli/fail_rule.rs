//! `--fail` rules: one comparison that sets the exit code.

use crate::{app::Analysis, credit, model::Episode};

/// A comparison of one number of a report with a limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FailRule {
    text: String,
    quantity: Quantity,
    operator: Operator,
    limit: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Quantity {
    /// |sum - contract|
    Residual,
    Reward,
    BadLines,
    Credit(String),
    Share(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl FailRule {
    /// Parses `QUANTITY OPERATOR NUMBER`; quantities are `residual`, `reward`, `bad_lines`, `credit(AGENT)`
    /// and `share(AGENT)`.
    ///
    /// # Errors
    /// A sentence that says what a rule looks like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| {
            format!(
                "--fail: {what} in '{text}'; a rule is QUANTITY OPERATOR NUMBER with residual, reward, bad_lines, \
                 credit(AGENT) or share(AGENT), and <, <=, > or >="
            )
        };
        let at = text.find(['<', '>']).ok_or_else(|| wrong("no comparison"))?;
        let (name, rest) = (text[..at].trim(), &text[at..]);
        let (operator, number) = if let Some(number) = rest.strip_prefix("<=") {
            (Operator::LessOrEqual, number)
        } else if let Some(number) = rest.strip_prefix(">=") {
            (Operator::GreaterOrEqual, number)
        } else if let Some(number) = rest.strip_prefix('<') {
            (Operator::Less, number)
        } else {
            (Operator::Greater, &rest[1..])
        };
        let limit: f64 = number.trim().parse().map_err(|_| wrong("no number"))?;
        let of = |name: &str| {
            name.split_once('(')
                .and_then(|(word, rest)| Some((word.to_owned(), rest.strip_suffix(')')?.to_owned())))
        };
        let quantity = match (name, of(name)) {
            ("residual", _) => Quantity::Residual,
            ("reward", _) => Quantity::Reward,
            ("bad_lines", _) => Quantity::BadLines,
            (_, Some((word, agent))) if word == "credit" => Quantity::Credit(agent),
            (_, Some((word, agent))) if word == "share" => Quantity::Share(agent),
            _ => return Err(wrong(&format!("no quantity '{name}'"))),
        };
        Ok(Self { text: text.to_owned(), quantity, operator, limit })
    }

    /// Whether the rule holds; the line that says so. A quantity that the report does not have never holds.
    pub(super) fn hit(&self, episode: &Episode, analysis: &Analysis, bad_lines: u64) -> Option<String> {
        let value = self.value(episode, analysis, bad_lines)?;
        let holds = match self.operator {
            Operator::Less => value < self.limit,
            Operator::LessOrEqual => value <= self.limit,
            Operator::Greater => value > self.limit,
            Operator::GreaterOrEqual => value >= self.limit,
        };
        holds.then(|| format!("FAIL {}   it is {value} in episode {}", self.text, episode.name))
    }

    fn value(&self, episode: &Episode, analysis: &Analysis, bad_lines: u64) -> Option<f64> {
        let credit = analysis.credit.as_ref().ok();
        let agent = |name: &str| {
            let at = episode.agents.iter().position(|it| it.name == name)?;
            Some(crate::model::AgentId::from_index(at))
        };
        match &self.quantity {
            Quantity::Residual => credit?.residual().map(f64::abs),
            Quantity::Reward => episode.reward().map(|it| it.value),
            Quantity::BadLines => Some(bad_lines as f64),
            Quantity::Credit(name) => Some(credit?.agent(agent(name)?)?.value),
            Quantity::Share(name) => {
                let blame = credit::blame(episode.failed(), credit?)?;
                let agent = agent(name)?;
                let at = blame.agents.iter().position(|it| *it == agent);
                at.and_then(|it| blame.shares[it]).or(Some(0.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, quantity: Quantity, operator: Operator, limit: f64) {
        let rule = FailRule::parse(text).unwrap();
        assert_eq!((rule.quantity, rule.operator, rule.limit), (quantity, operator, limit));
    }

    #[test]
    fn rules() {
        check("residual > 0.05", Quantity::Residual, Operator::Greater, 0.05);
        check("reward<-1", Quantity::Reward, Operator::Less, -1.0);
        check("share(coder) >= .5", Quantity::Share("coder".to_owned()), Operator::GreaterOrEqual, 0.5);
        check("credit(a b) <= 0", Quantity::Credit("a b".to_owned()), Operator::LessOrEqual, 0.0);
        check("bad_lines > 3", Quantity::BadLines, Operator::Greater, 3.0);
    }

    #[test]
    fn what_is_no_rule_says_so() {
        for text in ["", "residual", "residual > x", "drift(coder) > 3", "share(coder > 1"] {
            assert!(FailRule::parse(text).unwrap_err().contains("--fail"), "{text}");
        }
    }
}

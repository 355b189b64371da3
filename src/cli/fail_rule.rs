//! `--fail` rules: one comparison that sets the exit code.

use super::RULE_HIT;
use crate::{app::Analysis, audit::Audit, credit, forensics, model::Episode};

/// A comparison of a quantity with a limit.
#[derive(Clone, Debug, PartialEq)]
struct Comparison<Q> {
    text: String,
    quantity: Q,
    operator: Operator,
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl<Q> Comparison<Q> {
    /// Parses `QUANTITY OPERATOR NUMBER`. `quantity` knows the names; `names` lists them for the message.
    fn parse(text: &str, names: &str, quantity: impl Fn(&str) -> Option<Q>) -> Result<Self, String> {
        let wrong = |what: &str, at: usize| {
            let column = text[..at].chars().count() + 1;
            format!(
                "--fail: {what} at column {column} of '{text}'; a rule is QUANTITY OPERATOR NUMBER with {names}, \
                 and <, <=, > or >="
            )
        };
        let at = text.find(['<', '>']).ok_or_else(|| wrong("no comparison", text.len()))?;
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
        let limit_at = text.len() - number.trim_start().len();
        let limit: f64 = number.trim().parse().map_err(|_| wrong("no number", limit_at))?;
        if !limit.is_finite() {
            return Err(wrong("a limit that no number passes", limit_at));
        }
        let quantity = quantity(name)
            .ok_or_else(|| wrong(&format!("no quantity '{name}'"), text.len() - text.trim_start().len()))?;
        Ok(Self { text: text.to_owned(), quantity, operator, limit })
    }

    fn holds(&self, value: f64) -> bool {
        match self.operator {
            Operator::Less => value < self.limit,
            Operator::LessOrEqual => value <= self.limit,
            Operator::Greater => value > self.limit,
            Operator::GreaterOrEqual => value >= self.limit,
        }
    }
}

/// A comparison of the number of matches of a search with a limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SearchRule(Comparison<()>);

impl SearchRule {
    /// Parses `matches OPERATOR NUMBER`.
    ///
    /// # Errors
    /// A sentence that says what a rule looks like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Comparison::parse(text, "matches", |name| (name == "matches").then_some(())).map(Self)
    }

    /// Whether the rule holds; the line that says so.
    pub(super) fn hit(&self, matches: u64) -> Option<String> {
        self.0.holds(matches as f64).then(|| format!("FAIL {}   it is {matches}", self.0.text))
    }
}

/// A comparison of one number of a report with a limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FailRule(Comparison<Quantity>);

#[derive(Clone, Debug, PartialEq)]
enum Quantity {
    /// |sum - contract|
    Residual,
    Reward,
    BadLines,
    Credit(String),
    Share(String),
}

impl FailRule {
    /// Parses `QUANTITY OPERATOR NUMBER`; quantities are `residual`, `reward`, `bad_lines`, `credit(AGENT)`
    /// and `share(AGENT)`.
    ///
    /// # Errors
    /// A sentence that says what a rule looks like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let names = "residual, reward, bad_lines, credit(AGENT) or share(AGENT)";
        Comparison::parse(text, names, |name| {
            let of = name.split_once('(').and_then(|(word, rest)| Some((word, rest.strip_suffix(')')?)));
            Some(match (name, of) {
                ("residual", _) => Quantity::Residual,
                ("reward", _) => Quantity::Reward,
                ("bad_lines", _) => Quantity::BadLines,
                (_, Some(("credit", agent))) => Quantity::Credit(agent.to_owned()),
                (_, Some(("share", agent))) => Quantity::Share(agent.to_owned()),
                _ => return None,
            })
        })
        .map(Self)
    }

    /// Whether it needs every line of the log read in full.
    pub(super) fn is_about_lines(&self) -> bool {
        matches!(self.0.quantity, Quantity::BadLines)
    }

    fn value(&self, episode: &Episode, analysis: &Analysis, bad_lines: u64) -> Option<f64> {
        let credit = analysis.credit.as_ref().ok();
        let agent = |name: &str| {
            let at = episode.agents.iter().position(|it| it.name == name)?;
            Some(crate::model::AgentId::from_index(at))
        };
        match &self.0.quantity {
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

/// What a rule says of the episodes it was asked about.
pub(super) struct RuleVerdict<'a> {
    rule: &'a FailRule,
    lines: Vec<String>,
    /// Whether any episode had a value, and the agent if the rule is about one.
    has_value: bool,
    has_agent: bool,
}

impl<'a> RuleVerdict<'a> {
    /// Asked about none yet.
    pub(super) fn of(rule: &'a FailRule) -> Self {
        Self { rule, lines: Vec::new(), has_value: false, has_agent: false }
    }

    /// Asks about an episode.
    pub(super) fn look_at(&mut self, episode: &Episode, analysis: &Analysis, bad_lines: u64) {
        let Comparison { quantity, text, .. } = &self.rule.0;
        if let Quantity::Credit(agent) | Quantity::Share(agent) = quantity {
            self.has_agent |= episode.agents.iter().any(|it| it.name == *agent);
        }
        let Some(value) = self.rule.value(episode, analysis, bad_lines) else { return };
        self.has_value = true;
        if self.rule.0.holds(value) {
            self.lines.push(format!("FAIL {text}   it is {value} in episode {}", episode.name));
        }
    }

    /// A line for each episode in which it holds.
    ///
    /// # Errors
    /// When it can never hold: no episode has the agent or the quantity.
    pub(super) fn lines(&self) -> anyhow::Result<&[String]> {
        let Comparison { quantity, text, .. } = &self.rule.0;
        if self.has_value {
            return Ok(&self.lines);
        }
        match quantity {
            Quantity::Credit(agent) | Quantity::Share(agent) if !self.has_agent => {
                let column = text.find('(').map_or(0, |it| text[..=it].chars().count()) + 1;
                anyhow::bail!(
                    "--fail '{text}' can never hold: no episode has an agent '{}' (column {column})",
                    crate::text::clean(agent)
                )
            }
            _ => anyhow::bail!("--fail '{text}' can never hold: no episode has that quantity (column 1)"),
        }
    }
}

/// A comparison of one kind of number of an audit with a limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AuditRule(Comparison<Audited>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Audited {
    /// |sum - total| of declared credit
    Residual,
    /// |declared - recomputed|
    WorstRecomputed,
    Fidelity,
    Variance,
    Influence,
    /// Declared advantages that are not the right ones
    Forensics,
    /// Those of them that are wrong in their sign
    WrongSigns,
    Findings,
    BadLines,
}

impl AuditRule {
    /// Parses `QUANTITY OPERATOR NUMBER`; quantities are `residual` and `worst_recomputed` (the largest of
    /// all declared credit), `fidelity`, `variance` and `influence` (of any replayed agent), `forensics` and `wrong_signs`
    /// (declared advantages that are not the right ones, and those of the wrong sign), `findings`, `bad_lines`.
    /// `forensics != expected` is `forensics > 0`.
    ///
    /// # Errors
    /// A sentence that says what a rule looks like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let names = "residual, worst_recomputed, fidelity, variance, influence, forensics, wrong_signs, findings or bad_lines";
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = if words == ["forensics", "!=", "expected"] { "forensics > 0" } else { text };
        Comparison::parse(text, names, |name| {
            Some(match name {
                "residual" => Audited::Residual,
                "worst_recomputed" => Audited::WorstRecomputed,
                "fidelity" => Audited::Fidelity,
                "variance" => Audited::Variance,
                "influence" => Audited::Influence,
                "forensics" => Audited::Forensics,
                "wrong_signs" => Audited::WrongSigns,
                "findings" => Audited::Findings,
                "bad_lines" => Audited::BadLines,
                _ => return None,
            })
        })
        .map(Self)
    }

    /// The line that says so if the rule holds.
    ///
    /// # Errors
    /// When it can never hold: the audit has no such number.
    pub(super) fn hit(
        &self,
        audit: &Audit,
        forensics: &[forensics::Report],
        bad_lines: u64,
    ) -> anyhow::Result<Option<String>> {
        let text = &self.0.text;
        let values = self.values(audit, forensics, bad_lines);
        if values.is_empty() {
            anyhow::bail!("--fail '{text}' can never hold: the audit has no such number (column 1)");
        }
        let held = values.into_iter().find(|it| self.0.holds(it.0));
        Ok(held.map(|(value, whose)| format!("FAIL {text}   it is {value}{whose}")))
    }

    fn values(&self, audit: &Audit, forensics: &[forensics::Report], bad_lines: u64) -> Vec<(f64, String)> {
        let one = |value: Option<f64>| value.map(|it| (it, String::new())).into_iter().collect();
        let of_sections = |value: fn(&crate::audit::Section) -> Option<f64>| {
            let whose = |agent: &Option<String>| match agent {
                Some(agent) => format!(" for {}", crate::text::clean(agent)),
                None => " for all replay groups".to_owned(),
            };
            let values = audit.sections.iter().filter_map(|it| Some((value(it)?, whose(&it.agent))));
            values.collect::<Vec<_>>()
        };
        match self.0.quantity {
            Audited::Residual => one(audit.worst_residual()),
            Audited::WorstRecomputed => one(audit.worst_recomputed()),
            Audited::Fidelity => of_sections(crate::audit::Section::fidelity),
            Audited::Variance => of_sections(crate::audit::Section::variance),
            Audited::Influence => of_sections(crate::audit::Section::influence),
            Audited::Forensics | Audited::WrongSigns => {
                let is_signs = self.0.quantity == Audited::WrongSigns;
                let off = |it: &forensics::Report| {
                    let (wrong, lost, pushed) = it.right.counts();
                    if is_signs { wrong + lost + pushed } else { it.right.off }
                };
                let whose = |it: &forensics::Report| format!(" of {}", crate::text::clean(&it.algorithm));
                forensics.iter().map(|it| (off(it) as f64, whose(it))).collect()
            }
            Audited::Findings => one(Some(audit.findings.len() as f64)),
            Audited::BadLines => one(Some(bad_lines as f64)),
        }
    }
}

/// A comparison of a difference between two episodes with a limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DiffRule(Comparison<Differs>);

/// What differs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Differs {
    /// B - A
    Reward,
    /// B - A of an agent
    Credit(String),
    /// Rows of acts that are not the same
    Acts,
}

impl DiffRule {
    /// Parses `QUANTITY OPERATOR NUMBER`; quantities are `reward` and `credit(AGENT)` (both B - A), and `acts` (rows that
    /// are not the same).
    ///
    /// # Errors
    /// A sentence that says what a rule looks like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Comparison::parse(text, "reward, credit(AGENT) or acts", |name| {
            let of = name.strip_prefix("credit(").and_then(|it| it.strip_suffix(')'));
            Some(match (name, of) {
                ("reward", _) => Differs::Reward,
                ("acts", _) => Differs::Acts,
                (_, Some(agent)) => Differs::Credit(agent.to_owned()),
                _ => return None,
            })
        })
        .map(Self)
    }

    /// Says on stderr which rules hold, and gives the exit code.
    ///
    /// # Errors
    /// When one can never hold: there is no such difference.
    pub(super) fn code(rules: &[Self], value: impl Fn(&Differs) -> Option<f64>) -> anyhow::Result<u8> {
        let mut code = 0;
        for rule in rules {
            if let Some(line) = rule.hit(&value)? {
                eprintln!("{line}");
                code = RULE_HIT;
            }
        }
        Ok(code)
    }

    /// The line that says so if the rule holds.
    fn hit(&self, value: impl Fn(&Differs) -> Option<f64>) -> anyhow::Result<Option<String>> {
        let text = &self.0.text;
        let value = value(&self.0.quantity);
        let value = value.ok_or_else(|| {
            anyhow::anyhow!("--fail '{text}' can never hold: there is no such difference (column 1)")
        })?;
        Ok(self.0.holds(value).then(|| format!("FAIL {text}   it is {value}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, quantity: Quantity, operator: Operator, limit: f64) {
        let rule = FailRule::parse(text).unwrap().0;
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
    fn audit_rules() {
        let check = |text: &str, quantity: Audited, operator: Operator, limit: f64| {
            let rule = AuditRule::parse(text).unwrap().0;
            assert_eq!((rule.quantity, rule.operator, rule.limit), (quantity, operator, limit));
        };
        check("residual > 0.05", Audited::Residual, Operator::Greater, 0.05);
        check("worst_recomputed >= 1e-6", Audited::WorstRecomputed, Operator::GreaterOrEqual, 1e-6);
        check("fidelity < 0.8", Audited::Fidelity, Operator::Less, 0.8);
        check("variance<=0", Audited::Variance, Operator::LessOrEqual, 0.0);
        check("influence > 1", Audited::Influence, Operator::Greater, 1.0);
        check("findings > 0", Audited::Findings, Operator::Greater, 0.0);
        check("bad_lines > 0", Audited::BadLines, Operator::Greater, 0.0);
    }

    #[test]
    fn rules_of_differences() {
        let check = |text: &str, quantity: Differs, limit: f64| {
            let rule = DiffRule::parse(text).unwrap().0;
            assert_eq!((rule.quantity, rule.limit), (quantity, limit));
        };
        check("reward < -.1", Differs::Reward, -0.1);
        check("credit(a b) <= 0", Differs::Credit("a b".to_owned()), 0.0);
        check("acts > 0", Differs::Acts, 0.0);
        assert!(DiffRule::parse("share(a) > 0").unwrap_err().contains("no quantity 'share(a)'"));
    }

    #[test]
    fn what_is_no_rule_says_so() {
        for text in ["", "residual", "residual > x", "drift(coder) > 3", "share(coder > 1"] {
            assert!(FailRule::parse(text).unwrap_err().contains("--fail"), "{text}");
            if !text.starts_with("share") {
                assert!(AuditRule::parse(text).unwrap_err().contains("--fail"), "{text}");
            }
        }
        assert!(AuditRule::parse("share(coder) > 1").unwrap_err().contains("no quantity 'share(coder)'"));
    }
}

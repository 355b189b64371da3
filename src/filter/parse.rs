//! The grammar of filters; [`crate::filter`] shows it.

use std::sync::Arc;

use super::{Bounds, Filter, Test, Words};
use crate::search::Pattern;

/// The fields, in the order of the help.
pub const FIELDS: [&str; 6] = ["agent", "type", "kind", "status", "reward", "text"];

/// The filter that needs no value: acts in which something went wrong.
pub const ERROR: &str = "error";

/// The operators between field and value, the longer ones first.
pub const OPERATORS: [&str; 6] = ["!=", "<=", ">=", "=", "<", ">"];

/// Why a text is not a filter: what is wrong and what would be right, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It begins with no known field.
    #[error("'{0}' is no field: agent= type= kind= status= reward< text= error or /regex/")]
    Field(String),
    /// Nothing says how to compare.
    #[error("what about {0}? {0}= and a value")]
    Operator(String),
    /// Only rewards are more or less.
    #[error("{0} has no '{1}': {0}= or {0}!=")]
    Order(String, &'static str),
    /// There is no value.
    #[error("{0}{1} what?")]
    Value(String, &'static str),
    /// A reward compared with something other than a number.
    #[error("'{0}' is no number and no range such as -1..0.5")]
    Number(String),
    /// It is not a regular expression.
    #[error("{0}")]
    Pattern(#[from] crate::search::PatternError),
}

impl Filter {
    /// Reads one filter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let text = text.trim();
        let (negated, rest) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        if let Some(pattern) = rest.strip_prefix('/') {
            // The second slash is as optional as in a search; a slash after a backslash is part of the text.
            let pattern = pattern.strip_suffix('/').filter(|it| !it.ends_with('\\')).unwrap_or(pattern);
            return Ok(Self { text: text.to_owned(), negated, test: pattern_test(pattern, "/")? });
        }
        let end = rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (field, rest) = rest.split_at(end);
        if (field, rest.trim()) == (ERROR, "") {
            return Ok(Self { text: text.to_owned(), negated, test: Test::Error });
        }
        if !FIELDS.contains(&field) {
            return Err(FilterError::Field(if field.is_empty() { rest } else { field }.to_owned()));
        }
        let rest = rest.trim_start();
        let operator = OPERATORS.into_iter().find(|it| rest.starts_with(it));
        let operator = operator.ok_or_else(|| FilterError::Operator(field.to_owned()))?;
        let value = rest[operator.len()..].trim();
        let test = if field == "reward" { reward(operator, value)? } else { words(field, operator, value)? };
        Ok(Self { text: text.to_owned(), negated: negated != (operator == "!="), test })
    }
}

fn pattern_test(pattern: &str, field: &'static str) -> Result<Test, FilterError> {
    if pattern.is_empty() {
        return Err(FilterError::Value(field.to_owned(), ""));
    }
    Ok(Test::Text(Arc::new(Pattern::new(pattern)?)))
}

fn words(field: &str, operator: &'static str, value: &str) -> Result<Test, FilterError> {
    if !matches!(operator, "=" | "!=") {
        return Err(FilterError::Order(field.to_owned(), operator));
    }
    if field == "text" {
        return pattern_test(value, "text=");
    }
    let words = Words::parse(value).ok_or_else(|| FilterError::Value(field.to_owned(), operator))?;
    Ok(match field {
        "agent" => Test::Agent(words),
        "type" => Test::Type(words),
        "kind" => Test::Kind(words),
        _ => Test::Status(words.map(status)),
    })
}

/// The word for a status that logs write in several ways.
fn status(word: String) -> String {
    match word.to_ascii_lowercase().as_str() {
        "fail" | "failed" => "failure".to_owned(),
        "ok" | "succeeded" | "solved" => "success".to_owned(),
        "timeout" => "truncated".to_owned(),
        "cancelled" => "aborted".to_owned(),
        _ => word,
    }
}

fn reward(operator: &'static str, value: &str) -> Result<Test, FilterError> {
    if value.is_empty() {
        return Err(FilterError::Value("reward".to_owned(), operator));
    }
    let wrong = || FilterError::Number(value.to_owned());
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|it| it.is_finite()).ok_or_else(wrong);
    let (least, most) = ((f64::NEG_INFINITY, true), (f64::INFINITY, true));
    let (low, high) = match operator {
        "<" => (least, (number(value)?, false)),
        "<=" => (least, (number(value)?, true)),
        ">" => ((number(value)?, false), most),
        ">=" => ((number(value)?, true), most),
        _ => match value.split_once("..") {
            Some((low, high)) => ((number(low)?, true), (number(high)?, true)),
            None => ((number(value)?, true), (number(value)?, true)),
        },
    };
    Ok(Test::Reward(Bounds { low, high }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, negated: bool, test: &Test) {
        let filter = Filter::parse(text).unwrap();
        assert_eq!((filter.text(), filter.negated, &filter.test), (text.trim(), negated, test), "{text}");
    }

    fn named(words: &str) -> Words {
        Words::parse(words).unwrap()
    }

    fn text(pattern: &str) -> Test {
        Test::Text(Arc::new(Pattern::new(pattern).unwrap()))
    }

    #[test]
    fn filters() {
        check("agent=coder", false, &Test::Agent(named("coder")));
        check(" !agent = coder,tester ", true, &Test::Agent(named("coder,tester")));
        check("agent!=coder", true, &Test::Agent(named("coder")));
        check("!agent!=coder", false, &Test::Agent(named("coder")));
        check("agent=a=b", false, &Test::Agent(named("a=b")));
        check(" error ", false, &Test::Error);
        check("!error", true, &Test::Error);
        check("type=reward", false, &Test::Type(named("reward")));
        check("kind=tool*", false, &Test::Kind(named("tool*")));
        check("status=Failed,open", false, &Test::Status(named("failure,open")));
        check("text=a|b", false, &text("a|b"));
        check("/a b/", false, &text("a b"));
        check("/a", false, &text("a"));
        check(r"/a\/", false, &text(r"a\/"));
        check("! /a/", true, &text("a"));
        let bounds = |low, high| Test::Reward(Bounds { low, high });
        check("reward<0.5", false, &bounds((f64::NEG_INFINITY, true), (0.5, false)));
        check("reward >= -1e3", false, &bounds((-1e3, true), (f64::INFINITY, true)));
        check("reward=-1..0.5", false, &bounds((-1.0, true), (0.5, true)));
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        assert_eq!(Filter::parse(text).unwrap_err().to_string(), expected, "{text}");
    }

    #[test]
    fn what_is_no_filter_says_what_would_be_one() {
        let fields = "agent= type= kind= status= reward< text= error or /regex/";
        check_error("", &format!("'' is no field: {fields}"));
        check_error("coder", &format!("'coder' is no field: {fields}"));
        check_error("=x", &format!("'=x' is no field: {fields}"));
        check_error("error=timeout", &format!("'error' is no field: {fields}"));
        check_error("agent", "what about agent? agent= and a value");
        check_error("agent=", "agent= what?");
        check_error("agent<x", "agent has no '<': agent= or agent!=");
        check_error("reward>", "reward> what?");
        check_error("reward=high", "'high' is no number and no range such as -1..0.5");
        check_error("reward=1..x", "'1..x' is no number and no range such as -1..0.5");
        check_error("reward<inf", "'inf' is no number and no range such as -1..0.5");
        check_error("/a(/", "unclosed group");
        check_error("/", "/ what?");
        check_error("text=", "text= what?");
    }
}

//! `[[rules]]`: what rings while a team trains. Reads them, and writes them so that all else of the file stays as it is.

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::place::{Problem, entries};
use crate::{
    app::rules::{Does, RuleChoice},
    rules::Rule,
};

/// What a hit can do.
const DOES: &str = "mark, bell, hold";

/// All rules. One that cannot be read is told, and stays, so that it can be mended.
pub(super) fn read(text: &str, item: &Item, bell: bool, problems: &mut Vec<Problem>) -> Vec<RuleChoice> {
    let tables: Vec<&dyn TableLike> = match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|it| it as &dyn TableLike).collect(),
        Item::Value(Value::Array(array)) => {
            array.iter().filter_map(|it| it.as_inline_table()).map(|it| it as &dyn TableLike).collect()
        }
        _ => {
            problems.push(Problem::at(
                text,
                item.span(),
                "rules are tables: [[rules]], and below it rule = \"errors > 3\"",
            ));
            return Vec::new();
        }
    };
    tables.into_iter().filter_map(|it| one(text, it, bell, problems)).collect()
}

fn one(text: &str, table: &dyn TableLike, bell: bool, problems: &mut Vec<Problem>) -> Option<RuleChoice> {
    let mut choice = RuleChoice { text: String::new(), on: true, does: Does { bell, hold: false } };
    let mut place = None;
    for (name, at, item) in entries(table) {
        place = place.or(at.clone());
        let mut wrong = |message: String| problems.push(Problem::at(text, item.span(), message));
        match (name, item.as_value()) {
            ("rule", Some(Value::String(rule))) => {
                choice.text.clone_from(rule.value());
                if let Err(why) = Rule::parse(rule.value()) {
                    wrong(format!("'{}' is no rule: {why}", rule.value()));
                }
            }
            ("rule", _) => wrong("'rule' is a text in quotes, such as \"errors > 3\"".to_owned()),
            ("on", Some(Value::Boolean(on))) => choice.on = *on.value(),
            ("on", _) => wrong("'on' is true or false".to_owned()),
            ("does", Some(Value::Array(words))) => match does(words) {
                Ok(does) => choice.does = does,
                Err(message) => wrong(message),
            },
            ("does", _) => wrong(format!("'does' is a list of {DOES}: [\"bell\", \"hold\"]")),
            _ => problems.push(Problem::at(
                text,
                at,
                format!("no setting '{name}' of a rule: one of rule, on, does"),
            )),
        }
    }
    if choice.text.is_empty() {
        if table.get("rule").is_none() {
            problems.push(Problem::at(text, place, "a rule without its text: rule = \"errors > 3\""));
        }
        return None;
    }
    Some(choice)
}

fn does(words: &Array) -> Result<Does, String> {
    let mut does = Does::default();
    for word in words {
        match word.as_str() {
            Some("mark") => {}
            Some("bell") => does.bell = true,
            Some("hold") => does.hold = true,
            _ => return Err(format!("a hit does one of {DOES}")),
        }
    }
    Ok(does)
}

/// The file with these rules instead of its own. Comments and everything else stay; a rule whose text stays keeps its place's
/// comments.
///
/// # Errors
/// When the text is no TOML: nobody's slip is to be written over.
pub(super) fn written(text: &str, rules: &[RuleChoice]) -> Result<String, Problem> {
    let mut document: DocumentMut = text.parse().map_err(|why: toml_edit::TomlError| {
        Problem::at(text, why.span(), why.message().trim().replace('\n', "; "))
    })?;
    let before: Vec<Table> = match document.get("rules") {
        Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().collect(),
        _ => Vec::new(),
    };
    let mut tables = ArrayOfTables::new();
    for rule in rules {
        let known = before.iter().find(|it| it.get("rule").and_then(Item::as_str) == Some(&rule.text));
        let mut table = known.cloned().unwrap_or_default();
        set(&mut table, "rule", rule.text.as_str().into());
        set(&mut table, "on", rule.on.into());
        set(&mut table, "does", Value::Array(rule.does.words().into_iter().collect()));
        tables.push(table);
    }
    if tables.is_empty() {
        document.remove("rules");
    } else {
        document.insert("rules", Item::ArrayOfTables(tables));
    }
    Ok(document.to_string())
}

/// Sets a value and leaves what stands around it.
fn set(table: &mut Table, key: &str, value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(known) => {
            let decor = known.decor().clone();
            *known = value;
            *known.decor_mut() = decor;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

//! Reads the file. A line that is no TOML is taken out and the rest read again, so that one slip costs itself.

use toml_edit::{Document, Item, Value};

use super::{
    Config, keys, maps,
    place::{Problem, entries, origin},
    rules,
    settings::{Chosen, Row, SETTINGS, Setting, Takes},
};

/// Lines that are taken out before the rest is given up.
const MOST_BROKEN: usize = 50;

/// What a file with this text says.
pub(super) fn read(text: &str) -> Config {
    let mut problems = Vec::new();
    let document = parse(text, &mut problems);
    let mut chosen: Vec<Chosen> = SETTINGS.iter().map(Chosen::default_of).collect();
    let (mut wishes, mut named_maps) = (Vec::new(), Vec::new());
    for (name, key, item) in entries(document.as_table()) {
        let wrong = |message: String| Problem::at(text, key.clone(), message);
        match name {
            "keys" => match item.as_table_like() {
                Some(table) => wishes = keys::read(text, table, &mut problems),
                None => {
                    problems.push(wrong("'keys' is a table: [keys], and below it what-if = \"x\"".to_owned()))
                }
            },
            "formats" => match item.as_table_like() {
                Some(table) => named_maps = maps::read(text, table, &mut problems),
                None => problems.push(wrong(
                    "'formats' is a table: [formats.NAME], and below it map = \"reward=.score\"".to_owned(),
                )),
            },
            // After the settings: one of them says what a hit does.
            "rules" => {}
            _ => match SETTINGS.iter().position(|it| it.name == name) {
                Some(at) => match word(&SETTINGS[at], item) {
                    Ok(word) => {
                        chosen[at] =
                            Chosen { word, origin: origin(text, key.as_ref().map_or(0, |it| it.start)) }
                    }
                    Err(message) => problems.push(Problem::at(text, item.span(), message)),
                },
                None => {
                    let known: Vec<&str> =
                        SETTINGS.iter().map(|it| it.name).chain(["keys", "formats", "rules"]).collect();
                    problems.push(wrong(format!("no setting '{name}': one of {}", known.join(", "))));
                }
            },
        }
    }
    let bell = chosen[Setting::Bell as usize].word == "true";
    let of_runs = document.get("rules");
    let rules = of_runs.map(|it| rules::read(text, it, bell, &mut problems)).unwrap_or_default();
    let bindings = keys::bindings(text, &mut wishes, &mut problems);
    let wishes = wishes.into_iter().map(|it| (it.action, it.keys, origin(text, it.at))).collect();
    problems.sort_by_key(|it| (it.line, it.column));
    Config { chosen, wishes, bindings, maps: named_maps, rules, problems }
}

/// The document without the lines that cannot be read.
fn parse(text: &str, problems: &mut Vec<Problem>) -> Document<String> {
    let mut rest = text.to_owned();
    for _ in 0..MOST_BROKEN {
        let error = match Document::parse(rest.clone()) {
            Ok(document) => return document,
            Err(error) => error,
        };
        let at = error.span().map_or(0, |it| it.start).min(rest.len());
        problems.push(Problem::at(&rest, Some(at..at), error.message().trim().replace('\n', "; ")));
        if !blank_line(&mut rest, at) {
            break;
        }
    }
    Document::parse(String::new()).expect("an empty text is TOML")
}

/// Puts blanks in place of the line around this byte, or of the last one before it that is not blank; every other line stays
/// where it is. `false`: there is nothing left.
fn blank_line(text: &mut String, at: usize) -> bool {
    let mut end = text[at..].find('\n').map_or(text.len(), |it| at + it);
    loop {
        let start = text[..end].rfind('\n').map_or(0, |it| it + 1);
        if !text[start..end].trim().is_empty() {
            text.replace_range(start..end, &" ".repeat(end - start));
            return true;
        }
        if start == 0 {
            return false;
        }
        end = start - 1;
    }
}

/// The word of a setting.
fn word(row: &Row, item: &Item) -> Result<String, String> {
    match (row.takes, item.as_value()) {
        (Takes::Switch, Some(Value::Boolean(value))) => Ok(value.value().to_string()),
        (Takes::Switch, _) => Err(format!("'{}' is true or false", row.name)),
        (Takes::Word(holds, words), Some(Value::String(value))) => match holds(value.value()) {
            true => Ok(value.value().clone()),
            false => Err(format!("'{}' is no {}: {words}", value.value(), row.name)),
        },
        (Takes::Word(_, words), _) => Err(format!("'{}' is a text in quotes: {words}", row.name)),
    }
}

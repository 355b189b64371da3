//! All that is in force, as a file of the same form.

use super::{
    Config,
    settings::{Origin, SETTINGS, Takes},
};
use crate::text::{clean, pad};

/// Columns before the origin of a value.
const VALUES: usize = 40;

/// Each value with its origin behind it. `file`: the name of the file that was read.
pub(super) fn shown(config: &Config, file: &str) -> String {
    let mut out = String::new();
    let mut line = |text: String, origin: String| out += &format!("{} # {origin}\n", pad(&text, VALUES));
    for (row, chosen) in SETTINGS.iter().zip(&config.chosen) {
        let value =
            if matches!(row.takes, Takes::Switch) { chosen.word.clone() } else { quoted(&chosen.word) };
        let origin = match chosen.origin {
            Origin::Flag => row.flag.to_owned(),
            other => words(other, file),
        };
        line(format!("{} = {value}", row.name), origin);
    }
    out += "\n[keys]\n";
    let mut line = |text: String, origin: String| out += &format!("{} # {origin}\n", pad(&text, VALUES));
    for row in config.bindings() {
        let keys: Vec<String> = row.keys.iter().map(|it| quoted(&it.name())).collect();
        let origin = config.wishes.iter().find(|it| it.0 == row.action).map_or(Origin::Default, |it| it.2);
        line(format!("{} = [{}]", row.action.name(), keys.join(", ")), words(origin, file));
    }
    for rule in &config.rules {
        let does: Vec<String> = rule.does.words().into_iter().map(quoted).collect();
        let (text, does) = (quoted(&rule.text), does.join(", "));
        out += &format!("\n[[rules]] # {}\nrule = {text}\non = {}\ndoes = [{does}]\n", clean(file), rule.on);
    }
    for (name, map, origin) in &config.maps {
        let name = if name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it)) {
            name.clone()
        } else {
            quoted(name)
        };
        out +=
            &format!("\n[formats.{name}]\nmap = {} # {}\n", quoted(&map.to_string()), words(*origin, file));
    }
    out
}

fn words(origin: Origin, file: &str) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File(line) => format!("{}:{line}", clean(file)),
        Origin::Flag => "command line".to_owned(),
    }
}

/// A text in quotes, as TOML has it.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_owned()
}

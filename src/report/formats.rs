//! The table of formats as `creditscope formats` prints it, also for the README.
//!
//! Everything said here stands in a row of [`crate::import::FORMATS`]; there is no other list of formats.
//!
//! JSON: `{"format": 1, "formats": [{name, title, reads, about}]}`; `reads` is `lines` or `document`.

use serde_json::{Value as Json, json};

use super::document::{Column, Document, Section, Table};
use super::{markdown, text};
use crate::import::{FORMATS, Format};

/// `formats` for people.
pub fn formats_text() -> String {
    let mut section = Section::new("");
    section.text(
        "The content of a file decides what it is. `--log-format NAME` reads it as NAME, whatever it looks like.",
    );
    for it in FORMATS {
        section.field(it.name, format!("{}: {}", it.reader.reads(), it.about));
    }
    text::render(&Document { title: "Formats of logs".to_owned(), sections: vec![section] })
}

/// `formats` as a table of GitHub, and nothing else.
pub fn formats_markdown() -> String {
    let mut table = Table::new(&["name", "reads", "what it is"].map(Column::words));
    for it in FORMATS {
        table.rows.push(vec![format!("`{}`", it.name), it.reader.reads().to_owned(), it.about.to_owned()]);
    }
    let mut out = String::new();
    markdown::render_table(&table, &mut out);
    out
}

/// `formats` for programs, ended by a line end.
pub fn formats_json() -> String {
    let one = |it: &&Format| -> Json {
        json!({ "name": it.name, "title": it.title, "reads": it.reader.reads(), "about": it.about })
    };
    let out = json!({ "format": 1, "formats": FORMATS.iter().map(one).collect::<Vec<_>>() });
    format!("{out:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_table_of_formats() {
        let readme = include_str!("../../README.md");
        let begin = "<!-- creditscope formats --format markdown -->\n";
        let table = readme.split_once(begin).and_then(|it| it.1.split_once("\n\n"));
        let table = table.expect("the README has the mark, a table and an empty line behind it").0;
        assert!(
            table.trim_end() == formats_markdown().trim_end(),
            "the table of formats in README.md is old: replace it by what `creditscope formats --format markdown` prints"
        );
    }

    #[test]
    fn every_format_is_in_every_output() {
        let json: Json = serde_json::from_str(&formats_json()).unwrap();
        let text = formats_text();
        for (at, it) in FORMATS.iter().enumerate() {
            assert_eq!(json["formats"][at]["name"], it.name);
            assert_eq!(json["formats"][at]["reads"], it.reader.reads());
            let row = text.lines().find(|line| line.trim_start().starts_with(&format!("{} ", it.name)));
            assert!(row.is_some_and(|row| row.contains(it.reader.reads())), "{text}");
        }
    }
}

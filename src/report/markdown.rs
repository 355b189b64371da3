//! A report as Markdown, with the tables of GitHub.

use super::{
    MatchFormat, Output, Printed, Report,
    content::content,
    document::{Block, Document, Table},
};

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "markdown",
    about: "For issues and notebooks",
    has_study: true,
    explains_named: false,
    matches: Some(MatchFormat::Markdown),
    print: |report| Printed::Text(markdown(report)),
};

/// `report` as Markdown, ended by a line end.
pub fn markdown(report: &Report<'_>) -> String {
    render(&content(report))
}

pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n", escaped(&document.title));
    for section in &document.sections {
        if !section.title.is_empty() {
            out += &format!("\n## {}\n", escaped(&section.title));
        }
        for block in &section.blocks {
            out.push('\n');
            match block {
                Block::Text(text) => out += &format!("{}\n", escaped(text)),
                Block::Fields(fields) => {
                    for (name, value) in fields {
                        out += &format!("- **{name}**: {}\n", escaped(value));
                    }
                }
                Block::Table(table) => render_table(table, &mut out),
                Block::Lines(lines) => {
                    let fence = fence(lines);
                    out += &format!("{fence}diff\n{}\n{fence}\n", lines.join("\n"));
                }
                Block::List(items) => {
                    for item in items {
                        out += &format!("- {}\n", escaped(item));
                    }
                }
            }
        }
    }
    out
}

/// Backticks around lines, more than stand in any of them.
fn fence(lines: &[String]) -> String {
    let longest = |it: &String| it.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(lines.iter().map(longest).max().unwrap_or(0).max(2) + 1)
}

pub(super) fn render_table(table: &Table, out: &mut String) {
    let titles: Vec<String> = table.columns.iter().map(|it| escaped(&it.title)).collect();
    let rules: Vec<&str> = table.columns.iter().map(|it| if it.number { "---:" } else { "---" }).collect();
    *out += &format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|it| escaped(it)).collect();
        *out += &format!("| {} |\n", cells.join(" | "));
    }
}

/// Text that Markdown shows unchanged; code in `backticks` stays code.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let (before, from) = rest.split_at(start);
        let code = from[1..].find('`').map(|end| &from[..end + 2]);
        // A pipe would end the cell of a table even inside code.
        let Some(code) = code.filter(|it| it.len() > 2 && !it.contains('|')) else { break };
        escape_plain(before, &mut out);
        out.push_str(code);
        rest = &from[code.len()..];
    }
    escape_plain(rest, &mut out);
    out
}

/// An empty comment between the parts of what a renderer would make a link of: `@name` calls somebody on GitHub, and a
/// bare address may lead anywhere.
const NO_LINK: &str = "<!-- -->";

fn escape_plain(text: &str, out: &mut String) {
    for (at, letter) in text.char_indices() {
        let rest = &text[at + letter.len_utf8()..];
        let calls = letter == '@' && rest.starts_with(char::is_alphanumeric);
        let leads = letter == ':' && rest.starts_with("//") || letter == '.' && text[..at].ends_with("www");
        if calls {
            *out += &format!("@{NO_LINK}");
            continue;
        }
        if leads {
            *out += &format!("{NO_LINK}{letter}");
            continue;
        }
        // Every ASCII punctuation mark may be escaped; these are the ones that may mean something within a
        // line.
        if "\\`*_[]<>|#~&$!".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{Column, Section};

    #[test]
    fn log_text_is_not_markup() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("a_b *c* <img src=x> [x](y)", r"a\_b \*c\* \<img src=x\> \[x\](y)");
        check("log a `reward` record", "log a `reward` record");
        check("a ` b | c", r"a \` b \| c");
        check("`a|b` c", r"\`a\|b\` c");
        check("-0.41 ?", "-0.41 ?");
        check("ask @ada, @ noon", r"ask @<!-- -->ada, @ noon");
        check("https://a.b and www.a.b: x", r"https<!-- -->://a.b and www<!-- -->.a.b: x");
    }

    #[test]
    fn tables_have_the_right_number_of_cells() {
        let mut table = Table::new(&[Column::words("agent"), Column::number("credit")]);
        table.rows.push(["a|b".to_owned(), "-0.5".to_owned()].into());
        let section = Section { title: "Part".to_owned(), blocks: vec![Block::Table(table)] };
        let text = render(&Document { title: "T".to_owned(), sections: vec![section] });
        assert_eq!(text, "# T\n\n## Part\n\n| agent | credit |\n| --- | ---: |\n| a\\|b | -0.5 |\n");
    }
}

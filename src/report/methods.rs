//! The table of methods, printed: `creditscope methods`, and with it `docs/METHODS.md`.
//!
//! Everything said here stands in a row of [`crate::credit::methods`]; there is no other list of methods.
//!
//! JSON: `{"format": 1, "data": [{code, what}], "methods": [{name, title, family, divides, needs[], baselines[
//! {name, title, formula, source, needs[]}], params[{name, default, min, max, step, switch, what, applies}],
//! formula, source, caveats[], variant_of, aliases[{name, baseline}]}]}`. A `default` of null: from the log.

use serde_json::{Value as Json, json};

use super::document::{Block, Column, Document, Section, Table};
use super::{markdown, text};
use crate::credit::{Baseline, Method, Need, Param};

/// `methods` for people.
pub fn methods_text(methods: &[&Method]) -> String {
    text::render(&document(methods))
}

/// `methods` with the headings and tables of GitHub.
pub fn methods_markdown(methods: &[&Method]) -> String {
    markdown::render(&document(methods))
}

/// `methods` for programs, ended by a line end.
pub fn methods_json(methods: &[&Method]) -> String {
    let needed: Vec<Need> = Need::ALL.into_iter().filter(|it| is_needed(methods, *it)).collect();
    let data = needed.iter().map(|it| json!({ "code": it.code(), "what": it.sentence() }));
    let out = json!({
        "format": 1,
        "data": data.collect::<Vec<_>>(),
        "methods": methods.iter().map(|it| method_json(it)).collect::<Vec<_>>(),
    });
    format!("{out:#}\n")
}

fn method_json(method: &Method) -> Json {
    let baseline = |it: &Baseline| {
        json!({
            "name": it.name,
            "title": it.title,
            "formula": it.formula,
            "source": it.source,
            "needs": codes(it.needs),
        })
    };
    let param = |it: &Param| {
        json!({
            "name": it.name,
            "default": it.default,
            "min": it.min,
            "max": it.max,
            "step": it.step,
            "switch": it.is_switch(),
            "what": it.what,
            "applies": it.applies.words(),
        })
    };
    let alias = |it: &(&str, Option<&str>)| json!({ "name": it.0, "baseline": it.1 });
    json!({
        "name": method.name,
        "title": method.title,
        "family": method.family.title(),
        "divides": method.efficient,
        "needs": codes(method.needs),
        "baselines": method.baselines.iter().map(baseline).collect::<Vec<_>>(),
        "params": method.params.iter().map(param).collect::<Vec<_>>(),
        "formula": method.formula,
        "source": method.source,
        "caveats": method.caveats,
        "variant_of": method.variant_of,
        "aliases": method.aliases.iter().map(alias).collect::<Vec<_>>(),
    })
}

fn codes(needs: &[Need]) -> Vec<&'static str> {
    needs.iter().map(|it| it.code()).collect()
}

fn is_needed(methods: &[&Method], need: Need) -> bool {
    let by = |it: &&Method| {
        it.needs.contains(&need) || it.baselines.iter().any(|it: &Baseline| it.needs.contains(&need))
    };
    methods.iter().any(by)
}

fn document(methods: &[&Method]) -> Document {
    let mut sections = Vec::new();
    if methods.len() > 1 {
        sections.push(overview(methods));
    }
    sections.push(data(methods));
    sections.extend(methods.iter().map(|it| section(it)));
    Document { title: "Credit methods".to_owned(), sections }
}

fn overview(methods: &[&Method]) -> Section {
    let mut section = Section::new("");
    section.text(
        "What each method computes, from what, and what can be set. Names are those of `--method`, \
         `--baseline` and `--param`. A method that lacks data is unavailable, never zero. Printed by \
         `creditscope methods`.",
    );
    let columns = ["method", "title", "family", "needs", "divides R"].map(Column::words);
    let mut table = Table::new(&columns);
    for method in methods {
        let divides = if method.efficient { "yes" } else { "no" };
        table.rows.push(vec![
            method.name.to_owned(),
            method.title.to_owned(),
            method.family.title().to_owned(),
            codes(method.needs).join(" "),
            divides.to_owned(),
        ]);
    }
    section.blocks.push(Block::Table(table));
    section
}

/// What the codes of needs mean; only the codes that occur.
fn data(methods: &[&Method]) -> Section {
    let mut section = Section::new("data of an episode");
    for need in Need::ALL.into_iter().filter(|it| is_needed(methods, *it)) {
        section.field(need.code(), need.sentence());
    }
    section
}

fn section(method: &Method) -> Section {
    let mut section = Section::new(method.name);
    section.field("title", method.title);
    section.field("family", method.family.title());
    section.field("formula", code(method.formula));
    section.field("needs", codes(method.needs).join(" "));
    section.field("source", method.source);
    let divides =
        if method.efficient { "what is divided: sums are checked" } else { "nothing: it need not be R" };
    section.field("sum", divides);
    if let Some(root) = method.variant_of {
        section.field("variant of", format!("{root}: a sweep counts one of them"));
    }
    for caveat in method.caveats {
        section.field("caveat", *caveat);
    }
    if !method.aliases.is_empty() {
        let names: Vec<&str> = method.aliases.iter().map(|it| it.0).collect();
        section.field("logs call it", names.join(", "));
    }
    if !method.baselines.is_empty() {
        section.text("Baselines, the first unless another is named:");
    }
    for baseline in method.baselines {
        let needs = match baseline.needs {
            [] => String::new(),
            needs => format!("; needs {}", codes(needs).join(" ")),
        };
        let formula = code(baseline.formula);
        section.item(format!("{}: {}; {formula}; {}{needs}", baseline.name, baseline.title, baseline.source));
    }
    if !method.params.is_empty() {
        section.text("Parameters:");
    }
    for param in method.params {
        section.item(param_line(param));
    }
    section
}

/// `tau, 0 to 1000, default 0.5, with baseline tempered: temperature of the policy`.
fn param_line(param: &Param) -> String {
    let applies = match param.applies.words() {
        words if words.is_empty() => words,
        words => format!(", {words}"),
    };
    format!("{}, {}, default {}{applies}: {}", param.name, param.range(), param.default_words(), param.what)
}

fn code(formula: &str) -> String {
    format!("`{formula}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit;

    #[test]
    fn the_page_of_methods_is_that_of_the_table() {
        let all: Vec<&Method> = credit::methods().iter().collect();
        let page = include_str!("../../docs/METHODS.md");
        assert!(
            page == methods_markdown(&all),
            "docs/METHODS.md is old: creditscope methods --format markdown > docs/METHODS.md"
        );
    }

    #[test]
    fn nothing_of_a_row_is_left_out() {
        for method in credit::methods() {
            let (text, json) = (methods_text(&[method]), methods_json(&[method]));
            let on_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let json: Json = serde_json::from_str(&json).expect("it is JSON");
            let row = &json["methods"][0];
            assert_eq!(row["name"], method.name);
            let names =
                method.params.iter().map(|it| it.name).chain(method.baselines.iter().map(|it| it.name));
            let words = [method.title, method.formula, method.source].into_iter().chain(names);
            for word in words.chain(method.caveats.iter().copied()) {
                assert!(on_one_line.contains(word), "'{word}' of {} is not in {text}", method.name);
            }
            for need in method.needs.iter().chain(method.baselines.iter().flat_map(|it| it.needs)) {
                assert!(on_one_line.contains(need.sentence()), "{} of {}", need.code(), method.name);
            }
            assert_eq!(row["params"].as_array().expect("a list").len(), method.params.len());
            assert_eq!(row["baselines"].as_array().expect("a list").len(), method.baselines.len());
        }
    }
}

//! The page of words: what is read of it, and what typing leaves.

use std::collections::BTreeSet;

use super::*;

fn words(typed: &str) -> Vec<&'static str> {
    matching(typed).iter().map(|it| it.word.as_str()).collect()
}

#[test]
fn rows_are_read_and_nothing_else_is() {
    let page = "# Head\n\n* **act, acts**: one: or two\n* no word: x\n  * **deeper**: y\n";
    assert_eq!(parse(page), [Entry { word: "act, acts".to_owned(), meaning: "one: or two".to_owned() }]);
}

#[test]
fn every_row_of_the_page_is_a_word_in_order() {
    let page = include_str!("../../../assets/glossary.md");
    let rows: Vec<Entry> = parse(page);
    assert_eq!(rows.len(), page.lines().filter(|it| it.starts_with('*')).count(), "a row cannot be read");
    for pair in rows.windows(2) {
        let [before, after] = pair else { unreachable!("windows of two") };
        let [before, after] = [before, after].map(|it| it.forms().next().map(str::to_lowercase));
        assert!(before < after, "{after:?} after {before:?}");
    }
    for row in &rows {
        assert!(row.meaning.len() >= 15 && !row.meaning.ends_with('.'), "{}: {}", row.word, row.meaning);
        assert!(row.meaning.is_ascii() && row.word.is_ascii(), "{}: a terminal without Unicode", row.word);
    }
}

#[test]
fn each_word_once() {
    let mut seen = BTreeSet::new();
    for form in ENTRIES.iter().flat_map(Entry::forms) {
        assert!(seen.insert(form), "{form} stands twice");
    }
}

#[test]
fn every_method_is_a_word_with_its_formula() {
    for method in credit::methods() {
        let entry = ENTRIES.iter().find(|it| it.forms().any(|it| it == method.name)).unwrap();
        assert!(entry.meaning.contains(method.formula), "{}", method.name);
    }
}

#[test]
fn typing_narrows_by_word_first_and_then_by_meaning() {
    assert_eq!(words("").len(), ENTRIES.len());
    let acts = words("act");
    let split = acts.iter().position(|it| !it.contains("act")).unwrap();
    assert!(split > 0 && acts[split..].iter().all(|it| !it.contains("act")), "{acts:?}");
    assert_eq!(words("ACT"), acts, "letters of either case");
    assert_eq!(words("to blame act")[..1], ["act to blame"]);
    assert!(matching("to blame act").iter().all(|it| format!("{it:?}").contains("act")));
    assert!(words("zebra").is_empty());
}

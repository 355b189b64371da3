//! Which lines fit what is typed, and in which order.

use super::*;

fn entry(text: &str) -> Entry {
    Entry {
        command: Command::Search(text.to_owned()),
        text: text.to_owned(),
        kind: "key",
        about: String::new(),
        keys: String::new(),
    }
}

#[track_caller]
fn check(typed: &str, texts: &[&str], first: usize, expected: &[&str]) {
    let palette = Palette::of(texts.iter().map(|it| entry(it)).collect(), first, typed);
    let found: Vec<&str> = palette.found.iter().map(|it| it.entry.text.as_str()).collect();
    assert_eq!((found.as_slice(), palette.fitting), (expected, expected.len()), "{typed}");
    assert_eq!((palette.all, palette.row), (texts.len(), 0));
}

#[test]
fn the_letters_of_every_word_are_there_and_close_together_first() {
    let texts = ["export", "go to porter-call-13", "go to agent porter", "hold"];
    check("", &texts, 0, &texts);
    check("por", &texts, 0, &["go to porter-call-13", "go to agent porter", "export"]);
    check("porter 13", &texts, 0, &["go to porter-call-13"]);
    check("PORTER agent", &texts, 0, &["go to agent porter"]);
    check("zz", &texts, 0, &[]);
}

#[test]
fn what_was_typed_in_full_fits_always_and_first() {
    check("17", &["go to act 17 of 98", "hold 17"], 1, &["go to act 17 of 98", "hold 17"]);
    check("zz", &["search zz", "hold"], 1, &["search zz"]);
}

#[test]
fn matched_letters_are_told_by_character() {
    let palette = Palette::of(vec![entry("größer coder")], 0, "coder");
    assert_eq!(palette.found[0].matched, [7, 8, 9, 10, 11]);
}

//! Heads and what is left out; the sums are held in tests/corpus.

use std::path::Path;

use super::*;
use crate::import::{sniff, tests::Collected};

#[test]
fn heads_and_what_is_left_out() {
    let document = include_str!("../../../tests/data/formats/tau/tau2.json");
    let named = |head: &str| sniff(Path::new("x.json"), head.as_bytes()).ok().map(|it| it.name);
    assert_eq!(named(document), Some("tau2"));
    assert_eq!(named(&document[..150]), Some("tau2"));
    let read = |text: &str| Collected::of(|sink| Results.read(text.as_bytes(), "runs/a", sink));
    let messages: Vec<String> = read(document).problems.into_iter().map(|it| it.message).collect();
    assert_eq!(messages, ["simulation 1 has no `messages` (of voice there are only `ticks`)"]);
    assert_eq!(read("{\"simulations\": {}}").problems.len(), 1);
}

//! The target `parse` for `cargo fuzz`; its body is shared with `tests/corpus.rs`.
#![no_main]

#[path = "../../tests/corpus/parse.rs"]
mod parse;
#[path = "../../tests/corpus/safe.rs"]
mod safe;

libfuzzer_sys::fuzz_target!(|input: &[u8]| parse::run(input));

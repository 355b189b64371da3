//! The target `follow` for `cargo fuzz`; its body is shared with `tests/corpus.rs`.
#![no_main]

#[path = "../../tests/corpus/follow.rs"]
mod follow;
#[path = "../../tests/corpus/script.rs"]
mod script;

libfuzzer_sys::fuzz_target!(|input: &[u8]| follow::run(input));

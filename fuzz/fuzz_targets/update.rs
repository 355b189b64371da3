//! The target `update` for `cargo fuzz`; its body is shared with `tests/corpus.rs`.
#![no_main]

#[path = "../../tests/corpus/logs.rs"]
mod logs;
#[path = "../../tests/corpus/script.rs"]
mod script;
#[path = "../../tests/corpus/update.rs"]
mod update;

libfuzzer_sys::fuzz_target!(|input: &[u8]| update::run(input));

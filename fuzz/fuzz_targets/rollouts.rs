//! The target `rollouts` for `cargo fuzz`; its body is shared with `tests/corpus.rs`.
#![no_main]

#[path = "../../tests/corpus/import.rs"]
mod import;
#[path = "../../tests/corpus/safe.rs"]
mod safe;

libfuzzer_sys::fuzz_target!(|input: &[u8]| import::family("rollouts", input));

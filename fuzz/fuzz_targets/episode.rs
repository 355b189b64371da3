//! The target `episode` for `cargo fuzz`; its body is shared with `tests/corpus.rs`.
#![no_main]

#[path = "../../tests/corpus/episode.rs"]
mod episode;
#[path = "../../tests/corpus/logs.rs"]
mod logs;
#[path = "../../tests/corpus/safe.rs"]
mod safe;

libfuzzer_sys::fuzz_target!(|input: &[u8]| episode::run(input));

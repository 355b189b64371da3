//! Runs a target over its committed corpus and over seeded mutations of it.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::mutate::{Dice, mutated};

/// Inputs are no longer than this, bytes: what breaks on a long input breaks on a short one, and faster.
const LONGEST: usize = 8 << 10;

/// The committed inputs of a target, in order of their names.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|it| it.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 5, "{}: a corpus of {} files", folder.display(), paths.len());
    paths.into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

/// Replays the corpus, then `count` mutations of it, or more as `CREDITSCOPE_FUZZ_SECONDS` says. Keeps and
/// names an input that fails.
pub fn run(target: &str, body: fn(&[u8]), count: usize) {
    run_on(target, &corpus(target), body, count);
}

/// The same on inputs from elsewhere.
pub fn run_on(target: &str, corpus: &[(PathBuf, Vec<u8>)], body: fn(&[u8]), count: usize) {
    for (path, input) in corpus {
        attempt(target, body, input, &path.display().to_string());
    }
    let mut dice = Dice(0);
    for number in 0..count {
        mutation(target, body, corpus, &mut dice, number);
    }
    let Ok(seconds) = env::var("CREDITSCOPE_FUZZ_SECONDS") else { return };
    let seconds =
        Duration::from_secs(seconds.parse().expect("CREDITSCOPE_FUZZ_SECONDS is a number of seconds"));
    let seed = env::var("CREDITSCOPE_FUZZ_SEED").map_or(1, |it| it.parse().expect("the seed is a number"));
    let mut dice = Dice(seed);
    let (started, mut number, mut slowest) = (Instant::now(), 0, (Duration::ZERO, 0));
    while started.elapsed() < seconds {
        let before = Instant::now();
        mutation(target, body, corpus, &mut dice, number);
        slowest = slowest.max((before.elapsed(), number));
        number += 1;
    }
    println!(
        "{target}: seed {seed}, {number} inputs; the slowest, number {}, took {:?}",
        slowest.1, slowest.0
    );
}

fn mutation(target: &str, body: fn(&[u8]), corpus: &[(PathBuf, Vec<u8>)], dice: &mut Dice, number: usize) {
    let (_, input) = &corpus[dice.roll(corpus.len())];
    let (_, other) = &corpus[dice.roll(corpus.len())];
    attempt(target, body, &mutated(input, other, dice, LONGEST), &format!("mutation {number}"));
}

/// Runs `body`. Writes an input that fails to a file, so that one can look at it and commit it.
fn attempt(target: &str, body: fn(&[u8]), input: &[u8], name: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(input))) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}-failed"));
        fs::write(&path, input).unwrap();
        eprintln!("{target}: {name} fails; the input is in {}", path.display());
        resume_unwind(panic);
    }
}

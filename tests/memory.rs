//! Memory follows the log: the most that the program takes of logs that are wide in one way, at a tenth of the sizes
//! of `cargo bench --bench scale -- memory`.

#![allow(clippy::unwrap_used, reason = "a test")]
#![cfg(target_os = "linux")]

#[path = "../benches/generate.rs"]
mod generate;
#[path = "../benches/wide.rs"]
mod wide;

use std::{
    fs::File,
    io::{BufWriter, Write},
    process::Command,
};

#[test]
fn nothing_takes_more_than_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let mut over = Vec::new();
    for case in wide::CASES {
        let (size, budget) = case.tenth;
        let path = folder.path().join("wide.jsonl");
        let mut file = BufWriter::new(File::create(&path).unwrap());
        (case.log)(size, &mut file).unwrap();
        file.flush().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
        let (peak, is_well) = wide::peak(command.args(case.arguments).arg(&path)).unwrap();
        let line =
            format!("{} MB of {budget} MB: {size} {} ({})", peak >> 20, case.name, case.arguments.join(" "));
        println!("{line}");
        assert!(is_well, "{line}");
        if peak >> 20 > budget {
            over.push(line);
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

/// What has no end of its own is refused in words.
#[test]
fn what_cannot_fit_is_refused() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    let output = command.args(["report", "--format", "screen", "--size", "65535x65535"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("more than 1000000 cells"), "{output:?}");
}

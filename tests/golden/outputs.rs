//! Every `--format` prints, and what it prints is of the log.

use std::{collections::BTreeSet, process::Command};

use creditscope::{report::OUTPUTS, tui::picture::PICTURES};

use super::open::sample;

fn report(format: &str) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.args(["report", "--format", format]).arg(sample("forage-saboteur.jsonl"));
    command.output().unwrap()
}

#[test]
fn every_format_prints_and_names_the_agent_to_blame() {
    let mut printed = BTreeSet::new();
    for format in OUTPUTS.iter().map(|it| it.name).chain(PICTURES.iter().map(|it| it.name)) {
        let output = report(format);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(text.ends_with('\n'), "{format} does not end its last line");
        assert!(text.contains("porter"), "{format}: {text}");
        assert!(printed.insert(text), "{format} prints what another format prints");
    }
    assert!(printed.len() >= 6);
}

#[test]
fn another_format_is_refused_with_the_names_of_all() {
    let output = report("pdf");
    let why = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for format in OUTPUTS.iter().map(|it| it.name).chain(PICTURES.iter().map(|it| it.name)) {
        assert!(why.contains(format), "{format}: {why}");
    }
}

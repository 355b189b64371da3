//! The readers of one family of formats, on small files of those formats and mutations of them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use creditscope::import::{FORMATS, sniff};

use super::{
    import::{FAMILIES, family},
    opened::own,
    replay,
};

/// The files below `folder`.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for it in fs::read_dir(folder).unwrap() {
        let path = it.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

/// The small files of a family: each with the format that it is taken for.
fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let (_, formats) = FAMILIES.iter().find(|it| it.0 == name).unwrap();
    let mut paths = Vec::new();
    files(&own(""), &mut paths);
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/import"), &mut paths);
    paths.sort();
    let all = paths.into_iter().map(|it| (fs::read(&it).unwrap(), it)).map(|(bytes, path)| (path, bytes));
    all.filter(|(path, bytes)| sniff(path, bytes).is_ok_and(|it| formats.contains(&it.name))).collect()
}

fn run(name: &str, body: fn(&[u8])) {
    let seeds = seeds(name);
    assert!(seeds.len() >= 3, "{name}: {} files", seeds.len());
    replay::run_on(name, &seeds, body, 300);
}

#[test]
fn every_format_is_in_one_family() {
    let mut listed: Vec<&str> = FAMILIES.iter().flat_map(|it| it.1.iter().copied()).collect();
    let mut formats: Vec<&str> = FORMATS.iter().map(|it| it.name).filter(|it| *it != "native").collect();
    // A build without tables has no reader of them.
    listed.retain(|it| *it != "parquet" || cfg!(feature = "parquet"));
    listed.sort_unstable();
    formats.sort_unstable();
    assert_eq!(listed, formats);
}

/// A format without a small file is not driven: its reader would refuse whatever comes.
#[test]
fn every_format_has_a_small_file() {
    let seen: BTreeSet<String> = FAMILIES
        .iter()
        .flat_map(|it| seeds(it.0))
        .map(|(path, bytes)| sniff(&path, &bytes).unwrap().name.to_owned())
        .collect();
    let lacking: Vec<&str> = FORMATS.iter().map(|it| it.name).filter(|it| !seen.contains(*it)).collect();
    assert_eq!(lacking, ["native"], "{seen:?}");
}

#[test]
fn traces() {
    run("traces", |it| family("traces", it));
}

#[test]
fn teams() {
    run("teams", |it| family("teams", it));
}

#[test]
fn sessions() {
    run("sessions", |it| family("sessions", it));
}

#[test]
fn rollouts() {
    run("rollouts", |it| family("rollouts", it));
}

#[test]
fn joint() {
    run("joint", |it| family("joint", it));
}

#[test]
fn chats() {
    run("chats", |it| family("chats", it));
}

#[test]
fn failures() {
    run("failures", |it| family("failures", it));
}

#[test]
#[cfg(feature = "parquet")]
fn tables() {
    run("tables", |it| family("tables", it));
}

//! From arguments to inputs, over real directories.

use std::os::unix::fs::symlink;

use super::*;

/// A directory with empty files at `paths`.
fn tree(paths: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for path in paths {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    dir
}

/// What a scan found, relative to `dir`, and its problems without the path of `dir`.
fn scan(discovery: &mut Discovery, dir: &tempfile::TempDir) -> (Vec<String>, Vec<String>) {
    let prefix = format!("{}/", dir.path().display());
    let (new, problems) = discovery.scan();
    let name = |input: Input| match input {
        Input::File(path) => path.display().to_string().replace(&prefix, ""),
        Input::Pipe(path) => format!("pipe {}", path.display().to_string().replace(&prefix, "")),
        Input::Stdin => "stdin".into(),
    };
    let tell = |it: &DiscoverError| it.to_string().replace(&prefix, "");
    (new.into_iter().map(name).collect(), problems.iter().map(tell).collect())
}

fn discovery(dir: &tempfile::TempDir, arguments: &[&str]) -> Discovery {
    Discovery::new(arguments.iter().map(|it| if *it == "-" { "-".into() } else { dir.path().join(it) }))
}

#[track_caller]
fn check(dir: &tempfile::TempDir, arguments: &[&str], files: &[&str], problems: &[&str]) {
    let (found, told) = scan(&mut discovery(dir, arguments), dir);
    assert_eq!(found, files, "files of {arguments:?}");
    assert_eq!(told, problems, "problems of {arguments:?}");
}

#[test]
fn directories_are_searched_in_natural_order() {
    let dir =
        tree(&["r/10.json", "r/2.JSON", "r/b/1.jsonl", "r/.hidden.json", "r/.git/x.json", "r/README.md"]);
    check(&dir, &["r"], &["r/2.JSON", "r/10.json", "r/b/1.jsonl"], &[]);
    check(&dir, &["r/b", "r", "r"], &["r/b/1.jsonl", "r/2.JSON", "r/10.json"], &[]);
}

#[test]
fn files_are_taken_as_named_and_once() {
    let dir = tree(&["log.txt", "b.jsonl"]);
    check(&dir, &["log.txt", "b.jsonl", "log.txt", "-", "-"], &["log.txt", "b.jsonl", "stdin"], &[]);
    symlink(dir.path().join("b.jsonl"), dir.path().join("link.jsonl")).unwrap();
    check(&dir, &["link.jsonl", "b.jsonl"], &["link.jsonl"], &[]);
    check(&dir, &[""], &["b.jsonl"], &[]);
}

#[test]
fn links_out_of_the_tree_are_told_and_not_followed() {
    let dir = tree(&["r/a.jsonl", "r/deep/b.jsonl", "elsewhere/c.jsonl"]);
    symlink(dir.path().join("elsewhere"), dir.path().join("r/out")).unwrap();
    symlink(dir.path().join("r/deep"), dir.path().join("r/in")).unwrap();
    let told = "not followed: 'r/out' leads out of its directory, to 'elsewhere'; name it to read it too";
    check(&dir, &["r"], &["r/a.jsonl", "r/deep/b.jsonl"], &[told]);
    check(&dir, &["r/out"], &["r/out/c.jsonl"], &[]);
}

#[test]
fn circles_of_links_end() {
    let dir = tree(&["r/a.json", "r/deep/b.json"]);
    symlink(dir.path().join("r"), dir.path().join("r/deep/up")).unwrap();
    symlink(dir.path().join("r/loop"), dir.path().join("r/loop")).unwrap();
    check(&dir, &["r"], &["r/a.json", "r/deep/b.json"], &[]);
    check(&dir, &["r/**/*.json"], &["r/a.json", "r/deep/b.json"], &[]);
}

#[test]
fn patterns_are_expanded() {
    let dir = tree(&["r/1/a.jsonl", "r/2/b.jsonl", "r/10/c.jsonl", "r/x.txt", "r/[1].jsonl", "r/.h.jsonl"]);
    check(&dir, &["r/*/?.jsonl"], &["r/1/a.jsonl", "r/2/b.jsonl", "r/10/c.jsonl"], &[]);
    check(&dir, &["r/[12]/*"], &["r/1/a.jsonl", "r/2/b.jsonl"], &[]);
    check(&dir, &["r/**/[b-c].jsonl"], &["r/2/b.jsonl", "r/10/c.jsonl"], &[]);
    check(&dir, &["r/[1].jsonl"], &["r/[1].jsonl"], &[]);
    check(&dir, &["r/*.txt"], &["r/x.txt"], &[]);
    check(&dir, &["r/*"], &["r/1/a.jsonl", "r/2/b.jsonl", "r/10/c.jsonl", "r/[1].jsonl"], &[]);
    check(&dir, &["r/1*/**"], &["r/1/a.jsonl", "r/10/c.jsonl"], &[]);
    let message =
        "nothing matches '*.ndjson': quote patterns as in 'runs/**/*.jsonl', hidden files need a leading dot";
    check(&dir, &["*.ndjson"], &[], &[message]);
}

#[test]
fn what_cannot_be_used_is_told_and_the_rest_goes_on() {
    let dir = tree(&["a.jsonl", "empty/README.md"]);
    check(&dir, &["A.json"], &[], &["no file or directory 'A.json'; did you mean 'a.jsonl'?"]);
    check(&dir, &["b", "a.jsonl"], &["a.jsonl"], &["no file or directory 'b'"]);
    check(&dir, &["no/b"], &[], &["no file or directory 'no/b': there is no directory 'no'"]);
    check(&dir, &["a.jsonl/b"], &[], &["no file or directory 'a.jsonl/b': there is no directory 'a.jsonl'"]);
    let message = "no logs in directory 'empty': looked for *.jsonl, *.ndjson, *.jsonlines, *.json, *.traj, *.eval, *.csv, *.parquet at any \
                   depth, also compressed (.gz, .zst), and found 'README.md'; name the files to read others";
    check(&dir, &["empty"], &[], &[message]);
    std::os::unix::fs::symlink("gone.jsonl", dir.path().join("latest.jsonl")).unwrap();
    let nowhere = "it is a link to 'gone.jsonl', which is not there";
    check(&dir, &["latest.jsonl"], &[], &[&format!("no file or directory 'latest.jsonl': {nowhere}")]);
    check(&dir, &["."], &["./a.jsonl"], &[&format!("cannot read './latest.jsonl': {nowhere}")]);
    std::os::unix::fs::symlink("circle.jsonl", dir.path().join("circle.jsonl")).unwrap();
    check(&dir, &["circle.jsonl"], &[], &["cannot read 'circle.jsonl': its symbolic links lead in a circle"]);
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
    check(&dir, &["socket"], &[], &["'socket' is neither a file, a directory nor a pipe"]);
}

#[test]
fn an_unreadable_file_says_so() {
    let error =
        DiscoverError::Unreadable { path: "a".into(), source: io::ErrorKind::PermissionDenied.into() };
    let expected =
        "cannot read 'a': permission denied; check the permissions of it and of the directories above";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn pipes_and_devices_are_told_from_files() {
    let dir = tree(&[]);
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("p")).status().unwrap();
    assert!(made.success());
    check(&dir, &["p"], &["pipe p"], &[]);
    assert_eq!(Discovery::new(["/dev/null"]).scan().0, [Input::Pipe("/dev/null".into())]);
}

#[test]
fn a_rescan_finds_what_is_new_and_complains_once() {
    let dir = tree(&["r/2.jsonl", "other/README.md"]);
    let mut discovery = discovery(&dir, &["r", "late.jsonl", "*.ndjson", "other"]);
    let (found, problems) = scan(&mut discovery, &dir);
    assert_eq!(found, ["r/2.jsonl"]);
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert_eq!(scan(&mut discovery, &dir), (vec![], vec![]));
    for path in ["late.jsonl", "r/10.jsonl", "r/1.jsonl", "a.ndjson", "other/x.json"] {
        fs::write(dir.path().join(path), "").unwrap();
    }
    let found = scan(&mut discovery, &dir).0;
    assert_eq!(found, ["r/1.jsonl", "r/10.jsonl", "late.jsonl", "a.ndjson", "other/x.json"]);
    fs::remove_file(dir.path().join("r/2.jsonl")).unwrap();
    fs::write(dir.path().join("r/2.jsonl"), "").unwrap();
    assert_eq!(scan(&mut discovery, &dir), (vec![], vec![]), "a known path is its tail's affair");
    let watched = discovery.directories().map(|it| it.file_name().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(watched.contains(&"r".into()) && watched.contains(&"other".into()), "{watched:?}");
}

#[test]
fn real_logs_are_found_in_natural_order() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/logs/who_and_when");
    if !logs.is_dir() {
        return;
    }
    let (found, problems) = Discovery::new([logs]).scan();
    assert!(problems.is_empty(), "{problems:?}");
    assert!(found.len() > 50, "{}", found.len());
    let paths = found.iter().map(|it| if let Input::File(path) = it { path } else { panic!("{it:?}") });
    assert!(paths.is_sorted_by(|a, b| natural_order(a, b).is_lt()));
}

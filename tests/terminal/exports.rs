//! What the screen exports is what the command line prints, byte for byte, and nothing is replaced unasked.

use std::{fs, path::Path, process::Command};

use super::session::{Run, Session};

fn sample() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs/forage-saboteur.jsonl")
}

fn demo() -> Session {
    let mut session = Run::log(sample()).size(140, 40).start();
    session.wait_for(" sum ");
    session
}

/// Exports to this file, and waits for the word that it is written.
fn export(session: &mut Session, path: &Path) {
    session.keys("E");
    session.wait_for("export to: ");
    session.keys("\x15");
    session.keys(&format!("{}\r", path.display()));
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    session.wait_until(&format!("{name} is written"), |it| it.has(&format!("{name} has ")));
}

fn printed(arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    let output = command.arg("report").args(arguments).arg(sample()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn an_export_is_what_report_prints() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = demo();
    for (name, format) in [
        ("r.html", "html"),
        ("r.md", "markdown"),
        ("r.json", "json"),
        ("r.csv", "csv"),
        ("r.txt", "text"),
        ("r.dot", "dot"),
        ("r.mmd", "mermaid"),
    ] {
        let path = folder.path().join(name);
        export(&mut session, &path);
        let expected = printed(&["--format", format]);
        assert!(fs::read(&path).unwrap() == expected, "{name} is not what report --format {format} prints");
    }
}

#[test]
fn a_picture_is_the_screen_and_is_replaced_after_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.svg");
    let mut session = demo();
    export(&mut session, &path);
    let first = fs::read_to_string(&path).unwrap();
    assert!(first.starts_with("<svg ") && first.contains(">porter"), "{first}");
    session.keys("2");
    session.keys("E");
    session.wait_for("export to: ");
    session.keys("\x15");
    session.keys(&format!("{}\r", path.display()));
    session.wait_for("replace it? y n");
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    session.keys("y");
    session.wait_for("s.svg has ");
    assert_ne!(fs::read_to_string(&path).unwrap(), first, "another view");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

/// `report --format screen` and the terminal show the same, at any size and in any view.
#[test]
fn the_screen_that_report_prints_is_the_screen() {
    for ((columns, rows), keys) in [((80, 24), ""), ((100, 30), "2"), ((160, 45), "3"), ((60, 18), "4")] {
        let mut session = Run::log(sample()).size(columns, rows).start();
        session.wait_for("SAVED");
        session.wait_for("SURE");
        session.keys(keys);
        let size = format!("{columns}x{rows}");
        let expected = printed(&["--format", "screen", "--size", &size, "--keys", keys]);
        let expected = String::from_utf8(expected).unwrap();
        let lines = |text: &str| text.lines().map(|it| it.trim_end().to_owned()).collect::<Vec<_>>();
        session.wait_until(&format!("{size} {keys} is\n{expected}"), |it| {
            lines(&it.screen()) == lines(&expected)
        });
    }
}

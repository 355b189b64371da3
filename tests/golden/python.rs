//! The Python module that writes logs: its own tests, with this program as the one that checks what they wrote.

use std::{path::Path, process::Command};

/// Whether there is a `python3` that the module is for.
fn python_is_here() -> bool {
    let asked = "import sys; sys.exit(sys.version_info < (3, 9))";
    Command::new("python3").args(["-c", asked]).output().is_ok_and(|it| it.status.success())
}

#[test]
fn the_tests_of_the_python_module_pass() {
    if !python_is_here() {
        eprintln!("skipped: there is no python3 of 3.9 or later");
        return;
    }
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python");
    let output = Command::new("python3")
        .args(["-m", "unittest", "discover", "-s", "tests"])
        .current_dir(&python)
        .env("PYTHONPATH", &python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("CREDITSCOPE", env!("CARGO_BIN_EXE_creditscope"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Ran "), "no test was found: {said}");
}

//! `creditscope sessions` on a home that is written here.

use std::{fs, path::Path, time::Duration};

use assert_cmd::Command;

fn run(home: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    command.env_clear().env("HOME", home).arg("sessions").args(arguments).output().unwrap()
}

/// Each with the seconds since it was written.
const FILES: [(&str, u64); 7] = [
    (".claude/projects/-srv-app/0b0b.jsonl", 90),
    (".claude/projects/-srv-app/agent-a1.jsonl", 10),
    (".claude/projects/-srv-app/0b0b/subagents/agent-a2.jsonl", 10),
    (".claude/history.jsonl", 5),
    (".codex/sessions/2026/01/02/rollout-2026-01-02-x.jsonl", 7_300),
    (".gemini/tmp/abc/chats/session-1.json", 300_000),
    (".gemini/tmp/abc/logs.json", 5),
];

#[test]
fn sessions_are_listed_newest_first_and_nothing_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let none = run(home.path(), &[]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stderr).contains("no sessions: looked in"), "{none:?}");
    let now = fs::metadata(home.path()).unwrap().modified().unwrap();
    for (name, seconds) in FILES {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "not opened").unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        let long_ago = now - Duration::from_secs(1_000_000);
        let times =
            fs::FileTimes::new().set_modified(now - Duration::from_secs(seconds)).set_accessed(long_ago);
        file.set_times(times).unwrap();
    }
    let output = run(home.path(), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let at = |name: &str| home.path().join(name).display().to_string();
    assert_eq!(
        text,
        format!(
            "1 min ago    Claude Code  10 B     {}\n2 h ago      Codex        10 B     {}\n3 days ago   Gemini CLI   10 B     {}\n",
            at(FILES[0].0),
            at(FILES[4].0),
            at(FILES[5].0)
        )
    );
    let text = String::from_utf8(run(home.path(), &["--limit", "1"]).stdout).unwrap();
    assert!(text.ends_with("and 2 older ones: --limit 3 lists all\n") && text.lines().count() == 2, "{text}");
    // Whoever reads a file changes when it was accessed, as that lies more than a day back.
    for (name, _) in FILES {
        let accessed = fs::metadata(home.path().join(name)).unwrap().accessed().unwrap();
        assert!(now.duration_since(accessed).unwrap() > Duration::from_secs(900_000), "{name} was opened");
    }
}

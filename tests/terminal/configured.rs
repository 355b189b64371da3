//! The configuration on a terminal: other keys, a slip that is told, rules that ring, and the one time it is written.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;

use super::session::{Run, Session};

/// A folder with a configuration, and the log of a run of three episodes beside it.
fn prepared(config: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("creditscope")).unwrap();
    fs::write(folder.path().join("creditscope/config.toml"), config).unwrap();
    let log = folder.path().join("run.jsonl");
    fs::write(&log, "").unwrap();
    for at in 0..3 {
        append(&log, at, 1.0);
    }
    (folder, log)
}

/// Another episode.
fn append(log: &Path, at: usize, reward: f64) {
    let name = format!("ep-{at}");
    let lines = [
        json!({"type": "action", "episode": name, "agent": "ann", "action": "go"}),
        json!({"type": "credit", "episode": name, "algorithm": "shapley", "agents": {"ann": reward}}),
        json!({"type": "episode_end", "episode": name, "status": "success", "return": reward}),
    ];
    let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
    fs::OpenOptions::new().append(true).open(log).unwrap().write_all(text.as_bytes()).unwrap();
}

fn start(folder: &tempfile::TempDir, log: &Path) -> Session {
    let home = folder.path().to_str().unwrap();
    let arguments = ["--follow".into(), log.to_path_buf().into_os_string()];
    let mut session = Run::new(arguments).env("XDG_CONFIG_HOME", home).start();
    session.wait_for("3 episodes");
    session
}

#[test]
fn other_keys_work_and_a_slip_is_told() {
    let (folder, log) = prepared("colour = 'never'\n[keys]\nhelp = 'Z'\n");
    let mut session = start(&folder, &log);
    session.wait_for("config.toml:1:1: no setting 'colour'");
    session.keys("?");
    session.wait_for("? does nothing here; Z lists the keys");
    session.keys("Z");
    session.wait_for("MOVE");
}

#[test]
fn a_hit_rings_once_and_holds_and_what_was_there_rings_nothing() {
    let config = "# mine\n[[rules]]\nrule = 'R < 0' # bad\ndoes = ['bell', 'hold']\n\n[[rules]]\nrule = 'R > 0'\ndoes = ['bell']\n";
    let (folder, log) = prepared(config);
    let mut session = start(&folder, &log);
    session.wait_for("3 alerts, 3 new (A)");
    session.settle(Duration::from_millis(250));
    let bells = |session: &Session| session.wire().iter().filter(|it| **it == 0x07).count();
    assert_eq!(bells(&session), 0, "history rings nothing");
    append(&log, 3, -0.5);
    session.wait_for("rule 1 in ep-3: R -0.5; the screen is held there");
    session.wait_for("HELD");
    assert_eq!(bells(&session), 1);
    let file = folder.path().join("creditscope/config.toml");
    session.keys("A");
    session.wait_for("where rules of the run hit");
    session.settle(Duration::from_millis(250));
    let bytes = session.cost("j");
    assert!(bytes <= 400, "a row of the list of rules takes {bytes} bytes");
    session.keys("D");
    session.wait_for("not saved");
    assert_eq!(fs::read_to_string(&file).unwrap(), config, "nothing is written unasked");
    session.keys("s");
    session.wait_for("holds the rules");
    let written = fs::read_to_string(&file).unwrap();
    assert!(
        written.starts_with("# mine\n") && written.contains("# bad") && !written.contains("R > 0"),
        "{written}"
    );
}

//! Logs made for tests.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A log in a directory of its own, which goes away with it.
pub struct Log {
    directory: TempDir,
    path: PathBuf,
}

impl Log {
    /// With these lines.
    pub fn of(lines: &[Value]) -> Self {
        let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
        Self::raw(text.as_bytes())
    }

    /// With these bytes.
    pub fn raw(bytes: &[u8]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        fs::write(&path, bytes).unwrap();
        Self { directory, path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Appends a line.
    pub fn append(&self, line: &Value) {
        self.append_raw(format!("{line}\n").as_bytes());
    }

    /// Appends bytes, in one write.
    pub fn append_raw(&self, bytes: &[u8]) {
        self.open().write_all(bytes).unwrap();
    }

    pub fn open(&self) -> File {
        OpenOptions::new().append(true).open(&self.path).unwrap()
    }
}

/// An episode that two agents have begun and nobody has ended.
pub fn open_episode() -> Vec<Value> {
    vec![
        json!({"type": "episode_start", "episode": "e1", "ts": 100.0,
               "agents": [{"id": "ann"}, {"id": "bob"}]}),
        action("a1", "ann", 101.0, "look", &[]),
        action("a2", "bob", 102.0, "walk", &["a1"]),
        json!({"type": "credit", "episode": "e1", "algorithm": "own", "agents": {"ann": 0.25, "bob": -0.5}}),
    ]
}

/// The same, ended in failure.
pub fn ended_episode() -> Vec<Value> {
    let mut lines = open_episode();
    lines.push(json!({"type": "reward", "episode": "e1", "ts": 103.0, "value": -0.25}));
    lines.push(
        json!({"type": "episode_end", "episode": "e1", "ts": 104.0, "status": "failure", "return": -0.25}),
    );
    lines
}

pub fn action(id: &str, agent: &str, time: f64, name: &str, parents: &[&str]) -> Value {
    json!({"type": "action", "episode": "e1", "id": id, "agent": agent, "ts": time, "parents": parents,
           "kind": "tool", "action": {"name": name}})
}

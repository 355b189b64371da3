//! `creditscope sessions`: the sessions of coding agents in their usual places, newest first. Looks at names and times only:
//! it opens none of the files and writes nowhere.

use std::{
    env,
    ffi::OsStr,
    fs::{self, Metadata},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{arguments::Sessions, print};
use crate::text::{clean, pad};

/// A program and where it keeps its sessions.
struct Place {
    /// What it is called.
    program: &'static str,
    /// The variable that names its folder instead of `home`.
    variable: &'static str,
    /// Its folder, seen from the user's.
    home: &'static str,
    /// Where the sessions are below that.
    below: &'static str,
    /// Whether a file with this name is a session, and no part of one.
    is_session: fn(&str) -> bool,
}

/// The usual places.
const PLACES: [Place; 3] = [
    Place {
        program: "Claude Code",
        variable: "CLAUDE_CONFIG_DIR",
        home: ".claude",
        below: "projects",
        is_session: |name| name.ends_with(".jsonl") && !name.starts_with("agent-") && name != "journal.jsonl",
    },
    Place {
        program: "Codex",
        variable: "CODEX_HOME",
        home: ".codex",
        below: "sessions",
        is_session: |name| name.starts_with("rollout-") && name.ends_with(".jsonl"),
    },
    Place {
        program: "Gemini CLI",
        variable: "GEMINI_CONFIG_DIR",
        home: ".gemini",
        below: "tmp",
        is_session: |name| name.starts_with("session-") && name.ends_with(".json"),
    },
];

/// Folders lie no deeper than this below a place.
const DEPTH: usize = 6;

/// A session that was found.
struct Session {
    program: &'static str,
    path: PathBuf,
    size: u64,
    written: SystemTime,
}

/// Lists what is there.
pub(super) fn run(options: &Sessions) -> anyhow::Result<u8> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let folders: Vec<PathBuf> = PLACES.iter().map(|it| folder(it, &home)).collect();
    let mut found = Vec::new();
    for (place, folder) in PLACES.iter().zip(&folders) {
        gather(place, folder, DEPTH, &mut found);
    }
    if found.is_empty() {
        let looked: Vec<String> = folders.iter().map(|it| clean(&it.to_string_lossy())).collect();
        anyhow::bail!("no sessions: looked in {}", looked.join(", "));
    }
    found.sort_by(|a, b| b.written.cmp(&a.written).then_with(|| a.path.cmp(&b.path)));
    let mut out = String::new();
    for it in found.iter().take(options.limit) {
        let ago = age(it.written.elapsed().unwrap_or_default());
        let path = clean(&it.path.to_string_lossy());
        out += &format!("{} {} {} {path}\n", pad(&ago, 12), pad(it.program, 12), pad(&size(it.size), 8));
    }
    if found.len() > options.limit {
        out +=
            &format!("and {} older ones: --limit {} lists all\n", found.len() - options.limit, found.len());
    }
    print(&out)
}

fn folder(place: &Place, home: &Path) -> PathBuf {
    let named = env::var_os(place.variable).filter(|it| !it.is_empty());
    named.map_or_else(|| home.join(place.home), PathBuf::from).join(place.below)
}

/// Adds the sessions in `folder` and `depth` folders below it. What cannot be looked into is passed over: it is somebody
/// else's. Links are not followed.
fn gather(place: &Place, folder: &Path, depth: usize, found: &mut Vec<Session>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        let name = entry.file_name();
        if about.is_dir() && depth > 0 && name != OsStr::new("subagents") {
            gather(place, &entry.path(), depth - 1, found);
        } else if about.is_file() && name.to_str().is_some_and(place.is_session) {
            found.extend(session(place, entry.path(), &about));
        }
    }
}

fn session(place: &Place, path: PathBuf, about: &Metadata) -> Option<Session> {
    Some(Session { program: place.program, path, size: about.len(), written: about.modified().ok()? })
}

/// `5 min ago`.
fn age(age: Duration) -> String {
    match age.as_secs() {
        0..60 => "now".to_owned(),
        it @ 60..3_600 => format!("{} min ago", it / 60),
        it @ 3_600..172_800 => format!("{} h ago", it / 3_600),
        it => format!("{} days ago", it / 86_400),
    }
}

/// `12 kB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

//! What `creditscope check --follow` prints: one event a line as things happen, and at the end a summary.
//!
//! As JSON every line is an object with `event`:
//!
//! * `file`: a file is read from its start: `file`, `file_id`, `format`, `generation` 0, `reason` null,
//!   `device`, `inode`
//! * `generation`: the same for a file that began anew; `reason`: `truncated`, `rewritten`, `rotated`,
//!   `replaced`, `recreated`
//! * `bad_line`: something of a line is lost: `file`, `file_id`, `generation`, `line`, `offset` (bytes),
//!   `rule`, `reason`
//! * `finding`: the same keys and `severity`; the place is null where it is about no line
//! * `caught_up`: everything that was there at the start was read: `records`
//! * `summary`: last: `ended` (`idle`, `interrupted`, `finished`), `records`, `episodes`, `records_by_type`,
//!   `bad_lines`, `rules`, `generations`, `counters`, `files`
//!
//! A `file_id` is one life of one file; findings of compressed files give offsets of the unpacked bytes.
//! `counters` is what `seq` says: `records`, `writers`, `gaps`, `missing`, `restarts`, `repeated`,
//! `shared_files`, `turns`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    counters::{counters, generations, generations_and_counters, life},
    figures::severity,
};
use crate::{
    model::{Counters, Diagnostic, FileId, FileState, FileSummary},
    text::clean,
};

/// Something that happened while logs were followed.
#[derive(Clone, Copy, Debug)]
pub enum FollowEvent<'a> {
    /// A life of a file begins.
    File(FileId, &'a FileSummary),
    /// A line in this file lost something.
    BadLine(&'a Diagnostic, Option<&'a FileSummary>),
    /// Something else was found; with the file of its place, if it has one.
    Found(&'a Diagnostic, Option<&'a FileSummary>),
    /// Everything that was there at the start was read; the number of records.
    CaughtUp(u64),
}

impl FollowEvent<'_> {
    /// As one line of JSON, without its end.
    pub fn json(&self) -> String {
        match self {
            FollowEvent::File(id, file) => {
                event(if file.began.is_some() { "generation" } else { "file" }, &life(*id, file))
            }
            FollowEvent::CaughtUp(records) => event("caught_up", &json!({ "records": records })),
            FollowEvent::BadLine(it, file) | FollowEvent::Found(it, file) => {
                let lost = matches!(self, FollowEvent::BadLine(..));
                let mut found = json!({
                    "file": file.map(|it| &it.path),
                    "file_id": it.origin.map(|it| it.file.0),
                    "generation": file.map(|it| it.generation),
                    "line": it.origin.map(|it| it.line),
                    "offset": it.origin.map(|it| it.offset),
                    "rule": it.rule.name(),
                    "reason": clean(&it.message),
                });
                if !lost {
                    found["severity"] = json!(severity(it.severity));
                }
                event(if lost { "bad_line" } else { "finding" }, &found)
            }
        }
    }

    /// As one line of text, without its end.
    pub fn text(&self) -> String {
        match self {
            FollowEvent::File(_, file) => {
                let inode = file
                    .inode
                    .map_or(String::new(), |it| format!(" (device {}, inode {})", it.device, it.number));
                match file.began {
                    Some(reason) => {
                        format!("{}: generation {}: {reason}{inode}", clean(&file.path), file.generation)
                    }
                    None => format!("{}: {}{inode}", clean(&file.path), file.format),
                }
            }
            FollowEvent::BadLine(it, file) | FollowEvent::Found(it, file) => {
                let place = match (it.origin, file) {
                    (Some(origin), Some(file)) => {
                        format!("{}:{} (byte {})", clean(&file.path), origin.line, origin.offset)
                    }
                    _ => "-".to_owned(),
                };
                format!("{place}: {} {}: {}", severity(it.severity), it.rule, clean(&it.message))
            }
            FollowEvent::CaughtUp(records) => format!("caught up: {records} records"),
        }
    }
}

/// What it came to.
pub struct FollowSummary<'a> {
    /// Why it ended: `idle`, `interrupted`, `finished`.
    pub ended: &'a str,
    /// Records read.
    pub records: u64,
    /// Episodes seen.
    pub episodes: u64,
    /// Records by the word in their `type`.
    pub types: &'a [(String, u64)],
    /// Lines of which something was lost.
    pub bad_lines: u64,
    /// Findings by rule.
    pub rules: &'a BTreeMap<&'static str, u64>,
    /// Every life of every file.
    pub lives: &'a [FileSummary],
    /// The state of the writers' counters.
    pub counters: &'a Counters,
}

impl FollowSummary<'_> {
    /// As one line of JSON, without its end.
    pub fn json(&self) -> String {
        let types: BTreeMap<String, u64> = self.types.iter().map(|(name, n)| (clean(name), *n)).collect();
        let files: Vec<Value> = self.lives.iter().map(state_of).collect();
        let summary = json!({
            "ended": self.ended,
            "records": self.records,
            "episodes": self.episodes,
            "records_by_type": types,
            "bad_lines": self.bad_lines,
            "rules": self.rules,
            "generations": generations(self.lives),
            "counters": counters(self.counters),
            "files": files,
        });
        event("summary", &summary)
    }

    /// As text, several lines.
    pub fn text(&self) -> String {
        let list = |rows: Vec<String>| if rows.is_empty() { "none".to_owned() } else { rows.join(", ") };
        let types = list(self.types.iter().map(|(name, n)| format!("{} {n}", clean(name))).collect());
        let rules = list(self.rules.iter().map(|(rule, n)| format!("{rule} {n}")).collect());
        let (records, episodes, bad) = (self.records, self.episodes, self.bad_lines);
        format!(
            "\n{}: read {records} records of {episodes} episodes; {bad} lines lost data\n\
             records by type: {types}\nfindings: {rules}\n{}",
            self.ended,
            generations_and_counters(self.lives, self.counters)
        )
    }
}

/// An object with its `event` first, as that is what a reader looks for.
fn event(name: &str, rest: &Value) -> String {
    let rest = rest.to_string();
    format!("{{\"event\":\"{name}\",{}", rest.strip_prefix('{').unwrap_or(&rest))
}

fn state_of(file: &FileSummary) -> Value {
    let (state, why) = match &file.state {
        FileState::Reading => ("reading", None),
        FileState::CaughtUp => ("caught_up", None),
        FileState::Gone => ("gone", None),
        FileState::Failed(why) => ("failed", Some(clean(why))),
        FileState::SameAs(other) => ("same_content", Some(format!("same content as {}", clean(other)))),
    };
    json!({
        "file": clean(&file.path),
        "format": file.format,
        "generation": file.generation,
        "read": file.read,
        "size": file.size,
        "state": state,
        "why": why,
    })
}

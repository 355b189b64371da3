//! What `check` says at its end, followed or not, of files that began anew and of the writers' counters.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::figures::count;
use crate::{
    model::{Counters, FileId, FileSummary},
    text::clean,
};

/// Lines about files that began anew and about the writers' counters, if there are any to report.
pub(super) fn generations_and_counters(lives: &[FileSummary], counters: &Counters) -> String {
    let mut out = String::new();
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for reason in lives.iter().filter_map(|it| it.began) {
        *reasons.entry(reason).or_default() += 1;
    }
    if !reasons.is_empty() {
        let reasons: Vec<String> = reasons.iter().map(|(reason, n)| format!("{reason} {n}")).collect();
        out += &format!("files that began anew: {}\n", reasons.join(", "));
    }
    if counters.records > 0 {
        out += &format!(
            "counters: {} of {}; {} with {} missing; {}; {} shared, {}\n",
            count(counters.records, "record"),
            count(counters.writers, "writer"),
            count(counters.gaps, "gap"),
            count(counters.missing, "record"),
            count(counters.restarts, "restart"),
            count(counters.shared_files, "file"),
            count(counters.turns, "turn"),
        );
        if counters.begun_late > 0 {
            let many = count(counters.begun_late, "counter");
            out += &format!("what came before the first record of {many} is not known\n");
        }
    }
    out
}

/// The lives of files that began anew.
pub(super) fn generations(lives: &[FileSummary]) -> Vec<Value> {
    let again = (0..).zip(lives).filter(|it| it.1.began.is_some());
    again.map(|(id, file)| life(FileId(id), file)).collect()
}

/// A life of a file.
pub(super) fn life(id: FileId, file: &FileSummary) -> Value {
    json!({
        "file": clean(&file.path),
        "file_id": id.0,
        "format": file.format,
        "generation": file.generation,
        "reason": file.began,
        "device": file.inode.map(|it| it.device),
        "inode": file.inode.map(|it| it.number),
    })
}

/// The counters, without their findings. `missing` is null where it is not known.
pub(super) fn counters(it: &Counters) -> Value {
    json!({
        "records": it.records,
        "writers": it.writers,
        "gaps": it.gaps,
        "missing": (it.begun_late == 0).then_some(it.missing),
        "missing_at_least": it.missing,
        "begun_late": it.begun_late,
        "restarts": it.restarts,
        "repeated": it.repeated,
        "shared_files": it.shared_files,
        "turns": it.turns,
    })
}

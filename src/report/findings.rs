//! What `creditscope check` prints: findings by place, then counts.
//!
//! JSON keys: `findings` (`file_line` as `file:line` or null, `offset` in bytes of the unpacked file or null,
//! `severity`, `rule`, `message`), `counts` (`errors`, `warnings`, `notes`, `not_listed`, `bad_lines`,
//! `files`, `episodes`, `records`), `rules` (findings by rule), `records_by_type` (only where it is known),
//! `generations` and `counters` as in [`super::follow_events`].

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::{
    counters::{self, generations_and_counters},
    figures::{count, severity},
};
use crate::{
    check::sorted,
    model::{Counters, Diagnostic, FileSummary, Origin, Severity},
    text::clean,
};

/// Everything that `creditscope check` prints.
pub struct CheckReport<'a> {
    /// The findings in any order; a finding that comes twice is printed once.
    pub findings: &'a [Diagnostic],
    /// Findings that were not kept.
    pub not_listed: u64,
    /// The place of a record as `file:line`.
    pub files: &'a dyn Fn(Origin) -> String,
    /// Files read.
    pub file_count: u64,
    /// Episodes read.
    pub episodes: u64,
    /// Records read.
    pub records: u64,
    /// Lines of which something was lost.
    pub bad_lines: u64,
    /// Records by the word in their `type`; empty if not counted.
    pub types: &'a [(String, u64)],
    /// Every life of every file.
    pub lives: &'a [FileSummary],
    /// The state of the writers' counters.
    pub counters: &'a Counters,
}

/// `file:line: severity rule: message`, one line per finding in the order of the log, then what was read.
pub fn check_text(report: &CheckReport<'_>) -> String {
    let mut out = String::new();
    let found = sorted(report.findings.to_vec());
    for it in &found {
        let place = place(report, it).unwrap_or_else(|| "-".to_owned());
        out += &format!("{place}: {} {}: {}\n", severity(it.severity), it.rule, clean(&it.message));
    }
    if report.not_listed > 0 {
        out += &format!("{} not listed\n", count(report.not_listed, "more finding"));
    }
    if !found.is_empty() {
        out.push('\n');
    }
    let of = |wanted: Severity| found.iter().filter(|it| it.severity == wanted).count() as u64;
    out += &format!(
        "{}, {}, {}\n",
        count(of(Severity::Error), "error"),
        count(of(Severity::Warning), "warning"),
        count(of(Severity::Note), "note")
    );
    out += &format!(
        "read {} of {} from {}; {} lost data\n",
        count(report.records, "record"),
        count(report.episodes, "episode"),
        count(report.file_count, "file"),
        count(report.bad_lines, "line")
    );
    if !report.types.is_empty() {
        let types: Vec<String> =
            report.types.iter().map(|(name, n)| format!("{} {n}", clean(name))).collect();
        out += &format!("records by type: {}\n", types.join(", "));
    }
    out += &generations_and_counters(report.lives, report.counters);
    out
}

fn place(report: &CheckReport<'_>, it: &Diagnostic) -> Option<String> {
    it.origin.map(|it| clean(&(report.files)(it)))
}

#[derive(Serialize)]
struct Report {
    findings: Vec<Finding>,
    counts: Counts,
    rules: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    records_by_type: BTreeMap<String, u64>,
    generations: Vec<Json>,
    counters: Json,
}

#[derive(Serialize)]
struct Finding {
    file_line: Option<String>,
    offset: Option<u64>,
    severity: &'static str,
    rule: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Counts {
    errors: u64,
    warnings: u64,
    notes: u64,
    not_listed: u64,
    bad_lines: u64,
    files: u64,
    episodes: u64,
    records: u64,
}

/// The same as JSON; keys as described above.
pub fn check_json(report: &CheckReport<'_>) -> String {
    let found = sorted(report.findings.to_vec());
    let of = |wanted: Severity| found.iter().filter(|it| it.severity == wanted).count() as u64;
    let mut rules = BTreeMap::new();
    for it in &found {
        *rules.entry(it.rule.name()).or_insert(0) += 1;
    }
    let mut records_by_type = BTreeMap::new();
    for (name, n) in report.types {
        *records_by_type.entry(clean(name)).or_insert(0) += n;
    }
    let json = Report {
        findings: found
            .iter()
            .map(|it| Finding {
                file_line: place(report, it),
                offset: it.origin.map(|it| it.offset),
                severity: severity(it.severity),
                rule: it.rule.name(),
                message: clean(&it.message),
            })
            .collect(),
        counts: Counts {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            not_listed: report.not_listed,
            bad_lines: report.bad_lines,
            files: report.file_count,
            episodes: report.episodes,
            records: report.records,
        },
        rules,
        records_by_type,
        generations: counters::generations(report.lives),
        counters: counters::counters(report.counters),
    };
    super::json::pretty(&json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, rule};

    fn with_report(print: impl Fn(&CheckReport<'_>) -> String) -> String {
        let at = |line, rule, severity| Diagnostic {
            rule,
            severity,
            message: format!("what is wrong at {line}"),
            origin: Some(Origin { file: FileId(0), line, ..Origin::default() }),
        };
        let whole = Diagnostic { origin: None, ..at(0, rule::NO_REWARD, Severity::Warning) };
        let findings = [
            at(12, rule::OPEN_EPISODE, Severity::Note),
            whole,
            at(3, rule::BAD_JSON, Severity::Error),
            at(3, rule::BAD_JSON, Severity::Error),
        ];
        print(&CheckReport {
            findings: &findings,
            not_listed: 0,
            files: &|it| format!("run\u{1b}.jsonl:{}", it.line),
            file_count: 1,
            episodes: 2,
            records: 11,
            bad_lines: 1,
            types: &[("action".to_owned(), 9), ("reward".to_owned(), 2)],
            lives: &[],
            counters: &Counters { records: 11, writers: 1, gaps: 1, missing: 3, ..Counters::default() },
        })
    }

    #[test]
    fn findings_come_in_the_order_of_the_log() {
        let expected = "run^[.jsonl:3: error bad-json: what is wrong at 3\n\
                        run^[.jsonl:12: note open-episode: what is wrong at 12\n\
                        -: warning no-reward: what is wrong at 0\n\
                        \n\
                        1 error, 1 warning, 1 note\n\
                        read 11 records of 2 episodes from 1 file; 1 line lost data\n\
                        records by type: action 9, reward 2\n\
                        counters: 11 records of 1 writer; 1 gap with 3 records missing; 0 restarts; 0 files shared, \
                        0 turns\n";
        assert_eq!(with_report(check_text), expected);
    }

    #[test]
    fn json_says_the_same() {
        let json: serde_json::Value = serde_json::from_str(&with_report(check_json)).unwrap();
        assert_eq!(json["findings"][0]["file_line"], "run^[.jsonl:3");
        assert_eq!(json["findings"][2]["file_line"], serde_json::Value::Null);
        assert_eq!(json["counts"]["errors"], 1);
        assert_eq!(json["rules"]["bad-json"], 1);
        assert_eq!(json["records_by_type"]["action"], 9);
    }
}

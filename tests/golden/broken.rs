//! Every diagnostic has a log that shows it and nothing else, and every such log is described.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use creditscope::check;

use super::open::{open, sample};

/// Rules that no small native log on its own can break, and why.
const NOT_IN_A_FILE: &[(&str, &str)] = &[
    ("candidate-without-part", "about a bucket of C3"),
    ("compressed-copy", "about a file that is compressed while it is followed"),
    ("damaged-archive", "about a compressed file"),
    ("file-restarted", "the file is replaced while it is followed"),
    ("input-broke-off", "a pipe breaks, or the disk that holds its copy is full"),
    ("line-too-long", "the line is longer than 64 MiB"),
    ("lost-record", "the file vanishes between its index and the opening of an episode"),
    ("torn-line", "the file is truncated before the end of its last line is written"),
    ("too-many-implied", "about more than a million recipients and parents that are not named one by one"),
    ("trailing-text", "about an imported document"),
    ("unknown-format", "about a file of a directory that is no log"),
    ("unreadable-file", "about a file that cannot be opened"),
];

/// The lines of the README: rule, and where its log breaks it.
fn described() -> BTreeMap<String, u32> {
    let readme = std::fs::read_to_string(sample("broken/README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let rule = cells.first()?.strip_prefix('`')?.strip_suffix(".jsonl`")?;
        assert!(cells.len() == 3 && !cells[2].is_empty(), "{line}");
        Some((rule.to_owned(), cells[1].parse().unwrap()))
    });
    rows.collect()
}

/// Every rule that the sources name where they report something.
fn rules_of_the_code() -> BTreeSet<String> {
    let mut rules: BTreeSet<String> = check::rules().iter().map(|it| it.name.to_owned()).collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut todo = vec![source];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(std::fs::read_dir(&path).unwrap().map(|it| it.unwrap().path()));
            continue;
        }
        let is_code = path.extension().is_some_and(|it| it == "rs");
        let is_test = ["tests.rs", "sample.rs", "fixture.rs"].iter().any(|it| path.ends_with(it))
            || path.components().any(|it| it.as_os_str() == "tests");
        if is_code && !is_test {
            let text = std::fs::read_to_string(&path).unwrap();
            rules.extend(rules_of(text.split("#[cfg(test)]\nmod tests {").next().unwrap()));
        }
    }
    rules
}

/// Names of rules in one source: the kebab-case string that stands where a finding is made.
fn rules_of(text: &str) -> Vec<String> {
    const MAKERS: [&str; 8] = [
        "Problem::note(",
        "Problem::warning(",
        "Problem::error(",
        ".find(",
        "found(",
        "diagnose_line(",
        "rule: ",
        "SkipReason::",
    ];
    let mut rules = Vec::new();
    for maker in MAKERS {
        for (at, _) in text.match_indices(maker) {
            // The first string among the arguments, but no further than they may reach.
            let rest: String = text[at + maker.len()..].chars().take(80).collect();
            let rest = rest.split(';').next().unwrap_or_default();
            rules.extend(first_name(rest));
        }
    }
    // What `repair` notes goes through a closure of its own.
    for (at, _) in text.match_indices("note(&repair.") {
        rules.extend(first_name(text[at..].split(';').next().unwrap_or_default()));
    }
    rules
}

fn first_name(text: &str) -> Option<String> {
    let (_, from) = text.split_once('"')?;
    let (name, _) = from.split_once('"')?;
    let kebab = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let is_rule = name.contains('-') && name.chars().all(kebab) && !name.starts_with('-');
    is_rule.then(|| name.to_owned())
}

#[test]
fn every_log_breaks_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for (rule, line) in described() {
        let log = open(&sample(&format!("broken/{rule}.jsonl")));
        let found: Vec<(&str, u32)> =
            log.findings.iter().map(|it| (it.rule, it.origin.map_or(0, |it| it.line))).collect();
        if found != [(rule.as_str(), line)] {
            wrong.push(format!("{rule}:{line}: {:#?}", log.findings));
        }
        assert!(!log.episodes.is_empty(), "{rule}: what is sound in it is kept");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_log_and_every_log_a_line() {
    let described: BTreeSet<String> = described().into_keys().collect();
    let mut rules = rules_of_the_code();
    for (rule, why) in NOT_IN_A_FILE {
        assert!(rules.remove(*rule), "{rule} is no rule any more ({why})");
    }
    let files: BTreeSet<String> = std::fs::read_dir(sample("broken"))
        .unwrap()
        .filter_map(|it| it.unwrap().file_name().to_str()?.strip_suffix(".jsonl").map(str::to_owned))
        .collect();
    assert_eq!(files, described, "files and the README of sample-logs/broken");
    assert_eq!(rules, described, "rules of the code and logs of sample-logs/broken");
    // The search finds what it is made for.
    for rule in ["bad-json", "lone-surrogate", "dangling-reference", "wrong-type", "glued-lines", "no-reward"]
    {
        assert!(rules.contains(rule), "{rule}");
    }
}

#[test]
fn severity_of_a_rule_is_that_of_the_table() {
    for rule in check::rules() {
        let log = open(&sample(&format!("broken/{}.jsonl", rule.name)));
        assert_eq!(log.findings[0].severity, rule.severity, "{}", rule.name);
        assert!(!log.findings[0].message.ends_with('.'), "{}", log.findings[0].message);
    }
}

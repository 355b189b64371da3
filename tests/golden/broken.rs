//! Every rule has a log that breaks it and nothing else, or a test where no log can.

use std::{collections::BTreeSet, fs, path::Path};

use creditscope::model::rule::{self, Rule, Sample};

use super::open::{open_logs, sample};

/// What a sample of an imported format breaks besides its rule, for want of a place to say it.
const BESIDES: &[(&str, &str)] = &[("trailing-text", "no-reward")];

/// What is wrong with the sample of `rule`; `None`: nothing.
fn fault(rule: &Rule) -> Option<String> {
    let name = rule.sample_name()?;
    let line = match rule.sample() {
        Sample::Line(line) | Sample::Path(_, line) => line,
        Sample::Test(..) => return None,
    };
    let path = sample(&format!("broken/{name}"));
    if !path.exists() {
        return Some(format!(
            "{rule}: sample-logs/broken/{name} is missing: a small log that breaks this rule"
        ));
    }
    let log = open_logs(&path);
    let others = |it: &&str| !BESIDES.contains(&(rule.name(), it));
    let found = log.findings.iter().map(|it| (it.rule.name(), it.origin.map_or(0, |it| it.line)));
    let found: Vec<_> = found.filter(|it| others(&it.0)).collect();
    if found != [(rule.name(), line)] || log.episodes.is_empty() {
        return Some(format!(
            "{rule}: sample-logs/broken/{name} should break it at line {line} and no other rule, and hold an episode: {:#?}",
            log.findings
        ));
    }
    let finding = log.findings.iter().find(|it| it.rule == rule)?;
    assert!(rule.severities().contains(&finding.severity), "{finding:?}");
    assert!(!finding.message.ends_with('.'), "{finding:?}");
    None
}

#[test]
fn every_rule_has_a_log_that_breaks_it_and_no_other() {
    let faults: Vec<String> = rule::ALL.iter().filter_map(|it| fault(it)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_broken_log_is_of_a_rule() {
    let of_rules: BTreeSet<String> = rule::ALL.iter().filter_map(|it| it.sample_name()).collect();
    let files: BTreeSet<String> = fs::read_dir(sample("broken"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|it| it != "README.md")
        .collect();
    assert_eq!(files, of_rules);
}

/// The body of a function of rustfmt's making, up to the brace that ends it.
fn body<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    let (_, body) = text.split_once(&format!("\nfn {function}("))?;
    body.split("\n}\n").next()
}

#[test]
fn what_no_log_can_show_a_test_does() {
    for rule in rule::ALL {
        let Sample::Test(file, function) = rule.sample() else { continue };
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let body = body(&text, function).unwrap_or_else(|| panic!("{rule}: {file} has no test '{function}'"));
        assert!(body.contains(rule.name()), "{rule}: '{function}' of {file} does not name it");
    }
}

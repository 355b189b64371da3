//! The table of rules, written out: `creditscope check --rules`.
//!
//! Everything said here stands in a row of [`crate::model::rule`]; there is no other list of rules.
//!
//! JSON: `{"format": 1, "rules": [{name, severities[], about, sample}]}`. The gravest severity comes first;
//! `sample` is a file or directory in `sample-logs/broken`, or null where no file can show the rule.

use serde_json::json;

use super::{
    document::{Document, Section},
    figures::severity,
    text,
};
use crate::model::Rule;

/// `rules` for people, ended by a line end.
pub fn rules_text(rules: &[&'static Rule]) -> String {
    let mut section = Section::new("");
    for rule in rules {
        section.field(rule.name(), format!("{}: {}", severities(rule).join(" or "), rule.about()));
    }
    let title = format!(
        "What can be wrong with a log: {} rules, each with the severity of its findings",
        rules.len()
    );
    text::render(&Document { title, sections: vec![section] })
}

/// `rules` for programs, ended by a line end.
pub fn rules_json(rules: &[&'static Rule]) -> String {
    let row = |it: &&'static Rule| {
        json!({
            "name": it.name(),
            "severities": severities(it),
            "about": it.about(),
            "sample": it.sample_name(),
        })
    };
    format!("{:#}\n", json!({ "format": 1, "rules": rules.iter().map(row).collect::<Vec<_>>() }))
}

fn severities(rule: &Rule) -> Vec<&'static str> {
    rule.severities().iter().map(|it| severity(*it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rule;

    #[test]
    fn a_rule_is_told_with_its_severities_and_its_sentence() {
        let text = rules_text(&[rule::BAD_JSON, rule::WRONG_TYPE]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].starts_with("  bad-json    error: The line is not JSON"), "{text}");
        assert!(text.contains("\n  wrong-type  error or warning: A field holds another type"), "{text}");
        assert!(lines.iter().all(|it| it.len() <= 100), "{text}");
    }

    #[test]
    fn programs_get_every_rule() {
        let json: serde_json::Value = serde_json::from_str(&rules_json(rule::ALL)).unwrap();
        let rules = json["rules"].as_array().unwrap();
        assert_eq!(rules.len(), rule::ALL.len());
        let of = |name: &str| rules.iter().find(|it| it["name"] == name).unwrap();
        assert_eq!(of("missing-field")["severities"], json!(["error", "warning", "note"]));
        assert_eq!(of("no-reward")["sample"], "no-reward.jsonl");
        assert_eq!(of("torn-line")["sample"], json!(null));
    }
}

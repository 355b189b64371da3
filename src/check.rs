//! Structural rules: what an episode says that cannot be, or that will mislead whoever reads its credit.
//!
//! Data flow: [`Episode`] -> [`check`] -> [`Diagnostic`]s, one per finding, each with its record. The parser
//! finds what is wrong with lines, and the store finds wrong references (`Episode::diagnostics`); [`sorted`]
//! brings all findings into one list.
//!
//! It must not know a file format, a store or a credit method: it judges only what the log holds, never what
//! was computed from it. A rule that cannot tell stays silent: rounding, clock skew and streamed records that
//! are not complete yet are not findings.
//!
//! A rule is a row of [`model::rule`](crate::model::rule), which holds its name, severity, meaning and
//! sample, and a `Check` in the file here that looks for it; nothing else lists them.

mod agents;
mod alternatives;
mod coalitions;
mod declared;
mod extent;
mod finding;
mod manner;
mod own;
mod real;
mod replays;
mod reward;
mod rounding;
#[cfg(test)]
mod sample;
mod spread;
mod streams;
mod time;
mod usage;

use crate::model::{Diagnostic, Episode};

use finding::{Check, Finding};

/// The most findings of one rule that are listed for one episode; more are counted in one line.
const MOST: usize = 20;

/// The rules about episodes, one list per file.
const CHECKS: &[&[Check]] = &[
    reward::CHECKS,
    own::CHECKS,
    extent::CHECKS,
    agents::CHECKS,
    time::CHECKS,
    usage::CHECKS,
    declared::CHECKS,
    alternatives::CHECKS,
    real::CHECKS,
    replays::CHECKS,
    coalitions::CHECKS,
    spread::CHECKS,
    streams::CHECKS,
    manner::CHECKS,
];

/// All findings about `episode`, in the order of the rules and then of the episode.
pub fn check(episode: &Episode) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for check in CHECKS.iter().copied().flatten() {
        let mut findings = (check.run)(episode);
        let more = findings.split_off(findings.len().min(MOST));
        if let Some(first) = more.first() {
            let message = format!("{} more of this kind in episode '{}'", more.len(), episode.name);
            findings.push(Finding { message, origin: first.origin });
        }
        found.extend(findings.into_iter().map(|it| Diagnostic {
            rule: check.rule,
            severity: check.rule.severity(),
            message: it.message,
            origin: it.origin.or_else(|| finding::place(episode)),
        }));
    }
    found
}

/// Findings by place, then rule, then message. A finding reported twice (by the parser on the first pass and
/// again when its episode was opened) is kept once. Findings without a place come last.
pub fn sorted(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |it: &Diagnostic| it.origin.map(|it| (it.file, it.line));
    findings.sort_by(|a, b| {
        let key = |it: &Diagnostic| (it.origin.is_none(), place(it), it.rule);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup_by(|a, b| (place(a), a.rule, &a.message) == (place(b), b.rule, &b.message));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Origin, Severity, rule};

    #[test]
    fn a_sound_episode_has_no_findings() {
        assert_eq!(check(&sample::sound()), []);
    }

    #[test]
    fn many_findings_of_one_rule_are_counted() {
        let mut episode = sample::sound();
        let act = episode.acts[0].clone();
        for n in 0..30 {
            episode.acts.push(crate::model::Act { id: format!("x{n}"), duration: Some(-1.0), ..act.clone() });
        }
        let found = check(&episode);
        assert_eq!(found.len(), MOST + 1);
        assert_eq!(found[MOST].message, "10 more of this kind in episode 'e'");
    }

    #[test]
    fn sorting_drops_what_is_told_twice() {
        let at = |line, offset, message: &str| Diagnostic {
            rule: rule::BAD_JSON,
            severity: Severity::Error,
            message: message.to_owned(),
            origin: Some(Origin { file: FileId(0), line, offset, len: 1 }),
        };
        let nowhere = Diagnostic { origin: None, ..at(0, 0, "nowhere") };
        let found = sorted(vec![nowhere.clone(), at(9, 1, "b"), at(9, 2, "b"), at(2, 0, "z"), at(9, 3, "a")]);
        assert_eq!(found, [at(2, 0, "z"), at(9, 3, "a"), at(9, 1, "b"), nowhere]);
    }
}

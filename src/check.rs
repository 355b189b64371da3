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
//! `--help`, the documentation and the tests are made from [`rules`]; nothing else lists them.

mod agents;
mod alternatives;
mod coalitions;
mod declared;
mod extent;
mod replays;
mod reward;
mod rounding;
mod rule;
#[cfg(test)]
mod sample;
mod time;
mod usage;

use crate::model::{Diagnostic, Episode, Severity};

pub use rule::Rule;

use rule::Finding;

/// The most findings of one rule that are listed for one episode; more are counted in one line.
const MOST: usize = 20;

/// Every rule about episodes, in the order of the documentation.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// All findings about `episode`, in the order of the rules and then of the episode.
pub fn check(episode: &Episode) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        let mut findings = (rule.run)(episode);
        let more = findings.split_off(findings.len().min(MOST));
        if let Some(first) = more.first() {
            let message = format!("{} more of this kind in episode '{}'", more.len(), episode.name);
            findings.push(Finding { message, origin: first.origin });
        }
        found.extend(findings.into_iter().map(|it| Diagnostic {
            rule: rule.name,
            severity: rule.severity,
            message: it.message,
            origin: it.origin.or_else(|| rule::place(episode)),
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

static RULES: &[Rule] = &[
    Rule {
        name: "no-reward",
        severity: Severity::Warning,
        about: "The episode has ended, but no reward is logged: there is nothing to divide",
        run: reward::missing,
    },
    Rule {
        name: "return-mismatch",
        severity: Severity::Error,
        about: "`episode_end.return` is not the sum of the rewards, however rounded or discounted",
        run: reward::mismatch,
    },
    Rule {
        name: "open-episode",
        severity: Severity::Note,
        about: "The log holds no `episode_end` of the episode",
        run: extent::open,
    },
    Rule {
        name: "no-acts",
        severity: Severity::Warning,
        about: "The episode has ended without an action or a message",
        run: extent::empty,
    },
    Rule {
        name: "agent-without-acts",
        severity: Severity::Note,
        about: "An agent of the roster never acts",
        run: agents::without_acts,
    },
    Rule {
        name: "agent-not-in-roster",
        severity: Severity::Warning,
        about: "A record names an agent that the roster does not list",
        run: agents::not_in_roster,
    },
    Rule {
        name: "duplicate-agent",
        severity: Severity::Warning,
        about: "Two agents have names that differ in case or spacing only: their credit may be split",
        run: agents::duplicate,
    },
    Rule {
        name: "time-backwards",
        severity: Severity::Warning,
        about: "An effect is logged before its cause beyond clock skew, or a duration is negative",
        run: time::backwards,
    },
    Rule {
        name: "negative-usage",
        severity: Severity::Warning,
        about: "A cost, a latency or a token count is negative",
        run: usage::negative,
    },
    Rule {
        name: "credit-residual",
        severity: Severity::Warning,
        about: "Declared credit of an algorithm that divides a total does not sum to that total",
        run: declared::residual,
    },
    Rule {
        name: "credit-repeated",
        severity: Severity::Warning,
        about: "One credit record credits an agent or an act twice",
        run: declared::repeated,
    },
    Rule {
        name: "nonfinite-credit",
        severity: Severity::Warning,
        about: "A declared credit is not a finite number",
        run: declared::nonfinite,
    },
    Rule {
        name: "probabilities",
        severity: Severity::Warning,
        about: "Probabilities of the alternatives are outside 0..1 or do not sum to 1",
        run: alternatives::probabilities,
    },
    Rule {
        name: "taken-missing",
        severity: Severity::Warning,
        about: "The action taken is not among the alternatives logged for its act",
        run: alternatives::taken_missing,
    },
    Rule {
        name: "single-alternative",
        severity: Severity::Note,
        about: "The action taken is the only alternative logged: there is no contrast",
        run: alternatives::single,
    },
    Rule {
        name: "single-candidate",
        severity: Severity::Note,
        about: "A replay group has one candidate: its credit is undefined",
        run: replays::single,
    },
    Rule {
        name: "duplicate-candidates",
        severity: Severity::Note,
        about: "A replay group holds the same candidate more than once",
        run: replays::duplicates,
    },
    Rule {
        name: "identical-completions",
        severity: Severity::Warning,
        about: "Candidates or replays of a group are copies of each other, as one seed makes them",
        run: replays::identical,
    },
    Rule {
        name: "mixed-policies",
        severity: Severity::Warning,
        about: "The replays of a group ran with different policies of one agent",
        run: replays::mixed_policies,
    },
    Rule {
        name: "no-null-arm",
        severity: Severity::Note,
        about: "Replay groups have no arm that draws the action anew",
        run: replays::no_null_arm,
    },
    Rule {
        name: "coalition-incomplete",
        severity: Severity::Note,
        about: "A coalition table lacks values that Shapley and Banzhaf need",
        run: coalitions::incomplete,
    },
    Rule {
        name: "coalition-inconsistent",
        severity: Severity::Warning,
        about: "One coalition has two values that differ beyond their errors, or an impossible spread",
        run: coalitions::inconsistent,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Origin};

    #[test]
    fn a_sound_episode_has_no_findings() {
        assert_eq!(check(&sample::sound()), []);
    }

    #[test]
    fn rules_are_named_once_and_explained() {
        for (at, rule) in rules().iter().enumerate() {
            assert!(rules()[..at].iter().all(|it| it.name != rule.name), "{}", rule.name);
            assert!(rule.name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'), "{}", rule.name);
            assert!(!rule.about.is_empty() && !rule.about.ends_with('.'), "{}", rule.about);
        }
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
            rule: "bad-json",
            severity: Severity::Error,
            message: message.to_owned(),
            origin: Some(Origin { file: FileId(0), line, offset, len: 1 }),
        };
        let nowhere = Diagnostic { origin: None, ..at(0, 0, "nowhere") };
        let found = sorted(vec![nowhere.clone(), at(9, 1, "b"), at(9, 2, "b"), at(2, 0, "z"), at(9, 3, "a")]);
        assert_eq!(found, [at(2, 0, "z"), at(9, 3, "a"), at(9, 1, "b"), nowhere]);
    }
}

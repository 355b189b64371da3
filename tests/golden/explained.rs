//! Explanations on the sample logs: every number of every method is the sum of its terms, and every term
//! names its records or says why it has none.

use creditscope::{
    credit::{self, Target},
    model::{Explanation, Term},
};

use super::open::{open, sample};

const LOGS: [&str; 6] = [
    "forage-saboteur.jsonl",
    "forage-replays.jsonl",
    "dev-team.jsonl",
    "live-interleaved.jsonl",
    "truth-delayed.jsonl",
    "truth-saboteur.jsonl",
];

#[track_caller]
fn check_terms(of: &str, terms: &[Term], value: f64) {
    for term in terms {
        let stated = term.text.ends_with("no record)");
        assert!(
            stated || !term.origins.is_empty(),
            "{of}: '{}' has no record and does not say why",
            term.text
        );
        assert!(term.origins.iter().all(|it| it.line > 0), "{of}: {}", term.text);
    }
    let sum: f64 = terms.iter().filter_map(|it| Some(it.weight * it.value?)).sum();
    assert!((sum - value).abs() < 1e-9, "{of}: the terms sum to {sum}, the number is {value}: {terms:#?}");
}

fn check_explanation(of: &str, found: &Explanation) -> usize {
    let Some(result) = found.result.number() else { return 0 };
    check_terms(of, &found.terms, result.value);
    for detail in &found.details {
        check_terms(&format!("{of} > {}", detail.subject), &detail.terms, detail.value);
    }
    for term in found.terms.iter().chain(found.details.iter().flat_map(|it| &it.terms)) {
        assert!(!credit::grounds(found, term).is_empty());
    }
    assert!(!found.formula.is_empty() && !found.source.is_empty(), "{of}");
    1
}

#[test]
fn every_method_explains_every_number_by_records() {
    let mut methods = std::collections::BTreeSet::new();
    for log in LOGS {
        for episode in &open(&sample(log)).episodes {
            for scenario in credit::variants() {
                let Ok(attribution) = credit::compute(episode, &scenario) else { continue };
                let name = format!("{log} {} {}", episode.name, credit::scenario_name(&scenario));
                let mut known = 0;
                for agent in episode.agent_ids() {
                    let found = credit::explain(episode, &scenario, Target::Agent(agent)).unwrap();
                    known += check_explanation(&format!("{name} {}", episode.agent(agent).name), &found);
                }
                for (act, _) in attribution.acts.iter().take(12) {
                    let found = credit::explain(episode, &scenario, Target::Act(*act)).unwrap();
                    known += check_explanation(&format!("{name} {}", episode.act(*act).id), &found);
                }
                if known > 0 {
                    methods.insert(scenario.method);
                }
            }
        }
    }
    // Nearly every row of the method table is available somewhere in the samples.
    assert!(methods.len() >= 18, "{methods:?}");
}

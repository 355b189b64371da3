//! Explanations on the sample logs: every number of every method is the sum of its terms, every term names its
//! records or says why it has none, and whoever does the printed arithmetic again by hand gets the printed number.

use creditscope::{
    credit::{self, Target},
    model::{Explanation, Scenario, Term, in_full},
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
    let products = || terms.iter().filter_map(|it| Some(it.weight * it.value?));
    let (sum, size): (f64, f64) = (products().sum(), products().map(f64::abs).sum());
    // A group without spread is divided by as little as 1e-9.
    assert!(
        (sum - value).abs() < 1e-9 + 1e-14 * size,
        "{of}: the terms sum to {sum}, the number is {value}: {terms:#?}"
    );
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
    assert!(!found.formula.is_empty() && !found.source.is_empty() && !found.title.is_empty(), "{of}");
    check_printed(of, found, result.value);
    for detail in &found.details {
        check_by_hand(&format!("{of} > {}", detail.subject), &detail.terms, detail.value);
    }
    1
}

/// A sum of products as an explanation writes it: `0.5 x 2 - (-1) + 0.25 (3 more terms)`.
fn evaluated(text: &str) -> f64 {
    let (mut total, mut sign, mut product) = (0.0, 1.0, None::<f64>);
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let is_remark = word.strip_prefix('(').is_some_and(|it| it.parse::<u32>().is_ok());
        match word {
            "+" | "-" => {
                total += sign * product.take().unwrap_or(0.0);
                sign = if word == "-" { -1.0 } else { 1.0 };
            }
            "x" => {}
            _ if is_remark => while words.next().is_some_and(|it| !it.ends_with(')')) {},
            number => {
                let number: f64 = number.trim_matches(['(', ')']).parse().expect(text);
                product = Some(product.map_or(number, |it| it * number));
            }
        }
    }
    total + sign * product.unwrap_or(0.0)
}

/// How far numbers with six decimals may take the sum of `terms` off.
fn rounding(terms: &[Term]) -> f64 {
    1e-6 * (1.0 + terms.iter().map(|it| it.weight.abs() + it.value.unwrap_or(0.0).abs()).sum::<f64>())
}

/// The line with the numbers substituted, and the table of terms.
#[track_caller]
fn check_printed(of: &str, found: &Explanation, result: f64) {
    let line = found.substituted.strip_prefix(&format!("{} = ", found.subject)).expect(of);
    let (sum, printed) = line.rsplit_once(" = ").unwrap_or((line, line));
    let (sum, printed) = (evaluated(sum), evaluated(printed));
    let off = rounding(&found.terms);
    assert!((sum - printed).abs() < off && (printed - result).abs() < off, "{of}: {}", found.substituted);
    check_by_hand(of, &found.terms, result);
}

/// Weights and values as the table of terms prints them.
#[track_caller]
fn check_by_hand(of: &str, terms: &[Term], result: f64) {
    let read = |value: f64| in_full(value, 4).trim().parse::<f64>().expect(of);
    let sum: f64 = terms.iter().filter_map(|it| Some(read(it.weight) * read(it.value?))).sum();
    assert!((sum - result).abs() < rounding(terms), "{of}: the printed terms sum to {sum}: {terms:#?}");
}

/// What the method's own formula makes of the values of the terms, where it is more than their sum. `None` for a method that is not done again here.
fn by_formula(scenario: &Scenario, found: &Explanation) -> Option<f64> {
    let value = |it: &Term| it.value.expect("known");
    match (scenario.method.as_str(), scenario.baseline.as_deref()) {
        ("gae", _) => {
            // A_t = sum of (gamma lambda)^k delta_(t+k): the terms are in order of size, their steps in the text.
            for term in &found.terms {
                let (_, arithmetic) = term.text.split_once(": ")?;
                let words: Vec<&str> = arithmetic.split(' ').filter(|it| !matches!(*it, "r" | "V")).collect();
                let delta = evaluated(&words.join(" "));
                assert!((delta - value(term)).abs() < 3e-6, "{}: {}", term.text, value(term));
            }
            Some(found.terms.iter().map(|it| it.weight * value(it)).sum())
        }
        ("replay-mean" | "replay-loo" | "replay-normalised", Some(baseline)) => {
            if baseline == "replays" || !found.terms.iter().all(|it| it.text.starts_with("Rbar")) {
                return None;
            }
            let own = value(found.terms.iter().find(|it| it.text.ends_with(", which happened"))?);
            let all: Vec<f64> = found.terms.iter().map(value).collect();
            let n = all.len() as f64;
            let mean = all.iter().sum::<f64>() / n;
            let squares =
                |numbers: &[f64], mean: f64| numbers.iter().map(|it| (it - mean).powi(2)).sum::<f64>();
            // Against the mean of the others.
            let alone = |it: f64| it - (mean * n - it) / (n - 1.0);
            let over = |spread: f64| (own - mean) / spread;
            Some(match (scenario.method.as_str(), baseline) {
                ("replay-mean", _) => own - mean,
                ("replay-loo", _) => alone(own),
                (_, "trl") => over((squares(&all, mean) / (n - 1.0)).sqrt() + 1e-4),
                (_, "verl") => over((squares(&all, mean) / (n - 1.0)).sqrt() + 1e-6),
                (_, "openrlhf") => over((squares(&all, mean) / (n - 1.0)).sqrt() + 1e-9),
                (_, "whitened") => over((squares(&all, mean) / n).sqrt() + 1e-9),
                _ => {
                    let credits: Vec<f64> = all.iter().map(|it| alone(*it)).collect();
                    alone(own) / (squares(&credits, 0.0) / n + 1e-8).sqrt()
                }
            })
        }
        _ => None,
    }
}

#[test]
fn every_method_explains_every_number_by_records() {
    let mut methods = std::collections::BTreeSet::new();
    let mut done_again = std::collections::BTreeSet::new();
    for log in LOGS {
        for episode in &open(&sample(log)).episodes {
            // Also the baselines that only give the same numbers another scale.
            for scenario in credit::methods().iter().flat_map(credit::Method::scenarios) {
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
                    if let (Some(again), Some(result)) =
                        (by_formula(&scenario, &found), found.result.number())
                    {
                        let off = rounding(&found.terms);
                        assert!((again - result.value).abs() < off, "{name}: {again}, {found:#?}");
                        done_again.insert(credit::scenario_name(&scenario));
                    }
                }
                if known > 0 {
                    methods.insert(scenario.method);
                }
            }
        }
    }
    // Nearly every row of the method table is available somewhere in the samples.
    assert!(methods.len() >= 18, "{methods:?}");
    assert!(done_again.len() >= 8, "{done_again:?}");
}

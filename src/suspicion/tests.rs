//! P, window and evidence of small conversations, held to what another program computes: the one with which the signals
//! were found (Python, numpy) has written `tests/data/suspicion.json`.

use serde::Deserialize;

use super::*;
use crate::model::{Act, ActKind, Agent, DeclaredCredit, Outcome, Status, draft};

#[derive(Deserialize)]
struct Case {
    acts: Vec<Said>,
    lead: bool,
    signals: Vec<Vec<f64>>,
    p: Vec<f64>,
    /// The first act and the one after the last.
    window: (usize, usize),
    distance: f64,
}

#[derive(Deserialize)]
struct Said {
    agent: String,
    manner: String,
    text: String,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../tests/data/suspicion.json")).unwrap()
}

/// A failed episode in which this was said.
fn failed(said: &[Said]) -> Episode {
    let mut episode = Episode {
        outcome: Some(Outcome { status: Some(Status::Failure), ..Outcome::default() }),
        ..Episode::default()
    };
    for (at, it) in said.iter().enumerate() {
        let known = episode.agents.iter().position(|agent| agent.name == it.agent);
        let agent = known.unwrap_or_else(|| {
            episode.agents.push(Agent { name: it.agent.clone(), ..Agent::default() });
            episode.agents.len() - 1
        });
        let (kind, category) = match it.manner.as_str() {
            "thought" => (ActKind::Action, "plan"),
            manner if manner.starts_with("->") => (ActKind::Message, ""),
            _ => (ActKind::Action, "llm"),
        };
        let (id, category) = (format!("s{at}"), category.to_owned());
        episode.acts.push(Act { id, kind, category, ..draft::action(agent as u32) });
    }
    let words = said.iter().enumerate().map(|(at, it)| Words {
        act: ActId::from_index(at),
        said: it.text.clone(),
        result: None,
    });
    episode.clues = Some(std::sync::Arc::new(read(&episode, words)));
    episode
}

#[test]
fn signals_p_window_and_distance_are_those_of_the_program_that_found_them() {
    for (number, case) in cases().iter().enumerate() {
        let episode = failed(&case.acts);
        assert!(is_wanted(&episode));
        let found = estimate(&episode).unwrap();
        assert_eq!(found.has_lead, case.lead, "{number}");
        for (act, (row, expected)) in found.signals.rows.iter().zip(&case.signals).enumerate() {
            for (at, name) in signals::NAMES.iter().enumerate() {
                let (value, expected) = (row[at], expected[at]);
                assert!((value - expected).abs() < 1e-9, "{number}, act {act}, {name}: {value}, {expected}");
            }
        }
        for (act, (p, expected)) in found.acts.iter().zip(&case.p).enumerate() {
            assert!((p - expected).abs() < 1e-6, "{number}, act {act}: {p}, {expected}");
        }
        assert_eq!((found.window.0.index(), found.window.1.index() + 1), case.window, "{number}");
        assert!((found.distance - case.distance).abs() < 1e-9, "{number}: {}", found.distance);
    }
}

#[test]
fn tools_and_persons_are_never_named() {
    for case in cases() {
        let episode = failed(&case.acts);
        let found = estimate(&episode).unwrap();
        let is_silent = |it: &str| ["Computer_terminal", "tool", "user", "human"].contains(&it);
        assert!(found.agents.iter().all(|it| !is_silent(&episode.agent(it.0).name)));
        assert!(found.top.iter().all(|it| !is_silent(&episode.agent(episode.act(*it).agent).name)));
        let sum: f64 = found.acts.iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }
}

#[test]
fn reasons_quote_the_place() {
    let episode = failed(&cases()[0].acts);
    let found = estimate(&episode).unwrap();
    let words: Vec<String> = found.evidence(&episode, ActId(1)).into_iter().map(|it| it.words).collect();
    let holds = |part: &str| assert!(words.iter().any(|it| it.contains(part)), "{part}: {words:#?}");
    // 28,797, 28797 and 1200 come up here first; the 1 of `line 3` or `1.` does not.
    holds("brings 3 values found nowhere before (\"28,797\", \"28797\", \"1200\")");
    holds("says \"assume\", \"simulate\"");
    holds("the act before the first error of a tool (\"exitcode: 1\" at s2)");
    holds("holds code");
}

#[test]
fn weights_of_reasons_add_up_to_the_log_odds_against_another_act() {
    // log P(a) - log P(b) is the difference of the sums of weight times signal, whatever the reference act is.
    let episode = failed(&cases()[1].acts);
    let found = estimate(&episode).unwrap();
    let score =
        |at: usize| -> f64 { found.signals.rows[at].iter().zip(&found.weights).map(|it| it.0 * it.1).sum() };
    let odds = (found.acts[3] / found.acts[7]).ln();
    assert!((odds - (score(3) - score(7))).abs() < 1e-9);
    let mean = |signal: usize| {
        let agents = found.signals.rows.iter().zip(&found.signals.is_agent).filter(|it| *it.1);
        agents.clone().map(|it| it.0[signal]).sum::<f64>() / agents.count() as f64
    };
    for it in found.evidence(&episode, ActId(3)) {
        let at = signals::NAMES.iter().position(|name| *name == it.signal).unwrap();
        let expected = found.weights[at] * (found.signals.rows[3][at] - mean(at));
        assert!((it.weight - expected).abs() < 1e-12, "{}", it.signal);
    }
}

#[test]
fn without_text_without_failure_or_beside_a_measurement_nothing_is_estimated() {
    let said = |agent: &str, text: &str| Said {
        agent: agent.to_owned(),
        manner: String::new(),
        text: text.to_owned(),
    };
    let short = failed(&[said("a", "move 3"), said("b", "move 4")]);
    assert_eq!(estimate(&short), None);
    let long = "the same words again and again, in all of this text";
    let mut tools = failed(&[said("tool", long), said("user", long)]);
    assert_eq!(estimate(&tools), None);
    tools.clues = None;
    assert_eq!(estimate(&tools), None);
    let mut episode = failed(&[said("a", long), said("b", long)]);
    assert!(is_wanted(&episode) && estimate(&episode).is_some());
    let credit = DeclaredCredit {
        id: None,
        algorithm: "mine".to_owned(),
        params: Vec::new(),
        reward: None,
        items: vec![draft::credit_item(0, -1.0)],
        confidence: None,
        units: None,
        origin: draft::line(1),
    };
    episode.declared.push(credit);
    assert!(!is_wanted(&episode));
    episode.declared.clear();
    episode.outcome = Some(Outcome { status: Some(Status::Success), ..Outcome::default() });
    assert!(!is_wanted(&episode));
    episode.outcome = None;
    assert!(!is_wanted(&episode));
}

#[test]
fn a_result_that_is_logged_with_its_act_is_a_tools_and_its_share_the_acts() {
    let said = |agent: &str, text: &str| Said {
        agent: agent.to_owned(),
        manner: String::new(),
        text: text.to_owned(),
    };
    let call = "I run the tests of the parser, all of them, with coverage.";
    let mut episode = failed(&[said("coder", call), said("tester", call)]);
    let words = |at: usize, result: Option<&str>| Words {
        act: ActId::from_index(at),
        said: call.to_owned(),
        result: result.map(str::to_owned),
    };
    let clues = read(&episode, [words(0, None), words(1, Some("exitcode: 1"))].into_iter());
    assert_eq!(
        clues.rows.iter().map(|it| (it.act.0, it.is_result)).collect::<Vec<_>>(),
        [(0, false), (1, false), (1, true)]
    );
    episode.clues = Some(std::sync::Arc::new(clues));
    let found = estimate(&episode).unwrap();
    // The second act is the one before the first error of a tool, which is its own result.
    assert_eq!(found.signals.first_error, Some(2));
    let at = signals::NAMES.iter().position(|it| *it == "before_error").unwrap();
    assert_eq!([0, 1, 2].map(|row| found.signals.rows[row][at]), [0.0, 1.0, 0.0]);
    assert!(found.acts[1] > found.acts[0]);
    assert!((found.acts.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

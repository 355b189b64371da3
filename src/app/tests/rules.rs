//! Rules of a run: typed, asked, listed, saved, and what a hit does.

use std::sync::Arc;

use super::{training::run, *};
use crate::{
    app::{
        Effect, Overlay, Screen,
        rules::{Does, RuleChoice, RulesState},
    },
    model::{LogSummary, Segmented},
};

fn choice(text: &str, does: Does) -> RuleChoice {
    RuleChoice { text: text.to_owned(), on: true, does }
}

/// The places at which a rule hit.
fn hits(program: &TestProgram, rule: usize) -> Vec<usize> {
    program.model().rules.entries[rule].hits().iter().map(|it| it.at).collect()
}

#[test]
fn a_rule_is_typed_and_asked_of_all_episodes() {
    let mut program = TestProgram::of(&run());
    program.press("A");
    assert_eq!(program.model().overlay, Some(Overlay::Rules));
    program.press("acredit(bob) < 0\n");
    // Only in the 91st it is below 0.
    assert_eq!(hits(&program, 0), [90]);
    program.press("acredit(bob) = 0 for 3\n");
    // From the 81st on, and anew after the 91st.
    assert_eq!(hits(&program, 1), [82, 93]);
    assert_eq!((program.model().rules.row, program.model().rules.hits()), (1, (3, 0)));
    program.press("N\n");
    assert_eq!(program.model().screen, Screen::Episode);
    assert_eq!(program.model().open.as_ref().unwrap().episode.name, "e82");
    // No film was asked for: only what rules need was read.
    assert!(program.model().film.film.get().is_none());
    program.press("A ");
    assert_eq!(program.model().rules.hits(), (1, 0), "one that is off rings no more");
    program.press("D");
    assert_eq!(program.model().rules.entries.len(), 1);
}

#[test]
fn a_slip_puts_the_cursor_where_it_is() {
    let mut program = TestProgram::of(&run());
    program.press("AaR < 0 and\n");
    let prompt = program.model().prompt.as_ref().unwrap();
    assert_eq!((prompt.at, prompt.error.as_deref()), (6, Some("column 7: 'and' needs a second condition")));
    program.press("\x1bacredit(bo) < 0\n");
    let problem = program.model().rules.entries[0].problem().unwrap().to_string();
    assert_eq!(problem, "column 8: no agent 'bo' in any episode; agents: ada, bob");
    // It is mended where it stands, and asked anew.
    program.press("e");
    program.model_mut().prompt.as_mut().unwrap().set("credit(bob) < 0".to_owned());
    program.press("\n");
    assert_eq!((program.model().rules.entries.len(), hits(&program, 0)), (1, vec![90]));
}

#[test]
fn a_hit_while_the_log_grows_rings_and_holds_and_history_does_not() {
    let mut program = TestProgram::of(&run());
    let all = program.log(true);
    let mut some = Segmented::default();
    all.episodes.iter().take(85).for_each(|it| some.push(it.clone()));
    program.send(Message::Log(LogSummary { episodes: Arc::new(some), ..all.clone() }));
    let both = Does { bell: true, hold: true };
    program.model_mut().rules =
        RulesState::of(vec![choice("credit(bob) = 0", Does::default()), choice("failed", both)], None);
    program.send(Message::Settle);
    assert_eq!(hits(&program, 0), [80, 81, 82, 83, 84]);
    assert_eq!(program.model().rules.hits(), (5, 5));
    assert!(program.effects.iter().all(|it| *it != Effect::Bell) && program.model().held.is_none());
    program.send(Message::Log(all));
    assert_eq!(hits(&program, 1), [90]);
    assert_eq!(program.effects.iter().filter(|it| **it == Effect::Bell).count(), 1);
    assert!(program.model().held.is_some(), "held at the hit");
    assert_eq!(program.model().row, 90);
    assert!(program.notice().starts_with("rule 2 in e90: "), "{}", program.notice());
    program.press("A");
    assert_eq!(program.model().rules.hits().1, 0, "seen");
}

#[test]
fn rules_are_written_only_when_asked_to() {
    let mut program = TestProgram::of(&run());
    program.model_mut().rules =
        RulesState::of(vec![choice("failed", Does::default())], Some("c.toml".to_owned()));
    program.send(Message::Settle);
    assert!(!program.model().rules.changed);
    program.press("At");
    assert!(program.model().rules.changed);
    program.key(Key::char('s'));
    let bell = Does { bell: true, hold: false };
    assert_eq!(program.effects, [Effect::SaveRules(vec![choice("failed", bell)])]);
    program.send(Message::RulesSaved(Err("disk full".to_owned())));
    assert!(program.model().rules.changed && program.notice().contains("not saved: disk full"));
    program.send(Message::RulesSaved(Ok("c.toml".to_owned())));
    assert!(!program.model().rules.changed);
    // All four choices of what a hit does, and around.
    let mut seen = vec![program.model().rules.entries[0].choice.does];
    for _ in 0..3 {
        program.press("t");
        seen.push(program.model().rules.entries[0].choice.does);
    }
    let words: Vec<String> = seen.iter().map(|it| it.words().join(" ")).collect();
    assert_eq!(words, ["bell", "hold", "bell hold", "mark"]);
}

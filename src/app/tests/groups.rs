//! The groups of a run in place of the list.

use super::*;
use crate::app::Screen;

/// Two tasks, each one group of two. In `a` the declared signs of ada are the wrong way round, bob's are right; in `b` the
/// returns are equal, and both are pushed all the same.
const LOG: [(&str, f64, f64, f64); 4] =
    [("a", 1.0, -0.5, 0.5), ("a", 0.0, 0.25, -0.5), ("b", 1.0, 0.1, 0.1), ("b", 1.0, -0.1, -0.1)];

fn episode(at: usize, (task, reward, ada, bob): (&str, f64, f64, f64)) -> String {
    format!(
        r#"{{"type":"episode_start","episode":"e{at}","task":"task {task}","group":"{task}","update":{}}}
{{"type":"action","episode":"e{at}","id":"x{at}","agent":"ada","action":"go","usage":{{"out":1500}}}}
{{"type":"action","episode":"e{at}","id":"y{at}","agent":"bob","action":"go","usage":{{"out":500}}}}
{{"type":"credit","episode":"e{at}","algorithm":"grpo","params":{{"std":false}},"agents":{{"ada":{ada},"bob":{bob}}}}}
{{"type":"episode_end","episode":"e{at}","status":"success","return":{reward}}}
"#,
        usize::from(task == "b")
    )
}

fn log() -> String {
    LOG.iter().enumerate().map(|(at, it)| episode(at, *it)).collect()
}

#[test]
fn v_walks_list_film_and_groups() {
    let mut program = TestProgram::of(&log());
    let shown = |program: &TestProgram| (program.model().film.shown, program.model().groups.shown);
    assert_eq!(shown(&program), (false, false));
    program.press("v");
    assert_eq!(shown(&program), (true, false));
    program.press("v");
    assert_eq!(shown(&program), (false, true));
    program.press("v");
    assert_eq!(shown(&program), (false, false));
    program.press("vv\x1b");
    assert_eq!(shown(&program), (false, false));
}

#[test]
fn the_ledger_counts_what_was_pushed() {
    let mut program = TestProgram::of(&log());
    program.press("vv");
    let state = &program.model().groups;
    let ledger = state.ledger().unwrap();
    assert_eq!((ledger.groups, ledger.rollouts, ledger.task_count(), ledger.pushes), (2, 4, 2, 8));
    let (name, rows) = ledger.task(0).unwrap();
    assert_eq!((name, rows.len()), ("task a", 2));
    assert_eq!((rows[0].up, rows[0].down, rows[0].wrong_sign, rows[0].flat), (1, 1, 2, 0));
    assert_eq!((rows[1].wrong_sign, rows[1].pushed), (0, 0));
    let (_, rows) = ledger.task(1).unwrap();
    // Nothing is to be learned there: 3,000 tokens of ada, and both pushes of each are for nothing.
    assert_eq!((rows[0].flat, rows[0].flat_tokens, rows[0].pushed, rows[1].pushed), (1, 3000, 2, 2));
    // By update, ada: -0.5 + 0.25, and 0.1 - 0.1 in a group without a spread.
    assert_eq!(ledger.updates, [0, 1]);
    let cells = &ledger.by_update[0];
    assert_eq!((cells[0].mass, cells[0].flat, cells[1].mass, cells[1].flat), (-0.25, 0, 0.0, 1));
    // Right is 1 - 0.5 and 0 - 0.5: the first is off by 1, the second by 0.75.
    let wrong: Vec<(&str, f64)> = ledger.wrong.iter().map(|it| (&*it.episode, it.right)).collect();
    assert_eq!(wrong, [("e0", 0.5), ("e1", -0.5)]);
    assert_eq!(
        ledger.sentences(),
        [
            "2 of 4 parts of an agent in a group have no spread, so nothing can be learned there (50%); 50% of the tokens \
             went into them",
            "2 of 8 pushes (25%) have the wrong sign, most of them of ada (2)",
            "4 pushes are of samples without a signal",
        ]
    );
    let forms = state.forms.get().unwrap();
    assert!(forms[0].starts_with("grpo, "), "{forms:?}");
}

#[test]
fn enter_opens_the_worst_episode_of_a_task_and_n_walks_wrong_signs() {
    let mut program = TestProgram::of(&log());
    let opened = |program: &mut TestProgram, keys: &str| {
        program.press(keys);
        assert_eq!(program.model().screen, Screen::Episode);
        let name = program.episode().episode.name.clone();
        program.press("0");
        name
    };
    // Ada's worst push of task a; of bob, who has none there, the rollout that got least.
    assert_eq!(opened(&mut program, "vv\n"), "e0");
    assert_eq!(opened(&mut program, "l\n"), "e1");
    assert_eq!(opened(&mut program, "j\n"), "e2");
    assert_eq!(opened(&mut program, "nn\n"), "e1");
    assert_eq!(program.model().groups.wrong, Some(1));
    program.press("n");
    assert_eq!(program.model().groups.wrong, Some(0));
    program.press("N");
    assert_eq!(program.model().groups.wrong, Some(1));
    program.press("G");
    assert_eq!((program.model().groups.wrong, program.model().groups.task), (None, 2));
    // All tasks: the least that bob got.
    assert_eq!(opened(&mut program, "\n"), "e1");
}

#[test]
fn a_growing_log_is_read_again_when_it_has_grown() {
    let mut program = TestProgram::of(&log());
    program.press("vv");
    let mut model = program.model().clone();
    let mut grown = following(&mut program);
    let asks = |effects: &[Effect]| effects.contains(&Effect::Groups);
    assert!(!asks(&update(&mut model, Message::Log(grown.clone()))), "nothing has come");
    grown.records += 1;
    assert!(asks(&update(&mut model, Message::Log(grown.clone()))));
    grown.records += 1;
    assert!(!asks(&update(&mut model, Message::Log(grown.clone()))), "it is being read");
    let ledgers = std::sync::Arc::new(Vec::new());
    let effects = update(&mut model, Message::Groups { ledgers, read: 0, done: true });
    assert!(asks(&effects), "more has come meanwhile");
}

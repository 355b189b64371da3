//! The film of a run.

use super::*;
use crate::app::Screen;

/// 120 episodes; from the 80th on bob earns nothing, and fails in the 90th.
pub(super) fn run() -> String {
    let mut log = String::new();
    for at in 0..120 {
        let ada = [0.25, 0.5, 0.375][at % 3];
        let bob = if at < 80 {
            [0.5, 0.25, 0.375, 0.25][at % 4]
        } else if at == 90 {
            -0.25
        } else {
            0.0
        };
        let (sum, status) = (ada + bob, if at == 90 { "failure" } else { "success" });
        log += &format!(
            r#"{{"type":"action","episode":"e{at}","id":"a","agent":"ada","action":"plan"}}
{{"type":"action","episode":"e{at}","id":"b","agent":"bob","action":"go"}}
{{"type":"credit","episode":"e{at}","algorithm":"shapley","agents":{{"ada":{ada},"bob":{bob}}}}}
{{"type":"episode_end","episode":"e{at}","status":"{status}","return":{sum}}}
"#
        );
    }
    log
}

#[test]
fn v_shows_the_run_as_a_film() {
    let mut program = TestProgram::of(&run());
    program.press("v");
    let model = program.model();
    let film = model.film.film.get().unwrap();
    // All are read, the last film is of all of them.
    assert_eq!((film.known, film.episodes, model.film.looked_at()), (120, 120, 120));
    // 80 columns less the name and the numbers beside the cells: 48; 120 episodes by 3.
    assert_eq!((film.per_cell, film.cells()), (3, 40));
    let alarm = film.agents[1].alarm.as_ref().unwrap();
    assert_eq!(alarm.began.as_ref().unwrap().0, 80);
    assert!(film.agents[0].alarm.is_none());
    // The cursor is on the agent that fell, at the newest cell.
    assert_eq!((model.film.agent, model.film.cell()), (1, 39));
    assert!(film.sentences()[0].starts_with("bob stopped earning at e80"), "{:?}", film.sentences());
}

#[test]
fn a_cell_is_opened_and_v_leads_back_to_the_list() {
    let mut program = TestProgram::of(&run());
    program.press("vn");
    // Where it began: episode 80 is in the 27th cell of 3.
    assert_eq!(program.model().film.cell, Some(26));
    program.press("lllh\n");
    assert_eq!(program.model().film.cell, Some(28));
    let open = program.model().open.as_ref().unwrap();
    assert_eq!((program.model().screen, open.episode.name.as_str()), (Screen::Episode, "e84"));
    program.press("0ll\n");
    assert_eq!(program.model().open.as_ref().unwrap().episode.name, "e90", "the least of bob");
    program.press("0kg");
    assert_eq!((program.model().film.agent, program.model().film.cell()), (0, 0));
    program.press("G");
    assert_eq!((program.model().film.cell, program.model().film.cell()), (None, 39));
    program.press("vv");
    assert!(!program.model().film.shown && !program.model().groups.shown);
}

/// A run may go on for days: what is kept of an episode that has ended is bounded, whatever its agents are called.
#[test]
fn what_a_film_keeps_of_an_episode_is_small() {
    const AGENTS: [&str; 6] =
        ["the planner", "the scout", "the coder", "the tester", "the critic", "the writer"];
    let log = |ending: &dyn Fn(usize) -> String| -> String {
        let credit: Vec<String> = AGENTS.iter().map(|it| format!(r#""{it}":0.125"#)).collect();
        let credit = credit.join(",");
        let act = |at: usize, agent: &str| {
            format!(r#"{{"type":"action","episode":"episode {at}","agent":"{agent}","action":"go"}}"#) + "\n"
        };
        let episode = |at: usize| {
            let acts: String = AGENTS.iter().map(|it| act(at, it)).collect();
            let (name, ending) = (format!("episode {at}"), ending(at));
            acts + &format!(
                r#"{{"type":"credit","episode":"{name}","algorithm":"shapley","agents":{{{credit}}}}}
{{"type":"episode_end","episode":"{name}","status":"success","reason":"{ending}","return":0.75}}
"#
            )
        };
        (0..256).map(episode).collect()
    };
    let kept = |log: &str| {
        let mut program = TestProgram::of(log);
        program.press("v");
        let model = program.model();
        assert_eq!(model.film.looked_at(), 256);
        let point = model.film.point(255).unwrap();
        assert_eq!((point.credit().count(), point.acts().count(), point.residual()), (6, 6, Some(0.0)));
        assert_eq!((point.name(), point.acts().last()), ("episode 255", Some(("the writer", 1))));
        model.film.bytes(&model.log) / 256
    };
    let few = kept(&log(&|it| ["all tests pass", "the budget is spent"][it % 2].to_owned()));
    assert!(few <= 200, "{few} bytes of an episode");
    // Reasons that no other episode has are kept each, and names of agents still are not.
    let many = kept(&log(&|it| format!("at {it} of 256 all is done")));
    assert!((few + 24..=few + 128).contains(&many), "{many} bytes of an episode with a reason of its own");
}

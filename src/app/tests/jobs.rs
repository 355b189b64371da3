//! Long episodes: what needs a look at every act is computed off the loop, and meanwhile the screen says so.

use proptest::prelude::*;

use super::*;
use crate::{
    app::{
        CreditJob, ExplainJob, MethodsVariant, Scope, StudyJob,
        job::ListingJob,
        listing::{Listing, ListingQuestion},
    },
    credit,
    filter::Filter,
    model::{Episode, EpisodeId, Substitute},
    runtime::analyse,
};
use std::sync::Arc;

/// [`FAILED`] with this many more acts by its tester, each the cause of the next; `a3` causes the first.
fn padded(acts: usize) -> String {
    let line = |n: usize| {
        let parent = if n == 0 { "a3".to_owned() } else { format!("x{}", n - 1) };
        format!(
            r#"{{"type":"action","episode":"e","id":"x{n}","ts":8,"agent":"tester","action":"again","parents":["{parent}"]}}"#
        ) + "\n"
    };
    let (head, end) = FAILED.split_at(FAILED.find(r#"{"type":"episode_end""#).unwrap());
    format!("{head}{}{end}", (0..acts).map(line).collect::<String>())
}

fn long() -> TestProgram {
    TestProgram::of(&padded(3_000))
}

/// Presses a key. Returns the questions asked, not answered yet.
fn ask(program: &mut TestProgram, key: char) -> Vec<Effect> {
    let effects = update(program.model_mut(), Message::Key(crate::runtime::Headless::key(key)));
    effects.into_iter().filter(|it| matches!(it, Effect::Work { job, .. } if job.is_awaited() && job.get::<ExplainJob>().is_none())).collect()
}

fn answer(program: &mut TestProgram, question: &Effect) {
    let answer = program.headless.answer(question).unwrap();
    program.send(answer);
}

fn listed(program: &TestProgram) -> (usize, Option<String>) {
    (program.episode().act_order().len(), program.episode().listed.note())
}

#[test]
fn a_filter_shows_every_act_until_it_is_known_which_pass() {
    let mut program = long();
    program.press("1\tsfagent=coder");
    let asked = ask(&mut program, '\n');
    assert!(
        matches!(asked.as_slice(), [Effect::Work { job, .. }] if job.get::<ListingJob>().is_some()),
        "{asked:?}"
    );
    assert_eq!(listed(&program), (3_006, Some("1 filter, being worked out".to_owned())));
    answer(&mut program, &asked[0]);
    assert_eq!(listed(&program), (3, Some("3 of 3006 acts, 1 filter".to_owned())));
    // What is listed stays until the next answer, and an answer to an earlier question is ignored.
    program.press("fkind=action");
    let older = ask(&mut program, '\n');
    assert_eq!(listed(&program), (3, Some("3 of 3006 acts, 2 filters, being worked out".to_owned())));
    program.press("F");
    let newer = ask(&mut program, 'd');
    answer(&mut program, &older[0]);
    assert_eq!(listed(&program), (3, Some("3 of 3006 acts, 1 filter, being worked out".to_owned())));
    answer(&mut program, &newer[0]);
    assert_eq!(listed(&program), (3, Some("3 of 3006 acts, 1 filter".to_owned())));
    // Without a filter there is nothing to work out.
    assert_eq!(ask(&mut program, 'D'), []);
    assert_eq!(listed(&program), (3_006, None));
}

#[test]
fn the_cursor_goes_to_what_is_listed_when_that_is_known() {
    let mut program = long();
    program.press("3G");
    assert_eq!(program.act(), "x2999");
    program.press("fagent=planner");
    let asked = ask(&mut program, '\n');
    assert_eq!(program.act(), "x2999");
    answer(&mut program, &asked[0]);
    assert_eq!(program.act(), "m1");
}

#[test]
fn the_lists_are_those_of_a_short_episode() {
    for text in ["agent=coder", "type=message", "type=reward", "!kind=action", "/\"red\"/"] {
        let ids = |mut program: TestProgram| -> Vec<String> {
            program.press(&format!("f{text}\n"));
            let open = program.episode();
            let acts = open.act_order().to_vec();
            let names = acts.into_iter().map(|it| open.episode.act(it).id.clone());
            let mut names: Vec<String> = names.filter(|it| !it.starts_with('x')).collect();
            names.sort();
            names
        };
        assert_eq!(ids(long()), ids(TestProgram::of(FAILED)), "{text}");
    }
}

#[test]
fn failure_attribution_says_that_it_is_being_worked_out() {
    let mut program = long();
    program.press("4v");
    let asked = ask(&mut program, 'v');
    assert_eq!(program.episode().methods.variant, MethodsVariant::Failure);
    assert!(program.episode().methods.failure.get().is_none() && asked.len() == 1, "{asked:?}");
    assert_eq!(ask(&mut program, 'j'), [], "it is asked for once");
    answer(&mut program, &asked[0]);
    let found = program.episode().methods.failure.get().cloned().unwrap();
    assert_eq!(*found, credit::failure_study(&program.episode().episode, None, None));
    assert!(!program.episode().methods_acts().is_empty());
}

#[test]
fn messages_stay_as_they_were_divided_until_they_are_divided_anew() {
    let mut program = long();
    program.press("4vvv");
    let setting = |program: &TestProgram| program.episode().messages().unwrap().setting;
    let before = setting(&program);
    let first = ask(&mut program, 'l');
    let second = ask(&mut program, 'l');
    assert!(setting(&program) == before && program.episode().methods.is_dividing());
    answer(&mut program, &first[0]);
    assert!(setting(&program) == before, "nobody waits for it");
    answer(&mut program, &second[0]);
    assert!(!program.episode().methods.is_dividing());
    assert_eq!(setting(&program).tau, before.tau * 1.25 * 1.25);
    let open = program.episode();
    let (analysis, split) = (open.analysis().unwrap(), open.methods.split);
    let credit = analysis.credit.as_ref().unwrap();
    let table = credit::message_table(&open.episode, &analysis.scenario, credit, split);
    assert_eq!(open.messages(), table.as_ref().ok());
    // A change made during the study is divided anew when the study is ready.
    let mut program = long();
    program.press("4vv");
    program.model_mut().open.as_mut().unwrap().methods.study.clear();
    let effects = update(program.model_mut(), Message::Key(Key::char('v')));
    let study = effects
        .iter()
        .find(|it| matches!(it, Effect::Work { job, .. } if job.get::<StudyJob>().is_some()))
        .unwrap();
    assert_eq!(ask(&mut program, 'l'), []);
    answer(&mut program, study);
    assert_eq!(setting(&program).tau, before.tau * 1.25);
}

#[test]
fn the_blame_path_of_no_named_act_follows_the_cursor() {
    let mut program = long();
    let analysis = Arc::make_mut(program.model_mut().open.as_mut().unwrap().logged.get_mut().unwrap());
    Arc::make_mut(&mut analysis.ranking).path.clear();
    program.press("3g.");
    let asked = ask(&mut program, '.');
    assert_eq!(program.episode().timeline.scope, Scope::BlamePath);
    assert!(program.episode().is_path_pending() && program.episode().timeline_acts().is_empty());
    answer(&mut program, &asked[0]);
    let through =
        |program: &TestProgram| program.episode().episode.links.through(program.episode().act.unwrap());
    assert_eq!(program.episode().timeline_acts().to_vec(), through(&program));
    let before = through(&program);
    let asked = ask(&mut program, 'j');
    assert_eq!((program.act(), program.episode().timeline_acts().to_vec()), ("m1", before));
    answer(&mut program, &asked[0]);
    assert_eq!(program.episode().timeline_acts().to_vec(), through(&program));
    assert!(!program.episode().is_path_pending());
}

#[test]
fn what_a_what_if_changes_is_known_when_it_is_there() {
    let mut program = long();
    let asked = ask(&mut program, '5');
    assert!(program.episode().compared.get().is_none() && asked.len() == 1, "{asked:?}");
    answer(&mut program, &asked[0]);
    assert!(!program.episode().compared.is_pending());
    let fields = crate::app::whatif::Form::fields(program.episode());
    let reward = fields.iter().position(|it| it.kind == crate::app::whatif::FieldKind::Reward);
    program.model_mut().open.as_mut().unwrap().form.field = reward.unwrap();
    program.press("l");
    let open = program.episode();
    let analysis = open.analysis().unwrap();
    assert!(!open.forks.is_logged() && analysis.unedited.is_some());
    let (before, after) = (analysis.unedited.as_ref().unwrap(), analysis.credit.as_ref().unwrap());
    let mut expected = credit::compare(&open.episode, before, after);
    expected.rows.sort_by_key(|it| (it.rank_before.unwrap_or(u32::MAX), it.agent));
    assert_eq!(open.compared.get().unwrap().as_deref(), Some(&expected));
    assert!(expected.sum_before != expected.sum_after);
}

#[test]
fn a_method_that_cannot_follow_an_edit_gives_way_when_that_is_known() {
    let mut short = TestProgram::of(FAILED);
    let mut program = long();
    for program in [&mut short, &mut program] {
        program.press("3gjjxl");
    }
    short.press("\n");
    let asked = ask(&mut program, '\n');
    let method = program.episode().forks.scenario().method.clone();
    assert!(
        matches!(asked.as_slice(), [Effect::Work { job, .. }] if job.get::<CreditJob>().unwrap().or_nearest),
        "{asked:?}"
    );
    assert!(!program.notice().contains("; now "), "{}", program.notice());
    answer(&mut program, &asked[0]);
    assert!(short.notice().contains("; now ") && program.notice() == short.notice(), "{}", program.notice());
    assert_eq!(program.episode().forks.scenario(), short.episode().forks.scenario());
    assert_ne!(program.episode().forks.scenario().method, method);
    assert!(program.episode().analysis().unwrap().credit.is_ok());
    // In the long episode the reward comes before the last act, so its form has a field more.
    for program in [&program, &short] {
        let field = &crate::app::whatif::Form::fields(program.episode())[program.episode().form.field];
        assert!(matches!(field.kind, crate::app::whatif::FieldKind::Action(_)), "{:?}", field.kind);
    }
    // It is decided once: undo brings back what was.
    program.press("u");
    program.send(Message::Key(Key::ctrl('r')));
    assert_eq!(program.episode().forks.scenario(), short.episode().forks.scenario());
    let substitutes = program.episode().forks.scenario().substitutes.values().cloned().collect::<Vec<_>>();
    assert!(matches!(substitutes.as_slice(), [Substitute::Alternative(_)]));
}

#[test]
fn an_episode_that_is_opened_with_filters_on_begins_where_somebody_is_to_blame() {
    let mut program = TestProgram::of(&format!("{}{OPEN}", padded(3_000)));
    program.press("fagent=coder\n");
    program.open(0);
    let open = program.episode();
    let first = open.culprits().iter().copied().find(|it| open.listed.holds(*it));
    assert!(open.act.is_some() && open.act == first, "{:?} {first:?}", open.act);
}

/// The episode of the first lines of a log.
fn episode(lines: &[String]) -> Episode {
    let program = TestProgram::of(&lines.concat());
    program.headless.logs.store.episode(EpisodeId(0)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_listing_that_grew_is_the_listing_of_what_it_grew_to(
        acts in prop::collection::vec((0_u8..3, prop::option::of(0_usize..9)), 2..14),
        from in 1_usize..14,
        text in prop::sample::select(vec!["agent=p1", "type=reward", "!type=reward", "kind=k0", "agent=p9"]),
    ) {
        let start = r#"{"type":"episode_start","episode":"e","ts":0,"agents":["p0","p1","p2"]}"#;
        let mut lines = vec![format!("{start}\n")];
        for (at, (agent, rewarded)) in acts.iter().enumerate() {
            lines.push(format!(
                r#"{{"type":"action","episode":"e","id":"a{at}","ts":{at},"agent":"p{agent}","kind":"k{}","parents":[]}}{}"#,
                at % 2,
                "\n"
            ));
            if let Some(of) = rewarded {
                let of = of % (at + 1);
                let value = if at % 2 == 0 { 1 } else { -1 };
                lines.push(format!(
                    r#"{{"type":"reward","episode":"e","id":"r{at}","ts":{at},"value":{value},"of":["a{of}"]}}{}"#,
                    "\n"
                ));
            }
        }
        let (before, after) = (episode(&lines[..(1 + from).min(lines.len())]), episode(&lines));
        for ranking in [None, Some(analyse(&before, &Default::default()).ranking)] {
            let filters = vec![Arc::new(Filter::parse(text).unwrap())];
            let question = ListingQuestion { filters, ranking, ..ListingQuestion::default() };
            let mut grown = Listing::of(&before, question.clone());
            grown.grow(&after);
            prop_assert_eq!(grown, Listing::of(&after, question));
        }
    }
}

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

fn long() -> Stage {
    Stage::of(&padded(3_000))
}

/// Presses a key. Returns the questions asked, not answered yet.
fn ask(stage: &mut Stage, key: char) -> Vec<Effect> {
    let effects = update(stage.model_mut(), Message::Key(crate::runtime::Rehearsal::key(key)));
    effects.into_iter().filter(|it| matches!(it, Effect::Work { job, .. } if job.is_awaited() && job.get::<ExplainJob>().is_none())).collect()
}

fn answer(stage: &mut Stage, question: &Effect) {
    let answer = stage.rehearsal.answer(question).unwrap();
    stage.send(answer);
}

fn listed(stage: &Stage) -> (usize, Option<String>) {
    (stage.episode().act_order().len(), stage.episode().listed.note())
}

#[test]
fn a_filter_shows_every_act_until_it_is_known_which_pass() {
    let mut stage = long();
    stage.press("1\tfagent=coder");
    let asked = ask(&mut stage, '\n');
    assert!(
        matches!(asked.as_slice(), [Effect::Work { job, .. }] if job.get::<ListingJob>().is_some()),
        "{asked:?}"
    );
    assert_eq!(listed(&stage), (3_006, Some("1 filter, being worked out".to_owned())));
    answer(&mut stage, &asked[0]);
    assert_eq!(listed(&stage), (3, Some("3 of 3006 acts, 1 filter".to_owned())));
    // What is listed stays until the next answer, and an answer to an earlier question is ignored.
    stage.press("fkind=action");
    let older = ask(&mut stage, '\n');
    assert_eq!(listed(&stage), (3, Some("3 of 3006 acts, 2 filters, being worked out".to_owned())));
    stage.press("F");
    let newer = ask(&mut stage, 'd');
    answer(&mut stage, &older[0]);
    assert_eq!(listed(&stage), (3, Some("3 of 3006 acts, 1 filter, being worked out".to_owned())));
    answer(&mut stage, &newer[0]);
    assert_eq!(listed(&stage), (3, Some("3 of 3006 acts, 1 filter".to_owned())));
    // Without a filter there is nothing to work out.
    assert_eq!(ask(&mut stage, 'D'), []);
    assert_eq!(listed(&stage), (3_006, None));
}

#[test]
fn the_cursor_goes_to_what_is_listed_when_that_is_known() {
    let mut stage = long();
    stage.press("3G");
    assert_eq!(stage.act(), "x2999");
    stage.press("fagent=planner");
    let asked = ask(&mut stage, '\n');
    assert_eq!(stage.act(), "x2999");
    answer(&mut stage, &asked[0]);
    assert_eq!(stage.act(), "m1");
}

#[test]
fn the_lists_are_those_of_a_short_episode() {
    for text in ["agent=coder", "type=message", "type=reward", "!kind=action", "/\"red\"/"] {
        let ids = |mut stage: Stage| -> Vec<String> {
            stage.press(&format!("f{text}\n"));
            let open = stage.episode();
            let acts = open.act_order().to_vec();
            let names = acts.into_iter().map(|it| open.episode.act(it).id.clone());
            let mut names: Vec<String> = names.filter(|it| !it.starts_with('x')).collect();
            names.sort();
            names
        };
        assert_eq!(ids(long()), ids(Stage::of(FAILED)), "{text}");
    }
}

#[test]
fn failure_attribution_says_that_it_is_being_worked_out() {
    let mut stage = long();
    stage.press("4v");
    let asked = ask(&mut stage, 'v');
    assert_eq!(stage.episode().methods.variant, MethodsVariant::Failure);
    assert!(stage.episode().methods.failure.get().is_none() && asked.len() == 1, "{asked:?}");
    assert_eq!(ask(&mut stage, 'j'), [], "it is asked for once");
    answer(&mut stage, &asked[0]);
    let found = stage.episode().methods.failure.get().cloned().unwrap();
    assert_eq!(*found, credit::failure_study(&stage.episode().episode, None, None));
    assert!(!stage.episode().methods_acts().is_empty());
}

#[test]
fn messages_stay_as_they_were_divided_until_they_are_divided_anew() {
    let mut stage = long();
    stage.press("4vvv");
    let setting = |stage: &Stage| stage.episode().messages().unwrap().setting;
    let before = setting(&stage);
    let first = ask(&mut stage, 'l');
    let second = ask(&mut stage, 'l');
    assert!(setting(&stage) == before && stage.episode().methods.is_dividing());
    answer(&mut stage, &first[0]);
    assert!(setting(&stage) == before, "nobody waits for it");
    answer(&mut stage, &second[0]);
    assert!(!stage.episode().methods.is_dividing());
    assert_eq!(setting(&stage).tau, before.tau * 1.25 * 1.25);
    let open = stage.episode();
    let (analysis, split) = (open.analysis().unwrap(), open.methods.split);
    let credit = analysis.credit.as_ref().unwrap();
    let table = credit::message_table(&open.episode, &analysis.scenario, credit, split);
    assert_eq!(open.messages(), table.as_ref().ok());
    // A change made during the study is divided anew when the study is ready.
    let mut stage = long();
    stage.press("4vv");
    stage.model_mut().open.as_mut().unwrap().methods.study.clear();
    let effects = update(stage.model_mut(), Message::Key(Key::char('v')));
    let study = effects
        .iter()
        .find(|it| matches!(it, Effect::Work { job, .. } if job.get::<StudyJob>().is_some()))
        .unwrap();
    assert_eq!(ask(&mut stage, 'l'), []);
    answer(&mut stage, study);
    assert_eq!(setting(&stage).tau, before.tau * 1.25);
}

#[test]
fn the_blame_path_of_no_named_act_follows_the_cursor() {
    let mut stage = long();
    let analysis = Arc::make_mut(stage.model_mut().open.as_mut().unwrap().logged.get_mut().unwrap());
    Arc::make_mut(&mut analysis.ranking).path.clear();
    stage.press("3g.");
    let asked = ask(&mut stage, '.');
    assert_eq!(stage.episode().timeline.scope, Scope::BlamePath);
    assert!(stage.episode().is_path_pending() && stage.episode().timeline_acts().is_empty());
    answer(&mut stage, &asked[0]);
    let through = |stage: &Stage| stage.episode().episode.links.through(stage.episode().act.unwrap());
    assert_eq!(stage.episode().timeline_acts().to_vec(), through(&stage));
    let before = through(&stage);
    let asked = ask(&mut stage, 'j');
    assert_eq!((stage.act(), stage.episode().timeline_acts().to_vec()), ("m1", before));
    answer(&mut stage, &asked[0]);
    assert_eq!(stage.episode().timeline_acts().to_vec(), through(&stage));
    assert!(!stage.episode().is_path_pending());
}

#[test]
fn what_a_what_if_changes_is_known_when_it_is_there() {
    let mut stage = long();
    let asked = ask(&mut stage, '5');
    assert!(stage.episode().compared.get().is_none() && asked.len() == 1, "{asked:?}");
    answer(&mut stage, &asked[0]);
    assert!(!stage.episode().compared.is_pending());
    let fields = crate::app::whatif::Form::fields(stage.episode());
    let reward = fields.iter().position(|it| it.kind == crate::app::whatif::FieldKind::Reward);
    stage.model_mut().open.as_mut().unwrap().form.field = reward.unwrap();
    stage.press("l");
    let open = stage.episode();
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
    let mut short = Stage::of(FAILED);
    let mut stage = long();
    for stage in [&mut short, &mut stage] {
        stage.press("3gjjxl");
    }
    short.press("\n");
    let asked = ask(&mut stage, '\n');
    let method = stage.episode().forks.scenario().method.clone();
    assert!(
        matches!(asked.as_slice(), [Effect::Work { job, .. }] if job.get::<CreditJob>().unwrap().or_nearest),
        "{asked:?}"
    );
    assert!(!stage.notice().contains("; now "), "{}", stage.notice());
    answer(&mut stage, &asked[0]);
    assert!(short.notice().contains("; now ") && stage.notice() == short.notice(), "{}", stage.notice());
    assert_eq!(stage.episode().forks.scenario(), short.episode().forks.scenario());
    assert_ne!(stage.episode().forks.scenario().method, method);
    assert!(stage.episode().analysis().unwrap().credit.is_ok());
    assert_eq!(stage.episode().form.field, short.episode().form.field);
    let field = &crate::app::whatif::Form::fields(stage.episode())[stage.episode().form.field];
    assert!(matches!(field.kind, crate::app::whatif::FieldKind::Action(_)), "{:?}", field.kind);
    // It is decided once: undo brings back what was.
    stage.press("u");
    stage.send(Message::Key(Key::ctrl('r')));
    assert_eq!(stage.episode().forks.scenario(), short.episode().forks.scenario());
    let substitutes = stage.episode().forks.scenario().substitutes.values().cloned().collect::<Vec<_>>();
    assert!(matches!(substitutes.as_slice(), [Substitute::Alternative(_)]));
}

#[test]
fn an_episode_that_is_opened_with_filters_on_begins_where_somebody_is_to_blame() {
    let mut stage = Stage::of(&format!("{}{OPEN}", padded(3_000)));
    stage.press("fagent=coder\n");
    stage.open(0);
    let open = stage.episode();
    let first = open.culprits().iter().copied().find(|it| open.listed.holds(*it));
    assert!(open.act.is_some() && open.act == first, "{:?} {first:?}", open.act);
}

/// The episode of the first lines of a log.
fn episode(lines: &[String]) -> Episode {
    let stage = Stage::of(&lines.concat());
    stage.rehearsal.logs.store.episode(EpisodeId(0)).unwrap()
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

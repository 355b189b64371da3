//! A log that grows, a screen that is held, an episode that plays.

use super::*;
use crate::{
    app::{
        Settling,
        search::ActPlaces,
        whatif::{FieldKind, Form},
    },
    model::{EpisodeId, EpisodeSummary, Growth},
};
use std::{sync::Arc, time::Duration};

/// Makes the summary say that more has come.
fn with_more(summary: &LogSummary, name: &str) -> LogSummary {
    let mut episodes = Arc::clone(&summary.episodes);
    let id = EpisodeId::from_index(episodes.len());
    Arc::make_mut(&mut episodes).push(EpisodeSummary {
        id,
        name: name.into(),
        open: true,
        ..EpisodeSummary::default()
    });
    LogSummary { episodes, records: summary.records + 7, ..summary.clone() }
}

#[test]
fn the_state_word() {
    let mut program = two();
    assert_eq!(program.model().state_word(), "SAVED");
    let live = following(&mut program);
    program.send(Message::Log(live.clone()));
    assert_eq!(program.model().state_word(), "LIVE +1 episode");
    program.press(" ");
    program.send(Message::Log(with_more(&live, "g")));
    assert_eq!(program.model().state_word(), "HELD 7 new");
    assert_eq!(program.model().log.episodes.len(), 2);
    program.press(" ");
    assert_eq!(program.model().state_word(), "LIVE +2 episodes");
    assert_eq!(program.model().log.episodes.len(), 3);
}

/// Which episode is asked for by these effects.
fn opened(effects: &[Effect]) -> Option<EpisodeId> {
    effects.iter().find_map(|it| match it {
        Effect::Open(id) => Some(*id),
        _ => None,
    })
}

#[test]
fn whoever_opens_the_newest_episode_sees_the_next_one_as_it_begins() {
    let mut program = two();
    let live = following(&mut program);
    program.send(Message::Log(live.clone()));
    let more = with_more(&live, "g");
    // The first of two is on the screen: it stays.
    assert_eq!(opened(&update(program.model_mut(), Message::Log(live.clone()))), None);
    program.press("]");
    assert_eq!(
        (program.model().state_word().as_str(), &*program.episode().episode.name),
        ("LIVE newest", "f")
    );
    assert_eq!(opened(&update(program.model_mut(), Message::Log(more.clone()))), Some(EpisodeId(2)));
    // It is asked for once.
    assert_eq!(opened(&update(program.model_mut(), Message::Log(more))), None);
}

#[test]
fn a_motion_stays_and_the_end_follows_again() {
    let mut program = two();
    let live = following(&mut program);
    program.send(Message::Log(live.clone()));
    program.press("]3g");
    assert_eq!(program.model().state_word(), "LIVE");
    program.press("G");
    assert_eq!(program.model().state_word(), "LIVE newest");
    program.press("k");
    let more = with_more(&live, "g");
    assert_eq!(opened(&update(program.model_mut(), Message::Log(more))), None);
    assert_eq!(program.model().state_word(), "LIVE +1 episode");
    // The end of an older episode is its own.
    let effects = update(program.model_mut(), Message::Key(Key::char('G')));
    assert_eq!((opened(&effects), program.act()), (None, "b2"));
}

#[test]
fn nothing_is_taken_away_from_under_a_pane_a_line_or_a_what_if() {
    for keys in ["e", "?", "/x", "x\n"] {
        let mut program = two();
        program.open(1);
        let live = following(&mut program);
        program.send(Message::Log(live.clone()));
        program.press("G");
        assert_eq!(program.model().state_word(), "LIVE newest");
        program.press(keys);
        let is_at_rest = program.model().overlay.is_none()
            && program.model().prompt.is_none()
            && program.episode().forks.is_logged();
        let opened = opened(&update(program.model_mut(), Message::Log(with_more(&live, "g"))));
        assert_eq!(opened.is_some(), is_at_rest, "{keys}");
    }
}

#[test]
fn the_newest_episode_is_opened_from_the_start_where_that_is_asked_for() {
    let mut program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    program.model_mut().follows_newest = true;
    let live = following(&mut program);
    program.model_mut().open = None;
    assert_eq!(opened(&update(program.model_mut(), Message::Log(live))), Some(EpisodeId(1)));
}

#[test]
fn a_log_that_does_not_grow_cannot_be_held() {
    let mut program = two();
    program.press(" ");
    assert_eq!((program.model().held.clone(), program.notice().contains("not growing")), (None, true));
}

#[test]
fn what_a_held_screen_shows_stays_until_it_is_let_go() {
    let mut program = two();
    program.open(1);
    let live = following(&mut program);
    program.send(Message::Log(live));
    program.press(" ");
    let before = program.episode().revision;
    let mut longer = (*program.episode().episode).clone();
    let last = longer.acts.last().unwrap().clone();
    longer.acts.push(crate::model::Act { id: "b3".to_owned(), ..last });
    longer.links = crate::model::Links::from_parents(vec![Vec::new(); longer.acts.len()]);
    let grown = Message::Episode { id: EpisodeId(1), revision: 99, result: Ok(longer.into()) };
    program.send(grown.clone());
    assert_eq!(program.episode().revision, before);
    program.press(" ");
    program.send(grown);
    assert_eq!((program.episode().revision, program.episode().episode.acts.len()), (99, 3));
}

#[test]
fn the_cursor_follows_the_end_of_a_growing_episode_or_stays_with_its_act() {
    let grow = |program: &mut TestProgram| {
        let mut longer = (*program.episode().episode).clone();
        let last = longer.acts.last().unwrap().clone();
        // A late record: it comes before all others.
        let first = crate::model::Act { id: "b0".to_owned(), ..last };
        longer.acts = [first].into_iter().chain(longer.acts.iter().cloned()).collect();
        longer.links = crate::model::Links::from_parents(vec![Vec::new(); longer.acts.len()]);
        program.send(Message::Episode { id: EpisodeId(1), revision: 99, result: Ok(longer.into()) });
    };
    let mut program = two();
    program.open(1);
    program.press("3g");
    assert_eq!(program.act(), "b1");
    grow(&mut program);
    assert_eq!(program.act(), "b1");
    program.press("G");
    grow(&mut program);
    assert_eq!(program.act(), "b2");
}

/// The fixture with these lines at its end, as it comes from the log.
fn grown(lines: &str) -> Message {
    let longer = TestProgram::of(&format!("{FAILED}{lines}"));
    Message::Episode {
        id: EpisodeId(0),
        revision: 99,
        result: Ok(Arc::clone(&longer.episode().episode).into()),
    }
}

/// The acts with substitutes and the dropped agents, by name.
fn edits(program: &TestProgram) -> (Vec<String>, Vec<String>) {
    let (episode, scenario) = (&program.episode().episode, program.episode().forks.scenario());
    let acts = scenario.substitutes.keys().map(|it| episode.act(*it).id.clone());
    let agents = scenario.dropped.iter().map(|it| episode.agent(*it).name.clone());
    (acts.collect(), agents.collect())
}

#[test]
fn what_ifs_and_cursors_stay_with_their_names_when_a_late_record_shifts_the_ids() {
    let mut program = TestProgram::of(FAILED);
    program.press("3gjjxl\n");
    let players = Form::fields(program.episode()).iter().position(|it| it.kind == FieldKind::Players);
    let open = program.model_mut().open.as_mut().unwrap();
    (open.form.field, open.form.choice) = (players.unwrap(), 2);
    program.press("\n");
    let before = edits(&program);
    assert_eq!(before, (vec!["a2".to_owned()], vec!["tester".to_owned()]));
    let agent = |program: &TestProgram| program.episode().episode.agent(program.episode().agent).name.clone();
    let (act, culprit) = (program.act().to_owned(), agent(&program));
    program.send(grown(r#"{"type":"action","episode":"e","id":"a0","ts":1.5,"agent":"early"}"#));
    assert_eq!(program.episode().episode.acts[0].id, "a0");
    assert_eq!(edits(&program), before);
    assert_eq!((program.act(), agent(&program)), (act.as_str(), culprit));
    program.press("uu");
    assert!(program.episode().forks.is_logged());
}

#[test]
fn credit_of_other_ids_is_not_shown_while_it_is_computed_anew() {
    let shown = |lines: &str| {
        let mut program = TestProgram::of(FAILED);
        update(program.model_mut(), grown(lines));
        program.episode().analysis().is_some()
    };
    assert!(shown(r#"{"type":"action","episode":"e","id":"a9","ts":99,"agent":"coder"}"#));
    assert!(!shown(r#"{"type":"action","episode":"e","id":"a0","ts":1.5,"agent":"coder"}"#));
    assert!(!shown(r#"{"type":"action","episode":"e","id":"a9","ts":99,"agent":"new"}"#));
}

#[test]
fn an_episode_that_cannot_be_read_says_why() {
    let mut program = two();
    let failed = Message::Episode { id: EpisodeId(1), revision: 1, result: Err("it is gone".to_owned()) };
    program.model_mut().opening = Some(EpisodeId(1));
    program.send(failed);
    assert_eq!((program.notice(), program.episode().id), ("it is gone", EpisodeId(0)));
    assert_eq!(program.model().opening, None);
}

#[test]
fn an_answer_that_nobody_waits_for_is_dropped() {
    let mut program = two();
    let stale = program.episode().logged.get().cloned().unwrap();
    program.open(1);
    let fresh = program.episode().logged.get().cloned().unwrap();
    program.send(Message::worked::<CreditJob>(RequestId(1), (*stale).clone()));
    assert!(Arc::ptr_eq(&fresh, program.episode().logged.get().unwrap()));
    let origin = program.episode().episode.acts[0].origin;
    let elsewhere = crate::model::Origin { line: origin.line + 100, ..origin };
    program.send(Message::Payload { origin: elsewhere, result: Err("no".to_owned()) });
    assert_eq!(program.episode().detail.error, None);
}

#[test]
fn an_episode_plays_act_by_act_and_stops_at_the_end() {
    let mut program = TestProgram::of(FAILED);
    program.press("3g1");
    program.key(Key::char('p'));
    assert_eq!(
        (program.effects.clone(), program.model().view),
        (vec![Effect::Wake(Duration::from_millis(400))], View::TIMELINE)
    );
    let mut shown = vec![program.act().to_owned()];
    while program.episode().timeline.playing.is_some() {
        program.send(Message::Wake);
        shown.push(program.act().to_owned());
    }
    assert_eq!(shown, ["a1", "m1", "a2", "m2", "a3", "a=4", "a=4"]);
    assert_eq!(program.effects, []);
    // From the end it starts over.
    program.press("p");
    assert_eq!(program.act(), "a1");
    program.press("\x1b");
    program.send(Message::Wake);
    assert_eq!((program.act(), program.episode().timeline.playing), ("a1", None));
}

#[test]
fn an_episode_plays_backwards_and_turns_around() {
    let mut program = TestProgram::of(FAILED);
    program.press("3gjjP");
    program.send(Message::Wake);
    assert_eq!((program.act(), program.episode().timeline.playing), ("m1", Some(Playing::Backwards)));
    // It turns without a second clock.
    program.key(Key::char('p'));
    assert_eq!(program.effects, []);
    program.send(Message::Wake);
    assert_eq!((program.act(), program.effects.len()), ("a2", 1));
    program.press("p");
    assert_eq!(program.episode().timeline.playing, None);
    // From the beginning it starts at the end.
    program.press("gP");
    assert_eq!(program.act(), "a=4");
    for _ in 0..9 {
        program.send(Message::Wake);
    }
    assert_eq!((program.act(), program.episode().timeline.playing), ("a1", None));
}

#[test]
fn the_pace_of_playing_changes() {
    let mut program = TestProgram::of(FAILED);
    program.press("3g+");
    assert_eq!(program.notice(), "plays 5 acts a second");
    program.key(Key::char('p'));
    assert_eq!(program.effects, vec![Effect::Wake(Duration::from_millis(200))]);
    program.press("--");
    assert_eq!(program.notice(), "plays 1.25 acts a second");
}

#[test]
fn while_it_plays_a_key_goes_on_to_the_next_act_that_matters() {
    let mut program = TestProgram::of(FAILED);
    let culprits: Vec<String> =
        program.episode().culprits().iter().map(|it| program.episode().episode.act(*it).id.clone()).collect();
    program.press("3gp.");
    assert!(culprits.iter().any(|it| it == program.act()), "{culprits:?} {}", program.act());
    assert_eq!(program.episode().timeline.playing, None);
    assert_eq!(program.episode().timeline.scope, Scope::All);
    // Without playing the key means what it meant.
    program.press(".");
    assert_eq!(program.episode().timeline.scope, Scope::Top);
    let mut program = TestProgram::of(OPEN);
    program.press("3gp.");
    assert_eq!((program.act(), program.episode().timeline.playing), ("b1", None));
    assert!(program.notice().contains("no act to blame"), "{}", program.notice());
}

#[test]
fn the_timeline_counts_the_episode_up_to_its_cursor() {
    let mut program = TestProgram::of(FAILED);
    let acts = |program: &TestProgram| program.episode().timeline.so_far.as_ref().map(|it| it.1.acts);
    program.press("1");
    assert_eq!(acts(&program), None);
    program.press("3g");
    assert_eq!(acts(&program), Some(1));
    program.press("jj");
    assert_eq!(acts(&program), Some(3));
}

#[test]
fn the_wanted_episode_opens_as_soon_as_it_appears() {
    let model = Model::new(vec!["log".to_owned()], crate::graph::Charset::Unicode);
    let mut program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    let summary = program.log(true);
    let first_only = LogSummary {
        episodes: Arc::new(summary.episodes.range(0..1).cloned().collect()),
        loaded: false,
        ..summary.clone()
    };
    *program.model_mut() = Model { wanted: Some("f".to_owned()), ..model.clone() };
    program.send(Message::Log(first_only));
    assert!(program.model().open.is_none());
    program.send(Message::Log(summary.clone()));
    assert_eq!((program.episode().episode.name.as_str(), program.model().wanted.clone()), ("f", None));
    *program.model_mut() = Model { wanted: Some("nobody".to_owned()), ..model };
    program.send(Message::Log(summary));
    assert_eq!((program.notice(), program.model().open.is_none()), ("no episode 'nobody' in this log", true));
}

#[test]
fn the_only_episode_opens_by_itself() {
    assert_eq!(TestProgram::of(FAILED).episode().episode.name, "e");
    let program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    assert!(program.model().open.is_none() && program.model().screen == Screen::Episodes);
    let mut nothing = TestProgram::of("");
    assert!(nothing.model().open.is_none());
    nothing.press("\nbx5");
    assert!(nothing.model().open.is_none());
}

/// One more act by the agent of the last one.
fn growth(program: &TestProgram, id: &str) -> Message {
    let open = program.episode();
    let mut act = open.episode.acts.last().unwrap().clone();
    act.id = id.to_owned();
    act.origin.offset += 1_000;
    let acts = vec![(act, Vec::new())];
    let revisions = (open.revision, open.revision + 1);
    Message::Grown { id: open.id, revisions, growth: Box::new(Growth { acts, ..Growth::default() }) }
}

/// Sends it; whether credit was asked for.
fn grow(program: &mut TestProgram, id: &str) -> bool {
    let message = growth(program, id);
    program.send(message);
    program.effects.iter().any(|it| matches!(it, Effect::Rest(_)))
}

#[test]
fn what_is_appended_is_shown_at_once_and_computed_when_there_is_time() {
    let mut program = two();
    program.open(1);
    program.press("3G");
    assert_eq!(program.act(), "b2");
    // The first is computed at once, those that follow are only shown.
    assert!(grow(&mut program, "b3"));
    assert_eq!((program.act(), program.episode().settling), ("b3", Settling::Resting));
    assert!(!grow(&mut program, "b4") && !grow(&mut program, "b5"));
    assert_eq!((program.act(), program.episode().settling), ("b5", Settling::Behind));
    program.send(Message::Settle);
    assert_eq!(program.episode().settling, Settling::Resting);
    assert!(program.effects.iter().any(|it| matches!(it, Effect::Rest(_))));
    program.send(Message::Settle);
    assert_eq!(program.episode().settling, Settling::Settled);
    // A search finds what was appended, by its place and by its id.
    let episode = &program.episode().episode;
    assert_eq!(crate::app::EpisodeIndex::of(episode), *program.episode().index);
    assert_eq!(ActPlaces::of(episode), program.episode().graph.shape.get().unwrap().places);
    // The cursor stays where it was put.
    program.press("g");
    assert!(grow(&mut program, "b6"));
    assert_eq!(program.act(), "b1");
}

#[test]
fn what_was_appended_to_another_state_is_asked_for_whole() {
    let mut program = two();
    program.open(1);
    let Message::Grown { id, revisions, growth } = growth(&program, "b3") else { unreachable!() };
    let revisions = (revisions.0 + 1, revisions.1 + 1);
    program.send(Message::Grown { id, revisions, growth });
    // It is what the log holds.
    assert_eq!(
        (program.act(), program.episode().episode.acts.len(), program.episode().revision),
        ("b1", 2, 2)
    );
    // A held screen stands still.
    let log = following(&mut program);
    program.send(Message::Log(log));
    program.press(" ");
    assert!(!grow(&mut program, "b3"));
    assert_eq!(program.episode().episode.acts.len(), 2);
}

#[test]
fn a_long_episode_is_drawn_before_it_is_computed() {
    let line = |n: usize| {
        format!(r#"{{"type":"action","episode":"e","id":"x{n}","ts":{n},"agent":"a","action":"go"}}"#) + "\n"
    };
    let mut program = TestProgram::of(&(0..3_000).map(line).collect::<String>());
    assert!(!grow(&mut program, "y"));
    assert!(program.effects.contains(&Effect::Settle(Duration::from_millis(40))));
    assert_eq!((program.episode().episode.acts.len(), program.episode().settling), (3_001, Settling::Behind));
    program.send(Message::Settle);
    assert_eq!(program.episode().settling, Settling::Resting);
}

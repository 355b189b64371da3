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
    Arc::make_mut(&mut episodes).push(EpisodeSummary {
        name: name.into(),
        open: true,
        ..EpisodeSummary::default()
    });
    LogSummary { episodes, records: summary.records + 7, ..summary.clone() }
}

#[test]
fn the_state_word() {
    let mut stage = two();
    assert_eq!(stage.model().state_word(), "SAVED");
    let live = following(&mut stage);
    stage.send(Message::Log(live.clone()));
    assert_eq!(stage.model().state_word(), "LIVE");
    stage.press(" ");
    stage.send(Message::Log(with_more(&live, "g")));
    assert_eq!(stage.model().state_word(), "HELD 7 new");
    assert_eq!(stage.model().log.episodes.len(), 2);
    stage.press(" ");
    assert_eq!(stage.model().state_word(), "LIVE");
    assert_eq!(stage.model().log.episodes.len(), 3);
}

#[test]
fn a_log_that_does_not_grow_cannot_be_held() {
    let mut stage = two();
    stage.press(" ");
    assert_eq!((stage.model().held.clone(), stage.notice().contains("not growing")), (None, true));
}

#[test]
fn what_a_held_screen_shows_stays_until_it_is_let_go() {
    let mut stage = two();
    stage.open(1);
    let live = following(&mut stage);
    stage.send(Message::Log(live));
    stage.press(" ");
    let before = stage.episode().revision;
    let mut longer = (*stage.episode().episode).clone();
    let last = longer.acts.last().unwrap().clone();
    longer.acts.push(crate::model::Act { id: "b3".to_owned(), ..last });
    longer.links = crate::model::Links::from_parents(vec![Vec::new(); longer.acts.len()]);
    let grown = Message::Episode { id: EpisodeId(1), revision: 99, result: Ok(longer.into()) };
    stage.send(grown.clone());
    assert_eq!(stage.episode().revision, before);
    stage.press(" ");
    stage.send(grown);
    assert_eq!((stage.episode().revision, stage.episode().episode.acts.len()), (99, 3));
}

#[test]
fn the_cursor_follows_the_end_of_a_growing_episode_or_stays_with_its_act() {
    let grow = |stage: &mut Stage| {
        let mut longer = (*stage.episode().episode).clone();
        let last = longer.acts.last().unwrap().clone();
        // A late record: it comes before all others.
        let first = crate::model::Act { id: "b0".to_owned(), ..last };
        longer.acts = [first].into_iter().chain(longer.acts.iter().cloned()).collect();
        longer.links = crate::model::Links::from_parents(vec![Vec::new(); longer.acts.len()]);
        stage.send(Message::Episode { id: EpisodeId(1), revision: 99, result: Ok(longer.into()) });
    };
    let mut stage = two();
    stage.open(1);
    stage.press("3g");
    assert_eq!(stage.act(), "b1");
    grow(&mut stage);
    assert_eq!(stage.act(), "b1");
    stage.press("G");
    grow(&mut stage);
    assert_eq!(stage.act(), "b2");
}

/// The fixture with these lines at its end, as it comes from the log.
fn grown(lines: &str) -> Message {
    let longer = Stage::of(&format!("{FAILED}{lines}"));
    Message::Episode {
        id: EpisodeId(0),
        revision: 99,
        result: Ok(Arc::clone(&longer.episode().episode).into()),
    }
}

/// The acts that do otherwise and the agents left out, by name.
fn edits(stage: &Stage) -> (Vec<String>, Vec<String>) {
    let (episode, scenario) = (&stage.episode().episode, stage.episode().forks.scenario());
    let acts = scenario.substitutes.keys().map(|it| episode.act(*it).id.clone());
    let agents = scenario.dropped.iter().map(|it| episode.agent(*it).name.clone());
    (acts.collect(), agents.collect())
}

#[test]
fn what_ifs_and_cursors_stay_with_their_names_when_a_late_record_shifts_the_ids() {
    let mut stage = Stage::of(FAILED);
    stage.press("3gjjxl\n");
    let players = Form::fields(stage.episode()).iter().position(|it| it.kind == FieldKind::Players);
    let open = stage.model_mut().open.as_mut().unwrap();
    (open.form.field, open.form.choice) = (players.unwrap(), 2);
    stage.press("\n");
    let before = edits(&stage);
    assert_eq!(before, (vec!["a2".to_owned()], vec!["tester".to_owned()]));
    let agent = |stage: &Stage| stage.episode().episode.agent(stage.episode().agent).name.clone();
    let (act, culprit) = (stage.act().to_owned(), agent(&stage));
    stage.send(grown(r#"{"type":"action","episode":"e","id":"a0","ts":1.5,"agent":"early"}"#));
    assert_eq!(stage.episode().episode.acts[0].id, "a0");
    assert_eq!(edits(&stage), before);
    assert_eq!((stage.act(), agent(&stage)), (act.as_str(), culprit));
    stage.press("uu");
    assert!(stage.episode().forks.is_logged());
}

#[test]
fn credit_of_other_ids_is_not_shown_while_it_is_computed_anew() {
    let shown = |lines: &str| {
        let mut stage = Stage::of(FAILED);
        update(stage.model_mut(), grown(lines));
        stage.episode().analysis().is_some()
    };
    assert!(shown(r#"{"type":"action","episode":"e","id":"a9","ts":99,"agent":"coder"}"#));
    assert!(!shown(r#"{"type":"action","episode":"e","id":"a0","ts":1.5,"agent":"coder"}"#));
    assert!(!shown(r#"{"type":"action","episode":"e","id":"a9","ts":99,"agent":"new"}"#));
}

#[test]
fn an_episode_that_cannot_be_read_says_why() {
    let mut stage = two();
    let failed = Message::Episode { id: EpisodeId(1), revision: 1, result: Err("it is gone".to_owned()) };
    stage.model_mut().opening = Some(EpisodeId(1));
    stage.send(failed);
    assert_eq!((stage.notice(), stage.episode().id), ("it is gone", EpisodeId(0)));
    assert_eq!(stage.model().opening, None);
}

#[test]
fn an_answer_that_nobody_waits_for_is_dropped() {
    let mut stage = two();
    let stale = stage.episode().logged.get().cloned().unwrap();
    stage.open(1);
    let fresh = stage.episode().logged.get().cloned().unwrap();
    stage.send(Message::worked::<CreditJob>(RequestId(1), (*stale).clone()));
    assert!(Arc::ptr_eq(&fresh, stage.episode().logged.get().unwrap()));
    let origin = stage.episode().episode.acts[0].origin;
    let elsewhere = crate::model::Origin { line: origin.line + 100, ..origin };
    stage.send(Message::Payload { origin: elsewhere, result: Err("no".to_owned()) });
    assert_eq!(stage.episode().detail.error, None);
}

#[test]
fn an_episode_plays_act_by_act_and_stops_at_the_end() {
    let mut stage = Stage::of(FAILED);
    stage.press("3g1");
    stage.key(Key::char('p'));
    assert_eq!(
        (stage.effects.clone(), stage.model().view),
        (vec![Effect::Wake(Duration::from_millis(400))], View::Timeline)
    );
    let mut shown = vec![stage.act().to_owned()];
    while stage.episode().timeline.playing {
        stage.send(Message::Wake);
        shown.push(stage.act().to_owned());
    }
    assert_eq!(shown, ["a1", "m1", "a2", "m2", "a3", "a=4", "a=4"]);
    assert_eq!(stage.effects, []);
    // From the end it starts over.
    stage.press("p");
    assert_eq!(stage.act(), "a1");
    stage.press("\x1b");
    stage.send(Message::Wake);
    assert_eq!((stage.act(), stage.episode().timeline.playing), ("a1", false));
}

#[test]
fn the_wanted_episode_opens_as_soon_as_it_appears() {
    let model = Model::new(vec!["log".to_owned()], crate::graph::Charset::Unicode);
    let mut stage = Stage::of(&format!("{FAILED}{OPEN}"));
    let summary = stage.log(true);
    let first_only = LogSummary {
        episodes: Arc::new(summary.episodes.range(0..1).cloned().collect()),
        loaded: false,
        ..summary.clone()
    };
    *stage.model_mut() = Model { wanted: Some("f".to_owned()), ..model.clone() };
    stage.send(Message::Log(first_only));
    assert!(stage.model().open.is_none());
    stage.send(Message::Log(summary.clone()));
    assert_eq!((stage.episode().episode.name.as_str(), stage.model().wanted.clone()), ("f", None));
    *stage.model_mut() = Model { wanted: Some("nobody".to_owned()), ..model };
    stage.send(Message::Log(summary));
    assert_eq!((stage.notice(), stage.model().open.is_none()), ("no episode 'nobody' in this log", true));
}

#[test]
fn the_only_episode_opens_by_itself() {
    assert_eq!(Stage::of(FAILED).episode().episode.name, "e");
    let stage = Stage::of(&format!("{FAILED}{OPEN}"));
    assert!(stage.model().open.is_none() && stage.model().screen == Screen::Episodes);
    let mut nothing = Stage::of("");
    assert!(nothing.model().open.is_none());
    nothing.press("\nbx5");
    assert!(nothing.model().open.is_none());
}

/// One more act by the agent of the last one.
fn growth(stage: &Stage, id: &str) -> Message {
    let open = stage.episode();
    let mut act = open.episode.acts.last().unwrap().clone();
    act.id = id.to_owned();
    act.origin.offset += 1_000;
    let acts = vec![(act, Vec::new())];
    let revisions = (open.revision, open.revision + 1);
    Message::Grown { id: open.id, revisions, growth: Box::new(Growth { acts, ..Growth::default() }) }
}

/// Sends it; whether credit was asked for.
fn grow(stage: &mut Stage, id: &str) -> bool {
    let message = growth(stage, id);
    stage.send(message);
    stage.effects.iter().any(|it| matches!(it, Effect::Rest(_)))
}

#[test]
fn what_is_appended_is_shown_at_once_and_computed_when_there_is_time() {
    let mut stage = two();
    stage.open(1);
    stage.press("3G");
    assert_eq!(stage.act(), "b2");
    // The first is computed at once, those that follow are only shown.
    assert!(grow(&mut stage, "b3"));
    assert_eq!((stage.act(), stage.episode().settling), ("b3", Settling::Resting));
    assert!(!grow(&mut stage, "b4") && !grow(&mut stage, "b5"));
    assert_eq!((stage.act(), stage.episode().settling), ("b5", Settling::Behind));
    stage.send(Message::Settle);
    assert_eq!(stage.episode().settling, Settling::Resting);
    assert!(stage.effects.iter().any(|it| matches!(it, Effect::Rest(_))));
    stage.send(Message::Settle);
    assert_eq!(stage.episode().settling, Settling::Settled);
    // A search finds what was appended, by its place and by its id.
    let episode = &stage.episode().episode;
    assert_eq!(crate::app::EpisodeIndex::of(episode), *stage.episode().index);
    assert_eq!(ActPlaces::of(episode), stage.episode().graph.shape.get().unwrap().places);
    // The cursor stays where it was put.
    stage.press("g");
    assert!(grow(&mut stage, "b6"));
    assert_eq!(stage.act(), "b1");
}

#[test]
fn what_was_appended_to_another_state_is_asked_for_whole() {
    let mut stage = two();
    stage.open(1);
    let Message::Grown { id, revisions, growth } = growth(&stage, "b3") else { unreachable!() };
    let revisions = (revisions.0 + 1, revisions.1 + 1);
    stage.send(Message::Grown { id, revisions, growth });
    // It is what the log holds.
    assert_eq!((stage.act(), stage.episode().episode.acts.len(), stage.episode().revision), ("b1", 2, 2));
    // A held screen stands still.
    let log = following(&mut stage);
    stage.send(Message::Log(log));
    stage.press(" ");
    assert!(!grow(&mut stage, "b3"));
    assert_eq!(stage.episode().episode.acts.len(), 2);
}

#[test]
fn a_long_episode_is_drawn_before_it_is_computed() {
    let line = |n: usize| {
        format!(r#"{{"type":"action","episode":"e","id":"x{n}","ts":{n},"agent":"a","action":"go"}}"#) + "\n"
    };
    let mut stage = Stage::of(&(0..3_000).map(line).collect::<String>());
    assert!(!grow(&mut stage, "y"));
    assert!(stage.effects.contains(&Effect::Settle(Duration::from_millis(40))));
    assert_eq!((stage.episode().episode.acts.len(), stage.episode().settling), (3_001, Settling::Behind));
    stage.send(Message::Settle);
    assert_eq!(stage.episode().settling, Settling::Resting);
}

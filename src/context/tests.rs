//! States, who holds an old value, telemetry and numbers about teamwork.

use serde_json::{Value, json};

use super::*;
use crate::model::{
    Act, ActId, ActKind, AgentId, Episode, Link, LinkKind, Links, Metric, Origin, State, Timestamp, draft,
};

/// An episode in which these agents act in turn, an act a second, each from the one before.
fn turns(agents: &[u32]) -> Episode {
    let act = |(at, agent): (usize, &u32)| Act {
        id: format!("s{at}"),
        label: format!("does {at}"),
        time: Some(Timestamp::from_micros(at as i64 * 1_000_000)),
        origin: place(10 * at as u64),
        ..draft::action(*agent)
    };
    let names = ["ann", "ben", "cat"];
    let parents = (0..agents.len()).map(|at| match at.checked_sub(1) {
        Some(before) => vec![Link { act: ActId::from_index(before), kind: LinkKind::Logged }],
        None => Vec::new(),
    });
    Episode {
        agents: names.map(|it| crate::model::Agent { name: it.to_owned(), ..Default::default() }).to_vec(),
        acts: agents.iter().enumerate().map(act).collect(),
        links: Links::from_parents(parents.collect()),
        ..Episode::default()
    }
}

fn place(offset: u64) -> Origin {
    Origin { offset, ..Origin::default() }
}

/// The history after states of these scopes, each after an act (or before all), a list for changes.
fn history(episode: &mut Episode, states: &[(&str, Option<u32>, Value)], found: &[(u32, Value)]) -> History {
    let mut records = Vec::new();
    for (scope, after, content) in states {
        let delta = content.is_array();
        episode.states.push(State {
            scope: (*scope).to_owned(),
            after: after.iter().map(|it| ActId(*it)).collect(),
            time: None,
            delta,
            label: String::new(),
            origin: Origin::default(),
        });
        let content = if delta { Content::Change(content.clone()) } else { Content::Whole(content.clone()) };
        records.push(StateRecord { state: episode.states.len() - 1, content });
    }
    let pre =
        |(act, state): &(u32, Value)| PreState { act: ActId(*act), state: state.clone(), origin: place(0) };
    History::of(episode, records, &found.iter().map(pre).collect::<Vec<_>>())
}

#[allow(clippy::needless_pass_by_value, reason = "a literal is given")]
fn set(path: &str, value: Value) -> Value {
    json!([{"op": "add", "path": path, "value": value}])
}

/// `owner.key value` of every key that is there at a moment.
fn told(episode: &Episode, history: &History, moment: Moment) -> Vec<String> {
    let line = |it: &StateKey| Some(format!("{}.{} {}", it.owner.name(episode), it.name, it.value(moment)?));
    history.keys.iter().filter_map(line).collect()
}

#[test]
fn a_state_is_what_the_records_up_to_it_give() {
    let mut episode = turns(&[0, 1, 0]);
    let start = json!({"env": {"left": 3, "bag": {}}, "agents": {"ann": {"hits": 0}}, "clock": 1});
    let states = [
        ("collective", None, start),
        ("ann", Some(0), set("/hits", json!(1))),
        (
            "env",
            Some(1),
            json!([{"op": "remove", "path": "/left"}, {"op": "add", "path": "/bag/gem", "value": "x"}]),
        ),
        ("ben", Some(1), set("/note", json!([1]))),
        ("collective", Some(2), set("/agents/ann/hits", json!(1))),
    ];
    let found = history(&mut episode, &states, &[]);
    assert_eq!(told(&episode, &found, 0), ["env.bag {}", "env.left 3", "ann.hits 0", "team.clock 1"]);
    assert_eq!(told(&episode, &found, 1), ["env.bag {}", "env.left 3", "ann.hits 1", "team.clock 1"]);
    let end = ["env.bag.gem \"x\"", "ann.hits 1", "ben.note [1]", "team.clock 1"];
    assert_eq!(told(&episode, &found, 2), end);
    // The last record sets a value that was there: nothing changes at it.
    assert_eq!(
        (told(&episode, &found, 3).as_slice(), found.changed(3)),
        (&end.map(str::to_owned)[..], &[][..])
    );
    // bag {} and left are gone, bag.gem and note are new.
    assert_eq!(found.changed(2).len(), 4);
    let hits = found.keys.iter().find(|it| it.name == "hits").unwrap();
    assert_eq!((hits.at(3).unwrap().by, hits.before(1).unwrap().by), (By::Act(ActId(0)), By::Start));
    assert_eq!((hits.after(0).unwrap().moment, hits.after(1), hits.is_changed(1)), (1, None, true));
}

#[test]
fn what_does_not_fit_is_counted_and_changes_nothing() {
    let mut episode = turns(&[0]);
    let states = [
        ("env", None, json!({"a": 1})),
        (
            "env",
            Some(0),
            json!([{"op": "add", "path": "/b", "value": 2}, {"op": "replace", "path": "/none", "value": 1}]),
        ),
        ("env", Some(0), json!(["no operation"])),
        ("collective", Some(0), json!(7)),
    ];
    let found = history(&mut episode, &states, &[]);
    // A collective state without fields stands beside the others.
    assert_eq!(told(&episode, &found, 1), ["env.a 1", "team.collective 7"]);
    assert_eq!((found.broken, found.records, found.unread), (2, 4, 0));
}

#[test]
fn a_record_without_after_holds_from_the_act_before_its_time() {
    let mut episode = turns(&[0, 1]);
    let mut found = |time: Option<i64>, offset: u64| {
        episode.states.clear();
        let it = history(&mut episode, &[("env", None, json!({"a": 1}))], &[]);
        assert_eq!(it.keys[0].writes[0].by, By::Start, "it stands at the start of the log");
        (episode.states[0].time, episode.states[0].origin) =
            (time.map(Timestamp::from_micros), place(offset));
        let record = StateRecord { state: 0, content: Content::Whole(json!({"a": 1})) };
        History::of(&episode, vec![record], &[]).keys[0].writes[0].by
    };
    assert_eq!(found(Some(500_000), 0), By::Order(ActId(0)));
    assert_eq!(found(Some(9_000_000), 0), By::Order(ActId(1)));
    // At the time of an act the place in the log decides; act 1 stands at 10.
    assert_eq!(
        (found(Some(1_000_000), 9), found(Some(1_000_000), 11)),
        (By::Order(ActId(0)), By::Order(ActId(1)))
    );
    assert_eq!(found(None, 5), By::Order(ActId(0)));
}

#[test]
fn what_acts_found_stands_in_for_states_and_is_held_against_them() {
    let mut episode = turns(&[0, 1, 0]);
    let found = [(0, json!({"a": 1, "b": 2})), (2, json!({"a": 3}))];
    let alone = history(&mut episode, &[], &found);
    assert_eq!((alone.stand_ins, alone.pre_states, alone.missing()), (1, 2, None));
    assert_eq!(told(&episode, &alone, 1), ["ann.a 1", "ann.b 2"]);
    // What the third act found was so before it.
    assert_eq!(
        (told(&episode, &alone, 2), alone.keys[0].at(2).unwrap().by),
        (vec!["ann.a 3".to_owned()], By::Seen(ActId(2)))
    );
    assert_eq!(alone.check_of(ActId(2)), None);

    let states = [("ann", None, json!({"a": 1, "b": 9})), ("env", None, json!({"c": 5}))];
    let both = history(&mut episode, &states, &[(0, json!({"a": 1, "b": 2, "env": {"c": 5}, "d": 0}))]);
    let check = Check { same: 2, different: vec!["b".to_owned()], unknown: 1 };
    assert_eq!((both.check_of(ActId(0)), both.contradicted(), both.stand_ins), (Some(&check), 1, 0));
    let none = history(&mut turns(&[0]), &[], &[]);
    assert!(none.missing().unwrap().starts_with("no state records"));
}

#[test]
fn who_holds_an_old_value_is_known_and_since_when() {
    let mut episode = turns(&[0, 1, 0, 1]);
    let start = json!({"env": {"branch": "main"}, "agents": {
        "ann": {"beliefs": {"branch": "main"}, "retries": 0}, "ben": {"memory": {"branch": "main"}, "retries": 4}}});
    let states = [
        ("collective", None, start),
        ("env", Some(0), set("/branch", json!("fix"))),
        ("ann", Some(1), set("/beliefs/branch", json!("fix"))),
        ("ben", Some(2), set("/memory/branch", json!("fix"))),
        ("ben", Some(3), set("/memory/branch", json!("dev"))),
    ];
    let found = history(&mut episode, &states, &[]);
    // `retries` is each agent's own, and says nothing of the other's.
    assert_eq!(found.subjects.len(), 1);
    let apart = |moment| {
        let all = found.disagreements(moment);
        let holder =
            |it: &Holder| (found.keys[it.key as usize].owner.name(&episode).to_owned(), it.old_since);
        all.iter().flat_map(|it| it.holders.iter().map(holder)).collect::<Vec<_>>()
    };
    let (ann, ben) = ("ann".to_owned(), "ben".to_owned());
    assert_eq!(apart(0), []);
    assert_eq!(apart(1), [(ann, Some(1)), (ben.clone(), Some(1))]);
    assert_eq!((apart(2), apart(3)), (vec![(ben.clone(), Some(1))], vec![]));
    // `dev` never was the branch.
    assert_eq!(apart(4), [(ben, None)]);
    assert_eq!(found.conflicts(&found.subjects[0]), [(1, Some(3)), (4, None)]);
}

#[test]
fn metrics_belong_to_the_act_before_them() {
    let mut episode = turns(&[0, 1, 0]);
    let metric = |seconds: f64, value, agent: Option<u32>| Metric {
        name: "queue_depth".to_owned(),
        value,
        unit: None,
        agent: agent.map(AgentId),
        time: Some(Timestamp::from_seconds(seconds)),
        origin: Origin::default(),
    };
    episode.metrics = vec![
        metric(0.5, 4.0, None),
        metric(2.5, 1.0, None),
        metric(2.7, 2.0, None),
        metric(1.5, f64::NAN, None),
        metric(0.0, 9.0, Some(1)),
    ];
    let all = series(&episode);
    assert_eq!((all.len(), &all[0].points, all[0].agent), (2, &vec![(1, 4.0), (3, 2.0)], None));
    assert_eq!((all[0].least, all[0].most), (1.0, 4.0));
    assert_eq!((all[0].at(0), all[0].at(2), all[0].at(3)), (None, Some(4.0), Some(2.0)));
    // From 0 to 4 in eight steps: 2 is the fifth (1 + round(0.5 * 7)).
    assert_eq!([0.0, 2.0, 4.0].map(|it| all[0].level(it, 8)), [1, 5, 8]);
}

fn figure(episode: &Episode, history: &History, name: &str) -> Result<f64, String> {
    let found = figures(episode, history).into_iter().find(|it| it.name == name).unwrap();
    found.computed.map(|it| it.0)
}

/// `turns`, with messages at these places, each to the next agent.
fn with_messages(agents: &[u32], messages: &[usize]) -> Episode {
    let mut episode = turns(agents);
    for at in messages {
        episode.acts[*at].kind = ActKind::Message;
        episode.acts[*at].to = vec![AgentId((agents[*at] + 1) % 3)];
        episode.acts[*at].received =
            episode.acts[*at].time.map(|it| Timestamp::from_micros(it.micros() + 250_000));
    }
    episode
}

#[test]
fn numbers_about_messages_are_what_their_formulas_say() {
    // ann acts, tells ben, ben acts, tells cat, who never acts; ann acts and tells ben what it said before.
    let mut episode = with_messages(&[0, 0, 1, 1, 0, 0], &[1, 3, 5]);
    episode.acts[5].label = episode.acts[1].label.clone();
    episode.acts.iter_mut().for_each(|it| it.duration = Some(0.5));
    episode.acts[4].error = Some("broke".to_owned());
    let none = History::default();
    let of = |name: &str| figure(&episode, &none, name).unwrap();
    assert_eq!(of("coordination overhead"), 1.0, "3 messages, 3 actions");
    assert_eq!(of("inter-agent latency"), 0.25);
    // ben's act begins at 2, ann's message arrived at 1.25; nothing else was taken up.
    assert_eq!(of("reply latency"), 0.75);
    assert_eq!(of("message efficiency"), 1.0 / 3.0);
    assert_eq!(of("repeated information"), 1.0 / 6.0);
    // Only ben finds a message, when it first acts: 1 over 6 acts.
    assert_eq!(of("queue depth"), 1.0 / 6.0);
    assert_eq!(of("allocation success"), 1.0 / 3.0);
    assert_eq!(of("failures of coordination"), 2.0);
    // s2 waits from 1.25 to 2; s4 from 3.25 to 4: the other action has no cause.
    assert_eq!(of("scheduling latency"), 0.75);
    // Acts run from 0 to 0.5, 1 to 1.25 (a message ends when it arrives), ... 5.25: 0.5 + 0.75 + 0.5 + 0.75 + 0.5 idle.
    assert!((of("idle time") - 3.0 / 5.25).abs() < 1e-12);
    assert_eq!(of("critical path"), 1.0, "a chain");
    assert_eq!(of("recovery from errors"), 1.0);
    let why = |name: &str| figure(&episode, &none, name).unwrap_err();
    assert!(why("shared knowledge").contains("no key of a state"));
    assert!(why("team against sum of parts").contains("what coalitions are worth"));
    assert!(why("share of the orchestrator").contains("who leads"));
    let empty = Episode::default();
    for it in figures(&empty, &none) {
        assert!(it.computed.is_err() && it.made_of().starts_with("not computable: "), "{}", it.name);
    }
}

#[test]
fn without_messages_links_between_agents_are_handed_on() {
    let episode = turns(&[0, 1, 1, 2]);
    let none = History::default();
    // ann to ben at 1, ben to cat at 3: both taken up.
    assert_eq!(figure(&episode, &none, "allocation success"), Ok(1.0));
    assert_eq!(figure(&episode, &none, "reply latency"), Ok(1.0));
    assert!(figure(&episode, &none, "coordination overhead").is_err());
}

#[test]
fn a_team_is_held_against_the_sum_of_its_parts() {
    let episode = draft::Draft::of(2).coalitions(&[1.0, 3.0, 2.0, 7.0]).episode();
    // (7 - 1) - ((3 - 1) + (2 - 1)) = 3.
    assert_eq!(figure(&episode, &History::default(), "team against sum of parts"), Ok(3.0));
    let episode = draft::Draft::of(2).coalitions(&[1.0, 3.0, f64::NAN, 7.0]).episode();
    let why = figure(&episode, &History::default(), "team against sum of parts").unwrap_err();
    assert!(why.contains("alone is not logged"), "{why}");
}

#[test]
fn conflicts_and_knowledge_are_counted() {
    let mut episode = turns(&[0, 1, 0, 1]);
    let states = [
        ("env", None, json!({"door": "shut", "key": 1})),
        ("ann", None, json!({"door": "shut", "key": 1})),
        ("env", Some(0), set("/door", json!("open"))),
        ("ann", Some(2), set("/door", json!("open"))),
        ("env", Some(3), set("/key", json!(2))),
    ];
    let found = history(&mut episode, &states, &[]);
    // The door: apart from moment 1 to 3. The key: apart at the end.
    assert_eq!(figure(&episode, &found, "conflict resolution"), Ok(2.0));
    assert_eq!(figure(&episode, &found, "shared knowledge"), Ok(0.5));
    let works = works(&episode);
    assert_eq!((works[0].actions, works[1].actions, works[2].actions), (2, 2, 0));
    // Each act begins a second after the one before it ended: two of ben's, one of ann's.
    assert_eq!((works[0].waited, works[1].waited, works[0].busy), (Some(1.0), Some(2.0), None));
}

#[test]
fn every_number_stands_in_the_docs_with_its_formula() {
    let page = include_str!("../../docs/CONTEXT.md");
    for it in FIGURES {
        let row = format!("| {} | {} | {} | {} |", it.name, it.unit, it.formula, it.source);
        assert!(page.contains(&row), "docs/CONTEXT.md lacks the row\n{row}");
    }
}

//! What run, start, end, rewards, states and metrics say of the episode.

use super::*;
use crate::model::{RewardSource, Status, ValueOf};

#[test]
fn start_run_and_end() {
    let lines = [
        r#"{"type":"run","credit_log":1,"run":"r","env":"v","algorithm":"shapley","gamma":0.9,"reward_unit":"u","bounds":[-1,1]}"#,
        r#"{"type":"episode_start","task":"do\u001b it","trace_id":"t","group":"g","seed":3,"global_step":40,"graph":{"edges":[{"from":"a","to":"b","kind":"asks","weight":2}]}}"#,
        r#"{"type":"episode_end","ts":9,"status":"FAILED","reason":"max_steps_exceeded","return":-1,"steps":3,"answer":"x","ground_truth":"y"}"#,
    ];
    let episode = episode(&lines);
    assert_eq!((episode.run.as_deref(), episode.environment.as_deref()), (Some("r"), Some("v")));
    assert_eq!((episode.algorithm.as_deref(), episode.gamma), (Some("shapley"), Some(0.9)));
    assert_eq!(episode.bounds, Some((-1.0, 1.0)));
    assert_eq!((episode.group.as_deref(), episode.seed.as_deref()), (Some("g"), Some("3")));
    assert_eq!((episode.global_step, episode.trace_id.as_deref()), (Some(40), Some("t")));
    assert!(!episode.task.as_ref().unwrap().chars().any(char::is_control));
    let edge = &episode.edges[0];
    assert_eq!(
        (edge.from, edge.to, edge.kind.as_deref(), edge.weight),
        (AgentId(0), AgentId(1), Some("asks"), Some(2.0))
    );
    let end = episode.outcome.as_ref().unwrap();
    assert_eq!((&end.status, end.total, end.steps), (&Some(Status::Failure), Some(-1.0), Some(3)));
    assert_eq!((end.reason.as_deref(), end.origin.line), (Some("max_steps_exceeded"), 3));
    assert!(episode.failed());
}

#[track_caller]
#[test]
fn what_values_are_of_is_said_by_the_run_the_episode_or_the_act() {
    let check = |run: &str, start: &str, policy: &str, want: ValueOf| {
        let lines = [
            format!(r#"{{"type":"run","credit_log":1,"run":"r"{run}}}"#),
            format!(r#"{{"type":"episode_start","episode":"e"{start}}}"#),
            format!(
                r#"{{"type":"action","episode":"e","id":"a","agent":"x","policy":{{"value":1{policy}}}}}"#
            ),
        ];
        let episode = episode(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(episode.value_of(ActId(0)), want, "{run} {start} {policy}");
    };
    let (whole, to_come) = (r#","value_of":"episode""#, r#","value_of":"to_come""#);
    check("", "", "", ValueOf::ToCome);
    check(whole, "", "", ValueOf::Episode);
    check(whole, to_come, "", ValueOf::ToCome);
    check(whole, to_come, whole, ValueOf::Episode);
}

#[test]
fn what_a_model_states_is_told_from_what_was_run() {
    let episode = episode(&[
        r#"{"type":"action","episode":"e","id":"a","agent":"x","action":"u","policy":{"q":{"u":1,"v":2,"w":3}}}"#,
        r#"{"type":"counterfactual","episode":"e","kind":"q_value","of":"a","candidates":[{"action":"v","value":4}]}"#,
        r#"{"type":"counterfactual","episode":"e","kind":"default_action","of":"a","candidates":[{"action":"w","value":5}]}"#,
    ]);
    let stated: Vec<bool> = episode.tables[0].alternatives.iter().map(|it| it.stated).collect();
    assert_eq!(stated, [true, true, false]);
}

fn check_reward(lines: &[&str], value: f64, source: RewardSource) {
    let total = episode(lines).reward().unwrap();
    assert_eq!((total.value, total.source), (value, source), "{lines:?}");
}

#[test]
fn the_total_reward() {
    let global = r#"{"type":"reward","value":0.25}"#;
    let of_agent = r#"{"type":"reward","agent":"a","value":4}"#;
    let end = r#"{"type":"episode_end","status":"success","return":7}"#;
    check_reward(&[global, of_agent, end, global], 0.5, RewardSource::Rewards(2));
    check_reward(&[of_agent, end], 7.0, RewardSource::Return);
    check_reward(&[of_agent, of_agent], 8.0, RewardSource::PerAgent(2));
    check_reward(&[r#"{"type":"episode_end","status":"timeout"}"#], -1.0, RewardSource::Outcome);
    check_reward(&[r#"{"type":"reward","value":"NaN"}"#, end], 7.0, RewardSource::Return);
    let corrected = [r#"{"type":"reward","id":"r","value":1}"#, r#"{"type":"reward","id":"r","value":3}"#];
    check_reward(&corrected, 3.0, RewardSource::Rewards(1));
}

#[test]
fn rewards_states_and_metrics_keep_their_place() {
    let lines = [
        r#"{"type":"action","agent":"a","id":"x","ts":1}"#,
        r#"{"type":"state","scope":"env","ts":2,"after":["x"],"delta":[{"op":"add"}]}"#,
        r#"{"type":"state","scope":"a","ts":3,"state":{"n":1}}"#,
        r#"{"type":"reward","id":"r","ts":4,"value":1,"agent":"a","of":["x"],"source":"environment","name":"task","delay":0.5}"#,
        r#"{"type":"metric","ts":5,"agent":"a","values":{"tokens":7,"gpu":0.5},"units":{"gpu":"ratio"}}"#,
        r#"{"type":"checkpoint","ts":6}"#,
    ];
    let episode = episode(&lines);
    let states: Vec<(bool, Vec<&str>)> =
        episode.states.iter().map(|it| (it.delta, of(&episode, &it.after))).collect();
    assert_eq!(states, [(true, vec!["x"]), (false, vec![])]);
    let reward = &episode.rewards[0];
    assert_eq!(
        (reward.agent, of(&episode, &reward.of), reward.delay),
        (Some(AgentId(0)), vec!["x"], Some(0.5))
    );
    let metrics: Vec<(&str, f64, Option<&str>)> =
        episode.metrics.iter().map(|it| (it.name.as_str(), it.value, it.unit.as_deref())).collect();
    assert_eq!(metrics, [("tokens", 7.0, None), ("gpu", 0.5, Some("ratio"))]);
    assert_eq!(episode.unknown_records, 1);
    assert_eq!(rules(&episode), [""; 0]);
}

#[test]
fn an_end_that_contradicts_an_earlier_one_is_listed() {
    let end = |status: &str| format!(r#"{{"type":"episode_end","status":"{status}","return":1}}"#);
    let of = |first: &str, second: &str| {
        let episode = episode(&[first, second]);
        (episode.outcome.as_ref().and_then(|it| it.status.clone()), rules(&episode).join(" "))
    };
    assert_eq!(of(&end("success"), &end("failure")), (Some(Status::Failure), "second-end".to_owned()));
    // Another word for the same, or what was not said before.
    assert_eq!(of(&end("success"), &end("solved")), (Some(Status::Success), String::new()));
    assert_eq!(
        of(r#"{"type":"episode_end","steps":3}"#, &end("failure")),
        (Some(Status::Failure), String::new())
    );
}

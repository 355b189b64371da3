//! Clocks that contradict what the log says.

use super::*;
use crate::{check::check, model::Severity};

fn action(id: &str, agent: &str, ts: f64, parents: &str) -> String {
    format!(r#"{{"type":"action","id":"{id}","agent":"{agent}","ts":{ts},"parents":{parents}}}"#)
}

fn read(lines: &[String]) -> Episode {
    episode(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// `ids: clocks` of these lines, in the order of the acts.
fn told(lines: &[String]) -> String {
    let episode = read(lines);
    format!("{}: {}", ids(&episode).join(" "), episode.clock_words().unwrap_or_default())
}

/// The worker answers after 1 s, and so does the boss; its clock is 40 s behind.
fn behind() -> Vec<String> {
    vec![
        action("a1", "boss", 100.0, "[]"),
        // In truth at 101 and 104.
        action("b1", "worker", 61.0, r#"["a1"]"#),
        action("b2", "worker", 64.0, r#"["b1"]"#),
        action("a2", "boss", 105.0, r#"["b2"]"#),
    ]
}

#[test]
fn half_the_difference_of_the_least_delays_is_the_offset() {
    // (61 - 100 - (105 - 64)) / 2 = -40.
    assert_eq!(told(&behind()), "a1 b1 b2 a2: worker -40.0 s");
    let episode = read(&behind());
    let seconds: Vec<i64> = episode.acts.iter().map(|it| it.time.unwrap().micros() / 1_000_000).collect();
    assert_eq!(seconds, [100, 101, 104, 105]);
    assert_eq!(episode.clocks[0].crossings, 2);
    let found: Vec<_> = check(&episode).into_iter().filter(|it| it.severity == Severity::Warning).collect();
    assert!(found.iter().any(|it| it.rule == rule::CLOCK_OFFSET), "{found:?}");
    assert!(!found.iter().any(|it| it.rule == rule::TIME_BACKWARDS), "{found:?}");
    // A later, slower round trip tells less: the least delays stay.
    let mut more = behind();
    more.push(action("b3", "worker", 75.0, r#"["a2"]"#));
    more.push(action("a3", "boss", 140.0, r#"["b3"]"#));
    assert_eq!(told(&more), "a1 b1 b2 a2 b3 a3: worker -40.0 s");
}

#[test]
fn messages_that_arrive_before_they_are_sent_tell_it_too() {
    let message = |id: &str, from: &str, to: &str, sent: f64, received: f64| {
        let parents = if id == "m2" { r#"["m1"]"# } else { "[]" };
        format!(
            r#"{{"type":"message","id":"{id}","from":"{from}","to":"{to}","ts":{sent},"recv_ts":{received},"parents":{parents}}}"#
        )
    };
    // 0.5 s each way, the clock of b 20 s behind: (-19.5 - 20.5) / 2.
    let lines = [message("m1", "a", "b", 100.0, 80.5), message("m2", "b", "a", 82.0, 102.5)];
    assert_eq!(told(&lines), "m1 m2: b -20.0 s");
    let received: Vec<f64> =
        read(&lines).acts.iter().map(|it| it.received.unwrap().seconds_since(it.time.unwrap())).collect();
    assert_eq!(received, [0.5, 0.5]);
}

#[test]
fn the_clock_that_most_share_is_right() {
    // The boss is 30 s ahead of both workers: it asks at 130 (in truth 100), they answer after 1 s.
    let lines = [
        action("a1", "boss", 130.0, "[]"),
        action("x1", "x", 101.0, r#"["a1"]"#),
        action("y1", "y", 101.5, r#"["x1"]"#),
        action("x2", "x", 102.0, r#"["y1"]"#),
        action("a2", "boss", 133.0, r#"["x2","y1"]"#),
    ];
    assert_eq!(told(&lines), "a1 x1 y1 x2 a2: boss +30.0 s");
}

#[test]
fn slow_answers_and_one_direction_give_no_offset() {
    // 50 s to answer is slow, not wrong.
    let slow = [
        action("a1", "a", 1.0, "[]"),
        action("b1", "b", 51.0, r#"["a1"]"#),
        action("a2", "a", 52.0, r#"["b1"]"#),
    ];
    assert_eq!(told(&slow), "a1 b1 a2: ");
    // Causes stand first all the same, and the times are as they were.
    let one = [action("b1", "b", 61.0, r#"["a1"]"#), action("a1", "a", 100.0, "[]")];
    assert_eq!(told(&one), "a1 b1: ");
    assert!(check(&read(&one)).iter().any(|it| it.rule == rule::TIME_BACKWARDS));
    // One agent has one clock.
    let own = [action("a2", "a", 61.0, r#"["a1"]"#), action("a1", "a", 100.0, "[]")];
    assert_eq!(told(&own), "a1 a2: ");
}

#[test]
fn acts_in_a_circle_and_acts_without_ids_keep_the_order_of_time() {
    let circle = [
        action("x", "a", 1.0, r#"["y"]"#),
        action("y", "b", 2.0, r#"["x"]"#),
        action("z", "c", 3.0, r#"["w"]"#),
        action("w", "d", 4.0, "[]"),
    ];
    assert_eq!(told(&circle), "x y w z: ");
    let unnamed = |ts: f64, parents: &str| {
        format!(r#"{{"type":"action","agent":"a","ts":{ts},"action":"{ts}","parents":{parents}}}"#)
    };
    // The first of two waits for its parent; the second is counted after it.
    let lines = [unnamed(1.0, r#"["w"]"#), unnamed(2.0, "[]"), action("w", "d", 4.0, "[]")];
    let episode = read(&lines);
    let labels: Vec<&str> = episode.acts.iter().map(|it| it.label.as_str()).collect();
    assert_eq!((ids(&episode), labels), (vec!["w", "a#0", "a#1"], vec!["", "1", "2"]));
}

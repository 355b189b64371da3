//! Causal links: logged, through a state, inferred, left out.

use super::*;
use crate::model::LinkKind;

/// `child < parent parent~` for every act with parents; `~` marks an inferred link.
fn links(episode: &Episode) -> Vec<String> {
    let with_parents = episode.act_ids().filter(|it| !episode.links.parents(*it).is_empty());
    let line = |child: ActId| {
        let parents = episode.links.parents(child).iter().map(|link| {
            let mark = if link.kind == LinkKind::Inferred { "~" } else { "" };
            format!("{}{mark}", episode.act(link.act).id)
        });
        format!("{} < {}", episode.act(child).id, parents.collect::<Vec<_>>().join(" "))
    };
    with_parents.map(line).collect()
}

#[track_caller]
fn check(lines: &[&str], expected: &[&str], found: &[&str]) {
    let episode = episode(lines);
    assert_eq!(links(&episode), expected);
    assert_eq!(rules(&episode), found);
}

/// An action `id` of `agent` with more fields.
fn action(id: &str, agent: &str, more: &str) -> String {
    format!(r#"{{"type":"action","id":"{id}","agent":"{agent}"{more}}}"#)
}

fn message(id: &str, from: &str, to: &str) -> String {
    format!(r#"{{"type":"message","id":"{id}","from":"{from}","to":"{to}"}}"#)
}

#[track_caller]
fn check_all(lines: &[String], expected: &[&str]) {
    check(&lines.iter().map(String::as_str).collect::<Vec<_>>(), expected, &[]);
}

#[test]
fn logged_links() {
    let parents = |it: &str| format!(r#","parents":{it}"#);
    let root = action("x", "a", &parents("[]"));
    check_all(&[root.clone(), action("y", "b", &parents(r#"["x"]"#))], &["y < x"]);
    check_all(&[root.clone(), action("y", "b", &parents(r#"["x","x"]"#))], &["y < x"]);
    check_all(&[root.clone(), action("y", "b", &parents("[]"))], &[]);
    let dangling = action("y", "b", &parents(r#"["x","gone"]"#));
    check(&[&root, &dangling], &["y < x"], &["dangling-reference"]);
}

#[test]
fn a_parent_may_come_later_in_the_log() {
    let early = action("y", "b", r#","parents":["x"]"#);
    check_all(&[early.clone(), action("x", "a", r#","parents":[]"#)], &["y < x"]);
    // Written late by another worker, but earlier by its time.
    let late = action("x", "a", r#","ts":1,"parents":[]"#);
    check_all(&[action("y", "b", r#","ts":2,"parents":["x"]"#), late], &["y < x"]);
}

#[test]
fn a_state_stands_for_the_acts_before_it() {
    let state = r#"{"type":"state","id":"s","scope":"env","state":1,"after":["x","y"]}"#;
    let first = [action("x", "a", r#","parents":[]"#), action("y", "b", r#","parents":[]"#)];
    let then = action("z", "a", r#","parents":["s"]"#);
    check(&[&first[0], &first[1], state, &then], &["z < x y"], &[]);
}

#[test]
fn a_link_that_closes_a_cycle_is_left_out_and_listed() {
    let to = |it: &str| format!(r#","parents":["{it}"]"#);
    let lines = [action("x", "a", &to("y")), action("y", "a", &to("x"))];
    check(&[&lines[0], &lines[1]], &["y < x"], &["parent-cycle"]);
    check(&[&action("x", "a", &to("x"))], &[], &["parent-cycle"]);
    let three = [action("x", "a", &to("z")), action("y", "a", &to("x")), action("z", "a", &to("y"))];
    check(&[&three[0], &three[1], &three[2]], &["y < x", "z < y"], &["parent-cycle"]);
}

#[test]
fn an_act_follows_the_previous_action() {
    let lines = [action("x", "a", ""), action("y", "b", ""), action("z", "a", "")];
    check_all(&lines, &["y < x~", "z < y~"]);
}

#[test]
fn an_act_follows_what_its_agent_was_told_if_that_came_later() {
    check_all(
        &[action("x", "a", ""), message("m", "a", "b"), action("y", "b", ""), action("z", "c", "")],
        &["m < x~", "y < m~", "z < y~"],
    );
    // The message came before: the action since then is the nearer cause.
    check_all(&[message("m", "a", "b"), action("x", "a", ""), action("y", "b", "")], &["y < x~"]);
}

#[test]
fn actions_of_one_step_are_joint() {
    let step = |id: &str, agent: &str, at: u32| action(id, agent, &format!(r#","step":{at}"#));
    let lines = [step("a0", "a", 0), step("b0", "b", 0), step("a1", "a", 1), step("b1", "b", 1)];
    check_all(&lines, &["a1 < a0~", "b1 < b0~"]);
    // An agent that took no part in the joint step before follows from nothing known.
    let lines = [step("a0", "a", 0), step("b0", "b", 0), step("c1", "c", 1)];
    check_all(&lines, &[]);
    // After a step of one agent alone everybody follows from that step.
    let lines = [step("a0", "a", 0), step("b1", "b", 1), step("c1", "c", 1)];
    check_all(&lines, &["b1 < a0~", "c1 < a0~"]);
}

#[test]
fn actions_of_one_moment_are_joint_where_no_step_is_logged() {
    let at = |id: &str, agent: &str, ts: u32| action(id, agent, &format!(r#","ts":{ts}"#));
    check_all(&[at("a0", "a", 5), at("b0", "b", 5), at("a1", "a", 6)], &["a1 < a0~"]);
}

#[test]
fn logged_and_inferred_links_stand_side_by_side() {
    let lines = [action("x", "a", ""), action("y", "b", r#","parents":["x"]"#), action("z", "a", "")];
    check_all(&lines, &["y < x", "z < y~"]);
}

#[test]
fn records_of_unknown_types_lead_to_the_acts_they_follow() {
    let act = |id: &str, parents: &str| {
        format!(r#"{{"type":"action","agent":"a","id":"{id}","parents":{parents}}}"#)
    };
    let hook = |id: &str, parents: &str| format!(r#"{{"type":"hook","id":"{id}","parents":{parents}}}"#);
    let of = |lines: &[String]| {
        let episode = episode(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let last = ActId::from_index(episode.acts.len() - 1);
        let parents: Vec<ActId> = episode.links.parents(last).iter().map(|it| it.act).collect();
        (super::of(&episode, &parents).join(" "), rules(&episode).join(" "))
    };
    let expected = |parents: &str, rules: &str| (parents.to_owned(), rules.to_owned());
    let (x, y) = (act("x", "[]"), act("y", "[]"));
    // Through one, through two, from two acts, and from a single name.
    let one = [x.clone(), hook("h", r#"["x"]"#), act("z", r#"["h"]"#)];
    assert_eq!(of(&one), expected("x", ""));
    let two = [x.clone(), hook("k", r#"["h"]"#), hook("h", r#""x""#), act("z", r#"["k"]"#)];
    assert_eq!(of(&two), expected("x", ""));
    let both = [x.clone(), y, hook("h", r#"["x","y","x"]"#), act("z", r#"["h","x"]"#)];
    assert_eq!(of(&both), expected("x y", ""));
    // A circle, or a record that follows nothing, leads nowhere.
    let circle = [x.clone(), hook("h", r#"["k"]"#), hook("k", r#"["h","x"]"#), act("z", r#"["h"]"#)];
    assert_eq!(of(&circle), expected("x", ""));
    assert_eq!(of(&[x, hook("h", "[]"), act("z", r#"["h"]"#)]), expected("", ""));
}

#[test]
fn a_long_chain_of_unknown_records_is_followed() {
    let mut lines = vec![r#"{"type":"action","agent":"a","id":"h0","parents":[]}"#.to_owned()];
    lines.extend(
        (1..50_000).rev().map(|it| format!(r#"{{"type":"hook","id":"h{it}","parents":["h{}"]}}"#, it - 1)),
    );
    lines.push(r#"{"type":"action","agent":"a","id":"z","parents":["h49999"]}"#.to_owned());
    let episode = episode(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(episode.links.parents(ActId(1)).len(), 1);
}

#[test]
fn an_act_of_another_trace_is_no_cause_by_being_the_last() {
    let of = |id: &str, agent: &str, trace: &str| action(id, agent, &format!(r#","trace_id":"{trace}""#));
    // z follows the last act of its agent, in its trace; without a trace it would follow y.
    let lines = [of("x", "a", "1"), of("y", "b", "2"), of("z", "a", "1")];
    check_all(&lines, &["z < x~"]);
    check_all(&[of("x", "a", "1"), of("y", "b", "1"), action("z", "a", "")], &["y < x~", "z < y~"]);
}

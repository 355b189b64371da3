//! Counterfactuals, and credit that others declare.

use super::*;
use crate::model::{self, Absence, ActionTable};

const ACT: &str = r#"{"type":"action","agent":"a","id":"x","action":"go","default":"wait","policy":{"chosen":"go","probs":{"go":0.6,"wait":0.4},"q":{"go":1.0,"wait":"NaN"},"value":0.8}}"#;

/// `label=q@probability` of every alternative; `*` marks the one taken, `!` the default.
fn alternatives(table: &ActionTable) -> Vec<String> {
    let number = |it: Option<f64>| it.map_or("?".to_owned(), |it| it.to_string());
    let row = table.alternatives.iter().map(|it| {
        let marks = format!("{}{}", if it.taken { "*" } else { "" }, if it.default { "!" } else { "" });
        format!("{}={}@{}{marks}", it.label, number(it.q.mean), number(it.probability))
    });
    row.collect()
}

#[track_caller]
fn check_alternatives(records: &[&str], expected: &[&str]) {
    let lines: Vec<&str> = [&[ACT], records].concat();
    let episode = episode(&lines);
    assert_eq!(alternatives(&episode.tables[0]), expected, "{records:?}");
    assert_eq!(rules(&episode), [""; 0]);
}

#[test]
fn a_policy_lists_its_alternatives() {
    check_alternatives(&[], &["go=1@0.6*", "wait=?@0.4!"]);
    assert_eq!(episode(&[ACT]).tables[0].value, Some(0.8));
    assert!(episode(&[r#"{"type":"action","agent":"a","action":"go"}"#]).tables.is_empty());
}

#[test]
fn what_was_measured_goes_over_what_the_policy_thinks() {
    let default = r#"{"type":"counterfactual","kind":"default_action","of":"x","candidates":[{"action":"wait","returns":[0,1]}]}"#;
    check_alternatives(&[default], &["go=1@0.6*", "wait=0.5@0.4!"]);
    let other = r#"{"type":"counterfactual","kind":"q_value","of":"x","group":"g","candidates":[{"action":"turn","q":0.25,"prob":0.1},{"action":"go","value":2}]}"#;
    check_alternatives(&[other], &["go=2@0.6*", "wait=?@0.4!", "turn=0.25@0.1"]);
    let drawn = r#"{"type":"counterfactual","kind":"policy_substituted","of":"x","candidates":[{"action":"z","extra":true,"value":9}]}"#;
    check_alternatives(&[drawn], &["go=1@0.6*", "wait=?@0.4!"]);
    let null = r#"{"type":"counterfactual","kind":"null_action","of":"x","candidates":[{"action":null,"value":-1}]}"#;
    check_alternatives(&[null], &["go=1@0.6*", "wait=?@0.4!", "null=-1@?!"]);
}

#[test]
fn candidates_that_arrive_one_by_one_are_one_group() {
    let one = |j: u32, returns: &str| {
        format!(
            r#"{{"type":"counterfactual","kind":"replay","group":"g","of":"x","candidates":[{{"j":{j},"action":"c{j}","returns":{returns}}}]}}"#
        )
    };
    let lines = [one(2, "[0,1]"), one(0, "[1]"), one(1, "[0]"), one(2, "[1,1]")];
    let mut all = vec![ACT];
    all.extend(lines.iter().map(String::as_str));
    all.push(r#"{"type":"counterfactual","kind":"replay","group":"g","context":7,"frozen":{"b":"pi"},"candidates":[{"j":3,"real":true,"extra":true,"q":0.5,"next":["ok"]}]}"#);
    let episode = episode(&all);
    assert_eq!(episode.replays.len(), 1);
    let group = &episode.replays[0];
    assert_eq!((group.name.as_str(), group.act, group.agent), ("g", Some(ActId(0)), Some(AgentId(0))));
    assert_eq!(group.context.as_deref(), Some("7"));
    assert_eq!(group.frozen, [("b".to_owned(), "pi".to_owned())]);
    let of = |at: usize| {
        (group.candidates[at].j, group.candidates[at].returns.mean, group.candidates[at].origin.line)
    };
    // The runs of candidate 2 came with two records: 0, 1 and 1, 1.
    assert_eq!([of(0), of(1), of(2)], [(0, Some(1.0), 3), (1, Some(0.0), 4), (2, Some(0.75), 2)]);
    assert_eq!(group.candidates[2].returns.n, Some(4));
    let last = &group.candidates[3];
    assert_eq!((last.real, last.extra, last.q, last.next.len()), (true, true, Some(0.5), 1));
}

#[test]
fn candidates_without_a_number_are_counted() {
    let group = r#"{"type":"counterfactual","kind":"replay","of":"x","candidates":[{"action":"c","returns":[1]},{"action":"d","returns":[0]}]}"#;
    let episode = episode(&[ACT, group]);
    assert_eq!(episode.replays[0].name, "replays of x");
    assert_eq!(episode.replays[0].candidates.iter().map(|it| it.j).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn coalitions_that_arrive_one_by_one_are_one_table() {
    let value = |agents: &str, value: f64| {
        format!(
            r#"{{"type":"counterfactual","kind":"coalition","coalitions":[{{"agents":{agents},"value":{value}}}]}}"#
        )
    };
    let lines = [
        value("[]", 0.0),
        value(r#"["b","a","b"]"#, 1.0),
        value(r#"["a"]"#, 0.5),
        value(r#"["a","b"]"#, 1.0),
    ];
    let episode = episode(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let table = &episode.coalitions[0];
    assert_eq!((episode.coalitions.len(), table.players.len(), &table.absence), (1, 2, &Absence::Unstated));
    let values: Vec<(usize, Option<f64>)> =
        table.values.iter().map(|it| (it.agents.len(), it.value.mean)).collect();
    assert_eq!(values, [(0, Some(0.0)), (2, Some(1.0)), (1, Some(0.5))]);
}

/// `members=mean/n` of every coalition.
fn coalitions(lines: &[&str]) -> (Vec<String>, Vec<String>) {
    let episode = episode(lines);
    let row = episode.coalitions[0].values.iter().map(|it| {
        let mean = it.value.mean.map_or("?".to_owned(), |it| it.to_string());
        format!("{}={mean}/{}", it.agents.len(), it.value.n.unwrap_or(0))
    });
    (row.collect(), rules(&episode).into_iter().map(str::to_owned).collect())
}

#[test]
fn runs_of_a_coalition_are_pooled_over_records() {
    let run = |value: f64| {
        format!(
            r#"{{"type":"counterfactual","kind":"coalition","group":"g","coalitions":[{{"agents":["a"],"returns":[{value}]}}]}}"#
        )
    };
    let lines = [run(-4.0), run(-4.0), run(0.0)];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    // Two runs that end alike are two runs. (-4 - 4 + 0) / 3.
    let (rows, found) = coalitions(&lines);
    assert_eq!((rows, found), (vec![format!("1={}/3", -8.0 / 3.0)], vec![]));
}

#[test]
fn a_record_of_runs_that_stands_twice_counts_once() {
    let run = r#"{"type":"counterfactual","seq":7,"kind":"coalition","group":"g","coalitions":[{"agents":["a"],"returns":[1]}]}"#;
    let (rows, found) = coalitions(&[run, run]);
    assert_eq!((rows, found), (vec!["1=1/1".to_owned()], vec!["repeated-record".to_owned()]));
}

#[test]
fn values_that_contradict_each_other_are_not_used() {
    let value = |value: &str| {
        format!(
            r#"{{"type":"counterfactual","kind":"coalition","group":"g","coalitions":[{{"agents":["a"],{value}}}]}}"#
        )
    };
    let check = |values: &[&str], row: &str, found: &[&str]| {
        let lines: Vec<String> = values.iter().map(|it| value(it)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let expected = (vec![row.to_owned()], found.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(coalitions(&lines), expected, "{values:?}");
    };
    check(&[r#""value":1"#, r#""value":-7"#], "1=?/0", &["contradictory-value"]);
    // Once refused, a third value settles nothing.
    check(&[r#""value":1"#, r#""value":-7"#, r#""value":1"#], "1=?/0", &["contradictory-value"]);
    check(&[r#""value":1"#, r#""value":1,"n":8"#], "1=1/8", &[]);
    check(&[r#""value":0.1"#, r#""value":0.10000000000000002"#], "1=0.1/0", &[]);
    // Runs count for more than a value without runs, whatever comes first.
    check(&[r#""returns":[0,1]"#, r#""value":0.5"#], "1=0.5/2", &[]);
    check(&[r#""value":7"#, r#""returns":[0,1]"#], "1=0.5/2", &["contradictory-value"]);
}

#[test]
fn what_an_absent_agent_does_makes_another_table() {
    let table = |absence: &str, value: f64| {
        format!(
            r#"{{"type":"counterfactual","kind":"coalition","group":"g","absence":"{absence}","coalitions":[{{"agents":["a"],"value":{value}}}]}}"#
        )
    };
    let (null, removed) = (table("null", 1.0), table("removed", 2.0));
    let episode = episode(&[&null, &removed]);
    let tables: Vec<(&str, Option<f64>)> =
        episode.coalitions.iter().map(|it| (it.name.as_str(), it.values.mean(0))).collect();
    assert_eq!(tables, [("g", Some(1.0)), ("g (removed)", Some(2.0))]);
    assert_eq!(rules(&episode), [""; 0]);
}

#[test]
fn a_coalition_of_a_stranger_is_left_out_of_a_full_table() {
    let start = r#"{"type":"episode_start","agents":["a","b"]}"#;
    let table = |more: &str| {
        format!(
            r#"{{"type":"counterfactual","kind":"coalition","group":"g","coalitions":[{{"agents":[],"value":0}},{{"agents":["a"],"value":1}},{{"agents":["b"],"value":2}},{{"agents":["a","b"],"value":3}}{more}]}}"#
        )
    };
    let found = episode(&[start, &table(r#",{"agents":["a","ghost"],"value":9}"#)]);
    assert_eq!((names(&found), found.coalitions[0].values.len()), (vec!["a", "b"], 4));
    assert_eq!(rules(&found), ["coalition-of-stranger"]);
    // One that acts is a player, and so is one in a table that lacks more than its rows.
    let act = r#"{"type":"action","agent":"ghost","action":"go"}"#;
    let acts = episode(&[start, act, &table(r#",{"agents":["a","ghost"],"value":9}"#)]);
    assert_eq!((acts.coalitions[0].players.len(), rules(&acts).len()), (3, 0));
    let lacking =
        table(r#",{"agents":["a","ghost"],"value":9}"#).replace(r#"{"agents":["b"],"value":2},"#, "");
    assert_eq!(episode(&[start, &lacking]).coalitions[0].players.len(), 3);
}

#[test]
fn one_name_at_two_acts_is_two_groups() {
    let other = r#"{"type":"action","agent":"b","id":"y","action":"stay"}"#;
    let group = |of: &str| {
        format!(
            r#"{{"type":"counterfactual","kind":"replay","group":"g","of":"{of}","candidates":[{{"j":0,"action":"c","returns":[1]}}]}}"#
        )
    };
    let (first, second) = (group("x"), group("y"));
    let episode = episode(&[ACT, other, &first, &second, &first]);
    let groups: Vec<(&str, Option<ActId>, Option<u32>)> =
        episode.replays.iter().map(|it| (it.name.as_str(), it.act, it.candidates[0].returns.n)).collect();
    assert_eq!(groups, [("g", Some(ActId(0)), Some(2)), ("g of y", Some(ActId(1)), Some(1))]);
    assert_eq!(rules(&episode), ["group-of-two-acts"]);
}

#[test]
fn a_candidate_that_is_two_actions_is_not_used() {
    let one = |action: &str, value: f64| {
        format!(
            r#"{{"type":"counterfactual","kind":"replay","group":"g","of":"x","candidates":[{{"j":1,{action}"returns":[{value}]}}]}}"#
        )
    };
    let (y, z, unnamed) = (one(r#""action":"y","#, 1.0), one(r#""action":"z","#, -9.0), one("", 3.0));
    let refused = episode(&[ACT, &y, &z, &y]);
    assert_eq!(refused.replays[0].candidates[0].returns.mean, None);
    assert_eq!(rules(&refused), ["candidate-of-two-actions"]);
    // A record that does not name the action goes with one that does: (1 + 3) / 2.
    for lines in [[ACT, &y, &unnamed], [ACT, &unnamed, &y]] {
        let pooled = episode(&lines);
        let candidate = &pooled.replays[0].candidates[0];
        assert_eq!((candidate.label.as_str(), candidate.returns.mean), ("y", Some(2.0)));
        assert_eq!(rules(&pooled), [""; 0]);
    }
}

#[test]
fn candidates_whose_runs_broke_off_are_kept_apart() {
    let group = r#"{"type":"counterfactual","kind":"replay","group":"g","of":"x","candidates":[{"action":"a","returns":[1],"status":"ok"},{"action":"b","returns":[0],"status":"aborted"},{"action":"c","returns":[0],"status":"error"},{"action":"d","returns":[0]}]}"#;
    let episode = episode(&[ACT, group]);
    let group = &episode.replays[0];
    let kept: Vec<_> = group.candidates.iter().map(|it| (it.j, it.label.as_str())).collect();
    assert_eq!(kept, [(0, "a"), (3, "d")]);
    let left_out: Vec<_> =
        group.left_out.iter().map(|it| (&it.status, it.candidate.label.as_str())).collect();
    assert_eq!(left_out, [(&model::Status::Aborted, "b"), (&model::Status::Error, "c")]);
    assert!(!episode.tables[0].alternatives.iter().any(|it| it.label == "b"));
}

#[test]
fn alternatives_whose_runs_broke_off_are_left_out() {
    let q = r#"{"type":"counterfactual","kind":"q_value","of":"x","candidates":[{"action":"a","value":1},{"action":"b","value":0,"status":"error"}]}"#;
    let episode = episode(&[ACT, q]);
    let labels: Vec<&str> = episode.tables[0].alternatives.iter().map(|it| it.label.as_str()).collect();
    // The first two are those of the policy.
    assert_eq!((labels, rules(&episode)), (vec!["go", "wait", "a"], vec!["broken-off"]));
    let removed = r#"{"type":"counterfactual","kind":"agent_removed","agent":"b","candidates":[{"value":0,"status":"aborted"},{"value":2}]}"#;
    let episode = super::episode(&[r#"{"type":"episode_start","agents":["a","b"]}"#, removed]);
    assert_eq!(episode.coalitions[0].values.mean(0), Some(2.0));
    assert_eq!(rules(&episode), ["broken-off"]);
}

#[test]
fn of_several_candidates_marked_as_real_only_the_act_was_taken() {
    let group = r#"{"type":"counterfactual","kind":"replay","group":"g","of":"x","candidates":[{"j":0,"action":"do","returns":[0],"real":true},{"j":1,"action":"rest","returns":[1],"real":true}]}"#;
    let act = r#"{"type":"action","agent":"a","id":"x","action":"do"}"#;
    let episode = episode(&[act, group]);
    let taken: Vec<(&str, bool)> =
        episode.tables[0].alternatives.iter().map(|it| (it.label.as_str(), it.taken)).collect();
    assert_eq!(taken, [("do", true), ("rest", false)]);
}

#[test]
fn what_was_taken_is_not_known_where_the_log_says_two_things_of_it() {
    let policy = r#"{"type":"action","agent":"a","id":"x","action":"go","policy":{"chosen":"wait","q":{"go":-3,"wait":0}}}"#;
    assert_eq!(alternatives(&episode(&[policy]).tables[0]), ["go=-3@?", "wait=0@?"]);
    // The policy's own name for its choice is no contradiction.
    let numbers = policy.replace(r#""chosen":"wait""#, r#""chosen":"1""#).replace(r#""go":"#, r#""1":"#);
    assert_eq!(alternatives(&episode(&[&numbers]).tables[0]), ["1=-3@?*", "wait=0@?"]);
    let act = r#"{"type":"action","agent":"a","id":"x","action":"go"}"#;
    let replay = r#"{"type":"counterfactual","kind":"replay","group":"g","of":"x","candidates":[{"j":0,"action":"stop","returns":[-3],"real":true},{"j":1,"action":"go","returns":[0]}]}"#;
    let found = episode(&[act, replay]);
    assert_eq!(alternatives(&found.tables[0]), ["stop=-3@?", "go=0@?"]);
    assert_eq!(found.wrongly_real(&found.replays[0]).map(|it| it.label.as_str()), Some("stop"));
}

#[test]
fn a_value_is_the_mean_of_its_returns() {
    let found = |candidate: &str| {
        let group = format!(
            r#"{{"type":"counterfactual","kind":"replay","group":"g","of":"x","candidates":[{candidate}]}}"#
        );
        rules(&episode(&[ACT, &group])).join(" ")
    };
    // 1/3 is printed with two digits; 0.5 is not it.
    assert_eq!(found(r#"{"returns":[0,0,1],"value":0.33}"#), "");
    assert_eq!(found(r#"{"returns":[0,0,1],"value":0.5}"#), "value-is-no-mean");
    assert_eq!(found(r#"{"returns":[0,"NaN"],"value":0},{"returns":["NaN"],"value":7}"#), "");
}

#[test]
fn a_removed_agent_leaves_the_coalition_of_the_others() {
    let removed = r#"{"type":"counterfactual","kind":"agent_removed","agent":"b","absence":"null","candidates":[{"value":0.25}]}"#;
    let table = &episode(&[r#"{"type":"episode_start","agents":["a","b","c"]}"#, removed]).coalitions[0];
    assert_eq!(table.values.members_of(0).iter().collect::<Vec<_>>(), [AgentId(0), AgentId(2)]);
    assert_eq!((table.players.len(), &table.absence), (3, &Absence::Null));
}

#[test]
fn what_fits_nowhere_is_listed() {
    let check = |record: &str, rule: &str| assert_eq!(rules(&episode(&[ACT, record])), [rule], "{record}");
    check(r#"{"type":"counterfactual","kind":"novel"}"#, "unknown-kind");
    check(
        r#"{"type":"counterfactual","kind":"q_value","candidates":[{"value":1}]}"#,
        "counterfactual-of-nothing",
    );
    check(
        r#"{"type":"counterfactual","kind":"q_value","of":"gone","candidates":[{"value":1}]}"#,
        "dangling-reference",
    );
    check(r#"{"type":"credit","algorithm":"s","agents":{"ghost":1}}"#, "credit-of-unknown");
    check(r#"{"type":"credit","algorithm":"s","items":[{"of":"gone","value":1}]}"#, "credit-of-unknown");
}

#[test]
fn declared_credit_keeps_what_it_says_of_each_number() {
    let credit = r#"{"type":"credit","id":"c","algorithm":"shapley_values","params":{"exact":true},"reward":"r","confidence":0.8,"units":"reward","agents":{"a":0.5},"items":[{"of":"x","value":"NaN"},{"agent":"a","value":0.4,"baseline":0.1,"std":0.04,"ci":[0.3,0.5],"level":0.95,"n":8}]}"#;
    let episode = episode(&[ACT, credit]);
    let declared = &episode.declared[0];
    assert_eq!((declared.id.as_deref(), declared.algorithm.as_str()), (Some("c"), "shapley_values"));
    assert_eq!(declared.params, [("exact".to_owned(), "true".to_owned())]);
    assert_eq!(declared.items.iter().map(|it| it.value).collect::<Vec<_>>(), [Some(0.5), None, Some(0.4)]);
    // An item of an act credits the agent that acted.
    assert_eq!((declared.items[1].agent, declared.items[1].act), (Some(AgentId(0)), Some(ActId(0))));
    let item = &declared.items[2];
    assert_eq!(
        (item.baseline, item.std, item.interval, item.n),
        (Some(0.1), Some(0.04), Some((0.3, 0.5)), Some(8))
    );
}

#[test]
fn a_judgement_is_no_credit() {
    let label =
        r#"{"type":"credit","algorithm":"human","items":[{"of":"x","label":"mistake","reason":"it went"}]}"#;
    let judged = episode(&[ACT, label]);
    assert!(judged.declared.is_empty());
    let label = &judged.labels[0];
    assert_eq!((label.judge.as_str(), label.agent_text.as_str(), label.act), ("human", "a", Some(ActId(0))));
    assert_eq!(
        (label.label.as_str(), label.reason.as_deref(), label.act_text.as_deref()),
        ("mistake", Some("it went"), None)
    );
    let both = r#"{"type":"credit","algorithm":"human","items":[{"of":"x","label":"mistake","value":-1}]}"#;
    let judged = episode(&[ACT, both]);
    assert_eq!((judged.declared[0].items[0].value, judged.labels.len()), (Some(-1.0), 1));
}

#[test]
fn a_judgement_may_name_an_agent_that_did_not_act_there() {
    let label = r#"{"type":"credit","algorithm":"human","items":[{"agent":"b","of":"x","label":"mistake"}]}"#;
    let episode = episode(&[ACT, r#"{"type":"action","agent":"b"}"#, label]);
    assert_eq!(rules(&episode), ["label-elsewhere"]);
    let label = &episode.labels[0];
    assert_eq!(
        (label.agent, label.act, label.act_text.as_deref()),
        (Some(AgentId(1)), Some(ActId(0)), Some("x"))
    );
}

#[test]
fn a_judgement_may_name_nobody_that_is_known() {
    let label = r#"{"type":"credit","algorithm":"m","items":[{"agent":"ghost","of":"s9","label":"mistake"},{"reason":"hm"}]}"#;
    let episode = episode(&[ACT, label]);
    let row = |at: usize| {
        (
            episode.labels[at].agent,
            episode.labels[at].agent_text.as_str(),
            episode.labels[at].act_text.as_deref(),
        )
    };
    assert_eq!([row(0), row(1)], [(None, "ghost", Some("s9")), (None, "nobody", None)]);
}

//! Buckets, written here after the format's description, and the records they become.

use super::*;
use crate::import::tests::Collected;
use crate::log::parse_line;

/// A bucket of the second of three roles: two candidates that earn credit, one that only estimates V.
const BUCKET: &str = r#"{"bucket_id":"bkt_1","candidates":[
{"action_text":"do A","j":0,"next_actions":["ok","no"],"returns":[1.0,0.0]},
{"action_text":"do B","j":1,"next_actions":["no","no"],"returns":[0.0,"0.5"]},
{"action_text":"do A","j":2,"next_actions":[],"returns":[1.0]}],
"ctx_hash":9200722560867875417,
"meta":{"credit_n":2,"real_j":1,"include_real_as_j0":true,"v_extra_start":2,"v_extra_n":1,
"policy_ckpt":"ckpt-7","method":"C3","task_spec":"math","seed":7,"decoding":{"temperature":0.7}},
"question_id":12,
"restart":{"meta":{"label":"241.2"},"question":"How much?","question_id":12,
"role_outputs_prefix":{"Reasoner":"a plan"},"roles_topo":["Reasoner","Actor","Judge"]},"target_role":"Actor"}"#;

fn bucket() -> String {
    BUCKET.replace('\n', "")
}

/// What the first line of a file gives.
fn import(line: &str, number: u32) -> Collected {
    Collected::of(|sink| Buckets::default().read(line.as_bytes(), number, sink))
}

fn records(line: &str) -> Vec<Record> {
    let imported = import(line, 3);
    assert_eq!(imported.problems, [], "{line}");
    assert!(imported.lines.iter().all(|it| it.line == 3));
    let parsed = imported.lines.iter().map(|it| parse_line(it.json.as_bytes()));
    parsed
        .flat_map(|it| {
            assert_eq!(it.problems, []);
            it.records.into_iter().map(|it| it.0)
        })
        .collect()
}

fn replays(records: &[Record]) -> &Counterfactual {
    let found = records.iter().find_map(|it| match &it.body {
        Body::Counterfactual(it) => Some(it),
        _ => None,
    });
    found.unwrap()
}

fn end(records: &[Record]) -> &EpisodeEnd {
    match &records.last().unwrap().body {
        Body::EpisodeEnd(it) => it,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bucket_is_an_episode() {
    let records = records(&bucket());
    let kinds: Vec<&str> = records.iter().map(Record::type_name).collect();
    assert_eq!(kinds, ["run", "episode_start", "action", "action", "counterfactual", "episode_end"]);
    assert!(records[1..].iter().all(|it| it.episode.as_deref() == Some("bkt_1")));
    let Body::Run(run) = &records[0].body else { panic!() };
    assert_eq!((run.env.as_deref(), run.algorithm.as_deref()), (Some("math"), Some("C3")));
    let Body::EpisodeStart(start) = &records[1].body else { panic!() };
    let agents: Vec<&str> = start.agents.iter().map(|it| it.id.as_str()).collect();
    // The judge acts in the replays only.
    assert_eq!(agents, ["Reasoner", "Actor"]);
    assert_eq!((start.task.as_deref(), start.group.as_deref()), (Some("How much?"), Some("12")));
    let said = |record: &Record| match &record.body {
        Body::Action(it) => {
            (record.id.clone().unwrap(), it.agent.clone(), it.action.as_ref().unwrap().text())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(said(&records[2]), ("Reasoner".into(), "Reasoner".into(), "a plan".into()));
    assert_eq!(said(&records[3]), ("Actor".into(), "Actor".into(), "do B".into()));
    assert_eq!(end(&records).ground_truth.as_deref(), Some("241.2"));
}

#[test]
fn candidates_are_replays_of_one_context() {
    let records = records(&bucket());
    let it = replays(&records);
    assert_eq!(
        (it.kind.as_str(), it.group.as_deref(), it.of.as_deref()),
        ("replay", Some("bkt_1"), Some("Actor"))
    );
    // Beyond 2^53, and not rounded.
    assert_eq!(it.context.as_deref(), Some("9200722560867875417"));
    assert_eq!(it.frozen, [("Judge".to_owned(), "ckpt-7".to_owned())]);
    let parts: Vec<(bool, bool)> = it.candidates.iter().map(|it| (it.real, it.extra)).collect();
    assert_eq!(parts, [(false, false), (true, false), (false, true)]);
    assert_eq!(it.candidates[1].returns, [0.0, 0.5]);
    assert_eq!(it.candidates[0].next, ["ok", "no"]);
}

#[test]
fn the_return_is_that_of_the_episode_alone() {
    // Two replays of the real candidate, and a role after it: nobody said what really came of it.
    assert_eq!(end(&records(&bucket())).total, None);
    let last = bucket().replace(r#","Judge"]"#, "]");
    assert_eq!(end(&records(&last)).total, None);
    let once = last.replace(r#"[0.0,"0.5"]"#, "[0.5]");
    assert_eq!(end(&records(&once)).total, Some(0.5));
    assert_eq!(end(&records(&once)).status, None);
    let right = |own: &str| last.replace(r#"[0.0,"0.5"]"#, own);
    assert_eq!(end(&records(&right("[1]"))).status.as_deref(), Some("success"));
    assert_eq!(end(&records(&right("[0.0]"))).status.as_deref(), Some("failure"));
    let early = bucket().replace(r#"[0.0,"0.5"]"#, "[0.5]");
    assert_eq!(end(&records(&early)).total, None);
}

#[test]
fn no_candidate_is_real_where_the_bucket_says_so() {
    let drawn = bucket().replace(r#""include_real_as_j0":true"#, r#""include_real_as_j0":false"#);
    let records = records(&drawn);
    assert!(replays(&records).candidates.iter().all(|it| !it.real));
    assert_eq!(replays(&records).of, None);
    assert_eq!(replays(&records).agent.as_deref(), Some("Actor"));
    assert_eq!(records.iter().filter(|it| it.type_name() == "action").count(), 1);
}

#[test]
fn segments() {
    let check = |meta: &str, want: &[(i64, bool)]| {
        let all = BUCKET.find("\"meta\":{\"credit_n\"").unwrap();
        let behind = BUCKET[all..].find("},\n\"question_id\"").unwrap() + all;
        let line = format!("{}\"meta\":{{{meta}{}", &BUCKET[..all], &BUCKET[behind..]).replace('\n', "");
        let imported = import(&line, 1);
        let records: Vec<Record> = imported
            .lines
            .iter()
            .flat_map(|it| parse_line(it.json.as_bytes()).records)
            .map(|it| it.0)
            .collect();
        let got: Vec<(i64, bool)> =
            replays(&records).candidates.iter().map(|it| (it.j.unwrap(), it.extra)).collect();
        assert_eq!(got, want, "{meta}");
        let left_out = 3 - got.len();
        assert_eq!(imported.problems.len(), left_out, "{:?}", imported.problems);
    };
    check("", &[(0, false), (1, false), (2, false)]);
    check(r#""credit_n":2"#, &[(0, false), (1, false)]);
    check(r#""credit_n":9"#, &[(0, false), (1, false), (2, false)]);
    check(r#""credit_n":1,"v_extra_start":1,"v_extra_n":9"#, &[(0, false), (1, true), (2, true)]);
    check(r#""credit_n":2,"v_extra_start":0,"v_extra_n":3"#, &[(0, false), (1, false), (2, true)]);
}

#[test]
fn what_is_no_bucket_says_why() {
    let check = |line: &str, rule: &str| {
        let imported = import(line, 1);
        assert_eq!(imported.lines, []);
        let rules: Vec<&str> = imported.problems.iter().map(|it| it.rule.name()).collect();
        assert_eq!(rules, [rule], "{line}");
    };
    check("{\"bucket_id\":", "bad-json");
    check("[]", "not-an-object");
    check("{}", "missing-field");
    check(r#"{"bucket_id":"b","target_role":"A"}"#, "missing-field");
    for nothing in ["", "  ", "# buckets of monday"] {
        assert_eq!(import(nothing, 1), Collected::default());
    }
}

#[test]
fn the_run_is_told_once() {
    let mut buckets = Buckets::default();
    let line = bucket();
    let mut runs = |number: u32| {
        let imported = Collected::of(|sink| buckets.read(line.as_bytes(), number, sink));
        imported.lines.iter().filter(|it| it.json.contains("\"type\":\"run\"")).count()
    };
    assert_eq!((runs(1), runs(2)), (1, 0));
}

#[test]
fn a_bucket_is_told_by_its_keys() {
    let of = |head: &str| score(&Head::of(head.as_bytes()));
    assert_eq!(of("{\"bucket_id\":\"b\",\"candidates\":[{\"j\":0,"), Score::CERTAIN);
    assert_eq!(of("{\"target_role\":\"A\",\"ctx_hash\":1}"), Score::CERTAIN);
    assert_eq!(of("{\"candidates\":[],\"type\":\"x\"}"), Score::NONE);
}

//! Tests of the module as a whole: hazards of a line, and properties of reader, scan and writer together.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::model::{Timestamp, ValueOf};

/// One episode that uses every record type.
const EXAMPLE: &str = r#"{"type":"run","credit_log":1,"run":"quote-desk/seed3","ts":1767225600.0,"writer":{"host":"gpu01","pid":77,"rank":0},"env":"desk_v1","algorithm":"shapley","gamma":0.99,"reward_unit":"success[0..1]","bounds":[0,1],"value_of":"to_come"}
{"type":"episode_start","episode":"ep-1","ts":1767225601.0,"global_step":40,"update":7,"seed":3,"group":"q-9","task":"quote the order","trace_id":"4bf92f35","agents":[{"id":"lead","role":"planner","tools":["mail"]},{"id":"desk"}],"graph":{"edges":[{"from":"lead","to":"desk","kind":"asks","weight":2}]}}
{"type":"state","episode":"ep-1","id":"s0","ts":1767225601.01,"step":0,"scope":"collective","state":{"env":{"rows":5}}}
{"type":"action","episode":"ep-1","id":"a1","ts":1767225601.2,"dur":0.84,"step":0,"agent":"lead","kind":"llm","action":"ask the desk","pre_state":{"belief":"?"},"parents":[],"span_id":"00f0","attempt":1,"turn":0,"usage":{"in":220,"out":40,"cost":0.01}}
{"type":"message","episode":"ep-1","id":"m1","ts":1767225602.06,"recv_ts":1767225602.11,"from":"lead","to":"desk","content":"price?","parents":["a1"]}
{"type":"action","episode":"ep-1","id":"a2","ts":1767225602.3,"agent":"desk","kind":"tool","action":{"tool":"lookup","args":{"sku":9}},"result":"311","parents":["m1"],"default":null,"policy":{"id":"pi@40","chosen":"search","probs":{"search":0.6,"ask":0.3,"stop":0.1},"q":{"search":0.9,"ask":0.5,"stop":"NaN"},"value":0.66,"logp":-0.51}}
{"type":"state","episode":"ep-1","id":"s1","ts":1767225604.21,"scope":"env","after":["a2"],"delta":[{"op":"replace","path":"/answer","value":"311"}]}
{"type":"reward","episode":"ep-1","id":"r1","ts":1767225609.4,"value":1.0,"source":"validation_service","name":"task","of":["a2"],"delay":4.4,"bounds":[-1,1],"components":{"price":0.5,"speed":0.5}}
{"type":"episode_end","episode":"ep-1","ts":1767225609.5,"status":"success","reason":"goal_achieved","return":1.0,"rewards":{"lead":1.5,"desk":-0.5},"success":1.0,"steps":3,"answer":"311","ground_truth":"311"}
{"type":"counterfactual","episode":"ep-1","kind":"replay","group":"g-a1","of":"a1","agent":"lead","context":5036986039507246280,"prefix":{},"frozen":{"desk":"pi@40"},"decoding":{"temperature":0.7},"candidates":[{"j":0,"real":true,"action":"ask the desk","returns":[1,1,0,1],"seeds":[1,2,3,4]},{"j":1,"extra":true,"action":"guess","returns":[0,0],"next":["ok",{"a":1}],"prob":0.2,"q":0.1,"rewards":{"lead":1,"desk":-1}}]}
{"type":"counterfactual","episode":"ep-1","kind":"coalition","group":"g-c","coalitions":[{"agents":[],"value":0.0},{"agents":["lead","desk"],"returns":[1.0,1.0],"seeds":["7",8],"std":0.0,"n":2,"rewards":[{"lead":1,"desk":0},{"desk":1}]}],"absence":"null"}
{"type":"credit","episode":"ep-1","id":"c1","ts":1767225609.9,"algorithm":"shapley_values","params":{"exact":true,"counterfactual":"g-c"},"reward":"r1","confidence":0.8,"units":"reward","items":[{"agent":"lead","value":0.4,"baseline":0.1,"std":0.04,"ci":[0.3,0.5],"level":0.95,"n":8},{"of":"m1","label":"good","reason":"it asked"}]}
{"type":"credit","episode":"ep-1","id":"c2","algorithm":"difference_rewards","agents":{"lead":0.7,"desk":0.9}}
{"type":"metric","episode":"ep-1","ts":1767225610.0,"values":{"overhead":0.23,"c3/influence_nats":0.97},"units":{"overhead":"ratio"}}
{"type":"checkpoint","episode":"ep-1","id":"k1","path":"/tmp/x"}"#;

fn rules(parsed: &Parsed) -> Vec<&'static str> {
    parsed.problems.iter().map(|it| it.rule.name()).collect()
}

/// Asserts which rules `line` breaks and that it holds `records` records.
fn check(line: impl AsRef<[u8]>, records: usize, expected: &[&str]) -> Parsed {
    let shown = String::from_utf8_lossy(line.as_ref()).into_owned();
    let parsed = parse_line(line.as_ref());
    assert_eq!(rules(&parsed), expected, "{shown}\n{:?}", parsed.problems);
    assert_eq!(parsed.records.len(), records, "{shown}");
    parsed
}

fn one(line: impl AsRef<[u8]>, expected: &[&str]) -> Record {
    check(line, 1, expected).records.remove(0).0
}

fn reward(value: &str) -> String {
    format!(r#"{{"type":"reward","episode":"e","value":{value}}}"#)
}

fn reward_value(line: impl AsRef<[u8]>, expected: &[&str]) -> Option<f64> {
    match one(line, expected).body {
        Body::Reward(it) => it.value,
        other => panic!("not a reward: {other:?}"),
    }
}

#[test]
fn the_example_reads_without_problems() {
    let mut kinds = Vec::new();
    for line in EXAMPLE.lines() {
        let rules: &[&str] = match line {
            _ if line.contains("5036986039507246280") => &["big-integer"],
            _ if line.contains("NaN") => &["nonfinite-number"],
            _ => &[],
        };
        let record = one(line, rules);
        kinds.push(record.record_type());
        agree(line.as_bytes());
        assert!(scan_header(line.as_bytes()).is_some(), "{line}");
    }
    for known in RecordType::KNOWN {
        assert!(kinds.contains(&known), "{}", known.name());
        assert_eq!(RecordType::from_name(known.name()), known);
    }
}

#[test]
fn writing_the_example_loses_nothing() {
    for line in EXAMPLE.lines() {
        let record = parse_line(line.as_bytes()).records.remove(0).0;
        let written = write(&record);
        let again = parse_line(written.as_bytes()).records.remove(0).0;
        assert_eq!(format!("{record:?}"), format!("{again:?}"), "{written}");
        let (before, after): (Value, Value) =
            (serde_json::from_str(line).unwrap(), serde_json::from_str(&written).unwrap());
        for key in before.as_object().unwrap().keys() {
            assert!(after.get(key).is_some(), "{key} of {line}");
        }
    }
}

#[test]
fn fields_of_an_action() {
    let line = EXAMPLE.lines().find(|it| it.contains("lookup")).unwrap();
    let record = one(line, &["nonfinite-number"]);
    assert_eq!(record.ts, Some(Timestamp::from_micros(1_767_225_602_300_000)));
    let Body::Action(action) = record.body else { panic!("an action") };
    assert_eq!(action.default.as_ref().map(Payload::is_null), Some(true));
    let policy = action.policy.unwrap();
    let keys: Vec<&str> = policy.probs.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(keys, ["search", "ask", "stop"]);
    assert!(policy.q[2].1.is_nan());
    assert_eq!(action_label(policy.chosen.unwrap().json()), text_label(&policy.probs[0].0));
}

#[test]
fn what_a_value_is_of() {
    let line = |word: &str| {
        format!(r#"{{"type":"action","episode":"e","agent":"a","policy":{{"value":1,"value_of":{word}}}}}"#)
    };
    let read = |word: &str, rules: &[&str]| {
        let record = one(line(word), rules);
        let Body::Action(action) = &record.body else { panic!("{record:?}") };
        assert_eq!(one(write(&record), &[]), record);
        action.policy.as_ref().and_then(|it| it.value_of)
    };
    assert_eq!(read("\"to_come\"", &[]), Some(ValueOf::ToCome));
    assert_eq!(read("\"episode\"", &[]), Some(ValueOf::Episode));
    assert_eq!(read("\"other\"", &["wrong-type"]), None);
}

#[test]
fn exact_context_hash() {
    let line = r#"{"type":"counterfactual","episode":"e","kind":"replay","context":5036986039507246281}"#;
    let Body::Counterfactual(it) = one(line, &["big-integer"]).body else { panic!("a counterfactual") };
    assert_eq!(it.context.as_deref(), Some("5036986039507246281"));
}

#[test]
fn nonfinite_numbers() {
    assert_eq!(reward_value(reward("NaN"), &["nonfinite-number", "nonfinite-number"]), None);
    assert_eq!(reward_value(reward("-Infinity"), &["nonfinite-number", "nonfinite-number"]), None);
    assert_eq!(reward_value(reward("\"Infinity\""), &["nonfinite-number"]), None);
    assert_eq!(reward_value(reward("1e400"), &["nonfinite-number"]), None);
    let line = r#"{"type":"action","episode":"e","agent":"a","action":{"x":[NaN,-Infinity]}}"#;
    let Body::Action(it) = one(line, &["nonfinite-number"]).body else { panic!("an action") };
    assert_eq!(it.action.unwrap().json(), r#"{"x":["NaN","-Infinity"]}"#);
}

#[test]
fn numbers_in_other_clothes() {
    assert_eq!(reward_value(reward("\"0.5\""), &["number-as-string"]), Some(0.5));
    assert_eq!(reward_value(reward("true"), &["wrong-type"]), Some(1.0));
    assert_eq!(reward_value(reward("9007199254740993"), &["big-integer"]), Some(9_007_199_254_740_992.0));
    assert_eq!(reward_value(reward("\"abc\""), &["wrong-type"]), None);
    assert_eq!(reward_value(reward("0.1"), &[]), Some(0.1));
}

#[test]
fn byte_order_mark_line_ends_and_nuls() {
    assert_eq!(reward_value(format!("\u{feff}{}\r\n", reward("1")), &["byte-order-mark"]), Some(1.0));
    assert_eq!(reward_value(format!("\0\0\0{}", reward("1")), &["nul-bytes"]), Some(1.0));
    check("", 0, &[]);
    check(" \t\r\n", 0, &[]);
    check("\0\0", 0, &["nul-bytes"]);
    let parsed = check(format!("\0\u{feff}{}\n", reward("1")), 1, &["nul-bytes", "byte-order-mark"]);
    assert_eq!(parsed.records[0].1, 4..4 + reward("1").len());
}

#[test]
fn broken_text() {
    let line = br#"{"type":"message","episode":"e","from":"a","to":"b","content":"caf\xe9 X"}"#;
    let line: Vec<u8> = line.iter().map(|byte| if *byte == b'X' { 0xff } else { *byte }).collect();
    let Body::Message(it) = one(&line, &["invalid-utf8", "bad-escape"]).body else { panic!("a message") };
    assert_eq!(it.content.unwrap().text(), "caf\\xe9 \u{fffd}");
    let line = r#"{"type":"message","episode":"e","from":"a\ud800","to":["b"],"content":"\ude00"}"#;
    let Body::Message(it) = one(line, &["lone-surrogate"]).body else { panic!("a message") };
    assert_eq!((it.from.as_str(), it.content.unwrap().text().as_str()), ("a\u{fffd}", "\u{fffd}"));
}

#[test]
fn duplicate_keys() {
    assert_eq!(
        reward_value(r#"{"type":"reward","value":1,"episode":"e","value":2}"#, &["duplicate-key"]),
        Some(2.0)
    );
    let many: String = (0..100).map(|n| format!("\"k{}\":{n},", n % 50)).collect();
    let line = format!("{{{many}\"type\":\"run\",\"credit_log\":1}}");
    let parsed = parse_line(line.as_bytes());
    assert_eq!(parsed.problems.len(), 50);
    let extra = &parsed.records[0].0.extra;
    assert_eq!((extra.len(), extra[49].1.json()), (50, "99"));
}

#[test]
fn deep_nesting() {
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    let line = format!(r#"{{"type":"action","episode":"e","agent":"a","action":{deep}}}"#);
    let Body::Action(it) = one(&line, &["too-deep"]).body else { panic!("an action") };
    assert_eq!(it.action.unwrap().json(), deep);
}

#[test]
fn glued_lines() {
    let (a, b) = (reward("1"), reward("2"));
    let parsed = check(format!("{a}{b}\n"), 2, &["glued-lines"]);
    assert_eq!(parsed.records[0].1, 0..a.len());
    assert_eq!(parsed.records[1].1, a.len()..a.len() + b.len());
    assert_eq!(parsed.problems[0].severity, crate::model::Severity::Warning);

    let parsed = check(format!("{}{b}", &a[..20]), 1, &["glued-lines"]);
    assert_eq!(parsed.records[0].1, 20..20 + b.len());
    assert_eq!(parsed.problems[0].severity, crate::model::Severity::Error);
    assert!(parsed.problems[0].message.contains("20 bytes are lost"), "{:?}", parsed.problems);

    check(format!("{a}garbage"), 1, &["glued-lines"]);
    check(format!("garbage{a}"), 1, &["glued-lines"]);
    check(format!("[{a},{b}]"), 2, &["glued-lines"]);
    let cut = r#"{"type":"action","episode":"e","agent":"a","action":"hel"#;
    check(format!("{cut}{b}"), 1, &["glued-lines"]);
}

#[test]
fn payloads_of_broken_records_are_not_records() {
    check(
        r#"{"type":"action","episode":"e","agent":"a","action":[{"type":"text","text":"x"}"#,
        0,
        &["bad-json"],
    );
    check(r#"{"type":"action","action":{"type":"message","content":"x"},"#, 0, &["bad-json"]);
}

#[test]
fn junk_lines() {
    check("Traceback (most recent call last):", 0, &["bad-json"]);
    check("{\"type\":", 0, &["bad-json"]);
    check("[1,2]", 0, &["not-an-object"]);
    check("42", 0, &["not-an-object"]);
    check("{}", 0, &["missing-field"]);
    check("{'type': 'run'}", 0, &["bad-json"]);
    let hurtful = "{\"".repeat(200_000);
    check(hurtful, 0, &["bad-json"]);
}

#[test]
fn missing_and_mistyped_fields() {
    check(r#"{"episode":"e"}"#, 0, &["missing-field"]);
    check(r#"{"type":"action","agent":"a"}"#, 0, &["missing-field"]);
    check(r#"{"type":"action","episode":"e"}"#, 0, &["missing-field"]);
    check(r#"{"type":"action","episode":"e","agent":{}}"#, 0, &["wrong-type"]);
    check(r#"{"type":"reward","episode":[],"value":1}"#, 0, &["wrong-type"]);
    check(r#"{"type":"reward","episode":"e"}"#, 0, &["missing-field"]);
    check(r#"{"type":"metric","episode":"e"}"#, 0, &["missing-field"]);
    check(r#"{"type":"message","episode":"e","from":"a"}"#, 1, &["missing-field"]);
    check(r#"{"type":"run"}"#, 1, &["missing-field"]);
    check(r#"{"type":"credit","episode":"e","agents":{"a":1}}"#, 1, &["missing-field"]);
    check(r#"{"type":"run","credit_log":2}"#, 1, &["unknown-version"]);
    check(
        r#"{"type":"episode_end","episode":"e","steps":1.5,"ts":"soon"}"#,
        1,
        &["wrong-type", "wrong-type"],
    );
    let coalition = r#"{"type":"counterfactual","episode":"e","coalitions":[{"agents":["a"],"value":1}]}"#;
    let Body::Counterfactual(it) = one(coalition, &["missing-field"]).body else {
        panic!("a counterfactual")
    };
    assert_eq!(it.kind, "coalition");
}

#[test]
fn intervals_of_declared_credit() {
    let interval = |ci: &str, expected: &[&str]| {
        let line = format!(
            r#"{{"type":"credit","episode":"e","algorithm":"x","items":[{{"agent":"a","value":1,"ci":{ci}}}]}}"#
        );
        let Body::Credit(it) = one(line, expected).body else { panic!("a credit") };
        it.items[0].ci
    };
    assert_eq!(interval("[0,2]", &[]), Some((0.0, 2.0)));
    assert_eq!(interval("[1,1]", &[]), Some((1.0, 1.0)));
    assert_eq!(interval("[2,0]", &["wrong-type"]), None);
    assert_eq!(interval("[0]", &["wrong-type"]), None);
}

#[test]
fn own_rewards_are_means_or_runs() {
    let rewards = |json: &str, expected: &[&str]| {
        let line = format!(r#"{{"type":"episode_end","episode":"e","rewards":{json}}}"#);
        let Body::EpisodeEnd(it) = one(line, expected).body else { panic!("an end") };
        let shown = |it: &super::OwnReward| format!("{} {:?} {:?}", it.agent, it.value, it.returns);
        it.rewards.iter().map(shown).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(rewards(r#"{"a":1,"b":-1}"#, &[]), "a Some(1.0) []; b Some(-1.0) []");
    assert_eq!(rewards(r#"[{"a":1,"b":-1},{"b":2}]"#, &[]), "a None [1.0, NaN]; b None [-1.0, 2.0]");
    assert_eq!(
        rewards(r#"[{"agent":"a","value":1},{"agent":"b","value":-1}]"#, &[]),
        "a Some(1.0) []; b Some(-1.0) []"
    );
    assert_eq!(rewards("[1]", &["wrong-type"]), "");
    // 400 runs, each with another agent, would take 160,000 numbers for 400.
    let runs: Vec<String> = (0..400).map(|it| format!(r#"{{"a{it}":1}}"#)).collect();
    assert_eq!(rewards(&format!("[{}]", runs.join(",")), &["wrong-type"]), "");
}

#[test]
fn short_forms() {
    let line =
        r#"{"type":"action","episode":7,"agent":0,"parents":"a1","policy":{"chosen":1,"probs":[0.4,0.6]}}"#;
    let record = one(line, &[]);
    assert_eq!(record.episode.as_deref(), Some("7"));
    let Body::Action(it) = record.body else { panic!("an action") };
    assert_eq!((it.agent.as_str(), it.parents), ("0", Some(vec!["a1".to_owned()])));
    assert_eq!(it.policy.unwrap().probs, [("0".to_owned(), 0.4), ("1".to_owned(), 0.6)]);
    let line = r#"{"type":"episode_start","episode":"e","agents":["a",1,{"name":"c"}]}"#;
    let Body::EpisodeStart(it) = one(line, &[]).body else { panic!("an episode_start") };
    assert_eq!(it.agents.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["a", "1", "c"]);
}

#[test]
fn problems_point_into_the_line() {
    let line = r#"{"type":"reward","episode":"e","value":"x"}"#;
    let parsed = check(line, 1, &["wrong-type"]);
    assert_eq!(parsed.problems[0].offset, line.find("\"x\"").unwrap());
}

#[test]
fn unknown_types_and_fields_are_kept() {
    let record = one(r#"{"type":"checkpoint","episode":"e","id":3,"path":"x","n":[1, 2]}"#, &[]);
    assert_eq!((record.type_name(), record.id.as_deref()), ("checkpoint", Some("3")));
    let extra: Vec<(&str, &str)> = record.extra.iter().map(|it| (it.0.as_str(), it.1.json())).collect();
    assert_eq!(extra, [("path", "\"x\""), ("n", "[1, 2]")]);
    let record = one(r#"{"type":"reward","episode":"e","value":1,"currency":"EUR"}"#, &[]);
    assert_eq!(record.extra[0].0, "currency");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z\"\\\\{}\\[\\],:é東\n\u{1f600} ]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("type|id|agent|[a-z\"\\\\é]{0,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A valid object with header fields and payload in any order, as a line.
fn line() -> impl Strategy<Value = String> {
    let types = prop_oneof![
        proptest::sample::select(RecordType::KNOWN.to_vec()).prop_map(|it| it.name().to_owned()),
        "[a-zé]{1,5}",
    ];
    let name = prop_oneof![
        "[a-z\"\\\\é\n\u{1f600}]{0,20}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        json_value(),
    ];
    let ts = prop_oneof![
        (0.0..2e9f64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::from("2026-01-01T00:00:00Z")),
        json_value(),
    ];
    let header = (
        types.prop_map(Value::from),
        name.clone(),
        proptest::option::of(name.clone()),
        proptest::option::of(name.clone()),
        proptest::option::of(name),
        proptest::option::of(ts),
        proptest::option::of(any::<i64>()),
    );
    let payload = proptest::collection::vec(
        ("action|value|values|to|agents|items|return|status|[a-z\"é]{0,8}", json_value()),
        0..5,
    );
    (header, payload)
        .prop_map(|(header, payload)| {
            let (kind, episode, id, agent, from, ts, seq) = header;
            let mut fields = vec![("type".to_owned(), kind), ("episode".to_owned(), episode)];
            let optional =
                [("id", id), ("agent", agent), ("from", from), ("ts", ts), ("seq", seq.map(Value::from))];
            fields.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
            fields.extend(payload);
            fields
        })
        .prop_shuffle()
        .prop_map(|fields| {
            let pairs = fields.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str())));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        })
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn random(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as usize
}

#[test]
fn damaged_sample_logs_are_scanned_as_they_are_parsed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs");
    let mut paths: Vec<_> = ["", "broken"]
        .iter()
        .flat_map(|it| std::fs::read_dir(folder.join(it)).unwrap())
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "jsonl"))
        .collect();
    paths.sort();
    assert!(paths.len() > 10);
    let mut state = 7;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|it| *it == b'\n').take(60).collect();
        let text = lines.concat();
        agree(&text);
        for _ in 0..12 {
            let mut damaged = text.clone();
            for _ in 0..1 + random(&mut state) % (1 + text.len() / 400) {
                let at = random(&mut state) % damaged.len();
                match random(&mut state) % 4 {
                    0 => damaged[at] ^= 1 << (random(&mut state) % 8),
                    1 => damaged.insert(at, b"\"{}[],:\\ 0-\xff\n"[random(&mut state) % 13]),
                    2 => drop(damaged.remove(at)),
                    _ => {
                        let end = (at + random(&mut state) % 40).min(damaged.len());
                        damaged.drain(at..end);
                    }
                }
                if damaged.is_empty() {
                    break;
                }
            }
            agree(&damaged);
        }
    }
}

/// The header as `serde_json` reads it, in the terms of [`Header`]; `None` if the line is odd.
fn header_by_serde(line: &str) -> Option<(String, [Option<String>; 4])> {
    let value: Value = serde_json::from_str(line).ok()?;
    let name = |key: &str| match value.get(key) {
        None => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(Value::Number(number)) if !number.is_f64() => Some(Some(number.to_string())),
        Some(_) => None,
    };
    let kind = value["type"].as_str()?.to_owned();
    Some((kind, [name("episode")?, name("id")?, name("agent")?, name("from")?]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn scan_agrees_with_serde_and_with_parse(line in line()) {
        agree(line.as_bytes());
        if let Some(header) = scan_header(line.as_bytes()) {
            let (kind, [episode, id, agent, from]) = header_by_serde(&line).expect("a header is not odd");
            prop_assert_eq!(header.type_name.as_ref(), kind.as_str());
            prop_assert_eq!(header.episode.as_deref(), episode.as_deref());
            prop_assert_eq!(header.id.as_deref(), id.as_deref());
            let acting = if kind == "message" { from } else { agent };
            prop_assert_eq!(header.agent.as_deref(), acting.as_deref());
        }
    }

    #[test]
    fn lines_of_one_order_are_scanned_as_any_are(lines in proptest::collection::vec(line(), 1..6), seed in any::<u64>()) {
        // Each line again with other values in its places, and all of them interleaved.
        let mut text = String::new();
        for at in 0..3 * lines.len() {
            text += &lines[at % lines.len()];
            text += "\n";
            text += &lines[(seed as usize).wrapping_add(at * at) % lines.len()].replace("e", "é");
            text += "\n";
        }
        agree(text.as_bytes());
    }

    #[test]
    fn ordinary_lines_are_scanned(
        kind in proptest::sample::select(RecordType::KNOWN.to_vec()),
        names in proptest::collection::vec("[a-zé\"\\\\\n]{0,20}", 4),
        payload in json_value(),
    ) {
        let quoted: Vec<String> = names.iter().map(|it| Value::from(it.as_str()).to_string()).collect();
        let line = format!(
            r#"{{"type":"{}","episode":{},"id":{},"agent":{},"from":{},"payload":{payload}}}"#,
            kind.name(), quoted[0], quoted[1], quoted[2], quoted[3]
        );
        let header = scan_header(line.as_bytes()).expect("nothing is odd about it");
        prop_assert_eq!(header.episode.as_deref(), Some(names[0].as_str()));
        let acting = if kind == RecordType::Message { &names[3] } else { &names[2] };
        prop_assert_eq!(header.agent.as_deref(), Some(acting.as_str()));
    }

    #[test]
    fn any_bytes_parse(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let parsed = parse_line(&bytes);
        prop_assert!(parsed.records.iter().all(|(_, range)| range.end <= bytes.len()));
        agree(&bytes);
    }

    #[test]
    fn mutated_lines_parse(
        which in 0usize..15,
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        let lines: Vec<&str> = EXAMPLE.lines().collect();
        let mut bytes = lines[which].as_bytes().to_vec();
        for (at, byte, how) in cuts {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            match how {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"\"{}[],:\\"[usize::from(byte) % 8]),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let both = [lines[which].as_bytes(), b"\n", &bytes].concat();
        agree(&both);
        let parsed = parse_line(&bytes);
        prop_assert!(parsed.problems.iter().all(|it| it.offset <= bytes.len()));
        let safe = |it: &Problem| it.message.chars().all(|c| !c.is_control());
        prop_assert!(parsed.problems.iter().all(safe));
        agree(&bytes);
    }

    #[test]
    fn write_then_parse_is_identity(line in line()) {
        for (record, _) in parse_line(line.as_bytes()).records {
            let written = write(&record);
            let again = parse_line(written.as_bytes());
            prop_assert_eq!(again.records.len(), 1, "{}", written);
            // Compared by text: NaN stands for what was not a number, and does not equal itself.
            prop_assert_eq!(format!("{:?}", again.records[0].0), format!("{record:?}"), "{}", written);
        }
    }
}

//! A line called sound is one the parser has no problem with.

use proptest::prelude::*;

use super::*;
use crate::log::parse_line;

/// Whether the parser makes one record of the whole line and reports nothing.
fn is_clean(line: &[u8]) -> bool {
    let parsed = parse_line(line);
    let whole = |range: &std::ops::Range<usize>| line[range.clone()].trim_ascii() == line.trim_ascii();
    parsed.problems.is_empty() && matches!(parsed.records.as_slice(), [(_, range)] if whole(range))
}

/// Asserts the promise, and returns whether it was given.
#[track_caller]
fn check(line: &[u8]) -> bool {
    let sound = is_sound(line);
    assert!(!sound || is_clean(line), "{}: {:?}", String::from_utf8_lossy(line), parse_line(line).problems);
    sound
}

/// Ordinary lines must not be left to the parser: it would be slow.
#[track_caller]
fn sound(line: &str) {
    assert!(check(line.as_bytes()), "left to the parser: {line}");
}

#[track_caller]
fn odd(line: &str) {
    assert!(!check(line.as_bytes()), "called sound: {line}");
}

#[test]
fn sample_logs_are_sound() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs");
    let (mut lines, mut left) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()) {
        if entry.extension().is_some_and(|it| it == "jsonl") {
            let text = std::fs::read(entry).unwrap();
            for line in text.split(|it| *it == b'\n').filter(|it| !it.is_empty()) {
                lines += 1;
                left += usize::from(!check(line) && is_clean(line));
            }
        }
    }
    assert!(lines > 100 && left * 100 <= lines, "{left} of {lines} clean lines are left to the parser");
}

#[test]
fn ordinary_lines() {
    sound(
        r#"{"type":"action","episode":"e","agent":"a","ts":1.5,"seq":3,"action":{"x":[1,{"y":null}]},"parents":["a1"]}"#,
    );
    sound(
        " { \"type\" : \"action\" , \"episode\":7, \"agent\":3,\"usage\":{\"in\":1,\"out\":2,\"cost\":0.1}} \r\n",
    );
    sound(
        r#"{"type":"message","episode":"e","from":"a","to":["b","*"],"content":"é \u00e9 \ud83d\ude00 \\"}"#,
    );
    sound(r#"{"type":"state","episode":"e","scope":"env","state":null,"ts":"2026-01-01T00:00:00Z"}"#);
    sound(r#"{"type":"reward","episode":"e","value":-1e-3,"components":{"a":1,"b":null}}"#);
    sound(r#"{"type":"credit","episode":"e","algorithm":"x","items":[{"of":"a1","ci":[0,1],"n":3}]}"#);
    sound(
        r#"{"type":"counterfactual","episode":"e","kind":"coalition","coalitions":[{"agents":[],"value":0}]}"#,
    );
    sound(r#"{"type":"metric","values":{"x":1}}"#);
    sound(r#"{"type":"run","credit_log":1,"agents":["a",{"name":"b","tools":["t"]},7]}"#);
    sound(r#"{"type":"episode_start","episode":"e","graph":{"edges":[{"from":"a","to":"b","weight":1}]}}"#);
    sound(r#"{"type":"episode_end","episode":"e","status":"failure","return":null}"#);
    sound(r#"{"type":"novel","value":{"value":"anything"},"agent":[1]}"#);
}

#[test]
fn lines_with_something_to_tell() {
    for line in [
        "",
        "[1]",
        "{}",
        r#"{"type":"action","episode":"e","agent":"a","x":"broken}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":[1,]}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":[1}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":01}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":1.}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":NaN}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":"\x41"}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":"\ud800"}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":"\udc00"}"#,
        r#"{"type":"action","episode":"e","agent":"a","x":"\ud800A"}"#,
        "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"x\":\"a\tb\"}",
        r#"{"type":"action","episode":"e","agent":"a"}{"type":"action","episode":"e","agent":"a"}"#,
        r#"{"type":"action","episode":"e","agent":"a","agent":"b"}"#,
        r#"{"type":"action","episode":"e","agent":"a","\u0061gent":"b"}"#,
        r#"{"type":"action","episode":"e","agent":"a","dur":"1"}"#,
        r#"{"type":"action","episode":"e","agent":"a","usage":{"in":1,"in":2}}"#,
        r#"{"type":"action","episode":"e","agent":"a","usage":[1]}"#,
        r#"{"type":"action","episode":"e","agent":"a","seq":12345678901234567890}"#,
        r#"{"type":"action","episode":"e"}"#,
        r#"{"type":"reward","episode":"e","value":1e400}"#,
        r#"{"type":"reward","episode":"e","value":true}"#,
        r#"{"type":"state","episode":"e","scope":"env"}"#,
        r#"{"type":"credit","episode":"e","algorithm":"x","agents":{}}"#,
        r#"{"type":"credit","episode":"e","algorithm":"x","items":[{"ci":[1,0]}]}"#,
        r#"{"type":"run","credit_log":2}"#,
        "\u{feff}{\"type\":\"metric\",\"values\":{}}",
    ] {
        odd(line);
    }
    let deep = |n: usize| format!(r#"{{"type":"novel","x":{}{}}}"#, "[".repeat(n), "]".repeat(n));
    sound(&deep(127));
    odd(&deep(128));
    assert!(!check(b"{\"type\":\"novel\",\"x\":\"\xff\"}"));
}

/// Pieces that make lines of all kinds, most of them odd.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "0",
            "1",
            "-1",
            "1.5",
            "-0",
            "01",
            "1e5",
            "1e400",
            "123456789012345678",
            "NaN",
            "\"a\"",
            "\"\"",
            "\"1\"",
            "\"\\u0061\"",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"a\tb\"",
            "\"é\"",
            "\"\\q\"",
            "\"2026-01-01T00:00:00Z\"",
            "\"coalition\"",
            "1700000000.25",
            "{}",
            "[]",
            "[1,0]",
            "[0,1]",
            "[null]",
        ])
        .prop_map(str::to_owned),
        "[0-9]{1,18}(\\.[0-9]{0,3})?(e[+-]?[0-9]{1,3})?",
        "\"[a-z\\\\\"]{0,40}\"",
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|it| format!("[{}]", it.join(","))),
            object(inner),
        ]
    })
}

fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "episode",
        "agent",
        "id",
        "ts",
        "seq",
        "step",
        "from",
        "to",
        "parents",
        "value",
        "values",
        "agents",
        "items",
        "kind",
        "policy",
        "probs",
        "q",
        "usage",
        "in",
        "out",
        "cost",
        "dur",
        "of",
        "ci",
        "n",
        "candidates",
        "returns",
        "rewards",
        "success",
        "real",
        "next",
        "coalitions",
        "graph",
        "edges",
        "name",
        "status",
        "return",
        "scope",
        "state",
        "delta",
        "after",
        "algorithm",
        "params",
        "credit_log",
        "writer",
        "pid",
        "components",
        "units",
        "frozen",
        "content",
        "recv_ts",
        "x",
        "replay_of",
        "at",
        "label",
        "error",
        "steps",
        "tools",
        "group",
        "action",
        "\\u0061",
    ])
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec((key(), value), 0..6).prop_map(|it| {
        let fields: Vec<String> = it.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", fields.join(", "))
    })
}

/// A record with its required fields, and more.
fn record() -> impl Strategy<Value = String> {
    let kinds = RecordType::KNOWN.into_iter().map(RecordType::name).chain(["novel"]).collect::<Vec<_>>();
    let needed = |kind: &str| match kind {
        "run" => r#""credit_log":1"#,
        "action" => r#""episode":"e","agent":"a""#,
        "message" => r#""episode":"e","from":"a","to":"b""#,
        "state" => r#""episode":"e","scope":"env""#,
        "reward" => r#""episode":"e","value":1"#,
        "credit" => r#""episode":"e","algorithm":"x""#,
        "counterfactual" => r#""episode":"e","kind":"replay""#,
        "metric" => r#""values":{}"#,
        _ => r#""episode":"e""#,
    };
    (prop::sample::select(kinds), object(value()), any::<bool>()).prop_map(move |(kind, more, full)| {
        let needed = if full { needed(kind) } else { "\"y\":1" };
        let more = more.strip_prefix('{').unwrap();
        let comma = if more == "}" { "" } else { "," };
        format!(r#"{{"type":"{kind}",{needed}{comma}{more}"#)
    })
}

proptest! {
    // `PROPTEST_CASES` asks for more: `.ci/run` does.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(1_000)))]

    #[test]
    fn the_parser_has_nothing_to_say_about_what_is_sound(line in record(), cut in any::<prop::sample::Index>(), byte in any::<u8>(), hurt in 0..3) {
        let mut line = line.into_bytes();
        let at = cut.index(line.len());
        match hurt {
            0 => {}
            1 => line[at] = byte,
            _ => {
                line.remove(at);
            }
        }
        check(&line);
    }

    #[test]
    fn what_serde_json_reads_is_walked_and_what_it_does_not_is_not(text in value()) {
        let line = format!(r#"{{"type":"novel","x":{text}}}"#);
        let reads = serde_json::from_str::<serde::de::IgnoredAny>(&line).is_ok();
        // It ignores halves of surrogates where it does not need the text.
        let halved = line.contains("\\ud800");
        prop_assert_eq!(is_sound(line.as_bytes()), reads && !halved, "{}", line);
    }
}

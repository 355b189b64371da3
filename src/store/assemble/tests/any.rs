//! Properties that hold for any records, however little they fit together.

use proptest::prelude::*;

use super::*;
use crate::log::write;

/// A record out of a small vocabulary, so that ids meet, dangle and clash.
pub(super) fn record() -> impl Strategy<Value = String> {
    let kind = proptest::sample::select(vec![
        "run",
        "episode_start",
        "action",
        "action",
        "message",
        "state",
        "reward",
        "credit",
        "counterfactual",
        "metric",
        "episode_end",
        "novel",
    ]);
    (kind, proptest::collection::vec(field(), 0..9)).prop_map(|(kind, fields)| {
        let mut line = format!(
            r#"{{"type":"{kind}","episode":"e","agent":"a","from":"b","to":"*","value":1,"values":{{}}"#
        );
        for (key, value) in fields {
            // Of a repeated key the last one counts.
            line += &format!(r#","{key}":{value}"#);
        }
        line + "}"
    })
}

fn field() -> impl Strategy<Value = (&'static str, String)> {
    let keys = vec![
        "id",
        "agent",
        "from",
        "to",
        "ts",
        "seq",
        "step",
        "parents",
        "of",
        "after",
        "action",
        "result",
        "policy",
        "value",
        "kind",
        "group",
        "candidates",
        "coalitions",
        "agents",
        "items",
        "algorithm",
        "graph",
        "absence",
        "default",
        "usage",
        "return",
        "rewards",
        "status",
        "delta",
        "frozen",
        "reward",
        "params",
        "attempt",
        "error",
        "dur",
        "trace_id",
    ];
    let any = proptest::sample::select(vec![
        "null",
        "1",
        "-1.5",
        "1e400",
        "NaN",
        r#""x""#,
        r#""y""#,
        r#""*""#,
        r#""""#,
        "[]",
        r#"["x","y","x"]"#,
        r#"["*",1]"#,
        "{}",
        r#"{"a":1,"b":"NaN"}"#,
        "true",
        r#""replay""#,
        r#""coalition""#,
        r#""null_action""#,
        r#""agent_removed""#,
        r#""q_value""#,
    ]);
    let fitting = proptest::sample::select(vec![
        ("candidates", r#"[{"j":1,"action":"x","returns":[0,"NaN"]},{"j":1,"real":true,"value":1e300}]"#),
        ("candidates", r#"[{"action":null,"extra":true,"q":1,"next":["n"]},{}]"#),
        (
            "coalitions",
            r#"[{"agents":[],"value":0},{"agents":["b","a","b"],"returns":[1]},{"agents":["z"]}]"#,
        ),
        ("rewards", r#"[{"a":1,"b":-1},{"b":"NaN"}]"#),
        ("candidates", r#"[{"j":2,"action":"y","rewards":{"a":1,"ghost":2},"n":3},{"rewards":[{"a":1}]}]"#),
        ("coalitions", r#"[{"agents":["a"],"rewards":{"a":1,"b":0}},{"agents":["b"],"rewards":[{"b":1}]}]"#),
        ("policy", r#"{"chosen":"x","probs":{"x":0.5,"y":0.5},"q":{"x":1,"z":2},"value":1}"#),
        ("items", r#"[{"of":"x","value":1},{"agent":"ghost","label":"l"},{"reason":"r"},{}]"#),
        ("agents", r#"["a",{"id":"b","team":"t"},{"name":"c"}]"#),
        ("graph", r#"{"edges":[{"from":"a","to":"q"},{"from":"a"}]}"#),
        ("kind", r#""replay""#),
        ("kind", r#""coalition""#),
        ("id", r#""x""#),
        ("parents", r#"["x"]"#),
    ]);
    prop_oneof![
        (proptest::sample::select(keys), any).prop_map(|(key, value)| (key, value.to_owned())),
        fitting.prop_map(|(key, value)| (key, value.to_owned())),
    ]
}

fn assembled(lines: &[String]) -> Episode {
    let records = lines.iter().enumerate().flat_map(|(index, line)| {
        let origin = Origin { line: index as u32, ..Origin::default() };
        parse_line(line.as_bytes()).records.into_iter().map(move |(record, _)| (Box::new(record), origin))
    });
    assemble("e", None, records.collect(), Vec::new())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_records_make_a_sound_episode(lines in proptest::collection::vec(record(), 0..30)) {
        crate::corpus::episode::sound(&assembled(&lines));
    }

    #[test]
    fn the_same_lines_make_the_same_episode(lines in proptest::collection::vec(record(), 0..20)) {
        let written = lines.iter().flat_map(|line| parse_line(line.as_bytes()).records);
        let rewritten: Vec<String> = written.map(|(record, _)| write(&record)).collect();
        // By text: NaN does not equal itself.
        let text = |lines: &[String]| {
            let episode = assembled(lines);
            format!("{:?} {:?} {:?}", ids(&episode), names(&episode), episode.links)
        };
        prop_assert_eq!(text(&rewritten), text(&rewritten.clone()));
        let whole: Vec<String> = lines.iter().filter(|it| parse_line(it.as_bytes()).records.len() == 1).cloned().collect();
        prop_assert_eq!(text(&rewritten), text(&whole));
    }
}

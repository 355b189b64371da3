//! Rows of JSON and CSV by their maps.

use std::path::Path;

use super::*;
use crate::import::{format, sniff, tests::Collected};
use crate::log::{Body, Record, parse_line};

fn import(map: Option<&str>, text: &str) -> Collected {
    let map: Option<RowMap> = map.map(|it| it.parse().unwrap());
    let mut rows = Rows::new(&Start { name: "runs/a", map: map.as_ref(), beside: None });
    Collected::of(|sink| {
        for (at, line) in text.split_inclusive('\n').enumerate() {
            rows.read(line.as_bytes(), at as u32 + 1, sink);
        }
    })
}

/// The records with their lines; every native line must parse without problems.
fn records(collected: &Collected) -> Vec<(u32, Record)> {
    let read = |json: &str| {
        let mut parsed = parse_line(json.as_bytes());
        assert_eq!(parsed.problems, [], "{json}");
        parsed.records.remove(0).0
    };
    collected.lines.iter().map(|it| (it.line, read(&it.json))).collect()
}

/// A record in short.
fn short((line, record): &(u32, Record)) -> String {
    let episode = record.episode.as_deref().unwrap_or_default();
    let text = |it: &Option<Payload>| it.as_ref().map(Payload::text).unwrap_or_default();
    let said = match &record.body {
        Body::EpisodeStart(it) => format!("start {:?} {:?}", it.group, it.global_step),
        Body::Action(it) => format!("{} {} {}", record.id.as_deref().unwrap(), it.agent, text(&it.action)),
        Body::Message(it) => format!("{} to {} {}", it.from, it.to.join("+"), text(&it.content)),
        Body::Reward(it) => format!("reward {:?} {:?} of {}", it.value.unwrap(), it.agent, it.of.join("+")),
        Body::Credit(it) => format!("{} {:?}", it.algorithm, it.items[0].value.unwrap()),
        Body::EpisodeEnd(it) => format!("end {:?} {:?} {:?}", it.status, it.total, it.ground_truth),
        other => panic!("{other:?}"),
    };
    format!("{line} {episode}: {said}")
}

fn shown(collected: &Collected) -> Vec<String> {
    records(collected).iter().map(short).collect()
}

#[test]
fn a_row_is_an_episode() {
    let text = include_str!("../../../tests/data/formats/rows/prompts.jsonl");
    let map = "action=.response,reward=.reward,advantage=.advantage,group=.prompt,truth=.label";
    let expected = [
        "1 runs/a:1: start Some(\"Add 2 and 2\") None",
        "1 runs/a:1: r1 policy 4",
        "1 runs/a:1: reward 1.0 None of r1",
        "1 runs/a:1: advantage 0.5",
        "1 runs/a:1: end None None Some(\"4\")",
        "2 runs/a:2: start Some(\"Add 2 and 2\") None",
        "2 runs/a:2: r2 policy 5",
        "2 runs/a:2: reward 0.0 None of r2",
        "2 runs/a:2: advantage -0.5",
        "2 runs/a:2: end None None Some(\"4\")",
    ];
    assert_eq!(shown(&import(Some(map), text)), expected);
    // Without a map the names tell the same, which is said once.
    let guessed = import(None, text);
    assert_eq!(shown(&guessed), expected);
    assert_eq!(guessed.problems.len(), 1);
    assert_eq!(guessed.problems[0].severity, Severity::Note);
    assert!(guessed.problems[0].message.contains("--map 'advantage=.advantage,reward=.reward,"));
    assert_eq!(sniff(Path::new("a.jsonl"), text.as_bytes()), Ok(&FORMAT));
}

const TURNS: &str = "episode=.game,step=.turn,agent=.who,action=.move,reward=.gain,own=.own_gain,done=.over";

#[test]
fn rows_of_csv_make_episodes() {
    let text = include_str!("../../../tests/data/formats/rows/turns.csv");
    let all = import(Some(TURNS), text);
    assert_eq!(
        shown(&all),
        [
            "2 g1: start None None",
            "2 g1: r2 north say \"left, then right\"",
            "2 g1: reward 0.0 None of r2",
            "2 g1: reward 0.5 Some(\"north\") of r2",
            "3 g1: r3 south {\"go\": \"left\"}",
            "3 g1: reward 0.0 None of r3",
            // A row of two lines belongs to its last.
            "5 g1: r5 north two\nlines",
            "5 g1: reward 1.5 None of r5",
            "5 g1: reward -0.5 Some(\"north\") of r5",
            "5 g1: end None None None",
            "6 g2: start None None",
            "6 g2: r6 south wait",
            "6 g2: reward -1.0 None of r6",
            "6 g2: end None None None",
        ]
    );
    assert_eq!(all.problems, []);
    assert!(records(&all).iter().all(|it| it.1.step.is_some()));
}

#[test]
fn columns_that_are_not_mapped_stay_with_the_act() {
    let map = "agent=.a,to=.to,action=.said,parents=.from,reward=.r,own=.own";
    let all = import(
        Some(map),
        "{\"a\": 1, \"to\": [2, \"x\"], \"said\": null, \"from\": [], \"z\": {\"k\": 1}, \"r\": \"0.5\"}\n",
    );
    let records = records(&all);
    assert_eq!(short(&records[1]), "1 runs/a:1: 1 to 2+x ");
    assert_eq!(records[1].1.extra[0].0, "z");
    assert_eq!(records[1].1.extra[0].1.json(), "{\"k\": 1}");
    let Body::Message(message) = &records[1].1.body else { panic!("a message") };
    assert_eq!(message.parents, Some(Vec::new()));
    assert_eq!(short(&records[2]), "1 runs/a:1: reward 0.5 None of r1");
}

#[test]
fn what_cannot_be_read_costs_itself() {
    let map = "episode=.e,action=.a,reward=.r";
    let text = "{\"e\": 1, \"a\": \"x\"}\n{\"e\": 1, \"a\": \n[1, 2]\n7\n\n{\"a\": \"y\"}\n{\"e\": 1, \"b\": 2}\n\0\0{\"e\": 1, \"r\": NaN, \"a\": \"\u{1}\"}\n[{\"e\": 2, \"a\": 1}, {\"e\": 2, \"a\": 2}]\n";
    let all = import(Some(map), text);
    assert_eq!(
        shown(&all),
        [
            "1 1: start None None",
            "1 1: r1 policy x",
            "8 1: r8 policy \u{1}",
            "9 2: start None None",
            "9 2: r9 policy 1",
            "9 2: r9.1 policy 2"
        ]
    );
    let rules: Vec<&str> = all.problems.iter().map(|it| it.rule.name()).collect();
    let missing = ["missing-field"; 3];
    assert_eq!(rules[..3], ["bad-json", "missing-field", "missing-field"]);
    assert_eq!(rules[3..6], ["not-an-object", missing[0], missing[1]]);
    assert_eq!(rules[6..], ["nonfinite-number", "control-character"]);
    let csv = import(Some(TURNS), "game,who\na,b,c\n\"never closed\n");
    let messages: Vec<&str> = csv.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["3 cells under 2 names: the row is lost"]);
}

#[test]
fn advantages_of_shared_episodes_are_kept_and_said() {
    let all = import(
        Some("episode=.e,action=.a,advantage=.v"),
        "{\"e\":1,\"a\":2,\"v\":0.5}\n{\"e\":1,\"a\":3,\"v\":1}\n",
    );
    assert_eq!(all.problems.len(), 1);
    assert_eq!(
        records(&all)[1].1.extra,
        [("advantage".to_owned(), Payload::from_json("0.5".to_owned()).unwrap())]
    );
}

#[test]
fn others_are_not_taken_for_rows() {
    for head in
        ["{\"a\": 1}\n", "{\n \"output\": 1,\n \"score\": 2\n}\n", "text, more text\n1, 2\n", "\"output\"\n"]
    {
        assert!(sniff(Path::new("x"), head.as_bytes()).is_err(), "{head}");
    }
    assert_eq!(sniff(Path::new("x.csv"), b"agent,action,reward\na,b,1\n"), Ok(&FORMAT));
    assert_eq!(format("rows"), Some(&FORMAT));
}

#[test]
fn a_column_is_never_taken_for_a_native_field() {
    let names = ["turn", "usage", "policy", "parents", "seq", "name", "status", "seeds", "from", "x"];
    let row: Vec<String> = names.iter().map(|it| format!("\"{it}\": \"a word\"")).collect();
    let all = import(Some("action=.act"), &format!("{{\"act\": 1, {}}}\n", row.join(", ")));
    let extra: Vec<String> = records(&all)[1].1.extra.iter().map(|it| it.0.clone()).collect();
    let expected =
        ["turn_", "usage_", "policy_", "parents_", "seq_", "name_", "status_", "seeds", "from_", "x"];
    assert_eq!(extra, expected);
}

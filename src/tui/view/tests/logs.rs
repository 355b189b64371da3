//! Logs to draw: the samples, and logs with too little, too much or something hostile in them.

use std::fmt::Write;

use super::*;

/// A model per episode, each after its credit was computed: `name` or `file:row`.
pub(super) fn models() -> Vec<(String, Model)> {
    let mut models = Vec::new();
    for (name, text) in logs() {
        models.push((name.to_owned(), TestProgram::of(&text).model().clone()));
    }
    for sample in [
        "dev-team.jsonl",
        "forage-replays.jsonl",
        "forage-saboteur.jsonl",
        "forage-success.jsonl",
        "live-interleaved.jsonl",
    ] {
        let mut program = TestProgram::sample(sample);
        let episodes = program.model().log.episodes.len();
        for row in 0..episodes {
            program.open(row);
            models.push((format!("{sample}:{row}"), program.model().clone()));
        }
    }
    models
}

pub(super) fn logs() -> Vec<(&'static str, String)> {
    vec![
        ("nothing", String::new()),
        ("junk", "no\nlog\n{}\n".repeat(40)),
        ("start only", r#"{"type":"episode_start","episode":"e","agents":["a"]}"#.to_owned()),
        ("roster without acts", roster(12)),
        ("one act", action("e", "a", "x", r#","action":"go""#)),
        (
            "one agent",
            (0..30).map(|it| action("e", "a", &format!("x{it}"), "")).collect::<String>() + &end(-1.0),
        ),
        ("one act and an end", action("e", "a", "x", "") + &end(1.0)),
        ("no reward", team(4, "") + &credit(4)),
        ("no credit", team(4, "")),
        ("two hundred agents", team(200, "") + &end(-0.5) + &credit(200)),
        ("wide names", team(5, &"数据智能体".repeat(60)) + &end(-1.0) + &credit(5)),
        ("long names", team(5, &"agent-of-the-".repeat(30)) + &end(-1.0)),
        ("joined names", team(4, "👩\u{200d}👩\u{200d}👧e\u{301}\u{301}🏳\u{fe0f}\u{200d}🌈") + &end(2.0)),
        ("hostile", team(4, r"\u001b]0;x\u0007\u202e\u200b\u0008\r\n\t\u009b31m") + &end(-1.0)),
        ("roles", roles()),
        ("long message", long_message()),
        ("cycle", cycle()),
        ("odd numbers", odd_numbers()),
        ("many episodes", many_episodes()),
    ]
}

fn action(episode: &str, agent: &str, id: &str, more: &str) -> String {
    format!(r#"{{"type":"action","episode":"{episode}","agent":"{agent}","id":"{id}"{more}}}"#) + "\n"
}

fn end(reward: f64) -> String {
    let status = if reward < 0.0 { "failure" } else { "success" };
    format!(r#"{{"type":"episode_end","episode":"e","status":"{status}","return":{reward},"reason":"why"}}"#)
        + "\n"
}

fn roster(agents: usize) -> String {
    let names: Vec<String> = (0..agents).map(|it| format!(r#""agent{it}""#)).collect();
    format!(r#"{{"type":"episode_start","episode":"e","agents":[{}]}}"#, names.join(",")) + "\n"
}

/// Every agent acts and sends a message to the next one; names, ids and texts end with `more`.
fn team(agents: usize, more: &str) -> String {
    let mut log = String::new();
    for agent in 0..agents {
        let next = (agent + 1) % agents;
        let time = agent as f64 * 0.7;
        writeln!(log, r#"{{"type":"action","episode":"e","agent":"a{agent}{more}","id":"x{agent}{more}","ts":{time},"action":"do {more}","result":"{more}","kind":"{more}","error":"{more}"}}"#).unwrap();
        writeln!(log, r#"{{"type":"message","episode":"e","from":"a{agent}{more}","to":"a{next}{more}","ts":{time},"content":"tell {more}"}}"#).unwrap();
    }
    log
}

fn credit(agents: usize) -> String {
    let values: Vec<String> = (0..agents).map(|it| format!(r#""a{it}":{}"#, it as f64 - 2.5)).collect();
    let items = r#"{"of":"x1","label":"mistake","reason":"because of this"}"#;
    format!(
        r#"{{"type":"credit","episode":"e","algorithm":"shapley_values","agents":{{{}}},"items":[{items}]}}"#,
        values.join(",")
    ) + "\n"
}

/// Names, texts and a task as long as those of teams of language models are; somebody named an act.
fn roles() -> String {
    let names = [
        "WomenInComputerScienceHistory_Expert",
        "Verification_Expert",
        "Computer_terminal",
        "DataAnalysis_Expert",
    ];
    let said =
        "Let me verify the number of athletes of every country against the table on the page that was found";
    let task =
        "What country had the least number of athletes at the 1928 Summer Olympics? Of several, the first";
    let mut log = format!(r#"{{"type":"episode_start","episode":"e","task":"{task}"}}"#) + "\n";
    for at in 0..24 {
        let (from, to) = (names[at % 4], names[(at + 1) % 4]);
        writeln!(log, r#"{{"type":"message","episode":"e","id":"s{at}","from":"{from}","to":"{to}","content":"{said} {at}"}}"#).unwrap();
    }
    let item =
        r#"{"of":"s7","label":"mistake","reason":"it counts the wrong table and never looks at the page"}"#;
    log += &format!(r#"{{"type":"credit","episode":"e","algorithm":"human_annotation","items":[{item}]}}"#);
    log + "\n" + &end(-1.0)
}

/// 88 kB in one message, without a place to break half of it.
fn long_message() -> String {
    let text = "word ".repeat(8_000) + &"x".repeat(40_000) + &r"line\n".repeat(1_500);
    let message = format!(r#"{{"type":"message","episode":"e","from":"a","to":"b","content":"{text}"}}"#);
    action("e", "a", "x", "") + &message + "\n" + &end(-1.0)
}

fn cycle() -> String {
    let parents = |id: &str, parent: &str| action("e", "a", id, &format!(r#","parents":["{parent}"]"#));
    parents("x", "z") + &parents("y", "x") + &parents("z", "y") + &parents("w", "gone") + &end(-1.0)
}

/// Values that no scale is made for.
fn odd_numbers() -> String {
    let policy = r#","action":"go","policy":{"chosen":"go","probs":{"go":0.5,"no":0.5},"q":{"go":1e300,"no":-1e300},"value":0.0000001}"#;
    let coalitions = r#"{"type":"counterfactual","episode":"e","kind":"coalition","coalitions":[{"agents":[],"value":0},{"agents":["a"],"value":1e-9,"std":1e300,"n":2},{"agents":["b"],"value":-1e15},{"agents":["a","b"],"value":123456789.123}]}"#;
    let reward = r#"{"type":"reward","episode":"e","value":1e308}"#;
    let lines = [coalitions, reward, reward].join("\n");
    action("e", "a", "x", policy) + &action("e", "b", "y", policy) + &lines + "\n" + &end(-1.0)
}

fn many_episodes() -> String {
    (0..300).map(|it| action(&format!("episode {it}"), "a", "x", "")).collect()
}

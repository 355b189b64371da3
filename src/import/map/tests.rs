//! Maps as they are written, and those that names of columns suggest.

use super::*;

fn field<'a>(row: &'a str) -> impl Fn(&str) -> Option<&'a str> + Copy {
    move |key| {
        let fields = crate::log::object(row)?;
        fields.into_iter().find(|it| it.0 == key).map(|it| it.1.get())
    }
}

#[track_caller]
fn found(path: &str, row: &str, expected: Option<&str>) {
    let path = Path::parse(path).unwrap();
    assert_eq!(path.find(field(row)), expected, "{path}");
    assert_eq!(Path::parse(&path.to_string()), Ok(path));
}

#[test]
fn paths_lead_to_values() {
    let row = r#"{"a": {"b": [10, {"c d": "x"}], "0": 7}, "n": null, "s": "t"}"#;
    found(".s", row, Some("\"t\""));
    found(".a.b[0]", row, Some("10"));
    found(".a.b.0", row, Some("10"));
    found(".a.b[-1].\"c d\"", row, Some("\"x\""));
    found(".a.0", row, Some("7"));
    for nothing in [".n", ".x", ".a.b[2]", ".a.b[-3]", ".s.t", ".a.b[-9999999999]"] {
        found(nothing, row, None);
    }
    for wrong in ["a", ".a[", ".a[x]", ".a..b", ".\"a", ".a]", ".a[1]b"] {
        assert!(Path::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn maps_are_written_as_they_are_read() {
    let text = "episode=.id,agent=solver,action=.choices[0].text,reward=.\"a,b=c\"";
    let map: RowMap = text.parse().unwrap();
    assert_eq!(map.to_string(), text);
    assert_eq!(map.find(Target::Agent, |_| None), Some("\"solver\""));
    assert_eq!(map.find(Target::Reward, field("{\"a,b=c\": 0.5}")), Some("0.5"));
    assert!(map.uses("choices") && !map.uses("solver"));
}

#[test]
fn what_is_wrong_with_a_map_is_said() {
    let why = |text: &str| text.parse::<RowMap>().unwrap_err().to_string();
    assert_eq!(why("reward"), "'reward' is not WHAT=PATH, as in reward=.score");
    assert!(why("rewrd=.x").starts_with("'rewrd' is none of episode, group, "));
    assert_eq!(why("reward=.x,reward=.y"), "'reward' is given twice");
    assert_eq!(why("reward=.x["), "'.x[': a bracket is not closed");
    assert_eq!(why("agent=.x"), "a map needs at least an action, a reward or a return");
    assert_eq!(why(""), why("agent=.x"));
    assert_eq!(why("action="), "column 1: 'action=' has no path behind it, as in action=.text");
    assert!(why("reward=.x, action= ").starts_with("column 12: 'action='"), "{}", why("reward=.x, action= "));
}

#[track_caller]
fn proposed(rows: &[&str], map: &str, unused: &str) {
    let proposal = propose(rows);
    assert_eq!(proposal.map.to_string(), map);
    assert_eq!(proposal.unused.join(" "), unused);
    assert_eq!(proposal.map.shown().count(), proposal.examples.len());
}

#[test]
fn names_of_columns_suggest_a_map() {
    proposed(
        &[r#"{"prompt": "2+2?", "response": "4", "label": "4", "reward": 1.0, "extra": 3}"#],
        "reward=.reward,action=.response,truth=.label,task=.prompt,group=.prompt",
        ".extra",
    );
    // `id` is an episode where it repeats; then `step` counts in it.
    let row = r#"{"id": 7, "step": 0, "agent": "north", "action": [0, 1], "reward": 0}"#;
    proposed(&[row, row], "episode=.id,agent=.agent,reward=.reward,action=.action,step=.step", "");
    let alone = "agent=.agent,reward=.reward,action=.action,update=.step";
    proposed(&[row, r#"{"id": 8}"#], alone, ".id");
    proposed(
        &[r#"{"game": "g1", "turn": 0, "who": "north", "move": "say", "gain": 0, "over": false}"#],
        "episode=.game,agent=.who,action=.move,step=.turn,done=.over",
        ".gain",
    );
    // Values of the wrong kind do not fit a name.
    proposed(
        &[r#"{"output": "x", "score": {"total_score": 0.5, "why": "short"}, "messages": []}"#],
        "reward=.score.total_score,action=.output",
        ".messages",
    );
    let chat = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "Score": true}"#;
    proposed(&[chat], "reward=.Score,action=.messages[-1].content", "");
    assert!(propose(&[chat]).is_rollout());
    proposed(&["{\"a\": 1}"], "", ".a");
    assert!(!propose(&["{\"a\": 1}"]).is_rollout() && !propose(&[]).is_rollout());
}

//! Rewards of single agents through `report`: whose is credited, by default and by choice, and who cost whom.

use std::process::Command;

use serde_json::Value;

/// What `report` prints of a log below `tests/data`.
fn report(log: &str, options: &[&str]) -> String {
    let path = format!("tests/data/{log}");
    let output = Command::new(env!("CARGO_BIN_EXE_creditscope"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([&["report", path.as_str()], options].concat())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The lines below a heading, up to the next.
fn section(text: &str, heading: &str) -> Vec<String> {
    let mut lines = text.lines().skip_while(|it| *it != heading).skip(1);
    lines.by_ref().take_while(|it| !it.is_empty()).map(|it| it.trim().to_owned()).collect()
}

fn json(log: &str, options: &[&str]) -> Value {
    serde_json::from_str(&report(log, &[&["--format", "json"], options].concat())).unwrap()
}

#[test]
fn without_a_choice_nothing_is_divided_and_what_could_be_is_shown() {
    let text = report("verdicts/own-rewards.jsonl", &[]);
    assert_eq!(
        section(&text, "CREDIT"),
        ["unavailable  the best the log supports: fox +2, hare -2: no team reward; choose whose is credited"]
    );
    // By links the last act keeps half of a reward and passes half on.
    assert_eq!(
        section(&text, "WHOSE REWARD IS CREDITED?")[..5],
        [
            "whose       R  to fox  to hare  by",
            "nobody      -       -        -  -         default: the signs differ",
            "fox     +2.00   +1.00    +1.00  by links",
            "hare    -2.00   -1.00    -1.00  by links",
            "sum      0.00    0.00     0.00  by links",
        ]
    );
    assert_eq!(
        section(&text, "WHO COST WHOM: NOT MEASURED")[..4],
        [
            "act   by    fox's reward  hare's reward  what is known",
            "f1    fox              ?              ?  first act; h1 follows from it",
            "h1    hare             ?              ?  caused by f1 (logged parent)",
            "paid               +2.00          -2.00  what was paid, to be explained",
        ]
    );
    // The record that would fill it does.
    let record = section(&text, "WHO COST WHOM: NOT MEASURED")[5..].join("").replace("fills it  ", "");
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["candidates"][0]["rewards"], serde_json::json!({ "fox": 0, "hare": 0 }));
}

#[test]
fn teams_are_the_columns_and_what_was_measured_fills_them() {
    let text = report("own/raid.jsonl", &[]);
    let section = section(&text, "WHO COST WHOM: DIFFERENCE/NULL");
    // f1: red 3 - 0, green -3 - 0. h1: red 3 - (5 + 4 + 6) / 3 = -2, green -3 + 5 = 2; of three runs each side,
    // 3, 3, 3 against 5, 4, 6: standard error 1 / sqrt(3).
    let line = |first: &str| {
        let line = section.iter().find(|it| it.starts_with(first)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("fox"), "fox +3.00 -3.00");
    assert!(line("hare").starts_with("hare -2.00") && line("hare").contains("+2.00"), "{section:?}");
    assert!(line("owl").contains("? ?"), "{section:?}");
    assert_eq!(line("paid"), "paid +3.00 -3.00 what was paid, to be explained");
    assert!(line("act").contains("team red's reward"), "{section:?}");
}

#[test]
fn the_chosen_reward_is_credited_and_the_command_says_so() {
    let text = report("own/raid.jsonl", &["--reward-of", "green"]);
    assert!(text.contains("what-if  reward of team green"), "{text}");
    assert!(text.contains("FAIL  R -3.00 of team green; own rewards: fox +2, owl +1, hare -3"), "{text}");
    assert!(text.contains("fox at f1: \"raid\" gets -3.00 against 0.00 for \"null\""), "{text}");
    let credit = section(&text, "CREDIT: DIFFERENCE REWARDS (NULL ACTION), REWARD OF TEAM GREEN");
    assert_eq!(credit[1].split_whitespace().take(3).collect::<Vec<_>>(), ["fox", "-3.00", "+2.00"]);
    let command = section(&text, "COMMAND").join(" ");
    assert!(command.contains("--reward-of green"), "{command}");
}

#[test]
fn a_sum_of_both_signs_is_said_to_hide_them() {
    let text = report("verdicts/own-rewards.jsonl", &["--reward-of", "sum"]);
    assert!(text.contains("FAIL  R 0.00 of all agents together; own rewards: fox +2, hare -2"), "{text}");
    assert!(text.contains("BUT   they add up to 0: divided as one team, every credit would be 0"), "{text}");
}

#[test]
fn json_says_the_same() {
    let found = json("own/raid.jsonl", &["--reward-of", "hare"]);
    assert_eq!(
        (&found["scenario"]["reward_of"], &found["reward"]["value"]),
        (&"hare".into(), &(-3.0).into())
    );
    let own = &found["own_rewards"];
    assert_eq!(own["by_default"], Value::Null);
    let whose: Vec<&str> =
        own["choices"].as_array().unwrap().iter().map(|it| it["whose"].as_str().unwrap()).collect();
    assert_eq!(whose, ["fox", "owl", "hare", "red", "green", "sum"]);
    let costs = own["who_cost_whom"].as_array().unwrap();
    assert_eq!((&costs[0]["whose"], &costs[0]["paid"]), (&"red".into(), &3.0.into()));
    assert_eq!((&costs[1]["acts"][0]["act"], &costs[1]["acts"][0]["value"]), (&"f1".into(), &(-3.0).into()));
    // What `episode_end` says of the hare has no `reward` record.
    assert_eq!((&own["agents"][2]["value"], &own["agents"][2]["records"]), (&(-3.0).into(), &0.into()));
}

#[test]
fn a_choice_that_is_none_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_creditscope"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["report", "tests/data/own/raid.jsonl", "--reward-of", "wolf"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("nobody is called 'wolf'; there are fox, owl, hare, red, green, sum"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_audit_sets_pay_beside_credit() {
    let audit = |log: &str, options: &[&str]| {
        let path = format!("tests/data/{log}");
        let output = Command::new(env!("CARGO_BIN_EXE_creditscope"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args([&["audit", path.as_str()], options].concat())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    // Credit by null actions: red -3 + 5 = 2, blue -3 - 0 = -3.
    assert_eq!(
        section(&audit("verdicts/paid-for-the-other.jsonl", &[]), "OWN REWARDS BESIDE CREDIT"),
        [
            "e  paid: red -3.000, blue 0.000; the team has none, R is their sum -3.000",
            "credit by difference: red +2.000, blue -3.000; pay and credit point opposite ways",
        ]
    );
    assert_eq!(
        section(&audit("own/beside.jsonl", &[]), "OWN REWARDS BESIDE CREDIT"),
        [
            "e  paid: mole +1.000, newt -3.000; the team has -1.000",
            "no credit to compare with: nothing was measured, modelled or declared",
        ]
    );
    let both = audit("verdicts/own-rewards.jsonl", &[]);
    assert!(both.contains("the signs differ, so nobody's reward is credited until one is chosen"), "{both}");
    let json: Value =
        serde_json::from_str(&audit("verdicts/paid-for-the-other.jsonl", &["--format", "json"])).unwrap();
    assert_eq!(
        (&json["own_rewards"][0]["opposite"], &json["own_rewards"][0]["order"]),
        (&true.into(), &(-1.0).into())
    );
}

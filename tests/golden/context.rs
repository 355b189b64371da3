//! Every item of docs/CONTEXT.md on a screen and in `report --context`, of a log that has all of them.

use std::process::Command;

use serde_json::Value;

const LOG: &str = "tests/data/context.jsonl";

fn report(options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_creditscope"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([&["report", LOG], options].concat())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Where an item of the table is found.
struct Found {
    /// Its name in the table.
    item: &'static str,
    /// Keys, and what the screen shows after them.
    screen: (&'static str, &'static [&'static str]),
    /// What the report says.
    text: &'static [&'static str],
    /// Places in its JSON that hold something.
    json: &'static [&'static str],
}

const FOUND: &[Found] = &[
    Found {
        item: "agent, time, payload of an act",
        screen: ("3\n", &["scout-1 scout", "pass"]),
        text: &["scout-1  scout", "pass"],
        json: &["/acts/acts/0/act", "/acts/acts/0/value"],
    },
    Found {
        item: "state before the act",
        screen: ("6\n", &["env"]),
        text: &["say what was before them (pre_state)"],
        json: &["/context/state_contradictions"],
    },
    Found {
        item: "reward: value, components, whose",
        screen: ("6v", &["+0.375 for team", "+0.100 for coder"]),
        text: &["reward       0.375", "+0.100  coder"],
        json: &["/context/rewards/0/value", "/reward/value"],
    },
    Found {
        item: "reward: source",
        screen: ("6v", &["says validation_service"]),
        text: &["validation_service", "human_feedback"],
        json: &["/context/rewards/0/source"],
    },
    Found {
        item: "reward: delay",
        screen: ("6v", &["0.4 s after planner-2 (logged)", "1.4 s after coder-2 (from times)"]),
        text: &["coder-2        1.4  times", "planner-2      0.4  the log"],
        json: &["/context/rewards/0/delay_seconds", "/context/rewards/1/delay_logged"],
    },
    Found {
        item: "termination condition",
        screen: ("", &["tests_failed"]),
        text: &["failure (tests_failed)"],
        json: &["/verdict/outcome"],
    },
    Found {
        item: "parent and child acts",
        screen: ("3\n", &["cause"]),
        text: &["caused by planner-1 (logged parent)"],
        json: &["/context/teamwork"],
    },
    Found {
        item: "transitions of the environment",
        screen: ("6", &["*"]),
        text: &["env      steps_left        8"],
        json: &["/context/state/0/act"],
    },
    Found {
        item: "assigned credit, algorithm, parameters, confidence",
        screen: ("4", &["shapley"]),
        text: &["declared shapley"],
        json: &["/verdict/stability"],
    },
    Found {
        item: "default or null action",
        screen: ("3\n", &["look up holiday"]),
        text: &["difference rewards (null action)"],
        json: &["/sweep"],
    },
    Found {
        item: "policies of other agents",
        screen: ("3\n", &["pi_"]),
        text: &["policies  planner pi_planner@9"],
        json: &["/context/policies/coder"],
    },
    Found {
        item: "expected values",
        screen: ("3\n", &["0.75"]),
        text: &["gets 0.38 against 0.75"],
        json: &["/credit/agents"],
    },
    Found {
        item: "trace and span id",
        screen: ("6", &["d0d2aaf4"]),
        text: &["d0d2aaf4d7f88e35581abdc16aca3b48", "span ids  7 of 15 acts"],
        json: &["/context/trace_id", "/context/spans"],
    },
    Found {
        item: "collective state vector",
        screen: ("6", &["plan_step", "tests_passed"]),
        text: &["planner  plan_step", "env      tests_passed"],
        json: &["/context/state/0/key"],
    },
    Found {
        item: "beliefs, goals, memory of agents",
        screen: ("6", &["beliefs.branch", "goal", "memory"]),
        text: &["scout    beliefs.branch", "critic   memory"],
        json: &["/context/state/0/whose"],
    },
    Found {
        item: "divergence of knowledge",
        screen: ("6llllllllllllll", &["old"]),
        text: &["divergence of knowledge: scout holds \"main\" for branch, \"fix-1\" is right"],
        json: &["/context/divergences/0/right", "/context/divergences/0/old_since"],
    },
    Found {
        item: "roll back and replay",
        screen: ("6(", &["6 State"]),
        text: &["STATE AFTER M-8"],
        json: &["/context/after"],
    },
    Found {
        item: "system metrics",
        screen: ("6v", &["kv_cache", "queue_depth"]),
        text: &["kv_cache", "queue_depth"],
        json: &["/context/metrics/0/values/0/value"],
    },
    Found {
        item: "interaction graph, bottlenecks, critical path",
        screen: ("2", &["critical path"]),
        text: &["critical path 1 share", "AGENTS AT WORK"],
        json: &["/context/agents/0/sent"],
    },
    Found {
        item: "latency and resources per agent, external calls",
        screen: ("6v", &["busy s", "calls"]),
        text: &["agent    actions  calls  errors  sent  got  busy s  wait s  tokens"],
        json: &["/context/agents/0/busy_seconds", "/context/agents/0/tokens"],
    },
    Found {
        item: "teamwork and orchestration",
        screen: ("6v", &["coordination overhead", "allocation success"]),
        text: &["coordination overhead 1.143 messages per action: 8 messages, 7 actions"],
        json: &["/context/teamwork/0/formula", "/context/teamwork/0/logged/0/value"],
    },
];

/// The first cells of the rows of the first table of the page.
fn items() -> Vec<String> {
    let page = include_str!("../../docs/CONTEXT.md");
    let rows =
        page.lines().skip_while(|it| !it.starts_with("|---")).skip(1).take_while(|it| it.starts_with('|'));
    rows.map(|it| it.split('|').nth(1).unwrap().trim().to_owned()).collect()
}

#[test]
fn every_item_of_the_page_is_looked_for() {
    let looked_for: Vec<&str> = FOUND.iter().map(|it| it.item).collect();
    assert_eq!(items(), looked_for);
}

#[test]
fn every_item_is_in_the_report() {
    let text = report(&["--context"]);
    let markdown = report(&["--context", "--format", "markdown"]);
    let json: Value = serde_json::from_str(&report(&["--context", "--format", "json"])).unwrap();
    for it in FOUND {
        for words in it.text {
            assert!(text.contains(words), "{}: no '{words}' in\n{text}", it.item);
        }
        for place in it.json {
            let found = json.pointer(place);
            assert!(found.is_some_and(|it| !it.is_null()), "{}: nothing at {place}", it.item);
        }
    }
    for heading in ["## State after m-8", "## Telemetry", "## Teamwork", "## Agents at work", "## Rewards"] {
        assert!(markdown.contains(heading), "{heading}");
    }
}

#[test]
fn every_item_is_on_a_screen() {
    for it in FOUND {
        let (keys, words) = it.screen;
        let screen = report(&["--format", "screen", "--size", "200x70", "--keys", keys]);
        for word in words {
            assert!(screen.contains(word), "{} ({keys:?}): no '{word}' on\n{screen}", it.item);
        }
    }
}

#[test]
fn the_state_is_that_after_the_act_asked_for() {
    let steps = |act: &str| {
        let json: Value =
            serde_json::from_str(&report(&[&format!("--context={act}"), "--format", "json"])).unwrap();
        let state = json["context"]["state"].as_array().unwrap().clone();
        state.iter().find(|it| it["key"] == "steps_left").unwrap()["value"].clone()
    };
    assert_eq!([steps("planner-1"), steps("scout-1"), steps("critic-2")], ["11", "10", "8"]);
    let without: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    assert!(without["context"].is_null());
}

//! Key facts of the sample logs, recomputed here from their records by other means than the program's.

use std::collections::BTreeMap;

use creditscope::{
    credit,
    model::{AgentId, Attribution, Episode, Explanation, Origin, Scenario, Unavailable},
    report::{self, Report},
    text::width,
};
use serde_json::Value;

use super::open::{Opened, open, sample};

const LOGS: [&str; 5] = [
    "forage-saboteur.jsonl",
    "forage-success.jsonl",
    "forage-replays.jsonl",
    "dev-team.jsonl",
    "live-interleaved.jsonl",
];

/// One report in every format.
struct Printed {
    text: String,
    markdown: String,
    json: Value,
    raw_json: String,
    csv: String,
    credit: Result<Attribution, Unavailable>,
}

/// Prints `scenario` of the first episode (`None` for the best the log supports).
fn print(name: &str, log: &Opened, scenario: Option<Scenario>) -> Printed {
    let episode = &log.episodes[0];
    let scenario = scenario.or_else(|| credit::best_scenario(episode)).unwrap_or_default();
    let credit = credit::compute(episode, &scenario);
    let sweep = credit::sweep(episode, &scenario);
    let verdict = match &credit {
        Ok(credit) => credit::verdict(episode, credit, &sweep),
        Err(_) => credit::Verdict::nothing(episode),
    };
    let explain = |it: &AgentId| credit::explain(episode, &scenario, credit::Target::Agent(*it)).ok();
    let explanations: Vec<Explanation> = verdict.named().iter().filter_map(explain).collect();
    let files = |origin: Origin| format!("{name}:{}", origin.line);
    let report = Report {
        listed: None,
        raw_cells: false,
        log: name,
        files: &files,
        episode,
        scenario: &scenario,
        credit: &credit,
        pairs: None,
        own: None,
        acts: None,
        sweep: &sweep,
        verdict: &verdict,
        study: None,
        curves: &[],
        failure: None,
        explanations: &explanations,
        findings: &log.findings,
        bad_lines: log.summary.bad_lines,
        xray: None,
        context: None,
        agreements: &[],
        scanned_lines: 0,
        command: "creditscope report",
    };
    let raw_json = serde_json::to_string_pretty(&report::json(&report)).unwrap() + "\n";
    Printed {
        text: report::text(&report),
        markdown: report::markdown(&report),
        json: serde_json::from_str(&raw_json).unwrap(),
        raw_json,
        csv: report::csv(&report),
        credit,
    }
}

/// The records of a sample log as plain JSON.
fn records(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(sample(name)).unwrap();
    text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

/// v(S) by the names of the members.
type Game = BTreeMap<Vec<String>, f64>;

/// The game in the first coalition record of `episode`.
fn game(name: &str, episode: &str) -> Game {
    let records = records(name);
    let record = records.iter().find(|it| it["kind"] == "coalition" && it["episode"] == episode).unwrap();
    let rows = record["coalitions"].as_array().unwrap().iter().map(|it| {
        let names = it["agents"].as_array().unwrap().iter();
        let mut names: Vec<String> = names.map(|it| it.as_str().unwrap().to_owned()).collect();
        names.sort();
        let mean = |it: &Vec<Value>| it.iter().map(|it| it.as_f64().unwrap()).sum::<f64>() / it.len() as f64;
        (names, it["value"].as_f64().unwrap_or_else(|| mean(it["returns"].as_array().unwrap())))
    });
    rows.collect()
}

/// Adds up what each agent adds on arrival, over all orders in which `rest` can join `here`; their number.
fn arrive(game: &Game, here: &[String], rest: &[String], sums: &mut BTreeMap<String, f64>) -> f64 {
    if rest.is_empty() {
        return 1.0;
    }
    let mut orders = 0.0;
    for (at, agent) in rest.iter().enumerate() {
        let mut with = here.to_vec();
        with.push(agent.clone());
        with.sort();
        let mut left = rest.to_vec();
        left.remove(at);
        let below = arrive(game, &with, &left, sums);
        *sums.entry(agent.clone()).or_insert(0.0) += below * (game[&with] - game[here]);
        orders += below;
    }
    orders
}

fn everybody(game: &Game) -> &Vec<String> {
    game.keys().max_by_key(|it| it.len()).unwrap()
}

/// Shapley values as the mean marginal contribution over all orders of arrival.
fn shapley(game: &Game) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    let orders = arrive(game, &[], everybody(game), &mut sums);
    sums.into_iter().map(|(agent, sum)| (agent, sum / orders)).collect()
}

fn by_name(episode: &Episode, credit: &Attribution) -> BTreeMap<String, f64> {
    let numbers = credit.agents.iter().filter_map(|it| Some((it.agent, it.value.number()?.value)));
    numbers.map(|(agent, value)| (episode.agent(agent).name.clone(), value)).collect()
}

#[track_caller]
fn close(found: &BTreeMap<String, f64>, expected: &BTreeMap<String, f64>, tolerance: f64) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (agent, value) in expected {
        assert!((found[agent] - value).abs() <= tolerance, "{agent}: {} is not {value}", found[agent]);
    }
}

/// Asserts the Shapley values that the README of the samples gives (three decimals), those that the log
/// declares (six), and those that the program computes.
#[track_caller]
fn check_shapley(name: &str, episode: &str, told: &[(&str, f64)]) {
    let game = game(name, episode);
    let expected = shapley(&game);
    let told = told.iter().map(|(agent, value)| ((*agent).to_owned(), *value)).collect();
    close(&expected, &told, 0.5e-3 + 1e-9);
    let sum: f64 = expected.values().sum();
    assert!((sum - (game[everybody(&game)] - game[&Vec::new()])).abs() < 1e-9, "{sum}");

    let log = open(&sample(name));
    let episode = log.episodes.iter().find(|it| it.name == episode).unwrap();
    let declared =
        Scenario { baseline: Some("shapley_values".to_owned()), ..Scenario::of_method("declared") };
    let declared = credit::compute(episode, &declared).unwrap();
    close(&by_name(episode, &declared), &expected, 1.5e-6);
    let computed = credit::compute(episode, &Scenario::of_method("shapley")).unwrap();
    close(&by_name(episode, &computed), &expected, 1e-9);
}

#[test]
fn shapley_values_are_those_of_the_games() {
    check_shapley(
        "forage-saboteur.jsonl",
        "forage-saboteur",
        &[("scout", 0.164), ("lifter", 0.267), ("porter", -0.071), ("runner", 0.080)],
    );
    check_shapley(
        "forage-success.jsonl",
        "forage-honest",
        &[("scout", 0.143), ("lifter", 0.425), ("porter", 0.136), ("runner", 0.099)],
    );
    check_shapley(
        "dev-team.jsonl",
        "merge-repaired",
        &[("planner", 0.294), ("coder", 0.533), ("tester", 0.044)],
    );
    check_shapley(
        "dev-team.jsonl",
        "merge-underspecified",
        &[("planner", 0.267), ("coder", 0.517), ("tester", 0.052)],
    );
}

#[test]
fn coma_is_the_value_of_the_act_minus_the_mean_of_its_policy() {
    let mut expected: BTreeMap<String, f64> = BTreeMap::new();
    for record in records("forage-saboteur.jsonl").iter().filter(|it| it["kind"] == "q_value") {
        let number = |it: &Value, key: &str| it[key].as_f64().unwrap();
        let candidates = record["candidates"].as_array().unwrap();
        let total: f64 = candidates.iter().map(|it| number(it, "prob")).sum();
        let mean: f64 = candidates.iter().map(|it| number(it, "prob") / total * number(it, "value")).sum();
        let real = candidates.iter().find(|it| it["real"] == true).unwrap();
        let agent = record["agent"].as_str().unwrap().to_owned();
        *expected.entry(agent).or_insert(0.0) += number(real, "value") - mean;
    }
    // As the README of the samples tells.
    assert!((expected["porter"] - -0.452).abs() < 0.5e-3 && (expected["scout"] - 0.326).abs() < 0.5e-3);
    let log = open(&sample("forage-saboteur.jsonl"));
    let scenario = Scenario { baseline: Some("policy".to_owned()), ..Scenario::of_method("difference") };
    let computed = credit::compute(&log.episodes[0], &scenario).unwrap();
    close(&by_name(&log.episodes[0], &computed), &expected, 1e-9);
}

#[test]
fn the_saboteur_is_named() {
    let log = open(&sample("forage-saboteur.jsonl"));
    let printed = print("forage-saboteur.jsonl", &log, None);
    assert_eq!(printed.json["verdict"]["agents"], serde_json::json!(["porter"]));
    assert_eq!(printed.json["verdict"]["failed"], true);
    assert_eq!(printed.json["episode"]["status"], "failure");
    assert!(printed.json["verdict"]["act"].as_str().unwrap().starts_with("porter-"));
    assert!(printed.text.contains("  WHO   porter at porter-"), "{}", printed.text);
}

#[test]
fn rewards_are_those_of_the_records() {
    for (name, expected) in [
        ("forage-saboteur.jsonl", 0.25),
        ("forage-success.jsonl", 1.0),
        ("forage-replays.jsonl", 0.375),
        ("dev-team.jsonl", 1.0),
        ("live-interleaved.jsonl", 0.25),
    ] {
        let log = open(&sample(name));
        let printed = print(name, &log, None);
        assert_eq!(printed.json["reward"]["value"], expected, "{name}");
        let place = printed.json["reward"]["file_line"].as_str().unwrap();
        let line: usize = place.rsplit(':').next().unwrap().parse().unwrap();
        assert_eq!(records(name)[line - 1]["type"], "reward", "{place}");
    }
}

#[test]
fn all_formats_say_the_same() {
    for name in LOGS {
        let log = open(&sample(name));
        let printed = print(name, &log, None);
        let credit = printed.credit.as_ref().unwrap();
        let json = &printed.json;
        assert!(!printed.raw_json.contains("NaN"), "{name}");
        assert!(printed.text.lines().all(|it| width(it) <= 100), "{name}:\n{}", printed.text);
        // The verdict, part by part and word for word (text wraps it).
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let verdict = &json["verdict"];
        let parts = ["outcome", "finding", "ground", "stability"].map(|it| &verdict[it]["words"]);
        let against = verdict["against"].as_array().unwrap().iter().map(|it| &it["words"]);
        for part in parts.into_iter().chain(against).filter_map(Value::as_str) {
            assert!(words(&printed.text).contains(&words(part)), "{name}: {part}\n{}", printed.text);
        }
        assert!(printed.markdown.contains("## Verdict"), "{name}");
        // Every agent with its number, and the sum of the numbers.
        let rows = json["credit"]["agents"].as_array().unwrap();
        assert_eq!(rows.len(), log.episodes[0].agents.len());
        let mut sum = 0.0;
        for (row, known) in rows.iter().zip(&credit.agents) {
            let agent = row["agent"].as_str().unwrap();
            assert!(printed.csv.contains(&format!(",{agent},{},", credit.method)), "{name} {agent}");
            assert!(printed.markdown.contains(&format!("| {agent} |")), "{name} {agent}");
            if let Some(estimate) = known.value.number() {
                assert_eq!(row["state"], "number");
                assert_eq!(row["value"].as_f64().unwrap(), estimate.value);
                assert!(printed.csv.contains(&format!(",number,{},", estimate.value)), "{name} {agent}");
                sum += estimate.value;
            }
        }
        assert!((json["credit"]["sum"].as_f64().unwrap() - sum).abs() < 1e-9, "{name}");
        // What the sum must be, or how far it is from R.
        let number = |key: &str| json["credit"][key].as_f64();
        match (number("residual"), number("overlap")) {
            (Some(residual), None) => {
                assert!((residual - (sum - number("contract").unwrap())).abs() < 1e-9, "{name}");
            }
            (None, Some(overlap)) => {
                assert!((overlap - (sum - number("reward").unwrap())).abs() < 1e-9, "{name}");
            }
            other => panic!("{name}: neither a residual nor an overlap: {other:?}"),
        }
    }
}

#[test]
fn three_states_stay_apart() {
    let log = open(&sample("forage-saboteur.jsonl"));
    let scenario = Scenario { dropped: [AgentId(0)].into(), ..Scenario::of_method("uniform") };
    let printed = print("forage-saboteur.jsonl", &log, Some(scenario));
    let rows = printed.json["credit"]["agents"].as_array().unwrap();
    assert_eq!(rows[0]["state"], "undefined");
    assert!(rows[0]["reason"].is_string() && rows[0]["value"].is_null(), "{}", rows[0]);
    assert_eq!(rows[1]["state"], "number");
    assert!(rows[1]["value"].is_f64(), "{}", rows[1]);

    let log = open(&sample("forage-replays.jsonl"));
    let printed = print("forage-replays.jsonl", &log, Some(Scenario::of_method("shapley")));
    assert_eq!(printed.json["credit"]["state"], "unavailable");
    assert!(printed.json["credit"]["missing"].is_string() && printed.json["credit"]["sum"].is_null());
    assert!(printed.csv.lines().skip(1).all(|it| it.contains(",unavailable,,")), "{}", printed.csv);
}

#[test]
fn sample_logs_are_sound() {
    for name in LOGS {
        let log = open(&sample(name));
        let found: Vec<&str> = log.findings.iter().map(|it| it.rule.name()).collect();
        // Two workers share the live log, one of its episodes is still open, and nothing else is wrong
        // anywhere.
        let expected: &[&str] =
            if name.starts_with("live") { &["interleaved-writers", "open-episode"] } else { &[] };
        assert_eq!(found, expected, "{name}: {:#?}", log.findings);
        assert_eq!(log.summary.bad_lines, 0);
    }
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let printed = || {
        let log = open(&sample("dev-team.jsonl"));
        let it = print("dev-team.jsonl", &log, None);
        [it.text, it.markdown, it.raw_json, it.csv]
    };
    assert_eq!(printed(), printed());
}

//! Small logs of few runs through `report`: who is named, how far that is known, and what is not said.

use creditscope::credit::{self, Blame, FLIP_DRAWS, FlipProbability, SweepRow};
use creditscope::model::{Attribution, EpisodeId, Scenario};
use creditscope::runtime::OpenedLogs;
use creditscope::store::Pass;

/// A log of one episode `e` of ada and bob that failed: `records` and a reward.
fn log(records: &str, reward: f64) -> String {
    format!(
        "{{\"type\":\"run\",\"credit_log\":1,\"run\":\"r\"}}\n\
         {{\"type\":\"episode_start\",\"episode\":\"e\",\"agents\":[{{\"id\":\"ada\"}},{{\"id\":\"bob\"}}]}}\n\
         {records}\n\
         {{\"type\":\"reward\",\"episode\":\"e\",\"value\":{reward}}}\n\
         {{\"type\":\"episode_end\",\"episode\":\"e\",\"status\":\"failure\"}}\n"
    )
}

/// Coalitions of nobody, ada, bob and both, each with these fields.
fn coalitions(fields: [&str; 4]) -> String {
    let agents = ["", "\"ada\"", "\"bob\"", "\"ada\",\"bob\""];
    let rows: Vec<String> =
        agents.iter().zip(fields).map(|(it, fields)| format!("{{\"agents\":[{it}],{fields}}}")).collect();
    let rows = rows.join(",");
    format!(
        "{{\"type\":\"counterfactual\",\"episode\":\"e\",\"kind\":\"coalition\",\"group\":\"g\",\"coalitions\":[{rows}]}}"
    )
}

/// One act of each agent, and a replay group at each with what happened and one alternative.
fn replays(ada: [&str; 2], bob: [&str; 2]) -> String {
    let act = |id: &str, agent: &str, returns: [&str; 2]| {
        format!(
            "{{\"type\":\"action\",\"episode\":\"e\",\"id\":\"{id}\",\"agent\":\"{agent}\",\"parents\":[]}}\n\
             {{\"type\":\"counterfactual\",\"episode\":\"e\",\"kind\":\"replay\",\"group\":\"{id}\",\"of\":\"{id}\",\
             \"candidates\":[{{\"j\":0,\"action\":\"x\",\"returns\":{},\"real\":true}},\
             {{\"j\":1,\"action\":\"y\",\"returns\":{}}}]}}",
            returns[0], returns[1]
        )
    };
    format!("{}\n{}", act("a1", "ada", ada), act("b1", "bob", bob))
}

/// What is said of a log, by the best method or by this one.
struct Answer {
    credit: Attribution,
    blame: Blame,
    flip: Option<FlipProbability>,
}

fn answer(text: &str, method: Option<&str>) -> Answer {
    let mut logs = OpenedLogs::embedded("log", text.as_bytes(), Pass::Headers).unwrap();
    logs.read_all();
    let episode = logs.store.episode(EpisodeId(0)).unwrap();
    let scenario = match method {
        Some(name) => Scenario::of_method(name),
        None => credit::best_scenario(&episode).unwrap(),
    };
    let credit = credit::compute(&episode, &scenario).unwrap();
    let sweep = credit::sweep(&episode, &scenario);
    let is_own = |it: &SweepRow| {
        it.result.as_ref().is_ok_and(|it| (&it.method, &it.baseline) == (&credit.method, &credit.baseline))
    };
    let own = sweep.rows.iter().position(is_own).unwrap();
    let flip = credit::sweep_flips(&episode, &sweep, |_| FLIP_DRAWS).swap_remove(own);
    let blame = credit::blame(episode.failed(), &credit).unwrap();
    Answer { credit, blame, flip }
}

/// How many are named.
#[track_caller]
fn named(text: &str, want: usize) -> Answer {
    let found = answer(text, None);
    assert_eq!(found.blame.agents.len(), want, "{:?}", found.blame);
    found
}

#[test]
fn a_sign_breaks_no_tie() {
    // -0.05 and 0.05, their difference known to within t(0.975, 6) sqrt(1/4 + 1/4) = 1.73.
    let fields = [
        "\"value\":0,\"std\":1,\"n\":4",
        "\"value\":-0.05,\"std\":1,\"n\":4",
        "\"value\":0.05,\"std\":1,\"n\":4",
        "\"value\":0,\"std\":1,\"n\":4",
    ];
    let found = named(&log(&coalitions(fields), 0.0), 2);
    let margin = found.blame.margin.unwrap();
    let interval = margin.interval.unwrap();
    assert!((margin.difference - 0.1).abs() < 1e-12);
    assert!(((interval.high - interval.low) / 2.0 - 2.446_912 * 0.5f64.sqrt()).abs() < 1e-5);
}

#[test]
fn two_equal_replays_are_no_certainty() {
    // 0 of 2 against 2 of 2 is -1 [-1, 0.21] (case 5 of tests/data/intervals.json, mirrored).
    let found = named(&log(&replays(["[0,0]", "[1,1]"], ["[0,0]", "[0,0]"]), 0.0), 2);
    let ada = found.credit.agents[0].value.number().unwrap();
    let (low, high) = ada.interval.unwrap();
    assert!((low + 1.0).abs() < 1e-12 && (high - 0.206_067).abs() < 1e-6, "{low} {high}");
    let (low, high) = found.flip.unwrap().ends();
    assert!(low > 0.05 && high < 0.5, "{low} {high}");
    // Eight of each are: -1 [-1, -0.53].
    let eight = |it: &str| format!("[{}]", [it; 8].join(","));
    let (fails, passes) = (eight("0"), eight("1"));
    named(&log(&replays([&fails, &passes], [&fails, &fails]), 0.0), 1);
}

#[test]
fn one_run_shows_no_spread() {
    let fields = [
        "\"value\":0,\"n\":1,\"std\":0",
        "\"value\":1,\"n\":1,\"std\":0",
        "\"value\":-2,\"n\":1,\"std\":0",
        "\"value\":-1,\"n\":1,\"std\":0",
    ];
    let found = named(&log(&coalitions(fields), -1.0), 2);
    let bob = found.credit.agents[1].value.number().unwrap();
    assert_eq!(bob.interval, None);
    assert_eq!(bob.no_interval.unwrap().words(), "every value rests on one run");
    assert_eq!(found.flip, None);
}

#[test]
fn stated_values_are_told_apart_as_stated() {
    let fields = ["\"value\":0", "\"value\":1", "\"value\":-2", "\"value\":-1"];
    let found = named(&log(&coalitions(fields), -1.0), 1);
    assert_eq!(found.flip, None);
}

#[test]
fn declared_errors_are_drawn() {
    // Apart by 0.2 with a standard error of sqrt(1/2) and 6 degrees of freedom; two measurements differ by sqrt(2) of
    // that: T_6(-0.2) = 0.424.
    let record = "{\"type\":\"credit\",\"episode\":\"e\",\"algorithm\":\"m\",\"items\":[\
        {\"agent\":\"ada\",\"value\":-0.6,\"std\":1.0,\"n\":4},{\"agent\":\"bob\",\"value\":-0.4,\"std\":1.0,\"n\":4}]}";
    let found = answer(&log(record, -1.0), Some("declared"));
    assert_eq!(found.blame.agents.len(), 2);
    assert!((found.flip.unwrap().plain - 0.424).abs() < 0.001);
}

#[test]
fn a_declared_interval_keeps_its_level() {
    let record = "{\"type\":\"credit\",\"episode\":\"e\",\"algorithm\":\"m\",\"items\":[\
        {\"agent\":\"ada\",\"value\":-0.6,\"ci\":[-0.7,-0.5],\"level\":0.5},\
        {\"agent\":\"bob\",\"value\":-0.4,\"ci\":[-0.45,-0.35],\"level\":0.5}]}";
    let found = answer(&log(record, -1.0), Some("declared"));
    let ada = found.credit.agents[0].value.number().unwrap();
    assert_eq!((ada.interval, ada.level), (Some((-0.7, -0.5)), 0.5));
    // At 95% the difference of 0.2 is known to within 1.96 sqrt(0.1^2 + 0.05^2) / 0.6745 = 0.325.
    assert_eq!(found.blame.agents.len(), 2);
    let interval = found.blame.margin.unwrap().interval.unwrap();
    assert!(((interval.high - interval.low) / 2.0 - 0.3249).abs() < 1e-3, "{interval:?}");
}

#[test]
fn another_measurement_differs_by_the_errors_of_both() {
    // v(ada) - v(bob) = -0.8316 has SE 1.2 sqrt(2/16); measured again it differs by sqrt(2) of that, 0.6: T_30(-1.386) =
    // 0.088.
    let fields = [
        "\"value\":0,\"std\":1.2,\"n\":16",
        "\"value\":-1.8316,\"std\":1.2,\"n\":16",
        "\"value\":-1,\"std\":1.2,\"n\":16",
        "\"value\":-2.8316,\"std\":1.2,\"n\":16",
    ];
    let found = answer(&log(&coalitions(fields), -2.8316), Some("shapley"));
    assert!((found.flip.unwrap().plain - 0.088).abs() < 0.001);
}

#[test]
fn rounding_names_nobody() {
    // All replays returned -0.1: every credit is 0 but for rounding.
    let text = log(&replays(["[-0.1]", "[-0.1]"], ["[-0.1]", "[-0.1]"]), -0.1);
    for method in ["replay-loo", "replay-mean"] {
        let found = answer(&text, Some(method));
        assert!(found.blame.all_equal, "{method}: {:?}", found.blame);
    }
}

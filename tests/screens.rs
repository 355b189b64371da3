//! Whole screens as they are drawn, at usual sizes. A second block under each shows the colours.
//!
//! A changed screen shows as a difference to its snapshot: look at it before accepting it
//! (`INSTA_UPDATE=always cargo test --test screens`).

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use creditscope::{
    app::{Message, Model},
    graph::Charset,
    runtime::{Headless, OpenedLogs},
    store::Pass,
    tui::{
        picture, run,
        theme::{ColorMode, Theme},
    },
};
use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier},
};

#[path = "screens/glossary.rs"]
mod glossary;

/// Relative, since tests run in the package's folder: paths on a screen are then the same everywhere.
fn sample(name: &str) -> String {
    format!("sample-logs/{name}")
}

fn read(log: &str) -> OpenedLogs {
    let mut logs = OpenedLogs::open(&[sample(log)], Pass::Headers, || {}).expect("the sample is there");
    while !logs.poll(Duration::ZERO, 64 << 20).caught_up {}
    logs.finish();
    logs
}

/// The program as it stands when `log` has been read. What it computes for that takes longer than all screens, so
/// it is computed once for each log.
fn opened(log: &str) -> Model {
    static OPENED: Mutex<BTreeMap<String, Model>> = Mutex::new(BTreeMap::new());
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let open = || Headless::new(Model::new(vec![sample(log)], Charset::Unicode), read(log), 80, 24).model;
    opened.entry(log.to_owned()).or_insert_with(open).clone()
}

/// The screen after `keys`, as text and as a map of styles.
fn screen(log: &str, size: (u16, u16), keys: &str, mode: ColorMode, charset: Charset) -> (String, String) {
    let model = Model { charset, ..opened(log) };
    let mut headless = Headless { model, logs: read(log) };
    headless.send(Message::Resize(size.0, size.1));
    headless.keys(keys);
    let frame = run::frame(&headless.model, Theme::new(mode, charset));
    (picture::text(&frame), styles(&frame))
}

/// One letter per cell: what a person sees of its style.
fn styles(frame: &Buffer) -> String {
    let letter = |x: u16, y: u16| {
        let cell = &frame[(x, y)];
        match (cell.modifier, cell.fg) {
            (it, _) if it.contains(Modifier::REVERSED) => 'R',
            (it, _) if it.contains(Modifier::UNDERLINED) => 'U',
            (_, Color::Red | Color::Indexed(166)) => '-',
            (_, Color::Blue | Color::Indexed(32)) => '+',
            (_, Color::Magenta | Color::Indexed(133)) => '!',
            (it, _) if it.contains(Modifier::BOLD) => 'B',
            (it, Color::Reset) if it.contains(Modifier::DIM) => 'd',
            (_, Color::Indexed(244)) => 'd',
            _ => ' ',
        }
    };
    let area = frame.area;
    let row = |y: u16| (0..area.width).map(|x| letter(x, y)).collect::<String>().trim_end().to_owned();
    (0..area.height).map(|y| row(y) + "\n").collect()
}

#[track_caller]
fn check(name: &str, log: &str, size: (u16, u16), keys: &str) {
    let (text, styles) = screen(log, size, keys, ColorMode::Ansi16, Charset::Unicode);
    insta::assert_snapshot!(name, format!("{text}\n{styles}"));
}

#[track_caller]
fn check_ascii(name: &str, log: &str, size: (u16, u16), keys: &str) {
    let (text, styles) = screen(log, size, keys, ColorMode::Mono, Charset::Ascii);
    assert!(text.is_ascii(), "{text}");
    assert!(!styles.contains(['+', '-', '!']), "{styles}");
    insta::assert_snapshot!(name, text);
}

const DEMO: &str = "forage-saboteur.jsonl";

#[test]
fn credit() {
    check("credit_40x10", DEMO, (40, 10), "");
    check("credit_80x24", DEMO, (80, 24), "");
    check("credit_120x40", DEMO, (120, 40), "b");
    check("credit_160x45", DEMO, (160, 45), "b");
    check_ascii("credit_80x24_ascii", DEMO, (80, 24), "b");
}

#[test]
fn comparison() {
    const DAYS: &str = "../tests/data/compare/days.jsonl";
    check("compare_40x10", DAYS, (40, 10), "j=k=");
    check("compare_80x24", DAYS, (80, 24), "j=k=");
    check("compare_texts_80x24", DAYS, (80, 24), "j=k=nn\t");
    check("compare_states_80x24", DAYS, (80, 24), "j=k=\t\t");
    check("compare_160x45", DAYS, (160, 45), "j=k=");
    check_ascii("compare_80x24_ascii", DAYS, (80, 24), "j=k=");
    check("compare_marked_80x24", DAYS, (80, 24), "j=");
}

#[test]
fn state() {
    const CONTEXT: &str = "../tests/data/context.jsonl";
    check("state_40x10", CONTEXT, (40, 10), "6");
    check("state_80x24", CONTEXT, (80, 24), "6lllllll");
    check("state_160x45", CONTEXT, (160, 45), "6llllllllj");
    check("state_value_80x24", CONTEXT, (80, 24), "6lllllll\n");
    check("telemetry_80x24", CONTEXT, (80, 24), "6v");
    check("telemetry_160x45", CONTEXT, (160, 45), "6v8j");
    check_ascii("state_80x24_ascii", CONTEXT, (80, 24), "6llllllll(");
    check("state_missing_80x24", "../tests/data/errors.jsonl", (80, 24), "6");
}

/// A run of 240 episodes in which bob earns nothing from the 160th on.
fn training_run() -> String {
    let path = "target/tmp/training-run.jsonl";
    let mut log = String::new();
    for at in 0..240 {
        let ada = [0.25, 0.5, 0.375][at % 3];
        let bob = if at < 160 { [0.5, 0.25, 0.375, 0.25][at % 4] } else { -0.01 * (at % 7) as f64 };
        let (sum, ending) = (ada + bob, if ada + bob < 0.3 { "failure" } else { "success" });
        log += &format!("{{\"type\":\"action\",\"episode\":\"e{at}\",\"id\":\"a\",\"agent\":\"ada\"}}\n");
        log += &format!(
            "{{\"type\":\"credit\",\"episode\":\"e{at}\",\"algorithm\":\"shapley\",\"agents\":{{\"ada\":{ada},\"bob\":{bob}}}}}\n"
        );
        log += &format!(
            "{{\"type\":\"episode_end\",\"episode\":\"e{at}\",\"status\":\"{ending}\",\"return\":{sum}}}\n"
        );
    }
    std::fs::create_dir_all("target/tmp").expect("the folder of tests");
    std::fs::write(path, log).expect("the log is written");
    format!("../{path}")
}

#[test]
fn film() {
    let run = training_run();
    check("film_40x10", &run, (40, 10), "v");
    check("film_80x24", &run, (80, 24), "v");
    check("film_160x45", &run, (160, 45), "vn");
    check_ascii("film_80x24_ascii", &run, (80, 24), "vn");
    let rules = "Aafall(*) > 10\nacredit(bob) = 0 for 5\naR < .4\n ak = 1\n\x1b";
    check("rules_80x24", &run, (80, 24), rules);
    check("rules_160x45", &run, (160, 45), rules);
    check("rules_none_80x24", &run, (80, 24), "A");
    check("rules_typed_80x24", &run, (80, 24), "AaR < 0 and\n");
    check_ascii("rules_80x24_ascii", &run, (80, 24), rules);
    check("rules_40x10", &run, (40, 10), rules);
}

#[test]
fn own_rewards() {
    const MEASURED: &str = "../tests/data/own/raid.jsonl";
    const UNKNOWN: &str = "../tests/data/verdicts/own-rewards.jsonl";
    check("own_unknown_80x24", UNKNOWN, (80, 24), "");
    check("own_chosen_80x24", UNKNOWN, (80, 24), "RR");
    check("own_measured_80x24", MEASURED, (80, 24), "");
    check("own_by_agent_80x24", MEASURED, (80, 24), "vj");
    check("own_measured_160x45", MEASURED, (160, 45), "j");
    check("own_bars_80x24", MEASURED, (80, 24), "vvR");
    check("own_beside_80x24", "../tests/data/own/beside.jsonl", (80, 24), "v");
    check("own_whatif_80x24", MEASURED, (80, 24), "5jjlll\n");
    check_ascii("own_measured_80x24_ascii", MEASURED, (80, 24), "");
}

#[test]
fn graph() {
    check("graph_80x24", DEMO, (80, 24), "2");
    check("graph_arcs_80x24", DEMO, (80, 24), "2v");
    check("graph_matrix_80x24", DEMO, (80, 24), "2vv");
    check("graph_ego_80x24", DEMO, (80, 24), "2vvv");
    check("graph_120x36", DEMO, (120, 36), "2");
    check("graph_160x45", DEMO, (160, 45), "2jjl");
    check("graph_200x60", DEMO, (200, 60), "2");
    check_ascii("graph_80x24_ascii", DEMO, (80, 24), "2");
}

#[test]
fn timeline() {
    check("timeline_80x24", DEMO, (80, 24), "3");
    check("timeline_160x45", DEMO, (160, 45), "3");
    check("timeline_strip_80x24", DEMO, (80, 24), "3v");
    check("timeline_blame_path_80x24", DEMO, (80, 24), "3..");
    check_ascii("timeline_80x24_ascii", DEMO, (80, 24), "3");
}

#[test]
fn methods() {
    check("methods_80x24", DEMO, (80, 24), "4");
    check("methods_160x45", DEMO, (160, 45), "4lllll");
    check_ascii("methods_80x24_ascii", DEMO, (80, 24), "4");
}

#[test]
fn curves() {
    check("curves_80x24", DEMO, (80, 24), "4v");
    check("curves_flip_80x24", "truth-delayed.jsonl", (80, 24), "4v");
    check("curves_160x45", DEMO, (160, 45), "4vjhhhh");
    check_ascii("curves_80x24_ascii", DEMO, (80, 24), "4v");
}

#[test]
fn failure() {
    check("failure_80x24", DEMO, (80, 24), "4vv");
    check("failure_160x45", "dev-team.jsonl", (160, 45), "j\n4vv");
    check("failure_judged_80x24", "dev-team.jsonl", (80, 24), "jjjj\n4vv");
    check_ascii("failure_80x24_ascii", DEMO, (80, 24), "4vv");
}

#[test]
fn messages() {
    check("messages_80x24", DEMO, (80, 24), "4vvv");
    check("messages_160x45", "dev-team.jsonl", (160, 45), "j\n4vvv");
    check_ascii("messages_80x24_ascii", DEMO, (80, 24), "4vvv");
}

#[test]
fn what_if() {
    check("whatif_80x24", DEMO, (80, 24), "5");
    check("whatif_edited_80x24", DEMO, (80, 24), "xl\n");
    check("whatif_160x45", DEMO, (160, 45), "xl\n");
    check_ascii("whatif_80x24_ascii", DEMO, (80, 24), "5");
}

#[test]
fn overlays() {
    check("help_80x24", DEMO, (80, 24), "?");
    check("zoom_acts_160x45", DEMO, (160, 45), "\tz");
    check("zoom_agents_120x36", DEMO, (120, 36), "z");
    check("palette_80x24", DEMO, (80, 24), ":por");
    check("palette_160x45", DEMO, (160, 45), ":meth");
    check("palette_help_80x24", DEMO, (80, 24), "?/act");
    check_ascii("palette_40x10_ascii", DEMO, (40, 10), ":por");
    check("glossary_80x24", DEMO, (80, 24), "?g");
    check("glossary_typed_80x24", DEMO, (80, 24), "?gact");
    check("glossary_160x45", DEMO, (160, 45), "?g");
    check_ascii("glossary_40x10_ascii", DEMO, (40, 10), "?gsame");
    check("explain_agent_80x24", DEMO, (80, 24), "e");
    check("explain_act_80x24", DEMO, (80, 24), "be");
    check("sweep_80x24", DEMO, (80, 24), "S");
    check("sweep_120x36", DEMO, (120, 36), "Sjjll");
    check("sweep_all_160x45", DEMO, (160, 45), "S.");
    check("sweep_trace_120x36", "live-interleaved.jsonl", (120, 36), "\nS");
    check("caveats_80x24", DEMO, (80, 24), "i");
    check("detail_80x24", DEMO, (80, 24), "b\n");
}

#[test]
fn searches_and_filters() {
    check("search_80x24", DEMO, (80, 24), "/plum\n");
    check("search_40x10", DEMO, (40, 10), "3/plum\nn");
    check("search_typed_80x24", DEMO, (80, 24), "3g/melon|gou");
    check("search_typed_40x10", DEMO, (40, 10), "3/melon(");
    check("search_graph_80x24", DEMO, (80, 24), "2/scout\n");
    check("search_detail_80x24", DEMO, (80, 24), "/told.*melon\n\n");
    check("search_episodes_80x24", "dev-team.jsonl", (80, 24), "/1h30m\n");
    check("hits_80x24", "dev-team.jsonl", (80, 24), "/parse_duration\nLjj");
    check("hits_160x45", "dev-team.jsonl", (160, 45), "/parse_duration\nLjj");
    check("hits_40x10", "dev-team.jsonl", (40, 10), "/parse_duration\nL");
    check("filtered_80x24", DEMO, (80, 24), "fagent=scout\nf/melon/\n");
    check("filtered_timeline_80x24", DEMO, (80, 24), "3fkind=message\n");
    check("filtered_timeline_40x10", DEMO, (40, 10), "3fkind=message\n");
    check("filtered_episodes_80x24", "dev-team.jsonl", (80, 24), "fstatus=failure\nfreward>0.7\n");
    check("filters_80x24", DEMO, (80, 24), "fagent=scout\nfkind=message\nF ");
    check("filters_empty_80x24", DEMO, (80, 24), "F");
    check("filter_typed_80x24", DEMO, (80, 24), "fagent=\t");
    check_ascii("search_80x24_ascii", DEMO, (80, 24), "3/plum\n");
    check_ascii("filters_80x24_ascii", DEMO, (80, 24), "fagent=scout\nF");
}

#[test]
fn errors() {
    const LOG: &str = "../tests/data/errors.jsonl";
    check("errors_80x24", LOG, (80, 24), "\n)");
    check("errors_timeline_80x24", LOG, (80, 24), "\n3))");
    check("errors_strip_80x24", LOG, (80, 24), "\n3v");
    check("errors_graph_80x24", LOG, (80, 24), "\n2");
    check("errors_listed_80x24", LOG, (80, 24), "\nferror\n");
    check("errors_episodes_80x24", LOG, (80, 24), "");
    check("errors_40x10", LOG, (40, 10), "\n3)");
    check_ascii("errors_80x24_ascii", LOG, (80, 24), "\n3)");
    check_ascii("errors_episodes_80x24_ascii", LOG, (80, 24), "");
}

#[test]
fn estimates() {
    const LOG: &str = "../tests/data/estimate.jsonl";
    check("estimate_80x24", LOG, (80, 24), "\nb");
    check("estimate_160x45", LOG, (160, 45), "\nb");
    check("estimate_judged_80x24", LOG, (80, 24), "j\n");
    check("estimate_variant_80x24", LOG, (80, 24), "\n4vvvv");
    check("estimate_variant_160x45", LOG, (160, 45), "\n4vvvv");
    check("estimate_timeline_80x24", LOG, (80, 24), "\n3");
    check_ascii("estimate_variant_80x24_ascii", LOG, (80, 24), "j\n4vvvv");
    check("estimate_episodes_80x24", LOG, (80, 24), "");
    check_ascii("estimate_80x24_ascii", LOG, (80, 24), "\n");
}

#[test]
fn lists_and_live_logs() {
    check("episodes_80x24", "dev-team.jsonl", (80, 24), "");
    check("trace_only_80x24", "dev-team.jsonl", (80, 24), "jjj\n");
    check("declared_only_80x24", "dev-team.jsonl", (80, 24), "jjjj\n");
    check("open_episode_80x24", "live-interleaved.jsonl", (80, 24), "G\n");
    check("episodes_160x45", "dev-team.jsonl", (160, 45), "j");
    check("episodes_grouped_120x36", "dev-team.jsonl", (120, 36), "TssS");
    check_ascii("episodes_120x36_ascii", "dev-team.jsonl", (120, 36), "jjj");
}

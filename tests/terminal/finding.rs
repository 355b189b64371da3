//! Searching and filtering as a person at the keyboard sees it, also in a log that grows.

use super::{
    logs::{self, Log, action},
    session::{Run, Session},
};

fn live() -> (Log, Session) {
    let log = Log::of(&logs::open_episode());
    let mut session = Run::log(log.path()).start();
    session.wait_for("LIVE");
    session.wait_for("2 acts");
    (log, session)
}

/// The letters on the screen that are bold and underlined at once: what a search marks.
fn marked(session: &Session) -> String {
    let screen = session.emulator();
    let (rows, columns) = screen.size();
    let cells = (0..rows).flat_map(|y| (0..columns).filter_map(move |x| screen.cell(y, x)));
    cells.filter(|it| it.bold() && it.underline()).map(vt100::Cell::contents).collect()
}

#[test]
fn a_search_is_typed_walked_and_left() {
    let (_log, mut session) = live();
    session.keys("3g/wal");
    session.wait_for("/wal");
    session.wait_for("1 hit");
    session.wait_until("the match to be marked", |it| marked(it).contains("wal"));
    session.keys("k|look\r");
    session.wait_for("hit 1 of 2 run.jsonl:2 action a1 ann");
    session.keys("n");
    session.wait_for("hit 2 of 2 run.jsonl:3 action a2 bob");
    session.keys("n");
    session.wait_for("wrapped to the first: hit 1 of 2");
    session.keys("L");
    session.wait_for("What the search has found");
    session.keys("\x1b");
    session.wait_until("the list to close", |it| !it.has("What the search has found"));
    session.keys("\x1b");
    session.wait_for("the search for /walk|look is over");
    session.wait_until("nothing to be marked", |it| marked(it).is_empty());
}

#[test]
fn a_bad_expression_says_why_and_esc_leaves_it() {
    let (_log, mut session) = live();
    session.keys("/wal(");
    session.wait_for("unclosed group");
    session.keys("\x1b");
    session.wait_until("the prompt to go", |it| !it.has("unclosed group") && it.has("blame"));
}

#[test]
fn what_is_appended_is_found_while_one_searches() {
    let (log, mut session) = live();
    session.keys("/treasure\r");
    session.wait_for("no record matches /treasure");
    log.append(&action("a3", "bob", 103.0, "find-treasure", &[]));
    session.wait_for("/treasure 1 hit");
    log.append_raw(action("a4", "bob", 104.0, "lose-treasure", &[]).to_string().as_bytes());
    // The last line lacks its end: it counts once nothing follows it.
    session.wait_for("/treasure 2 hits");
    log.append_raw(format!("\n{}\n", action("a5", "ann", 105.0, "treasure", &[])).as_bytes());
    session.wait_for("/treasure 3 hits");
    session.keys("3gn");
    session.wait_for("hit 1 of 3 run.jsonl:5 action a3 bob");
    session.keys("nn");
    session.wait_for("hit 3 of 3 run.jsonl:7 action a5 ann");
}

#[test]
fn what_was_truncated_is_searched_anew() {
    let (log, mut session) = live();
    session.keys("/treasure\r");
    session.wait_for("no record matches");
    std::fs::write(log.path(), format!("{}\n", action("b1", "ann", 200.0, "treasure", &[]))).unwrap();
    session.wait_for("/treasure 1 hit");
}

#[test]
fn filters_limit_the_list_and_say_so() {
    let (log, mut session) = live();
    session.keys("3fa\t=");
    session.wait_for("filter: agent==");
    session.keys("\x7f\t\t\r");
    session.wait_for("1 of 2 acts, 1 filter");
    log.append(&action("a3", "bob", 103.0, "run", &[]));
    session.wait_for("2 of 3 acts, 1 filter");
    session.keys("F ");
    session.wait_for("[ ] agent=bob");
    session.keys("\x1b");
    session.wait_for("all 3 acts (.)");
    session.keys("f/treasure/\r");
    session.wait_for("0 of 3 acts, 1 filter");
    session.wait_for("no act passes the filters");
    log.append(&action("a4", "bob", 104.0, "find-treasure", &[]));
    session.wait_for("1 of 4 acts, 1 filter");
}

/// An act with a long record, and one without the word.
fn long_record() -> Log {
    let mut lines = logs::open_episode();
    let text: Vec<String> = (0..120).map(|n| format!("line {n} of the report")).collect();
    let text = text.join("\n").replace("line 97 of", "line 97 with a needle of");
    lines
        .push(serde_json::json!({"type": "action", "episode": "e1", "id": "a3", "agent": "ann", "ts": 103.0,
        "action": {"name": "write"}, "result": text}));
    Log::of(&lines)
}

#[test]
fn the_act_in_full_begins_where_the_search_has_found_something() {
    let log = long_record();
    let mut session = Run::log(log.path()).start();
    session.wait_for("3 acts");
    session.keys("/needle\r");
    session.wait_for("hit 1 of 1 run.jsonl:5 action a3 ann");
    // Beside other panes too there is room for what was found.
    session.wait_for("line 97 with a needle");
    session.wait_until("the match to be marked", |it| marked(it).contains("needle"));
    session.keys("\r");
    session.wait_for("line 96 of the report");
    session.wait_for("line 98 of the report");
    session.wait_until("the match to be marked", |it| marked(it) == "needle");
    // From there one scrolls as usual, and the scrolled position stays.
    session.keys("g");
    session.wait_for("cause  ");
    session.settle(std::time::Duration::from_millis(150));
    assert!(!session.has("line 97"), "{}", session.screen());
    // The next hit is the same one: back to it.
    session.keys("n");
    session.wait_for("line 97 with a needle");
    session.keys("\x1b");
    session.wait_until("the act to close", |it| !it.has("Esc closes"));
}

#[test]
fn what_is_pasted_goes_into_the_line_that_is_typed() {
    let (_log, mut session) = live();
    // Outside of a line its letters would be commands; q would end the program.
    session.keys("\x1b[200~q\rq\x03\x1b[201~");
    session.wait_for("nothing is being typed to paste into");
    session.keys("/\x1b[200~wal\x1b[31mk\r\x1b[201~");
    session.wait_for("/wal[31mk");
    session.keys("\x15\x1b[200~\twalk\n\x1b[201~");
    session.wait_for("1 hit");
    session.keys("\r");
    session.wait_for("hit 1 of 1 run.jsonl:3 action a2 bob");
    session.keys("3f\x1b[200~agent=\nann\x1b[201~");
    session.wait_for("filter: agent= ann");
}

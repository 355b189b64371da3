//! Gate 8: text from a log never drives the terminal.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use super::{
    logs::Log,
    session::{Ended, Run, Session, together},
    wire,
};

/// What a log could do to a terminal that took it literally.
fn poison() -> Vec<String> {
    let mut poison: Vec<String> = [
        "\x1b]52;c;cm0gLXJmIH4=\x07",             // writes to the clipboard
        "\x1b]0;owned\x1b\\",                     // sets the title
        "\x1b[2J\x1b[H\x1b[31;5m",                // clears, moves, blinks
        "\x1b[6n\x1b[c\x1b[21t",                  // makes the terminal answer
        "\u{9b}31m\u{9d}0;x\u{9c}",               // the same in C1
        "\x07\x08\x08\r\n\x0b\x0c\t\x7f\0",       // bell, backspace, line ends, tab, DEL, NUL
        "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\", // through tmux
        "\x1b_Gi=1;AAAA\x1b\\\x1b^x\x1b\\",       // APC, PM
        "\x1bc\x1b#8\x1b(0\x0e",                  // reset, test picture, line drawing
        "\x1b[?1049l\x1b[?1000h\x1b[?2026h",      // our own modes
        "user\u{202e}nimda\u{202c}\u{2066}x",     // bidirectional overrides
        "a\u{200b}b\u{feff}c\u{2060}d\u{ad}e",    // nothing to be seen
        "\u{e0041}\u{e0042}\u{e007f}",            // tags
        "z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", // a tower of accents
        "\u{2028}\u{2029}\u{85}\u{fffe}",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦🏳\u{fe0f}\u{200d}🌈",
    ]
    .map(str::to_owned)
    .to_vec();
    poison.push("界".repeat(300));
    poison
}

/// An episode with poison in every string that a log can hold; `turn` deals it out anew.
fn episode(index: usize, turn: usize) -> Vec<Value> {
    let poison = poison();
    let p = |name: &str| {
        let sum: usize = name.bytes().map(usize::from).sum();
        format!("{name}{}{name}", poison[(sum + turn) % poison.len()])
    };
    let e = p(&format!("ep{index}"));
    let (ann, bob) = (p("ann"), p("bob"));
    vec![
        json!({"type": "run", "credit_log": 1, "run": p("run"), "env": p("env"), "algorithm": p("alg"),
               "reward_unit": p("unit"), "writer": {"host": p("host")}}),
        json!({"type": "episode_start", "episode": e, "ts": 100.0, "task": p("task"), "trace_id": p("trace"),
               "group": p("group"), "agents": [
                   {"id": ann, "name": p("Ann"), "role": p("role"), "team": p("team"), "model": p("model"),
                    "policy": p("policy"), "tools": [p("tool")]},
                   {"id": bob}],
               "graph": {"edges": [{"from": ann, "to": bob, "kind": p("kind"), "weight": 1}]}}),
        json!({"type": "action", "episode": e, "id": p("a1"), "agent": ann, "ts": 101.0, "parents": [],
               "kind": p("kind"), "action": {"name": p("look"), "args": {p("key"): p("value")}},
               "pre_state": {p("state"): p("s")}, "obs": p("obs"), "result": p("result"), "error": p("error"),
               "default": p("stay"), "span_id": p("span"),
               "policy": {"id": p("pi"), "chosen": p("look"), "probs": {p("look"): 0.5, p("stay"): 0.5},
                          "q": {p("look"): 0.1, p("stay"): 0.4}, "value": 0.25}}),
        json!({"type": "message", "episode": e, "id": p("m1"), "from": ann, "to": [bob], "ts": 102.0,
               "content": p("content"), "parents": [p("a1"), p("dangling")]}),
        json!({"type": "action", "episode": e, "id": p("a2"), "agent": bob, "ts": 103.0, "parents": [p("m1")],
               "action": p("walk")}),
        json!({"type": "state", "episode": e, "scope": p("scope"), "state": {p("k"): p("v")}, "after": [p("a2")]}),
        json!({"type": "reward", "episode": e, "ts": 104.0, "value": -0.5, "source": p("source"),
               "name": p("name"), "components": {p("part"): -0.5}, "of": [p("a2")]}),
        json!({"type": "credit", "episode": e, "algorithm": p("method"), "agents": {ann.clone(): 0.1, bob.clone(): -0.6},
               "params": {p("param"): p("v")}}),
        json!({"type": "credit", "episode": e, "algorithm": p("judge"), "units": "label", "items": [
               {"of": p("a2"), "value": -1, "label": p("label"), "reason": p("reason")}]}),
        json!({"type": "counterfactual", "episode": e, "kind": "replay", "group": p("g"), "of": p("a1"), "agent": ann,
               "context": p("ctx"), "candidates": [
                   {"j": 0, "action": p("look"), "returns": [-0.5, -0.4], "real": true},
                   {"j": 1, "action": p("stay"), "returns": [0.5, 0.4]}]}),
        json!({"type": "counterfactual", "episode": e, "kind": "coalition", "absence": p("null"), "coalitions": [
               {"agents": [], "value": 0.0}, {"agents": [ann.clone()], "value": 0.2},
               {"agents": [bob.clone()], "value": -0.3}, {"agents": [ann, bob], "value": -0.5}]}),
        json!({"type": "metric", "episode": e, "values": {p("metric"): 3.0}, "units": {p("metric"): p("unit")}}),
        json!({"type": p("unheard-of"), "episode": e, "x": p("y")}),
        json!({"type": "episode_end", "episode": e, "ts": 105.0, "status": p("status"), "reason": p("reason"),
               "return": -0.5, "answer": p("answer"), "ground_truth": p("truth")}),
    ]
}

/// Every view, variant and pane on whatever is open.
fn walk(session: &mut Session) {
    let panes = ["e", "i", "S", "!", "?", "\r"];
    for view in ["1", "2", "3", "4", "5", "0"] {
        session.keys(view);
        session.settle(Duration::from_millis(30));
        for key in ["j", "\t", "j", "k", "v", "W", ".", "v", "s", "b", "c", "C", "x", "h", "l", "u", "\x1b"] {
            session.keys(key);
            session.settle(Duration::from_millis(12));
        }
        session.keys(view);
        for pane in panes {
            session.keys(pane);
            session.settle(Duration::from_millis(20));
            session.keys("jw>>lGgj");
            session.settle(Duration::from_millis(20));
            session.keys("\x1b");
            session.settle(Duration::from_millis(12));
            session.keys(view);
        }
    }
    session.keys("1");
    session.settle(Duration::from_millis(60));
}

#[track_caller]
fn assert_harmless(session: &Session) {
    let foreign = wire::foreign(session.wire());
    assert!(foreign.is_empty(), "on the wire: {:?}", &foreign[..foreign.len().min(5)]);
    assert_eq!(wire::text_outside_frames(session.wire()), "");
    assert!(session.emulator().alternate_screen());
}

#[track_caller]
fn check(turn: usize, size: (u16, u16)) {
    let log = Log::of(&episode(0, turn));
    // Lines that do not parse are shown too.
    for it in poison() {
        log.append_raw(format!("{{\"type\":\"action\",\"episode\":\"{it}\n{it}{{\n").as_bytes());
    }
    let mut session = Run::log(log.path()).size(size.0, size.1).start();
    session.wait_until("the episode", |it| it.has("ep0") && it.frames() > 0);
    walk(&mut session);
    assert_harmless(&session);
}

#[test]
fn in_a_large_terminal() {
    together([0, 5, 10].map(|turn| move || check(turn, (140, 45))));
}

#[test]
fn in_a_usual_terminal() {
    together([1, 4, 7, 13].map(|turn| move || check(turn, (80, 24))));
}

#[test]
fn in_a_small_terminal() {
    together([2, 8].map(|turn| move || check(turn, (40, 10))));
}

#[test]
fn many_episodes_with_poisoned_names_in_a_poisoned_file() {
    let lines: Vec<Value> = (0..poison().len()).flat_map(|turn| episode(turn, turn)).collect();
    let log = Log::of(&lines);
    let path = log.directory().join("run\x1b]52;c;eA==\x07\u{202e}\u{9b}31m.jsonl");
    fs::rename(log.path(), &path).unwrap();
    let mut session = Run::log(&path).size(100, 30).start();
    session.wait_for("ep0");
    session.wait_for("^[]52;c;");
    walk(&mut session);
    assert_harmless(&session);
}

#[test]
fn what_is_hidden_is_made_visible() {
    let agent = "\x1b[31m\u{202e}\u{200b}\u{9b}";
    let log = Log::of(&[json!({"type": "action", "episode": "e", "agent": agent, "ts": 1, "action": "x"})]);
    let mut session = Run::log(log.path()).size(200, 50).start();
    session.wait_for("^[[31m<U+202E><ZW><U+009B>");
}

#[test]
fn a_copy_of_poison_is_harmless() {
    let agent = "ann\x1b]52;c;eA==\x07\u{9b}31m\u{202e}";
    let log = Log::of(&[
        json!({"type": "action", "episode": agent, "agent": agent, "ts": 1, "action": agent}),
        json!({"type": "credit", "episode": agent, "algorithm": agent, "agents": {agent: 0.5}}),
    ]);
    let mut session = Run::log(log.path()).start();
    session.wait_for(" sum ");
    session.keys("y");
    session.wait_for("creditscope-");
    let kept = fs::read_dir(session.scratch())
        .unwrap()
        .flatten()
        .find(|it| it.file_name().to_string_lossy().starts_with("creditscope-"));
    let text = fs::read_to_string(kept.unwrap().path()).unwrap();
    assert!(text.contains("ann^["), "{text:?}");
    let control =
        text.chars().find(|it| it.is_control() && *it != '\n' || ('\u{202a}'..='\u{202e}').contains(it));
    assert_eq!(control, None, "{text:?}");
}

#[test]
fn an_error_about_a_poisoned_file_is_harmless() {
    let log = Log::raw(b"\x1b]52;c;eA==\x07 not a log\n");
    let path = log.directory().join("x\x1b]52;c;eA==\x07\u{202e}.txt");
    fs::rename(log.path(), &path).unwrap();
    for path in [path, log.directory().join("none\x1b]0;x\x07.jsonl")] {
        let mut session = Run::log(&path).start();
        assert_eq!(session.end(), Ended::Code(1));
        let foreign = wire::foreign(session.wire());
        assert_eq!(foreign, [], "{}", session.screen());
        assert!(session.has("^[]"), "{}", session.screen());
    }
}

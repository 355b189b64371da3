//! Documents of both layouts, and the real ones if they are there.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::import::{
    sniff,
    tests::{Collected, ImportedLine},
};
use crate::log::{parse_line, scan_header};

const DISPATCHED: &str = r#"{
    "history": [
        {"content": "Where is the key?\n", "role": "human"},
        {"content": "Plan: look it up", "role": "Orchestrator (thought)"},
        {"content": "look under the mat", "role": "Orchestrator (-> WebSurfer)"},
        {"content": "Next speaker WebSurfer", "role": "Orchestrator (thought)"},
        {"content": "nothing there", "role": "WebSurfer"},
        {"content": "run ls", "role": "Orchestrator (-> ComputerTerminal)"},
        {"content": "key.txt", "role": "ComputerTerminal"},
        {"content": "No agent selected.\nFINAL ANSWER: in the door\nbye", "role": "Orchestrator (termination condition)"}
    ],
    "question": "Where is the key?",
    "ground_truth": "on the hook",
    "is_corrected": false,
    "question_ID": "q-1",
    "level": 2,
    "mistake_agent": "WebSurfer",
    "mistake_step": "2",
    "mistake_reason": "It did not look."
}"#;

const CHAT: &str = r#"{
    "is_correct": false,
    "question": "2+2?",
    "ground_truth": "4",
    "history": [
        {"content": "Task:\n2+2? Please.", "name": "Math_Expert", "role": "assistant"},
        {"content": "print(2+3)", "name": "Math_Expert", "role": "assistant"},
        {"content": "exitcode: 0", "name": "Computer_terminal", "role": "user"},
        {"content": "TERMINATE", "name": "Verification_Expert", "role": "user"}
    ],
    "mistake_agent": "Math_Expert",
    "mistake_step": "1",
    "mistake_reason": "Typo",
    "system_prompt": {"Math_Expert": "You add", "Silent_Expert": "You wait"}
}"#;

fn import(document: &[u8]) -> Collected {
    Collected::of(|sink| WhoAndWhen.read(document, "doc", sink))
}

/// The records of `document`, each with its line; every native line must parse without problems.
fn records(document: &str) -> (Vec<(u32, Record)>, Vec<Problem>) {
    let imported = import(document.as_bytes());
    let read = |it: &ImportedLine| {
        let mut parsed = parse_line(it.json.as_bytes());
        assert_eq!(parsed.problems, [], "{}", it.json);
        assert!(!it.json.contains('\n'));
        assert!(scan_header(it.json.as_bytes()).is_some(), "{}", it.json);
        (it.line, parsed.records.remove(0).0)
    };
    (imported.lines.iter().map(read).collect(), imported.problems)
}

fn parents(records: &[(u32, Record)]) -> Vec<String> {
    let of = |record: &Record| match &record.body {
        Body::Action(it) => Some(it.parents.clone()),
        Body::Message(it) => Some(it.parents.clone()),
        _ => None,
    };
    let shown = |it: Option<Vec<String>>| it.map_or("?".to_owned(), |it| it.join("+"));
    records.iter().filter_map(|(_, record)| of(record).map(shown)).collect()
}

fn summary(record: &Record) -> String {
    match &record.body {
        Body::Action(it) => format!("{} {}", it.agent, it.kind.as_deref().unwrap_or("-")),
        Body::Message(it) => format!("{} -> {}", it.from, it.to.join("+")),
        _ => record.type_name().to_owned(),
    }
}

#[test]
fn speakers() {
    let speaker = |text: &str| {
        let Speaker { agent, manner } = Speaker::parse(text);
        format!("{agent}|{manner:?}")
    };
    assert_eq!(speaker("Orchestrator (thought)"), "Orchestrator|Thought");
    assert_eq!(speaker("Orchestrator (-> WebSurfer)"), "Orchestrator|Dispatch(\"WebSurfer\")");
    assert_eq!(speaker("Orchestrator (termination condition)"), "Orchestrator|Termination");
    assert_eq!(speaker(" human "), "human|Plain");
    assert_eq!(speaker("Expert (Biology)"), "Expert (Biology)|Plain");
    assert_eq!(speaker("(thought)"), "(thought)|Plain");
    assert_eq!(speaker("A (->)"), "A (->)|Plain");
}

#[test]
fn a_dispatched_team() {
    let (records, problems) = records(DISPATCHED);
    assert_eq!(problems, []);
    let summaries: Vec<String> = records.iter().map(|it| summary(&it.1)).collect();
    assert_eq!(
        summaries,
        [
            "episode_start",
            "human task",
            "Orchestrator plan",
            "Orchestrator -> WebSurfer",
            "Orchestrator plan",
            "WebSurfer llm",
            "Orchestrator -> ComputerTerminal",
            "ComputerTerminal tool",
            "Orchestrator termination",
            "credit",
            "episode_end",
        ]
    );
    assert_eq!(parents(&records), ["", "?", "s1", "?", "s2", "s4", "s5", "?"]);
    let lines: Vec<u32> = records.iter().map(|it| it.0).collect();
    assert_eq!(lines, [12, 3, 4, 5, 6, 7, 8, 9, 10, 17, 14]);
    assert_eq!(records[8].1.id.as_deref(), Some("s7"));
    let Body::EpisodeStart(start) = &records[0].1.body else { panic!("an episode_start") };
    let agents: Vec<&str> = start.agents.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(agents, ["human", "Orchestrator", "WebSurfer", "ComputerTerminal"]);
    assert_eq!(start.task.as_deref(), Some("Where is the key?"));
    assert_eq!(records[0].1.extra[0].1.json(), r#"{"level":2}"#);
    let Body::Credit(credit) = &records[9].1.body else { panic!("a credit") };
    let item = &credit.items[0];
    // As written: WebSurfer does not act at step 2.
    assert_eq!((item.of.as_deref(), item.agent.as_deref()), (Some("s2"), Some("WebSurfer")));
    assert_eq!((credit.algorithm.as_str(), item.value), ("human_annotation", None));
    let Body::EpisodeEnd(end) = &records[10].1.body else { panic!("an episode_end") };
    assert_eq!(end.status.as_deref(), Some("failure"));
    assert_eq!(end.reason.as_deref(), Some("No agent selected"));
    assert_eq!(end.answer.as_deref(), Some("in the door"));
    assert_eq!((end.ground_truth.as_deref(), end.total), (Some("on the hook"), None));
    assert!(records.iter().all(|it| it.1.ts.is_none()));
}

#[test]
fn a_group_chat() {
    let (records, problems) = records(CHAT);
    assert_eq!(problems, []);
    let summaries: Vec<String> = records[1..5].iter().map(|it| summary(&it.1)).collect();
    assert_eq!(
        summaries,
        ["Math_Expert task", "Math_Expert llm", "Computer_terminal tool", "Verification_Expert llm"]
    );
    assert_eq!(parents(&records), ["", "?", "s1", "?"]);
    let Body::EpisodeStart(start) = &records[0].1.body else { panic!("an episode_start") };
    let agents: Vec<&str> = start.agents.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(agents, ["Math_Expert", "Computer_terminal", "Verification_Expert", "Silent_Expert"]);
}

fn rules(document: &str) -> Vec<&'static str> {
    import(document.as_bytes()).problems.iter().map(|it| it.rule.name()).collect()
}

#[test]
fn broken_documents_say_why() {
    assert_eq!(rules(""), ["bad-json"]);
    assert_eq!(rules("{\"history\": ["), ["bad-json"]);
    assert_eq!(rules("[]"), ["not-an-object"]);
    assert_eq!(rules("{\"question\": \"q\"}"), ["missing-field"]);
    assert_eq!(rules("{\"history\": [{\"content\": \"x\"}]}"), ["missing-field"]);
    assert_eq!(rules("{\"history\": []}"), ["missing-field"]);
    assert_eq!(rules(&format!("{CHAT}\n}}")), ["trailing-text"]);
    assert_eq!(rules(&format!("\u{feff}{CHAT}\n")), Vec::<&str>::new());
}

/// The real documents, if the checkout has them beside it.
fn real_documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/logs/who_and_when");
    let mut paths = Vec::new();
    for folder in ["Algorithm-Generated", "Hand-Crafted"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        paths.extend(entries.map(|it| it.unwrap().path()));
    }
    paths.retain(|it| it.extension().is_some_and(|it| it == "json"));
    paths.sort();
    paths
}

#[test]
fn the_real_documents() {
    let paths = real_documents();
    if paths.is_empty() {
        return;
    }
    assert_eq!(paths.len(), 92);
    let (mut in_roster, mut at_that_step, mut agents) = (0, 0, Vec::new());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let head = &bytes[..bytes.len().min(4096)];
        assert_eq!(sniff(&path, head), Ok(&FORMAT), "{}", path.display());
        let text = String::from_utf8(bytes).unwrap();
        let (records, problems) = records(&text);
        assert_eq!(problems, [], "{}", path.display());
        let Body::EpisodeStart(start) = &records[0].1.body else { panic!("an episode_start") };
        assert!(start.agents.iter().all(|it| !it.id.contains('(')), "{}", path.display());
        agents.push(start.agents.len());
        let credit = records.iter().find_map(|(_, it)| match &it.body {
            Body::Credit(credit) => Some(&credit.items[0]),
            _ => None,
        });
        let (of, agent) = (credit.unwrap().of.clone(), credit.unwrap().agent.clone().unwrap());
        in_roster += usize::from(start.agents.iter().any(|it| it.id == agent));
        let act = records.iter().find(|(_, it)| it.id == of && it.agent().is_some()).unwrap();
        at_that_step += usize::from(act.1.agent() == Some(&agent));
        // The line given is the line where the entry stands.
        let (line, record) = &records[records.len() / 2];
        let content = match &record.body {
            Body::Action(it) => it.action.clone().unwrap(),
            Body::Message(it) => it.content.clone().unwrap(),
            other => panic!("an act, not {other:?}"),
        };
        let entry: Vec<&str> = text.lines().skip(*line as usize - 1).take(5).collect();
        assert!(entry.join("\n").contains(content.json()), "{} line {line}", path.display());
    }
    agents.sort_unstable();
    assert_eq!(agents[agents.len() / 2], 4);
    assert_eq!(agents.last(), Some(&6));
    assert_eq!(in_roster, 92);
    assert_eq!(at_that_step, 89);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_documents_never_panic(
        chat in any::<bool>(),
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0u8..3), 1..5),
    ) {
        let mut bytes = if chat { CHAT } else { DISPATCHED }.as_bytes().to_vec();
        for (at, byte, how) in cuts {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"\"{}[],:\\"[usize::from(byte) % 8]),
            }
        }
        let imported = import(&bytes);
        prop_assert!(!imported.lines.is_empty() || !imported.problems.is_empty());
        for line in imported.lines {
            prop_assert_eq!(parse_line(line.json.as_bytes()).problems, [], "{}", line.json);
        }
    }
}

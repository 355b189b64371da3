//! Data sets of failures: what was said and what was found wrong, counted in the files themselves.

use std::{collections::BTreeMap, fs, path::Path};

use creditscope::model::{ActKind, Episode};
use serde_json::Value;

use super::opened::{As, Opened, open, own};

fn document(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Reads without a problem, by content.
fn read(paths: &[&Path]) -> Opened {
    let opened = open(paths, As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    opened
}

/// Actions by the name of the agent.
fn by_agent(episode: &Episode) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for act in episode.acts.iter().filter(|it| it.kind == ActKind::Action) {
        *found.entry(episode.agents[act.agent.index()].name.clone()).or_default() += 1;
    }
    found
}

/// How many values there are of each word.
fn counted<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    words.for_each(|it| *found.entry(it.to_owned()).or_default() += 1);
    found
}

#[test]
fn injected_faults_of_aegis() {
    let path = own("aegis.json");
    let (opened, rows) = (read(&[&path]), document(&path));
    assert_eq!(opened.episodes.len(), list(&rows).len());
    for (episode, row) in opened.episodes.iter().zip(list(&rows)) {
        let said = list(&row["input"]["conversation_history"]);
        assert_eq!(by_agent(episode), counted(said.iter().filter_map(|it| it["agent_name"].as_str())));
        let faulty = [&row["output"]["faulty_agents"], &row["ground_truth"]["injected_agents"]];
        let faulty: Vec<&Value> = faulty.into_iter().flat_map(list).collect();
        let named: Vec<&str> = faulty.iter().filter_map(|it| it["agent_name"].as_str()).collect();
        let blamed: Vec<&str> = episode.labels.iter().map(|it| it.agent_text.as_str()).collect();
        assert_eq!(blamed, named);
        for (label, it) in episode.labels.iter().zip(&faulty) {
            assert!(label.label.starts_with(it["error_type"].as_str().unwrap()) && label.act.is_none());
        }
        assert!(episode.failed() && episode.task.as_deref() == row["input"]["query"].as_str());
    }
}

#[test]
fn failure_modes_of_mast() {
    let path = own("mast.json");
    let (opened, rows) = (read(&[&path]), document(&path));
    assert_eq!(opened.episodes.len(), list(&rows).len());
    for (episode, row) in opened.episodes.iter().zip(list(&rows)) {
        let log = row["trace"]["trajectory"].as_str().unwrap();
        let speakers = if log.starts_with("{'") {
            // Python's dicts: the word behind 'name'.
            counted(log.split("'name': '").skip(1).filter_map(|it| it.split('\'').next()))
        } else {
            counted(log.lines().filter_map(|it| it.trim().strip_prefix("name: ")))
        };
        let whole = BTreeMap::from([(row["mas_name"].as_str().unwrap().to_owned(), 1)]);
        assert_eq!(by_agent(episode), if speakers.is_empty() { whole } else { speakers });
        let flags: f64 =
            row["mast_annotation"].as_object().into_iter().flatten().filter_map(|it| it.1.as_f64()).sum();
        let people: f64 = list(&row["annotations"])
            .iter()
            .map(|it| {
                let said: Vec<bool> = it.as_object().unwrap().values().filter_map(Value::as_bool).collect();
                said.iter().filter(|it| **it).count() as f64 / said.len() as f64
            })
            .sum();
        let judged: f64 = episode.metrics.iter().map(|it| it.value).sum();
        assert!((flags + people - judged).abs() < 1e-9, "{judged}");
        assert!(episode.labels.is_empty(), "the labels do not say who");
    }
}

/// All spans below `of`.
fn spans<'a>(of: &'a Value, key: &str, into: &mut Vec<&'a Value>) {
    for it in list(&of[key]) {
        into.push(it);
        spans(it, "child_spans", into);
    }
}

#[test]
fn errors_of_trail_reach_their_acts() {
    let name = "0a1b2c3d4e5f60718293a4b5c6d7e8f9.json";
    let traces = own("trail/GAIA").join(name);
    let labels = own("trail/processed_annotations_gaia").join(name);
    let (trace, found) = (document(&traces), document(&labels));
    let mut all = Vec::new();
    spans(&trace, "spans", &mut all);
    let kind = |it: &Value| it["span_attributes"]["openinference.span.kind"].as_str().unwrap().to_owned();
    let acting = all.iter().filter(|it| ["LLM", "TOOL"].contains(&kind(it).as_str())).count();
    for files in [vec![&traces, &labels], vec![&labels, &traces]] {
        let files: Vec<&Path> = files.into_iter().map(std::path::PathBuf::as_path).collect();
        let opened = read(&files);
        assert_eq!(opened.episodes.len(), 1);
        let episode = &opened.episodes[0];
        assert_eq!(by_agent(episode).values().sum::<usize>(), acting);
        assert_eq!(episode.labels.len(), list(&found["errors"]).len());
        for (label, error) in episode.labels.iter().zip(list(&found["errors"])) {
            assert!(label.label.starts_with(error["category"].as_str().unwrap()), "{}", label.label);
            let place = error["location"].as_str().unwrap();
            let known = all.iter().any(|it| it["span_id"] == place);
            assert_eq!(label.act.is_some(), known, "{place}");
        }
        assert_eq!(
            episode.metrics.iter().map(|it| it.value).sum::<f64>(),
            2.0 + 2.5,
            "reliability and overall"
        );
    }
}

#[test]
fn steps_of_trace_elephant_and_who_is_to_blame() {
    let folder = own("trace_elephant/walk");
    let (walk, who) = (folder.join("step_records.json"), folder.join("trace_metadata.json"));
    let opened = read(&[&walk, &who]);
    assert_eq!(opened.episodes.len(), 1);
    let (episode, steps, found) = (&opened.episodes[0], document(&walk), document(&who));
    assert_eq!(by_agent(episode), counted(list(&steps).iter().filter_map(|it| it["agent_name"].as_str())));
    let at = list(&steps)
        .iter()
        .position(|it| it["step_id"].as_u64() == found["mistake_step"].as_str().unwrap().parse().ok());
    assert_eq!(episode.labels[0].act.map(creditscope::model::ActId::index), at);
    assert_eq!(episode.labels[0].agent_text, found["mistake_agent"].as_str().unwrap());
    assert!(episode.failed() && episode.task.as_deref() == found["task_instruction"].as_str());
}

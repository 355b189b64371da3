//! What people found wrong, in files beside the conversations.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::opened::{As, open, own, real};

/// Labels of a file, held to its failures: `conversations` are the trajectories beside it.
fn check(labels: &Path, conversations: &[&Path]) {
    // Labels behind what they judge, as the order of a directory has it.
    let opened = open(&[conversations, &[labels]].concat(), As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let document: Value = serde_json::from_str(&fs::read_to_string(labels).unwrap()).unwrap();
    let judged: BTreeMap<String, &Value> = document
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (it["trajectory_id"].as_str().map_or_else(|| it["trajectory_id"].to_string(), str::to_owned), it)
        })
        .collect();
    let mut found = 0;
    for path in conversations {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let episode = opened.episodes.iter().find(|it| it.name == name).unwrap();
        let messages: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(episode.acts.len(), messages.as_array().unwrap().len());
        let Some(it) = judged.get(name) else { continue };
        let failures = it["failures"].as_array().unwrap();
        assert_eq!(episode.labels.len(), failures.len(), "{name}");
        let root = failures.iter().find(|failure| {
            let (one, other) = (&failure["failure_id"], &it["root_cause"]["failure_id"]);
            one == other || Some(one.to_string().as_str()) == other.as_str()
        });
        let step = root.unwrap()["step_number"].as_u64().unwrap() as usize;
        assert_eq!(episode.labels[0].act.map(creditscope::model::ActId::index), Some(step - 1), "{name}");
        assert!(episode.failed());
        found += 1;
    }
    assert!(found > 0);
}

#[test]
fn labels_of_agentrx_reach_their_conversations() {
    check(&own("agentrx/labels.json"), &[&own("agentrx/b0a70000-1111-4222-8333-444455556666.json")]);
    if let Some(folder) = real("agentrx") {
        let data = ["5d0080cb-90d7-4712-bc33-848150e917d3", "7673d772-ef80-4f0f-a602-1bf4485c9b43"]
            .map(|it| folder.join(format!("magentic_dataset/{it}.json")));
        check(&folder.join("magentic_one_ground_truth.json"), &[&data[0], &data[1]]);
    }
}

#[test]
fn an_index_of_agentrx_judges_the_files_that_it_names() {
    let real = real("agentrx/magentic-one");
    for folder in [Some(own("agentrx")), real].into_iter().flatten() {
        let index = folder.join("trajectories_info.json");
        let document: Value = serde_json::from_str(&fs::read_to_string(&index).unwrap()).unwrap();
        let entries = document.as_object().unwrap().values().flat_map(|it| it.as_object().unwrap().values());
        let files: Vec<(&Value, std::path::PathBuf)> = entries
            .map(|it| (it, folder.join(it["name"].as_str().unwrap())))
            .filter(|it| it.1.exists())
            .collect();
        assert!(!files.is_empty());
        let paths: Vec<&Path> = files.iter().map(|it| it.1.as_path()).chain([index.as_path()]).collect();
        let opened = open(&paths, As::default());
        assert_eq!(opened.errors(), Vec::<String>::new());
        for (entry, path) in &files {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let episode = opened.episodes.iter().find(|it| it.name == name).unwrap();
            let step = entry["step"].as_u64().unwrap() as usize;
            assert_eq!(episode.labels.len(), 1, "{name}");
            assert_eq!(episode.labels[0].act.map(creditscope::model::ActId::index), Some(step - 1), "{name}");
            assert!(episode.acts.len() >= step && episode.failed());
        }
    }
}

#[test]
fn labels_of_tau_are_of_tasks() {
    let Some(folder) = real("agentrx") else { return };
    let files = [folder.join("tau-retail/invalid_invocation.json"), folder.join("tau_ground_truth.json")];
    let opened = open(&[&files[0], &files[1]], As::default());
    assert_eq!(opened.errors(), Vec::<String>::new());
    let episode = opened.episodes.iter().find(|it| it.name == "34").unwrap();
    assert!(episode.acts.len() > 10);
    let document: Value = serde_json::from_str(&fs::read_to_string(&files[1]).unwrap()).unwrap();
    let it = document.as_array().unwrap().iter().find(|it| it["trajectory_id"] == 34).unwrap();
    let failures = it["failures"].as_array().unwrap();
    let mut named: Vec<String> =
        failures.iter().map(|it| it["failed_agent"].as_str().unwrap().to_lowercase()).collect();
    let mut read: Vec<String> = episode.labels.iter().map(|it| it.agent_text.clone()).collect();
    named.sort();
    read.sort();
    assert_eq!(read, named);
    assert!(episode.labels.iter().all(|it| it.act.is_some()));
}

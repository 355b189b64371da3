//! The list of episodes says what the opened episodes say, for any log.

use proptest::prelude::*;

use super::*;
use crate::model::RewardSource;

/// A log of two episodes in which ids are repeated and corrected.
fn log() -> impl Strategy<Value = Vec<String>> {
    let agent = || proptest::sample::select(vec!["a", "b", "c"]);
    let episode = proptest::sample::select(vec!["e1", "e2"]);
    // An act keeps its agent when it is updated.
    let error = || {
        let says = [
            r#","error":"no""#,
            r#","error":"n\n""#,
            r#","status":"failed""#,
            r#","error":" ","status":"ok""#,
        ];
        proptest::sample::select([&[""; 4][..], &says].concat())
    };
    let act = (0..6_u32, "[a-c]{0,2}", error()).prop_map(|(id, result, error)| {
        let agent = ["a", "b", "c"][id as usize % 3];
        format!(r#""type":"action","agent":"{agent}","id":"x{id}","result":"{result}"{error}"#)
    });
    let body = prop_oneof![
        3 => act,
        2 => (agent(), error()).prop_map(|(it, error)| format!(r#""type":"action","agent":"{it}","action":[1]{error}"#)),
        2 => (agent(), proptest::sample::select(vec![r#""c""#, r#"["d","*"]"#, "7", "[]"]))
            .prop_map(|(from, to)| format!(r#""type":"message","from":"{from}","to":{to}"#)),
        2 => (-4..4_i32, 0..3_u32).prop_map(|(value, id)| format!(r#""type":"reward","value":{value},"id":"r{id}""#)),
        1 => agent().prop_map(|it| format!(r#""type":"reward","value":"2","agent":"{it}""#)),
        1 => (agent(), -3..3_i32)
            .prop_map(|(agent, it)| format!(r#""type":"reward","value":{it},"agent":"{agent}""#)),
        1 => Just(r#""type":"episode_start","agents":["q",{"id":"a"},{"name":"n"}]"#.to_owned()),
        1 => (-2..2_i32).prop_map(|it| format!(r#""type":"episode_end","status":"success","return":{it}"#)),
        1 => Just(r#""type":"metric","agent":"m","values":{}"#.to_owned()),
        1 => Just(r#""type":"credit","agent":"z","algorithm":"s","agents":{"a":1}"#.to_owned()),
        1 => Just(r#""type":"state","agent":"z","scope":"env","state":1"#.to_owned()),
        1 => Just(r#""type":"run","credit_log":1,"run":"r","agents":["p"]"#.to_owned()),
    ];
    proptest::collection::vec((body, episode), 0..40).prop_map(|lines| {
        lines.iter().map(|(body, episode)| format!(r#"{{{body},"episode":"{episode}"}}"#)).collect()
    })
}

fn indexed(lines: &[String], pass: Pass) -> Files {
    let mut files = Files::new(pass);
    let file = files.add();
    files.write(file, &lines.join("\n"));
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_list_says_what_the_episodes_say(lines in log()) {
        let mut files = indexed(&lines, Pass::Headers);
        for (index, row) in files.summaries().iter().enumerate() {
            let episode = files.store.episode(EpisodeId::from_index(index)).unwrap();
            let reward = episode.reward().filter(|it| it.source != RewardSource::Outcome).map(|it| it.value);
            prop_assert_eq!(row.acts as usize, episode.acts.len());
            prop_assert_eq!(row.errors as usize, episode.acts.iter().filter(|it| it.has_error()).count());
            prop_assert_eq!(row.agents as usize, episode.agents.len());
            prop_assert_eq!(row.reward, reward);
            prop_assert_eq!(&*row.name, &episode.name);
            prop_assert_eq!(row.run.as_deref(), episode.run.as_deref());
            prop_assert_eq!(row.open, episode.outcome.is_none());
            prop_assert_eq!(row.status.clone(), episode.outcome.and_then(|it| it.status));
            prop_assert_eq!(row.declared, !episode.declared.is_empty());
        }
    }

    #[test]
    fn headers_alone_count_what_a_full_reading_counts(lines in log()) {
        let mut quick = indexed(&lines, Pass::Headers);
        let mut thorough = indexed(&lines, Pass::Everything);
        prop_assert_eq!(quick.summaries(), thorough.summaries());
        prop_assert_eq!(quick.store.summary().records, thorough.store.summary().records);
    }

    #[test]
    fn any_bytes_in_any_pieces_are_indexed(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        lines in log(),
    ) {
        let mut files = Files::new(Pass::Headers);
        let file = files.add();
        let mut text = lines.join("\n").into_bytes();
        text.extend_from_slice(&bytes);
        files.store.read(file, 0, &text);
        let summary = files.store.summary();
        for index in 0..summary.episodes.len() {
            // The bytes are nowhere: every record is lost, and nothing else happens.
            prop_assert!(files.store.episode(EpisodeId::from_index(index)).is_err());
        }
    }
}

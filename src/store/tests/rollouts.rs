//! Which episodes are rollouts of one task.

use super::*;
use crate::model::SameTask;

/// Another file.
fn more(files: &mut Files, lines: &str) {
    let file = files.add();
    files.write(file, lines);
}

fn rollout(run: &str, name: &str, start: &str, end: &str) -> String {
    format!(
        "{{\"type\":\"run\",\"credit_log\":1,\"run\":\"{run}\"}}\n\
         {{\"type\":\"episode_start\",\"episode\":\"{name}\",{start}}}\n\
         {{\"type\":\"action\",\"episode\":\"{name}\",\"agent\":\"a\",\"action\":\"x\"}}\n\
         {{\"type\":\"episode_end\",\"episode\":\"{name}\",{end}}}\n"
    )
}

fn names(files: &mut Files, id: u32) -> Option<(SameTask, String, Option<usize>)> {
    let peers = files.store.peers(EpisodeId(id))?;
    let names: Vec<&str> = peers.members.iter().map(|it| &*it.name).collect();
    Some((peers.same, names.join(" "), peers.expected))
}

const WON: &str = r#""status":"success","return":1"#;

#[test]
fn groups_join_over_files_and_not_over_runs() {
    let mut files = one(&(rollout("r", "e0", r#""group":"g","task":"t""#, WON)
        + &rollout("s", "e1", r#""group":"g","task":"t""#, WON)));
    more(&mut files, &rollout("r", "e2", r#""group":"g","task":"t""#, r#""status":"aborted""#));
    assert_eq!(names(&mut files, 0), Some((SameTask::Group, "e0 e2".to_owned(), None)));
    assert_eq!(names(&mut files, 1), Some((SameTask::Group, "e1".to_owned(), None)));
    let peers = files.store.peers(EpisodeId(2)).expect("a group");
    assert_eq!((peers.this, peers.name.as_str(), peers.members[1].counts()), (1, "g", false));
    assert_eq!(peers.members[1].status, Some(Status::Aborted));
}

#[test]
fn without_a_group_the_task_and_the_update_make_one() {
    let of = |at: usize, update: u32| {
        rollout("r", &format!("e{at}"), &format!(r#""task":"t","update":{update}"#), WON)
    };
    let mut files = one(&(of(0, 1) + &of(1, 1) + &of(2, 2)));
    assert_eq!(names(&mut files, 0), Some((SameTask::Task, "e0 e1".to_owned(), None)));
    assert_eq!(files.store.peers(EpisodeId(0)).expect("a group").update, Some(1));
    assert_eq!(names(&mut files, 2), None);
}

#[test]
fn groups_of_one_are_compared_by_task_and_case_is_told() {
    let of = |at: usize, group: &str| {
        rollout("r", &format!("e{at}"), &format!(r#""task":"t","group":"{group}""#), WON)
    };
    let mut alone = one(&(of(0, "u0") + &of(1, "u1")));
    assert_eq!(names(&mut alone, 1), Some((SameTask::AloneInGroup, "e0 e1".to_owned(), None)));
    let mut cases = one(&(of(0, "G") + &of(1, "G") + &of(2, "g")));
    assert!(cases.store.peers(EpisodeId(0)).expect("a group").differs_in_case);
    assert_eq!(names(&mut cases, 2), Some((SameTask::Group, "e2".to_owned(), None)));
}

#[test]
fn a_group_that_grows_is_expected_to_be_as_large_as_the_others() {
    let of =
        |at: usize, group: usize| rollout("r", &format!("e{at}"), &format!(r#""group":"g{group}""#), WON);
    let whole: String = (0..6).map(|it| of(it, it / 3)).collect();
    let mut files = one(&(whole + &of(6, 2) + &of(7, 2)));
    assert_eq!(names(&mut files, 7), Some((SameTask::Group, "e6 e7".to_owned(), Some(3))));
    let before = files.store.group_stamp(EpisodeId(7));
    more(&mut files, &of(8, 2));
    assert_eq!((before, files.store.group_stamp(EpisodeId(7))), ((2, 2), (3, 3)));
    assert_eq!(names(&mut files, 7), Some((SameTask::Group, "e6 e7 e8".to_owned(), None)));
}

#[test]
fn a_state_is_the_same_in_whatever_order_it_is_written() {
    let lines = rollout("r", "e0", r#""task":"t""#, WON).replace(
        r#""action":"x"}"#,
        "\"action\":\"x\",\"turn\":4,\"pre_state\":{\"a\":1,\"b\":2}}\n\
         {\"type\":\"action\",\"episode\":\"e0\",\"agent\":\"a\",\"action\":\"y\",\"pre_state\":{\"b\":2,\"a\":1}}",
    );
    let rollout = one(&lines).store.read_rollout(EpisodeId(0)).expect("there is one");
    let [first, second] = rollout.acts.as_slice() else { panic!("{rollout:?}") };
    assert_eq!((first.turn, first.state.is_some(), first.state == second.state), (Some(4), true, true));
}

/// What is kept of a rollout whose episode is put together in full.
fn in_full(files: &Files, id: EpisodeId) -> crate::model::Rollout {
    let places = files.store.lines(id, &files.store.origins(id)).unwrap().records;
    let facts = crate::store::rollouts::act_facts(&places);
    let episode = files.store.episode(id).unwrap();
    crate::model::Rollout::of(&episode, |it| facts.get(&it).copied().unwrap_or_default())
}

#[test]
fn a_rollout_put_together_in_brief_is_the_one_put_together_in_full() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut brief, mut all) = (0, 0);
    for folder in ["sample-logs", "sample-logs/broken", "tests/data/verdicts"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|it| it != "jsonl") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let files = one(&text);
            let ids: Vec<EpisodeId> = (0..files.store.episode_count()).map(EpisodeId::from_index).collect();
            let together = files.store.read_rollouts(&ids);
            for (id, found) in ids.iter().zip(together) {
                let full = in_full(&files, *id);
                assert_eq!(files.store.read_rollout(*id).unwrap(), full, "{} {id:?}", path.display());
                assert_eq!(found.as_ref(), Some(&full), "{} {id:?}", path.display());
                let records = files.store.lines(*id, &files.store.origins(*id)).unwrap().records;
                brief += usize::from(assemble::brief("e", None, &records).is_some());
                all += 1;
            }
        }
    }
    assert!(brief > 20 && brief < all, "{brief} of {all}");
}

//! Holds the lists to a look at every act.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    app::{ActOrder, OpenEpisode, Scope, open::TOP, tests::FAILED},
    model::{ActId, AgentId, Episode},
    runtime::test_program::TestProgram,
};

/// An episode of acts by four agents, each with a parent or none, some judged; with a reward.
fn log(acts: &[(u8, u8, bool)]) -> String {
    let mut lines = String::new();
    for (at, (agent, parent, is_judged)) in acts.iter().enumerate() {
        let agent = agent % 4;
        let parents = match at.checked_sub(1 + usize::from(*parent)) {
            Some(parent) => format!(r#""a{parent}""#),
            None => String::new(),
        };
        lines += &format!(
            r#"{{"type":"action","episode":"e","id":"a{at}","ts":{at},"agent":"p{agent}","kind":"k{}","parents":[{parents}]}}"#,
            at % 3
        );
        lines += "\n";
        if *is_judged {
            lines += &format!(
                r#"{{"type":"credit","episode":"e","algorithm":"human","items":[{{"of":"a{at}","label":"mistake"}}]}}"#
            );
            lines += "\n";
        }
    }
    lines
        + r#"{"type":"reward","episode":"e","ts":99,"value":-1}
{"type":"episode_end","episode":"e","ts":99,"status":"failure"}
"#
}

/// The listed acts, as somebody would sort them who knows only their credit.
fn naive_by_size(open: &OpenEpisode) -> Vec<ActId> {
    let mut acts: Vec<ActId> = open.episode.act_ids().filter(|it| open.listed.holds(*it)).collect();
    let size = |it: &ActId| open.act_credit(*it).map_or(-1.0, |it| it.value.abs());
    acts.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
    acts
}

fn naive_culprits(open: &OpenEpisode) -> Vec<ActId> {
    let sign = if open.episode.failed() { -1.0 } else { 1.0 };
    let signed = |it: &ActId| open.act_credit(*it).map_or(0.0, |it| sign * it.value);
    let largest = open.episode.act_ids().map(|it| signed(&it)).fold(0.0, f64::max);
    let least = f64::max(1e-12, 1e-9 * largest);
    let mut acts: Vec<ActId> = open.episode.act_ids().filter(|it| signed(it) > least).collect();
    acts.sort_by(|a, b| signed(b).total_cmp(&signed(a)).then(a.cmp(b)));
    acts
}

fn naive_path(episode: &Episode, act: ActId) -> Vec<ActId> {
    let reaches = |from: ActId, to: ActId| {
        let mut todo = vec![from];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(at) = todo.pop() {
            if seen.insert(at) {
                todo.extend(episode.links.children(at).iter().map(|it| it.act));
            }
        }
        seen.contains(&to)
    };
    episode.act_ids().filter(|it| reaches(*it, act) || reaches(act, *it)).collect()
}

/// Rows and acts lead to each other.
fn check_rows(rows: &ActRows<'_>, episode: &Episode) {
    let acts = rows.to_vec();
    assert_eq!(acts.len(), rows.len());
    for (row, act) in acts.iter().enumerate() {
        assert_eq!((rows.get(row), rows.row_of(*act)), (Some(*act), Some(row)));
    }
    assert_eq!(rows.get(acts.len()), None);
    let mut absent = episode.act_ids().filter(|it| !acts.contains(it));
    assert!(absent.all(|it| rows.row_of(it).is_none()));
}

/// What the timeline shows in the chosen scope, as somebody would look for it who has no lists.
fn naive_timeline(open: &OpenEpisode) -> Vec<ActId> {
    let all = || open.episode.act_ids().filter(|it| open.listed.holds(*it));
    match open.timeline.scope {
        Scope::All => all().collect(),
        Scope::Top => {
            let with_credit = |it: &ActId| open.act_credit(*it).is_some();
            let mut top: Vec<ActId> = naive_by_size(open).into_iter().filter(with_credit).take(TOP).collect();
            top.extend(open.act.filter(|it| open.listed.holds(*it)));
            top.sort_unstable();
            top.dedup();
            top
        }
        Scope::BlamePath => {
            let named = open.analysis().and_then(|it| it.verdict.act()).or(open.act);
            let path = named.map(|it| naive_path(&open.episode, it)).unwrap_or_default();
            path.into_iter().filter(|it| open.listed.holds(*it)).collect()
        }
    }
}

/// The list of acts of view 1, made from a look at every act.
fn expected(open: &OpenEpisode) -> Vec<ActId> {
    match open.acts_in() {
        ActOrder::Time => open.episode.act_ids().filter(|it| open.listed.holds(*it)).collect(),
        ActOrder::Size => naive_by_size(open),
        ActOrder::Story => {
            let mut story = open.ranking().map_or(Vec::new(), |it| it.story.clone());
            story.extend(open.act);
            story.sort_unstable();
            story.dedup();
            story
        }
    }
}

fn check_all(program: &mut TestProgram) {
    program.press("3");
    for scope in [Scope::All, Scope::Top, Scope::BlamePath] {
        let open = program.episode();
        assert_eq!(open.timeline.scope, scope);
        check_rows(&open.timeline_acts(), &open.episode);
        assert!(open.timeline_acts().to_vec().is_sorted());
        assert_eq!(open.timeline_acts().to_vec(), naive_timeline(open), "{scope:?}");
        program.press(".");
    }
    let open = program.episode();
    assert_eq!(open.act_order().to_vec(), expected(open));
    check_rows(&open.act_order(), &open.episode);
    for act in open.episode.act_ids() {
        assert_eq!(open.episode.links.through(act), naive_path(&open.episode, act));
    }
    for agent in open.episode.agent_ids() {
        let own: Vec<ActId> =
            open.episode.act_ids().filter(|it| open.episode.act(*it).agent == agent).collect();
        assert_eq!(open.index.acts_of(agent), own);
    }
    let judged: Vec<ActId> =
        open.culprits().iter().copied().filter(|it| open.index.labels_of(*it).count() > 0).collect();
    let labels = open.episode.labels.iter().filter_map(|it| it.act);
    assert!(labels.clone().all(|it| judged.contains(&it)));
    let blamed: Vec<ActId> = open.culprits().iter().copied().filter(|it| !judged.contains(it)).collect();
    let mut naive = naive_culprits(open);
    if let Some(first) = open.analysis().and_then(|it| it.verdict.act()) {
        naive.retain(|it| *it != first);
        naive.insert(0, first);
    }
    naive.retain(|it| !judged.contains(it));
    assert_eq!(blamed, naive);
}

/// Sums of stretches of acts, signs aside.
fn check_weights(open: &OpenEpisode) {
    let ranking = open.ranking().expect("credit is known");
    for (from, to) in [(0, 1), (0, open.episode.acts.len()), (1, 3)] {
        let acts = open.episode.act_ids().skip(from).take(to - from);
        let sum: f64 = acts.filter_map(|it| open.act_credit(it)).map(|it| it.value.abs()).sum();
        assert!((ranking.weight(from, to) - sum).abs() < 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn lists_are_what_a_look_at_every_act_gives(
        acts in prop::collection::vec((0_u8..4, 0_u8..4, prop::bool::weighted(0.1)), 1..24),
        keys in prop::sample::select(vec!["", "fagent=p1\n", "fkind=k1,k2\n", "fagent=p9\n", "!fagent=p0\n"]),
    ) {
        let mut program = TestProgram::of(&log(&acts));
        program.press(keys);
        check_all(&mut program);
        check_weights(program.episode());
    }
}

#[test]
fn acts_that_came_after_the_credit_stand_behind_the_others() {
    let mut program = TestProgram::of(FAILED);
    let longer = TestProgram::of(&format!(
        "{FAILED}{}",
        r#"{"type":"action","episode":"e","id":"a9","ts":99,"agent":"coder","action":"late"}"#
    ));
    let read = Arc::clone(&longer.episode().episode).into();
    let id = program.episode().id;
    // The answers to what this asks for have not come.
    crate::app::update(
        program.model_mut(),
        crate::app::Message::Episode { id, revision: 99, result: Ok(read) },
    );
    program.press("fagent=coder\n");
    let open = program.model_mut().open.as_mut().expect("the only episode");
    assert!(open.analysis().is_some());
    assert_eq!(open.act_order().to_vec(), expected(open));
    check_rows(&open.act_order(), &open.episode);
    program.press("F d\u{1b}");
    let open = program.model_mut().open.as_mut().expect("the only episode");
    assert_eq!(open.act_order().to_vec(), expected(open));
    check_rows(&open.act_order(), &open.episode);
    assert_eq!(open.index.acts_of(AgentId(99)), []);
}

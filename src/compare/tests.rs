//! Divergences planted in recorded episodes are found where they were planted.

use super::*;
use crate::{
    model::{Act, ActId, Episode, Segmented},
    runtime::OpenedLogs,
    stats::Draws,
    store::Pass,
};

/// Recorded episodes with enough acts to part somewhere.
fn recorded() -> Vec<Episode> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "jsonl"));
    paths.sort();
    let mut episodes = Vec::new();
    for path in paths {
        let mut logs = OpenedLogs::embedded("log", &std::fs::read(path).unwrap(), Pass::Headers).unwrap();
        logs.read_all();
        let ids = (0..logs.store.episode_count()).map(crate::model::EpisodeId::from_index);
        episodes.extend(ids.map(|it| logs.store.episode(it).unwrap()));
    }
    episodes.retain(|it| it.acts.len() >= 6);
    assert!(episodes.len() >= 5, "{} episodes", episodes.len());
    episodes
}

fn below(draws: &mut Draws, n: usize) -> usize {
    ((draws.uniform() * n as f64) as usize).min(n - 1)
}

/// Whether two acts are the same to a reader.
fn is_same(a: &Act, b: &Act) -> bool {
    (a.agent, a.kind, &a.to, &a.label, &a.result, &a.error)
        == (b.agent, b.kind, &b.to, &b.label, &b.result, &b.error)
}

/// What never makes two episodes part: ids, times, a word of a long text.
fn harmless(act: &mut Act, at: usize, draws: &mut Draws) {
    act.id = format!("other-{at}");
    act.time = None;
    act.duration = act.duration.map(|it| it * 1.1);
    let mut words: Vec<String> = act.label.split(' ').map(str::to_owned).collect();
    if words.len() >= 14 && draws.uniform() < 0.5 {
        let word = below(draws, words.len());
        words[word] = "otherwise".to_owned();
        act.label = words.join(" ");
    }
}

/// Plants one divergence, and chance in what follows; where it stands.
fn plant(acts: &mut Vec<Act>, agents: usize, draws: &mut Draws) -> usize {
    let mut at = below(draws, acts.len());
    match below(draws, 6) {
        0 => acts[at].label = format!("plan {} anew", below(draws, 1_000)),
        1 => acts[at].result = format!("nothing but error {}", below(draws, 1_000)),
        2 => acts[at].error = acts[at].error.is_none().then(|| "timed out".to_owned()),
        3 => {
            // Which of several equal acts in a row is missing nobody can see: the last one, as far as one can tell.
            while at + 1 < acts.len() && is_same(&acts[at], &acts[at + 1]) {
                at += 1;
            }
            acts.remove(at);
        }
        4 => {
            let mut new = acts[below(draws, acts.len())].clone();
            new.label = format!("wait {} s", below(draws, 1_000));
            acts.insert(at, new);
        }
        _ => {
            let other = (acts[at].agent.index() + 1) % agents;
            acts[at].agent = crate::model::AgentId::from_index(other);
            acts[at].label += " instead";
        }
    }
    // One thing leads to another.
    for later in acts.iter_mut().skip(at + 1) {
        match draws.uniform() {
            chance if chance < 0.2 => later.label = format!("then {}", below(draws, 1_000)),
            chance if chance < 0.3 => later.result = format!("got {}", below(draws, 1_000)),
            _ => {}
        }
    }
    if draws.uniform() < 0.5 {
        let kept = at + 1 + below(draws, acts.len().saturating_sub(at).max(1));
        acts.truncate(kept.max(at + 1).min(acts.len()));
    }
    at
}

#[test]
fn of_a_thousand_planted_divergences_99_in_100_are_found() {
    let episodes = recorded();
    let (mut found, mut missed) = (0, Vec::new());
    for seed in 0..1_000 {
        let draws = &mut Draws::new(seed);
        let a = &episodes[below(draws, episodes.len())];
        let mut acts: Vec<Act> = a.acts.iter().cloned().collect();
        let at = plant(&mut acts, a.agents.len(), draws);
        acts.iter_mut().enumerate().for_each(|(at, act)| harmless(act, at, draws));
        let mut b = Episode { acts: Segmented::default(), ..a.clone() };
        acts.into_iter().for_each(|it| b.acts.push(it));
        let aligned = AlignedActs::of(a, &b);
        let row = aligned.first_divergence().map(|it| aligned.rows[it]);
        let is_there = |act: Option<ActId>| act.is_some_and(|it| it.index() == at);
        match row {
            Some(it) if is_there(it.a) || is_there(it.b) => found += 1,
            row => missed.push((seed, a.name.clone(), at, row)),
        }
    }
    assert!(found >= 990, "{found} of 1000; missed {:?}", &missed[..missed.len().min(5)]);
}

#[test]
fn an_episode_does_not_part_from_itself() {
    for episode in recorded() {
        let aligned = AlignedActs::of(&episode, &episode);
        assert_eq!((aligned.first_difference(), aligned.rows.len()), (None, episode.acts.len()));
    }
}

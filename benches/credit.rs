//! What a person waits for after opening an episode or changing a what-if: whole answers, from the episode to
//! the numbers (the bench `methods` times the bare arithmetic). Targets, on one core of a small machine: 100
//! ms for everything on the screen of 6 agents and 100 acts, 20 ms for one method.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

use creditscope::{
    credit::{FLIP_DRAWS, Target, best_scenario, blame, compute, explain, sweep, sweep_flips, verdict},
    forensics::examine,
    model::{
        Absence, Agent, AgentId, CoalitionTable, Credited, Episode, EpisodeId, Members, Origin, Outcome,
        Rollout, RolloutAct, RolloutCredit, Sample, Scenario,
    },
    runtime::{OpenedLogs, analyse},
    store::Pass,
    suspicion::{Words, answer_of, estimate, read, xray},
};

mod generate;

use generate::{RICH, Random, Shape};

fn generated(shape: Shape) -> Episode {
    let text = generate::episode(shape, 1);
    let mut logs = OpenedLogs::embedded("generated", &text, Pass::Headers).expect("a temporary file");
    logs.read_all();
    logs.store.episode(EpisodeId(0)).expect("it was just read")
}

/// `n` agents and all their coalitions.
fn game(n: usize) -> Episode {
    let mut random = Random(n as u64);
    let players: Vec<AgentId> = (0..n as u32).map(AgentId).collect();
    let values = (0..1_usize << n).map(|mask| {
        let agents: Members = players.iter().copied().filter(|it| mask >> it.0 & 1 == 1).collect();
        let value = Sample { mean: Some(random.unit()), std: Some(0.1), n: Some(16), ..Sample::default() };
        (agents, value, Origin::default())
    });
    Episode {
        agents: (0..n).map(|it| Agent { name: format!("agent {it}"), ..Agent::default() }).collect(),
        coalitions: vec![CoalitionTable {
            name: "all".to_owned(),
            values: values.collect(),
            players,
            absence: Absence::Removed,
        }],
        outcome: Some(Outcome { total: Some(0.5), ..Outcome::default() }),
        ..Episode::default()
    }
}

fn shapley(c: &mut Criterion) {
    let mut group = c.benchmark_group("exact Shapley");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for n in [4, 10, 16, 20] {
        let episode = game(n);
        let scenario = Scenario::of_method("shapley");
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| compute(black_box(&episode), &scenario).expect("all coalitions are there"));
        });
        // Asked for by a key: the screen waits for it.
        group.bench_function(BenchmarkId::new("explain", n), |b| {
            b.iter(|| explain(black_box(&episode), &scenario, Target::Agent(AgentId(0))));
        });
    }
    group.finish();
}

/// What an estimate costs: 100 acts of 1.4 kB of text with numbers, names and words of assumption. Target: 1.5 ms for
/// reading the texts, which is done once for each act.
fn estimate_from_text(c: &mut Criterion) {
    let mut random = Random(7);
    let words = [
        "the",
        "table",
        "Main Street",
        "holds",
        "value",
        "likely",
        "report",
        "28,797",
        "of",
        "data",
        "found",
    ];
    let text = |random: &mut Random| {
        let mut text = String::new();
        while text.len() < 1_400 {
            text += words[(random.unit() * words.len() as f64) as usize % words.len()];
            text += " ";
            if random.unit() < 0.1 {
                text += &format!("{} ", (random.unit() * 1e4) as u32);
            }
        }
        text
    };
    let log: String = (0..100)
        .map(|at| {
            let (agent, text) = (at % 5, text(&mut random));
            format!(
                r#"{{"type":"action","episode":"e","id":"s{at}","agent":"agent {agent}","action":"{text}"}}"#
            ) + "\n"
        })
        .chain([r#"{"type":"episode_end","episode":"e","status":"failure"}"#.to_owned() + "\n"])
        .collect();
    let mut logs = OpenedLogs::embedded("text", log.as_bytes(), Pass::Headers).expect("a temporary file");
    logs.read_all();
    let episode = logs.store.episode(EpisodeId(0)).expect("it was just read");
    let texts: Vec<Words> =
        episode.act_ids().map(|act| Words { act, said: text(&mut random), result: None }).collect();
    let mut group = c.benchmark_group("estimate from the text of 100 acts");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    group.bench_function("clues", |b| b.iter(|| read(black_box(&episode), texts.iter().cloned())));
    // Half of each text is what came of the act.
    let half = |it: &Words| {
        let (said, result) = it.said.split_at(it.said.len() / 2);
        Words { act: it.act, said: said.to_owned(), result: Some(result.to_owned()) }
    };
    let halves: Vec<Words> = texts.iter().map(half).collect();
    group.bench_function("clues, with results", |b| {
        b.iter(|| read(black_box(&episode), halves.iter().cloned()));
    });
    group.bench_function("P", |b| b.iter(|| estimate(black_box(&episode)).expect("a failure with text")));
    group.finish();
}

fn one_episode(c: &mut Criterion) {
    let mut group = c.benchmark_group("6 agents, 100 acts");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    let episode = generated(RICH);
    let best = best_scenario(&episode).expect("something can be computed");
    for (method, baseline) in [("difference", "policy"), ("replay-loo", "equal"), ("backprop", "uniform")] {
        let scenario = Scenario { baseline: Some(baseline.to_owned()), ..Scenario::of_method(method) };
        // A baseline with another name would measure an error message.
        let scenario =
            if compute(&episode, &scenario).is_ok() { scenario } else { Scenario::of_method(method) };
        assert!(compute(&episode, &scenario).is_ok(), "{method}");
        group.bench_function(method, |b| b.iter(|| compute(black_box(&episode), &scenario)));
    }
    group.bench_function("sweep", |b| b.iter(|| sweep(black_box(&episode), &best)));
    group.bench_function("explain", |b| {
        b.iter(|| explain(black_box(&episode), &best, Target::Agent(AgentId(0))));
    });
    group.bench_function("everything on the screen", |b| {
        b.iter(|| analyse(black_box(&episode), &Scenario::default()));
    });
    group.finish();
}

/// The demo under a what-if: the cost of an edited cell, by method and in all.
fn what_if(c: &mut Criterion) {
    let mut group = c.benchmark_group("the demo, porter dropped");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    let demo = include_bytes!("../sample-logs/forage-saboteur.jsonl");
    let mut logs = OpenedLogs::embedded("demo", demo, Pass::Headers).expect("a temporary file");
    logs.read_all();
    let episode = logs.store.episode(EpisodeId(0)).expect("it was just read");
    for method in ["shapley", "owen", "myerson", "difference", "replay-loo", "backprop", "gae"] {
        let scenario = Scenario { dropped: [AgentId(2)].into(), ..Scenario::of_method(method) };
        assert!(compute(&episode, &scenario).is_ok(), "{method}");
        group.bench_function(method, |b| b.iter(|| compute(black_box(&episode), &scenario)));
    }
    let scenario = Scenario { dropped: [AgentId(2)].into(), ..Scenario::of_method("shapley") };
    group.bench_function("everything on the screen", |b| b.iter(|| analyse(black_box(&episode), &scenario)));
    group.finish();
}

/// A failed episode of the usual size: 6 agents, 38 acts, 64 coalitions. Target: 2 ms for a method.
fn usual_episode(c: &mut Criterion) {
    let mut group = c.benchmark_group("6 agents, 38 acts");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    let episode = generated(Shape { acts: 38, ..RICH });
    let shapley = Scenario::of_method("shapley");
    assert!(compute(&episode, &shapley).is_ok());
    group.bench_function("shapley", |b| b.iter(|| compute(black_box(&episode), &shapley)));
    group.bench_function("everything on the screen", |b| b.iter(|| analyse(black_box(&episode), &shapley)));
    group.finish();
}

/// 6 agents, 100 acts, 256 runs of each of 64 coalitions. Targets: 2 ms for the verdict, 100 ms for who can be the worst and
/// P(flip) of it.
fn many_runs(c: &mut Criterion) {
    let mut group = c.benchmark_group("6 agents, 100 acts, 256 runs a coalition");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    let mut episode = generated(RICH);
    let mut random = Random(7);
    for table in &mut episode.coalitions {
        table.values.update_all(|it| *it = Sample::of_returns((0..256).map(|_| random.unit()).collect()));
    }
    let shapley = Scenario::of_method("shapley");
    group.bench_function("shapley with intervals", |b| b.iter(|| compute(black_box(&episode), &shapley)));
    let attribution = compute(&episode, &shapley).expect("all coalitions are there");
    let sweep = sweep(&episode, &shapley);
    group.bench_function("verdict", |b| b.iter(|| verdict(black_box(&episode), &attribution, &sweep)));
    let failed = episode.failed();
    group.bench_function("who can be the worst", |b| b.iter(|| blame(failed, black_box(&attribution))));
    let mut own = sweep.clone();
    own.rows.retain(|it| it.scenario.method == "shapley");
    group.bench_function("P(flip)", |b| b.iter(|| sweep_flips(black_box(&episode), &own, |_| FLIP_DRAWS)));
    group.bench_function("P(flip) of every row", |b| {
        b.iter(|| sweep_flips(black_box(&episode), &sweep, |_| FLIP_DRAWS / 4));
    });
    group.finish();
}

fn long_episode(c: &mut Criterion) {
    let mut group = c.benchmark_group("6 agents, 10,000 acts");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    let episode = generated(Shape { acts: 10_000, counterfactuals: false, ..RICH });
    let scenario = Scenario::of_method("backprop");
    assert!(compute(&episode, &scenario).is_ok());
    group.bench_function("backprop", |b| b.iter(|| compute(black_box(&episode), &scenario)));
    group.bench_function("everything on the screen", |b| {
        b.iter(|| analyse(black_box(&episode), &Scenario::default()));
    });
    group.finish();
}

/// 125 groups of 8 rollouts of two agents, ten acts each: 10,000 declared advantages.
fn advantages(advantage: impl Fn(f64, f64, f64) -> f64) -> Vec<Rollout> {
    let mut random = Random(5);
    let mut log = Vec::new();
    for group in 0..125 {
        let returns: Vec<f64> = (0..8).map(|_| random.unit()).collect();
        let mean = returns.iter().sum::<f64>() / 8.0;
        let std = (returns.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / 7.0).sqrt();
        for (at, value) in returns.iter().enumerate() {
            let declared = (advantage(*value, mean, std) * 1e6).round() / 1e6;
            let n = 8 + (group + at) % 5;
            let act = |turn: usize| RolloutAct {
                id: turn.to_string().into(),
                agent: (turn % 2) as u32,
                turn: None,
                state: None,
                tokens: None,
                reward: if turn + 1 == n { *value } else { 0.0 },
                origin: Origin::default(),
            };
            let item = |turn: usize| Credited { act: Some(turn as u32), agent: None, value: declared };
            log.push(Rollout {
                name: format!("{group}-{at}").into(),
                total: Some(*value),
                group: Some(group.to_string().into()),
                agents: vec!["a".into(), "b".into()],
                roles: vec![None, None],
                own: vec![None, None],
                acts: (0..n).map(act).collect(),
                declared: vec![RolloutCredit {
                    algorithm: "grpo".into(),
                    params: Vec::new(),
                    items: (0..n).map(item).collect(),
                }],
                ..Rollout::default()
            });
        }
    }
    log
}

/// Target: a second for 10,000 numbers, whether a form gives them or none does.
fn forensics(c: &mut Criterion) {
    let mut group = c.benchmark_group("10,000 declared advantages");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    let known = advantages(|x, mean, std| (x - mean) / (std + 1e-6));
    let unknown = advantages(|x, mean, _| ((x - mean) * 3.0).sin());
    for (name, log) in [("of verl", known), ("of no form", unknown)] {
        let log: Vec<&Rollout> = log.iter().collect();
        group.bench_function(name, |b| b.iter(|| examine(black_box(&log))));
    }
    group.finish();
}

/// The way of every value of the answer through 1,000 acts of 2 kB. Target: 50 ms.
fn way_of_values(c: &mut Criterion) {
    let mut group = c.benchmark_group("provenance");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    let episode = generated(Shape { acts: 1_000, counterfactuals: false, ..RICH });
    let mut random = Random(11);
    let mut words = Vec::new();
    for act in episode.act_ids() {
        let mut said = String::new();
        while said.len() < 2_000 {
            let (number, share) = ((random.unit() * 90_000.0) as u64, random.unit());
            said += &format!(
                "then the depot of Lyon counts {number} parcels, of which {share:.3} are lost on the way, and "
            );
        }
        words.push(Words { act, said, result: None });
    }
    let act = answer_of(&episode, &words).expect("there are acts");
    assert!(xray(&episode, &words, act).values.len() > 20);
    group.bench_function("1,000 acts of 2 kB", |b| b.iter(|| xray(&episode, black_box(&words), act)));
    group.finish();
}

criterion_group!(
    benches,
    forensics,
    shapley,
    estimate_from_text,
    way_of_values,
    one_episode,
    usual_episode,
    many_runs,
    what_if,
    long_episode
);
criterion_main!(benches);

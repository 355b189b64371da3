//! What the credit methods cost. Targets, one core of a small machine: exact Shapley n = 20 0.5 ms, n = 24
//! 10 ms, Banzhaf the same; 2.5 million sampled permutations a second at n = 20, 710,000 at n = 50, 87,000 at
//! n = 200; the sweep of 6 agents and 100 acts 16 ms. `read` sums the same table: the least any of them can take.
//! `logged coalitions` and `10^5 acts` time whole methods on an episode, as the program asks for them.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use creditscope::credit::{
    Coefficients, Drawing, Estimator, Progress, TableWalk, Walk, best_scenario, compute, interactions, sweep,
};
use creditscope::model::{
    Absence, Act, ActId, ActKind, ActionTable, Agent, AgentId, Alternative, Candidate, CoalitionTable,
    Episode, Link, LinkKind, Links, Members, Origin, Outcome, Policy, ReplayGroup, Reward, Sample, Scenario,
    Status, Timestamp, Usage,
};
use creditscope::stats::Draws;

fn random(n: usize, seed: u64) -> Vec<f64> {
    let mut draws = Draws::new(seed);
    (0..n).map(|_| draws.uniform() - 0.5).collect()
}

fn exact(c: &mut Criterion) {
    let mut group = c.benchmark_group("exact");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for n in [16usize, 20, 24] {
        let values = random(1 << n, n as u64);
        group.throughput(Throughput::Bytes(values.len() as u64 * 8));
        let read = |it: &[f64]| it.chunks_exact(32).map(|it| it.iter().sum::<f64>()).sum::<f64>();
        group.bench_with_input(BenchmarkId::new("read", n), &values, |b, it| b.iter(|| read(black_box(it))));
        group.bench_with_input(BenchmarkId::new("shapley", n), &values, |b, it| {
            b.iter(|| Coefficients::shapley(n).apply(it));
        });
        group.bench_with_input(BenchmarkId::new("banzhaf", n), &values, |b, it| {
            b.iter(|| Coefficients::banzhaf(n).apply(it));
        });
    }
    group.finish();
}

/// An episode of `n` agents in which every coalition is logged.
fn coalitions(n: u32) -> Episode {
    let mut draws = Draws::new(u64::from(n));
    let agents = (0..n).map(|it| Agent { name: format!("agent {it}"), in_roster: true, ..Agent::default() });
    let coalition = |mask: u32| {
        let agents: Members = (0..n).filter(|it| mask >> it & 1 == 1).map(AgentId).collect();
        (agents, Sample { mean: Some(draws.uniform()), ..Sample::default() }, origin(mask))
    };
    let table = CoalitionTable {
        name: "coalitions".to_owned(),
        players: (0..n).map(AgentId).collect(),
        values: (0..1 << n).map(coalition).collect(),
        absence: Absence::Null,
    };
    Episode { agents: agents.collect(), coalitions: vec![table], ..Episode::default() }
}

/// What a coalition table costs in all: looked up by its members, divided, with its caveats.
fn logged(c: &mut Criterion) {
    let mut group = c.benchmark_group("logged coalitions");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for n in [10, 16] {
        let episode = coalitions(n);
        let scenario = Scenario::of_method("shapley");
        group.bench_function(BenchmarkId::new("shapley", n), |b| {
            b.iter(|| compute(black_box(&episode), &scenario).expect("every coalition is logged"));
        });
        group.bench_function(BenchmarkId::new("pairs", n), |b| {
            b.iter(|| interactions(black_box(&episode), &scenario).expect("every coalition is logged"));
        });
    }
    group.finish();
}

/// `budget` permutations on two threads.
fn step_on_two<W: Walk + Clone + Send>(estimator: &mut Estimator<W>, budget: usize) -> Progress {
    let units = estimator.next_units(budget);
    let middle = units.start.midpoint(units.end);
    let (mut one, mut other) = (estimator.worker(), estimator.worker());
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(move || other.draw(middle..units.end));
        (one.draw(units.start..middle), second.join().expect("it does not panic"))
    });
    estimator.give(&first);
    estimator.give(&second)
}

/// Own values, and six partners each with whom more is earned.
#[derive(Clone)]
struct Graph {
    own: Vec<f64>,
    partners: Vec<[(u32, f64); 6]>,
    joined: Vec<bool>,
    value: f64,
}

impl Graph {
    fn of(n: usize) -> Self {
        let mut draws = Draws::new(n as u64);
        let mut partner = || ((draws.uniform() * n as f64) as u32, draws.uniform() * 0.1);
        let partners = (0..n).map(|_| std::array::from_fn(|_| partner())).collect();
        Self { own: random(n, 7), partners, joined: vec![false; n], value: 0.0 }
    }
}

impl Walk for Graph {
    fn n_players(&self) -> usize {
        self.own.len()
    }

    fn start(&mut self) -> f64 {
        self.joined.fill(false);
        self.value = 0.0;
        0.0
    }

    fn join(&mut self, player: usize) -> f64 {
        self.value += self.own[player];
        for (partner, more) in &self.partners[player] {
            if self.joined[*partner as usize] {
                self.value += more;
            }
        }
        self.joined[player] = true;
        self.value
    }
}

fn sampled(c: &mut Criterion) {
    let mut group = c.benchmark_group("sampled");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    const PERMUTATIONS: usize = 10_240;
    group.throughput(Throughput::Elements(PERMUTATIONS as u64));
    let values = random(1 << 20, 20);
    for drawing in [Drawing::Plain, Drawing::Antithetic] {
        let name = format!("{drawing:?} table of 20");
        let mut estimator = Estimator::new(TableWalk::new(values.as_slice()), drawing, 1);
        group.bench_function(&name, |b| b.iter(|| estimator.step(PERMUTATIONS)));
        let mut estimator = Estimator::new(TableWalk::new(values.as_slice()), drawing, 1);
        group.bench_function(format!("{name}, 2 threads"), |b| {
            b.iter(|| step_on_two(&mut estimator, PERMUTATIONS));
        });
    }
    for n in [50, 200] {
        let mut estimator = Estimator::new(Graph::of(n), Drawing::Plain, 1);
        group.bench_function(format!("graph of {n}"), |b| b.iter(|| estimator.step(PERMUTATIONS)));
        let mut estimator = Estimator::new(Graph::of(n), Drawing::Plain, 1);
        group.bench_function(format!("graph of {n}, 2 threads"), |b| {
            b.iter(|| step_on_two(&mut estimator, PERMUTATIONS));
        });
    }
    group.finish();
}

/// The methods that follow the value through time, of an episode with a value and a reward at every act.
fn through_time(c: &mut Criterion) {
    const ACTS: usize = 100_000;
    let mut group = c.benchmark_group("10^5 acts");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(ACTS as u64));
    let agents = (0..200).map(|it| Agent { name: format!("agent {it}"), ..Agent::default() });
    let values = random(ACTS, 1).into_iter().zip(random(ACTS, 2)).zip(0u32..);
    let mut episode = Episode { agents: agents.collect(), ..Episode::default() };
    for ((value, reward), at) in values {
        episode.acts.push(act(at, AgentId(at * 7919 % 200), value));
        episode.rewards.push(Reward {
            id: None,
            value: Some(reward),
            agent: None,
            source: None,
            name: None,
            of: vec![ActId(at)],
            time: None,
            step: None,
            delay: None,
            origin: origin(at),
        });
    }
    episode.links = Links::from_parents(vec![Vec::new(); ACTS]);
    for method in ["gae", "shaping", "redistribution", "discount"] {
        let scenario = Scenario::of_method(method);
        group.bench_function(method, |b| {
            b.iter(|| compute(black_box(&episode), &scenario).expect("values are logged"));
        });
    }
    group.finish();
}

fn origin(line: u32) -> Origin {
    Origin { line, ..Origin::default() }
}

fn sample(draws: &mut Draws) -> Sample {
    Sample::of_returns((0..8).map(|_| draws.uniform()).collect())
}

/// An action that logs the value of the situation before it.
fn act(at: u32, agent: AgentId, value: f64) -> Act {
    Act {
        id: format!("a{at}"),
        kind: ActKind::Action,
        agent,
        to: Vec::new(),
        time: Some(Timestamp::from_seconds(f64::from(at))),
        received: None,
        step: Some(i64::from(at)),
        duration: Some(0.5),
        category: "llm".to_owned(),
        label: String::new(),
        result: String::new(),
        error: None,
        policy: Some(Policy { value: Some(value), ..Policy::default() }),
        default_action: None,
        usage: Usage { input: Some(100), output: Some(10), cost: None },
        attempts: Vec::new(),
        trace: None,
        span: None,
        origin: origin(at),
    }
}

/// Six agents, a hundred acts, everything a log can hold of each.
fn episode() -> Episode {
    let mut draws = Draws::new(6);
    let agents = (0..6).map(|it| Agent {
        name: format!("agent {it}"),
        role: Some(format!("role {}", it % 3)),
        team: Some(format!("team {}", it % 2)),
        in_roster: true,
        ..Agent::default()
    });
    let mut episode = Episode { name: "bench".to_owned(), agents: agents.collect(), ..Episode::default() };
    let mut parents = Vec::new();
    for at in 0..100u32 {
        let label = |it: usize| format!("option {it}");
        let mut act = act(at, AgentId(at % 6), draws.uniform());
        act.label = label(0);
        if at % 5 == 4 {
            act.kind = ActKind::Message;
            act.to = vec![AgentId((at + 1) % 6)];
        }
        episode.acts.push(act);
        let from = |back: u32| at.checked_sub(back).map(|it| Link { act: ActId(it), kind: LinkKind::Logged });
        parents.push([from(1), from(3)].into_iter().flatten().collect());
        let alternative = |it: usize, draws: &mut Draws| Alternative {
            label: label(it),
            q: sample(draws),
            probability: Some(0.2),
            taken: it == 0,
            default: it == 4,
            stated: false,
            origin: origin(at),
        };
        episode.tables.push(ActionTable {
            act: ActId(at),
            alternatives: (0..5).map(|it| alternative(it, &mut draws)).collect(),
            value: Some(draws.uniform()),
            groups: Vec::new(),
        });
        let candidate = |it: usize, draws: &mut Draws| Candidate {
            j: it as i64,
            label: label(it),
            returns: sample(draws),
            q: Some(draws.uniform()),
            probability: None,
            real: it == 0,
            extra: false,
            next: Vec::new(),
            origin: origin(at),
        };
        episode.replays.push(ReplayGroup {
            name: format!("g{at}"),
            act: Some(ActId(at)),
            agent: Some(AgentId(at % 6)),
            context: None,
            frozen: Vec::new(),
            left_out: Vec::new(),
            candidates: (0..5).map(|it| candidate(it, &mut draws)).collect(),
        });
    }
    episode.links = Links::from_parents(parents);
    let coalition = |mask: u32, draws: &mut Draws| {
        let agents: Members = (0..6).filter(|it| mask >> it & 1 == 1).map(AgentId).collect();
        (agents, sample(draws), origin(mask))
    };
    episode.coalitions.push(CoalitionTable {
        name: "coalitions".to_owned(),
        players: (0..6).map(AgentId).collect(),
        values: (0..64).map(|it| coalition(it, &mut draws)).collect(),
        absence: Absence::Null,
    });
    episode.outcome =
        Some(Outcome { status: Some(Status::Failure), total: Some(0.25), ..Outcome::default() });
    episode
}

fn sweeping(c: &mut Criterion) {
    let mut group = c.benchmark_group("6 agents, 100 acts");
    group.sample_size(20).measurement_time(Duration::from_secs(1));
    let episode = episode();
    let reference = best_scenario(&episode).expect("something to divide");
    group.bench_function("sweep", |b| b.iter(|| sweep(black_box(&episode), &reference)));
    group.finish();
}

criterion_group!(benches, exact, logged, sampled, through_time, sweeping);
criterion_main!(benches);

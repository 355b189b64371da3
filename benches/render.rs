//! From a key press to a frame. Targets, one core of a small machine: 2 ms for a frame at 80x24, 5 ms at
//! 160x45, 33 ms from a key to the frame in any view, also on an episode of 4,000 acts and in a list of
//! 100,000 episodes.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{sync::Arc, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};

use creditscope::{
    app::{Key, Message, Model, update},
    graph::{self, Charset, Options},
    model::{EpisodeId, EpisodeSummary, LogSummary, Segmented},
    runtime::{Headless, OpenedLogs},
    store::Pass,
    tui::{
        run::frame,
        theme::{ColorMode, Theme},
    },
};

mod generate;

use generate::{RICH, Shape};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];
const VIEWS: [(&str, &str); 6] =
    [("credit", "1"), ("graph", "2"), ("timeline", "3"), ("methods", "4"), ("what-if", "5"), ("sweep", "S")];

fn theme() -> Theme {
    Theme::new(ColorMode::Indexed256, Charset::Unicode)
}

/// The program on one generated episode, its credit computed.
fn headless(shape: Shape, (columns, rows): (u16, u16)) -> Headless {
    let text = generate::episode(shape, 1);
    let mut logs = OpenedLogs::embedded("generated", &text, Pass::Headers).expect("a temporary file");
    logs.read_all();
    let model = Model::new(vec!["generated".to_owned()], Charset::Unicode);
    Headless::new(model, logs, columns, rows)
}

fn frames(c: &mut Criterion) {
    let mut group = c.benchmark_group("frame");
    group.sample_size(20).measurement_time(Duration::from_millis(500));
    for size in SIZES {
        let mut headless = headless(RICH, size);
        for (name, keys) in VIEWS {
            headless.keys("1");
            headless.keys(keys);
            let id = BenchmarkId::new(name, format!("{}x{}", size.0, size.1));
            group.bench_function(id, |b| b.iter(|| frame(&headless.model, theme())));
        }
    }
    group.finish();
}

/// Cursor up and down: two keys, two frames.
fn keys(c: &mut Criterion) {
    for (name, acts) in [("6 agents, 100 acts", 100), ("6 agents, 4,000 acts", 4_000)] {
        let mut group = c.benchmark_group(format!("2 keys to 2 frames, {name}"));
        group.sample_size(10).measurement_time(Duration::from_millis(500));
        let shape = Shape { acts, counterfactuals: acts == 100, ..RICH };
        let mut headless = headless(shape, (160, 45));
        let ways = [
            ("acts", "1\tjj"),
            ("agents", "1jj"),
            ("graph", "2"),
            ("timeline", "3jj"),
            ("methods", "4"),
            ("what-if", "5jj"),
        ];
        for (view, way) in ways {
            headless.keys(way);
            group.bench_function(view, |b| {
                b.iter(|| {
                    for key in ['j', 'k'] {
                        update(&mut headless.model, Message::Key(Key::char(key)));
                        frame(&headless.model, theme());
                    }
                });
            });
        }
        group.finish();
    }
}

/// What a growing log costs the thread that draws.
fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("message");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for acts in [100, 4_000] {
        let shape = Shape { acts, counterfactuals: acts == 100, ..RICH };
        let headless = headless(shape, (160, 45));
        let episode = Arc::new(headless.logs.store.episode(EpisodeId(0)).expect("it was read"));
        group.bench_function(BenchmarkId::new("the episode has grown", acts), |b| {
            b.iter_batched_ref(
                || headless.model.clone(),
                |model| {
                    let result = Ok(Arc::clone(&episode).into());
                    update(model, Message::Episode { id: EpisodeId(0), revision: 9, result });
                    frame(model, theme())
                },
                BatchSize::LargeInput,
            );
        });
    }
    let row = |it: u32| EpisodeSummary {
        name: format!("episode {it}").into(),
        acts: it,
        ..EpisodeSummary::default()
    };
    let episodes: Segmented<_> = (0..100_000).map(row).collect();
    // Each summary has a list of its own, as it does when something has changed.
    let summary = || {
        let mut episodes = episodes.clone();
        episodes.push(row(0));
        LogSummary { episodes: Arc::new(episodes), following: true, ..LogSummary::default() }
    };
    let mut model = Model::new(Vec::new(), Charset::Unicode);
    update(&mut model, Message::Resize(160, 45));
    update(&mut model, Message::Log(summary()));
    group.bench_function("a log of 100,000 episodes has grown", |b| {
        b.iter_batched(
            summary,
            |summary| {
                update(&mut model, Message::Log(summary));
                frame(&model, theme())
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn layout(c: &mut Criterion) {
    let mut group = c.benchmark_group("graph of 12 agents");
    group.sample_size(10).measurement_time(Duration::from_millis(500));
    let headless = headless(Shape { agents: 12, acts: 300, counterfactuals: false, ..RICH }, (160, 45));
    let episode = headless.logs.store.episode(EpisodeId(0)).expect("it was read");
    group.bench_function("build", |b| b.iter(|| graph::build(&episode, None)));
    let interaction = graph::build(&episode, None);
    let labels: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    let options = Options { labels: &labels, width: 129, height: 39, ..Options::default() };
    for view in [graph::View::Nodes, graph::View::Arcs, graph::View::Matrix, graph::View::Ego] {
        group.bench_function(format!("{view:?}"), |b| b.iter(|| graph::draw(view, &interaction, &options)));
    }
    group.finish();
}

criterion_group!(benches, frames, keys, messages, layout);
criterion_main!(benches);

//! From a key to a frame on an episode of 10^6 acts. Target: 16 ms a key in every view, as on one of a hundred acts:
//! what a key costs is what is on the screen. Beside it what is made once, off the loop.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{sync::Arc, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};

use creditscope::{
    app::{ActRanking, EpisodeIndex, Message, Model, Shape, update},
    graph::Charset,
    model::EpisodeId,
    runtime::{OpenedLogs, Rehearsal, analyse},
    store::Pass,
    tui::{
        run::frame,
        theme::{ColorMode, Theme},
    },
};

mod generate;

/// Views: how to come there, and the keys that are measured, which lead back to where they began.
const WAYS: [(&str, &str, &str); 17] = [
    ("credit, agents", "1", "jk"),
    ("credit, acts", "1\t", "jk"),
    ("credit, acts by half screens", "1\t", "\u{4}\u{15}"),
    ("credit, to the end and back", "1\t", "Gg"),
    ("graph", "2", "jk"),
    ("graph, edges", "2", "lh"),
    ("timeline", "3", "jk"),
    ("timeline, same agent", "3", "}{"),
    ("timeline, blame path", "3..", "jk"),
    ("step strip", "3v", "jk"),
    ("methods", "4", "jk"),
    ("what-if", "5", "jk"),
    ("blame and cause", "1", "bcC"),
    ("explain an agent", "1", "e\u{1b}"),
    ("explain an act", "1\t", "e\u{1b}"),
    ("failure attribution", "4vv", "jk"),
    ("filtered", "1\tfagent=agent_03\n", "jk"),
];

fn keys(c: &mut Criterion) {
    let theme = Theme::new(ColorMode::Indexed256, Charset::Unicode);
    let text = generate::episode(generate::MANY_ACTS, 1);
    for (columns, rows) in [(80, 24), (160, 45)] {
        let mut logs = OpenedLogs::embedded("generated", &text, Pass::Headers).expect("a temporary file");
        logs.read_all();
        let model = Model::new(vec!["generated".to_owned()], Charset::Unicode);
        let mut rehearsal = Rehearsal::unstudied(model, logs, columns, rows);
        let mut group = c.benchmark_group(format!("2 keys to 2 frames, 1,000,000 acts, {columns}x{rows}"));
        group.sample_size(10).measurement_time(Duration::from_millis(500));
        for (view, way, keys) in WAYS {
            rehearsal.keys("FD\u{1b}");
            rehearsal.keys(way);
            group.bench_function(view, |b| {
                b.iter(|| {
                    for key in keys.chars() {
                        update(&mut rehearsal.model, Message::Key(key_of(key)));
                        frame(&rehearsal.model, theme);
                    }
                });
            });
            rehearsal.keys("1");
        }
        group.finish();
    }
}

/// The key of a letter; `^D` and `^U` are written as the control characters they send.
fn key_of(letter: char) -> creditscope::app::Key {
    match letter {
        '\u{4}' => creditscope::app::Key::ctrl('d'),
        '\u{15}' => creditscope::app::Key::ctrl('u'),
        letter => Rehearsal::key(letter),
    }
}

/// What opening takes, step by step: each on a thread other than that of the screen.
fn opening(c: &mut Criterion) {
    let text = generate::episode(generate::MANY_ACTS, 1);
    let mut logs = OpenedLogs::embedded("generated", &text, Pass::Headers).expect("a temporary file");
    logs.read_all();
    let mut group = c.benchmark_group("opening 1,000,000 acts");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    group.bench_function("put together", |b| {
        b.iter(|| logs.store.episode(EpisodeId(0)).expect("it was read"));
    });
    let episode = Arc::new(logs.store.episode(EpisodeId(0)).expect("it was read"));
    group.bench_function("index", |b| b.iter(|| EpisodeIndex::of(&episode)));
    group.bench_function("graph and check", |b| b.iter(|| Shape::of(&episode)));
    group.bench_function("credit, sweep, verdict", |b| b.iter(|| analyse(&episode, &Default::default())));
    let analysis = analyse(&episode, &Default::default());
    group.bench_function("ranking", |b| {
        b.iter(|| ActRanking::of(&episode, analysis.acts.as_ref(), &analysis.verdict));
    });
    group.finish();
}

criterion_group!(benches, keys, opening);
criterion_main!(benches);

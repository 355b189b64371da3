//! From a key to a frame on an episode of 10^6 acts. Target: 16 ms a key in every view, as on an episode of a
//! hundred acts: a key costs what is on the screen. Also what is made once, off the loop.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};

use creditscope::{
    app::{ActRanking, EpisodeIndex, Message, Model, OpenEpisode, Shape, update},
    graph::Charset,
    model::EpisodeId,
    runtime::{Headless, OpenedLogs, analyse},
    store::Pass,
    tui::{
        run::frame,
        theme::{ColorMode, Theme},
    },
};

mod generate;

/// Views: the keys that lead there, and the keys that are measured, which return to where they began.
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
        let mut headless = Headless::unstudied(model, logs, columns, rows);
        let mut group = c.benchmark_group(format!("2 keys to 2 frames, 1,000,000 acts, {columns}x{rows}"));
        group.sample_size(10).measurement_time(Duration::from_millis(500));
        for (view, way, keys) in WAYS {
            headless.keys("FD\u{1b}");
            headless.keys(way);
            group.bench_function(view, |b| {
                b.iter(|| {
                    for key in keys.chars() {
                        update(&mut headless.model, Message::Key(key_of(key)));
                        frame(&headless.model, theme);
                    }
                });
            });
            headless.keys("1");
        }
        group.finish();
    }
}

/// Keys after which something is computed from all acts or agents: the way there, the key, and the way back.
const ASKING: [(&str, &str, char, &str); 8] = [
    ("commit a filter", "1\tfagent=agent_03", '\n', "FD\u{1b}"),
    ("commit a second filter", "1\tfagent=agent_03\nf!type=reward", '\n', "FD\u{1b}"),
    ("delete a filter", "1\tfagent=agent_03\nF", 'd', "\u{1b}"),
    ("what-if: another reward", "5Gkkkk", 'l', "X"),
    ("what-if: without an agent", "5Gkkkkk", '\n', "X"),
    ("messages, temperature", "4vvv", 'l', "v"),
    ("failure attribution, first", "4v", 'v', "vv"),
    ("blame path of no named act", "3.", '.', ".."),
];

/// The work of the loop from such a key until the last answer is on the screen. Threads compute the answers,
/// which does not count.
fn asking(c: &mut Criterion) {
    let theme = Theme::new(ColorMode::Indexed256, Charset::Unicode);
    let text = generate::episode(generate::MANY_ACTS, 1);
    let mut logs = OpenedLogs::embedded("generated", &text, Pass::Headers).expect("a temporary file");
    logs.read_all();
    let model = Model::new(vec!["generated".to_owned()], Charset::Unicode);
    let mut headless = Headless::unstudied(model, logs, 160, 45);
    let mut group = c.benchmark_group("the loop, from a key to the last answer, 1,000,000 acts");
    group.sample_size(10).measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(100));
    for (what, way, key, back) in ASKING {
        group.bench_function(what, |b| {
            b.iter_custom(|times| {
                let mut spent = Duration::ZERO;
                for _ in 0..times {
                    headless.model.open.iter_mut().for_each(forget);
                    headless.keys(way);
                    spent += looped(&mut headless, theme, Message::Key(key_of(key)));
                    headless.keys(back);
                    headless.keys("1");
                }
                spent
            });
        });
    }
    group.finish();
}

/// As if nobody had looked at failure attribution, and no verdict named an act.
fn forget(open: &mut OpenEpisode) {
    open.methods.failure.clear();
    open.methods.variant = Default::default();
    open.methods.split = Default::default();
    open.timeline.scope = creditscope::app::Scope::All;
    open.lists = Default::default();
    if let Some(analysis) = open.logged.get_mut()
        && !analysis.ranking.path.is_empty()
    {
        let analysis = Arc::make_mut(analysis);
        Arc::make_mut(&mut analysis.ranking).path.clear();
    }
}

/// Applies a message and all that follows from it. Returns how long the loop took, with a frame after each
/// message.
fn looped(headless: &mut Headless, theme: Theme, message: Message) -> Duration {
    let mut spent = Duration::ZERO;
    let mut messages = VecDeque::from([message]);
    while let Some(message) = messages.pop_front() {
        let began = Instant::now();
        let effects = update(&mut headless.model, message);
        frame(&headless.model, theme);
        spent += began.elapsed();
        for effect in effects {
            messages.extend(headless.answer(&effect));
            // A thread gives back what it was lent.
            let began = Instant::now();
            drop(effect);
            spent += began.elapsed();
        }
    }
    spent
}

/// The same on an episode of 100,000 agents.
fn agents(c: &mut Criterion) {
    let theme = Theme::new(ColorMode::Indexed256, Charset::Unicode);
    let text = generate::episode(generate::MANY_AGENTS, 1);
    let mut logs = OpenedLogs::embedded("generated", &text, Pass::Headers).expect("a temporary file");
    logs.read_all();
    let model = Model::new(vec!["generated".to_owned()], Charset::Unicode);
    let mut headless = Headless::unstudied(model, logs, 160, 45);
    let mut group = c.benchmark_group("2 keys to 2 frames, 100,000 agents");
    group
        .sample_size(10)
        .measurement_time(Duration::from_millis(500))
        .warm_up_time(Duration::from_millis(100));
    for (columns, rows) in [(80, 24), (160, 45)] {
        headless.send(Message::Resize(columns, rows));
        for (view, way, keys) in AGENTS {
            headless.keys(way);
            group.bench_function(format!("{view}, {columns}x{rows}"), |b| {
                b.iter(|| {
                    for key in keys.chars() {
                        update(&mut headless.model, Message::Key(key_of(key)));
                        frame(&headless.model, theme);
                    }
                });
            });
            headless.keys("1");
        }
    }
    group.finish();
}

/// Views that list agents: the keys that lead there, and the keys that are measured.
const AGENTS: [(&str, &str, &str); 8] = [
    ("credit, agents", "1", "jk"),
    ("credit, agents by name", "1", "sjks"),
    ("credit, to the end and back", "1", "Gg"),
    ("graph", "2", "jk"),
    ("graph, edges", "2", "lh"),
    ("timeline", "3", "jk"),
    ("methods", "4", "jk"),
    ("what-if", "5", "jk"),
];

/// The key for a letter; `^D` and `^U` are written as the control characters they send.
fn key_of(letter: char) -> creditscope::app::Key {
    match letter {
        '\u{4}' => creditscope::app::Key::ctrl('d'),
        '\u{15}' => creditscope::app::Key::ctrl('u'),
        letter => Headless::key(letter),
    }
}

/// What opening takes, step by step; each step runs on a thread other than the screen's.
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
        b.iter(|| ActRanking::of(&episode, analysis.acts.as_ref(), &analysis.verdict, None));
    });
    group.finish();
}

criterion_group!(benches, keys, asking, agents, opening);
criterion_main!(benches);

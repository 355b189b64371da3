//! From the bytes of a log to its list of episodes, and from there to one episode. Targets: records of 150
//! bytes in ten times what `wc -l` takes on one thread and six times on two, those of 2 kB in twice and 1.2
//! times (`compare.sh` prints the ratios); a foreign order of keys at 1.5 times the speed of sonic-rs; 100 ms
//! for an episode of 4,000 acts of 2 kB. That one is assembled anew when it has grown, but for at most a
//! fifth of the time.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{borrow::Cow, hint::black_box, io::Write, path::Path, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use creditscope::{
    log::{Scanner, is_sound, parse_line, scan_header},
    model::{EpisodeId, LogSummary},
    runtime::OpenedLogs,
    store::Pass,
};

mod generate;

use generate::{FOREIGN, LLM, RICH, SHORT, Shape};

/// Bytes of a log that is indexed.
const LOG: usize = 20 << 20;

/// The log in a file, kept in memory if the system has such files.
fn file(text: &[u8]) -> tempfile::NamedTempFile {
    let memory = Path::new("/dev/shm");
    let file = if memory.is_dir() {
        tempfile::NamedTempFile::new_in(memory)
    } else {
        tempfile::NamedTempFile::new()
    };
    let mut file = file.expect("a temporary file can be made");
    file.write_all(text).expect("there is room for it");
    file
}

fn open(path: &Path, threads: usize) -> (OpenedLogs, LogSummary) {
    let argument = path.display().to_string();
    let mut logs = OpenedLogs::open(&[argument], Pass::Headers, || {}).expect("the file is there");
    logs.set_threads(threads);
    let summary = logs.read_all();
    (logs, summary)
}

fn index(c: &mut Criterion) {
    let mut group = c.benchmark_group("index");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    let brief = Shape { acts: 5, ..SHORT };
    let logs = [
        ("150 B", SHORT),
        ("2 kB", LLM),
        ("2 kB, payload first", FOREIGN),
        ("150 B, episodes of 5 acts", brief),
    ];
    for (name, shape) in logs {
        let text = generate::log(shape, 1, LOG);
        let file = file(&text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        for threads in [1, 2] {
            let id = BenchmarkId::new(name, format!("{threads} threads"));
            group.bench_function(id, |b| b.iter_with_large_drop(|| open(file.path(), threads)));
        }
    }
    group.finish();
}

/// The fields an index needs, read by a parser that borrows from the line.
#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "only the time it takes is wanted")]
struct Borrowed<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    episode: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    agent: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    from: Option<Cow<'a, str>>,
    #[serde(default)]
    ts: Option<f64>,
}

fn lines(c: &mut Criterion) {
    let mut group = c.benchmark_group("lines");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for (name, shape) in [("150 B", SHORT), ("2 kB", LLM), ("2 kB, payload first", FOREIGN)] {
        let text = generate::log(shape, 1, 1 << 20);
        let lines: Vec<&[u8]> = text.split(|it| *it == b'\n').collect();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("Scanner", name), |b| {
            let mut scanner = Scanner::default();
            b.iter(|| {
                let mut records = 0;
                scanner.scan(black_box(&text), |_, scan| records += usize::from(scan.is_some()));
                records
            });
        });
        group.bench_function(BenchmarkId::new("serde_json, borrowed", name), |b| {
            let read = |it: &&[u8]| serde_json::from_slice::<Borrowed<'_>>(black_box(it)).is_ok();
            b.iter(|| lines.iter().filter(|it| read(it)).count());
        });
        group.bench_function(BenchmarkId::new("scan_header", name), |b| {
            b.iter(|| lines.iter().filter(|it| scan_header(black_box(it)).is_some()).count());
        });
        group.bench_function(BenchmarkId::new("is_sound", name), |b| {
            b.iter(|| lines.iter().filter(|it| is_sound(black_box(it))).count());
        });
        group.bench_function(BenchmarkId::new("serde_json, ignored", name), |b| {
            let read = |it: &&[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(black_box(it)).is_ok();
            b.iter(|| lines.iter().filter(|it| read(it)).count());
        });
        group.bench_function(BenchmarkId::new("parse_line", name), |b| {
            b.iter(|| lines.iter().map(|it| parse_line(black_box(it)).records.len()).sum::<usize>());
        });
    }
    group.finish();
}

fn episode(c: &mut Criterion) {
    let mut group = c.benchmark_group("episode");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for (kind, shape) in [("trace", LLM), ("with counterfactuals", RICH)] {
        for acts in [100, 4_000] {
            let file = file(&generate::episode(Shape { acts, ..shape }, 1));
            let (logs, _) = open(file.path(), 1);
            group.bench_function(BenchmarkId::new(kind, acts), |b| {
                b.iter(|| logs.store.episode(EpisodeId(0)).expect("it can be read"));
            });
        }
    }
    group.finish();
}

fn list(c: &mut Criterion) {
    let mut group = c.benchmark_group("list of 100,000 episodes");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    let text = generate::log(Shape { acts: 1, agents: 2, ..SHORT }, 1, 62 << 20);
    let file = file(&text);
    let (mut logs, first) = open(file.path(), 1);
    assert!(first.episodes.len() > 100_000, "{}", first.episodes.len());
    group.bench_function("nothing new", |b| b.iter(|| logs.store.summary()));
    let source = br#"{"type":"action","episode":"ep-000007","agent":"a"}"#;
    // The last list is still on the screen.
    let mut shown = first;
    group.bench_function("one episode has grown", |b| {
        b.iter(|| {
            logs.store.read(creditscope::model::FileId(0), 0, source);
            shown = logs.store.summary();
        });
    });
    group.finish();
}

criterion_group!(benches, index, lines, episode, list);
criterion_main!(benches);

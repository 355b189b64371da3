//! Searches a log in its files: bytes a second, beside `grep -c` on the same file in the same run. Targets,
//! on one core of a small machine: a word at 1 GB/s, and not slower than `grep -c` when grep has to respect
//! UTF-8.

#![allow(missing_docs, reason = "the macro of criterion makes a public function")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use creditscope::{
    runtime::{
        OpenedLogs,
        search::{Blocks, HitCollector, KEPT_HITS},
    },
    search::Pattern,
    store::{Pass, Searchable},
};

mod generate;

use generate::{LLM, SHORT};

/// Bytes of a log that is searched.
const LOG: usize = 64 << 20;

/// Name, what creditscope looks for, and the arguments by which grep counts the same.
const SEARCHES: [(&str, &str, &[&str]); 5] = [
    ("nothing", "Zanzibar", &["-c", "-F", "Zanzibar"]),
    ("a word", "Because", &["-c", "-F", "Because"]),
    ("any case", "zanzibar", &["-c", "-i", "zanzibar"]),
    ("either", "zanzibar|timbuktu", &["-c", "-i", "-E", "zanzibar|timbuktu"]),
    ("expression", r"\bstep\s+zanzibar", &["-c", "-i", "-P", r"\bstep\s+zanzibar"]),
];

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

fn searchable(path: &Path) -> (OpenedLogs, Vec<Searchable>) {
    let argument = path.display().to_string();
    let mut logs = OpenedLogs::open(&[argument], Pass::Places, || {}).expect("the file is there");
    logs.read_all();
    let all = logs.store.searchable();
    (logs, all)
}

fn found(all: &[Searchable], pattern: &Arc<Pattern>) -> u64 {
    let mut blocks = Blocks::default();
    blocks.cover(all.to_vec());
    let mut collector = HitCollector::new(Arc::clone(pattern), KEPT_HITS);
    while blocks.next(&mut |block| collector.take(&block)) {}
    collector.found()
}

/// Lines that grep counts; `None` if there is no grep, or none that knows these arguments.
fn grep(arguments: &[&str], path: &Path) -> Option<u64> {
    let mut command = Command::new("grep");
    command.env("LC_ALL", "C.UTF-8").args(arguments).arg(path).stderr(Stdio::null());
    let output = command.output().ok().filter(|it| it.status.code().is_some_and(|it| it < 2))?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn search(c: &mut Criterion) {
    for (shape_name, shape) in [("2 kB", LLM), ("150 B", SHORT)] {
        let mut group = c.benchmark_group(format!("search {shape_name}"));
        group.sample_size(10).measurement_time(Duration::from_secs(2));
        let text = generate::log(shape, 1, LOG);
        let file = file(&text);
        let (_logs, all) = searchable(file.path());
        group.throughput(Throughput::Bytes(text.len() as u64));
        for (name, pattern, arguments) in SEARCHES {
            let pattern = Arc::new(Pattern::new(pattern).expect("it is an expression"));
            let count = found(&all, &pattern);
            group.bench_function(BenchmarkId::new("creditscope", name), |b| b.iter(|| found(&all, &pattern)));
            if let Some(by_grep) = grep(arguments, file.path()) {
                assert!(by_grep <= count, "{name}: grep finds {by_grep}, we {count}");
                group.bench_function(BenchmarkId::new("grep -c", name), |b| {
                    b.iter(|| grep(arguments, file.path()));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, search);
criterion_main!(benches);

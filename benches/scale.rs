//! Logs of any size, and the index pass over them in a process of its own: for `benches/compare.sh`, which
//! compares wall time and memory with other programs in the same run.
//!
//! ```text
//! generate KIND BYTES FILE                  a seeded log of about so many bytes: short, llm or foreign
//!                                           (payload first) records; many episodes, acts or agents;
//!                                           team: 10^5 acts by 10^4 agents; other-short and other-llm, as
//!                                           others write them; python-short and python-llm, the first two
//!                                           with the separators of Python
//! index FILE [THREADS]                      reads FILE to its end, says what it found and what the rows take
//! first FILE                                the end of FILE first: the time to the list and the newest episode
//! memory [NAME]                             the most memory that the program takes of wide logs, against its
//!                                           budget; only those whose name has NAME in it
//! ```

#![allow(missing_docs, reason = "a program, not a library")]

use std::{
    fs::File,
    io::{BufWriter, Write},
    process::{Command, ExitCode},
    time::Instant,
};

use creditscope::{
    app::Message,
    runtime::{Follow, LogThread, OpenedLogs},
    source::News,
    store::Pass,
};

mod generate;
mod others;
mod wide;

use others::Length;

const USAGE: &str = "usage: scale generate short|llm|foreign|other-short|other-llm|python-short|python-llm|episodes|acts|agents|team BYTES FILE | scale index FILE [THREADS] | scale first FILE | scale memory [NAME]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        // As part of all benches there is nothing to measure.
        [] => {
            println!("{USAGE}");
            Ok(())
        }
        ["generate", kind, bytes, path] => generate(kind, bytes, path),
        ["index", path] => index(path, 0),
        ["index", path, threads] => index(path, threads.parse().unwrap_or(0)),
        ["first", path] => first(path),
        ["memory"] => memory(""),
        ["memory", name] => memory(name),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn generate(kind: &str, bytes: &str, path: &str) -> Result<(), String> {
    let bytes: u64 = bytes.parse().map_err(|_| USAGE.to_owned())?;
    let mut file = BufWriter::new(File::create(path).map_err(|it| format!("{path}: {it}"))?);
    let mut result = Ok(());
    let mut write = |piece: &str| {
        if result.is_ok() {
            result = file.write_all(piece.as_bytes());
        }
    };
    let mut spaced = String::new();
    let shape = match kind {
        "short" | "python-short" | "other-short" => generate::SHORT,
        "llm" | "python-llm" | "other-llm" => generate::LLM,
        "foreign" => generate::FOREIGN,
        "episodes" => generate::MANY_EPISODES,
        "acts" => generate::MANY_ACTS,
        "agents" => generate::MANY_AGENTS,
        "team" => generate::LARGE_TEAM,
        _ => return Err(USAGE.to_owned()),
    };
    match kind {
        "other-short" => others::write_log(Length::Short, 1, bytes, write),
        "other-llm" => others::write_log(Length::Llm, 1, bytes, write),
        "python-short" | "python-llm" => generate::write_log(shape, 1, bytes, |piece| {
            spaced.clear();
            others::as_python_writes(piece, &mut spaced);
            write(&spaced);
        }),
        _ => generate::write_log(shape, 1, bytes, write),
    }
    result.and_then(|()| file.flush()).map_err(|it| format!("{path}: {it}"))
}

fn index(path: &str, threads: usize) -> Result<(), String> {
    let mut logs = open(path)?;
    logs.set_threads(threads);
    let summary = logs.read_all();
    let (records, episodes) = (summary.records, summary.episodes.len());
    let bytes = logs.store.row_bytes() as f64 / records.max(1) as f64;
    println!(
        "{records} records, {episodes} episodes, {} bad lines, {bytes:.1} bytes a record",
        summary.bad_lines
    );
    Ok(())
}

/// Logs of the full size, in the folder for temporary files.
fn memory(name: &str) -> Result<(), String> {
    let path = std::env::temp_dir().join(format!("creditscope-wide-{}.jsonl", std::process::id()));
    let measured = wide::CASES.iter().filter(|it| it.name.contains(name)).try_for_each(|case| {
        let (size, budget) = case.full;
        let mut file = BufWriter::new(File::create(&path)?);
        (case.log)(size, &mut file)?;
        file.flush()?;
        drop(file);
        let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
        let began = Instant::now();
        let (peak, is_well) = wide::peak(command.args(case.arguments).arg(&path))?;
        let seconds = began.elapsed().as_secs_f64();
        let verdict = if !is_well {
            "FAILED"
        } else if peak >> 20 > budget {
            "OVER"
        } else {
            "ok"
        };
        let arguments = case.arguments.join(" ");
        println!(
            "{verdict:<6} {:>6} MB of {budget:>6} MB {seconds:>7.2} s  {size} {} ({arguments})",
            peak >> 20,
            case.name
        );
        std::io::Result::Ok(())
    });
    let _ = std::fs::remove_file(&path);
    measured.map_err(|it| it.to_string())
}

fn open(path: &str) -> Result<OpenedLogs, String> {
    OpenedLogs::open(&[path.to_owned()], Pass::Headers, || {}).map_err(|it| it.to_string())
}

/// What the terminal is given, and when.
fn first(path: &str) -> Result<(), String> {
    let began = Instant::now();
    let (send, messages) = crossbeam_channel::unbounded();
    let send = move |message| {
        let _ = send.send(message);
    };
    let thread = LogThread::start(|_| open(path), Follow::Never, News::Events, send)?;
    let milliseconds = |began: Instant| began.elapsed().as_secs_f64() * 1e3;
    let mut newest = None;
    for message in messages {
        match message {
            Message::Log(summary) => {
                if newest.is_none()
                    && let Some(last) = summary.episodes.last()
                {
                    println!("list after {:.1} ms: {} episodes", milliseconds(began), summary.episodes.len());
                    thread.open(last.id);
                    newest = Some(last.id);
                }
                if summary.loaded {
                    println!("all {} episodes after {:.1} ms", summary.episodes.len(), milliseconds(began));
                    return Ok(());
                }
            }
            Message::Episode { result, .. } => {
                let acts = result?.episode.acts.len();
                println!("newest episode after {:.1} ms: {acts} acts", milliseconds(began));
            }
            _ => {}
        }
    }
    Err("the log thread has ended".to_owned())
}

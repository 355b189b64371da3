//! Logs of any size, and the index pass over them in a process of its own: for `benches/compare.sh`, which
//! compares wall time and memory with other programs in the same run.
//!
//! ```text
//! generate short|llm|foreign BYTES FILE     a seeded log of about so many bytes
//! index FILE [THREADS]                      reads FILE to its end, says what it found
//! ```

#![allow(missing_docs, reason = "a program, not a library")]

use std::{
    fs::File,
    io::{BufWriter, Write},
    process::ExitCode,
};

use creditscope::{runtime::OpenedLogs, store::Pass};

mod generate;

const USAGE: &str = "usage: scale generate short|llm|foreign BYTES FILE | scale index FILE [THREADS]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        // As a part of all benches there is nothing to measure.
        [] => {
            println!("{USAGE}");
            Ok(())
        }
        ["generate", kind, bytes, path] => generate(kind, bytes, path),
        ["index", path] => index(path, 0),
        ["index", path, threads] => index(path, threads.parse().unwrap_or(0)),
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
    let shape = match kind {
        "short" => generate::SHORT,
        "llm" => generate::LLM,
        "foreign" => generate::FOREIGN,
        _ => return Err(USAGE.to_owned()),
    };
    let bytes: u64 = bytes.parse().map_err(|_| USAGE.to_owned())?;
    let mut file = BufWriter::new(File::create(path).map_err(|it| format!("{path}: {it}"))?);
    let mut result = Ok(());
    generate::write_log(shape, 1, bytes, |piece| {
        if result.is_ok() {
            result = file.write_all(piece.as_bytes());
        }
    });
    result.and_then(|()| file.flush()).map_err(|it| format!("{path}: {it}"))
}

fn index(path: &str, threads: usize) -> Result<(), String> {
    let mut logs = OpenedLogs::open(&[path.to_owned()], Pass::Headers, || {}).map_err(|it| it.to_string())?;
    let _ = threads;
    let summary = logs.read_all();
    println!(
        "{} records, {} episodes, {} bad lines",
        summary.records,
        summary.episodes.len(),
        summary.bad_lines
    );
    Ok(())
}

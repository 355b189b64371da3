//! From a line appended to a log to the frame that shows it: the real program in a pseudo-terminal at 80x24.
//!
//! ```text
//! cargo bench --bench tail -- ROW... [n=500] [view=3]
//!   events            a small log, file events
//!   poll              the same, `--poll`
//!   acts=10000        the episode that grows has so many acts already
//!   llm=1073741824    it stands behind so many bytes of other episodes, with records of 2 kB
//!   short=104857600   the same with records of 150 B
//!   less, tail        `less +F` and `tail -f` on the small log, in place of the program
//! ```
//!
//! Lines are appended one at a time, 150 to 400 ms apart. The time of each runs from the return of write() to
//! the arrival of the bytes after which the screen, as a terminal emulator shows it, has the id of the
//! record. Then the log grows by 100 lines a second, then not at all; the time on a processor comes from
//! /proc.

#![cfg_attr(not(target_os = "linux"), allow(unused))]
#![allow(missing_docs, reason = "a program, not a library")]
#![allow(clippy::unwrap_used, reason = "parts of the tests, which may")]

#[cfg(target_os = "linux")]
mod generate;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/terminal/process.rs"]
mod process;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/terminal/session.rs"]
mod session;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/terminal/wire.rs"]
mod wire;

#[cfg(target_os = "linux")]
#[path = "tail/rows.rs"]
mod rows;

const USAGE: &str =
    "usage: tail events|poll|acts=N|llm=BYTES|short=BYTES|less|tail... [n=APPENDS] [view=DIGIT]";

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    // As part of all benches there is nothing to measure.
    if arguments.is_empty() {
        println!("{USAGE}");
        return std::process::ExitCode::SUCCESS;
    }
    let mut setting = rows::Setting { appends: 500, view: '3' };
    let mut todo = Vec::new();
    for argument in &arguments {
        let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
        let number = || value.parse::<usize>().ok();
        let row = match name {
            "n" => number().map(|it| setting.appends = it.max(1)).map(|()| None),
            "view" => value.chars().next().map(|it| setting.view = it).map(|()| None),
            "events" => Some(Some(rows::Row::default())),
            "poll" => Some(Some(rows::Row { poll: true, ..Default::default() })),
            "acts" => number().map(|acts| Some(rows::Row { acts, ..Default::default() })),
            "llm" => number().map(|it| Some(rows::Row::behind(generate::LLM, it))),
            "short" => number().map(|it| Some(rows::Row::behind(generate::SHORT, it))),
            "less" => Some(Some(rows::Row::instead("exec less +F \"$1\""))),
            "tail" => Some(Some(rows::Row::instead("exec tail -f \"$1\""))),
            _ => None,
        };
        match row {
            Some(row) => todo.extend(row.map(|row| (argument, row))),
            None => {
                eprintln!("{USAGE}");
                return std::process::ExitCode::FAILURE;
            }
        }
    }
    rows::heading(setting);
    for (name, row) in todo {
        row.run(name, setting);
    }
    std::process::ExitCode::SUCCESS
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("processes are looked at through /proc, which is not here; {USAGE}");
}

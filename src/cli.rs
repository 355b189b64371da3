//! The command line: arguments, one file per subcommand, and the way from an error to an exit code.

mod arguments;
mod audit;
mod check;
mod check_follow;
mod config;
mod convert;
mod diff;
mod diff_runs;
mod fail_rule;
mod filters;
mod fit;
mod formats;
mod groups;
mod headless;
mod last_copy;
mod log_options;
mod map;
mod method_help;
mod methods;
mod output_format;
mod picture;
mod progress;
mod replay;
mod report;
mod screen;
mod search;
mod sessions;
mod stdin;
mod training;
mod unread;

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    process::ExitCode,
};

use anyhow::Context;
use clap::{CommandFactory, Parser};
use serde::Serialize;

use crate::{app::action, config::Setting, import, log, tui::supervisor};

use stdin::Patience;

pub use arguments::{Arguments, Command};

/// Exit code: a `--fail` rule hit.
const RULE_HIT: u8 = 2;
/// Exit code: more bad lines than `--max-bad`.
const TOO_MANY_BAD: u8 = 3;
/// Exit code: ended by `^C`.
const INTERRUPTED: u8 = 130;
/// Exit code: ended by SIGTERM.
const TERMINATED: u8 = 143;

/// Runs the program with the arguments of the process. Returns the exit code.
pub fn main() -> ExitCode {
    silence_contained_panics();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; anything else is a usage error.
            let code = u8::from(error.use_stderr());
            print_usage_error(&error);
            return ExitCode::from(code);
        }
    };
    match run(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Names of files and of episodes are quoted in it.
            let text: Vec<String> = format!("{error:#}").split('\n').map(crate::text::clean).collect();
            let _ = writeln!(io::stderr(), "creditscope: {}", text.join("\n"));
            ExitCode::from(1)
        }
    }
}

/// A damaged table is told as a finding, not as the panic of the crate that reads it.
fn silence_contained_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !import::is_contained() {
            before(info);
        }
    }));
}

/// Prints what clap says. It repeats arguments as they are, so those that could move the cursor or change the title are
/// cleaned, at the cost of colours.
fn print_usage_error(error: &clap::Error) {
    let is_hostile = |it: std::ffi::OsString| it.to_string_lossy().contains(char::is_control);
    if std::env::args_os().any(is_hostile) {
        let text = error.render().to_string();
        let lines: Vec<String> = text.split('\n').map(crate::text::clean).collect();
        let _ = write!(io::stderr(), "{}", lines.join("\n"));
    } else {
        let _ = error.print();
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|it| it.downcast_ref::<io::Error>());
    io.is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe)
}

fn run(mut arguments: Arguments) -> anyhow::Result<u8> {
    let to_screen = arguments.command.is_none() && io::stdout().is_terminal();
    if arguments.open.plain {
        supervisor::write_plainly();
    }
    if let Some(code) = to_screen.then(supervisor::supervise).flatten() {
        return Ok(code);
    }
    let mut loaded = config::Loaded::read(arguments.config.as_deref())?;
    if !to_screen {
        for problem in loaded.problems() {
            eprintln!("creditscope: {problem}");
        }
    }
    action::install(loaded.config.bindings().to_vec());
    if let Some(logs) = arguments.logs_mut() {
        logs.find_map(&loaded.config)?;
    }
    match arguments.command {
        None => {
            let mut options = arguments.open;
            loaded.take_flags(&options.screen);
            stdin::fill(&mut options.logs.logs, if to_screen { Patience::Short } else { Patience::Endless });
            screen::run(&options, &loaded)
        }
        Some(Command::Report(mut options)) => {
            options.scenario.preferred = loaded.preferred();
            options.rules.clone_from(&loaded.config.rules);
            options.size.get_or_insert_with(|| loaded.config.word(Setting::Size).to_owned());
            stdin::fill(&mut options.logs.logs, Patience::Endless);
            report::run(&options)
        }
        Some(Command::Diff(options)) => diff::run(&options),
        Some(Command::Check(mut options)) => {
            if !options.rules {
                stdin::fill(&mut options.logs.logs, Patience::Endless);
            }
            check::run(&options)
        }
        Some(Command::Audit(mut options)) => {
            stdin::fill(&mut options.logs.logs, Patience::Endless);
            audit::run(&options)
        }
        Some(Command::Methods(options)) => methods::run(&options),
        Some(Command::Formats(options)) => formats::run(&options),
        Some(Command::Map(options)) => map::run(&options),
        Some(Command::Convert(mut options)) => {
            stdin::fill(&mut options.logs.logs, Patience::Endless);
            convert::run(&options)
        }
        Some(Command::Sessions(options)) => sessions::run(&options),
        Some(Command::Replay(options)) => replay::run(&options),
        Some(Command::Fit(options)) => fit::run(&options),
        Some(Command::Config(options)) => config::run(&options, loaded),
        Some(Command::Schema) => print(log::SCHEMA),
        Some(Command::Completions { shell }) => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "creditscope", &mut out);
            print(&String::from_utf8_lossy(&out))
        }
        Some(Command::Man) => {
            let mut out = Vec::new();
            clap_mangen::Man::new(Arguments::command())
                .render(&mut out)
                .context("cannot write the manual")?;
            print(&String::from_utf8_lossy(&out))
        }
    }
}

/// Writes to stdout in one go.
fn print(text: &str) -> anyhow::Result<u8> {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// Writes JSON to stdout as it is made, indented and ended by a line end.
fn print_json(json: &impl Serialize) -> anyhow::Result<u8> {
    print_with(|out| {
        serde_json::to_writer_pretty(&mut *out, json)?;
        out.write_all(b"\n")
    })
}

/// Writes the parts of a text to stdout as they are made.
fn print_parts(mut parts: impl Iterator<Item = String>) -> anyhow::Result<u8> {
    print_with(|out| parts.try_for_each(|it| out.write_all(it.as_bytes())))
}

/// Writes to stdout what `write` makes, as it is made.
fn print_with(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<u8> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    write(&mut out)?;
    out.flush()?;
    Ok(0)
}

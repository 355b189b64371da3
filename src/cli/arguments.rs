//! The arguments of the command line.

use std::str::FromStr;

mod replay;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{log_options::LogOptions, method_help, output_format::OutputFormat};
use crate::{
    app::{Action, ThemeChoice, command_line::ScenarioOptions, keymap},
    credit::MessageSetting,
    import::RowMap,
    model::Severity,
    tui::theme::ColorChoice,
};

pub use replay::{AbsenceWord, Replay};

/// The keys and other notes for `--help`.
fn after_help() -> String {
    let [blame, explain, cause, what_if, sweep, help] =
        [Action::NextCulprit, Action::Explain, Action::Cause, Action::WhatIf, Action::Sweep, Action::Help]
            .map(Action::key);
    let views = keymap::view_digits();
    format!(
        "\
Keys: {blame} the act to blame, {explain} the arithmetic, {cause} its cause, {what_if} what-if, \
{sweep} sweep of all methods, {views} views, {help} all keys.
Exit codes: 0 ok, 1 usage, unreadable input or no episode, 2 a --fail rule hit, 3 more bad lines than --max-bad,
130 interrupted.
Reads logs, never writes to one; uses no network."
    )
}

/// A terminal debugger for multi-agent episodes: who earned or lost the reward, at which act, by what
/// arithmetic, and whether another baseline would say otherwise.
///
/// Without a LOG it reads what is piped into it, else it opens the embedded demo: a foraging team with a saboteur.
/// When stdout is not a terminal it prints the report.
#[derive(Debug, Parser)]
#[command(version, after_help = after_help(), args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do; without one, open the logs in the terminal.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Read this configuration instead of ~/.config/creditscope/config.toml
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<std::path::PathBuf>,
    /// Options of the terminal.
    #[command(flatten)]
    pub open: Open,
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print verdict, credit table, sums and caveats
    Report(Box<Report>),
    /// Compare two episodes (where they part, whose credit differs) or two runs, pair by pair
    Diff(Box<Diff>),
    /// List structural problems with file:line
    Check(Check),
    /// Recompute declared credit and diagnose the replays behind it
    Audit(Audit),
    /// Say what each credit method computes, from what, and what can be set
    Methods(Methods),
    /// List the formats of logs that are read
    Formats(Formats),
    /// Propose what the columns of rows mean, and print the command that reads them
    Map(Map),
    /// Write any log that is read as a native one, as JSON Lines or as a table
    Convert(Convert),
    /// List sessions of coding agents in their usual places, newest first; opens none of them
    Sessions(Sessions),
    /// Have what a log lacks run again by an outside program: coalitions of agents, or alternatives of an act
    Replay(Replay),
    /// Fit the estimate from the text anew on annotated failures, and say how often it is right about others
    Fit(Fit),
    /// Print the configuration in force, with the origin of each value
    Config(ConfigOptions),
    /// Print the JSON Schema of the native log
    Schema,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Opening logs in the terminal.
#[derive(Debug, Args)]
#[command(mut_arg("log_format", |it| it.visible_alias("format")))]
pub struct Open {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
    /// Open this episode
    #[arg(long, short)]
    pub episode: Option<String>,
    /// Write lines of text instead of a screen, for screen readers and terminals that cannot draw
    #[arg(long)]
    pub plain: bool,
    /// What goes before the configuration.
    #[command(flatten)]
    pub screen: ScreenFlags,
}

/// Flags of the terminal that go before the configuration.
#[derive(Debug, Default, Args)]
pub struct ScreenFlags {
    /// Follow the logs as they grow, also when every episode has ended
    #[arg(long, short, conflicts_with = "no_follow")]
    pub follow: bool,
    /// Follow, and show the newest episode as soon as it begins
    #[arg(long, conflicts_with = "no_follow")]
    pub follow_newest: bool,
    /// Do not follow, even when an episode is open
    #[arg(long)]
    pub no_follow: bool,
    /// Look for changes ten times a second instead of waiting for file events, on mounts where none come
    #[arg(long)]
    pub poll: bool,
    /// Colours: auto, never, always, 16, 256, truecolor
    #[arg(long, value_name = "WHEN", value_parser = color)]
    pub color: Option<String>,
    /// Which colours: terminal, dark, light, safe (for colour-blind eyes), 16, mono
    #[arg(long, value_name = "NAME", value_parser = theme)]
    pub theme: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
}

/// The word of a colour choice.
fn color(text: &str) -> Result<String, String> {
    ColorChoice::from_str(text).map(|_| text.to_owned())
}

fn theme(text: &str) -> Result<String, String> {
    let known = ThemeChoice::of_word(text).map(|_| text.to_owned());
    known.ok_or_else(|| format!("one of {}", ThemeChoice::WORDS))
}

/// `config`.
#[derive(Debug, Args)]
pub struct ConfigOptions {
    /// Print the file to start from instead: every setting with its default and what it does
    #[arg(long, conflicts_with_all = ["schema", "follow", "follow_newest", "no_follow", "poll", "color", "theme", "ascii"])]
    pub default: bool,
    /// Print the JSON Schema of the file instead, for editors
    #[arg(long, conflicts_with_all = ["follow", "follow_newest", "no_follow", "poll", "color", "theme", "ascii"])]
    pub schema: bool,
    /// Flags as the terminal takes them.
    #[command(flatten)]
    pub screen: ScreenFlags,
}

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
    /// The episode; without it, the first one that failed, else the first
    #[arg(long, short)]
    pub episode: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = OutputFormat::TEXT)]
    pub format: OutputFormat,
    /// Also print the arithmetic of this agent's or act's credit; repeatable
    #[arg(long, value_name = "AGENT|ACT")]
    pub explain: Vec<String>,
    /// Also print every point of this curve: a parameter such as rho, 'METHOD PARAMETER', or all; repeatable
    #[arg(long, value_name = "NAME")]
    pub curve: Vec<String>,
    /// Print all episodes as one run instead: credit of each agent over the run, falls and where they began, trends, what
    /// moves together
    #[arg(long, conflicts_with_all = ["episode", "explain", "curve", "failure", "keys", "search", "filter", "fail"])]
    pub run: bool,
    /// Also trace each value of the answer back to where it entered; --provenance=ACT: of this act
    #[arg(long, value_name = "ACT", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub provenance: Option<String>,
    /// Also print what surrounds the acts: state and who holds an old value, metrics, teamwork, work of each agent, when rewards
    /// came; --context=ACT: the state after this act
    #[arg(long, value_name = "ACT", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub context: Option<String>,
    /// Print what the groups of each run gave to learn from instead, by task and agent: groups without a spread, pushes up
    /// and down, wrong signs; as text, json or csv
    #[arg(long, conflicts_with_all = ["episode", "explain", "keys", "method", "baseline", "drop", "search", "filter"])]
    pub groups: bool,
    /// Also say where it was lost when the episode did not fail
    #[arg(long)]
    pub failure: bool,
    /// The least return that counts as a success; without it, what tells the run's successes from its failures,
    /// else 1
    #[arg(long, value_name = "RETURN", allow_hyphen_values = true, value_parser = finite)]
    pub success: Option<f64>,
    /// Reward units that a unit of score moves a message's part by
    #[arg(long, value_name = "NUMBER", default_value_t = MessageSetting::default().beta, allow_hyphen_values = true, value_parser = finite)]
    pub message_beta: f64,
    /// Temperature of the split of credit over messages by score
    #[arg(long, value_name = "NUMBER", default_value_t = MessageSetting::default().tau, value_parser = temperature)]
    pub message_tau: f64,
    /// Leave cells of --format csv as they are; without it, text that a spreadsheet would take for a formula gets an
    /// apostrophe in front
    #[arg(long)]
    pub raw_cells: bool,
    /// Columns and rows of --format screen and svg, at most 1,000,000 cells; without it what the configuration says, else 100x30
    #[arg(long, value_name = "COLSxROWS")]
    pub size: Option<String>,
    /// The rules of runs that the configuration has.
    #[arg(skip)]
    pub rules: Vec<crate::app::rules::RuleChoice>,
    /// Keys to press before the picture of --format screen and svg
    #[arg(long, default_value = "")]
    pub keys: String,
    /// Exit with 2 when this holds in any episode (in --episode, if given), such as 'residual > 0.05' or
    /// 'share(coder) >= 0.5'; with --search 'matches > 0'; repeatable
    #[arg(long, value_name = "RULE")]
    pub fail: Vec<String>,
    /// Exit with 3 when more lines than this could not be read
    #[arg(long, value_name = "N")]
    pub max_bad: Option<u64>,
    /// Print the records that match this regular expression instead, raw or with JSON escapes undone, with
    /// file:line, agent and the text around; case matters where an upper-case letter is typed. Streams: needs no
    /// memory for a large log. --fail 'matches > 0' sets the exit code
    #[arg(long, value_name = "REGEX", conflicts_with_all = ["explain", "keys", "method", "baseline", "drop"])]
    pub search: Option<String>,
    /// List only acts, episodes, or records of --search that pass: agent=NAME, type=TYPE, kind=KIND,
    /// status=failure, 'reward<0.5', error, /regex/ or text=REGEX, with ! in front for the opposite; repeatable.
    /// Changes no number, and the report says what is not listed
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Vec<String>,
    /// What to compute.
    #[command(flatten)]
    pub scenario: Scenario,
}

fn finite(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if number.is_finite() { Ok(number) } else { Err("no return is beyond or below it".to_owned()) }
}

fn temperature(text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|it| it.is_finite() && *it > 0.0);
    value.ok_or_else(|| "a number above 0".to_owned())
}

/// What to compute.
#[derive(Debug, Default, Args)]
pub struct Scenario {
    /// Credit method; without it, the best the log supports
    #[arg(long, long_help = method_help::methods(), value_parser = method_help::MethodName, hide_possible_values = true)]
    pub method: Option<String>,
    /// What the configuration prefers without one.
    #[arg(skip)]
    pub preferred: Option<String>,
    /// Baseline of the method
    #[arg(long, long_help = method_help::baselines())]
    pub baseline: Option<String>,
    /// Whose reward is credited: `team`, `sum` (of what all agents earn for themselves), an agent or a team of
    /// several; without it the team's if it is logged, else the sum if all own rewards have one sign
    #[arg(long, value_name = "WHOSE")]
    pub reward_of: Option<String>,
    /// Take this agent out of the game; repeatable
    #[arg(long, value_name = "AGENT")]
    pub drop: Vec<String>,
    /// Total reward in place of the logged one
    #[arg(long, allow_hyphen_values = true)]
    pub reward: Option<f64>,
    /// Discount factor per step
    #[arg(long)]
    pub discount: Option<f64>,
    /// What an act does instead; ACTION may be `default`; repeatable
    #[arg(long, value_name = "ACT=ACTION")]
    pub set: Vec<String>,
    /// Credit only the acts from FIRST to LAST; either may be left out
    #[arg(long, value_name = "FIRST..LAST")]
    pub window: Option<String>,
    /// A parameter of the method; repeatable
    #[arg(long, value_name = "NAME=NUMBER", long_help = method_help::params())]
    pub param: Vec<String>,
    /// Seed of anything drawn at random
    #[arg(long)]
    pub seed: Option<u64>,
}

impl Arguments {
    /// The logs of the command, if it reads any.
    pub(super) fn logs_mut(&mut self) -> Option<&mut LogOptions> {
        Some(match self.command.as_mut() {
            None => &mut self.open.logs,
            Some(Command::Report(it)) => &mut it.logs,
            Some(Command::Diff(it)) => &mut it.logs,
            Some(Command::Check(it)) => &mut it.logs,
            Some(Command::Audit(it)) => &mut it.logs,
            Some(Command::Convert(it)) => &mut it.logs,
            Some(Command::Fit(it)) => &mut it.logs,
            _ => return None,
        })
    }
}

impl Scenario {
    /// As options of the application.
    pub fn options(&self) -> ScenarioOptions {
        ScenarioOptions {
            method: self.method.clone(),
            preferred: self.preferred.clone(),
            baseline: self.baseline.clone(),
            reward_of: self.reward_of.clone(),
            drop: self.drop.clone(),
            reward: self.reward,
            discount: self.discount,
            set: self.set.clone(),
            window: self.window.clone(),
            param: self.param.clone(),
            seed: self.seed,
        }
    }
}

/// What `check --follow` prints, for `--help`.
const CHECK_AFTER_HELP: &str = "\
Rules of --fail: QUANTITY < <= > >= = != NUMBER, joined by and, or, not and parentheses; `for 5`: in 5 episodes in a row.
R, residual, errors, acts, acts(AGENT), credit(AGENT), share(AGENT) of the loss (of the gain), failed, least = AGENT;
fall(AGENT) or fall(*): CUSUM in deviations; drift(AGENT) < -.05 per 100, or > 3sigma; tau(prev); rate(RULE, 30) > .1

With --follow every event is printed as it happens, as a line of text or, with --format json, an object a line:
  file, generation   a file is read from its start or began anew (file, file_id, generation, reason, device, inode)
  bad_line, finding  what is wrong (file, file_id, generation, line, offset, rule, reason; finding: severity)
  caught_up          what was there at the start was read (records)
  summary            last, also after ^C (ended: idle, interrupted, finished; records_by_type, bad_lines, rules,
                     generations; counters: what `seq` says: writers, gaps, missing (null: not known,
                     as a writer was not seen to begin), missing_at_least, restarts, shared_files, turns)
Exit codes: 0 ok, 1 usage, unreadable input or no episode, 2 --fail-on hit, 3 more bad lines than --max-bad,
130 interrupted.";

/// `map`.
#[derive(Debug, Args)]
pub struct Map {
    /// Rows: JSON Lines, CSV or Parquet
    pub file: String,
    /// Try this map instead of a proposal
    #[arg(long, value_name = "WHAT=PATH,..")]
    pub map: Option<RowMap>,
}

/// What `convert` writes, for `--help`.
const CONVERT_AFTER_HELP: &str = "\
A native log is copied byte for byte, so to convert what was converted changes nothing, and the credit of what was
converted is the credit of the log. Several files keep their folders below --output. A table of Parquet has the line
in its column `record` and type, run, episode, id, agent, ts, seq and value beside it, for those who query tables.
Exit codes: 0 ok, 1 usage, or something could not be read or written.";

/// `convert`.
#[derive(Debug, Args)]
#[command(after_help = CONVERT_AFTER_HELP)]
pub struct Convert {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
    /// What to write; without it what the ending of --output says, else JSON Lines
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: Option<NativeFormat>,
    /// The file to write, or the folder where several files are read; without it stdout
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<std::path::PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
}

impl Convert {
    /// What is written.
    pub fn format(&self) -> NativeFormat {
        let ending = self.output.as_ref().and_then(|it| it.extension()).and_then(|it| it.to_str());
        let by_ending = NativeFormat::value_variants().iter().find(|it| Some(it.ending()) == ending);
        self.to.or(by_ending.copied()).unwrap_or(NativeFormat::Jsonl)
    }
}

/// How native records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NativeFormat {
    /// JSON Lines: one record a line
    Jsonl,
    /// A table of Parquet: one record a row
    #[cfg(feature = "parquet")]
    Parquet,
}

impl NativeFormat {
    /// The ending of a file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
        }
    }
}

/// `sessions`.
#[derive(Debug, Args)]
pub struct Sessions {
    /// The most sessions to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// `fit`.
#[derive(Debug, Args)]
#[command(mut_arg("logs", |it| it.required(true)), mut_arg("no_annotations", |it| it.hide(true)))]
pub struct Fit {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
}

/// What `diff` calls the two.
const DIFF_NAMES: [&str; 2] = ["A", "B"];
/// What `diff` compares.
const DIFF_LOGS: &str = "The two to compare: LOG#EPISODE, or LOG if it holds one episode; two LOGs of several are compared as runs";

/// `diff`.
#[derive(Debug, Args)]
#[command(mut_arg("logs", |it| it.help(DIFF_LOGS).required(true).num_args(2..=2).value_names(DIFF_NAMES)))]
pub struct Diff {
    /// What to compare.
    #[command(flatten)]
    pub logs: LogOptions,
    /// How to print
    #[arg(long, value_enum, default_value_t = MethodsFormat::Text)]
    pub format: MethodsFormat,
    /// Instead compare --method with this method on one run, named twice: whom each blames, how far their orders agree
    #[arg(long, value_name = "METHOD", requires = "method", conflicts_with = "fail", value_parser = method_help::MethodName, hide_possible_values = true)]
    pub against: Option<String>,
    /// Exit with 2 when this holds, such as 'reward < -0.1', 'credit(AGENT) < 0' (both B - A) or 'acts > 0' (acts that
    /// are not the same); repeatable
    #[arg(long, value_name = "RULE")]
    pub fail: Vec<String>,
    /// What to compute.
    #[command(flatten)]
    pub scenario: Scenario,
}

/// `check` has no demo.
const CHECK_LOGS: &str =
    "Files, directories, globs (gzip and zstd too), or - for stdin; none: stdin if it is piped";

/// `check`.
#[derive(Debug, Args)]
#[command(after_help = CHECK_AFTER_HELP, mut_arg("logs", |it| it.help(CHECK_LOGS)))]
pub struct Check {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
    /// How to print
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Read no log: print every rule, how grave its findings are and what they mean
    #[arg(long, conflicts_with_all = ["logs", "max_bad", "fail_on", "follow", "fail"])]
    pub rules: bool,
    /// Exit with 2 when this holds in an episode or over several, and name the episode: 'R < -0.5 and share(coder) > 0.5',
    /// 'fall(*) > 10', 'acts(scout) < 2 for 5'; see below; repeatable
    #[arg(long, value_name = "RULE", conflicts_with = "follow")]
    pub fail: Vec<String>,
    /// Exit with 3 when more lines than this could not be read
    #[arg(long, value_name = "N")]
    pub max_bad: Option<u64>,
    /// Exit with 2 when a finding is at least this severe
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub fail_on: Option<FailOn>,
    /// Follow the logs as they grow, wait for those that are not there yet, and print what happens
    #[arg(long, short)]
    pub follow: bool,
    /// End after this many seconds without a new byte
    #[arg(long, value_name = "SECONDS", requires = "follow", value_parser = seconds)]
    pub idle_exit: Option<f64>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|it: &f64| (0.0..=1e9).contains(it));
    seconds.ok_or_else(|| "a number of seconds, 0 or more".to_owned())
}

/// `methods`.
#[derive(Debug, Args)]
pub struct Methods {
    /// Only these; without one, all of them
    #[arg(value_name = "METHOD", value_parser = method_help::MethodName, hide_possible_values = true)]
    pub methods: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = MethodsFormat::Text)]
    pub format: MethodsFormat,
}

/// `formats`.
#[derive(Debug, Args)]
pub struct Formats {
    /// How to print
    #[arg(long, value_enum, default_value_t = MethodsFormat::Text)]
    pub format: MethodsFormat,
}

/// How `methods`, `formats` and `diff` print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodsFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For documentation
    Markdown,
}

/// How `check` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// One finding a line
    Text,
    /// One object
    Json,
}

/// How `audit` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people
    Text,
    /// One object
    Json,
    /// Advantages of groups, each beside the right one
    Csv,
}

/// `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
    /// Only this episode; without it, all of them together
    #[arg(long, short)]
    pub episode: Option<String>,
    /// Also print the diagnostics as the reference implementation of C3 computes them
    #[arg(long)]
    pub c3_compat: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub format: AuditFormat,
    /// Exit with 2 when this holds, such as 'residual > 0.05', 'fidelity < 0.8' or 'forensics != expected'; also
    /// worst_recomputed, variance, influence, wrong_signs, findings, bad_lines; with --c3-compat the diagnostics are those of C3; repeatable
    #[arg(long, value_name = "RULE")]
    pub fail: Vec<String>,
    /// Exit with 3 when more lines than this could not be read
    #[arg(long, value_name = "N")]
    pub max_bad: Option<u64>,
    /// Seed of intervals and of what chance gives
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

/// The least severity that fails a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Anything found
    Note,
    /// What may mislead
    Warning,
    /// Lost or contradictory data
    Error,
}

impl FailOn {
    /// The least severity that fails.
    pub(super) fn severity(self) -> Severity {
        match self {
            FailOn::Note => Severity::Note,
            FailOn::Warning => Severity::Warning,
            FailOn::Error => Severity::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}

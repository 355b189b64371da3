//! The arguments of `replay`.

use clap::{Args, ValueEnum};

use super::LogOptions;
use crate::log::Payload;

/// What `replay` needs beside the log.
const REPLAY_AFTER_HELP: &str = "\
A replayer is any program that answers requests of JSON-RPC 2.0, one a line, on its stdin and stdout: it takes an episode to
the point where something is done otherwise, plays on, and gives back the returns. The protocol, a Python module for it and
replayers to begin with are described in docs/REPLAY.md. What comes back is appended to LOG.replays.jsonl as counterfactual
records, which is read with the log from then on; the log itself is never written.

  creditscope replay run.jsonl --replayer 'python3 my_env.py' --dry-run    what would be run, and how much
  creditscope replay run.jsonl --replayer 'python3 my_env.py' --yes        the coalitions that the log lacks
  creditscope replay run.jsonl --replayer '...' --budget 500 --until-settled
  creditscope replay run.jsonl --replayer '...' --act a17 --samples 32     the alternatives of one act";

/// `replay`.
#[derive(Debug, Args)]
#[command(after_help = REPLAY_AFTER_HELP, mut_arg("logs", |it| it.required(true)))]
pub struct Replay {
    /// What to read.
    #[command(flatten)]
    pub logs: LogOptions,
    /// The command line of the replayer, run by sh
    #[arg(long, value_name = "COMMAND")]
    pub replayer: String,
    /// The episode; without it the first that failed
    #[arg(long, value_name = "ID")]
    pub episode: Option<String>,
    /// Run the alternatives of this act, not coalitions of agents; repeatable
    #[arg(long, value_name = "ACT", conflicts_with_all = ["absence", "budget", "until_settled"])]
    pub act: Vec<String>,
    /// Another action to try at the act, as JSON; repeatable
    #[arg(long = "try", value_name = "ACTION", requires = "act", value_parser = an_action)]
    pub tried: Vec<Payload>,
    /// What an absent agent does; without it what most logged coalitions have, or else resampled
    #[arg(long, value_name = "WHAT", value_enum)]
    pub absence: Option<AbsenceWord>,
    /// Runs of each coalition or alternative that has none
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub samples: u32,
    /// Once every coalition has a value: this many runs more, where they tell most
    #[arg(long, value_name = "RUNS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub budget: u32,
    /// Stop before the budget is spent when only one agent can be the one to blame
    #[arg(long, requires = "budget")]
    pub until_settled: bool,
    /// From which the randomness of all runs follows
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Processes of the replayer at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub replay_jobs: u16,
    /// How long a request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0, value_parser = some_seconds)]
    pub timeout: f64,
    /// Print what would be run, and run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Run the command without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Keep what is run even if the replayer, changing nothing, does not give what the log has
    #[arg(long)]
    pub even_if_it_differs: bool,
}

/// What an absent agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AbsenceWord {
    /// Its acts are drawn again from its own policy.
    Resampled,
    /// It takes its null action.
    Null,
    /// It is not there.
    Removed,
}

fn an_action(text: &str) -> Result<Payload, String> {
    let json = Payload::from_json(text.to_owned());
    json.ok_or_else(|| "no JSON: a text needs its quotes, as in '\"wait\"'".to_owned())
}

fn some_seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|it: &f64| (0.001..=1e9).contains(it));
    seconds.ok_or_else(|| "a number of seconds, more than 0".to_owned())
}

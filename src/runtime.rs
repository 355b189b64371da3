//! Threads: only this module makes them.
//!
//! ```text
//! log thread      owns the store; polls files, answers Open and Payload
//! lane threads    run jobs, the newest of a kind: credit; the graph and questions about all acts; studies
//! sampling        one while values are drawn that take long, and the threads it draws with: see `worker`
//! search thread   reads the files that are searched, beside the log thread, which names the finds
//! export thread   one for each file that the screen exports: computes and writes it
//! replayer threads one a process of a replayer, and one for each of its pipes
//! validate thread reads in full what the index pass only scanned, after everything else
//! input thread    blocks on the terminal        (started by the command line)
//! all of them -> one channel of messages -> the loop of the terminal
//! ```

mod beside;
mod cores;
mod divergence;
mod episodes;
mod export;
mod gathering;
mod groups;
mod head;
mod headless;
mod log_thread;
mod native_lines;
mod opened;
mod piped;
mod progress;
mod readers;
mod replayer;
mod reported;
pub mod search;
mod survey;
#[cfg(test)]
pub(crate) mod test_program;
#[cfg(test)]
mod tests;
mod translated;
mod validation;
mod worker;

pub use cores::{analyse, study};
pub use divergence::inside;
pub use episodes::each_episode;
pub use gathering::Gathering;
pub use groups::GroupReading;
pub use head::first_bytes;
pub use headless::Headless;
pub use log_thread::{Follow, LogThread, Rescans, SILENCE};
pub use opened::{LogArguments, OpenError, OpenedLogs, Round, Which};
pub use replayer::{ReplayOrder, ReplayReport, ReplayerSetting, Replayers};
pub use reported::{Around, Computing, LogFindings, Reported};
pub use survey::Survey;
pub use validation::validate;
pub use worker::Worker;

/// Starts a thread that ends with the process.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.expect("the system can start another thread");
}

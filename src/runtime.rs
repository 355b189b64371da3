//! Threads: the only place that makes them.
//!
//! ```text
//! log thread     owns the store; polls files, answers Open and Payload
//! worker thread  computes credit; the newest request of a kind wins
//! sampling       one while values are drawn that take long, and what it draws with: see `sampling`
//! shape thread   works out the graph of an episode, checks it, explains a number; the newest of a kind wins
//! study thread   computes what takes longer: curves, messages, P(flip); the newest request wins
//! search thread  reads the files for what is searched, beside the log thread, which names what it finds
//! validate thread reads in full what the index pass read by its outside, behind everything else
//! input thread   blocks on the terminal        (spawned by the command line)
//! all of them -> one channel of messages -> the loop of the terminal
//! ```

mod analyse;
mod episodes;
mod head;
mod log_thread;
mod opened;
mod piped;
mod progress;
mod readers;
mod rehearsal;
mod sampling;
pub mod search;
#[cfg(test)]
pub(crate) mod stage;
mod survey;
#[cfg(test)]
mod tests;
mod translated;
mod validation;
mod worker;

pub use analyse::{analyse, explain, flow, study};
pub use episodes::each_episode;
pub use log_thread::{Follow, LogThread};
pub use opened::{OpenError, OpenedLogs, Round, Which};
pub use rehearsal::Rehearsal;
pub use survey::Survey;
pub use validation::validate;
pub use worker::Worker;

/// Starts a thread that ends with the process.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.expect("the system can start another thread");
}

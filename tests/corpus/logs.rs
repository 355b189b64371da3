//! Logs in memory.

use creditscope::{model::LogSummary, runtime::OpenedLogs, store::Pass};

/// The log, read to its end.
pub fn read(log: &[u8], pass: Pass) -> (LogSummary, OpenedLogs) {
    let mut logs = OpenedLogs::embedded("log.jsonl", log, pass).expect("a temporary file can be made");
    let summary = logs.read_all();
    (summary, logs)
}

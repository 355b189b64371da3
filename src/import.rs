//! The formats that logs come in; foreign ones are turned into the native log.
//!
//! ```text
//! head of a file ─> sniff: every row of FORMATS gives a score ─> the highest wins, or UnknownFormat
//! row.reader ─┬─> Native: nothing to do
//!             ├─> Lines: a LineReader, line by line, also while the file grows ─┐
//!             └─> Document: a DocumentReader, the whole file at once ───────────┴─> Sink
//! Sink          native records with their lines in the original; problems
//! ```
//!
//! A format has a file of its own, with its row beside its reader, and one line in [`FORMATS`]. Sniffing,
//! `--log-format`, `creditscope formats` and the table in the README are made from that row. `refused` says of other files what
//! they are and what to do. Everything downstream reads one format. Nothing here does IO. A reader says what the
//! file says: it invents no time stamps, no rewards and no causal links.

mod adk;
mod aegis;
mod ag2;
mod agent_lightning;
mod agentrx;
mod annotated;
mod autogen;
mod c3;
mod cells;
mod chat;
mod chatdev;
mod claude_code;
mod codex;
mod console;
#[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only the reader of tables needs it"))]
mod contain;
mod crewai;
mod document;
mod format;
mod gemini;
mod head;
mod inspect;
mod jaeger;
mod joint;
mod json;
mod kaggle;
mod langfuse;
mod langgraph;
mod langgraph_states;
mod langsmith;
mod map;
mod mast;
mod mlflow;
mod native;
mod openai_agents;
mod openhands;
mod otlp;
mod overcooked;
#[cfg(feature = "parquet")]
mod parquet;
mod pettingzoo;
mod phoenix;
mod python;
mod recent;
mod refused;
mod rllib;
mod rllm;
mod row;
mod rows;
mod smolagents;
mod sniff;
mod spans;
mod swe_agent;
mod tau2;
mod tau_bench;
mod team;
#[cfg(test)]
mod tests;
mod trace_elephant;
mod trail;
mod trl;
mod turns;
mod values;
mod verl;
mod who_and_when;

pub use contain::is_contained;
pub use format::{Beside, DocumentReader, Format, LineReader, Reader, Score, Sink, Start};
pub use head::{Head, HeadObject};
pub use map::{MapError, Proposal, RowMap, Target, propose};
#[cfg(feature = "parquet")]
pub use parquet::RecordTable;
pub use refused::{UnknownFormat, is_text};
pub use rows::FORMAT as ROWS;
pub use sniff::sniff;

/// The log of our own format.
pub use native::FORMAT as NATIVE;

/// Every format that is read.
pub static FORMATS: &[&Format] = &[
    &native::FORMAT, //
    &who_and_when::FORMAT,
    &agentrx::MESSAGES,
    &agentrx::LABELS,
    &agentrx::INFO,
    &aegis::FORMAT,
    &mast::FORMAT,
    &trail::TRACES,
    &trail::LABELS,
    &trace_elephant::STEPS,
    &trace_elephant::FINDING,
    &c3::FORMAT,
    &c3::DETAILS,
    &c3::TRAIN,
    &c3::EVAL,
    &otlp::FORMAT,
    &jaeger::FORMAT,
    &console::FORMAT,
    &phoenix::FORMAT,
    &agent_lightning::FORMAT,
    &langfuse::FORMAT,
    &langsmith::FORMAT,
    &langgraph::FORMAT,
    &langgraph_states::FORMAT,
    &mlflow::FORMAT,
    &openai_agents::FORMAT,
    &autogen::CHAT,
    &autogen::CORE,
    &autogen::STATE,
    &ag2::LOG,
    &ag2::RESULT,
    &adk::EVENTS,
    &adk::SESSION,
    &crewai::FORMAT,
    &smolagents::FORMAT,
    &chatdev::FORMAT,
    &claude_code::FORMAT,
    &claude_code::BESIDE,
    &codex::FORMAT,
    &gemini::FORMAT,
    &openhands::FORMAT,
    &verl::FORMAT,
    &trl::FORMAT,
    &rllm::FORMAT,
    &tau_bench::FORMAT,
    &tau2::FORMAT,
    &inspect::FORMAT,
    &swe_agent::FORMAT,
    &swe_agent::MINI,
    &rllib::FORMAT,
    &pettingzoo::FORMAT,
    &kaggle::FORMAT,
    &overcooked::FORMAT,
    &overcooked::TRIALS,
    #[cfg(feature = "parquet")]
    &parquet::FORMAT,
    &rows::FORMAT,
];

/// The format called `name` in the table.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|it| it.name == name)
}

/// Whether a file with this head is a table, of which the columns are known only when all of it is read.
pub fn is_table(head: &[u8]) -> bool {
    cfg!(feature = "parquet") && head.starts_with(b"PAR1")
}

/// The format by which the rows of a file with this head are read, if they are to be: those of a table are not lines.
pub fn rows_format(head: &[u8]) -> &'static Format {
    #[cfg(feature = "parquet")]
    if is_table(head) {
        return &parquet::FORMAT;
    }
    #[cfg(not(feature = "parquet"))]
    let _ = head;
    &rows::FORMAT
}

/// The first rows of a file, as JSON texts: `head` is its beginning, of a table all of it.
pub fn first_rows(head: &[u8]) -> Vec<String> {
    #[cfg(feature = "parquet")]
    if is_table(head) {
        return parquet::first_rows(head);
    }
    rows::first_rows(head)
}

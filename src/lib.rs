//! creditscope: a terminal debugger for multi-agent episodes.
//!
//! The crate is a stack of layers; each module may name only those below it
//! (`tests/tidy.rs` fails otherwise):
//!
//! ```text
//! stats          sums, ranks, intervals, draws  <- nothing
//! model          vocabulary of all layers       <- stats
//! suspicion      who may be to blame, by words  <- model
//! forensics      which formula wrote advantages <- model
//! credit         methods, verdict, sweep        <- model, stats, text, suspicion, forensics
//! context        state, telemetry, teamwork  <- model, text, graph
//! compare        two episodes side by side      <- model, stats, credit, text
//! training       drift of credit over a run    <- model, stats, compare
//! rules          alerts over the episodes of a run <- stats, training
//! replay         what to run again, and how     <- model, stats, credit, log
//! graph          interaction graph, layouts     <- model
//! text           display-safe text              <- nothing
//! log            one line of the native log     <- model, text
//! search         which records match            <- model, log, text
//! filter         what is listed                 <- model, log, search
//! source         bytes of growing files         <- text
//! import         foreign formats -> native log  <- model, log, text
//! store          columnar index of a log        <- model, log, source, import, text, suspicion, context
//! check          structural rules               <- model
//! audit          is declared credit worth it    <- model, stats, credit, check
//! app            the program without a terminal <- model, credit, graph, check, text, search, filter, suspicion, compare, training, rules, forensics, context
//! report         text, JSON, Markdown, HTML     <- model, credit, check, audit, text, search, import, suspicion, compare, forensics, training, context, graph
//! runtime        threads                        <- everything but tui
//! tui            ratatui and crossterm          <- model, credit, graph, app, text, search, filter, suspicion, compare, training, rules, forensics, context
//! config         the user's configuration file  <- app, credit, import, text, tui, rules
//! cli            arguments, composition         <- everything
//! ```

pub mod app;
pub mod audit;
pub mod check;
pub mod cli;
pub mod compare;
pub mod config;
pub mod context;
pub mod credit;
pub mod filter;
pub mod forensics;
pub mod graph;
pub mod import;
pub mod log;
pub mod model;
pub mod replay;
pub mod report;
pub mod rules;
pub mod runtime;
pub mod search;
pub mod source;
pub mod stats;
pub mod store;
pub mod suspicion;
pub mod text;
pub mod training;
pub mod tui;

#[cfg(test)]
extern crate self as creditscope;

/// What holds of any input, shared with the fuzz targets.
#[cfg(test)]
#[path = "../tests/corpus"]
#[allow(dead_code, reason = "tests/corpus.rs runs the targets themselves")]
pub(crate) mod corpus {
    pub mod episode;
    pub mod follow;
    pub mod logs;
    pub mod parse;
    pub mod safe;
    pub mod script;
    pub mod update;
}

//! Golden logs through store, check and report: every rule on the log that breaks it, and key facts of the
//! sample logs, recomputed here.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod golden {
    mod advantages;
    mod broken;
    mod configured;
    mod context;
    mod convert;
    mod diff;
    mod estimated;
    mod explained;
    mod exported;
    mod few_runs;
    mod finding;
    mod foreign;
    mod moving;
    mod open;
    mod outputs;
    mod own;
    mod python;
    mod replay;
    mod samples;
    mod sessions;
    mod training;
    mod unread;
    mod verdicts;
}

//! `creditscope audit`: the diagnostics against the reference implementation of C3, the synthetic games whose
//! true credit is known, exit codes.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod audit {
    mod cli;
    mod reference;
    mod truth;
}

//! Follows real files through everything that happens to logs, with a simulated clock: nothing sleeps.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod follow {
    mod hazards;
    mod packed;
    mod payloads;
    mod tailing;
    mod torture;
}

//! Every fuzz target on stable: its committed corpus, then seeded mutations of it. And logs of other makers, small
//! ones of our own and the real ones where they lie beside the checkout: what was read is what stands in them.
//!
//! The targets are those that `cargo fuzz` drives (`fuzz/README.md`). `CREDITSCOPE_FUZZ_SECONDS=300` lets
//! each run that long.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

#[path = "corpus"]
mod corpus {
    mod chats;
    pub mod credit;
    pub mod episode;
    mod exports;
    mod failures;
    mod families;
    pub mod follow;
    mod frameworks;
    pub mod import;
    mod joint;
    mod labels;
    pub mod logs;
    pub mod mutate;
    pub mod opened;
    pub mod parse;
    pub mod replay;
    mod rollouts;
    pub mod safe;
    pub mod script;
    mod sessions;
    mod traces;
    pub mod update;
}

use corpus::replay;

#[test]
fn parse() {
    replay::run("parse", corpus::parse::run, 2_000);
}

#[test]
fn import() {
    replay::run("import", corpus::import::run, 2_000);
}

#[test]
fn follow() {
    replay::run("follow", corpus::follow::run, 2_000);
}

#[test]
fn episode() {
    replay::run("episode", corpus::episode::run, 300);
}

#[test]
fn credit() {
    replay::run("credit", corpus::credit::run, 100);
}

#[test]
fn update() {
    replay::run("update", corpus::update::run, 60);
}

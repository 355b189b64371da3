//! The credit engine.

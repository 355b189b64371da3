//! State of view 6: what was read of the states, which key the cursor is on, what is shown.

use std::sync::Arc;

use crate::context::Context;

/// State of view 6 of one episode.
#[derive(Clone, Debug, Default)]
pub struct StateView {
    /// What was read; of the episode as it stood then.
    pub(in crate::app) context: Option<Arc<Context>>,
    /// Why nothing could be read.
    pub error: Option<String>,
    /// The revision that was asked for last.
    pub(in crate::app) asked: Option<u64>,
    /// Whether its answer is awaited.
    pub(in crate::app) waits: bool,
    /// The key under the cursor, by its place in `History::keys`.
    pub key: usize,
    /// Whether telemetry is shown instead of the state.
    pub telemetry: bool,
    /// The row of the telemetry under the cursor.
    pub row: usize,
}

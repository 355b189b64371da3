//! State of the pane that shows one act in full.

use std::sync::Arc;

use crate::model::{Origin, RecordText};

/// State of the detail pane.
#[derive(Clone, Debug)]
pub struct DetailState {
    /// The record last read.
    pub payload: Option<Arc<RecordText>>,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// The record asked for.
    pub pending: Option<Origin>,
    /// First line shown.
    pub top: usize,
    /// First column shown.
    pub left: usize,
    /// Whether long lines are wrapped.
    pub wrap: bool,
    /// The act is where a search led: show its first match once its record is there.
    pub seek: bool,
}

impl Default for DetailState {
    fn default() -> Self {
        Self { payload: None, error: None, pending: None, top: 0, left: 0, wrap: true, seek: false }
    }
}

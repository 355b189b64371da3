//! What is read of a log for this layer.

use serde_json::Value;

use crate::model::{ActId, Origin};

/// A `state` record with its content.
#[derive(Clone, Debug, PartialEq)]
pub struct StateRecord {
    /// Its place in [`Episode::states`](crate::model::Episode::states).
    pub state: usize,
    /// What it holds.
    pub content: Content,
}

/// The content of a `state` record.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The whole state of the scope.
    Whole(Value),
    /// A change to it: operations of RFC 6902.
    Change(Value),
}

/// What an action says of the state before it (`pre_state`).
#[derive(Clone, Debug, PartialEq)]
pub struct PreState {
    /// The action.
    pub act: ActId,
    /// The state.
    pub state: Value,
    /// The record.
    pub origin: Origin,
}

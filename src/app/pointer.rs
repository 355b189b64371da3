//! What the mouse points at, and what it does there.

use super::{key::Key, screen::Pane};
use crate::model::{ActId, AgentId};

/// Something on the screen that can be pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointed {
    /// An act in a list, or on its lane.
    Act(ActId),
    /// An agent in a list.
    Agent(AgentId),
    /// An episode of the list, by its place in the log.
    Episode(usize),
    /// A key that the footer names.
    Key(Key),
    /// The title of a pane of view 1.
    Pane(Pane),
    /// A line of the palette.
    Line(usize),
}

/// What the mouse does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// A click.
    Click,
    /// A second click at the same place right after the first, which was a click of its own.
    Double,
    /// The wheel, upwards.
    WheelUp,
    /// The wheel, downwards.
    WheelDown,
}

//! What can be on the screen: its size, views, panes over them, and which part has the cursor.

use crate::model::{Explanation, Unavailable};
use crate::suspicion::Xray;

/// Columns and rows of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The list of episodes.
    Episodes,
    /// One episode, in a view.
    Episode,
    /// Two episodes side by side.
    Compare,
}

/// A view of an episode, by the digit that shows it. All there is to know of it is its row of
/// [`VIEWS`](super::views::VIEWS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View(char);

impl View {
    /// Credit, acts, detail: the program starts with it, and Esc leads back to it.
    pub const CREDIT: View = View::at('1');
    /// Who talked to whom.
    pub const GRAPH: View = View::at('2');
    /// Acts in time.
    pub const TIMELINE: View = View::at('3');
    /// Credit by method.
    pub const METHODS: View = View::at('4');
    /// What-if.
    pub const WHAT_IF: View = View::at('5');
    /// The state at an act, and telemetry.
    pub const STATE: View = View::at('6');

    /// The view that this digit shows.
    pub const fn at(digit: char) -> Self {
        Self(digit)
    }

    /// The digit that shows it.
    pub const fn digit(self) -> char {
        self.0
    }
}

/// A pane over the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// Keys.
    Help,
    /// The words of the screen that have this text.
    Glossary(String),
    /// The arithmetic of one number.
    Explain(Box<Result<Explanation, Unavailable>>),
    /// What to know of the method shown.
    Caveats,
    /// One act in full.
    Detail,
    /// All methods and baselines.
    Sweep,
    /// Where the values of a text come from.
    Origins(Box<Xray>),
    /// A value of the state in full: its title and its text, a line each.
    Value(String, Vec<String>),
    /// What is wrong with the log.
    Findings,
    /// What a search has found.
    Hits,
    /// The filters of the session.
    Filters,
    /// The rules of the run.
    Rules,
}

/// The part of the credit view that has the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// Agents.
    Agents,
    /// Acts.
    Acts,
    /// Who talked to whom.
    Graph,
    /// The act under the cursor.
    Act,
}

impl Pane {
    /// All of them, in the order of the key that goes through them.
    pub const ALL: [Self; 4] = [Self::Agents, Self::Acts, Self::Graph, Self::Act];

    /// The one `by` places further, around the end.
    pub fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    /// Whether its rows are acts; otherwise agents.
    pub fn is_of_acts(self) -> bool {
        matches!(self, Self::Acts | Self::Act)
    }
}

/// In which order view 1 lists acts, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActOrder {
    /// What led to the act to blame, that act, and what followed, in order of time.
    Story,
    /// All, the largest number first.
    Size,
    /// All, in order of time.
    Time,
}

/// Which acts the timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// Those with the largest credit, in order of time.
    Top,
    /// The causes and effects of the act to blame.
    BlamePath,
}

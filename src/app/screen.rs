//! What can be on the screen: its size, views, panes over them, and which part has the cursor.

use crate::model::{Explanation, Unavailable};

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
}

/// A view of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// 1: credit, acts, detail.
    Credit,
    /// 2: who talked to whom.
    Graph,
    /// 3: acts in time.
    Timeline,
    /// 4: credit by method.
    Methods,
    /// 5: what-if.
    WhatIf,
}

impl View {
    /// All views, in the order of their keys.
    pub const ALL: [View; 5] = [View::Credit, View::Graph, View::Timeline, View::Methods, View::WhatIf];

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            View::Credit => "Credit",
            View::Graph => "Graph",
            View::Timeline => "Timeline",
            View::Methods => "Credit by method",
            View::WhatIf => "What-if",
        }
    }

    /// Digit and name, as titles begin.
    pub fn heading(self) -> String {
        format!("{} {}", self.digit(), self.title())
    }

    /// The digit that shows it.
    pub fn digit(self) -> char {
        let index = View::ALL.iter().position(|it| *it == self).expect("ALL holds every view");
        char::from(b'1' + index as u8)
    }
}

/// A pane over the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// Keys.
    Help,
    /// The arithmetic of one number.
    Explain(Box<Result<Explanation, Unavailable>>),
    /// What to know of the method shown.
    Caveats,
    /// One act in full.
    Detail,
    /// All methods and baselines.
    Sweep,
    /// What is wrong with the log.
    Findings,
    /// What a search has found.
    Hits,
    /// The filters of the session.
    Filters,
}

/// The part of the credit view that has the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// Agents.
    Agents,
    /// Acts.
    Acts,
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

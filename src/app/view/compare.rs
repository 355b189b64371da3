//! State of the comparison of two episodes.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use crate::{
    app::{job::Compared, screen::Screen, slot::Slot},
    compare::{Inside, RowKind, Side},
    model::{Episode, EpisodeId},
};

/// So many rows of the same acts follow each other before they are folded.
const FOLDED: usize = 3;

/// What stands below the acts where there is no room for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComparePane {
    /// Credit side by side.
    #[default]
    Credit,
    /// Texts of the records under the cursor.
    Texts,
    /// States after the acts under the cursor.
    States,
    /// What each agent spent.
    Spent,
}

impl ComparePane {
    /// All, in the order of the key for panes.
    pub const ALL: [ComparePane; 4] =
        [ComparePane::Credit, ComparePane::Texts, ComparePane::States, ComparePane::Spent];
}

/// A line of the list of acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompareLine {
    /// A row of the comparison.
    Row(usize),
    /// Rows of the same acts.
    Folded(Range<usize>),
}

/// Which episodes are compared, and where the cursor is.
#[derive(Clone, Debug, Default)]
pub struct CompareState {
    /// The episode that was marked, to be compared with another.
    pub marked: Option<EpisodeId>,
    /// The two that are compared.
    pub pair: Option<(EpisodeId, EpisodeId)>,
    /// Episodes of the pair as they were read.
    pub(in crate::app) read: BTreeMap<EpisodeId, Arc<Episode>>,
    /// What was found.
    pub compared: Slot<Arc<Compared>, (EpisodeId, EpisodeId)>,
    /// What the records of a row hold.
    pub inside: Slot<Arc<Inside>, usize>,
    /// Line under the cursor.
    pub line: usize,
    /// Which act of the row the cursor is on.
    pub side: Side,
    /// Whether rows of the same acts are shown.
    pub unfolded: bool,
    /// What stands below the acts.
    pub pane: ComparePane,
    /// Whether an act of it was opened: the way back leads here.
    pub left_for_act: bool,
    /// What was on the screen before it.
    pub(in crate::app) came_from: Option<Screen>,
}

impl CompareState {
    /// The lines of the list of acts.
    pub fn lines(&self) -> Vec<CompareLine> {
        let Some(compared) = self.compared.get() else { return Vec::new() };
        let rows = &compared.comparison.acts.rows;
        let mut lines = Vec::new();
        let mut at = 0;
        while at < rows.len() {
            let same = rows[at..].iter().take_while(|it| it.kind == RowKind::Same).count();
            if same > FOLDED && !self.unfolded {
                lines.push(CompareLine::Folded(at..at + same));
                at += same;
            } else {
                lines.push(CompareLine::Row(at));
                at += 1;
            }
        }
        lines
    }

    /// The row under the cursor; `None`: none is, or folded ones are.
    pub fn row(&self) -> Option<usize> {
        match self.lines().get(self.line)? {
            CompareLine::Row(row) => Some(*row),
            CompareLine::Folded(_) => None,
        }
    }
}

//! State of view 4 and its variants: the table of methods, curves, where it was lost, messages.

use std::sync::Arc;

use crate::{
    app::{job::MessageRows, lists::TableActs, slot::Slot},
    credit::{AdvantageSummary, FailureStudy, MessageSetting, RunOutcomes, Study, TaskClue},
    model::Scenario,
};

/// What view 4 shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MethodsVariant {
    /// One column per method and baseline.
    #[default]
    Table,
    /// Credit along a parameter.
    Curves,
    /// Where a failed episode was lost.
    Failure,
    /// Credit of every message.
    Messages,
    /// An estimate from the text.
    Estimate,
}

impl MethodsVariant {
    /// All variants, in the order of `v`.
    pub const ALL: [MethodsVariant; 5] = [
        MethodsVariant::Table,
        MethodsVariant::Curves,
        MethodsVariant::Failure,
        MethodsVariant::Messages,
        MethodsVariant::Estimate,
    ];

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            MethodsVariant::Table => "Credit by method",
            MethodsVariant::Curves => "Baseline curves",
            MethodsVariant::Failure => "Failure attribution",
            MethodsVariant::Messages => "Messages",
            MethodsVariant::Estimate => "Estimate",
        }
    }

    /// One word for a footer.
    pub fn hint(self) -> &'static str {
        match self {
            MethodsVariant::Table => "methods",
            MethodsVariant::Curves => "curves",
            MethodsVariant::Failure => "failure",
            MethodsVariant::Messages => "messages",
            MethodsVariant::Estimate => "estimate",
        }
    }

    /// The one after it, the first after the last.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// State of view 4 of one episode.
#[derive(Clone, Debug, Default)]
pub struct MethodsState {
    /// What is shown.
    pub variant: MethodsVariant,
    /// Column of the table under the cursor; `None` for that of the credit on the screen.
    pub column: Option<usize>,
    /// Whether the sweep shows every row, also those that say what another one says.
    pub all: bool,
    /// Curve under the cursor; `None` for the first that flips, or else the first.
    pub curve: Option<usize>,
    /// Point of the curve under the cursor; `None` for the one nearest to the value in force.
    pub point: Option<usize>,
    /// How messages are divided.
    pub split: MessageSetting,
    /// What was computed after the credit; for which scenario, and with which division of messages.
    pub study: Slot<Arc<Study>, (Scenario, MessageSetting)>,
    /// What the rules of failure attribution say.
    pub failure: Slot<Arc<FailureStudy>>,
    /// The acts of its rows.
    pub failure_acts: TableActs,
    /// What is looked up in the messages of the study, and how those are divided.
    pub messages: Slot<MessageRows, MessageSetting>,
    /// The outcomes of the run, as far as they were looked at.
    pub run: Option<Arc<RunOutcomes>>,
    /// Whether they were asked for.
    pub surveyed: bool,
    /// What goes with failure over the episodes of the task, by these.
    pub task: Option<TaskClue>,
    /// What is known of the advantages that the log declares, and of how many ended episodes of the log.
    pub advantages: Slot<Arc<Vec<AdvantageSummary>>, usize>,
    /// How many had ended when the rollouts were asked for.
    pub gathered: Option<usize>,
}

impl MethodsState {
    /// Forgets what belongs to credit that is being computed anew.
    pub(in crate::app) fn outdate(&mut self) {
        self.study.clear();
        self.messages.cancel();
        self.failure.clear();
    }

    /// Whether messages are being divided in another way than they are shown.
    pub fn is_dividing(&self) -> bool {
        self.messages.is_pending()
    }
}

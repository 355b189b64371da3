//! State of view 4 and its variants: the table of methods, curves, where it was lost, messages.

use std::sync::Arc;

use super::{
    OpenEpisode,
    job::MessageRows,
    lists::{ActRows, TableActs},
    slot::Slot,
};
use crate::{
    credit::{Curve, FailureStudy, MessageSetting, MessageTable, RunOutcomes, Study},
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
}

impl MethodsVariant {
    /// All variants, in the order of `v`.
    pub const ALL: [MethodsVariant; 4] =
        [MethodsVariant::Table, MethodsVariant::Curves, MethodsVariant::Failure, MethodsVariant::Messages];

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            MethodsVariant::Table => "Credit by method",
            MethodsVariant::Curves => "Baseline curves",
            MethodsVariant::Failure => "Failure attribution",
            MethodsVariant::Messages => "Messages",
        }
    }

    /// One word for a footer.
    pub fn hint(self) -> &'static str {
        match self {
            MethodsVariant::Table => "methods",
            MethodsVariant::Curves => "curves",
            MethodsVariant::Failure => "failure",
            MethodsVariant::Messages => "messages",
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
}

impl OpenEpisode {
    /// What was computed after the credit on the screen; `None` if it is not there yet.
    pub fn study(&self) -> Option<&Study> {
        let (scenario, _) = self.methods.study.of()?;
        self.methods
            .study
            .get()
            .filter(|_| self.analysis().is_some_and(|it| it.scenario == *scenario))
            .map(|it| &**it)
    }

    /// The curve under the cursor.
    pub fn curve(&self) -> Option<&Curve> {
        self.study()?.curves.get(self.curve_at())
    }

    /// Its place among the curves.
    pub fn curve_at(&self) -> usize {
        let Some(study) = self.study() else { return 0 };
        let flips = || study.curves.iter().position(|it| !it.flips.is_empty()).unwrap_or(0);
        self.methods.curve.map_or_else(flips, |it| it.min(study.curves.len().saturating_sub(1)))
    }

    /// The position in [`Curve::points`] under the cursor.
    pub fn curve_point(&self, curve: &Curve) -> usize {
        let last = curve.points.len().saturating_sub(1);
        let far = |at: usize| (curve.points[at].place - curve.current.1).abs();
        let nearest = || (0..=last).min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap_or(0);
        self.methods.point.map_or_else(nearest, |it| it.min(last))
    }

    /// The place in [`Sweep::rows`](crate::credit::Sweep::rows) of the column under the cursor.
    pub fn method_column(&self) -> usize {
        let Some(sweep) = self.sweep() else { return 0 };
        let of = |it: &Scenario| (it.method.clone(), it.baseline.clone());
        let current = || {
            let shown = self.analysis().map(|it| of(&it.scenario));
            sweep.rows.iter().position(|it| Some(of(&it.scenario)) == shown).unwrap_or(0)
        };
        self.methods.column.unwrap_or_else(current).min(sweep.rows.len().saturating_sub(1))
    }

    /// The messages and their parts of the credit on the screen.
    pub fn messages(&self) -> Option<&MessageTable> {
        self.study()?.messages.as_ref().ok()
    }

    /// The acts that the rows of the current variant stand for, in their order; none for rows of agents.
    pub fn methods_acts(&self) -> ActRows<'_> {
        match self.methods.variant {
            MethodsVariant::Table | MethodsVariant::Curves => ActRows::All(0),
            MethodsVariant::Failure => ActRows::Table(&self.methods.failure_acts),
            MethodsVariant::Messages => match self.methods.messages.get() {
                Some(rows) if self.study().is_some() => ActRows::Table(&rows.acts),
                _ => ActRows::All(0),
            },
        }
    }
}

impl MethodsState {
    /// Whether messages are being divided in another way than they are shown.
    pub fn is_dividing(&self) -> bool {
        self.messages.is_pending()
    }
}

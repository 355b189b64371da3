//! How the rows of the screen are shared: tasks first, then wrong signs and formulas, then updates.

use crate::forensics::Ledger;

/// Rows of each part, with its headings; 0: it is left out.
pub(super) struct Room {
    /// Headings, tasks and their sum.
    pub(super) tasks: usize,
    /// What the columns mean.
    pub(super) legend: bool,
    /// By update.
    pub(super) updates: usize,
    /// Which formulas.
    pub(super) forms: usize,
    /// Wrong signs.
    pub(super) wrong: usize,
}

/// Rows of tasks with headings and sum that are kept as long as there is anything beside them.
const FEW_TASKS: usize = 8;
/// The most rows of formulas and of wrong signs.
const FORMS: usize = 4;
const WRONG: usize = 12;

impl Room {
    /// `forms`: sentences about formulas.
    pub(super) fn of(rows: usize, ledger: &Ledger, forms: usize) -> Self {
        let all_tasks = ledger.task_count() + 3;
        let few = all_tasks.min(FEW_TASKS);
        let mut left = rows.saturating_sub(few);
        let mut take = |wanted: usize, least: usize| {
            let taken = if left >= least { wanted.min(left) } else { 0 };
            left -= taken;
            taken
        };
        let forms = if forms > 0 { take((forms + 1).min(FORMS), 2) } else { 0 };
        let wrong = ledger.wrong.len();
        let mut wrong_rows = if wrong > 0 { take((wrong + 2).min(5), 3) } else { 0 };
        let legend = take(1, 1) == 1;
        // Without declared numbers there is no sum of them.
        let updates = if ledger.updates.len() > 1 && ledger.algorithm.is_some() {
            take(ledger.all.len() + 2, 4)
        } else {
            0
        };
        let tasks = few + take(all_tasks - few, 1);
        if wrong_rows > 0 {
            wrong_rows += take((wrong + 2).min(WRONG).saturating_sub(wrong_rows), 1);
        }
        Self { tasks, legend, updates, forms, wrong: wrong_rows }
    }
}

//! Numbered forks of what the log says, with undo and redo.

use std::collections::BTreeSet;

use crate::model::Scenario;

/// The scenarios so far, one per edit; the first is what the log says.
#[derive(Clone, Debug, PartialEq)]
pub struct Forks {
    entries: Vec<(u32, Scenario)>,
    at: usize,
    last: u32,
    /// Forks whose method the nearest one may replace, because nobody has checked yet whether it can follow.
    undecided: BTreeSet<u32>,
}

impl Default for Forks {
    fn default() -> Self {
        Self { entries: vec![(0, Scenario::default())], at: 0, last: 0, undecided: BTreeSet::new() }
    }
}

impl Forks {
    /// The longest history kept.
    const KEPT: usize = 500;

    /// The scenario on the screen. For what the log says its method is empty until it is known.
    pub fn scenario(&self) -> &Scenario {
        &self.entries[self.at].1
    }

    /// Whether the screen shows what the log says.
    pub fn is_logged(&self) -> bool {
        self.at == 0
    }

    /// Whether the fork on the screen or one before it changes what happened: another method alone is asked for again in no time.
    pub fn has_edits(&self) -> bool {
        self.entries[..=self.at].iter().any(|it| it.1.edits_episode())
    }

    /// The number of the fork on the screen; 0 is what the log says. Numbers are never used twice.
    pub fn number(&self) -> u32 {
        self.entries[self.at].0
    }

    /// Adds a fork after the one on the screen; what could be redone is lost. An edit that leads back to what
    /// the log says (`logged`) returns to it, and one that changes nothing is no fork.
    pub fn push(&mut self, scenario: Scenario, logged: &Scenario) {
        let current = if self.is_logged() { logged } else { self.scenario() };
        if scenario == *current {
            return;
        }
        self.entries.truncate(self.at + 1);
        if self.entries.len() == Self::KEPT {
            self.entries.remove(1);
        }
        self.last += 1;
        self.entries.push((self.last, scenario));
        self.at = self.entries.len() - 1;
    }

    /// One edit back; `false`: there is none.
    pub fn undo(&mut self) -> bool {
        let possible = self.at > 0;
        self.at -= usize::from(possible);
        possible
    }

    /// One edit on again; `false`: there is none.
    pub fn redo(&mut self) -> bool {
        let possible = self.at + 1 < self.entries.len();
        self.at += usize::from(possible);
        possible
    }

    /// Back to what the log says; the forks can still be redone.
    pub fn discard(&mut self) {
        self.at = 0;
    }
}

impl Forks {
    /// Lets the nearest method replace the one on the screen, if that turns out not to follow its edits.
    pub(crate) fn let_replace(&mut self) {
        self.undecided.insert(self.number());
    }

    /// Whether it may.
    pub(crate) fn may_be_replaced(&self) -> bool {
        self.undecided.contains(&self.number())
    }

    /// It is known whether it had to be replaced, and by what.
    pub(crate) fn decide(&mut self, replacement: Option<Scenario>) {
        self.undecided.remove(&self.number());
        if let (Some(scenario), false) = (replacement, self.is_logged()) {
            self.entries[self.at].1 = scenario;
        }
    }

    /// Changes every fork, after agents and acts of the episode got other ids.
    pub(crate) fn change(&mut self, change: impl Fn(&mut Scenario)) {
        self.entries.iter_mut().for_each(|it| change(&mut it.1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(name: &str) -> Scenario {
        Scenario::of_method(name)
    }

    #[test]
    fn undo_and_redo_walk_the_edits() {
        let logged = method("shapley");
        let mut forks = Forks::default();
        assert!(forks.is_logged() && !forks.undo() && !forks.redo());
        forks.push(method("removal"), &logged);
        forks.push(method("uniform"), &logged);
        assert_eq!((forks.number(), forks.scenario().method.as_str()), (2, "uniform"));
        assert!(forks.undo());
        assert_eq!(forks.scenario().method, "removal");
        assert!(forks.undo() && forks.is_logged());
        assert!(forks.redo() && forks.redo() && !forks.redo());
        assert_eq!(forks.number(), 2);
    }

    #[test]
    fn a_new_edit_forgets_what_could_be_redone_and_takes_a_new_number() {
        let logged = method("shapley");
        let mut forks = Forks::default();
        forks.push(method("removal"), &logged);
        forks.undo();
        forks.push(method("uniform"), &logged);
        assert_eq!(forks.number(), 2);
        assert!(!forks.redo());
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_fork() {
        let logged = method("shapley");
        let mut forks = Forks::default();
        forks.push(method("shapley"), &logged);
        assert!(forks.is_logged());
    }

    #[test]
    fn the_history_is_bounded_and_keeps_what_the_log_says() {
        let logged = method("shapley");
        let mut forks = Forks::default();
        for index in 0..2_000 {
            forks.push(method(&format!("m{index}")), &logged);
        }
        let mut undone = 0;
        while forks.undo() {
            undone += 1;
        }
        assert_eq!(undone, Forks::KEPT - 1);
        assert!(forks.is_logged());
    }
}

//! What has come of orders so far.

use crate::replay::Replayed;

/// By the number of the order.
pub(super) struct Answers {
    all: Vec<Answer>,
}

enum Answer {
    Awaited(u64),
    Failed,
    Done(Replayed),
}

impl Answers {
    pub(super) fn new(count: usize) -> Self {
        Self { all: (0..count).map(|_| Answer::Awaited(0)).collect() }
    }

    pub(super) fn are_awaited(&self) -> bool {
        self.all.iter().any(|it| matches!(it, Answer::Awaited(_)))
    }

    pub(super) fn progress(&mut self, number: usize, done: u64) {
        if let Some(Answer::Awaited(known)) = self.all.get_mut(number) {
            *known = done;
        }
    }

    pub(super) fn done(&mut self, number: usize, replayed: Replayed) {
        self.set(number, Answer::Done(replayed));
    }

    pub(super) fn failed(&mut self, number: usize) {
        self.set(number, Answer::Failed);
    }

    fn set(&mut self, number: usize, answer: Answer) {
        if let Some(it) = self.all.get_mut(number) {
            *it = answer;
        }
    }

    /// What came of an order, if it was done.
    pub(super) fn of(&self, number: usize) -> Option<&Replayed> {
        match self.all.get(number)? {
            Answer::Done(replayed) => Some(replayed),
            _ => None,
        }
    }

    /// The returns of an order; none if it was not done.
    pub(super) fn take(&self, number: usize) -> Vec<f64> {
        self.of(number).map_or_else(Vec::new, |it| it.returns.clone())
    }

    /// Whether none was done.
    pub(super) fn is_empty(&self) -> bool {
        !self.all.iter().any(|it| matches!(it, Answer::Done(_)))
    }

    /// `replaying: 24 of 40 runs`.
    pub(super) fn words(&self, all: u64) -> String {
        let done = |it: &Answer| match it {
            Answer::Awaited(done) => *done,
            Answer::Failed => 0,
            Answer::Done(it) => it.returns.len() as u64,
        };
        format!("replaying: {} of {all} runs", self.all.iter().map(done).sum::<u64>())
    }
}

//! What is listed of values that contradict each other, and of runs that broke off.

use super::{Builder, pool::Contradiction};
use crate::model::{Origin, rule};

impl Builder {
    /// Lists that the records at `was` and `origin` give one thing different values.
    pub(super) fn contradicted(&mut self, what: &str, it: &Contradiction, was: Origin, origin: Origin) {
        let Contradiction { before, now } = it;
        let message = format!("{what} is worth {before} at line {} and {now} here", was.line);
        self.find(rule::CONTRADICTORY_VALUE, origin, message);
    }

    /// Lists alternatives of `what` whose runs broke off.
    pub(super) fn broke_off(&mut self, labels: &[String], what: &str, origin: Origin) {
        if let Some(first) = labels.first() {
            let more = match labels.len() {
                1 => String::new(),
                all => format!(" and {} more", all - 1),
            };
            let message =
                format!("the runs of '{first}'{more} at '{what}' broke off: they are left out of means");
            self.find(rule::BROKEN_OFF, origin, message);
        }
    }
}

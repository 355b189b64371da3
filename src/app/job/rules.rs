//! A rule asked of many episodes at once.

use std::sync::Arc;

use super::{Lane, Work};
use crate::{rules::Watch, training::Point};

/// Episodes that a rule is asked about without waiting: a few microseconds each.
const FEW: usize = 64;

/// Asks a rule about episodes in their order.
#[derive(Debug, PartialEq)]
pub struct RuleJob {
    /// The rule, with what it remembers.
    pub watch: Watch,
    /// The episodes.
    pub points: Vec<Arc<Point>>,
}

impl Work for RuleJob {
    type Answer = Box<Watch>;

    const LANE: Lane = Lane::Study;

    fn run(&self) -> Box<Watch> {
        let mut watch = self.watch.clone();
        self.points.iter().for_each(|it| {
            watch.push(it);
        });
        Box::new(watch)
    }

    fn is_short(&self) -> bool {
        self.points.len() <= FEW
    }

    fn is_awaited(&self) -> bool {
        false
    }

    /// Rules do not replace each other.
    fn replaces(&self, _: &Self) -> bool {
        false
    }
}

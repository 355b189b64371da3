//! What was seen lately, in bounded memory: for files that tell a thing several times and never end.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
};

/// The ids that were seen last.
#[derive(Debug)]
pub(super) struct Recent {
    kept: usize,
    seen: HashSet<u64>,
    /// The oldest first.
    order: VecDeque<u64>,
    hasher: RandomState,
}

impl Recent {
    /// Of the last `kept` ids.
    pub(super) fn new(kept: usize) -> Self {
        Self { kept, seen: HashSet::new(), order: VecDeque::new(), hasher: RandomState::new() }
    }

    /// Takes an id; `false` if it was seen lately.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let hash = self.hasher.hash_one(id);
        if !self.seen.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > self.kept
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = Recent::new(2);
        assert!(recent.insert("a") && recent.insert("b") && !recent.insert("a"));
        assert!(recent.insert("c") && recent.insert("a"), "a was the oldest of three");
        assert_eq!((recent.seen.len(), recent.order.len()), (2, 2));
    }
}

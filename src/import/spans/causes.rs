//! What an act follows from: what had ended when it began, of what its agent did in the same scope.
//!
//! One agent that was asked once goes on from what it has: the acts that had ended when an act began, without
//! those that other ended acts followed already. So acts that ran at the same time have the same parents, and
//! what comes after all of them has them all as parents. An act within another follows from that one.

use crate::model::Timestamp;

/// The acts of one scope so far, as far as later ones may follow from them.
#[derive(Debug, Default)]
pub(super) struct Causes {
    candidates: Vec<Candidate>,
    /// What the scope itself comes from, once that is known.
    entry: Option<Option<Vec<String>>>,
}

#[derive(Debug)]
struct Candidate {
    id: String,
    end: Timestamp,
    /// When the first act that followed from it had ended.
    followed: Option<Timestamp>,
    /// Its span, and the act around it in the same scope.
    span: Option<usize>,
    around: Option<usize>,
}

/// An act that is about to be added.
#[derive(Clone, Copy, Debug)]
pub(super) struct New {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// The act around it in the same scope.
    pub(super) around: Option<usize>,
}

impl Causes {
    /// Whether nothing is known of what the scope comes from.
    pub(super) fn is_new(&self) -> bool {
        self.entry.is_none()
    }

    /// Says what the scope comes from: acts, nothing (an empty list), or `None`, something unknown.
    pub(super) fn enter(&mut self, parents: Option<Vec<String>>) {
        let end = Timestamp::from_micros(i64::MIN);
        let ids = parents.iter().flatten();
        self.candidates.extend(ids.map(|id| Candidate {
            id: id.clone(),
            end,
            followed: None,
            span: None,
            around: None,
        }));
        self.entry = Some(parents);
    }

    /// The parents of `new`, which follows from them from now on.
    pub(super) fn of(&mut self, new: New) -> Option<Vec<String>> {
        let New { start, end, around } = new;
        let is_open = |it: &Candidate| it.followed.is_none_or(|followed| followed > start);
        // Acts come in the order in which they began, so nothing follows any more from what is not open.
        self.candidates.retain(|it| is_open(it) || (around.is_some() && it.span == around));
        let beside =
            |it: &Candidate| it.end <= start && is_open(it) && (around.is_none() || it.around == around);
        let mut found: Vec<usize> =
            (0..self.candidates.len()).filter(|at| beside(&self.candidates[*at])).collect();
        if found.is_empty() && around.is_some() {
            found = (0..self.candidates.len()).filter(|at| self.candidates[*at].span == around).collect();
        }
        for at in &found {
            let candidate = &mut self.candidates[*at];
            candidate.followed = Some(candidate.followed.map_or(end, |it| it.min(end)));
        }
        // What is within an act is followed by what follows from it.
        if around.is_some() {
            let whole = self.candidates.iter_mut().filter(|it| it.span == around);
            whole.for_each(|it| it.followed = Some(it.followed.map_or(end, |it| it.min(end))));
        }
        if found.is_empty() {
            return self.entry.clone().flatten().filter(Vec::is_empty);
        }
        Some(found.into_iter().map(|at| self.candidates[at].id.clone()).collect())
    }

    /// What the scope comes from, if that is known; whoever asks next is told nothing.
    pub(super) fn first(self) -> Option<Vec<String>> {
        self.entry.flatten()
    }

    /// Adds an act from which others may follow.
    pub(super) fn add(&mut self, id: &str, end: Timestamp, span: Option<usize>, around: Option<usize>) {
        self.candidates.push(Candidate { id: id.to_owned(), end, followed: None, span, around });
    }

    /// The acts that nothing has followed from.
    pub(super) fn last(&self) -> Vec<String> {
        self.candidates.iter().filter(|it| it.followed.is_none()).map(|it| it.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    /// Adds acts (id, start, end, around) and returns their parents; a span's number is its place.
    fn parents(entry: Option<&[&str]>, acts: &[(&str, i64, i64, Option<usize>)]) -> Vec<String> {
        let mut causes = Causes::default();
        causes.enter(entry.map(|it| it.iter().map(|it| (*it).to_owned()).collect()));
        let one = |(number, act): (usize, &(&str, i64, i64, Option<usize>))| {
            let new = New { start: at(act.1), end: at(act.2), around: act.3 };
            let parents = causes.of(new);
            causes.add(act.0, at(act.2), Some(number), act.3);
            parents.map_or("?".to_owned(), |it| it.join(" "))
        };
        acts.iter().enumerate().map(one).collect()
    }

    #[test]
    fn one_after_the_other_and_at_the_same_time() {
        let acts = [("m", 0, 2, None), ("x", 2, 5, None), ("y", 3, 4, None), ("n", 5, 6, None)];
        assert_eq!(parents(Some(&["call"]), &acts), ["call", "m", "m", "x y"]);
        assert_eq!(parents(Some(&[]), &acts), ["", "m", "m", "x y"]);
        assert_eq!(parents(None, &acts), ["?", "m", "m", "x y"]);
        // Two that began before anything had ended.
        assert_eq!(parents(Some(&["call"]), &[("a", 0, 9, None), ("b", 1, 2, None)]), ["call", "call"]);
    }

    #[test]
    fn within_another() {
        // A model call whose span holds the tools it asked for, and the next call.
        let acts = [("m", 0, 9, None), ("x", 2, 4, Some(0)), ("y", 5, 7, Some(0)), ("n", 9, 10, None)];
        assert_eq!(parents(Some(&[]), &acts), ["", "m", "x", "y"]);
    }

    #[test]
    fn without_times_in_their_order() {
        let acts = [("a", 0, 0, None), ("b", 0, 0, None), ("c", 0, 0, None)];
        assert_eq!(parents(Some(&[]), &acts), ["", "a", "b"]);
    }
}

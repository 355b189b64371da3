//! A list that grows at its end while other threads hold copies of it.
//!
//! ```text
//! segments: [256 entries] [256 entries] [256 entries] [17 entries]
//!            shared         shared        shared       copied by the next push if anybody still holds it
//! ```
//!
//! The first push after each hand-over would copy a `Vec` behind an `Arc` as a whole.

use std::{
    iter::FusedIterator,
    ops::{Index, IndexMut, Range},
    sync::Arc,
};

/// Entries of every segment except the last: a power of two.
const SEGMENT: usize = 256;

/// A list in segments that clones share. Cloning takes a step for each segment. Pushing to a clone or
/// changing an entry copies at most one segment.
#[derive(Clone, Debug)]
pub struct Segmented<T> {
    /// All full except the last, which is not empty.
    segments: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Segmented<T> {
    fn default() -> Self {
        Self { segments: Vec::new() }
    }
}

impl<T> Segmented<T> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, |it| (self.segments.len() - 1) * SEGMENT + it.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The entry at `index`, if there is one.
    pub fn get(&self, index: usize) -> Option<&T> {
        self.segments.get(index / SEGMENT)?.get(index % SEGMENT)
    }

    /// The first entry.
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last entry.
    pub fn last(&self) -> Option<&T> {
        self.segments.last()?.last()
    }

    /// The entries, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.range(0..self.len())
    }

    /// The entries at `range`, in order, as far as they exist.
    pub fn range(&self, range: Range<usize>) -> Iter<'_, T> {
        let end = range.end.min(self.len());
        Iter { list: self, range: range.start.min(end)..end }
    }

    /// How many entries satisfy `before`; those that do must come before all others.
    pub fn partition_point(&self, mut before: impl FnMut(&T) -> bool) -> usize {
        let whole = self.segments.partition_point(|it| it.last().is_some_and(&mut before));
        match self.segments.get(whole) {
            Some(segment) => whole * SEGMENT + segment.partition_point(before),
            None => self.len(),
        }
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.segments.clear();
    }
}

impl<T: Clone> Segmented<T> {
    /// Adds an entry at the end.
    pub fn push(&mut self, entry: T) {
        match self.segments.last_mut() {
            Some(last) if last.len() < SEGMENT => Arc::make_mut(last).push(entry),
            _ => self.segments.push(Arc::new(vec![entry])),
        }
    }

    /// The entry at `index`, mutable, if there is one.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        Arc::make_mut(self.segments.get_mut(index / SEGMENT)?).get_mut(index % SEGMENT)
    }

    /// The entries, mutable. Afterwards none is shared.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.segments.iter_mut().flat_map(Arc::make_mut)
    }

    /// The last entry, to be changed.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        Arc::make_mut(self.segments.last_mut()?).last_mut()
    }
}

impl<T> Index<usize> for Segmented<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.segments[index / SEGMENT][index % SEGMENT]
    }
}

impl<T: Clone> IndexMut<usize> for Segmented<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.segments[index / SEGMENT])[index % SEGMENT]
    }
}

impl<T: PartialEq> PartialEq for Segmented<T> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, two): (&Arc<Vec<T>>, &Arc<Vec<T>>)| Arc::ptr_eq(one, two) || one == two;
        self.segments.len() == other.segments.len() && self.segments.iter().zip(&other.segments).all(same)
    }
}

impl<T: Clone> Extend<T> for Segmented<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, entries: I) {
        let mut entries = entries.into_iter();
        while let Some(entry) = entries.next() {
            self.push(entry);
            let Some(last) = self.segments.last_mut() else { return };
            let room = SEGMENT - last.len();
            Arc::make_mut(last).extend(entries.by_ref().take(room));
        }
    }
}

impl<T: Clone> FromIterator<T> for Segmented<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let mut list = Self::default();
        list.extend(entries);
        list
    }
}

impl<T: Clone> From<Vec<T>> for Segmented<T> {
    fn from(entries: Vec<T>) -> Self {
        entries.into_iter().collect()
    }
}

impl<'a, T> IntoIterator for &'a Segmented<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The entries of a [`Segmented`] list, in order.
#[derive(Debug)]
pub struct Iter<'a, T> {
    list: &'a Segmented<T>,
    /// Within the list.
    range: Range<usize>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { list: self.list, range: self.range.clone() }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.range.next().map(|it| &self.list[it])
    }

    fn nth(&mut self, n: usize) -> Option<&'a T> {
        self.range.nth(n).map(|it| &self.list[it])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }

    // By segment, as most loops want it: without looking up the segment of every entry.
    fn fold<B, F: FnMut(B, &'a T) -> B>(self, first: B, mut step: F) -> B {
        let (mut at, end, mut folded) = (self.range.start, self.range.end, first);
        while at < end {
            let segment = &self.list.segments[at / SEGMENT];
            let stop = (end - at / SEGMENT * SEGMENT).min(SEGMENT);
            folded = segment[at % SEGMENT..stop].iter().fold(folded, &mut step);
            at = at / SEGMENT * SEGMENT + stop;
        }
        folded
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.range.next_back().map(|it| &self.list[it])
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}
impl<T> FusedIterator for Iter<'_, T> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(list: &Segmented<usize>, expected: &[usize]) {
        assert_eq!((list.len(), list.is_empty()), (expected.len(), expected.is_empty()));
        assert!(list.iter().eq(expected) && list.iter().rev().eq(expected.iter().rev()));
        assert_eq!(list.iter().fold(Vec::new(), |all, it| [all, vec![*it]].concat()), expected);
        assert_eq!((list.first(), list.last()), (expected.first(), expected.last()));
        assert!((0..expected.len() + 2).all(|it| list.get(it) == expected.get(it)));
        assert!(list.segments.iter().all(|it| !it.is_empty()));
        assert!(list.clone().iter_mut().eq(expected));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn it_is_a_list(first in 0..700_usize, second in 0..700_usize, at in 0..1400_usize, from in 0..1500_usize) {
            let mut list: Segmented<usize> = (0..first).collect();
            let mut expected: Vec<usize> = (0..first).collect();
            check(&list, &expected);
            let before = list.clone();
            list.extend(0..second);
            expected.extend(0..second);
            list.push(7);
            expected.push(7);
            if let Some(entry) = list.get_mut(at) {
                (*entry, expected[at]) = (9, 9);
            }
            check(&list, &expected);
            prop_assert_eq!(list == before, expected[..] == Vec::from_iter(before.iter().copied()));
            check(&before, &(0..first).collect::<Vec<_>>());
            let ascending: Segmented<usize> = (0..first).collect();
            prop_assert_eq!(ascending.partition_point(|it| *it < at), first.min(at));
            let part = expected.get(from..).unwrap_or_default();
            prop_assert!(list.range(from..usize::MAX).eq(part) && list.iter().skip(from).eq(part));
            prop_assert_eq!(list.range(from..from + 300).sum::<usize>(), part.iter().take(300).sum::<usize>());
        }
    }

    #[test]
    fn what_is_appended_leaves_the_rest_shared() {
        let mut list: Segmented<u8> = std::iter::repeat_n(1, 3 * SEGMENT + 5).collect();
        let before = list.clone();
        list.push(2);
        let shared = list.segments.iter().zip(&before.segments).filter(|it| Arc::ptr_eq(it.0, it.1)).count();
        assert_eq!((shared, list.len(), before.len()), (3, before.len() + 1, 3 * SEGMENT + 5));
    }
}

//! Who holds another value than the one that counts, at each moment.

use super::{History, Moment, Subject};

/// Who holds another value than the one that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The key, by its place.
    pub key: u32,
    /// Since when the value is old: it was the right one before. `None`: it never was.
    pub old_since: Option<Moment>,
}

/// A subject of which not all hold the same at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement<'a> {
    /// Which.
    pub subject: &'a Subject,
    /// The key whose value counts: that of the environment, or else the one that was set last.
    pub reference: u32,
    /// Those who hold another.
    pub holders: Vec<Holder>,
}

impl History {
    /// What they do not agree on at a moment. Only those that hold a value count.
    pub fn disagreements(&self, moment: Moment) -> Vec<Disagreement<'_>> {
        self.subjects.iter().filter_map(|it| self.disagreement(it, moment)).collect()
    }

    /// Whether a subject is held by more than one at a moment.
    pub fn is_shared(&self, subject: &Subject, moment: Moment) -> bool {
        subject.keys.iter().filter(|it| self.keys[**it as usize].value(moment).is_some()).count() > 1
    }

    pub(super) fn disagreement<'a>(
        &'a self,
        subject: &'a Subject,
        moment: Moment,
    ) -> Option<Disagreement<'a>> {
        let value = |it: u32| self.keys[it as usize].value(moment);
        let since = |it: u32| self.keys[it as usize].at(moment).map_or(0, |it| it.moment);
        let holders = || subject.keys.iter().copied().filter(|it| value(*it).is_some());
        let newest = || holders().rev().max_by_key(|it| since(*it));
        let reference = subject.of_env.filter(|it| value(*it).is_some()).or_else(newest)?;
        let other = |it: u32| {
            let old_since = self.superseded(reference, value(it)?, moment);
            (value(it) != value(reference)).then_some(Holder { key: it, old_since })
        };
        let holders: Vec<Holder> = holders().filter_map(other).collect();
        (!holders.is_empty()).then_some(Disagreement { subject, reference, holders })
    }

    /// When `reference` ceased to have `value`, which it had before.
    fn superseded(&self, reference: u32, value: &str, moment: Moment) -> Option<Moment> {
        let writes = &self.keys[reference as usize].writes;
        let until = writes.partition_point(|it| it.moment <= moment);
        let had = writes[..until].iter().rposition(|it| it.value.as_deref() == Some(value))?;
        writes[..until].get(had + 1).map(|it| it.moment)
    }

    /// The stretches in which a subject was not agreed on: first moment, and the first at which all agree again, if any.
    pub fn conflicts(&self, subject: &Subject) -> Vec<(Moment, Option<Moment>)> {
        let writes = subject.keys.iter().flat_map(|it| &self.keys[*it as usize].writes);
        let mut moments: Vec<Moment> = writes.map(|it| it.moment).collect();
        moments.sort_unstable();
        moments.dedup();
        let mut found: Vec<(Moment, Option<Moment>)> = Vec::new();
        for moment in moments {
            let open = found.last().is_some_and(|it| it.1.is_none());
            match (self.disagreement(subject, moment).is_some(), open) {
                (true, false) => found.push((moment, None)),
                (false, true) => found.last_mut().expect("one is open").1 = Some(moment),
                _ => {}
            }
        }
        found
    }
}

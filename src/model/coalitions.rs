//! The values of coalitions. There are 2^n of them, so each is kept in few bytes.

use std::borrow::Cow;

use super::{Absence, AgentId, Maybe, Origin, Sample};

/// The members of a coalition, ascending, each once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Members(Kept);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kept {
    /// Bit i is agent i: all are among the first 64.
    Few(u64),
    /// Some are not. In a box of its own, as that is half as large here.
    #[allow(clippy::box_collection, reason = "a vector alone would take 24 bytes in each of 2^n rows")]
    Many(Box<Vec<AgentId>>),
}

impl Members {
    /// The members as a number with a bit for each, if all are among the first 64 agents.
    pub fn mask(&self) -> Option<u64> {
        match self.0 {
            Kept::Few(mask) => Some(mask),
            Kept::Many(_) => None,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Few(mask) => mask.count_ones() as usize,
            Kept::Many(all) => all.len(),
        }
    }

    /// Whether it is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = AgentId> + '_ {
        let (mut mask, many) = match &self.0 {
            Kept::Few(mask) => (*mask, &[][..]),
            Kept::Many(all) => (0, all.as_slice()),
        };
        let few = std::iter::from_fn(move || {
            let bit = mask.trailing_zeros();
            mask &= mask.wrapping_sub(1);
            (bit < u64::BITS).then_some(AgentId(bit))
        });
        few.chain(many.iter().copied())
    }
}

/// Against agents in ascending order, each once.
impl PartialEq<Vec<AgentId>> for &Members {
    fn eq(&self, other: &Vec<AgentId>) -> bool {
        self.iter().eq(other.iter().copied())
    }
}

impl FromIterator<AgentId> for Members {
    fn from_iter<I: IntoIterator<Item = AgentId>>(agents: I) -> Self {
        let (mut mask, mut many) = (0, Vec::new());
        for agent in agents {
            match agent.0 < u64::BITS {
                true => mask |= 1_u64 << agent.0,
                false => many.push(agent),
            }
        }
        if many.is_empty() {
            return Self(Kept::Few(mask));
        }
        many.extend(Self(Kept::Few(mask)).iter());
        many.sort_unstable();
        many.dedup();
        many.shrink_to_fit();
        Self(Kept::Many(Box::new(many)))
    }
}

/// The value of one coalition, as a table has it.
#[derive(Clone, Debug, PartialEq)]
pub struct CoalitionValue<'a> {
    /// Who is in it.
    pub agents: &'a Members,
    /// What they earned.
    pub value: Cow<'a, Sample>,
    /// The record.
    pub origin: Origin,
}

/// Known coalitions, one row each, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoalitionValues {
    rows: Vec<Row>,
    /// Records, each once for the rows that follow each other.
    origins: Vec<Origin>,
    /// How many rows have a mean.
    known: usize,
    /// How many rows have more than a mean, its spread and a number.
    whole: usize,
}

/// 48 bytes.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    agents: Members,
    value: Small,
    /// Which of the records.
    origin: u32,
}

/// A sample of which often only the mean is known.
#[derive(Clone, Debug, PartialEq)]
enum Small {
    /// No runs, no own values; an `n` of 0 is none.
    Stated { mean: Maybe, std: Maybe, n: u32 },
    /// Anything.
    Whole(Box<Sample>),
}

impl Small {
    fn of(it: Sample) -> Self {
        let Sample { mean, std, n, returns, seeds, own } = &it;
        let plain = returns.is_empty() && seeds.is_empty() && own.is_empty() && *n != Some(0);
        let is_number = |it: &Option<f64>| it.is_none_or(|it| !it.is_nan());
        match plain && is_number(mean) && is_number(std) {
            true => Small::Stated { mean: Maybe::of(*mean), std: Maybe::of(*std), n: n.unwrap_or(0) },
            false => Small::Whole(Box::new(it)),
        }
    }

    /// 1 for anything that is not stated alone.
    fn is_whole(&self) -> usize {
        usize::from(matches!(self, Small::Whole(_)))
    }

    fn mean(&self) -> Option<f64> {
        match self {
            Small::Stated { mean, .. } => mean.get(),
            Small::Whole(it) => it.mean,
        }
    }

    fn sample(&self) -> Cow<'_, Sample> {
        match self {
            Small::Whole(it) => Cow::Borrowed(it),
            Small::Stated { mean, std, n } => Cow::Owned(Sample {
                mean: mean.get(),
                std: std.get(),
                n: Some(*n).filter(|it| *it > 0),
                ..Sample::default()
            }),
        }
    }
}

impl CoalitionValues {
    /// Adds a row.
    pub fn push(&mut self, agents: Members, value: Sample, origin: Origin) {
        if self.origins.last() != Some(&origin) {
            self.origins.push(origin);
        }
        self.known += usize::from(value.mean.is_some());
        let value = Small::of(value);
        self.whole += value.is_whole();
        self.rows.push(Row { agents, value, origin: (self.origins.len() - 1) as u32 });
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows have a mean.
    pub fn known(&self) -> usize {
        self.known
    }

    /// The row at `at`.
    pub fn get(&self, at: usize) -> Option<CoalitionValue<'_>> {
        self.rows.get(at).map(|it| self.value(it))
    }

    /// Who is in the coalition of the row at `at`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn members_of(&self, at: usize) -> &Members {
        &self.rows[at].agents
    }

    /// The mean of the row at `at`, if it has one.
    pub fn mean(&self, at: usize) -> Option<f64> {
        self.rows.get(at)?.value.mean()
    }

    /// Who is in the coalition of each row.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Members> + DoubleEndedIterator {
        self.rows.iter().map(|it| &it.agents)
    }

    /// All rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = CoalitionValue<'_>> + DoubleEndedIterator {
        self.rows.iter().map(|it| self.value(it))
    }

    /// Samples that have more than a mean, its spread and a number: of the others no run is known.
    pub fn with_runs(&self) -> impl Iterator<Item = &Sample> {
        // There may be millions of rows, and often no run.
        let rows = if self.whole == 0 { &[] } else { self.rows.as_slice() };
        rows.iter().filter_map(|it| match &it.value {
            Small::Whole(it) => Some(&**it),
            Small::Stated { .. } => None,
        })
    }

    /// Changes the sample of a row, and gives back what `change` says.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn update<T>(&mut self, at: usize, change: impl FnOnce(&mut Sample) -> T) -> T {
        let row = &mut self.rows[at];
        let mut sample = row.value.sample().into_owned();
        self.known -= usize::from(sample.mean.is_some());
        let answer = change(&mut sample);
        self.known += usize::from(sample.mean.is_some());
        self.whole -= row.value.is_whole();
        row.value = Small::of(sample);
        self.whole += row.value.is_whole();
        answer
    }

    /// Changes the samples of all rows.
    pub fn update_all(&mut self, mut change: impl FnMut(&mut Sample)) {
        (0..self.rows.len()).for_each(|at| self.update(at, &mut change));
    }

    /// Changes the samples that have runs: see [`CoalitionValues::with_runs`].
    pub fn update_runs(&mut self, mut change: impl FnMut(&mut Sample)) {
        let rows = if self.whole == 0 { 0 } else { self.rows.len() };
        for at in 0..rows {
            if self.rows[at].value.is_whole() == 1 {
                self.update(at, &mut change);
            }
        }
    }

    /// Takes out a row.
    #[cfg(test)]
    pub(crate) fn remove(&mut self, at: usize) {
        let row = self.rows.remove(at);
        self.known -= usize::from(row.value.mean().is_some());
        self.whole -= row.value.is_whole();
    }

    fn value<'a>(&'a self, row: &'a Row) -> CoalitionValue<'a> {
        let origin = self.origins[row.origin as usize];
        CoalitionValue { agents: &row.agents, value: row.value.sample(), origin }
    }
}

impl FromIterator<(Members, Sample, Origin)> for CoalitionValues {
    fn from_iter<I: IntoIterator<Item = (Members, Sample, Origin)>>(rows: I) -> Self {
        let mut values = Self::default();
        rows.into_iter().for_each(|(agents, value, origin)| values.push(agents, value, origin));
        values
    }
}

/// A coalition value table, perhaps incomplete.
#[derive(Clone, Debug, PartialEq)]
pub struct CoalitionTable {
    /// `counterfactual.group`.
    pub name: String,
    /// The players: every agent named by any coalition, ascending.
    pub players: Vec<AgentId>,
    /// Known coalitions, no two of the same members.
    pub values: CoalitionValues,
    /// What an absent agent does.
    pub absence: Absence,
}

impl CoalitionTable {
    /// Whether every coalition of its players has a value.
    pub fn is_complete(&self) -> bool {
        self.players.len() < usize::BITS as usize && self.values.known() >= 1 << self.players.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(agents: &[u32]) -> Members {
        agents.iter().copied().map(AgentId).collect()
    }

    #[test]
    fn members_are_ascending_and_stand_once() {
        for (given, expected) in
            [(&[][..], &[][..]), (&[2, 0, 2], &[0, 2]), (&[63], &[63]), (&[64, 1, 64, 700], &[1, 64, 700])]
        {
            let found = members(given);
            let agents: Vec<u32> = found.iter().map(|it| it.0).collect();
            assert_eq!((agents.as_slice(), found.len()), (expected, expected.len()));
            assert_eq!((found.is_empty(), found.mask().is_some()), (given.is_empty(), !given.contains(&64)));
        }
        assert_eq!(members(&[0, 5]).mask(), Some(0b10_0001));
    }

    #[test]
    fn a_row_is_small_and_a_sample_comes_back_as_it_was() {
        assert_eq!(size_of::<Row>(), 48);
        let stated = Sample { mean: Some(-0.5), std: Some(0.25), n: Some(16), ..Sample::default() };
        let samples = [
            stated.clone(),
            Sample::default(),
            Sample { n: Some(0), ..stated.clone() },
            Sample::of_returns(vec![1.0, 0.0]),
            Sample { own: vec![(AgentId(1), Sample::stated(1.0))], ..stated },
        ];
        let mut values = CoalitionValues::default();
        for (at, it) in samples.iter().enumerate() {
            values.push(members(&[at as u32]), it.clone(), Origin::default());
        }
        let back: Vec<Sample> = values.iter().map(|it| it.value.into_owned()).collect();
        assert_eq!((back.as_slice(), values.known(), values.with_runs().count()), (&samples[..], 4, 3));
        values.update(1, |it| it.mean = Some(2.0));
        values.update(0, |it| *it = Sample::default());
        assert_eq!((values.mean(1), values.mean(0), values.known()), (Some(2.0), None, 4));
        // What has runs is found and lost with them.
        let runs = |it: &CoalitionValues| it.with_runs().count();
        values.update(0, |it| *it = Sample::of_returns(vec![1.0]));
        assert_eq!(runs(&values), 4);
        values.update_runs(|it| *it = Sample::stated(0.5));
        assert_eq!((runs(&values), values.known()), (0, 5));
        values.remove(1);
        values.update_runs(|_| panic!("there is none"));
    }
}

//! The values of coalitions in one record. There may be 2^n, so each name is kept once and each value in few bytes.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::model::{AgentId, Maybe, Members};

/// What one agent earns for itself, where agents are paid apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnReward {
    /// Whose.
    pub agent: String,
    /// In reward units; a mean where several runs are behind it.
    pub value: Option<f64>,
    /// The return of each run, in place of `value`: as many for every agent of the list. NaN where no finite number was
    /// logged.
    pub returns: Vec<f64>,
}

/// The value of one coalition.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Coalition {
    /// Its members.
    pub agents: Vec<String>,
    /// Mean return.
    pub value: Option<f64>,
    /// Return of each run, in place of `value`; NaN where no finite number was logged.
    pub returns: Vec<f64>,
    /// Seed of each run: those of equal seeds are compared with each other.
    #[cfg_attr(test, schemars(with = "Vec<super::schema::shape::Name>"))]
    pub seeds: Vec<String>,
    /// Standard deviation of one return.
    pub std: Option<f64>,
    /// Number of returns.
    pub n: Option<u32>,
    /// What single agents earn, by agent: a mean each, or a list with an object for each run.
    #[cfg_attr(test, schemars(with = "super::schema::shape::Rewards"))]
    pub rewards: Vec<OwnReward>,
}

/// Names that are compared before one is looked up.
const NEAR: usize = 4;

/// Values of coalitions, in logged order.
#[derive(Clone, Debug, Default)]
pub struct Coalitions {
    /// By first use.
    names: IndexSet<String, FxBuildHasher>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// Places among the names.
    members: Members,
    value: Kept,
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
enum Kept {
    /// No runs and nobody's own; an `n` of 0 is none.
    Stated { value: Maybe, std: Maybe, n: u32 },
    /// Anything, but for the members.
    Whole(Box<Coalition>),
}

/// One coalition as the record has it. Members stand in the order in which the record first names them.
#[derive(Clone, Copy, Debug)]
pub struct CoalitionView<'a> {
    names: &'a IndexSet<String, FxBuildHasher>,
    members: &'a Members,
    /// Mean return.
    pub value: Option<f64>,
    /// Return of each run.
    pub returns: &'a [f64],
    /// Seed of each run.
    pub seeds: &'a [String],
    /// Standard deviation of one return.
    pub std: Option<f64>,
    /// Number of returns.
    pub n: Option<u32>,
    /// What single agents earn.
    pub rewards: &'a [OwnReward],
}

impl<'a> CoalitionView<'a> {
    /// Its members, as places among [`Coalitions::names`].
    pub fn places(&self) -> impl Iterator<Item = usize> + use<'a> {
        self.members.iter().map(AgentId::index)
    }

    /// The names of its members.
    pub fn agents(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let names = self.names;
        self.places().map(|at| names[at].as_str())
    }
}

impl Coalitions {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Everybody who is in any of them, by first use.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = CoalitionView<'_>> {
        self.rows.iter().map(|row| {
            let (names, members) = (&self.names, &row.members);
            match &row.value {
                Kept::Stated { value, std, n } => CoalitionView {
                    names,
                    members,
                    value: value.get(),
                    returns: &[],
                    seeds: &[],
                    std: std.get(),
                    n: Some(*n).filter(|it| *it > 0),
                    rewards: &[],
                },
                Kept::Whole(it) => CoalitionView {
                    names,
                    members,
                    value: it.value,
                    returns: &it.returns,
                    seeds: &it.seeds,
                    std: it.std,
                    n: it.n,
                    rewards: &it.rewards,
                },
            }
        })
    }

    /// Adds a coalition of which no run and nobody's own reward is known.
    pub(super) fn push_stated(
        &mut self,
        names: &[&str],
        value: Option<f64>,
        std: Option<f64>,
        n: Option<u32>,
    ) {
        if n == Some(0) {
            let agents = names.iter().map(|it| (*it).to_owned()).collect();
            return self.push(Coalition { agents, value, std, n, ..Coalition::default() });
        }
        let mut next = 0;
        let place = |name: &&str| {
            let place = self.place(name, next);
            next = place + 1;
            AgentId::from_index(place)
        };
        let members = names.iter().map(place).collect();
        let value = Kept::Stated { value: Maybe::of(value), std: Maybe::of(std), n: n.unwrap_or(0) };
        self.rows.push(Row { members, value });
    }

    /// The place of `name`, which is likely to be at `next` or soon after it: writers keep to one order.
    fn place(&mut self, name: &str, next: usize) -> usize {
        let near = self.names.iter().enumerate().skip(next).take(NEAR);
        if let Some((at, _)) = near.into_iter().find(|it| it.1 == name) {
            return at;
        }
        match self.names.get_index_of(name) {
            Some(at) => at,
            None => self.names.insert_full(name.to_owned()).0,
        }
    }

    fn push(&mut self, mut it: Coalition) {
        let members = std::mem::take(&mut it.agents);
        let members =
            members.iter().map(|it| AgentId::from_index(self.place(it, self.names.len()))).collect();
        let Coalition { returns, seeds, rewards, .. } = &it;
        let is_stated = returns.is_empty() && seeds.is_empty() && rewards.is_empty() && it.n != Some(0);
        let value = match is_stated {
            true => Kept::Stated { value: Maybe::of(it.value), std: Maybe::of(it.std), n: it.n.unwrap_or(0) },
            false => Kept::Whole(Box::new(it)),
        };
        self.rows.push(Row { members, value });
    }
}

impl Extend<Coalition> for Coalitions {
    fn extend<I: IntoIterator<Item = Coalition>>(&mut self, coalitions: I) {
        coalitions.into_iter().for_each(|it| self.push(it));
    }
}

impl PartialEq for Coalitions {
    fn eq(&self, other: &Self) -> bool {
        self.names().eq(other.names()) && self.rows == other.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let coalition = |agents: &[&str], n: Option<u32>, returns: &[f64]| Coalition {
            agents: agents.iter().map(|it| (*it).to_owned()).collect(),
            value: Some(0.5),
            n,
            returns: returns.to_vec(),
            ..Coalition::default()
        };
        let mut all = Coalitions::default();
        all.extend([
            coalition(&[], None, &[]),
            coalition(&["b", "a"], Some(4), &[]),
            coalition(&["a", "c", "a"], Some(0), &[1.0]),
        ]);
        let seen: Vec<(Vec<&str>, Option<u32>, &[f64])> =
            all.iter().map(|it| (it.agents().collect(), it.n, it.returns)).collect();
        assert_eq!(
            seen,
            [(vec![], None, &[][..]), (vec!["b", "a"], Some(4), &[]), (vec!["a", "c"], Some(0), &[1.0])]
        );
        assert_eq!((all.len(), all.names().collect::<String>().as_str()), (3, "bac"));
        let mut other = Coalitions::default();
        other.extend([coalition(&["a"], None, &[]), coalition(&["b", "a"], Some(4), &[])]);
        assert_ne!(all, other);
        assert!(size_of::<Row>() <= 40);
    }
}

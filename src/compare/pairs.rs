//! Which episode of one run goes with which of another.

use std::collections::BTreeMap;

use super::RunEpisode;

/// What makes two episodes a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairedBy {
    /// Task (or group) and seed; the nth of one goes with the nth of the other.
    TaskAndSeed,
    /// Task (or group) alone; the nth of one goes with the nth of the other.
    Task,
    /// Seed alone.
    Seed,
    /// The name of the episode.
    Name,
}

impl PairedBy {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            PairedBy::TaskAndSeed => "task, seed and occurrence",
            PairedBy::Task => "task and occurrence: no seeds are logged, so luck is not shared",
            PairedBy::Seed => "seed and occurrence",
            PairedBy::Name => "name",
        }
    }
}

/// The pairs of two runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pairs {
    pub(super) by: PairedBy,
    /// Places in A and in B, in the order of A.
    pub(super) pairs: Vec<(usize, usize)>,
    /// Places of those without a partner.
    pub(super) alone: (Vec<usize>, Vec<usize>),
}

type Key<'a> = (Option<&'a str>, Option<&'a str>, usize);

/// Pairs episodes by the most that both runs say of nearly all of theirs. Those that are left out count as occurrences
/// and are in no pair, nor alone.
pub(super) fn pairs(a: &[RunEpisode], b: &[RunEpisode]) -> Pairs {
    let has = |of: fn(&RunEpisode) -> bool| {
        let most = |run: &[RunEpisode]| 10 * run.iter().filter(|it| of(it)).count() >= 9 * run.len();
        most(a) && most(b)
    };
    let by = match (has(|it| it.task.is_some()), has(|it| it.seed.is_some())) {
        (true, true) => PairedBy::TaskAndSeed,
        (true, false) => PairedBy::Task,
        (false, true) => PairedBy::Seed,
        (false, false) => PairedBy::Name,
    };
    let (of_a, of_b) = (keys(a, by), keys(b, by));
    let places: BTreeMap<Key<'_>, usize> = of_b.iter().enumerate().map(|(at, key)| (*key, at)).collect();
    let mut pairs = Vec::new();
    let mut taken = vec![false; b.len()];
    let mut alone = (Vec::new(), Vec::new());
    for (at, key) in of_a.iter().enumerate().filter(|it| a[it.0].left_out.is_none()) {
        match places.get(key).filter(|it| b[**it].left_out.is_none()) {
            Some(with) => {
                taken[*with] = true;
                pairs.push((at, *with));
            }
            None => alone.0.push(at),
        }
    }
    alone.1.extend((0..b.len()).filter(|it| !taken[*it] && b[*it].left_out.is_none()));
    Pairs { by, pairs, alone }
}

fn keys(run: &[RunEpisode], by: PairedBy) -> Vec<Key<'_>> {
    let mut times: BTreeMap<(Option<&str>, Option<&str>), usize> = BTreeMap::new();
    let mut keys = Vec::with_capacity(run.len());
    for RunEpisode { name, task, seed, .. } in run {
        let (task, seed) = (task.as_deref(), seed.as_deref());
        let key = match by {
            PairedBy::TaskAndSeed => (task, seed),
            PairedBy::Task => (task, None),
            PairedBy::Seed => (None, seed),
            PairedBy::Name => (Some(name.as_str()), None),
        };
        let nth = times.entry(key).or_default();
        *nth += 1;
        keys.push((key.0, key.1, *nth));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::LeftOut;

    fn run(text: &str) -> Vec<RunEpisode> {
        let episode = |word: &str| {
            let mut parts = word.split('/');
            let mut part = || parts.next().filter(|it| !it.is_empty()).map(str::to_owned);
            let (name, task, seed) = (part().unwrap(), part(), part());
            let left_out = name.ends_with('x').then_some(LeftOut::Aborted);
            RunEpisode { name, task, seed, left_out, ..RunEpisode::default() }
        };
        text.split(' ').map(episode).collect()
    }

    fn check(a: &str, b: &str, by: PairedBy, expected: &[(&str, &str)], alone: (&[&str], &[&str])) {
        let (a, b) = (run(a), run(b));
        let found = pairs(&a, &b);
        let named: Vec<(&str, &str)> =
            found.pairs.iter().map(|it| (&*a[it.0].name, &*b[it.1].name)).collect();
        assert_eq!((found.by, &named[..]), (by, expected));
        let names =
            |run: &[RunEpisode], at: &[usize]| at.iter().map(|it| run[*it].name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&a, &found.alone.0), names(&b, &found.alone.1)),
            (
                alone.0.iter().map(|it| (*it).to_owned()).collect(),
                alone.1.iter().map(|it| (*it).to_owned()).collect(),
            )
        );
    }

    #[test]
    fn episodes_go_together_by_what_both_say() {
        check("a/t/1 b/t/2", "c/t/2 d/t/1", PairedBy::TaskAndSeed, &[("a", "d"), ("b", "c")], (&[], &[]));
        // The second of a kind goes with the second, also where the first broke off.
        check("a/t/1 b/t/1", "cx/t/1 d/t/1", PairedBy::TaskAndSeed, &[("b", "d")], (&["a"], &[]));
        check("a/t b/u", "c/u d/u", PairedBy::Task, &[("b", "c")], (&["a"], &["d"]));
        check("a b", "b c", PairedBy::Name, &[("b", "b")], (&["a"], &["c"]));
        check("a//1 b//2", "c//2", PairedBy::Seed, &[("b", "c")], (&["a"], &[]));
    }
}

//! How far persons agree on who was to blame: Cohen's kappa of every two of them, over the episodes that both judged.
//!
//! Source: Cohen 1960, A coefficient of agreement for nominal scales. With p_o the share of episodes in which both name the same
//! and p_e the share in which they would by chance (the sum over names of the product of how often each gives it),
//! kappa = (p_o - p_e) / (1 - p_e). Its interval takes p_e as known, as Cohen's standard error does, with Wilson's interval of p_o
//! in place of the normal one, so that it does not collapse where all agree.

use std::collections::BTreeMap;

use crate::{
    model::{Episode, is_person},
    stats::wilson,
};

/// Standard errors of a 95 % interval.
const Z: f64 = 1.96;

/// What one person says of one episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The person.
    pub by: String,
    /// The agent named.
    pub agent: String,
    /// The act named, if one is.
    pub act: Option<String>,
}

/// What each person says of an episode, by the last of its judgements that blames.
pub fn opinions(episode: &Episode) -> Vec<Opinion> {
    let mut all: BTreeMap<&str, Opinion> = BTreeMap::new();
    for label in episode.labels.iter().filter(|it| it.blames() && is_person(&it.judge)) {
        let act = label.act.map(|it| episode.act(it).id.clone()).or_else(|| label.act_text.clone());
        let opinion = Opinion { by: label.by().to_owned(), agent: label.agent_text.clone(), act };
        all.insert(label.by(), opinion);
    }
    all.into_values().collect()
}

/// How far two persons agree in naming one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kappa {
    /// Episodes in which both name one.
    pub n: u32,
    /// Those in which both name the same.
    pub same: u32,
    /// PersonsAgree beyond chance, at most 1; `None`: both always give the same one name, or there is no episode.
    pub kappa: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
}

impl Kappa {
    /// Of pairs of names.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (mut n, mut same) = (0_u32, 0_u32);
        let mut counts: BTreeMap<&str, [u32; 2]> = BTreeMap::new();
        for (first, second) in pairs {
            n += 1;
            same += u32::from(first == second);
            counts.entry(first).or_default()[0] += 1;
            counts.entry(second).or_default()[1] += 1;
        }
        if n == 0 {
            return Self::default();
        }
        let all = f64::from(n);
        let by_chance: f64 =
            counts.values().map(|it| f64::from(it[0]) * f64::from(it[1])).sum::<f64>() / (all * all);
        let beyond = |agreed: f64| (agreed - by_chance) / (1.0 - by_chance);
        let is_known = by_chance < 1.0;
        let (low, high) = wilson(same, n, Z).unwrap_or_default();
        Self {
            n,
            same,
            kappa: is_known.then(|| beyond(f64::from(same) / all)),
            interval: is_known.then(|| (beyond(low), beyond(high))),
        }
    }
}

/// How far two persons agree.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonsAgree {
    /// Who, in alphabetical order.
    pub persons: (String, String),
    /// On the agent.
    pub agent: Kappa,
    /// On the act, over the episodes in which both name one.
    pub act: Kappa,
}

/// How far every two persons agree who judged the same episodes.
pub fn agreements(episodes: &[Vec<Opinion>]) -> Vec<PersonsAgree> {
    type Pairs<'a> = Vec<(&'a Opinion, &'a Opinion)>;
    let mut by_persons: BTreeMap<(&str, &str), Pairs<'_>> = BTreeMap::new();
    for opinions in episodes {
        for (at, first) in opinions.iter().enumerate() {
            for second in &opinions[at + 1..] {
                let (first, second) = if first.by <= second.by { (first, second) } else { (second, first) };
                by_persons.entry((&first.by, &second.by)).or_default().push((first, second));
            }
        }
    }
    let agreement = |(persons, pairs): ((&str, &str), Pairs<'_>)| PersonsAgree {
        persons: (persons.0.to_owned(), persons.1.to_owned()),
        agent: Kappa::of(pairs.iter().map(|it| (it.0.agent.as_str(), it.1.agent.as_str()))),
        act: Kappa::of(pairs.iter().filter_map(|it| it.0.act.as_deref().zip(it.1.act.as_deref()))),
    };
    by_persons.into_iter().map(agreement).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_of_a_table_worked_by_hand() {
        // Both say a 20 times and b 15 times; a b 5 times, b a 10 times: p_o = 35/50 = 0.7; the first says a 25 of 50, the
        // second 30 of 50, so p_e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5 and kappa = 0.2 / 0.5 = 0.4.
        let rows = [("a", "a", 20), ("b", "b", 15), ("a", "b", 5), ("b", "a", 10)];
        let pairs = rows.iter().flat_map(|it| std::iter::repeat_n((it.0, it.1), it.2));
        let found = Kappa::of(pairs);
        assert_eq!((found.n, found.same), (50, 35));
        assert!((found.kappa.unwrap() - 0.4).abs() < 1e-12);
        // Wilson's interval of 35 of 50 is [0.5625, 0.8090] (Wilson 1927 with z = 1.96); (x - 0.5) / 0.5 of both ends.
        let (low, high) = found.interval.unwrap();
        assert!((low - 0.1249).abs() < 2e-4 && (high - 0.6181).abs() < 2e-4, "{low} {high}");
    }

    #[test]
    fn full_agreement_is_no_certainty_and_one_name_tells_nothing() {
        let found = Kappa::of([("a", "a"), ("b", "b"), ("c", "c"), ("a", "a")]);
        assert_eq!(found.kappa, Some(1.0));
        assert!(found.interval.unwrap().0 < 0.5, "four episodes: {:?}", found.interval);
        let one = Kappa::of([("a", "a"), ("a", "a")]);
        assert_eq!((one.n, one.same, one.kappa, one.interval), (2, 2, None, None));
        assert_eq!(Kappa::of([]), Kappa::default());
    }

    #[test]
    fn persons_are_paired_over_the_episodes_that_both_judged() {
        let opinion = |by: &str, agent: &str, act: Option<&str>| Opinion {
            by: by.to_owned(),
            agent: agent.to_owned(),
            act: act.map(str::to_owned),
        };
        let episodes = [
            vec![opinion("ben", "x", Some("s1")), opinion("ana", "x", None)],
            vec![opinion("ana", "y", Some("s2")), opinion("ben", "x", Some("s2"))],
            vec![opinion("ana", "y", Some("s2"))],
        ];
        let [found] = &agreements(&episodes)[..] else { panic!("one pair") };
        assert_eq!(found.persons, ("ana".to_owned(), "ben".to_owned()));
        assert_eq!((found.agent.n, found.agent.same, found.act.n, found.act.same), (2, 1, 1, 1));
    }
}

//! Inter-agent influence: how much a candidate tells about what the next agent says. The third diagnostic of
//! C3 (EIT-EAST-Lab/C3, `c3/analysis`).
//!
//! I(J; Y | h) in nats: J a candidate, Y the symbol of the next text, h the frozen context of the group.
//! `p(y|j) = (count + a)/(n_j + a V)` with a = 0.01, `p(j)` by number of texts, V the 64 most frequent
//! symbols of all groups and OTHER.
//!
//! A few texts per candidate give a large number whatever the influence is: if all texts differ, it is about
//! the logarithm of the number of candidates. So beside it stand n per candidate, the share of OTHER, and the
//! null: the same number when the texts of a group are dealt to its candidates at random.

use std::collections::HashMap;

use crate::{
    model::{Estimate, Value},
    stats::Draws,
};

use super::{Group, Symbol, information::Layout, spread::Spread};

/// At most this many symbols are told apart.
const TOP: usize = 64;
/// Added to every count.
const ALPHA: f64 = 0.01;
/// At most this many deals for the null; fewer if there are very many texts.
const DEALS: usize = 200;
/// Deals of the null, at least.
const LEAST_DEALS: usize = 40;
/// At most this many texts in all deals together, so that a large log takes seconds.
const WORK: usize = 20_000_000;

/// Influence over groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// Mean, in nats, over the groups that have next texts of at least two candidates, with its standard
    /// error over groups. Undefined if there are no such groups.
    pub value: Value,
    /// What chance alone gives; `None` if it was not requested or there is no value.
    pub null: Option<Null>,
    /// Groups with a value.
    pub groups: usize,
    /// Groups without.
    pub without: usize,
    /// Fewest and most next texts of a candidate, in the groups with a value.
    pub per_candidate: (usize, usize),
    /// Share of the texts that fell under OTHER, 0..1.
    pub other_share: f64,
    /// Different symbols, however many are told apart.
    pub distinct: usize,
    /// The symbols told apart, the most frequent first; ties in order of first appearance.
    pub vocabulary: Vec<Symbol>,
}

/// The mean influence if the texts of each group are dealt at random to its candidates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Null {
    /// Mean over the deals, in nats.
    pub mean: f64,
    /// 95% of the deals lie at or below this.
    pub high: f64,
    /// Share of deals (the real one among them) that reach the value found.
    pub p: f64,
    /// Number of deals.
    pub deals: usize,
}

/// How symbols are counted.
pub(super) struct Counting {
    vocabulary: Vec<Symbol>,
    bins: HashMap<Symbol, usize>,
    distinct: usize,
}

/// The texts of one group: per candidate the bins of its texts.
pub(super) type Texts = Vec<Vec<usize>>;

impl Counting {
    /// The vocabulary over `groups`, and the texts of each group in it; `None` for a group with fewer than
    /// two candidates with texts.
    pub(super) fn of(groups: &[Group]) -> (Self, Vec<Option<Texts>>) {
        let mut order: Vec<(Symbol, usize)> = Vec::new();
        let mut places: HashMap<Symbol, usize> = HashMap::new();
        for symbol in groups.iter().flat_map(Group::credited).flat_map(|it| &it.next) {
            let place = *places.entry(*symbol).or_insert_with(|| {
                order.push((*symbol, 0));
                order.len() - 1
            });
            order[place].1 += 1;
        }
        let distinct = order.len();
        // Stable: ties stay in order of first appearance.
        order.sort_by_key(|it| std::cmp::Reverse(it.1));
        let vocabulary: Vec<Symbol> = order.into_iter().take(TOP).map(|it| it.0).collect();
        let bins = vocabulary.iter().enumerate().map(|(at, it)| (*it, at)).collect();
        let counting = Self { vocabulary, bins, distinct };
        let texts = groups.iter().map(|it| counting.texts(it)).collect();
        (counting, texts)
    }

    fn texts(&self, group: &Group) -> Option<Texts> {
        let other = self.vocabulary.len();
        let bin = |symbol: &Symbol| self.bins.get(symbol).copied().unwrap_or(other);
        let texts: Texts = group.credited().map(|it| it.next.iter().map(bin).collect()).collect();
        (texts.len() > 1 && texts.iter().any(|it| !it.is_empty())).then_some(texts)
    }

    /// I(J; Y) of one group, in nats.
    pub(super) fn information(&self, texts: &Texts) -> f64 {
        let layout = self.layout(texts);
        layout.information(layout.deck(), &mut Vec::new())
    }

    fn layout(&self, texts: &Texts) -> Layout {
        Layout::of(texts, self.vocabulary.len() + 1, ALPHA)
    }
}

/// Influence over `groups`, with its null; the deals come from `seed`.
pub fn influence(groups: &[Group], seed: u64) -> Influence {
    let (counting, texts) = Counting::of(groups);
    // The texts of one candidate say nothing about the others.
    let texts: Vec<Option<Texts>> = texts
        .into_iter()
        .map(|it| it.filter(|texts| texts.iter().filter(|it| !it.is_empty()).count() > 1))
        .collect();
    let mut found = plain(&counting, &texts);
    if let Value::Number(estimate) = &found.value {
        let known: Vec<&Texts> = texts.iter().flatten().collect();
        found.null = Some(null(&counting, &known, estimate.value, seed));
    }
    found
}

/// [`influence`] without the null.
pub(super) fn plain(counting: &Counting, texts: &[Option<Texts>]) -> Influence {
    let known: Vec<&Texts> = texts.iter().flatten().collect();
    let values: Vec<f64> = known.iter().map(|it| counting.information(it).max(0.0)).collect();
    let spread = Spread::of(&values);
    let value = match values.len() {
        0 => Value::Undefined(
            "no group has next texts of two candidates (`next` of the candidates)".to_owned(),
        ),
        1 => Value::Number(Estimate { n: Some(1), ..Estimate::exact(spread.mean) }),
        n => Value::Number(Estimate::with_standard_error(spread.mean, spread.stderr, Some(n as u32))),
    };
    let sizes = || known.iter().flat_map(|it| it.iter().map(Vec::len));
    let all: usize = sizes().sum();
    let other = counting.vocabulary.len();
    let others = known.iter().flat_map(|it| it.iter().flatten()).filter(|it| **it == other).count();
    Influence {
        value,
        null: None,
        groups: known.len(),
        without: texts.len() - known.len(),
        per_candidate: (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0)),
        other_share: if all == 0 { 0.0 } else { others as f64 / all as f64 },
        distinct: counting.distinct,
        vocabulary: counting.vocabulary.clone(),
    }
}

fn null(counting: &Counting, groups: &[&Texts], found: f64, seed: u64) -> Null {
    let texts: usize = groups.iter().flat_map(|it| it.iter().map(Vec::len)).sum();
    let deals = (WORK / texts.max(1)).clamp(LEAST_DEALS, DEALS);
    let mut means = vec![0.0; deals];
    let mut counts = Vec::new();
    for (at, texts) in groups.iter().enumerate() {
        // A stream per group, so that the deals of one group do not depend on how many groups come before it.
        let mut draws = Draws::new(seed ^ (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let layout = counting.layout(texts);
        let mut deck = layout.deck().to_vec();
        for mean in &mut means {
            for last in (1..deck.len()).rev() {
                let other = (draws.uniform() * (last + 1) as f64) as usize;
                deck.swap(last, other.min(last));
            }
            *mean += layout.information(&deck, &mut counts).max(0.0) / groups.len() as f64;
        }
    }
    means.sort_by(f64::total_cmp);
    // A difference by rounding alone still reaches the value, as when all texts are alike.
    let reach = means.iter().filter(|it| **it >= found - 1e-9 * found.abs().max(1e-3)).count();
    Null {
        mean: means.iter().sum::<f64>() / deals as f64,
        high: means[deals * 95 / 100 - 1],
        p: (reach + 1) as f64 / (deals + 1) as f64,
        deals,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{close, group, vector_groups};
    use super::*;

    #[test]
    fn information_of_the_reference() {
        // `diagnostics.influence.mi_nats_per_bucket` of tests/data/vectors.json, confirmed by C3's reference
        // implementation: a = 0.01, vocabulary x, y, z and OTHER.
        let (counting, texts) = Counting::of(&vector_groups());
        let values: Vec<f64> = texts.iter().flatten().map(|it| counting.information(it)).collect();
        let want = [0.295_281_424_782_582_74, 0.338_797_332_480_860_7, 0.318_544_817_963_408_4];
        values.iter().zip(want).for_each(|(a, b)| close(*a, b));
        assert_eq!(values.len(), 3);
    }

    #[test]
    fn a_candidate_that_decides_the_next_text() {
        // Two candidates, each always followed by its own word: ln 2 but for the smoothing. By hand, with
        // whole = 8 + 0.03: p = 8.01/8.03 and 0.01/8.03, marginal 4.01/8.03.
        let groups = [group("g", &[(&[1.0; 8], &["a"; 8]), (&[0.0; 8], &["b"; 8])])];
        let found = influence(&groups, 7);
        let by_hand =
            (8.01 * (8.01f64 / 4.01).ln() + 0.01 * (0.01f64 / 4.01).ln() + 0.01 * (0.01f64 / 0.01).ln())
                / 8.03;
        let value = found.value.number().unwrap();
        close(value.value, by_hand);
        let null = found.null.unwrap();
        assert!(null.mean < 0.1 && null.high < by_hand && null.p < 0.02, "{null:?}");
        assert_eq!((found.per_candidate, found.other_share, found.distinct), ((8, 8), 0.0, 2));
    }

    #[test]
    fn texts_that_all_differ_tell_nothing() {
        // 80 different texts: 64 are told apart, 16 are OTHER. Every deal gives about the same number.
        let words: Vec<String> = (0..80).map(|it| format!("w{it}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let groups = [group("g", &[(&[1.0], &words[..40]), (&[0.0], &words[40..])])];
        let found = influence(&groups, 7);
        close(found.other_share, 0.2);
        let null = found.null.unwrap();
        assert!(found.value.number().unwrap().value > 0.5 && null.mean > 0.5, "{null:?}");
        assert_eq!((found.distinct, found.vocabulary.len()), (80, 64));
    }

    #[test]
    fn equal_texts() {
        let found = influence(&[group("g", &[(&[1.0], &["a"; 3]), (&[0.0], &["a"; 3])])], 7);
        close(found.value.number().unwrap().value, 0.0);
        assert_eq!(found.null.unwrap().p, 1.0);
    }

    #[test]
    fn nothing_to_compare() {
        let check = |groups: &[Group]| assert!(matches!(influence(groups, 7).value, Value::Undefined(_)));
        check(&[]);
        check(&[group("g", &[(&[1.0], &["a"])])]);
        check(&[group("g", &[(&[1.0], &["a"]), (&[1.0], &[])])]);
        check(&[group("g", &[(&[1.0], &[]), (&[1.0], &[])])]);
    }

    #[test]
    fn the_seed_decides_the_null() {
        let groups = vector_groups();
        assert_eq!(influence(&groups, 1), influence(&groups, 1));
        assert_ne!(influence(&groups, 1).null, influence(&groups, 2).null);
    }
}

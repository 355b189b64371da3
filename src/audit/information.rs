//! The mutual information of one group's candidates and texts, laid out so that many deals of the same texts
//! can be computed.

/// Candidates as places for texts: the part that stays the same however the texts are dealt.
pub(super) struct Layout {
    /// Texts per candidate.
    sizes: Vec<usize>,
    /// The texts as bins from 0, candidate after candidate.
    deck: Vec<usize>,
    /// Bins that hold a text.
    filled: usize,
    /// Bins that hold none.
    empty: f64,
    alpha: f64,
    /// Per candidate: p(j), and n_j + alpha V.
    weights: Vec<(f64, f64)>,
    /// Per candidate and count c: p(j) p(y|j) ln p(y|j).
    terms: Vec<Vec<f64>>,
}

impl Layout {
    /// The layout of `texts` (bins per candidate) over `bins` bins, with `alpha` added to each count.
    /// Candidates without texts have no weight.
    pub(super) fn of(texts: &[Vec<usize>], bins: usize, alpha: f64) -> Self {
        let total: usize = texts.iter().map(Vec::len).sum();
        let mut filled: Vec<usize> = texts.iter().flatten().copied().collect();
        filled.sort_unstable();
        filled.dedup();
        let place = |bin: &usize| filled.partition_point(|it| it < bin);
        let sizes: Vec<usize> = texts.iter().map(Vec::len).filter(|it| *it > 0).collect();
        let weights: Vec<(f64, f64)> =
            sizes.iter().map(|n| (*n as f64 / total as f64, *n as f64 + alpha * bins as f64)).collect();
        let terms = sizes.iter().zip(&weights).map(|(n, (p, whole))| {
            let term = |count: usize| {
                let y = (count as f64 + alpha) / whole;
                p * y * y.ln()
            };
            (0..=*n).map(term).collect()
        });
        Self {
            deck: texts.iter().flatten().map(place).collect(),
            filled: filled.len(),
            empty: (bins - filled.len()) as f64,
            alpha,
            terms: terms.collect(),
            sizes,
            weights,
        }
    }

    /// The texts as they really fell.
    pub(super) fn deck(&self) -> &[usize] {
        &self.deck
    }

    /// `sum_y [sum_j p(j) p(y|j) ln p(y|j) - p(y) ln p(y)]` in nats, for the texts as they stand in `deck`;
    /// `counts` is scratch space.
    pub(super) fn information(&self, deck: &[usize], counts: &mut Vec<usize>) -> f64 {
        counts.clear();
        counts.resize(self.filled * self.sizes.len(), 0);
        let mut texts = deck.iter();
        for (candidate, size) in self.sizes.iter().enumerate() {
            let row = &mut counts[candidate * self.filled..][..self.filled];
            texts.by_ref().take(*size).for_each(|bin| row[*bin] += 1);
        }
        let bin = |count: &dyn Fn(usize) -> usize| {
            let (mut terms, mut marginal) = (0.0, 0.0);
            for (candidate, (p, whole)) in self.weights.iter().enumerate() {
                let count = count(candidate);
                terms += self.terms[candidate][count];
                marginal += p * (count as f64 + self.alpha) / whole;
            }
            terms - marginal * marginal.ln()
        };
        let filled: f64 =
            (0..self.filled).map(|at| bin(&|candidate| counts[candidate * self.filled + at])).sum();
        // Bins without a text are all alike.
        let empty = if self.empty > 0.0 { self.empty * bin(&|_| 0) } else { 0.0 };
        filled + empty
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credit::fixture::{assert_close, list, vectors};

    /// The definition, bin by bin: `sum_j p(j) sum_y p(y|j) ln (p(y|j) / p(y))`.
    fn by_definition(texts: &[Vec<usize>], bins: usize, alpha: f64) -> f64 {
        let total: usize = texts.iter().map(Vec::len).sum();
        let p = |j: usize| texts[j].len() as f64 / total as f64;
        let y = |j: usize, bin: usize| {
            let count = texts[j].iter().filter(|it| **it == bin).count();
            (count as f64 + alpha) / (texts[j].len() as f64 + alpha * bins as f64)
        };
        let mut information = 0.0;
        for bin in 0..bins {
            let marginal: f64 = (0..texts.len()).map(|j| p(j) * y(j, bin)).sum();
            let part =
                |j: usize| if y(j, bin) > 0.0 { p(j) * y(j, bin) * (y(j, bin) / marginal).ln() } else { 0.0 };
            information += (0..texts.len()).map(part).sum::<f64>();
        }
        information
    }

    #[test]
    fn vectors_of_influence() {
        let vectors = vectors();
        let diagnostics = &vectors["diagnostics"];
        let influence = &diagnostics["influence"];
        let array = |it: &serde_json::Value| it.as_array().expect("a list").clone();
        let words = array(&influence["vocab_plus_OTHER"]);
        // Nothing here is outside the vocabulary.
        let bins = words.len() + 1;
        let bin = |word: &serde_json::Value| words.iter().position(|it| it == word).expect("a word");
        let alpha = influence["alpha"].as_f64().expect("alpha");
        let (mut smoothed, mut plain) = (Vec::new(), Vec::new());
        for bucket in array(&diagnostics["buckets"]) {
            let texts: Vec<Vec<usize>> =
                array(&bucket["next"]).iter().map(|it| array(it).iter().map(bin).collect()).collect();
            let layout = Layout::of(&texts, bins, alpha);
            smoothed.push(layout.information(layout.deck(), &mut Vec::new()));
            plain.push(by_definition(&texts, bins, 0.0));
        }
        assert_close(&smoothed, &list(&influence["mi_nats_per_bucket"]));
        let mean = smoothed.iter().sum::<f64>() / 3.0;
        assert_close(&[mean], &[influence["mi_mean"].as_f64().expect("a mean")]);
        let pairs = array(&influence["plugin_mi_and_miller_madow"]);
        assert_close(&plain, &pairs.iter().map(|it| list(it)[0]).collect::<Vec<f64>>());
        let bound = influence["upper_bound_log_n"].as_f64().expect("a bound");
        assert_close(&[3.0f64.ln()], &[bound]);
        assert!(smoothed.iter().all(|it| *it < bound));
    }

    fn texts() -> impl Strategy<Value = Vec<Vec<usize>>> {
        let some = |it: &Vec<Vec<usize>>| it.iter().any(|it| !it.is_empty());
        prop::collection::vec(prop::collection::vec(0..7_usize, 0..6), 1..6).prop_filter("a text", some)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn is_the_definition(texts in texts(), more in 0..5_usize) {
            let layout = Layout::of(&texts, 7 + more, 0.01);
            let got = layout.information(layout.deck(), &mut vec![3; 2]);
            prop_assert!((got - by_definition(&texts, 7 + more, 0.01)).abs() < 1e-12);
            // A text cannot say more about the candidate than which one it is.
            prop_assert!(got > -1e-12 && got < (texts.len() as f64).ln() + 1e-12, "{}", got);
        }
    }
}

//! Two methods on the episodes of one run: whom each blames, and how far their orders of agents agree. Their numbers answer two
//! questions and are never subtracted.

use super::facts::{Credits, RunEpisode};
use crate::stats::{kendall_tau_b, sum};

/// Two credits are one below this.
const SAME: f64 = 1e-9;

/// Two methods on one run.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodComparison {
    /// The episodes that both credit, by their place in the run.
    pub episodes: Vec<usize>,
    /// Each agent with its mean credit by the first and by the second, over the episodes that it is in.
    pub agents: Vec<(String, f64, f64)>,
    /// How often the first method gives the least to the agent of the row (the last row: to several) and the second to that of
    /// the column.
    pub least: Vec<Vec<usize>>,
    /// Mean of Kendall's tau-b of both orders of agents, and the episodes in which it is known.
    pub tau: Option<(f64, usize)>,
    /// Episodes in which one alone has the least by each method, and not the same one; by their place in the run.
    pub differ: Vec<usize>,
}

impl MethodComparison {
    /// Of the two credits that [`RunEpisode::of`] computed.
    pub fn of(run: &[RunEpisode]) -> Self {
        let both = |it: &RunEpisode| it.by[0].clone().zip(it.by[1].clone());
        let known: Vec<(usize, (Credits, Credits))> =
            run.iter().enumerate().filter_map(|(at, it)| Some((at, both(it)?))).collect();
        let mut names: Vec<String> = Vec::new();
        for (name, _) in known.iter().flat_map(|it| it.1.0.iter().chain(&it.1.1)) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let of = |credits: &Credits, name: &str| credits.iter().find(|it| it.0 == name).map(|it| it.1);
        let mean = |name: &str, second: bool| {
            let side = |it: &(usize, (Credits, Credits))| of(if second { &it.1.1 } else { &it.1.0 }, name);
            let values: Vec<f64> = known.iter().filter_map(side).collect();
            sum(values.iter().copied()) / values.len().max(1) as f64
        };
        let agents = names.iter().map(|it| (it.clone(), mean(it, false), mean(it, true))).collect();
        let mut least = vec![vec![0; names.len() + 1]; names.len() + 1];
        let (mut taus, mut differ) = (Vec::new(), Vec::new());
        for (at, (a, b)) in &known {
            let place =
                |credits: &Credits| lowest(credits).and_then(|it| names.iter().position(|name| name == it));
            let (of_a, of_b) = (place(a), place(b));
            least[of_a.unwrap_or(names.len())][of_b.unwrap_or(names.len())] += 1;
            if of_a.is_some() && of_b.is_some() && of_a != of_b {
                differ.push(*at);
            }
            let pairs = a.iter().filter_map(|(name, value)| Some((*value, of(b, name)?)));
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
            taus.extend(kendall_tau_b(&x, &y));
        }
        let tau = (!taus.is_empty()).then(|| (sum(taus.iter().copied()) / taus.len() as f64, taus.len()));
        Self { episodes: known.into_iter().map(|it| it.0).collect(), agents, least, tau, differ }
    }

    /// Episodes in which both give the least to the same agent alone.
    pub fn same(&self) -> usize {
        (0..self.agents.len()).map(|it| self.least[it][it]).sum()
    }
}

/// Who alone has the least.
fn lowest(credits: &Credits) -> Option<&str> {
    let least = credits.iter().map(|it| it.1).fold(f64::INFINITY, f64::min);
    let mut lowest = credits.iter().filter(|it| it.1 <= least + SAME);
    match (lowest.next(), lowest.next()) {
        (Some(one), None) => Some(&one.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_two_methods_blame() {
        let episode = |a: [f64; 3], b: Option<[f64; 3]>| {
            let credits =
                |it: [f64; 3]| ["x", "y", "z"].iter().map(|it| (*it).to_owned()).zip(it).collect::<Credits>();
            RunEpisode { by: [Some(credits(a)), b.map(credits)], ..RunEpisode::default() }
        };
        let run = [
            episode([0.0, 1.0, 2.0], Some([0.5, 1.0, 3.0])),
            episode([0.0, 1.0, 2.0], Some([3.0, 2.0, 1.0])),
            episode([0.0, 0.0, 2.0], Some([0.0, 1.0, 2.0])),
            episode([1.0, 1.0, 1.0], None),
        ];
        let found = MethodComparison::of(&run);
        assert_eq!(
            (found.episodes.as_slice(), found.same(), found.differ.as_slice()),
            (&[0, 1, 2][..], 1, &[1][..])
        );
        assert_eq!(found.least, [[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]);
        // x: (0 + 0 + 0)/3 and (.5 + 3 + 0)/3.
        assert_eq!(found.agents[0], ("x".to_owned(), 0.0, 3.5 / 3.0));
        // 1, -1, and with a tie 2 of sqrt(2 x 3).
        let (tau, known) = found.tau.unwrap();
        assert!((tau - 2.0 / 6.0f64.sqrt() / 3.0).abs() < 1e-12 && known == 3, "{tau}");
        assert_eq!(MethodComparison::of(&run[3..]).tau, None);
    }
}

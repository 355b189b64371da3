//! How uncertain the difference of two agents' numbers is, if both rest on the same coalition values.
//!
//! `phi_i - phi_j = sum_S (c_i(S) - c_j(S)) v(S)`. A value that both weigh alike (a coalition that holds
//! both, or neither) leaves the difference alone, however noisy it is. So two intervals may overlap and the
//! two agents still differ for sure: `Var = sum_S (c_i - c_j)^2 Var v(S)`. Values that are not logged and lie
//! in `[lo, hi]` add `|c_i - c_j| (hi - lo) / 2` each.
//!
//! It says nothing if no value has a known uncertainty: then only equal numbers are ties.

use crate::model::{AgentId, Differences, Estimate};

use super::super::game::{Coalition, Table};
use super::super::semivalue::Coefficients;
use super::NORMAL_95;
use super::linear::Form;

/// At most this many pairs times coalitions: about ten milliseconds of work. Beyond it there are only
/// intervals side by side.
const WORK: usize = 1 << 24;

/// Variance and reach of the bounds of every pair of players.
struct Pairs {
    n: usize,
    variance: Vec<f64>,
    reach: Vec<f64>,
}

impl Pairs {
    fn of(n: usize) -> Self {
        Self { n, variance: vec![0.0; n * n], reach: vec![0.0; n * n] }
    }

    fn differences(self, agents: usize, players: &[AgentId]) -> Differences {
        let mut differences = Differences::of(agents);
        for i in 0..self.n {
            for j in 0..i {
                let at = i * self.n + j;
                let half = self.reach[at] + NORMAL_95 * self.variance[at].max(0.0).sqrt();
                differences.set(players[i], players[j], half);
            }
        }
        differences
    }
}

/// For Shapley and Banzhaf. `bounds` hold what is not logged. `None` if nothing is uncertain or there is too
/// much.
pub(super) fn of_table(
    agents: usize,
    players: &[AgentId],
    table: &Table,
    coefficients: &Coefficients,
    (low, high): (f64, f64),
) -> Option<Differences> {
    let n = table.n;
    let uncertain = table.variances.is_some() || !table.missing.is_empty();
    if !uncertain || n < 2 || table.values.len().saturating_mul(n * n) > WORK {
        return None;
    }
    // If a coalition holds one of the two, their coefficients differ by this; otherwise by nothing.
    let apart = |mask: Coalition| coefficients.with[mask.size()] - coefficients.without[mask.size()];
    let mut pairs = Pairs::of(n);
    let mut missing = table.missing.iter().peekable();
    for mask in (0..table.values.len()).map(|it| Coalition(it as u64)) {
        let absent = missing.next_if(|it| **it == mask).is_some();
        let variance = table.variances.as_ref().map_or(0.0, |it| it[mask.0 as usize]);
        let (variance, reach) = match absent {
            true => (0.0, apart(mask).abs() * (high - low) / 2.0),
            false => (apart(mask).powi(2) * variance, 0.0),
        };
        if variance == 0.0 && reach == 0.0 {
            continue;
        }
        for i in mask.players() {
            for j in (0..n).filter(|it| !mask.contains(*it)) {
                let at = i.max(j) * n + i.min(j);
                pairs.variance[at] += variance;
                pairs.reach[at] += reach;
            }
        }
    }
    Some(pairs.differences(agents, players))
}

/// For methods in linear form. `error` gives the standard error of a value, `None` if the value is not
/// logged.
pub(super) fn of_form(
    agents: usize,
    players: &[AgentId],
    form: &Form,
    (low, high): (f64, f64),
    mut error: impl FnMut(Coalition) -> Option<Option<f64>>,
) -> Option<Differences> {
    let n = players.len();
    if n < 2 || form.len().saturating_mul(n * n) > WORK {
        return None;
    }
    let mut pairs = Pairs::of(n);
    let mut missing = false;
    let mut unknown = false;
    for (coalition, coefficients) in form.rows() {
        let known = error(coalition);
        missing |= known.is_none();
        unknown |= known == Some(None);
        for i in 0..n {
            for j in 0..i {
                let apart = coefficients[i] - coefficients[j];
                match known {
                    Some(error) => pairs.variance[i * n + j] += (apart * error.unwrap_or(0.0)).powi(2),
                    None => pairs.reach[i * n + j] += apart.abs() * (high - low) / 2.0,
                }
            }
        }
    }
    if unknown {
        // As with the intervals: unless the errors of all values are known, only the bounds count.
        pairs.variance.fill(0.0);
    }
    (missing || !unknown).then(|| pairs.differences(agents, players))
}

/// For removal and first in. Of two agents only the values in which they differ are uncertain, as the shared
/// one cancels. `own` is that value of each player.
pub(super) fn of_marginals(
    agents: usize,
    players: &[AgentId],
    own: &[Option<Estimate>],
) -> Option<Differences> {
    let error = |player: usize| own[player].as_ref().and_then(|it| it.standard_error);
    let mut differences = Differences::of(agents);
    let mut known = false;
    for i in 0..players.len() {
        for j in 0..i {
            if let Some((a, b)) = error(i).zip(error(j)) {
                differences.set(players[i], players[j], NORMAL_95 * a.hypot(b));
                known = true;
            }
        }
    }
    known.then_some(differences)
}

#[cfg(test)]
mod tests {
    use crate::credit::{compute, contrast};
    use crate::model::draft::Draft;
    use crate::model::{AgentId, Episode, Sample, Scenario, Status};

    /// v(0) = 0, v(a), v(b), v(both), each with its standard error.
    fn team(values: [(f64, f64); 4]) -> Episode {
        let sample = |(mean, error): (f64, f64)| {
            Some(Sample { mean: Some(mean), std: Some(error * 4.0), n: Some(16), returns: Vec::new() })
        };
        Draft::of(2).coalition_samples(&values.map(sample)).end(Status::Failure).episode()
    }

    #[track_caller]
    fn half(episode: &Episode, method: &str) -> f64 {
        let credit = compute(episode, &Scenario::of_method(method)).expect("available");
        let differences = credit.differences.expect("known");
        assert_eq!(
            differences.half(AgentId(0), AgentId(1)),
            differences.half(AgentId(1), AgentId(0)),
            "{method}"
        );
        differences.half(AgentId(0), AgentId(1)).expect("a pair")
    }

    #[test]
    fn what_both_share_cancels() {
        // phi_a - phi_b = v(a) - v(b), by every method here; only their errors 0.03 and 0.04 count.
        let episode = team([(0.0, 9.0), (-0.5, 0.03), (-0.2, 0.04), (-0.7, 7.0)]);
        let mut teams = episode.clone();
        teams.agents.iter_mut().for_each(|it| it.team = Some(it.name.clone()));
        for (method, episode) in [
            ("shapley", &episode),
            ("banzhaf", &episode),
            ("first-in", &episode),
            ("removal", &episode),
            ("owen", &teams),
        ] {
            let got = half(episode, method);
            assert!((got - 1.959_963_984_540_054 * 0.05).abs() < 1e-12, "{method} {got}");
        }
        let contrast =
            contrast(&episode, &Scenario::of_method("shapley"), AgentId(0), AgentId(1)).expect("complete");
        assert!((contrast.standard_error.expect("known") - 0.05).abs() < 1e-12);
    }

    #[test]
    fn missing_values_reach_as_far_as_the_bounds() {
        // v(b) is not logged and lies in [-0.7, 0]: v(a) - v(b) is known to within 0.35.
        let sample = |it: f64| (!it.is_nan()).then(|| Sample::stated(it));
        let episode = Draft::of(2).coalition_samples(&[0.0, -0.5, f64::NAN, -0.7].map(sample)).episode();
        assert!((half(&episode, "shapley") - 0.35).abs() < 1e-12);
    }

    #[test]
    fn exact_values_have_no_uncertain_difference() {
        let episode = Draft::of(2).coalitions(&[0.0, 1.0, 0.5, 1.5]).episode();
        let credit = compute(&episode, &Scenario::of_method("shapley")).expect("complete");
        assert_eq!(credit.differences, None);
    }
}

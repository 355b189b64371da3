//! How sure a verdict is: the chance that measuring again names somebody else.
//!
//! What an attribution rests on ([`crate::model::Measured`]) is drawn anew, with the error of both measurements
//! ([`flip_range`]), and whom it names is compared. So errors that several agents share (a coalition both are in)
//! move them together, which intervals side by side cannot say. The chance is a range: how much of the spread between
//! agents is luck cannot be known from one log.

use crate::model::{AgentId, Attribution, Unavailable};
use crate::stats::{Credit, End, FlipDraws, Normals, flip_range};

use super::blame::blame;
use super::figure::chance;
use super::question::missing;

/// How likely another measurement of the same size names somebody else.
#[derive(Clone, Debug, PartialEq)]
pub struct FlipProbability {
    /// If credits are taken as measured, 0..=1.
    pub plain: f64,
    /// If they are drawn towards each other by the share of their spread that is noise, 0..=1.
    pub shrunk: f64,
    /// How many draws; 0 if it was computed without.
    pub draws: u32,
    /// How often each agent is the one named, or among them, in the plain draws: the most frequent first, then by id.
    pub named: Vec<(AgentId, f64)>,
}

impl FlipProbability {
    /// Lower and upper end of the range.
    pub fn ends(&self) -> (f64, f64) {
        (self.plain.min(self.shrunk), self.plain.max(self.shrunk))
    }

    /// The range as it is written: `3-9%`.
    pub fn words(&self) -> String {
        chance(self.ends())
    }
}

/// [`FlipProbability`] of an attribution, by at most so many draws (fewer of large tables). `failed` as in
/// [`crate::model::Episode::failed`].
///
/// # Errors
/// If the numbers do not follow from runs with a known spread, if fewer than two agents have one, or if they tie: a
/// tie will not come again.
pub(super) fn flip(
    failed: bool,
    attribution: &Attribution,
    draws: FlipDraws,
    normals: &mut Normals,
) -> Result<FlipProbability, Unavailable> {
    let unknown = |why: &str| missing(format!("it is not known how far the numbers are off: {why}"));
    let measured = attribution.measured.as_ref().ok_or_else(|| unknown("they do not follow from runs"))?;
    let known = attribution.agents.iter().filter(|it| it.value.number().is_some()).map(|it| it.agent);
    let agents: Vec<AgentId> = known.collect();
    let credits: Vec<Credit> = agents.iter().filter_map(|it| measured.credit(*it).cloned()).collect();
    if agents.len() < 2 || credits.len() < agents.len() {
        return Err(missing("fewer than two agents have a number that follows from runs"));
    }
    if blame(failed, attribution).is_none_or(|it| it.equal > 1) {
        return Err(missing("several have the same number: a tie will not come again"));
    }
    let end = if failed { End::Least } else { End::Largest };
    let found =
        flip_range(&measured.table, &credits, end, draws, normals).map_err(|it| unknown(it.words()))?;
    let mut named: Vec<(AgentId, f64)> =
        agents.into_iter().zip(found.least).filter(|it| it.1 > 0.0).collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(FlipProbability { plain: found.plain, shrunk: found.shrunk, draws: found.draws, named })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::{compute, sweep, sweep_flips};
    use crate::model::draft::Draft;
    use crate::model::{Episode, Sample, Scenario, Status};
    use crate::stats::student_cdf;

    /// Two agents alone earn `a` and `b`, together their sum; every value has this standard error.
    fn team(a: f64, b: f64, error: f64) -> Episode {
        let sample = |mean: f64| {
            Some(Sample { mean: Some(mean), std: Some(error * 4.0), n: Some(16), ..Sample::default() })
        };
        let samples = [sample(0.0), sample(a), sample(b), sample(a + b)];
        Draft::of(2).coalition_samples(&samples).end(Status::Failure).episode()
    }

    /// Of the Shapley value.
    fn flips_of(episode: &Episode) -> Result<FlipProbability, Unavailable> {
        let scenario = Scenario::of_method("shapley");
        let attribution = compute(episode, &scenario).expect("coalitions are logged");
        let draws = FlipDraws { most: 400, seed: scenario.seed };
        flip(episode.failed(), &attribution, draws, &mut Normals::new(scenario.seed))
    }

    fn flips(episode: &Episode) -> FlipProbability {
        flips_of(episode).expect("uncertain values")
    }

    #[test]
    fn clear_verdicts_stay() {
        let found = flips(&team(-1.0, 0.0, 0.01));
        assert!(found.ends().1 < 1e-9 && found.draws == 0, "{found:?}");
        assert_eq!(found.named[0].0, AgentId(0));
    }

    #[test]
    fn close_ones_flip_as_often_as_two_measurements_differ() {
        // phi_0 - phi_1 = v(0) - v(1) has SE 0.2 sqrt(2) and 30 degrees of freedom; two measurements differ by
        // sqrt(2) of that: T_30(-0.1 / 0.4) = 0.402.
        let found = flips(&team(-0.5, -0.4, 0.2));
        assert!((found.plain - student_cdf(-0.25, 30.0)).abs() < 1e-9, "{found:?}");
        // Drawn together it is closer still.
        assert!(found.shrunk > found.plain && found.shrunk < 0.5, "{found:?}");
        assert_eq!(found, flips(&team(-0.5, -0.4, 0.2)));
    }

    #[test]
    fn a_success_asks_who_earned_most() {
        let mut episode = team(0.5, 0.4, 0.2);
        episode.outcome.as_mut().expect("ended").status = Some(Status::Success);
        let found = flips(&episode);
        assert!((found.plain - student_cdf(-0.25, 30.0)).abs() < 1e-9, "{found:?}");
        assert_eq!(found.named[0].0, AgentId(0));
    }

    #[test]
    fn every_row_of_a_sweep_that_follows_from_runs() {
        let episode = team(-0.5, -0.4, 0.2);
        let scenario = Scenario::of_method("shapley");
        let sweep = sweep(&episode, &scenario);
        let found = sweep_flips(&episode, &sweep, |_| 400);
        let of = |name: &str| {
            let at = sweep.rows.iter().position(|it| it.name() == name).expect("a row");
            found[at].clone()
        };
        assert_eq!(of("shapley"), Some(flips(&episode)));
        assert!(of("removal").is_some_and(|it| it.plain > 0.2));
        // A status divided evenly: there is nothing to draw.
        assert_eq!(of("uniform"), None);
    }

    #[test]
    fn nothing_uncertain_says_so() {
        let refused =
            flips_of(&Draft::of(2).coalitions(&[0.0, 1.0, 0.5, 1.5]).episode()).expect_err("stated");
        assert_eq!(
            refused.missing,
            "it is not known how far the numbers are off: a value is stated without `returns`, or `std` and `n`"
        );
        let refused = flips_of(&team(-0.5, -0.5, 0.2)).expect_err("a tie");
        assert_eq!(refused.missing, "several have the same number: a tie will not come again");
    }
}

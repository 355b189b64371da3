//! How credit moves as one number of a method is turned, and where the verdict flips.
//!
//! Decided here: a range up to 100 is walked evenly. A wider one that begins at 0 is walked as `t/(1-t)`, so
//! that 0, 1 and "very large" are the ends and the middle of the slider (the temperature of a policy); one
//! around 0 from `-2s` to `2s`, s the size of the reward, at least 1. A flip is where whom the numbers blame
//! changes; it is found by halving between two neighbouring points, so two flips inside one step may be seen
//! as one or none.

use crate::model::{AgentId, Attribution, Episode, Scenario, Unavailable};

use super::blame::blame;
use super::compute_plain;
use super::method::Param;
use super::question::missing;
use super::{choice, method};

/// One place of the slider.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// The parameter.
    pub at: f64,
    /// The credit of each agent, by id; `None`: no number there.
    pub credit: Vec<Option<f64>>,
    /// Whom the numbers blame (in a success: name); ties: all of them.
    pub blamed: Vec<AgentId>,
}

/// A place where the blame moves on.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The parameter, within `1e-6` of the range.
    pub at: f64,
    /// Who is blamed below it.
    pub before: Vec<AgentId>,
    /// Who above.
    pub after: Vec<AgentId>,
}

/// Credit along one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Name of the parameter.
    pub param: &'static str,
    /// Ascending.
    pub points: Vec<CurvePoint>,
    /// Ascending.
    pub flips: Vec<Flip>,
}

/// The credit of `episode` at `steps` (at least 2) values of `param`, everything else as in `scenario`.
///
/// # Errors
/// When the method has no such parameter, or can be computed at none of them.
pub fn curve(
    episode: &Episode,
    scenario: &Scenario,
    param: &str,
    steps: usize,
) -> Result<Curve, Unavailable> {
    let scenario = choice::resolve(episode, scenario)?;
    let row = method(&scenario.method)
        .ok_or_else(|| missing(format!("no method is called '{}'", scenario.method)))?;
    let param = row.param(param).ok_or_else(|| {
        let known: Vec<&str> = row.params.iter().map(|it| it.name).collect();
        missing(format!("{} has no parameter '{param}'; it has: {}", row.name, known.join(", ")))
    })?;
    let slider = Slider::of(param, episode);
    let steps = steps.max(2);
    let mut refused = None;
    let mut points = Vec::with_capacity(steps);
    let mut places = Vec::with_capacity(steps);
    for step in 0..steps {
        let t = step as f64 / (steps - 1) as f64;
        match point(episode, &scenario, param, slider.value(t)) {
            Ok(point) => {
                points.push(point);
                places.push(t);
            }
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    if points.is_empty() {
        return Err(refused.unwrap_or_else(|| missing("no value of the parameter gives a number")));
    }
    let mut flips = Vec::new();
    for at in 1..points.len() {
        let (before, after) = (&points[at - 1].blamed, &points[at].blamed);
        if before != after {
            let find = |t: f64| point(episode, &scenario, param, slider.value(t)).map(|it| it.blamed).ok();
            let place = halve(places[at - 1], places[at], |t| find(t).as_ref() == Some(before));
            flips.push(Flip { at: slider.value(place), before: before.clone(), after: after.clone() });
        }
    }
    Ok(Curve { param: param.name, points, flips })
}

/// Where between `low`, at which `holds`, and `high`, at which it does not, it stops to hold.
fn halve(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    while high - low > 1e-7 {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

fn point(episode: &Episode, scenario: &Scenario, param: &Param, at: f64) -> Result<CurvePoint, Unavailable> {
    let mut scenario = scenario.clone();
    scenario.params.insert(param.name.to_owned(), at.into());
    if scenario.discount.is_some() && param.name == "gamma" {
        // The discount would win over the parameter that is being turned.
        scenario.discount = None;
    }
    let attribution = compute_plain(episode, &scenario)?;
    let number = |it: &crate::model::AgentCredit| it.value.number().map(|it| it.value);
    let credit = attribution.agents.iter().map(number).collect();
    Ok(CurvePoint { at, credit, blamed: named(episode, &attribution) })
}

/// Whom an attribution names, ascending; empty where all are equal.
pub(super) fn named(episode: &Episode, attribution: &Attribution) -> Vec<AgentId> {
    let found = blame(episode.failed(), attribution).filter(|it| !it.all_equal || it.known == 1);
    let mut agents = found.map(|it| it.agents).unwrap_or_default();
    agents.sort_unstable();
    agents
}

/// From the place of a slider, 0..=1, to the value of a parameter.
struct Slider {
    low: f64,
    high: f64,
    hyperbolic: bool,
}

impl Slider {
    const WIDE: f64 = 100.0;

    fn of(param: &Param, episode: &Episode) -> Self {
        if param.max - param.min <= Self::WIDE {
            return Self { low: param.min, high: param.max, hyperbolic: false };
        }
        if param.min >= 0.0 {
            return Self { low: param.min, high: param.max, hyperbolic: true };
        }
        let size = episode.reward().map_or(1.0, |it| it.value.abs()).max(1.0) * 2.0;
        Self { low: param.min.max(-size), high: param.max.min(size), hyperbolic: false }
    }

    fn value(&self, t: f64) -> f64 {
        if self.hyperbolic {
            // t = 1 would be infinite: the largest allowed value stands for it.
            if t >= 1.0 { self.high } else { (self.low + t / (1.0 - t)).min(self.high) }
        } else {
            self.low + t * (self.high - self.low)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::{Draft, assert_close};
    use crate::model::Status;

    fn with(method: &str, baseline: Option<&str>) -> Scenario {
        Scenario { baseline: baseline.map(str::to_owned), ..Scenario::of_method(method) }
    }

    #[test]
    fn blame_moves_along_rho() {
        // A chain of two acts and R = -1: the first loses 1 - rho, the last rho.
        let episode = Draft::of(2).act(0, &[]).act(1, &[0]).reward(-1.0, &[]).end(Status::Failure).episode();
        let found = curve(&episode, &with("backprop", None), "rho", 11).expect("a reward");
        assert_eq!((found.param, found.points.len()), ("rho", 11));
        assert_close(&[found.points[3].at], &[0.3]);
        assert_close(
            &found.points[3].credit.iter().map(|it| it.expect("a number")).collect::<Vec<_>>(),
            &[-0.7, -0.3],
        );
        let first = found.flips.first().expect("a flip");
        assert!((first.at - 0.5).abs() < 1e-6, "{first:?}");
        assert_eq!(first.before, [AgentId(0)]);
        assert_eq!(found.points.last().map(|it| it.blamed.as_slice()), Some(&[AgentId(1)][..]));
    }

    #[test]
    fn the_temperature_has_its_one_in_the_middle() {
        let episode =
            Draft::of(1).acts(&[0]).table(0, &[("x", 1.0, 0.9), ("y", 0.0, 0.1)], Some(0), None).episode();
        let found = curve(&episode, &with("difference", Some("tempered")), "tau", 5).expect("odds");
        let at: Vec<f64> = found.points.iter().map(|it| it.at).collect();
        assert_close(&at, &[0.0, 1.0 / 3.0, 1.0, 3.0, 1000.0]);
        // Greedy 0, the policy 0.1, about even 0.5.
        let credit: Vec<f64> = found.points.iter().map(|it| it.credit[0].expect("odds")).collect();
        assert_close(&[credit[0], credit[2]], &[0.0, 0.1]);
        assert!((credit[4] - 0.5).abs() < 1e-2 && credit.is_sorted());
    }

    #[test]
    fn unknown_parameters_are_refused() {
        let episode = Draft::of(1).acts(&[0]).reward(1.0, &[]).episode();
        let refused = curve(&episode, &with("backprop", None), "lambda", 5).expect_err("no such thing");
        assert_eq!(refused.missing, "backprop has no parameter 'lambda'; it has: rho, tau");
        assert!(curve(&Draft::of(1).acts(&[0]).episode(), &with("backprop", None), "rho", 5).is_err());
    }

    #[test]
    fn a_discount_does_not_pin_the_slider() {
        let episode = Draft::of(2).acts(&[0, 1]).reward(1.0, &[]).episode();
        let scenario = Scenario { discount: Some(0.5.into()), ..with("discount", None) };
        let found = curve(&episode, &scenario, "gamma", 3).expect("a reward");
        assert_ne!(found.points[1].credit, found.points[2].credit);
    }
}

//! How credit moves as one number of a method is turned, and where the verdict flips.
//!
//! Decided here: a range up to 100 is walked evenly. A wider range that begins at 0 is walked as `t/(1-t)`,
//! so that 0, 1 and "very large" are the ends and the middle of the slider (the temperature of a policy). One
//! around 0 runs from `-2s` to `2s`, where s is the size of the reward, at least 1. A flip is where the blame
//! changes. It is found by halving between two neighbouring points, so two flips inside one step may be seen
//! as one or none. Two flips at one place (a tie at a single value) are one, and what holds only at an end is
//! none.
//!
//! The method table tells what is worth a curve ([`sliders`]): shares (a parameter between 0 and 1 that is no
//! switch: gamma, lambda, rho, alpha) and temperatures (tau), of every method and baseline whose numbers they
//! move in this log.

use crate::model::{AgentId, Attribution, Episode, Scenario, Unavailable};

use super::blame::blame;
use super::compute_agents;
use super::method::{Family, Method, Param};
use super::question::{Question, missing};
use super::{choice, discount, figure, method, methods, rewarded, time};

/// One place of the slider.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    /// Where on the slider, 0..=1.
    pub place: f64,
    /// The parameter.
    pub at: f64,
    /// The credit of each agent, by id; `None` without a number there.
    pub credit: Vec<Option<f64>>,
    /// Whom the numbers blame (in a success: name); of a tie all.
    pub blamed: Vec<AgentId>,
}

/// A place where the blame moves on.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// Where on the slider, 0..=1.
    pub place: f64,
    /// The parameter, within `1e-6` of the range.
    pub at: f64,
    /// Who is blamed below it; empty if nobody is told apart.
    pub before: Vec<AgentId>,
    /// Who above.
    pub after: Vec<AgentId>,
}

/// Credit along one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What was asked, but for the parameter.
    pub scenario: Scenario,
    /// Name of the parameter.
    pub param: &'static str,
    /// What it does.
    pub what: &'static str,
    /// The value in force, and its place on the slider.
    pub current: (f64, f64),
    /// Ascending.
    pub points: Vec<CurvePoint>,
    /// Ascending.
    pub flips: Vec<Flip>,
}

/// A parameter that is worth a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct SliderOf {
    /// Method and baseline, with the edits of the reference.
    pub scenario: Scenario,
    /// Name of the parameter.
    pub param: &'static str,
}

/// Points of a curve that is drawn: fine enough to step along.
pub const CURVE_STEPS: usize = 41;

/// Fewer points say little of a curve.
const LEAST_STEPS: usize = 5;

/// About how many acts, agents and logged values all curves together may look at; beyond it they are coarser.
const WORK: usize = 60_000_000;
/// At most so many numbers are kept of all points together: credit of every agent, at 16 bytes.
const MOST_NUMBERS: usize = 1 << 22;
/// A flip is found once it lies between places of the slider that are at most this far apart.
const EXACT: f64 = 1e-7;
/// Halvings that suffice for that, however far apart the points are.
const HALVINGS: usize = 24;

/// The curves of an episode, and what was saved on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Credit along every parameter that moves it, the method shown first.
    pub list: Vec<Curve>,
    /// What is coarser than it could be because the episode is very long, in a sentence; `None` if nothing
    /// is.
    pub cut: Option<String>,
}

/// Computations that may still be made.
struct Budget {
    left: usize,
}

impl Budget {
    fn of(episode: &Episode, work: usize) -> Self {
        let values = episode.tables.iter().map(|it| it.alternatives.len()).sum::<usize>()
            + episode.replays.iter().map(|it| it.candidates.len()).sum::<usize>()
            + episode.coalitions.iter().map(|it| it.values.len()).sum::<usize>();
        Self { left: work / (episode.acts.len() + episode.agents.len() + values).max(1) }
    }

    fn spend(&mut self, computations: usize) {
        self.left = self.left.saturating_sub(computations);
    }
}

/// Every parameter whose curve says something about `episode`: the method of `reference` first, then in the
/// order of the method table.
pub fn sliders(episode: &Episode, reference: &Scenario) -> Vec<SliderOf> {
    sliders_within(&rewarded(episode, reference), reference, &mut Budget { left: usize::MAX })
}

fn sliders_within(episode: &Episode, reference: &Scenario, budget: &mut Budget) -> Vec<SliderOf> {
    let resolved = choice::resolve(episode, reference);
    let reference = resolved.as_ref().unwrap_or(reference);
    let mut found = Vec::new();
    for row in methods().iter().filter(|it| it.names_culprit) {
        for param in row.params.iter().filter(|it| is_slider(it)) {
            // A parameter that does not apply moves nothing.
            let mut candidates = row.scenarios();
            candidates.retain(|it| param.applies(episode, it));
            // The baseline in force comes first, then the first one that knows the parameter.
            candidates.sort_by_key(|it| u8::from(!choice::same_choice(it, reference)));
            let own = |it: Scenario| match choice::same_choice(&it, reference) {
                true => reference.clone(),
                false => choice::carry(reference, it),
            };
            let moved = candidates.into_iter().map(own).find(|it| moves(episode, it, param, budget));
            found.extend(moved.map(|scenario| SliderOf { scenario, param: param.name }));
        }
    }
    found.sort_by_key(|it| u8::from(it.scenario.method != reference.method));
    found
}

/// The curves of [`sliders`]. A very long episode gets fewer points and less exact flips: half of the budget
/// goes to points, the rest to flips.
pub fn curves(episode: &Episode, reference: &Scenario) -> Curves {
    let episode = &rewarded(episode, reference);
    curves_within(episode, reference, Budget::of(episode, WORK))
}

fn curves_within(episode: &Episode, reference: &Scenario, mut budget: Budget) -> Curves {
    let sliders = sliders_within(episode, reference, &mut budget);
    let each = budget.left / 2 / sliders.len().max(1);
    let kept = MOST_NUMBERS / (episode.agents.len() * sliders.len()).max(1);
    if kept < LEAST_STEPS {
        let agents = figure::count(episode.agents.len(), "agent");
        let cut = format!("{agents}: curves are left out, as they keep the credit of each at every point");
        return Curves { list: Vec::new(), cut: Some(cut) };
    }
    let steps = each.clamp(LEAST_STEPS, CURVE_STEPS).min(kept);
    let mut walks: Vec<Walk<'_>> =
        sliders.iter().filter_map(|it| Walk::along(episode, &it.scenario, it.param, steps).ok()).collect();
    budget.spend(steps * walks.len());
    let flips: usize = walks.iter().map(Walk::changes).sum();
    let halvings = (budget.left / flips.max(1)).min(HALVINGS);
    // Of the slider, on either side of the reported place.
    let within = 1.0 / (steps - 1) as f64 / 2f64.powi(halvings as i32 + 1);
    let is_coarse = flips > 0 && within > EXACT;
    let cut = ((steps < CURVE_STEPS || is_coarse) && !walks.is_empty()).then(|| {
        let of = figure::count(episode.acts.len(), "act");
        let agents = figure::count(episode.agents.len(), "agent");
        let percent = figure::significant(100.0 * within);
        let flips = match is_coarse {
            true => format!(", and flips are found within {percent}% of its range"),
            false => String::new(),
        };
        format!("{of} by {agents}: a curve has {steps} points of {CURVE_STEPS}{flips}")
    });
    Curves { list: walks.drain(..).map(|it| it.finish(halvings)).collect(), cut }
}

fn is_slider(param: &Param) -> bool {
    let share = param.min >= 0.0 && param.max <= 1.0 && param.step < 1.0;
    share || param.name == "tau"
}

/// Whether the numbers differ between a low, a middle and a high place.
fn moves(episode: &Episode, scenario: &Scenario, param: &Param, budget: &mut Budget) -> bool {
    let slider = Slider::of(param, episode);
    let mut before: Option<Vec<Option<f64>>> = None;
    let mut scale = 0.0f64;
    for place in [0.1, 0.5, 0.8] {
        let Ok(found) = point(episode, scenario, param, &slider, place) else { continue };
        budget.spend(1);
        scale = found.credit.iter().flatten().fold(scale, |scale, it| scale.max(it.abs()));
        let far = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() > 1e-9 * scale,
            (a, b) => a.is_some() != b.is_some(),
        };
        if before.replace(found.credit.clone()).is_some_and(|it| it.iter().zip(&found.credit).any(far)) {
            return true;
        }
    }
    false
}

/// The value of `param` in force under `scenario`.
fn current(episode: &Episode, scenario: &Scenario, row: &'static Method, param: &Param) -> f64 {
    let Ok(question) = Question::new(episode, scenario, row, methods()) else {
        return param.default.unwrap_or(0.0);
    };
    match (param.name, row.family) {
        ("gamma", Family::Time) if row.needs.contains(&super::Need::StateValues) => time::gamma(&question),
        ("gamma", _) => discount::gamma(&question),
        _ => question.param(param.name).unwrap_or(0.0),
    }
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
    Ok(Walk::along(episode, scenario, param, steps)?.finish(HALVINGS))
}

/// A curve whose flips are not found yet.
struct Walk<'a> {
    episode: &'a Episode,
    scenario: Scenario,
    row: &'static Method,
    param: &'static Param,
    slider: Slider,
    points: Vec<CurvePoint>,
}

impl<'a> Walk<'a> {
    fn along(
        episode: &'a Episode,
        scenario: &Scenario,
        param: &str,
        steps: usize,
    ) -> Result<Self, Unavailable> {
        let scenario = choice::resolve(episode, scenario)?;
        let row = method(&scenario.method)
            .ok_or_else(|| missing(format!("no method is called '{}'", scenario.method)))?;
        let param = row.param(param).ok_or_else(|| {
            let known: Vec<&str> = row.params.iter().map(|it| it.name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            missing(format!("{} has no parameter '{param}'; it has: {known}", row.name))
        })?;
        let slider = Slider::of(param, episode);
        let steps = steps.max(2);
        let mut refused = None;
        let mut points = Vec::with_capacity(steps);
        for step in 0..steps {
            match point(episode, &scenario, param, &slider, step as f64 / (steps - 1) as f64) {
                Ok(point) => points.push(point),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        if points.is_empty() {
            return Err(refused.unwrap_or_else(|| missing("no value of the parameter gives a number")));
        }
        Ok(Self { episode, scenario, row, param, slider, points })
    }

    /// Neighbouring points that blame others.
    fn changes(&self) -> usize {
        self.points.windows(2).filter(|it| it[0].blamed != it[1].blamed).count()
    }

    /// The curve, with each flip located between two points by at most so many halvings.
    fn finish(self, halvings: usize) -> Curve {
        let Self { episode, scenario, row, param, slider, points } = self;
        let mut flips: Vec<Flip> = Vec::new();
        let mut reach = 0.0;
        for pair in points.windows(2) {
            let (before, after) = (&pair[0].blamed, &pair[1].blamed);
            if before == after {
                continue;
            }
            let find = |t: f64| point(episode, &scenario, param, &slider, t).map(|it| it.blamed).ok();
            let holds = |t: f64| find(t).as_ref() == Some(before);
            let (place, width) = halve(pair[0].place, pair[1].place, halvings, holds);
            // Two that may be at one place are one.
            let one_place = f64::max(ONE_PLACE, reach + width);
            reach = width;
            match flips.last_mut() {
                Some(last) if place - last.place <= one_place => last.after.clone_from(after),
                _ => {
                    let (before, after) = (before.clone(), after.clone());
                    flips.push(Flip { place, at: slider.value(place), before, after });
                }
            }
        }
        // What holds only at the very end of a slider (rho = 0 exactly) is not a place where the blame moves.
        let inside = ONE_PLACE..1.0 - ONE_PLACE;
        flips.retain(|it| it.before != it.after && inside.contains(&it.place));
        let value = current(episode, &scenario, row, param);
        let current = (value, slider.place(value));
        Curve { scenario, param: param.name, what: param.what, current, points, flips }
    }
}

/// Flips nearer than this on the slider are one.
const ONE_PLACE: f64 = 1e-5;

/// Where `holds` stops being true between `low`, where it is true, and `high`, where it is not; and how
/// exactly that is known after at most so many halvings.
fn halve(mut low: f64, mut high: f64, halvings: usize, holds: impl Fn(f64) -> bool) -> (f64, f64) {
    let mut left = halvings;
    while high - low > EXACT && left > 0 {
        left -= 1;
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    ((low + high) / 2.0, (high - low) / 2.0)
}

fn point(
    episode: &Episode,
    scenario: &Scenario,
    param: &Param,
    slider: &Slider,
    place: f64,
) -> Result<CurvePoint, Unavailable> {
    let at = slider.value(place);
    let attribution = compute_agents(episode, &at_value(scenario, param.name, at))?;
    let number = |it: &crate::model::AgentCredit| it.value.number().map(|it| it.value);
    let credit = attribution.agents.iter().map(number).collect();
    Ok(CurvePoint { place, at, credit, blamed: named(episode, &attribution) })
}

fn at_value(scenario: &Scenario, param: &str, at: f64) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.params.insert(param.to_owned(), at.into());
    if param == "gamma" {
        // The discount would override the parameter that is being turned.
        scenario.discount = None;
    }
    scenario
}

impl Curve {
    /// The what-if with the parameter at this value, to three significant digits, since people read and type
    /// it.
    pub fn scenario_at(&self, at: f64) -> Scenario {
        let short = format!("{at:.2e}").parse().unwrap_or(at);
        at_value(&self.scenario, self.param, short)
    }

    /// Whether `name` means this curve: its name, its method and parameter, or its parameter.
    pub fn is_called(&self, name: &str) -> bool {
        name == self.param
            || name == self.name()
            || name == format!("{} {}", self.scenario.method, self.param)
    }

    /// `backprop/uniform rho`.
    pub fn name(&self) -> String {
        format!("{} {}", super::scenario_name(&self.scenario), self.param)
    }

    /// `most blamed changes from coder to tester at tau = 0.42`, for every flip.
    pub fn sentences(&self, episode: &Episode) -> Vec<String> {
        let word = if episode.failed() { "most blamed" } else { "most credited" };
        let names = |agents: &[AgentId]| match agents {
            [] => "nobody".to_owned(),
            agents => {
                let names: Vec<&str> = agents.iter().map(|it| episode.agent(*it).name.as_str()).collect();
                let tie = if agents.len() > 1 { " (tie)" } else { "" };
                format!("{}{tie}", super::figure::list(&names))
            }
        };
        let one = |it: &Flip| {
            let at = super::figure::significant(it.at);
            let (from, to) = (names(&it.before), names(&it.after));
            format!("{word} changes from {from} to {to} at {} = {at}", self.param)
        };
        self.flips.iter().map(one).collect()
    }
}

/// Whom an attribution names, ascending; empty if all are equal.
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

    fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        if self.hyperbolic {
            let above = value - self.low;
            if value >= self.high { 1.0 } else { above / (1.0 + above) }
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }
}

#[cfg(test)]
mod tests;

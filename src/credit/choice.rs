//! Which method to use if nobody says: the best one the log supports, and the nearest to one it does not
//! support.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{ActId, Attribution, Episode, Provenance, Scenario, Unavailable};

use super::blame::{BlameKind, blame};
use super::method::{Family, Method, scenario_name};
use super::question::missing;
use super::table::{method, methods};
use super::whose::{no_reward, rewarded};
use super::{compute_plain, declared};

/// Every method with every baseline that asks a question of its own, in the order of the method table. The
/// scenarios edit nothing.
pub fn variants() -> Vec<Scenario> {
    let all = methods().iter().flat_map(Method::scenarios);
    all.filter(|it| !rescales(it)).collect()
}

/// Whether a baseline only gives the numbers of another a new scale.
fn rescales(scenario: &Scenario) -> bool {
    let named = scenario.baseline.as_deref().zip(method(&scenario.method));
    named.and_then(|(name, row)| row.baseline(name)).is_some_and(|it| it.rescales)
}

/// One step of the ladder of support: a method, and when its numbers are good enough to show first.
struct Rung {
    method: &'static str,
    accept: fn(&Episode, &Attribution) -> bool,
}

const LADDER: &[Rung] = &[
    // Measurements by which somebody lost (in a success: gained).
    Rung { method: "shapley", accept: |episode, it| !is_bounded(it) && names_extreme(episode, it) },
    Rung { method: "shapley", accept: |episode, it| names_one(episode, it) && names_extreme(episode, it) },
    Rung { method: "shapley-sampled", accept: |episode, it| is_open(episode) && names_extreme(episode, it) },
    Rung { method: "removal", accept: |episode, it| is_open(episode) && names_extreme(episode, it) },
    Rung {
        method: "difference",
        accept: |episode, it| is_replayed(it) && !only_replayed(episode) && names_extreme(episode, it),
    },
    Rung { method: "replay-loo", accept: names_extreme },
    // Those by which nobody did, but some have less than others.
    Rung { method: "shapley", accept: |episode, it| !is_bounded(it) && tells_apart(episode, it) },
    Rung { method: "shapley", accept: names_one },
    Rung { method: "shapley-sampled", accept: |episode, it| is_open(episode) && tells_apart(episode, it) },
    Rung { method: "removal", accept: |episode, it| is_open(episode) && tells_apart(episode, it) },
    Rung {
        method: "difference",
        accept: |episode, it| is_replayed(it) && !only_replayed(episode) && tells_apart(episode, it),
    },
    Rung { method: "replay-loo", accept: tells_apart },
    Rung {
        method: "difference",
        accept: |episode, it| has_alternatives(episode) && tells_apart(episode, it),
    },
    // Where the rest of R is put otherwise than to the last step, that may be all that tells agents apart.
    Rung { method: "redistribution", accept: |episode, it| is_first(it) && tells_apart(episode, it) },
    Rung { method: "difference", accept: tells_apart },
    Rung { method: "declared", accept: |episode, it| is_reward(episode, it) && tells_apart(episode, it) },
    // From here on nobody is told apart: what was measured says that better than the shape of the trace.
    Rung { method: "shapley", accept: |_, it| !is_bounded(it) },
    Rung { method: "replay-loo", accept: |_, it| has_numbers(it) },
    Rung { method: "difference", accept: |_, it| is_replayed(it) && has_numbers(it) },
    Rung { method: "redistribution", accept: |_, it| is_first(it) && has_share_for_all(it) },
    Rung { method: "declared", accept: |_, it| has_numbers(it) },
    Rung { method: "backprop", accept: |_, _| true },
    Rung { method: "uniform", accept: |_, _| true },
];

/// Rungs of the ladder.
pub(super) const LADDER_LENGTH: usize = LADDER.len();

/// The place of the first rung with the method of `scenario`; `None`: it is on none.
pub(super) fn ladder_place(scenario: &Scenario) -> Option<usize> {
    LADDER.iter().position(|rung| rung.method == scenario.method)
}

/// The best-supported method for an episode.
///
/// In order: exact Shapley; Shapley with missing coalitions where its bounds separate the one blamed; Shapley
/// sampled from the walks that are logged; removal; a single deviation with measured values; a replay group;
/// first where somebody lost (in a success: gained) by them, then where some only have less than others.
/// After them a single deviation with modelled values; the change of the critic's values; declared credit in
/// units of the reward. A method is passed over when it tells nobody apart, or knows one agent of several and
/// that one neither lost nor gained; where all are, measurements come first, then declared credit of whatever
/// unit, propagation along the links, and an even split. Of the baselines of a method the first is taken of
/// those that know the most agents: unknown is not innocent. `None`: the log holds nothing to divide.
pub fn best_scenario(episode: &Episode) -> Option<Scenario> {
    let episode = &rewarded(episode, &Scenario::default());
    LADDER.iter().find_map(|rung| {
        let row = method(rung.method)?;
        let mut best: Option<(usize, Scenario)> = None;
        for scenario in row.scenarios().into_iter().filter(names_culprit) {
            let Ok(attribution) = compute_plain(episode, &scenario) else { continue };
            if !(rung.accept)(episode, &attribution) {
                continue;
            }
            let known = attribution.agents.iter().filter(|it| it.value.number().is_some()).count();
            if known == attribution.agents.len() {
                return Some(best.filter(|it| it.0 == known).map_or(scenario, |it| it.1));
            }
            if best.as_ref().is_none_or(|it| known > it.0) {
                best = Some((known, scenario));
            }
        }
        best.map(|it| it.1)
    })
}

/// The first form of the method called `name` that the log supports; of another name, or where it supports none, the best
/// scenario.
pub fn preferred_scenario(episode: &Episode, name: &str) -> Option<Scenario> {
    let rewarded = rewarded(episode, &Scenario::default());
    let forms = method(name).into_iter().flat_map(Method::scenarios);
    let mut supported = forms.filter(|it| compute_plain(&rewarded, it).is_ok());
    supported.next().or_else(|| best_scenario(episode))
}

/// The scenario from which to read the decisive act: `scenario` itself if it credits acts; otherwise, under
/// the same edits, a measured single deviation, a replay group, a modelled single deviation, declared credit
/// of acts, or propagation. `None` if nothing in the log credits acts.
pub fn act_scenario(episode: &Episode, scenario: &Scenario) -> Option<Scenario> {
    let episode = &rewarded(episode, scenario);
    let scenario = resolve(episode, scenario).ok()?;
    let knows_acts = |it: &Scenario| method(&it.method).is_none_or(|it| it.family != Family::Coalition);
    let speaks = |it: &Scenario| {
        // Sets of agents say nothing of acts, and there may be millions of them.
        let attribution =
            Some(it).filter(|it| knows_acts(it)).and_then(|it| compute_plain(episode, it).ok())?;
        Some((act_rank(&attribution)?, it.clone()))
    };
    if speaks(&scenario).is_some() {
        return Some(scenario);
    }
    let carried = variants().into_iter().filter(names_culprit).map(|it| carry(&scenario, it));
    let mut speaking: Vec<(u8, Scenario)> = carried.filter_map(|it| speaks(&it)).collect();
    speaking.sort_by_key(|it| it.0);
    speaking.into_iter().next().map(|it| it.1)
}

/// How well founded an attribution's numbers per act are, best first; `None` if it has none.
pub(super) fn act_rank(attribution: &Attribution) -> Option<u8> {
    attribution.acts.iter().any(|it| it.1.number().is_some()).then_some(())?;
    let family = method(&attribution.method).map(|it| it.family);
    Some(match (family, attribution.provenance) {
        (Some(Family::Deviation), Provenance::Replayed) => 0,
        (Some(Family::Replay), _) => 1,
        (Some(Family::Deviation), Provenance::Modelled) => 2,
        (Some(Family::Declared), _) => 3,
        (_, Provenance::Replayed | Provenance::Modelled | Provenance::Declared) => 4,
        (Some(Family::Graph), Provenance::Structural) => 5,
        (_, Provenance::Structural) => 6,
    })
}

/// Whether a scenario's method and baseline can single an agent out.
pub(super) fn names_culprit(scenario: &Scenario) -> bool {
    method(&scenario.method).is_some_and(|row| {
        let baseline = match &scenario.baseline {
            Some(name) => row.baseline(name),
            None => row.baselines.first(),
        };
        row.names_culprit && baseline.is_none_or(|it| it.names_culprit)
    })
}

/// Whether all alternatives are candidates of replay groups, which have methods of their own.
fn only_replayed(episode: &Episode) -> bool {
    let mut replayed: FxHashMap<ActId, FxHashSet<&str>> = FxHashMap::default();
    for (act, group) in episode.replays.iter().filter_map(|it| Some((it.act?, it))) {
        replayed.entry(act).or_default().extend(group.candidates.iter().map(|it| it.label.as_str()));
    }
    episode.tables.iter().filter(|it| it.alternatives.iter().any(|it| it.q.n.is_some())).all(|table| {
        let labels = replayed.get(&table.act);
        table.alternatives.iter().all(|it| labels.is_some_and(|labels| labels.contains(it.label.as_str())))
    })
}

/// Whether somebody stands out at the end that the outcome asks for: a loser of a failure, an earner of a
/// success.
pub(super) fn names_extreme(episode: &Episode, attribution: &Attribution) -> bool {
    tells_apart(episode, attribution)
        && blame(episode.failed(), attribution)
            .is_some_and(|it| matches!(it.kind, BlameKind::Lost | BlameKind::Earned))
}

/// Whether coalitions are missing from the largest table, so that formulas which need fewer say something of
/// their own. Of a complete one Shapley has said all.
fn is_open(episode: &Episode) -> bool {
    let largest = episode.coalitions.iter().max_by_key(|it| it.players.len());
    largest.is_some_and(|it| !it.is_complete())
}

/// Whether any act has a value of something else that could have been done.
fn has_alternatives(episode: &Episode) -> bool {
    episode.tables.iter().any(|it| it.alternatives.iter().filter(|it| it.q.mean.is_some()).count() > 1)
}

/// Whether it is by the first baseline of its method.
fn is_first(attribution: &Attribution) -> bool {
    let first = method(&attribution.method).and_then(|it| it.baselines.first());
    attribution.baseline.as_deref().is_none_or(|name| first.is_some_and(|it| it.name == name))
}

/// Whether every agent has a number, and none is 0.
fn has_share_for_all(attribution: &Attribution) -> bool {
    attribution.agents.iter().all(|it| it.value.number().is_some_and(|it| it.value.abs() > 1e-12))
}

fn has_numbers(attribution: &Attribution) -> bool {
    attribution.agents.iter().any(|it| it.value.number().is_some())
}

fn is_reward(episode: &Episode, attribution: &Attribution) -> bool {
    declared::is_in_reward_units(episode, attribution)
}

fn is_replayed(attribution: &Attribution) -> bool {
    attribution.provenance == Provenance::Replayed
}

/// Whether some number is a range between sharp bounds because data is missing.
fn is_bounded(attribution: &Attribution) -> bool {
    let bounded = |it: &crate::model::Estimate| it.interval.is_some() && it.standard_error.is_none();
    attribution.agents.iter().any(|it| it.value.number().is_none_or(bounded))
}

/// Whether the numbers say something of who mattered: two of them differ, or the one agent that has a number
/// has another than 0, of whatever sign. (One that earned in a failure was cleared by a measurement: nothing
/// of less ground may blame it in its place.)
pub(super) fn tells_apart(episode: &Episode, attribution: &Attribution) -> bool {
    blame(episode.failed(), attribution).is_some_and(|it| {
        let first = it.agents.first().and_then(|it| attribution.agent(*it));
        let matters = first.is_some_and(|it| it.value.abs() > 1e-12);
        if it.known < 2 { matters } else { !it.all_equal }
    })
}

fn names_one(episode: &Episode, attribution: &Attribution) -> bool {
    tells_apart(episode, attribution)
        && blame(episode.failed(), attribution).is_some_and(|it| it.agents.len() == 1)
}

/// The scenario meant: an empty method becomes the best-supported one, under the same edits.
///
/// # Errors
/// When nothing can be computed at all.
pub(super) fn resolve(episode: &Episode, scenario: &Scenario) -> Result<Scenario, Unavailable> {
    if !scenario.method.is_empty() {
        return Ok(scenario.clone());
    }
    let best = best_scenario(episode).or_else(|| {
        // A reward set by hand can be divided even if the log has none.
        scenario.reward.is_some().then(|| Scenario::of_method("backprop"))
    });
    best.map(|it| carry(scenario, it)).ok_or_else(|| missing(no_reward(episode)))
}

/// `variant` with the edits of `reference`: whose reward, players, reward, discount, substitutes, window, seed.
pub(super) fn carry(reference: &Scenario, variant: Scenario) -> Scenario {
    Scenario {
        whose: reference.whose.clone(),
        dropped: reference.dropped.clone(),
        reward: reference.reward,
        discount: reference.discount,
        substitutes: reference.substitutes.clone(),
        window: reference.window,
        seed: reference.seed,
        ..variant
    }
}

/// Whether two scenarios mean the same method and baseline.
pub(super) fn same_choice(a: &Scenario, b: &Scenario) -> bool {
    let baseline = |it: &Scenario| {
        let default = method(&it.method).and_then(|row| row.baselines.first()).map(|it| it.name.to_owned());
        it.baseline.clone().or(default)
    };
    a.method == b.method && baseline(a) == baseline(b)
}

/// What to try in place of an unavailable method, nearest first: its other baselines (an even mean before the
/// rest, as it needs least), then what asks the same question in another way, then its family, then the
/// ladder of support.
pub(super) fn alternatives(scenario: &Scenario) -> Vec<Scenario> {
    let family = method(&scenario.method).map(|it| it.family);
    let distance = |it: &Scenario| {
        let row = method(&it.method);
        if it.method == scenario.method {
            u8::from(it.baseline.as_deref() != Some("uniform"))
        } else if row.is_some() && row.map(root) == method(&scenario.method).map(root) {
            2
        } else if row.map(|it| it.family) == family {
            3
        } else {
            4 + LADDER.iter().position(|rung| rung.method == it.method).unwrap_or(LADDER.len()) as u8
        }
    };
    let mut all: Vec<Scenario> = variants().into_iter().filter(|it| !same_choice(it, scenario)).collect();
    all.retain(names_culprit);
    all.sort_by_key(distance);
    all
}

/// The method whose question a method puts.
fn root(row: &'static super::Method) -> &'static str {
    row.variant_of.unwrap_or(row.name)
}

/// Names the nearest method that can be computed, unless the message already names one.
pub(super) fn with_nearest(episode: &Episode, scenario: &Scenario, mut missing: Unavailable) -> Unavailable {
    if missing.nearest.is_none() && method(&scenario.method).is_some() {
        let near = alternatives(scenario).into_iter().map(|it| carry(scenario, it));
        let near = near.into_iter().find(|it| compute_plain(episode, it).is_ok());
        missing.nearest = near.map(|it| scenario_name(&it));
    }
    missing
}

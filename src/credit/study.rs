//! What takes longer than credit itself and is computed after it: curves, messages, and how sure the verdict
//! is.
//!
//! A screen shows the verdict first and adds this when it is ready; a report waits for it. Pure, like
//! everything here.

use crate::model::{Attribution, Episode, Scenario, Unavailable};
use crate::stats::{FlipDraws, Normals};

use super::curve::{Curve, Curves};
use super::flip::{FlipProbability, flip};
use super::messages::{MessageSetting, MessageTable, message_table};
use super::question::missing;
use super::sweep::{Sweep, SweepRow};
use super::verdict::Verdict;

/// Draws of the values from which P(flip) of the verdict is counted; fewer if there are very many values, and a quarter
/// for the other rows of the sweep.
pub const FLIP_DRAWS: u32 = 2000;

/// Everything computed for one scenario after its credit.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Credit along every parameter that moves it, the method shown first.
    pub curves: Vec<Curve>,
    /// What is coarser of the curves than it could be because the episode is very long; `None` if nothing is.
    pub cut: Option<String>,
    /// Credit of every message, or why there is none.
    pub messages: Result<MessageTable, Unavailable>,
    /// How often each row of the sweep would name another, in its order; `None` if its uncertainty is not
    /// known.
    pub flips: Vec<Option<FlipProbability>>,
}

/// Studies `scenario`, whose answers are `credit` and `sweep`, but for the curves, which are computed apart: see
/// [`super::curves`] and [`Study::with_curves`]. The same input gives the same output.
pub fn study_without_curves(
    episode: &Episode,
    scenario: &Scenario,
    credit: &Result<Attribution, Unavailable>,
    sweep: &Sweep,
    setting: MessageSetting,
) -> Study {
    let messages = match credit {
        Ok(credit) => message_table(episode, scenario, credit, setting),
        Err(why) => Err(missing(format!("no credit to split: {}", why.missing))),
    };
    let is_own = |row: &Attribution| {
        credit.as_ref().is_ok_and(|own| (&own.method, &own.baseline) == (&row.method, &row.baseline))
    };
    // The verdict is read to the percent, the rows beside it are compared.
    let draws = |row: &Attribution| if is_own(row) { FLIP_DRAWS } else { FLIP_DRAWS / 4 };
    Study { curves: Vec::new(), cut: None, messages, flips: sweep_flips(episode, sweep, draws) }
}

/// P(flip) of the rows of a sweep, each by at most as many draws as `draws` says. `None` if the row only asks again what
/// another row asks, names nobody, or its uncertainty is not known. The seed is that of the row. Rows that are the same
/// sums of the same measurements are drawn once.
pub fn sweep_flips(
    episode: &Episode,
    sweep: &Sweep,
    draws: impl Fn(&Attribution) -> u32,
) -> Vec<Option<FlipProbability>> {
    let failed = episode.failed();
    let mut normals = Normals::new(0);
    let mut drawn: Vec<(&SweepRow, FlipDraws, Option<FlipProbability>)> = Vec::new();
    let mut flips = Vec::with_capacity(sweep.rows.len());
    for row in &sweep.rows {
        let Some(credit) = row.result.as_ref().ok().filter(|_| asks(row)) else {
            flips.push(None);
            continue;
        };
        let draws = FlipDraws { most: draws(credit), seed: row.scenario.seed };
        let same = drawn.iter().find(|it| it.1 == draws && is_drawn_alike(it.0, row));
        let found = same.map(|it| it.2.clone());
        let found = found.unwrap_or_else(|| flip(failed, credit, draws, &mut normals).ok());
        drawn.push((row, draws, found.clone()));
        flips.push(found);
    }
    flips
}

/// Whether two rows are the same sums of the same measurements.
fn is_drawn_alike(a: &SweepRow, b: &SweepRow) -> bool {
    let [of_a, of_b] = [a, b].map(|it: &SweepRow| it.result.as_ref().ok()?.measured.as_ref());
    a.scenario.seed == b.scenario.seed
        && of_a.zip(of_b).is_some_and(|(a, b)| a.agents == b.agents && a.table == b.table)
}

/// Whether it is worth knowing how sure a row is: it names somebody and does not only ask again what another method
/// asks.
fn asks(row: &SweepRow) -> bool {
    let is_variant = super::method(&row.scenario.method).is_some_and(|it| it.variant_of.is_some());
    !row.blamed.is_empty() && (row.counted || !is_variant)
}

impl Study {
    /// The same with these curves.
    pub fn with_curves(self, curves: Curves) -> Self {
        Self { curves: curves.list, cut: curves.cut, ..self }
    }

    /// Tells a sweep and its verdict how sure they are.
    pub fn tell(&self, sweep: &mut Sweep, verdict: &mut Verdict) {
        for (row, flip) in sweep.rows.iter_mut().zip(&self.flips) {
            row.flip.clone_from(flip);
        }
        let own = sweep.rows.iter().find(|it| it.name() == verdict.method);
        verdict.stability.flip = own.and_then(|it| it.flip.clone());
    }
}

//! The chance that two questions, of one measurement or of two, name different credits.

use super::chance::{End, FlipDraws};
use super::contrast::Weights;
use super::credit::{Credit, arms_of};
use super::drawn::{BUDGET, Drawn, extreme};
use super::noise::Noise;
use super::normals::Normals;
use super::table::Table;

/// One of two questions: named credits, and the runs they rest on.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The runs.
    pub table: &'a Table,
    /// The credits, at least one.
    pub credits: &'a [Credit],
    /// Whose they are, ascending: what is compared.
    pub names: &'a [usize],
}

/// The chance that two questions name different ones. Both are drawn from the error of what was measured, by the same
/// draws where they rest on the same runs. `None` without a known spread.
pub fn chance_to_differ(one: Side<'_>, other: Side<'_>, end: End, draws: FlipDraws) -> Option<f64> {
    let shared = one.table == other.table;
    let (first, second) = (one.drawn(shared.then_some(other), end)?, other.drawn(None, end)?);
    let mut normals = Normals::new(draws.seed);
    let mut stream = normals.begin(draws.seed);
    let (mut errors, mut means) = (vec![0.0; one.table.arms.len()], one.table.means.clone());
    let (mut other_errors, mut other_means) = (vec![0.0; other.table.arms.len()], other.table.means.clone());
    let count = draws.most.min((BUDGET / (first.arms.len() + second.arms.len()).max(1)) as u32).max(1);
    let mut differ = 0;
    for _ in 0..count {
        first.draw(&mut stream, &mut errors);
        if shared {
            other_errors.copy_from_slice(&errors);
        } else {
            second.draw(&mut stream, &mut other_errors);
        }
        let named = one.named(&first.spread(&errors, &mut means), end);
        differ += u32::from(named != other.named(&second.spread(&other_errors, &mut other_means), end));
    }
    Some(f64::from(differ) / f64::from(count))
}

impl<'a> Side<'a> {
    /// What is drawn for it, and for `with` from the same runs.
    fn drawn(self, with: Option<Self>, end: End) -> Option<Drawn<'a>> {
        let weights: Vec<Weights> = self.credits.iter().map(|it| it.linear(self.table.means())).collect();
        let mut arms = arms_of(self.credits);
        let now: Vec<f64> = self.credits.iter().map(|it| it.value(self.table.means())).collect();
        let named = extreme(&now, end, self.table.scale());
        let noise = Noise::of(self.table, &weights, &arms, &named).ok()?;
        arms.extend(with.iter().flat_map(|it| arms_of(it.credits)));
        arms.sort_unstable();
        arms.dedup();
        Some(Drawn::of(self.table, self.credits, &weights, arms, noise, &now))
    }

    fn named(self, values: &[f64], end: End) -> Vec<usize> {
        extreme(values, end, self.table.scale()).into_iter().map(|it| self.names[it]).collect()
    }
}

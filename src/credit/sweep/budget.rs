//! How much work one sweep may be. There may be millions of coalitions, and every coalition method reads all of them:
//! what is beyond the budget is left out, and says so.
//!
//! Work is counted and not timed, so that a sweep does not depend on the machine. So is what its rows hold: with a
//! million agents each row has millions of numbers.

use crate::model::{Attribution, Episode, Scenario, Unavailable};

use super::super::method::Family;
use super::super::{method, question::missing};

/// Members of coalitions that all rows together may look at: some ten seconds. A full table of 22 players is within it;
/// of one of 24 players four rows are.
pub(super) const WORK: u64 = 1_600_000_000;

/// Numbers of agents and acts that all rows together may hold: about half a gigabyte.
pub(super) const NUMBERS: usize = 6_000_000;

/// Following walks takes so much longer than reading a table.
const WALKS: u64 = 8;

/// What is left of the work.
pub(super) struct Budget {
    left: u64,
    numbers: usize,
    coalitions: u64,
    players: u64,
}

impl Budget {
    pub(super) fn of(episode: &Episode, (work, numbers): (u64, usize)) -> Self {
        let largest = episode.coalitions.iter().map(|it| (it.values.len() as u64, it.players.len() as u64));
        let (coalitions, players) = largest.max_by_key(|it| it.0.saturating_mul(it.1)).unwrap_or_default();
        Self { left: work, numbers, coalitions, players }
    }

    /// Takes the work of a row out of it.
    ///
    /// # Errors
    /// When it is more than is left: why the row is left out.
    pub(super) fn take(&mut self, scenario: &Scenario) -> Result<(), Unavailable> {
        let Some(row) = method(&scenario.method).filter(|it| it.family == Family::Coalition) else {
            return Ok(());
        };
        let (coalitions, players) = (self.coalitions, self.players);
        let is_full = 1_u64.checked_shl(players as u32).is_some_and(|it| coalitions >= it);
        let steps = if is_full || row.variant_of.is_none() { 1 } else { WALKS };
        match self.left.checked_sub(coalitions.saturating_mul(players).saturating_mul(steps)) {
            Some(left) => self.left = left,
            None => {
                return Err(missing(format!(
                    "left out, as a sweep may not take longer: it would read {coalitions} coalitions of {players} players \
                     once more; it is computed where it is asked for by name"
                )));
            }
        }
        Ok(())
    }

    /// Takes the numbers of a row out of it.
    ///
    /// # Errors
    /// When they are more than is left: why the row is left out.
    pub(super) fn keep(&mut self, attribution: Attribution) -> Result<Attribution, Unavailable> {
        let (agents, acts) = (attribution.agents.len(), attribution.acts.len());
        match self.numbers.checked_sub(agents + acts) {
            Some(left) => {
                self.numbers = left;
                Ok(attribution)
            }
            None => Err(missing(format!(
                "left out, as a sweep may not hold more: it has {agents} numbers of agents and {acts} of acts; it is \
                 computed where it is asked for by name"
            ))),
        }
    }
}

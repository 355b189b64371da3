//! Coalition methods.
use crate::model::Episode;

/// v(0) of the episode's coalition table, where it is logged.
pub(super) fn empty_value(episode: &Episode) -> Option<f64> {
    let table = episode.coalitions.first()?;
    table.values.iter().find(|it| it.agents.is_empty())?.value.mean
}

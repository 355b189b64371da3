//! What view 6 asks of an open episode: the moment, the keys there, the one under the cursor.

use super::OpenEpisode;
use crate::context::{Context, History, Moment, StateKey};

impl OpenEpisode {
    /// What surrounds the acts, as far as it was read; `None` too if the episode has fewer agents or acts by now.
    pub fn context(&self) -> Option<&Context> {
        let context = self.state.context.as_deref()?;
        let (agents, acts) = context.of;
        (agents <= self.episode.agents.len() && acts <= self.episode.acts.len()).then_some(context)
    }

    /// The moment that view 6 shows: just after the act under the cursor.
    pub fn moment(&self) -> Moment {
        self.act.map_or(0, History::after)
    }

    /// The keys that view 6 lists, by their place; those that the act under the cursor changes first if asked.
    pub fn state_keys(&self, changed_first: bool) -> Vec<usize> {
        let Some(context) = self.context() else { return Vec::new() };
        let mut keys = context.history.present(self.moment());
        if changed_first {
            keys.sort_by_key(|it| !context.history.keys[*it].is_changed(self.moment()));
        }
        keys
    }

    /// The key under the cursor: the one chosen if it is there, or else the first that the act changes, or the first.
    pub fn state_key(&self) -> Option<(usize, &StateKey)> {
        let history = &self.context()?.history;
        let present = history.present(self.moment());
        let chosen = Some(self.state.key).filter(|it| present.contains(it));
        let at = chosen.or_else(|| present.first().copied())?;
        Some((at, &history.keys[at]))
    }

    /// Rows of the telemetry: numbers of metric records, of the team, of agents, and rewards.
    pub fn telemetry_rows(&self) -> usize {
        let rows = |it: &Context| it.series.len() + it.figures.len() + it.works.len() + it.arrivals.len();
        self.context().map_or(0, rows)
    }
}

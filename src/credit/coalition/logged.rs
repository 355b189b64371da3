//! The coalition values an episode logs, as a game of the agents that are not dropped.

use std::borrow::Cow;

use crate::model::{
    AgentId, Attribution, CoalitionTable, CoalitionValue, Episode, Estimate, Members, Number, Origin,
    Provenance, Sample, Unavailable, Value,
};

use super::super::figure;
use super::super::game::{Coalition, Game, Missing};
use super::super::question::{Question, caveat, missing};

/// A logged coalition table, played by the agents that remain.
pub(in super::super) struct LoggedGame<'a> {
    episode: &'a Episode,
    table: &'a CoalitionTable,
    /// Player to agent, ascending.
    players: Vec<AgentId>,
    rows: Rows,
    /// A reward set by hand: the value of the grand coalition.
    grand: Option<f64>,
}

/// Which row of the table a coalition of the players has.
enum Rows {
    /// By mask; [`NO_ROW`] for none.
    ByMask(Vec<u32>),
    /// (mask, row), ascending by mask.
    Sorted(Vec<(u64, u32)>),
}

const NO_ROW: u32 = u32::MAX;

impl Rows {
    /// By mask if that is not much more than there are rows.
    fn of(players: usize, rows: impl Iterator<Item = (u64, u32)>, count: usize) -> Self {
        if players < u32::BITS as usize && 1 << players <= count.saturating_mul(4) {
            let mut by_mask = vec![NO_ROW; 1 << players];
            rows.for_each(|(mask, row)| by_mask[mask as usize] = row);
            return Self::ByMask(by_mask);
        }
        let mut sorted: Vec<(u64, u32)> = rows.collect();
        sorted.sort_unstable();
        Self::Sorted(sorted)
    }

    fn get(&self, mask: u64) -> Option<usize> {
        let row = match self {
            Self::ByMask(it) => *it.get(usize::try_from(mask).ok()?)?,
            Self::Sorted(it) => it[it.binary_search_by_key(&mask, |it| it.0).ok()?].1,
        };
        (row != NO_ROW).then_some(row as usize)
    }

    /// Ascending by mask.
    fn iter(&self) -> impl Iterator<Item = (u64, usize)> {
        let (by_mask, sorted) = match self {
            Self::ByMask(it) => (it.as_slice(), &[][..]),
            Self::Sorted(it) => (&[][..], it.as_slice()),
        };
        let by_mask = by_mask.iter().enumerate().filter(|it| *it.1 != NO_ROW);
        by_mask.map(|it| (it.0 as u64, *it.1 as usize)).chain(sorted.iter().map(|it| (it.0, it.1 as usize)))
    }
}

/// Where the value of a coalition is from.
pub(in super::super) enum Source<'a> {
    /// A row of the table, and what it says.
    Logged(usize, Cow<'a, Sample>),
    /// A reward set by hand.
    ByHand(f64),
    Missing,
}

impl<'a> LoggedGame<'a> {
    /// # Errors
    /// When no table is logged, nobody is left to play, or an act is substituted.
    pub(in super::super) fn of(question: &Question<'a>) -> Result<Self, Unavailable> {
        let episode = question.episode;
        let table = chosen(question)?;
        if let Some(act) = question.scenario.substitutes.keys().next() {
            return Err(missing(format!(
                "coalition values were recorded with the logged action: none is known for another at {}",
                question.act(*act)
            )));
        }
        let players: Vec<AgentId> =
            table.players.iter().copied().filter(|it| !question.is_dropped(*it)).collect();
        if players.is_empty() {
            return Err(missing("no player is left in the coalition game"));
        }
        if players.len() > Coalition::MAX_PLAYERS {
            return Err(missing(format!(
                "the coalition game has {} players; the most is {}",
                players.len(),
                Coalition::MAX_PLAYERS
            )));
        }
        let mut bit_of = vec![None; episode.agents.len()];
        for (bit, agent) in players.iter().enumerate() {
            bit_of[agent.index()] = Some(bit);
        }
        let in_order = players.iter().enumerate().all(|(bit, agent)| agent.index() == bit);
        let mask = |agents: &Members| match agents.mask() {
            // The players are the first agents: their bits are the same.
            Some(mask) if in_order => (mask & !Coalition::all(players.len()).0 == 0).then_some(mask),
            _ => {
                let mut agents = agents.iter();
                agents.try_fold(0u64, |mask, agent| bit_of[agent.index()].map(|bit| mask | 1 << bit))
            }
        };
        let rows = table.values.members().enumerate().filter(|it| table.values.mean(it.0).is_some());
        let rows = rows.filter_map(|(at, agents)| mask(agents).map(|mask| (mask, at as u32)));
        let rows = Rows::of(players.len(), rows, table.values.len());
        let grand = question.scenario.reward.map(Number::get);
        Ok(Self { episode, table, players, rows, grand })
    }

    /// The episode that logs it.
    pub(in super::super) fn episode(&self) -> &'a Episode {
        self.episode
    }

    /// Player to agent, ascending.
    pub(in super::super) fn players(&self) -> &[AgentId] {
        &self.players
    }

    /// The coalitions with a value, ascending.
    pub(in super::super) fn known(&self) -> Vec<(Coalition, f64)> {
        let all = Coalition::all(self.players.len());
        let grand = self.grand.map(|it| (all, it));
        let logged =
            self.rows.iter().filter_map(|(mask, at)| Some((Coalition(mask), self.table.values.mean(at)?)));
        logged.filter(|it| grand.is_none() || it.0 != all).chain(grand).collect()
    }

    fn row(&self, coalition: Coalition) -> Option<CoalitionValue<'a>> {
        self.table.values.get(self.rows.get(coalition.0)?)
    }

    /// Where the value of a coalition is from.
    pub(in super::super) fn source(&self, coalition: Coalition) -> Source<'a> {
        if let Some(grand) = self.grand
            && coalition == Coalition::all(self.players.len())
        {
            return Source::ByHand(grand);
        }
        let Some(at) = self.rows.get(coalition.0) else { return Source::Missing };
        match self.table.values.get(at).map(|it| it.value) {
            Some(sample) if sample.mean.is_some() => Source::Logged(at, sample),
            _ => Source::Missing,
        }
    }

    /// The record of a coalition's value.
    pub(in super::super) fn origin(&self, coalition: Coalition) -> Option<Origin> {
        let by_hand = self.grand.is_some() && coalition == Coalition::all(self.players.len());
        self.row(coalition).filter(|_| !by_hand).map(|it| it.origin)
    }

    /// `v({planner, coder})`, `v(all)`, `v(all but coder)`, `v(nobody)`.
    pub(in super::super) fn name(&self, coalition: Coalition) -> String {
        let n = self.players.len();
        let name = |player: usize| self.episode.agent(self.players[player]).name.as_str();
        if coalition.size() == n {
            return "v(all)".to_owned();
        }
        if coalition.size() == 0 {
            return "v(nobody)".to_owned();
        }
        if coalition.size() + 1 == n && n > 2 {
            let out = (0..n).find(|it| !coalition.contains(*it)).unwrap_or(0);
            return format!("v(all but {})", name(out));
        }
        let members: Vec<&str> = coalition.players().filter(|it| *it < n).map(name).collect();
        format!("v({{{}}})", members.join(", "))
    }

    /// Why a coalition has no value: `v({planner}) is not logged`, or it is logged without one, as when two
    /// records contradict each other.
    pub(in super::super) fn why_missing(&self, coalition: Coalition) -> String {
        let wanted = || coalition.players().filter_map(|it| self.players.get(it).copied());
        let is_logged = self.table.values.members().any(|it| it.iter().eq(wanted()));
        let what = if is_logged { "has no value that holds: see the findings" } else { "is not logged" };
        format!("{} {what}", self.name(coalition))
    }

    /// An attribution without numbers yet, with the caveats of the game.
    pub(in super::super) fn start(&mut self, question: &Question<'_>, title: String) -> Attribution {
        let mut attribution = question.start(title, Provenance::Replayed);
        for credit in &mut attribution.agents {
            if matches!(credit.value, Value::Unavailable(_)) {
                let name = question.agent(credit.agent);
                credit.value = Value::Unavailable(format!("no logged coalition names {name}"));
            }
        }
        attribution.absence = Some(self.table.absence.clone());
        attribution.reward = self.episode.reward().map(|it| it.value);
        if self.episode.coalitions.len() > 1 {
            let n = self.episode.coalitions.len();
            let text = format!("of {n} coalition tables '{}' is used", self.table.name);
            attribution.caveats.push(caveat(text));
        }
        let grand = self.value(Coalition::all(self.players.len())).ok();
        let logged = self.episode.logged_reward();
        if let Some(reward) = question.scenario.reward {
            let text = format!("the value of the whole team is set to {}", figure::plain(reward.get()));
            attribution.caveats.push(caveat(text));
        } else if let (Some(grand), Some(logged)) = (grand, logged)
            && question.scenario.dropped.is_empty()
            && (grand.value - logged.value).abs() > 1e-9 * grand.value.abs().max(logged.value.abs())
        {
            attribution.caveats.push(caveat(format!(
                "the whole team's value is {}, this episode's reward {}: the credit is of the former",
                figure::plain(grand.value),
                figure::plain(logged.value)
            )));
        }
        if question.scenario.discount.is_some() {
            attribution
                .caveats
                .push(caveat("coalition values cannot be discounted again: they are as logged"));
        }
        if !question.scenario.dropped.is_empty() {
            let text = format!("played without {}", question.dropped_names());
            attribution.caveats.push(caveat(format!("{text}: only their absence from coalitions is known")));
        }
        attribution
    }
}

impl Game for LoggedGame<'_> {
    fn n_players(&self) -> usize {
        self.players.len()
    }

    fn value(&mut self, coalition: Coalition) -> Result<Estimate, Missing> {
        if let Some(grand) = self.grand
            && coalition == Coalition::all(self.players.len())
        {
            return Ok(Estimate::with_standard_error(grand, 0.0, None));
        }
        let row = self.row(coalition).ok_or(Missing(coalition))?;
        let mean = row.value.mean.ok_or(Missing(coalition))?;
        Ok(match row.value.standard_error() {
            Some(error) => Estimate::with_standard_error(mean, error, row.value.n),
            None => Estimate { n: row.value.n, ..Estimate::exact(mean) },
        })
    }
}

/// The table to use: the one a declared credit names, or else most players, then most complete, then first.
fn chosen<'a>(question: &Question<'a>) -> Result<&'a CoalitionTable, Unavailable> {
    let tables = &question.episode.coalitions;
    if let Some(table) = question.coalitions.and_then(|at| tables.get(at)) {
        return Ok(table);
    }
    if let Some(table) = question.group.and_then(|name| tables.iter().find(|it| it.name == name)) {
        return Ok(table);
    }
    let best = best_supported(tables).map(|at| &tables[at]);
    best.ok_or_else(|| missing("no coalition values are logged (`counterfactual` of kind `coalition`)"))
}

/// The place of the table with most players, then the most complete, then the first.
pub(in super::super) fn best_supported(tables: &[CoalitionTable]) -> Option<usize> {
    let key = |at: &usize| (tables[*at].players.len(), tables[*at].values.known());
    // Of equals the first: `max_by_key` gives the last.
    (0..tables.len()).rev().max_by_key(key)
}

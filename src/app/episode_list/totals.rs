//! What the listed episodes have in common and what they add up to.

use rustc_hash::FxHashSet;

use super::column::Column;
use crate::{app::job::Card, credit::Rung, model::EpisodeSummary, text};

/// So many rows are looked at; of more, the first.
const MOST_ROWS: usize = 200_000;
/// Among so many names it is looked for one that repeats.
const MOST_NAMES: usize = 20_000;
/// Of so many rows texts are measured, evenly spread.
const MOST_MEASURED: usize = 1_000;
/// A beginning that all names share is said once if it has at least so many columns.
const LEAST_PREFIX: usize = 6;
/// From so many acts on it says something in which fifth of the episode one is.
const LONG: u32 = 10;

/// What some episodes have in common and what they add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// How many there are.
    pub episodes: usize,
    /// How many of them were looked at for the rest.
    pub seen: usize,
    /// How they ended, and how many so, the most frequent first.
    pub outcomes: Vec<(Box<str>, usize)>,
    /// Those with a reward: how many, the sum, the least and the greatest.
    pub rewards: Option<Rewards>,
    /// Actions and messages.
    pub acts: u64,
    /// Those in which something went wrong.
    pub errors: u64,
    /// Judgements of persons who are named.
    pub notes: u64,
    /// Those that have been read and judged.
    pub judged: usize,
    /// Of those that failed and were judged: on which grounds who is named, and how often; the most frequent first.
    pub blamed: Vec<Blamed>,
    /// How many of those judged failed.
    pub failed: usize,
    /// In which quarter of its episode the act lies that is named.
    pub quarters: [usize; 4],
    /// In how many an estimate from the text names the agent that is named on other grounds, of how many.
    pub suspects: (usize, usize),
    /// Tokens of all that say.
    pub tokens: Option<u64>,
    /// Cost of all that say, in the log's currency.
    pub cost: Option<f64>,
    /// Time of all that say, in seconds.
    pub seconds: Option<f64>,
    /// How many tasks there are; 0: none is logged.
    pub tasks: usize,
    /// The beginning that all names share, in bytes.
    pub prefix: usize,
    pub(super) differing: Differing,
    pub(super) widths: Vec<(Column, usize)>,
}

/// Rewards of some episodes, in reward units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rewards {
    /// How many episodes have one.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// The least and the greatest.
    pub range: (f64, f64),
}

/// Who is named in failed episodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Blamed {
    /// On what grounds.
    pub rung: Rung,
    /// The agent, those that tie together, or `nobody`.
    pub agent: Box<str>,
    /// In how many episodes.
    pub count: usize,
}

/// Which numbers are not the same in all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Differing {
    agents: bool,
    acts: bool,
    rungs: bool,
    data: bool,
    has_act: bool,
    has_long: bool,
    has_suspect: bool,
    /// Somebody named somebody, and that is not what the verdict rests on.
    annotated: bool,
    names_repeat: bool,
    has_run: bool,
}

impl Totals {
    /// Of `episodes` rows and what is known of them.
    pub(super) fn of<'a>(
        episodes: usize,
        rows: impl Iterator<Item = (&'a EpisodeSummary, Option<&'a Card>)> + Clone,
    ) -> Self {
        let cards = rows.clone().filter_map(|(row, card)| Some((row, card?)));
        Self::of_rows(episodes, &rows.map(|it| it.0)).with_cards(&cards)
    }

    /// Of `episodes` rows alone.
    pub(super) fn of_rows<'a>(
        episodes: usize,
        rows: &(impl Iterator<Item = &'a EpisodeSummary> + Clone),
    ) -> Self {
        let rows = rows.clone().take(MOST_ROWS);
        let mut totals = Self { episodes, ..Self::default() };
        let mut names = FxHashSet::default();
        let mut first: Option<&EpisodeSummary> = None;
        for row in rows.clone() {
            totals.seen += 1;
            totals.add_row(row);
            let earlier = first.get_or_insert(row);
            let differing = &mut totals.differing;
            differing.agents |= row.agents != earlier.agents;
            differing.acts |= row.acts != earlier.acts;
            differing.data |=
                (row.declared, row.counterfactuals) != (earlier.declared, earlier.counterfactuals);
            differing.has_long |= row.acts >= LONG;
            differing.names_repeat |= totals.seen <= MOST_NAMES && !names.insert(&row.name);
            differing.has_run |= row.run.is_some();
        }
        totals.outcomes.sort_by_key(|it| std::cmp::Reverse(it.1));
        totals.prefix = common_prefix(rows.clone().map(|it| &*it.name));
        let step = (totals.seen / MOST_MEASURED).max(1);
        let rows = rows.step_by(step).map(|it| (it, None));
        totals.measure(&rows, |it| !it.is_of_card());
        totals
    }

    /// With what is known of some of them.
    pub(super) fn with_cards<'a>(
        mut self,
        cards: &(impl Iterator<Item = (&'a EpisodeSummary, &'a Card)> + Clone),
    ) -> Self {
        let mut tasks = FxHashSet::default();
        let mut rung = None;
        for (row, card) in cards.clone() {
            let differing = &mut self.differing;
            differing.rungs |= *rung.get_or_insert(card.headline.rung) != card.headline.rung;
            differing.annotated |= row.label.is_some() && card.headline.rung != Rung::Judged;
            tasks.extend(card.task.as_deref());
            self.add_card(card);
        }
        self.tasks = tasks.len();
        self.blamed.sort_by(|a, b| (a.rung, b.count).cmp(&(b.rung, a.count)));
        let cards = cards.clone().map(|(row, card)| (row, Some(card)));
        self.measure(&cards, Column::is_of_card);
        self
    }

    fn add_row(&mut self, row: &EpisodeSummary) {
        let word = row.outcome_word();
        match self.outcomes.iter_mut().find(|it| *it.0 == *word) {
            Some(known) => known.1 += 1,
            None => self.outcomes.push((word.into(), 1)),
        }
        if let Some(reward) = row.reward {
            let rewards =
                self.rewards.get_or_insert(Rewards { count: 0, mean: 0.0, range: (reward, reward) });
            rewards.count += 1;
            rewards.mean += (reward - rewards.mean) / rewards.count as f64;
            rewards.range = (rewards.range.0.min(reward), rewards.range.1.max(reward));
        }
        self.acts += u64::from(row.acts);
        self.errors += u64::from(row.errors);
        self.notes += u64::from(row.notes);
    }

    fn add_card(&mut self, card: &Card) {
        self.judged += 1;
        if card.failed {
            self.failed += 1;
            let rung = card.headline.rung;
            let agent = card.culprit();
            match self.blamed.iter_mut().find(|it| it.rung == rung && *it.agent == *agent) {
                Some(known) => known.count += 1,
                None => self.blamed.push(Blamed { rung, agent: agent.into(), count: 1 }),
            }
            if let Some(act) = &card.act {
                self.quarters[(act.place * 4.0) as usize % 4] += 1;
            }
        }
        if let Some(is_same) = card.is_suspect_named() {
            self.suspects.0 += usize::from(is_same);
            self.suspects.1 += 1;
        }
        self.differing.has_act |= card.act.is_some();
        self.differing.has_suspect |= card.suspect.is_some();
        let add = |sum: &mut Option<f64>, value: Option<f64>| {
            *sum = sum.map_or(value, |it| Some(it + value.unwrap_or(0.0)))
        };
        add(&mut self.cost, card.cost);
        add(&mut self.seconds, card.seconds);
        self.tokens = self.tokens.map_or(card.tokens, |it| Some(it + card.tokens.unwrap_or(0)));
    }

    /// Whether all rows were looked at.
    pub fn is_whole(&self) -> bool {
        self.seen == self.episodes
    }

    /// Whether all were read and judged.
    pub fn is_read(&self) -> bool {
        self.judged == self.episodes
    }

    /// The columns that say something that is not the same in every row, in their order.
    pub fn columns(&self) -> Vec<Column> {
        Column::ALL.into_iter().filter(|it| self.has(*it)).collect()
    }

    fn has(&self, column: Column) -> bool {
        let (is_part, differing) = (!self.is_whole(), &self.differing);
        match column {
            Column::Episode | Column::Who => true,
            Column::Run => differing.names_repeat && differing.has_run,
            Column::Outcome => is_part || self.outcomes.len() > 1,
            Column::Reward => {
                self.rewards.is_some_and(|it| is_part || it.count < self.episodes || it.range.0 < it.range.1)
            }
            Column::Ground => is_part || differing.rungs,
            Column::Act => differing.has_act,
            Column::Place => differing.has_act && differing.has_long,
            Column::Estimate => differing.has_suspect,
            Column::Agents => is_part || differing.agents,
            Column::Acts => is_part || differing.acts,
            Column::Errors => self.errors > 0,
            Column::Tokens => self.tokens.is_some(),
            Column::Cost => self.cost.is_some(),
            Column::Seconds => self.seconds.is_some(),
            Column::Data => is_part || differing.data,
            Column::Notes => self.notes > 0,
            Column::Annotated => differing.annotated,
            Column::Task => self.tasks > 1,
        }
    }

    /// The columns of the longest text measured of a column, its heading included.
    pub fn width(&self, column: Column) -> usize {
        self.widths.iter().find(|it| it.0 == column).map_or(0, |it| it.1)
    }

    /// Measures those `columns` that are shown.
    fn measure<'a>(
        &mut self,
        rows: &(impl Iterator<Item = (&'a EpisodeSummary, Option<&'a Card>)> + Clone),
        columns: impl Fn(Column) -> bool,
    ) {
        let prefix = self.prefix;
        let measured = Column::ALL.into_iter().filter(|it| columns(*it)).map(|column| {
            let texts = rows.clone().filter_map(|(row, card)| {
                let text = column.text(row, card)?;
                Some(text::width(if column == Column::Episode { &text[prefix..] } else { &text }))
            });
            (column, texts.max().unwrap_or(0).max(text::width(column.heading())))
        });
        let measured: Vec<(Column, usize)> = measured.collect();
        self.widths.extend(measured);
    }
}

/// The bytes that all names begin with, up to a character that ends a word; 0 if they are few.
fn common_prefix<'a>(mut names: impl Iterator<Item = &'a str>) -> usize {
    let Some(first) = names.next() else { return 0 };
    let mut len = first.len();
    let mut is_one = true;
    for name in names {
        is_one = false;
        len = first.bytes().zip(name.bytes()).take(len).take_while(|(a, b)| a == b).count();
    }
    let end = first.as_bytes()[..len].iter().rposition(|it| b"/_-:.#".contains(it)).map_or(0, |it| it + 1);
    if is_one || text::width(&first[..end]) < LEAST_PREFIX || first.len() == end { 0 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_names_begin_with_ends_with_a_word() {
        let prefix = |names: &[&str]| common_prefix(names.iter().copied());
        assert_eq!(prefix(&["forage/run-1/ep10", "forage/run-1/ep12"]), "forage/run-1/".len());
        assert_eq!(prefix(&["ep_10", "ep_12"]), 0);
        assert_eq!(prefix(&["forage/run-1/ep10"]), 0);
        assert_eq!(prefix(&["naïve-é1", "naïve-è2"]), "naïve-".len());
        assert_eq!(prefix(&[]), 0);
    }

    #[test]
    fn what_is_the_same_in_every_row_is_no_column() {
        let row = |name: &str, reward| EpisodeSummary {
            name: name.into(),
            reward,
            agents: 2,
            ..EpisodeSummary::default()
        };
        let columns =
            |rows: &[EpisodeSummary]| Totals::of(rows.len(), rows.iter().map(|it| (it, None))).columns();
        assert_eq!(columns(&[row("a", Some(1.0)), row("b", Some(1.0))]), [Column::Episode, Column::Who]);
        let some = [row("a", Some(1.0)), row("b", None)];
        assert_eq!(columns(&some), [Column::Episode, Column::Reward, Column::Who]);
        let twice = ["r1", "r2"].map(|it| EpisodeSummary { run: Some(it.into()), ..row("a", None) });
        assert_eq!(columns(&twice), [Column::Episode, Column::Run, Column::Who]);
    }

    #[test]
    fn of_a_long_list_all_that_the_log_says_is_counted() {
        let row = |at: usize| EpisodeSummary {
            name: format!("e{at}").into(),
            reward: Some(if at < 25_000 { 0.0 } else { 1.0 }),
            acts: 2,
            ..EpisodeSummary::default()
        };
        let rows: Vec<EpisodeSummary> = (0..30_000).map(row).collect();
        let totals = Totals::of_rows(rows.len(), &rows.iter());
        assert!(totals.is_whole());
        assert_eq!((totals.acts, totals.rewards.map(|it| it.range)), (60_000, Some((0.0, 1.0))));
        assert!((totals.rewards.unwrap().mean - 5.0 / 30.0).abs() < 1e-9);
    }
}

//! The columns of the list of episodes: what stands in a cell, and how rows are ordered by it.

use std::{borrow::Cow, cmp::Ordering};

use crate::{
    app::job::Card,
    credit::Rung,
    model::{EpisodeSummary, amount, signed},
    text,
};

/// A column, in the order on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// The logged id.
    Episode,
    /// The run it belongs to.
    Run,
    /// How it ended.
    Outcome,
    /// The total reward, in reward units.
    Reward,
    /// Whom the verdict names.
    Who,
    /// On what grounds.
    Ground,
    /// The act named.
    Act,
    /// In which fifth of the episode that act is.
    Place,
    /// Whether an estimate from the text alone names the same agent, and its P.
    Estimate,
    /// Agents.
    Agents,
    /// Actions and messages.
    Acts,
    /// Those in which something went wrong.
    Errors,
    /// Tokens.
    Tokens,
    /// Cost, in the log's currency.
    Cost,
    /// Time, in seconds.
    Seconds,
    /// What the log holds of it: runs, credit, or the trace alone.
    Data,
    /// Judgements of persons who are named.
    Notes,
    /// Whom somebody named.
    Annotated,
    /// The task.
    Task,
}

/// What rows are ordered by.
enum Key<'a> {
    Number(f64),
    Text(Cow<'a, str>),
}

impl Column {
    /// All of them, in the order on the screen.
    pub const ALL: [Column; 19] = [
        Column::Episode,
        Column::Run,
        Column::Outcome,
        Column::Reward,
        Column::Who,
        Column::Ground,
        Column::Act,
        Column::Place,
        Column::Estimate,
        Column::Agents,
        Column::Acts,
        Column::Errors,
        Column::Tokens,
        Column::Cost,
        Column::Seconds,
        Column::Data,
        Column::Notes,
        Column::Annotated,
        Column::Task,
    ];

    /// The word over it.
    pub fn heading(self) -> &'static str {
        match self {
            Column::Episode => "episode",
            Column::Run => "run",
            Column::Outcome => "outcome",
            Column::Reward => "R",
            Column::Who => "who",
            Column::Ground => "from",
            Column::Act => "act",
            Column::Place => "where",
            Column::Estimate => "text P",
            Column::Agents => "agents",
            Column::Acts => "acts",
            Column::Errors => "err",
            Column::Tokens => "tokens",
            Column::Cost => "cost",
            Column::Seconds => "time",
            Column::Data => "data",
            Column::Notes => "notes",
            Column::Annotated => "annotated",
            Column::Task => "task",
        }
    }

    /// Whether its cells are numbers, which stand at the right.
    pub fn is_number(self) -> bool {
        use Column as C;
        matches!(
            self,
            C::Reward | C::Agents | C::Acts | C::Errors | C::Tokens | C::Cost | C::Seconds | C::Notes
        )
    }

    /// Whether a row has it only once its episode has been read and judged.
    pub fn is_of_card(self) -> bool {
        use Column as C;
        matches!(
            self,
            C::Who | C::Ground | C::Act | C::Place | C::Estimate | C::Tokens | C::Cost | C::Seconds | C::Task
        )
    }

    /// Whether the greatest comes first where rows are ordered by it: what costs most is what one looks for.
    fn falls(self) -> bool {
        self.is_number() && self != Column::Reward
    }

    /// What stands in its cell; `None`: nothing is known.
    pub fn text<'a>(self, row: &'a EpisodeSummary, card: Option<&'a Card>) -> Option<Cow<'a, str>> {
        let number = |it: u32| (it > 0).then(|| Cow::Owned(it.to_string()));
        match self {
            Column::Episode => Some(Cow::Borrowed(&row.name)),
            Column::Run => row.run.as_deref().map(Cow::Borrowed),
            Column::Outcome => Some(Cow::Borrowed(row.outcome_word())),
            Column::Reward => row.reward.map(|it| signed(it, 3).into()),
            Column::Who => card.map(|it| Cow::Borrowed(&*it.headline.who)),
            Column::Ground => card
                .filter(|it| it.headline.rung != Rung::Nothing)
                .map(|it| it.headline.rung.short_word().into()),
            Column::Act => card?.act.as_ref().map(|it| Cow::Borrowed(&*it.id)),
            Column::Place => card?.act.as_ref().map(|_| Cow::Borrowed("-----")),
            Column::Estimate => {
                let (mark, p) = (card?.is_suspect_named(), card?.suspect.as_ref()?.p);
                let mark = mark.map_or(" ", |it| if it { "=" } else { "/" });
                Some(format!("{mark} {p:.2}").into())
            }
            Column::Agents => Some(row.agents.to_string().into()),
            Column::Acts => Some(row.acts.to_string().into()),
            Column::Errors => number(row.errors),
            Column::Tokens => card?.tokens.map(|it| amount(it, 1_000).into()),
            Column::Cost => card?.cost.map(|it| cost(it).into()),
            Column::Seconds => card?.seconds.map(|it| duration(it).into()),
            Column::Data => Some(Cow::Borrowed(match (row.counterfactuals, row.declared) {
                (true, true) => "runs, credit",
                (true, false) => "runs",
                (false, true) => "credit",
                (false, false) => "trace",
            })),
            Column::Notes => number(row.notes),
            Column::Annotated => row.label.as_deref().map(Cow::Borrowed),
            Column::Task => card?.task.as_deref().map(Cow::Borrowed),
        }
    }

    fn key<'a>(self, row: &'a EpisodeSummary, card: Option<&'a Card>) -> Option<Key<'a>> {
        let number = match self {
            Column::Reward => row.reward.filter(|it| !it.is_nan()),
            Column::Place => card.and_then(|it| Some(f64::from(it.act.as_ref()?.place))),
            Column::Estimate => card.and_then(|it| Some(it.suspect.as_ref()?.p)),
            Column::Agents => Some(f64::from(row.agents)),
            Column::Acts => Some(f64::from(row.acts)),
            Column::Errors => Some(f64::from(row.errors)),
            Column::Notes => Some(f64::from(row.notes)),
            Column::Tokens => card.and_then(|it| Some(it.tokens? as f64)),
            Column::Cost => card.and_then(|it| it.cost),
            Column::Seconds => card.and_then(|it| it.seconds),
            // The best founded first, as the ladder has them.
            Column::Ground => card.map(|it| f64::from(it.headline.rung as u8)),
            Column::Who => {
                return card.and_then(|it| it.named.first()).map(|it| Key::Text(Cow::Borrowed(it)));
            }
            Column::Episode
            | Column::Run
            | Column::Outcome
            | Column::Act
            | Column::Data
            | Column::Annotated
            | Column::Task => return self.text(row, card).map(Key::Text),
        };
        number.map(Key::Number)
    }

    /// Orders `rows` by this column, from the one that one looks for on, or `reversed`. Rows of which it is not known come
    /// last either way; equal ones keep their order.
    pub(super) fn sort<'a>(
        self,
        rows: &mut [usize],
        reversed: bool,
        of: impl Fn(usize) -> (&'a EpisodeSummary, Option<&'a Card>),
    ) {
        let falls = self.falls() != reversed;
        let mut keyed: Vec<(Option<Key<'a>>, usize)> = rows
            .iter()
            .map(|it| of(*it))
            .map(|(row, card)| self.key(row, card))
            .zip(rows.iter().copied())
            .collect();
        keyed.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) if falls => b.compare(a),
            (Some(a), Some(b)) => a.compare(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        rows.iter_mut().zip(keyed).for_each(|(row, (_, sorted))| *row = sorted);
    }
}

impl Key<'_> {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Text(a), Key::Text(b)) => text::natural_order(a.as_bytes(), b.as_bytes()),
            // Keys of one column are of one kind.
            (Key::Number(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Number(_)) => Ordering::Greater,
        }
    }
}

/// `0.0042`, `1.25`, `310`: three digits that count.
pub fn cost(value: f64) -> String {
    match value.abs() {
        it if it >= 100.0 || it == 0.0 => format!("{value:.0}"),
        it if it >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// `0.35 s`, `12 s`, `4m10`, `3h05`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        it if it < 10.0 => format!("{it:.2} s"),
        it if it < 119.5 => format!("{it:.0} s"),
        it if it < 7_199.5 => format!("{:.0}m{:02.0}", (it / 60.0).floor(), (it % 60.0).floor()),
        it => format!("{:.0}h{:02.0}", (it / 3_600.0).floor(), (it % 3_600.0 / 60.0).floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_and_times() {
        assert_eq!([0.0, 0.0042, 1.25, 310.4].map(cost), ["0", "0.0042", "1.25", "310"]);
        let times = [0.346, 12.4, 119.4, 250.0, 11_100.0].map(duration);
        assert_eq!(times, ["0.35 s", "12 s", "119 s", "4m10", "3h05"]);
    }

    #[test]
    fn rows_of_which_nothing_is_known_come_last_either_way() {
        let row = |reward| EpisodeSummary { reward, ..EpisodeSummary::default() };
        let rows = [row(Some(0.5)), row(None), row(Some(-1.0)), row(Some(0.5))];
        let sorted = |reversed| {
            let mut order = [0, 1, 2, 3];
            Column::Reward.sort(&mut order, reversed, |it| (&rows[it], None));
            order
        };
        assert_eq!(sorted(false), [2, 0, 3, 1]);
        assert_eq!(sorted(true), [0, 3, 2, 1]);
    }

    #[test]
    fn names_are_ordered_as_people_number_them_and_counts_from_the_greatest() {
        let row =
            |name: &str, errors| EpisodeSummary { name: name.into(), errors, ..EpisodeSummary::default() };
        let rows = [row("ep10", 1), row("ep9", 7), row("ep1", 0)];
        let sorted = |by: Column| {
            let mut order = [0, 1, 2];
            by.sort(&mut order, false, |it| (&rows[it], None));
            order
        };
        assert_eq!(sorted(Column::Episode), [2, 1, 0]);
        assert_eq!(sorted(Column::Errors), [1, 0, 2]);
    }
}

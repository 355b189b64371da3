//! Which columns of the list have room, and where they stand.

use crate::{
    app::episode_list::{Column, Totals},
    text,
};

/// Columns before the first: those of the cursor and of the mark.
const LEFT: usize = 2;
/// The most columns of a name, of who is named, of an act.
const MOST_NAME: usize = 40;
const MOST_WHO: usize = 34;
const MOST_ACT: usize = 22;

/// A column that has room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fitted {
    pub(super) column: Column,
    pub(super) x: usize,
    pub(super) width: usize,
}

/// Which columns stay where room is short, the first first.
const KEPT: [Column; 19] = [
    Column::Episode,
    Column::Who,
    Column::Outcome,
    Column::Reward,
    Column::Task,
    Column::Errors,
    Column::Ground,
    Column::Run,
    Column::Act,
    Column::Notes,
    Column::Acts,
    Column::Estimate,
    Column::Place,
    Column::Cost,
    Column::Tokens,
    Column::Seconds,
    Column::Agents,
    Column::Annotated,
    Column::Data,
];

/// Columns of the longest text of a column, within limits.
fn longest(totals: &Totals, column: Column) -> usize {
    let width = totals.width(column);
    match column {
        // A mark and a number.
        Column::Errors => width + 1,
        Column::Episode => width.min(MOST_NAME),
        Column::Who => width.min(MOST_WHO),
        Column::Act => width.min(MOST_ACT),
        _ => width,
    }
    .max(text::width(column.heading()))
}

/// The fewest columns that a column is worth showing in, in a list of `room` columns.
fn least(totals: &Totals, column: Column, room: usize) -> usize {
    let longest = longest(totals, column);
    let most = match column {
        Column::Episode => (room / 3).max(10),
        Column::Who => (room / 4).max(12),
        Column::Act => 9,
        Column::Run | Column::Annotated => 10,
        Column::Task => 14,
        _ => longest,
    };
    longest.min(most)
}

/// The columns of a list in which nothing is cut but tasks and what people wrote.
pub(super) fn wanted(totals: &Totals) -> usize {
    let width = |it: Column| match it {
        Column::Task | Column::Annotated => longest(totals, it).min(MOST_NAME),
        it => longest(totals, it),
    };
    LEFT + totals.columns().into_iter().map(|it| width(it) + 1).sum::<usize>()
}

/// The columns that have room among `room`, in their order; the one that rows are ordered by is among them.
pub(super) fn fit(totals: &Totals, sort: Option<Column>, room: usize) -> Vec<Fitted> {
    let known = totals.columns();
    let rank = |it: &Column| (Some(*it) != sort, KEPT.iter().position(|kept| kept == it));
    let mut wanted: Vec<Column> = known.clone();
    wanted.sort_by_key(|it| if *it == Column::Episode { (false, None) } else { rank(it) });
    let mut left = room.saturating_sub(LEFT);
    let mut widths: Vec<(Column, usize)> = Vec::new();
    for column in wanted {
        let need = least(totals, column, room) + usize::from(!widths.is_empty());
        if need > left && !widths.is_empty() {
            continue;
        }
        left = left.saturating_sub(need);
        widths.push((column, least(totals, column, room)));
    }
    for grown in [Column::Episode, Column::Who, Column::Act, Column::Run, Column::Task, Column::Annotated] {
        if let Some((column, width)) = widths.iter_mut().find(|it| it.0 == grown) {
            let more = longest(totals, *column).saturating_sub(*width).min(left);
            *width += more;
            left -= more;
        }
    }
    widths.sort_by_key(|it| it.0);
    let mut x = LEFT;
    let place = |(column, width): (Column, usize)| {
        let fitted = Fitted { column, x, width };
        x += width + 1;
        fitted
    };
    widths.into_iter().map(place).collect()
}

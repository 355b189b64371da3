//! Every method and baseline on the same question: who it names, whether it agrees, or why it cannot say.

mod table;

pub(super) use crate::app::sweep::names;

use crate::{
    app::{Action, OpenEpisode},
    credit::{Agreement, Data, FlipProbability, Sweep, SweepRow},
    model::{Episode, places, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Rows the summary wants: title, heading, and one row per method that can say something.
pub(super) fn rows_wanted(sweep: &Sweep) -> usize {
    let able = sweep.rows.iter().filter(|it| it.result.is_ok()).count();
    able + 2 + usize::from(able < sweep.rows.len())
}

/// The rows that can be computed, and how many cannot.
pub(super) fn summary(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(sweep) = open.sweep() else { return };
    pane.rule(0, &format!("Most blamed under ({})", Action::Sweep.key()), &tally(sweep));
    let width = pane.width().saturating_sub(2);
    let columns = Columns::of(sweep, width);
    pane.put(1, 1, &heading(open, &columns), Role::Dim);
    let rows = pane.height().saturating_sub(2);
    let able: Vec<&SweepRow> = sweep.rows.iter().filter(|it| it.result.is_ok()).collect();
    let unable = sweep.rows.len() - able.len();
    let room = rows - usize::from(unable > 0 || able.len() > rows).min(rows);
    for (y, row) in able.iter().take(room).enumerate() {
        let (line, role) = row_line(&open.episode, &columns, row);
        pane.put(1, y + 2, &line, role);
    }
    let hidden = able.len().saturating_sub(room);
    if rows > 0 && (unable > 0 || hidden > 0) {
        let more = if hidden > 0 { format!("{hidden} more, ") } else { String::new() };
        let line = format!("{more}{unable} lack data: {} says which", Action::Sweep.key());
        pane.put(1, rows + 1, &line, Role::Dim);
    }
}

/// How many measurements agree.
pub(super) fn tally(sweep: &Sweep) -> String {
    sweep.tally()
}

/// Who else is named, by which methods: what to know before believing the bars above.
pub(super) fn doubts(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(sweep) = open.sweep() else { return };
    let width = pane.width().saturating_sub(2);
    let mut lines = vec![(format!("sweep ({}): {}", Action::Sweep.key(), tally(sweep)), Role::Dim)];
    let other = |agreement| sweep.rows.iter().filter(move |it| it.counted && it.agrees == agreement);
    for (agreement, word) in [(Agreement::Flips, "says"), (Agreement::Tie, "ties")] {
        for row in other(agreement) {
            let line = format!("  {} {word} {}", row.name(), names(&open.episode, &row.blamed));
            lines.push((pane.fit(&line, width), Role::Plain));
        }
    }
    let unable = sweep.rows.iter().filter(|it| it.result.is_err()).count();
    if unable > 0 {
        lines.push((format!("  {unable} more lack data in this log"), Role::Dim));
    }
    for (y, (line, role)) in lines.iter().take(pane.height()).enumerate() {
        pane.put(1, y, line, *role);
    }
}

/// The whole sweep.
pub(super) fn full(open: &OpenEpisode, top: usize, pane: &mut Painter<'_>) -> usize {
    table::draw(open, top, pane)
}

/// Columns of a name in the table.
const WHO: usize = 13;
/// Columns of what stands at the right of a row: whether it agrees.
const MARK: usize = 9;
/// A method keeps so many columns for its name before other numbers than credit and tau are shown.
const LEAST_NAME: usize = 26;

/// What a row shows, by the width there is.
struct Columns {
    /// Of the name of the method.
    name: usize,
    /// Rank correlation with declared credit.
    declared: bool,
    /// P(flip).
    flips: bool,
    /// The sum of the credits, which view 4 has too.
    sums: bool,
}

impl Columns {
    fn of(sweep: &Sweep, width: usize) -> Self {
        let mut left = width.saturating_sub(WHO + 8 + 6 + MARK + 2);
        let mut take = |wanted: bool, columns: usize| {
            let fits = wanted && left >= LEAST_NAME + columns;
            left -= if fits { columns } else { 0 };
            fits
        };
        let declared = take(sweep.declared.is_some(), 6);
        let flips = take(sweep.rows.iter().any(|it| it.flip.is_some()), 8);
        let sums = take(true, 8);
        Self { name: left.clamp(12, 44), declared, flips, sums }
    }

    fn line(&self, [name, who, credit, tau, declared, flip, sum, mark]: [&str; 8]) -> String {
        let mut line = if who.is_empty() {
            let columns = self.name + 1 + WHO;
            text::pad(&text::fit(name, columns), columns)
        } else {
            let name = text::pad(&text::fit(name, self.name), self.name);
            format!("{name} {}", text::pad(&text::fit(who, WHO), WHO))
        };
        line += &format!(" {credit:>7} {tau:>5}");
        if self.declared {
            line += &format!(" {declared:>5}");
        }
        if self.flips {
            line += &format!(" {flip:>7}");
        }
        if self.sums {
            line += &format!(" {sum:>7}");
        }
        format!("{line} {mark}")
    }
}

/// The names of the columns of [`row_line`].
fn heading(open: &OpenEpisode, columns: &Columns) -> String {
    let who = if open.failed() { "most blamed" } else { "most credited" };
    columns.line(["method / baseline", who, "credit", "order", "log", "P(flip)", "sum", "on"])
}

fn row_line(episode: &Episode, columns: &Columns, row: &SweepRow) -> (String, Role) {
    let Ok(credit) = &row.result else { return (row.title.clone(), Role::Dim) };
    let silent = row.agrees == Agreement::NoVoice;
    // Without a name beside it, a number is nobody's.
    let value = row.blamed.first().filter(|_| !silent).and_then(|it| credit.agent(*it));
    let number = value.map_or(String::new(), |it| signed(it.value, places(it.value)));
    let rank = |tau: Option<f64>| tau.map_or("  -  ".to_owned(), |it| format!("{it:+.2}"));
    let (mark, role) = match row.agrees {
        Agreement::Holds => ("", Role::Plain),
        Agreement::Tie => ("tie", Role::Warn),
        Agreement::Flips => ("FLIPS", Role::Warn),
        Agreement::NoVoice => ("", Role::Dim),
    };
    let role = if row.data.is_some_and(Data::is_measured) { role } else { Role::Dim };
    let on = row.data.map_or("", |it| &it.word()[..1]);
    let votes = if row.counted { "*" } else { " " };
    let mark = format!("{on}{votes} {mark}");
    let who = match (silent, row.names_least(episode.failed())) {
        (true, _) => String::new(),
        (false, true) => format!("least: {}", names(episode, &row.blamed)),
        (false, false) => names(episode, &row.blamed),
    };
    // The name of the method and its baseline says more in few columns than the beginning of its title. It has the room of
    // whom it names where it names nobody.
    let room = columns.name + if who.is_empty() { 1 + WHO } else { 0 };
    let title = if text::width(&row.title) <= room { row.title.clone() } else { row.name() };
    let flip = row.flip.as_ref().map_or(String::new(), FlipProbability::words);
    let sum = signed(credit.sum, places(credit.sum));
    let (tau, declared) = (rank(row.tau), rank(row.declared_tau));
    (columns.line([&title, &who, &number, &tau, &declared, &flip, &sum, mark.trim_end()]), role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::tests::FAILED, runtime::test_program::TestProgram};

    #[test]
    fn a_row_without_a_say_shows_no_number_of_anybody() {
        let program = TestProgram::of(FAILED);
        let open = program.episode();
        let sweep = open.sweep().unwrap();
        let columns = Columns::of(sweep, 80);
        let mut silent = 0;
        for row in sweep.rows.iter().filter(|it| it.result.is_ok()) {
            let (line, _) = row_line(&open.episode, &columns, row);
            // Where it names nobody, the name of the method has the room of that.
            let credit: String = line.chars().skip(columns.name + 1 + WHO).take(1 + 7).collect();
            let says_nothing = row.agrees == Agreement::NoVoice;
            assert_eq!(credit.trim().is_empty(), says_nothing, "{line}");
            silent += usize::from(says_nothing);
        }
        assert!(silent > 0 && silent < sweep.rows.len());
    }
}

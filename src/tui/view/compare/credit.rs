//! Credit of each agent in two episodes, and the difference as a bar.

use crate::{
    app::Compared,
    compare::{CreditRow, Difference, RestsOn},
    model::{Value, places, signed},
    tui::{paint::Painter, theme::Role},
};

/// Columns of a number.
const NUMBER: usize = 9;
/// Columns of the interval of a difference.
const INTERVAL: usize = 18;
/// Columns from which on the intervals of A and B have room.
const ROOMY: usize = 112;
/// The least columns of the bars.
const BARS: usize = 11;

/// Rows that it takes.
pub(super) fn rows(compared: &Compared) -> usize {
    let table = compared.comparison.credit.as_ref();
    table.map_or(2, |it| 2 + it.rows.len() + usize::from(it.team.is_some()))
}

pub(super) fn draw(compared: &Compared, pane: &mut Painter<'_>) {
    let (of_a, of_b) = (&compared.of_a.credit, &compared.of_b.credit);
    let (Ok(of_a), Ok(of_b), Some(table)) = (of_a, of_b, &compared.comparison.credit) else {
        pane.rule(0, "Credit", "");
        let missing = [("A", of_a.as_ref().err()), ("B", of_b.as_ref().err())];
        for (y, (letter, why)) in missing.into_iter().filter_map(|it| Some((it.0, it.1?))).enumerate() {
            let columns = pane.width().saturating_sub(2);
            pane.put_fit(1, y + 1, columns, &format!("{letter}: {}", why.missing), Role::Plain);
        }
        return;
    };
    let title = if of_a.title == of_b.title {
        format!("Credit  {}", of_a.title)
    } else {
        format!("Credit  A {}, B {}", of_a.title, of_b.title)
    };
    let rows: Vec<&CreditRow> = table.rows.iter().chain(&table.team).collect();
    let unsure = rows.iter().any(|it| it.difference.is_some_and(|it| it.sign_unsure()));
    let note = match (compared.comparison.one_ruler, unsure) {
        (false, _) => "two methods are not subtracted",
        (true, true) => "? 0 is in the interval",
        (true, false) => "",
    };
    // Two names of methods and why nothing is subtracted are more than half a narrow screen holds: the reason goes first.
    let fits = crate::text::width(&title) + crate::text::width(note) + RULE <= pane.width();
    match (fits, compared.comparison.one_ruler) {
        (false, false) => pane.rule(0, "Credit: two methods, not subtracted", ""),
        _ => pane.rule(0, &title, note),
    }
    let values = rows.iter().flat_map(|it| [it.a.as_ref(), it.b.as_ref()]).flatten();
    let largest = values.filter_map(Value::number).map(|it| it.value.abs()).fold(0.0, f64::max);
    let columns =
        Columns::of(pane.width(), rows.iter().map(|it| crate::text::width(&it.agent)).max().unwrap_or(0));
    columns.headings(pane);
    let reach = rows.iter().filter_map(|it| it.difference).map(|it| it.value.abs()).fold(0.0, f64::max);
    let room = pane.height().saturating_sub(2);
    for (y, row) in rows.iter().take(room).enumerate() {
        columns.row(pane, y + 2, row, places(largest), reach);
    }
    if rows.len() > room && room > 0 {
        let (right, y) = (pane.width(), room + 1);
        pane.put_right(right, y, &format!(" {} more ", rows.len() - room), Role::Dim);
    }
}

/// Columns of a rule beside its title and note.
const RULE: usize = 8;

/// Where columns begin; `interval`: also those of A and B.
struct Columns {
    agent: usize,
    wide: bool,
    bars: (usize, usize),
}

impl Columns {
    fn of(width: usize, longest: usize) -> Self {
        let agent = longest.clamp(5, 14);
        let wide = width >= ROOMY;
        let end = 1 + agent + 3 * NUMBER + INTERVAL + 3 + if wide { 2 * INTERVAL } else { 0 };
        Self { agent, wide, bars: (end, width.saturating_sub(end + 1)) }
    }

    /// The columns after the agent at which A, B and their difference end.
    fn ends(&self) -> [usize; 3] {
        let step = NUMBER + if self.wide { INTERVAL } else { 0 };
        let a = 1 + self.agent + NUMBER;
        [a, a + step, a + 2 * step]
    }

    fn headings(&self, pane: &mut Painter<'_>) {
        let [a, b, difference] = self.ends();
        for (end, word) in [(a, "A"), (b, "B"), (difference, "B - A")] {
            pane.put_right(end, 1, word, Role::Dim);
        }
        pane.put(difference + 3, 1, "95%", Role::Dim);
        if self.bars.1 >= BARS {
            let half = self.bars.1 / 2;
            pane.put(self.bars.0 + half, 1, "0", Role::Dim);
        }
    }

    fn row(&self, pane: &mut Painter<'_>, y: usize, row: &CreditRow, places: usize, reach: f64) {
        let role = if row.agent == "team" { Role::Strong } else { Role::Plain };
        pane.put_fit(1, y, self.agent, &row.agent, role);
        let [a, b, difference] = self.ends();
        for (end, value) in [(a, &row.a), (b, &row.b)] {
            match value {
                Some(Value::Number(it)) => {
                    pane.put_right(end, y, &signed(it.value, places), side(it.value));
                    if self.wide {
                        pane.put_fit(end + 1, y, INTERVAL - 1, &interval(it.interval, places), Role::Dim);
                    }
                }
                Some(Value::Undefined(_) | Value::Unavailable(_)) => pane.put_right(end, y, "n/a", Role::Dim),
                None => pane.put_right(end, y, "not in", Role::Dim),
            }
        }
        let Some(found) = row.difference else { return };
        pane.put_right(difference, y, &signed(found.value, places), side(found.value));
        if found.sign_unsure() {
            pane.put(difference, y, "?", Role::Dim);
        }
        let star = match found.rests_on {
            RestsOn::Both => "",
            RestsOn::A => " A's",
            RestsOn::B => " B's",
        };
        let text = interval(found.interval, places);
        let star = if text.is_empty() { "" } else { star };
        pane.put_fit(difference + 2, y, INTERVAL, &format!("{text}{star}"), Role::Plain);
        self.bar(pane, y, found, reach);
    }

    /// A bar to the left for what B has less, to the right for what it has more.
    fn bar(&self, pane: &mut Painter<'_>, y: usize, found: Difference, reach: f64) {
        let (x, width) = self.bars;
        if width < BARS || reach <= 0.0 {
            return;
        }
        let half = width / 2;
        let cells = ((found.value.abs() / reach) * half as f64).round() as usize;
        let glyphs = pane.theme().glyphs;
        let (axis, gain, loss) = (glyphs.axis.to_string(), glyphs.gain.to_string(), glyphs.loss.to_string());
        pane.put(x + half, y, &axis, Role::Rule);
        if found.value < 0.0 {
            pane.put(x + half - cells.min(half), y, &loss.repeat(cells.min(half)), Role::Negative);
        } else {
            pane.put(x + half + 1, y, &gain.repeat(cells.min(half.saturating_sub(1))), Role::Positive);
        }
    }
}

fn side(value: f64) -> Role {
    match value {
        it if it < 0.0 => Role::Negative,
        it if it > 0.0 => Role::Positive,
        _ => Role::Plain,
    }
}

fn interval(of: Option<(f64, f64)>, places: usize) -> String {
    let text = |it: f64| signed(it, places).trim_start().to_owned();
    of.map_or(String::new(), |(low, high)| format!("[{},{}]", text(low), text(high)))
}

//! A block of counts for each agent, beside each other as far as there is room.

use crate::{
    forensics::{Ledger, LedgerRow},
    tui::{paint::Painter, theme::Role},
};

/// Columns of names: of tasks at least, and at most.
pub(super) const NAME: usize = 12;
const LONGEST: usize = 40;
/// Columns of a block, with the line before it.
const BLOCK: usize = 27;
/// What stands in it, and the columns at which each ends.
const COLUMNS: [(&str, usize); 5] = [("flat", 4), ("up", 9), ("down", 14), ("wrong", 20), ("k tok", 26)];

/// Which agents have a block on the screen.
pub(super) struct Blocks {
    /// Columns before the first.
    pub(super) name: usize,
    first: usize,
    count: usize,
}

impl Blocks {
    /// As many as fit, the agent under the cursor among them.
    pub(super) fn of(width: usize, agents: usize, cursor: usize) -> Self {
        let count = (width.saturating_sub(NAME) / BLOCK).clamp(1, agents.max(1));
        let first = (cursor + 1).saturating_sub(count).min(agents.saturating_sub(count));
        let name = width.saturating_sub(count * BLOCK).clamp(NAME, LONGEST);
        Self { name, first, count }
    }

    /// Names of agents, and headings of their columns.
    pub(super) fn heads(&self, ledger: &Ledger, pane: &mut Painter<'_>, y: usize, cursor: usize) {
        pane.put(1, y + 1, "task", Role::Dim);
        for (x, at, row) in self.shown(ledger) {
            self.line(pane, x, y);
            self.line(pane, x, y + 1);
            let here = at == cursor;
            if here {
                pane.put(x + 1, y, ">", Role::Cursor);
            }
            pane.put_fit(x + 2, y, BLOCK - 3, &row.agent, if here { Role::Cursor } else { Role::Strong });
            for (head, end) in COLUMNS {
                pane.put_right(x + 1 + end, y + 1, head, Role::Dim);
            }
        }
        let more = ledger.all.len() - self.count.min(ledger.all.len());
        if more > 0 {
            pane.put(1, y, &format!("{more} more"), Role::Dim);
        }
    }

    /// The counts of a row. `of`: those of an agent.
    pub(super) fn row<'a>(
        &self,
        ledger: &Ledger,
        pane: &mut Painter<'_>,
        y: usize,
        of: &dyn Fn(&str) -> Option<&'a LedgerRow>,
    ) {
        for (x, _, agent) in self.shown(ledger) {
            self.line(pane, x, y);
            let Some(row) = of(&agent.agent) else { continue };
            let cells = [
                (count(row.flat), if row.is_without_signal() { Role::Warn } else { Role::Plain }),
                (count(row.up), Role::Plain),
                (count(row.down), Role::Plain),
                (count(row.wrong_sign), if row.wrong_sign > 0 { Role::Warn } else { Role::Plain }),
                (amount(row.flat_tokens), Role::Plain),
            ];
            for ((text, role), (_, end)) in cells.iter().zip(COLUMNS) {
                pane.put_right(x + 1 + end, y, text, *role);
            }
        }
    }

    /// Where the block of each agent begins, its place and its sums.
    fn shown<'a>(&self, ledger: &'a Ledger) -> impl Iterator<Item = (usize, usize, &'a LedgerRow)> + use<'a> {
        let (first, name) = (self.first, self.name);
        let shown = ledger.all.iter().enumerate().skip(first).take(self.count);
        shown.map(move |(at, row)| (name + (at - first) * BLOCK, at, row))
    }

    fn line(&self, pane: &mut Painter<'_>, x: usize, y: usize) {
        let line = if pane.theme().glyphs.ascii { "|" } else { "│" };
        pane.put(x, y, line, Role::Rule);
    }
}

/// A dot for none, so that what is there stands out.
fn count(n: usize) -> String {
    if n == 0 { ".".to_owned() } else { n.to_string() }
}

/// Thousands of tokens.
fn amount(tokens: u64) -> String {
    match tokens {
        0 => ".".to_owned(),
        1..1_000 => "<1".to_owned(),
        n => (n / 1_000).to_string(),
    }
}

//! A report as plain text: at most 100 columns, no colour, aligned by display width.

use super::{
    MatchFormat, Output, Printed, Report,
    content::content,
    document::{Block, Document, Table},
};
use crate::text::{fit, pad, width, wrap};

/// The most columns of a line.
const COLUMNS: usize = 100;
/// Text under a heading is indented by this many columns.
const INDENT: usize = 2;
/// Between two columns of a table.
const GAP: usize = 2;
/// A column of words is not cut to less.
const NARROWEST: usize = 8;

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "text",
    about: "For people",
    has_study: true,
    explains_named: false,
    matches: Some(MatchFormat::Text),
    print: |report| Printed::Text(text(report)),
};

/// `report` as plain text, ended by a line end.
pub fn text(report: &Report<'_>) -> String {
    render(&content(report))
}

pub(super) fn render(document: &Document) -> String {
    let mut lines = wrap(&document.title, COLUMNS);
    for section in &document.sections {
        lines.push(String::new());
        if !section.title.is_empty() {
            lines.extend(wrap(&section.title.to_uppercase(), COLUMNS));
        }
        for block in &section.blocks {
            render_block(block, &mut lines);
        }
    }
    let mut out = lines.join("\n");
    out.push('\n');
    out
}

fn render_block(block: &Block, lines: &mut Vec<String>) {
    match block {
        Block::Text(text) => hanging("", text, 0, lines),
        Block::Fields(fields) => {
            let name = fields.iter().map(|it| width(it.0)).max().unwrap_or(0);
            for (label, value) in fields {
                hanging(label, value, name + GAP, lines);
            }
        }
        Block::Table(table) => render_table(table, lines),
        Block::Lines(texts) => {
            lines.extend(
                texts.iter().map(|it| format!("{}{}", " ".repeat(INDENT), fit(it, COLUMNS - INDENT))),
            );
        }
        Block::List(items) => {
            for item in items {
                hanging("-", item, 2, lines);
            }
        }
    }
}

/// A label, and beside it `text` on as many lines as it needs.
fn hanging(label: &str, text: &str, columns: usize, lines: &mut Vec<String>) {
    let room = COLUMNS - INDENT - columns;
    for (at, line) in wrap(text, room).iter().enumerate() {
        let label = pad(if at == 0 { label } else { "" }, columns);
        let line = format!("{}{label}{line}", " ".repeat(INDENT));
        lines.push(line.trim_end().to_owned());
    }
}

fn render_table(table: &Table, lines: &mut Vec<String>) {
    let widths = widths(table);
    let mut row = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = " ".repeat(INDENT);
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            let cell = fit(cell, widths[at]);
            let space = " ".repeat(widths[at] - width(&cell));
            line += &if table.columns[at].number { space + &cell } else { cell + &space };
        }
        lines.push(line.trim_end().to_owned());
    };
    row(&mut table.columns.iter().map(|it| &*it.title));
    for cells in &table.rows {
        row(&mut cells.iter().map(String::as_str));
    }
}

/// As wide as the cells ask for. If that is too much, the widest column of words shrinks first.
fn widths(table: &Table) -> Vec<usize> {
    let cells = |at: usize| table.rows.iter().map(move |row| width(&row[at]));
    let columns = table.columns.iter().enumerate();
    let mut widths: Vec<usize> =
        columns.map(|(at, it)| cells(at).chain([width(&it.title)]).max().unwrap_or(0)).collect();
    let gaps = GAP * widths.len().saturating_sub(1);
    let room = COLUMNS - INDENT - gaps;
    loop {
        let over = widths.iter().sum::<usize>().saturating_sub(room);
        let words = (0..widths.len()).filter(|at| !table.columns[*at].number && widths[*at] > NARROWEST);
        let Some(widest) = words.max_by_key(|at| (widths[*at], *at)).filter(|_| over > 0) else {
            return widths;
        };
        let next = (0..widths.len()).filter(|at| *at != widest && !table.columns[*at].number);
        let floor = next.map(|at| widths[at]).max().unwrap_or(0).max(NARROWEST);
        // Down to the next widest, and then together with it, step by step.
        let step = widths[widest].saturating_sub(floor).clamp(1, over);
        widths[widest] -= step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{Column, Section};

    fn section(block: Block) -> String {
        let section = Section { title: "part".to_owned(), blocks: vec![block] };
        render(&Document { title: "title".to_owned(), sections: vec![section] })
    }

    #[test]
    fn tables_are_aligned_by_display_width() {
        let mut table =
            Table::new(&[Column::words("agent"), Column::number("credit"), Column::words("what")]);
        table.rows.push(["東京".to_owned(), "-0.5".to_owned(), "x".to_owned()].into());
        table.rows.push(["a".to_owned(), "+10.5".to_owned(), String::new()].into());
        let expected = "title\n\nPART\n  agent  credit  what\n  東京     -0.5  x\n  a       +10.5\n";
        assert_eq!(section(Block::Table(table)), expected);
    }

    #[test]
    fn lines_fit_and_numbers_are_never_cut() {
        let mut table = Table::new(&[Column::words("a"), Column::number("n"), Column::words("b")]);
        table.rows.push(["x".repeat(200), "+0.123456789".to_owned(), "y".repeat(90)].into());
        let text = section(Block::Table(table));
        assert!(text.lines().all(|it| width(it) <= COLUMNS), "{text}");
        assert!(text.contains("+0.123456789"), "{text}");
        let row = text.lines().last().unwrap();
        assert!(row.contains("x…") && row.contains("y…"), "{text}");
    }

    #[test]
    fn values_hang_beside_their_names() {
        let fields = vec![("task", "word ".repeat(30)), ("id", "1".to_owned())];
        let text = section(Block::Fields(fields));
        let lines: Vec<&str> = text.lines().skip(3).collect();
        assert!(lines[0].starts_with("  task  word"), "{text}");
        assert!(lines[1].starts_with("        word"), "{text}");
        assert_eq!(lines[2], "  id    1");
    }
}
